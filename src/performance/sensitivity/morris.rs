//! Screening by elementary effects.

use super::{About, Statistic, mean};

/// Mean, mean absolute value and standard deviation of the elementary effects of every factor (Morris 1991,
/// doi:10.1080/00401706.1991.10484804; μ* of Campolongo, Cariboni and Saltelli 2007, doi:10.1016/j.envsoft.2006.10.004).
///
/// An elementary effect is a difference of the result divided by the step, in units of a factor's whole range.
pub(super) fn screening(cells: &[Vec<f64>], values: &[f64], trajectories: &[usize]) -> Vec<(About, f64)> {
    let factors = cells.first().map_or(0, Vec::len);
    let mut effects: Vec<Vec<f64>> = vec![Vec::with_capacity(trajectories.len()); factors];
    for trajectory in trajectories {
        let first = trajectory * (factors + 1);
        for i in first..first + factors {
            let moved = (0..factors).find(|&f| cells[i][f] != cells[i + 1][f]);
            if let Some(f) = moved {
                effects[f].push((values[i + 1] - values[i]) / (cells[i + 1][f] - cells[i][f]));
            }
        }
    }
    effects.iter().enumerate().flat_map(|(f, effects)| measures(f, effects)).collect()
}

fn measures(factor: usize, effects: &[f64]) -> [(About, f64); 3] {
    let mu = mean(effects.iter().copied());
    let mu_star = mean(effects.iter().map(|effect| effect.abs()));
    let n = effects.len() as f64;
    let sigma = (effects.iter().map(|effect| (effect - mu).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    [(Statistic::MuStar, mu_star), (Statistic::Mu, mu), (Statistic::Sigma, sigma)]
        .map(|(which, value)| (About::factor(which, factor), value))
}
