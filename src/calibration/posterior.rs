//! What the targets say about the parameters, and what they do not: the posterior in its normal approximation at the best
//! point, from the derivative of every target to every parameter.

use super::Simulator;
use super::fit::{Fitted, Problem};
use super::moment::{simulated, slope};
use crate::performance::Measured;
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// Derivatives that cannot be told from Monte Carlo noise (less than so many standard errors) count as none. Otherwise noise
/// would be taken for information.
const TOLD: f64 = 2.0;

/// How well the targets determine a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The posterior SD is at most half the prior's.
    PinnedDown,
    /// It is at most 90 % of it.
    Partly,
    /// The targets say next to nothing: the value is the prior's.
    NotPinnedDown,
}

impl Verdict {
    /// From posterior SD / prior SD.
    pub fn of(ratio: f64) -> Self {
        match ratio {
            r if r <= 0.5 => Self::PinnedDown,
            r if r <= 0.9 => Self::Partly,
            _ => Self::NotPinnedDown,
        }
    }
}

/// A direction in the space of the parameters, in prior SDs, and how much of the prior uncertainty along it is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction {
    /// Weight of each parameter; the squares sum to 1.
    pub weights: Vec<f64>,
    /// Posterior SD / prior SD along it.
    pub left: f64,
}

/// Two parameters that the targets cannot tell apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Positions of the two.
    pub of: [usize; 2],
    /// Posterior correlation.
    pub correlation: f64,
}

/// A target before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reached {
    /// Simulated before.
    pub before: Measured,
    /// Simulated at the best point.
    pub after: Measured,
    /// (after − published) / its unit; for a target that was left out, the unit includes what the parameters leave open.
    pub z: f64,
    /// The same before.
    pub z_before: f64,
}

/// All that is known at the best point.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// Derivative of each target (row) to each parameter (column), per unit of the parameter's scale.
    pub slopes: Vec<Vec<Measured>>,
    /// Covariance of the parameters on their scales.
    pub covariance: DMatrix<f64>,
    /// Posterior SD / prior SD of each parameter.
    pub ratios: Vec<f64>,
    /// Directions, the least determined first.
    pub directions: Vec<Direction>,
    /// Targets.
    pub reached: Vec<Reached>,
    /// Sum of squared misses of the targets of the fit.
    pub chi_square: f64,
    /// The same before.
    pub chi_square_before: f64,
    /// How many parameters' worth of freedom the fit used: trace of the matrix that maps targets to their fitted values.
    pub freedom_used: f64,
}

impl Posterior {
    /// Posterior SD of a parameter on its scale.
    pub fn sd(&self, parameter: usize) -> f64 {
        self.covariance[(parameter, parameter)].sqrt()
    }

    /// Pairs with a posterior correlation of at least `least`, the strongest first.
    pub fn pairs(&self, least: f64) -> Vec<Pair> {
        let n = self.covariance.nrows();
        let all = (0..n).flat_map(|i| (i + 1..n).map(move |j| [i, j]));
        let pair = |of: [usize; 2]| Pair { of, correlation: self.covariance[(of[0], of[1])] / (self.sd(of[0]) * self.sd(of[1])) };
        let mut pairs: Vec<Pair> = all.map(pair).filter(|pair| pair.correlation.abs() >= least).collect();
        pairs.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
        pairs
    }
}

/// Takes all derivatives at the best point and says what the targets determine.
///
/// # Errors
/// Those of the simulator.
pub fn posterior<S: Simulator>(problem: &Problem, fitted: &Fitted, simulator: &mut S) -> Result<Posterior, S::Error> {
    let slopes = slopes(problem, &fitted.after.working, simulator)?;
    Ok(from_slopes(problem, fitted, slopes))
}

