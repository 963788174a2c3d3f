//! Regression of a yes-or-no outcome with a random intercept for one grouping: logit and complementary log-log links.
//!
//! Maximum likelihood with the integral over each group's intercept by Laplace's approximation (one point) or by adaptive
//! Gauss–Hermite quadrature (Pinheiro & Bates 1995, doi:10.1080/10618600.1995.10474663; Pinheiro & Chao 2006,
//! doi:10.1198/106186006X96962), as `glmer` of lme4 does. Newton's method on the approximate likelihood itself: its
//! gradient is exact, the movement of each group's mode and spread included; its second derivatives are differences of that
//! gradient. The spread comes from the expected information, as in lme4, which for the logit is the observed one too.

use super::climb::Peak;
use super::quadrature::normal_points;
use super::{Link, fit as fit_plain, prepare};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::groups::Groups;
use crate::estimators::qr::{Qr, dot};
use crate::estimators::status::{Failure, Status, at_least, same_length};
use core::f64::consts::PI;
use nalgebra::{DMatrix, DVector};

/// A fitted logistic regression with random intercepts.
#[derive(Clone, Debug)]
pub struct MixedLogistic {
    /// One per column, in logits or log hazards; NaN where a column was dropped. Errors come from the Hessian of all parameters.
    pub coefficients: Vec<Coefficient>,
    /// Variance of the intercepts between groups (squared unit of the coefficients).
    pub variance: f64,
    /// Its standard error; NaN at the boundary.
    pub variance_se: f64,
    /// Share of the latent variance that lies between groups: variance / (variance + π²/3), with the complementary
    /// log-log link π²/6.
    pub icc: f64,
    /// Log likelihood, as approximated.
    pub log_likelihood: f64,
    /// Boundary when the variance is 0.
    pub status: Status,
}

/// Regresses `y` (0 or 1) on the columns with an intercept of its own for each label in `group`; `points` 1 is Laplace's
/// approximation, more are adaptive quadrature.
///
/// # Errors
/// As for the regression without groups; fewer than two groups; a group for each row; no group with both outcomes; points
/// outside 1 to 100.
pub fn fit<C: AsRef<[f64]>>(y: &[f64], columns: &[C], link: Link, group: &[usize], points: usize) -> Result<MixedLogistic, Failure> {
    let (yes, qr) = prepare(y, columns)?;
    same_length("the grouping variable", group.len(), y.len())?;
    if !(1..=100).contains(&points) {
        return Err(Failure::Range { what: "the number of quadrature points", rule: "from 1 to 100" });
    }
    let groups = Groups::new(group);
    at_least("groups", groups.count(), 2)?;
    at_least("rows for this number of groups", y.len(), groups.count() + 1)?;
    if groups.rows().iter().all(|rows| rows.iter().all(|&row| yes[row] == yes[rows[0]])) {
        return Err(Failure::Separation);
    }
    let plain = fit_plain(y, columns, link)?;
    let model = Model { link, yes: &yes, qr: &qr, groups: &groups, points: normal_points(points) };
    let (start, _) = qr.project(&plain.linear_predictor);
    match model.search(&start, plain.log_likelihood)? {
        Some(peak) => Ok(model.report(&peak)),
        None => Ok(MixedLogistic {
            coefficients: plain.coefficients,
            variance: 0.0,
            variance_se: f64::NAN,
            icc: 0.0,
            log_likelihood: plain.log_likelihood,
            status: Status::Boundary,
        }),
    }
}

/// The approximate likelihood of data, as a function of (σ, coefficients of a basis whose columns have mean square 1).
pub(super) struct Model<'a> {
    link: Link,
    yes: &'a [bool],
    pub(super) qr: &'a Qr,
    groups: &'a Groups,
    points: Vec<(f64, f64)>,
}

/// One group's integrand at an intercept: the log density without constants and derivatives.
#[derive(Clone, Copy, Default)]
struct At {
    log: f64,
    score: f64,
    /// Expected information.
    weight: f64,
    /// Derivative of the weight.
    skew: f64,
    /// Observed information: minus the derivative of the score.
    bend: f64,
}

