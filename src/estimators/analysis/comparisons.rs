//! Groups compared with the first one.

use super::{CONFIDENCE, Fit, Method, Reason, Value};
use crate::estimators::effect_size::{self, Counts, Group};
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::formula::names::Factor;
use crate::estimators::status::{Failure, Status, at_least};

/// What tells the groups apart.
#[derive(Clone, Debug)]
pub enum By {
    /// Groups with names, such as arms.
    Factor(Factor),
    /// A variable with values 0 and 1: those with 1 are compared with those with 0.
    Flag(String, Expr),
}

impl By {
    /// Names of the groups that are compared with the first.
    fn others(&self) -> Vec<String> {
        match self {
            Self::Factor(factor) => factor.levels.iter().skip(1).cloned().collect(),
            Self::Flag(name, _) => vec![name.clone()],
        }
    }

    pub(super) fn variable(&self) -> Option<&Expr> {
        match self {
            Self::Factor(_) => None,
            Self::Flag(_, of) => Some(of),
        }
    }

    /// The group of each row.
    pub(super) fn codes(&self, data: &View) -> Result<Vec<usize>, Failure> {
        match self {
            Self::Factor(factor) => Ok(data.raw_codes(factor.slot).into_iter().map(|code| code as usize).collect()),
            Self::Flag(_, of) => {
                let flags = data.numbers(of);
                let wrong = flags.iter().any(|flag| *flag != 0.0 && *flag != 1.0);
                let rule = Failure::Range { what: "the variable in `by`", rule: "0 or 1" };
                if wrong { Err(rule) } else { Ok(flags.into_iter().map(|flag| usize::from(flag > 0.5)).collect()) }
            }
        }
    }

    /// Values, group by group.
    fn groups(&self, values: &[f64], data: &View) -> Result<Vec<Vec<f64>>, Failure> {
        let mut groups = vec![Vec::new(); self.others().len() + 1];
        self.codes(data)?.into_iter().zip(values).for_each(|(code, value)| groups[code].push(*value));
        Ok(groups)
    }

    /// Terms of every comparison: `{name}: {group}`.
    fn terms(&self, names: &[&str]) -> Vec<String> {
        self.others().iter().flat_map(|group| names.iter().map(move |name| format!("{name}: {group}"))).collect()
    }
}

/// Difference of means and Cohen's d (over the pooled standard deviation) of each group against the first, with the error of
/// Student's t-test. Positive: the variable is higher in the group.
#[derive(Clone, Debug)]
pub struct Difference {
    /// What is compared.
    pub of: Expr,
    /// Between which groups.
    pub by: By,
}

impl Method for Difference {
    fn terms(&self) -> Vec<String> {
        self.by.terms(&["difference", "d"])
    }
    fn variables(&self) -> Vec<&Expr> {
        [&self.of].into_iter().chain(self.by.variable()).collect()
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let groups = self.by.groups(&data.numbers(&self.of), data)?;
        let (first, others) = groups.split_first().ok_or(Failure::NoRows)?;
        at_least("rows in the first group", first.len(), 2)?;
        Ok(Fit::done(others.iter().flat_map(|other| difference(first, other)).collect()))
    }
}

/// Difference and d of a group against the first; none when a group has fewer than two rows or neither varies.
fn difference(first: &[f64], other: &[f64]) -> [Value; 2] {
    let groups = Group::of(other).and_then(|other| Group::of(first).map(|first| (other, first)));
    match groups.and_then(|(other, first)| effect_size::difference(other, first)) {
        Ok(found) => [found.raw.into(), found.d.into()],
        Err(_) => [Value::NONE; 2],
    }
}

/// Odds ratio, risk difference and number needed to treat of each group against the first. Where nobody or everybody of a group has the event, half a
/// client is added to every cell (Haldane 1956; Anscombe 1956) and the fit is at the boundary.
#[derive(Clone, Debug)]
pub struct Odds {
    /// The event, 0 or 1.
    pub of: Expr,
    /// Between which groups.
    pub by: By,
}

