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
/// Most cells of a design beside each other in a picture; more cannot be told apart.
const CELLS: usize = 6;
/// Most lines of the table of all terms.
const LINES: usize = 300;

/// A term with its analysis.
type Term<'a> = (&'a AnalysisResults, &'a TermResults);
/// A term that has a truth, in one cell.
struct Judged<'a> {
    name: String,
    /// From 0.
    cell: usize,
    term: &'a TermResults,
    performance: &'a Performance,
}

/// A measure of a term in one cell.
struct Mark {
    name: String,
    cell: usize,
    measured: Measured,
}

/// Bias, coverage, stated against true standard errors, failures. Cells of a design stand beside each other.
pub fn chapter(source: &Source) -> Chapter {
    let all: Vec<&AnalysisResults> = source.results.analyses.iter().collect();
    let terms: Vec<Term> = all.iter().flat_map(|one| one.terms.iter().map(|term| (*one, term))).collect();
    let pictured = terms.iter().filter(|(one, _)| one.cell <= CELLS);
    let judged: Vec<Judged> = pictured.filter_map(|&(one, term)| judge(source, one, term)).collect();
    let mut parts = Vec::new();
    if !judged.is_empty() {
        parts.push(Part::chart("bias", bias(source, &judged)));
        parts.push(Part::chart("coverage", coverage(source, &judged)));
        parts.push(Part::chart("stated-errors", stated(source, &judged)));
        let first = terms.iter().filter(|(one, _)| one.cell == 1);
        let constant = first.filter(|(_, term)| term.judged.as_ref().is_some_and(|p| p.truth.mcse == 0.0));
        parts.extend(constant.filter_map(|term| zip(source, *term)).take(ZIPS).map(|figure| Part::chart("zip", figure)));
    }
    if !terms.is_empty() {
        let (title, numbers) = ("All terms of all analyses".to_owned(), table(source, &terms[..terms.len().min(LINES)]));
        parts.push(if judged.is_empty() { Part::Table(title, numbers) } else { Part::More(title, numbers) });
        if terms.len() > LINES {
            let words = format!("{} more are in the file's table `performance`, and in `dyadsim show --json`.", terms.len() - LINES);
            parts.push(Part::Words(words));
        }
        if all.iter().any(|one| one.failed > 0 || one.boundary > 0) {
            parts.push(Part::Table("Fits without an answer, and at the boundary".into(), failures(source, &all)));
        }
    }
    Chapter { id: "estimators", title: "What the study's own analyses find", parts }
}

fn judge<'a>(source: &Source, one: &AnalysisResults, term: &'a TermResults) -> Option<Judged<'a>> {
    let performance = term.judged.as_ref().filter(|p| p.bias.value.is_finite())?;
    Some(Judged { name: name(source, one, term), cell: one.cell - 1, term, performance })
}

fn of_arm(source: &Source, one: &AnalysisResults) -> String {
    one.arm.and_then(|arm| source.arms().get(arm)).map_or_else(String::new, |arm| format!(", {arm}"))
}

fn name(source: &Source, one: &AnalysisResults, term: &TermResults) -> String {
    let term = if one.terms.len() > 1 || term.term != one.name { format!(": {}", term.term) } else { String::new() };
    format!("{}{term}{}", one.name, of_arm(source, one))
}

/// Marks on stems: a row for each term, a mark for each cell.
fn stems(source: &Source, about: About, x: Scale, marks: &[Mark], guide: Option<(f64, String)>) -> Bars {
    let mut rows: Vec<Row> = Vec::new();
    for Mark { name, cell, measured: m } in marks {
        let reach = NINETY_FIVE * m.mcse;
        let of = source.cell(*cell).unwrap_or_default();
        let bar = Bar { name: of, hue: *cell, value: m.value, low: m.value - reach, high: m.value + reach };
        match rows.iter_mut().find(|row| &row.name == name) {
            Some(row) => row.bars.push(bar),
            None => rows.push(Row { name: name.clone(), bars: vec![bar] }),
        }
    }
    Bars { about, x, interval: "95 % of Monte Carlo error".into(), kind: Kind::Stems, rows, guide }
}

