//! Linear regression as an analysis.

use super::{Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::coefficient::Coefficient;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::Model;
use crate::estimators::linear::{self, Correction};

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
}