/// Derivative of every target to every parameter, from two simulations on either side.
fn slopes<S: Simulator>(problem: &Problem, here: &[f64], simulator: &mut S) -> Result<Vec<Vec<Measured>>, S::Error> {
    let mut rows = vec![Vec::with_capacity(here.len()); problem.moments.len()];
    for (j, parameter) in problem.parameters.iter().enumerate() {
        let ends = parameter.around(here[j], problem.search.step);
        let mut at = |u: f64| {
            let mut moved = here.to_vec();
            moved[j] = u;
            problem.simulate(simulator, &moved).map(|point| point.statistics)
        };
        let (low, high) = (at(ends[0])?, at(ends[1])?);
        for (row, (low, high)) in rows.iter_mut().zip(low.iter().zip(&high)) {
            row.push(slope(low, high, ends[1] - ends[0]));
        }
    }
    Ok(rows)
}

/// A derivative that can be told from noise, or 0.
fn told(slope: Measured) -> f64 {
    if slope.value.abs() >= TOLD * slope.mcse { slope.value } else { 0.0 }
}

fn from_slopes(problem: &Problem, fitted: &Fitted, slopes: Vec<Vec<Measured>>) -> Posterior {
    let n = problem.parameters.len();
    let gradient = |m: usize| DVector::from_iterator(n, slopes[m].iter().map(|&slope| told(slope)));
    let mut information = DMatrix::<f64>::zeros(n, n);
    for m in problem.fitted() {
        let own = gradient(m) / fitted.scales[m];
        information += &own * own.transpose();
    }
    let prior = DVector::from_iterator(n, problem.parameters.iter().map(|p| p.sd));
    let scaled = DMatrix::from_fn(n, n, |i, j| information[(i, j)] * prior[i] * prior[j]);
    let eigen = SymmetricEigen::new(scaled);
    let covariance = covariance(&eigen, &prior);
    let ratios = (0..n).map(|j| covariance[(j, j)].sqrt() / prior[j]).collect();
    let reached: Vec<Reached> = (0..problem.moments.len())
        .map(|m| {
            let own = gradient(m);
            let open = if problem.moments[m].fitted { 0.0 } else { (own.transpose() * &covariance * &own)[(0, 0)] };
            reached(problem, fitted, m, open)
        })
        .collect();
    let sum = |z: fn(&Reached) -> f64| problem.fitted().map(|m| z(&reached[m]) * z(&reached[m])).sum();
    Posterior {
        chi_square: sum(|r| r.z),
        chi_square_before: sum(|r| r.z_before),
        freedom_used: eigen.eigenvalues.iter().map(|&l| l.max(0.0) / (1.0 + l.max(0.0))).sum(),
        directions: directions(&eigen),
        slopes,
        covariance,
        ratios,
        reached,
    }
}

/// (information + prior precision)⁻¹, from the eigenvectors of the information in prior SDs.
fn covariance(eigen: &SymmetricEigen<f64, nalgebra::Dyn>, prior: &DVector<f64>) -> DMatrix<f64> {
    let n = prior.len();
    let left = DMatrix::from_diagonal(&eigen.eigenvalues.map(|l| 1.0 / (1.0 + l.max(0.0))));
    let inner = &eigen.eigenvectors * left * eigen.eigenvectors.transpose();
    DMatrix::from_fn(n, n, |i, j| inner[(i, j)] * prior[i] * prior[j])
}

fn directions(eigen: &SymmetricEigen<f64, nalgebra::Dyn>) -> Vec<Direction> {
    let one = |i: usize| Direction {
        weights: eigen.eigenvectors.column(i).iter().copied().collect(),
        left: 1.0 / (1.0 + eigen.eigenvalues[i].max(0.0)).sqrt(),
    };
    let mut all: Vec<Direction> = (0..eigen.eigenvalues.len()).map(one).collect();
    all.sort_by(|a, b| b.left.total_cmp(&a.left));
    all
}

fn reached(problem: &Problem, fitted: &Fitted, m: usize, open: f64) -> Reached {
    let moment = &problem.moments[m];
    let unit = |statistics: &[f64], open: f64| (moment.scale(statistics).powi(2) + open).sqrt();
    let z = |statistics: &[f64], open: f64| (simulated(statistics).value - moment.value) / unit(statistics, open);
    let (before, after) = (&fitted.before.statistics[m], &fitted.after.statistics[m]);
    Reached { before: simulated(before), after: simulated(after), z: z(after, open), z_before: z(before, open) }
}
