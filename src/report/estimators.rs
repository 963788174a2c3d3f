//! Chapter 9: how the analyses of the scenario do against the truth.

use super::parts::{Chapter, NINETY_FIVE, Part, measured};
use super::source::Source;
use crate::figures::bars::{Bar, Bars, Kind, Row};
use crate::figures::frame::Scale;
use crate::figures::sheet::{About, Numbers, number, percent};
use crate::figures::zip::{Interval, Zip};
use crate::output::results::{AnalysisResults, TermResults};
use crate::performance::Measured;
use crate::performance::measures::Performance;

/// Most zip plots on a page.
const ZIPS: usize = 6;

/// A term with its analysis.
type Term<'a> = (&'a AnalysisResults, &'a TermResults);
/// The same with how it does against a truth.
type Judged<'a> = (String, &'a TermResults, &'a Performance);

/// Bias, coverage, stated against true standard errors, failures.
pub fn chapter(source: &Source) -> Chapter {
    let mine: Vec<&AnalysisResults> = source.results.analyses.iter().filter(|one| one.cell == 1).collect();
    let terms: Vec<Term> = mine.iter().flat_map(|one| one.terms.iter().map(|term| (*one, term))).collect();
    let judged: Vec<Judged> = terms
        .iter()
        .filter_map(|(one, term)| Some((name(source, one, term), *term, term.judged.as_ref()?)))
        .filter(|(_, _, p)| p.bias.value.is_finite())
        .collect();
    let mut parts = Vec::new();
    if !judged.is_empty() {
        parts.push(Part::chart("bias", bias(source, &judged)));
        parts.push(Part::chart("coverage", coverage(source, &judged)));
        parts.push(Part::chart("stated-errors", stated(source, &judged)));
        let constant = terms.iter().filter(|(_, term)| term.judged.as_ref().is_some_and(|p| p.truth.mcse == 0.0));
        parts.extend(constant.filter_map(|term| zip(source, *term)).take(ZIPS).map(|figure| Part::chart("zip", figure)));
    }
    if !terms.is_empty() {
        parts.push(Part::More("All terms of all analyses".into(), table(source, &terms)));
        if mine.iter().any(|one| one.failed > 0 || one.boundary > 0) {
            parts.push(Part::Table("Fits without an answer, and at the boundary".into(), failures(source, &mine)));
        }
    }
    Chapter { id: "estimators", title: "What the study's own analyses find", parts }
}

fn of_arm(source: &Source, one: &AnalysisResults) -> String {
    one.arm.and_then(|arm| source.arms().get(arm)).map_or_else(String::new, |arm| format!(", {arm}"))
}

fn name(source: &Source, one: &AnalysisResults, term: &TermResults) -> String {
    let term = if one.terms.len() > 1 || term.term != one.name { format!(": {}", term.term) } else { String::new() };
    format!("{}{term}{}", one.name, of_arm(source, one))
}

/// Marks on stems, a row for each term.
fn stems(about: About, x: Scale, rows: Vec<(String, Measured)>, guide: Option<(f64, String)>) -> Bars {
    let row = |(name, m): (String, Measured)| {
        let reach = NINETY_FIVE * m.mcse;
        let bar = Bar { name: String::new(), hue: 0, value: m.value, low: m.value - reach, high: m.value + reach };
        Row { name, bars: vec![bar] }
    };
    let rows = rows.into_iter().map(row).collect();
    Bars { about, x, interval: "95 % of Monte Carlo error".into(), kind: Kind::Stems, rows, guide }
}

/// Terms beyond so many of their Monte Carlo standard errors from a value, in words.
fn beyond(rows: &[(String, Measured)], from: f64, what: &str) -> String {
    let far: Vec<String> = rows.iter().filter(|(_, m)| m.z(from).abs() > NINETY_FIVE).map(|(name, _)| name.clone()).collect();
    match far.len() {
        0 => format!("No {what} beyond Monte Carlo error."),
        n if n > 4 => format!("{n} of {} terms show {what} beyond Monte Carlo error.", rows.len()),
        _ => format!("Beyond Monte Carlo error, {what}: {}.", far.join("; ")),
    }
}

fn bias(source: &Source, judged: &[Judged]) -> Bars {
    let scaled =
        |term: &TermResults, m: Measured| Measured { value: m.value / term.empirical_se.value, mcse: m.mcse / term.empirical_se.value };
    let rows: Vec<(String, Measured)> = judged.iter().map(|(name, term, p)| (name.clone(), scaled(term, p.bias))).collect();
    let sentence = beyond(&rows, 0.0, "bias") + &source.of_which_cell();
    let how = "For each term, mean estimate minus truth on a stem from 0, with 95 % of Monte Carlo error, in standard deviations of the \
               estimate: terms with different units stand on one axis. The table below has them in their own units.";
    stems(About::new("bias", "Bias", &sentence, how), Scale::free("Bias, SDs of one estimate"), rows, None)
}

