//! What a study with several raters reports.

use super::assess::Form;
use super::replicate::ArmResult;
use super::summary::{Summary, spread, worse};
use crate::estimators::correlation::Products;
use crate::model::measurement::{Construct, Rater};
use crate::model::rules::Rules;

/// Last rating of every client up to a session, of one measure, SD of alliance; NaN for those who gave none.
fn ratings(rules: &Rules, forms: &[Form], measure: usize, clients: usize, until: u16) -> Vec<f64> {
    let scale = &rules.further[measure].scale;
    let mut last = vec![f64::NAN; clients];
    for form in forms.iter().filter(|form| form.measure == measure && form.session <= until && !form.score.is_nan()) {
        last[form.client] = scale.latent(scale.own(form.score));
    }
    last
}

/// Correlation over the clients for whom both are known.
fn correlation(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut products = Products::default();
    for (a, b) in pairs.filter(|(a, b)| !a.is_nan() && !b.is_nan()) {
        products.add([a, b, 0.0]);
    }
    products.r(0, 1)
}

/// Adds what the first measure of alliance by therapists, and the first by observers, have to say.
pub fn raters(rules: &Rules, arm: &ArmResult, forms: &[Form], to: &mut Summary) {
    let early = rules.world.outcomes.early_session;
    let first = |rater: Rater| rules.further.iter().position(|measure| measure.rater == rater && measure.of == Construct::Alliance);
    let came = |ratings: Vec<f64>| -> Vec<f64> {
        ratings.into_iter().zip(&arm.courses).map(|(rating, course)| if course.sessions >= early { rating } else { f64::NAN }).collect()
    };
    let outcome =
        |ratings: &[f64]| correlation(ratings.iter().zip(&arm.courses).map(|(&rating, c)| (rating, -worse(rules, c.final_score))));
    let by = |measure: usize, until: u16| ratings(rules, forms, measure, arm.courses.len(), until);
    if let Some(measure) = first(Rater::Observer) {
        to.alliance_r_observer = outcome(&came(by(measure, early)));
        to.alliance_r_observer_last = outcome(&by(measure, u16::MAX));
    }
    if let Some(measure) = first(Rater::Therapist) {
        let therapist = came(by(measure, early));
        to.alliance_r_therapist = outcome(&therapist);
        to.alliance_r_therapist_last = outcome(&by(measure, u16::MAX));
        let scale = &rules.alliance_scale;
        let client = arm.courses.iter().map(|course| scale.latent(scale.own(course.early_rating)));
        let both: Vec<(f64, f64)> = client.zip(therapist).filter(|(c, t)| !c.is_nan() && !t.is_nan()).collect();
        to.raters_r = correlation(both.iter().copied());
        let ((client, client_sd), (therapist, therapist_sd)) =
            (spread(both.iter().map(|pair| pair.0)), spread(both.iter().map(|pair| pair.1)));
        to.raters_d = (client - therapist) / (0.5 * (client_sd * client_sd + therapist_sd * therapist_sd)).sqrt();
    }
}
