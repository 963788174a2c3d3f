//! Repeated measurements of the same people, with what is constant in a person taken out.

pub mod gmm;
mod instruments;
pub mod two_stage;
pub mod within;

use super::status::{Failure, at_least, same_length};
use std::collections::BTreeMap;

/// Measurements of people by session; a missing one is NaN.
#[derive(Clone, Debug)]
pub struct Panel {
    /// `values[person][variable][session]`, the outcome first.
    values: Vec<Vec<Vec<f64>>>,
    /// Distance in sessions between a predictor and the outcome.
    lag: usize,
    /// The outcome's own past is a predictor.
    dynamic: bool,
}

impl Panel {
    /// Sorts rows into persons and sessions. The model is y(t) = ρ y(t − 1) + β x(t − `lag`) + constant of the person +
    /// error.
    ///
    /// # Errors
    /// No rows, lengths that differ, two rows for the same person and session.
    pub fn new<C: AsRef<[f64]>>(person: &[usize], session: &[usize], y: &[f64], x: &[C], lag: usize) -> Result<Self, Failure> {
        if y.is_empty() {
            return Err(Failure::NoRows);
        }
        same_length("the person", person.len(), y.len())?;
        same_length("the session", session.len(), y.len())?;
        for x in x {
            same_length("a predictor", x.as_ref().len(), y.len())?;
        }
        let first = *session.iter().min().expect("a row");
        let length = *session.iter().max().expect("a row") - first + 1;
        let mut places = BTreeMap::new();
        for label in person {
            let next = places.len();
            places.entry(*label).or_insert(next);
        }
        let mut values = vec![vec![vec![f64::NAN; length]; x.len() + 1]; places.len()];
        let mut seen = vec![vec![false; length]; places.len()];
        for row in 0..y.len() {
            let (i, t) = (places[&person[row]], session[row] - first);
            if std::mem::replace(&mut seen[i][t], true) {
                return Err(Failure::Range { what: "rows", rule: "one for each person and session" });
            }
            values[i][0][t] = y[row];
            for (variable, x) in x.iter().enumerate() {
                values[i][variable + 1][t] = x.as_ref()[row];
            }
        }
        Ok(Self { values, lag, dynamic: true })
    }

    /// The same without the outcome's own past: y(t) = β x(t − `lag`) + constant of the person + error.
    #[must_use]
    pub fn without_past(self) -> Self {
        Self { dynamic: false, ..self }
    }

    /// Number of the first variable that predicts.
    fn first(&self) -> usize {
        usize::from(!self.dynamic)
    }

    /// Coefficients: that of the lagged outcome, then one per predictor.
    fn coefficients(&self) -> usize {
        self.values[0].len() - self.first()
    }

    /// Fails for a model without the outcome's own past.
    fn needs_past(&self) -> Result<(), Failure> {
        let wrong = Failure::Range { what: "the model", rule: "one in which the outcome's own past is a predictor" };
        if self.dynamic { Ok(()) } else { Err(wrong) }
    }

    /// Number of sessions.
    fn length(&self) -> usize {
        self.values[0][0].len()
    }

    /// A variable of a person in a session; NaN when missing or out of range.
    fn value(&self, person: usize, variable: usize, session: Option<usize>) -> f64 {
        session.and_then(|t| self.values[person][variable].get(t)).copied().unwrap_or(f64::NAN)
    }

    /// Outcome and predictors of a person's equation in levels; none if one of them is missing.
    fn level(&self, person: usize, session: usize) -> Option<Equation> {
        let lagged = |variable: usize| self.value(person, variable, session.checked_sub(if variable == 0 { 1 } else { self.lag }));
        let y = self.value(person, 0, Some(session));
        let x: Vec<f64> = (self.first()..self.values[0].len()).map(lagged).collect();
        (y.is_finite() && x.iter().all(|x| x.is_finite())).then_some(Equation { person, session, y, x })
    }

    /// The same in differences from the session before.
    fn difference(&self, person: usize, session: usize) -> Option<Equation> {
        let (now, before) = (self.level(person, session)?, self.level(person, session.checked_sub(1)?)?);
        let x = now.x.iter().zip(before.x).map(|(now, before)| now - before).collect();
        Some(Equation { person, session, y: now.y - before.y, x })
    }

