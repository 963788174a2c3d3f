//! Calibration from end to end: parameters that are known come back from what they produce, and what comes with the program
//! is sound.

use dyadsim::calibration::file::{Calibration, CalibrationFile};
use dyadsim::calibration::fit::{Problem, Search, fit};
use dyadsim::calibration::moment::{Moment, simulated};
use dyadsim::calibration::parameter::{Parameter, Scale};
use dyadsim::calibration::posterior::posterior;
use dyadsim::calibration::studies::{Role, Studies, moment};
use dyadsim::calibration::{Simulator, shipped};
use dyadsim::engine::run::{Alone, Watch};
use dyadsim::evidence::gallery::{Gallery, Replicates, Text};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const CLINIC: &str = r#"(
    title: "A clinic", seed: 5, replicates: 60,
    clinics: (count: 1, therapists: 10, clients_per_therapist: 20),
    arms: [(name: "usual"), (name: "feedback", set: { "feedback": Oq() })],
)"#;

const TARGETS: &str = r#"[
    (id: "dropout", published: Value(x: 0.0), simulated: Measure(name: "dropout")),
    (id: "sessions", published: Value(x: 0.0), simulated: Measure(name: "sessions")),
    (id: "change", published: Value(x: 0.0), simulated: Measure(name: "change")),
    (id: "final", published: Value(x: 0.0), simulated: Measure(name: "success")),
    (id: "feedback", published: Value(x: 0.0), simulated: Contrast(name: "between_d")),
]"#;

fn gallery(scenario: &str) -> Gallery {
    let text = |name: &str, text: &str| Text { name: name.into(), path: name.into(), text: text.into() };
    Gallery::of_one(text("clinic.ron", scenario), text("mine.ron", TARGETS)).unwrap_or_else(|found| panic!("{found}"))
}

fn studies<'a, W: Watch>(gallery: &'a Gallery, keys: &[&str], watch: &'a W) -> Studies<'a, W> {
    let targets: Vec<usize> = (0..gallery.targets().len()).collect();
    let plans = gallery.plans(&targets, Replicates::AsWritten, &[]).unwrap_or_else(|found| panic!("{found}"));
    Studies::new(gallery, plans, targets, watch).vary(keys.iter().map(ToString::to_string).collect(), Role::Own, &[])
}

fn parameter(key: &str, scale: Scale, start: f64, sd: f64, [lower, upper]: [f64; 2]) -> Parameter {
    Parameter { key: key.into(), scale, before: start, start, centre: start, sd, lower, upper }
}

#[test]
fn known_parameters_come_back_from_what_they_produce() {
    let keys = ["endings.dropout", "endings.administrative", "symptoms.rate", "symptoms.heading", "feedback.engagement"];
    let truth = [-2.6, 0.2, 0.4, 52.0, 2.5];
    // The clinic's numbers come from other luck than the search has.
    let own = gallery(&CLINIC.replace("seed: 5", "seed: 77"));
    let numbers = studies(&own, &keys, &Alone).statistics(&truth).unwrap();
    let moments = numbers.iter().zip(own.targets()).map(|(replicates, target)| {
        let seen = simulated(replicates);
        Moment { id: target.id.clone(), value: seen.value, standard_error: Some(seen.mcse), tolerance: 0.0, fitted: true }
    });
    let problem = Problem {
        parameters: vec![
            parameter(keys[0], Scale::Linear, -4.15, 1.0, [-7.0, -1.0]),
            parameter(keys[1], Scale::Logit, 0.085, 1.0, [0.005, 0.5]),
            parameter(keys[2], Scale::Log, 0.125, 1.0, [0.02, 1.0]),
            parameter(keys[3], Scale::Linear, 66.0, 12.0, [20.0, 90.0]),
            parameter(keys[4], Scale::Linear, 0.95, 1.0, [-1.0, 5.0]),
        ],
        moments: moments.collect(),
        search: Search { step: 0.1, tolerance: 1e-4, ..Search::default() },
    };
    let clinic = gallery(CLINIC);
    let mut simulator = studies(&clinic, &keys, &Alone);
    let fitted = fit(&problem, &mut simulator).unwrap();
    let found = posterior(&problem, &fitted, &mut simulator).unwrap();
    for (j, (parameter, truth)) in problem.parameters.iter().zip(truth).enumerate() {
        let off = fitted.after.working[j] - parameter.scale.apply(truth);
        let before = parameter.first() - parameter.scale.apply(truth);
        assert!(off.abs() < 4.0 * found.sd(j), "{}: off by {off}, posterior SD {}", parameter.key, found.sd(j));
        assert!(before.abs() > 4.0 * found.sd(j), "{}: the start would have passed for the truth", parameter.key);
        assert!(found.ratios[j] < 0.5, "{}: {}", parameter.key, found.ratios[j]);
    }
    assert!(found.chi_square < 20.0 && found.chi_square_before > 200.0, "{} {}", found.chi_square_before, found.chi_square);
}

