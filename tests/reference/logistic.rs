//! `glm` and `glmer` on one yes-or-no outcome.

use super::{DIGITS, all_close, close, json, labels, number, numbers, table};
use dyadsim::estimators::coefficient::Coefficient;
use dyadsim::estimators::logistic::{Link, fit, mixed};

fn parts(coefficients: &[Coefficient]) -> (Vec<f64>, Vec<f64>) {
    (coefficients.iter().map(|c| c.estimate).collect(), coefficients.iter().map(|c| c.se).collect())
}

#[test]
fn without_groups() {
    let (data, expected) = (table("d16_glmm_binary.csv"), json("d16_glmm.json"));
    let found = fit(&data["y"], &[&vec![1.0; data["y"].len()], &data["x"]], Link::Logit).expect("a fit");
    let (estimates, errors) = parts(&found.coefficients);
    all_close("coefficient", &estimates, &numbers(&expected, "/glm/coef"), DIGITS);
    // R takes the weights of the step before the last.
    all_close("se", &errors, &numbers(&expected, "/glm/se"), 1e-7);
    close("deviance", -2.0 * found.log_likelihood, number(&expected, "/glm/deviance"), DIGITS);
}

/// `glmer` finds the groups' modes to about seven digits only, most visibly in Laplace's approximation;
/// d16_glmm_extended.json maximises the same approximations in extended precision.
#[test]
fn random_intercepts() {
    let data = table("d16_glmm_binary.csv");
    let columns = [&vec![1.0; data["y"].len()], &data["x"]];
    for (file, name, relative) in
        [("d16_glmm_extended.json", "points_", [1e-8, 1e-6, 1e-8, 1e-14]), ("d16_glmm.json", "glmer_nAGQ", [1e-6, 5e-5, 1e-5, 1e-9])]
    {
        let expected = json(file);
        for points in [1, 5, 15] {
            let found = mixed::fit(&data["y"], &columns, Link::Logit, &labels(&data["therapist"]), points).expect("a fit");
            let (estimates, errors) = parts(&found.coefficients);
            let at = |what: &str| format!("/{name}{points}/{what}");
            all_close("coefficient", &estimates, &numbers(&expected, &at("coef")), relative[0]);
            all_close("se", &errors, &numbers(&expected, &at("se")), relative[1]);
            close("variance", found.variance, number(&expected, &at("tau2")), relative[2]);
            close("log likelihood", found.log_likelihood, number(&expected, &at("logLik")), relative[3]);
        }
    }
}