/// What a row adds at a linear predictor.
fn row(link: Link, yes: bool, eta: f64) -> At {
    match link {
        Link::Logit => {
            let e = libm::exp(-eta.abs());
            let p = if eta >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
            let wrong_way = if yes { (-eta).max(0.0) } else { eta.max(0.0) };
            let weight = p * (1.0 - p);
            let score = f64::from(u8::from(yes)) - p;
            At { log: -wrong_way - libm::log1p(e), score, weight, skew: weight * (1.0 - 2.0 * p), bend: weight }
        }
        Link::Cloglog => {
            let hazard = libm::exp(eta.clamp(-300.0, 300.0));
            let (p, rest) = (-libm::expm1(-hazard), libm::exp(-hazard));
            let rising = hazard * rest / p;
            let weight = hazard * rising;
            let skew = weight * (2.0 - hazard - rising);
            if yes {
                At { log: libm::log(p), score: rising, weight, skew, bend: rising * (hazard + rising - 1.0) }
            } else {
                At { log: -hazard, score: -hazard, weight, skew, bend: hazard }
            }
        }
    }
}

impl Model<'_> {
    /// Length of a column with mean square 1.
    pub(super) fn scale(&self) -> f64 {
        (self.yes.len() as f64).sqrt()
    }

    /// Sums over a group's rows at intercept `b`; `each` sees what a row adds.
    fn at(&self, rows: &[usize], eta: &[f64], b: f64, mut each: impl FnMut(usize, &At)) -> At {
        let mut sum = At::default();
        for (place, &at) in rows.iter().enumerate() {
            let one = row(self.link, self.yes[at], eta[at] + b);
            sum.log += one.log;
            sum.score += one.score;
            sum.weight += one.weight;
            sum.skew += one.skew;
            sum.bend += one.bend;
            each(place, &one);
        }
        sum
    }

    /// Where a group's integrand is highest, in standard deviations of the intercepts.
    fn mode(&self, rows: &[usize], eta: &[f64], sigma: f64) -> f64 {
        // The slope falls throughout; it is 0 below the upper end, since residuals are below 1, and above the lower one for the
        // logit. With the other link they may lie below −1.
        let reach = sigma.abs() * rows.len() as f64;
        let (mut low, mut high, mut u) = (-reach, reach, 0.0);
        while self.link == Link::Cloglog && sigma * self.at(rows, eta, sigma * low, |_, _| {}).score < low {
            low *= 2.0;
        }
        let mut before = f64::INFINITY;
        for _ in 0..200 {
            let sum = self.at(rows, eta, sigma * u, |_, _| {});
            let slope = sigma * sum.score - u;
            if slope > 0.0 {
                low = u
            } else {
                high = u
            }
            let newton = u + slope / (1.0 + sigma * sigma * sum.bend);
            // Newton's method swings where residuals change abruptly: then the middle.
            let next = if newton >= low && newton <= high && slope.abs() <= 0.7 * before { newton } else { 0.5 * (low + high) };
            before = slope.abs();
            let still = (next - u).abs() < 1e-14 * (1.0 + u.abs());
            u = next;
            if still {
                break;
            }
        }
        u
    }

    /// Log likelihood and its exact gradient.
    pub(super) fn value(&self, at: &DVector<f64>) -> (f64, DVector<f64>) {
        let (sigma, p) = (at[0], self.qr.rank());
        let scaled: Vec<f64> = at.iter().skip(1).map(|b| b * self.scale()).collect();
        let eta = self.qr.times(&scaled);
        let mut of_rows = vec![0.0; eta.len()];
        let (mut log_likelihood, mut of_sigma) = (0.0, 0.0);
        for rows in self.groups.rows() {
            let (value, slope) = self.group(rows, &eta, sigma, &mut of_rows);
            log_likelihood += value;
            of_sigma += slope;
        }
        let gradient = DVector::from_fn(p + 1, |k, _| if k == 0 { of_sigma } else { dot(&self.qr.q[k - 1], &of_rows) * self.scale() });
        (log_likelihood, gradient)
    }

    /// A group's log integral and its derivative by σ; derivatives by the linear predictors go to `of_rows`.
    fn group(&self, rows: &[usize], eta: &[f64], sigma: f64, of_rows: &mut [f64]) -> (f64, f64) {
        let mode = self.mode(rows, eta, sigma);
        let mut own = vec![At::default(); rows.len()];
        let top = self.at(rows, eta, sigma * mode, |place, one| own[place] = *one);
        let curve = 1.0 + sigma * sigma * top.weight;
        let width = 1.0 / curve.sqrt();
        // Log integrand at each point, over the density of the points themselves.
        let at_points: Vec<(f64, f64, At)> = self
            .points
            .iter()
            .map(|(z, log_weight)| {
                let u = mode + z * width;
                let at = self.at(rows, eta, sigma * u, |_, _| {});
                (u, log_weight + at.log - 0.5 * u * u + 0.5 * z * z, at)
            })
            .collect();
        let highest = at_points.iter().map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = at_points.iter().map(|p| libm::exp(p.1 - highest)).sum();
        let (mut by_curve, mut by_mode, mut by_sigma) = (-0.5 / curve, 0.0, 0.0);
        for ((z, _), (u, log, at)) in self.points.iter().zip(&at_points) {
            let share = libm::exp(log - highest) / sum;
            let slope = sigma * at.score - u;
            by_mode += share * slope;
            by_curve -= share * slope * 0.5 * z * width / curve;
            by_sigma += share * at.score * u;
            self.at(rows, eta, sigma * u, |place, one| of_rows[rows[place]] += share * one.score);
        }
        // How mode and curvature move with σ and with each linear predictor.
        let inner = 1.0 + sigma * sigma * top.bend;
        let mode_by_sigma = (top.score - sigma * mode * top.bend) / inner;
        let curve_by_sigma = 2.0 * sigma * top.weight + sigma * sigma * top.skew * (mode + sigma * mode_by_sigma);
        by_sigma += by_curve * curve_by_sigma + by_mode * mode_by_sigma;
        for (&row, one) in rows.iter().zip(&own) {
            let mode_by_row = -sigma * one.bend / inner;
            let curve_by_row = sigma * sigma * (one.skew + sigma * top.skew * mode_by_row);
            of_rows[row] += by_curve * curve_by_row + by_mode * mode_by_row;
        }
        (highest + libm::log(sum) - 0.5 * libm::log(curve), by_sigma)
    }

    fn report(&self, peak: &Peak) -> MixedLogistic {
        let covariance =
            (-peak.hessian.clone()).try_inverse().unwrap_or_else(|| DMatrix::from_element(peak.at.len(), peak.at.len(), f64::NAN));
        let p = self.qr.rank();
        let of_basis = covariance.view((1, 1), (p, p)) * (self.scale() * self.scale());
        let basis: Vec<f64> = peak.at.iter().skip(1).map(|b| b * self.scale()).collect();
        let errors = self.qr.standard_errors(&of_basis);
        let coefficients: Vec<Coefficient> =
            self.qr.solve(&basis).into_iter().zip(errors).map(|(b, se)| Coefficient::normal(b, se)).collect();
        let variance = peak.at[0] * peak.at[0];
        let latent = PI * PI / if self.link == Link::Logit { 3.0 } else { 6.0 };
        MixedLogistic {
            coefficients: self.qr.spread(&coefficients, Coefficient::DROPPED),
            variance,
            variance_se: 2.0 * peak.at[0] * covariance[(0, 0)].sqrt(),
            icc: variance / (variance + latent),
            log_likelihood: peak.log_likelihood,
            status: Status::Converged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SymmetricEigen;

    fn groups_of(n: usize, size: usize) -> Vec<usize> {
        (0..n).map(|i| i / size).collect()
    }

    #[test]
    fn groups_that_do_not_differ_are_at_the_boundary() {
        let y: Vec<f64> = (0..40).map(|i| f64::from(i % 2)).collect();
        let found = fit(&y, &[vec![1.0; 40]], Link::Logit, &groups_of(40, 4), 9).expect("a fit");
        assert_eq!((found.status, found.variance, found.icc), (Status::Boundary, 0.0, 0.0));
        assert!(found.coefficients[0].estimate.abs() < 1e-12);
    }

    #[test]
    fn the_gradient_is_that_of_the_likelihood() {
        let y: Vec<f64> = (0..30).map(|i| f64::from(u8::from((i * i) % 7 < 3))).collect();
        let x: Vec<f64> = (0..30).map(|i| f64::from((i * 5) % 11) / 5.0).collect();
        let (yes, qr) = prepare(&y, &[vec![1.0; 30], x]).expect("data");
        let groups = Groups::new(&groups_of(30, 5));
        for (link, points) in [(Link::Logit, 1), (Link::Logit, 4), (Link::Cloglog, 1), (Link::Cloglog, 4)] {
            let model = Model { link, yes: &yes, qr: &qr, groups: &groups, points: normal_points(points) };
            let at = DVector::from_vec(vec![0.8, -0.3, 0.4]);
            let gradient = model.value(&at).1;
            for k in 0..3 {
                let shifted = |by: f64| {
                    let mut moved = at.clone();
                    moved[k] += by;
                    model.value(&moved).0
                };
                let slope = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
                assert!((slope - gradient[k]).abs() < 1e-8, "{link:?}, {points} points, parameter {k}: {slope} {}", gradient[k]);
            }
        }
    }

    #[test]
    fn what_cannot_be_fitted_has_a_reason() {
        let y = [0.0, 1.0, 0.0, 1.0];
        let ones = [[1.0; 4]];
        assert_eq!(fit(&y, &ones, Link::Logit, &[1; 4], 1).unwrap_err().to_string(), "too few groups: 1, at least 2 are needed");
        assert!(
            fit(&y, &ones, Link::Logit, &[1, 2, 3, 4], 1).unwrap_err().to_string().starts_with("too few rows for this number of groups")
        );
        assert!(fit(&y, &ones, Link::Logit, &[1, 1, 2, 2], 0).is_err());
        let split: Vec<f64> = (0..40).map(|i| f64::from(u8::from(i >= 20))).collect();
        assert_eq!(fit(&split, &[vec![1.0; 40]], Link::Logit, &groups_of(40, 10), 1).unwrap_err(), Failure::Separation);
    }

    /// Groups of 2 to 10 with rare and common events, from nearly normal intercepts.
    fn simulated(trial: usize, uniform: &mut impl FnMut() -> f64) -> (Vec<f64>, Vec<Vec<f64>>, Vec<usize>) {
        let (spread, base) = ([0.0, 0.3, 0.7, 1.5][trial % 4], [0.0, -1.4, -2.6][trial % 3]);
        let (mut y, mut x, mut group) = (Vec::new(), Vec::new(), Vec::new());
        for j in 0..5 + trial % 30 {
            let intercept = base + spread * ((0..12).map(|_| uniform()).sum::<f64>() - 6.0);
            for _ in 0..2 + trial % 9 {
                x.push(2.0 * uniform() - 1.0);
                let p = 1.0 / (1.0 + libm::exp(-intercept - 0.5 * x[x.len() - 1]));
                y.push(f64::from(u8::from(uniform() < p)));
                group.push(j);
            }
        }
        (y, vec![vec![1.0; x.len()], x], group)
    }

    #[test]
    fn the_search_ends_on_a_peak() {
        let mut state = 7u64;
        let mut uniform = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let (mut inside, mut boundary, mut failed) = (0, 0, 0);
        for trial in 0..200 {
            let (y, columns, group) = simulated(trial, &mut uniform);
            let Ok((yes, qr)) = prepare(&y, &columns) else { continue };
            let groups = Groups::new(&group);
            for points in [1, 7] {
                let model = Model { link: Link::Logit, yes: &yes, qr: &qr, groups: &groups, points: normal_points(points) };
                let plain = fit_plain(&y, &columns, Link::Logit).map(|fit| (qr.project(&fit.linear_predictor).0, fit.log_likelihood));
                match plain.and_then(|(start, without)| model.search(&start, without)) {
                    Ok(Some(peak)) => {
                        inside += 1;
                        assert!(model.value(&peak.at).1.amax() < 1e-6, "trial {trial}: {:?}", peak.at);
                        assert!(SymmetricEigen::new(peak.hessian.clone()).eigenvalues.max() < 0.0, "trial {trial}: not a peak");
                    }
                    Ok(None) => boundary += 1,
                    Err(failure) => {
                        failed += 1;
                        assert_eq!(failure, Failure::Separation, "trial {trial}");
                    }
                }
            }
        }
        assert!(inside > 200 && boundary > 80 && failed < 20, "{inside} inside, {boundary} at the boundary, {failed} failed");
    }
}
