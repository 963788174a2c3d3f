//! The optimum over θ: start, descent, and a second look where the first is not convincing.

use super::jet::Entry;
use super::newton::{Minimum, minimise};
use super::objective::Objective;

/// Standard deviations relative to the residual's at which a search may start: with one covariance matrix, two, more.
const ONE: [f64; 8] = [0.02, 0.07, 0.2, 0.45, 0.9, 1.8, 4.0, 12.0];
const TWO: [f64; 3] = [0.1, 0.5, 2.5];
const MORE: [f64; 2] = [0.2, 1.0];
/// Covariance matrices that get starting points of their own.
const MOST: usize = 4;
/// A relative standard deviation below this is tried as zero.
const SMALL: f64 = 3e-3;
/// A relative standard deviation below this is zero.
const NOTHING: f64 = 1e-9;
/// Difference of the criterion that rounding may make.
const ROUNDING: f64 = 1e-9;

/// θ with one relative standard deviation for all random effects of a block, uncorrelated. `blocks` gives the block of
/// each entry of θ.
fn diagonal(objective: &Objective, blocks: &[usize], scales: &[f64]) -> Vec<f64> {
    let value = |(entry, block): (&Entry, &usize)| if entry.a == entry.b { scales[block % scales.len()] } else { 0.0 };
    objective.entries().iter().zip(blocks).map(value).collect()
}

/// The scales of a search with so many covariance matrices.
fn scales(blocks: usize) -> &'static [f64] {
    match blocks {
        1 => &ONE,
        2 => &TWO,
        _ => &MORE,
    }
}

/// All combinations of scales over blocks.
fn combinations(scales: &[f64], blocks: usize) -> Vec<Vec<f64>> {
    let mut all = vec![Vec::new()];
    for _ in 0..blocks {
        all = all.iter().flat_map(|start: &Vec<f64>| scales.iter().map(|&scale| [start.as_slice(), &[scale]].concat())).collect();
    }
    all
}

/// Lowest criterion over θ. `start` is tried first, and alone if it leads to an optimum inside the parameter space.
pub fn search(objective: &mut Objective, blocks: &[usize], start: Option<&[f64]>) -> Option<Minimum> {
    if objective.entries().is_empty() {
        return minimise(&[], |_| None);
    }
    let mut best: Option<Minimum> = None;
    if let Some(start) = start {
        best = descend(objective, start);
        if best.as_ref().is_some_and(|found| found.converged && !at_boundary(objective, &found.at)) {
            return best;
        }
    }
    for start in starts(objective, blocks) {
        let found = descend(objective, &start);
        best = better(best, found);
        let many = objective.entries().len() > 1;
        if many && best.as_ref().is_some_and(|found| found.converged && !at_boundary(objective, &found.at)) {
            break;
        }
    }
    best
}

/// Starting points, most promising first: with one parameter all low points of the grid, else its best point and corners.
fn starts(objective: &mut Objective, blocks: &[usize]) -> Vec<Vec<f64>> {
    let count = blocks.last().map_or(0, |last| last + 1).min(MOST);
    let scales = scales(count);
    let candidates = combinations(scales, count);
    let thetas: Vec<Vec<f64>> = candidates.iter().map(|chosen| diagonal(objective, blocks, chosen)).collect();
    let values: Vec<f64> = thetas.iter().map(|theta| objective.value(theta)).collect();
    let lowest = (0..values.len()).min_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
    let single = objective.entries().len() == 1;
    let worth = |&at: &usize| {
        let before = at == 0 || values[at - 1] > values[at];
        let after = values.get(at + 1).is_none_or(|&next| next >= values[at]);
        let corner = candidates[at].iter().all(|scale| *scale == scales[0] || *scale == scales[scales.len() - 1]);
        at != lowest && if single { before && after } else { corner }
    };
    let others = (0..values.len()).filter(worth);
    [lowest].into_iter().chain(others).map(|at| thetas[at].clone()).collect()
}

fn better(one: Option<Minimum>, two: Option<Minimum>) -> Option<Minimum> {
    match (one, two) {
        (Some(one), Some(two)) => {
            let take_two = two.converged && (!one.converged || two.local.value < one.local.value - ROUNDING);
            Some(if take_two { two } else { one })
        }
        (one, two) => one.or(two),
    }
}

/// Newton's descent; relative standard deviations that come out tiny are tried as zero, and zero as tiny.
fn descend(objective: &mut Objective, start: &[f64]) -> Option<Minimum> {
    let mut best = minimise(start, |theta| objective.local(theta))?;
    let entries = objective.entries().to_vec();
    for (at, entry) in entries.iter().enumerate() {
        if entry.a == entry.b && best.at[at] != 0.0 && best.at[at].abs() < SMALL {
            let mut trial = best.at.clone();
            trial[at] = 0.0;
            if best.at[at].abs() < NOTHING {
                best.at = trial;
                continue;
            }
            if let Some(found) = minimise(&trial, |theta| objective.local(theta))
                && found.local.value <= best.local.value + ROUNDING
                && found.converged
            {
                best = Minimum { steps: best.steps + found.steps, ..found };
            }
        }
    }
    turn(&entries, &mut best.at);
    Some(best)
}

/// Columns of Λ with a negative diagonal change sign, which leaves ΛΛ' as it is.
fn turn(entries: &[Entry], theta: &mut [f64]) {
    for at in 0..entries.len() {
        if entries[at].a == entries[at].b && theta[at] < 0.0 {
            let same = |other: &Entry| other.level == entries[at].level && other.b == entries[at].b;
            for (value, _) in theta.iter_mut().zip(entries).filter(|(_, other)| same(other)) {
                *value = -*value;
            }
        }
    }
}

/// Whether some diagonal entry of Λ is zero: a variance of zero, or a correlation of ±1.
pub fn at_boundary(objective: &Objective, theta: &[f64]) -> bool {
    objective.entries().iter().zip(theta).any(|(entry, value)| entry.a == entry.b && value.abs() < 1e-6)
}
