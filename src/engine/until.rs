//! When a run is precise enough to stop.

use super::estimates::EstimateTotals;
use super::totals::Totals;
use crate::performance::criterion::Criterion;
use crate::performance::measures::performance;
use core::fmt;

/// A target for the largest Monte Carlo standard error of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Until {
    /// Of what.
    pub of: Precise,
    /// The target, in the unit of that.
    pub mcse: f64,
}

/// What is to be precise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precise {
    /// The difference in final score between arms (the final score itself with one arm), in every cell.
    Headline,
    /// A performance measure of every term that has a truth, or of the terms of one name, in every cell, arm and analysis.
    Measure(Criterion, Option<String>),
}

impl Precise {
    /// Reads `bias`, or `bias: TERM`.
    pub fn read(text: &str) -> Option<Self> {
        let (name, term) = text.split_once(':').map_or((text, None), |(name, term)| (name, Some(term.trim().to_owned())));
        Criterion::named(name.trim()).map(|criterion| Self::Measure(criterion, term.filter(|term| !term.is_empty())))
    }

    /// Is a term of this name meant?
    pub fn means(&self, name: &str) -> bool {
        matches!(self, Self::Measure(_, term) if term.as_ref().is_none_or(|term| term == name))
    }
}

impl fmt::Display for Precise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Headline => f.write_str("headline"),
            Self::Measure(criterion, None) => f.write_str(criterion.name()),
            Self::Measure(criterion, Some(term)) => write!(f, "{}: {term}", criterion.name()),
        }
    }
}

impl Until {
    /// Is it reached?
    pub(super) fn reached(&self, totals: &Totals, estimates: &EstimateTotals) -> bool {
        let error = match &self.of {
            Precise::Headline => totals.headline_mcse(),
            Precise::Measure(criterion, _) => self.largest(*criterion, estimates),
        };
        error <= self.mcse
    }

    /// After how many replicates to look again. A performance measure goes through all replicates, so that the looks are the
    /// farther apart the more there are: then the time for all of them grows with the replicates, not with their square, and a
    /// run has at most a twentieth more replicates than it needed (and those of its last batch).
    pub(super) fn next_look(&self, replicates: u64) -> u64 {
        match self.of {
            Precise::Headline => replicates + 1,
            Precise::Measure(..) => replicates + replicates.div_ceil(20),
        }
    }

    fn largest(&self, criterion: Criterion, estimates: &EstimateTotals) -> f64 {
        let terms = estimates.cells.iter().flatten().flat_map(|one| &one.terms);
        let judged = terms.filter(|term| term.judged() && self.of.means(&term.term));
        judged.map(|term| criterion.error(&performance(&term.said), term.estimate.n())).fold(f64::NAN, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_looks_together_take_a_time_that_grows_with_the_replicates() {
        let until = |of| Until { of, mcse: 0.1 };
        let measure = until(Precise::Measure(Criterion::Bias, None));
        let looked_at = |last: u64| -> u64 {
            let looks = core::iter::successors(Some(20), |look| Some(measure.next_look(*look)));
            looks.take_while(|look| *look <= last).sum()
        };
        // At every replicate it would be half the square; a twentieth apart it is 21 times the number.
        for last in [1_000, 10_000, 1_000_000] {
            assert!(looked_at(last) <= 21 * last, "{last}: {}", looked_at(last));
        }
        assert_eq!((measure.next_look(20), measure.next_look(21), measure.next_look(1_000)), (21, 23, 1_050));
        assert_eq!(until(Precise::Headline).next_look(1_000), 1_001);
    }

    #[test]
    fn what_is_to_be_precise_is_read_and_said_again() {
        for text in ["coverage", "bias: arm: feedback", "empirical_se"] {
            assert_eq!(Precise::read(text).map(|found| found.to_string()).as_deref(), Some(text));
        }
        assert!(Precise::read("power").is_none());
        let of = Precise::read("bias: early");
        assert!(of.is_some_and(|of| of.means("early") && !of.means("pre")));
    }
}
