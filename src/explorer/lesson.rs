//! What a lesson is.

use super::bench::{Bench, Trouble};
use super::controls::Values;
use super::scene::Scene;

/// A lesson: one question, and what it takes to look for the answer.
#[derive(Clone, Copy, Debug)]
pub struct Lesson {
    /// Name in links.
    pub id: &'static str,
    /// Name in the list of lessons.
    pub name: &'static str,
    /// The question: title of the page.
    pub question: &'static str,
    /// What is simulated, in a sentence or two.
    pub lead: &'static str,
    /// The scenario, as a file would have it.
    pub scenario: &'static str,
    /// Sliders, at most six.
    pub sliders: &'static [Slider],
    /// What is to be guessed before the picture is shown.
    pub guess: Guess,
    /// For teachers: what to do, what to ask, what the model leaves out.
    pub notes: &'static [Note],
    /// Makes the scene.
    pub scene: fn(&Ask, &Bench) -> Result<Scene, Trouble>,
}

/// A paragraph for teachers, with what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// What it is about: "Try", "Ask", "Mind".
    pub about: &'static str,
    /// The text.
    pub text: &'static str,
}

/// A slider.
#[derive(Clone, Copy, Debug)]
pub struct Slider {
    /// Key of the scenario, or the name of something that is only looked at differently.
    pub key: &'static str,
    /// Label.
    pub label: &'static str,
    /// What it moves.
    pub moves: Moves,
    /// Lowest and highest value, and the step. Of a key they lie within the limits of the reference (a test sees to it).
    pub range: (f64, f64, f64),
    /// How a value is told.
    pub told: Told,
}

/// What a slider moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moves {
    /// A key of the scenario.
    Key,
    /// What is looked at; the scenario stays. With the value at the start.
    Look(f64),
}

/// How a value is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// As a number with the unit of the reference.
    Plain,
    /// A number with these words after it instead of the unit.
    With(&'static str),
    /// A share as a percentage.
    Percent,
    /// Log-odds as the percentage that they mean.
    LogOdds,
    /// 0 is no, 1 is yes.
    Yes,
}

impl Slider {
    /// A slider of a key.
    pub const fn key(key: &'static str, label: &'static str, range: (f64, f64, f64), told: Told) -> Self {
        Self { key, label, moves: Moves::Key, range, told }
    }

    /// A slider of what is looked at.
    pub const fn look(key: &'static str, label: &'static str, range: (f64, f64, f64), start: f64, told: Told) -> Self {
        Self { key, label, moves: Moves::Look(start), range, told }
    }
}

/// What is to be guessed.
#[derive(Clone, Copy, Debug)]
pub enum Guess {
    /// A number.
    Number {
        /// The question.
        ask: &'static str,
        /// Lowest and highest number, step.
        range: (f64, f64, f64),
        /// Where the slider stands at first.
        start: f64,
        /// How a number is told.
        told: Told,
    },
    /// One of several answers, from 0.
    Choice {
        /// The question.
        ask: &'static str,
        /// The answers.
        answers: &'static [&'static str],
    },
}

/// What a lesson is asked to show.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The scenario, with the sliders' values.
    pub text: String,
    /// The sliders' values.
    pub values: Values,
    /// Show the truth too.
    pub reveal: bool,
}
