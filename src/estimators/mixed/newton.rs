//! Minimum of a smooth function with exact Hessian: Newton's steps within a trust region, negative curvature included.

use nalgebra::{DMatrix, DVector};

/// Value, gradient and Hessian at a point.
#[derive(Clone)]
pub struct Local {
    pub value: f64,
    pub gradient: DVector<f64>,
    pub hessian: DMatrix<f64>,
}

pub struct Minimum {
    pub at: Vec<f64>,
    pub local: Local,
    pub steps: usize,
    pub converged: bool,
}

const MOST_STEPS: usize = 200;
/// Expected gain below which the trust region is left for pure Newton steps.
const NEAR: f64 = 1e-9;
/// Length of a pure Newton step, relative to the point, that ends the search.
const FINE: f64 = 1e-11;

/// Searches from `start`; `None` when the function cannot be calculated there.
pub fn minimise(start: &[f64], mut evaluate: impl FnMut(&[f64]) -> Option<Local>) -> Option<Minimum> {
    let mut at = DVector::from_column_slice(start);
    let mut local = evaluate(at.as_slice())?;
    let mut radius = 0.5 * at.norm().max(1.0);
    let mut converged = false;
    let mut steps = 0;
    while steps < MOST_STEPS {
        steps += 1;
        let (step, gain) = step_within(&local, radius);
        if gain <= NEAR {
            (at, local, converged) = polish(at, local, &mut evaluate);
            break;
        }
        let next = &at + &step;
        let trial = evaluate(next.as_slice()).filter(|trial| trial.value.is_finite());
        let ratio = trial.as_ref().map_or(-1.0, |trial| (local.value - trial.value) / gain);
        if ratio < 0.25 {
            radius = 0.25 * step.norm();
        } else if ratio > 0.75 && step.norm() > 0.9 * radius {
            radius *= 2.5;
        }
        if let Some(trial) = trial
            && ratio > 1e-4
        {
            (at, local) = (next, trial);
        }
        if radius < 1e-14 {
            break;
        }
    }
    Some(Minimum { at: at.as_slice().to_vec(), local, steps, converged })
}

/// Pure Newton steps until they are negligible: from here on the value itself is lost in rounding.
fn polish(mut at: DVector<f64>, mut local: Local, evaluate: &mut impl FnMut(&[f64]) -> Option<Local>) -> (DVector<f64>, Local, bool) {
    for _ in 0..8 {
        let (step, _) = step_within(&local, f64::INFINITY);
        if step.norm() <= FINE * at.norm().max(1e-3) {
            return (at, local, true);
        }
        let next = &at + &step;
        match evaluate(next.as_slice()) {
            Some(trial) if trial.value <= local.value + 1e-8 => (at, local) = (next, trial),
            _ => break,
        }
    }
    (at, local, true)
}

/// The step of length up to `radius` that gains most on the quadratic model, and that gain (Moré and Sorensen 1983,
/// doi:10.1137/0904038, by eigenvalues).
fn step_within(local: &Local, radius: f64) -> (DVector<f64>, f64) {
    let eigen = local.hessian.clone().symmetric_eigen();
    let (values, vectors) = (&eigen.eigenvalues, &eigen.eigenvectors);
    let slope = vectors.tr_mul(&local.gradient);
    let (lowest, highest) = (values.min(), values.amax());
    let floor = 1e-10 * highest.max(1e-300);
    let shifted = |shift: f64| DVector::from_fn(values.len(), |i, _| -slope[i] / (values[i] + shift));
    let mut shift = if lowest > floor { 0.0 } else { floor - lowest };
    let mut step = shifted(shift);
    if step.norm() > radius {
        let (mut low, mut high) = (shift, shift + slope.norm() / radius + floor);
        for _ in 0..60 {
            shift = 0.5 * (low + high);
            step = shifted(shift);
            if step.norm() > radius {
                low = shift;
            } else {
                high = shift;
            }
            if (step.norm() - radius).abs() < 1e-3 * radius {
                break;
            }
        }
    } else if lowest < -floor && radius.is_finite() {
        // A saddle: fill up the step along the direction of steepest descent in curvature.
        let spare = libm::sqrt((radius * radius - step.norm_squared()).max(0.0));
        let worst = values.imin();
        step[worst] += if slope[worst] > 0.0 { -spare } else { spare };
    }
    let gain = -step.iter().enumerate().map(|(i, s)| s * (slope[i] + 0.5 * values[i] * s)).sum::<f64>();
    (vectors * step, gain)
}