/// Terms beyond so many of their Monte Carlo standard errors from a value, in words.
fn beyond(source: &Source, marks: &[Mark], from: f64, what: &str) -> String {
    let named = |mark: &Mark| source.cell(mark.cell).map_or_else(|| mark.name.clone(), |cell| format!("{} ({cell})", mark.name));
    let far: Vec<String> = marks.iter().filter(|mark| mark.measured.z(from).abs() > NINETY_FIVE).map(named).collect();
    match far.len() {
        0 => format!("No {what} beyond Monte Carlo error."),
        n if n > 4 => format!("{n} of {} marks show {what} beyond Monte Carlo error.", marks.len()),
        _ => format!("Beyond Monte Carlo error, {what}: {}.", far.join("; ")),
    }
}

/// What is said where a picture does not have all cells.
fn of_which_cells(source: &Source) -> String {
    match source.results.cells.len() {
        n if n > CELLS => format!(" The first {CELLS} of {n} cells of the design; the table below has more."),
        _ => String::new(),
    }
}

fn marks(judged: &[Judged], of: impl Fn(&Judged) -> Measured) -> Vec<Mark> {
    judged.iter().map(|one| Mark { name: one.name.clone(), cell: one.cell, measured: of(one) }).collect()
}

fn bias(source: &Source, judged: &[Judged]) -> Bars {
    let scaled = |one: &Judged| {
        let (m, sd) = (one.performance.bias, one.term.empirical_se.value);
        Measured { value: m.value / sd, mcse: m.mcse / sd }
    };
    let marks = marks(judged, scaled);
    let sentence = beyond(source, &marks, 0.0, "bias") + &of_which_cells(source);
    let how = "For each term, mean estimate minus truth on a stem from 0, with 95 % of Monte Carlo error, in standard deviations of the \
               estimate: terms with different units stand on one axis. The table below has them in their own units.";
    stems(source, About::new("bias", "Bias", &sentence, how), Scale::free("Bias, SDs of one estimate"), &marks, None)
}

fn coverage(source: &Source, judged: &[Judged]) -> Bars {
    let marks = marks(judged, |one| one.performance.coverage);
    let lowest = marks.iter().map(|mark| mark.measured.value).fold(f64::NAN, f64::min);
    let far = beyond(source, &marks, 0.95, "coverage other than 95 %");
    let sentence = format!("{far} Lowest coverage: {}.{}", percent(lowest, 1), of_which_cells(source));
    let how = "For each term, the share of 95 % intervals that hold the truth, with 95 % of Monte Carlo error.";
    let about = About::new("coverage", "Coverage of 95 % intervals", &sentence, how);
    stems(source, about, Scale::share("Intervals that hold the truth"), &marks, Some((0.95, "95 %".into())))
}

fn stated(source: &Source, judged: &[Judged]) -> Bars {
    let marks = marks(judged, |one| one.performance.model_se_error);
    let sentence = beyond(source, &marks, 0.0, "stated standard errors that are off") + &of_which_cells(source);
    let how = "For each term, how far the standard error that the method states is from the standard deviation of its estimates, in \
               percent: below 0 its intervals are too short.";
    let about = About::new("stated-errors", "Stated against true standard errors", &sentence, how);
    stems(source, about, Scale::free("Stated minus true, %"), &marks, None)
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

/// A table of analyses; its first column is the cell where there are several.
fn by_cell<T>(source: &Source, head: &[&str], of: &[T], cell: impl Fn(&T) -> usize, row: impl Fn(&T) -> Vec<String>) -> Numbers {
    let several = source.results.cells.len() > 1;
    let first = |one: &T| several.then(|| source.cell(cell(one) - 1).unwrap_or_default());
    Numbers {
        head: several.then_some("Cell").iter().chain(head).map(|name| (*name).to_owned()).collect(),
        rows: of.iter().map(|one| first(one).into_iter().chain(row(one)).collect()).collect(),
    }
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
    by_cell(source, &head, terms, |(one, _)| one.cell, row)
}

fn failures(source: &Source, analyses: &[&AnalysisResults]) -> Numbers {
    let head = ["Analysis", "Replicates", "Without an answer", "At the boundary", "Reasons"];
    let some: Vec<&AnalysisResults> = analyses.iter().filter(|one| one.failed > 0 || one.boundary > 0).copied().collect();
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
    by_cell(source, &head, &some, |one| one.cell, row)
}
