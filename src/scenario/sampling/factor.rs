//! A swept key and the values it takes.

use crate::scenario::document::Document;
use crate::scenario::overrides::Override;
use crate::scenario::path::Path;
use crate::scenario::schema::{Schema, Shape};

/// Digits of a value that a sampled design puts into a cell.
const DIGITS: usize = 9;

/// A swept key.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Values as written.
    pub(super) written: Vec<Override>,
    /// The range between two numbers, in a sampled design.
    pub(super) range: Option<Range>,
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub low: f64,
    pub high: f64,
    /// Only whole numbers.
    pub whole: bool,
    /// Evenly covered on a logarithmic scale.
    pub log: bool,
}

/// A number as it may be written in a scenario.
pub fn number(text: &str) -> Option<f64> {
    text.trim().replace('_', "").parse().ok().filter(|x: &f64| x.is_finite())
}

impl Range {
    /// The value at a place from 0 to 1. Whole numbers have equal chances (on a logarithmic scale, those that equal
    /// strips of it give).
    fn at(self, u: f64) -> f64 {
        let end = if self.whole { self.high + 1.0 } else { self.high };
        let value = if self.log { self.low * libm::pow(end / self.low, u) } else { self.low + u * (end - self.low) };
        if self.whole { value.floor().clamp(self.low, self.high) } else { rounded(value).clamp(self.low, self.high) }
    }
}

/// The value with as many digits as a reader can use.
fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

impl Factor {
    /// A factor with the values as written. Where `sampled`, two numbers are the ends of a range; whether of whole numbers,
    /// the key itself says.
    pub(super) fn new(written: Vec<Override>, sampled: bool, log: &[String], schema: &Schema) -> Self {
        let numbers: Vec<Option<f64>> = written.iter().map(|one| number(&one.value)).collect();
        let range = match numbers.as_slice() {
            [Some(low), Some(high)] if sampled => {
                let path: Path = written[0].path.parse().unwrap_or_default();
                let places = schema.root().follow(&path);
                let whole = places.first().is_some_and(|(_, place)| matches!(place.shape(), Shape::Whole));
                Some(Range { low: *low, high: *high, whole, log: log.contains(&written[0].path) })
            }
            _ => None,
        };
        Self { written, range }
    }

    /// All factors of the sweep at a path.
    pub(super) fn all(document: &Document, sweep: &Path, sampled: bool, log: &[String], schema: &Schema) -> Vec<Self> {
        document.levels(sweep).into_iter().map(|written| Self::new(written, sampled, log, schema)).collect()
    }

    /// The swept key.
    pub fn path(&self) -> &str {
        self.written.first().map_or("", |value| &value.path)
    }

    /// Values as written.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.written.iter().map(|value| value.value.trim())
    }

    /// Values in words: a list, or a range.
    pub fn words(&self) -> String {
        let all: Vec<&str> = self.values().collect();
        match self.range {
            None => all.join(", "),
            Some(range) => {
                let whole = if range.whole { ", whole numbers" } else { "" };
                let log = if range.log { ", logarithmic" } else { "" };
                format!("{} to {}{whole}{log}", all[0], all[1])
            }
        }
    }

    /// Which value of a list stands at a place from 0 to 1.
    pub fn index(&self, u: f64) -> usize {
        ((u * self.written.len() as f64) as usize).min(self.written.len().saturating_sub(1))
    }

    /// All values can be put in order as numbers.
    pub(super) fn numeric(&self) -> bool {
        self.values().all(|value| number(value).is_some())
    }

    /// The value at a place from 0 to 1, as a change of the scenario.
    pub(super) fn at(&self, u: f64) -> Override {
        let Some(range) = self.range else {
            return self.written[self.index(u)].clone();
        };
        let mut value = self.written[0].clone();
        value.value = range.at(u).to_string();
        value.origin.value.end = self.written[1].origin.value.end.max(value.origin.value.end);
        value
    }

    /// The value at a place as a number that a regression can use: of numbers themselves (their logarithm on a logarithmic
    /// scale), of two words 0 and 1.
    pub fn coordinate(&self, u: f64) -> f64 {
        match self.range {
            Some(range) if range.log => libm::log(range.at(u)),
            Some(range) => range.at(u),
            None if self.numeric() => number(&self.written[self.index(u)].value).unwrap_or(f64::NAN),
            None => self.index(u) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_reach_their_ends_and_whole_numbers_have_equal_chances() {
        let range = Range { low: 2.0, high: 5.0, whole: true, log: false };
        let mut counts = [0; 6];
        (0..400).for_each(|i| counts[range.at((f64::from(i) + 0.5) / 400.0) as usize] += 1);
        assert_eq!(counts, [0, 0, 100, 100, 100, 100]);
        assert_eq!((range.at(0.0), range.at(1.0)), (2.0, 5.0));
        let real = Range { low: 0.1, high: 0.4, whole: false, log: false };
        assert_eq!((real.at(0.0), real.at(1.0), real.at(2.0 / 3.0)), (0.1, 0.4, 0.3));
        let log = Range { low: 0.01, high: 100.0, whole: false, log: true };
        assert_eq!((log.at(0.0), log.at(0.5), log.at(1.0)), (0.01, 1.0, 100.0));
    }

    #[test]
    fn numbers_are_told_from_words() {
        assert_eq!((number("1_000"), number(" -0.5 ")), (Some(1000.0), Some(-0.5)));
        assert_eq!((number("None"), number("inf"), number("Oq()")), (None, None, None));
    }
}
