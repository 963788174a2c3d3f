//! Which swept keys drive the headline: the measures of sensitivity of a study, from a run.

use super::results::Driver;
use crate::engine::groups::{Groups, HEADLINE};
use crate::engine::summary::MEASURES;
use crate::engine::totals::measure;
use crate::performance::sensitivity::{About, Layout, Sensitivity, sensitivities};
use crate::scenario::load::Scenario;
use crate::scenario::points::Points;
use crate::scenario::sampling::{Effect, Sampling};

/// Every measure for every headline result of every arm; none for a design of one cell.
pub(super) fn drivers(scenario: &Scenario, groups: &Groups) -> Vec<Driver> {
    let (design, arms) = (&scenario.sampling, scenario.cells.first().map_or(0, |cell| cell.arms.len()));
    if design.cells.len() < 2 {
        return Vec::new();
    }
    let layout = layout(design);
    let results = HEADLINE.iter().enumerate().flat_map(|(m, name)| (0..arms).map(move |arm| (m, *name, arm)));
    let of_one = |(m, name, arm)| {
        let found = sensitivities(&layout, &groups.replicated(m, arm));
        found.into_iter().map(move |one| driver(design, name, arm, &one))
    };
    results.flat_map(of_one).collect()
}

/// What an analysis has to know about a design.
fn layout(design: &Sampling) -> Layout {
    match (&design.points, &design.fraction) {
        (Points::LatinHypercube(_), _) => Layout::Regression(design.coordinates()),
        (Points::Morris(_), _) => Layout::Trajectories(design.cells.clone()),
        (Points::Sobol(_), _) => Layout::Saltelli(design.factors.len()),
        (_, Some(fraction)) => {
            let aliased: Vec<Effect> = fraction.aliases().concat();
            let k = design.factors.len();
            let pairs = (0..k).flat_map(|a| (a + 1..k).map(move |b| (a, b)));
            Layout::Fraction(design.indices(), pairs.filter(|&(a, b)| !aliased.contains(&(a, Some(b)))).collect())
        }
        _ => Layout::Factorial(design.indices()),
    }
}

fn driver(design: &Sampling, result: &str, arm: usize, one: &Sensitivity) -> Driver {
    let About { statistic, factor, with, level } = one.about;
    let path = |factor: usize| design.factors[factor].path().to_owned();
    let value = |level: usize| factor.and_then(|f| design.factors[f].values().nth(level)).unwrap_or_default().to_owned();
    let spec = &MEASURES[measure(result)];
    Driver {
        result: result.into(),
        arm: arm + 1,
        statistic,
        factor: factor.map(path),
        with: with.map(path),
        levels: level.map(|level| [value(level), value(0)]),
        value: one.value,
        standard_error: one.standard_error(),
        points_se: one.points_se,
        mcse: one.mcse,
        unit: if statistic.has_unit() { spec.unit } else { "1" }.into(),
    }
}
