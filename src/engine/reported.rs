//! What a study of some design would report: computed from its data set alone.

use super::summary::{Summary, standardised_difference};
use crate::dataset::sample::Sample;
use crate::estimators::correlation::Products;
use crate::estimators::levels::{Levels, levels};
use crate::estimators::meta::{fisher_z, pool};
use crate::estimators::therapist_icc::anova_icc;
use crate::scenario::design::Design;

/// Adds what the study reports about one arm. `early` is the session whose alliance rating is the early one.
pub fn report(design: &Design, sample: &Sample, arm: usize, early: u16, to: &mut Summary) {
    if design.sees_everything() {
        return;
    }
    let seen = sample.of_arm(arm);
    let therapists = sample.by_therapist(&seen).len() as f64;
    to.observed_clients = seen.len() as f64;
    to.observed_therapists = therapists;
    to.observed_clients_per_therapist = seen.len() as f64 / therapists;
    // From here on clients with a form after treatment: what studies call complete cases.
    let rows = sample.complete(&seen);
    let own = sample.by_therapist(&rows);
    to.observed_final_score = mean(sample, &rows);
    to.observed_icc = therapist_icc(sample, &rows, &own);
    let found = alliance_r(sample, &rows, early).0;
    [to.observed_r, to.observed_r_between, to.observed_r_within] = [found.total, found.between, found.within];
    match design {
        Design::Trial(_) if arm > 0 => against_first(sample, &rows, to),
        Design::Studies(_) => {
            let studies: Vec<[f64; 2]> = sample.by_study(&rows).iter().map(|rows| study_z(sample, rows, early).1).collect();
            let pooled = pool(&studies);
            [to.pooled_r, to.pooled_tau] = [pooled.r, pooled.tau];
        }
        _ => {}
    }
}

fn mean(sample: &Sample, rows: &[usize]) -> f64 {
    rows.iter().map(|&row| sample.final_score[row]).sum::<f64>() / rows.len() as f64
}

/// The unpaired comparison that a trial makes.
fn against_first(sample: &Sample, rows: &[usize], to: &mut Summary) {
    let first = sample.complete(&sample.of_arm(0));
    let scores = |rows: &[usize]| rows.iter().map(|&row| sample.final_score[row]).collect::<Vec<f64>>();
    to.observed_difference = mean(sample, rows) - mean(sample, &first);
    to.observed_d = sample.worse() * standardised_difference(scores(&first).into_iter(), scores(rows).into_iter());
}

/// Share of the variance of final scores between therapists, the score at session 1 held constant by one slope.
fn therapist_icc(sample: &Sample, rows: &[usize], own: &[Vec<usize>]) -> f64 {
    let mut products = Products::default();
    for &row in rows {
        products.add([sample.final_score[row], sample.intake_score[row], 0.0]);
    }
    let slope = products.slope(0, 1);
    let adjusted: Vec<f64> = own.concat().iter().map(|&row| sample.final_score[row] - slope * sample.intake_score[row]).collect();
    anova_icc(&adjusted, own.iter().map(Vec::len))
}

/// Early alliance with outcome (positive: better alliance, better outcome) among those who came to the early session, and how
/// many they are.
fn alliance_r(sample: &Sample, rows: &[usize], early: u16) -> (Levels, usize) {
    let came: Vec<usize> =
        rows.iter().copied().filter(|&row| sample.sessions[row] >= early && !sample.early_alliance[row].is_nan()).collect();
    let pair = |&row: &usize| [sample.early_alliance[row], -sample.worse() * sample.final_score[row]];
    let groups: Vec<Vec<[f64; 2]>> = sample.by_therapist(&came).iter().map(|own| own.iter().map(pair).collect()).collect();
    (levels(&groups), came.len())
}

/// Total correlation of one study, and its Fisher's z with variance.
pub(super) fn study_z(sample: &Sample, rows: &[usize], early: u16) -> (f64, [f64; 2]) {
    let (found, n) = alliance_r(sample, rows, early);
    (found.total, fisher_z(found.total, n))
}
