//! survival, cmprsk and `glm` on the endings of 600 clients.

use super::{DIGITS, all_close, close, json, labels, number, numbers, table};
use dyadsim::estimators::logistic::{self, Link, mixed};
use dyadsim::estimators::survival::cox::{self, Options, Ties};
use dyadsim::estimators::survival::discrete::sessions_at_risk;
use dyadsim::estimators::survival::kaplan_meier::{self, Curve, Scale};
use dyadsim::estimators::survival::{competing, gray, log_rank};
use serde_json::Value;
use std::collections::BTreeMap;

struct Endings {
    data: BTreeMap<String, Vec<f64>>,
    events: Vec<bool>,
    expected: Value,
}

fn endings() -> Endings {
    let data = table("d13_survival_dropout.csv");
    let events = data["event"].iter().map(|e| *e == 1.0).collect();
    Endings { data, events, expected: json("d13_survival.json") }
}

fn of_arm(all: &Endings, arm: f64) -> Vec<usize> {
    (0..all.events.len()).filter(|&i| all.data["tx"][i] == arm).collect()
}

fn curve_of(all: &Endings, rows: &[usize]) -> Curve {
    let times: Vec<f64> = rows.iter().map(|&i| all.data["session"][i]).collect();
    let events: Vec<bool> = rows.iter().map(|&i| all.events[i]).collect();
    kaplan_meier::fit(&times, &events).expect("a curve")
}

#[test]
fn kaplan_meier_and_nelson_aalen_of_all() {
    let all = endings();
    let curve = curve_of(&all, &(0..600).collect::<Vec<_>>());
    let column = |value: &dyn Fn(&kaplan_meier::Step) -> f64| curve.steps.iter().map(value).collect::<Vec<f64>>();
    let at = |what: &str| numbers(&all.expected, &format!("/km_all_log/{what}"));
    assert_eq!(column(&|s| s.at_risk as f64), at("n_risk"));
    assert_eq!(column(&|s| s.events as f64), at("n_event"));
    assert_eq!(column(&|s| s.censored as f64), at("n_censor"));
    all_close("share", &column(&|s| s.share), &at("surv"), DIGITS);
    all_close("se of log", &column(&|s| s.greenwood.sqrt()), &at("se_log"), DIGITS);
    all_close("lower", &column(&|s| s.interval(0.95, Scale::Log)[0]), &at("lower"), DIGITS);
    all_close("upper", &column(&|s| s.interval(0.95, Scale::Log)[1]), &at("upper"), DIGITS);
    all_close("hazard", &column(&|s| s.hazard), &at("cumhaz_nelson_aalen"), DIGITS);
}

#[test]
fn kaplan_meier_by_arm() {
    let all = endings();
    let mut steps = Vec::new();
    for (row, arm) in [0.0, 1.0].into_iter().enumerate() {
        let curve = curve_of(&all, &of_arm(&all, arm));
        let summary = |place: usize| number(&all.expected, &format!("/km_table/{row}/{place}"));
        let mean = curve.restricted_mean(20.0);
        close("restricted mean", mean.estimate, summary(4), DIGITS);
        close("its error", mean.se, summary(5), DIGITS);
        let [low, high] = curve.median_interval(0.95, Scale::LogLog);
        if arm == 0.0 {
            assert_eq!([curve.median(), low, high], [15.0, 13.0, 19.0]);
        } else {
            assert!(curve.median().is_nan() && low == 16.0 && high.is_nan());
        }
        // R leaves out times at which people only left.
        steps.extend(curve.steps.into_iter().filter(|s| s.events > 0));
    }
    let at = |what: &str| numbers(&all.expected, &format!("/km_by_tx/{what}"));
    let times: Vec<f64> = steps.iter().map(|s| s.time).collect();
    assert_eq!(times, at("time"));
    all_close("share", &steps.iter().map(|s| s.share).collect::<Vec<_>>(), &at("surv"), DIGITS);
    all_close("Greenwood", &steps.iter().map(|s| s.share().se).collect::<Vec<_>>(), &at("se_greenwood"), DIGITS);
    for (end, name) in ["lower_loglog", "upper_loglog"].into_iter().enumerate() {
        all_close(name, &steps.iter().map(|s| s.interval(0.95, Scale::LogLog)[end]).collect::<Vec<_>>(), &at(name), DIGITS);
    }
}

