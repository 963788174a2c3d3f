//! Fits of mixed models that tests compare with: data, references, and how far a fit is from them.
#![allow(dead_code, reason = "each test file uses a part")]

mod cases;

pub use cases::CASES;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dyadsim::estimators::mixed::{Criterion, Design, Fit, Model, RandomPart};
use serde_json::Value;

/// A fit of the reference: file, data set, fixed terms (1, a column, or a product), random parts.
pub struct Case {
    pub name: &'static str,
    pub data: &'static str,
    pub fixed: &'static [&'static str],
    pub random: &'static [(&'static str, &'static [&'static str])],
}

/// Columns of a CSV file by name.
pub struct Table {
    pub columns: BTreeMap<String, Vec<f64>>,
    pub rows: usize,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mixed")
}

impl Table {
    fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(folder().join(format!("{name}.csv"))).expect("a data file");
        let mut lines = text.lines();
        let names: Vec<String> = lines.next().expect("a header").split(',').map(|name| name.trim_matches('"').to_owned()).collect();
        let mut columns: BTreeMap<String, Vec<f64>> = names.iter().map(|name| (name.clone(), Vec::new())).collect();
        let mut rows = 0;
        for line in lines {
            rows += 1;
            for (name, value) in names.iter().zip(line.split(',')) {
                columns.get_mut(name).expect("a column").push(value.trim().parse().expect("a number"));
            }
        }
        if let Some(tx) = columns.get("tx").cloned() {
            columns.insert("treatment".to_owned(), tx);
        }
        Self { columns, rows }
    }

    /// The column of a term: 1, a name, or a product of names.
    fn term(&self, term: &str) -> Vec<f64> {
        let mut product = vec![1.0; self.rows];
        for name in term.split(':').filter(|name| *name != "1") {
            for (value, factor) in product.iter_mut().zip(&self.columns[name]) {
                *value *= factor;
            }
        }
        product
    }

    fn groups(&self, name: &str) -> Vec<u32> {
        self.columns[name].iter().map(|&code| code as u32).collect()
    }
}

/// A case with its columns and its reference.
pub struct Loaded {
    pub y: Vec<f64>,
    pub fixed: Vec<Vec<f64>>,
    pub groups: Vec<Vec<u32>>,
    pub random: Vec<Vec<Vec<f64>>>,
    pub reference: Value,
    pub criterion: Criterion,
}

impl Loaded {
    pub fn new(case: &Case) -> Self {
        let table = Table::read(case.data);
        let text = std::fs::read_to_string(folder().join(format!("{}.json", case.name))).expect("a reference");
        let reference: Value = serde_json::from_str(&text).expect("JSON");
        Self {
            y: table.columns["y"].clone(),
            fixed: case.fixed.iter().map(|term| table.term(term)).collect(),
            groups: case.random.iter().map(|(name, _)| table.groups(name)).collect(),
            random: case.random.iter().map(|(_, terms)| terms.iter().map(|term| table.term(term)).collect()).collect(),
            criterion: if reference["method"] == "ML" { Criterion::Ml } else { Criterion::Reml },
            reference,
        }
    }

    pub fn parts(&self) -> Vec<RandomPart<'_>> {
        let columns = self.random.iter().map(|columns| columns.iter().map(Vec::as_slice).collect());
        self.groups.iter().zip(columns).map(|(groups, columns)| RandomPart { groups, columns, correlated: true }).collect()
    }

    pub fn model(&self) -> Model {
        let x: Vec<&[f64]> = self.fixed.iter().map(Vec::as_slice).collect();
        Model::new(&Design { y: &self.y, x: &x, random: &self.parts() }).expect("a sound design")
    }
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok())).unwrap_or(f64::NAN)
}

/// The most precise solution of a reference.
pub fn truth(reference: &Value) -> &Value {
    ["mpmath_50digit", "mpmath_40digit", "polished"].iter().find_map(|name| reference.get(*name)).expect("a solution")
}

pub fn relative(value: f64, expected: f64) -> f64 {
    (value - expected).abs() / expected.abs()
}

pub fn largest(errors: impl Iterator<Item = f64>) -> f64 {
    errors.fold(0.0, |most, error| if error.is_nan() { f64::INFINITY } else { most.max(error) })
}

/// Largest relative error over coefficients of a reference's list `name` of `terms`.
pub fn over_terms(case: &Case, values: &[f64], expected: &Value) -> f64 {
    let of_term = |at: usize, term: &str| match expected {
        Value::Array(list) => number(&list[at]),
        _ => number(&expected[if term == "1" { "(Intercept)" } else { term }]),
    };
    largest(case.fixed.iter().zip(values).enumerate().map(|(at, (term, value))| relative(*value, of_term(at, term))))
}

