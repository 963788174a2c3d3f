//! The headline of a study as a table that fits 100 columns.

mod arms;
mod compact;
mod design;
mod drivers;
pub mod estimates;
mod lines;
pub(super) mod numbers;

use super::colour::bold;
use super::layout::{WIDTH, cut, length, thousands, wrap};
use crate::output::results::Results;
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
        [cell] if cell.arms.len() <= MOST_COLUMNS => out.push_str(&arms::side_by_side(results, cell, colour)),
        cells if results.about.sampled => {
            let count = thousands(cells.len() as u64);
            out.push_str(&format!("The {count} cells are in the tables cells, arms and contrasts of the file, and in --json.\n"));
        }
        _ => out.push_str(&lines::line_per_arm(results, colour)),
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
    use crate::output::results::{About, AnalysisResults, ArmResults, CellResults, Contrast, TermResults};
    use crate::performance::Measured;

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
