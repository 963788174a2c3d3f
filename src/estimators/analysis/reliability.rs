//! Internal consistency as an analysis.

use super::{CONFIDENCE, Fit, Method, Reason, Value};
use crate::estimators::agreement;
use crate::estimators::formula::expr::{Expr, View};

/// Cronbach's α of the items of a form, with Feldt's interval.
#[derive(Clone, Debug)]
pub struct Alpha {
    /// Answers to each item.
    pub items: Vec<Expr>,
}

impl Method for Alpha {
    fn terms(&self) -> Vec<String> {
        vec!["alpha".into()]
    }
    fn variables(&self) -> Vec<&Expr> {
        self.items.iter().collect()
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let items: Vec<Vec<f64>> = self.items.iter().map(|item| data.numbers(item)).collect();
        let found = agreement::alpha(&items)?;
        let [low, high] = found.interval(CONFIDENCE);
        Ok(Fit::done(vec![Value { se: found.se, low, high, ..Value::alone(found.alpha) }]))
    }
}
