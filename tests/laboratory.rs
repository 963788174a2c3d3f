//! Methods for dropout, therapists, sessions and endings on simulated studies (tests/scenarios/laboratory.ron).

mod studies;

use dyadsim::engine::estimates::{AnalysisTotals, EstimateTotals, TermTotals};
use dyadsim::scenario::load::Scenario;
use studies::{load, totals};

fn laboratory(settings: &[&str]) -> Scenario {
    load("tests/scenarios/laboratory.ron", settings)
}

fn analysis<'a>(of: &'a EstimateTotals, name: &str) -> &'a AnalysisTotals {
    of.cells[0].iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no analysis {name}"))
}

fn term<'a>(of: &'a EstimateTotals, name: &str, term: &str) -> &'a TermTotals {
    let found = analysis(of, name);
    found.terms.iter().find(|one| one.term == term).unwrap_or_else(|| panic!("{name} has no term {term}"))
}

#[test]
fn every_method_answers_and_names_its_terms() {
    let found = totals(&laboratory(&[])).estimates;
    for one in &found.cells[0] {
        assert!(one.failed <= one.fits / 4, "{}: {} of {} without an answer: {:?}", one.name, one.failed, one.fits, one.reasons);
        for term in
            one.terms.iter().filter(|term| !["p highest", "rank sd", "false flags", "wrong side", "R2"].contains(&term.term.as_str()))
        {
            assert!(term.estimate.n() > 0, "{}: {} is never estimated", one.name, term.term);
        }
    }
    for (name, terms) in [
        ("RI-CLPM", vec!["symptoms ~ lag(symptoms)", "symptoms ~ lag(alliance)", "alliance ~ lag(alliance)", "alliance ~ lag(symptoms)"]),
        ("Blundell and Bond", vec!["(Intercept)", "lag(symptoms)", "lag(alliance)", "session", "hansen", "serial 1", "serial 2"]),
        ("partially nested", vec!["var therapist arm: feedback", "var residual"]),
        ("latent means", vec!["within z(early)", "between z(early)", "contextual z(early)", "reliability z(early)"]),
        ("therapists", vec!["rank correlation", "quarter found", "p highest"]),
        ("number needed", vec!["number needed: feedback"]),
        ("Gray", vec!["chi square"]),
        ("hazard", vec!["hazard by 4", "hazard by 12"]),
        ("variances", vec!["var therapist", "var residual", "icc therapist"]),
        ("meta", vec!["egger", "I2"]),
    ] {
        terms.into_iter().for_each(|wanted| {
            term(&found, name, wanted);
        });
    }
}

#[test]
fn imputed_values_do_not_depend_on_other_analyses() {
    let all = totals(&laboratory(&["replicates=3"])).estimates;
    let text = std::fs::read_to_string(studies::at("tests/scenarios/laboratory.ron")).expect("the scenario");
    // The same without the analyses before the imputation.
    let (head, rest) = text.split_once("estimators: [").expect("estimators");
    let alone = format!("{head}estimators: [(\n name: \"imputed\",{}", rest.split_once("name: \"imputed\",").expect("imputed").1);
    let alone = totals(&studies::load_text("alone.ron", &alone, &["replicates=3"])).estimates;
    for name in ["imputed", "imputed, worse"] {
        assert_eq!(term(&all, name, "arm: feedback"), term(&alone, name, "arm: feedback"), "{name}");
    }
    // Five points on the forms that are made move the mean by less than five.
    let [plain, worse] = ["mean", "mean, worse"].map(|name| term(&all, name, "mean").estimate.measured().value);
    assert!(worse > plain && worse < plain + 5.0, "{worse} {plain}");
}

#[test]
fn ranks_are_judged_by_the_truth_and_only_if_asked() {
    let found = totals(&laboratory(&["clinics.clients_per_therapist=40"])).estimates;
    let rank = term(&found, "therapists", "rank correlation").estimate.measured();
    assert!(rank.value > 0.2 && rank.value < 1.0, "{}", rank.value);
    let without = load("scenarios/estimators.ron", &["estimators[0].name=\"r\""]);
    assert!(without.analyses.list.iter().all(|one| one.ranked.is_none() && one.terms() == one.method.terms()));
}

#[test]
fn truths_follow_the_keys_of_cell_and_arm() {
    let truths = |found: &EstimateTotals, cell: usize, name: &str, of: &str| {
        let analyses = found.cells[cell].iter().filter(|one| one.name == name);
        let terms = analyses.map(|one| one.terms.iter().find(|one| one.term == of).unwrap_or_else(|| panic!("no term {of}")));
        terms.map(|one| one.said[0].truth).collect::<Vec<f64>>()
    };
    // Arms: the therapist's part works, the client's, both.
    let arms = totals(&load("scenarios/methods/unreliable_means.ron", &["replicates=2"])).estimates;
    for cell in 0..4 {
        assert_eq!(truths(&arms, cell, "latent means", "between early"), [-5.0, 0.0, -5.0]);
        assert_eq!(truths(&arms, cell, "latent means", "within early"), [0.0, -5.0, -5.0]);
        assert_eq!(truths(&arms, cell, "latent means", "contextual early"), [-5.0, 5.0, 0.0]);
    }
    let cells = totals(&load("scenarios/methods/seventeen_therapists.ron", &["replicates=2"])).estimates;
    for (cell, share) in [0.0, 0.05, 0.08, 0.12].into_iter().enumerate() {
        let found = truths(&cells, cell, "mixed model", "icc therapist");
        assert!(found.len() == 1 && (found[0] - share).abs() < 1e-8, "{found:?} {share}");
    }
}

#[test]
fn variances_have_the_interval_and_the_test_that_were_asked_for() {
    let found = totals(&laboratory(&[])).estimates;
    let said = |name: &str, of: &str| {
        let found = term(&found, name, of);
        (found.estimate.n(), found.variance.n(), found.tested as u64)
    };
    let [all, boundary] = [analysis(&found, "variances").fits, analysis(&found, "variances").boundary];
    // Errors wherever the variance is not 0; p everywhere; the residual has no test.
    assert_eq!(said("variances", "var therapist"), (all, all - boundary, all));
    assert_eq!(said("variances", "var residual"), (all, all, 0));
    assert_eq!(said("variances", "icc therapist"), (all, all - boundary, 0));
    assert_eq!(said("therapists", "var residual").1, 0);
    // Hazards are those that go with the share of Kaplan and Meier, about.
    let hazard = term(&found, "hazard", "hazard by 12").estimate.measured().value;
    let share = term(&found, "stayed", "by 12").estimate.measured().value;
    assert!((1.0 - (-hazard).exp() - share).abs() < 0.02 && share > 0.02, "{hazard} {share}");
}
