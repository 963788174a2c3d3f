//! Worlds of open clinics that together switch on every key of `workload`. Replicates are small and many,
//! since only replicates are independent.

use super::worlds::{default_world, intensity, relaxation, three_groups};
use dyadsim::model::development::{Development, Training};
use dyadsim::model::feedback::{Feedback, Oq, Pcoms};
use dyadsim::model::measurement::{Measure, Missing};
use dyadsim::model::rules::World;
use dyadsim::model::symptoms::{LinearGrowth, Symptoms};
use dyadsim::model::treatment::TreatmentProfile;
use dyadsim::model::workload::{Assignment, Workload};

/// Services and therapists have the same clients and treat for equally long (the worlds of cohorts have the differences), so
/// that a few thousand clients are enough to see what differs otherwise.
fn alike(mut world: World) -> World {
    world.clinics.severity_sd = 0.0;
    world.clinics.ending_sd = 0.0;
    world.therapists.ending_sd = 0.0;
    world
}

/// Clinics of some therapists with a workload, where courses are short.
fn open(clinics: u32, therapists: u32, workload: Workload) -> World {
    let mut world = default_world();
    world.clinics.count = clinics;
    world.clinics.therapists = therapists;
    world.workload = Some(workload);
    world.endings.session_cap = 12;
    world.endings.administrative = 0.05;
    world
}

/// A busy clinic in which everything about waiting and burnout happens: long lists, seasons, change while waiting, dropout
/// after long waits, overload and ruptures that wear out, burnout that costs.
pub fn open_next_free() -> World {
    let workload = Workload {
        first_step: None,
        caseload: 6,
        capacity: 4,
        referrals: 3.7,
        season: 0.6,
        season_peak: 40.0,
        weeks: 45,
        warm_up: 20,
        assignment: Assignment::NextFree,
        leave: 0.12,
        waiting_change: 2.5,
        waiting_sd: 6.0,
        waiting_dropout: 0.2,
        burnout_persistence: 0.8,
        burnout_overload: 0.6,
        burnout_ruptures: 0.4,
    };
    let mut world = open(2, 3, workload);
    world.clinics.interval_exponent = 0.8;
    world.clinics.outcome_sd = 6.0;
    let therapists = &mut world.therapists;
    therapists.development.training =
        Training { share: 0.9, week: 22.0, months: 0.0, skill: 2.0, notice: 1.5, repair: 1.5, ..Training::default() };
    therapists.burnout_mean = 0.2;
    therapists.burnout_sd = 0.5;
    therapists.burnout_cost = 1.0;
    therapists.burnout_alliance = 0.8;
    therapists.alliance_variance = 0.3;
    intensity(&mut world).mean = 0.4;
    intensity(&mut world).burnout = 0.4;
    world.rupture.notice_burnout = -0.8;
    world.endings.early_sessions = 3;
    world.alliance_effects.therapist = 2.0;
    let r = relaxation(&mut world);
    r.heading_alliance = 5.0;
    r.life_event = 0.1;
    r.natural_change = -0.8;
    r.rate = 0.2;
    world
}

/// Sessions every other week, feedback with tools, and just enough places.
pub fn open_balanced() -> World {
    let workload = Workload {
        caseload: 7,
        capacity: 3,
        referrals: 2.4,
        weeks: 40,
        warm_up: 20,
        assignment: Assignment::Balanced,
        leave: 0.05,
        waiting_change: -1.0,
        waiting_dropout: -0.1,
        burnout_overload: 0.8,
        ..Workload::default()
    };
    let mut world = alike(open(2, 4, workload));
    // Long courses, so that places are rarely free and ties are common.
    world.endings.planned = 0.5;
    world.endings.administrative = 0.077;
    world.endings.dropout = -4.15;
    world.clients.good_enough_mean = 50.0;
    world.clinics.session_interval = 2.0;
    world.clinics.interval_exponent = 0.5;
    world.therapists.uptake_alpha = 4.0;
    world.feedback = Some(Feedback::Oq(Oq { support_tools: true, alarm_engagement: 1.5, tools_repair: 2.0, ..Oq::default() }));
    relaxation(&mut world).natural_change = -1.0;
    relaxation(&mut world).life_event = 0.2;
    world
}