impl Method for Odds {
    fn terms(&self) -> Vec<String> {
        self.by.terms(&["log odds ratio", "odds ratio", "risk difference", "number needed"])
    }
    fn variables(&self) -> Vec<&Expr> {
        [&self.of].into_iter().chain(self.by.variable()).collect()
    }
    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let values = data.numbers(&self.of);
        if values.iter().any(|value| *value != 0.0 && *value != 1.0) {
            return Err(Failure::Range { what: "the event", rule: "0 or 1" }.into());
        }
        let groups = self.by.groups(&values, data)?;
        let (first, others) = groups.split_first().ok_or(Failure::NoRows)?;
        at_least("rows in the first group", first.len(), 1)?;
        let mut status = Status::Converged;
        let mut found = Vec::new();
        for other in others {
            let (values, at_edge) = odds(first, other);
            status = if at_edge { Status::Boundary } else { status };
            found.extend(values);
        }
        Ok(Fit { values: found, status })
    }
}

/// Log odds ratio, odds ratio, risk difference and number needed of a group against the first, and whether a cell is empty.
fn odds(first: &[f64], other: &[f64]) -> ([Value; 4], bool) {
    let events = [other, first].map(|group| group.iter().sum::<f64>());
    let counts = Counts { events, n: [other, first].map(|group| group.len() as f64) };
    let (Ok(log), Ok(risk)) = (counts.log_odds_ratio(), counts.risk_difference()) else {
        return ([Value::NONE; 4], false);
    };
    let log = Value::from(log);
    let odds = libm::exp(log.estimate);
    let of_odds = Value { estimate: odds, se: odds * log.se, low: libm::exp(log.low), high: libm::exp(log.high), ..log };
    let at_edge = (0..2).any(|i| counts.events[i] == 0.0 || counts.events[i] == counts.n[i]);
    ([log, of_odds, risk.into(), number_needed(&counts)], at_edge)
}

/// People to treat for one more event. An interval that holds "no difference" runs through infinity, and is not given.
fn number_needed(counts: &Counts) -> Value {
    match counts.number_needed(CONFIDENCE) {
        Ok(found) if !found.through_infinity => Value { low: found.ends[0], high: found.ends[1], ..Value::alone(found.estimate) },
        Ok(found) => Value::alone(found.estimate),
        Err(_) => Value::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_t_test_by_hand() {
        // Means 2 and 5, both SDs 1: pooled 1, error √(2/3).
        let [difference, d] = difference(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]);
        assert_eq!((difference.estimate, d.estimate, difference.df), (3.0, 3.0, 4.0));
        assert!((difference.se - (2.0f64 / 3.0).sqrt()).abs() < 1e-15);
        assert!((d.se - (2.0f64 / 3.0 + 9.0 / 12.0).sqrt()).abs() < 1e-15);
        // t = 3.674 with 4 df: p = 0.0213 (tables: .02 and .05 at 3.747 and 2.776).
        assert!((difference.p - 0.021_312).abs() < 1e-5, "{}", difference.p);
    }

    #[test]
    fn an_odds_ratio_by_hand() {
        let group = |events: usize, n: usize| (0..n).map(|i| f64::from(u8::from(i < events))).collect::<Vec<f64>>();
        let ([log, ratio, risk, needed], at_edge) = odds(&group(20, 100), &group(10, 100));
        assert!((ratio.estimate - (10.0 / 90.0) / (20.0 / 80.0)).abs() < 1e-12 && !at_edge);
        assert!((log.se - (0.1 + 1.0 / 90.0 + 0.05 + 1.0 / 80.0f64).sqrt()).abs() < 1e-12);
        assert!((risk.estimate + 0.1).abs() < 1e-12 && (risk.se - (0.0016f64 + 0.0009).sqrt()).abs() < 1e-12);
        // 1 / −.1: one event fewer for ten people.
        assert!((needed.estimate + 10.0).abs() < 1e-12 && needed.low < -10.0 && needed.high > -10.0 && needed.high < 0.0);
        let ([.., needed], _) = odds(&group(20, 100), &group(18, 100));
        assert!((needed.estimate + 50.0).abs() < 1e-9 && needed.low.is_nan());
        let ([.., needed], _) = odds(&group(20, 200), &group(80, 200));
        assert!((needed.estimate - 1.0 / 0.3).abs() < 1e-12 && needed.low < needed.estimate && needed.estimate < needed.high);
        let ([log, ..], at_edge) = odds(&group(0, 10), &group(5, 10));
        assert!(at_edge && (log.estimate - (21.0f64).ln()).abs() < 1e-12);
    }
}
