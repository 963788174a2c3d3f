//! Shapes of alliance over a course: trends, falls that are made good (V), and one long fall and rise (U).

use super::{Fit, Method, Reason, Value};
use crate::dataset::frame::Slot;
use crate::estimators::coefficient::Coefficient;
use crate::estimators::formula::expr::{Expr, View};
use crate::estimators::linear;
use crate::estimators::status::Failure;

/// Level of the tests of trends.
const LEVEL: f64 = 0.05;

/// Shares of clients whose ratings have a shape.
///
/// * linear trend: the slope of the client's own straight line differs from 0 (p < .05), up or down (Stevens et al. 2007,
///   doi:10.1176/appi.psychotherapy.2007.61.2.109).
/// * v shape: at least once the rating falls from one to the next by `fall` of the client's own standard deviations (of the
///   deviations from her line) and is back where it was within `back` further ratings. Falls measured in the client's own
///   deviations and a return after them are what the criteria of Stiles et al. (2004, doi:10.1037/0022-0167.51.1.81) and Strauss et
///   al. (2006, doi:10.1037/0022-006X.74.2.337) have in common; they differ in how far, and how long (Gumz et al. 2012,
///   doi:10.1186/1471-2288-12-10).
/// * u shape: a parabola with its lowest point inside the course, whose curvature differs from 0 (p < .05).
#[derive(Clone, Debug)]
pub struct Shapes {
    /// Rating at a session.
    pub of: Expr,
    /// Clients.
    pub client: Slot,
    /// Sessions.
    pub session: Expr,
    /// How far a rating falls, in the client's own standard deviations.
    pub fall: f64,
    /// Ratings after which it must be back.
    pub back: usize,
    /// Fewest ratings of a client.
    pub ratings: usize,
}

impl Method for Shapes {
    fn terms(&self) -> Vec<String> {
        ["linear trend", "v shape", "u shape"].map(String::from).to_vec()
    }

    fn variables(&self) -> Vec<&Expr> {
        vec![&self.of, &self.session]
    }

    fn fit(&self, data: &View) -> Result<Fit, Reason> {
        let (ratings, sessions, codes) = (data.numbers(&self.of), data.numbers(&self.session), data.codes(self.client));
        let mut courses: Vec<(Vec<f64>, Vec<f64>)> = vec![Default::default(); codes.iter().max().map_or(0, |most| most + 1)];
        for (row, &code) in codes.iter().enumerate() {
            courses[code].0.push(sessions[row]);
            courses[code].1.push(ratings[row]);
        }
        let courses: Vec<_> = courses.into_iter().filter(|(sessions, _)| sessions.len() >= self.ratings).collect();
        if courses.is_empty() {
            return Err(Failure::TooFew { what: "clients with enough ratings", found: 0, needed: 1 }.into());
        }
        let n = courses.len() as f64;
        let shapes: Vec<[bool; 3]> = courses.iter().map(|(sessions, ratings)| self.shapes(sessions, ratings)).collect();
        let share = |shape: usize| {
            let p = shapes.iter().filter(|found| found[shape]).count() as f64 / n;
            Value::from(Coefficient::normal(p, (p * (1.0 - p) / n).sqrt()))
        };
        Ok(Fit::done((0..3).map(share).collect()))
    }
}

impl Shapes {
    /// Trend, V, U of one client.
    fn shapes(&self, sessions: &[f64], ratings: &[f64]) -> [bool; 3] {
        let middle = sessions.iter().sum::<f64>() / sessions.len() as f64;
        let ones = vec![1.0; sessions.len()];
        let time: Vec<f64> = sessions.iter().map(|session| session - middle).collect();
        let square: Vec<f64> = time.iter().map(|time| time * time).collect();
        let Ok(line) = linear::fit(ratings, &[&ones, &time]) else {
            return [false; 3];
        };
        // Who always gives the same rating has no shape.
        if line.sigma <= 1e-9 * ratings.iter().fold(1.0, |most: f64, rating| most.max(rating.abs())) {
            return [line.coefficients[1].p() < LEVEL && line.coefficients[1].estimate.abs() > 1e-9, false, false];
        }
        let bent = linear::fit(ratings, &[&ones, &time, &square]).is_ok_and(|parabola| {
            let [_, slope, curvature] = [0, 1, 2].map(|i| parabola.coefficients[i]);
            let lowest = -slope.estimate / (2.0 * curvature.estimate);
            let inside = time.first().is_some_and(|first| *first < lowest) && time.last().is_some_and(|last| lowest < *last);
            curvature.estimate > 0.0 && curvature.p() < LEVEL && inside
        });
        [line.coefficients[1].p() < LEVEL, self.falls_and_returns(ratings, line.sigma), bent]
    }

    fn falls_and_returns(&self, ratings: &[f64], sd: f64) -> bool {
        let returns = |i: usize| ratings[i + 1..].iter().take(self.back + 1).skip(1).any(|later| *later >= ratings[i]);
        (0..ratings.len().saturating_sub(1)).any(|i| ratings[i] - ratings[i + 1] >= self.fall * sd && returns(i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::catalogue::Level;

    fn shapes(ratings: &[f64]) -> [bool; 3] {
        let slot = Slot { level: Level::Clients, index: 0 };
        let method = Shapes { of: Expr::Number(0.0), client: slot, session: Expr::Number(0.0), fall: 1.0, back: 2, ratings: 4 };
        let sessions: Vec<f64> = (1..=ratings.len()).map(|session| session as f64).collect();
        method.shapes(&sessions, ratings)
    }

    #[test]
    fn shapes_are_told_apart() {
        assert_eq!(shapes(&[3.0, 3.2, 3.3, 3.6, 3.7, 4.1, 4.2]), [true, false, false]);
        assert_eq!(shapes(&[4.0, 4.1, 4.0, 2.5, 4.1, 4.0, 4.1, 4.0]), [false, true, false]);
        // Back only after more ratings than are allowed.
        assert!(!shapes(&[4.0, 4.1, 4.0, 2.5, 2.6, 2.5, 2.5, 4.0])[1]);
        assert_eq!(shapes(&[4.0, 3.2, 2.5, 2.1, 2.0, 2.1, 2.6, 3.1, 4.1]), [false, false, true]);
        assert_eq!(shapes(&[4.0, 4.0, 4.0, 4.0]), [false, false, false]);
    }
}
