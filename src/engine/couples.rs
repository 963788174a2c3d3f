//! What is said about couples: how split their alliances are, and how that goes with outcome.

use super::replicate::ArmResult;
use super::summary::{Summary, worse};
use crate::estimators::correlation::Products;
use crate::model::rules::Rules;

/// How split a client's alliance and her partner's are: the absolute difference of their early ratings (as the instrument
/// shows them). NaN without a partner, or when one of the two ratings is missing.
pub fn split(arm: &ArmResult, client: usize) -> f64 {
    arm.partner(client).map_or(f64::NAN, |partner| (arm.courses[client].early_rating - arm.courses[partner].early_rating).abs())
}

/// Adds what is said about couples to a summary: correlations over couples who came as far as the early session.
pub(super) fn summarise(rules: &Rules, arm: &ArmResult, to: &mut Summary) {
    if !arm.couples {
        return;
    }
    let mut products = Products::default();
    for (couple, partners) in arm.courses.chunks_exact(2).enumerate() {
        let split = split(arm, 2 * couple);
        let mean = |of: [f64; 2]| 0.5 * (of[0] + of[1]);
        if partners[0].sessions >= rules.world.outcomes.early_session && !split.is_nan() {
            let rating = rules.alliance_scale.own(mean([partners[0].early_rating, partners[1].early_rating]));
            products.add([split, rating, -worse(rules, mean([partners[0].final_score, partners[1].final_score]))]);
        }
    }
    to.split_r = products.r(0, 2);
    to.couple_r = products.r(1, 2);
}
