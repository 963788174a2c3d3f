//! The search for the parameters that fit best: Levenberg and Marquardt's method (as in MINPACK), with derivatives from
//! differences between simulations with the same luck.

use super::Simulator;
use super::moment::{Moment, simulated};
use super::parameter::Parameter;
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt};
use nalgebra::{DMatrix, DVector, Dyn, Owned};
use std::cell::RefCell;

/// How a search is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// Distance of the points between which derivatives are taken, prior SDs. Large enough that rare jumps (a client more who
    /// drops out) average out, small enough for a straight line.
    pub step: f64,
    /// The search ends when the sum of squares falls by less than this share of itself, or the parameters move by less.
    pub tolerance: f64,
    /// Most rounds of each pass: points tried besides those that derivatives need.
    pub rounds: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self { step: 0.5, tolerance: 2e-3, rounds: 12 }
    }
}

/// Parameters, targets and how to search.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What may be changed.
    pub parameters: Vec<Parameter>,
    /// What is to be reached, and what is held against it.
    pub moments: Vec<Moment>,
    /// How to search.
    pub search: Search,
}

/// One point of the parameters and what was simulated there.
#[derive(Clone, Debug)]
pub struct Point {
    /// Values on the parameters' scales.
    pub working: Vec<f64>,
    /// For each target, its statistic in each replicate.
    pub statistics: Vec<Vec<f64>>,
}

/// Where a search began and ended.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The parameters before.
    pub before: Point,
    /// The best ones found.
    pub after: Point,
    /// Unit in which each target's miss is counted at the best point.
    pub scales: Vec<f64>,
    /// The search ended by itself; otherwise the rounds were used up.
    pub converged: bool,
    /// Points simulated.
    pub simulations: usize,
}

impl Problem {
    /// Values as the keys are written.
    pub fn written(&self, working: &[f64]) -> Vec<f64> {
        self.parameters.iter().zip(working).map(|(p, &u)| p.scale.invert(u)).collect()
    }

    /// Simulates one point.
    ///
    /// # Errors
    /// Those of the simulator.
    pub fn simulate<S: Simulator>(&self, simulator: &mut S, working: &[f64]) -> Result<Point, S::Error> {
        let statistics = simulator.statistics(&self.written(working))?;
        Ok(Point { working: working.to_vec(), statistics })
    }

    /// Targets that are part of the fit.
    pub fn fitted(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.moments.len()).filter(|&m| self.moments[m].fitted)
    }

    /// Misses of the targets of the fit, then of the priors, in their units. A statistic that is not defined is a large miss:
    /// the search turns back.
    fn residuals(&self, point: &Point, scales: &[f64]) -> DVector<f64> {
        const UNDEFINED: f64 = 100.0;
        let miss = |m: usize| {
            let miss = (simulated(&point.statistics[m]).value - self.moments[m].value) / scales[m];
            if miss.is_finite() { miss } else { UNDEFINED }
        };
        let prior = self.parameters.iter().zip(&point.working).map(|(p, u)| (u - p.prior()) / p.sd);
        DVector::from_iterator(self.rows(), self.fitted().map(miss).chain(prior))
    }

    /// The units in which misses are counted at a point.
    fn scales(&self, point: &Point) -> Vec<f64> {
        self.moments.iter().zip(&point.statistics).map(|(moment, of)| moment.scale(of)).collect()
    }

    /// Values moved away from the bounds: on a bound the angle has no derivative, and a search that came there too early would
    /// stay for ever.
    fn inside(&self, working: &[f64]) -> Vec<f64> {
        const ROOM: f64 = 0.1;
        let one = |(p, &u): (&Parameter, &f64)| {
            let [low, high] = p.bounds();
            let room = ROOM * (high - low);
            u.clamp(low + room, high - room)
        };
        self.parameters.iter().zip(working).map(one).collect()
    }

    fn rows(&self) -> usize {
        self.fitted().count() + self.parameters.len()
    }
}

/// Searches for the best parameters.
///
/// # Errors
/// Those of the simulator.
pub fn fit<S: Simulator>(problem: &Problem, simulator: &mut S) -> Result<Fitted, S::Error> {
    let start: Vec<f64> = problem.parameters.iter().map(Parameter::first).collect();
    let as_given: Vec<f64> = problem.parameters.iter().map(|p| p.scale.apply(p.before)).collect();
    let before = problem.simulate(simulator, &as_given)?;
    let first = if start == as_given { before.clone() } else { problem.simulate(simulator, &start)? };
    let mut at = Pass { point: first, converged: false, simulations: 1 };
    for share in PASSES {
        let scales = problem.scales(&at.point);
        let from = problem.inside(&at.point.working);
        let from = if from == at.point.working { at.point.clone() } else { problem.simulate(simulator, &from)? };
        let next = pass(problem, simulator, &scales, from, share * problem.search.step)?;
        let better = problem.residuals(&next.point, &scales).norm() <= problem.residuals(&at.point, &scales).norm();
        at = Pass {
            point: if better { next.point } else { at.point },
            converged: next.converged,
            simulations: at.simulations + next.simulations,
        };
    }
    let scales = problem.scales(&at.point);
    Ok(Fitted { before, after: at.point, scales, converged: at.converged, simulations: at.simulations })
}

