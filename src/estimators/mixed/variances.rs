//! How certain variances are: their covariance matrix from the observed information of the fit's own criterion, by the
//! delta method.
//!
//! The information is that of θ and σ², where the gradient is 0; at such a point it turns into that of any other
//! parameters by their derivatives, so that standard errors do not depend on the scale on which they are calculated. What
//! lies at its boundary (a variance of 0, a correlation of ±1) is held there.

use super::fit::{Fit, lower_inverse};
use super::model::Model;
use nalgebra::{DMatrix, DVector};

/// A variance below this share of what it is made of is 0 but for rounding.
const NOTHING: f64 = 1e-10;

/// Estimated variances with their covariance matrix: those of the random effects, part by part and column by column, then
/// that of the residual.
#[derive(Clone, Debug)]
pub struct Variances {
    /// Squared unit of the outcome over that of the columns.
    pub estimates: Vec<f64>,
    /// Of the estimates. Rows and columns of variances estimated as 0 are 0.
    pub covariance: DMatrix<f64>,
    /// By random part: place of the variance of its intercept, if it has one.
    intercepts: Vec<Option<usize>>,
}

impl Variances {
    /// Standard error of a variance; NaN for one that is estimated as 0, at which there is none.
    pub fn se(&self, at: usize) -> f64 {
        if self.estimates[at] > 0.0 { libm::sqrt(self.covariance[(at, at)]) } else { f64::NAN }
    }

    /// Standard error of the share [`Fit::icc`] of a random part; NaN for parts without an intercept, and at 0.
    pub fn icc_se(&self, part: usize) -> f64 {
        let Some(own) = self.intercepts.get(part).copied().flatten().filter(|&own| self.estimates[own] > 0.0) else {
            return f64::NAN;
        };
        let residual = self.estimates.len() - 1;
        let members: Vec<usize> = self.intercepts.iter().flatten().copied().chain([residual]).collect();
        let total: f64 = members.iter().map(|&at| self.estimates[at]).sum();
        let share = self.estimates[own] / total;
        let gradient = DVector::from_fn(self.estimates.len(), |at, _| {
            let one = if at == own { 1.0 } else { 0.0 };
            if members.contains(&at) { (one - share) / total } else { 0.0 }
        });
        libm::sqrt(gradient.dot(&(&self.covariance * &gradient)))
    }
}

impl Model {
    /// Variances of a fit of this model with their covariance matrix.
    pub fn variances(&self, fit: &Fit) -> Variances {
        let (curvature, k) = (&fit.curvature, fit.basis_theta.len());
        let unit2 = fit.sigma2 / curvature.s;
        let columns: usize = self.columns.iter().map(|(q, _)| q).sum();
        let mut estimates = vec![0.0; columns + 1];
        let mut gradients = DMatrix::zeros(columns + 1, k + 1);
        for (block, at) in self.spans() {
            let block = &self.blocks[block];
            let before: usize = self.columns[..block.part].iter().map(|(q, _)| q).sum();
            let back = lower_inverse(&block.lower);
            for column in 0..block.q {
                let place = before + block.first + column;
                // The variance is a sum over entries of D, those off its diagonal twice.
                let (mut value, mut size, mut by_d) = (0.0, 0.0, DVector::zeros(k));
                let pairs = (0..block.q).flat_map(|b| (b..block.q).map(move |a| (a, b)));
                for (entry, (a, b)) in pairs.enumerate() {
                    let weight = fit.sigma2 * back[(column, a)] * back[(column, b)] * if a == b { 1.0 } else { 2.0 };
                    by_d[at + entry] = weight;
                    value += weight * curvature.d[at + entry];
                    size += (weight * curvature.d[at + entry]).abs();
                }
                if value > NOTHING * size {
                    estimates[place] = value;
                    let by_theta = curvature.jacobian.tr_mul(&by_d);
                    (0..k).for_each(|i| gradients[(place, i)] = by_theta[i]);
                    gradients[(place, k)] = value / curvature.s;
                }
            }
        }
        estimates[columns] = fit.sigma2;
        gradients[(columns, k)] = unit2;
        let covariance = &gradients * curvature.information_inverse() * gradients.transpose();
        let starts = self.columns.iter().scan(0, |next, (q, intercept)| {
            let own = *next;
            *next += q;
            Some(intercept.then_some(own))
        });
        Variances { estimates, covariance, intercepts: starts.collect() }
    }
}
