//! Logistic regression as an analysis, without groups or with one kind of them.

use super::{Fit, Method, Reason, Value};
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::Model;
use crate::estimators::logistic::{self, Link, mixed};

/// Logistic regression; with differences between groups a mixed one.
#[derive(Clone, Debug)]
pub struct Logistic {
    /// Response, columns, and at most one `(1 | group)`.
    pub model: Model,
    /// Log odds, or log hazards.
    pub link: Link,
    /// Points of adaptive quadrature; 1 is Laplace's approximation.
    pub points: usize,
}

impl Method for Logistic {
    fn terms(&self) -> Vec<String> {
        let columns = self.model.columns.iter().map(|column| column.name.clone());
        columns.chain(self.model.random.iter().flat_map(|part| [format!("var {}", part.group), format!("icc {}", part.group)])).collect()
    }

    fn variables(&self) -> Vec<&Expr> {
        self.model.variables()
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let response = data.numbers(&self.model.response[0]);
        let matrix = self.model.matrix(data);
        let Some(part) = self.model.random.first() else {
            let found = logistic::fit(&response, &matrix, self.link)?;
            return Ok(Fit::done(found.coefficients.into_iter().map(Value::from).collect()));
        };
        let found = mixed::fit(&response, &matrix, self.link, &data.codes(part.slot), self.points)?;
        let variance = Value { se: found.variance_se, ..Value::alone(found.variance) };
        let coefficients = found.coefficients.into_iter().map(Value::from);
        Ok(Fit { values: coefficients.chain([variance, Value::alone(found.icc)]).collect(), status: found.status })
    }
}
