//! What an open clinic does week by week, and what that amounts to.

use super::records::Address;
use super::replicate::ArmResult;
use super::steps::services;
use super::summary::Summary;
use crate::model::rules::Rules;
use crate::model::workload::{Workload, YEAR};

/// One week of one clinic. Counts are of that week; shares are means over the clinic's therapists.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClinicWeek {
    /// Clients referred.
    pub referred: u32,
    /// Clients who gave up waiting.
    pub lost: u32,
    /// Clients taken on.
    pub started: u32,
    /// Clients who went from the first service to the waiting list of the second.
    pub stepped_up: u32,
    /// Clients taken on by the second service.
    pub restarted: u32,
    /// Courses that ended.
    pub ended: u32,
    /// Sessions held.
    pub sessions: u32,
    /// Clients on the waiting list at the end of the week.
    pub waiting: u32,
    /// Clients in treatment at the end of the week.
    pub in_treatment: u32,
    /// Places filled during the week.
    pub places_filled: u32,
    /// Sessions wanted over sessions possible.
    pub load: f64,
    /// Burnout at the end of the week.
    pub burnout: f64,
}

crate::table! {
    /// One row per week, clinic, arm and replicate: what an open clinic does.
    pub table Weeks / WeekRow named "weeks" {
        /// Cell of the design.
        cell: i32 = "1", "cell of the design";
        /// Replicate.
        replicate: i32 = "1", "replicate";
        /// Arm.
        arm: i32 = "1", "arm (row of the arms table with the same cell)";
        /// Clinic.
        clinic: i32 = "1", "clinic within the replicate";
        /// Week.
        week: i32 = "week", "week, from the first week of the sample (0 and below: the clinic fills up)";
        /// Referred.
        referred: i32 = "clients", "clients referred in the week";
        /// Lost.
        lost: i32 = "clients", "clients who gave up waiting in the week";
        /// Started.
        started: i32 = "clients", "clients taken on in the week";
        /// Stepped up.
        stepped_up: i32 = "clients", "clients who went on to the waiting list of the second service in the week";
        /// Ended.
        ended: i32 = "clients", "courses that ended in the week";
        /// Sessions.
        sessions: i32 = "sessions", "sessions held in the week";
        /// Waiting.
        waiting: i32 = "clients", "clients on the waiting list at the end of the week";
        /// In treatment.
        in_treatment: i32 = "clients", "clients in treatment at the end of the week";
        /// Load.
        load: f64 = "share", "sessions wanted over sessions that the therapists can hold";
        /// Burnout.
        burnout: f64 = "1", "mean burnout of the therapists at the end of the week (latent)";
    }
}

/// Rows of all weeks of one arm.
pub fn week_rows(rules: &Rules, at: Address, arm: usize, result: &ArmResult, to: &mut Weeks) {
    let (Some(service), Some(workload)) = (&result.service, &rules.world.workload) else {
        return;
    };
    let clinics = result.clinics.len();
    for (i, week) in service.weeks.iter().enumerate() {
        to.push(WeekRow {
            cell: at.cell,
            replicate: at.replicate,
            arm: arm as i32 + 1,
            clinic: (i % clinics) as i32 + 1,
            week: (i / clinics) as i32 + 1 - workload.warm_up as i32,
            referred: week.referred as i32,
            lost: week.lost as i32,
            started: week.started as i32,
            stepped_up: week.stepped_up as i32,
            ended: week.ended as i32,
            sessions: week.sessions as i32,
            waiting: week.waiting as i32,
            in_treatment: week.in_treatment as i32,
            load: week.load,
            burnout: week.burnout,
        });
    }
}

/// What a timeline shows of each week, as means over clinics: name, unit, meaning.
pub const TIMELINE: [(&str, &str, &str); 8] = [
    ("referred", "clients", "clients referred to a clinic in the week"),
    ("lost", "clients", "clients of a clinic who gave up waiting in the week"),
    ("started", "clients", "clients taken on by a clinic in the week"),
    ("ended", "clients", "courses that ended in a clinic in the week"),
    ("waiting", "clients", "clients on the waiting list of a clinic at the end of the week"),
    ("in_treatment", "clients", "clients in treatment in a clinic at the end of the week"),
    ("load", "share", "sessions wanted over sessions that therapists can hold"),
    ("burnout", "1", "mean burnout of therapists at the end of the week (latent)"),
];

/// One week, as [`TIMELINE`] says.
pub type TimelineWeek = [f64; TIMELINE.len()];

