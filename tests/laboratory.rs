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
        for term in one.terms.iter().filter(|term| !["p highest", "rank sd", "false flags", "wrong side"].contains(&term.term.as_str())) {
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
    // What is added moves the mean of everybody, and hardly their difference.
    let [plain, worse] = ["imputed", "imputed, worse"].map(|name| term(&all, name, "(Intercept)").estimate.mean());
    assert!(worse > plain, "{worse} {plain}");
}

#[test]
fn ranks_are_judged_by_the_truth_and_only_if_asked() {
    let found = totals(&laboratory(&["clinics.clients_per_therapist=40", "therapists.effectiveness_sd=0.3"])).estimates;
    let rank = term(&found, "therapists", "rank correlation").estimate;
    assert!(rank.mean() > 0.2 && rank.mean() < 1.0, "{}", rank.mean());
    let without = load("scenarios/estimators.ron", &["estimators[0].name=\"r\""]);
    assert!(without.analyses.list.iter().all(|one| one.ranked.is_none() && one.terms() == one.method.terms()));
}
