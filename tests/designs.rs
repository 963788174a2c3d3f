//! Designs of a sweep, from the text of a scenario to the luck of their cells.

mod studies;

use dyadsim::engine::plan;
use dyadsim::engine::run::{Alone, Outcome, run};
use dyadsim::engine::sink::NoRows;
use dyadsim::performance::sensitivity::{Layout, Statistic, sensitivities};
use dyadsim::scenario::load::Scenario;
use studies::load_text;

const SMALL: &str = r#"
    replicates: 12,
    clinics: (count: 1, therapists: 2, clients_per_therapist: 8),
    tracking: (norm_clients: 200),
    arms: [(name: "a"), (name: "b", set: { "symptoms.rate": 0.2 }), (name: "a again")],
"#;

fn scenario(design: &str, settings: &[&str]) -> Scenario {
    load_text("design.ron", &format!("({SMALL}\n{design})"), settings)
}

/// A run as the program does it, with each cell's own luck where the scenario says so.
fn ran(scenario: &Scenario) -> Outcome {
    let study = plan::study(scenario).unwrap_or_else(|what| panic!("{what}"));
    run(&study, &mut NoRows, &Alone).unwrap_or_else(|never| match never {})
}

fn levels(scenario: &Scenario) -> Vec<Vec<String>> {
    scenario.cells.iter().map(|cell| cell.levels.iter().map(|(_, value)| value.clone()).collect()).collect()
}

const SOBOL: &str = r#"sweep: { "clients.severity_mean": [70, 90], "clinics.therapists": [2, 5], "rupture.onset": [Logistic(), Intensity()] },
    points: Sobol(points: 16),"#;

#[test]
fn points_move_with_their_own_seed_and_not_with_the_seed_of_the_study() {
    let design = r#"sweep: { "clients.severity_mean": [70, 90], "clinics.therapists": [2, 5], "symptoms.rate_sd": [0.2, 0.4, 0.8] },"#;
    for points in ["Sobol(points: 8)", "LatinHypercube(cells: 12)", "Morris(trajectories: 3)"] {
        let with = |points: &str, seed: &str| levels(&scenario(design, &[&format!("points={points}"), &format!("seed={seed}")]));
        assert_eq!(with(points, "1"), with(points, "2"));
        assert_ne!(with(points, "1"), with(&points.replace(')', ", seed: 2)"), "1"), "{points}");
    }
}

#[test]
fn ranges_of_whole_number_keys_give_whole_numbers_and_lists_their_values() {
    let design = r#"sweep: { "clients.severity_mean": [70, 90], "clinics.therapists": [2, 5], "symptoms.rate_sd": [0.2, 0.4, 0.8] },
        points: LatinHypercube(cells: 60),"#;
    let cells = levels(&scenario(design, &[]));
    let count = |key: usize, value: &str| cells.iter().filter(|cell| cell[key] == value).count();
    assert_eq!(["2", "3", "4", "5"].map(|n| count(1, n)), [15; 4]);
    assert_eq!(["0.2", "0.4", "0.8"].map(|value| count(2, value)), [20; 3]);
    let numbers: Vec<f64> = cells.iter().map(|cell| cell[0].parse().unwrap()).collect();
    assert!(numbers.iter().all(|x| (70.0..=90.0).contains(x)) && numbers.iter().filter(|x| x.fract() != 0.0).count() > 50);
}

