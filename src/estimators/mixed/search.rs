//! The optimum over θ: start, descent, and a second look where the first is not convincing.

use super::newton::{Minimum, minimise};
use super::objective::Objective;

/// Standard deviations relative to the residual's at which a search may start.
const ONE_LEVEL: [f64; 8] = [0.02, 0.07, 0.2, 0.45, 0.9, 1.8, 4.0, 12.0];
const TWO_LEVELS: [f64; 3] = [0.12, 0.5, 2.0];
const MORE_LEVELS: [f64; 2] = [0.2, 1.0];
/// A relative standard deviation below this is tried as zero.
const SMALL: f64 = 3e-3;
/// Difference of the criterion that rounding may make.
const ROUNDING: f64 = 1e-9;

/// θ with the same relative standard deviation for all random effects of a level, uncorrelated.
fn diagonal(objective: &Objective, scales: &[f64]) -> Vec<f64> {
    objective.entries().iter().map(|entry| if entry.a == entry.b { scales[entry.level] } else { 0.0 }).collect()
}

/// All combinations of scales over levels.
fn grid(levels: usize) -> Vec<Vec<f64>> {
    let scales: &[f64] = match levels {
        1 => &ONE_LEVEL,
        2 => &TWO_LEVELS,
        _ => &MORE_LEVELS,
    };
    let mut all = vec![Vec::new()];
    for _ in 0..levels {
        all = all.iter().flat_map(|start: &Vec<f64>| scales.iter().map(|&scale| [start.as_slice(), &[scale]].concat())).collect();
    }
    all
}

/// Lowest criterion over θ. `start` is tried first, and alone if it leads to an optimum inside the parameter space.
pub fn search(objective: &mut Objective, start: Option<&[f64]>) -> Option<Minimum> {
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
    for start in starts(objective) {
        let found = descend(objective, &start);
        best = better(best, found);
        let many = objective.entries().len() > 1;
        if many && best.as_ref().is_some_and(|found| found.converged && !at_boundary(objective, &found.at)) {
            break;
        }
    }
    best
}

/// Starting points, most promising first: with one parameter all low points of the grid, else the best and two far apart.
fn starts(objective: &mut Objective) -> Vec<Vec<f64>> {
    let levels = objective.entries().iter().map(|entry| entry.level + 1).max().unwrap_or(0);
    let candidates: Vec<Vec<f64>> = grid(levels).iter().map(|scales| diagonal(objective, scales)).collect();
    let values: Vec<f64> = candidates.iter().map(|theta| objective.value(theta)).collect();
    let lowest = (0..values.len()).min_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
    let mut chosen = vec![lowest];
    if objective.entries().len() == 1 {
        let low = |&at: &usize| {
            let before = at == 0 || values[at - 1] > values[at];
            let after = values.get(at + 1).is_none_or(|&next| next >= values[at]);
            at != lowest && before && after
        };
        chosen.extend((0..values.len()).filter(low));
    } else {
        chosen.extend([0, values.len() - 1].into_iter().filter(|&at| at != lowest));
    }
    chosen.into_iter().map(|at| candidates[at].clone()).collect()
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
fn turn(entries: &[super::jet::Entry], theta: &mut [f64]) {
    for at in 0..entries.len() {
        if entries[at].a == entries[at].b && theta[at] < 0.0 {
            let same = |other: &super::jet::Entry| other.level == entries[at].level && other.b == entries[at].b;
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
