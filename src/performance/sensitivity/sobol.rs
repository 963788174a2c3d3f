//! Shares of variance from blocks of Saltelli's scheme.

use super::{About, Statistic, mean};

/// First-order and total Sobol indices. The scheme and the first-order estimator are those of Saltelli and others (2010,
/// doi:10.1016/j.cpc.2009.09.018), the total estimator is that of Jansen (1999, doi:10.1016/S0010-4655(98)00154-4).
///
/// Values are centred first, which changes no index and makes the first-order estimate far less noisy.
pub(super) fn indices(factors: usize, values: &[f64], blocks: &[usize]) -> Vec<(About, f64)> {
    let block = |b: &usize| &values[b * (factors + 2)..(b + 1) * (factors + 2)];
    let n = 2.0 * blocks.len() as f64;
    let centre = blocks.iter().map(|b| block(b)[0] + block(b)[1]).sum::<f64>() / n;
    let variance = blocks.iter().map(|b| (block(b)[0] - centre).powi(2) + (block(b)[1] - centre).powi(2)).sum::<f64>() / n;
    let one = |factor: usize| {
        let first = mean(blocks.iter().map(|b| (block(b)[1] - centre) * (block(b)[2 + factor] - block(b)[0])));
        let total = mean(blocks.iter().map(|b| (block(b)[0] - block(b)[2 + factor]).powi(2))) / 2.0;
        [(Statistic::Total, total), (Statistic::FirstOrder, first)].map(|(which, part)| (About::factor(which, factor), part / variance))
    };
    (0..factors).flat_map(one).collect()
}
