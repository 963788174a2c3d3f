//! Groups compared with each other, therapists usually: predicted deviations with intervals, ranks, funnel limits.

use super::mixed::reason;
use super::ranks::{Placed, quarter};
use super::{CONFIDENCE, Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::distributions::{normal_cdf, normal_quantile};
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::model::Model;
use crate::estimators::groups::Groups;
use crate::estimators::mixed::{self, Criterion, Design, RandomPart};
use crate::estimators::status::{Failure, at_least};
use core::f64::consts::PI;

/// A mixed model whose groups are compared by their predicted deviations (BLUPs) with conditional errors.
#[derive(Clone, Debug)]
pub struct Therapists {
    /// Response, columns, one `(1 | group)`.
    pub model: Model,
}

/// Predicted deviation of a group and its variance.
#[derive(Clone, Copy, Debug)]
struct Prediction {
    mean: f64,
    variance: f64,
}

/// Steps of the integral over the deviation of one group, which reaches from −`REACH` to `REACH` of its standard errors.
const STEPS: usize = 32;
const REACH: f64 = 5.0;

impl Therapists {
    fn name(&self) -> &str {
        &self.model.random[0].group
    }

    /// The fit and the groups' predictions in the order of their codes.
    fn predictions(&self, data: &View) -> Result<(mixed::Fit, Vec<u32>, Vec<Prediction>), Reason> {
        let response = data.numbers(&self.model.response[0]);
        let matrix = self.model.matrix(data);
        let x: Vec<&[f64]> = matrix.iter().map(Vec::as_slice).collect();
        let (codes, ones) = (data.raw_codes(self.model.random[0].slot), vec![1.0; data.len()]);
        let parts = [RandomPart { groups: &codes, columns: vec![&ones], correlated: true }];
        let of = |failure: &mixed::Failure| reason(&self.model, failure);
        let model = mixed::Model::new(&Design { y: &response, x: &x, random: &parts }).map_err(|failure| of(&failure))?;
        let fit = model.fit(Criterion::Reml, None).map_err(|failure| of(&failure))?;
        let effects = model.random_effects(&fit).swap_remove(0);
        let each = effects.effects.column(0).into_iter().zip(&effects.covariances);
        let found = each.map(|(mean, covariance)| Prediction { mean: *mean, variance: covariance[(0, 0)].max(0.0) }).collect();
        Ok((fit, effects.groups, found))
    }

    /// Shares of groups whose mean residual lies outside 95 % and 99.8 % limits, were groups all alike (Spiegelhalter 2005,
    /// doi:10.1002/sim.1970).
    fn funnel(&self, data: &View, fit: &mixed::Fit) -> [f64; 2] {
        let (response, matrix) = (data.numbers(&self.model.response[0]), self.model.matrix(data));
        let fitted = |row: usize| fit.kept.iter().zip(&fit.beta).map(|(&column, b)| matrix[column][row] * b).sum::<f64>();
        let groups = Groups::new(&data.raw_codes(self.model.random[0].slot));
        let distance = |rows: &Vec<usize>| {
            let sum: f64 = rows.iter().map(|&row| response[row] - fitted(row)).sum();
            sum.abs() / (rows.len() as f64 * fit.sigma2).sqrt()
        };
        let distances: Vec<f64> = groups.rows().iter().map(distance).collect();
        [0.95, 0.998].map(|level| {
            let limit = normal_quantile(f64::midpoint(1.0, level));
            share(distances.iter().filter(|distance| **distance > limit).count(), distances.len())
        })
    }
}

fn share(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}

/// 1, −1, 0: the interval of a group lies above, below, around the average.
fn flag(of: &Prediction) -> i8 {
    let reach = normal_quantile(f64::midpoint(1.0, CONFIDENCE)) * of.variance.sqrt();
    i8::from(of.mean > reach) - i8::from(of.mean < -reach)
}

/// Share of pairs whose comparison intervals (1.39 standard errors) do not overlap (Goldstein and Healy 1995,
/// doi:10.2307/2983411).
fn pairs_apart(all: &[Prediction]) -> f64 {
    let reach = normal_quantile(f64::midpoint(1.0, CONFIDENCE)) / 2.0f64.sqrt();
    let pairs = || all.iter().enumerate().flat_map(|(i, one)| all[i + 1..].iter().map(move |other| (one, other)));
    let apart =
        |(one, other): &(&Prediction, &Prediction)| (one.mean - other.mean).abs() > reach * (one.variance.sqrt() + other.variance.sqrt());
    share(pairs().filter(apart).count(), pairs().count())
}

/// Mean prediction of the highest quarter of groups less that of the lowest.
fn quarters_apart(all: &[Prediction]) -> f64 {
    let mut means: Vec<f64> = all.iter().map(|one| one.mean).collect();
    means.sort_by(f64::total_cmp);
    let quarter = quarter(means.len());
    (means.iter().rev().take(quarter).sum::<f64>() - means.iter().take(quarter).sum::<f64>()) / quarter as f64
}

/// Probability that the group predicted as highest is the highest, and the standard deviation of a group's rank, on average
/// over groups (Laird and Louis 1989, doi:10.3102/10769986014001029), deviations being normal and independent given the data.
fn ranks(all: &[Prediction]) -> [f64; 2] {
    let best = (0..all.len()).max_by(|&a, &b| all[a].mean.total_cmp(&all[b].mean)).unwrap_or(0);
    let (mut highest, mut spread) = (0.0, 0.0);
    for (j, own) in all.iter().enumerate() {
        let (mut mean, mut square, mut inside) = (0.0, 0.0, 0.0);
        for step in 0..=STEPS {
            let z = REACH * (2.0 * step as f64 / STEPS as f64 - 1.0);
            let weight = libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt() * 2.0 * REACH / STEPS as f64;
            let at = own.mean + z * own.variance.sqrt();
            let (mut below, mut variance, mut product) = (0.0, 0.0, 1.0);
            for (_, other) in all.iter().enumerate().filter(|(k, _)| *k != j) {
                let p = normal_cdf((at - other.mean) / other.variance.sqrt());
                below += p;
                variance += p * (1.0 - p);
                product *= p;
            }
            mean += weight * below;
            square += weight * below * below;
            inside += weight * variance;
            highest += if j == best { weight * product } else { 0.0 };
        }
        spread += (inside + square - mean * mean).max(0.0).sqrt();
    }
    [highest, spread / all.len() as f64]
}

impl Method for Therapists {
    fn terms(&self) -> Vec<String> {
        let name = self.name();
        let of_model = [format!("var {name}"), "var residual".into(), format!("icc {name}")];
        let compared = ["reliability", "flagged high", "flagged low", "pairs apart", "quarters apart", "p highest", "rank sd"];
        let funnel = ["outside 95 %", "outside 99.8 %"];
        of_model.into_iter().chain(compared.into_iter().chain(funnel).map(String::from)).collect()
    }

    fn variables(&self) -> Vec<&Expr> {
        self.model.variables()
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        self.fit_groups(data).map(|(fit, _)| fit)
    }

    fn groups(&self) -> Option<Slot> {
        Some(self.model.random[0].slot)
    }

    fn fit_groups(&self, data: &View) -> Result<(Fit, Vec<Placed>), Reason> {
        let (found, codes, all) = self.predictions(data)?;
        at_least("groups to compare", all.len(), 2).map_err(|failure: Failure| Reason::from(failure))?;
        let variance = found.components[0].covariance[(0, 0)];
        let placed: Vec<Placed> = codes.iter().zip(&all).map(|(&code, one)| Placed { code, estimate: one.mean, flag: flag(one) }).collect();
        let flagged = |side: i8| share(placed.iter().filter(|one| one.flag == side).count(), placed.len());
        let mut values = vec![variance, found.sigma2, found.icc(0)];
        // Groups that do not differ have no ranks.
        if variance > 0.0 {
            let unreliable = all.iter().map(|one| one.variance / variance).sum::<f64>() / all.len() as f64;
            let [highest, rank_sd] = ranks(&all);
            values.extend([1.0 - unreliable, flagged(1), flagged(-1), pairs_apart(&all), quarters_apart(&all), highest, rank_sd]);
        } else {
            values.extend([0.0, 0.0, 0.0, 0.0, 0.0, f64::NAN, f64::NAN]);
        }
        values.extend(self.funnel(data, &found));
        Ok((Fit { values: values.into_iter().map(Value::alone).collect(), status: found.status }, placed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(of: &[(f64, f64)]) -> Vec<Prediction> {
        of.iter().map(|&(mean, variance)| Prediction { mean, variance }).collect()
    }

    #[test]
    fn ranks_of_equals_are_a_matter_of_chance() {
        // Five alike: each is the highest with probability 1/5; ranks 1 to 5 are equally likely, with variance 2.
        let [highest, sd] = ranks(&all(&[(0.3, 0.5); 5]));
        assert!((highest - 0.2).abs() < 1e-6 && (sd - 2.0f64.sqrt()).abs() < 1e-5, "{highest} {sd}");
        // Two: the probability of a difference above 0.
        let [highest, sd] = ranks(&all(&[(1.0, 0.7), (0.0, 0.3)]));
        let p = normal_cdf(1.0);
        assert!((highest - p).abs() < 1e-6 && (sd - (p * (1.0 - p)).sqrt()).abs() < 1e-5, "{highest} {sd}");
    }

    #[test]
    fn intervals_are_compared_by_hand() {
        let some = all(&[(2.0, 0.04), (1.4, 0.04), (0.1, 0.04), (-0.5, 0.04)]);
        assert_eq!(some.iter().map(flag).collect::<Vec<i8>>(), [1, 1, 0, -1]);
        // Reach 1.386 · 0.2 each way: differences above .554 (all of them; the smallest are .6).
        assert_eq!(pairs_apart(&some), 1.0);
        assert!((pairs_apart(&all(&[(0.5, 0.04), (0.0, 0.04), (3.0, 0.04)])) - 2.0 / 3.0).abs() < 1e-15);
        assert_eq!(quarters_apart(&some), 2.5);
    }
}
