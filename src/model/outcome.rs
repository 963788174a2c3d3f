//! What counts as an outcome in summaries.

use super::params::params;

params! {
    /// Definitions used by summaries.
    pub struct Outcomes {
        /// An arm helped (or harmed) a client when it changed that client's final score by at least
        /// this much against the comparison arm.
        meaningful_difference: f64 = 5.0, "points", [0.0, 1000.0], "a quarter of an SD between clients; a convention, not a finding", weak;
        /// Session whose alliance rating is the "early" one.
        early_session: u16 = 3, "session", [1, 400], "L5: alliance is usually rated once, at session 3 or 4";
    }
}
