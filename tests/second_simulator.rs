//! Two simulators, one specification: the engine against a slow and obvious simulator that was
//! written from `docs/model.md` alone. They must agree in distribution, in worlds that together
//! switch on every mechanism; and they must not agree when a mistake is planted into the second.

mod second;

use dyadsim::engine::norms;
use dyadsim::engine::replicate::{Cell, CourseResult, Unobserved, Workspace};
use dyadsim::model::feedback::ExpectedCurves;
use dyadsim::model::intervention::{Intervention, TypicalTherapist};
use dyadsim::model::rules::{Rules, World};
use second::compare::{Comparison, Estimate, Sample, compare};
use second::course::{Outcome, Setting};
use second::curves::{Curves, norm_charts};
use second::open_clinic::Replicate;
use second::people::{Bug, Luck};
use second::{open_worlds, services, worlds};
use std::collections::BTreeMap;

/// Replicates of 500 clinics, 5,000 clients.
const REPLICATES: u64 = 32;

/// Fewer are enough to find a mistake.
const REPLICATES_WITH_BUG: u64 = 12;

/// Charts of usual-care clients for the expected curves of both simulators: what differs then
/// does not come from the luck of different norm samples.
fn shared_charts(world: &World) -> Vec<Vec<f64>> {
    norm_charts(world, &mut Luck::new(3))
}

fn engine(world: &World, charts: &[Vec<f64>], replicates: u64) -> Vec<Estimate> {
    let curves = ExpectedCurves::from_paths(&world.tracking, charts);
    let rules = Rules::of(world, Some(curves)).expect("a world without contradictions");
    engine_cell(world, &Cell::new(vec![rules]), replicates)
}

fn engine_cell(world: &World, cell: &Cell, replicates: u64) -> Vec<Estimate> {
    let mut workspace = Workspace::default();
    let mut outcomes = Vec::new();
    for replicate in 0..replicates {
        workspace.simulate(cell, 2026, replicate, &mut Unobserved);
        outcomes.extend(workspace.arms[0].courses.iter().map(outcome));
    }
    Sample::new(world, outcomes).estimates()
}

/// The engine's record of a course, as far as it is compared.
fn outcome(course: &CourseResult) -> Outcome {
    Outcome {
        sessions: course.sessions,
        reason: course.reason,
        intake_score: course.intake_score,
        final_score: course.final_score,
        final_observed: course.final_observed,
        final_symptoms: course.final_symptoms,
        early_rating: course.early_rating,
        last_rating: course.last_rating,
        ruptures: course.ruptures,
        repairs: course.repairs,
        ruptured_sessions: course.ruptured_sessions,
        noticed_sessions: course.noticed_sessions,
        reports: course.reports,
        first_red: course.first_red,
    }
}

fn second(world: &World, charts: &[Vec<f64>], bug: Option<Bug>, replicates: u64) -> Vec<Estimate> {
    let mut luck = Luck::new(7);
    let curves = Curves::of(world, charts);
    let setting = Setting::of(world, Some(&curves), bug);
    let outcomes = (0..replicates).flat_map(|_| setting.replicate(&mut luck)).collect();
    Sample::new(world, outcomes).estimates()
}

fn worst(comparisons: &[Comparison]) -> &Comparison {
    comparisons.iter().max_by(|one, other| one.z().abs().total_cmp(&other.z().abs())).expect("something is compared")
}

/// Both simulators agree in this world, and would not if an error mattered.
fn agree(name: &str, world: &World) {
    let charts = shared_charts(world);
    let comparisons = compare(&engine(world, &charts, REPLICATES), &second(world, &charts, None, REPLICATES));
    assert_agreement(name, &comparisons);
}

fn assert_agreement(name: &str, comparisons: &[Comparison]) {
    println!("{name}: {} comparisons, worst: {}", comparisons.len(), worst(comparisons));
    let wrong: Vec<String> = comparisons.iter().filter(|c| !c.agrees()).map(ToString::to_string).collect();
    let blunt: Vec<String> = comparisons.iter().filter(|c| !c.is_sharp()).map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{name}: the two simulators differ\n{}", wrong.join("\n"));
    assert!(blunt.is_empty(), "{name}: too few clients to find errors that matter\n{}", blunt.join("\n"));
}

