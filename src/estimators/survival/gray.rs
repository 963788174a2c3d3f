//! Comparison of groups by the share that ends in one of several ways: Gray's test (1988, doi:10.1214/aos/1176350951), with
//! weight 1 at all times.
//!
//! Like the log-rank test, but those who ended in another way stay among those at risk in part: group r counts as
//! R = n (1 − F) / S instead of n, with its share F that ended in this way and its share S still unended, both just before.
//! The variance is that of the paper, the chance in F and S included, with the corrections for ties of the author's program.

use super::{by_time, check};
use crate::estimators::distributions::chi_square_upper;
use crate::estimators::groups::Groups;
use crate::estimators::status::{Failure, at_least, same_length};
use nalgebra::{Cholesky, DMatrix, DVector};

/// Outcome of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gray {
    /// Chi-square.
    pub chi_square: f64,
    /// Groups less one.
    pub df: f64,
    /// p.
    pub p: f64,
}

/// A group at one time.
#[derive(Clone, Copy)]
struct Group {
    at_risk: f64,
    /// Unended, just before.
    without: f64,
    /// Ended in this way, just before.
    share: f64,
    /// Ending now in this way and in others.
    this: f64,
    other: f64,
}

impl Group {
    /// n / S: what the group would have at risk, had nobody ended in another way, per unit of 1 − F.
    fn h(&self) -> f64 {
        if self.at_risk > 0.0 { self.at_risk / self.without } else { 0.0 }
    }

    fn after(&mut self) {
        if self.at_risk > 0.0 {
            self.share += self.without * self.this / self.at_risk;
            self.without *= (self.at_risk - self.this - self.other) / self.at_risk;
        }
    }
}

/// Tests whether groups end with `cause` equally often over time; `causes` is 0 for those last seen unended.
///
/// # Errors
/// No rows, lengths that differ, fewer than two groups, cause 0, nobody who ended in this way.
pub fn test(times: &[f64], causes: &[usize], group: &[usize], cause: usize) -> Result<Gray, Failure> {
    check(times, causes.len())?;
    same_length("the grouping variable", group.len(), times.len())?;
    if cause == 0 {
        return Err(Failure::Range { what: "the cause", rule: "above 0, which stands for no ending" });
    }
    let groups = Groups::new(group);
    at_least("groups", groups.count(), 2)?;
    let history = history(times, causes, &groups, cause);
    let (score, variance) = score_and_variance(&history, groups.count());
    let k = groups.count() - 1;
    let (score, variance) = (score.rows(0, k).into_owned(), variance.view((0, 0), (k, k)).into_owned());
    let chi_square = Cholesky::new(variance).map(|v| score.dot(&v.solve(&score))).ok_or(Failure::Constant("this way of ending"))?;
    Ok(Gray { chi_square, df: k as f64, p: chi_square_upper(chi_square, k as f64) })
}

/// All groups at each time at which anybody ended.
fn history(times: &[f64], causes: &[usize], groups: &Groups, cause: usize) -> Vec<Vec<Group>> {
    let place = groups.of_rows();
    let start = |rows: &Vec<usize>| Group { at_risk: rows.len() as f64, without: 1.0, share: 0.0, this: 0.0, other: 0.0 };
    let mut now: Vec<Group> = groups.rows().iter().map(start).collect();
    let mut found = Vec::new();
    for (_, rows) in by_time(times) {
        for &row in rows.iter().filter(|&&row| causes[row] != 0) {
            let own = &mut now[place[row]];
            if causes[row] == cause { own.this += 1.0 } else { own.other += 1.0 }
        }
        if rows.iter().any(|&row| causes[row] != 0) {
            found.push(now.clone());
        }
        now.iter_mut().for_each(Group::after);
        rows.iter().for_each(|&row| now[place[row]].at_risk -= 1.0);
        now.iter_mut().for_each(|own| (own.this, own.other) = (0.0, 0.0));
    }
    found
}

/// What one time adds to the variance: for each group, the part a of its endings in this way and how far they (and other
/// endings) move later shares.
struct Moment {
    a: DMatrix<f64>,
    c: DMatrix<f64>,
    /// Per group: factor of later shares and weight, for this way and for others.
    this: Vec<[f64; 2]>,
    other: Vec<[f64; 2]>,
}

