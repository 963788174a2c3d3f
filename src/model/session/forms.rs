//! What is on forms and charts in a session, and what the therapist makes of it.

// The lanes of several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

use super::{Observed, flag};
use crate::model::courses::Courses;
use crate::model::draws::{Lanes, SessionLuck, W};
use crate::model::measurement::Schedule;
use crate::model::rules::Rules;
use crate::model::symptoms::Symptoms;

/// Who has a form today by schedule; moves the next one on.
#[inline(always)]
fn due_today(schedule: &Schedule, session: &Lanes, next: &mut Lanes) -> [bool; W] {
    let mut due = [false; W];
    if schedule.at.is_empty() {
        for l in 0..W {
            due[l] = session[l] >= next[l];
            next[l] += if due[l] { schedule.every } else { 0.0 };
        }
    } else {
        for l in 0..W {
            due[l] = schedule.at.get(session[l] as usize).copied().unwrap_or(false);
        }
    }
    due
}

#[inline(always)]
pub(super) fn measure_symptoms<O: Observed>(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let residual = match &rules.world.symptoms {
        Symptoms::LinearGrowth(p) => p.residual,
        Symptoms::Relaxation(_) => 0.0,
    };
    if O::ON {
        for l in 0..W {
            c.level[l] = c.symptoms[l];
            c.form_level[l] = c.symptoms[l] + residual * luck.residual[l];
        }
    }
    if rules.symptom_forms.complete() {
        measure_due_symptoms::<true>(rules, residual, luck, &[true; W], c);
    } else {
        let due = scores_today(rules, residual, luck, c);
        measure_due_symptoms::<false>(rules, residual, luck, &due, c);
    }
}

/// Who fills in a symptom form today: due, and not missing. At session 1 nobody's is missing.
fn scores_today(rules: &Rules, residual: f64, luck: &SessionLuck, c: &mut Courses) -> [bool; W] {
    let mut due = due_today(&rules.symptom_forms.schedule, &c.session, &mut c.next_score);
    if let Some(gaps) = &rules.symptom_forms.gaps {
        for l in 0..W {
            let score = rules.symptom_scale.score(c.symptoms[l] + residual * luck.residual[l], luck.score_error[l]);
            due[l] &= c.session[l] < 1.5 || !gaps.missing(luck.missing_score[l], c.score[l], score);
        }
    }
    due
}

/// Measures the symptoms of everybody who fills in a form today; everybody does when `ALWAYS`.
#[inline(always)]
fn measure_due_symptoms<const ALWAYS: bool>(rules: &Rules, residual: f64, luck: &SessionLuck, due: &[bool; W], c: &mut Courses) {
    let scale = &rules.symptom_scale;
    for l in 0..W {
        let first = c.session[l] < 1.5;
        let due = ALWAYS | due[l];
        let score = scale.score(c.symptoms[l] + residual * luck.residual[l], luck.score_error[l]);
        c.recent_gain[l] = if due && !first { c.score[l] - score } else { 0.0 };
        c.score[l] = if due { score } else { c.score[l] };
        c.intake_score[l] = if first { score } else { c.intake_score[l] };
        c.measured[l] = flag(due);
        let improved = due & (c.intake_score[l] - score >= rules.reliable_change);
        c.first_improved[l] = if improved & (c.first_improved[l] < 0.5) { c.session[l] } else { c.first_improved[l] };
    }
}

/// What the progress chart shows today and what the therapist makes of it. Reads only scores.
#[inline(always)]
pub(super) fn read_the_chart<O: Observed>(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let mut yellow = [f64::INFINITY; W];
    let mut red = [f64::INFINITY; W];
    if let Some(curves) = &rules.curves {
        while c.fresh != 0 {
            let l = c.fresh.trailing_zeros() as usize;
            c.fresh &= c.fresh - 1;
            c.band[l] = curves.row(c.score[l]);
        }
        for l in 0..W {
            let at = c.band[l] + (c.session[l] as usize).min(curves.stride - 1);
            red[l] = curves.red[at];
            if O::ON {
                yellow[l] = curves.yellow[at];
            }
        }
    }
    let unaided_chance = rules.world.tracking.unaided_notice;
    for l in 0..W {
        let off_track = (c.measured[l] > 0.5) & (c.score[l] > red[l]);
        let unaided = off_track & (luck.unaided[l] < unaided_chance);
        c.off_track[l] = flag(off_track);
        c.first_red[l] = if off_track & (c.first_red[l] < 0.5) { c.session[l] } else { c.first_red[l] };
        c.acted[l] = flag(unaided);
        if O::ON {
            let warned = (c.measured[l] > 0.5) & (c.score[l] > yellow[l]);
            c.signal[l] = if off_track { 2.0 } else { flag(warned) };
        }
    }
    if rules.has_feedback {
        read_the_feedback(rules, luck, c);
    }
}

