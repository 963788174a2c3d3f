//! Models of covariances as analyses: two variables over waves, and group means that are not known exactly.

use super::{Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::{INTERCEPT, Model};
use crate::estimators::status::Failure;
use crate::estimators::structural::cross_lagged::{self, Effect};
use crate::estimators::structural::two_level;

/// Two variables at some sessions, each acting on the other.
#[derive(Clone, Debug)]
pub struct CrossLagged {
    /// Names of y and of x.
    pub names: [String; 2],
    /// Their values at a session.
    pub values: [Expr; 2],
    /// Clients.
    pub client: Slot,
    /// Sessions.
    pub session: Expr,
    /// Which sessions are waves.
    pub waves: Vec<u16>,
    /// Which model.
    pub model: cross_lagged::Model,
}

impl CrossLagged {
    fn effect(&self, of: &Effect) -> String {
        let [y, x] = &self.names;
        let name = |side: usize| if side == 0 { y } else { x };
        let at = of.wave.map_or(String::new(), |wave| format!("@{}", self.waves[wave - 1]));
        format!("{}{at} ~ lag({})", name(of.on), name(of.of))
    }

    /// A row per client: y at every wave, then x.
    fn wide(&self, data: &View) -> Result<Vec<Vec<f64>>, Failure> {
        let (codes, sessions) = (data.codes(self.client), data.numbers(&self.session));
        let count = codes.iter().max().map_or(0, |most| most + 1);
        let mut all = vec![vec![f64::NAN; 2 * self.waves.len()]; count];
        for (side, values) in self.values.iter().map(|of| data.numbers(of)).enumerate() {
            for (row, value) in values.into_iter().enumerate() {
                if let Some(wave) = self.waves.iter().position(|wave| f64::from(*wave) == sessions[row]) {
                    let place = &mut all[codes[row]][side * self.waves.len() + wave];
                    if place.is_finite() {
                        return Err(Failure::Range { what: "rows", rule: "one for each client and session" });
                    }
                    *place = value;
                }
            }
        }
        Ok(all)
    }
}

impl Method for CrossLagged {
    fn terms(&self) -> Vec<String> {
        let [y, x] = &self.names;
        let levels = match self.model {
            cross_lagged::Model::RandomIntercepts { .. } => vec![format!("var {y}"), format!("var {x}"), format!("cov {y} {x}")],
            cross_lagged::Model::DynamicPanel => vec!["var client".to_owned()],
        };
        self.model.effects(self.waves.len()).iter().map(|effect| self.effect(effect)).chain(levels).collect()
    }

    /// None: all that is known of a client is used.
    fn variables(&self) -> Vec<&Expr> {
        Vec::new()
    }

    fn uses(&self) -> Vec<&Expr> {
        self.values.iter().collect()
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let found = cross_lagged::fit(&self.wide(data)?, self.waves.len(), self.model)?;
        Ok(Fit { values: found.effects.into_iter().chain(found.levels).map(Value::from).collect(), status: found.status })
    }
}

/// A regression within and between groups whose means are latent.
#[derive(Clone, Debug)]
pub struct LatentMeans {
    /// Response, columns, one `(1 | group)`.
    pub model: Model,
}

impl LatentMeans {
    /// Positions of the predictors.
    fn predictors(&self) -> Vec<usize> {
        (0..self.model.columns.len()).filter(|&at| self.model.columns[at].name != INTERCEPT).collect()
    }
}

impl Method for LatentMeans {
    fn terms(&self) -> Vec<String> {
        let predictors = self.predictors().into_iter();
        let of =
            |at: usize| ["within", "between", "contextual", "reliability"].map(|part| format!("{part} {}", self.model.columns[at].name));
        predictors.flat_map(of).chain([format!("var {}", self.model.random[0].group), "var residual".into()]).collect()
    }

    fn variables(&self) -> Vec<&Expr> {
        self.model.variables()
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let matrix = self.model.matrix(data);
        let x: Vec<&[f64]> = self.predictors().into_iter().map(|at| matrix[at].as_slice()).collect();
        let found = two_level::fit(&data.numbers(&self.model.response[0]), &x, &data.raw_codes(self.model.random[0].slot))?;
        let each = found.predictors.iter();
        let values = each.flat_map(|one| [one.within.into(), one.between.into(), one.contextual.into(), Value::alone(one.reliability)]);
        Ok(Fit { values: values.chain([found.between.into(), found.within.into()]).collect(), status: found.status })
    }
}