#[test]
fn a_fraction_has_its_resolution_in_the_cells_that_are_simulated() {
    let design = r#"sweep: {
        "clients.severity_mean": [70, 90], "clinics.therapists": [2, 5], "symptoms.rate_sd": [0.2, 0.8],
        "rupture.carry_over": [0.5, 0.9], "feedback": [None, Oq()], "alliance.inertia": [0.2, 0.4],
    }, points: Fraction(runs: 16),"#;
    let scenario = scenario(design, &[]);
    assert_eq!(scenario.cells.len(), 16);
    let highs = ["90", "5", "0.8", "0.9", "Oq()", "0.4"];
    let signs: Vec<Vec<i32>> = levels(&scenario)
        .iter()
        .map(|cell| cell.iter().zip(highs).map(|(value, high)| if value == high { 1 } else { -1 }).collect())
        .collect();
    // Resolution IV: no product of one, two or three keys is constant or even unbalanced, some product of four is constant.
    let sum = |word: u32| signs.iter().map(|run| (0..6).filter(|k| word >> k & 1 == 1).map(|k| run[k]).product::<i32>()).sum::<i32>();
    assert!((1u32..64).filter(|word| word.count_ones() < 4).all(|word| sum(word) == 0));
    assert!((1u32..64).any(|word| word.count_ones() == 4 && sum(word) == 16));
    let words = scenario.sampling.words();
    assert!(words[0].contains("2^(6−2) in 16 runs, resolution IV"), "{words:?}");
    assert!(words.len() > 1 && words[1..].iter().all(|line| line.starts_with("aliased: ") && line.contains(" × ")), "{words:?}");
}

#[test]
fn cells_share_their_luck_unless_each_has_its_own() {
    // The same value twice: with luck in common the two cells are one.
    let design = r#"sweep: { "clients.severity_mean": [80, 80.0] },"#;
    let finals = |settings: &[&str]| {
        let outcome = ran(&scenario(design, settings));
        outcome.totals.cells.iter().map(|arms| arms[0].mean("final_score").value).collect::<Vec<f64>>()
    };
    let (common, own) = (finals(&[]), finals(&["luck=Own"]));
    assert_eq!(common[0].to_bits(), common[1].to_bits());
    assert!(own[0] != own[1] && own[0] != common[0] && own[1] != common[0], "{own:?} {common:?}");
    assert_eq!(finals(&["luck=Own"]), own);
    // Arms share luck within a cell all the same.
    for arms in ran(&scenario(design, &["luck=Own"])).totals.cells {
        assert_eq!((arms[2].contrast("final_score").value, arms[2].contrast("final_score").mcse), (0.0, 0.0));
    }
    let print = |settings| scenario(design, settings).fingerprint();
    assert!(print(&[]) != print(&["luck=Own"]) && print(&[]) == print(&["luck=Common"]));
}

#[test]
fn luck_in_common_makes_effects_of_keys_far_more_precise() {
    let design = r#"sweep: { "clients.severity_mean": [79, 81], "symptoms.rate_sd": [0.4, 0.5] },"#;
    let error = |settings: &[&str]| {
        let scenario = scenario(design, settings);
        let seen = sensitivities(&Layout::Factorial(scenario.sampling.indices()), &ran(&scenario).groups.replicated(0, 0));
        seen.iter().find(|s| s.about.statistic == Statistic::MainEffect && s.about.factor == Some(0)).unwrap().mcse
    };
    let (common, own) = (error(&[]), error(&["luck=Own"]));
    assert!(common > 0.0 && own > 4.0 * common, "{common} {own}");
}

#[test]
fn a_key_that_does_nothing_has_no_share_and_words_can_be_sampled() {
    let scenario = scenario(SOBOL, &[]);
    assert_eq!(scenario.cells.len(), 16 * 5);
    let outcome = ran(&scenario);
    let seen = sensitivities(&Layout::Saltelli(3), &outcome.groups.replicated(0, 0));
    let of = |statistic, factor| *seen.iter().find(|s| s.about.statistic == statistic && s.about.factor == Some(factor)).unwrap();
    let severity = of(Statistic::Total, 0);
    assert!(severity.value > 0.8 && severity.mcse > 0.0 && severity.points_se > 0.0, "{severity:?}");
    // Nothing differs between the first and the third arm, so nothing drives their difference.
    let none = sensitivities(&Layout::Saltelli(3), &outcome.groups.replicated(0, 2));
    assert!(none.iter().all(|s| s.value.is_nan()), "{none:?}");
}

#[test]
fn arms_of_a_sampled_design_keep_the_text_of_the_first_cell() {
    let scenario = scenario(SOBOL, &[]);
    let first = &scenario.cells[0].arms[1];
    let again = Scenario::load("arm.ron", &first.text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.cells[0].arms[0].world, first.world);
    assert!(scenario.cells[1..].iter().flat_map(|cell| &cell.arms).all(|arm| arm.text.is_empty()));
}
