//! Profile likelihood intervals of standard deviations: all values that the data do not reject when every other
//! parameter is estimated anew (Bates et al. 2015, section 5.1). The profile is that of the fit's own criterion.

use super::model::Model;
use super::newton::{Local, minimise};
use super::objective::Objective;
use super::{Criterion, Design, Failure, RandomPart};
use crate::estimators::distributions::chi_square_quantile;
use nalgebra::{DMatrix, DVector};

/// Which standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    Residual,
    /// Of the random effects that one column of a random part multiplies.
    Random {
        part: usize,
        column: usize,
    },
}

/// Interval of a standard deviation. Squared, it is that of the variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub estimate: f64,
    pub low: f64,
    /// Infinite when no value up to a million times the residual standard deviation is rejected.
    pub high: f64,
}

/// Relative accuracy of the limits.
const ACCURACY: f64 = 1e-8;
const HIGHEST: f64 = 1e6;

/// Profile interval with `confidence` (0.95, say) of a standard deviation.
///
/// # Errors
/// Those of the fit, and [`Failure::NotConverged`] along the profile.
pub fn profile(design: &Design, criterion: Criterion, of: Deviation, confidence: f64) -> Result<Interval, Failure> {
    if let Deviation::Random { part, column } = of
        && design.random.get(part).is_none_or(|part| column >= part.columns.len())
    {
        return Err(Failure::NoSuchColumn { part, column });
    }
    let parts = reordered(design.random, of);
    let model = Model::new(&Design { random: &parts, ..*design })?;
    let fit = model.fit(criterion, None)?;
    let mut curve = Curve::new(&model, criterion, of, &fit.basis_theta, fit.sigma2);
    let most = chi_square_quantile(confidence, 1.0);
    let estimate = curve.estimate;
    let low = curve.low(most)?;
    let mut reach = if estimate > 0.0 { 1.5 * estimate } else { 0.1 * curve.residual };
    let mut inside = estimate;
    while curve.rise(reach)? < most {
        if reach > HIGHEST * curve.residual {
            return Ok(curve.in_units(&model, low, f64::INFINITY));
        }
        (inside, reach) = (reach, 1.6 * reach);
    }
    let high = curve.cross(reach, inside, most)?;
    Ok(curve.in_units(&model, low, high))
}

/// Random parts with the column in question first, where its standard deviation is a single entry of Λ.
fn reordered<'a>(parts: &[RandomPart<'a>], of: Deviation) -> Vec<RandomPart<'a>> {
    let mut parts = parts.to_vec();
    if let Deviation::Random { part, column } = of
        && let Some(part) = parts.get_mut(part)
        && part.correlated
    {
        part.columns[..=column].rotate_right(1);
    }
    parts
}

/// The criterion, minimised over all other parameters, as a function of one standard deviation (in the basis and unit
/// of the model).
struct Curve<'a> {
    objective: Objective<'a>,
    /// Place in θ of the standard deviation relative to σ; none for σ itself.
    place: Option<usize>,
    /// Standard deviation of the caller's column for one of the basis.
    scale: f64,
    estimate: f64,
    residual: f64,
    best: f64,
    /// Parameters at the estimate: θ, with ln σ in place of the fixed entry.
    start: Vec<f64>,
}

impl<'a> Curve<'a> {
    fn new(model: &'a Model, criterion: Criterion, of: Deviation, theta: &[f64], sigma2: f64) -> Self {
        let entries = model.entries();
        let (place, scale) = match of {
            Deviation::Residual => (None, 1.0),
            Deviation::Random { part, column } => {
                let first = if model.is_correlated(part) { 0 } else { column };
                let block = model.blocks.iter().find(|block| block.part == part && block.first == first);
                let at = block.and_then(|block| {
                    entries.iter().position(|entry| entry.level == block.level && entry.a == block.offset && entry.b == block.offset)
                });
                (at, block.map_or(1.0, |block| 1.0 / block.lower[(0, 0)]))
            }
        };
        let residual = libm::sqrt(sigma2) / model.unit;
        let mut start = theta.to_vec();
        let mut estimate = residual;
        if let Some(at) = place {
            estimate = theta[at].abs() * residual;
            start[at] = libm::log(residual);
        }
        let mut curve =
            Self { objective: Objective::new(&model.statistics, entries, criterion), place, scale, estimate, residual, best: 0.0, start };
        curve.best = joint(&mut curve.objective, theta, residual * residual).map_or(f64::NAN, |(value, ..)| value);
        curve
    }

    fn in_units(&self, model: &Model, low: f64, high: f64) -> Interval {
        let unit = model.unit * self.scale;
        Interval { estimate: self.estimate * unit, low: low * unit, high: high * unit }
    }