    /// All equations of one kind.
    fn equations(&self, of: impl Fn(&Self, usize, usize) -> Option<Equation>) -> Result<Vec<Equation>, Failure> {
        let all = (0..self.values.len()).flat_map(|person| (0..self.length()).map(move |session| (person, session)));
        let found: Vec<Equation> = all.filter_map(|(person, session)| of(self, person, session)).collect();
        at_least("sessions with all that the model needs", found.len(), self.coefficients() + 1)?;
        Ok(found)
    }
}

/// One equation of a person in a session.
#[derive(Clone, Debug)]
struct Equation {
    person: usize,
    session: usize,
    y: f64,
    x: Vec<f64>,
}

/// Outcome, columns of predictors and persons of equations.
fn columns(equations: &[Equation]) -> (Vec<f64>, Vec<Vec<f64>>, Vec<usize>) {
    let y = equations.iter().map(|e| e.y).collect();
    let x = (0..equations[0].x.len()).map(|k| equations.iter().map(|e| e.x[k]).collect()).collect();
    (y, x, equations.iter().map(|e| e.person).collect())
}

/// Bias of the within estimator of ρ in y(t) = ρ y(t − 1) + constant of the person + error, with many persons and `periods`
/// equations each: Nickell (1981, doi:10.2307/1911408), exact for any number of periods. NaN outside −1 < ρ < 1 or with
/// fewer than two periods.
pub fn nickell_bias(rho: f64, periods: usize) -> f64 {
    if periods < 2 || rho.is_nan() || rho.abs() >= 1.0 {
        return f64::NAN;
    }
    let t = periods as f64;
    let a = 1.0 - (1.0 - libm::pow(rho, t)) / (t * (1.0 - rho));
    -(1.0 + rho) / (t - 1.0) * a / (1.0 - 2.0 * rho * a / ((1.0 - rho) * (t - 1.0)))
}

/// The ρ that would give this within estimate but for [`nickell_bias`]; NaN where no ρ would.
pub fn without_nickell_bias(estimate: f64, periods: usize) -> f64 {
    let expected = |rho: f64| rho + nickell_bias(rho, periods);
    let (mut low, mut high) = (-1.0 + 1e-9, 1.0 - 1e-9);
    if !(expected(low) <= estimate && estimate <= expected(high)) {
        return f64::NAN;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if expected(middle) < estimate { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bias_can_be_taken_back() {
        for (rho, periods) in [(-0.4, 3), (0.0, 5), (0.5, 4), (0.8, 12)] {
            let found = without_nickell_bias(rho + nickell_bias(rho, periods), periods);
            assert!((found - rho).abs() < 1e-9, "{rho} {periods}: {found}");
        }
        assert!(without_nickell_bias(1.5, 5).is_nan());
    }

    #[test]
    fn two_periods_have_the_bias_of_first_differences() {
        // With two equations the within estimator is that of first differences: −(1 + ρ)/2.
        for rho in [-0.5, 0.0, 0.3, 0.9] {
            assert!((nickell_bias(rho, 2) + (1.0 + rho) / 2.0).abs() < 1e-12, "{rho}");
        }
        assert!((nickell_bias(0.0, 10) + 1.0 / 10.0).abs() < 1e-12);
        assert!(nickell_bias(1.0, 5).is_nan() && nickell_bias(0.5, 1).is_nan());
    }

    #[test]
    fn rows_become_equations() {
        let panel =
            Panel::new(&[1, 1, 1, 2, 2], &[3, 4, 5, 3, 5], &[1.0, 2.0, 4.0, 7.0, 9.0], &[[5.0, 6.0, 8.0, 1.0, 2.0]], 1).expect("a panel");
        let level = panel.level(0, 2).expect("an equation");
        assert_eq!((level.y, level.x), (4.0, vec![2.0, 6.0]));
        let difference = panel.difference(0, 2).expect("an equation");
        assert_eq!((difference.y, difference.x), (2.0, vec![1.0, 1.0]));
        assert!(panel.level(1, 2).is_none() && panel.level(0, 0).is_none());
        assert!(Panel::new(&[1, 1], &[2, 2], &[1.0, 2.0], &[[1.0; 2]; 0], 1).is_err());
        assert_eq!(Panel::new(&[], &[], &[], &[[1.0; 2]; 0], 1).unwrap_err(), Failure::NoRows);
    }
}
