//! Repeated measurements as an analysis: what is constant in a client is taken out, her own past may be a predictor.

use super::{Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::coefficient::Coefficient;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::{INTERCEPT, Model};
use crate::estimators::panel::gmm::{self, Gmm, Use};
use crate::estimators::panel::two_stage::{Instrument, anderson_hsiao};
use crate::estimators::panel::within::{PanelFit, first_differences, within};
use crate::estimators::panel::{self, without_nickell_bias};

/// How the constants of clients are taken out.
#[derive(Clone, Debug)]
pub enum Estimator {
    /// Deviations from each client's mean (fixed effects): biased when her past is a predictor (Nickell 1981).
    Within,
    /// Differences between sessions: biased too.
    FirstDifference,
    /// Differences, with an earlier value as instrument.
    AndersonHsiao(Instrument),
    /// The generalised method of moments.
    Moments(Moments),
}

/// Options of the generalised method of moments.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Levels beside differences (Blundell and Bond 1998).
    pub system: bool,
    /// Weights from a first step, with Windmeijer's errors.
    pub two_steps: bool,
    /// One moment condition per lag.
    pub collapse: bool,
    /// How many earlier sessions serve as instruments.
    pub lags: usize,
    /// Names of the predictors that have nothing to do with errors before or after.
    pub exogenous: Vec<String>,
}

/// A regression on repeated measurements. Predictors may depend on earlier errors unless they are named as exogenous.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Response and columns.
    pub model: Model,
    /// How constants are taken out.
    pub estimator: Estimator,
    /// Errors that allow for any dependence within clients; those of the method of moments always do.
    pub robust: bool,
    /// Clients.
    pub client: Slot,
    /// Sessions.
    pub session: Expr,
}

impl Panel {
    /// Position of the column that is the response at the session before.
    pub fn past(&self) -> Option<usize> {
        let is_past = |of: &Expr| matches!(of, Expr::Beside(inner, -1) if **inner == self.model.response[0]);
        self.model.columns.iter().position(|column| column.expression().is_some_and(is_past))
    }

    fn system(&self) -> bool {
        matches!(&self.estimator, Estimator::Moments(own) if own.system)
    }

    /// Positions of the columns that can be estimated: a constant only where levels are used.
    fn columns(&self) -> Vec<usize> {
        let kept = |at: &usize| self.system() || self.model.columns[*at].name != INTERCEPT;
        (0..self.model.columns.len()).filter(kept).collect()
    }

    /// How a column serves as instrument.
    fn instrument(&self, at: usize, own: &Moments) -> Use {
        match &self.model.columns[at].name {
            name if name == INTERCEPT => Use::Constant,
            name if own.exogenous.contains(name) => Use::Itself,
            _ if Some(at) == self.past() => Use::Lags { first: 2, last: own.lags + 1 },
            _ => Use::Lags { first: 1, last: own.lags },
        }
    }

    fn plain(&self, found: &PanelFit) -> Vec<Coefficient> {
        if self.robust { found.robust.clone() } else { found.coefficients.clone() }
    }

    /// Coefficients in the order of the panel's predictors, and what else the estimator says.
    fn estimates(&self, panel: &panel::Panel, order: &[usize]) -> Result<(Vec<Coefficient>, Vec<Value>), Reason> {
        match &self.estimator {
            Estimator::Within => {
                let found = within(panel)?;
                let coefficients = self.plain(&found);
                let bias = self.past().map(|_| {
                    let (rho, periods) = (coefficients[0].estimate, (found.rows as f64 / found.persons as f64).round() as usize);
                    Value::alone(rho - without_nickell_bias(rho, periods))
                });
                Ok((coefficients, bias.into_iter().collect()))
            }
            Estimator::FirstDifference => Ok((self.plain(&first_differences(panel)?), Vec::new())),
            Estimator::AndersonHsiao(instrument) => Ok((self.plain(&anderson_hsiao(panel, *instrument)?), Vec::new())),
            Estimator::Moments(own) => {
                let instruments = order.iter().map(|at| self.instrument(*at, own)).collect();
                let options = gmm::Options { instruments, system: own.system, two_steps: own.two_steps, collapse: own.collapse };
                let found = gmm::fit(panel, &options)?;
                let tests = tests(&found);
                Ok((found.coefficients, tests))
            }
        }
    }
}

/// Tests of the moment conditions.
fn tests(found: &Gmm) -> Vec<Value> {
    let (estimate, df) = (found.overidentification, found.overidentification_df);
    let hansen = Value { df, p: found.overidentification_p(), ..Value::alone(estimate) };
    let serial = |z: f64| Value { df: f64::INFINITY, p: Coefficient::normal(z, 1.0).p(), ..Value::alone(z) };
    vec![hansen, serial(found.serial_one), serial(found.serial_two)]
}

impl Method for Panel {
    fn terms(&self) -> Vec<String> {
        let columns = self.columns().into_iter().map(|at| self.model.columns[at].name.clone());
        let more: &[&str] = match self.estimator {
            Estimator::Within if self.past().is_some() => &["nickell bias"],
            Estimator::Moments(_) => &["hansen", "serial 1", "serial 2"],
            _ => &[],
        };
        columns.chain(more.iter().map(ToString::to_string)).collect()
    }

    /// None: a session without all of it may still be the past of another.
    fn variables(&self) -> Vec<&Expr> {
        Vec::new()
    }

    fn uses(&self) -> Vec<&Expr> {
        self.model.variables()
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let session: Vec<usize> = data.numbers(&self.session).into_iter().map(|session| session as usize).collect();
        let (response, matrix) = (data.numbers(&self.model.response[0]), self.model.matrix(data));
        let columns = self.columns();
        let past = self.past();
        let others: Vec<usize> = columns.iter().copied().filter(|at| Some(*at) != past).collect();
        let x: Vec<&[f64]> = others.iter().map(|at| matrix[*at].as_slice()).collect();
        let panel = panel::Panel::new(&data.codes(self.client), &session, &response, &x, 0)?;
        let panel = if past.is_some() { panel } else { panel.without_past() };
        let order: Vec<usize> = past.into_iter().chain(others).collect();
        let (found, more) = self.estimates(&panel, &order)?;
        let of_column = |at: &usize| order.iter().position(|other| other == at).map_or(Value::NONE, |place| found[place].into());
        Ok(Fit::done(columns.iter().map(of_column).chain(more).collect()))
    }
}
