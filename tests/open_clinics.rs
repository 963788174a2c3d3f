//! Open clinics: nobody gets lost in the books, waiting follows queueing theory, load tells, and luck is shared.

mod common;

use common::{cell, check, mean, observed};
use dyadsim::engine::replicate::{ArmResult, CourseResult, Unobserved, Workspace};
use dyadsim::engine::summary::{MEASURES, Summary, summarise};
use dyadsim::model::ending::EndReason;
use dyadsim::performance::Measured;

/// Courses that end each week with the same chance and for no other reason, and waiting that changes nothing.
const MEMORYLESS: &str = "endings: (administrative: 0.1, planned: 0.0, dropout: -40.0, session_cap: 400),
    therapists: (ending_sd: 0.0), tracking: (norm_clients: 200)";

fn arms(text: &str, replicates: u64) -> Vec<Vec<ArmResult>> {
    let cell = cell(text);
    let mut work = Workspace::default();
    (0..replicates)
        .map(|replicate| {
            work.simulate(&cell, 8, replicate, &mut Unobserved);
            work.arms.clone()
        })
        .collect()
}

fn summaries(text: &str, replicates: u64) -> Vec<Summary> {
    let cell = cell(text);
    let mut work = Workspace::default();
    (0..replicates)
        .map(|replicate| {
            work.simulate(&cell, 8, replicate, &mut Unobserved);
            summarise(&cell.arms[0], &work.arms[0])
        })
        .collect()
}

fn of(summaries: &[Summary], measure: fn(&Summary) -> f64) -> Measured {
    mean(&summaries.iter().map(measure).collect::<Vec<_>>())
}

#[test]
fn every_referral_is_waiting_in_treatment_ended_or_lost_in_every_week() {
    for assignment in ["NextFree", "Balanced", "TrackRecord", "Random", "Allotted"] {
        let text = format!(
            "(clinics: (count: 2, therapists: 4), workload: (caseload: 9, capacity: 6, referrals: 9.0, season: 0.5, leave: 0.05,
               weeks: 60, warm_up: 20, assignment: {assignment}), tracking: (norm_clients: 200))"
        );
        for arm in arms(&text, 3).iter().flatten() {
            let service = arm.service.as_ref().expect("an open clinic");
            assert_eq!(service.weeks.len(), 2 * 80);
            for clinic in 0..2 {
                let (mut referred, mut gone, mut held) = (0, 0, 0);
                let mut waiting_before = 0;
                for week in service.weeks.iter().skip(clinic).step_by(2) {
                    referred += week.referred;
                    gone += week.ended + week.lost;
                    held += week.sessions;
                    assert_eq!(referred, gone + week.waiting + week.in_treatment, "{assignment}");
                    assert_eq!(week.waiting, waiting_before + week.referred - week.lost - week.started, "{assignment}");
                    assert!(week.in_treatment <= 4 * 9 && week.places_filled <= 4 * 9 && week.sessions <= 4 * 6, "{week:?}");
                    waiting_before = week.waiting;
                }
                assert!(referred > 500 && gone > 300 && held > 1000, "{assignment}: {referred} {gone} {held}");
            }
            assert!(arm.courses.iter().all(|course| (course.reason == EndReason::Lost) == (course.sessions == 0)));
            assert!(arm.dyads.iter().zip(&arm.courses).all(|(dyad, course)| dyad.therapist.is_some() == (course.sessions > 0)));
            let lost = arm.courses.iter().filter(|course| course.reason == EndReason::Lost).count();
            assert!(lost > 20, "{assignment}: {lost} lost");
        }
    }
}

/// Mean number in the waiting list and in treatment of a week's queue in the long run, by the chain itself: Poisson
/// arrivals join, free places are filled, then everybody in a place leaves with chance `p`.
fn chain(arrivals: f64, places: usize, p: f64) -> (f64, f64) {
    let most = 400;
    let binomial = |n: usize| -> Vec<f64> {
        let mut chances = vec![0.0; n + 1];
        chances[0] = 1.0;
        for _ in 0..n {
            for k in (0..=n).rev() {
                chances[k] = chances[k] * (1.0 - p) + if k > 0 { chances[k - 1] * p } else { 0.0 };
            }
        }
        chances
    };
    let mut poisson = vec![(-arrivals).exp()];
    for k in 1..80 {
        poisson.push(poisson[k - 1] * arrivals / k as f64);
    }
    let leaves: Vec<Vec<f64>> = (0..=places).map(binomial).collect();
    // Chances of so many clients in all, after arrivals and before anybody leaves.
    let mut now = vec![0.0; most];
    now[0] = 1.0;
    for _ in 0..4000 {
        let mut stay = vec![0.0; most];
        for (n, chance) in now.iter().enumerate().filter(|(_, chance)| **chance > 1e-15) {
            for (k, leave) in leaves[n.min(places)].iter().enumerate() {
                stay[n - k] += chance * leave;
            }
        }
        let mut next = vec![0.0; most];
        for (n, chance) in stay.iter().enumerate().filter(|(_, chance)| **chance > 1e-15) {
            for (k, arrive) in poisson.iter().enumerate() {
                next[(n + k).min(most - 1)] += chance * arrive;
            }
        }
        let moved: f64 = now.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
        now = next;
        if moved < 1e-12 {
            break;
        }
    }
    let waiting = now.iter().enumerate().map(|(n, chance)| n.saturating_sub(places) as f64 * chance).sum();
    let treated = now.iter().enumerate().map(|(n, chance)| n.min(places) as f64 * chance).sum();
    (waiting, treated)
}

