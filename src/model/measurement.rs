//! Instruments and ratings: how a latent quantity becomes a number on a form. Instruments are data.

use super::math::{clamp, round_half_up};
use super::params::params;
use std::collections::BTreeMap;

params! {
    /// An instrument: its scale, its reliability, and what counts as change on it.
    pub struct Instrument {
        /// Mean score of the people on whom the latent scale is anchored.
        mean: f64 = 0.0, "score", [-1e9, 1e9], "the instrument's manual";
        /// Standard deviation of their scores.
        sd: f64 = 1.0, "score", [1e-9, 1e9], "the instrument's manual";
        /// Latent value of somebody who scores the mean (symptoms in OQ-45 points, alliance in SD).
        latent_mean: f64 = 0.0, "latent unit", [-1e9, 1e9], "anchor";
        /// Latent standard deviation of the people who gave `sd`.
        latent_sd: f64 = 1.0, "latent unit", [1e-9, 1e9], "anchor";
        /// Reliability: 1 minus the share of `sd`² that is error.
        reliability: f64 = 1.0, "share", [0.0, 1.0], "the instrument's manual";
        /// Lowest possible score.
        lowest: f64 = -1e9, "score", [-1e9, 1e9], "the instrument's manual";
        /// Highest possible score.
        highest: f64 = 1e9, "score", [-1e9, 1e9], "the instrument's manual";
        /// Distance between neighbouring scores; 0 for no rounding.
        step: f64 = 0.0, "score", [0.0, 1e9], "the instrument's manual";
        /// Cut-off between clinical and functional scores (symptoms) or alert cut-off (alliance).
        cutoff: f64 = 0.0, "score", [-1e9, 1e9], "the instrument's manual";
        /// Reliable change index: smallest change that error alone does not explain (95 %).
        reliable_change: f64 = 1e9, "score", [0.0, 1e9], "the instrument's manual";
    }
}

params! {
    /// One measure: which instrument, filled in by whom, how often.
    pub struct Measure {
        /// Name of an instrument: a shipped one, or one from `instruments`.
        instrument: String = String::from("exact") => skip;
        /// Who fills it in.
        rater: Rater = Rater::Client => skip;
        /// Measured at session 1 and every so many sessions.
        every: u16 = 1, "sessions", [1, 400], "L8: every session in the United States and Norway, every 12 weeks in the Netherlands";
    }
}

/// Who fills in a form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Rater {
    /// The client.
    #[default]
    Client,
}

/// The measures of a study by what they measure: `symptoms` and `alliance`. A measure that a file
/// leaves out keeps its default (OQ-45 and WAI-SR at every session).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(from = "BTreeMap<String, Measure>", into = "BTreeMap<String, Measure>")]
pub struct Measures(pub BTreeMap<String, Measure>);

impl Default for Measures {
    fn default() -> Self {
        let measure = |instrument: &str| Measure { instrument: instrument.into(), ..Measure::default() };
        Self(BTreeMap::from([(SYMPTOMS.into(), measure("OQ-45")), (ALLIANCE.into(), measure("WAI-SR"))]))
    }
}

impl From<BTreeMap<String, Measure>> for Measures {
    fn from(written: BTreeMap<String, Measure>) -> Self {
        let mut all = Self::default();
        all.0.extend(written);
        all
    }
}

impl From<Measures> for BTreeMap<String, Measure> {
    fn from(all: Measures) -> Self {
        all.0
    }
}

impl garde::Validate for Measures {
    type Context = ();
    fn validate_into(&self, context: &(), parent: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        for (what, measure) in &self.0 {
            measure.validate_into(context, &mut || parent().join(what.as_str()), report);
        }
    }
}

/// Key of the symptom measure in [`Measures`].
pub const SYMPTOMS: &str = "symptoms";
/// Key of the alliance measure in [`Measures`].
pub const ALLIANCE: &str = "alliance";

