//! Several ways to end: share that ended in one of them by time (Aalen & Johansen 1978, Scandinavian Journal of Statistics
//! 5, 141–150), other endings being no censoring.

use super::{by_time, check};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::status::Failure;

/// One time at which somebody ended in the way asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub time: f64,
    /// Share that ended in this way up to and including this time.
    pub share: f64,
    /// Its variance (Aalen 1978, doi:10.1214/aos/1176344247, with a correction for ties).
    pub variance: f64,
}

/// Share that ended in one way, over time.
#[derive(Clone, Debug)]
pub struct Incidence {
    /// One step per time with such an ending, in order.
    pub steps: Vec<Step>,
    last: f64,
}

/// Sums Σ m (a − k F)² for any F, split by powers of F.
#[derive(Default)]
struct Variance {
    aa: f64,
    ak: f64,
    kk: f64,
}

impl Variance {
    fn add(&mut self, m: f64, a: f64, k: f64) {
        self.aa += m * a * a;
        self.ak += m * a * k;
        self.kk += m * k * k;
    }

    fn at(&self, share: f64) -> f64 {
        self.aa - 2.0 * share * self.ak + share * share * self.kk
    }
}

/// Share over time that ended with `cause`; `causes` holds how each person ended, 0 for those who were last seen unended.
///
/// # Errors
/// No rows, lengths that differ, times missing or below 0, cause 0.
pub fn incidence(times: &[f64], causes: &[usize], cause: usize) -> Result<Incidence, Failure> {
    check(times, causes.len())?;
    if cause == 0 {
        return Err(Failure::Range { what: "the cause", rule: "above 0, which stands for no ending" });
    }
    let blocks = by_time(times);
    let last = blocks.last().map_or(0.0, |(time, _)| *time);
    let mut at_risk = times.len() as f64;
    let (mut without, mut share) = (1.0, 0.0);
    let mut variance = Variance::default();
    let mut steps = Vec::new();
    for (time, rows) in blocks {
        let ended = |this: &dyn Fn(usize) -> bool| rows.iter().filter(|&&row| this(causes[row])).count() as f64;
        let (this, other) = (ended(&|c| c == cause), ended(&|c| c != cause && c != 0));
        let after = without * (at_risk - this - other) / at_risk;
        share += without * this / at_risk;
        // Each ending at this time moves the share at a later one by 1 − (later − now) / without, another way by the second
        // part.
        let per_person = without * without / (at_risk * at_risk);
        let tied = |d: f64| d * if d > 1.0 { 1.0 - (d - 1.0) / (at_risk - 1.0) } else { 1.0 };
        let k = if after > 0.0 { 1.0 / after } else { 0.0 };
        if other > 0.0 && after > 0.0 {
            variance.add(per_person * tied(other), share * k, k);
        }
        if this > 0.0 {
            variance.add(per_person * tied(this), 1.0 + share * k, k);
            steps.push(Step { time, share, variance: variance.at(share) });
        }
        without = after;
        at_risk -= rows.len() as f64;
    }
    Ok(Incidence { steps, last })
}

impl Incidence {
    /// Share that ended in this way by a time, with its standard error; NaN after the last person was seen.
    pub fn by(&self, time: f64) -> Coefficient {
        if time > self.last {
            return Coefficient::DROPPED;
        }
        match self.steps.iter().rev().find(|step| step.time <= time) {
            None => Coefficient::normal(0.0, 0.0),
            Some(step) => Coefficient::normal(step.share, step.variance.max(0.0).sqrt()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kaplan_meier;
    use super::*;

    #[test]
    fn shares_of_all_ways_add_up_to_one_less_kaplan_meier() {
        let times = [1.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 5.0, 6.0];
        let causes = [1, 2, 0, 1, 1, 3, 2, 0, 1];
        let events: Vec<bool> = causes.iter().map(|c| *c != 0).collect();
        let curve = kaplan_meier::fit(&times, &events).expect("a curve");
        for t in [0.5, 1.0, 3.5, 5.0, 6.0] {
            let sum: f64 = (1..=3).map(|c| incidence(&times, &causes, c).expect("shares").by(t).estimate).sum();
            assert!((sum - curve.had_by(t).estimate).abs() < 1e-12, "{t}");
        }
    }

    #[test]
    fn edges() {
        assert_eq!(incidence(&[], &[], 1).unwrap_err(), Failure::NoRows);
        assert!(incidence(&[1.0], &[1], 0).is_err());
        let never = incidence(&[1.0, 2.0], &[2, 0], 1).expect("shares");
        assert_eq!(never.by(2.0), Coefficient::normal(0.0, 0.0));
        assert!(never.by(3.0).estimate.is_nan());
    }
}
