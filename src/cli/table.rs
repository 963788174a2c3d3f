//! The headline of a study as a table that fits 100 columns.

use super::cells::{Figures, MOST_DECIMALS, Row, Scale, figures, needed, value};
use super::colour::bold;
use super::compact::{MOST_LINES, compact, short};
use super::headline_rows::{
    ALLIANCE, CLINIC, COMPACT, COMPACT_ALLIANCE, COMPACT_NOT_ON_TRACK, COMPACT_THROUGHPUT, COMPACT_WAITING, COMPARED,
    COMPARED_NOT_ON_TRACK, COUPLES, DIFFERENCES, ENDINGS, NOT_ON_TRACK, OBSERVED, OUTCOME, RATERS, RUPTURES, THERAPISTS,
};
use super::layout::{Grid, Line, WIDTH, cut, length, thousands, wrap};
use super::{design, drivers, estimates};
use crate::output::results::{CellResults, Results};
use crate::performance::Measured;
use std::path::Path;

/// Most arms that get a column each.
const MOST_COLUMNS: usize = 4;
/// Most failures that are listed.
const MOST_FAILURES: usize = 5;

/// The headline table with heading and footing. It depends on the results alone, so that a run and
/// its file show the same.
pub fn headline(results: &Results, file: Option<&Path>, colour: bool) -> String {
    let mut out = heading(results, colour);
    match results.cells.as_slice() {
        [cell] if cell.arms.len() <= MOST_COLUMNS => out.push_str(&arms_side_by_side(results, cell, colour)),
        cells if results.about.sampled => {
            let count = thousands(cells.len() as u64);
            out.push_str(&format!("The {count} cells are in the tables cells, arms and contrasts of the file, and in --json.\n"));
        }
        _ => out.push_str(&line_per_arm(results, colour)),
    }
    out.push_str(&estimates::tables(results, colour));
    out.push_str(&drivers::tables(results, colour));
    out.push_str(&failures(results));
    out.push_str(&footing(file));
    out
}

/// What the study's analyses find, with the heading of the study: for runs whose answer is the analyses.
pub fn estimators(results: &Results, colour: bool) -> String {
    format!("{}\n{}{}", heading(results, colour).trim_end(), estimates::tables(results, colour), failures(results))
}

fn heading(results: &Results, colour: bool) -> String {
    let about = &results.about;
    let mut out = format!("{}\n", bold(&cut(&about.title, WIDTH), colour));
    let question = wrap(&about.question, WIDTH);
    let size = format!("{}; seed {}", size(results), about.seed);
    let design = if about.design.is_empty() { String::new() } else { format!("Design: {}.", about.design) };
    let points = about.points.first().cloned().unwrap_or_default();
    let about = [size, points, design, progress(results)];
    for line in question.into_iter().chain(about.iter().flat_map(|text| wrap(text, WIDTH))) {
        out.push_str(&format!("{line}\n"));
    }
    out.push_str("Means over replicates ± Monte Carlo standard error (MCSE).\n\n");
    out
}

/// Replicates and people in words.
fn size(results: &Results) -> String {
    let about = &results.about;
    let arms = || results.cells.iter().flat_map(|cell| &cell.arms);
    let range = |i: usize| (arms().map(|arm| arm.size[i]).min().unwrap_or(0), arms().map(|arm| arm.size[i]).max().unwrap_or(0));
    let counted = |i: usize, one: &str| match range(i) {
        (1, 1) => format!("1 {one}"),
        (low, high) if low == high => format!("{} {one}s", thousands(low)),
        (low, high) => format!("{} to {} {one}s", thousands(low), thousands(high)),
    };
    let replicates = match (about.first, about.done) {
        (1, 1) => "1 replicate".into(),
        (first, 1) => format!("replicate {first} alone"),
        (_, done) => format!("{} replicates", thousands(done)),
    };
    let cells = if results.cells.len() > 1 { format!(", {} cells", thousands(results.cells.len() as u64)) } else { String::new() };
    let arms = if about.arms.len() > 1 { format!(", {} arms", about.arms.len()) } else { String::new() };
    format!("{replicates} of {} ({}, {}){cells}{arms}", counted(2, "client"), counted(1, "therapist"), counted(0, "clinic"))
}