#[test]
fn waiting_follows_the_queue_of_a_clinic_that_clients_leave_by_chance() {
    // One clinic of two therapists with three places each; three quarters of them busy in the long run.
    let text = format!(
        "(clinics: (count: 1, therapists: 2, ending_sd: 0.0), {MEMORYLESS}, workload: (caseload: 3, capacity: 3, referrals: 0.45, leave: 0.0,
           weeks: 4000, warm_up: 300))"
    );
    let seen = summaries(&text, 48);
    let (waiting, treated) = chain(0.45, 6, 0.1);
    assert!((treated - 4.5).abs() < 1e-3, "work in is work out: {treated}");
    check("clients waiting", of(&seen, |s| s.waiting_list), waiting, &[("a place fewer", chain(0.45, 5, 0.1).0)]);
    // Little's law: wait = clients waiting / clients arriving a week.
    let late = waiting / 0.45 + 1.0;
    check("weeks waited", of(&seen, |s| s.weeks_waited), waiting / 0.45, &[("taken on a week later", late)]);
    // Places filled = arrivals × mean duration / places, mean duration 1 / .1 weeks.
    check("places filled", of(&seen, |s| s.places_filled), 0.45 * 10.0 / 6.0, &[("a week longer in treatment", 0.45 * 11.0 / 6.0)]);
    check("sessions a week", of(&seen, |s| s.sessions_per_week), 0.45 * 10.0 / 2.0, &[("a session more each", 0.45 * 11.0 / 2.0)]);
    check("courses ended a year", of(&seen, |s| s.throughput), 0.45 * 52.0 / 2.0, &[("arrivals twice as often", 0.45 * 52.0)]);
}

/// Erlang's C formula: chance of having to wait, for `c` places and an offered load of `a`.
fn erlang_c(c: u32, a: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for k in 0..c {
        sum += term;
        term *= a / f64::from(k + 1);
    }
    let last = term / (1.0 - a / f64::from(c));
    last / (sum + last)
}

#[test]
fn long_courses_wait_as_in_the_queue_with_continuous_time() {
    // Courses of 50 weeks on average: what is left of the weekly clock is a few per cent. M/M/c wait: C / (c μ − λ).
    let text = "(clinics: (count: 1, therapists: 1, ending_sd: 0.0), therapists: (ending_sd: 0.0), endings: (administrative: 0.02, planned: 0.0, dropout: -40.0, session_cap: 400),
         tracking: (norm_clients: 200), workload: (caseload: 8, capacity: 8, referrals: 0.12, leave: 0.0, weeks: 5200, warm_up: 1000))";
    let seen = of(&summaries(text, 60), |s| s.weeks_waited);
    let expected = erlang_c(8, 6.0) / (8.0 * 0.02 - 0.12);
    assert!((seen.value - expected).abs() < 4.0 * seen.mcse + 0.06 * expected, "{seen:?}, Erlang {expected}");
    // One place fewer would be seen.
    let fewer = erlang_c(7, 6.0) / (7.0 * 0.02 - 0.12);
    assert!((seen.value - fewer).abs() > 4.0 * seen.mcse + 0.06 * fewer);
}