/// The engine makes its own expected curves, and both agree about who is red. The norm sample
/// knows neither feedback nor interventions, and is so large that its luck does not matter.
#[test]
fn expected_curves() {
    let mut world = worlds::rarely_measured();
    world.interventions = vec![Intervention::TypicalTherapist(TypicalTherapist {})];
    world.tracking.norm_clients = 200_000;
    world.endings.session_cap = 10;
    let cell = norms::cell(std::slice::from_ref(&world)).expect("a world without contradictions");
    let engine = engine_cell(&world, &cell, REPLICATES);
    let charts = norm_charts(&world, &mut Luck::new(5));
    assert_agreement("expected_curves", &compare(&engine, &second(&world, &charts, None, REPLICATES)));
}

macro_rules! agree {
    ($($world:ident),+ $(,)?) => {
        $(#[test]
        fn $world() {
            agree(stringify!($world), &worlds::$world());
        })+
    };
}

agree!(
    default_world,
    oq_tools,
    unaided,
    oq_rational,
    pcoms,
    pcoms_rarely,
    linear_logistic,
    linear_drift,
    no_noise,
    life_events,
    rarely_measured,
    burnout,
    services_differ,
    do_state_and_symptoms,
    do_trait_no_ruptures,
    do_repair,
    uneven_effects,
    own_treatment,
    own_treatment_linear,
    diagnosis_groups,
    diagnosis_groups_linear,
    over_time,
    over_time_linear,
    typical_therapist,
    typical_therapist_linear,
    change_before,
    coupled,
    long_ruptures,
    no_state_variance,
    meeting_interventions,
    forms_missing,
    couples,
    close_couples,
    couples_linear,
);

/// Replicates of open clinics, of some hundred clients each.
const OPEN_REPLICATES: u64 = 2400;

/// Fewer are enough to find a mistake.
const OPEN_REPLICATES_WITH_BUG: u64 = 600;

fn open_engine(world: &World, charts: &[Vec<f64>], replicates: u64) -> Vec<Estimate> {
    let curves = ExpectedCurves::from_paths(&world.tracking, charts);
    let cell = Cell::new(vec![Rules::of(world, Some(curves)).expect("a world without contradictions")]);
    let mut workspace = Workspace::default();
    let mut all = OpenClinics::default();
    for replicate in 0..replicates {
        workspace.simulate(&cell, 2026, replicate, &mut Unobserved);
        let arm = &workspace.arms[0];
        all.add(world, &services::of_engine(arm, outcome), services::reported_by_engine(&cell.arms[0], arm));
    }
    all.estimates()
}

fn open_second(world: &World, charts: &[Vec<f64>], bug: Option<Bug>, replicates: u64) -> Vec<Estimate> {
    let mut luck = Luck::new(7);
    let curves = Curves::of(world, charts);
    let setting = Setting::of(world, Some(&curves), bug);
    let mut all = OpenClinics::default();
    for _ in 0..replicates {
        let replicate = setting.open_clinics(&mut luck);
        let reported = services::reported(world, &replicate, |outcome| setting.improved(outcome));
        all.add(world, &replicate, reported);
    }
    all.estimates()
}

/// What many replicates of open clinics come to.
#[derive(Default)]
struct OpenClinics {
    treated: Vec<Vec<(usize, Outcome)>>,
    values: Vec<services::Values>,
}

impl OpenClinics {
    fn add(&mut self, world: &World, replicate: &Replicate, reported: services::Values) {
        self.treated.push(replicate.visits.iter().filter_map(|visit| visit.treated).collect());
        self.values.push([services::values(world, replicate), reported].concat());
    }

    fn estimates(self) -> Vec<Estimate> {
        let mut all = services::estimates(&self.values);
        let outcomes = Sample::of_replicates(self.treated.into_iter()).estimates();
        // Clients who share therapists and queues say less than as many clients of other clinics.
        all.extend(outcomes.into_iter().map(|one| Estimate { matters: 1.5 * one.matters, ..one }));
        all
    }
}

/// Both simulators agree about open clinics in this world.
fn agree_when_open(name: &str, world: &World) {
    let charts = shared_charts(world);
    let engine = open_engine(world, &charts, OPEN_REPLICATES);
    assert_agreement(name, &compare(&engine, &open_second(world, &charts, None, OPEN_REPLICATES)));
}

macro_rules! agree_when_open {
    ($($world:ident),+ $(,)?) => {
        $(#[test]
        fn $world() {
            agree_when_open(stringify!($world), &open_worlds::$world());
        })+
    };
}

