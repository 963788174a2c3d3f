//! Linear mixed models as an analysis.

use super::{CONFIDENCE, Fit, Method, Reason, Value};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::{Model, Random};
use crate::estimators::mixed::{self, Criterion, Design, Deviation, Failure, RandomPart, Variances};

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

/// How certain variances are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intervals {
    /// Not asked for.
    None,
    /// Standard errors from the observed information, and estimate ± 1.96 of these.
    Wald,
    /// The same errors; intervals from the profile of the criterion.
    Profile,
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
    /// How certain variances are.
    pub intervals: Intervals,
    /// Variances have a p, from the likelihood ratio.
    pub likelihood_ratio: bool,
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
        let of = |failure: Failure| reason(&self.model, &failure);
        let whole = mixed::Model::new(&design).map_err(of)?;
        let found = whole.fit(self.criterion, None).map_err(of)?;
        let mut values = vec![Value::NONE; self.model.columns.len()];
        for (place, value) in found.kept.iter().zip(self.coefficients(&found)) {
            values[*place] = value;
        }
        let variances = (self.intervals != Intervals::None).then(|| whole.variances(&found));
        values.extend(self.variances(&design, &found, variances.as_ref()).map_err(of)?);
        let with_level = (0..parts.len()).filter(|&part| self.model.random[part].intercept);
        values.extend(with_level.map(|part| {
            let se = variances.as_ref().map(|variances| variances.icc_se(part));
            se.map_or_else(|| Value::alone(found.icc(part)), |se| self.share(found.icc(part), se))
        }));
        Ok(Fit { values, status: found.status })
    }
}

/// Columns whose effects differ between the groups of a part.
fn columns(part: &Random, data: &View) -> Vec<Vec<f64>> {
    let level = part.intercept.then(|| vec![1.0; data.len()]);
    level.into_iter().chain(part.slopes.iter().map(|(_, slope)| data.numbers(slope))).collect()
}

/// An estimate that cannot be below 0, ± 1.96 standard errors. At 0 there is no standard error; the interval is what
/// programs print there, from 0 to 0.
fn wald(estimate: f64, se: f64) -> Value {
    if estimate <= 0.0 {
        return Value { low: 0.0, high: 0.0, ..Value::alone(0.0) };
    }
    // A test against 0 at the edge of what is possible is that of the likelihood ratio, not this one.
    Value { p: f64::NAN, df: f64::NAN, ..Coefficient::normal(estimate, se).into() }
}

impl Mixed {
    /// The variances of all random parts and of the residual, with all that is asked for.
    fn variances(&self, design: &Design, found: &mixed::Fit, errors: Option<&Variances>) -> Result<Vec<Value>, Failure> {
        let each = found.components.iter().enumerate().flat_map(|(part, component)| {
            (0..component.covariance.nrows()).map(move |column| (component.covariance[(column, column)], Some([part, column])))
        });
        let mut values = Vec::new();
        for (at, (estimate, place)) in each.chain([(found.sigma2, None)]).enumerate() {
            let mut value = match (errors, self.intervals) {
                (Some(errors), Intervals::Wald) => wald(estimate, errors.se(at)),
                (Some(errors), Intervals::Profile) => {
                    let of = place.map_or(Deviation::Residual, |[part, column]| Deviation::Random { part, column });
                    let limits = mixed::profile(design, self.criterion, of, CONFIDENCE)?;
                    let [low, high] = [limits.low, limits.high].map(|limit| limit * limit);
                    Value { se: errors.se(at), low, high, ..Value::alone(estimate) }
                }
                _ => Value::alone(estimate),
            };
            if let Some(place) = place.filter(|_| self.likelihood_ratio) {
                value.p = mixed::likelihood_ratio(design, self.criterion, place, found.deviance)?.p;
            }
            values.push(value);
        }
        Ok(values)
    }

    /// A share of the variance. Its profile is not that of a parameter, so that there is no interval of that kind.
    fn share(&self, estimate: f64, se: f64) -> Value {
        let value = wald(estimate, se);
        if self.intervals == Intervals::Wald { value } else { Value { low: f64::NAN, high: f64::NAN, ..value } }
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