/// Why there are fewer replicates than asked for, if so.
fn progress(results: &Results) -> String {
    let about = &results.about;
    let (done, asked) = (thousands(about.done), thousands(about.asked));
    let of = if about.until_of.is_empty() { "headline" } else { &about.until_of };
    match about.until_mcse {
        _ if about.interrupted => format!("INTERRUPTED after {done} of {asked} replicates: what is shown is complete as far as it goes."),
        Some(target) if about.reached_precision() => {
            format!("Precise enough after {done} of at most {asked} replicates: {of} MCSE {:.4}, target {target}.", results.precision())
        }
        Some(target) => {
            format!("NOT as precise as asked for: {of} MCSE {:.4} after {done} replicates, target {target}.", results.precision())
        }
        None => String::new(),
    }
}

/// A column per arm; with two arms, one for their difference.
fn arms_side_by_side(results: &Results, cell: &CellResults, colour: bool) -> String {
    let two = cell.arms.len() == 2;
    let mut grid = Grid { labels: vec![String::new()], figures: cell.arms.iter().map(|arm| arm.name.clone()).collect(), lines: Vec::new() };
    if two {
        grid.figures.push("paired difference".into());
    }
    for (name, rows) in groups(results, cell) {
        grid.lines.push(Line::Group(name));
        let shown = |row: &&Row| RATERS.iter().all(|rater| rater.2 != row.2) || cell.arms.iter().any(|arm| !arm.mean(row.2).value.is_nan());
        grid.lines.extend(rows.iter().filter(shown).map(|&(label, scale, measure)| {
            let values: Vec<Measured> = cell.arms.iter().map(|arm| arm.mean(measure)).collect();
            let mut shown = figures(&values, scale, MOST_DECIMALS);
            if two {
                let difference = value(&cell.arms[1], Figures::Difference(measure));
                shown.extend(figures(&[difference], scale, MOST_DECIMALS));
            }
            Line::Row(vec![format!("  {label}")], shown)
        }));
    }
    let mut out = grid.render(|name| bold(name, colour));
    if cell.arms.len() > 1 {
        out.push_str(&compared(results, cell, colour));
    }
    out.push_str(&design::side_by_side(results, cell, colour));
    out
}

fn groups(results: &Results, cell: &CellResults) -> Vec<(String, &'static [Row])> {
    let some = |measure: &str, is: fn(f64) -> bool| cell.arms.iter().any(|arm| is(arm.mean(measure).value));
    let [symptoms, alliance] = &results.about.instruments;
    let mut groups = vec![
        (format!("Outcome ({symptoms})"), OUTCOME),
        ("Endings".into(), ENDINGS),
        (format!("Alliance ({alliance}, rated by the client)"), ALLIANCE),
        ("Therapists".into(), THERAPISTS),
        ("Rupture and repair".into(), RUPTURES),
    ];
    if some("final_observed", |share| share < 1.0) {
        groups.insert(1, ("Form after treatment".into(), OBSERVED));
    }
    if RATERS.iter().any(|(_, _, measure)| some(measure, |value| !value.is_nan())) {
        groups.push(("Other raters of alliance".into(), RATERS));
    }
    if some(COUPLES[0].2, |value| !value.is_nan()) {
        groups.push(("Couples".into(), COUPLES));
    }
    if results.about.feedback {
        groups.push(("Not on track (red signal)".into(), NOT_ON_TRACK));
    }
    if results.about.open {
        groups.push(("Clinic (waiting list, caseload)".into(), CLINIC));
    }
    groups
}

