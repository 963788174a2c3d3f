//! Couples: two clients of one therapist who come together. Partners resemble each other, part of what works for one is the
//! other's alliance, a split between their alliances costs both, and the course ends for both at once.

// The lanes of several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

use super::clinic::Clinic;
use super::courses::Courses;
use super::draws::{ClientLuck, SessionLuck, W};
use super::ending::EndReason;
use super::intake::{Meeting, Start};
use super::params::params;
use super::rules::Rules;
use super::symptoms::Symptoms;
use super::therapist::Therapist;

params! {
    /// Couples who come together: the first and second, third and fourth … client of each therapist are partners and have
    /// their sessions, and the end of them, in common.
    pub struct Couples {
        /// Correlation between partners of what nothing else explains of their client and match parts of alliance.
        alliance_correlation: f64 = 0.2, "r", [-1.0, 1.0], "assumed: partners agree about the alliance in part only, or there would be no split (A10)", weak;
        /// Correlation between partners of what alliance does not explain of intake severity.
        severity_correlation: f64 = 0.3, "r", [-1.0, 1.0], "assumed: distress of partners goes together", weak;
        /// Share of the partner's alliance in what works for a client: 0, only her own counts; 0.5, both count alike.
        partner_share: f64 = 0.2, "share", [0.0, 1.0], "Anker 2010 (doi:10.1037/a0020051): a partner's alliance matters beside one's own; size assumed", weak;
        /// Shift of the level that both partners are heading for, per SD of the split beyond the usual one. The split is the
        /// difference between their trait alliances at intake, whichever is higher.
        split_heading: f64 = 20.0, "points per SD", [-100.0, 100.0], "A10 Friedlander 2018 (doi:10.1037/pst0000161): r .316 with poorer outcome; 20 gives .25, a compromise with A9 (docs/decisions.md)", weak;
        /// Change of each partner's log-odds of dropout per SD of the split beyond the usual one.
        split_dropout: f64 = 0.2, "log-odds per SD", [-10.0, 10.0], "assumed; Bartle-Haring 2012 (couples) found no relation at any single session", weak;
        /// The usual split: with it, partners head where they would if each came alone.
        usual_split: f64 = 0.85, "SD", [0.0, 10.0], "the mean split at the default variances and correlation (docs/model.md)";
    }
}

/// Standard normal luck of the second partner, correlated with the first one's.
#[inline(always)]
fn alike(correlation: f64, first: f64, own: f64) -> f64 {
    correlation * first + (1.0 - correlation * correlation).sqrt() * own
}

impl Couples {
    /// The second partner's luck, as far as she resembles the first.
    fn resembling(&self, first: &ClientLuck, own: &ClientLuck) -> ClientLuck {
        ClientLuck {
            alliance: alike(self.alliance_correlation, first.alliance, own.alliance),
            match_rest: alike(self.alliance_correlation, first.match_rest, own.match_rest),
            severity: alike(self.severity_correlation, first.severity, own.severity),
            ..*own
        }
    }
}

/// Starts the courses of two partners. Under relaxation the rates are still logarithms until
/// [`finish_rates`](super::intake::finish_rates).
pub fn start_together(rules: &Rules, couples: &Couples, clinic: &Clinic, therapist: &Therapist, luck: [&ClientLuck; 2]) -> [Start; 2] {
    let [first, second] = luck;
    let second = couples.resembling(first, second);
    let partners = [first, &second].map(|luck| Meeting::new(rules, clinic, therapist, luck));
    let own = [partners[0].effective_alliance(rules), partners[1].effective_alliance(rules)];
    let share = couples.partner_share;
    let works = [(1.0 - share) * own[0] + share * own[1], (1.0 - share) * own[1] + share * own[0]];
    let mut starts = [partners[0].start(rules, works[0]), partners[1].start(rules, works[1])];
    let split = (starts[0].trait_alliance - starts[1].trait_alliance).abs() - couples.usual_split;
    for start in &mut starts {
        start.dropout += couples.split_dropout * split;
        if matches!(rules.world.symptoms, Symptoms::Relaxation(_)) {
            start.heading += couples.split_heading * split;
        }
    }
    starts
}

/// The end of a course for both partners, who sit in lanes 0 and 1, 2 and 3, … : dropout of one is the end for both, a planned
/// ending needs both to be well enough, and outside reasons and the plan itself go by the first partner's luck.
#[inline(never)]
pub fn end_together(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    const DROPPED: f64 = EndReason::Dropout as i8 as f64 + 1.0;
    let p = &rules.world.endings;
    let cap = f64::from(p.session_cap);
    for pair in 0..W / 2 {
        let [a, b] = [2 * pair, 2 * pair + 1];
        let well = (c.score[a] <= c.good_enough[a]) & (c.score[b] <= c.good_enough[b]);
        let reason = if (c.end[a] == DROPPED) | (c.end[b] == DROPPED) {
            Some(EndReason::Dropout)
        } else if well & (luck.planned[a] < c.planned[a]) {
            Some(EndReason::Planned)
        } else if luck.administrative[a] < c.administrative[a] {
            Some(EndReason::Administrative)
        } else if c.session[a] >= cap {
            Some(EndReason::Cap)
        } else {
            None
        };
        let code = reason.map_or(0.0, |reason| f64::from(reason as i8 + 1));
        c.end[a] = code;
        c.end[b] = code;
    }
}
