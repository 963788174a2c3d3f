//! Intake: a client meets a therapist in a clinic. Everything about the course that is settled
//! before session 1.

use super::client::{Clients, mismatch};
use super::clinic::Clinic;
use super::diagnosis::Group;
use super::draws::ClientLuck;
use super::ending::shifted;
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
    /// What alliance does for this client, times usual.
    pub link: f64,
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
    /// Chance of a planned ending once it is good enough.
    pub planned: f64,
    /// Chance of an end for outside reasons in each session.
    pub administrative: f64,
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
    /// Number of the diagnosis group, from 1; 0 without groups.
    pub diagnosis: u16,
    /// Week in which the course starts.
    pub week: f64,
    /// Leniency of the client's alliance ratings, SD.
    pub leniency: f64,
    /// Luck of the form after treatment: error, deviation from the line, and whether it is missing.
    pub post: [f64; 3],
}

/// Client and therapist before their first session: what both bring, as far as it is needed more than once.
pub(super) struct Meeting<'a> {
    clinic: &'a Clinic,
    therapist: &'a Therapist,
    luck: &'a ClientLuck,
    diagnosis: u16,
    group: &'a Group,
    mismatch: f64,
    personality_disorder: bool,
    /// The client's part of alliance, without her group's.
    client: f64,
    /// The match part of alliance, without the treatment's.
    r#match: f64,
}

/// Starts a course. Under relaxation the rate is still a logarithm until [`finish_rates`].
#[inline(always)]
pub fn start(rules: &Rules, clinic: &Clinic, therapist: &Therapist, luck: &ClientLuck) -> Start {
    let dyad = Meeting::new(rules, clinic, therapist, luck);
    dyad.start(rules, dyad.effective_alliance(rules))
}

impl<'a> Meeting<'a> {
    /// A client meets a therapist.
    #[inline(always)]
    pub(super) fn new(rules: &'a Rules, clinic: &'a Clinic, therapist: &'a Therapist, luck: &'a ClientLuck) -> Self {
        let (diagnosis, group) = rules.groups.find(luck.diagnosis);
        let mismatch = mismatch(luck.attachment, [therapist.anxiety, therapist.avoidance]);
        Self {
            clinic,
            therapist,
            luck,
            diagnosis,
            group,
            mismatch,
            personality_disorder: has_personality_disorder(rules, group, luck),
            client: client_alliance(rules, luck),
            r#match: match_alliance(rules, mismatch, luck),
        }
    }

    /// Own parts of bond, task and goal, SD (divided by the loading).
    #[inline(always)]
    fn components(&self, rules: &Rules) -> [f64; 3] {
        let [bond, task, goal] = self.luck.components;
        [rules.component_sd * bond, rules.component_sd * task, rules.component_sd * goal]
    }

