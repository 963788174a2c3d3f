//! `estimators` as a person writes it.

mod courses;
mod endings;
mod groups;
mod missing;

pub use courses::*;
pub use endings::*;
pub use groups::*;
pub use missing::*;

use crate::dataset::catalogue::Level;
use crate::model::params::{choice, params};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// What is done about missing outcomes. `None`: rows without them are left out.
    #[serde(default)]
    #[garde(dive)]
    pub missing: Option<Missing>,
    /// What is done with them.
    #[garde(dive)]
    pub method: Method,
    /// What is true, by term: estimates are then judged against it (bias, coverage and the like).
    #[serde(default)]
    #[garde(skip)]
    pub truth: BTreeMap<String, Truth>,
}

/// What is true of a term.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Truth {
    /// A number that is known, from algebra for instance.
    Value(f64),
    /// The value of a key of the scenario in the cell and the arm, by its path: a parameter that the method estimates. Also
    /// arithmetic of keys: "symptoms.therapist_slope_sd ^ 2".
    Parameter(String),
    /// What an arm does to a variable: its mean over all clients in the arm minus the mean in the first arm, the same clients, all
    /// forms filled in.
    Counterfactual(String),
    /// The same over the pooled standard deviation (d).
    CounterfactualD(String),
    /// Of "ranks": the mean of a variable over all clients of each therapist, all forms filled in.
    Means(String),
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
    /// feedback", "number needed: feedback" (to treat, for one more event).
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

/// What a mixed model maximises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Criterion {
    /// Restricted likelihood.
    #[default]
    REML,
    /// Likelihood.
    ML,
}

/// Degrees of freedom of the coefficients of a mixed model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Freedom {
    /// Satterthwaite's, as lmerTest.
    #[default]
    Satterthwaite,
    /// Kenward and Roger's (1997), with their standard errors; for REML.
    KenwardRoger,
    /// Rows less coefficients.
    Residual,
}

/// How certain the variances of a mixed model are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Intervals {
    /// Not asked for.
    #[default]
    None,
    /// Standard errors from the observed information; intervals: estimate ± 1.96 of these.
    Wald,
    /// The same errors; intervals from the profile of the criterion, which takes some twenty fits for each variance.
    Profile,
}

/// How the variance between studies is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Heterogeneity {
    /// Restricted maximum likelihood.
    #[default]
    REML,
    /// DerSimonian and Laird (1986).
    DL,
    /// Maximum likelihood.
    ML,
    /// Paule and Mandel (1982).
    PM,
    /// None: one true effect in all studies.
    FE,
}

params! {
    /// Linear mixed model. Terms: the coefficients, "var therapist", "var therapist x" for slopes, "var residual", and for each
    /// kind of groups its share of the variance, "icc therapist".
    pub struct MixedOf {
        /// Formula in the style of lme4: "post ~ pre + (1 | therapist)". Groups must lie within each other.
        formula: String = String::new() => skip;
        /// What is maximised.
        criterion: Criterion = Criterion::REML => skip;
        /// Degrees of freedom.
        df: Freedom = Freedom::Satterthwaite => skip;
        /// Standard errors and intervals of the variances.
        intervals: Intervals = Intervals::None => skip;
        /// Variances have a p, from the likelihood ratio of the model without them (one more fit each).
        likelihood_ratio: bool = false => skip;
    }
}

/// Link between a probability and its predictors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Link {
    /// Log odds.
    #[default]
    Logit,
    /// log(−log(1 − p)): proportional hazards in discrete time, when a row is a session and the event ends it.
    Cloglog,
}

params! {
    /// Logistic regression. Terms: the coefficients (log odds); with (1 | therapist) also "var therapist" and "icc therapist", the
    /// share of variance on the latent scale.
    pub struct LogisticOf {
        /// Formula: "dropout ~ early + (1 | therapist)". What is explained is 0 or 1; at most one kind of groups.
        formula: String = String::new() => skip;
        /// Link between the probability and its predictors.
        link: Link = Link::Logit => skip;
        /// Points of adaptive quadrature for groups; 1 is Laplace's approximation.
        points: u16 = 1, "points", [1, 100], "lme4's default is 1";
    }
}

params! {
    /// Meta-analysis of the correlation of two variables, on Fisher's z. Terms: r and z (the mean), tau (standard deviation of z
    /// between studies), I2 (a share), prediction, with `egger` egger, and the moderators.
    pub struct MetaOf {
        /// One variable: a column or an expression.
        x: String = String::from("early") => skip;
        /// Further x, such as later ratings: a study's effect is the mean Fisher z over all of them, its variance that of one.
        /// Clients count who have them all.
        and_x: Vec<String> = Vec::new() => skip;
        /// The other.
        y: String = String::from("gain") => skip;
        /// What a study is: a group.
        by: String = String::from("study") => skip;
        /// Moderators, centred; a study has the mean of its rows.
        moderators: Vec<String> = Vec::new() => skip;
        /// How the variance between studies is estimated.
        method: Heterogeneity = Heterogeneity::REML => skip;
        /// Standard errors after Knapp and Hartung (2003).
        knapp_hartung: bool = true => skip;
        /// Egger's test (1997) of whether small studies find more: slope of z on its standard error.
        egger: bool = false => skip;
    }
}

params! {
    /// Internal consistency of a form (Cronbach 1951), with Feldt's interval. Term: alpha.
    pub struct AlphaOf {
        /// The measure. It must keep the answers to its items (items: true).
        of: String = String::new() => skip;
        /// Session of the form. `None`: each client's first one.
        session: Option<u16> = None => skip;
    }
}

params! {
    /// Shares of clients whose ratings have a shape. Terms: "linear trend", "v shape", "u shape". A row is a session.
    pub struct ShapesOf {
        /// The rating: a measure.
        of: String = String::from("alliance") => skip;
        /// V: how far a rating falls from one to the next, in standard deviations of the client's own ratings around her line.
        fall: f64 = 1.0, "SD", [0.0, 10.0], "Strauss 2006: 1; Stiles 2004: 2";
        /// V: within how many further ratings it is back where it was.
        back: u16 = 3, "ratings", [1, 400], "design";
        /// Fewest ratings of a client who is counted.
        ratings: u16 = 4, "ratings", [3, 400], "design";
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
        /// Linear mixed model.
        Mixed(MixedOf),
        /// Logistic regression, mixed if there are groups.
        Logistic(LogisticOf),
        /// Time to an event.
        KaplanMeier(KaplanMeierOf),
        /// Cumulative hazard of an event.
        NelsonAalen(NelsonAalenOf),
        /// Shares of one way of ending among others.
        Incidence(IncidenceOf),
        /// Times to an event compared between groups.
        LogRank(LogRankOf),
        /// Shares of one way of ending among others, compared between groups.
        Gray(GrayOf),
        /// Proportional hazards.
        Cox(CoxOf),
        /// Meta-analysis of a correlation.
        Meta(MetaOf),
        /// Sessions of the same clients, with what is constant in a client taken out.
        Panel(PanelOf),
        /// Two variables over sessions, each acting on the other.
        CrossLagged(CrossLaggedOf),
        /// Effects within and between groups whose means are not known exactly.
        LatentMeans(LatentMeansOf),
        /// Therapists compared with each other.
        Therapists(TherapistsOf),
        /// Shapes of a rating over the course.
        Shapes(ShapesOf),
        /// Internal consistency of a form.
        Alpha(AlphaOf),
    }
}
