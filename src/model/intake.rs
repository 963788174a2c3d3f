//! Intake: a client meets a therapist in a clinic. Everything about the course that is settled
//! before session 1.

use super::client::mismatch;
use super::clinic::Clinic;
use super::draws::ClientLuck;
use super::math::exp;
use super::rules::Rules;
use super::rupture::Onset;
use super::symptoms::{Symptoms, heading, log_rate, pull};
use super::therapist::Therapist;

/// A course before its first session.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Start {
    /// Symptom level at session 1, points.
    pub symptoms: f64,
    /// Trait alliance (therapist, client, match and clinic parts), SD.
    pub trait_alliance: f64,
    /// The client's part of it.
    pub client_alliance: f64,
    /// The match part of it.
    pub match_alliance: f64,
    /// Own parts of bond, task and goal, SD (already divided by the loading).
    pub components: [f64; 3],
    /// State alliance before session 1, SD.
    pub state: f64,
    /// Relaxation: level the client is heading for, points. Linear growth: unused.
    pub heading: f64,
    /// Relaxation: improvement rate per week. Linear growth: change per session, points.
    pub rate: f64,
    /// Effect of state alliance on the next change, points per SD.
    pub state_effect: f64,
    /// Good-enough level as a score of the symptom form (turned: more is worse).
    pub good_enough: f64,
    /// Log mean of rupture intensity at state alliance 0 (or log-odds of a rupture at alliance 0).
    pub rupture: f64,
    /// Shift of the log-odds that the therapist notices a rupture.
    pub notice: f64,
    /// Log-odds that a noticed rupture is repaired.
    pub repair: f64,
    /// Log-odds of dropout after a late session at alliance 0.
    pub dropout: f64,
    /// Chance that the therapist acts on feedback.
    pub uptake: f64,
    /// Attachment anxiety, SD.
    pub anxiety: f64,
    /// Attachment avoidance, SD.
    pub avoidance: f64,
    /// Attachment mismatch of the dyad, SD.
    pub mismatch: f64,
    /// Personality disorder.
    pub personality_disorder: bool,
    /// Leniency of the client's alliance ratings, SD.
    pub leniency: f64,
    /// Luck of the form after treatment: error, deviation from the line, and whether it is missing.
    pub post: [f64; 3],
}

/// Starts a course. Under relaxation the rate is still a logarithm until [`finish_rates`].
#[inline(always)]
pub fn start(rules: &Rules, clinic: &Clinic, therapist: &Therapist, luck: &ClientLuck) -> Start {
    let world = &rules.world;
    let [anxiety, avoidance] = luck.attachment;
    let mismatch = mismatch(luck.attachment, [therapist.anxiety, therapist.avoidance]);
    let personality_disorder = luck.personality < world.clients.personality_disorder;

    let client_alliance =
        world.clients.alliance_anxiety * anxiety + world.clients.alliance_avoidance * avoidance + rules.client_rest_sd * luck.alliance;
    let match_alliance = match_alliance(rules, mismatch, luck);
    let known = therapist.alliance + client_alliance + match_alliance;
    let [bond, task, goal] = luck.components;
    let components = [rules.component_sd * bond, rules.component_sd * task, rules.component_sd * goal];

    let effects = &world.alliance_effects;
    let weighted = effects.therapist * therapist.alliance
        + effects.client * client_alliance
        + effects.r#match * match_alliance
        + effects.clinic * clinic.alliance;
    let effective = world.treatment.effective_alliance(pull(effects, weighted, luck.support), components);

    let severity = world.clients.severity_mean + world.clients.severity_alliance * known + world.clients.severity_sd * luck.severity;
    let before = world.clients.change_before_first_session + world.clients.change_before_first_session_sd * luck.before;
    let outside = clinic.outcome - world.therapists.effectiveness * therapist.effectiveness;
    let (symptoms, heading, rate) = match &world.symptoms {
        Symptoms::Relaxation(p) => (
            severity,
            heading(p, severity, world.clients.severity_mean, effective, outside, luck.heading),
            log_rate(p, effective, luck.rate),
        ),
        Symptoms::LinearGrowth(p) => {
            let own = p.slope_severity * luck.severity + (1.0 - p.slope_severity * p.slope_severity).sqrt() * luck.rate;
            let slope = p.slope + p.therapist_slope_sd * therapist.growth[1] + p.slope_sd * own - p.trait_effect * effective;
            (severity + p.therapist_intercept_sd * therapist.growth[0], 0.0, slope)
        }
    };

    Start {
        symptoms: symptoms + before,
        trait_alliance: known + clinic.alliance,
        client_alliance,
        match_alliance,
        components,
        state: world.alliance.initial_state_variance.sqrt() * luck.state,
        heading,
        rate,
        state_effect: rules.state_coefficient * (1.0 + effects.state_sd * luck.state_effect),
        good_enough: rules.symptom_scale.exact(world.clients.good_enough_mean + world.clients.good_enough_sd * luck.good_enough),
        rupture: rupture_base(rules, therapist, [anxiety, avoidance], mismatch, personality_disorder),
        notice: world.rupture.notice_skill * therapist.skill + world.rupture.notice_burnout * therapist.burnout,
        repair: world.rupture.repair_intercept + world.rupture.repair_skill * therapist.skill,
        dropout: world.endings.dropout + therapist.dropout + clinic.dropout + world.endings.dropout_motivation * luck.motivation,
        uptake: therapist.uptake,
        anxiety,
        avoidance,
        mismatch,
        personality_disorder,
        leniency: world.raters.client_leniency_sd * luck.leniency,
        post: [luck.post_error, luck.post_residual, luck.final_form],
    }
}

/// Turns the log rates of some clients into rates, all together.
#[inline(always)]
pub fn finish_rates<const N: usize>(rules: &Rules, rates: &mut [f64; N]) {
    if let Symptoms::Relaxation(p) = &rules.world.symptoms {
        for rate in rates {
            *rate = p.rate * exp(*rate);
        }
    }
}

/// The match part of trait alliance: attachment mismatch, shared background (centred), and the rest.
#[inline(always)]
fn match_alliance(rules: &Rules, mismatch: f64, luck: &ClientLuck) -> f64 {
    let p = &rules.world.r#match;
    let shared = if luck.background < p.shared_background_share { 1.0 } else { 0.0 };
    p.attachment_mismatch * mismatch + p.shared_background * (shared - p.shared_background_share) + rules.match_rest_sd * luck.match_rest
}

#[inline(always)]
fn rupture_base(rules: &Rules, therapist: &Therapist, attachment: [f64; 2], mismatch: f64, personality_disorder: bool) -> f64 {
    match &rules.world.rupture.onset {
        Onset::Intensity(p) => {
            let insecurity = core::f64::consts::FRAC_1_SQRT_2 * (attachment[0] + attachment[1]);
            rules.intensity_log_mean
                + p.insecurity * insecurity
                + if personality_disorder { p.personality_disorder } else { 0.0 }
                + p.mismatch * mismatch
                + p.burnout * therapist.burnout
        }
        Onset::Logistic(p) => p.intercept,
    }
}
