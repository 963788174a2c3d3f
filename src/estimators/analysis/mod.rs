//! Analyses of a study's data: which rows, which method, and what the method gives.
//!
//! What an analysis can say is fixed before any data are seen: its terms are known, so that rows of different replicates line
//! up. Rows with a missing value in any variable that it uses are left out (complete cases).

mod associations;
mod comparisons;
mod logistic;
mod meta;
mod missing;
mod mixed;
mod moments;
mod panel;
mod pooling;
pub mod ranks;
mod regression;
mod reliability;
mod shapes;
mod structural;
mod survival;
mod therapists;

pub use associations::Correlation;
pub use comparisons::{By, Difference, Odds};
pub use logistic::Logistic;
pub use meta::Meta;
pub use missing::{Luck, Missing};
pub use mixed::{Freedom, Intervals, Mixed};
pub use moments::{Mean, Sd};
pub use panel::{Estimator, Moments, Panel};
pub use regression::Linear;
pub use reliability::Alpha;
pub use shapes::Shapes;
pub use structural::{CrossLagged, LatentMeans};
pub use survival::{Cox, Gray, Incidence, KaplanMeier, LogRank, NelsonAalen};
pub use therapists::Therapists;

use super::coefficient::Coefficient;
use super::effect_size::{Group, difference};
use super::formula::conditions::Condition;
use super::formula::expr::{Expr, View};
use super::status::{Failure, Status};
use crate::dataset::catalogue::Level;
use crate::dataset::frame::{Frame, Slot, Wanted};
use core::fmt::Debug;
use ranks::Placed;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Level of confidence intervals.
pub const CONFIDENCE: f64 = 0.95;

/// What a method says about one term. NaN: it has no such number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// Estimate.
    pub estimate: f64,
    /// Standard error.
    pub se: f64,
    /// Degrees of freedom; infinite for the normal distribution.
    pub df: f64,
    /// Lower end of the 95 % confidence interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Two-sided p of the hypothesis that the true value is 0.
    pub p: f64,
}

impl Value {
    /// Not defined.
    pub const NONE: Self = Self { estimate: f64::NAN, se: f64::NAN, df: f64::NAN, low: f64::NAN, high: f64::NAN, p: f64::NAN };

    /// An estimate alone.
    pub const fn alone(estimate: f64) -> Self {
        Self { estimate, ..Self::NONE }
    }
}

impl From<Coefficient> for Value {
    fn from(of: Coefficient) -> Self {
        let [low, high] = of.interval(CONFIDENCE);
        Self { estimate: of.estimate, se: of.se, df: of.df, low, high, p: of.p() }
    }
}

/// What a method gives: a value for each of its terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// In the order of the terms.
    pub values: Vec<Value>,
    /// How it went.
    pub status: Status,
}

impl Fit {
    /// A fit without a search.
    pub fn done(values: Vec<Value>) -> Self {
        Self { values, status: Status::Converged }
    }
}

/// Why a method has no answer, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(pub String);

impl From<Failure> for Reason {
    fn from(failure: Failure) -> Self {
        Self(failure.to_string())
    }
}

/// A statistical method whose variables are known.
pub trait Method: Debug + Send + Sync {
    /// Names of what it estimates, the same for any data.
    fn terms(&self) -> Vec<String>;
    /// What must be there in a row for it to be used.
    fn variables(&self) -> Vec<&Expr>;
    /// What it uses of a row, needed or not.
    fn uses(&self) -> Vec<&Expr> {
        self.variables()
    }
    /// A fit takes far longer than the simulation of its data.
    fn slow(&self) -> bool {
        false
    }
    /// Estimates from rows that have everything.
    ///
    /// # Errors
    /// The data do not allow it.
    fn fit(&self, data: &View) -> Result<Fit, Reason>;
    /// The same with a weight for each row.
    ///
    /// # Errors
    /// The data do not allow it, or the method has no weights.
    fn fit_weighted(&self, _data: &View, _weights: &[f64]) -> Result<Fit, Reason> {
        Err(Reason("the method takes no weights".into()))
    }
    /// It takes weights.
    fn is_weighted(&self) -> bool {
        false
    }
    /// The groups that it compares, if it does.
    fn groups(&self) -> Option<Slot> {
        None
    }
    /// The same with what it says of each group.
    ///
    /// # Errors
    /// The data do not allow it.
    fn fit_groups(&self, data: &View) -> Result<(Fit, Vec<Placed>), Reason> {
        self.fit(data).map(|fit| (fit, Vec::new()))
    }
}

/// One entry of `estimators`, ready to be used.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Its name.
    pub name: String,
    /// What a row is about.
    pub level: Level,
    /// All arms together; otherwise each arm by itself.
    pub over_arms: bool,
    /// Which rows.
    pub filter: Vec<Condition>,
    /// What is done about missing outcomes; none: rows without them are left out.
    pub missing: Option<Missing>,
    /// How they are analysed.
    pub method: Arc<dyn Method>,
    /// What is true: position of the term, and the truth.
    pub truths: Vec<(usize, Truth)>,
    /// What groups are ranked by in truth.
    pub ranked: Option<Ranked>,
}

/// The truth about groups: the mean of a variable over all clients of each.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The variable.
    pub of: Expr,
    /// The groups.
    pub by: Slot,
}