    /// The course before its first session, if that is the alliance that works in it.
    #[inline(always)]
    pub(super) fn start(&self, rules: &Rules, effective: f64) -> Start {
        let world = &rules.world;
        let profile = &rules.treatment.profile;
        let &Self { clinic, therapist, luck, diagnosis, group, mismatch, personality_disorder, client, r#match } = self;
        let [anxiety, avoidance] = luck.attachment;
        let link = group.alliance_effect * clinic.alliance_effect;
        let [symptoms, heading, rate] = prognosis(rules, self, link * effective);
        let before = world.clients.change_before_first_session + world.clients.change_before_first_session_sd * luck.before;
        let burnout = &rules.burnout;
        let ending = therapist.ending + clinic.ending;
        let moderated = if personality_disorder { world.alliance_effects.state_personality_disorder } else { 0.0 };

        Start {
            symptoms: symptoms + before,
            trait_alliance: profile.therapist_share * (therapist.alliance + therapist.career.alliance)
                + (client + group.alliance)
                + r#match
                - burnout.trait_alliance * therapist.burnout
                + clinic.alliance
                + profile.alliance,
            client_alliance: client + group.alliance,
            match_alliance: r#match,
            components: self.components(rules),
            state: world.alliance.initial_state_variance.sqrt() * luck.state,
            heading,
            rate,
            state_effect: rules.state_coefficient * (1.0 + world.alliance_effects.state_sd * luck.state_effect + moderated) * link,
            link,
            good_enough: rules.symptom_scale.exact(good_enough(&world.clients, symptoms, luck.good_enough)),
            rupture: rupture_base(rules, self),
            notice: world.rupture.notice_skill * therapist.skill + burnout.notice * therapist.burnout + therapist.career.notice,
            repair: world.rupture.repair_intercept + world.rupture.repair_skill * therapist.skill + therapist.career.repair,
            dropout: world.endings.dropout
                + (therapist.dropout + therapist.career.dropout)
                + clinic.dropout
                + world.endings.dropout_motivation * luck.motivation
                + profile.dropout
                + group.dropout,
            planned: shifted(world.endings.planned, ending),
            administrative: shifted(world.endings.administrative, ending),
            uptake: therapist.uptake,
            anxiety,
            avoidance,
            mismatch,
            personality_disorder,
            diagnosis,
            week: 0.0,
            leniency: world.raters.client_leniency_sd * luck.leniency,
            post: [luck.post_error, luck.post_residual, luck.final_form],
        }
    }

    /// What alliance brings through the pathways of the treatment, SD: parts weighted by source, less what burnout takes.
    #[inline(always)]
    pub(super) fn effective_alliance(&self, rules: &Rules) -> f64 {
        let effects = &rules.world.alliance_effects;
        let treatment = &rules.treatment;
        let weighted = effects.therapist * (treatment.profile.therapist_share * (self.therapist.alliance + self.therapist.career.alliance))
            + effects.client * (self.client + self.group.alliance)
            + effects.r#match * (self.r#match + treatment.profile.alliance)
            + effects.clinic * self.clinic.alliance;
        treatment.effective_alliance(pull(effects, weighted, self.luck.support), self.components(rules))
            - rules.burnout.effective_alliance * self.therapist.burnout
    }
}

/// A client who never met a therapist: what she came with, and nothing else.
pub fn unmet(rules: &Rules, luck: &ClientLuck) -> Start {
    let [anxiety, avoidance] = luck.attachment;
    let (diagnosis, group) = rules.groups.find(luck.diagnosis);
    let unknown = f64::NAN;
    Start {
        anxiety,
        avoidance,
        client_alliance: client_alliance(rules, luck) + group.alliance,
        personality_disorder: has_personality_disorder(rules, group, luck),
        diagnosis,
        trait_alliance: unknown,
        match_alliance: unknown,
        heading: unknown,
        rate: unknown,
        ..Start::default()
    }
}

/// The client's part of trait alliance, without her group's.
#[inline(always)]
fn client_alliance(rules: &Rules, luck: &ClientLuck) -> f64 {
    let [anxiety, avoidance] = luck.attachment;
    let clients = &rules.world.clients;
    clients.alliance_anxiety * anxiety + clients.alliance_avoidance * avoidance + rules.client_rest_sd * luck.alliance
}

#[inline(always)]
fn has_personality_disorder(rules: &Rules, group: &Group, luck: &ClientLuck) -> bool {
    luck.personality < group.personality_disorder.unwrap_or(rules.world.clients.personality_disorder)
}

/// Symptoms at intake, the level the client is heading for and how fast she changes. Who comes, and how distressed, does
/// not depend on treatment, training, burnout or the group's alliance; where she is heading does.
#[inline(always)]
fn prognosis(rules: &Rules, dyad: &Meeting, effective: f64) -> [f64; 3] {
    let Meeting { clinic, therapist, luck, group, .. } = dyad;
    let (world, profile) = (&rules.world, &rules.treatment.profile);
    let clients = &world.clients;
    let [anxiety, avoidance] = luck.attachment;
    let known = therapist.alliance + dyad.client + dyad.r#match;
    let severity =
        clients.severity_mean + clients.severity_alliance * known + clients.severity_sd * luck.severity + group.severity + clinic.severity;
    let progress = profile.therapist_share * therapist.career.progress;
    match &world.symptoms {
        Symptoms::Relaxation(p) => {
            let effectiveness = profile.therapist_share * therapist.effectiveness - rules.burnout.effectiveness * therapist.burnout;
            let outside = clinic.outcome
                - world.therapists.effectiveness * effectiveness
                - profile.effect
                - world.therapists.development.heading_per_d * progress
                + p.heading_anxiety * anxiety
                + p.heading_avoidance * avoidance;
            let level = heading(p, severity, clients.severity_mean, effective, outside, luck.heading);
            [severity, level, log_rate(p, effective, luck.motivation, luck.rate)]
        }
        Symptoms::LinearGrowth(p) => {
            let own = p.slope_severity * luck.severity + (1.0 - p.slope_severity * p.slope_severity).sqrt() * luck.rate;
            let slope = p.slope + p.therapist_slope_sd * (profile.therapist_share * therapist.growth[1]) + p.slope_sd * own
                - p.trait_effect * effective
                - world.therapists.development.slope_per_d * progress
                - p.slope_motivation * luck.motivation
                + p.slope_anxiety * anxiety
                + p.slope_avoidance * avoidance;
            [severity + p.therapist_intercept_sd * therapist.growth[0], 0.0, slope]
        }
    }
}

/// The level at which a client begins to think of ending, points.
#[inline(always)]
fn good_enough(clients: &Clients, severity: f64, luck: f64) -> f64 {
    clients.good_enough_mean + clients.good_enough_severity * (severity - clients.severity_mean) + clients.good_enough_sd * luck
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
fn rupture_base(rules: &Rules, dyad: &Meeting) -> f64 {
    let shift = rules.treatment.profile.rupture + dyad.group.rupture;
    match &rules.world.rupture.onset {
        Onset::Intensity(p) => {
            let insecurity = core::f64::consts::FRAC_1_SQRT_2 * (dyad.luck.attachment[0] + dyad.luck.attachment[1]);
            rules.intensity_log_mean
                + p.insecurity * insecurity
                + if dyad.personality_disorder { p.personality_disorder } else { 0.0 }
                + p.mismatch * dyad.mismatch
                + rules.burnout.rupture * dyad.therapist.burnout
                + shift
        }
        Onset::Logistic(p) => p.intercept + shift,
    }
}
