//! lavaan on simulated waves and groups (tests/data/structural_lavaan.R). Its search ends with about six digits.

use super::{close, json, number, table};
use dyadsim::estimators::coefficient::Coefficient;
use dyadsim::estimators::status::Status;
use dyadsim::estimators::structural::cross_lagged::{self, CrossLagged, Effect, Model};
use dyadsim::estimators::structural::two_level;
use serde_json::Value;

const DIGITS: f64 = 3e-5;
const RI: Model = Model::RandomIntercepts { equal_effects: true, equal_errors: false };

fn fit(file: &str, waves: usize, model: Model) -> CrossLagged {
    let data = table(file);
    let names: Vec<String> = ["y", "x"].iter().flat_map(|v| (1..=waves).map(move |t| format!("{v}{t}"))).collect();
    let persons: Vec<Vec<f64>> = (0..data["y1"].len()).map(|i| names.iter().map(|name| data[name][i]).collect()).collect();
    cross_lagged::fit(&persons, waves, model).expect("a fit")
}

fn same(what: &str, found: &Coefficient, expected: &Value, part: (&str, &str), name: &str) {
    close(&format!("{what} {name}"), found.estimate, number(expected, &format!("/{what}/{}/{name}", part.0)), DIGITS);
    close(&format!("{what} SE of {name}"), found.se, number(expected, &format!("/{what}/{}/{name}", part.1)), DIGITS);
}

/// lavaan's label of an effect.
fn label(effect: &Effect) -> String {
    let letter = match (effect.on, effect.of) {
        (0, 0) => "a",
        (0, _) => "b",
        (_, 1) => "c",
        _ => "d",
    };
    effect.wave.map_or(letter.to_owned(), |wave| format!("{letter}{wave}"))
}

#[test]
fn cross_lagged_models() {
    let expected = json("structural_lavaan.json");
    let (all, gone) = ("structural_waves.csv", "structural_waves_missing.csv");
    let free = Model::RandomIntercepts { equal_effects: false, equal_errors: false };
    for (what, file, model) in [
        ("riclpm_equal", all, RI),
        ("riclpm_free", all, free),
        ("riclpm_equal_missing", gone, RI),
        ("dpm", all, Model::DynamicPanel),
        ("dpm_missing", gone, Model::DynamicPanel),
    ] {
        let found = fit(file, 4, model);
        for (effect, coefficient) in model.effects(4).iter().zip(&found.effects) {
            same(what, coefficient, &expected, ("est", "se"), &label(effect));
        }
        let levels: &[&str] = if model == Model::DynamicPanel { &["A"] } else { &["RY", "RX"] };
        for (name, coefficient) in levels.iter().zip(&found.levels) {
            same(what, coefficient, &expected, ("variances", "variance_se"), name);
        }
        close(&format!("{what} deviance"), found.deviance, number(&expected, &format!("/{what}/deviance")), 1e-10);
        assert_eq!((found.persons, found.status), (300, Status::Converged));
    }
}

/// lavaan's own search ends where effects still lack up to 2e-6 of themselves; d12_riclpm_extended.json has the same maximum in
/// 40 digits.
#[test]
fn the_model_of_five_waves_with_equal_errors() {
    let (extended, given) = (json("d12_riclpm_extended.json"), json("d12_riclpm_lavaan.json"));
    let model = Model::RandomIntercepts { equal_effects: true, equal_errors: true };
    let found = fit("d12_wide_waves6to10.csv", 5, model);
    close("five waves, deviance", found.deviance, number(&extended, "/deviance"), 1e-12);
    close("five waves, deviance", found.deviance, -2.0 * number(&given, "/fit/logl"), 1e-10);
    let parameters = given["params"].as_array().expect("parameters");
    // There, d is the effect of x on itself and c that of y on x.
    let effects = found.effects.iter().zip([("y on y", "a"), ("y on x", "b"), ("x on x", "d"), ("x on y", "c")]);
    let levels = found.levels.iter().zip([("var level y", "RIy"), ("var level x", "RIx")]);
    for (coefficient, (name, label)) in effects.chain(levels) {
        close(&format!("five waves {name}"), coefficient.estimate, number(&extended, &format!("/est/{name}")), 1e-8);
        close(&format!("five waves SE of {name}"), coefficient.se, number(&extended, &format!("/se/{name}")), 1e-8);
        let is = |p: &&Value| p["label"] == label || (p["lhs"] == label && p["rhs"] == label && p["op"] == "~~");
        let theirs = parameters.iter().find(is).unwrap_or_else(|| panic!("{label}"));
        close(&format!("five waves {label}"), coefficient.estimate, number(theirs, "/est"), 3e-6);
        close(&format!("five waves SE of {label}"), coefficient.se, number(theirs, "/se"), 1e-6);
    }
}

#[test]
fn latent_group_means() {
    let (data, expected) = (table("structural_groups.csv"), json("structural_lavaan.json"));
    let group: Vec<u32> = data["g"].iter().map(|g| *g as u32).collect();
    let found = two_level::fit(&data["y"], &[&data["x"], &data["z"]], &group).expect("a fit");
    for (predictor, name) in found.predictors.iter().zip(["x", "z"]) {
        same("two_level", &predictor.within, &expected, ("est", "se"), &format!("w{name}"));
        same("two_level", &predictor.between, &expected, ("est", "se"), &format!("b{name}"));
    }
    same("two_level", &found.within, &expected, ("variances", "variance_se"), "within");
    same("two_level", &found.between, &expected, ("variances", "variance_se"), "between");
}
