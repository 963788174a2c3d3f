//! The instruments that come with the program. Norms that no row of evidence gives are marked as weak: typical
//! values, good enough to see what a form does, not good enough to score a person.

use super::Instrument;
use crate::model::measurement::Construct;
use std::collections::BTreeMap;

/// An instrument and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipped {
    /// Name in scenario files.
    pub name: &'static str,
    /// Full name.
    pub title: &'static str,
    /// What it measures; none for the latent value itself, which may be anything.
    pub of: Option<Construct>,
    /// Its numbers.
    pub instrument: Instrument,
    /// Where they come from.
    pub source: &'static str,
    /// Is the evidence for some of them weak?
    pub weak: bool,
}

/// Who gave a form its mean and SD, in OQ-45 points.
struct Anchor {
    mean: f64,
    sd: f64,
}

/// The community sample of the OQ-45's manual (H4).
const COMMUNITY: Anchor = Anchor { mean: 45.2, sd: 18.6 };
/// Outpatients (H4): the people whose scores on other forms are best known.
const OUTPATIENTS: Anchor = Anchor { mean: 83.1, sd: 22.2 };

/// Mean, SD and reliability, lowest and highest score, cut-off and reliable change.
type Norms = (f64, f64, f64, [f64; 2], f64, f64);
/// How many items, their lowest and highest answer, and the distance between answers.
type Items = (u16, f64, f64, f64);

fn instrument((mean, sd, reliability, [lowest, highest], cutoff, reliable_change): Norms, items: Items) -> Instrument {
    let (count, item_lowest, item_highest, item_step) = items;
    let per_answer = (highest - lowest) / (f64::from(count) * (item_highest - item_lowest));
    Instrument {
        mean,
        sd,
        reliability,
        lowest,
        highest,
        step: per_answer * item_step,
        cutoff,
        reliable_change,
        items: count,
        item_lowest,
        item_highest,
        item_step,
        ..Instrument::default()
    }
}

fn symptoms(anchor: &Anchor, norms: Norms, items: Items) -> Instrument {
    Instrument { latent_mean: anchor.mean, latent_sd: anchor.sd, ..instrument(norms, items) }
}

/// Mean, SD, reliability, ends and alert cut-off of a rating whose score is the mean of its items.
fn alliance(mean: f64, sd: f64, reliability: f64, cutoff: f64, items: Items) -> Instrument {
    let ends = [items.1, items.2];
    instrument((mean, sd, reliability, ends, cutoff, reliable(sd, reliability)), items)
}

/// Reliable change index (Jacobson and Truax 1991).
fn reliable(sd: f64, reliability: f64) -> f64 {
    1.96 * (2.0 * (1.0 - reliability)).sqrt() * sd
}

fn with_subscales(bond_items: u16, task_items: u16, goal_items: u16, instrument: Instrument) -> Instrument {
    Instrument { bond_items, task_items, goal_items, ..instrument }
}

/// All instruments that come with the program.
pub fn shipped() -> Vec<Shipped> {
    let mut all = symptom_forms();
    all.extend(alliance_forms());
    all.push(Shipped {
        name: "exact",
        title: "The latent value itself, without error",
        of: None,
        instrument: Instrument::default(),
        source: "for methodologists",
        weak: false,
    });
    all
}

