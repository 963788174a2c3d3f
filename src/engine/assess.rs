//! Measures that look on: ratings that never touch the process, made after a replicate from what was written down of
//! its sessions. Their luck has addresses of its own, so a measure more moves no other number.

use super::records::Address;
use super::replicate::{ArmResult, Cell, SessionObserver};
use super::streams::{Entity, Purpose, ReplicateStreams};
use crate::model::courses::Courses;
use crate::model::math::{normal, uniform};
use crate::model::measurement::{Further, Items};
use crate::model::rating::{Instant, Sitting, View, seen};
use crate::model::rules::Rules;
use crate::model::session::Observed;
use rand::Rng;

crate::table! {
    /// One row per form that was due, client and arm.
    pub table Assessments / AssessmentRow named "assessments" {
        /// Cell of the design.
        cell: i32 = "1", "cell of the design";
        /// Replicate.
        replicate: i32 = "1", "replicate";
        /// Arm.
        arm: i32 = "1", "arm (row of the arms table with the same cell)";
        /// Therapist.
        therapist: i32 = "1", "therapist within the replicate";
        /// Client.
        client: i32 = "1", "client within the replicate";
        /// Session.
        session: i16 = "session", "session number";
        /// Measure.
        measure: i16 = "1", "measure (row of the measures table with the same cell and arm)";
        /// Score.
        score: f64 = "score", "score on the measure's form (NaN when the form is missing)";
    }
}

crate::table! {
    /// One row per item of a form that was handed in.
    pub table ItemAnswers / ItemRow named "items" {
        /// Cell of the design.
        cell: i32 = "1", "cell of the design";
        /// Replicate.
        replicate: i32 = "1", "replicate";
        /// Arm.
        arm: i32 = "1", "arm (row of the arms table with the same cell)";
        /// Client.
        client: i32 = "1", "client within the replicate";
        /// Session.
        session: i16 = "session", "session number";
        /// Measure.
        measure: i16 = "1", "measure (row of the measures table with the same cell and arm)";
        /// Item.
        item: i16 = "1", "item of the form";
        /// Answer.
        answer: f64 = "answer", "answer to the item";
    }
}

/// What ratings need to know of every session of the arms in which somebody looks on.
#[derive(Clone, Debug, Default)]
pub struct LatentLog {
    arms: Vec<Vec<(u32, Instant)>>,
}

impl LatentLog {
    /// A log for a cell, if anything beside the process is measured in it.
    pub fn for_cell(cell: &Cell) -> Option<Self> {
        cell.arms.iter().any(|rules| !rules.further.is_empty()).then(|| Self { arms: vec![Vec::new(); cell.arms.len()] })
    }
}

impl Observed for LatentLog {
    const ON: bool = true;
}

impl SessionObserver for LatentLog {
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, c: &Courses, l: usize) {
        if rules.further.is_empty() {
            return;
        }
        let instant = Instant {
            session: (c.held_before[l] + c.session[l]) as u16,
            level: c.level[l],
            form_level: c.form_level[l],
            // Before the week changed it.
            trait_alliance: c.trait_alliance[l] + rules.world.alliance.trait_drift * c.surprise[l],
            state: c.state[l],
            surprise: c.surprise[l],
        };
        self.arms[arm].push((client as u32, instant));
    }
}

/// One form.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Position of the client in the arm.
    pub client: usize,
    /// Session, from 1.
    pub session: u16,
    /// Position of the measure in [`Rules::further`].
    pub measure: usize,
    /// The instrument's own score; NaN when the form is missing.
    pub score: f64,
    /// Answers to the items, in steps from the lowest; empty without items.
    pub answers: Vec<u16>,
}

