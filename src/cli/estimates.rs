//! What the analyses of a study give: a table for each.

use super::colour::bold;
use super::layout::{Grid, Line, WIDTH, cut, thousands, wrap};
use super::table::{Scale, figures};
use crate::output::results::{AnalysisResults, Results, TermResults};
use crate::performance::Measured;

/// Most decimals of an estimate.
const MOST_DECIMALS: usize = 4;
/// Most lines of all tables together.
const MOST_LINES: usize = 200;

/// Tables of all analyses; nothing without any.
pub fn tables(results: &Results, colour: bool) -> String {
    if results.analyses.is_empty() {
        return String::new();
    }
    let mut names: Vec<&str> = Vec::new();
    for one in &results.analyses {
        if !names.contains(&one.name.as_str()) {
            names.push(&one.name);
        }
    }
    let mut out = format!("\n{}\n", bold("Estimators: what the study's own analyses find", colour));
    let mut room = MOST_LINES;
    for name in names {
        let own: Vec<&AnalysisResults> = results.analyses.iter().filter(|one| one.name == name).collect();
        out.push_str(&format!("\n{}", one_table(name, &own, results, &mut room, colour)));
    }
    if room == 0 {
        out.push_str("… the rest is in the table performance of the file, and in --json.\n");
    }
    let legend = "One study: standard deviation of the estimates over replicates, the true standard error of a study like this. As \
                  stated: root mean square of the standard errors that the method itself gives.";
    for line in wrap(legend, WIDTH) {
        out.push_str(&format!("{line}\n"));
    }
    out
}

fn one_table(name: &str, all: &[&AnalysisResults], results: &Results, room: &mut usize, colour: bool) -> String {
    let cells = results.cells.len() > 1;
    let arms = all.iter().any(|one| one.arm.is_some()) && results.about.arms.len() > 1;
    let labels = |term: &str, one: &AnalysisResults| {
        let cell = cells.then(|| one.cell.to_string());
        let arm = arms.then(|| one.arm.and_then(|arm| results.about.arms.get(arm)).cloned().unwrap_or_default());
        [Some(term.to_owned()), cell, arm].into_iter().flatten().collect::<Vec<String>>()
    };
    let heads = [Some("term"), cells.then_some("cell"), arms.then_some("arm")];
    let mut grid = Grid {
        labels: heads.into_iter().flatten().map(String::from).collect(),
        figures: ["mean", "one study", "as stated"].map(String::from).to_vec(),
        lines: Vec::new(),
    };
    let mut notes = Vec::new();
    for one in all {
        for term in one.terms.iter().take(*room) {
            grid.lines.push(Line::Row(labels(&term.term, one), shown(term).into()));
        }
        *room = room.saturating_sub(one.terms.len());
        notes.extend(note(&labels("", one)[1..].join(", "), one));
    }
    let mut out = format!("{}\n{}{}", bold(&cut(name, WIDTH), colour), grid.render(str::to_owned), judged(all, &labels));
    for line in notes.iter().flat_map(|note| wrap(note, WIDTH)) {
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// How the estimates do against the truth, where one is given.
fn judged(all: &[&AnalysisResults], labels: &dyn Fn(&str, &AnalysisResults) -> Vec<String>) -> String {
    let mut grid = Grid {
        labels: vec!["against the truth".into()],
        figures: ["truth", "bias", "coverage, %", "but for bias, %", "p ≤ .05, %"].map(String::from).to_vec(),
        lines: Vec::new(),
    };
    for one in all {
        for term in &one.terms {
            if let Some(found) = &term.judged {
                let values = figures(&[found.truth, found.bias], Scale::Plain(2), MOST_DECIMALS);
                let shares = [found.coverage, found.bias_eliminated_coverage, found.rejection];
                let shares = shares.iter().flat_map(|share| figures(&[*share], Scale::Percent, 1));
                grid.lines.push(Line::Row(vec![labels(&term.term, one).join(", ")], values.into_iter().chain(shares).collect()));
            }
        }
    }
    if grid.lines.is_empty() { String::new() } else { format!("\n{}", grid.render(str::to_owned)) }
}

/// Mean with its error, scatter and stated error, with the same decimals.
fn shown(term: &TermResults) -> [super::layout::Figure; 3] {
    let plain = |of: Measured| Measured { mcse: f64::NAN, ..of };
    let found = figures(&[term.estimate, plain(term.empirical_se), plain(term.model_se)], Scale::Plain(2), MOST_DECIMALS);
    let mut found = found.into_iter();
    core::array::from_fn(|_| found.next().unwrap_or_default())
}

/// Fits that failed or ended at the boundary.
fn note(place: &str, one: &AnalysisResults) -> Option<String> {
    let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
    let reasons: Vec<String> = one.reasons.iter().map(|(reason, fits)| format!("{reason} ({})", thousands(*fits))).collect();
    let failed = (one.failed > 0).then(|| {
        format!("{} of {} fits failed and have no part in the means: {}", thousands(one.failed), thousands(one.fits), reasons.join("; "))
    });
    let boundary = (one.boundary > 0).then(|| format!("{} of {} fits ended at the boundary", thousands(one.boundary), thousands(one.fits)));
    let said: Vec<String> = [failed, boundary].into_iter().flatten().collect();
    (!said.is_empty()).then(|| format!("{place}{}.", said.join(". ")))
}
