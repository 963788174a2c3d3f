//! Outcome classes of Jacobson and Truax (1991, doi:10.1037/0022-006X.59.1.12).

crate::category! {
    /// What a client's change amounts to. High scores are worse.
    pub enum OutcomeClass {
        /// Reliably improved and across the cut-off.
        Recovered = "recovered",
        /// Reliably improved only.
        Improved = "improved",
        /// No reliable change.
        Unchanged = "unchanged",
        /// Reliably worse.
        Deteriorated = "deteriorated",
    }
}

/// Class of a change from `intake` to `last`; `reliable` is the reliable change index and `cutoff` the
/// highest functional score.
pub fn classify(intake: f64, last: f64, cutoff: f64, reliable: f64) -> OutcomeClass {
    let fall = intake - last;
    if fall >= reliable {
        if intake > cutoff && last <= cutoff { OutcomeClass::Recovered } else { OutcomeClass::Improved }
    } else if -fall >= reliable {
        OutcomeClass::Deteriorated
    } else {
        OutcomeClass::Unchanged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oq45_examples() {
        use OutcomeClass::{Deteriorated, Improved, Recovered, Unchanged};
        let class = |intake, last| classify(intake, last, 63.0, 14.0);
        for (intake, last, wanted) in [
            (80.0, 63.0, Recovered),
            (80.0, 64.0, Improved),
            (80.0, 66.0, Improved),
            (80.0, 67.0, Unchanged),
            (60.0, 40.0, Improved),
            (80.0, 93.0, Unchanged),
            (80.0, 94.0, Deteriorated),
        ] {
            assert_eq!(class(intake, last), wanted, "{intake} → {last}");
        }
    }
}
