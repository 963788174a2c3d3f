//! What is compared of open clinics, apart from outcomes: waiting, work, burnout, and who treats how many. Each measure is
//! taken in every replicate, and replicates are independent, so that its error is that of a mean of replicates.

use super::compare::Estimate;
use super::course::Outcome;
use super::open_clinic::{Replicate, Served, Visit};
use dyadsim::engine::replicate::{ArmResult, CourseResult};
use dyadsim::engine::service::ClinicWeek;
use dyadsim::engine::summary::summarise;
use dyadsim::model::ending::EndReason;
use dyadsim::model::rules::{Rules, World};
use std::f64::consts::TAU;

/// Values of one replicate, all with a name and the smallest error that matters.
pub type Values = Vec<(String, f64, Matters)>;

/// The smallest error that matters.
#[derive(Clone, Copy)]
pub enum Matters {
    /// In the measure's own unit.
    Points(f64),
    /// As a share of the measure, or of .3 when the measure is smaller.
    Share(f64),
}

/// Something about a week.
type Field = fn(&ClinicWeek) -> f64;

/// Means of the replicates' values.
pub fn estimates(replicates: &[Values]) -> Vec<Estimate> {
    let columns = 0..replicates.first().map_or(0, Vec::len);
    columns
        .map(|column| {
            let values: Vec<f64> = replicates.iter().map(|values| values[column].1).filter(|x| !x.is_nan()).collect();
            // Something that hardly ever happens is not compared.
            let value = if values.len() * 10 < replicates.len() { f64::NAN } else { mean(&values) };
            let (name, _, matters) = &replicates[0][column];
            let matters = match matters {
                Matters::Points(size) => *size,
                Matters::Share(share) => share * value.abs().max(0.3),
            };
            Estimate { name: name.clone(), value, error: (variance(&values) / values.len() as f64).sqrt(), matters }
        })
        .collect()
}

/// What the engine's arm amounts to, in the second simulator's words.
pub fn of_engine(arm: &ArmResult, outcome: fn(&CourseResult) -> Outcome) -> Replicate {
    let service = arm.service.as_ref().expect("open clinics");
    let visit = |i: usize| Visit {
        number: i,
        referred: service.waits[i].referred,
        waited: service.waits[i].weeks,
        treated: arm.dyads[i].therapist.map(|therapist| (therapist, outcome(&arm.courses[i]))),
    };
    let staff = arm.therapists.iter().zip(&service.therapist_load).zip(&service.therapist_burnout);
    let clinics = arm.clinics.len();
    Replicate {
        visits: (0..arm.courses.len()).map(visit).collect(),
        weeks: (0..clinics).map(|k| service.weeks.iter().skip(k).step_by(clinics).copied().collect()).collect(),
        staff: staff.map(|((who, &load), &burnout)| Served { effectiveness: who.effectiveness, load, burnout }).collect(),
        ended: service.ended,
        helped: service.helped,
    }
}

/// What the engine reports of a replicate.
pub fn reported_by_engine(rules: &Rules, arm: &ArmResult) -> Values {
    let s = summarise(rules, arm);
    named([
        s.referrals,
        s.lost,
        s.weeks_waited,
        s.weeks_waited_p90,
        s.waiting_list,
        s.places_filled,
        s.session_load,
        s.sessions_per_week,
        s.burnout,
        s.throughput,
        s.helped_per_year,
        s.success_of_referred,
    ])
}

/// The same by the definitions of section 12.
pub fn reported(world: &World, replicate: &Replicate, improved: impl Fn(&Outcome) -> bool) -> Values {
    let work = world.workload.as_ref().expect("open clinics");
    let weeks = looked_at(world, replicate);
    let of = |field: Field| mean(&weeks.iter().map(|&(_, week)| field(week)).collect::<Vec<_>>());
    let therapists = f64::from(world.clinics.therapists);
    let mut waits: Vec<f64> = taken_on(replicate).map(|(visit, _)| f64::from(visit.waited)).collect();
    waits.sort_by(f64::total_cmp);
    let all = replicate.visits.len() as f64;
    let years = replicate.staff.len() as f64 * f64::from(work.weeks) / 52.0;
    named([
        of(|week| f64::from(week.referred)),
        1.0 - waits.len() as f64 / all,
        mean(&waits),
        waits.get((0.9 * waits.len() as f64).ceil() as usize - 1).copied().unwrap_or(f64::NAN),
        of(|week| f64::from(week.waiting)),
        of(|week| f64::from(week.places_filled)) / (therapists * f64::from(work.caseload)),
        of(|week| week.load),
        of(|week| f64::from(week.sessions)) / therapists,
        of(|week| week.burnout),
        replicate.ended as f64 / years,
        replicate.helped as f64 / years,
        taken_on(replicate).filter(|(_, outcome)| improved(outcome)).count() as f64 / all,
    ])
}

