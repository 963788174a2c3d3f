//! Interventions on the process itself: do(…), which no real study can perform.

use super::params::{choice, params};

params! {
    /// do(state alliance): raise or set it in some sessions.
    pub struct AllianceState {
        /// Added to state alliance.
        add: f64 = 0.0, "SD", [-20.0, 20.0], "design";
        /// Set state alliance to this value, before adding.
        set: Option<f64> = None, "SD", [-20.0, 20.0], "design";
        /// First session.
        from: u16 = 1, "session", [1, 400], "design";
        /// Last session.
        until: u16 = 400, "session", [1, 400], "design";
    }
}

params! {
    /// do(trait alliance): raise it for good from a session on.
    pub struct AllianceTrait {
        /// Added to trait alliance.
        add: f64 = 0.0, "SD", [-20.0, 20.0], "design";
        /// Session at which it is added.
        at: u16 = 1, "session", [1, 400], "design";
    }
}

params! {
    /// do(symptoms): add to the symptom level at the start of a session.
    pub struct SymptomLevel {
        /// Added to the latent symptom level.
        add: f64 = 0.0, "points", [-1000.0, 1000.0], "design";
        /// Session at which it is added.
        at: u16 = 1, "session", [1, 400], "design";
    }
}

params! {
    /// Every open rupture is repaired in its session.
    pub struct RepairEveryRupture {
        /// First session.
        from: u16 = 1, "session", [1, 400], "design";
    }
}

params! {
    /// No rupture ever happens.
    pub struct NoRuptures {
        /// First session.
        from: u16 = 1, "session", [1, 400], "design";
    }
}

params! {
    /// Each client's therapist is replaced by the one in the middle of every trait.
    pub struct TypicalTherapist {
    }
}

choice! {
    /// An intervention on the process.
    pub enum Intervention {
        /// Raise or set state alliance in some sessions.
        AllianceState(AllianceState),
        /// Raise trait alliance for good.
        AllianceTrait(AllianceTrait),
        /// Add to the symptom level once.
        SymptomLevel(SymptomLevel),
        /// Repair every rupture.
        RepairEveryRupture(RepairEveryRupture),
        /// Take ruptures away.
        NoRuptures(NoRuptures),
        /// Swap the therapist for the typical one.
        TypicalTherapist(TypicalTherapist),
    }
}
