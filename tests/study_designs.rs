//! Study designs: whom a study sees, and that what it reports agrees with the truth and with textbook formulas.

mod common;
mod studies;

use common::{check, mean};
use dyadsim::dataset::sample::Sample;
use dyadsim::engine::allocation::{Lot, allocate, enrolled};
use dyadsim::engine::design::{Seen, see};
use dyadsim::engine::plan;
use dyadsim::engine::replicate::{ArmResult, Cell, Unobserved, Workspace};
use dyadsim::engine::sample::sample;
use dyadsim::engine::streams::{Purpose, ReplicateStreams};
use dyadsim::model::math::uniform;
use dyadsim::performance::{Measured, Moments};
use std::collections::BTreeSet;

const ARMS: &str = r#"arms: [(name: "one"), (name: "two")]"#;
const THREE: &str = r#"arms: [(name: "one"), (name: "two"), (name: "three")]"#;

fn cell(text: &str) -> Cell {
    let scenario = studies::load_text("test", text, &[]);
    plan::cell(&scenario.cells[0]).unwrap_or_else(|found| panic!("{found}"))
}

/// One replicate: what happened, and whom the study sees.
fn replicate(cell: &Cell, seed: u64, replicate: u64) -> (Vec<ArmResult>, Vec<Seen>) {
    let mut work = Workspace::default();
    work.simulate(cell, seed, replicate, &mut Unobserved);
    let seen = see(&cell.design, ReplicateStreams::new(seed, replicate), &work.arms);
    (work.arms, seen)
}

fn clinics(size: &str, rest: &str) -> String {
    format!("(clinics: ({size}), tracking: (norm_clients: 200, intake_bands: 1), endings: (session_cap: 6), {rest})")
}

/// Arm of each client, and that she is in no other.
fn arms_of(seen: &[Seen], clients: usize) -> Vec<usize> {
    let arms = |client| (0..seen.len()).filter(|&arm| seen[arm].sees(client)).collect::<Vec<_>>();
    (0..clients).map(|client| *arms(client).first().filter(|_| arms(client).len() == 1).expect("in one arm exactly")).collect()
}

#[test]
fn clients_are_balanced_within_clinics_and_therapists_crossed_with_arms() {
    let cell = cell(&clinics(
        "count: 3, therapists: 4, clients_per_therapist: 6",
        &format!("{THREE}, design: Trial(allocation: [3, 2, 1], block: 12)"),
    ));
    let (arms, seen) = replicate(&cell, 5, 0);
    let allocated = arms_of(&seen, 72);
    for clinic in 0..3 {
        let count = |arm| allocated[clinic * 24..][..24].iter().filter(|&&a| a == arm).count();
        assert_eq!([count(0), count(1), count(2)], [12, 8, 4], "two blocks of twelve");
    }
    let crossed = (0..12).filter(|j| allocated[j * 6..][..6].iter().collect::<BTreeSet<_>>().len() > 1).count();
    assert!(crossed >= 10 && arms[0].dyads.len() == 72, "{crossed} of 12 therapists work in several arms");
}

#[test]
fn strata_have_blocks_of_their_own() {
    let size = "count: 2, therapists: 5, clients_per_therapist: 8";
    let cell = cell(&clinics(size, &format!("{ARMS}, design: Trial(block: 2, strata: [Therapist, Severity], severe_from: 75)")));
    let (arms, seen) = replicate(&cell, 5, 1);
    let allocated = arms_of(&seen, 80);
    for j in 0..10 {
        for severe in [false, true] {
            let own = || (j * 8..j * 8 + 8).filter(|&i| (arms[0].courses[i].intake_score >= 75.0) == severe);
            let first = own().filter(|&i| allocated[i] == 0).count();
            assert!((2 * first).abs_diff(own().count()) <= 1, "therapist {j}, severe {severe}");
        }
    }
}

