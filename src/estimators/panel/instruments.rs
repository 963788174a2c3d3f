//! Moment conditions of the method of moments for panels: which earlier values may stand for which predictors.

use super::{Equation, Panel};
use std::collections::BTreeMap;

/// How a variable serves as instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Its values `first` to `last` sessions before the outcome, each in each session a moment condition of its own.
    Lags {
        /// Nearest lag; 2 for the outcome's own past.
        first: usize,
        /// Farthest lag; `usize::MAX` for all.
        last: usize,
    },
    /// Its difference itself: independent of all errors (strictly exogenous). Not for the outcome.
    Itself,
    /// The same value in every session: it plays a part in levels only.
    Constant,
}

/// One equation with its instruments, each by number and value.
pub(super) struct Row {
    pub equation: Equation,
    /// In levels, not differences.
    pub level: bool,
    pub instruments: Vec<(usize, f64)>,
}

/// What tells moment conditions apart: in levels or not, variable, and session and lag where each has its own.
type Condition = (bool, usize, usize, usize);

/// Numbers for moment conditions, given out as they come.
#[derive(Default)]
pub(super) struct Conditions(BTreeMap<Condition, usize>);

impl Conditions {
    fn number(&mut self, condition: Condition) -> usize {
        let next = self.0.len();
        *self.0.entry(condition).or_insert(next)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Panel {
    /// A person's equations in differences and, for the system, in levels.
    pub(super) fn rows(&self, person: usize, uses: &[Use], system: bool, collapse: bool, conditions: &mut Conditions) -> Vec<Row> {
        let mut rows = Vec::new();
        for session in 0..self.length() {
            if let Some(equation) = self.difference(person, session) {
                let instruments = self.for_difference(&equation, uses, collapse, conditions);
                rows.push(Row { equation, level: false, instruments });
            }
        }
        for session in (0..self.length()).filter(|_| system) {
            if let Some(equation) = self.level(person, session) {
                let instruments = self.for_level(&equation, uses, collapse, conditions);
                rows.push(Row { equation, level: true, instruments });
            }
        }
        rows
    }

    fn for_difference(&self, e: &Equation, uses: &[Use], collapse: bool, conditions: &mut Conditions) -> Vec<(usize, f64)> {
        let mut found = Vec::new();
        for (variable, using) in uses.iter().enumerate() {
            match *using {
                Use::Constant => {}
                Use::Itself => found.push((conditions.number((false, variable, 0, 0)), e.x[variable])),
                Use::Lags { first, last } => {
                    for lag in first..=last.min(e.session) {
                        let value = self.value(e.person, variable, e.session.checked_sub(lag));
                        if value.is_finite() {
                            let session = if collapse { 0 } else { e.session };
                            found.push((conditions.number((false, variable, session, lag)), value));
                        }
                    }
                }
            }
        }
        found
    }

    /// The latest difference that lies before the error (Blundell and Bond).
    fn for_level(&self, e: &Equation, uses: &[Use], collapse: bool, conditions: &mut Conditions) -> Vec<(usize, f64)> {
        let mut found = Vec::new();
        for (variable, using) in uses.iter().enumerate() {
            let Use::Lags { first, .. } = *using else {
                found.push((conditions.number((true, variable, 0, 0)), e.x[variable]));
                continue;
            };
            let at = |lag: usize| self.value(e.person, variable, e.session.checked_sub(lag));
            let value = at(first - 1) - at(first);
            if value.is_finite() {
                found.push((conditions.number((true, variable, if collapse { 0 } else { e.session }, 0)), value));
            }
        }
        found
    }
}