#[test]
fn log_rank_test() {
    let all = endings();
    let found = log_rank::test(&all.data["session"], &all.events, &labels(&all.data["tx"])).expect("a test");
    close("chi-square", found.chi_square, number(&all.expected, "/logrank/chisq"), 2e-11);
    all_close("observed", &found.observed, &numbers(&all.expected, "/logrank/obs"), 0.0);
    all_close("expected", &found.expected, &numbers(&all.expected, "/logrank/exp"), DIGITS);
}

#[test]
fn competing_endings() {
    let all = endings();
    for arm in [0, 1] {
        let rows = of_arm(&all, f64::from(arm));
        let times: Vec<f64> = rows.iter().map(|&i| all.data["session"][i]).collect();
        let causes: Vec<usize> = rows.iter().map(|&i| all.data["cause"][i] as usize).collect();
        for cause in [1, 2] {
            let found = competing::incidence(&times, &causes, cause).expect("shares");
            let at = |what: &str| numbers(&all.expected, &format!("/aalen_johansen_cuminc/{arm} {cause}/{what}"));
            // cuminc draws steps: each time twice, before and after.
            for (time, (share, variance)) in at("time").into_iter().zip(at("est").into_iter().zip(at("var"))).skip(2).step_by(2) {
                close(&format!("share at {time}"), found.by(time).estimate, share, DIGITS);
                close(&format!("variance at {time}"), found.by(time).se.powi(2), variance, 2e-11);
            }
        }
    }
}

#[test]
fn grays_test() {
    let all = endings();
    let (causes, arms) = (labels(&all.data["cause"]), labels(&all.data["tx"]));
    for cause in [1, 2] {
        let found = gray::test(&all.data["session"], &causes, &arms, cause).expect("a test");
        close("chi-square", found.chi_square, number(&all.expected, &format!("/gray_test/{}/0", cause - 1)), 2e-11);
        close("p", found.p, number(&all.expected, &format!("/gray_test/{}/1", cause - 1)), 1e-10);
    }
}

#[test]
fn proportional_hazards() {
    let all = endings();
    let therapist = labels(&all.data["therapist"]);
    let columns = [&all.data["tx"], &all.data["severity"]];
    let options = |ties| Options { ties, ..Options::default() };
    for (name, se, options) in [
        ("cox_efron", "se", options(Ties::Efron)),
        ("cox_breslow", "se", options(Ties::Breslow)),
        ("cox_strata_therapist", "se", Options { strata: Some(&therapist), ..Options::default() }),
        ("cox_efron_cluster_robust", "robust_se", Options { cluster: Some(&therapist), ..Options::default() }),
    ] {
        let found = cox::fit(&all.data["session"], &all.events, &columns, options).expect("a fit");
        for (column, variable) in ["tx", "severity"].into_iter().enumerate() {
            let at = |what: &str| number(&all.expected, &format!("/{name}/{what}/{variable}"));
            close(&format!("{name} {variable}"), found.coefficients[column].estimate, at("coef"), 1e-8);
            close(&format!("{name} se {variable}"), found.coefficients[column].se, at(se), 1e-8);
        }
        if all.expected[name].get("loglik").is_some() {
            let found_two = [found.log_likelihood_null, found.log_likelihood];
            all_close("log likelihood", &found_two, &numbers(&all.expected, &format!("/{name}/loglik")), DIGITS);
            close("score", found.score, number(&all.expected, &format!("/{name}/score")), 2e-11);
        }
    }
}

