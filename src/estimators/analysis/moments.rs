//! Means and standard deviations.

use super::regression::weighted;
use super::{CONFIDENCE, Fit, Method, Reason, Value};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::distributions::chi_square_quantile;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::linear::Correction;
use crate::estimators::status::at_least;

/// Number, mean and standard deviation (n − 1) of values.
pub(super) fn moments(values: &[f64]) -> (f64, f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    (n, mean, (squares / (n - 1.0)).sqrt())
}

/// Mean of a variable, with Student's t.
#[derive(Clone, Debug)]
pub struct Mean {
    /// The variable.
    pub of: Expr,
}

impl Method for Mean {
    fn terms(&self) -> Vec<String> {
        vec!["mean".into()]
    }
    fn variables(&self) -> Vec<&Expr> {
        vec![&self.of]
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (n, mean, sd) = moments(&data.numbers(&self.of));
        // One row has a mean and no error.
        let value = Coefficient { estimate: mean, se: sd / n.sqrt(), df: n - 1.0 };
        Ok(Fit::done(vec![if n > 1.0 { value.into() } else { Value::alone(mean) }]))
    }
    fn is_weighted(&self) -> bool {
        true
    }
    fn fit_weighted(&self, data: &View, weights: &[f64]) -> Result<Fit, Reason> {
        let rows: Vec<usize> = (0..data.len()).collect();
        let found = weighted(&data.numbers(&self.of), &[vec![1.0; data.len()]], weights, (&rows, Correction::CR1))?;
        Ok(Fit::done(found.into_iter().map(Value::from).collect()))
    }
}

/// Standard deviation of a variable. Its interval is that of a normal distribution.
#[derive(Clone, Debug)]
pub struct Sd {
    /// The variable.
    pub of: Expr,
}

impl Method for Sd {
    fn terms(&self) -> Vec<String> {
        vec!["sd".into()]
    }
    fn variables(&self) -> Vec<&Expr> {
        vec![&self.of]
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        at_least("rows", data.len(), 2)?;
        let (n, _, sd) = moments(&data.numbers(&self.of));
        let df = n - 1.0;
        let end = |p: f64| sd * (df / chi_square_quantile(p, df)).sqrt();
        let tail = 0.5 * (1.0 - CONFIDENCE);
        let value = Value { estimate: sd, se: sd / (2.0 * df).sqrt(), df, low: end(1.0 - tail), high: end(tail), p: f64::NAN };
        Ok(Fit::done(vec![value]))
    }
}
