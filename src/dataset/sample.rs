//! The data set that a study holds: a row per client whom it sees, with what it can know about her. Nothing latent, and
//! nothing of what became of her in another arm.

/// Rows of one study, in order of arm and client. All columns have the same length; numbers of arms and persons count from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Arm in which the study sees the client.
    pub arm: Vec<usize>,
    /// Study, where there are several: 0 for the first.
    pub study: Vec<usize>,
    /// Clinic.
    pub clinic: Vec<usize>,
    /// Therapist, numbered over all clinics.
    pub therapist: Vec<usize>,
    /// Client, numbered within the replicate.
    pub client: Vec<usize>,
    /// Symptom score at session 1.
    pub intake_score: Vec<f64>,
    /// Symptom score after treatment.
    pub final_score: Vec<f64>,
    /// Alliance rating at the early session, or the last before it.
    pub early_alliance: Vec<f64>,
    /// Alliance rating of the last session.
    pub last_alliance: Vec<f64>,
    /// Number of sessions.
    pub sessions: Vec<u16>,
    /// The client dropped out.
    pub dropped_out: Vec<bool>,
}

impl Sample {
    /// Number of clients.
    pub fn len(&self) -> usize {
        self.arm.len()
    }

    /// True when the study sees nobody.
    pub fn is_empty(&self) -> bool {
        self.arm.is_empty()
    }

    /// Rows of one arm.
    pub fn of_arm(&self, arm: usize) -> Vec<usize> {
        (0..self.len()).filter(|&row| self.arm[row] == arm).collect()
    }

    /// Some rows, therapist by therapist (only therapists who have any).
    pub fn by_therapist(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        let mut own = std::collections::BTreeMap::<usize, Vec<usize>>::new();
        for &row in rows {
            own.entry(self.therapist[row]).or_default().push(row);
        }
        own.into_values().collect()
    }
}
