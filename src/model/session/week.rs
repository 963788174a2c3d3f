//! The week after a session, and whether the course goes on.

// The lanes of several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

use crate::model::courses::Courses;
use crate::model::draws::{Lanes, SessionLuck, W};
use crate::model::ending::dropout_logit;
use crate::model::math::happens;
use crate::model::rules::Rules;
use crate::model::symptoms::Symptoms;

/// Improvement rate this week, times usual: an unnoticed open rupture slows.
#[inline(always)]
fn tempo(rules: &Rules, c: &Courses, l: usize) -> f64 {
    let hidden = (c.open[l] > 0.0) & (c.noticed[l] < 0.5);
    if hidden { rules.world.rupture.rate_while_open } else { 1.0 }
}

/// What feedback adds to the week: the tempo of support tools, times usual, and the lasting extra improvement of
/// a week in which progress is followed, points.
#[inline(always)]
fn follow_progress(rules: &Rules, c: &Courses, l: usize) -> (f64, f64) {
    let f = &rules.feedback;
    let tempo = if c.acted[l] > 0.5 { f.alarm_rate } else { 1.0 };
    (tempo, f.engagement * c.read[l] + f.alarm_engagement * c.acted[l])
}

/// The week after the session: towards the heading, plus alliance, chance and life.
#[inline(always)]
pub(super) fn relax(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let Symptoms::Relaxation(p) = &rules.world.symptoms else {
        return;
    };
    let (mut interval, mut gain) = ([rules.world.clinics.session_interval; W], [rules.session_gain; W]);
    if rules.is_open {
        (interval, gain) = (c.interval, c.gain);
    }
    let mut share = [0.0; W];
    let mut unexpected = [0.0; W];
    for l in 0..W {
        share[l] = c.rate[l] * tempo(rules, c, l) * gain[l];
        unexpected[l] = p.noise * luck.symptoms[l] - c.state_effect[l] * c.felt_state[l];
    }
    if p.life_event > 0.0 {
        for l in 0..W {
            let event = luck.life_event[l] < p.life_event * interval[l];
            unexpected[l] += if event { p.life_event_sd * luck.life_event_size[l] } else { 0.0 };
        }
    }
    let mut extra = [0.0; W];
    if rules.has_feedback {
        for l in 0..W {
            let (tempo, engagement) = follow_progress(rules, c, l);
            share[l] *= tempo;
            extra[l] = engagement;
        }
    }
    for l in 0..W {
        // A week covers at most the whole distance to where the client is heading.
        let covered = if share[l] < 1.0 { share[l] } else { 1.0 };
        c.symptoms[l] += p.natural_change * interval[l] - covered * (c.symptoms[l] - c.heading[l]) + unexpected[l] - extra[l];
        c.heading[l] -= extra[l];
    }
    be_surprised(rules, &unexpected, c);
}

/// Unexpected change, in SDs within clients, and what it does to trait alliance.
#[inline(always)]
fn be_surprised(rules: &Rules, unexpected: &Lanes, c: &mut Courses) {
    let drift = rules.world.alliance.trait_drift;
    for l in 0..W {
        c.surprise[l] = unexpected[l] * rules.per_within_sd;
        c.trait_alliance[l] -= drift * c.surprise[l];
    }
}

/// The week after the session on a straight line.
#[inline(always)]
pub(super) fn grow(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let Symptoms::LinearGrowth(p) = &rules.world.symptoms else {
        return;
    };
    let mut expected = [0.0; W];
    let mut unexpected = [0.0; W];
    for l in 0..W {
        expected[l] = c.rate[l] * tempo(rules, c, l);
        unexpected[l] = p.drift * luck.symptoms[l] - c.state_effect[l] * c.felt_state[l];
    }
    if rules.has_feedback {
        for l in 0..W {
            let (tempo, engagement) = follow_progress(rules, c, l);
            expected[l] = expected[l] * tempo - engagement;
        }
    }
    for l in 0..W {
        c.symptoms[l] += expected[l] + unexpected[l];
    }
    be_surprised(rules, &unexpected, c);
}

/// Does the course end after this session, and why? Dropout comes before a planned ending, that
/// before an administrative one, and the cap comes last.
#[inline(always)]
pub(super) fn end(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let p = &rules.world.endings;
    let (early, cap) = (f64::from(p.early_sessions), f64::from(p.session_cap));
    let (scale, per_score) = (&rules.alliance_scale, rules.symptom_scale.per_slope);
    let mut logits = [0.0; W];
    for l in 0..W {
        let gain = per_score * c.recent_gain[l];
        logits[l] = dropout_logit(p, c.dropout[l], c.session[l] <= early, scale.latent(c.rating[l]), c.open[l] > 0.0, gain);
    }
    if p.dropout_experienced_alliance != 0.0 {
        let (growth, drift) = (rules.world.alliance.growth, rules.world.alliance.trait_drift);
        for l in 0..W {
            // Alliance as it was in the session, before the week changed the trait.
            let experienced = c.trait_alliance[l] + drift * c.surprise[l] + growth * (1.0 - c.ungrown[l]) + c.state[l];
            logits[l] += p.dropout_experienced_alliance * experienced;
        }
    }
    if rules.has_feedback {
        for l in 0..W {
            logits[l] += rules.feedback.retention * c.read[l];
        }
    }
    let may_drop = !rules.nobody_drops_out;
    for l in 0..W {
        let drops = may_drop & happens(luck.dropout[l], logits[l]);
        let planned = (c.score[l] <= c.good_enough[l]) & (luck.planned[l] < c.planned[l]);
        let administrative = luck.administrative[l] < c.administrative[l];
        let reason = if c.session[l] >= cap { 4.0 } else { 0.0 };
        let reason = if administrative { 2.0 } else { reason };
        let reason = if planned { 1.0 } else { reason };
        c.end[l] = if drops { 3.0 } else { reason };
    }
}
