//! Symptoms: where a client is heading, how fast, and what chance and alliance add each week.

use super::params::{choice, params};

params! {
    /// Which parts of alliance have an effect on change, as multiples of the effects given in
    /// `symptoms`. 1 everywhere: all alliance works alike. Set all but one to 0 and only that part
    /// works; a study cannot know which, a scenario can.
    pub struct AllianceEffects {
        /// The therapist's part of trait alliance.
        therapist: f64 = 1.0, "times", [-10.0, 10.0], "B3 Baldwin 2007 against B10: contradictory";
        /// The client's part.
        client: f64 = 1.0, "times", [-10.0, 10.0], "B4 Baldwin 2007 against B10: contradictory";
        /// The match part, and what repairs add to it.
        r#match: f64 = 1.0, "times", [-10.0, 10.0], "not identified by any study", weak;
        /// The clinic's part.
        clinic: f64 = 1.0, "times", [-10.0, 10.0], "no published figure", weak;
        /// State alliance, session by session.
        state: f64 = 1.0, "times", [-10.0, 10.0], "C1 Flückiger 2020";
        /// Extra effect of squared trait alliance (negative: too much comfort).
        quadratic: f64 = 0.0, "per SD", [-5.0, 5.0], "A28 Crits-Christoph 2009: inverted U in one sample", weak;
        /// Change of the effect of trait alliance per SD of social support.
        support: f64 = 0.0, "per SD", [-5.0, 5.0], "no figure", weak;
        /// Standard deviation between clients of the state effect, relative to its mean.
        state_sd: f64 = 0.0, "times", [0.0, 10.0], "C5, C10: varies between patients", weak;
        /// What a personality disorder adds to the effect of state alliance.
        state_personality_disorder: f64 = 1.5, "times", [-10.0, 10.0], "C5 Falkenström 2013: larger with personality problems, C10; size assumed", weak;
    }
}

params! {
    /// Change proportional to the distance from where the client is heading.
    pub struct Relaxation {
        /// Level that an average client is heading for.
        heading: f64 = 57.0, "points", [-1000.0, 1000.0], "calibrated: H9, H11, H26";
        /// Change of that level per point of intake severity.
        heading_severity: f64 = 0.28, "points per point", [-2.0, 2.0], "calibrated; H16: duration with distress r .15", weak;
        /// Drop of that level per SD of effective trait alliance.
        heading_alliance: f64 = 2.2, "points per SD", [-100.0, 100.0], "calibrated: A13 Flückiger 2018, early r .22";
        /// Standard deviation between clients of that level, for all other reasons.
        heading_sd: f64 = 8.0, "points", [0.0, 1000.0], "calibrated (hardly pinned down)", weak;
        /// Rise of that level per SD of the client's attachment anxiety.
        heading_anxiety: f64 = 5.5, "points per SD", [-100.0, 100.0], "calibrated: K4 Levy 2011: worse outcome, d .46 (r .22); K1, K2: a little of it works through alliance";
        /// Rise of that level per SD of attachment avoidance.
        heading_avoidance: f64 = 0.0, "points per SD", [-100.0, 100.0], "K4 Levy 2011: no difference";
        /// Share of the distance covered in a week, for a median client.
        rate: f64 = 0.155, "per week", [0.0, 2.0], "calibrated: H9, H11, H26";
        /// Rise of the log rate per SD of effective trait alliance.
        rate_alliance: f64 = 0.15, "log per SD", [-5.0, 5.0], "calibrated with heading_alliance", weak;
        /// Rise of the log rate per SD of the client's motivation.
        rate_motivation: f64 = 0.0, "log per SD", [-5.0, 5.0], "no figure", weak;
        /// Standard deviation between clients of the log rate.
        rate_sd: f64 = 0.5, "log", [0.0, 5.0], "H15 Baldwin 2009: clients differ in rate", weak;
        /// Effect of state alliance on the next change of symptoms, standardised within clients.
        state_effect: f64 = 0.06, "SD per SD, within clients", [-1.0, 1.0], "C1 Flückiger 2020 (sign); C2, C4: .03 to .15", weak;
        /// Standard deviation of a client's unexplained change in a week.
        noise: f64 = 6.7, "points", [0.0, 1000.0], "calibrated: H11; H25: retest noise of 8 points holds measurement error and passing swings, too";
        /// Mean change in a week without treatment (negative is improvement).
        natural_change: f64 = 0.0, "points per week", [-50.0, 50.0], "no usable figure", weak;
        /// Chance of a life event in a week.
        life_event: f64 = 0.0, "probability per week", [0.0, 1.0], "no usable figure", weak;
        /// Standard deviation of the shock of a life event.
        life_event_sd: f64 = 10.0, "points", [0.0, 1000.0], "assumed", weak;
    }
}

