//! Sliders as the page needs them: every value that they can have, and how it is told. Units, limits and meanings come from
//! the reference of the scenario's keys; there is no second copy of them.

use super::lesson::{Guess, Lesson, Moves, Slider, Told};
use super::words::{decimals, number};
use crate::model::math::logistic;
use crate::scenario::describe::{Entry, explain};
use crate::scenario::estimators::numbers_at;
use crate::scenario::file::ScenarioFile;
use crate::scenario::load::Scenario;
use serde::Serialize;
use std::collections::BTreeMap;

/// Values of the sliders by key.
pub type Values = BTreeMap<String, f64>;

/// A slider with everything that is shown of it.
#[derive(Clone, Debug, Serialize)]
pub struct Control {
    /// Key.
    pub key: String,
    /// Label.
    pub label: String,
    /// Every value that it can have, rising.
    pub values: Vec<f64>,
    /// How each of them is told.
    pub texts: Vec<String>,
    /// Which of them it has at first.
    pub start: usize,
    /// What the key means, with its source.
    pub help: String,
    /// It moves a key of the scenario.
    pub of_scenario: bool,
    /// Only whole numbers make sense.
    #[serde(skip)]
    pub whole: bool,
}

impl Control {
    /// A value as a scenario would have it.
    pub fn written(&self, value: f64) -> String {
        if self.whole { format!("{value:.0}") } else { format!("{value:?}") }
    }
}

/// All values from a lowest to a highest.
pub fn steps((from, to, step): (f64, f64, f64)) -> Vec<f64> {
    let scale = libm::pow(10.0, decimals(step) as f64);
    let n = ((to - from) / step + 1e-9).floor() as usize;
    (0..=n).map(|i| ((from + i as f64 * step) * scale).round() / scale).collect()
}

/// A value as it is told.
pub fn told(value: f64, step: f64, unit: Option<&str>, told: Told) -> String {
    let plain = || number(value, decimals(step));
    match told {
        Told::Plain => match unit {
            Some(unit) if unit != "1" => counted(&plain(), unit),
            _ => plain(),
        },
        Told::With("") => plain(),
        Told::With(words) => format!("{} {words}", plain()),
        Told::Percent => format!("{}\u{a0}%", number(100.0 * value, decimals(100.0 * step))),
        Told::Yes => if value > 0.5 { "yes" } else { "no" }.into(),
        Told::LogOdds => format!("{}\u{a0}%", number(100.0 * logistic(value), 1)),
    }
}

/// Units of which there can be one.
const COUNTED: [&str; 7] = ["clinics", "therapists", "clients", "sessions", "weeks", "years", "replicates"];

/// A number with its unit: "1 clinic", "2 clients per therapist".
fn counted(number: &str, unit: &str) -> String {
    let (first, rest) = unit.split_at(unit.find(' ').unwrap_or(unit.len()));
    let one = number == "1" && COUNTED.contains(&first);
    format!("{number} {}{rest}", if one { &first[..first.len() - 1] } else { first })
}

/// What the reference says about the key of a slider.
pub fn reference(slider: &Slider) -> Option<Entry> {
    explain::<ScenarioFile>(slider.key).ok()
}

/// Number of a key of a scenario: as its text says, else as an arm has it that does not say otherwise, the last one first.
pub fn value_in(text: &str, scenario: &Scenario, key: &str) -> Option<f64> {
    let arms = scenario.cells.first().map_or(&[][..], |cell| &cell.arms);
    let texts = core::iter::once(text).chain(arms.iter().rev().map(|arm| arm.text.as_str()));
    texts.map(|text| numbers_at(text, &[key.to_owned()])[0]).find(|x| x.is_finite())
}

fn nearest(values: &[f64], to: f64) -> usize {
    let distance = |i: &usize| (values[*i] - to).abs();
    (0..values.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
}

/// A slider of a lesson whose scenario is `scenario`.
pub fn control(slider: &Slider, text: &str, scenario: &Scenario) -> Control {
    let entry = match slider.moves {
        Moves::Key => reference(slider),
        Moves::Look(_) => None,
    };
    let limits = entry.as_ref().map_or((None, None), |entry| (entry.min, entry.max));
    let within = |x: &f64| limits.0.is_none_or(|min| *x >= min) && limits.1.is_none_or(|max| *x <= max);
    let mut values: Vec<f64> = steps(slider.range).into_iter().filter(within).collect();
    let start = match slider.moves {
        Moves::Key => value_in(text, scenario, slider.key).unwrap_or(slider.range.0),
        Moves::Look(start) => start,
    };
    // A default between two steps is a place of its own.
    if !values.iter().any(|x| (x - start).abs() < 1e-9) {
        values.push(start);
        values.sort_by(f64::total_cmp);
    }
    let unit = entry.as_ref().and_then(|entry| entry.unit.clone());
    let texts = values.iter().map(|&x| told(x, slider.range.2, unit.as_deref(), slider.told)).collect();
    let start = nearest(&values, start);
    Control {
        key: slider.key.into(),
        label: slider.label.into(),
        values,
        texts,
        start,
        help: entry.as_ref().map_or_else(String::new, help),
        of_scenario: slider.moves == Moves::Key,
        whole: entry.as_ref().is_some_and(is_whole),
    }
}

/// Must a whole number stand there?
pub fn is_whole(entry: &Entry) -> bool {
    entry.kind.contains("whole number")
}

/// What a key means, what may stand there, and on what evidence.
pub fn help(entry: &Entry) -> String {
    let mut out = entry.doc.replace('\n', " ");
    if let Some(range) = &entry.range {
        out.push_str(&format!(" Key {}: {range}.", entry.path));
    }
    if let Some(source) = &entry.source {
        out.push_str(&format!(" Default after: {source}{}.", if entry.weak { " (weak evidence)" } else { "" }));
    }
    out
}

/// The guess of a lesson: a slider, or answers to choose from.
#[derive(Clone, Debug, Serialize)]
pub struct GuessControl {
    /// The question.
    pub ask: String,
    /// Numbers that can be guessed; the positions of the answers where there are answers.
    pub values: Vec<f64>,
    /// How they are told.
    pub texts: Vec<String>,
    /// Where the slider stands at first.
    pub start: usize,
    /// Answers to choose from.
    pub choice: bool,
}

/// The guess of a lesson.
pub fn guess(lesson: &Lesson) -> GuessControl {
    match lesson.guess {
        Guess::Number { ask, range, start, told: how } => {
            let values = steps(range);
            let texts = values.iter().map(|&x| told(x, range.2, None, how)).collect();
            GuessControl { ask: ask.into(), start: nearest(&values, start), values, texts, choice: false }
        }
        Guess::Choice { ask, answers } => GuessControl {
            ask: ask.into(),
            values: (0..answers.len()).map(|i| i as f64).collect(),
            texts: answers.iter().map(ToString::to_string).collect(),
            start: 0,
            choice: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_where_they_should() {
        assert_eq!(steps((0.0, 0.3, 0.1)), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(steps((-1.0, 1.0, 0.5)).len(), 5);
        assert_eq!(steps((5.0, 5.0, 1.0)), [5.0]);
    }

    #[test]
    fn values_are_told_with_their_unit() {
        assert_eq!(told(4.0, 1.0, Some("clients"), Told::Plain), "4 clients");
        assert_eq!(told(0.05, 0.01, None, Told::Percent), "5\u{a0}%");
        assert_eq!(told(0.0, 0.1, None, Told::LogOdds), "50.0\u{a0}%");
        assert_eq!(told(-0.5, 0.1, None, Told::With("points")), "−0.5 points");
    }
}
