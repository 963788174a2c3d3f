//! The design of a study: which combinations of the swept values are its cells, and in what order.
mod factor;
mod fraction;
mod sampled;
mod sound;
mod words;

pub use factor::{Factor, number};
pub use fraction::{Effect, Fraction};

use super::document::Document;
use super::file::ScenarioFile;
use super::overrides::Override;
use super::path::Path;
use super::points::Points;
use super::problem::Problems;
use super::schema::Schema;

/// Most cells of a design: beyond this a sweep is a slip rather than a plan.
const MOST_CELLS: usize = 100_000;

/// The design of a study.
#[derive(Clone, Debug, Default)]
pub struct Sampling {
    /// Which combinations are simulated.
    pub points: Points,
    /// Swept keys.
    pub factors: Vec<Factor>,
    /// Where each cell lies: for every factor a number from 0 to 1, in a sampled design a place in its range, else the middle
    /// of the strip that belongs to one of its values.
    pub cells: Vec<Vec<f64>>,
    /// The fraction, of a fractional factorial.
    pub fraction: Option<Fraction>,
}

impl Sampling {
    /// The design that a file asks for.
    ///
    /// # Errors
    /// Everything about it that cannot be.
    pub(super) fn of(base: &ScenarioFile, document: &Document) -> Result<Self, Problems> {
        let sweep = Path::default().field("sweep");
        let points = base.points.clone();
        let schema = Schema::of::<ScenarioFile>();
        let factors = Factor::all(document, &sweep, points.sampled(), points.log(), &schema);
        sound::check(&points, &factors, document)?;
        let fraction = match &points {
            Points::Fraction(group) => Some(Fraction::best(factors.len(), group.runs.ilog2())),
            _ => None,
        };
        let mut design = Self { points, factors, cells: Vec::new(), fraction };
        design.cells = design.places();
        Ok(design)
    }

    /// The cells, see [`Self::cells`].
    fn places(&self) -> Vec<Vec<f64>> {
        let k = self.factors.len();
        let middle = |factor: &Factor, index: usize| (index as f64 + 0.5) / factor.written.len() as f64;
        match (&self.points, &self.fraction) {
            (Points::LatinHypercube(group), _) => sampled::latin(group, k),
            (Points::Morris(group), _) => sampled::morris(group, k),
            (Points::Sobol(group), _) => sampled::sobol(group, k),
            (_, Some(fraction)) => {
                let run = |run| (0..k).map(|f| middle(&self.factors[f], fraction.level(run, f))).collect();
                (0..1 << fraction.basic).map(run).collect()
            }
            _ => {
                let count = sound::combinations(&self.factors);
                // The last factor varies fastest.
                let cell = |index: usize| {
                    let mut rest = index;
                    let mut place: Vec<f64> = Vec::with_capacity(k);
                    for factor in self.factors.iter().rev() {
                        place.push(middle(factor, rest % factor.written.len()));
                        rest /= factor.written.len();
                    }
                    place.reverse();
                    place
                };
                (0..count).map(cell).collect()
            }
        }
    }

    /// The values of a cell, as changes of the scenario.
    pub(super) fn levels(&self, cell: usize) -> Vec<Override> {
        self.factors.iter().zip(&self.cells[cell]).map(|(factor, &u)| factor.at(u)).collect()
    }

    /// The cell with every factor at its first value, and the one with every factor at its last.
    pub(super) fn corners(&self) -> [Vec<Override>; 2] {
        [0.0, 1.0].map(|u| self.factors.iter().map(|factor| factor.at(u)).collect())
    }

    /// For every cell and factor, which of the values written it has.
    pub fn indices(&self) -> Vec<Vec<usize>> {
        let one = |cell: &Vec<f64>| self.factors.iter().zip(cell).map(|(factor, &u)| factor.index(u)).collect();
        self.cells.iter().map(one).collect()
    }

    /// For every cell and factor, its value as a number that a regression can use.
    pub fn coordinates(&self) -> Vec<Vec<f64>> {
        let one = |cell: &Vec<f64>| self.factors.iter().zip(cell).map(|(factor, &u)| factor.coordinate(u)).collect();
        self.cells.iter().map(one).collect()
    }
}