    /// How much the minimised criterion rises when the standard deviation is held at `value`.
    fn rise(&mut self, value: f64) -> Result<f64, Failure> {
        let (place, objective) = (self.place, &mut self.objective);
        let found = match place {
            None if self.start.is_empty() => joint(objective, &[], value * value).map(|(found, ..)| found),
            None => minimise(&self.start, |theta| {
                let (value, gradient, hessian) = joint(objective, theta, value * value)?;
                let k = theta.len();
                Some(Local { value, gradient: gradient.rows(0, k).into_owned(), hessian: hessian.view((0, 0), (k, k)).into_owned() })
            })
            .filter(|found| found.converged)
            .map(|found| found.local.value),
            Some(at) => minimise(&self.start, |free| held(objective, free, at, value))
                .filter(|found| found.converged)
                .map(|found| found.local.value),
        };
        found.map(|found| found - self.best).filter(|rise| rise.is_finite()).ok_or(Failure::NotConverged { steps: 0 })
    }

    /// The lower limit: 0 when that is not rejected (which for σ it always is).
    fn low(&mut self, most: f64) -> Result<f64, Failure> {
        if self.place.is_some() {
            let rejected = self.estimate > 0.0 && self.rise(0.0)? > most;
            return if rejected { self.cross(0.0, self.estimate, most) } else { Ok(0.0) };
        }
        let (mut inside, mut reach) = (self.estimate, 0.7 * self.estimate);
        while self.rise(reach)? < most {
            (inside, reach) = (reach, 0.7 * reach);
        }
        self.cross(reach, inside, most)
    }

    /// Where the rise equals `most`, between `outside` (above it) and `inside` (below it): Illinois' false position on
    /// the root of the rise, which is nearly straight.
    fn cross(&mut self, outside: f64, inside: f64, most: f64) -> Result<f64, Failure> {
        let target = libm::sqrt(most);
        let (mut far, mut near) = (outside, inside);
        let mut at_far = libm::sqrt(self.rise(far)?.max(0.0)) - target;
        let mut at_near = libm::sqrt(self.rise(near)?.max(0.0)) - target;
        for _ in 0..100 {
            let middle = far + (near - far) * at_far / (at_far - at_near);
            let value = libm::sqrt(self.rise(middle)?.max(0.0)) - target;
            if value.abs() < ACCURACY || (far - near).abs() < ACCURACY * far.abs().max(near.abs()) {
                return Ok(middle);
            }
            if value > 0.0 {
                (far, at_far, at_near) = (middle, value, 0.5 * at_near);
            } else {
                (near, at_near, at_far) = (middle, value, 0.5 * at_far);
            }
        }
        Ok(0.5 * (far + near))
    }
}

/// Criterion as a function of θ and s = σ², with gradient and Hessian (s last).
fn joint(objective: &mut Objective, theta: &[f64], s: f64) -> Option<(f64, DVector<f64>, DMatrix<f64>)> {
    let (solved, parts) = objective.with_parts(theta)?;
    let reml = objective.criterion == Criterion::Reml;
    let (freedom, rss, k) = (objective.freedom, solved.rss, theta.len());
    let fixed = if reml { solved.log_det } else { 0.0 };
    let value = objective.eliminator.log_det.value + fixed + freedom * libm::log(s) + rss / s;
    let (first, second) = parts.determinants(reml);
    let (inside, curve) = objective.to_theta(theta, &(first + &parts.rss_first / s), &(second + &parts.rss_second / s));
    let cross = objective.jacobian(theta).tr_mul(&parts.rss_first) / (-s * s);
    let gradient = DVector::from_fn(k + 1, |i, _| if i < k { inside[i] } else { freedom / s - rss / (s * s) });
    let hessian = DMatrix::from_fn(k + 1, k + 1, |i, j| match (i < k, j < k) {
        (true, true) => curve[(i, j)],
        (true, false) => cross[i],
        (false, true) => cross[j],
        (false, false) => (2.0 * rss / s - freedom) / (s * s),
    });
    value.is_finite().then_some((value, gradient, hessian))
}

/// Criterion with the standard deviation at place `at` held at `value`. In `free`, u = ln σ takes that place, so that
/// the relative standard deviation is `value` e^(−u) and s = e^(2u).
fn held(objective: &mut Objective, free: &[f64], at: usize, value: f64) -> Option<Local> {
    let (u, k) = (free[at], free.len());
    let (lambda, s) = (value * libm::exp(-u), libm::exp(2.0 * u));
    let mut theta = free.to_vec();
    theta[at] = lambda;
    let (criterion, gradient, hessian) = joint(objective, &theta, s)?;
    // d(θ, s)/d free: the identity but for the column of u.
    let turn = DMatrix::from_fn(k + 1, k, |row, column| match (row == column, column == at) {
        (true, true) => -lambda,
        (true, false) => 1.0,
        (false, true) if row == k => 2.0 * s,
        _ => 0.0,
    });
    let mut curve = turn.tr_mul(&hessian) * &turn;
    curve[(at, at)] += gradient[at] * lambda + gradient[k] * 4.0 * s;
    Some(Local { value: criterion, gradient: turn.tr_mul(&gradient), hessian: curve })
}
