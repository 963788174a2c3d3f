//! What a calibration found, as rows for tables, JSON and documents.

use super::fit::{Fitted, Problem};
use super::parameter::Scale;
use super::posterior::{Direction, Posterior, Verdict};
use crate::dataset::text::listed;
use serde::Serialize;

/// Posterior correlations worth telling.
const STRONG: f64 = 0.6;

/// Directions along which so much of the prior's SD is left are told.
const OPEN: f64 = 0.9;

/// Weights in a direction that are told.
const HEAVY: f64 = 0.3;

/// A parameter before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParameterRow {
    /// Key.
    pub key: String,
    /// Its value before.
    pub before: f64,
    /// The best value.
    pub after: f64,
    /// Posterior SD, in the unit of the key.
    pub sd: f64,
    /// Centre of the prior.
    pub prior: f64,
    /// SD of the prior on its scale.
    pub prior_sd: f64,
    /// The scale.
    pub scale: Scale,
    /// Posterior SD / prior SD.
    pub left: f64,
    /// The same in words.
    pub verdict: Verdict,
    /// The best value lies at a bound.
    pub at_bound: bool,
}

/// A target before and after, on the scale on which it was fitted (ratios as logarithms).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetRow {
    /// Id.
    pub id: String,
    /// Published value.
    pub published: f64,
    /// What a miss is counted in at the best point.
    pub unit: f64,
    /// Simulated before.
    pub before: f64,
    /// Simulated after.
    pub after: f64,
    /// Monte Carlo standard error of it.
    pub mcse: f64,
    /// Miss in units before.
    pub z_before: f64,
    /// Miss in units after.
    pub z: f64,
    /// Part of the fit.
    pub fitted: bool,
    /// For each parameter, by how many units the target moves when the parameter rises by one prior SD.
    pub sensitivity: Vec<f64>,
}

/// Two parameters that the targets hardly tell apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairRow {
    /// Their keys.
    pub keys: [String; 2],
    /// Posterior correlation.
    pub correlation: f64,
}

/// All that a calibration found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Parameters, in the order of the file.
    pub parameters: Vec<ParameterRow>,
    /// Targets, in their order.
    pub targets: Vec<TargetRow>,
    /// What the targets leave open, in sentences.
    pub open: Vec<String>,
    /// Pairs of parameters that depend on each other.
    pub pairs: Vec<PairRow>,
    /// Sum of squared misses before.
    pub chi_square_before: f64,
    /// Sum of squared misses after.
    pub chi_square: f64,
    /// Parameters' worth of freedom that the fit used.
    pub freedom_used: f64,
    /// Points simulated in the search.
    pub simulations: usize,
    /// The search ended by itself.
    pub converged: bool,
}

impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.words())
    }
}

impl Verdict {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::PinnedDown => "pinned down",
            Self::Partly => "partly",
            Self::NotPinnedDown => "not pinned down",
        }
    }
}

impl Report {
    /// Everything about a finished calibration.
    pub fn new(problem: &Problem, fitted: &Fitted, posterior: &Posterior) -> Self {
        let parameters = (0..problem.parameters.len()).map(|j| parameter(problem, fitted, posterior, j)).collect();
        let targets = (0..problem.moments.len()).map(|m| target(problem, fitted, posterior, m)).collect();
        let keys = |of: [usize; 2]| of.map(|j| problem.parameters[j].key.clone());
        let pairs = posterior.pairs(STRONG).into_iter();
        Self {
            parameters,
            targets,
            open: open(problem, posterior),
            pairs: pairs.map(|pair| PairRow { keys: keys(pair.of), correlation: pair.correlation }).collect(),
            chi_square_before: posterior.chi_square_before,
            chi_square: posterior.chi_square,
            freedom_used: posterior.freedom_used,
            simulations: fitted.simulations + 2 * problem.parameters.len(),
            converged: fitted.converged,
        }
    }

    /// Number of targets that were fitted.
    pub fn fitted(&self) -> usize {
        self.targets.iter().filter(|target| target.fitted).count()
    }

