//! Gathers quantities from the rows of a run, replicate by replicate, so that differences are paired.

use super::statistic::{Column, Link, Part, Quantity};
use crate::dataset::column::{ColumnValues, Table};
use crate::engine::sink::{Batch, Sink};
use crate::engine::summary::MEASURE_COUNT;
use crate::estimators::analysis::Analyses;
use crate::performance::{Measured, Moments};
use std::collections::HashMap;

/// A simulated quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulated {
    /// Mean over replicates, with its Monte Carlo standard error.
    pub mean: Measured,
    /// Standard deviation over replicates: by how much single studies of this size differ.
    pub spread: Measured,
    /// Replicates in which it was defined.
    pub replicates: u64,
}

impl Simulated {
    /// From moments over replicates.
    pub fn through(link: Link, moments: &Moments) -> Self {
        let (mean, spread) = (moments.measured(), moments.spread());
        // Standard errors by the delta method.
        let (value, slope) = match link {
            Link::Identity => (mean.value, 1.0),
            Link::Exponential => (libm::exp(mean.value), libm::exp(mean.value)),
            Link::Reciprocal => (1.0 / mean.value, 1.0 / (mean.value * mean.value)),
        };
        let scaled = |m: Measured| Measured { value: m.value * slope, mcse: m.mcse * slope };
        Self { mean: Measured { value, mcse: mean.mcse * slope }, spread: scaled(spread), replicates: moments.n() }
    }
}

/// Where a part of a quantity stands among the rows of a replicate.
#[derive(Clone, Copy, Debug)]
enum Found {
    /// Row among the summaries of all cells and arms, and measure.
    Measure(usize, usize),
    /// The same for the logarithm of the odds of a share.
    LogOdds(usize, usize),
    /// Cell, and row among its estimates.
    Estimate(usize, usize),
}

/// Takes the rows of a run and keeps quantities, replicate by replicate.
#[derive(Debug)]
pub struct Collector {
    quantities: Vec<(Link, Vec<(f64, Found)>)>,
    /// Of each quantity, its value in each replicate; NaN where it is not defined.
    values: Vec<Vec<f64>>,
    /// Rows of a replicate among the summaries.
    rows: usize,
    /// Rows of a replicate among the estimates of each cell.
    estimates: Vec<usize>,
}

/// Columns of the estimates that are needed.
struct Estimates<'a> {
    values: &'a [f64],
    /// First row of each replicate and cell.
    first: HashMap<(i32, usize), usize>,
}

impl Collector {
    /// Collects quantities of a study whose cells have so many arms, and which makes these analyses.
    pub fn new(quantities: &[Quantity], arms: &[usize], analyses: &Analyses) -> Self {
        let first: Vec<usize> = arms.iter().scan(0, |next, arms| Some(std::mem::replace(next, *next + arms))).collect();
        let find = |part: &Part| {
            let row = first[part.cell] + part.arm;
            let found = match &part.column {
                Column::Measure(at) => Found::Measure(row, *at),
                Column::LogOdds(at) => Found::LogOdds(row, *at),
                Column::Estimate { name, term } => {
                    Found::Estimate(part.cell, estimate_row(analyses, arms[part.cell], name, part.arm) + term)
                }
            };
            (part.sign, found)
        };
        Self {
            quantities: quantities.iter().map(|one| (one.link, one.parts.iter().map(find).collect())).collect(),
            values: vec![Vec::new(); quantities.len()],
            rows: arms.iter().sum(),
            estimates: arms.iter().map(|&arms| analyses.list.iter().map(|one| one.arms(arms).len() * one.terms().len()).sum()).collect(),
        }
    }

    /// The quantities so far.
    pub fn simulated(&self) -> Vec<Simulated> {
        self.quantities.iter().zip(&self.values).map(|((link, _), values)| Simulated::through(*link, &moments(values))).collect()
    }

    /// Of each quantity, its value in each replicate, before the link.
    pub fn into_values(self) -> Vec<Vec<f64>> {
        self.values
    }

    fn estimates<'a>(&self, columns: &[ColumnValues<'a>]) -> Estimates<'a> {
        let mut found = Estimates { values: &[], first: HashMap::new() };
        if let [ColumnValues::I32(cells), ColumnValues::I32(replicates), _, _, _, ColumnValues::F64(values), ..] = columns {
            found.values = values;
            let mut at = 0;
            while at < cells.len() {
                let cell = cells[at] as usize - 1;
                found.first.insert((replicates[at], cell), at);
                at += self.estimates[cell];
            }
        }
        found
    }
}

/// Mean and spread of a quantity.
fn moments(values: &[f64]) -> Moments {
    let mut moments = Moments::default();
    values.iter().for_each(|&value| moments.add(value));
    moments
}

/// The row of the first term of an analysis in an arm, among the estimates of a replicate of a cell.
fn estimate_row(analyses: &Analyses, arms: usize, name: &str, arm: usize) -> usize {
    let before = analyses.list.iter().take_while(|one| one.name != name);
    let before: usize = before.map(|one| one.arms(arms).len() * one.terms().len()).sum();
    let own = analyses.list.iter().find(|one| one.name == name);
    before + own.map_or(0, |one| if one.over_arms { 0 } else { arm * one.terms().len() })
}

/// Logarithm of the odds of a share; not defined where nobody or everybody has it.
fn log_odds(share: f64) -> f64 {
    if share > 0.0 && share < 1.0 { libm::log(share / (1.0 - share)) } else { f64::NAN }
}

impl Sink for Collector {
    type Error = core::convert::Infallible;

    fn accept(&mut self, batch: &Batch) -> Result<(), Self::Error> {
        let columns = batch.replicates.columns();
        let measures = &columns[columns.len() - MEASURE_COUNT..];
        let estimate_columns = batch.estimates.columns();
        let estimates = self.estimates(&estimate_columns);
        for first in (0..batch.replicates.len()).step_by(self.rows.max(1)) {
            let replicate = if let ColumnValues::I32(numbers) = columns[1] { numbers[first] } else { 0 };
            let measure = |row: usize, at: usize| if let ColumnValues::F64(values) = measures[at] { values[first + row] } else { f64::NAN };
            let value = |found: Found| match found {
                Found::Measure(row, at) => measure(row, at),
                Found::LogOdds(row, at) => log_odds(measure(row, at)),
                // A replicate that failed has no estimates.
                Found::Estimate(cell, row) => {
                    estimates.first.get(&(replicate, cell)).map_or(f64::NAN, |first| estimates.values[first + row])
                }
            };
            for ((_, parts), values) in self.quantities.iter().zip(&mut self.values) {
                let sum: f64 = parts.iter().map(|&(sign, found)| sign * value(found)).sum();
                values.push(if sum.is_finite() { sum } else { f64::NAN });
            }
        }
        Ok(())
    }
}
