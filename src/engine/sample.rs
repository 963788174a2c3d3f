//! From what happened to what a study holds of it.

use super::design::Seen;
use super::replicate::ArmResult;
use super::summary::worse;
use crate::dataset::sample::Sample;
use crate::model::ending::EndReason;
use crate::model::rules::Rules;

/// The data set of a study: the clients it sees, in the arms in which it sees them.
pub fn sample(rules: &[Rules], arms: &[ArmResult], seen: &[Seen]) -> Sample {
    let turned = rules.first().is_some_and(|rules| worse(rules, 1.0) < 0.0);
    let mut sample = Sample { high_is_better: turned, ..Sample::default() };
    for (a, (arm, seen)) in arms.iter().zip(seen).enumerate() {
        for client in seen.positions() {
            let course = &arm.courses[client];
            // A client who gave up waiting has no data.
            let Some(therapist) = arm.dyads[client].therapist else {
                continue;
            };
            let clinic = arm.clinic_of(therapist);
            sample.arm.push(a);
            sample.study.push(seen.study_of(clinic));
            sample.clinic.push(clinic);
            sample.therapist.push(therapist);
            sample.client.push(client);
            sample.intake_score.push(course.intake_score);
            sample.final_score.push(if course.final_observed { course.final_score } else { f64::NAN });
            sample.early_alliance.push(course.early_rating);
            sample.last_alliance.push(course.last_rating);
            sample.sessions.push(course.sessions);
            sample.dropped_out.push(course.reason == EndReason::Dropout);
        }
    }
    sample
}