fn symptom_forms() -> Vec<Shipped> {
    let form = |name, title, instrument, source, weak| Shipped { name, title, of: Some(Construct::Symptoms), instrument, source, weak };
    // Anchored on the community sample of the manual, so that the latent scale is the OQ-45's own; α .93 (H5) gives
    // the official reliable change of 14 (H3, H6). Rounded to whole points: the sum of 45 answers from 0 to 4.
    let oq45 = symptoms(&COMMUNITY, (45.2, 18.6, 0.93, [0.0, 180.0], 63.0, 14.0), (45, 0.0, 4.0, 1.0));
    let ors = symptoms(&OUTPATIENTS, (19.6, 8.7, 0.93, [0.0, 40.0], 25.0, 5.0), (4, 0.0, 10.0, 0.1));
    vec![
        form("OQ-45", "Outcome Questionnaire", oq45, "H1–H6 Lambert 2004", false),
        form("ORS", "Outcome Rating Scale", Instrument { reversed: true, ..ors }, "H22 cut-off and reliable change; norms typical", true),
        form(
            "CORE-OM",
            "Clinical Outcomes in Routine Evaluation, mean item times 10",
            symptoms(&OUTPATIENTS, (18.3, 7.1, 0.94, [0.0, 40.0], 9.9, 5.0), (34, 0.0, 4.0, 1.0)),
            "Connell 2007 cut-off; norms typical",
            true,
        ),
        form(
            "CORE-10",
            "CORE, ten items",
            symptoms(&OUTPATIENTS, (20.2, 7.4, 0.90, [0.0, 40.0], 10.5, 6.0), (10, 0.0, 4.0, 1.0)),
            "Barkham 2013 reliability; norms typical",
            true,
        ),
        form(
            "PHQ-9",
            "Patient Health Questionnaire, depression",
            symptoms(&OUTPATIENTS, (14.0, 6.3, 0.87, [0.0, 27.0], 9.5, 6.0), (9, 0.0, 3.0, 1.0)),
            "H23: a case from 10, reliable change 6; norms typical",
            true,
        ),
        form(
            "GAD-7",
            "Generalised Anxiety Disorder scale",
            symptoms(&OUTPATIENTS, (12.3, 5.3, 0.90, [0.0, 21.0], 7.5, 4.0), (7, 0.0, 3.0, 1.0)),
            "H23: a case from 8, reliable change 4; norms typical",
            true,
        ),
    ]
}

fn alliance_forms() -> Vec<Shipped> {
    let form = |name, title, instrument, source, weak| Shipped { name, title, of: Some(Construct::Alliance), instrument, source, weak };
    let wai_sr = with_subscales(4, 4, 4, alliance(4.0, 0.7, 0.90, 3.5, (12, 1.0, 5.0, 1.0)));
    let wai_s = with_subscales(4, 4, 4, alliance(5.75, 0.9, 0.90, 5.0, (12, 1.0, 7.0, 1.0)));
    let wai = with_subscales(12, 12, 12, alliance(5.75, 0.9, 0.85, 5.0, (36, 1.0, 7.0, 1.0)));
    let br_wai = with_subscales(8, 4, 4, alliance(4.0, 0.7, 0.90, 3.5, (16, 1.0, 5.0, 1.0)));
    let srs = (38.8, 4.0, 0.88, [0.0, 40.0], 36.0, reliable(4.0, 0.88));
    vec![
        form("WAI", "Working Alliance Inventory, 36 items", wai, "D1 reliability; D13 norms of the short form", true),
        form("WAI-S", "Working Alliance Inventory, short form", wai_s, "D1, D3, D13", true),
        form("WAI-SR", "Working Alliance Inventory, short form revised", wai_sr, "D2, D3, D13", true),
        form("BR-WAI", "Brief Revised Working Alliance Inventory", br_wai, "D15 Mallinckrodt and Tekie 2015 items; norms as WAI-SR", true),
        form("HAq-II", "Helping Alliance questionnaire", alliance(4.9, 0.6, 0.85, 4.3, (19, 1.0, 6.0, 1.0)), "D1; norms typical", true),
        form(
            "CALPAS",
            "California Psychotherapy Alliance Scales",
            alliance(5.6, 0.8, 0.84, 4.8, (24, 1.0, 7.0, 1.0)),
            "D1; norms typical",
            true,
        ),
        form(
            "VPPS",
            "Vanderbilt Psychotherapy Process Scale",
            alliance(3.5, 0.4, 0.84, 3.1, (80, 1.0, 5.0, 1.0)),
            "D1; norms typical",
            true,
        ),
        form("ARM", "Agnew Relationship Measure", alliance(5.7, 0.8, 0.87, 4.9, (28, 1.0, 7.0, 1.0)), "norms typical", true),
        form("SRS", "Session Rating Scale", instrument(srs, (4, 0.0, 10.0, 0.1)), "D14 Duncan 2003", true),
    ]
}

/// The instruments that come with the program, by name.
pub fn shipped_instruments() -> BTreeMap<&'static str, Instrument> {
    shipped().into_iter().map(|one| (one.name, one.instrument)).collect()
}