/// Every arm against the first.
fn compared(results: &Results, cell: &CellResults, colour: bool) -> String {
    let others = &cell.arms[1..];
    let mut rows: Vec<&(&str, Scale, Figures)> = Vec::new();
    if others.len() > 1 {
        rows.extend(DIFFERENCES);
    }
    rows.extend(COMPARED);
    if results.about.feedback {
        rows.extend(COMPARED_NOT_ON_TRACK);
    }
    let mut grid = Grid { labels: vec![String::new()], figures: others.iter().map(|arm| arm.name.clone()).collect(), lines: Vec::new() };
    grid.lines.push(Line::Group(cut(&format!("Against {}: same clients, same luck", cell.arms[0].name), WIDTH)));
    for &&(label, scale, source) in &rows {
        let values: Vec<Measured> = others.iter().map(|arm| value(arm, source)).collect();
        let figures = if matches!(source, Figures::Needed(_)) {
            values.iter().map(|&m| needed(m)).collect()
        } else {
            figures(&values, scale, MOST_DECIMALS)
        };
        grid.lines.push(Line::Row(vec![format!("  {label}")], figures));
    }
    if others.len() == 1 {
        // The one column needs no heading: the group says what it holds.
        grid.figures = vec![String::new()];
    }
    format!("\n{}", grid.render(|name| bold(name, colour)))
}