#[test]
fn randomised_units_stay_whole() {
    let size = "count: 6, therapists: 4, clients_per_therapist: 5";
    for (unit, members) in [("Therapist", 5), ("Clinic", 20)] {
        let cell = cell(&clinics(size, &format!("{ARMS}, design: Trial(unit: {unit}, block: 2)")));
        for r in 0..20 {
            let allocated = arms_of(&replicate(&cell, 5, r).1, 120);
            assert!(allocated.chunks(members).all(|unit| unit.iter().all(|&arm| arm == unit[0])), "{unit} {r}");
            assert_eq!(allocated.iter().sum::<usize>(), 60, "{unit} {r}: half in each arm");
        }
    }
}

#[test]
fn simple_randomisation_leaves_numbers_to_chance() {
    let cell = cell(&clinics(
        "count: 2, therapists: 5, clients_per_therapist: 10",
        &format!("{ARMS}, design: Trial(allocation: [1, 3], block: 0)"),
    ));
    let counts: Vec<f64> = (0..200).map(|r| arms_of(&replicate(&cell, 5, r).1, 100).iter().sum::<usize>() as f64).collect();
    check("clients in the second arm", mean(&counts), 75.0, &[("an even ratio", 50.0)]);
    let spread: Vec<f64> = counts.iter().map(|n| (n - 75.0).powi(2)).collect();
    check("their variance", mean(&spread), 100.0 * 0.75 * 0.25, &[("blocks", 0.0)]);
}

