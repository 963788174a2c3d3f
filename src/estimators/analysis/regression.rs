//! Linear regression as an analysis.

use super::{Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::coefficient::Coefficient;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::Model;
use crate::estimators::linear::{self, Correction};
use crate::estimators::status::Failure;

/// Linear regression by least squares, with errors that allow for clusters if there are any.
#[derive(Clone, Debug)]
pub struct Linear {
    /// Response and columns.
    pub model: Model,
    /// Clusters and the small-sample correction of the errors.
    pub cluster: Option<(Slot, Correction)>,
}

impl Method for Linear {
    fn terms(&self) -> Vec<String> {
        self.model.columns.iter().map(|column| column.name.clone()).chain(["R2".into()]).collect()
    }
    fn variables(&self) -> Vec<&Expr> {
        self.model.variables()
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let response = data.numbers(&self.model.response[0]);
        let found = linear::fit(&response, &self.model.matrix(data))?;
        let coefficients: Vec<Coefficient> = match self.cluster {
            None => found.coefficients.clone(),
            Some((slot, correction)) => found.robust(&data.codes(slot), correction)?,
        };
        Ok(Fit::done(coefficients.into_iter().map(Value::from).chain([Value::alone(found.r2)]).collect()))
    }
    fn is_weighted(&self) -> bool {
        true
    }
    /// Errors are robust, rows being their own clusters where there are no others; R² has no meaning.
    fn fit_weighted(&self, data: &View, weights: &[f64]) -> Result<Fit, Reason> {
        let (cluster, correction) = match self.cluster {
            Some((slot, correction)) => (data.codes(slot), correction),
            None => ((0..data.len()).collect(), Correction::CR1),
        };
        let matrix = self.model.matrix(data);
        let found = weighted(&data.numbers(&self.model.response[0]), &matrix, weights, (&cluster, correction))?;
        Ok(Fit::done(found.into_iter().map(Value::from).chain([Value::NONE]).collect()))
    }
}

/// Weighted least squares with errors that allow for clusters.
pub(super) fn weighted(
    y: &[f64],
    x: &[Vec<f64>],
    weights: &[f64],
    (cluster, correction): (&[usize], Correction),
) -> Result<Vec<Coefficient>, Failure> {
    let scaled = |values: &[f64]| values.iter().zip(weights).map(|(value, weight)| value * weight.sqrt()).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = x.iter().map(|column| scaled(column)).collect();
    linear::fit(&scaled(y), &columns)?.robust(cluster, correction)
}
