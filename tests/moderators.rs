//! What bends, scales or shifts the effect of alliance, and who comes: each key by algebra, client by client, so that a wrong
//! sign or a key without effect is found.

mod common;

use common::{Moment, cell, check, covariance, mean, observed, share};
use dyadsim::engine::replicate::ArmResult;
use dyadsim::model::clinic::Clinic;
use dyadsim::model::development::Development;
use dyadsim::model::draws::ClientLuck;
use dyadsim::model::intake::{Start, start};
use dyadsim::model::rules::Rules;
use dyadsim::model::symptoms::Relaxation;
use dyadsim::model::therapist::{Therapist, Therapists};

/// Points of the level that an SD of alliance is worth by default.
fn per_sd() -> f64 {
    Relaxation::default().heading_alliance
}

/// Arms that differ in some keys and in nothing else.
fn arms(base: &str, sets: &[&str]) -> (Vec<ArmResult>, Vec<Vec<Vec<Moment>>>) {
    arms_over(0.0, base, sets)
}

/// The same, with clients who start over so many weeks.
fn arms_over(weeks: f64, base: &str, sets: &[&str]) -> (Vec<ArmResult>, Vec<Vec<Vec<Moment>>>) {
    let others: Vec<String> = sets.iter().enumerate().map(|(i, set)| format!("(name: \"{i}\", set: {{ {set} }})")).collect();
    let text = format!(
        "(clinics: (count: 20, therapists: 10, clients_per_therapist: 10, recruitment_weeks: {weeks:?}), {base}, arms: [(name: \"base\"), {}])",
        others.join(", ")
    );
    observed(&cell(&text), 8, 0)
}

/// A value of every client in one arm, minus the same in the first arm.
fn differences(arms: &[ArmResult], arm: usize, of: fn(&Start) -> f64) -> Vec<f64> {
    arms[arm].starts.iter().zip(&arms[0].starts).map(|(a, b)| of(a) - of(b)).collect()
}

fn all_close(seen: impl Iterator<Item = (f64, f64)>, what: &str) {
    let mut largest = 0.0f64;
    for (i, (seen, expected)) in seen.enumerate() {
        assert!((seen - expected).abs() < 1e-9, "{what}: client {i}: {seen}, expected {expected}");
        largest = largest.max(seen.abs());
    }
    assert!(largest > 0.1, "{what} does nothing");
}

/// A start with chosen luck.
fn begin(settings: &str, luck: &ClientLuck) -> Start {
    let rules = Rules::of(&common::worlds(&format!("({settings})"))[0], None).expect("no contradictions");
    start(&rules, &Clinic::default(), &Therapist { alliance: 0.4, ..Therapist::default() }, luck)
}

#[test]
fn a_personality_disorder_adds_to_the_effect_of_state_alliance() {
    let disorder = |uniform| ClientLuck { personality: uniform, ..ClientLuck::default() };
    let effect =
        |key: &str, uniform| begin(&format!("alliance_effects: (state_personality_disorder: {key})"), &disorder(uniform)).state_effect;
    let usual = effect("0.0", 0.9);
    assert!(usual > 0.1);
    assert_eq!([effect("0.0", 0.01), effect("1.5", 0.9)], [usual, usual]);
    assert!((effect("1.5", 0.01) - 2.5 * usual).abs() < 1e-12);
    assert!((effect("-1.0", 0.01)).abs() < 1e-12);
}

#[test]
fn clients_with_more_distress_are_content_with_less() {
    let sets = ["\"clients.good_enough_severity\": 0.4"];
    let arms = arms_over(0.0, "measures: { \"symptoms\": (instrument: \"exact\") }", &sets).0;
    let expected = arms[0].starts.iter().map(|start| 0.4 * (start.symptoms - 78.0));
    all_close(differences(&arms, 1, |s| s.good_enough).into_iter().zip(expected), "good_enough_severity");
}