/// All forms of one arm that look on, client by client and session by session.
pub fn assess(streams: ReplicateStreams, rules: &Rules, result: &ArmResult, log: &LatentLog, arm: usize) -> Vec<Form> {
    let mut instants = log.arms[arm].clone();
    instants.sort_by_key(|(client, instant)| (*client, instant.session));
    let names: Vec<u64> = rules.further.iter().map(|measure| hash(&measure.name)).collect();
    let mut forms = Vec::new();
    for course in instants.chunk_by(|a, b| a.0 == b.0) {
        let client = course[0].0 as usize;
        let person = view(streams, rules, result, client);
        let mut last_scores = vec![f64::NAN; rules.further.len()];
        for (i, (_, now)) in course.iter().enumerate() {
            let last = i.checked_sub(1).map(|before| &course[before].1);
            let relief = last.map_or(0.0, |last| (last.level - now.level) * rules.per_within_sd);
            let sitting = Sitting { start: &result.starts[client], last, now, view: View { relief, ..person } };
            for (m, measure) in rules.further.iter().enumerate().filter(|(_, measure)| measure.schedule.has(now.session)) {
                let luck = streams.part(result.dyads[client].client, Purpose::Assessments, names[m], u64::from(now.session));
                let (turned, answers) = fill_in(rules, measure, &sitting, last_scores[m], luck);
                if !turned.is_nan() {
                    last_scores[m] = turned;
                }
                forms.push(Form { client, session: now.session, measure: m, score: measure.scale.own(turned), answers });
            }
        }
    }
    forms
}

/// One form: the turned score, NaN when it is missing, and the answers to its items. Luck in order: error, missing,
/// then one draw per item.
fn fill_in(rules: &Rules, measure: &Further, sitting: &Sitting, last_score: f64, mut luck: impl Rng) -> (f64, Vec<u16>) {
    let (error, missing) = (f64::from(normal(luck.next_u32())), uniform(luck.next_u32()));
    let (value, parts) = seen(rules, measure, sitting);
    let (score, answers) = match &measure.items {
        None => (measure.scale.score(value, error), Vec::new()),
        Some(items) => answer(items, measure, value, parts, &mut luck),
    };
    if measure.gaps.is_some_and(|gaps| gaps.missing(missing, last_score, score)) { (f64::NAN, Vec::new()) } else { (score, answers) }
}

/// Answers to all items, and the turned score that they add up to.
fn answer(items: &Items, measure: &Further, value: f64, parts: [f64; 3], luck: &mut impl Rng) -> (f64, Vec<u16>) {
    let factors = if items.apart() { parts } else { [value; 3] }.map(|seen| items.factor(seen));
    let model = &items.model;
    let steps: Vec<u16> =
        model.factor.iter().map(|&factor| model.steps(factors[factor], f64::from(normal(luck.next_u32()))) as u16).collect();
    let sum = steps.iter().map(|&step| usize::from(step)).sum();
    (measure.scale.own(model.score(sum)), steps)
}

/// What the three raters bring to every rating of a client: the therapist to all her clients alike and to this one
/// alone, and whoever listens to this dyad.
fn view(streams: ReplicateStreams, rules: &Rules, result: &ArmResult, client: usize) -> View {
    let dyad = result.dyads[client];
    // Whoever has filled in a form has met a therapist.
    let therapist = dyad.therapist.map_or(0, |therapist| {
        let clinic = result.clinic_of(therapist);
        let first = (0..therapist).rev().take_while(|&other| result.clinic_of(other) == clinic).count();
        Entity::Therapist(clinic as u32, first as u32).word()
    });
    let mut own = streams.part(therapist, Purpose::Raters, 0, 0);
    let mut both = streams.part(dyad.client, Purpose::Raters, therapist, 0);
    let draw = |bits: u32| f64::from(normal(bits));
    View {
        leniency: result.starts[client].leniency,
        relief: 0.0,
        perceiver: if rules.typical_therapist { 0.0 } else { draw(own.next_u32()) },
        relationship: draw(both.next_u32()),
        observed: draw(both.next_u32()),
    }
}

/// A name as a number (FNV-1a), so that the address of a measure depends on no other measure.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// Rows of one arm's forms and of the answers on them.
pub fn assessment_rows(
    rules: &Rules,
    at: Address,
    arm: usize,
    result: &ArmResult,
    forms: &[Form],
    to: &mut Assessments,
    items: &mut ItemAnswers,
) {
    for form in forms {
        let measure = &rules.further[form.measure];
        let (arm, client, session) = (arm as i32 + 1, form.client as i32 + 1, form.session as i16);
        to.push(AssessmentRow {
            cell: at.cell,
            replicate: at.replicate,
            arm,
            therapist: result.dyads[form.client].therapist.map_or(0, |therapist| therapist as i32 + 1),
            client,
            session,
            measure: measure.number,
            score: form.score,
        });
        let Some(own) = &measure.items else {
            continue;
        };
        for (item, &steps) in (1..).zip(&form.answers) {
            let answer = own.model.answer(usize::from(steps));
            items.push(ItemRow { cell: at.cell, replicate: at.replicate, arm, client, session, measure: measure.number, item, answer });
        }
    }
}