#[test]
fn discrete_time() {
    let all = endings();
    let rows = sessions_at_risk(&labels(&all.data["session"]), &all.events).expect("rows");
    assert_eq!(rows.ended.len() as f64, number(&all.expected, "/discrete_time_logit_factor_session/nrow"));
    let (tx, severity) = (rows.spread(&all.data["tx"]), rows.spread(&all.data["severity"]));
    // R stops when the deviance moves by less than 1e-8 of itself: with the cloglog link, whose search is slower, before the
    // eighth digit of some coefficients. (With `epsilon = 1e-16` it gives ours.)
    for (link, name, relative, of_errors) in [(Link::Logit, "logit", 1e-8, 1e-6), (Link::Cloglog, "cloglog", 1e-6, 1e-5)] {
        let linear = format!("discrete_time_{name}_linear_session");
        let ones = vec![1.0; tx.len()];
        let found = logistic::fit(&rows.ended, &[&ones, &rows.session, &tx, &severity], link).expect("a fit");
        for (c, variable) in found.coefficients.iter().zip(["(Intercept)", "s", "tx", "severity"]) {
            close(&linear, c.estimate, number(&all.expected, &format!("/{linear}/coef/{variable}")), relative);
            close(&linear, c.se, number(&all.expected, &format!("/{linear}/se/{variable}")), of_errors);
        }
        close(&linear, found.log_likelihood, number(&all.expected, &format!("/{linear}/logLik")), DIGITS);
        // Nobody ended in session 18: its coefficient is minus infinity, and its rows say nothing about the others.
        let kept: Vec<usize> = (0..tx.len()).filter(|&i| rows.session[i] != 18.0).collect();
        let of = |column: &[f64]| kept.iter().map(|&i| column[i]).collect::<Vec<f64>>();
        let sessions: Vec<usize> = (1..=20).filter(|s| *s != 18).collect();
        let session = of(&rows.session);
        let mut columns: Vec<Vec<f64>> =
            sessions.iter().map(|s| session.iter().map(|x| f64::from(u8::from(*x == *s as f64))).collect()).collect();
        columns.extend([of(&tx), of(&severity)]);
        let found = logistic::fit(&of(&rows.ended), &columns, link).expect("a fit");
        let names = sessions.iter().map(|s| format!("factor(s){s}")).chain(["tx".into(), "severity".into()]);
        for (c, variable) in found.coefficients.iter().zip(names) {
            let at = |what: &str| number(&all.expected, &format!("/discrete_time_{name}_factor_session/{what}/{variable}"));
            close(&variable, c.estimate, at("coef"), relative);
            close(&variable, c.se, at("se"), of_errors);
        }
        assert!(logistic::fit(&rows.ended, &columns_with_18(&rows.session), link).is_err(), "session 18 must be named as separated");
    }
}

#[test]
fn discrete_time_with_therapists() {
    let all = endings();
    let rows = sessions_at_risk(&labels(&all.data["session"]), &all.events).expect("rows");
    let columns = [vec![1.0; rows.ended.len()], rows.session.clone(), rows.spread(&all.data["tx"]), rows.spread(&all.data["severity"])];
    let therapist = labels(&rows.spread(&all.data["therapist"]));
    let found = mixed::fit(&rows.ended, &columns, Link::Cloglog, &therapist, 1).expect("a fit");
    // glmer's search ends early. With `tolPwrss = 1e-13` and Nelder and Mead's method it finds −1069.0527478.
    let at = |what: &str| number(&all.expected, &format!("/discrete_time_cloglog_glmer_therapist/{what}"));
    assert!((found.log_likelihood + 1_069.052_747).abs() < 2e-6 && found.log_likelihood > at("logLik"), "{}", found.log_likelihood);
    for (c, name) in found.coefficients.iter().zip(["(Intercept)", "s", "tx", "severity"]) {
        assert!((c.estimate - at(&format!("coef/{name}"))).abs() < 0.01 * c.se, "{name}: {c:?}");
        close(name, c.se, at(&format!("se/{name}")), 5e-3);
    }
    close("variance", found.variance, at("tau2"), 1e-2);
}

fn columns_with_18(session: &[f64]) -> Vec<Vec<f64>> {
    (1..=20).map(|s| session.iter().map(|x| f64::from(u8::from(*x == f64::from(s)))).collect()).collect()
}
