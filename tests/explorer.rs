//! Lessons of the explorer: what they say of themselves holds, and what they show follows from the request alone.
#![cfg(feature = "explorer")]

use dyadsim::explorer::bench::{Alone, Audience, Bench, Trouble};
use dyadsim::explorer::controls::{reference, steps};
use dyadsim::explorer::lesson::Moves;
use dyadsim::explorer::lessons::{LESSONS, own};
use dyadsim::explorer::request::Request;
use dyadsim::explorer::view::{View, catalogue, describe_own, show};
use dyadsim::scenario::load::Scenario;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

fn asked(lesson: &str) -> Request {
    Request { lesson: lesson.into(), ..Request::default() }
}

fn shown(request: &Request) -> View {
    show(request, &Bench::new(&Alone)).unwrap_or_else(|trouble| panic!("{}: {trouble:?}", request.lesson))
}

fn wrong(request: &Request) -> String {
    match show(request, &Bench::new(&Alone)) {
        Err(Trouble::Wrong(what)) => what,
        other => panic!("{other:?}"),
    }
}

fn values(pairs: &[(&str, f64)]) -> BTreeMap<String, f64> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
}

/// The numbers of a text, signs included.
fn numbers(text: &str) -> Vec<f64> {
    let plain = text.replace('−', "-").replace("d = .", "d = 0.");
    let kept: String = plain.chars().map(|c| if c.is_ascii_digit() || "-.".contains(c) { c } else { ' ' }).collect();
    kept.split_whitespace().filter_map(|word| word.trim_end_matches('.').parse().ok()).collect()
}

#[test]
fn every_lesson_is_described_and_asks_a_question() {
    assert_eq!(catalogue().len(), LESSONS.len(), "some scenario of a lesson is wrong");
    for (lesson, described) in LESSONS.iter().zip(catalogue()) {
        assert!(lesson.question.ends_with('?'), "{}", lesson.id);
        assert!((1..=6).contains(&lesson.sliders.len()) && lesson.notes.len() >= 3, "{}", lesson.id);
        assert_eq!(described.text, lesson.scenario);
        assert!(described.guess.values.len() >= 3, "{}", lesson.id);
    }
    let ids: std::collections::BTreeSet<&str> = LESSONS.iter().map(|lesson| lesson.id).collect();
    assert!(ids.len() == LESSONS.len() && !ids.contains(own::LESSON.id));
}

#[test]
fn sliders_keep_within_the_limits_of_the_reference_and_start_where_the_scenario_is() {
    for (lesson, described) in LESSONS.iter().zip(catalogue()) {
        let scenario = Scenario::load("lesson.ron", lesson.scenario, &[]).unwrap_or_else(|found| panic!("{found}"));
        for (slider, control) in lesson.sliders.iter().zip(&described.controls) {
            let name = format!("{}: {}", lesson.id, slider.key);
            assert!(control.start > 0 || control.values.len() > 1, "{name}");
            if slider.moves != Moves::Key {
                continue;
            }
            let entry = reference(slider).unwrap_or_else(|| panic!("{name} is no key"));
            let all = steps(slider.range).iter().all(|step| control.values.contains(step));
            assert!(all, "{name}: the limits of the key cut the slider short");
            assert!(!entry.doc.is_empty() && !control.help.is_empty(), "{name}");
            let there = dyadsim::explorer::controls::value_in(lesson.scenario, &scenario, slider.key)
                .unwrap_or_else(|| panic!("{name} has no value"));
            assert!(
                (control.values[control.start] - there).abs() < 1e-9,
                "{name}: the scenario has {there}, which is no place of the slider"
            );
            assert!(slider.range.0 <= there && there <= slider.range.1, "{name}: {there} lies beyond the slider");
        }
    }
}

#[test]
fn every_slider_moves_its_key_in_the_scenario_that_is_shown() {
    for described in catalogue() {
        let changes: BTreeMap<String, f64> = described
            .controls
            .iter()
            .map(|control| (control.key.clone(), control.values[if control.start == 0 { 1 } else { control.start - 1 }]))
            .collect();
        let view = shown(&Request { values: changes.clone(), seed: Some(77), ..asked(&described.id) });
        let scenario = Scenario::load("shown.ron", &view.text, &[]).unwrap_or_else(|found| panic!("{}\n{found}", view.text));
        assert_eq!(scenario.seed, 77, "{}", described.id);
        for control in described.controls.iter().filter(|control| control.of_scenario) {
            let there = dyadsim::explorer::controls::value_in(&view.text, &scenario, &control.key);
            assert_eq!(there, changes.get(&control.key).copied(), "{}: {}\n{}", described.id, control.key, view.text);
        }
    }
}