/// Distances over which derivatives are taken, as shares of the step: wide ones see the large shape, narrow ones find the
/// bottom of a curved valley.
const PASSES: [f64; 4] = [1.0, 0.4, 0.15, 0.15];

/// Where one pass of the search ended.
struct Pass {
    point: Point,
    converged: bool,
    simulations: usize,
}

/// One pass of the search, with one distance for derivatives.
fn pass<S: Simulator>(problem: &Problem, simulator: &mut S, scales: &[f64], from: Point, step: f64) -> Result<Pass, S::Error> {
    let walk = Walk {
        angles: angles(problem, &from.working),
        problem,
        scales,
        step,
        state: RefCell::new(State { simulator, points: vec![from], simulations: 0, error: None }),
    };
    let Search { tolerance, rounds, .. } = problem.search;
    let patience = rounds.div_ceil(problem.parameters.len() + 1).max(1);
    let method =
        LevenbergMarquardt::new().with_ftol(tolerance).with_xtol(tolerance).with_gtol(1e-6).with_patience(patience).with_stepbound(0.3);
    let (walk, report) = method.minimize(walk);
    let working = from_angles(problem, &walk.angles);
    let state = walk.state.into_inner();
    if let Some(error) = state.error {
        return Err(error);
    }
    let found = state.points.into_iter().rev().find(|point| point.working == working);
    let point = match found {
        Some(point) => point,
        None => problem.simulate(state.simulator, &working)?,
    };
    Ok(Pass { point, converged: report.termination.was_successful(), simulations: state.simulations })
}

fn angles(problem: &Problem, working: &[f64]) -> DVector<f64> {
    DVector::from_iterator(working.len(), problem.parameters.iter().zip(working).map(|(p, &u)| p.to_angle(u)))
}

fn from_angles(problem: &Problem, angles: &DVector<f64>) -> Vec<f64> {
    problem.parameters.iter().zip(angles.iter()).map(|(p, &z)| p.from_angle(z).0).collect()
}

/// What changes while the library looks only at the current point.
struct State<'a, S: Simulator> {
    simulator: &'a mut S,
    points: Vec<Point>,
    simulations: usize,
    error: Option<S::Error>,
}

/// The search as the library sees it: unbounded angles in, residuals and their derivatives out.
struct Walk<'a, S: Simulator> {
    angles: DVector<f64>,
    problem: &'a Problem,
    scales: &'a [f64],
    step: f64,
    state: RefCell<State<'a, S>>,
}

impl<S: Simulator> Walk<'_, S> {
    /// The point at values on the scales: simulated once.
    fn point(&self, working: &[f64]) -> Option<Point> {
        let mut state = self.state.borrow_mut();
        if let Some(known) = state.points.iter().rev().find(|point| point.working == working) {
            return Some(known.clone());
        }
        state.simulations += 1;
        match self.problem.simulate(state.simulator, working) {
            Ok(point) => {
                state.points.push(point.clone());
                Some(point)
            }
            Err(error) => {
                state.error = Some(error);
                None
            }
        }
    }
}

impl<S: Simulator> LeastSquaresProblem<f64, Dyn, Dyn> for Walk<'_, S> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, angles: &DVector<f64>) {
        self.angles.copy_from(angles);
    }

    fn params(&self) -> DVector<f64> {
        self.angles.clone()
    }

    fn residuals(&self) -> Option<DVector<f64>> {
        let point = self.point(&from_angles(self.problem, &self.angles))?;
        Some(self.problem.residuals(&point, self.scales))
    }

    /// One simulation for each parameter, towards the farther bound.
    fn jacobian(&self) -> Option<DMatrix<f64>> {
        let here = from_angles(self.problem, &self.angles);
        let base = self.residuals()?;
        let mut columns = Vec::with_capacity(here.len());
        for (j, parameter) in self.problem.parameters.iter().enumerate() {
            let [low, high] = parameter.around(here[j], self.step);
            let to = if high - here[j] >= here[j] - low { high } else { low };
            let mut moved = here.clone();
            moved[j] = to;
            let there = self.problem.residuals(&self.point(&moved)?, self.scales);
            let (_, stretch) = parameter.from_angle(self.angles[j]);
            columns.push((there - &base) * (stretch / (to - here[j])));
        }
        Some(DMatrix::from_columns(&columns))
    }
}
