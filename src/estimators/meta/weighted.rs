//! Weighted regression of studies' effects, and the traces that estimators of τ² are made of.

use crate::estimators::qr::{Qr, dot};

/// Regression with given weights. With `P = W − W X (X'WX)⁻¹ X'W`, traces of `P` come from an orthonormal basis of √W X.
pub(super) struct Weighted {
    pub weights: Vec<f64>,
    /// Basis of √W X.
    pub qr: Qr,
    /// √w × residual of each study.
    pub residuals: Vec<f64>,
    /// Coefficients of the columns.
    pub estimates: Vec<f64>,
    leverage: Vec<f64>,
}

impl Weighted {
    /// `columns` must be independent.
    pub fn new(effects: &[f64], columns: &[&[f64]], weights: Vec<f64>) -> Self {
        let scaled = |values: &[f64]| values.iter().zip(&weights).map(|(x, w)| x * w.sqrt()).collect::<Vec<f64>>();
        let scaled_columns: Vec<Vec<f64>> = columns.iter().map(|c| scaled(c)).collect();
        let qr = Qr::new(&scaled_columns);
        let (parts, residuals) = qr.project(&scaled(effects));
        let estimates = qr.solve(&parts);
        let leverage = (0..effects.len()).map(|i| qr.q.iter().map(|q| q[i] * q[i]).sum()).collect();
        Self { weights, qr, residuals, estimates, leverage }
    }

    /// y'Py, the weighted sum of squared residuals.
    pub fn q(&self) -> f64 {
        dot(&self.residuals, &self.residuals)
    }

    /// y'PPy.
    pub fn q_weighted(&self) -> f64 {
        self.residuals.iter().zip(&self.weights).map(|(r, w)| r * r * w).sum()
    }

    /// tr(P D) with D diagonal.
    pub fn trace(&self, d: &[f64]) -> f64 {
        (0..d.len()).map(|i| self.weights[i] * d[i] * (1.0 - self.leverage[i])).sum()
    }

    /// tr(P D P E) with D and E diagonal.
    pub fn trace_of_two(&self, d: &[f64], e: &[f64]) -> f64 {
        let (left, right): (Vec<f64>, Vec<f64>) = (self.times_weight(d), self.times_weight(e));
        let own: f64 = (0..d.len()).map(|i| left[i] * right[i] * (1.0 - 2.0 * self.leverage[i])).sum();
        let mut crossed = 0.0;
        for a in &self.qr.q {
            for b in &self.qr.q {
                let with = |g: &[f64]| (0..g.len()).map(|i| a[i] * g[i] * b[i]).sum::<f64>();
                crossed += with(&left) * with(&right);
            }
        }
        own + crossed
    }

    fn times_weight(&self, d: &[f64]) -> Vec<f64> {
        d.iter().zip(&self.weights).map(|(d, w)| d * w).collect()
    }
}
