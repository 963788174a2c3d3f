//! Points of sampled designs in the unit cube, one coordinate per swept key. They depend on the design and its own
//! seed, and not on the seed of the study: runs with several seeds have the same cells and can be pooled.

use crate::scenario::points::{LatinPoints, MorrisPoints, SobolPoints};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_pcg::Lcg64Xsh32;

/// Most factors of [`sobol`]: the sequence has 256 dimensions, two for each.
pub const MOST_SOBOL: usize = (sobol_burley::NUM_DIMENSIONS / 2) as usize;

/// Stream numbers of the generators; a design uses one of them.
const LATIN: u64 = 1;
const MORRIS: u64 = 2;

/// A Latin hypercube (McKay, Beckman and Conover 1979, doi:10.2307/1268522): every coordinate has exactly one point in
/// each of `cells` equal strips, at a random place in it.
pub fn latin(group: &LatinPoints, factors: usize) -> Vec<Vec<f64>> {
    let n = group.cells as usize;
    let mut luck = Lcg64Xsh32::new(group.seed, LATIN);
    let mut points = vec![vec![0.0; factors]; n];
    let mut strips: Vec<usize> = (0..n).collect();
    for factor in 0..factors {
        strips.shuffle(&mut luck);
        for (point, strip) in points.iter_mut().zip(&strips) {
            point[factor] = (*strip as f64 + luck.random::<f64>()) / n as f64;
        }
    }
    points
}

/// Trajectories of Morris (1991, doi:10.1080/00401706.1991.10484804), one after the other: `factors` + 1 points on a grid of
/// `levels` values, each differing from the one before in one coordinate by ± levels / (2 (levels − 1)).
pub fn morris(group: &MorrisPoints, factors: usize) -> Vec<Vec<f64>> {
    let half = (group.levels / 2) as usize;
    let top = f64::from(group.levels - 1);
    let mut luck = Lcg64Xsh32::new(group.seed, MORRIS);
    let mut order: Vec<usize> = (0..factors).collect();
    let mut points = Vec::with_capacity(group.trajectories as usize * (factors + 1));
    for _ in 0..group.trajectories {
        // A coordinate starts in the lower half of the grid and goes up, or in the upper half and goes down.
        let mut at: Vec<(usize, bool)> = (0..factors).map(|_| (luck.random_range(0..half), luck.random::<bool>())).collect();
        let place = |at: &[(usize, bool)]| at.iter().map(|&(low, up)| (low + if up { half } else { 0 }) as f64 / top).collect();
        order.shuffle(&mut luck);
        points.push(place(&at));
        for &factor in &order {
            at[factor].1 = !at[factor].1;
            points.push(place(&at));
        }
    }
    points
}

/// Saltelli's scheme (Saltelli and others 2010, doi:10.1016/j.cpc.2009.09.018) over a scrambled Sobol' sequence: for each point j
/// the block A_j, B_j, and A_j with each coordinate in turn from B_j.
pub fn sobol(group: &SobolPoints, factors: usize) -> Vec<Vec<f64>> {
    let seed = (group.seed ^ (group.seed >> 32)) as u32;
    let draw = |point: u32, dimension: usize| f64::from(sobol_burley::sample(point, dimension as u32, seed));
    let block = |point: u32| {
        let a: Vec<f64> = (0..factors).map(|i| draw(point, i)).collect();
        let b: Vec<f64> = (0..factors).map(|i| draw(point, factors + i)).collect();
        let mixed = (0..factors).map(|i| {
            let mut mixed = a.clone();
            mixed[i] = b[i];
            mixed
        });
        let mixed: Vec<_> = mixed.collect();
        [a, b].into_iter().chain(mixed)
    };
    (0..group.points).flat_map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latin_hypercube_uses_every_strip_of_every_key_once() {
        let group = LatinPoints { cells: 50, ..LatinPoints::default() };
        let points = latin(&group, 7);
        for factor in 0..7 {
            let mut strips: Vec<usize> = points.iter().map(|point| (point[factor] * 50.0) as usize).collect();
            strips.sort_unstable();
            assert_eq!(strips, (0..50).collect::<Vec<_>>(), "key {factor}");
        }
        // Independent uniform points would leave about a third of the strips empty.
        let r: f64 = points.iter().map(|p| (p[0] - 0.5) * (p[1] - 0.5) * 12.0 / 50.0).sum();
        assert!(r.abs() < 4.0 / 50f64.sqrt(), "{r}");
        assert_ne!(points, latin(&LatinPoints { seed: 2, ..group }, 7));
    }

    #[test]
    fn a_trajectory_changes_one_key_at_a_time_by_half_the_grid_and_every_key_once() {
        let group = MorrisPoints { trajectories: 40, levels: 6, ..MorrisPoints::default() };
        let points = morris(&group, 5);
        assert_eq!(points.len(), 40 * 6);
        let mut ups = 0;
        for walk in points.chunks(6) {
            let mut moved = Vec::new();
            for (before, after) in walk.iter().zip(&walk[1..]) {
                let changed: Vec<usize> = (0..5).filter(|&i| before[i] != after[i]).collect();
                assert_eq!(changed.len(), 1);
                let step = after[changed[0]] - before[changed[0]];
                assert!((step.abs() - 0.6).abs() < 1e-12);
                ups += usize::from(step > 0.0);
                moved.push(changed[0]);
            }
            moved.sort_unstable();
            assert_eq!(moved, [0, 1, 2, 3, 4]);
            assert!(walk.iter().flatten().all(|u| (0.0..=1.0).contains(u) && ((u * 5.0).round() - u * 5.0).abs() < 1e-12));
        }
        // 200 steps up or down with equal chance: within 4 SE of 100.
        assert!((ups as f64 - 100.0).abs() < 4.0 * 50f64.sqrt(), "{ups}");
    }

    #[test]
    fn blocks_of_saltelli_take_one_coordinate_from_the_second_sample() {
        let points = sobol(&SobolPoints { points: 64, ..SobolPoints::default() }, 3);
        assert_eq!(points.len(), 64 * 5);
        for block in points.chunks(5) {
            for i in 0..3 {
                let expected: Vec<f64> = (0..3).map(|c| if c == i { block[1][c] } else { block[0][c] }).collect();
                assert_eq!(block[2 + i], expected);
            }
        }
        // The first 64 points of the sequence hit each of 64 strips once in every dimension, scrambled or not.
        let mut strips: Vec<usize> = points.chunks(5).map(|block| (block[1][2] * 64.0) as usize).collect();
        strips.sort_unstable();
        assert_eq!(strips, (0..64).collect::<Vec<_>>());
    }
}