#[test]
fn therapists_learn_to_keep_clients_year_by_year() {
    let arms = arms_over(104.0, "rupture: ()", &["\"therapists.development.dropout_change\": -0.5"]).0;
    let expected = arms[0].starts.iter().map(|start| -0.5 * start.week / 52.0);
    all_close(differences(&arms, 1, |s| s.dropout).into_iter().zip(expected), "dropout_change");
}

#[test]
fn too_much_comfort_harms_by_the_square_of_alliance() {
    let (arms, _) = arms("alliance: (loading: 1.0)", &["\"alliance_effects.quadratic\": -0.3"]);
    let expected = arms[0].starts.iter().map(|start| per_sd() * 0.3 * start.trait_alliance.powi(2));
    all_close(differences(&arms, 1, |s| s.heading).into_iter().zip(expected), "quadratic");
}

#[test]
fn support_scales_what_alliance_does() {
    for support in [-1.0, 0.5, 2.0] {
        let luck = ClientLuck { support, ..ClientLuck::default() };
        let (with, without) = (begin("alliance_effects: (support: 0.4)", &luck), begin("", &luck));
        let a = without.trait_alliance;
        assert!((with.heading - without.heading + per_sd() * 0.4 * support * a).abs() < 1e-12 && a > 0.3, "support {support}");
    }
    // From the file to the engine: support is standard normal.
    let (arms, _) = arms("alliance: (loading: 1.0)", &["\"alliance_effects.support\": 0.4"]);
    let ratios: Vec<f64> =
        differences(&arms, 1, |s| s.heading).iter().zip(&arms[0].starts).map(|(d, s)| d / (-per_sd() * s.trait_alliance)).collect();
    check("variance of .4 support", covariance(&ratios, &ratios, 0.0, 0.0), 0.16, &[("SD for variance", 0.4), ("half", 0.04)]);
}

#[test]
fn motivation_keeps_clients_and_speeds_them_up() {
    let luck = ClientLuck { motivation: 1.5, ..ClientLuck::default() };
    let moved = begin("endings: (dropout_motivation: -0.4), symptoms: Relaxation(rate_motivation: 0.2)", &luck);
    let usual = begin("", &luck);
    // Rates are still logarithms here.
    assert!((moved.dropout - usual.dropout + 0.6).abs() < 1e-12 && (moved.rate - usual.rate - 0.3).abs() < 1e-12);
    let line = |settings: &str| begin(&format!("symptoms: LinearGrowth({settings})"), &luck).rate;
    assert!((line("slope_motivation: 0.2") - line("") + 0.3).abs() < 1e-12);
    // From the file to the engine: motivation is standard normal, and the faster get further.
    let (arms, _) = arms("symptoms: Relaxation(rate_sd: 0.0, rate_alliance: 0.0)", &["\"symptoms.rate_motivation\": 0.2"]);
    let logs: Vec<f64> = arms[1].starts.iter().zip(&arms[0].starts).map(|(a, b)| (a.rate / b.rate).ln()).collect();
    check("variance of the log rate", covariance(&logs, &logs, 0.0, 0.0), 0.04, &[("unused", 0.0), ("SD for variance", 0.2)]);
}

#[test]
fn attachment_acts_on_where_clients_are_heading_beside_alliance() {
    let (arms, _) = arms("seed: 1", &["\"symptoms.heading_anxiety\": 10.0", "\"symptoms.heading_avoidance\": -4.0"]);
    all_close(differences(&arms, 1, |s| s.heading).into_iter().zip(arms[0].starts.iter().map(|s| 10.0 * s.anxiety)), "anxiety");
    all_close(differences(&arms, 2, |s| s.heading).into_iter().zip(arms[0].starts.iter().map(|s| -4.0 * s.avoidance)), "avoidance");
}

