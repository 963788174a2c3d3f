//! Reading reference data and results, and comparing with them.

mod hard;
mod linear;
mod logistic;
mod meta;
mod panel;
mod structural;
mod survival;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Reference results have 12 significant digits.
const DIGITS: f64 = 6e-12;

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Columns of numbers by name.
fn table(name: &str) -> BTreeMap<String, Vec<f64>> {
    let text = text(name);
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("a head").split(',').map(|n| n.trim_matches('"')).collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line.split(',')) {
            column.push(cell.trim().parse().unwrap_or(f64::NAN));
        }
    }
    names.into_iter().map(str::to_owned).zip(columns).collect()
}

fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).expect("JSON")
}

fn number(value: &Value, pointer: &str) -> f64 {
    value.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {pointer}"))
}

fn numbers(value: &Value, pointer: &str) -> Vec<f64> {
    let found = value.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"));
    match found {
        Value::Array(list) => list.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect(),
        Value::Object(map) => map.values().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect(),
        _ => panic!("no list at {pointer}"),
    }
}

/// Relative difference within `relative`.
fn close(what: &str, found: f64, expected: f64, relative: f64) {
    let off = (found - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
    assert!(off <= relative, "{what}: {found:.13e}, expected {expected:.13e}: relative difference {off:.1e} over {relative:.0e}");
}

fn all_close(what: &str, found: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(found.len(), expected.len(), "{what}: number of values");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        close(&format!("{what} [{i}]"), *found, *expected, relative);
    }
}

fn labels(column: &[f64]) -> Vec<usize> {
    column.iter().map(|x| *x as usize).collect()
}