/// The weeks of an arm as means over its clinics; empty for a cohort.
pub fn timeline(arm: &ArmResult) -> Vec<TimelineWeek> {
    let clinics = arm.clinics.len();
    let Some(service) = &arm.service else {
        return Vec::new();
    };
    let values = |week: &ClinicWeek| {
        let counts = [week.referred, week.lost, week.started, week.ended, week.waiting, week.in_treatment].map(f64::from);
        let [referred, lost, started, ended, waiting, in_treatment] = counts;
        [referred, lost, started, ended, waiting, in_treatment, week.load, week.burnout]
    };
    let add = |sum: TimelineWeek, week: &ClinicWeek| {
        let own = values(week);
        core::array::from_fn(|i| sum[i] + own[i] / clinics as f64)
    };
    service.weeks.chunks(clinics).map(|all| all.iter().fold([0.0; TIMELINE.len()], add)).collect()
}

/// How a client of the sample came to treatment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// Week of referral, from the first week of the sample.
    pub referred: u32,
    /// Weeks waited until she was taken on, or gave up.
    pub weeks: u32,
    /// Weeks waited for the second service until she was taken on there, where care is stepped.
    pub second: Option<u32>,
}

/// What the clinics of one arm did.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Every week from the opening to the end of the sample, and in each all clinics.
    pub weeks: Vec<ClinicWeek>,
    /// Referral and wait of every client of the sample, in the order of [`ArmResult::courses`].
    pub waits: Vec<Wait>,
    /// Sum over the weeks of the sample of each therapist's load.
    pub therapist_load: Vec<f64>,
    /// Sum over the weeks of the sample of each therapist's burnout at the start of the week.
    pub therapist_burnout: Vec<f64>,
    /// Sessions held from the opening until the last client of the sample left.
    pub sessions: u64,
    /// Courses that ended in the weeks of the sample.
    pub ended: u64,
    /// Those of them that ended recovered or improved.
    pub helped: u64,
}

impl Service {
    pub(super) fn new(sample: usize, therapists: usize, workload: &Workload) -> Self {
        Self {
            weeks: Vec::with_capacity((workload.warm_up + workload.weeks) as usize),
            waits: vec![Wait::default(); sample],
            therapist_load: vec![0.0; therapists],
            therapist_burnout: vec![0.0; therapists],
            sessions: 0,
            ended: 0,
            helped: 0,
        }
    }
}

/// Adds what only an open clinic has to a summary.
pub(super) fn summarise(rules: &Rules, arm: &ArmResult, to: &mut Summary) {
    let (Some(service), Some(workload)) = (&arm.service, &rules.world.workload) else {
        return;
    };
    let (clinics, therapists) = (arm.clinics.len(), arm.therapists.len() as f64);
    let sample = &service.weeks[workload.warm_up as usize * clinics..];
    let weeks = f64::from(workload.weeks);
    let mean = |of: fn(&ClinicWeek) -> f64| sample.iter().map(of).sum::<f64>() / sample.len() as f64;
    let years = weeks / YEAR * therapists;
    to.referrals = mean(|week| f64::from(week.referred));
    to.waiting_list = mean(|week| f64::from(week.waiting));
    to.places_filled = mean(|week| f64::from(week.places_filled)) * clinics as f64 / places(rules, workload, clinics);
    to.session_load = mean(|week| week.load);
    to.burnout = mean(|week| week.burnout);
    to.sessions_per_week = mean(|week| f64::from(week.sessions)) * clinics as f64 / therapists;
    to.throughput = service.ended as f64 / years;
    to.helped_per_year = service.helped as f64 / years;
    waiting(arm, service, to);
}

/// Places of all therapists.
fn places(rules: &Rules, workload: &Workload, clinics: usize) -> f64 {
    let all: usize = services(rules, workload).iter().map(|service| service.therapists.len() * service.places).sum();
    (all * clinics) as f64
}

fn waiting(arm: &ArmResult, service: &Service, to: &mut Summary) {
    let mut waited: Vec<u32> =
        arm.courses.iter().zip(&service.waits).filter(|(course, _)| course.sessions > 0).map(|(_, wait)| wait.weeks).collect();
    let (referred, treated) = (arm.courses.len() as f64, waited.len() as f64);
    to.lost = 1.0 - treated / referred;
    to.success_of_referred = to.success * treated / referred;
    to.weeks_waited = waited.iter().map(|&weeks| f64::from(weeks)).sum::<f64>() / treated;
    let second: Vec<f64> = service.waits.iter().filter_map(|wait| wait.second).map(f64::from).collect();
    if arm.courses.iter().any(|course| course.stepped_up) {
        to.stepped_up = arm.courses.iter().filter(|course| course.stepped_up).count() as f64 / treated;
        to.weeks_waited_second = second.iter().sum::<f64>() / second.len() as f64;
    }
    if !waited.is_empty() {
        let at = ((waited.len() as f64 * 0.9).ceil() as usize).clamp(1, waited.len()) - 1;
        to.weeks_waited_p90 = f64::from(*waited.select_nth_unstable(at).1);
    }
}
