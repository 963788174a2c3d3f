//! Stepped care in open clinics: services one after the other, and clients who go from one to the next.

use super::caseload::Seats;
use super::referrals::Referral;
use super::replicate::CourseResult;
use crate::model::ending::EndReason;
use crate::model::rules::Rules;
use crate::model::workload::Workload;
use core::ops::Range;
use std::collections::VecDeque;

/// One service: all clinics have the same, each with therapists of its own.
pub(super) struct Service<'a> {
    /// What is done in it.
    pub rules: &'a Rules,
    /// Therapists of a clinic who work in it.
    pub therapists: Range<usize>,
    /// Places of each of them.
    pub places: usize,
    /// Sessions that each of them can hold in a week.
    pub capacity: u32,
    /// Where its clients sit.
    pub seats: Seats,
}

/// The services of an arm, in the order in which clients come to them.
pub(super) fn services<'a>(rules: &'a Rules, workload: &Workload) -> Vec<Service<'a>> {
    let staff = rules.world.clinics.therapists as usize;
    let service = |rules: &'a Rules, therapists: Range<usize>, places: u32, capacity: u32| {
        let clients = therapists.len() * rules.world.clinics.count as usize * places as usize;
        Service { rules, therapists, places: places as usize, capacity, seats: Seats::new(clients) }
    };
    match (&workload.first_step, &rules.first_step) {
        (Some(step), Some(first)) => {
            let split = (step.therapists as usize).min(staff);
            vec![service(first, 0..split, step.caseload, step.capacity), service(rules, split..staff, workload.caseload, workload.capacity)]
        }
        _ => vec![service(rules, 0..staff, workload.caseload, workload.capacity)],
    }
}

/// A client on a waiting list.
pub(super) struct Waiting {
    /// Her number among all referrals.
    pub client: usize,
    /// Position among the clients of the sample, if she belongs to it.
    pub position: Option<usize>,
    /// Week in which she gives up, once she has waited.
    pub leaves: Option<f64>,
    /// What lies behind her, if this is the list of the second service.
    pub before: Option<Box<Before>>,
}

/// A client who comes from the first service.
#[derive(Clone, Debug)]
pub(super) struct Before {
    /// Who she is and her luck: nobody else keeps it so long.
    pub referral: Referral,
    /// Her course in the first service.
    pub course: CourseResult,
    /// Week in which she joined the list of the second.
    pub since: u32,
}

/// A waiting list, and the therapists whom its clients can go to.
pub(super) struct Queue {
    pub clinic: usize,
    pub service: usize,
    pub therapists: Range<usize>,
    pub waiting: VecDeque<Waiting>,
}

/// The waiting lists of all clinics: one for each service, or one for each therapist.
pub(super) fn queues(services: &[Service], clinics: usize, staff: usize, of_her_own: bool) -> Vec<Queue> {
    let mut all = Vec::new();
    for clinic in 0..clinics {
        for (number, service) in services.iter().enumerate() {
            let shared = if of_her_own { 1 } else { service.therapists.len().max(1) };
            for first in service.therapists.clone().step_by(shared) {
                let first = clinic * staff + first;
                all.push(Queue { clinic, service: number, therapists: first..first + shared, waiting: VecDeque::new() });
            }
        }
    }
    all
}

/// Two courses of one client as one: from the first form of the first service to the last of the second.
pub(super) fn together(first: &CourseResult, second: &CourseResult) -> CourseResult {
    let later = |in_first: u16, in_second: u16| match (in_first, in_second) {
        (0, 0) => 0,
        (0, session) => first.sessions + session,
        (session, _) => session,
    };
    CourseResult {
        sessions: first.sessions + second.sessions,
        intake_score: first.intake_score,
        early_rating: first.early_rating,
        ruptures: first.ruptures + second.ruptures,
        repairs: first.repairs + second.repairs,
        ruptured_sessions: first.ruptured_sessions + second.ruptured_sessions,
        noticed_sessions: first.noticed_sessions + second.noticed_sessions,
        reports: core::array::from_fn(|rater| first.reports[rater] + second.reports[rater]),
        first_red: later(first.first_red, second.first_red),
        first_improved: later(first.first_improved, second.first_improved),
        ..*second
    }
}

/// A client who gives up waiting for the second service: what she has is her course in the first.
pub(super) fn gave_up(first: &CourseResult) -> CourseResult {
    CourseResult { reason: EndReason::Lost, stepped_up: true, ..*first }
}
