//! Rows of the studies that a meta-analysis would take together.

use super::records::Address;
use super::replicate::ArmResult;
use super::reported::study_z;
use crate::dataset::sample::Sample;

crate::table! {
    /// One row per study, arm and replicate, where the design is several studies.
    pub table StudyTable / StudyRow named "studies" {
        /// Cell of the design.
        cell: i32 = "1", "cell of the design";
        /// Replicate.
        replicate: i32 = "1", "replicate";
        /// Arm.
        arm: i32 = "1", "arm (row of the arms table with the same cell)";
        /// Study.
        study: i32 = "1", "study (the clinic of that number)";
        /// Therapists.
        therapists: i32 = "therapists", "therapists with clients in the study";
        /// Clients.
        clients: i32 = "clients", "clients in the study";
        /// Clients per therapist.
        clients_per_therapist: f64 = "clients per therapist", "mean number of clients per therapist";
        /// Correlation.
        alliance_r: f64 = "r", "early alliance with final score in the study, positive is better outcome";
        /// Fisher's z.
        fisher_z: f64 = "1", "Fisher's z of it";
        /// Variance.
        fisher_z_variance: f64 = "1", "sampling variance of Fisher's z, clients taken as independent: 1 / (n - 3)";
        /// True effect.
        alliance_effect: f64 = "times usual", "how strongly alliance works in this study (latent)";
    }
}

/// Adds the studies of one arm that have any clients.
pub fn study_rows(at: Address, arm: usize, result: &ArmResult, sample: &Sample, early: u16, to: &mut StudyTable) {
    for rows in sample.by_study(&sample.complete(&sample.of_arm(arm))) {
        let therapists = sample.by_therapist(&rows).len();
        let (r, [z, variance]) = study_z(sample, &rows, early);
        let study = sample.study[rows[0]];
        to.push(StudyRow {
            cell: at.cell,
            replicate: at.replicate,
            arm: arm as i32 + 1,
            study: study as i32 + 1,
            therapists: therapists as i32,
            clients: rows.len() as i32,
            clients_per_therapist: rows.len() as f64 / therapists as f64,
            alliance_r: r,
            fisher_z: z,
            fisher_z_variance: variance,
            alliance_effect: result.clinics.get(study).map_or(f64::NAN, |clinic| clinic.alliance_effect),
        });
    }
}