#[test]
fn allocation_knows_nothing_of_arms_or_cells() {
    let size = "count: 2, therapists: 5, clients_per_therapist: 10";
    let with = |arms: &str| cell(&clinics(size, &format!("{arms}, design: Trial()")));
    let (same, feedback) =
        (with(ARMS), with(r#"arms: [(name: "one"), (name: "two", set: { "feedback": Oq(), "clients.severity_mean": 90 })]"#));
    for r in 0..5 {
        assert_eq!(replicate(&same, 5, r).1, replicate(&feedback, 5, r).1);
    }
    assert_ne!(replicate(&same, 5, 0).1, replicate(&same, 5, 1).1, "replicates are allocated anew");
}

/// Mean over clients of arm (−1, 1) times a standardised trait, over replicates.
fn leanings(arms: &ArmResult, allocated: &[usize]) -> [f64; 4] {
    let starts = &arms.starts;
    let side = |i: usize| if allocated[i] == 0 { -1.0 } else { 1.0 };
    let lean = |of: &dyn Fn(usize) -> f64| (0..starts.len()).map(|i| side(i) * of(i)).sum::<f64>() / starts.len() as f64;
    [
        lean(&|i| starts[i].anxiety),
        lean(&|i| starts[i].client_alliance),
        lean(&|i| starts[i].symptoms - 70.0),
        lean(&|i| arms.therapists[arms.dyads[i].therapist.expect("a therapist")].skill),
    ]
}

#[test]
fn allocation_is_independent_of_traits() {
    let cell = cell(&clinics("count: 1, therapists: 10, clients_per_therapist: 10", &format!("{ARMS}, design: Trial()")));
    let mut seen: [Vec<f64>; 4] = Default::default();
    let mut bugged = Vec::new();
    for r in 0..1000 {
        let (arms, sees) = replicate(&cell, 6, r);
        for (all, one) in seen.iter_mut().zip(leanings(&arms[0], &arms_of(&sees, 100))) {
            all.push(one);
        }
        // The planted bug: lots from the stream that makes the clients.
        let streams = ReplicateStreams::new(6, r);
        let lots: Vec<Lot> = arms[0]
            .dyads
            .iter()
            .map(|dyad| {
                let [order, arm]: [u32; 2] = streams.bits_at(dyad.client, Purpose::Intake);
                Lot { order, arm: uniform(arm), size: 0.5 }
            })
            .collect();
        let order = enrolled((0..100).collect(), &lots);
        let drawn = allocate(&[1, 1], 4, order.iter().map(|&unit| lots[unit].arm));
        let mut allocated = vec![0; 100];
        order.iter().zip(drawn).for_each(|(&unit, arm)| allocated[unit] = arm);
        bugged.push(leanings(&arms[0], &allocated));
    }
    for values in &seen {
        check("trait by arm", mean(values), 0.0, &[]);
    }
    let worst = (0..4).map(|i| mean(&bugged.iter().map(|lean| lean[i]).collect::<Vec<_>>()).z(0.0).abs()).fold(0.0, f64::max);
    assert!(worst > 8.0, "lots from the clients' own stream would stay unnoticed: {worst}");
}

/// Spread of the trial's difference over replicates, and the variances of one arm's final scores: between therapists, within.
fn null_trial(design: &str, replicates: u64) -> (Measured, Measured, [f64; 2]) {
    let cell = cell(&clinics(
        "count: 1, therapists: 10, clients_per_therapist: 10",
        &format!("therapists: (effectiveness: 40), {ARMS}, design: {design}"),
    ));
    let (mut differences, mut means, mut within) = (Moments::default(), Moments::default(), Moments::default());
    for r in 0..replicates {
        let (arms, seen) = replicate(&cell, 7, r);
        let held = sample(&[], &arms, &seen);
        let average = |arm| held.of_arm(arm).iter().map(|&row| held.final_score[row]).sum::<f64>() / held.of_arm(arm).len() as f64;
        differences.add(average(1) - average(0));
        for own in arms[0].courses.chunks(10) {
            let mut scores = Moments::default();
            own.iter().for_each(|course| scores.add(course.final_score));
            means.add(scores.measured().value);
            within.add(scores.variance());
        }
    }
    let w = within.measured().value;
    (differences.measured(), differences.spread(), [means.variance() - w / 10.0, w])
}

#[test]
fn identical_arms_differ_by_chance_as_much_as_textbooks_say() {
    for (design, unit) in [
        ("Trial()", "client"),
        ("Trial(block: 2, strata: [Therapist])", "client within therapist"),
        ("Trial(unit: Therapist, block: 10)", "therapist"),
    ] {
        let (difference, sd, [between, within]) = null_trial(design, 1500);
        check("difference of identical arms", difference, 0.0, &[("three points", 3.0)]);
        let (total, icc) = (between + within, between / (between + within));
        let (n, m) = (100.0, 10.0);
        let plain = (4.0 * total / n).sqrt();
        let nested = plain * (1.0 + (m - 1.0) * icc).sqrt();
        let stratified = (4.0 * within / n).sqrt();
        // Blocks keep the arms equally large, so that two clients of one therapist are a little more often in different arms.
        let crossed = plain * (1.0 - icc * (m - 1.0) / (n - 1.0)).sqrt();
        let (truth, bugs): (f64, &[(&str, f64)]) = match unit {
            "client" => (crossed, &[("a design effect that is not there", nested), ("strata that are not there", stratified)]),
            "client within therapist" => (stratified, &[("therapists' variance", crossed)]),
            _ => (nested, &[("forgetting the design effect", plain)]),
        };
        check(&format!("SD of the difference, {unit} randomised, ICC {icc:.2}"), sd, truth, bugs);
    }
}

#[test]
fn trials_are_right_on_average() {
    for unit in ["Client", "Therapist", "Clinic"] {
        let text = format!(
            r#"(replicates: 400, clinics: (count: 4, therapists: 4, clients_per_therapist: 8), tracking: (norm_clients: 200, intake_bands: 1),
               arms: [(name: "one"), (name: "two", set: {{ "feedback": Oq(engagement: 3.0) }})], design: Trial(unit: {unit}, block: 2))"#
        );
        let arms = studies::totals(&studies::load_text(unit, &text, &[])).totals.cells.swap_remove(0);
        let (truth, trial) = (arms[1].contrast("final_score").value, arms[1].mean("observed_difference"));
        check(unit, trial, truth, &[("no effect", 0.0), ("half the effect", truth / 2.0)]);
        assert_eq!(arms[0].mean("observed_clients").value + arms[1].mean("observed_clients").value, 128.0);
        assert!(arms[1].mean("pooled_r").value.is_nan() && arms[0].mean("observed_difference").value.is_nan());
    }
}

#[test]
fn a_naturalistic_sample_has_the_clients_it_asks_for() {
    let size = "count: 3, therapists: 10, clients_per_therapist: 30";
    let uneven = cell(&clinics(size, "design: Naturalistic(clients_per_therapist: [1, 8], min_sessions: 3)"));
    let mut sizes = [0usize; 9];
    for r in 0..20 {
        let (arms, seen) = replicate(&uneven, 8, r);
        assert!(seen[0].positions().all(|client| arms[0].courses[client].sessions >= 3));
        let held = sample(&[], &arms, &seen);
        let all: Vec<usize> = (0..held.len()).collect();
        held.by_therapist(&all).iter().for_each(|own| sizes[own.len()] += 1);
    }
    // 600 therapists over eight sizes: 75 each, SD 8.
    assert!(sizes[0] == 0 && sizes[1..].iter().all(|&n| (43..108).contains(&n)), "{sizes:?}");
    let limited = cell(&clinics(size, "design: Naturalistic(clients_per_therapist: [4], clients: 50, min_sessions: 1)"));
    let (arms, seen) = replicate(&limited, 8, 0);
    let held = sample(&[], &arms, &seen);
    assert_eq!((held.len(), held.by_therapist(&(0..50).collect::<Vec<_>>()).len()), (50, 13), "twelve therapists with four, one with two");
    assert!(held.clinic.iter().collect::<BTreeSet<_>>().len() > 1, "therapists come from all clinics");
}

#[test]
fn studies_differ_in_size_within_their_ranges() {
    let cell = cell(&clinics(
        "count: 30, therapists: 8, clients_per_therapist: 20",
        "design: Studies(therapists: [3, 6], clients_per_therapist: [2, 5], min_sessions: 1)",
    ));
    let (arms, seen) = replicate(&cell, 9, 0);
    let held = sample(&[], &arms, &seen);
    let mut shapes = BTreeSet::new();
    for study in 0..30 {
        let rows = &held.by_study(&held.of_arm(0))[study];
        let own = held.by_therapist(rows);
        assert!((3..=6).contains(&own.len()) && (2..=5).contains(&own[0].len()) && own.iter().all(|o| o.len() == own[0].len()));
        assert!(rows.iter().all(|&row| held.clinic[row] == study));
        shapes.insert((own.len(), own[0].len()));
    }
    assert!(shapes.len() >= 10, "{shapes:?}");
}

#[test]
fn a_design_changes_nothing_that_happens() {
    let size = "count: 2, therapists: 3, clients_per_therapist: 4";
    let (plain, _) = replicate(&cell(&clinics(size, ARMS)), 3, 0);
    for design in ["Trial()", "Naturalistic(clients_per_therapist: [2])", "Studies(therapists: [2], clients_per_therapist: [2])"] {
        let (arms, _) = replicate(&cell(&clinics(size, &format!("{ARMS}, design: {design}"))), 3, 0);
        assert!(arms.iter().zip(&plain).all(|(a, b)| a.courses == b.courses), "{design}");
    }
}

#[test]
fn alliance_works_by_its_clinics_own_measure() {
    let arm = |sd: &str| format!(r#"(name: "{sd}", set: {{ "clinics.alliance_effect_sd": {sd} }})"#);
    let text = format!("arms: [{}, {}, {}]", arm("0"), arm("0.5"), arm("1"));
    let (arms, _) = replicate(&cell(&clinics("count: 400, therapists: 1, clients_per_therapist: 1", &text)), 4, 0);
    for i in 0..400 {
        let by = [1, 2].map(|a: usize| arms[a].starts[i].heading - arms[0].starts[i].heading);
        assert!((by[1] - 2.0 * by[0]).abs() < 1e-9, "client {i}: {by:?}");
        let factor = arms[2].clinics[i].alliance_effect;
        assert!((arms[2].starts[i].state_effect - factor * arms[0].starts[i].state_effect).abs() < 1e-12);
    }
    let effects: Vec<f64> = arms[2].clinics.iter().map(|clinic| clinic.alliance_effect).collect();
    check("mean effect", mean(&effects), 1.0, &[("none", 0.0)]);
    check("its variance", mean(&effects.iter().map(|e| (e - 1.0).powi(2)).collect::<Vec<_>>()), 1.0, &[("half", 0.25)]);
}

/// Sums of squares and products about the mean, over n − 1: of alliance, of outcome, and of both together.
fn moments(pairs: &[[f64; 2]]) -> [f64; 3] {
    let n = pairs.len() as f64;
    let centre = [0, 1].map(|i| pairs.iter().map(|pair| pair[i]).sum::<f64>() / n);
    [(0, 0), (1, 1), (0, 1)].map(|(i, j)| pairs.iter().map(|p| (p[i] - centre[i]) * (p[j] - centre[j])).sum::<f64>() / (n - 1.0))
}

fn pairs(held: &Sample) -> Vec<[f64; 2]> {
    held.early_alliance.iter().zip(&held.final_score).map(|(a, y)| [*a, -y]).collect()
}

/// The total alliance–outcome covariance in a sample of N clients, n of each therapist, holds the covariance between
/// therapists with weight (N − n) / (N − 1); and so the correlation moves by at most r_B √(ICC_A ICC_Y), whatever n.
#[test]
fn patients_per_therapist_move_the_correlation_no_further_than_algebra_allows() {
    const N: usize = 64;
    let world = "therapists: (alliance_variance: 0.5, effectiveness: 16), outcomes: (early_session: 1)";
    let cells = [2, 32].map(|n| {
        let design = format!("design: Naturalistic(clients: {N}, clients_per_therapist: [{n}], min_sessions: 1)");
        cell(&clinics("count: 1, therapists: 32, clients_per_therapist: 40, outcome_sd: 0", &format!("{world}, {design}")))
    });
    let mut sampled: [[Vec<f64>; 3]; 2] = Default::default();
    let (mut within, mut means) = ([Moments::default(); 3], [Moments::default(); 3]);
    for r in 0..1500 {
        let (arms, _) = replicate(&cells[0], 11, r);
        for (cell, to) in cells.iter().zip(&mut sampled) {
            let seen = see(&cell.design, ReplicateStreams::new(11, r), &arms);
            let found = moments(&pairs(&sample(&[], &arms, &seen)));
            to.iter_mut().zip(found).for_each(|(to, x)| to.push(x));
        }
        let everybody: Vec<[f64; 2]> = arms[0].courses.iter().map(|c| [c.early_rating, -c.final_score]).collect();
        let of_means: Vec<[f64; 2]> =
            everybody.chunks(40).map(|own| [0, 1].map(|i| own.iter().map(|p| p[i]).sum::<f64>() / 40.0)).collect();
        means.iter_mut().zip(moments(&of_means)).for_each(|(to, x)| to.add(x));
        for own in everybody.chunks(40) {
            within.iter_mut().zip(moments(own)).for_each(|(to, x)| to.add(x));
        }
    }
    let w = within.map(|m| m.measured().value);
    let b: [f64; 3] = core::array::from_fn(|i| means[i].measured().value - w[i] / 40.0);
    let r_of = |s: [f64; 3]| s[2] / (s[0] * s[1]).sqrt();
    for (n, seen) in [(2.0, &sampled[0]), (32.0, &sampled[1])] {
        let weight = (N as f64 - n) / (N as f64 - 1.0);
        let forgotten = ("forgetting the weight", w[2] + b[2]);
        check(
            &format!("covariance, {n} of each"),
            mean(&seen[2]),
            w[2] + weight * b[2],
            if n > 2.0 { core::slice::from_ref(&forgotten) } else { &[] },
        );
    }
    let [few, many] = [0, 1].map(|c| r_of(core::array::from_fn(|i| mean(&sampled[c][i]).value)));
    let (total, r_b) = ([w[0] + b[0], w[1] + b[1]], r_of(b));
    let bound = r_b * (b[0] / total[0] * b[1] / total[1]).sqrt();
    assert!(few - many > 0.3 * bound && few - many < bound, "r {few} with 2, {many} with 32, bound {bound}");
}
