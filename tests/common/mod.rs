//! Shared by the statistical tests: worlds from settings, and everything that happens in them.
#![allow(dead_code)]

use dyadsim::engine::norms;
use dyadsim::engine::replicate::{ArmResult, Cell, SessionObserver, Workspace};
use dyadsim::model::courses::Courses;
use dyadsim::model::rules::{Rules, World};
use dyadsim::model::session::Observed;
use dyadsim::performance::Measured;
use dyadsim::scenario::load::Scenario;

/// The arms' worlds of a scenario text.
pub fn worlds(text: &str) -> Vec<World> {
    let scenario = Scenario::load("test", text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    scenario.cells[0].arms.iter().map(|arm| arm.world.clone()).collect()
}

/// The cell of a scenario text.
pub fn cell(text: &str) -> Cell {
    norms::cell(&worlds(text)).unwrap_or_else(|found| panic!("{found:?}"))
}

/// What one session looked like from inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    pub trait_alliance: f64,
    pub state: f64,
    pub symptoms: f64,
    pub score: f64,
    pub rating: f64,
    pub strain: f64,
    pub ruptured: bool,
    pub noticed: bool,
    pub open: bool,
}

/// Every session of every client of every arm: `paths[arm][client][session − 1]`.
pub struct Paths(pub Vec<Vec<Vec<Moment>>>);

impl Observed for Paths {
    const ON: bool = true;
}

impl SessionObserver for Paths {
    fn session(&mut self, arm: usize, client: usize, _: &Rules, c: &Courses, l: usize) {
        let path = &mut self.0[arm];
        if path.len() <= client {
            path.resize(client + 1, Vec::new());
        }
        path[client].push(Moment {
            trait_alliance: c.trait_alliance[l],
            state: c.state[l],
            symptoms: c.symptoms[l],
            score: c.score[l],
            rating: c.rating[l],
            strain: c.strain[l],
            ruptured: c.ruptured[l] > 0.5,
            noticed: c.noticed[l] > 0.5,
            open: c.open[l] > 0.0,
        });
    }
}

/// One replicate with everything that happened in it.
pub fn observed(cell: &Cell, seed: u64, replicate: u64) -> (Vec<ArmResult>, Vec<Vec<Vec<Moment>>>) {
    let mut work = Workspace::default();
    let mut paths = Paths(vec![Vec::new(); cell.arms.len()]);
    work.simulate(cell, seed, replicate, &mut paths);
    (work.arms, paths.0)
}

/// Mean of independent values with its standard error.
pub fn mean(values: &[f64]) -> Measured {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Measured { value: mean, mcse: (variance / n).sqrt() }
}

/// Share of independent yes-or-no values. The standard error uses the share that the truth gives, so that 0 or 1
/// seen does not mean certainty.
pub fn share(hits: usize, n: usize, truth: f64) -> Measured {
    Measured { value: hits as f64 / n as f64, mcse: (truth * (1.0 - truth) / n as f64).sqrt() }
}

/// Mean product of two centred variables (a covariance) over independent clients, means known.
pub fn covariance(a: &[f64], b: &[f64], mean_a: f64, mean_b: f64) -> Measured {
    let products: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).collect();
    mean(&products)
}

/// Two-sided false alarm rate 6e-5 for each check; with fixed seeds it cannot flicker.
pub const Z_LIMIT: f64 = 4.0;

/// Holds a simulated value against algebra, and against what algebra gives for planted bugs: the first must
/// agree within four Monte Carlo standard errors, and each bug must be further away than that.
pub fn check(what: &str, seen: Measured, truth: f64, bugs: &[(&str, f64)]) {
    let z = seen.z(truth);
    assert!(z.abs() < Z_LIMIT, "{what}: expected {truth}, saw {seen:?}, z = {z:.1}");
    for (bug, wrong) in bugs {
        let z = seen.z(*wrong);
        assert!(z.abs() > Z_LIMIT, "{what}: {bug} would give {wrong} and stay unnoticed, z = {z:.1}");
    }
}
