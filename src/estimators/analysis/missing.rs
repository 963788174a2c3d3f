//! What is done about outcomes that were not handed in, before a method is applied.

use super::pooling::pool;
use super::{Fit, Method, Reason};
use crate::dataset::frame::{Column, Frame, Slot};
use crate::estimators::distributions::{chi_square_quantile, normal_quantile};
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::Model;
use crate::estimators::logistic::{self, Link};
use crate::estimators::qr::{Qr, dot};
use crate::estimators::status::{Failure, at_least};

/// Random numbers of an analysis: the same ones for the same study, whoever asks and when.
pub trait Luck {
    /// A number between 0 and 1, both excluded.
    fn uniform(&mut self) -> f64;
}

/// What is done about missing values of one variable of clients.
#[derive(Clone, Debug)]
pub enum Missing {
    /// The last observation takes its place (LOCF), or any other expression.
    Replaced {
        /// Column with missing values.
        of: Slot,
        /// What takes their place.
        by: Expr,
    },
    /// Those who have it stand for those like them: weights of one over the probability of having it (Robins, Rotnitzky and
    /// Zhao 1995, doi:10.1080/01621459.1995.10476493), from a logistic regression.
    Weighted {
        /// Column with missing values.
        of: Slot,
        /// Predictors of having it.
        model: Model,
    },
    /// Multiple imputation from a normal linear regression (Rubin 1987, doi:10.1002/9780470316696).
    Imputed {
        /// Column with missing values.
        of: Slot,
        /// Predictors of its value.
        model: Model,
        /// Data sets that are made.
        count: usize,
        /// What is added to every value that is made: a pattern-mixture model (Little 1993, doi:10.1080/01621459.1993.10594302),
        /// in which those without the value differ from those with it by so much.
        delta: f64,
    },
}

impl Missing {
    /// The variable with missing values.
    pub fn of(&self) -> Slot {
        match self {
            Self::Replaced { of, .. } | Self::Weighted { of, .. } | Self::Imputed { of, .. } => *of,
        }
    }

    /// Applies a method to rows of clients.
    pub(super) fn apply(&self, method: &dyn Method, data: &View, luck: &mut dyn Luck) -> Result<Fit, Reason> {
        match self {
            Self::Replaced { of, by } => {
                let mut frame = data.frame.clone();
                fill(&mut frame, *of, data, &data.numbers(by));
                fit_complete(method, &frame, data)
            }
            Self::Weighted { of, model } => weighted(method, data, *of, model),
            Self::Imputed { of, model, count, delta } => imputed(method, data, (*of, model), (*count, *delta), luck),
        }
    }
}

/// Puts values into the missing places of a column.
fn fill(frame: &mut Frame, of: Slot, data: &View, values: &[f64]) {
    if let Column::Numbers(column) = &mut frame.clients.columns[of.index] {
        for (&row, value) in data.rows.iter().zip(values) {
            if column[row].is_nan() {
                column[row] = *value;
            }
        }
    }
}

/// The method on the same rows of another frame, as far as these are complete.
fn fit_complete(method: &dyn Method, frame: &Frame, data: &View) -> Result<Fit, Reason> {
    let used = View { frame, level: data.level, rows: data.rows.clone() }.complete(method.variables());
    if used.is_empty() { Err(Failure::NoRows.into()) } else { method.fit(&used) }
}

fn weighted(method: &dyn Method, data: &View, of: Slot, model: &Model) -> Result<Fit, Reason> {
    let known = data.complete(model.predictors());
    let there: Vec<f64> = known.numbers(&Expr::Column(of)).iter().map(|value| f64::from(u8::from(value.is_finite()))).collect();
    let mut weights = vec![f64::NAN; data.frame.clients.len];
    if there.contains(&0.0) {
        let found = logistic::fit(&there, &model.matrix(&known), Link::Logit)?;
        known.rows.iter().zip(&found.linear_predictor).for_each(|(&row, eta)| weights[row] = 1.0 + libm::exp(-eta));
    } else {
        known.rows.iter().for_each(|&row| weights[row] = 1.0);
    }
    let used = known.complete(method.variables());
    let own: Vec<f64> = used.rows.iter().map(|&row| weights[row]).collect();
    if used.is_empty() { Err(Failure::NoRows.into()) } else { method.fit_weighted(&used, &own) }
}

fn imputed(
    method: &dyn Method,
    data: &View,
    (of, model): (Slot, &Model),
    (count, delta): (usize, f64),
    luck: &mut dyn Luck,
) -> Result<Fit, Reason> {
    let known = data.complete(model.predictors());
    let outcome = known.numbers(&Expr::Column(of));
    let matrix = model.matrix(&known);
    let there: Vec<bool> = outcome.iter().map(|value| value.is_finite()).collect();
    if there.iter().all(|there| *there) {
        return fit_complete(method, data.frame, &known);
    }
    let observed = |values: &[f64]| values.iter().zip(&there).filter(|(_, there)| **there).map(|(value, _)| *value).collect::<Vec<f64>>();
    let x: Vec<Vec<f64>> = matrix.iter().map(|column| observed(column)).collect();
    let regression = Regression::new(&observed(&outcome), &x)?;
    let mut frame = data.frame.clone();
    let mut fits = Vec::with_capacity(count);
    for _ in 0..count {
        frame.clients.columns[of.index].clone_from(&data.frame.clients.columns[of.index]);
        fill(&mut frame, of, &known, &regression.drawn(&matrix, &there, delta, luck));
        fits.push(fit_complete(method, &frame, &known)?);
    }
    Ok(pool(&fits))
}

/// A linear regression from which new parameters and values are drawn.
struct Regression {
    qr: Qr,
    parts: Vec<f64>,
    squares: f64,
    df: f64,
}

impl Regression {
    fn new(y: &[f64], x: &[Vec<f64>]) -> Result<Self, Failure> {
        let qr = Qr::new(x);
        at_least("clients with the value that others lack", y.len(), qr.rank() + 2)?;
        let (parts, left) = qr.project(y);
        let df = (y.len() - qr.rank()) as f64;
        Ok(Self { squares: dot(&left, &left), qr, parts, df })
    }

    /// Values for the rows without one, from parameters drawn anew: their posterior with a flat prior. NaN for other rows.
    fn drawn(&self, matrix: &[Vec<f64>], there: &[bool], delta: f64, luck: &mut dyn Luck) -> Vec<f64> {
        let sigma = (self.squares / chi_square_quantile(luck.uniform(), self.df)).sqrt();
        let parts: Vec<f64> = self.parts.iter().map(|part| part + sigma * normal_quantile(luck.uniform())).collect();
        let coefficients = self.qr.solve(&parts);
        let value = |row: usize, luck: &mut dyn Luck| {
            let mean: f64 = self.qr.kept.iter().zip(&coefficients).map(|(&column, b)| matrix[column][row] * b).sum();
            mean + sigma * normal_quantile(luck.uniform()) + delta
        };
        there.iter().enumerate().map(|(row, there)| if *there { f64::NAN } else { value(row, luck) }).collect()
    }
}
