//! Rupture and repair in a session.

// The lanes of several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

use super::flag;
use crate::model::courses::Courses;
use crate::model::draws::{Lanes, SessionLuck, W};
use crate::model::intervention::Intervention;
use crate::model::math::happens;
use crate::model::rules::Rules;
use crate::model::rupture::{intensity, noticed, repaired, strain};
use crate::model::symptoms::Symptoms;

#[inline(always)]
pub(super) fn rupture_and_repair(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let new = new_strain(rules, luck, c);
    open_ruptures(rules, luck, &new, c);
    notice_and_repair(rules, luck, c);
    if !rules.world.interventions.is_empty() {
        repair_by_intervention(rules, c);
    }
    feel_the_consequences(rules, c);
}

/// Strain that this session brings.
#[inline(always)]
fn new_strain(rules: &Rules, luck: &SessionLuck, c: &Courses) -> Lanes {
    let mut new = luck.gamma;
    if rules.graded_ruptures {
        if rules.own_shape {
            new = luck.rupture.map(|z| rules.gamma.at(z));
        }
        for l in 0..W {
            new[l] = intensity(c.rupture[l], rules.intensity_slope, c.state[l], new[l], rules.largest_intensity);
        }
    } else {
        let growth = rules.world.alliance.growth;
        for l in 0..W {
            let alliance = c.trait_alliance[l] + growth * (1.0 - c.ungrown[l]) + c.state[l];
            new[l] = flag(happens(luck.rupture_uniform[l], c.rupture[l] + rules.intensity_slope * alliance));
        }
    }
    for intervention in &rules.world.interventions {
        if let Intervention::NoRuptures(p) = intervention {
            for l in 0..W {
                new[l] = if c.session[l] >= f64::from(p.from) { 0.0 } else { new[l] };
            }
        }
    }
    new
}

/// What is in the room: the new strain or what is left of an old rupture; who would report it.
#[inline(always)]
fn open_ruptures(rules: &Rules, luck: &SessionLuck, new: &Lanes, c: &mut Courses) {
    let p = &rules.world.rupture;
    let [observer, therapist, client] = rules.thresholds;
    for l in 0..W {
        let before = c.open[l];
        let left = p.carry_over * before;
        let still = (before > 0.0) & (left > 0.0) & (left >= p.faded_below);
        let left = if still { left } else { 0.0 };
        let opens = new[l] >= client;
        let first = opens & !still;
        let kind = flag(luck.kind[l] < p.withdrawal_share);
        c.withdrawal[l] = if first { kind } else { c.withdrawal[l] };
        c.strain[l] = strain(new[l], left);
        c.open[l] = if opens { c.strain[l] } else { left };
        c.ruptures[l] += flag(first);
        c.ruptured[l] = flag(opens | still);
        c.reports[0][l] += flag(c.strain[l] >= observer);
        c.reports[1][l] += flag(c.strain[l] >= therapist);
        c.reports[2][l] += flag(c.strain[l] >= client);
    }
}

#[inline(always)]
fn notice_and_repair(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let mut seen = [0.0; W];
    if rules.notice_alike {
        let [withdrawal, confrontation] = rules.notice_chances;
        for l in 0..W {
            seen[l] = flag(luck.notice[l] < if c.withdrawal[l] > 0.5 { withdrawal } else { confrontation });
        }
    } else {
        let [withdrawal, confrontation] = rules.notice_logits;
        for l in 0..W {
            seen[l] = flag(noticed(c.withdrawal[l] > 0.5, withdrawal, confrontation, c.notice[l], luck.notice[l]));
        }
    }
    let f = &rules.feedback;
    for l in 0..W {
        let ruptured = c.ruptured[l] > 0.5;
        let acted = c.acted[l] > 0.5;
        let alerted = acted & (luck.notice[l] < f.notice);
        let notices = ruptured & ((seen[l] > 0.5) | alerted);
        let logit = c.repair[l] + if acted { f.repair } else { 0.0 };
        let heals = repaired(notices, logit, rules.unnoticed_logit, luck.repair[l]);
        c.noticed[l] = flag(notices);
        c.repaired[l] = flag(ruptured & heals);
    }
}

fn repair_by_intervention(rules: &Rules, c: &mut Courses) {
    for intervention in &rules.world.interventions {
        if let Intervention::RepairEveryRupture(p) = intervention {
            for l in 0..W {
                c.repaired[l] = if c.session[l] >= f64::from(p.from) { c.ruptured[l] } else { c.repaired[l] };
            }
        }
    }
}

/// What rupture and repair do to the alliance.
#[inline(always)]
fn feel_the_consequences(rules: &Rules, c: &mut Courses) {
    let p = &rules.world.rupture;
    for l in 0..W {
        let repaired = c.repaired[l];
        let stays = c.ruptured[l] - repaired;
        let cost = p.state_cost * c.open[l] * stays;
        c.state[l] += p.state_gain * repaired - cost;
        c.felt_state[l] = c.state[l] + cost * c.noticed[l] * p.recognition_protects;
        c.trait_alliance[l] += p.trait_gain * repaired;
        c.open[l] *= stays;
        c.repairs[l] += repaired;
        c.notices[l] += c.noticed[l];
        c.ruptured_sessions[l] += c.ruptured[l];
    }
    let gained = rules.gained_heading * p.trait_gain;
    let level = match rules.world.symptoms {
        Symptoms::Relaxation(_) => &mut c.heading,
        Symptoms::LinearGrowth(_) => &mut c.rate,
    };
    for (level, repaired) in level.iter_mut().zip(&c.repaired) {
        *level -= gained * repaired;
    }
}
