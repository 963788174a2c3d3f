//! Correlations of several studies taken together.

use super::{Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::correlation::Products;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::meta;

/// Meta-analysis of the correlation of two variables, on Fisher's z; moderators are centred over studies.
#[derive(Clone, Debug)]
pub struct Meta {
    /// One variable, or several of the same kind, whose correlations are averaged in each study.
    pub x: Vec<Expr>,
    /// The other.
    pub y: Expr,
    /// Studies.
    pub by: Slot,
    /// Name and values of moderators; a study has the mean of its rows.
    pub moderators: Vec<(String, Expr)>,
    /// How the variance between studies is estimated.
    pub method: meta::Method,
    /// Errors after Knapp and Hartung.
    pub knapp_hartung: bool,
    /// Whether small studies find more is tested.
    pub egger: bool,
}

/// Sums of one study.
#[derive(Clone)]
struct Study {
    /// One for each x.
    products: Vec<Products>,
    n: usize,
    moderators: Vec<f64>,
}

impl Method for Meta {
    fn terms(&self) -> Vec<String> {
        let names = self.moderators.iter().map(|(name, _)| name.clone());
        let egger = self.egger.then_some("egger");
        ["r", "z", "tau", "I2", "prediction"].into_iter().chain(egger).map(String::from).chain(names).collect()
    }

    fn variables(&self) -> Vec<&Expr> {
        self.x.iter().chain([&self.y]).chain(self.moderators.iter().map(|(_, of)| of)).collect()
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let studies: Vec<Study> = self.studies(data).into_iter().filter(|study| effect(study)[1].is_finite()).collect();
        let effects: Vec<[f64; 2]> = studies.iter().map(effect).collect();
        let [z, variances] = [0, 1].map(|part| effects.iter().map(|effect| effect[part]).collect::<Vec<f64>>());
        let columns: Vec<Vec<f64>> = (0..self.moderators.len()).map(|m| centred(&studies, m)).collect();
        let found = meta::fit(&z, &variances, &columns, self.method, self.knapp_hartung)?;
        let mean: Value = found.coefficients[0].into();
        let r = libm::tanh(mean.estimate);
        let as_r = Value { estimate: r, se: (1.0 - r * r) * mean.se, low: libm::tanh(mean.low), high: libm::tanh(mean.high), ..mean };
        let tau = found.tau2.sqrt();
        let [low, high] = found.tau2_interval.map(f64::sqrt);
        let of_tau = Value { se: found.tau2_se / (2.0 * tau), low, high, ..Value::alone(tau) };
        // What another study would find, were it infinitely large.
        let [least, most] = found.prediction().map(libm::tanh);
        let prediction = Value { low: least, high: most, ..Value::alone(r) };
        let egger = self.egger.then(|| meta::egger(&z, &variances).map_or(Value::NONE, Value::from));
        let values = [as_r, mean, of_tau, Value::alone(found.i2), prediction].into_iter().chain(egger);
        Ok(Fit { values: values.chain(found.coefficients[1..].iter().map(|one| (*one).into())).collect(), status: found.status })
    }
}

/// Fisher's z of a study, averaged over what it correlates with the outcome, and its variance: that of one, since how far
/// the correlations of the same clients go together is seldom known.
fn effect(study: &Study) -> [f64; 2] {
    let all = study.products.iter().map(|products| meta::fisher_z(products.r(0, 1), study.n));
    let [sum, variance] = all.fold([0.0; 2], |[sum, _], [z, variance]| [sum + z, variance]);
    [sum / study.products.len() as f64, variance]
}

/// A moderator of the studies, less its mean over them.
fn centred(studies: &[Study], moderator: usize) -> Vec<f64> {
    let values: Vec<f64> = studies.iter().map(|study| study.moderators[moderator] / study.n as f64).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.into_iter().map(|value| value - mean).collect()
}

impl Meta {
    fn studies(&self, data: &View) -> Vec<Study> {
        let x: Vec<Vec<f64>> = self.x.iter().map(|x| data.numbers(x)).collect();
        let (y, codes) = (data.numbers(&self.y), data.codes(self.by));
        let moderators: Vec<Vec<f64>> = self.moderators.iter().map(|(_, of)| data.numbers(of)).collect();
        let empty = Study { products: vec![Products::default(); x.len()], moderators: vec![0.0; moderators.len()], n: 0 };
        let mut studies = vec![empty; codes.iter().max().map_or(0, |most| most + 1)];
        for (row, &code) in codes.iter().enumerate() {
            let study = &mut studies[code];
            study.products.iter_mut().zip(&x).for_each(|(products, x)| products.add([x[row], y[row], 0.0]));
            study.n += 1;
            study.moderators.iter_mut().zip(&moderators).for_each(|(sum, values)| *sum += values[row]);
        }
        studies
    }
}
