//! The data set that a study holds: a row per client whom it sees, with what it can know about her. Nothing latent, and
//! nothing of what became of her in another arm.

use std::collections::BTreeMap;

/// Rows of one study, in order of arm and client. All columns have the same length; numbers of arms and persons count from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// On the symptom form a high score is good.
    pub high_is_better: bool,
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
    /// Symptom score after treatment; NaN when the form is missing.
    pub final_score: Vec<f64>,
    /// Alliance rating at the early session, or the last before it; NaN when there is none.
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

    /// 1 or −1: times a score, more is worse.
    pub fn worse(&self) -> f64 {
        if self.high_is_better { -1.0 } else { 1.0 }
    }

    /// Those of some rows that have the score after treatment.
    pub fn complete(&self, rows: &[usize]) -> Vec<usize> {
        rows.iter().copied().filter(|&row| !self.final_score[row].is_nan()).collect()
    }

    /// Rows of one arm.
    pub fn of_arm(&self, arm: usize) -> Vec<usize> {
        (0..self.len()).filter(|&row| self.arm[row] == arm).collect()
    }

    /// Some rows, therapist by therapist (only therapists who have any).
    pub fn by_therapist(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        grouped(rows, &self.therapist)
    }

    /// Some rows, study by study (only studies that have any).
    pub fn by_study(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        grouped(rows, &self.study)
    }
}

/// Rows with the same value in a column together, in rising order of that value.
fn grouped(rows: &[usize], column: &[usize]) -> Vec<Vec<usize>> {
    let mut groups = BTreeMap::<usize, Vec<usize>>::new();
    for &row in rows {
        groups.entry(column[row]).or_default().push(row);
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_grouped_by_what_they_share() {
        let sample = Sample { arm: vec![0, 0, 1, 1], therapist: vec![4, 2, 4, 2], study: vec![0, 0, 0, 1], ..Sample::default() };
        assert_eq!((sample.of_arm(1), sample.len(), sample.is_empty()), (vec![2, 3], 4, false));
        assert_eq!(sample.by_therapist(&[0, 1, 2]), [vec![1], vec![0, 2]]);
        assert_eq!(sample.by_study(&[1, 2, 3]), [vec![1, 2], vec![3]]);
    }
}
