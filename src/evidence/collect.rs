//! Gathers quantities from the rows of a run, replicate by replicate, so that differences are paired.

use super::statistic::{Column, Link, Part, Quantity};
use crate::dataset::column::{ColumnValues, Table};
use crate::engine::records::Replicates;
use crate::engine::sink::{Batch, Sink};
use crate::engine::summary::MEASURE_COUNT;
use crate::performance::{Measured, Moments};

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

/// Takes the rows of a run and keeps moments of quantities.
#[derive(Debug)]
pub struct Collector<'a> {
    quantities: &'a [Quantity],
    moments: Vec<Moments>,
    /// Row of the first arm of each cell among the rows of a replicate.
    first_row: Vec<usize>,
    /// Rows of a replicate.
    rows: usize,
}

impl<'a> Collector<'a> {
    /// Collects quantities of a study whose cells have so many arms.
    pub fn new(quantities: &'a [Quantity], arms: &[usize]) -> Self {
        let first_row = arms.iter().scan(0, |next, arms| Some(std::mem::replace(next, *next + arms)));
        let first_row = first_row.collect();
        Self { quantities, moments: vec![Moments::default(); quantities.len()], first_row, rows: arms.iter().sum() }
    }

    /// The quantities so far.
    pub fn simulated(&self) -> Vec<Simulated> {
        self.quantities.iter().zip(&self.moments).map(|(quantity, moments)| Simulated::through(quantity.link, moments)).collect()
    }

    fn part(&self, part: &Part, batch: &Batch, measures: &[&[f64]], replicate: usize) -> f64 {
        let row = replicate * self.rows + self.first_row[part.cell] + part.arm;
        part.sign
            * match &part.column {
                Column::Measure(at) => measures[*at][row],
                Column::LogOdds(at) => log_odds(measures[*at][row]),
                Column::Estimate { name, term } => estimate(batch, part, name, term),
            }
    }
}

/// Logarithm of the odds of a share; not defined where nobody or everybody has it.
fn log_odds(share: f64) -> f64 {
    if share > 0.0 && share < 1.0 { libm::log(share / (1.0 - share)) } else { f64::NAN }
}

/// A term of an analysis in one replicate.
fn estimate(_batch: &Batch, _part: &Part, _name: &str, _term: &str) -> f64 {
    f64::NAN
}

/// The measures of a batch, in order.
fn measures(rows: &Replicates) -> Vec<&[f64]> {
    let columns = rows.columns();
    let measures = columns[columns.len() - MEASURE_COUNT..].iter();
    measures.map(|column| if let ColumnValues::F64(values) = column { *values } else { &[] }).collect()
}

impl Sink for Collector<'_> {
    type Error = core::convert::Infallible;

    fn accept(&mut self, batch: &Batch) -> Result<(), Self::Error> {
        let measures = measures(&batch.replicates);
        let replicates = batch.replicates.len() / self.rows.max(1);
        let mut moments = std::mem::take(&mut self.moments);
        for replicate in 0..replicates {
            for (quantity, moments) in self.quantities.iter().zip(&mut moments) {
                moments.add(quantity.parts.iter().map(|part| self.part(part, batch, &measures, replicate)).sum());
            }
        }
        self.moments = moments;
        Ok(())
    }
}
