//! Chapter 2: the answer, each number with its Monte Carlo standard error.

use super::parts::{Chapter, Part, ends, measured, sentence};
use super::source::Source;
use crate::dataset::column::ColumnSpec;
use crate::dataset::text::listed;
use crate::engine::summary::MEASURES;
use crate::engine::totals::COMPARISONS;
use crate::figures::bars::{Bar, Bars, Kind, Row};
use crate::figures::frame::Scale;
use crate::figures::sheet::{About, Numbers, number};
use crate::output::results::{ArmResults, CellResults};

/// What stands above: the other measures open on demand.
const HEADLINE: [&str; 14] = [
    "intake_score",
    "final_score",
    "change",
    "pre_post_d",
    "recovered",
    "improved",
    "unchanged",
    "deteriorated",
    "dropout",
    "sessions",
    "alliance_r_early",
    "therapist_icc",
    "between_d",
    "effect_sd",
];
/// Cells whose tables a page takes.
const CELLS: usize = 12;

/// Tables of all arms, and the outcome classes as a chart.
pub fn chapter(source: &Source) -> Chapter {
    let results = &source.results;
    let words = "Means over replicates, each with its Monte Carlo standard error after ±: how far the number may be off because the \
                 number of replicates is finite. Differences are paired: the same clients with the same luck in both arms.";
    let mut parts = vec![Part::Words(words.into())];
    let shown = if results.about.sampled { 0 } else { results.cells.len().min(CELLS) };
    for (c, cell) in results.cells.iter().take(shown).enumerate() {
        let levels = source.cell(c);
        let title = levels.as_ref().map_or_else(|| "Headline".into(), |levels| format!("Cell {}: {levels}", c + 1));
        let chosen = |spec: &&ColumnSpec| HEADLINE.contains(&spec.name);
        parts.push(Part::Table(title, table(cell, chosen)));
        let more = if levels.is_none() { "All measures".into() } else { format!("All measures of cell {}", c + 1) };
        parts.push(Part::More(more, table(cell, |_| true)));
        if c == 0 {
            parts.push(Part::chart("classes", classes(source, cell)));
        }
    }
    if shown < results.cells.len() {
        let words = format!("The file has {} cells; `dyadsim show` and its table `arms` have the numbers of each.", results.cells.len());
        parts.push(Part::Words(words));
    }
    Chapter { id: "headline", title: "The answer in numbers", parts }
}

/// A row per measure that is defined: its level in every arm, and differences to the first.
fn table(cell: &CellResults, chosen: impl Fn(&&ColumnSpec) -> bool) -> Numbers {
    let mut head = vec!["Measure".to_owned()];
    head.extend(cell.arms.iter().map(|arm| arm.name.clone()));
    head.extend(cell.arms.iter().skip(1).map(|arm| format!("{} minus {}", arm.name, cell.arms[0].name)));
    head.push("Unit".into());
    let row = |spec: &ColumnSpec| {
        let levels = cell.arms.iter().map(|arm| measured(arm.mean(spec.name)));
        let differences = cell.arms.iter().skip(1).map(|arm| match &arm.contrast {
            Some(contrast) if !COMPARISONS.contains(&spec.name) => measured(contrast.of(spec.name)),
            _ => "–".into(),
        });
        [sentence(spec.long_name)].into_iter().chain(levels).chain(differences).chain([spec.unit.to_owned()]).collect()
    };
    let defined = |spec: &&ColumnSpec| cell.arms.iter().any(|arm| arm.mean(spec.name).value.is_finite());
    Numbers { head, rows: MEASURES.iter().filter(chosen).filter(defined).map(row).collect() }
}

fn classes(source: &Source, cell: &CellResults) -> Bars {
    let classes = [("recovered", 2), ("improved", 0), ("unchanged", 6), ("deteriorated", 1)];
    let bar = |arm: &ArmResults, (name, hue): (&str, usize)| {
        let share = arm.mean(name);
        let [low, high] = ends(share);
        Bar { name: name.into(), hue, value: share.value, low, high }
    };
    let row = |arm: &ArmResults| Row { name: arm.name.clone(), bars: classes.map(|class| bar(arm, class)).to_vec() };
    let recovered: Vec<String> =
        cell.arms.iter().map(|arm| format!("{} % in {}", number(100.0 * arm.mean("recovered").value, 1), arm.name)).collect();
    Bars {
        about: About::new(
            "classes",
            "Outcome classes",
            &format!("Of all clients, dropouts included, recovered: {}.{}", listed(&recovered), source.of_which_cell()),
            "A bar for each arm, divided by outcome class: recovered, improved, unchanged, deteriorated (Jacobson and Truax).",
        ),
        x: Scale::share("Share of clients"),
        interval: "95 % of Monte Carlo error".into(),
        kind: Kind::Joined,
        rows: cell.arms.iter().map(row).collect(),
        guide: None,
    }
}