#[test]
fn every_slider_can_go_to_its_ends() {
    for described in catalogue() {
        for control in &described.controls {
            for at in [0, control.values.len() - 1] {
                let request = Request { values: values(&[(&control.key, control.values[at])]), reveal: true, ..asked(&described.id) };
                let view = shown(&request);
                let all = format!("{} {}", view.sentence, view.truth.unwrap_or_default());
                assert!(!all.contains("NaN") && !all.contains("inf"), "{}, {} = {}: {all}", described.id, control.key, control.texts[at]);
            }
        }
    }
}

#[test]
fn a_view_follows_from_its_request_alone() {
    for described in catalogue() {
        let guess = Some(described.guess.values[1]);
        let request = Request { guess, reveal: true, ..asked(&described.id) };
        let (a, b) = (shown(&request), shown(&request));
        assert_eq!((&a.picture, &a.sentence, &a.truth, &a.rows), (&b.picture, &b.sentence, &b.truth, &b.rows), "{}", described.id);
        let hidden = shown(&Request { reveal: false, ..request.clone() });
        assert!(a.truth.is_some() && hidden.truth.is_none() && hidden.sentence == a.sentence, "{}", described.id);
        assert!(a.verdict.as_deref().is_some_and(|verdict| verdict.starts_with("You said")), "{}", described.id);
        let all = format!("{} {} {}", a.sentence, a.truth.clone().unwrap_or_default(), a.picture);
        assert!(!all.contains("NaN") && !all.contains("inf"), "{}: {} {:?}", described.id, a.sentence, a.truth);
        assert!(!a.rows.is_empty() && a.rows.iter().all(|row| row.len() == a.head.len()), "{}", described.id);
        let other = shown(&Request { seed: Some(4711), ..request });
        assert_ne!(other.picture, a.picture, "{}: a new clinic looks like the old one", described.id);
    }
}

#[test]
fn narrow_pictures_are_narrow() {
    let view = shown(&Request { width: Some(330.0), ..asked("therapists") });
    assert!(view.picture.contains("viewBox=\"0 0 330 "), "{}", &view.picture[..200]);
}

#[test]
fn therapists_who_do_not_differ_are_truly_alike() {
    let alike = values(&[("therapists.effectiveness", 0.0), ("therapists.alliance_variance", 0.0)]);
    let view = shown(&Request { values: alike, reveal: true, ..asked("therapists") });
    let truth = view.truth.unwrap_or_default();
    // SD of the means of 300 clients each, with an SD of final scores of about 20: some 1.2 points by chance.
    let spread = numbers(truth.split("SD of").nth(1).unwrap_or_default())[0];
    assert!(spread < 2.5, "{truth}");
    let far = values(&[("therapists.effectiveness", 16.0)]);
    let truth = shown(&Request { values: far, reveal: true, ..asked("therapists") }).truth.unwrap_or_default();
    assert!(numbers(truth.split("SD of").nth(1).unwrap_or_default())[0] > 6.0, "{truth}");
}

#[test]
fn scores_regress_as_algebra_says_while_nobody_changes() {
    let view = shown(&Request { values: values(&[("clinics.clients_per_therapist", 60.0)]), reveal: true, ..asked("regression") });
    let said = numbers(&view.sentence);
    let (n, gain) = (said[0], *said.last().unwrap_or(&0.0));
    // Score = level (SD 18, and 3 points per SD of alliance) + ups and downs (8) + error of the form (18.6 √.07): the worst
    // quarter lies 1.271 SD above the mean and falls by that times the share that is not level. The form's error belongs
    // to both ends; the standard error of the mean difference is that of √2 times the passing part.
    let passing = 8.0f64.powi(2) + 18.6f64.powi(2) * 0.07;
    let level = 18.0f64.powi(2) + 9.0 * 0.75;
    let expected = 1.271 * passing / (passing + level).sqrt();
    let error = (2.0 * passing / n).sqrt();
    assert!((gain - expected).abs() < 4.0 * error, "{gain} against {expected} ± {error}");
    let truth = numbers(&view.truth.unwrap_or_default());
    assert!(truth[2].abs() < 1e-9, "true levels moved: {truth:?}");
    // Without ups and downs and with a treatment the truth moves.
    let treated = shown(&Request { values: values(&[("symptoms.slope", -2.0)]), reveal: true, ..asked("regression") });
    assert!(numbers(&treated.truth.unwrap_or_default())[2] < -10.0);
}

#[test]
fn an_analysis_that_knows_about_therapists_is_right_where_one_that_does_not_is_wrong() {
    let many = [("clinics.clients_per_therapist", 60.0), ("therapists.effectiveness", 10.0)];
    let blind = numbers(&shown(&Request { values: values(&many), ..asked("blindness") }).sentence)[0];
    let knows = values(&[many[0], many[1], ("therapists in the model", 1.0)]);
    let sees = numbers(&shown(&Request { values: knows, ..asked("blindness") }).sentence)[0];
    // 100 trials: 5 ± 4 × 2.2 would be right.
    assert!(sees <= 14.0 && blind > 20.0, "{sees} and {blind}");
}

