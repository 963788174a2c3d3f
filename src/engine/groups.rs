//! Headline values of every cell by groups of replicates: what it takes to say how far luck may have moved a comparison
//! of cells, which share their luck.

use super::summary::Summary;
use super::totals::measure;
use crate::performance::sensitivity::Replicated;

/// Measures whose drivers are asked for: of the first arm themselves, of the others their paired difference to it.
pub const HEADLINE: [&str; 2] = ["final_score", "dropout"];

/// Groups of replicates; replicate r belongs to group r mod this.
const GROUPS: usize = 20;

/// Number and sum of the values of one measure, arm, cell and group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    n: u64,
    sum: f64,
}

/// Sums of the headline measures in each cell and arm, by groups of replicates.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// Cell, arm, measure, group. Empty for a design of one cell, which compares nothing.
    cells: Vec<Vec<[[Sum; GROUPS]; HEADLINE.len()]>>,
    /// Replicates in each group.
    sizes: [u64; GROUPS],
}

impl Groups {
    /// Empty sums for cells with so many arms.
    pub fn new(arms: impl ExactSizeIterator<Item = usize>) -> Self {
        let cells = if arms.len() > 1 { arms.map(|n| vec![[[Sum::default(); GROUPS]; HEADLINE.len()]; n]).collect() } else { Vec::new() };
        Self { cells, sizes: [0; GROUPS] }
    }

    /// Adds one completed replicate of one cell.
    pub fn add(&mut self, cell: usize, replicate: u64, arms: &[Summary]) {
        let group = (replicate % GROUPS as u64) as usize;
        self.sizes[group] += u64::from(cell == 0);
        let (Some(sums), Some(base)) = (self.cells.get_mut(cell), arms.first().map(Summary::values)) else {
            return;
        };
        for (a, (sums, summary)) in sums.iter_mut().zip(arms).enumerate() {
            let values = summary.values();
            for (sums, name) in sums.iter_mut().zip(HEADLINE) {
                let m = measure(name);
                let value = values[m] - if a > 0 { base[m] } else { 0.0 };
                if !value.is_nan() {
                    sums[group].n += 1;
                    sums[group].sum += value;
                }
            }
        }
    }

    /// One of [`HEADLINE`] in one arm of every cell, over all replicates and without each group.
    pub fn replicated(&self, measure: usize, arm: usize) -> Replicated {
        let mean = |without: Option<usize>| -> Vec<f64> {
            let of = |cell: &Vec<[[Sum; GROUPS]; HEADLINE.len()]>| {
                let kept = cell[arm][measure].iter().enumerate().filter(|(group, _)| Some(*group) != without).map(|(_, sum)| sum);
                let (n, sum) = kept.fold((0, 0.0), |(n, total), one| (n + one.n, total + one.sum));
                sum / n as f64
            };
            self.cells.iter().map(of).collect()
        };
        let used = (0..GROUPS).filter(|&group| self.sizes[group] > 0);
        Replicated { all: mean(None), without: used.map(|group| (self.sizes[group], mean(Some(group)))).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(final_score: f64) -> Summary {
        Summary { final_score, ..Summary::NONE }
    }

    #[test]
    fn groups_give_means_with_and_without_each_of_them() {
        let mut groups = Groups::new([2, 2].into_iter());
        for replicate in 0..40 {
            let x = replicate as f64;
            groups.add(0, replicate, &[summary(x), summary(x + 1.0)]);
            groups.add(1, replicate, &[summary(-x), summary(3.0 - x)]);
        }
        let (level, difference) = (groups.replicated(0, 0), groups.replicated(0, 1));
        assert_eq!((level.all, difference.all), (vec![19.5, -19.5], vec![1.0, 3.0]));
        // Without replicates 0 and 20, and without 19 and 39.
        assert_eq!(level.without[0], (2, vec![760.0 / 38.0, -760.0 / 38.0]));
        assert_eq!(level.without[19], (2, vec![722.0 / 38.0, -722.0 / 38.0]));
        assert!(groups.replicated(1, 0).all.iter().all(|x| x.is_nan()), "dropout was never defined");
    }
}
