//! A user's program as a method among others.

use super::program::{Answer, Key, Program};
use crate::dataset::frame::Place;
use crate::estimators::analysis::{Fit, Method, Reason, Value};
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::handed::csv;
use crate::estimators::status::Status;
use crate::scenario::estimators::outside::Given;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What all estimators of a program share.
#[derive(Clone, Debug)]
pub struct Source {
    /// The program.
    pub program: Arc<Program>,
    /// Which data it is given.
    pub given: Arc<Given>,
    /// Master seed.
    pub seed: u64,
}

impl Source {
    /// Asks the program about a data set that `uses` estimators ask about.
    fn ask(&self, data: &View, uses: usize) -> (Key, Answer) {
        let Place { cell, replicate } = data.frame.place;
        let key = (cell, replicate, self.arm(data));
        (key, self.program.answer(key, uses, || self.question(data, key)))
    }

    /// The arm of a data set, from 1; 0 for all together.
    fn arm(&self, data: &View) -> u32 {
        let of_arm = &data.frame.rows(data.level).of_arm;
        let own = data.rows.first().and_then(|row| of_arm.iter().position(|rows| rows.contains(row)));
        if self.given.over_arms { 0 } else { own.map_or(0, |arm| arm as u32 + 1) }
    }

    fn question(&self, data: &View, (cell, replicate, arm): Key) -> String {
        let seed = seed_of(self.seed, replicate);
        let head = format!("data rows={} cell={cell} replicate={replicate} arm={arm} seed={seed}\n", data.len());
        head + &csv(&self.given.columns, data)
    }
}

/// A seed for the program's own luck: the same for all arms and cells of a replicate, from 0 to 2³¹ − 1.
fn seed_of(master: u64, replicate: u32) -> u32 {
    let mut hash = Sha256::new();
    hash.update(b"program");
    hash.update(master.to_le_bytes());
    hash.update(replicate.to_le_bytes());
    let bytes = hash.finalize();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3] & 0x7f])
}

/// Asks a program about some data sets to learn what it estimates.
#[derive(Debug)]
pub struct Probe {
    /// The program.
    pub source: Source,
    /// What it said.
    pub answers: Arc<Mutex<BTreeMap<Key, Answer>>>,
}

impl Method for Probe {
    fn terms(&self) -> Vec<String> {
        Vec::new()
    }

    fn variables(&self) -> Vec<&Expr> {
        Vec::new()
    }

    fn slow(&self) -> bool {
        true
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (key, answer) = self.source.ask(data, 1);
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, answer);
        Ok(Fit::done(Vec::new()))
    }
}

/// One estimator of a program.
#[derive(Debug)]
pub struct Brought {
    /// The program.
    pub source: Source,
    /// Which of its estimators.
    pub estimator: String,
    /// Its terms.
    pub terms: Vec<String>,
    /// Number of estimators that the program has.
    pub of: usize,
}

impl Method for Brought {
    fn terms(&self) -> Vec<String> {
        self.terms.clone()
    }

    fn variables(&self) -> Vec<&Expr> {
        Vec::new()
    }

    fn slow(&self) -> bool {
        true
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (_, answer) = self.source.ask(data, self.of);
        let rows = answer.as_ref().as_ref().map_err(|reason| Reason(reason.clone()))?;
        let mut values = vec![Value::NONE; self.terms.len()];
        let mut status = Status::Converged;
        let mut found = false;
        for row in rows.iter().filter(|row| row.estimator == self.estimator) {
            found = true;
            if row.status.clone()? == Status::Boundary {
                status = Status::Boundary;
            }
            let place = self.terms.iter().position(|term| *term == row.term);
            let place = place.ok_or_else(|| Reason(format!("the answer has a term that the first ones did not have: \"{}\"", row.term)))?;
            values[place] = row.value;
        }
        match found {
            true if values.iter().any(|value| !value.estimate.is_nan()) => Ok(Fit { values, status }),
            true => Err(Reason("the answer has no estimate".into())),
            false if self.estimator.is_empty() => Err(Reason("the answer names estimators that the first ones did not name".into())),
            false => Err(Reason(format!("the answer has no rows of \"{}\"", self.estimator))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_positive_and_differ() {
        let seeds: std::collections::BTreeSet<u32> = (1..1000).map(|replicate| seed_of(1, replicate)).collect();
        assert!(seeds.len() == 999 && seeds.iter().all(|seed| *seed < 1 << 31) && seed_of(2, 1) != seed_of(1, 1));
    }
}