/// What estimates of a term are judged against.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// A number.
    Value(f64),
    /// The number that a key of the scenario (or arithmetic of keys) has in the arm (in the first one, for an analysis over all
    /// arms): its position among
    /// [`Analyses::parameters`].
    Parameter(usize),
    /// What an arm does to a variable of all clients; as d or raw.
    Contrast {
        /// The variable.
        of: Expr,
        /// The arm that is compared with the first.
        arm: usize,
        /// Over the pooled standard deviation.
        standardised: bool,
    },
}

impl Analysis {
    /// Names of what it estimates, and of what is judged besides.
    pub fn terms(&self) -> Vec<String> {
        let judged: &[&str] = if self.ranked.is_some() { &ranks::TERMS } else { &[] };
        self.method.terms().into_iter().chain(judged.iter().map(ToString::to_string)).collect()
    }

    /// Analyses one arm, or all (none). A method without an answer says why.
    ///
    /// # Errors
    /// The data do not allow it.
    pub fn apply(&self, frame: &Frame, everybody: &Frame, arm: Option<usize>, luck: &mut dyn Luck) -> Result<Fit, Reason> {
        let all = rows_of(frame, self.level, arm);
        let used = self.filter.iter().fold(all, |rows, condition| condition.rows(&rows));
        if let Some(missing) = &self.missing {
            return missing.apply(self.method.as_ref(), &used, luck);
        }
        let used = used.complete(self.method.variables());
        if used.is_empty() {
            return Err(Failure::NoRows.into());
        }
        let Some(ranked) = &self.ranked else {
            return self.method.fit(&used);
        };
        let (mut fit, groups) = self.method.fit_groups(&used)?;
        let truth = ranked.of(&groups, &rows_of(everybody, Level::Clients, arm));
        fit.values.extend(ranks::judge(&groups, &truth).map(Value::alone));
        Ok(fit)
    }

    /// What is true of each term in an arm (none: over all arms), given the data of all clients in all arms and the values of
    /// [`Analyses::parameters`] by arm. Terms without a truth have none.
    pub fn truths(&self, everybody: &Frame, arm: Option<usize>, parameters: &[Vec<f64>]) -> Vec<Option<f64>> {
        let mut all = vec![None; self.terms().len()];
        for (term, truth) in &self.truths {
            all[*term] = match truth {
                Truth::Value(value) => Some(*value),
                Truth::Parameter(index) => parameters.get(arm.unwrap_or(0)).and_then(|own| own.get(*index)).copied(),
                // An arm by itself is judged by what that arm does, and the first one does nothing.
                Truth::Contrast { of, arm: compared, standardised } if arm.is_none_or(|arm| arm == *compared) => {
                    Some(contrast(everybody, of, *compared, *standardised))
                }
                Truth::Contrast { .. } => None,
            };
        }
        all
    }

    /// The arms that it is done in: each, or all together (none).
    pub fn arms(&self, count: usize) -> Vec<Option<usize>> {
        if self.over_arms { vec![None] } else { (0..count).map(Some).collect() }
    }
}

/// Rows of an arm, or of all (none).
fn rows_of(frame: &Frame, level: Level, arm: Option<usize>) -> View<'_> {
    let table = frame.rows(level);
    let rows = match arm {
        Some(arm) => table.of_arm.get(arm).cloned().unwrap_or_default().collect(),
        None => (0..table.len).collect(),
    };
    View { frame, level, rows }
}

impl Ranked {
    /// What is true of groups; NaN where there is nobody.
    fn of(&self, groups: &[Placed], everybody: &View) -> Vec<f64> {
        let all = everybody.complete([&self.of]);
        let mut sums: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
        for (code, value) in all.raw_codes(self.by).into_iter().zip(all.numbers(&self.of)) {
            let sum = sums.entry(code).or_default();
            sum[0] += value;
            sum[1] += 1.0;
        }
        groups.iter().map(|group| sums.get(&group.code).map_or(f64::NAN, |[sum, n]| sum / n)).collect()
    }
}

/// Mean of a variable in an arm minus in the first one, or d; NaN where nothing varies.
fn contrast(everybody: &Frame, of: &Expr, arm: usize, standardised: bool) -> f64 {
    let values = |arm: usize| rows_of(everybody, Level::Clients, Some(arm)).complete([of]).numbers(of);
    let groups = Group::of(&values(arm)).and_then(|arm| Group::of(&values(0)).map(|first| (arm, first)));
    match groups {
        Ok((arm, first)) if !standardised => arm.mean - first.mean,
        Ok((arm, first)) => difference(arm, first).map_or(f64::NAN, |found| found.d.estimate),
        Err(_) => f64::NAN,
    }
}

/// All entries of `estimators`, and the columns that they need.
#[derive(Clone, Debug, Default)]
pub struct Analyses {
    /// Columns.
    pub wanted: Wanted,
    /// Names of diagnosis groups, in the order of their codes.
    pub diagnoses: Vec<String>,
    /// Paths of the keys of the scenario, or arithmetic of keys, that are the truth of some term.
    pub parameters: Vec<String>,
    /// In the order of the scenario.
    pub list: Vec<Analysis>,
}

impl Analyses {
    /// Is something judged by what happens to everybody?
    pub fn need_everybody(&self) -> bool {
        let contrasts = |analysis: &Analysis| analysis.truths.iter().any(|(_, truth)| matches!(truth, Truth::Contrast { .. }));
        self.list.iter().any(|analysis| analysis.ranked.is_some() || contrasts(analysis))
    }
}

#[cfg(test)]
mod tests;
