//! metafor on 24 correlations.

use super::{DIGITS, all_close, close, json, number, numbers, table};
use dyadsim::estimators::meta::{Meta, Method, egger, fit};
use serde_json::Value;

const NO_MODERATORS: [Vec<f64>; 0] = [];

fn z_and_variance() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let data = table("d14_meta_correlations.csv");
    let z = data["r"].iter().map(|r| r.atanh()).collect();
    let v = data["n"].iter().map(|n| 1.0 / (n - 3.0)).collect();
    (z, v, data["mod"].clone())
}

fn compare(name: &str, found: &Meta, expected: &Value, relative: f64) {
    let at = |what: &str| number(expected, &format!("/{name}/{what}"));
    let mean = found.coefficients[0];
    close(&format!("{name} mean"), mean.estimate, at("b"), relative);
    close(&format!("{name} se"), mean.se, at("se"), relative);
    close(&format!("{name} p"), mean.p(), at("pval"), 60.0 * relative.max(1e-10));
    close(&format!("{name} Q"), found.q, at("Q"), DIGITS);
    close(&format!("{name} p of Q"), found.q_p(), at("Qp"), 1e-10);
    close(&format!("{name} I²"), 100.0 * found.i2, at("I2"), relative);
    close(&format!("{name} H²"), found.h2, at("H2"), relative);
    all_close(&format!("{name} interval"), &mean.interval(0.95), &numbers(expected, &format!("/{name}/ci")), relative);
    if !name.starts_with("FE") {
        close(&format!("{name} τ²"), found.tau2, at("tau2"), relative);
        close(&format!("{name} se of τ²"), found.tau2_se, at("se_tau2"), relative);
        let prediction = numbers(expected, &format!("/{name}/pi"));
        for (found, expected) in found.prediction().into_iter().zip(prediction) {
            assert!((found - expected).abs() < relative * 0.5, "{name} prediction: {found}, expected {expected}");
        }
    }
}

#[test]
fn every_estimator_of_heterogeneity() {
    let ((z, v, _), expected) = (z_and_variance(), json("d14_meta.json"));
    // Paule and Mandel's value is that of empirical Bayes; metafor's own search for it stops after four digits.
    for (name, method, relative) in [
        ("FE", Method::FE, 2e-11),
        ("DL", Method::DL, 2e-11),
        ("REML", Method::REML, 2e-11),
        ("ML", Method::ML, 2e-11),
        ("HE", Method::HE, 2e-11),
        ("SJ", Method::SJ, 2e-11),
        ("HS", Method::HS, 2e-11),
        ("EB", Method::EB, 2e-11),
        ("EB", Method::PM, 2e-11),
        ("PM", Method::PM, 2e-3),
    ] {
        for (ending, knapp_hartung) in [("z", false), ("knha", true)] {
            let found = fit(&z, &v, &NO_MODERATORS, method, knapp_hartung).expect("a fit");
            compare(&format!("{name}_{ending}"), &found, &expected, relative);
        }
    }
}

#[test]
fn q_profile() {
    let ((z, v, _), expected) = (z_and_variance(), json("d14_meta.json"));
    let found = fit(&z, &v, &NO_MODERATORS, Method::REML, false).expect("a fit");
    // Q at both ends must be the quantiles of chi-square (23 degrees of freedom).
    for (tau2, quantile) in found.tau2_interval.into_iter().zip([38.075_627_250_355_8, 11.688_551_922_452_4]) {
        let total: f64 = v.iter().map(|v| 1.0 / (v + tau2)).sum();
        let mean = z.iter().zip(&v).map(|(z, v)| z / (v + tau2)).sum::<f64>() / total;
        let q: f64 = z.iter().zip(&v).map(|(z, v)| (z - mean).powi(2) / (v + tau2)).sum();
        close("Q", q, quantile, 1e-12);
    }
    // metafor's search stops after about 1e-5 of τ².
    for (end, tau2) in found.tau2_interval.into_iter().enumerate() {
        close("τ²", tau2, number(&expected, &format!("/tau2_Qprofile_CI_REML/0/{}", end + 1)), 1e-3);
        close("I²", 100.0 * found.i2_at(tau2), number(&expected, &format!("/tau2_Qprofile_CI_REML/2/{}", end + 1)), 1e-3);
    }
}

#[test]
fn meta_regression() {
    let ((z, v, moderator), expected) = (z_and_variance(), json("d14_meta.json"));
    let found = fit(&z, &v, &[&moderator], Method::REML, false).expect("a fit");
    let (estimates, errors): (Vec<f64>, Vec<f64>) = found.coefficients.iter().map(|c| (c.estimate, c.se)).unzip();
    all_close("coefficient", &estimates, &numbers(&expected, "/REML_metareg/b"), 2e-11);
    all_close("se", &errors, &numbers(&expected, "/REML_metareg/se"), 2e-11);
    close("τ²", found.tau2, number(&expected, "/REML_metareg/tau2"), 2e-11);
    close("test of moderators", found.moderators, number(&expected, "/REML_metareg/QM"), 1e-10);
    close("residual Q", found.q, number(&expected, "/REML_metareg/QE"), DIGITS);
    let with_t = fit(&z, &v, &[&moderator], Method::REML, true).expect("a fit");
    close("one moderator: F is t²", with_t.moderators, with_t.coefficients[1].statistic().powi(2), 1e-12);
    close("and p the same", with_t.moderators_p(), with_t.coefficients[1].p(), 1e-10);
}

/// Egger's test is a regression on the standard error without τ², its errors scaled by the residuals.
#[test]
fn eggers_test() {
    let ((z, v, _), expected) = (z_and_variance(), json("d14_meta.json"));
    let found = egger(&z, &v).expect("a test");
    close("t", found.statistic(), number(&expected, "/egger/stat"), 2e-11);
    close("p", found.p(), number(&expected, "/egger/p"), 2e-11);
    assert!(egger(&z[..2], &v[..2]).is_err());
    // Studies of one size have no small ones among them.
    assert!(egger(&z, &vec![0.1; z.len()]).expect("a test").estimate.is_nan());
}

#[test]
fn correlations_without_fishers_z() {
    let (data, expected) = (table("d14_meta_correlations.csv"), json("d14_meta.json"));
    let v: Vec<f64> = data["r"].iter().zip(&data["n"]).map(|(r, n)| (1.0 - r * r).powi(2) / (n - 1.0)).collect();
    let found = fit(&data["r"], &v, &NO_MODERATORS, Method::DL, false).expect("a fit");
    close("mean", found.coefficients[0].estimate, number(&expected, "/raw_r_DL/b"), DIGITS);
    close("τ²", found.tau2, number(&expected, "/raw_r_DL/tau2"), DIGITS);
}