params! {
    /// Straight lines with random intercepts and slopes for clients and therapists: a growth model
    /// that a linear mixed model fits exactly (with `drift` 0 and an instrument without ceiling).
    pub struct LinearGrowth {
        /// Mean change per session (negative is improvement).
        slope: f64 = -1.0, "points per session", [-100.0, 100.0], "H19: 1–2 points";
        /// Standard deviation between clients of the change per session.
        slope_sd: f64 = 0.8, "points per session", [0.0, 100.0], "assumed", weak;
        /// Correlation between a client's intake severity and change per session.
        slope_severity: f64 = -0.3, "correlation", [-1.0, 1.0], "assumed", weak;
        /// Standard deviation between therapists of their clients' intake severity.
        therapist_intercept_sd: f64 = 2.0, "points", [0.0, 100.0], "assumed", weak;
        /// Standard deviation between therapists of the change per session.
        therapist_slope_sd: f64 = 0.25, "points per session", [0.0, 100.0], "G1, G9; calibrated", weak;
        /// Extra improvement per session and SD of effective trait alliance.
        trait_effect: f64 = 0.25, "points per session per SD", [-100.0, 100.0], "A13; calibrated", weak;
        /// Extra improvement per session and SD of the client's motivation.
        slope_motivation: f64 = 0.0, "points per session per SD", [-100.0, 100.0], "no figure", weak;
        /// Improvement lost per session and SD of attachment anxiety.
        slope_anxiety: f64 = 0.0, "points per session per SD", [-100.0, 100.0], "K4 Levy 2011: worse outcome, d .46";
        /// Improvement lost per session and SD of attachment avoidance.
        slope_avoidance: f64 = 0.0, "points per session per SD", [-100.0, 100.0], "K4 Levy 2011: no difference";
        /// Extra improvement after a session per SD of state alliance.
        state_effect: f64 = 0.5, "points per SD", [-100.0, 100.0], "C2", weak;
        /// Standard deviation of scores around the line.
        residual: f64 = 7.0, "points", [0.0, 1000.0], "H25";
        /// Standard deviation of a weekly shock that stays (0 for a straight line).
        drift: f64 = 0.0, "points", [0.0, 1000.0], "0 keeps the mixed model exact";
    }
}

choice! {
    /// How symptoms change.
    pub enum Symptoms {
        /// Towards where the client is heading, fast at first: the default.
        Relaxation(Relaxation),
        /// Along straight lines: for studying estimators.
        LinearGrowth(LinearGrowth),
    }
}

impl Symptoms {
    /// Does a client's motivation act on how fast she improves?
    pub fn need_motivation(&self) -> bool {
        match self {
            Self::Relaxation(p) => p.rate_motivation != 0.0,
            Self::LinearGrowth(p) => p.slope_motivation != 0.0,
        }
    }
}

/// Trait alliance that has an effect, SD: parts weighted by source, bent by the quadratic term and
/// scaled by social support.
#[inline(always)]
pub fn pull(effects: &AllianceEffects, weighted_trait: f64, support: f64) -> f64 {
    (weighted_trait + effects.quadratic * weighted_trait * weighted_trait) * (1.0 + effects.support * support)
}

/// Level a client is heading for, points.
#[inline(always)]
pub fn heading(p: &Relaxation, severity: f64, severity_mean: f64, effective_alliance: f64, other: f64, luck: f64) -> f64 {
    p.heading + p.heading_severity * (severity - severity_mean) - p.heading_alliance * effective_alliance + other + p.heading_sd * luck
}

/// Logarithm of a client's improvement rate, relative to the median client's.
#[inline(always)]
pub fn log_rate(p: &Relaxation, effective_alliance: f64, motivation: f64, luck: f64) -> f64 {
    p.rate_alliance * effective_alliance + p.rate_sd * luck + p.rate_motivation * motivation
}
