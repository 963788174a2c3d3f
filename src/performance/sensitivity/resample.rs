//! Standard errors of measures: a bootstrap over points, a jackknife over replicates.

use super::{Layout, Sensitivity};
use crate::performance::Moments;
use rand::RngExt;
use rand_pcg::Lcg64Xsh32;

/// Bootstrap samples.
const SAMPLES: usize = 400;
/// Seed of the bootstrap: fixed, so that the same values give the same errors.
const SEED: u64 = 0x626F_6F74;

/// A result in every cell, from all replicates and from all but one group of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicated {
    /// Mean over all replicates, cell by cell.
    pub all: Vec<f64>,
    /// For each group of replicates, their number, and the means without them.
    pub without: Vec<(u64, Vec<f64>)>,
}

/// Every measure with both standard errors.
pub(super) fn with_errors(layout: &Layout, result: &Replicated) -> Vec<Sensitivity> {
    let blocks = layout.block().map_or(0, |block| result.all.len() / block);
    let all: Vec<usize> = (0..blocks).collect();
    let estimates = layout.measures(&result.all, &all);
    let points = match layout.block() {
        None => vec![0.0; estimates.len()],
        Some(_) => bootstrap(layout, &result.all, blocks, estimates.len()),
    };
    let without: Vec<(u64, Vec<f64>)> = result
        .without
        .iter()
        .map(|(n, values)| (*n, layout.measures(values, &all).into_iter().map(|(_, value)| value).collect()))
        .collect();
    let with_errors = |(m, ((about, value), points_se)): (usize, (_, f64))| {
        let groups: Vec<(u64, f64)> = without.iter().map(|(n, values)| (*n, values[m])).collect();
        Sensitivity { about, value, points_se, mcse: jackknife(value, &groups) }
    };
    estimates.into_iter().zip(points).enumerate().map(with_errors).collect()
}

/// Standard deviations of all measures over samples of blocks with replacement (Efron 1979, doi:10.1214/aos/1176344552; for Sobol
/// indices Archer, Saltelli and Sobol 1997, doi:10.1080/00949659708811825). Points that cover the ranges evenly vary
/// less than independent ones, so this errs on the large side.
fn bootstrap(layout: &Layout, values: &[f64], blocks: usize, measures: usize) -> Vec<f64> {
    let mut luck = Lcg64Xsh32::new(SEED, 0);
    let mut moments = vec![Moments::default(); measures];
    for _ in 0..SAMPLES {
        let sample: Vec<usize> = (0..blocks).map(|_| luck.random_range(0..blocks as u32) as usize).collect();
        for (moments, (_, value)) in moments.iter_mut().zip(layout.measures(values, &sample)) {
            moments.add(value);
        }
    }
    moments.iter().map(|moments| moments.variance().sqrt()).collect()
}

/// Jackknife standard error over groups of possibly unequal size (Busing, Meijer and van der Leeden 1999,
/// doi:10.1023/A:1008800423698).
fn jackknife(all: f64, without: &[(u64, f64)]) -> f64 {
    let n: u64 = without.iter().map(|(n, _)| n).sum();
    let groups = without.len() as f64;
    if without.len() < 2 {
        return f64::NAN;
    }
    let share = |size: u64| n as f64 / size as f64;
    let centre = groups * all - without.iter().map(|&(size, value)| (1.0 - 1.0 / share(size)) * value).sum::<f64>();
    let variance = without.iter().map(|&(size, value)| {
        let h = share(size);
        (h * all - (h - 1.0) * value - centre).powi(2) / (h - 1.0)
    });
    (variance.sum::<f64>() / groups).sqrt()
}