    /// Keys and best values, rounded to the digits that the posterior SD deserves.
    pub fn settings(&self) -> Vec<(String, f64)> {
        self.parameters.iter().map(|row| (row.key.clone(), rounded(row.after, row.sd))).collect()
    }
}

/// A number with two digits more than the first one of its uncertainty.
pub fn rounded(value: f64, sd: f64) -> f64 {
    if !(sd > 0.0 && sd.is_finite()) {
        return value;
    }
    let digits = libm::floor(libm::log10(sd)) - 1.0;
    let unit = libm::pow(10.0, -digits);
    libm::round(value * unit) / unit
}

fn parameter(problem: &Problem, fitted: &Fitted, posterior: &Posterior, j: usize) -> ParameterRow {
    let p = &problem.parameters[j];
    let working = fitted.after.working[j];
    ParameterRow {
        key: p.key.clone(),
        before: p.before,
        after: p.scale.invert(working),
        sd: p.spread_as_written(working, posterior.sd(j)),
        prior: p.centre,
        prior_sd: p.sd,
        scale: p.scale,
        left: posterior.ratios[j],
        verdict: Verdict::of(posterior.ratios[j]),
        at_bound: p.at_bound(working),
    }
}

fn target(problem: &Problem, fitted: &Fitted, posterior: &Posterior, m: usize) -> TargetRow {
    let (moment, reached) = (&problem.moments[m], &posterior.reached[m]);
    let unit = moment.scale(&fitted.after.statistics[m]);
    TargetRow {
        id: moment.id.clone(),
        published: moment.value,
        unit,
        before: reached.before.value,
        after: reached.after.value,
        mcse: reached.after.mcse,
        z_before: reached.z_before,
        z: reached.z,
        fitted: moment.fitted,
        sensitivity: problem.parameters.iter().zip(&posterior.slopes[m]).map(|(p, slope)| slope.value * p.sd / unit).collect(),
    }
}

/// What is left open: parameters about which the targets say nothing, and combinations that leave all targets where they are.
fn open(problem: &Problem, posterior: &Posterior) -> Vec<String> {
    let key = |j: usize| format!("`{}`", problem.parameters[j].key);
    let silent: Vec<usize> =
        (0..problem.parameters.len()).filter(|&j| Verdict::of(posterior.ratios[j]) == Verdict::NotPinnedDown).collect();
    let mut out = Vec::new();
    if !silent.is_empty() {
        let names: Vec<String> = silent.iter().map(|&j| key(j)).collect();
        out.push(format!("The targets say next to nothing about {}: the value is the prior's.", listed(&names)));
    }
    let known = |direction: &&Direction| {
        let of_others: f64 = silent.iter().map(|&j| direction.weights[j] * direction.weights[j]).sum();
        direction.left >= OPEN && of_others < 0.5
    };
    out.extend(posterior.directions.iter().filter(known).filter_map(|direction| together(direction, &key)));
    out
}

/// A combination of parameters that no target notices, in a sentence; `None` where it is one parameter alone.
fn together(direction: &Direction, key: &impl Fn(usize) -> String) -> Option<String> {
    let weights = &direction.weights;
    let mut heavy: Vec<usize> = (0..weights.len()).filter(|&j| weights[j].abs() >= HEAVY).collect();
    heavy.sort_by(|&a, &b| weights[b].abs().total_cmp(&weights[a].abs()));
    let first = heavy.first().filter(|_| heavy.len() > 1)?;
    let sign = weights[*first].signum();
    let part = |&j: &usize| format!("{} {} by {:.1}", key(j), if weights[j] * sign > 0.0 { "up" } else { "down" }, weights[j].abs());
    let parts: Vec<String> = heavy.iter().map(part).collect();
    let left = 100.0 * direction.left;
    Some(format!("No target notices {} prior SDs together ({left:.0} % of the prior's uncertainty is left).", listed(&parts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_what_is_known_about_them() {
        assert_eq!(rounded(0.123_456, 0.02), 0.123);
        assert_eq!(rounded(66.123, 3.0), 66.1);
        assert_eq!(rounded(-4.1567, 0.11), -4.16);
        assert_eq!(rounded(0.5, 0.0), 0.5);
    }
}