#[test]
fn every_client_is_still_there_or_has_ended_in_one_way() {
    for session in [1.0, 10.0, 25.0] {
        for feedback in [0.0, 1.0] {
            let seen =
                numbers(&shown(&Request { values: values(&[("session", session), ("feedback", feedback)]), ..asked("stay") }).sentence);
            let [at, there, all, planned, dropped, outside] = seen[..] else { panic!("{seen:?}") };
            assert_eq!((at, there + planned + dropped + outside, all), (session, 400.0, 400.0), "{seen:?}");
        }
    }
}

#[test]
fn endings_compete_with_dropping_out() {
    let told = |pairs: &[(&str, f64)]| {
        let truth = shown(&Request { values: values(pairs), reveal: true, ..asked("stay") }).truth.unwrap_or_default();
        let seen = numbers(&truth);
        assert_eq!(seen.len(), 4, "{truth}");
        [seen[1], seen[2], seen[3]]
    };
    let [seen, censored, alone] = told(&[]);
    assert!(seen + 5.0 < censored && seen + 5.0 < alone, "{seen} {censored} {alone}");
    // Where nobody can end otherwise, all three are the same.
    let [seen, censored, alone] = told(&[("endings.planned", 0.0), ("endings.administrative", 0.0)]);
    assert!(seen == censored && seen == alone && seen > 10.0, "{seen} {censored} {alone}");
}

#[test]
fn a_form_without_error_is_never_wrong() {
    let exact = values(&[("instruments[\"form\"].reliability", 0.99)]);
    let poor = values(&[("instruments[\"form\"].reliability", 0.5)]);
    let agreement = |values| {
        let truth = shown(&Request { values, reveal: true, ..asked("recovery") }).truth.unwrap_or_default();
        numbers(truth.split("puts").nth(1).unwrap_or_default())[0]
    };
    let (exact, poor) = (agreement(exact), agreement(poor));
    assert!(exact > 90.0 && poor < exact - 15.0, "{exact} and {poor}");
}

#[test]
fn what_makes_no_sense_is_told() {
    assert!(wrong(&asked("therapits")).contains("did you mean \"therapists\"?"));
    let request = Request { values: values(&[("clinics.therapists", 12.0), ("planed", 1.0)]), ..asked("therapists") };
    let told = wrong(&request);
    assert!(told.contains("clinics.therapists = 12") && told.contains("planed: this lesson has no such slider"), "{told}");
    assert!(wrong(&Request { guess: Some(-3.0), ..asked("therapists") }).contains("guess"));
    assert!(wrong(&Request { seed: Some(u64::MAX), ..asked("therapists") }).contains("seed"));
    assert!(wrong(&Request { values: values(&[("clinics.therapists", f64::NAN)]), ..asked("therapists") }).contains("clinics.therapists"));
}

#[test]
fn a_scenario_of_ones_own_is_checked_as_the_command_line_would() {
    let told = |text: &str| wrong(&Request { text: Some(text.into()), ..asked("own") });
    assert!(told("(clinics: (therapsts: 4))").contains("did you mean"));
    assert!(told("(sweep: { \"clinics.therapists\": [2, 4] })").contains("sweep"));
    assert!(told(&format!("// {}", "x".repeat(60_000))).contains("characters"));
    // More than a person at the page would wait for.
    for too_much in [
        "(replicates: 1000000)",
        "(clinics: (count: 100000, therapists: 1000, clients_per_therapist: 10000))",
        "(tracking: (norm_clients: 1000000), endings: (session_cap: 400))",
        "(workload: Some((referrals: 10000.0, weeks: 5200)))",
    ] {
        let told = told(too_much);
        assert!(told.contains("explorer"), "{too_much}: {told}");
    }
    let view = shown(&Request {
        text: Some("(replicates: 4, clinics: (therapists: 5, clients_per_therapist: 4))".into()),
        reveal: true,
        ..asked("own")
    });
    assert!(view.sentence.contains("4 replicates") && view.truth.is_some());
    assert!(matches!(describe_own("("), Err(Trouble::Wrong(_))));
}

#[test]
fn a_run_that_is_stopped_stops() {
    struct Impatient(AtomicBool);
    impl Audience for Impatient {
        fn stop(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
        fn progress(&self, share: f64) {
            assert!((0.0..=1.0).contains(&share), "{share}");
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let text = "(replicates: 2000, clinics: (count: 1, therapists: 20, clients_per_therapist: 10))";
    let request = Request { text: Some(text.into()), ..asked("own") };
    let watch = Impatient(AtomicBool::new(false));
    let bench = Bench::new(&watch);
    assert_eq!(show(&request, &bench).err(), Some(Trouble::Stopped));
    assert!(bench.sessions() < 2_000_000, "{} sessions held", bench.sessions());
}
