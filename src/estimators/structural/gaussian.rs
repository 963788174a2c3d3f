//! Normal variables whose means and covariances depend on parameters: maximum likelihood by Fisher's scoring (expected
//! information as curvature, halved steps), errors from the observed or the expected information.

use crate::estimators::status::Failure;
use core::f64::consts::PI;
use nalgebra::{Cholesky, DMatrix, DVector};

/// Steps after which the search gives up.
const STEPS: usize = 300;
/// The search ends when a step promises less than this: 1e-7 of a standard error.
const STILL: f64 = 1e-14;

/// Observations of the same distribution.
#[derive(Clone, Debug)]
pub struct Block {
    /// How many there are.
    pub n: f64,
    /// Their mean.
    pub mean: DVector<f64>,
    /// Mean products of deviations from it.
    pub scatter: DMatrix<f64>,
}

/// What changes with a parameter.
#[derive(Clone, Debug)]
pub enum Change {
    /// Means, by so much.
    Mean(DVector<f64>),
    /// Covariances, by so much.
    Covariance(DMatrix<f64>),
}

/// What a model says of a block.
#[derive(Clone, Debug)]
pub struct Implied {
    /// Means.
    pub mean: DVector<f64>,
    /// Covariances.
    pub covariance: DMatrix<f64>,
    /// Derivatives, parameter by parameter.
    pub by: Vec<Change>,
}

/// A model of several blocks.
pub trait Structure {
    /// What it says of every block, at some parameters.
    fn implied(&self, at: &DVector<f64>) -> Vec<Implied>;
}

/// Which information errors come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Information {
    /// Of the data at hand (second derivatives).
    Observed,
    /// On average over such data.
    Expected,
}

/// The highest point of a likelihood.
#[derive(Clone, Debug)]
pub struct Maximum {
    /// Parameters.
    pub at: DVector<f64>,
    /// Their covariance matrix.
    pub covariance: DMatrix<f64>,
    /// −2 ln likelihood.
    pub deviance: f64,
    /// Steps taken.
    pub steps: usize,
}

/// Minus the log likelihood, its gradient, and the expected information if asked for.
struct Point {
    value: f64,
    gradient: DVector<f64>,
    information: DMatrix<f64>,
}

/// Searches the maximum from a start.
///
/// # Errors
/// No convergence, or parameters that the data do not tell apart.
pub fn maximise(blocks: &[Block], model: &impl Structure, start: DVector<f64>, information: Information) -> Result<Maximum, Failure> {
    let unknown = Failure::Collinear("parameters, as far as these data tell them apart,");
    let mut at = start;
    let mut here = point(blocks, model, &at, true).ok_or(Failure::NoConvergence(0))?;
    for taken in 0..STEPS {
        let step = solve(&here.information, &here.gradient).ok_or(unknown.clone())?;
        let promise = here.gradient.dot(&step);
        if promise < STILL {
            let curvature = match information {
                Information::Expected => here.information,
                Information::Observed => observed(blocks, model, &at, &here.information).ok_or(unknown.clone())?,
            };
            let covariance = Cholesky::new(curvature).ok_or(unknown)?.inverse();
            return Ok(Maximum { at, covariance, deviance: 2.0 * here.value, steps: taken });
        }
        (at, here) = descend(blocks, model, (&at, &here), &step).ok_or(Failure::NoConvergence(taken))?;
    }
    Err(Failure::NoConvergence(STEPS))
}

/// The first of halved steps that leads down far enough.
fn descend(
    blocks: &[Block],
    model: &impl Structure,
    (at, here): (&DVector<f64>, &Point),
    step: &DVector<f64>,
) -> Option<(DVector<f64>, Point)> {
    let promise = here.gradient.dot(step);
    let noise = 1e-13 * here.value.abs();
    (0..40).find_map(|halvings| {
        let share = 0.5f64.powi(halvings);
        let next = at - step * share;
        let value = point(blocks, model, &next, false)?.value;
        (value <= here.value - 1e-4 * share * promise + noise).then(|| point(blocks, model, &next, true).map(|there| (next, there)))?
    })
}