fn named(values: [f64; 12]) -> Values {
    let names = [
        "referrals",
        "lost",
        "weeks waited",
        "90th percentile of weeks waited",
        "waiting list",
        "places filled",
        "session load",
        "sessions per week",
        "burnout",
        "throughput",
        "helped per year",
        "success of referred",
    ];
    let reported = names.into_iter().zip(values);
    reported
        .map(|(name, value)| (format!("reported {name}"), value, Matters::Share(if name.contains("wait") { 0.15 } else { 0.06 })))
        .collect()
}

/// Week (from the opening) and what happened, for all clinics and the weeks looked at.
fn looked_at<'a>(world: &World, replicate: &'a Replicate) -> Vec<(usize, &'a ClinicWeek)> {
    let warm_up = world.workload.as_ref().map_or(0, |work| work.warm_up as usize);
    replicate.weeks.iter().flat_map(|weeks| weeks.iter().enumerate().skip(warm_up)).map(|(i, week)| (i + 1, week)).collect()
}

/// The clients who were treated.
fn taken_on(replicate: &Replicate) -> impl Iterator<Item = (&Visit, &Outcome)> {
    replicate.visits.iter().filter_map(|visit| visit.treated.as_ref().map(|(_, outcome)| (visit, outcome)))
}

/// Everything about waiting, work, burnout and therapists in one replicate.
pub fn values(world: &World, replicate: &Replicate) -> Values {
    let mut all = Values::new();
    waiting(replicate, &mut all);
    weeks(world, replicate, &mut all);
    therapists(replicate, &mut all);
    all
}

fn waiting(replicate: &Replicate, all: &mut Values) {
    let mut add = |name: &str, value: f64, matters: Matters| all.push((name.to_string(), value, matters));
    let treated: Vec<(&Visit, &Outcome)> = taken_on(replicate).collect();
    let of = |value: fn(&Visit, &Outcome) -> f64| treated.iter().map(|(visit, outcome)| value(visit, outcome)).collect::<Vec<f64>>();
    let waited = of(|visit, _| f64::from(visit.waited));
    let gave_up = |visit: &&Visit| visit.treated.is_none();
    let in_vain: Vec<f64> = replicate.visits.iter().filter(gave_up).map(|visit| f64::from(visit.waited)).collect();
    let n = waited.len() as f64;
    add("clients treated", n, Matters::Share(0.04));
    add("variance of weeks waited", variance(&waited), Matters::Share(0.2));
    add("share that did not wait", waited.iter().filter(|&&weeks| weeks == 0.0).count() as f64 / n, Matters::Points(0.05));
    add("share that waited a week", waited.iter().filter(|&&weeks| weeks == 1.0).count() as f64 / n, Matters::Points(0.05));
    add("weeks waited in vain", mean(&in_vain), Matters::Share(0.15));
    add("variance of weeks waited in vain", variance(&in_vain), Matters::Share(0.4));
    for (name, value) in [
        ("intake", of(|_, outcome| outcome.intake_score)),
        ("final", of(|_, outcome| outcome.final_score)),
        ("sessions", of(|_, outcome| f64::from(outcome.sessions))),
        ("last rating", of(|_, outcome| outcome.last_rating)),
        ("dropout", of(|_, outcome| if outcome.reason == EndReason::Dropout { 1.0 } else { 0.0 })),
        ("week of referral", of(|visit, _| f64::from(visit.referred))),
    ] {
        add(&format!("r weeks waited, {name}"), correlation(&waited, &value), Matters::Points(0.08));
    }
    let referred = of(|visit, _| f64::from(visit.referred));
    for (name, value) in [
        ("final", of(|_, outcome| outcome.final_score)),
        ("sessions", of(|_, outcome| f64::from(outcome.sessions))),
        ("last rating", of(|_, outcome| outcome.last_rating)),
        ("noticed sessions", of(|_, outcome| f64::from(outcome.noticed_sessions))),
        ("repairs", of(|_, outcome| f64::from(outcome.repairs))),
    ] {
        add(&format!("r week of referral, {name}"), correlation(&referred, &value), Matters::Points(0.06));
    }
    // How far apart the scores of those are who waited briefly, and long.
    for (name, [from, to]) in [("0 to 1 weeks", [0, 1]), ("2 weeks and more", [2, u32::MAX])] {
        let some = treated.iter().filter(|(visit, _)| (from..=to).contains(&visit.waited));
        let intake: Vec<f64> = some.map(|(_, outcome)| outcome.intake_score).collect();
        add(&format!("variance of intake after {name}"), variance(&intake), Matters::Share(0.25));
    }
}