/// Counts sessions.
#[derive(Default)]
struct Held(AtomicU64);

impl Watch for Held {
    fn done(&self, _: u64, sessions: u64) {
        self.0.fetch_add(sessions, Relaxed);
    }
}

#[test]
fn the_same_point_gives_the_same_numbers_and_is_simulated_once() {
    let clinic = gallery(CLINIC);
    let held = Held::default();
    let mut simulator = studies(&clinic, &["endings.dropout"], &held);
    let first = simulator.statistics(&[-3.0]).unwrap();
    let sessions = held.0.load(Relaxed);
    assert!(sessions > 0);
    assert_eq!(simulator.statistics(&[-3.0]).unwrap(), first);
    assert_eq!(held.0.load(Relaxed), sessions);
    assert_ne!(simulator.statistics(&[-3.5]).unwrap()[0], first[0]);
    assert!(held.0.load(Relaxed) > sessions);
    let again = studies(&clinic, &["endings.dropout"], &Alone).statistics(&[-3.0]).unwrap();
    assert_eq!(again, first);
}

#[test]
fn ratios_are_compared_as_logarithms_and_ranges_as_intervals() {
    let text = r#"[
        (id: "or", published: Interval(x: 0.84, low: 0.725, high: 0.971), simulated: Contrast(name: "dropout_odds_ratio")),
        (id: "range", published: Range(low: 0.2, high: 0.4), simulated: Measure(name: "dropout")),
        (id: "value", published: Value(x: 0.2), simulated: Measure(name: "dropout")),
        (id: "sign", published: Sign(Positive), simulated: Measure(name: "dropout")),
    ]"#;
    let of = |name: &str, text: &str| Text { name: name.into(), path: name.into(), text: text.into() };
    let own = Gallery::of_one(of("clinic.ron", CLINIC), of("mine.ron", text)).unwrap_or_else(|found| panic!("{found}"));
    let plans = own.plans(&[0, 1, 2, 3], Replicates::AsWritten, &[]).unwrap_or_else(|found| panic!("{found}"));
    let calibration = Calibration { model_error: 0.1, ..Calibration::default() };
    let seen = |at: usize| moment(&own.targets()[at], plans[0].quantities[at].link, &calibration, true);
    let ratio = seen(0).unwrap();
    assert!((ratio.value - 0.84f64.ln()).abs() < 1e-12);
    assert!((ratio.standard_error.unwrap() - (0.971f64 / 0.725).ln() / 3.919_927_969).abs() < 1e-9);
    let range = seen(1).unwrap();
    assert!((range.value - 0.3).abs() < 1e-12 && (range.standard_error.unwrap() - 0.2 / 3.919_927_969).abs() < 1e-9);
    assert_eq!(seen(2).map(|m| (m.standard_error, m.tolerance)), Some((None, 0.020_000_000_000_000_004)));
    assert_eq!(seen(3), None);
}

#[test]
fn what_comes_with_the_program_is_sound() {
    let gallery = shipped::gallery().unwrap_or_else(|found| panic!("{found}"));
    let all: Vec<usize> = (0..gallery.targets().len()).collect();
    gallery.plans(&all, Replicates::AsWritten, &[]).unwrap_or_else(|found| panic!("{found}"));
    for (name, text) in [shipped::DEFAULTS, shipped::EXPLORATORY, shipped::CLINIC] {
        let file = CalibrationFile::read(name, text).unwrap_or_else(|found| panic!("{found}"));
        let ids = file.calibration.fit.iter().chain(&file.calibration.check);
        for id in ids {
            assert!(gallery.targets().iter().any(|target| target.id == *id), "{name}: {id}");
        }
        assert!(!file.calibration.fit.iter().any(|id| file.calibration.check.contains(id)), "{name} fits what it leaves out");
        let now =
            |key: &str| dyadsim::scenario::describe::explain::<dyadsim::scenario::file::ScenarioFile>(key).ok()?.default?.parse().ok();
        let parameters = file.parameters(&now).unwrap_or_else(|found| panic!("{found}"));
        // The defaults lie inside what was thought sensible.
        for p in &parameters {
            assert!((p.lower..=p.upper).contains(&p.start), "{name}: {} is {}", p.key, p.start);
        }
    }
}