#[test]
fn without_limits_an_open_clinic_gives_the_results_of_a_cohort() {
    let cohort = summaries("(clinics: (count: 3, therapists: 8, clients_per_therapist: 30), tracking: (norm_clients: 1000))", 120);
    let open = summaries(
        "(clinics: (count: 3, therapists: 8), tracking: (norm_clients: 1000),
          workload: (caseload: 1000, capacity: 200, referrals: 4.6, weeks: 52, warm_up: 26, assignment: Random))",
        120,
    );
    assert!(open.iter().all(|s| s.weeks_waited == 0.0 && s.burnout == 0.0 && s.lost == 0.0));
    // Shares of variance and quartiles depend on the number of clients of each therapist, which varies in an open clinic.
    let depends_on_size = ["therapist_icc", "therapist_quartiles", "median_sessions", "sessions_to_improvement"];
    let mut compared = 0;
    for (m, spec) in MEASURES.iter().enumerate() {
        let values = |all: &[Summary]| all.iter().map(|s| s.values()[m]).collect::<Vec<_>>();
        let (a, b) = (mean(&values(&cohort)), mean(&values(&open)));
        if depends_on_size.contains(&spec.name) || a.value.is_nan() || b.value.is_nan() {
            continue;
        }
        compared += 1;
        let error = a.mcse.hypot(b.mcse);
        assert!((a.value - b.value).abs() <= 4.0 * error, "{}: cohort {a:?}, open clinic {b:?}", spec.name);
    }
    assert!(compared >= 25, "{compared}");
    let icc = |all: &[Summary]| of(all, |s| s.therapist_icc);
    assert!((icc(&cohort).value - icc(&open).value).abs() < 0.01 + 4.0 * icc(&open).mcse);
}

const PAIR: &str = "clinics: (count: 2, therapists: 3), tracking: (norm_clients: 200)";