fn weeks(world: &World, replicate: &Replicate, all: &mut Values) {
    let mut add = |name: String, value: f64, matters: Matters| all.push((name, value, matters));
    let work = world.workload.as_ref().expect("open clinics");
    let fields: [(&str, Field); 10] = [
        ("referred", |week| f64::from(week.referred)),
        ("lost", |week| f64::from(week.lost)),
        ("started", |week| f64::from(week.started)),
        ("ended", |week| f64::from(week.ended)),
        ("sessions", |week| f64::from(week.sessions)),
        ("waiting", |week| f64::from(week.waiting)),
        ("in treatment", |week| f64::from(week.in_treatment)),
        ("places filled", |week| f64::from(week.places_filled)),
        ("load", |week| week.load),
        ("burnout", |week| week.burnout),
    ];
    let looked_at = looked_at(world, replicate);
    for (name, field) in fields {
        let fresh: Vec<f64> = replicate.weeks.iter().flat_map(|weeks| weeks.iter().take(work.warm_up as usize)).map(field).collect();
        let values: Vec<f64> = looked_at.iter().map(|&(_, week)| field(week)).collect();
        let season = |phase: f64| {
            let swing = |&(week, of): &(usize, &ClinicWeek)| field(of) * (TAU * week as f64 / 52.0 - phase).cos();
            mean(&looked_at.iter().map(swing).collect::<Vec<_>>())
        };
        // Waiting lists have a long memory, so that few weeks are worth counting in them.
        let share = if ["waiting", "lost"].contains(&name) { 0.15 } else { 0.06 };
        add(format!("{name} in the warm-up"), mean(&fresh), Matters::Share(2.0 * share));
        add(format!("{name} a week"), mean(&values), Matters::Share(share));
        add(format!("variance of {name}"), variance(&values), Matters::Share(0.35));
        let swing = Matters::Points(share * mean(&values).max(0.8));
        add(format!("{name}, turn of the year"), season(0.0), swing);
        add(format!("{name}, spring"), season(TAU / 4.0), swing);
    }
}

fn therapists(replicate: &Replicate, all: &mut Values) {
    let mut add = |name: &str, value: f64, matters: Matters| all.push((name.to_string(), value, matters));
    let staff = &replicate.staff;
    let mut clients = vec![0.0; staff.len()];
    for (therapist, _) in replicate.visits.iter().filter_map(|visit| visit.treated) {
        clients[therapist] += 1.0;
    }
    let effectiveness: Vec<f64> = staff.iter().map(|served| served.effectiveness).collect();
    let load: Vec<f64> = staff.iter().map(|served| served.load).collect();
    let burnout: Vec<f64> = staff.iter().map(|served| served.burnout).collect();
    add("variance of clients between therapists", variance(&clients), Matters::Share(0.25));
    add("variance of load between therapists", variance(&load), Matters::Share(0.3));
    add("variance of burnout between therapists", variance(&burnout), Matters::Share(0.3));
    add("sum of burnout before the week", mean(&burnout), Matters::Share(0.06));
    add("r effectiveness, number of clients", correlation(&effectiveness, &clients), Matters::Points(0.1));
    add("r effectiveness, load", correlation(&effectiveness, &load), Matters::Points(0.1));
    add("r effectiveness, burnout", correlation(&effectiveness, &burnout), Matters::Points(0.1));
    add("r load, burnout", correlation(&load, &burnout), Matters::Points(0.1));
    add("r number of clients, load", correlation(&clients, &load), Matters::Points(0.1));
    add("clients of the first therapist", clients[0], Matters::Share(0.15));
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Variance; not a number with fewer than two values.
fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let mean = mean(values);
    values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// Correlation; not a number when one of both does not vary.
fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let (mean_x, mean_y) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(&x, &y)| f(x - mean_x, y - mean_y)).sum::<f64>();
    let squares = sum(&|x, _| x * x) * sum(&|_, y| y * y);
    if squares < 1e-18 { f64::NAN } else { sum(&|x, y| x * y) / squares.sqrt() }
}
