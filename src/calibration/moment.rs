//! What is compared with what: a published number, the simulated one, and how uncertain each is.

use crate::performance::{Measured, Moments};

/// A number that simulations are to reach, or that they are only held against afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Name in tables.
    pub id: String,
    /// The published value.
    pub value: f64,
    /// Its standard error; `None`: the study gave none, and it is what studies of this size scatter by in the simulation.
    pub standard_error: Option<f64>,
    /// How far the model may be off in this number without being wrong: added to the standard error in squares.
    pub tolerance: f64,
    /// Part of the fit, or left out of it for a check.
    pub fitted: bool,
}

impl Moment {
    /// The unit in which a miss is counted: everything that is uncertain about it apart from the parameters.
    pub fn scale(&self, replicates: &[f64]) -> f64 {
        let simulated = moments(replicates);
        let own = self.standard_error.unwrap_or_else(|| simulated.spread().value);
        let mcse = simulated.measured().mcse;
        (own * own + self.tolerance * self.tolerance + mcse * mcse).sqrt()
    }
}

/// Mean and spread of a statistic over replicates.
pub fn moments(replicates: &[f64]) -> Moments {
    let mut moments = Moments::default();
    replicates.iter().for_each(|&x| moments.add(x));
    moments
}

/// Its mean with Monte Carlo standard error.
pub fn simulated(replicates: &[f64]) -> Measured {
    moments(replicates).measured()
}

/// How fast a statistic changes between two points, replicate by replicate: with common luck, most of the noise cancels.
pub fn slope(low: &[f64], high: &[f64], distance: f64) -> Measured {
    let mut difference = Moments::default();
    low.iter().zip(high).for_each(|(low, high)| difference.add((high - low) / distance));
    difference.measured()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_is_counted_in_all_that_is_uncertain() {
        let mut moment = Moment { id: "a".into(), value: 1.0, standard_error: Some(0.3), tolerance: 0.4, fitted: true };
        assert!((moment.scale(&[2.0, 2.0]) - 0.5).abs() < 1e-12);
        let replicates = [1.0, 3.0, f64::NAN];
        assert!((moment.scale(&replicates) - (0.25f64 + 1.0).sqrt()).abs() < 1e-12, "with the MCSE of two replicates, 1");
        moment.standard_error = None;
        assert!((moment.scale(&replicates) - (2.0f64 + 0.16 + 1.0).sqrt()).abs() < 1e-12, "with their SD, √2");
    }

    #[test]
    fn a_slope_is_known_better_than_its_ends() {
        let (low, high) = ([1.0, 2.0, f64::NAN, 4.0], [1.5, 2.5, 9.0, 4.5]);
        assert_eq!(slope(&low, &high, 0.25), Measured { value: 2.0, mcse: 0.0 });
        assert!(simulated(&low).mcse > 0.5);
    }
}
