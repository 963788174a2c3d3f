//! Methods for therapists and other groups.

use crate::model::params::params;

params! {
    /// Therapists compared by the predictions (BLUPs) of a mixed model. Terms: "var therapist", "var residual", "icc therapist",
    /// "reliability", "flagged high", "flagged low", "pairs apart", "quarters apart", "p highest", "rank sd", "outside 95 %",
    /// "outside 99.8 %".
    pub struct TherapistsOf {
        /// Formula with one random intercept: "gain ~ pre + (1 | therapist)".
        formula: String = String::new() => skip;
    }
}

params! {
    /// Regression within and between groups whose true means are estimated (Lüdtke and others 2008). Terms, for each predictor:
    /// "within early", "between early", "contextual early" (their difference), "reliability early" (of groups' means); then
    /// "var therapist" and "var residual".
    pub struct LatentMeansOf {
        /// Formula with one random intercept: "post ~ early + pre + (1 | therapist)". Every predictor is taken apart.
        formula: String = String::new() => skip;
    }
}
