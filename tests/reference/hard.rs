//! Data that are hard for every method (tests/data/hard_cases.R and hard_logistic.py make them): singletons, ties, few events, two
//! studies, huge heterogeneity, gaps.

use super::{all_close, close, json, labels, number, numbers, table};
use dyadsim::estimators::coefficient::Coefficient;
use dyadsim::estimators::linear::{self, Correction};
use dyadsim::estimators::logistic::{Link, mixed};
use dyadsim::estimators::meta::{self, Method};
use dyadsim::estimators::panel::Panel;
use dyadsim::estimators::panel::gmm::{self, Options, Use};
use dyadsim::estimators::panel::within::{first_differences, pooled, within};
use dyadsim::estimators::survival::cox::{self, Ties};
use dyadsim::estimators::survival::kaplan_meier::{self, Scale};
use dyadsim::estimators::survival::{competing, log_rank};
use serde_json::Value;

fn parts(coefficients: &[Coefficient]) -> (Vec<f64>, Vec<f64>) {
    coefficients.iter().map(|c| (c.estimate, c.se)).unzip()
}

/// Coefficients and errors at `place` of the reference.
fn same(what: &str, found: &[Coefficient], expected: &Value, place: &str, relative: f64) {
    let (estimates, errors) = parts(found);
    all_close(&format!("{what} coefficient"), &estimates, &numbers(expected, &format!("{place}/coef")), relative);
    all_close(&format!("{what} error"), &errors, &numbers(expected, &format!("{place}/se")), relative);
}

#[test]
fn clusters_of_one_to_forty_rows() {
    let (data, expected) = (table("hard_ols.csv"), json("hard_cases.json"));
    let ones = vec![1.0; data["y"].len()];
    let found = linear::fit(&data["y"], &[&ones, &data["tx"], &data["far"], &data["small"]]).expect("a fit");
    same("ols", &found.coefficients, &expected, "/ols", 1e-9);
    let cluster = labels(&data["cluster"]);
    for (name, correction) in
        [("CR0", Correction::CR0), ("CR1", Correction::CR1), ("CR1S", Correction::CR1S), ("CR2", Correction::CR2), ("CR3", Correction::CR3)]
    {
        let robust = &found.robust(&cluster, correction).expect("robust errors")[1..];
        let df: Vec<f64> = robust.iter().map(|c| c.df).collect();
        all_close(name, &parts(robust).1, &numbers(&expected, &format!("/ols/{name}/se")), 1e-8);
        all_close(&format!("{name} df"), &df, &numbers(&expected, &format!("/ols/{name}/df")), 1e-7);
    }
    let near = linear::fit(&data["y"], &[&ones, &data["tx"], &data["small"], &data["near"]]).expect("a fit");
    same("nearly collinear", &near.coefficients, &expected, "/near", 1e-9);
}

#[test]
fn endings_tied_at_four_times() {
    let (data, expected) = (table("hard_survival.csv"), json("hard_cases.json"));
    let (times, causes) = (&data["time"], labels(&data["cause"]));
    let events: Vec<bool> = causes.iter().map(|cause| *cause > 0).collect();
    let (site, arm) = (labels(&data["site"]), labels(&data["arm"]));
    let is = |wanted: usize| arm.iter().map(|arm| f64::from(u8::from(*arm == wanted))).collect::<Vec<f64>>();
    let columns = [is(1), is(2), data["x"].clone()];
    let ties = |ties| cox::Options { ties, ..cox::Options::default() };
    for (name, options) in [
        ("efron", ties(Ties::Efron)),
        ("breslow", ties(Ties::Breslow)),
        ("strata", cox::Options { strata: Some(&site), ..ties(Ties::Efron) }),
        ("robust", cox::Options { cluster: Some(&site), ..ties(Ties::Efron) }),
        ("robust_strata", cox::Options { strata: Some(&arm), cluster: Some(&site), ties: Ties::Breslow }),
    ] {
        // Within arms, arms do not vary.
        let own = if name == "robust_strata" { &columns[2..] } else { &columns };
        let found = cox::fit(times, &events, own, options).expect("a fit");
        same(name, &found.coefficients, &expected, &format!("/cox/{name}"), 1e-8);
        let likelihoods = [found.log_likelihood_null, found.log_likelihood];
        all_close(name, &likelihoods, &numbers(&expected, &format!("/cox/{name}/loglik")), 1e-12);
    }
    let curve = kaplan_meier::fit(times, &events).expect("a curve");
    let column = |value: &dyn Fn(&kaplan_meier::Step) -> f64| curve.steps.iter().map(value).collect::<Vec<f64>>();
    all_close("share", &column(&|s| s.share), &numbers(&expected, "/curve/surv"), 1e-12);
    all_close("Greenwood", &column(&|s| s.share().se), &numbers(&expected, "/curve/se"), 1e-12);
    all_close("hazard", &column(&|s| s.hazard), &numbers(&expected, "/curve/hazard"), 1e-12);
    for (end, name) in ["lower", "upper"].into_iter().enumerate() {
        let interval = column(&|s| s.interval(0.95, Scale::LogLog)[end]);
        all_close(name, &interval, &numbers(&expected, &format!("/curve/{name}")), 1e-11);
    }
    let test = log_rank::test(times, &events, &arm).expect("a test");
    close("chi-square", test.chi_square, number(&expected, "/log_rank/chi_square"), 1e-11);
    all_close("expected", &test.expected, &numbers(&expected, "/log_rank/expected"), 1e-12);
    for (cause, name) in [(1, "first"), (2, "second")] {
        let found = competing::incidence(times, &causes, cause).expect("shares");
        let (shares, errors): (Vec<f64>, Vec<f64>) = (1..=4).map(|time| found.by(f64::from(time))).map(|c| (c.estimate, c.se)).unzip();
        all_close(name, &shares, &numbers(&expected, &format!("/competing/{name}")), 1e-12);
        // survfit's errors come from an infinitesimal jackknife (ours, of Aalen, are held against cmprsk by `survival`).
        all_close(&format!("{name} error"), &errors, &numbers(&expected, &format!("/competing/{name}_se")), 1e-1);
    }
}