/// The best get the clients, and a training comes in the middle; therapists change over the years.
pub fn open_track_record() -> World {
    let workload = Workload {
        caseload: 5,
        capacity: 9,
        referrals: 2.7,
        season: 0.3,
        weeks: 75,
        warm_up: 0,
        assignment: Assignment::TrackRecord,
        ..Workload::default()
    };
    let mut world = open(1, 8, workload);
    world.therapists.effectiveness = 12.0;
    world.therapists.development = Development {
        yearly_change: -0.6,
        practice_share: 0.4,
        practice_effect: 0.3,
        training: Training { share: 0.7, week: 25.0, months: 4.0, skill: 1.5, alliance: 0.6, effect: 0.8, notice: 1.0, repair: 1.0 },
        ..Development::default()
    };
    intensity(&mut world).mean = 0.4;
    world
}

/// A list for each therapist, under linear growth, with diagnosis groups and a treatment in which little of the therapist
/// comes through; burnt-out therapists.
pub fn open_allotted() -> World {
    let workload = Workload {
        caseload: 5,
        capacity: 3,
        referrals: 2.8,
        weeks: 40,
        warm_up: 10,
        assignment: Assignment::Allotted,
        leave: 0.15,
        waiting_sd: 3.0,
        burnout_persistence: 0.9,
        burnout_overload: 0.2,
        burnout_ruptures: 0.2,
        ..Workload::default()
    };
    let mut world = open(2, 3, workload);
    three_groups(&mut world);
    world.symptoms = Symptoms::LinearGrowth(LinearGrowth { trait_effect: 1.5, ..LinearGrowth::default() });
    world.treatments.insert("own".into(), TreatmentProfile { therapist_share: 0.6, ..TreatmentProfile::default() });
    world.treatment.kind = "own".into();
    world.therapists.burnout_mean = 1.0;
    world.therapists.burnout_alliance = 1.0;
    world.therapists.alliance_variance = 0.4;
    intensity(&mut world).burnout = 0.3;
    world
}

/// Anybody takes the next client; a new clinic wears its therapists out; ratings alarm, and forms get lost.
pub fn open_random() -> World {
    let workload = Workload {
        caseload: 10,
        capacity: 3,
        referrals: 4.6,
        weeks: 40,
        warm_up: 0,
        assignment: Assignment::Random,
        leave: 0.15,
        burnout_overload: 0.15,
        ..Workload::default()
    };
    let mut world = alike(open(1, 4, workload));
    let missing = Missing { chance: 0.3, observed: -0.3, unobserved: 0.6 };
    let form = Measure { instrument: "OQ-45".into(), missing, ..Measure::default() };
    world.measures.0.insert("symptoms".into(), form);
    world.feedback = Some(Feedback::Pcoms(Pcoms { engagement: 2.0, ..Pcoms::default() }));
    world.therapists.burnout_cost = 1.0;
    world.therapists.burnout_alliance = 0.8;
    world.therapists.alliance_variance = 0.3;
    world.alliance_effects.therapist = 1.5;
    relaxation(&mut world).rate_alliance = 0.6;
    world
}

/// A training at the beginning of the second week looked at, and years that change a lot: what the calendar says before, in
/// and after those weeks.
pub fn open_trained() -> World {
    let workload = Workload { caseload: 20, capacity: 20, referrals: 6.0, weeks: 8, warm_up: 16, ..Workload::default() };
    let mut world = alike(open(1, 4, workload));
    let training = Training { share: 1.0, week: 1.0, months: 0.0, skill: 3.0, notice: 2.0, repair: 2.0, ..Training::default() };
    world.therapists.development = Development { yearly_change: -2.0, training, ..Development::default() };
    intensity(&mut world).mean = 0.6;
    world
}