fn score_and_variance(history: &[Vec<Group>], k: usize) -> (DVector<f64>, DMatrix<f64>) {
    let (mut score, mut c) = (DVector::zeros(k), DMatrix::zeros(k, k));
    let mut pooled = 0.0;
    let mut moments = Vec::with_capacity(history.len());
    for now in history {
        let h: f64 = now.iter().map(Group::h).sum();
        let r: f64 = now.iter().map(|g| g.h() * (1.0 - g.share)).sum();
        let this: f64 = now.iter().map(|g| g.this).sum();
        let a = DMatrix::from_fn(k, k, |i, j| now[i].h() * (f64::from(u8::from(i == j)) - now[j].h() / h));
        let before = pooled;
        pooled += this / h;
        c += &a * (this / (h * (1.0 - before)));
        for (score, g) in score.iter_mut().zip(now) {
            *score += g.this - if r > 0.0 { this * g.h() * (1.0 - g.share) / r } else { 0.0 };
        }
        let (of_this, of_other) = now.iter().map(|g| weights(g, pooled, this, h)).unzip();
        moments.push(Moment { a, c: c.clone(), this: of_this, other: of_other });
    }
    let mut variance = DMatrix::zeros(k, k);
    for moment in &moments {
        let later = &c - &moment.c;
        for group in 0..k {
            for ([factor, weight], own) in [(moment.this[group], 1.0), (moment.other[group], 0.0)] {
                let moved = moment.a.column(group) * own + later.column(group) * factor;
                variance += &moved * moved.transpose() * weight;
            }
        }
    }
    (score, variance)
}

/// Factor of later shares and weight of a group's endings in this way, and of those in others.
fn weights(g: &Group, pooled: f64, this: f64, h: f64) -> ([f64; 2], [f64; 2]) {
    if g.at_risk <= 0.0 {
        return ([0.0; 2], [0.0; 2]);
    }
    let mut after = *g;
    after.after();
    let ratio = if after.without > 0.0 { (1.0 - pooled) / after.without } else { 0.0 };
    // Were groups equal, this many of the group would end now: its part of the pooled share.
    let tied = if this > 1.0 { 1.0 - (this - 1.0) / (h * g.without - 1.0) } else { 1.0 };
    let own = if this > 0.0 { tied * this / (h * g.h()) } else { 0.0 };
    let tied = if g.other > 1.0 { 1.0 - (g.other - 1.0) / (g.at_risk - 1.0) } else { 1.0 };
    let others = if after.without > 0.0 { tied * g.other / (g.h() * g.h()) } else { 0.0 };
    ([1.0 - ratio, own], [-ratio, others])
}

#[cfg(test)]
mod tests {
    use super::super::log_rank;
    use super::*;

    #[test]
    fn with_one_way_to_end_it_is_close_to_the_log_rank_test() {
        let times: Vec<f64> = (0..60).map(|i| f64::from((i * 37) % 60) + if i % 2 == 0 { 6.0 } else { 0.0 }).collect();
        let causes: Vec<usize> = (0..60).map(|i| usize::from(i % 7 != 0)).collect();
        let group: Vec<usize> = (0..60).map(|i| i % 2).collect();
        let events: Vec<bool> = causes.iter().map(|c| *c == 1).collect();
        let (gray, rank) = (test(&times, &causes, &group, 1).expect("a test"), log_rank::test(&times, &events, &group).expect("a test"));
        assert!((gray.chi_square / rank.chi_square - 1.0).abs() < 0.1, "{} {}", gray.chi_square, rank.chi_square);
    }

    #[test]
    fn what_cannot_be_tested_has_a_reason() {
        assert!(test(&[1.0, 2.0], &[1, 1], &[0, 0], 1).is_err());
        assert!(test(&[1.0, 2.0], &[1, 1], &[0, 1], 0).is_err());
        assert_eq!(test(&[1.0, 2.0], &[2, 0], &[0, 1], 1).unwrap_err(), Failure::Constant("this way of ending"));
    }
}