/// One line per cell and arm.
fn line_per_arm(results: &Results, colour: bool) -> String {
    let mut out = compact(results, COMPACT, &format!("Outcome ({})", results.about.instruments[0]), colour);
    let seen = design::line_per_arm(results, colour);
    if seen.is_empty() {
        let name = format!("Alliance ({}, rated by the client), therapists, sessions", results.about.instruments[1]);
        out.push_str(&format!("\n{}", compact(results, COMPACT_ALLIANCE, &name, colour)));
    }
    if results.about.feedback {
        out.push_str(&format!("\n{}", compact(results, COMPACT_NOT_ON_TRACK, "Clients not on track (red signal)", colour)));
    }
    if results.about.open {
        out.push_str(&format!("\n{}", compact(results, COMPACT_WAITING, "Waiting and load", colour)));
        out.push_str(&format!("\n{}", compact(results, COMPACT_THROUGHPUT, "Throughput, per therapist and year, and burnout", colour)));
    }
    out.push_str(&seen);
    let lines: usize = results.cells.iter().map(|cell| cell.arms.len()).sum();
    if lines > MOST_LINES {
        out.push_str(&format!("… {} more lines: use --json, or the tables arms and contrasts of the file.\n", lines - MOST_LINES));
    }
    let keys: Vec<String> = results
        .about
        .factors
        .iter()
        .zip(short(&results.about.factors))
        .filter(|(path, name)| path != &name)
        .map(|(path, name)| format!("{name} = {path}"))
        .collect();
    let keys = if keys.is_empty() { String::new() } else { format!(" Varied: {}.", keys.join(", ")) };
    let base = results
        .about
        .arms
        .first()
        .filter(|_| results.about.arms.len() > 1)
        .map(|name| format!("Differences are against {name}, same clients, same luck."));
    for line in wrap(&format!("{}{keys}", base.unwrap_or_default()), WIDTH) {
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// Replicates that failed, and how to look at one.
fn failures(results: &Results) -> String {
    let all = &results.failures;
    let Some(first) = all.first() else {
        return String::new();
    };
    let mut out =
        format!("\n{} of {} replicates failed and are left out:\n", all.len(), thousands(results.about.done * results.cells.len() as u64));
    for failure in all.iter().take(MOST_FAILURES) {
        let cell = if results.cells.len() > 1 { format!("cell {}, ", failure.cell) } else { String::new() };
        out.push_str(&format!("{}\n", cut(&format!("  {cell}replicate {}: {}", failure.replicate, failure.reason), WIDTH)));
    }
    if all.len() > MOST_FAILURES {
        out.push_str(&format!("  … and {} more (table failures of the file)\n", all.len() - MOST_FAILURES));
    }
    out.push_str(&format!("Run one alone: dyadsim run SCENARIO --replicate {}\n", first.replicate));
    out
}

fn footing(file: Option<&Path>) -> String {
    let mut out = String::from("\nSimulated, not evidence: this shows what follows from the scenario's assumptions.\n");
    if let Some(file) = file {
        let name = file.display().to_string();
        out.push_str(&format!("Results: {name}\n"));
        if length(&name) <= 34 {
            out.push_str(&format!("  Python  pd.DataFrame({{k: v[:] for k, v in h5py.File(\"{name}\")[\"arms\"].items()}})\n"));
            out.push_str(&format!("  R       as.data.frame(rhdf5::h5read(\"{name}\", \"arms\"))\n"));
        } else {
            out.push_str("  Python  pd.DataFrame({k: v[:] for k, v in h5py.File(PATH)[\"arms\"].items()})\n");
            out.push_str("  R       as.data.frame(rhdf5::h5read(PATH, \"arms\"))\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::run::Failure;
    use crate::engine::summary::MEASURES;
    use crate::output::results::{About, AnalysisResults, ArmResults, Contrast, TermResults};

    fn about(names: &[&str]) -> About {
        About {
            title: "T".repeat(300),
            question: "why ".repeat(80),
            version: "0".into(),
            seed: u64::MAX,
            fingerprint: "f".into(),
            settings: Vec::new(),
            arms: names.iter().map(ToString::to_string).collect(),
            factors: vec!["clients.severity_mean".into(), "measures[\"symptoms\"].every".into()],
            points: Vec::new(),
            sampled: false,
            instruments: ["OQ-45".into(), "WAI-SR".into()],
            feedback: true,
            open: true,
            design: "trial, clients randomised 1:1 in blocks of 4 within clinics".into(),
            first: 1,
            asked: 1000,
            done: 1000,
            until_mcse: None,
            until_of: String::new(),
            interrupted: false,
        }
    }

    fn analyses(cells: usize, arms: usize) -> Vec<AnalysisResults> {
        let measured = Measured { value: -123.456_78, mcse: 0.000_12 };
        let term = |term: &str| TermResults {
            term: term.into(),
            n: 9,
            estimate: measured,
            empirical_se: measured,
            model_se: measured,
            rejection: measured,
            judged: None,
        };
        let one = |cell, arm| AnalysisResults {
            cell,
            name: "an analysis".into(),
            arm: Some(arm),
            fits: 10,
            failed: 1,
            boundary: 2,
            reasons: vec![("no rows are left to analyse".into(), 1)],
            terms: vec![term("mean(z(early) | therapist) with a name that does not end"), term("r")],
        };
        (1..=cells).flat_map(|cell| (0..arms).map(move |arm| one(cell, arm))).collect()
    }

    fn results(cells: usize, names: &[&str]) -> Results {
        let measured = Measured { value: -123.456_78, mcse: 0.000_12 };
        let contrast = Contrast { difference: vec![measured; MEASURES.len()], odds_ratio: [Measured::NONE; 3], needed: [measured; 3] };
        let arm = |(a, name): (usize, &&str)| ArmResults {
            name: (*name).into(),
            size: [4, 40, 1000],
            completed: 999,
            failed: 1,
            level: vec![measured; MEASURES.len()],
            weeks: Vec::new(),
            sessions: Vec::new(),
            spread: vec![measured; MEASURES.len()],
            contrast: (a > 0).then(|| contrast.clone()),
        };
        let cell = |_| CellResults {
            levels: vec!["70".into(), "a value that is far too long to show".into()],
            arms: names.iter().enumerate().map(arm).collect(),
        };
        Results {
            about: about(names),
            cells: (0..cells).map(cell).collect(),
            analyses: analyses(cells, names.len()),
            pairs: Vec::new(),
            drivers: Vec::new(),
            failures: Vec::new(),
        }
    }

    #[test]
    fn no_table_is_wider_than_a_page() {
        let long = "an arm with a name that goes on and on and on";
        for names in [&[long][..], &["a", long], &["a", long, "c"], &[long, "b", "c", "d"], &["a", "b", "c", "d", long]] {
            for cells in [1, 18, 90] {
                let text = headline(&results(cells, names), Some(Path::new("results.h5")), false);
                assert!(text.lines().all(|line| length(line) <= WIDTH), "{text}");
            }
        }
    }

    #[test]
    fn failed_replicates_are_listed_with_their_address() {
        let mut results = results(2, &["a", "b"]);
        results.failures = (7..17).map(|replicate| Failure { cell: 2, replicate, reason: "scores are not finite".into() }).collect();
        let text = failures(&results);
        for part in ["10 of 2,000 replicates failed", "cell 2, replicate 7: scores are not finite", "and 5 more", "--replicate 7"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