/// A variance or covariance of a reference: group and terms (none for the residual), value.
pub type Variance<'a> = (Option<(&'a str, Vec<&'a str>)>, f64);

/// Variances of a reference, whatever the form it has.
pub fn expected_variances<'a>(case: &Case, solution: &'a Value) -> Vec<Variance<'a>> {
    if let Some(tau2) = solution.get("tau2") {
        return vec![(Some(("therapist", vec!["1"])), number(tau2)), (None, number(&solution["sigma2"]))];
    }
    if let Some(names) = solution.get("params_order") {
        let of_name = |name: &str| {
            let group = if name.starts_with("client") { "client" } else { "therapist" };
            match name.rsplit('_').next() {
                Some("int") => Some((group, vec!["1"])),
                Some("cov") => Some((group, vec!["1", "time"])),
                Some("slope") if case.name.starts_with("d17") && group == "therapist" => Some((group, vec!["treatment:time"])),
                Some("slope") => Some((group, vec!["time"])),
                _ => None,
            }
        };
        let values = solution["var_params"].as_array().expect("values");
        let names = names.as_array().expect("names").iter().filter_map(Value::as_str);
        return names.map(of_name).zip(values.iter().map(number)).collect();
    }
    let of_row = |row: &'a Value| {
        let text = |name: &str| row[name].as_str().unwrap_or("");
        let terms = [text("var1"), text("var2")].into_iter().filter(|term| !term.is_empty());
        let terms = terms.map(|term| if term == "(Intercept)" { "1" } else { term }).collect();
        let place = (text("grp") != "Residual").then(|| (text("grp").trim_end_matches(".1"), terms));
        (place, number(&row["vcov"]))
    };
    solution["varcorr"].as_array().expect("variances").iter().map(of_row).collect()
}

/// Errors of variances and covariances, relative to the product of standard deviations.
pub fn variances(case: &Case, fit: &Fit, reference: &Value) -> f64 {
    let error = |(place, expected): Variance| {
        let Some((group, terms)) = place else { return relative(fit.sigma2, expected) };
        let part = case.random.iter().position(|(name, columns)| *name == group && terms.iter().all(|term| columns.contains(term)));
        let part = part.unwrap_or_else(|| panic!("{}: {group} {terms:?}", case.name));
        let at = |term: &str| case.random[part].1.iter().position(|name| *name == term).expect("a term");
        let (a, b) = (at(terms[0]), at(terms[terms.len() - 1]));
        let covariance = &fit.components[part].covariance;
        let scale = (covariance[(a, a)] * covariance[(b, b)]).sqrt();
        let difference = (covariance[(a, b)] - expected).abs();
        if scale == 0.0 { difference } else { difference / scale }
    };
    largest(expected_variances(case, truth(reference)).into_iter().map(error))
}

/// Satterthwaite's degrees of freedom, and how exact they are: those of lmerTest come from differences of lme4's criterion.
pub fn satterthwaite(reference: &Value) -> Option<(&Value, f64)> {
    let exact = truth(reference).get("satterthwaite_df").map(|df| (df, 1e-6));
    exact.or_else(|| reference.get("satterthwaite_df").map(|df| (df, 1e-5)))
}

/// Errors of one case, in the order of the table.
pub struct Errors {
    pub beta: f64,
    pub se: f64,
    pub variances: f64,
    pub criterion: f64,
    pub satterthwaite: Option<f64>,
    pub kenward_roger: Option<(f64, f64)>,
}

pub fn errors(case: &Case, fit: &Fit, reference: &Value) -> Errors {
    let solution = truth(reference);
    let kenward_roger = reference.get("kenward_roger_df").map(|df| {
        let ours = fit.kenward_roger().expect("a fit by REML");
        let se: Vec<f64> = ours.vcov.diagonal().iter().map(|variance| variance.sqrt()).collect();
        (over_terms(case, &ours.df, df), over_terms(case, &se, &reference["kenward_roger_se"]))
    });
    Errors {
        beta: over_terms(case, &fit.beta, &solution["fixef"]),
        se: over_terms(case, &fit.se(), &solution["se"]),
        variances: variances(case, fit, reference),
        criterion: relative(fit.deviance, number(&solution["criterion"])),
        satterthwaite: satterthwaite(reference).map(|(df, _)| over_terms(case, &fit.satterthwaite(), df)),
        kenward_roger,
    }
}