#[test]
fn studies_that_are_two_or_alike_or_worlds_apart() {
    let (text, expected) = (super::text("hard_meta.csv"), json("hard_cases.json"));
    let studies: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let mut compared = 0;
    for (case, fits) in expected["meta"].as_object().expect("cases") {
        let column = |place: usize| -> Vec<f64> {
            studies.iter().filter(|study| study[0] == case).map(|study| study[place].parse().expect("a number")).collect()
        };
        let (effects, variances) = (column(1), column(2));
        for (name, fit) in fits.as_object().expect("fits").iter().filter(|(name, _)| *name != "profile") {
            let (method, test) = name.split_once('_').expect("a method and a test");
            let method = match method {
                "DL" => Method::DL,
                "REML" => Method::REML,
                "ML" => Method::ML,
                "HE" => Method::HE,
                "SJ" => Method::SJ,
                "HS" => Method::HS,
                _ => Method::EB,
            };
            let found = meta::fit::<[f64; 0]>(&effects, &variances, &[], method, test == "knha").expect("a fit");
            let what = format!("{case}, {name}");
            // metafor's scoring ends above zero where the maximum is at zero.
            let tau2 = number(fit, "/tau2");
            if tau2 < 1e-12 {
                assert_eq!(found.tau2, 0.0, "{what}");
            } else {
                close(&format!("{what}: τ²"), found.tau2, tau2, 1e-8);
                close(&format!("{what}: its error"), found.tau2_se, number(fit, "/se_tau2"), 1e-8);
            }
            let mean = found.coefficients[0];
            close(&what, mean.estimate, number(fit, "/b"), 1e-8);
            close(&format!("{what}: error"), mean.se, number(fit, "/se"), 1e-8);
            all_close(&format!("{what}: interval"), &mean.interval(0.95), &numbers(fit, "/ci"), 1e-7);
            close(&format!("{what}: Q"), found.q, number(fit, "/Q"), 1e-10);
            compared += 1;
        }
        let found = meta::fit::<[f64; 0]>(&effects, &variances, &[], Method::DL, false).expect("a fit");
        all_close(&format!("{case}: Q-profile"), &found.tau2_interval, &numbers(fits, "/profile"), 1e-9);
    }
    assert_eq!(compared, 68);
}

const ALL: Use = Use::Lags { first: 2, last: usize::MAX };

#[test]
fn people_who_join_late_leave_early_and_miss_sessions() {
    let expected = json("hard_cases.json");
    for name in ["panel", "panel_gaps"] {
        let data = table(&format!("hard_{name}.csv"));
        let rows = |lag| Panel::new(&labels(&data["id"]), &labels(&data["t"]), &data["y"], &[&data["x"]], lag).expect("a panel");
        let panel = rows(1);
        let at = |what: &str| format!("/{name}/{what}");
        same("within", &within(&panel).expect("a fit").coefficients, &expected, &at("within"), 1e-10);
        same("pooled", &pooled(&panel).expect("a fit").coefficients[1..], &expected, &at("pooled"), 1e-10);
        same("differences", &first_differences(&panel).expect("a fit").coefficients, &expected, &at("differences"), 1e-10);
        let fixed = within(&rows(0).without_past()).expect("a fit");
        close("without the past", fixed.coefficients[0].estimate, number(&expected, &at("static/coef")), 1e-10);
        close("without the past: error", fixed.coefficients[0].se, number(&expected, &at("static/se")), 1e-10);
        for (method, system, two_steps) in
            [("one", false, false), ("two", false, true), ("system", true, false), ("system_two", true, true)]
        {
            let options = Options { instruments: vec![ALL, ALL], system, two_steps, collapse: false };
            let found = gmm::fit(&panel, &options).expect("a fit");
            let what = format!("{name}, {method}");
            same(&what, &found.coefficients, &expected, &at(method), 1e-9);
            close(&what, found.overidentification_df, number(&expected, &at(&format!("{method}/df"))), 0.0);
            close(&format!("{what}: J"), found.overidentification, number(&expected, &at(&format!("{method}/sargan"))), 1e-9);
        }
    }
}

#[test]
fn groups_worlds_apart_single_clients_and_rare_outcomes() {
    let (text, expected) = (super::text("hard_logistic.csv"), json("hard_logistic.json"));
    for (case, fits) in expected.as_object().expect("cases") {
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect::<Vec<_>>()).filter(|row| row[0] == case).collect();
        let column = |place: usize| -> Vec<f64> { rows.iter().map(|row| row[place].parse().expect("a number")).collect() };
        let (group, x, y) = (labels(&column(1)), column(2), column(3));
        for points in [1, 5, 15] {
            let found = mixed::fit(&y, &[&vec![1.0; y.len()], &x], Link::Logit, &group, points).expect("a fit");
            let (what, fit) = (format!("{case}, {points} points"), &fits[format!("points_{points}")]);
            let (estimates, errors) = parts(&found.coefficients);
            all_close(&what, &estimates, &numbers(fit, "/coef"), 1e-8);
            all_close(&format!("{what}: error"), &errors, &numbers(fit, "/se"), 1e-6);
            close(&format!("{what}: variance"), found.variance, number(fit, "/tau2"), 1e-7);
            close(&format!("{what}: log likelihood"), found.log_likelihood, number(fit, "/logLik"), 1e-12);
        }
    }
}