/// Information⁻¹ × gradient; where the information is singular, in units in which it is not.
fn solve(information: &DMatrix<f64>, gradient: &DVector<f64>) -> Option<DVector<f64>> {
    let scale: Vec<f64> = information.diagonal().iter().map(|d| d.sqrt()).collect();
    if scale.iter().any(|s| !(s.is_finite() && *s > 0.0)) {
        return None;
    }
    let k = scale.len();
    let scaled = DMatrix::from_fn(k, k, |i, j| information[(i, j)] / (scale[i] * scale[j]));
    let right = DVector::from_fn(k, |i, _| gradient[i] / scale[i]);
    let found =
        [0.0, 1e-8, 1e-5, 1e-2].into_iter().find_map(|ridge| Cholesky::new(&scaled + DMatrix::identity(k, k) * ridge))?.solve(&right);
    Some(DVector::from_fn(k, |i, _| found[i] / scale[i]))
}

/// Second derivatives as differences of the gradient.
fn observed(blocks: &[Block], model: &impl Structure, at: &DVector<f64>, expected: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let k = at.len();
    let mut found = DMatrix::zeros(k, k);
    for i in 0..k {
        let reach = 1e-4 / expected[(i, i)].sqrt();
        let moved = |by: f64| {
            let mut there = at.clone();
            there[i] += by;
            point(blocks, model, &there, false).map(|there| there.gradient)
        };
        found.set_column(i, &((moved(reach)? - moved(-reach)?) / (2.0 * reach)));
    }
    Some((&found + found.transpose()) * 0.5)
}

/// None where a covariance matrix is not positive definite.
fn point(blocks: &[Block], model: &impl Structure, at: &DVector<f64>, with_information: bool) -> Option<Point> {
    let k = at.len();
    let mut sum = Point { value: 0.0, gradient: DVector::zeros(k), information: DMatrix::zeros(k, k) };
    for (block, implied) in blocks.iter().zip(model.implied(at)) {
        let whole = Cholesky::new(implied.covariance)?;
        let inverse = whole.inverse();
        let off = &block.mean - implied.mean;
        let moments = &block.scatter + &off * off.transpose();
        let log_determinant: f64 = 2.0 * whole.l_dirty().diagonal().iter().map(|d| libm::log(*d)).sum::<f64>();
        let constant = off.len() as f64 * libm::log(2.0 * PI);
        sum.value += 0.5 * block.n * (constant + log_determinant + (&inverse * &moments).trace());
        let pull = &inverse - &inverse * &moments * &inverse;
        let lean = &inverse * &off;
        for (i, change) in implied.by.iter().enumerate() {
            sum.gradient[i] += match change {
                Change::Mean(by) => -block.n * by.dot(&lean),
                Change::Covariance(by) => 0.5 * block.n * pull.dot(by),
            };
        }
        if with_information {
            add_information(&mut sum.information, block.n, &inverse, &implied.by);
        }
    }
    sum.value.is_finite().then_some(sum)
}

fn add_information(to: &mut DMatrix<f64>, n: f64, inverse: &DMatrix<f64>, by: &[Change]) {
    let weighted: Vec<Change> = by
        .iter()
        .map(|change| match change {
            Change::Mean(by) => Change::Mean(inverse * by),
            Change::Covariance(by) => Change::Covariance(inverse * by),
        })
        .collect();
    for i in 0..by.len() {
        for j in 0..=i {
            let value = match (&weighted[i], &weighted[j], &by[j]) {
                (Change::Mean(one), _, Change::Mean(other)) => n * one.dot(other),
                (Change::Covariance(one), Change::Covariance(other), _) => 0.5 * n * one.dot(&other.transpose()),
                _ => 0.0,
            };
            to[(i, j)] += value;
            if i != j {
                to[(j, i)] += value;
            }
        }
    }
}
