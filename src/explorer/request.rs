//! What the page asks for, and what of it makes no sense.

use super::controls::{Control, Values};
use super::words::number;
use crate::scenario::suggest::nearest;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the page asks for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Lesson.
    pub lesson: String,
    /// Seed; none for the scenario's own.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Sliders that were moved.
    #[serde(default)]
    pub values: BTreeMap<String, f64>,
    /// What was guessed.
    #[serde(default)]
    pub guess: Option<f64>,
    /// Show the truth too.
    #[serde(default)]
    pub reveal: bool,
    /// Width of the picture in pixels.
    #[serde(default)]
    pub width: Option<f64>,
    /// A scenario of the user's own.
    #[serde(default)]
    pub text: Option<String>,
}

/// Largest seed: what a browser can hold as a number.
pub const LARGEST_SEED: u64 = 1 << 53;

/// Problems of the sliders' values, for people.
pub fn problems(request: &Request, controls: &[Control]) -> Vec<String> {
    let mut found = Vec::new();
    if request.seed.is_some_and(|seed| seed > LARGEST_SEED) {
        found.push(format!("seed: a whole number up to {LARGEST_SEED} is needed"));
    }
    for (key, value) in &request.values {
        match controls.iter().find(|control| control.key == *key) {
            None => {
                let meant = nearest(key, controls.iter().map(|control| control.key.as_str()));
                let help = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
                found.push(format!("{key}: this lesson has no such slider{help}"));
            }
            Some(control) if position(control, *value).is_none() => found.push(format!(
                "{key} = {}: the slider goes from {} to {} in {} steps",
                number(*value, 3),
                control.texts.first().map_or("", String::as_str),
                control.texts.last().map_or("", String::as_str),
                control.values.len().saturating_sub(1),
            )),
            Some(_) => {}
        }
    }
    found
}

/// Position of a value among those that a slider can have.
pub fn position(control: &Control, value: f64) -> Option<usize> {
    control.values.iter().position(|&x| (x - value).abs() < 1e-9)
}

/// Values of all sliders: those that were moved, and the others where they stand at first.
pub fn values(request: &Request, controls: &[Control]) -> Values {
    let of = |control: &Control| request.values.get(&control.key).copied().or_else(|| control.values.get(control.start).copied());
    controls.iter().filter_map(|control| Some((control.key.clone(), of(control)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control() -> Control {
        Control {
            key: "clinics.therapists".into(),
            label: "Therapists".into(),
            values: vec![5.0, 10.0],
            texts: vec!["5".into(), "10".into()],
            start: 0,
            help: String::new(),
            of_scenario: true,
            whole: true,
        }
    }

    #[test]
    fn values_that_no_slider_has_are_told_all_at_once() {
        let values = [("clinics.therapsts".to_owned(), 5.0), ("clinics.therapists".to_owned(), 7.0)].into();
        let request = Request { values, seed: Some(u64::MAX), ..Request::default() };
        let found = problems(&request, &[control()]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[1].contains("from 5 to 10") && found[2].contains("did you mean clinics.therapists?"), "{found:?}");
        let request = Request { values: [("clinics.therapists".to_owned(), 10.0)].into(), ..Request::default() };
        assert!(problems(&request, &[control()]).is_empty());
        assert_eq!(super::values(&request, &[control()])["clinics.therapists"], 10.0);
        assert_eq!(super::values(&Request::default(), &[control()])["clinics.therapists"], 5.0);
    }
}
