//! Persons sorted by what is known of them, so that all of it is used (full information maximum likelihood).

use super::gaussian::{Block, Change, Implied, Structure};
use super::paths::Paths;
use nalgebra::{DMatrix, DVector};
use std::collections::BTreeMap;

/// Persons with the same variables.
pub(super) struct Patterns {
    /// Which variables, block by block.
    pub known: Vec<Vec<usize>>,
    /// Their moments.
    pub blocks: Vec<Block>,
}

impl Patterns {
    /// Sorts persons; NaN is missing. Those of whom nothing is known are left out.
    pub fn new(persons: &[Vec<f64>]) -> Self {
        let mut sorted: BTreeMap<Vec<usize>, Vec<&Vec<f64>>> = BTreeMap::new();
        for person in persons {
            let known: Vec<usize> = (0..person.len()).filter(|&v| person[v].is_finite()).collect();
            sorted.entry(known).or_default().push(person);
        }
        sorted.remove(&Vec::new());
        let blocks = sorted.iter().map(|(known, persons)| block(known, persons)).collect();
        Self { known: sorted.into_keys().collect(), blocks }
    }

    /// Everything is known of everybody.
    pub fn complete(&self) -> bool {
        self.known.len() <= 1
    }

    /// Persons of whom something is known.
    pub fn persons(&self) -> usize {
        self.blocks.iter().map(|block| block.n as usize).sum()
    }

    /// Mean and variance of a variable among those of whom it is known, and how many they are.
    pub fn moments(&self, variable: usize) -> (f64, f64, f64) {
        let places =
            || self.known.iter().zip(&self.blocks).filter_map(|(known, block)| Some((known.iter().position(|v| *v == variable)?, block)));
        let n: f64 = places().map(|(_, block)| block.n).sum();
        let mean = places().map(|(at, block)| block.n * block.mean[at]).sum::<f64>() / n;
        let square = |(at, block): (usize, &Block)| block.n * (block.scatter[(at, at)] + (block.mean[at] - mean) * (block.mean[at] - mean));
        (n, mean, places().map(square).sum::<f64>() / n)
    }
}

fn block(known: &[usize], persons: &[&Vec<f64>]) -> Block {
    let n = persons.len() as f64;
    let values = |person: &Vec<f64>| DVector::from_iterator(known.len(), known.iter().map(|&v| person[v]));
    let mean = persons.iter().fold(DVector::zeros(known.len()), |sum, person| sum + values(person)) / n;
    let mut scatter = DMatrix::zeros(known.len(), known.len());
    for person in persons {
        let off = values(person) - &mean;
        scatter.ger(1.0 / n, &off, &off, 1.0);
    }
    Block { n, mean, scatter }
}

/// A model of paths with a mean for every variable that is seen; the means are the last parameters.
pub(super) struct WithMeans<'a> {
    pub paths: &'a Paths,
    pub patterns: &'a Patterns,
}

impl Structure for WithMeans<'_> {
    fn implied(&self, at: &DVector<f64>) -> Vec<Implied> {
        let (covariance, by) = self.paths.covariance(at);
        let means = at.rows(self.paths.parameters, self.paths.seen);
        let of = |known: &Vec<usize>| {
            let q = known.len();
            let part = |whole: &DMatrix<f64>| DMatrix::from_fn(q, q, |i, j| whole[(known[i], known[j])]);
            let changes = by.iter().map(|by| Change::Covariance(part(by)));
            let of_means = (0..self.paths.seen).map(|v| Change::Mean(DVector::from_fn(q, |i, _| f64::from(u8::from(known[i] == v)))));
            let mean = DVector::from_fn(q, |i, _| means[known[i]]);
            Implied { mean, covariance: part(&covariance), by: changes.chain(of_means).collect() }
        };
        self.patterns.known.iter().map(of).collect()
    }
}
