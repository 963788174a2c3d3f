//! The search for the highest point of a likelihood in a standard deviation and coefficients.

use super::mixed::Model;
use crate::estimators::qr::eigen;
use crate::estimators::status::Failure;
use nalgebra::{DMatrix, DVector};

/// Steps after which the search gives up.
const STEPS: usize = 60;
/// A standard deviation of intercepts (in logits) below this is taken as 0.
const NOTHING: f64 = 1e-5;
/// A parameter (in logits) above this means that groups or predictors separate the outcomes.
const SEPARATED: f64 = 30.0;
/// Half-width of the differences that give second derivatives.
const APART: f64 = 1e-4;

/// Where the search ended.
pub(super) struct Peak {
    pub at: DVector<f64>,
    pub log_likelihood: f64,
    pub hessian: DMatrix<f64>,
}

impl Model<'_> {
    /// Second derivatives: differences of the gradient.
    fn hessian(&self, at: &DVector<f64>) -> DMatrix<f64> {
        let n = at.len();
        let mut found = DMatrix::zeros(n, n);
        for k in 0..n {
            let shifted = |by: f64| {
                let mut moved = at.clone();
                moved[k] += by;
                self.value(&moved).1
            };
            // Richardson's extrapolation: the error is of fourth order.
            let (near, far) =
                ((shifted(APART) - shifted(-APART)) / (2.0 * APART), (shifted(2.0 * APART) - shifted(-2.0 * APART)) / (4.0 * APART));
            found.set_column(k, &((near * 4.0 - far) / 3.0));
        }
        (&found + found.transpose()) * 0.5
    }

    /// Highest point, or none when the variance there is 0. With few rows there may be a lower peak at 0: hence two starts.
    pub(super) fn search(&self, plain: &[f64], without: f64) -> Result<Option<Peak>, Failure> {
        let higher = |peak: &Peak| peak.log_likelihood > without;
        if let Some(peak) = self.climb(plain, 0.5)?.filter(higher) {
            return Ok(Some(peak));
        }
        Ok(self.climb(plain, 2.0).unwrap_or(None).filter(higher))
    }

    /// Newton's method from coefficients without groups and a standard deviation; none when it ends at 0.
    fn climb(&self, plain: &[f64], sigma: f64) -> Result<Option<Peak>, Failure> {
        let mut at = DVector::from_iterator(plain.len() + 1, [sigma].into_iter().chain(plain.iter().map(|b| b / self.scale())));
        let (mut log_likelihood, mut gradient) = self.value(&at);
        for _ in 0..STEPS {
            let hessian = self.hessian(&at);
            let step = uphill(&hessian, &gradient).ok_or(Failure::NoConvergence(STEPS))?;
            let mut share = 1.0;
            let (mut tried, mut next) = (at.clone(), (f64::NEG_INFINITY, gradient.clone()));
            while share > 1e-8 {
                tried = &at + &step * share;
                next = self.value(&tried);
                if next.0 >= log_likelihood - 1e-12 * log_likelihood.abs() {
                    break;
                }
                share *= 0.5;
            }
            at = tried;
            (log_likelihood, gradient) = next;
            if at.amax() > SEPARATED {
                return Err(Failure::Separation);
            }
            if step.amax() < 1e-9 {
                at[0] = at[0].abs();
                let hessian = self.hessian(&at);
                return Ok((at[0] > NOTHING).then_some(Peak { at, log_likelihood, hessian }));
            }
        }
        // Where the likelihood is flat around 0, steps in σ shrink slowly: no variance to speak of.
        if at[0].abs() < 1e-2 { Ok(None) } else { Err(Failure::NoConvergence(STEPS)) }
    }
}

/// Newton's step where the function is concave, and a step up the slope in directions where it is not; never further than 1.
/// None if the likelihood is not a number here.
fn uphill(hessian: &DMatrix<f64>, gradient: &DVector<f64>) -> Option<DVector<f64>> {
    let eigen = eigen(hessian.clone())?;
    let mut along = eigen.eigenvectors.transpose() * gradient;
    for (part, value) in along.iter_mut().zip(eigen.eigenvalues.iter()) {
        *part /= value.abs().max(1e-6);
    }
    let step = &eigen.eigenvectors * along;
    let length = step.norm();
    Some(if length > 1.0 { step / length } else { step })
}
