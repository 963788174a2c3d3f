//! Published and simulated numbers in words, on the scale on which they are shown.

use super::report::Row;
use super::targets::{Direction, Published};

/// What a number is multiplied by before it is shown: shares are shown in per cent.
pub fn factor(unit: &str) -> f64 {
    if unit == "share" { 100.0 } else { 1.0 }
}

/// A unit as it is shown; nothing for plain numbers.
pub fn unit_shown(unit: &str) -> &str {
    match unit {
        "share" => "%",
        "1" => "",
        unit => unit,
    }
}

/// Whether a number is counted in units of which tenths are fine enough.
pub fn coarse(unit: &str) -> bool {
    matches!(unit, "share" | "sessions" | "score" | "points" | "weeks" | "clients")
}

/// The name of a quantity with its unit, unless the name says it.
pub fn quantity(row: &Row) -> String {
    let (name, unit) = (&row.target.quantity, unit_shown(&row.unit));
    match unit.is_empty() || name.split([' ', ',']).any(|word| word == unit) {
        true => name.clone(),
        false => format!("{name}, {unit}"),
    }
}

/// What was published, and its standard error (empty where none was printed).
pub fn published(row: &Row) -> (String, String) {
    let number = |x: f64| as_printed(x * factor(&row.unit));
    match row.target.published {
        Published::Value { x, se } => (number(x), se.map(number).unwrap_or_default()),
        Published::Interval { x, low, high } => (format!("{} [{}, {}]", number(x), number(low), number(high)), String::new()),
        Published::Range { low, high } => (format!("{} to {}", number(low), number(high)), String::new()),
        Published::Sign(Direction::Positive) => ("above 0".into(), String::new()),
        Published::Sign(Direction::Negative) => ("below 0".into(), String::new()),
    }
}

/// The same as one text.
pub fn published_shown(row: &Row) -> String {
    match published(row) {
        (value, error) if error.is_empty() => value,
        (value, error) => format!("{value} ± {error}"),
    }
}

/// A simulated mean, with two decimals, one where that is enough, or four where it is small.
pub fn mean(row: &Row) -> String {
    match row.simulated.mean.value * factor(&row.unit) {
        x if x.is_nan() => "not defined".into(),
        x if coarse(&row.unit) => format!("{x:.1}"),
        x if x.abs() < 0.01 => format!("{x:.4}"),
        x => format!("{x:.2}"),
    }
}

/// A number with the decimals that it has, at most four; fractions have at least two.
pub fn as_printed(x: f64) -> String {
    let exact = |decimals: &usize| (format!("{x:.decimals$}").parse::<f64>().unwrap_or(f64::NAN) - x).abs() < 1e-9;
    let decimals = (0..4).find(exact).unwrap_or(4);
    let decimals = if decimals == 1 && x.abs() < 1.0 { 2 } else { decimals };
    format!("{x:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_they_were_printed() {
        let shown: Vec<String> = [0.2, 0.278, -0.33, 14.0, 4.1, 0.197 * 100.0, 1.0 / 3.0].into_iter().map(as_printed).collect();
        assert_eq!(shown, ["0.20", "0.278", "-0.33", "14", "4.1", "19.7", "0.3333"]);
    }
}
