//! Endings: planned, administrative, dropout, or the session cap.

use super::math::exp;
use super::params::params;

params! {
    /// When and why a course ends.
    pub struct Endings {
        /// Most sessions a course may have.
        session_cap: u16 = 26, "sessions", [1, 400], "design; H8 Hansen 2002: half improve within 13–18";
        /// Chance of a planned ending in a session at which the observed score has reached the
        /// client's good-enough level.
        planned: f64 = 0.28, "probability", [0.0, 1.0], "calibrated: H10, H14, L6 Saxon 2017 (61 % planned, a selected sample)", weak;
        /// Chance in each session of an end for outside reasons (moving, insurance, referral).
        administrative: f64 = 0.11, "probability per session", [0.0, 1.0], "calibrated: H10, H14", weak;
        /// Log-odds of dropping out after a session, for a client at alliance 0.
        dropout: f64 = -3.62, "log-odds", [-40.0, 40.0], "calibrated: F1 Swift and Greenberg 2012, 19.7 %";
        /// Added log-odds in the first sessions.
        dropout_early: f64 = 0.8, "log-odds", [-10.0, 10.0], "F16: most in the first few sessions", weak;
        /// How many sessions count as first.
        early_sessions: u16 = 2, "sessions", [0, 400], "F16", weak;
        /// Change of the log-odds per SD of the alliance as the client rates it.
        dropout_alliance: f64 = -0.5, "log-odds per SD", [-10.0, 10.0], "calibrated: F5 Sharf 2010: d .55; F6";
        /// Change of the log-odds per SD of the alliance as it is (no rating error).
        dropout_experienced_alliance: f64 = 0.0, "log-odds per SD", [-10.0, 10.0], "0: the rating is what the client goes by";
        /// Added log-odds while a rupture is open.
        dropout_rupture: f64 = 0.2, "log-odds", [-10.0, 10.0], "E9 Muran 2009 (sign)", weak;
        /// Change of the log-odds per 5 points of recent gain in the observed score (put back in points).
        dropout_gain: f64 = -0.15, "log-odds per 5 points", [-10.0, 10.0], "F15 Roseborough 2015 (sign)", weak;
        /// Change of the log-odds per SD of the client's motivation.
        dropout_motivation: f64 = 0.0, "log-odds per SD", [-10.0, 10.0], "no figure", weak;
    }
}

/// Log-odds of dropping out after a session, as far as the client's ratings and scores go. `base` holds the mean,
/// therapist and clinic; `rated` is the alliance rating in SDs, `recent_gain` the fall of the observed score since the
/// last measurement, points.
#[inline(always)]
pub fn dropout_logit(p: &Endings, base: f64, early: bool, rated: f64, open_rupture: bool, recent_gain: f64) -> f64 {
    base + if early { p.dropout_early } else { 0.0 }
        + p.dropout_alliance * rated
        + if open_rupture { p.dropout_rupture } else { 0.0 }
        + (p.dropout_gain * 0.2) * recent_gain
}

/// The chance of an ending whose log-odds are shifted. Without a shift it is `chance` to the last bit; 0 and 1 stay.
#[inline(always)]
pub fn shifted(chance: f64, shift: f64) -> f64 {
    if shift == 0.0 {
        return chance;
    }
    let odds = chance * exp(shift);
    odds / (1.0 - chance + odds)
}

crate::category! {
    /// Why a course ended.
    pub enum EndReason {
        /// Therapist and client agreed that it is enough.
        Planned = "planned",
        /// Outside reasons.
        Administrative = "administrative",
        /// The client stopped coming.
        Dropout = "dropout",
        /// The session cap was reached.
        Cap = "cap",
        /// The client gave up while waiting and had no session.
        Lost = "left the waiting list",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::math::logit;

    #[test]
    fn a_shift_of_log_odds_adds_up_and_leaves_certainties_alone() {
        for (chance, shift) in [(0.33, 0.7), (0.085, -1.2), (0.5, 3.0)] {
            assert!((logit(shifted(chance, shift)) - logit(chance) - shift).abs() < 1e-9, "{chance} {shift}");
            assert_eq!(shifted(chance, 0.0), chance);
        }
        assert_eq!([shifted(0.0, 2.0), shifted(1.0, -2.0)], [0.0, 1.0]);
    }
}
