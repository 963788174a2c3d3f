//! R's `lm`, clubSandwich and `anova` on 331 clients of 80 therapists.

use super::{DIGITS, all_close, close, json, labels, number, numbers, table};
use dyadsim::estimators::coefficient::Coefficient;
use dyadsim::estimators::linear::{Correction, fit};
use dyadsim::estimators::therapist_icc::anova_icc;

fn se(coefficients: &[Coefficient]) -> Vec<f64> {
    coefficients.iter().map(|c| c.se).collect()
}

#[test]
fn least_squares_and_cluster_robust_errors() {
    let (data, expected) = (table("d01_2lvl_unbalanced_80x331.csv"), json("d01_ols_robust_anova.json"));
    let ones = vec![1.0; data["y"].len()];
    let found = fit(&data["y"], &[&ones, &data["x"], &data["z"]]).expect("a fit");
    let estimates: Vec<f64> = found.coefficients.iter().map(|c| c.estimate).collect();
    all_close("coefficient", &estimates, &numbers(&expected, "/ols/coef"), DIGITS);
    all_close("se", &se(&found.coefficients), &numbers(&expected, "/ols/se"), DIGITS);
    close("sigma", found.sigma, number(&expected, "/ols/sigma"), DIGITS);
    let therapist = labels(&data["therapist"]);
    for (name, correction) in
        [("CR0", Correction::CR0), ("CR1", Correction::CR1), ("CR1S", Correction::CR1S), ("CR2", Correction::CR2), ("CR3", Correction::CR3)]
    {
        let robust = found.robust(&therapist, correction).expect("robust errors");
        all_close(name, &se(&robust), &numbers(&expected, &format!("/{name}/se")), DIGITS);
        let df: Vec<f64> = robust.iter().map(|c| c.df).collect();
        all_close(&format!("{name} df"), &df, &numbers(&expected, &format!("/{name}/df_satt")), DIGITS);
    }
}

#[test]
fn therapists_as_fixed_effects() {
    let (data, expected) = (table("d01_2lvl_unbalanced_80x331.csv"), json("d01_ols_robust_anova.json"));
    let therapist = labels(&data["therapist"]);
    let mut columns = vec![data["x"].clone()];
    columns.extend((1..=80).map(|j| therapist.iter().map(|t| f64::from(u8::from(*t == j))).collect::<Vec<f64>>()));
    let found = fit(&data["y"], &columns).expect("a fit");
    close("slope", found.coefficients[0].estimate, number(&expected, "/fixed_effects_therapist/x"), DIGITS);
    close("se", found.coefficients[0].se, number(&expected, "/fixed_effects_therapist/se"), DIGITS);
    close("sigma", found.sigma, number(&expected, "/fixed_effects_therapist/sigma"), DIGITS);
}

#[test]
fn share_between_therapists_by_analysis_of_variance() {
    let (data, expected) = (table("d01_2lvl_unbalanced_80x331.csv"), json("d01_ols_robust_anova.json"));
    let therapist = labels(&data["therapist"]);
    let of = |one: usize| (0..therapist.len()).filter(|&row| therapist[row] == one).map(|row| data["y"][row]).collect::<Vec<f64>>();
    let groups: Vec<Vec<f64>> = (1..=80).map(of).collect();
    let found = anova_icc(&groups.concat(), groups.iter().map(Vec::len));
    close("ICC", found, number(&expected, "/anova_oneway/icc_anova"), 1e-10);
}