/// The instruments that come with the program.
pub fn shipped_instruments() -> BTreeMap<&'static str, Instrument> {
    let symptoms = |mean, sd, latent_mean, latent_sd, reliability, range: (f64, f64), cutoff, reliable_change| Instrument {
        mean,
        sd,
        latent_mean,
        latent_sd,
        reliability,
        lowest: range.0,
        highest: range.1,
        step: 1.0,
        cutoff,
        reliable_change,
    };
    let alliance = |mean, sd, reliability, range: (f64, f64), step, cutoff| Instrument {
        mean,
        sd,
        reliability,
        lowest: range.0,
        highest: range.1,
        step,
        cutoff,
        ..Instrument::default()
    };
    BTreeMap::from([
        // Anchored on the community sample of the manual (H4: 45.2, 18.6), so that the latent
        // scale is the OQ-45's own; α .93 (H5) gives the official reliable change of 14 (H3, H6).
        ("OQ-45", symptoms(45.2, 18.6, 45.2, 18.6, 0.93, (0.0, 180.0), 63.0, 14.0)),
        // Client ratings: D13 gives ranges of means and SDs, D1 and D3 the reliability.
        ("WAI-SR", alliance(4.0, 0.7, 0.90, (1.0, 5.0), 1.0 / 12.0, 3.5)),
        ("WAI-S", alliance(5.75, 0.9, 0.90, (1.0, 7.0), 1.0 / 12.0, 5.0)),
        // D14: cut-off 36, about 24 % of sessions below, α .88.
        ("SRS", alliance(38.8, 4.0, 0.88, (0.0, 40.0), 0.1, 36.0)),
        ("exact", Instrument::default()),
    ])
}

/// An instrument in use: latent value and error in, score out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Score at latent 0, before rounding.
    pub intercept: f64,
    /// Score per latent unit.
    pub slope: f64,
    /// Standard deviation of the error, score.
    pub error_sd: f64,
    per_slope: f64,
    step: f64,
    per_step: f64,
    lowest: f64,
    highest: f64,
}

impl Scale {
    /// The scale of an instrument.
    pub fn of(i: &Instrument) -> Self {
        let slope = i.sd / i.latent_sd;
        Self {
            intercept: i.mean - slope * i.latent_mean,
            slope,
            error_sd: i.sd * (1.0 - i.reliability).sqrt(),
            per_slope: 1.0 / slope,
            step: i.step,
            per_step: if i.step > 0.0 { 1.0 / i.step } else { 0.0 },
            lowest: i.lowest,
            highest: i.highest,
        }
    }

    /// Score shown for a latent value, with a standard-normal error draw: with error, rounding and
    /// the ends of the scale.
    #[inline(always)]
    pub fn score(&self, latent: f64, error: f64) -> f64 {
        let exact = self.intercept + self.slope * latent + self.error_sd * error;
        let rounded = if self.step > 0.0 { round_half_up(exact * self.per_step) * self.step } else { exact };
        clamp(rounded, self.lowest, self.highest)
    }

    /// A score put back on the latent scale (without knowing its error).
    #[inline(always)]
    pub fn latent(&self, score: f64) -> f64 {
        (score - self.intercept) * self.per_slope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oq45_shows_the_latent_points_with_error_rounding_and_ends() {
        let scale = Scale::of(&shipped_instruments()["OQ-45"]);
        assert_eq!(scale.score(62.6, 0.0), 63.0);
        assert_eq!(scale.score(300.0, 0.0), 180.0);
        assert_eq!(scale.score(-300.0, 0.0), 0.0);
        // α .93 and SD 18.6 imply an error SD of 4.92 and a reliable change of 1.96 √2 · 4.92 = 13.6.
        assert!((1.96 * 2f64.sqrt() * scale.error_sd - 13.6).abs() < 0.1);
    }

    #[test]
    fn alliance_ratings_have_a_ceiling() {
        let scale = Scale::of(&shipped_instruments()["WAI-SR"]);
        assert_eq!(scale.score(0.0, 0.0), 4.0);
        assert_eq!(scale.score(9.0, 0.0), 5.0);
        assert!((scale.latent(scale.score(-1.0, 0.0)) + 1.0).abs() < 0.06);
    }

    #[test]
    fn a_file_that_names_one_measure_keeps_the_other() {
        let written = BTreeMap::from([("symptoms".to_owned(), Measure { instrument: "exact".into(), ..Measure::default() })]);
        let all = Measures::from(written);
        assert_eq!((all.0["symptoms"].instrument.as_str(), all.0["alliance"].instrument.as_str()), ("exact", "WAI-SR"));
    }
}