#[test]
fn identical_arms_stay_identical_bit_for_bit() {
    let text = format!(
        "({PAIR}, workload: (caseload: 8, capacity: 5, referrals: 4.0, weeks: 40, warm_up: 10, assignment: TrackRecord),
          feedback: Oq(), arms: [(name: \"one\"), (name: \"two\")])"
    );
    let cell = cell(&text);
    for replicate in 0..5 {
        let (arms, paths) = observed(&cell, 1, replicate);
        assert!(arms[0].courses.len() > 200);
        // As text: scores of clients who gave up are not numbers, and not equal to themselves.
        assert_eq!(format!("{:?}", arms[0]), format!("{:?}", arms[1]));
        assert_eq!(paths[0], paths[1]);
    }
}

#[test]
fn a_client_keeps_her_luck_when_she_starts_in_another_week() {
    // One therapist, so that everybody meets the same one; a wait that changes nothing; no burnout. Then a client's course is
    // the same, session by session, however long the clinic lets her wait.
    let text = "(clinics: (count: 1, therapists: 1, ending_sd: 0.0), tracking: (norm_clients: 200),
         therapists: (ending_sd: 0.0, development: (yearly_change: 0.0, dropout_change: 0.0)),
         arms: [(name: \"wide\"),
         (name: \"narrow\", set: { \"workload.caseload\": 3 })],
         workload: (caseload: 60, capacity: 100, referrals: 2.4, leave: 0.0, weeks: 80, warm_up: 5))";
    let (arms, paths) = observed(&cell(text), 4, 0);
    assert!(arms[0].courses.len() > 40);
    assert_eq!(arms[0].courses, arms[1].courses);
    assert_eq!(paths[0], paths[1]);
    let waits = |arm: &ArmResult| arm.service.as_ref().map_or(0, |s| s.waits.iter().map(|wait| wait.weeks).sum::<u32>());
    assert!(waits(&arms[0]) == 0 && waits(&arms[1]) > 400, "{} and {} weeks", waits(&arms[0]), waits(&arms[1]));
}

#[test]
fn arms_with_other_referrals_share_the_clients_they_have_in_common() {
    let text = format!(
        "({PAIR}, arms: [(name: \"few\"), (name: \"many\", set: {{ \"workload.referrals\": 6.0 }})],
          workload: (caseload: 400, capacity: 200, referrals: 4.0, weeks: 30, warm_up: 5, assignment: Allotted))"
    );
    let (arms, _) = observed(&cell(&text), 4, 0);
    let shared: Vec<_> = arms[0].shared_with(&arms[1]).collect();
    assert_eq!(shared.len(), arms[0].courses.len());
    assert!(arms[1].courses.len() > arms[0].courses.len() + 50);
    let anxious = |a: usize, i: usize| arms[a].starts[i].anxiety;
    assert!(shared.iter().all(|&(i, other)| anxious(0, i) == anxious(1, other)));
}

#[test]
fn an_idle_lane_stands_still() {
    // Twice as many clients as sessions: half of the lanes idle in any week. Nobody's course may depend on that, when the
    // interval itself does nothing and burnout is off.
    let text = "(clinics: (count: 1, therapists: 1, interval_exponent: 0.0, ending_sd: 0.0), tracking: (norm_clients: 200),
         therapists: (ending_sd: 0.0, development: (yearly_change: 0.0, dropout_change: 0.0)), arms: [(name: \"every week\"), (name: \"when there is time\", set: { \"workload.capacity\": 9 })],
         workload: (caseload: 40, capacity: 100, referrals: 4.0, leave: 0.0, weeks: 60, warm_up: 5, burnout_overload: 0.0))";
    let (arms, paths) = observed(&cell(text), 4, 0);
    let load = |arm: &ArmResult| arm.service.as_ref().map_or(0.0, |service| service.therapist_load[0] / 60.0);
    assert!(load(&arms[1]) > 1.5, "{}", load(&arms[1]));
    assert_eq!(arms[0].courses, arms[1].courses);
    assert_eq!(paths[0], paths[1]);
}

#[test]
fn overload_burns_out_and_burnout_costs_outcome() {
    let text = |capacity: u32, overload: f64| {
        format!(
            "(clinics: (count: 1, therapists: 8, interval_exponent: 0.0), tracking: (norm_clients: 200),
              workload: (caseload: 40, capacity: {capacity}, referrals: 46.0, leave: 0.1, weeks: 104, warm_up: 104, burnout_overload: {overload}))"
        )
    };
    let rested = summaries(&text(40, 0.1), 12);
    let worn = summaries(&text(20, 0.1), 12);
    let tireless = summaries(&text(20, 0.0), 12);
    // Load settles at 2 with full places, so burnout at .1 (2 − 1) / (1 − .9) = 1.
    check("burnout at twice the capacity", of(&worn, |s| s.burnout), 1.0, &[("load counted from 0", 2.0), ("no recovery", 20.0)]);
    assert!(rested.iter().all(|s| s.burnout == 0.0));
    let cost = mean(&worn.iter().zip(&tireless).map(|(worn, tireless)| worn.change - tireless.change).collect::<Vec<_>>());
    assert!(cost.z(0.0) > 4.0 && cost.value < 8.0, "burnout costs {cost:?} points");
}

#[test]
fn the_rules_of_assignment_do_what_they_say() {
    let run = |assignment: &str| {
        let text = format!(
            "(clinics: (count: 1, therapists: 12), therapists: (effectiveness: 15.0), tracking: (norm_clients: 200),
              workload: (caseload: 12, capacity: 30, referrals: 15.0, weeks: 104, warm_up: 104, assignment: {assignment}))"
        );
        let all = arms(&text, 10);
        let spread = |arm: &ArmResult| {
            let loads = &arm.service.as_ref().expect("an open clinic").therapist_load;
            let mean = loads.iter().sum::<f64>() / loads.len() as f64;
            (loads.iter().map(|load| (load / mean - 1.0).powi(2)).sum::<f64>() / loads.len() as f64).sqrt()
        };
        let skill = |arm: &ArmResult| {
            let treated: Vec<f64> = arm.dyads.iter().filter_map(|dyad| Some(arm.therapists[dyad.therapist?].effectiveness)).collect();
            treated.iter().sum::<f64>() / treated.len() as f64 - arm.therapists.iter().map(|t| t.effectiveness).sum::<f64>() / 12.0
        };
        let first = |of: &dyn Fn(&ArmResult) -> f64| mean(&all.iter().map(|arms| of(&arms[0])).collect::<Vec<_>>());
        (first(&spread), first(&skill))
    };
    let (balanced, record) = (run("Balanced"), run("TrackRecord"));
    assert!(balanced.0.value < 0.5 * run("Random").0.value, "balanced loads are more even");
    // The track record sends clients to more effective therapists. (Other rules do so a little, since their clients need fewer
    // sessions and free places sooner.)
    let (more, error) = (record.1.value - balanced.1.value, record.1.mcse.hypot(balanced.1.mcse));
    assert!(more > 4.0 * error && balanced.1.value < 0.15, "{:?} {:?}", record.1, balanced.1);
}

const STEPPED: &str = "first_step: (therapists: 2, caseload: 10, capacity: 10, sessions: 4)";

#[test]
fn in_stepped_care_too_everybody_is_somewhere() {
    let text = format!(
        "(clinics: (count: 2, therapists: 5), tracking: (norm_clients: 200), feedback: Oq(),
          workload: (caseload: 6, capacity: 5, referrals: 4.0, leave: 0.04, weeks: 60, warm_up: 20, {STEPPED}))"
    );
    for arm in arms(&text, 4).iter().flatten() {
        let service = arm.service.as_ref().expect("an open clinic");
        for clinic in 0..2 {
            let (mut referred, mut gone, mut waiting_before) = (0, 0, 0);
            for week in service.weeks.iter().skip(clinic).step_by(2) {
                referred += week.referred;
                gone += week.ended + week.lost;
                assert_eq!(referred, gone + week.waiting + week.in_treatment);
                let came = week.referred + week.stepped_up;
                assert_eq!(week.waiting, waiting_before + came - week.lost - week.started - week.restarted);
                assert!(week.places_filled <= 2 * 10 + 3 * 6 && week.sessions <= 2 * 10 + 3 * 5, "{week:?}");
                waiting_before = week.waiting;
            }
        }
        let stepped: Vec<usize> = (0..arm.courses.len()).filter(|&i| arm.courses[i].stepped_up).collect();
        assert!(stepped.len() > 60, "{}", stepped.len());
        for i in stepped {
            let (course, wait, therapist) = (&arm.courses[i], service.waits[i], arm.dyads[i].therapist.expect("a therapist") % 5);
            match wait.second {
                // Who was treated there has had all sessions of the first service and some of the second, with another therapist.
                Some(_) => assert!(course.sessions > 4 && therapist >= 2 && course.reason != EndReason::Lost),
                None => assert!(course.sessions == 4 && therapist < 2 && course.reason == EndReason::Lost),
            }
        }
        let in_first = |i: usize| arm.dyads[i].therapist.is_some_and(|therapist| therapist % 5 < 2);
        assert!((0..arm.courses.len()).filter(|&i| in_first(i)).all(|i| arm.courses[i].sessions <= 4));
    }
}

#[test]
fn a_first_step_that_nobody_leaves_upwards_is_a_clinic_of_its_own() {
    // Nobody scores above 181: the second service stays empty, and the first is a clinic with its treatment and its sessions.
    let size = "caseload: 10, capacity: 10, referrals: 4.0, weeks: 60, warm_up: 20, leave: 0.05";
    let step = "first_step: (therapists: 3, caseload: 10, capacity: 10, sessions: 5, treatment: \"text\", step_up: 181.0)";
    let (rest, course) = ("tracking: (norm_clients: 200, unaided_notice: 0.0)", "endings: (session_cap: 5), treatment: (kind: \"text\")");
    let stepped = arms(&format!("(clinics: (count: 1, therapists: 4), {rest}, workload: ({size}, {step}))"), 3);
    let alone = arms(&format!("(clinics: (count: 1, therapists: 3), {rest}, {course}, workload: ({size}))"), 3);
    // All but the signals of the chart, since the two clinics have their own expected curves.
    let told = |c: &CourseResult| (c.sessions, c.reason, c.final_score.to_bits(), c.last_rating.to_bits(), c.ruptures);
    let courses = |all: &[Vec<ArmResult>]| all.iter().flat_map(|arms| &arms[0].courses).map(told).collect::<Vec<_>>();
    assert!(stepped[0][0].courses.len() > 150);
    let differ = courses(&stepped).iter().zip(courses(&alone)).filter(|(a, b)| **a != *b).count();
    assert!(differ == 0 && courses(&stepped).len() == courses(&alone).len(), "{differ} courses differ");
}

#[test]
fn the_second_service_goes_on_where_the_first_left_off() {
    // No chance in symptoms, no wait, no exit but the last session: the level at the start of the second service is the level
    // at the end of the first, and the sum of sessions is that of both.
    let text = "(clinics: (count: 1, therapists: 2), tracking: (norm_clients: 200), endings: (planned: 0.0, administrative: 0.0,
          dropout: -40.0, session_cap: 3), symptoms: Relaxation(noise: 0.0), rupture: (onset: Intensity(mean: 0.0)),
          workload: (caseload: 100, capacity: 200, referrals: 2.0, weeks: 20, warm_up: 1,
          first_step: (therapists: 1, caseload: 100, capacity: 200, sessions: 2, step_up: 0.0)))";
    let (arms, paths) = observed(&cell(text), 4, 0);
    assert!(arms[0].courses.len() > 20);
    for (course, path) in arms[0].courses.iter().zip(&paths[0]) {
        assert_eq!((course.sessions, path.len(), course.stepped_up), (5, 5, true));
        // The second service's first form follows the first service's last week: within the error of one form.
        assert!((path[2].score - path[1].symptoms).abs() < 25.0, "{} {}", path[2].score, path[1].symptoms);
    }
    let jump = mean(&paths[0].iter().map(|path| path[2].score - path[1].symptoms).collect::<Vec<_>>());
    assert!(jump.z(0.0).abs() < 4.0, "{jump:?}");
}
