//! Instruments: how a latent quantity becomes a number on a form. Instruments are data.

pub mod items;
mod shipped;

use super::math::{clamp, round_half_up};
use super::params::params;
pub use shipped::{Shipped, shipped, shipped_instruments};

params! {
    /// An instrument: its scale, its reliability, its items, and what counts as change on it.
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
        /// True when a high score means less of what is measured: the ORS, on which distress scores low.
        reversed: bool = false => skip;
        /// Cut-off between clinical and functional scores (symptoms) or alert cut-off (alliance).
        cutoff: f64 = 0.0, "score", [-1e9, 1e9], "the instrument's manual";
        /// Reliable change index: smallest change that error alone does not explain (95 %).
        reliable_change: f64 = 1e9, "score", [0.0, 1e9], "the instrument's manual";
        /// Number of items; 0 when there are none to speak of, as on the latent value itself.
        items: u16 = 0, "items", [0, 400], "the instrument's manual";
        /// Lowest answer to an item.
        item_lowest: f64 = 0.0, "answer", [-1e6, 1e6], "the instrument's manual";
        /// Highest answer to an item.
        item_highest: f64 = 4.0, "answer", [-1e6, 1e6], "the instrument's manual";
        /// Distance between neighbouring answers.
        item_step: f64 = 1.0, "answer", [1e-6, 1e6], "the instrument's manual";
        /// How many of the items are about the bond. With 0 here and below, all items have one factor in common.
        bond_items: u16 = 0, "items", [0, 400], "the instrument's manual";
        /// How many are about agreement on tasks.
        task_items: u16 = 0, "items", [0, 400], "the instrument's manual";
        /// How many are about agreement on goals.
        goal_items: u16 = 0, "items", [0, 400], "the instrument's manual";
    }
}

/// An instrument in use: latent value and error in, score out. In here scores are turned so that more of them
/// always means more of what is measured; [`Scale::own`] gives the instrument's own score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Turned score at latent 0, before rounding.
    pub intercept: f64,
    /// Turned score per latent unit.
    pub slope: f64,
    /// Standard deviation of the error, score.
    pub error_sd: f64,
    /// Latent units per score.
    pub per_slope: f64,
    step: f64,
    per_step: f64,
    lowest: f64,
    highest: f64,
    reversed: bool,
}

impl Scale {
    /// The scale of an instrument.
    pub fn of(i: &Instrument) -> Self {
        let slope = i.sd / i.latent_sd;
        let (mean, lowest, highest) = if i.reversed { (-i.mean, -i.highest, -i.lowest) } else { (i.mean, i.lowest, i.highest) };
        Self {
            intercept: mean - slope * i.latent_mean,
            slope,
            error_sd: i.sd * (1.0 - i.reliability).sqrt(),
            per_slope: 1.0 / slope,
            step: i.step,
            per_step: if i.step > 0.0 { 1.0 / i.step } else { 0.0 },
            lowest,
            highest,
            reversed: i.reversed,
        }
    }

    /// Turned score shown for a latent value, with a standard-normal error draw: with error, rounding and
    /// the ends of the scale.
    #[inline(always)]
    pub fn score(&self, latent: f64, error: f64) -> f64 {
        let exact = self.exact(latent) + self.error_sd * error;
        let rounded = if self.step > 0.0 { round_half_up(exact * self.per_step) * self.step } else { exact };
        clamp(rounded, self.lowest, self.highest)
    }

    /// Turned score of a latent value without error, rounding and ends.
    #[inline(always)]
    pub fn exact(&self, latent: f64) -> f64 {
        self.intercept + self.slope * latent
    }

    /// A turned score put back on the latent scale (without knowing its error).
    #[inline(always)]
    pub fn latent(&self, score: f64) -> f64 {
        (score - self.intercept) * self.per_slope
    }

    /// The instrument's own score for a turned one, and the other way round.
    #[inline(always)]
    pub fn own(&self, score: f64) -> f64 {
        if self.reversed { 0.0 - score } else { score }
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
    fn on_a_reversed_form_distress_scores_low_and_the_ends_change_places() {
        let scale = Scale::of(&shipped_instruments()["ORS"]);
        let own = |points: f64| scale.own(scale.score(points, 0.0));
        assert!(own(45.2) > 27.0 && own(83.1) < 25.0 && own(83.1) < own(60.0));
        assert_eq!((own(1000.0), own(-1000.0)), (0.0, 40.0));
        assert!((scale.latent(scale.score(70.0, 0.0)) - 70.0).abs() < 0.5);
        // More error in the turned direction is a lower score of the form's own.
        assert!(scale.own(scale.score(70.0, 1.0)) < own(70.0));
    }
}
