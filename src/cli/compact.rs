//! A table with a line for each cell and arm.

use super::cells::{Figures, Scale, figures, is_comparison, value};
use super::colour::bold;
use super::layout::{Figure, Grid, Line, WIDTH, length};
use crate::output::results::Results;

/// Most lines of the compact layout.
pub(super) const MOST_LINES: usize = 120;
/// Most decimals where there is less room.
const MOST_DECIMALS_COMPACT: usize = 3;

/// A table with a line per cell and arm, with as many decimals as there is room for.
pub(super) fn compact(results: &Results, columns: &[(&str, Scale, Figures)], name: &str, colour: bool) -> String {
    let table = |decimals| compact_with(decimals, results, columns);
    let fits = |text: &String| text.lines().all(|line| length(line) <= WIDTH);
    let text = (1..=MOST_DECIMALS_COMPACT).rev().map(table).find(fits).unwrap_or_else(|| table(0));
    format!("{}\n{text}", bold(name, colour))
}

fn compact_with(decimals: usize, results: &Results, columns: &[(&str, Scale, Figures)]) -> String {
    let one_arm = results.about.arms.len() < 2;
    let columns: Vec<_> = columns.iter().filter(|column| !(one_arm && is_comparison(column.2))).collect();
    let mut labels = short(&results.about.factors);
    if !one_arm {
        labels.push("arm".into());
    }
    let mut grid = Grid { labels, figures: columns.iter().map(|column| column.0.into()).collect(), lines: Vec::new() };
    let lines = || results.cells.iter().flat_map(|cell| cell.arms.iter().enumerate().map(move |(a, arm)| (cell, a, arm))).take(MOST_LINES);
    let shown: Vec<Vec<Figure>> = columns
        .iter()
        .map(|column| figures(&lines().map(|(_, _, arm)| value(arm, column.2)).collect::<Vec<_>>(), column.1, decimals))
        .collect();
    for (row, (cell, a, arm)) in lines().enumerate() {
        let mut names: Vec<String> = cell.levels.iter().map(|level| if a == 0 { level.clone() } else { String::new() }).collect();
        if !one_arm {
            names.push(arm.name.clone());
        }
        grid.lines.push(Line::Row(names, shown.iter().map(|column| column[row].clone()).collect()));
    }
    grid.render(str::to_owned)
}

/// The last name of each path in words, or the whole path where that is not clear.
pub(super) fn short(paths: &[String]) -> Vec<String> {
    let last = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
    let clear = |name: &str| paths.iter().filter(|path| last(path) == name).count() == 1;
    paths
        .iter()
        .map(|path| Some(last(path)).filter(|name| clear(name)).map_or_else(|| path.clone(), |name| name.replace('_', " ")))
        .collect()
}
