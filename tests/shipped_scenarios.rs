//! Every scenario in `scenarios/` loads and runs, and says what its first lines promise.

mod studies;

use dyadsim::engine::summary::MEASURES;
use dyadsim::engine::totals::ArmTotals;
use dyadsim::performance::Measured;
use std::fs;
use studies::{arms, at, load, totals};

fn shipped() -> Vec<String> {
    let entries = fs::read_dir(at("scenarios")).expect("the folder of scenarios");
    let names = entries.map(|entry| entry.expect("a readable entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".ron")).collect();
    names.sort();
    names
}

/// Fails unless `what` lies above `low` by more than five Monte Carlo standard errors.
fn clearly_above(what: Measured, low: f64, name: &str) {
    assert!(what.value - low > 5.0 * what.mcse, "{name}: {} (MCSE {}) is not clearly above {low}", what.value, what.mcse);
}

/// A measure of an arm that only a comparison has.
fn between(arm: &ArmTotals, name: &str) -> Measured {
    arm.mean(name)
}

#[test]
fn every_shipped_scenario_runs_and_has_a_headline() {
    let names = shipped();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let scenario = load(&format!("scenarios/{name}"), &["replicates=4"]);
        assert!(scenario.title.len() > 3 && scenario.question.ends_with('?'), "{name} has no title or asks nothing");
        for arms in totals(&scenario).totals.cells {
            for arm in &arms {
                for measure in
                    ["intake_score", "final_score", "change", "recovered", "dropout", "sessions", "alliance_r_early", "therapist_icc"]
                {
                    let seen = arm.mean(measure);
                    assert!(seen.value.is_finite() && seen.mcse.is_finite(), "{name}: {measure} is {seen:?}");
                }
            }
            for arm in arms.iter().skip(1) {
                let (final_score, d) = (arm.contrast("final_score"), between(arm, "between_d"));
                assert!(final_score.value.is_finite() && d.value.is_finite(), "{name}: {final_score:?}, {d:?}");
            }
        }
    }
}

#[test]
fn names_of_arms_fit_into_tables() {
    for name in shipped() {
        for arm in &load(&format!("scenarios/{name}"), &[]).cells[0].arms {
            assert!(arm.name.chars().count() <= 28, "{name}: \"{}\" is too long for a column", arm.name);
        }
    }
}

#[test]
fn identical_arms_differ_by_exactly_nothing() {
    let arms = arms("scenarios/null_effect.ron", &[]);
    // Nobody but the client rates there, so what other raters say is not defined.
    for spec in MEASURES.iter().filter(|spec| !arms[0].mean(spec.name).value.is_nan() || between(&arms[1], spec.name).value == 0.0) {
        let difference = arms[1].contrast(spec.name);
        if ["between_d", "between_d_not_on_track", "helped", "harmed", "effect_sd"].contains(&spec.name) {
            assert_eq!(between(&arms[1], spec.name), Measured { value: 0.0, mcse: 0.0 }, "{}", spec.name);
        } else {
            assert_eq!(difference, Measured { value: 0.0, mcse: 0.0 }, "{}", spec.name);
        }
    }
}

#[test]
fn feedback_helps_and_support_tools_help_those_not_on_track_more() {
    let arms = arms("scenarios/feedback.ron", &["replicates=60"]);
    for arm in &arms[1..] {
        clearly_above(between(arm, "between_d"), 0.0, "d");
        clearly_above(between(arm, "between_d_not_on_track"), 0.0, "d of clients not on track");
        clearly_above(Measured { value: -arm.contrast("dropout").value, ..arm.contrast("dropout") }, 0.0, "fewer dropouts");
    }
    let gain = between(&arms[2], "between_d_not_on_track").value - between(&arms[1], "between_d_not_on_track").value;
    assert!(gain > 0.02, "support tools add {gain} to d of clients not on track");
    let not_on_track = arms[0].mean("not_on_track").value;
    assert!((0.15..0.35).contains(&not_on_track), "{not_on_track} of the clients are ever not on track");
}

#[test]
fn training_lies_between_usual_and_perfect_repair() {
    let arms = arms("scenarios/rupture_repair.ron", &["replicates=60"]);
    let [usual, trained, perfect, none] = [0, 1, 2, 3].map(|arm| arms[arm].mean("ruptures_repaired").value);
    assert!(usual < trained && trained < perfect && perfect == 1.0 && none.is_nan(), "{usual} {trained} {perfect} {none}");
    assert_eq!(arms[3].mean("ruptures").value, 0.0);
    clearly_above(between(&arms[1], "between_d"), 0.0, "training");
    clearly_above(between(&arms[2], "between_d"), between(&arms[1], "between_d").value, "perfect repair above training");
}

#[test]
fn taking_away_what_sets_therapists_apart_takes_away_their_effects() {
    let arms = arms("scenarios/therapist_effects.ron", &["replicates=60"]);
    let icc: Vec<f64> = arms.iter().map(|arm| arm.mean("therapist_icc").value).collect();
    assert!(icc[0] > 0.04 && icc[1] < 0.5 * icc[0] && icc[2] < 0.5 * icc[0] && icc[3] < icc[0], "{icc:?}");
    let r: Vec<f64> = arms.iter().map(|arm| arm.mean("alliance_r_early").value).collect();
    assert!(r[4] < 0.5 * r[0], "what is left of the correlation when only therapists' alliance works: {r:?}");
    // Swapping therapists hardly moves the average client, but many single ones.
    assert!(between(&arms[1], "between_d").value.abs() < 0.05 && between(&arms[1], "helped").value > 0.05);
}

#[test]
fn lasting_alliance_does_more_than_a_good_session() {
    let arms = arms("scenarios/alliance_do.ron", &["replicates=60"]);
    clearly_above(between(&arms[1], "between_d"), 0.0, "state");
    clearly_above(between(&arms[2], "between_d"), between(&arms[1], "between_d").value, "trait above state");
}

#[test]
fn halo_and_leniency_do_what_raters_ron_says() {
    let arms = arms("scenarios/raters.ron", &["replicates=60"]);
    let of = |arm: usize, name: &str| arms[arm].mean(name);
    clearly_above(of(0, "alliance_r_therapist"), 0.0, "therapists' ratings say something about outcome");
    clearly_above(of(0, "alliance_r_early"), of(0, "alliance_r_therapist").value, "clients' ratings say more");
    assert!((0.25..0.45).contains(&of(0, "raters_r").value) && (0.5..0.75).contains(&of(0, "raters_d").value));
    clearly_above(of(1, "alliance_r_last"), of(1, "alliance_r_therapist_last").value, "halo is in clients' ratings alone");
    clearly_above(of(0, "raters_r"), of(2, "raters_r").value, "leniency lowers agreement");
    let (everybody, seen) = (of(3, "final_score"), of(3, "final_score_observed"));
    clearly_above(everybody, seen.value + 1.0, "those who fill in the last form are better off");
    assert!(of(3, "final_observed").value < 0.8 && of(0, "final_observed").value == 1.0);
}
