//! Main effects and interactions of factorial designs, and shares of variance of full ones.

use super::{About, Statistic, mean};
use std::collections::BTreeMap;

/// Number of values that a factor takes.
fn count(levels: &[Vec<usize>], factor: usize) -> usize {
    levels.iter().map(|cell| cell[factor] + 1).max().unwrap_or(0)
}

fn mean_at(levels: &[Vec<usize>], values: &[f64], wanted: impl Fn(&[usize]) -> bool) -> f64 {
    let chosen: Vec<f64> = levels.iter().zip(values).filter(|(cell, _)| wanted(cell)).map(|(_, &value)| value).collect();
    mean(chosen.into_iter())
}

/// Mean with each later value minus mean with the first.
fn main_effects(levels: &[Vec<usize>], values: &[f64], factor: usize) -> Vec<(About, f64)> {
    let at = |level| mean_at(levels, values, |cell| cell[factor] == level);
    let effect = |level| (About { level: Some(level), ..About::factor(Statistic::MainEffect, factor) }, at(level) - at(0));
    (1..count(levels, factor)).map(effect).collect()
}

/// Interaction of two factors of two values: mean of the cells in which both have their first or both their second value, minus
/// mean of the others (Box, Hunter and Hunter 2005, section 5.6).
fn interaction(levels: &[Vec<usize>], values: &[f64], (a, b): (usize, usize)) -> (About, f64) {
    let same = |wanted: bool| mean_at(levels, values, |cell| (cell[a] == cell[b]) == wanted);
    (About { with: Some(b), ..About::factor(Statistic::Interaction, a) }, same(true) - same(false))
}

/// Measures of a regular fraction.
pub(super) fn fraction(levels: &[Vec<usize>], clear: &[(usize, usize)], values: &[f64]) -> Vec<(About, f64)> {
    let factors = levels.first().map_or(0, Vec::len);
    let mains = (0..factors).flat_map(|factor| main_effects(levels, values, factor));
    mains.chain(clear.iter().map(|&pair| interaction(levels, values, pair))).collect()
}

/// Measures of a full factorial. Factors that take a single value have none.
pub(super) fn factorial(levels: &[Vec<usize>], values: &[f64]) -> Vec<(About, f64)> {
    let factors = levels.first().map_or(0, Vec::len);
    let varied: Vec<usize> = (0..factors).filter(|&factor| count(levels, factor) > 1).collect();
    let two: Vec<usize> = varied.iter().copied().filter(|&factor| count(levels, factor) == 2).collect();
    let mut all: Vec<(About, f64)> = varied.iter().flat_map(|&factor| main_effects(levels, values, factor)).collect();
    for (i, &a) in two.iter().enumerate() {
        all.extend(two[i + 1..].iter().map(|&b| interaction(levels, values, (a, b))));
    }
    for &factor in &varied {
        let (first, total) = shares(levels, values, factor);
        all.push((About::factor(Statistic::FirstOrder, factor), first));
        all.push((About::factor(Statistic::Total, factor), total));
    }
    all
}

/// Shares of the variance over all cells: between the values of a factor, and left between its values where all other factors are
/// held. With equal weights these are the first-order and total Sobol indices of the factor, without sampling.
fn shares(levels: &[Vec<usize>], values: &[f64], factor: usize) -> (f64, f64) {
    let centre = mean(values.iter().copied());
    let all = mean(values.iter().map(|value| (value - centre).powi(2)));
    let mut by_factor: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let mut by_others: BTreeMap<Vec<usize>, (f64, f64)> = BTreeMap::new();
    for (cell, value) in levels.iter().zip(values) {
        let mut others = cell.clone();
        others[factor] = 0;
        for group in [by_factor.entry(cell[factor]).or_default(), by_others.entry(others).or_default()] {
            group.0 += 1.0;
            group.1 += value - centre;
        }
    }
    let n = values.len() as f64;
    let explained = |groups: Vec<(f64, f64)>| groups.iter().map(|(n, sum)| sum * sum / n).sum::<f64>() / n;
    let (first, rest) = (explained(by_factor.into_values().collect()), explained(by_others.into_values().collect()));
    (first / all, 1.0 - rest / all)
}
