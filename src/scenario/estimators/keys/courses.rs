//! Methods for sessions of the same clients.

use crate::model::params::{choice, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

params! {
    /// Deviations from each client's mean. With her own past among the predictors also the term "nickell bias".
    pub struct WithinOf {}
}

params! {
    /// Differences from the session before.
    pub struct FirstDifferenceOf {}
}

/// What stands for the outcome's change at the session before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Instrument {
    /// The outcome two sessions before.
    #[default]
    Level,
    /// Its change up to then.
    Difference,
}

params! {
    /// Differences, with an earlier outcome as instrument.
    pub struct AndersonHsiaoOf {
        /// Which one.
        instrument: Instrument = Instrument::Level => skip;
    }
}

params! {
    /// Generalised method of moments.
    pub struct MomentsOf {
        /// Steps: with 2 the weights come from a first step, and errors are corrected after Windmeijer (2005).
        steps: u16 = 2, "steps", [1, 2], "design";
        /// How many earlier sessions serve as instruments.
        lags: u16 = 400, "sessions", [1, 400], "design";
        /// One moment condition per lag, instead of one per lag and session (Roodman 2009).
        collapse: bool = true => skip;
        /// Predictors that have nothing to do with errors before or after, as in the formula. Others may depend on earlier ones.
        exogenous: Vec<String> = Vec::new() => skip;
    }
}

choice! {
    /// How what is constant in a client is taken out.
    pub enum PanelMethod {
        /// Fixed effects: biased when her own past is a predictor (Nickell 1981).
        Within(WithinOf),
        /// First differences: biased too.
        FirstDifference(FirstDifferenceOf),
        /// Anderson and Hsiao (1981).
        AndersonHsiao(AndersonHsiaoOf),
        /// Arellano and Bond (1991): differences.
        ArellanoBond(MomentsOf),
        /// Blundell and Bond (1998): differences and levels.
        BlundellBond(MomentsOf),
    }
}

params! {
    /// Regression on sessions, with what is constant in a client taken out. Terms: the coefficients; "nickell bias" (Within);
    /// "hansen", "serial 1", "serial 2" (method of moments). A row is a session.
    pub struct PanelOf {
        /// Formula: "symptoms ~ lag(symptoms) + lag(alliance)".
        formula: String = String::new() => skip;
        /// How what is constant in a client is taken out.
        method: PanelMethod = PanelMethod::Within(WithinOf::default()) => dive;
        /// Errors that allow for any dependence within clients (CR0). The method of moments always has such.
        robust: bool = true => skip;
    }
}

params! {
    /// Random-intercept cross-lagged panel model (Hamaker and others 2015).
    pub struct RandomInterceptsOf {
        /// Effects are the same from wave to wave.
        equal_effects: bool = true => skip;
        /// Variances and the covariance of errors are the same from wave to wave.
        equal_errors: bool = false => skip;
    }
}

params! {
    /// Dynamic panel model by maximum likelihood (Allison and others 2017).
    pub struct DynamicOf {}
}

choice! {
    /// How what is constant in a client is allowed for.
    pub enum CrossLaggedModel {
        /// Each client has her own level of both variables (RI-CLPM).
        RandomIntercepts(RandomInterceptsOf),
        /// The outcome has a constant that may go with anything (dynamic panel model).
        Dynamic(DynamicOf),
    }
}

params! {
    /// Two variables at several sessions, each acting on the other, by maximum likelihood from all that was handed in. Terms:
    /// "symptoms ~ lag(symptoms)", "symptoms ~ lag(alliance)" and the other way round; "var symptoms", "var alliance",
    /// "cov symptoms alliance" of clients' levels. Dynamic: effects on y only, and "var client". A row is a session.
    pub struct CrossLaggedOf {
        /// The outcome: a column or an expression.
        y: String = String::from("symptoms") => skip;
        /// The other variable.
        x: String = String::from("alliance") => skip;
        /// First session.
        from: u16 = 1, "session", [1, 400], "design";
        /// Last session.
        until: u16 = 5, "session", [2, 400], "design";
        /// Every how many sessions there is a wave.
        every: u16 = 1, "sessions", [1, 100], "design";
        /// How what is constant in a client is allowed for.
        model: CrossLaggedModel = CrossLaggedModel::RandomIntercepts(RandomInterceptsOf::default()) => dive;
    }
}
