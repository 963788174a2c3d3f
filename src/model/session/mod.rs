//! One session, for [`W`] clients at a time.
//!
//! Each part of a session is a short loop over the lanes without branches, so that the compiler
//! can turn it into vector instructions. Lanes never touch each other, but for partners, who end
//! together. A lane whose course has ended goes on computing; nobody looks.

// The lanes of several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

mod forms;
mod strain;
mod week;

use super::alliance::next_state;
use super::couples::end_together;
use super::courses::Courses;
use super::draws::{SessionLuck, W};
use super::intervention::Intervention;
use super::rules::Rules;
use super::symptoms::Symptoms;

/// Is anybody going to look at single sessions? What only an onlooker needs is left out otherwise.
pub trait Observed {
    /// Yes or no.
    const ON: bool;
}

#[inline(always)]
fn flag(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

/// One session of all lanes: form, chart, alliance, rupture, rating, the week, the ending.
#[inline(always)]
pub fn step<O: Observed>(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    for l in 0..W {
        c.session[l] += 1.0;
        c.ungrown[l] *= rules.growth_decay;
    }
    if !rules.world.interventions.is_empty() {
        intervene_on_symptoms(rules, c);
    }
    forms::measure_symptoms::<O>(rules, luck, c);
    forms::read_the_chart::<O>(rules, luck, c);
    move_state(rules, luck, c);
    if rules.treatment.has_phase {
        confront(rules, c);
    }
    if !rules.world.interventions.is_empty() {
        intervene_on_alliance(rules, c);
    }
    strain::rupture_and_repair(rules, luck, c);
    forms::rate_alliance(rules, luck, c);
    match &rules.world.symptoms {
        Symptoms::Relaxation(_) => week::relax(rules, luck, c),
        Symptoms::LinearGrowth(_) => week::grow(rules, luck, c),
    }
    week::end(rules, luck, c);
    if rules.world.couples.is_some() {
        end_together(rules, luck, c);
    }
}

#[inline(always)]
fn move_state(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let inertia = rules.world.alliance.inertia;
    for l in 0..W {
        c.state[l] = next_state(inertia, rules.lift, rules.innovation_sd, c.state[l], c.surprise[l], luck.alliance[l]);
    }
}

/// A phase of the treatment that costs alliance, and the mastery after it.
fn confront(rules: &Rules, c: &mut Courses) {
    let p = &rules.treatment.profile;
    let (from, until) = (f64::from(p.cost_from), f64::from(p.cost_until));
    for l in 0..W {
        let within = (c.session[l] >= from) & (c.session[l] <= until);
        c.state[l] -= if within { p.alliance_cost } else { 0.0 };
        gain_trait(rules, c, l, if c.session[l] == until + 1.0 { p.mastery } else { 0.0 });
    }
}

fn intervene_on_symptoms(rules: &Rules, c: &mut Courses) {
    for intervention in &rules.world.interventions {
        if let Intervention::SymptomLevel(p) = intervention {
            for l in 0..W {
                c.symptoms[l] += if c.session[l] == f64::from(p.at) { p.add } else { 0.0 };
            }
        }
    }
}

fn intervene_on_alliance(rules: &Rules, c: &mut Courses) {
    for intervention in &rules.world.interventions {
        match intervention {
            Intervention::AllianceState(p) => {
                for l in 0..W {
                    if c.session[l] >= f64::from(p.from) && c.session[l] <= f64::from(p.until) {
                        c.state[l] = p.set.unwrap_or(c.state[l]) + p.add;
                    }
                }
            }
            Intervention::AllianceTrait(p) => {
                for l in 0..W {
                    if c.session[l] == f64::from(p.at) {
                        gain_trait(rules, c, l, p.add);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Trait alliance gained in therapy works like the match part.
#[inline(always)]
fn gain_trait(rules: &Rules, c: &mut Courses, l: usize, gain: f64) {
    c.trait_alliance[l] += gain;
    let gained = rules.gained_heading * c.link[l] * gain;
    match rules.world.symptoms {
        Symptoms::Relaxation(_) => c.heading[l] -= gained,
        Symptoms::LinearGrowth(_) => c.rate[l] -= gained,
    }
}
