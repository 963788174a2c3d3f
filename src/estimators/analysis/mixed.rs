//! Linear mixed models as an analysis.

use super::{CONFIDENCE, Fit, Method, Reason, Value};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::{Model, Random};
use crate::estimators::mixed::{self, Criterion, Design, Deviation, Failure, RandomPart};

/// Degrees of freedom of the coefficients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freedom {
    /// Satterthwaite's.
    Satterthwaite,
    /// Kenward and Roger's, with their standard errors; for REML.
    KenwardRoger,
    /// Rows less coefficients.
    Residual,
}

/// A linear mixed model.
#[derive(Clone, Debug)]
pub struct Mixed {
    /// Response, columns, differences between groups.
    pub model: Model,
    /// What is maximised.
    pub criterion: Criterion,
    /// Degrees of freedom.
    pub freedom: Freedom,
    /// Variances have intervals, from the profile of the criterion.
    pub profile: bool,
}

/// Names of the variances of one part: of the level, then of the effects of variables.
fn variances(part: &Random) -> impl Iterator<Item = String> + '_ {
    let level = part.intercept.then(|| format!("var {}", part.group));
    level.into_iter().chain(part.slopes.iter().map(|(name, _)| format!("var {} {name}", part.group)))
}

impl Method for Mixed {
    fn terms(&self) -> Vec<String> {
        let columns = self.model.columns.iter().map(|column| column.name.clone());
        let parts = self.model.random.iter().flat_map(variances);
        let shares = self.model.random.iter().filter(|part| part.intercept).map(|part| format!("icc {}", part.group));
        columns.chain(parts).chain(["var residual".into()]).chain(shares).collect()
    }

    fn variables(&self) -> Vec<&Expr> {
        self.model.variables()
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let response = data.numbers(&self.model.response[0]);
        let matrix = self.model.matrix(data);
        let x: Vec<&[f64]> = matrix.iter().map(Vec::as_slice).collect();
        let groups: Vec<(Vec<u32>, Vec<Vec<f64>>)> =
            self.model.random.iter().map(|part| (data.raw_codes(part.slot), columns(part, data))).collect();
        let parts: Vec<RandomPart> = groups
            .iter()
            .zip(&self.model.random)
            .map(|((codes, columns), part)| RandomPart {
                groups: codes,
                columns: columns.iter().map(Vec::as_slice).collect(),
                correlated: !part.apart,
            })
            .collect();
        let design = Design { y: &response, x: &x, random: &parts };
        let found = mixed::fit(&design, self.criterion).map_err(|failure| reason(&self.model, &failure))?;
        let mut values = vec![Value::NONE; self.model.columns.len()];
        for (place, value) in found.kept.iter().zip(self.coefficients(&found)) {
            values[*place] = value;
        }
        for (at, (part, component)) in self.model.random.iter().zip(&found.components).enumerate() {
            for column in 0..variances(part).count() {
                values.push(self.variance(component.covariance[(column, column)], &design, Deviation::Random { part: at, column })?);
            }
        }
        values.push(self.variance(found.sigma2, &design, Deviation::Residual)?);
        let with_level = (0..parts.len()).filter(|&part| self.model.random[part].intercept);
        values.extend(with_level.map(|part| Value::alone(found.icc(part))));
        Ok(Fit { values, status: found.status })
    }
}

/// Columns whose effects differ between the groups of a part.
fn columns(part: &Random, data: &View) -> Vec<Vec<f64>> {
    let level = part.intercept.then(|| vec![1.0; data.len()]);
    level.into_iter().chain(part.slopes.iter().map(|(_, slope)| data.numbers(slope))).collect()
}

impl Mixed {
    /// A variance, with its interval if that is asked for.
    fn variance(&self, estimate: f64, design: &Design, of: Deviation) -> Result<Value, Reason> {
        if !self.profile {
            return Ok(Value::alone(estimate));
        }
        let found = mixed::profile(design, self.criterion, of, CONFIDENCE).map_err(|failure| reason(&self.model, &failure))?;
        Ok(Value { low: found.low * found.low, high: found.high * found.high, ..Value::alone(estimate) })
    }

    /// Coefficients of the columns that were kept.
    fn coefficients(&self, found: &mixed::Fit) -> Vec<Value> {
        let kenward = if self.freedom == Freedom::KenwardRoger { found.kenward_roger() } else { None };
        let (se, df) = match (&kenward, self.freedom) {
            (Some(adjusted), _) => (adjusted.vcov.diagonal().iter().map(|variance| variance.sqrt()).collect(), adjusted.df.clone()),
            (None, Freedom::Residual) => (found.se(), vec![found.residual_df(); found.beta.len()]),
            (None, _) => (found.se(), found.satterthwaite()),
        };
        let each = found.beta.iter().zip(se.iter().zip(df));
        each.map(|(estimate, (se, df))| Coefficient { estimate: *estimate, se: *se, df }.into()).collect()
    }
}

/// The reason of a failure, with the names of groups.
pub(super) fn reason(model: &Model, failure: &Failure) -> Reason {
    let name = |part: usize| model.random.get(part).map_or("", |part| part.group.as_str());
    Reason(match *failure {
        Failure::NoRows => "no rows are left to analyse".into(),
        Failure::TooFewRows { .. } => "fewer rows than fixed effects".into(),
        Failure::OneGroup { part } => format!("there is only one {}, so that nothing can vary between them", name(part)),
        Failure::OneRowPerGroup { part } => {
            format!("every {} has one row only, so that its variance cannot be told from the residual", name(part))
        }
        Failure::TooManyEffects { part } => format!("at least as many differences between each {} as rows", name(part)),
        Failure::SingularColumns { part } => format!("what varies between each {} is zero or collinear", name(part)),
        Failure::Crossed { fine, coarse } => {
            format!("each {} belongs to more than one {}, and only groups within groups are possible", name(fine), name(coarse))
        }
        Failure::NotConverged { .. } => "no optimum was found".into(),
        Failure::NotFinite { .. } => "a value is missing or infinite (does a standardised variable vary?)".into(),
        _ => failure.to_string(),
    })
}