#[test]
fn mismatch_strains_the_match_and_shared_background_helps_it() {
    let (arms, _) = arms("match: (attachment_mismatch: -0.3, shared_background: 0.0)", &["\"match.shared_background\": 0.4"]);
    let of = |f: fn(&Start) -> f64| arms[0].starts.iter().map(f).collect::<Vec<f64>>();
    let (mismatch, fit) = (of(|s| s.mismatch), of(|s| s.match_alliance));
    check("mismatch with match", covariance(&mismatch, &fit, 0.0, 0.0), -0.3, &[("other sign", 0.3), ("none", 0.0)]);
    let luck = |background| ClientLuck { background, ..ClientLuck::default() };
    let fit = |background| begin("match: (shared_background: 0.4, shared_background_share: 0.3)", &luck(background)).match_alliance;
    assert!((fit(0.29) - fit(0.31) - 0.4).abs() < 1e-12);
    // Centred: the mean of all dyads stays.
    let change = differences(&arms, 1, |s| s.match_alliance);
    check("mean shift by background", mean(&change), 0.0, &[("not centred", 0.2)]);
}

const ONE_GROUP: &str = "clients: (personality_disorder: 0.1), rupture: (trait_gain: 0.0)";

#[test]
fn alliance_does_more_or_less_in_a_diagnosis_group_and_in_proportion() {
    let group = |effect: f64| format!("\"diagnoses\": {{ \"g\": (share: 1.0, alliance_effect: {effect:?}) }}");
    let (arms, _) = arms(ONE_GROUP, &[&group(1.0), &group(0.0), &group(3.0)]);
    assert_eq!(arms[0].courses, arms[1].courses, "a group in which nothing is special changes something");
    let (none, thrice) = (differences(&arms, 2, |s| s.heading), differences(&arms, 3, |s| s.heading));
    all_close(thrice.into_iter().zip(none.into_iter().map(|d| -2.0 * d)), "effect on the level");
    assert!(arms[2].starts.iter().all(|s| s.state_effect == 0.0));
    let thrice = arms[3].starts.iter().map(|s| s.state_effect);
    all_close(thrice.zip(arms[0].starts.iter().map(|s| 3.0 * s.state_effect)), "effect of the state");
}

#[test]
fn groups_have_their_shares_and_shifts() {
    let groups = "\"diagnoses\": { \"a\": (share: 0.3, severity: 10.0, alliance: -0.5, personality_disorder: 1.0), \
                  \"b\": (share: 0.7, dropout: 0.4, rupture: 0.2) }";
    let (arms, _) = arms(ONE_GROUP, &[groups]);
    let n = arms[1].starts.len();
    let in_a = arms[1].starts.iter().filter(|s| s.diagnosis == 1).count();
    check("share of the first group", share(in_a, n, 0.3), 0.3, &[("other group first", 0.7)]);
    for (with, without) in arms[1].starts.iter().zip(&arms[0].starts) {
        let a = with.diagnosis == 1;
        let expected = if a { [10.0, -0.5, 0.0] } else { [0.0, 0.0, 0.4] };
        let seen = [with.symptoms - without.symptoms, with.client_alliance - without.client_alliance, with.dropout - without.dropout];
        assert!(seen.iter().zip(expected).all(|(s, e)| (s - e).abs() < 1e-9), "{seen:?}, expected {expected:?}");
        assert!(!a || with.personality_disorder);
        assert!(a || (with.rupture - without.rupture - 0.2).abs() < 1e-9);
    }
}

#[test]
fn a_treatment_lowers_the_level_by_its_effect_and_lets_its_share_of_the_therapist_through() {
    let base = "treatments: { \"drug\": (effect: 7.0), \"programme\": (therapist_share: 0.0) }, alliance: (loading: 1.0)";
    let (arms, _) = arms(base, &["\"treatment.kind\": \"drug\"", "\"treatment.kind\": \"programme\"", "\"treatment.ingredients\": 0.0"]);
    assert!(differences(&arms, 1, |s| s.heading).iter().all(|d| (d + 7.0).abs() < 1e-9));
    let therapist = |i: usize| arms[0].therapists[arms[0].dyads[i].therapist.expect("treated")];
    let expected = (0..arms[0].starts.len())
        .map(|i| per_sd() * therapist(i).alliance + Therapists::default().effectiveness * therapist(i).effectiveness);
    all_close(differences(&arms, 2, |s| s.heading).into_iter().zip(expected), "without therapists");
    let expected = arms[0].starts.iter().map(|s| per_sd() * 0.3 * s.trait_alliance);
    all_close(differences(&arms, 3, |s| s.heading).into_iter().zip(expected), "without specific ingredients");
    // Nobody is iller because of the treatment.
    assert!(arms.iter().all(|arm| arm.starts.iter().zip(&arms[0].starts).all(|(a, b)| a.symptoms == b.symptoms)));
}