fn coverage(source: &Source, judged: &[Judged]) -> Bars {
    let rows: Vec<(String, Measured)> = judged.iter().map(|(name, _, p)| (name.clone(), p.coverage)).collect();
    let lowest = rows.iter().map(|(_, m)| m.value).fold(f64::NAN, f64::min);
    let sentence =
        format!("{} Lowest coverage: {}.{}", beyond(&rows, 0.95, "coverage other than 95 %"), percent(lowest, 1), source.of_which_cell());
    let how = "For each term, the share of 95 % intervals that hold the truth, with 95 % of Monte Carlo error.";
    let about = About::new("coverage", "Coverage of 95 % intervals", &sentence, how);
    stems(about, Scale::share("Intervals that hold the truth"), rows, Some((0.95, "95 %".into())))
}

fn stated(source: &Source, judged: &[Judged]) -> Bars {
    let rows: Vec<(String, Measured)> = judged.iter().map(|(name, _, p)| (name.clone(), p.model_se_error)).collect();
    let sentence = beyond(&rows, 0.0, "stated standard errors that are off") + &source.of_which_cell();
    let how = "For each term, how far the standard error that the method states is from the standard deviation of its estimates, in \
               percent: below 0 its intervals are too short.";
    stems(
        About::new("stated-errors", "Stated against true standard errors", &sentence, how),
        Scale::free("Stated minus true, %"),
        rows,
        None,
    )
}

/// The intervals of all replicates about a truth that is the same in all of them.
fn zip(source: &Source, (one, term): Term) -> Option<Zip> {
    let truth = term.judged.as_ref()?.truth.value;
    let rows = &source.estimates;
    let (names, terms, arms) = (rows.labels("estimator"), rows.labels("term"), rows.numbers("arm"));
    let (estimate, se, low, high) = (rows.numbers("estimate"), rows.numbers("se"), rows.numbers("low"), rows.numbers("high"));
    let arm = one.arm.map_or(0.0, |arm| arm as f64 + 1.0);
    let mine = (0..rows.len()).filter(|&row| names[row] == one.name && terms[row] == term.term && arms[row] == arm);
    let intervals: Vec<Interval> = mine
        .map(|row| Interval { low: low[row], high: high[row], z: (estimate[row] - truth) / se[row], truth })
        .filter(|i| i.low.is_finite())
        .collect();
    if intervals.len() < 20 {
        return None;
    }
    let name = name(source, one, term);
    let slug: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let mut figure = Zip { x: Scale::free("Estimate minus truth"), level: 0.95, intervals, about: About::default() };
    let sentence = format!(
        "{} of {} intervals hold the truth, {}.{}",
        percent(figure.coverage(), 1),
        figure.intervals.len(),
        number(truth, 3),
        source.of_which_cell()
    );
    let how =
        "The 95 % interval of every replicate as a line, ordered by how far its estimate is from the truth in its own standard errors.";
    figure.about = About::new(&format!("zip-{slug}"), &format!("Intervals of all replicates: {name}"), &sentence, how);
    Some(figure)
}

fn table(source: &Source, terms: &[Term]) -> Numbers {
    let head = [
        "Analysis",
        "Estimate",
        "Truth",
        "Bias",
        "Empirical SE",
        "Stated SE",
        "Coverage",
        "Rejected at .05",
        "Replicates with an estimate",
    ];
    let row = |(one, term): &Term| {
        let judged = |of: fn(&Performance) -> Measured| term.judged.as_ref().map_or_else(|| "–".into(), |p| measured(of(p)));
        vec![
            name(source, one, term),
            measured(term.estimate),
            judged(|p| p.truth),
            judged(|p| p.bias),
            measured(term.empirical_se),
            measured(term.model_se),
            judged(|p| p.coverage),
            measured(term.rejection),
            term.n.to_string(),
        ]
    };
    Numbers { head: head.map(str::to_owned).to_vec(), rows: terms.iter().map(row).collect() }
}

fn failures(source: &Source, analyses: &[&AnalysisResults]) -> Numbers {
    let row = |one: &&AnalysisResults| {
        let reasons: Vec<String> = one.reasons.iter().map(|(reason, n)| format!("{reason} ({n})")).collect();
        vec![
            format!("{}{}", one.name, of_arm(source, one)),
            one.fits.to_string(),
            one.failed.to_string(),
            one.boundary.to_string(),
            reasons.join("; "),
        ]
    };
    Numbers {
        head: ["Analysis", "Replicates", "Without an answer", "At the boundary", "Reasons"].map(str::to_owned).to_vec(),
        rows: analyses.iter().filter(|one| one.failed > 0 || one.boundary > 0).map(row).collect(),
    }
}