agree_when_open!(open_next_free, open_balanced, open_track_record, open_allotted, open_random, open_trained);

/// A mistake, and the name and the maker of the world it is planted in.
type Planted = (Bug, &'static str, fn() -> World);

/// Where each mistake is planted.
const PLANTED: &[Planted] = &[
    (Bug::SymptomEffectSign, "coupled", worlds::coupled),
    (Bug::CostWhenRepaired, "default_world", worlds::default_world),
    (Bug::EarlyDropoutOffByOne, "default_world", worlds::default_world),
    (Bug::NoMeasurementError, "default_world", worlds::default_world),
    (Bug::Inertia, "coupled", worlds::coupled),
    (Bug::GoodEnoughOnLatent, "default_world", worlds::default_world),
    (Bug::RoundedDown, "default_world", worlds::default_world),
    (Bug::RecognitionIgnored, "long_ruptures", worlds::long_ruptures),
    (Bug::NoFading, "default_world", worlds::default_world),
    (Bug::FadedStaysOpen, "linear_logistic", worlds::linear_logistic),
    (Bug::ObserverSeesNewStrainOnly, "default_world", worlds::default_world),
    (Bug::OpenRuptureHarmless, "long_ruptures", worlds::long_ruptures),
    (Bug::TraitGainIdle, "do_trait_no_ruptures", worlds::do_trait_no_ruptures),
    (Bug::DriftWorks, "coupled", worlds::coupled),
    (Bug::HeadingFromSessionOne, "change_before", worlds::change_before),
    (Bug::PlannedBeforeDropout, "default_world", worlds::default_world),
    (Bug::GainPerPoint, "default_world", worlds::default_world),
    (Bug::TwoUptakeDraws, "oq_rational", worlds::oq_rational),
    (Bug::ToolsDoNotRepair, "oq_tools", worlds::oq_tools),
    (Bug::TherapistEach, "default_world", worlds::default_world),
    (Bug::BackgroundNotCentred, "burnout", worlds::burnout),
    (Bug::IntervalIgnored, "life_events", worlds::life_events),
    (Bug::GrowthStartsLate, "uneven_effects", worlds::uneven_effects),
    (Bug::SkillIndependent, "burnout", worlds::burnout),
    (Bug::BurntOutAlly, "burnout", worlds::burnout),
    (Bug::BurnoutNoticesAll, "burnout", worlds::burnout),
    (Bug::DoStopsEarly, "do_state_and_symptoms", worlds::do_state_and_symptoms),
    (Bug::EngagementFades, "oq_rational", worlds::oq_rational),
    (Bug::RedAtYellow, "default_world", worlds::default_world),
    (Bug::WholeTherapist, "own_treatment", worlds::own_treatment),
    (Bug::TreatmentAllianceIdle, "own_treatment", worlds::own_treatment),
    (Bug::CostBeginsLate, "own_treatment", worlds::own_treatment),
    (Bug::MasteryFades, "own_treatment", worlds::own_treatment),
    (Bug::GroupsAlike, "diagnosis_groups", worlds::diagnosis_groups),
    (Bug::GroupAllianceMakesIll, "diagnosis_groups", worlds::diagnosis_groups),
    (Bug::TrainedAtOnce, "over_time", worlds::over_time),
    (Bug::TimeStandsStill, "over_time", worlds::over_time),
    (Bug::AllTreatAlike, "services_differ", worlds::services_differ),
    (Bug::SameCaseMix, "services_differ", worlds::services_differ),
    (Bug::OneGoodEnough, "services_differ", worlds::services_differ),
    (Bug::DisorderIdle, "services_differ", worlds::services_differ),
    (Bug::YearsDoNotKeep, "over_time", worlds::over_time),
    (Bug::AlertStays, "pcoms_rarely", worlds::pcoms_rarely),
    (Bug::NothingMissing, "forms_missing", worlds::forms_missing),
    (Bug::GapsSwapped, "forms_missing", worlds::forms_missing),
    (Bug::HaloTurned, "forms_missing", worlds::forms_missing),
    (Bug::PartnersSpreadWider, "close_couples", worlds::close_couples),
    (Bug::PartnerIdle, "couples_linear", worlds::couples_linear),
    (Bug::SplitFromZero, "couples", worlds::couples),
    (Bug::OneIsWell, "couples", worlds::couples),
    (Bug::OutsideReasonsTwice, "close_couples", worlds::close_couples),
];

/// Where each mistake about open clinics is planted.
const PLANTED_WHEN_OPEN: &[Planted] = &[
    (Bug::SeasonTurned, "open_next_free", open_worlds::open_next_free),
    (Bug::PatienceLonger, "open_next_free", open_worlds::open_next_free),
    (Bug::TakenOnLate, "open_next_free", open_worlds::open_next_free),
    (Bug::StretchIgnored, "open_next_free", open_worlds::open_next_free),
    (Bug::LoadIgnoresInterval, "open_balanced", open_worlds::open_balanced),
    (Bug::CapacityIgnored, "open_next_free", open_worlds::open_next_free),
    (Bug::NewClientsLast, "open_random", open_worlds::open_random),
    (Bug::BurnoutNotFelt, "open_next_free", open_worlds::open_next_free),
    (Bug::BurnoutNotFelt, "open_allotted", open_worlds::open_allotted),
    (Bug::RateFollowsBurnout, "open_random", open_worlds::open_random),
    (Bug::NoRecovery, "open_next_free", open_worlds::open_next_free),
    (Bug::EveryLoadWearsOut, "open_balanced", open_worlds::open_balanced),
    (Bug::RupturesByClient, "open_next_free", open_worlds::open_next_free),
    (Bug::RunOutLeftOut, "open_next_free", open_worlds::open_next_free),
    (Bug::WaitingSpreadsLinearly, "open_next_free", open_worlds::open_next_free),
    (Bug::WaitMovesHeading, "open_next_free", open_worlds::open_next_free),
    (Bug::RawRecord, "open_track_record", open_worlds::open_track_record),
    (Bug::TiesToTheFirst, "open_track_record", open_worlds::open_track_record),
    (Bug::TiesToTheFirst, "open_balanced", open_worlds::open_balanced),
    (Bug::NothingRandom, "open_random", open_worlds::open_random),
    (Bug::AllottedToTheFree, "open_allotted", open_worlds::open_allotted),
    (Bug::PlacesAtTheEnd, "open_balanced", open_worlds::open_balanced),
    (Bug::CalendarFromOpening, "open_trained", open_worlds::open_trained),
    (Bug::CalendarOfReferral, "open_next_free", open_worlds::open_next_free),
    (Bug::CalendarFromOne, "open_trained", open_worlds::open_trained),
    (Bug::CalendarBelowZero, "open_trained", open_worlds::open_trained),
];

/// The comparison finds every planted mistake.
#[test]
fn planted_bugs_are_found() {
    find(
        PLANTED,
        |world, charts| engine(world, charts, REPLICATES),
        |world, charts, bug| second(world, charts, Some(bug), REPLICATES_WITH_BUG),
    );
}

/// And those about open clinics.
#[test]
fn planted_bugs_of_open_clinics_are_found() {
    find(
        PLANTED_WHEN_OPEN,
        |world, charts| open_engine(world, charts, OPEN_REPLICATES_WITH_BUG),
        |world, charts, bug| open_second(world, charts, Some(bug), OPEN_REPLICATES_WITH_BUG),
    );
}

type Charts = [Vec<f64>];

/// Looks for mistakes by comparing with the engine's estimates in the same world, made once for each world.
fn find(planted: &[Planted], engine: fn(&World, &Charts) -> Vec<Estimate>, second: fn(&World, &Charts, Bug) -> Vec<Estimate>) {
    let mut engines: BTreeMap<&str, (Vec<Vec<f64>>, Vec<Estimate>)> = BTreeMap::new();
    let mut missed = Vec::new();
    for &(bug, name, world) in planted {
        let world = world();
        let (charts, engine) = engines.entry(name).or_insert_with(|| {
            let charts = shared_charts(&world);
            let estimates = engine(&world, &charts);
            (charts, estimates)
        });
        let comparisons = compare(engine, &second(&world, charts, bug));
        let found = comparisons.iter().filter(|c| !c.agrees()).count();
        println!("{bug:?} in {name}: found by {found} comparisons, worst: {}", worst(&comparisons));
        if found == 0 {
            missed.push(bug);
        }
    }
    assert!(missed.is_empty(), "mistakes that nothing finds: {missed:?}");
}
