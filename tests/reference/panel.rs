//! plm on 400 persons with 10 sessions: y(t) = .5 y(t − 1) − .2 x(t − 1) + constant + error.

use super::{close, json, labels, number, table};
use dyadsim::estimators::coefficient::Coefficient;
use dyadsim::estimators::mixed::{self, Criterion, Design, RandomPart, Status};
use dyadsim::estimators::panel::Panel;
use dyadsim::estimators::panel::gmm::{self, Options, Use};
use dyadsim::estimators::panel::two_stage::{Instrument, anderson_hsiao};
use dyadsim::estimators::panel::within::{first_differences, pooled, within};
use serde_json::Value;

fn panel() -> Panel {
    let data = table("d12_dynamic_panel_400x10.csv");
    Panel::new(&labels(&data["id"]), &labels(&data["t"]), &data["y"], &[&data["x"]], 1).expect("a panel")
}

fn compare(expected: &Value, name: &str, se: &str, found: &[Coefficient], terms: [&str; 2], of_se: [&str; 2], relative: f64) {
    for ((c, term), of_se) in found.iter().zip(terms).zip(of_se) {
        let at = |pointer: String| expected.pointer(&pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("nothing at {pointer}"));
        close(&format!("{name} {term}"), c.estimate, at(format!("/{name}/coef/{}", term.replace('/', "~1"))), relative);
        close(&format!("{name} {se} {term}"), c.se, at(format!("/{name}/{se}/{}", of_se.replace('/', "~1"))), relative);
    }
}

const LAGS: [&str; 2] = ["lag(y, 1)", "lag(x, 1)"];

#[test]
fn least_squares() {
    let (panel, expected) = (panel(), json("d12_dynamic_panel.json"));
    let found = within(&panel).expect("a fit");
    compare(&expected, "within_FE", "se_classical", &found.coefficients, LAGS, LAGS, 1e-10);
    compare(&expected, "within_FE", "se_arellano_HC0", &found.robust, LAGS, LAGS, 1e-10);
    let found = first_differences(&panel).expect("a fit");
    compare(&expected, "first_difference_OLS", "se", &found.coefficients, LAGS, LAGS, 1e-10);
    let found = pooled(&panel).expect("a fit");
    compare(&expected, "pooled_OLS", "se", &found.coefficients[1..], LAGS, LAGS, 1e-10);
}

#[test]
fn instruments_of_anderson_and_hsiao() {
    let (panel, expected) = (panel(), json("d12_dynamic_panel.json"));
    for (name, instrument) in [("anderson_hsiao_levels", Instrument::Level), ("anderson_hsiao_diff", Instrument::Difference)] {
        let found = anderson_hsiao(&panel, instrument).expect("a fit");
        let terms = ["rho", "beta"];
        compare(&expected, name, "se_homoskedastic", &found.coefficients, terms, ["dy1", "dx1"], 1e-10);
        compare(&expected, name, "se_cluster_id_CR0", &found.robust, terms, ["dy1", "dx1"], 1e-10);
        assert_eq!(found.rows as f64, number(&expected, &format!("/{name}/n")));
    }
}

#[test]
fn method_of_moments() {
    let (panel, expected) = (panel(), json("d12_dynamic_panel.json"));
    let all = Use::Lags { first: 2, last: usize::MAX };
    let near = Use::Lags { first: 2, last: 4 };
    for (name, instruments, system, two_steps) in [
        ("AB_onestep_collapsed_no", vec![all, all], false, false),
        ("AB_twosteps", vec![all, all], false, true),
        ("AB_onestep_lags2to4", vec![near, near], false, false),
        ("AB_onestep_y_gmm_x_exog", vec![all, Use::Itself], false, false),
        ("BB_system_onestep", vec![all, all], true, false),
        ("BB_system_twosteps", vec![all, all], true, true),
    ] {
        let found = gmm::fit(&panel, &Options { instruments, system, two_steps, collapse: false }).expect("a fit");
        compare(&expected, name, "se", &found.coefficients, LAGS, LAGS, 1e-9);
        let at = |what: &str| number(&expected, &format!("/{name}/{what}"));
        close("df", found.overidentification_df, at("sargan/df"), 0.0);
        close("overidentification", found.overidentification, at("sargan/stat"), 1e-9);
        close("p", found.overidentification_p(), at("sargan/p"), 1e-8);
        // plm leaves the equations in levels out of one term of these variances; ours has them.
        if !system {
            close("m1", found.serial_one, at("m1/0/0"), 1e-9);
            close("m2", found.serial_two, at("m2/0/0"), 1e-9);
        }
    }
}

/// Outcome and predictor of the session before, of sessions 2 to 10: persons, outcomes, earlier outcomes, earlier predictors.
fn lagged() -> (Vec<u32>, [Vec<f64>; 3]) {
    let data = table("d12_dynamic_panel_400x10.csv");
    let rows: Vec<usize> = (1..data["t"].len()).filter(|&row| data["id"][row] == data["id"][row - 1]).collect();
    let of = |name: &str, back: usize| rows.iter().map(|&row| data[name][row - back]).collect::<Vec<f64>>();
    (rows.iter().map(|&row| data["id"][row] as u32).collect(), [of("y", 0), of("y", 1), of("x", 1)])
}

#[test]
fn mixed_models_of_the_panel() {
    let expected = json("d12_dynamic_panel.json");
    let (id, [y, y1, x1]) = lagged();
    let ones = vec![1.0; y.len()];
    let mean = |values: &[f64]| -> Vec<f64> {
        let of = |row: &u32| values.iter().zip(&id).filter(|(_, other)| *other == row).map(|(value, _)| value / 9.0).sum();
        id.iter().map(of).collect()
    };
    let less = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    let (y1m, x1m) = (mean(&y1), mean(&x1));
    let (y1w, x1w) = (less(&y1, &y1m), less(&x1, &x1m));
    for (name, columns, terms) in [
        ("mlm_random_intercept_reml", vec![&ones[..], &y1, &x1], vec!["(Intercept)", "y1", "x1"]),
        (
            "mlm_person_mean_centred_reml",
            vec![&ones[..], &y1w, &x1w, &y1m, &x1m],
            vec!["(Intercept)", "I(y1 - y1m)", "I(x1 - x1m)", "y1m", "x1m"],
        ),
    ] {
        let random = [RandomPart { groups: &id, columns: vec![&ones], correlated: true }];
        let found = mixed::fit(&Design { y: &y, x: &columns, random: &random }, Criterion::Reml).expect("a fit");
        assert_eq!((found.status, found.components[0].covariance[(0, 0)]), (Status::Boundary, 0.0), "{name}");
        close(name, found.sigma2.sqrt(), number(&expected, &format!("/{name}/sigma")), 1e-10);
        for ((term, beta), se) in terms.iter().zip(&found.beta).zip(found.se()) {
            close(&format!("{name} {term}"), *beta, number(&expected, &format!("/{name}/coef/{term}")), 1e-8);
            close(&format!("{name} SE of {term}"), se, number(&expected, &format!("/{name}/se/{term}")), 1e-8);
        }
    }
}
