//! Correlations: simple, with other variables held constant, between and within groups.

use super::{CONFIDENCE, Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::correlation::Products;
use crate::estimators::distributions::{normal_quantile, t_two_sided};
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::levels::levels;
use crate::estimators::linear;
use crate::estimators::status::{Failure, at_least};

/// Pearson correlation with Fisher's interval. With groups also of their means (each counting once) and of deviations from
/// these.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// One variable.
    pub x: Expr,
    /// The other.
    pub y: Expr,
    /// Held constant.
    pub given: Vec<Expr>,
    /// Groups.
    pub by: Option<Slot>,
}

impl Method for Correlation {
    fn terms(&self) -> Vec<String> {
        let all = ["r", "r between", "r within"];
        all[..if self.by.is_some() { 3 } else { 1 }].iter().map(ToString::to_string).collect()
    }

    fn variables(&self) -> Vec<&Expr> {
        [&self.x, &self.y].into_iter().chain(&self.given).collect()
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        at_least("rows", data.len(), 3 + self.given.len())?;
        let (x, y) = (self.adjusted(&self.x, data)?, self.adjusted(&self.y, data)?);
        let n = data.len() as f64;
        let held = self.given.len() as f64;
        let Some(by) = self.by else {
            let mut products = Products::default();
            x.iter().zip(&y).for_each(|(x, y)| products.add([*x, *y, 0.0]));
            let r = products.r(0, 1);
            return if r.is_nan() { Err(Failure::Constant("x or y").into()) } else { Ok(Fit::done(vec![correlation(r, n - 2.0 - held)])) };
        };
        let codes = data.codes(by);
        let count = codes.iter().max().map_or(0, |most| most + 1);
        let mut groups = vec![Vec::new(); count];
        codes.iter().zip(x.iter().zip(&y)).for_each(|(&code, (x, y))| groups[code].push([*x, *y]));
        let found = levels(&groups);
        let groups = count as f64;
        Ok(Fit::done(vec![
            correlation(found.total, n - 2.0 - held),
            correlation(found.between, groups - 2.0),
            correlation(found.within, n - groups - 1.0 - held),
        ]))
    }
}

impl Correlation {
    /// A variable without what the variables held constant explain.
    fn adjusted(&self, of: &Expr, data: &View) -> Result<Vec<f64>, Failure> {
        let values = data.numbers(of);
        if self.given.is_empty() {
            return Ok(values);
        }
        let columns: Vec<Vec<f64>> =
            [vec![1.0; data.len()]].into_iter().chain(self.given.iter().map(|given| data.numbers(given))).collect();
        Ok(linear::fit(&values, &columns)?.residuals().to_vec())
    }
}

/// A correlation with so many degrees of freedom (n − 2 for a simple one): interval by Fisher's z, whose variance is
/// 1 / (df − 1), and p by Student's t.
fn correlation(r: f64, df: f64) -> Value {
    if r.is_nan() || df < 2.0 {
        return Value::alone(r);
    }
    let r = r.clamp(-1.0, 1.0);
    let error = 1.0 / (df - 1.0).sqrt();
    let reach = error * normal_quantile(f64::midpoint(1.0, CONFIDENCE));
    let [low, high] = [-reach, reach].map(|reach| libm::tanh(libm::atanh(r) + reach));
    Value { estimate: r, se: (1.0 - r * r) * error, df, low, high, p: t_two_sided(r * (df / (1.0 - r * r)).sqrt(), df) }
}
