//! What the analyses of a study give: a table for each.

use super::colour::bold;
use super::layout::{Grid, Line, WIDTH, cut, thousands, wrap};
use super::table::{Scale, figures};
use crate::output::results::{AnalysisResults, PairResults, Results, TermResults};
use crate::performance::Measured;
use crate::performance::measures::share;

/// Most decimals of an estimate.
const MOST_DECIMALS: usize = 4;
/// Most lines of all tables together.
const MOST_LINES: usize = 200;

/// What is shown: analyses, and what is said around them.
struct Shown<'a> {
    analyses: &'a [AnalysisResults],
    pairs: &'a [PairResults],
    /// There are several cells.
    cells: bool,
    /// Names of the arms.
    arms: &'a [String],
}

/// Tables of all analyses; nothing without any.
pub fn tables(results: &Results, colour: bool) -> String {
    if results.analyses.is_empty() {
        return String::new();
    }
    let shown = Shown { analyses: &results.analyses, pairs: &results.pairs, cells: results.cells.len() > 1, arms: &results.about.arms };
    format!("\n{}\n{}", bold("Estimators: what the study's own analyses find", colour), shown.all(colour))
}

/// The same for estimates that were made elsewhere.
pub fn of_elsewhere(analyses: &[AnalysisResults], pairs: &[PairResults], replicates: u64, colour: bool) -> String {
    let arms = (1..=analyses.iter().filter_map(|one| one.arm).max().map_or(0, |arm| arm + 1)).map(|arm| arm.to_string());
    let shown = Shown { analyses, pairs, cells: analyses.iter().any(|one| one.cell > 1), arms: &arms.collect::<Vec<_>>() };
    let what = format!("{} replicates", thousands(replicates));
    format!("{}\nMeans over replicates ± Monte Carlo standard error (MCSE).\n{}", bold(&what, colour), shown.all(colour))
}

impl Shown<'_> {
    fn all(&self, colour: bool) -> String {
        let mut names: Vec<&str> = Vec::new();
        for one in self.analyses {
            if !names.contains(&one.name.as_str()) {
                names.push(&one.name);
            }
        }
        let mut out = String::new();
        let mut room = MOST_LINES;
        for name in names {
            let own: Vec<&AnalysisResults> = self.analyses.iter().filter(|one| one.name == name).collect();
            out.push_str(&format!("\n{}", self.one_table(name, &own, &mut room, colour)));
        }
        out.push_str(&self.against_each_other(colour));
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

    /// Term, cell and arm, as far as they need to be said.
    fn labels(&self, term: &str, cell: usize, arm: Option<usize>) -> Vec<String> {
        let cell = self.cells.then(|| cell.to_string());
        let arm = self.names_arms().then(|| arm.and_then(|arm| self.arms.get(arm)).cloned().unwrap_or_default());
        [Some(term.to_owned()), cell, arm].into_iter().flatten().collect()
    }

    fn names_arms(&self) -> bool {
        self.arms.len() > 1 && self.analyses.iter().any(|one| one.arm.is_some())
    }

    fn heads(&self) -> Vec<String> {
        let heads = [Some("term"), self.cells.then_some("cell"), self.names_arms().then_some("arm")];
        heads.into_iter().flatten().map(String::from).collect()
    }

    /// Estimators with a term in common, replicate by replicate.
    fn against_each_other(&self, colour: bool) -> String {
        if self.pairs.is_empty() {
            return String::new();
        }
        let mut grid = Grid {
            labels: self.heads(),
            figures: ["bias", "precision, %", "RMSE", "coverage, %", "p ≤ .05, %", "pairs"].map(String::from).to_vec(),
            lines: Vec::new(),
        };
        let mut before = None;
        for one in self.pairs.iter().take(MOST_LINES) {
            let names = (&one.name, &one.reference);
            if before != Some(names) {
                grid.lines.push(Line::Group(cut(&format!("{} against {}", one.name, one.reference), WIDTH)));
                before = Some(names);
            }
            let single = |of, scale, most| figures(&[of], scale, most).remove(0);
            let found = &one.found;
            let values = vec![
                single(found.bias, Scale::Plain(2), MOST_DECIMALS),
                single(found.precision, Scale::Plain(1), 1),
                single(found.rmse, Scale::Plain(2), MOST_DECIMALS),
                single(found.coverage, Scale::Percent, 1),
                single(found.rejection, Scale::Percent, 1),
                super::layout::Figure { value: thousands(found.n), error: String::new() },
            ];
            grid.lines.push(Line::Row(self.labels(&one.term, one.cell, one.arm), values));
        }
        let head = "Estimators against each other on the same data: differences, and gain in precision";
        format!("\n{}\n{}", bold(head, colour), grid.render(|name| bold(name, colour)))
    }

    fn one_table(&self, name: &str, all: &[&AnalysisResults], room: &mut usize, colour: bool) -> String {
        let labels = |term: &str, one: &AnalysisResults| self.labels(term, one.cell, one.arm);
        let mut grid =
            Grid { labels: self.heads(), figures: ["mean", "one study", "as stated"].map(String::from).to_vec(), lines: Vec::new() };
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
                let label: Vec<String> = labels(&term.term, one).into_iter().filter(|part| !part.is_empty()).collect();
                grid.lines.push(Line::Row(vec![label.join(", ")], values.into_iter().chain(shares).collect()));
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

/// Fits that failed or ended at the boundary: always said, none too.
fn note(place: &str, one: &AnalysisResults) -> Option<String> {
    let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
    if one.fits == 0 {
        return None;
    }
    let percent = |count: u64| {
        let share = share(count as usize, one.fits as usize);
        format!("{:.1} ± {:.1} %", 100.0 * share.value, 100.0 * share.mcse)
    };
    let all = thousands(one.fits);
    if one.failed + one.boundary == 0 {
        return Some(format!("{place}no fit of {all} failed or ended at the boundary."));
    }
    let reasons: Vec<String> = one.reasons.iter().map(|(reason, fits)| format!("{reason} ({})", thousands(*fits))).collect();
    let failed = (one.failed > 0).then(|| {
        let (count, share) = (thousands(one.failed), percent(one.failed));
        format!("{count} of {all} fits failed ({share}) and have no part in the means: {}", reasons.join("; "))
    });
    let boundary =
        (one.boundary > 0).then(|| format!("{} of {all} fits ended at the boundary ({})", thousands(one.boundary), percent(one.boundary)));
    let said: Vec<String> = [failed, boundary].into_iter().flatten().collect();
    Some(format!("{place}{}.", said.join(". ")))
}
