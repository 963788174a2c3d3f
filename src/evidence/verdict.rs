//! Whether a simulated quantity agrees with a published one.
//!
//! It agrees when its mean lies inside the published interval, or in the published range give or take two Monte Carlo
//! standard errors; when it lies within two standard errors of the published value, √(SE² + MCSE²); or, where only a sign is known, when it has that sign by more than two Monte Carlo
//! standard errors. Where a study printed no standard error, the standard deviation between simulated studies of the same
//! size stands in for it: each replicate is one such study.

use super::collect::Simulated;
use super::targets::{Confidence, Direction, Published};

/// Combined standard errors within which two numbers agree.
const TOLERANCE: f64 = 2.0;

/// Width of a 95 % confidence interval in standard errors.
const INTERVAL: f64 = 2.0 * 1.959_963_984_540_054;

crate::category! {
    /// What is said about a quantity.
    pub enum Verdict {
        /// Simulated and published agree.
        Agrees = "agrees",
        /// They do not.
        Misses = "misses",
        /// The published number is too weak to judge by.
        Shown = "shown only",
    }
}

impl Verdict {
    /// Sign in tables and figures.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Agrees => "✓",
            Self::Misses => "✗",
            Self::Shown => "–",
        }
    }
}

/// The verdict about a quantity.
pub fn verdict(published: &Published, confidence: Confidence, simulated: &Simulated) -> Verdict {
    match () {
        () if !confidence.judged() => Verdict::Shown,
        () if agrees(published, simulated) => Verdict::Agrees,
        () => Verdict::Misses,
    }
}

/// Whether a simulated quantity agrees with a published one, however well that is known. What is not defined in any
/// replicate agrees with nothing.
pub fn agrees(published: &Published, simulated: &Simulated) -> bool {
    let mean = simulated.mean;
    let near = |x: f64, se: f64| (mean.value - x).abs() <= TOLERANCE * se.hypot(mean.mcse);
    match *published {
        Published::Value { x, .. } => near(x, standard_error(published, simulated)),
        Published::Interval { x, low, high } => (low..=high).contains(&mean.value) || near(x, standard_error(published, simulated)),
        Published::Range { low, high } => (low..=high).contains(&mean.value) || near(mean.value.clamp(low, high), 0.0),
        Published::Sign(Direction::Positive) => mean.value > TOLERANCE * mean.mcse,
        Published::Sign(Direction::Negative) => mean.value < -TOLERANCE * mean.mcse,
    }
}

/// Standard error of the published value: as printed, from the interval, or from simulated studies of the same size. Not
/// defined for ranges and signs.
pub fn standard_error(published: &Published, simulated: &Simulated) -> f64 {
    match *published {
        Published::Value { se, .. } => se.unwrap_or(simulated.spread.value),
        Published::Interval { low, high, .. } => (high - low) / INTERVAL,
        Published::Range { .. } | Published::Sign(_) => f64::NAN,
    }
}

/// Simulated minus published: from the value, or from the nearer end of a range (0 inside). Not defined for signs.
pub fn difference(published: &Published, simulated: &Simulated) -> f64 {
    let mean = simulated.mean.value;
    match *published {
        Published::Value { x, .. } | Published::Interval { x, .. } => mean - x,
        Published::Range { low, high } => mean - mean.clamp(low, high),
        Published::Sign(_) => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::Measured;

    fn simulated(value: f64, mcse: f64, sd: f64) -> Simulated {
        Simulated { mean: Measured { value, mcse }, spread: Measured { value: sd, mcse: 0.0 }, replicates: 100 }
    }

    fn of(published: Published, value: f64, mcse: f64, sd: f64) -> Verdict {
        verdict(&published, Confidence::T, &simulated(value, mcse, sd))
    }

    #[test]
    fn a_printed_standard_error_is_combined_with_that_of_the_simulation() {
        let published = Published::Value { x: 0.30, se: Some(0.03) };
        // √(0.03² + 0.04²) = 0.05, so 0.40 is the farthest that agrees; the spread of studies plays no part.
        assert_eq!(of(published, 0.3999, 0.04, 9.0), Verdict::Agrees);
        assert_eq!(of(published, 0.4001, 0.04, 9.0), Verdict::Misses);
        assert_eq!(of(published, 0.2001, 0.04, 0.0), Verdict::Agrees);
    }

    #[test]
    fn without_one_the_spread_between_studies_stands_in() {
        let published = Published::Value { x: 0.0, se: None };
        assert_eq!(of(published, 0.19, 0.0, 0.1), Verdict::Agrees);
        assert_eq!(of(published, 0.21, 0.0, 0.1), Verdict::Misses);
        assert_eq!(of(published, 0.21, 0.0, f64::NAN), Verdict::Misses);
    }

    #[test]
    fn intervals_agree_inside_and_near_their_value() {
        let published = Published::Interval { x: 0.2, low: 0.1, high: 0.5 };
        assert_eq!(of(published, 0.49, 0.001, 0.0), Verdict::Agrees);
        assert_eq!(of(published, 0.51, 0.001, 0.0), Verdict::Misses);
        // Its standard error is 0.4 / 3.92 = 0.102: below the lower end, 0.2 − 2 · 0.102 = −0.004 is near enough.
        assert_eq!(of(published, 0.0, 0.001, 0.0), Verdict::Agrees);
        assert_eq!(of(published, -0.01, 0.001, 0.0), Verdict::Misses);
    }

    #[test]
    fn ranges_have_no_tolerance_but_for_the_error_of_the_simulation() {
        let published = Published::Range { low: 0.1, high: 0.2 };
        assert_eq!((of(published, 0.1, 0.1, 1.0), of(published, 0.201, 0.0004, 1.0)), (Verdict::Agrees, Verdict::Misses));
        assert_eq!((of(published, 0.201, 0.0006, 1.0), of(published, 0.0981, 0.001, 1.0)), (Verdict::Agrees, Verdict::Agrees));
        assert_eq!((of(published, 0.15, f64::NAN, 1.0), of(published, 0.21, f64::NAN, 1.0)), (Verdict::Agrees, Verdict::Misses));
        assert!((difference(&published, &simulated(0.25, 0.0, 0.0)) - 0.05).abs() < 1e-12);
        assert_eq!(difference(&published, &simulated(0.15, 0.0, 0.0)), 0.0);
    }

    #[test]
    fn a_sign_must_be_clear() {
        let (up, down) = (Published::Sign(Direction::Positive), Published::Sign(Direction::Negative));
        assert_eq!(
            (of(up, 0.21, 0.1, 0.0), of(up, 0.19, 0.1, 0.0), of(up, -0.3, 0.1, 0.0)),
            (Verdict::Agrees, Verdict::Misses, Verdict::Misses)
        );
        assert_eq!((of(down, -0.21, 0.1, 0.0), of(down, -0.19, 0.1, 0.0)), (Verdict::Agrees, Verdict::Misses));
    }

    #[test]
    fn weak_numbers_are_shown_and_what_is_not_defined_agrees_with_nothing() {
        let published = Published::Value { x: 0.3, se: Some(0.1) };
        assert_eq!(verdict(&published, Confidence::M_lo, &simulated(0.3, 0.0, 0.1)), Verdict::Shown);
        assert_eq!(verdict(&published, Confidence::D, &simulated(0.3, 0.0, 0.1)), Verdict::Agrees);
        assert_eq!(of(published, f64::NAN, f64::NAN, f64::NAN), Verdict::Misses);
    }
}