#[test]
fn confronting_costs_state_alliance_and_mastery_gives_it_back() {
    let base = "treatments: { \"bold\": (alliance_cost: 0.2, cost_from: 2, cost_until: 3, mastery: 0.5) }, \
                alliance: (symptom_effect: 0.0, trait_drift: 0.0), interventions: [NoRuptures()], \
                endings: (session_cap: 5, planned: 0.0, administrative: 0.0, dropout: -40.0)";
    let (_, paths) = arms(base, &["\"treatment.kind\": \"bold\""]);
    let state = [0.0, -0.2, -0.26, -0.078, -0.0234];
    let lasting = [0.0, 0.0, 0.0, 0.5, 0.5];
    for (bold, usual) in paths[1].iter().zip(&paths[0]) {
        for t in 0..5 {
            assert!((bold[t].state - usual[t].state - state[t]).abs() < 1e-9, "session {}", t + 1);
            assert!((bold[t].trait_alliance - usual[t].trait_alliance - lasting[t]).abs() < 1e-9, "session {}", t + 1);
        }
    }
}

#[test]
fn clients_meet_the_therapist_of_the_week_in_which_they_start() {
    let base = "therapists: (development: (yearly_change: -0.02))";
    let (arms, _) = arms(
        base,
        &["\"clinics.recruitment_weeks\": 104.0", "\"clinics.recruitment_weeks\": 104.0, \"therapists.development.yearly_change\": 0.0"],
    );
    let weeks = || (0..arms[0].starts.len()).map(|i| 10.4 * (i % 10) as f64);
    all_close(arms[1].starts.iter().map(|s| s.week).zip(weeks()), "calendar");
    all_close(
        differences(&arms, 1, |s| s.heading).into_iter().zip(weeks().map(|w| Development::default().heading_per_d * 0.02 * w / 52.0)),
        "yearly decline",
    );
    // A calendar on which nothing happens is none.
    assert_eq!(arms[0].courses, arms[2].courses);
}

#[test]
fn training_reaches_those_who_attend_and_are_trained_by_then() {
    let training = "\"therapists.development.training\": (share: 0.4, week: 52.0, months: 0.0, effect: 0.1)";
    let (arms, _) = arms_over(104.0, "alliance: (loading: 1.0)", &[training]);
    let attends = |i: usize| arms[1].therapists[arms[1].dyads[i].therapist.expect("treated")].career.attends;
    let n = arms[1].therapists.len();
    let attending = arms[1].therapists.iter().filter(|t| t.career.attends == 1.0).count();
    check("attending", share(attending, n, 0.4), 0.4, &[("the others", 0.6)]);
    let reached = |i: usize| if i % 10 >= 5 { attends(i) } else { 0.0 };
    let expected = |gain: f64| (0..arms[0].starts.len()).map(move |i| gain * reached(i)).collect::<Vec<f64>>();
    for (what, of, gain) in [
        ("alliance", (|s| s.trait_alliance) as fn(&Start) -> f64, 0.1),
        ("level", |s| s.heading, -0.1 * Development::default().heading_per_d - per_sd() * 0.1),
        ("noticing", |s| s.notice, 1.0 + 0.3 * 0.3),
        ("repair", |s| s.repair, 0.8 + 0.6 * 0.3),
    ] {
        let seen = differences(&arms, 1, of);
        for (i, (seen, expected)) in seen.iter().zip(expected(gain)).enumerate() {
            assert!((seen - expected).abs() < 1e-9, "{what} of client {i}: {seen}, expected {expected}");
        }
    }
}
