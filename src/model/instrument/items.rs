//! Answers to single items, for those who study scales: graded responses whose sum is the score.
//!
//! Every answer is cut from a normal variable that shares a factor with the other items (Samejima's graded response
//! model with normal ogives). Where it is cut, and how much it shares, is solved for once: so that in the population
//! that gave the norms the sum has the instrument's mean and SD and coefficient alpha is its reliability, however
//! coarse the answers are.

use super::Instrument;

/// How the answers to the items of an instrument come about.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemModel {
    /// Factor of each item: 0 for the only one, or 0 bond, 1 task, 2 goal.
    pub factor: Vec<usize>,
    /// Where the normal variable behind an answer is cut, rising.
    pub cuts: Vec<f64>,
    /// Share of that variable's variance that the factor gives.
    pub shared: f64,
    /// Correlation between the factors for which this was solved.
    pub between: f64,
    lowest_answer: f64,
    answer_step: f64,
    lowest: f64,
    per_answer: f64,
    count: f64,
    reversed: bool,
}

/// P(Z > x).
fn above(x: f64) -> f64 {
    0.5 * libm::erfc(x * core::f64::consts::FRAC_1_SQRT_2)
}

/// The argument within `[low, high]` at which a rising function reaches `goal`; none if it does not.
fn reaches(mut low: f64, mut high: f64, goal: f64, f: impl Fn(f64) -> f64) -> Option<f64> {
    if !(f(high) >= goal && f(low) <= goal) {
        return None;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if f(middle) < goal { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

/// Mean and variance of the number of cuts that a standard normal variable exceeds.
fn moments(cuts: &[f64]) -> [f64; 2] {
    let (mut mean, mut square) = (0.0, 0.0);
    for (k, cut) in cuts.iter().enumerate() {
        mean += above(*cut);
        square += (2 * k + 1) as f64 * above(*cut);
    }
    [mean, square - mean * mean]
}

/// Cuts halfway between answers 0, 1, … of a normal variable with mean and SD in answers.
fn cuts(answers: usize, mean: f64, sd: f64) -> Vec<f64> {
    (1..answers).map(|k| (k as f64 - 0.5 - mean) / sd).collect()
}

/// Cuts that give the answers (0, 1, …) a mean and an SD.
fn cuts_for(answers: usize, mean: f64, sd: f64) -> Option<Vec<f64>> {
    let range = answers as f64;
    let centred = |spread: f64| {
        let reach = range + 12.0 * spread;
        reaches(-reach, reach + range, mean, |centre| moments(&cuts(answers, centre, spread))[0])
            .map(|centre| cuts(answers, centre, spread))
    };
    let variance = |log: f64| centred(libm::exp(log)).map_or(0.0, |cuts| moments(&cuts)[1]);
    let log = reaches(-4.0, libm::log(200.0 * range), sd * sd, variance)?;
    centred(libm::exp(log))
}

/// Covariance of two answers whose normal variables correlate by `r`.
fn covariance(cuts: &[f64], r: f64) -> f64 {
    const STEP: f64 = 0.04;
    let (load, rest) = (r.max(0.0).sqrt(), (1.0 - r).max(1e-9).sqrt());
    let mean = moments(cuts)[0];
    let density = |z: f64| (STEP / (2.0 * core::f64::consts::PI).sqrt()) * libm::exp(-0.5 * z * z);
    let expected = |z: f64| cuts.iter().map(|cut| above((cut - load * z) / rest)).sum::<f64>() - mean;
    (-200..=200).map(|i| f64::from(i) * STEP).map(|z| density(z) * expected(z).powi(2)).sum()
}

impl ItemModel {
    /// Solves for cuts and loadings. `between` is the correlation between bond, task and goal as they are rated;
    /// with `one_factor` all items share one factor. None when no answers can have such norms.
    pub fn solve(i: &Instrument, one_factor: bool, between: f64) -> Option<Self> {
        let n = f64::from(i.items);
        let subscales = [i.bond_items, i.task_items, i.goal_items];
        let sizes = if one_factor || subscales == [0; 3] { vec![i.items] } else { subscales.to_vec() };
        let answers = ((i.item_highest - i.item_lowest) / i.item_step).round() as usize + 1;
        // Score per answer counted from 0, summed over items.
        let per_answer = (i.highest - i.lowest) / (n * (answers - 1) as f64);
        let mean = (i.mean - i.lowest) / (per_answer * n);
        let total = i.sd / per_answer;
        let r = i.reliability / (n - (n - 1.0) * i.reliability);
        let sd = total / (n * (1.0 + (n - 1.0) * r)).sqrt();
        let cuts = cuts_for(answers, mean, sd)?;
        let within: f64 = sizes.iter().map(|&size| f64::from(size) * (f64::from(size) - 1.0)).sum();
        let across = n * n - sizes.iter().map(|&size| f64::from(size).powi(2)).sum::<f64>();
        let summed = |shared: f64| within * covariance(&cuts, shared) + across * covariance(&cuts, shared * between);
        let shared = reaches(0.0, 0.9999, n * (n - 1.0) * r * sd * sd, summed)?;
        let factor = sizes.iter().enumerate().flat_map(|(factor, &size)| core::iter::repeat_n(factor, usize::from(size))).collect();
        Some(Self {
            factor,
            cuts,
            shared,
            between,
            lowest_answer: i.item_lowest,
            answer_step: i.item_step,
            lowest: i.lowest,
            per_answer,
            count: n,
            reversed: i.reversed,
        })
    }

    /// Answer to an item for a factor score (standard normal in the norm population; more is more of what is
    /// measured) and its own luck, in steps from the lowest.
    pub fn steps(&self, factor: f64, luck: f64) -> usize {
        let turned = if self.reversed { -factor } else { factor };
        let behind = self.shared.sqrt() * turned + (1.0 - self.shared).sqrt() * luck;
        self.cuts.iter().take_while(|cut| behind > **cut).count()
    }

    /// An answer as it stands on the form.
    pub fn answer(&self, steps: usize) -> f64 {
        self.lowest_answer + self.answer_step * steps as f64
    }

    /// The instrument's own score for the sum of all answers, in steps.
    pub fn score(&self, steps: usize) -> f64 {
        self.lowest + self.per_answer * steps as f64
    }

    /// Correlation of two answers to items of the same factor, and of different factors, in the norm population.
    pub fn correlations(&self) -> [f64; 2] {
        let variance = moments(&self.cuts)[1];
        [self.shared, self.shared * self.between].map(|r| covariance(&self.cuts, r) / variance)
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.factor.len()
    }

    /// True without items.
    pub fn is_empty(&self) -> bool {
        self.count == 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::{shipped, shipped_instruments};
    use super::*;

    /// Mean, SD and alpha that a solved model has, by its own covariances.
    fn implied(i: &Instrument, model: &ItemModel) -> [f64; 3] {
        let n = model.len() as f64;
        let [mean, variance] = moments(&model.cuts);
        let pairs = |same: bool| {
            let all =
                model.factor.iter().enumerate().flat_map(|(a, f)| model.factor.iter().enumerate().map(move |(b, g)| (a != b, f == g)));
            all.filter(|&(two, alike)| two && alike == same).count() as f64
        };
        let shared =
            pairs(true) * covariance(&model.cuts, model.shared) + pairs(false) * covariance(&model.cuts, model.shared * model.between);
        let total = n * variance + shared;
        [i.lowest + model.per_answer * n * mean, model.per_answer * total.sqrt(), n / (n - 1.0) * (1.0 - n * variance / total)]
    }

    #[test]
    fn every_shipped_form_can_be_answered_item_by_item_with_its_norms() {
        for form in shipped().into_iter().filter(|form| form.instrument.items > 0) {
            let i = form.instrument;
            for (one_factor, between) in [(true, 1.0), (false, 0.7)] {
                let model = ItemModel::solve(&i, one_factor, between).unwrap_or_else(|| panic!("{}", form.name));
                let [mean, sd, alpha] = implied(&i, &model);
                let close = (mean - i.mean).abs() < 1e-3 * i.sd && (sd / i.sd - 1.0).abs() < 1e-3 && (alpha - i.reliability).abs() < 1e-3;
                assert!(close, "{}: {mean} {sd} {alpha}", form.name);
            }
        }
    }

    #[test]
    fn impossible_norms_have_no_items() {
        let wide = Instrument { sd: 3.0, ..shipped_instruments()["WAI-SR"].clone() };
        assert_eq!(ItemModel::solve(&wide, true, 1.0), None);
    }

    #[test]
    fn answers_and_scores_run_from_end_to_end() {
        let i = shipped_instruments()["ORS"].clone();
        let model = ItemModel::solve(&i, true, 1.0).unwrap();
        assert!(model.steps(3.0, 0.0) < model.steps(-3.0, 0.0), "distress lowers the answers on the ORS");
        assert_eq!((model.answer(0), model.answer(100)), (0.0, 10.0));
        assert!((model.score(400) - 40.0).abs() < 1e-9 && model.score(0) == 0.0);
    }
}