/// With feedback she reads the scores if she is somebody who takes it up today, and acts on alarms and alerts.
#[inline(always)]
fn read_the_feedback(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let f = &rules.feedback;
    for l in 0..W {
        let measured = c.measured[l] > 0.5;
        let worse = measured & (c.score[l] - c.intake_score[l] >= f.rational_points);
        // A rational system shows its own alarm; otherwise red on the chart is the alarm.
        let alarm = if f.rational_points < f64::INFINITY { worse } else { c.off_track[l] > 0.5 };
        let low = (c.session[l] > 1.5) & ((c.last_rating[l] < f.alliance_below) | (c.rating_fall[l] > f.alliance_fall));
        let takes_up = luck.uptake[l] < c.uptake[l];
        let acts = (takes_up & (alarm | low)) | (c.acted[l] > 0.5);
        c.acted[l] = flag(acts);
        c.read[l] = flag(takes_up & measured);
    }
}

/// What clients add to the alliance when they rate it: leniency, and relief that rubs off. Relief is the fall of the
/// symptom level since the last session, within-client SDs; 0 at session 1.
fn colour(rules: &Rules, c: &mut Courses, seen: &mut Lanes) {
    let raters = &rules.world.raters;
    for l in 0..W {
        let before = if c.session[l] < 1.5 { c.symptoms[l] } else { c.last_level[l] };
        let relief = (before - c.symptoms[l]) * rules.per_within_sd;
        seen[l] += c.leniency[l] + raters.halo * relief;
        c.last_level[l] = c.symptoms[l];
    }
}

#[inline(always)]
pub(super) fn rate_alliance(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let scale = &rules.alliance_scale;
    let growth = rules.world.alliance.growth;
    let early = f64::from(rules.world.outcomes.early_session);
    let mut seen = [0.0; W];
    for l in 0..W {
        seen[l] = c.trait_alliance[l] + growth * (1.0 - c.ungrown[l]) + c.state[l];
    }
    if rules.client_adds {
        colour(rules, c, &mut seen);
    }
    for l in 0..W {
        c.rating[l] = scale.score(seen[l], luck.rating_error[l]);
        seen[l] = scale.latent(c.rating[l]);
    }
    if rules.alliance_forms.complete() {
        hand_in::<true>(early, &seen, &[true; W], c);
    } else {
        let due = ratings_today(rules, luck, &seen, c);
        hand_in::<false>(early, &seen, &due, c);
    }
}

/// Who hands in a rating today: due, and not missing.
fn ratings_today(rules: &Rules, luck: &SessionLuck, seen: &Lanes, c: &mut Courses) -> [bool; W] {
    let mut due = due_today(&rules.alliance_forms.schedule, &c.session, &mut c.next_rating);
    if let Some(gaps) = &rules.alliance_forms.gaps {
        for l in 0..W {
            due[l] &= !gaps.missing(luck.missing_rating[l], c.last_rating[l], seen[l]);
        }
    }
    due
}

/// Hands in the ratings of those who do today, SD in `seen`; everybody does when `ALWAYS`.
#[inline(always)]
fn hand_in<const ALWAYS: bool>(early: f64, seen: &Lanes, due: &[bool; W], c: &mut Courses) {
    for l in 0..W {
        let (due, first) = (ALWAYS | due[l], c.session[l] < 1.5);
        c.rating_fall[l] = if due & !first { c.last_rating[l] - seen[l] } else { 0.0 };
        c.last_rating[l] = if due { seen[l] } else { c.last_rating[l] };
        c.early_rating[l] = if due & (c.session[l] <= early) { c.rating[l] } else { c.early_rating[l] };
        c.rated[l] = flag(due);
    }
}
