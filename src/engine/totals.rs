//! Summaries over replicates: every measure per arm, and every difference between arms, each with
//! its Monte Carlo standard error. Replicates are added in order, so sums do not depend on threads.

use super::service::{TIMELINE, TimelineWeek};
use super::summary::{MEASURE_COUNT, MEASURES, Summary};
use super::trajectories::{ArmCourse, CourseTotals};
use crate::performance::{Measured, Moments, PairedShares};

/// Measures for which odds ratio and number needed to treat are given.
pub const RATIO_MEASURES: [&str; 3] = ["success", "deteriorated", "dropout"];

/// Measures that only a comparison of two arms can have: not defined for the comparison arm.
pub const COMPARISONS: [&str; 7] =
    ["between_d", "between_d_not_on_track", "helped", "harmed", "effect_sd", "observed_difference", "observed_d"];

/// Measures that a study reports which does not see everything (see the `design` of a scenario). Their spread over replicates
/// is kept too: it is how far one such study may be off by chance.
pub const OF_A_STUDY: [&str; 12] = [
    "observed_clients",
    "observed_therapists",
    "observed_clients_per_therapist",
    "observed_final_score",
    "observed_icc",
    "observed_r",
    "observed_r_between",
    "observed_r_within",
    "observed_difference",
    "observed_d",
    "pooled_r",
    "pooled_tau",
];

/// Totals of one arm of one cell.
#[derive(Clone, Debug)]
pub struct ArmTotals {
    /// Moments of each measure, in the order of [`MEASURES`].
    pub level: Vec<Moments>,
    /// Moments of the paired difference to the comparison arm.
    pub difference: Vec<Moments>,
    /// Moments of every week of open clinics, in the order of [`TIMELINE`].
    pub weeks: Vec<[Moments; TIMELINE.len()]>,
    /// Courses session by session; nothing in the cells that do not keep them.
    pub courses: CourseTotals,
}

impl Default for ArmTotals {
    fn default() -> Self {
        Self {
            level: vec![Moments::default(); MEASURE_COUNT],
            difference: vec![Moments::default(); MEASURE_COUNT],
            weeks: Vec::new(),
            courses: CourseTotals::default(),
        }
    }
}

/// Position of a measure in [`MEASURES`].
///
/// # Panics
/// When there is no measure of that name: a programming error.
pub fn measure(name: &str) -> usize {
    MEASURES.iter().position(|spec| spec.name == name).unwrap_or_else(|| panic!("no measure is called {name}"))
}

impl ArmTotals {
    /// Mean of a measure over replicates.
    pub fn mean(&self, name: &str) -> Measured {
        self.level[measure(name)].measured()
    }

    /// Mean paired difference of a measure to the comparison arm.
    pub fn contrast(&self, name: &str) -> Measured {
        self.difference[measure(name)].measured()
    }

    /// A share in this arm and the comparison arm.
    pub fn shares(&self, base: &Self, name: &str) -> PairedShares {
        let m = measure(name);
        PairedShares { arm: self.level[m], base: base.level[m], difference: self.difference[m] }
    }
}

/// Totals of all arms of all cells.
#[derive(Clone, Debug)]
pub struct Totals {
    /// Arms of each cell.
    pub cells: Vec<Vec<ArmTotals>>,
}

impl Totals {
    /// Empty totals for cells with so many arms.
    pub fn new(arms: impl Iterator<Item = usize>) -> Self {
        Self { cells: arms.map(|n| vec![ArmTotals::default(); n]).collect() }
    }

    /// Adds one replicate of one cell: summary and timeline of every arm.
    pub fn add(&mut self, cell: usize, arms: &[Summary], timelines: &[Vec<TimelineWeek>]) {
        for (totals, timeline) in self.cells[cell].iter_mut().zip(timelines) {
            totals.weeks.resize_with(timeline.len(), Default::default);
            for (moments, week) in totals.weeks.iter_mut().flatten().zip(timeline.iter().flatten()) {
                moments.add(*week);
            }
        }
        let base = arms.first().map(Summary::values);
        for (a, (totals, summary)) in self.cells[cell].iter_mut().zip(arms).enumerate() {
            let values = summary.values();
            for (moments, value) in totals.level.iter_mut().zip(values) {
                moments.add(value);
            }
            if let (Some(base), true) = (base, a > 0) {
                for (moments, (value, base)) in totals.difference.iter_mut().zip(values.iter().zip(base)) {
                    moments.add(value - base);
                }
            }
        }
    }

    /// Adds the courses of one replicate of one cell, arm by arm.
    pub fn add_courses(&mut self, cell: usize, courses: &[ArmCourse]) {
        for (totals, course) in self.cells[cell].iter_mut().zip(courses) {
            totals.courses.add(course);
        }
    }

    /// Largest Monte Carlo standard error of the headline: the paired difference in the final score of
    /// every contrast, or the final score itself where there is only one arm.
    pub fn headline_mcse(&self) -> f64 {
        let one = |arms: &Vec<ArmTotals>| {
            let contrasts = arms.iter().skip(1).map(|arm| arm.contrast("final_score").mcse);
            let alone = (arms.len() == 1).then(|| arms[0].mean("final_score").mcse);
            contrasts.chain(alone).fold(0.0, |worst: f64, mcse| if mcse.is_nan() { f64::INFINITY } else { worst.max(mcse) })
        };
        self.cells.iter().map(one).fold(0.0, f64::max)
    }
}
