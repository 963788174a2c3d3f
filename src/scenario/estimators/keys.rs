//! `estimators` as a person writes it.

use crate::dataset::catalogue::Level;
use crate::model::params::{choice, params};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One analysis that the study makes of its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Estimator {
    /// Name of the analysis in tables. Every analysis has its own.
    #[garde(length(min = 1))]
    pub name: String,
    /// Which rows are used: comparisons joined by `and`, such as `sessions >= 3`. Empty for all.
    #[serde(default)]
    #[garde(skip)]
    pub r#where: String,
    /// What a row is.
    #[serde(default)]
    #[garde(skip)]
    pub on: On,
    /// What is done with them.
    #[garde(dive)]
    pub method: Method,
}

/// What a row of the data is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum On {
    /// A client.
    #[default]
    Clients,
    /// A session of a client.
    Sessions,
}

impl From<On> for Level {
    fn from(on: On) -> Self {
        match on {
            On::Clients => Self::Clients,
            On::Sessions => Self::Sessions,
        }
    }
}

/// Small-sample correction of cluster-robust errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Correction {
    /// None (Liang and Zeger 1986): too small with few clusters.
    CR0,
    /// m / (m − 1) with m clusters.
    CR1,
    /// Bell and McCaffrey (2002), with Satterthwaite's degrees of freedom.
    #[default]
    CR2,
}

params! {
    /// Mean of a variable. Term: mean.
    pub struct MeanOf {
        /// The variable: a column or an expression.
        of: String = String::new() => skip;
    }
}

params! {
    /// Standard deviation of a variable. Term: sd.
    pub struct SdOf {
        /// The variable: a column or an expression.
        of: String = String::new() => skip;
    }
}

params! {
    /// Correlation with Fisher's interval. Terms: r; with `by` also r between and r within.
    pub struct CorrelationOf {
        /// One variable: a column or an expression.
        x: String = String::new() => skip;
        /// The other.
        y: String = String::new() => skip;
        /// Variables that are held constant (partial correlation).
        given: Vec<String> = Vec::new() => skip;
        /// Groups, such as therapist: then also the correlation of the groups' means, and of deviations from these.
        by: Option<String> = None => skip;
    }
}

params! {
    /// Means of groups compared with the first: difference and Cohen's d. Terms: "difference: feedback", "d: feedback".
    pub struct DifferenceOf {
        /// The variable: a column or an expression. Positive: it is higher in the group than in the first one.
        of: String = String::new() => skip;
        /// Groups: arm, diagnosis, or a column of 0 and 1 such as dropout.
        by: String = String::from("arm") => skip;
    }
}

params! {
    /// Shares of groups compared with the first. Terms: "log odds ratio: feedback", "odds ratio: feedback", "risk difference:
    /// feedback".
    pub struct OddsOf {
        /// The event, 0 or 1: a column such as dropout.
        of: String = String::new() => skip;
        /// Groups: arm, diagnosis, or a column of 0 and 1.
        by: String = String::from("arm") => skip;
    }
}

params! {
    /// Linear regression. Terms: the coefficients as in the formula, (Intercept), R2.
    pub struct LinearOf {
        /// Formula: "post ~ pre + arm".
        formula: String = String::new() => skip;
        /// Groups whose rows are not independent, such as therapist: errors are then robust. `None`: ordinary errors.
        cluster: Option<String> = None => skip;
        /// Small-sample correction of robust errors.
        correction: Correction = Correction::CR2 => skip;
    }
}

choice! {
    /// Statistical method.
    pub enum Method {
        /// Mean of a variable.
        Mean(MeanOf),
        /// Standard deviation of a variable.
        Sd(SdOf),
        /// Correlation of two variables.
        Correlation(CorrelationOf),
        /// Means of groups compared.
        Difference(DifferenceOf),
        /// Shares of groups compared.
        Odds(OddsOf),
        /// Linear regression.
        Linear(LinearOf),
    }
}
