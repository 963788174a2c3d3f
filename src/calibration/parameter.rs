//! One parameter: the scale on which it is uncertain, its prior and its bounds.

use serde::{Deserialize, Serialize};

/// The scale on which a parameter is uncertain and its prior is normal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Scale {
    /// As it is written.
    #[default]
    Linear,
    /// Its logarithm: for values that must be positive. An SD of 0.3 is about 30 %.
    Log,
    /// Its log-odds: for probabilities.
    Logit,
}

impl Scale {
    /// A value of the key on this scale.
    pub fn apply(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => libm::log(value),
            Self::Logit => libm::log(value / (1.0 - value)),
        }
    }

    /// Back to a value of the key.
    pub fn invert(self, working: f64) -> f64 {
        match self {
            Self::Linear => working,
            Self::Log => libm::exp(working),
            Self::Logit => 1.0 / (1.0 + libm::exp(-working)),
        }
    }

    /// Can a value be put on this scale?
    pub fn takes(self, value: f64) -> bool {
        self.apply(value).is_finite()
    }
}

/// A parameter to calibrate.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Key of the scenario.
    pub key: String,
    /// Scale on which it is uncertain.
    pub scale: Scale,
    /// Value before calibration.
    pub before: f64,
    /// Value from which the search starts.
    pub start: f64,
    /// Centre of the prior, as the key is written.
    pub centre: f64,
    /// SD of the prior on the scale.
    pub sd: f64,
    /// Smallest sensible value, as the key is written.
    pub lower: f64,
    /// Largest sensible value.
    pub upper: f64,
}

/// Share of the range between the bounds from which a search starts at the nearest when the value lies outside.
const MARGIN: f64 = 0.02;

impl Parameter {
    /// The bounds on the scale.
    pub fn bounds(&self) -> [f64; 2] {
        [self.scale.apply(self.lower), self.scale.apply(self.upper)]
    }

    /// Where the search starts, on the scale: inside the bounds.
    pub fn first(&self) -> f64 {
        let [low, high] = self.bounds();
        let margin = MARGIN * (high - low);
        self.scale.apply(self.start).clamp(low + margin, high - margin)
    }

    /// The prior's centre on the scale.
    pub fn prior(&self) -> f64 {
        self.scale.apply(self.centre)
    }

    /// What a value on the scale would be as an unbounded angle: bounds cannot be left whatever the search does (James and
    /// Roos 1975, doi:10.1016/0010-4655(75)90039-9: the transformation of MINUIT).
    pub fn to_angle(&self, working: f64) -> f64 {
        let [low, high] = self.bounds();
        libm::asin((2.0 * (working - low) / (high - low) - 1.0).clamp(-1.0, 1.0))
    }

    /// Back from the angle, with the derivative.
    pub fn from_angle(&self, angle: f64) -> (f64, f64) {
        let [low, high] = self.bounds();
        let half = 0.5 * (high - low);
        (low + half * (libm::sin(angle) + 1.0), half * libm::cos(angle))
    }

    /// Does a value on the scale lie at one of the bounds?
    pub fn at_bound(&self, working: f64) -> bool {
        let [low, high] = self.bounds();
        let near = 1e-3 * (high - low);
        working - low < near || high - working < near
    }

    /// Two points on either side of a value, `step` prior SDs away but within the bounds.
    pub fn around(&self, working: f64, step: f64) -> [f64; 2] {
        let [low, high] = self.bounds();
        [(working - step * self.sd).max(low), (working + step * self.sd).min(high)]
    }

    /// The posterior SD on the scale as one of the key itself, to first order.
    pub fn spread_as_written(&self, working: f64, sd: f64) -> f64 {
        let value = self.scale.invert(working);
        sd * match self.scale {
            Scale::Linear => 1.0,
            Scale::Log => value,
            Scale::Logit => value * (1.0 - value),
        }
    }
}

#[cfg(test)]
pub(super) fn parameter(key: &str, scale: Scale, centre: f64, sd: f64, [lower, upper]: [f64; 2]) -> Parameter {
    Parameter { key: key.into(), scale, before: centre, start: centre, centre, sd, lower, upper }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_and_angles_come_back() {
        for (scale, lower, upper, value) in [(Scale::Linear, -3.0, 5.0, 1.5), (Scale::Log, 0.01, 4.0, 0.7), (Scale::Logit, 0.02, 0.9, 0.35)]
        {
            let p = parameter("k", scale, value, 0.5, [lower, upper]);
            let working = scale.apply(value);
            assert!((scale.invert(working) - value).abs() < 1e-12);
            let angle = p.to_angle(working);
            let (back, slope) = p.from_angle(angle);
            assert!((back - working).abs() < 1e-12);
            let numeric = (p.from_angle(angle + 1e-6).0 - p.from_angle(angle - 1e-6).0) / 2e-6;
            assert!((slope - numeric).abs() < 1e-6);
            let numeric = (scale.invert(working + 1e-6) - scale.invert(working - 1e-6)) / 2e-6;
            assert!((p.spread_as_written(working, 1.0) - numeric).abs() < 1e-6);
        }
    }

    #[test]
    fn no_angle_leaves_the_bounds_and_a_start_outside_is_moved_in() {
        let p = parameter("k", Scale::Linear, 9.0, 1.0, [0.0, 2.0]);
        for angle in [-40.0, -1.6, 0.0, 2.0, 1e6] {
            let (value, _) = p.from_angle(angle);
            assert!((0.0..=2.0).contains(&value));
        }
        assert_eq!(p.first(), 1.96);
        assert!(p.at_bound(2.0) && p.at_bound(0.0) && !p.at_bound(p.first()));
        assert_eq!(p.around(1.5, 1.0), [0.5, 2.0]);
    }
}
