//! Share without the event by time (Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452) with Greenwood's errors, and
//! the cumulative hazard (Nelson 1972, doi:10.1080/00401706.1972.10488991; Aalen 1978, doi:10.1214/aos/1176344247).

use super::{by_time, check};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::distributions::normal_quantile;
use crate::estimators::status::Failure;

/// Scale on which the interval of a share is symmetric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// The share itself.
    Plain,
    /// Its logarithm (the default of R's `survfit`).
    Log,
    /// log(−log share) (Kalbfleisch & Prentice 2002, doi:10.1002/9781118032985): never leaves 0 to 1.
    LogLog,
}

/// One time at which somebody had the event or left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub time: f64,
    /// Still observed just before it.
    pub at_risk: usize,
    /// Had the event.
    pub events: usize,
    /// Left without it.
    pub censored: usize,
    /// Share without the event after this time.
    pub share: f64,
    /// Greenwood's sum Σ d / (n (n − d)): the squared standard error of log share. Infinite once the share is 0.
    pub greenwood: f64,
    /// Cumulative hazard after Nelson and Aalen.
    pub hazard: f64,
    /// Its variance Σ d / n².
    pub hazard_variance: f64,
}

impl Step {
    /// Share without the event and Greenwood's standard error.
    pub fn share(&self) -> Coefficient {
        Coefficient::normal(self.share, if self.share > 0.0 { self.share * self.greenwood.sqrt() } else { f64::NAN })
    }

    /// Interval of the share at this level; NaN once the share is 0.
    pub fn interval(&self, level: f64, scale: Scale) -> [f64; 2] {
        let (s, error) = (self.share, self.greenwood.sqrt());
        if s >= 1.0 || s <= 0.0 {
            return if s >= 1.0 { [1.0; 2] } else { [f64::NAN; 2] };
        }
        let z = normal_quantile(f64::midpoint(1.0, level));
        let ends = match scale {
            Scale::Plain => [s - z * s * error, s + z * s * error],
            Scale::Log => [-z, z].map(|z| s * libm::exp(z * error)),
            Scale::LogLog => {
                let log = libm::log(s);
                [z, -z].map(|z| libm::exp(log * libm::exp(z * error / -log)))
            }
        };
        ends.map(|end| end.clamp(0.0, 1.0))
    }
}

/// Share without the event over time.
#[derive(Clone, Debug)]
pub struct Curve {
    /// One step per time, in order.
    pub steps: Vec<Step>,
}

/// Curve from each person's last time and whether it was the event.
///
/// # Errors
/// No rows, lengths that differ, times missing or below 0.
pub fn fit(times: &[f64], events: &[bool]) -> Result<Curve, Failure> {
    check(times, events.len())?;
    let mut at_risk = times.len();
    let (mut share, mut greenwood, mut hazard, mut hazard_variance) = (1.0, 0.0, 0.0, 0.0);
    let steps = by_time(times).into_iter().map(|(time, rows)| {
        let had = rows.iter().filter(|&&row| events[row]).count();
        let (d, n) = (had as f64, at_risk as f64);
        share *= (n - d) / n;
        greenwood += if had == 0 { 0.0 } else { d / (n * (n - d)) };
        hazard += d / n;
        hazard_variance += d / (n * n);
        let step = Step { time, at_risk, events: had, censored: rows.len() - had, share, greenwood, hazard, hazard_variance };
        at_risk -= rows.len();
        step
    });
    Ok(Curve { steps: steps.collect() })
}

impl Curve {
    /// The last step at or before a time; none when the time comes before every step.
    pub fn at(&self, time: f64) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.time <= time)
    }

    /// Cumulative hazard by a time (Nelson and Aalen), with its standard error. NaN after the last person was seen.
    pub fn hazard_by(&self, time: f64) -> Coefficient {
        match self.at(time) {
            _ if self.steps.last().is_none_or(|last| time > last.time) => Coefficient::DROPPED,
            None => Coefficient::normal(0.0, 0.0),
            Some(step) => Coefficient::normal(step.hazard, step.hazard_variance.sqrt()),
        }
    }

    /// Share that had the event by a time, with Greenwood's standard error. NaN after the last person was seen, unless
    /// everybody had the event.
    pub fn had_by(&self, time: f64) -> Coefficient {
        let beyond = self.steps.last().is_none_or(|last| time > last.time && last.share > 0.0);
        match self.at(time) {
            _ if beyond => Coefficient::DROPPED,
            None => Coefficient::normal(0.0, 0.0),
            Some(step) => Coefficient { estimate: 1.0 - step.share, ..step.share() },
        }
    }

    /// First time at which at most half are without the event; NaN when that never happens.
    pub fn median(&self) -> f64 {
        self.first(|step| step.share)
    }

    /// Interval of the median: the times at which the interval of the share holds one half (Brookmeyer & Crowley 1982,
    /// doi:10.2307/2530286); NaN for an end that is never reached.
    pub fn median_interval(&self, level: f64, scale: Scale) -> [f64; 2] {
        [0, 1].map(|end| self.first(|step| step.interval(level, scale)[end]))
    }

    fn first(&self, value: impl Fn(&Step) -> f64) -> f64 {
        // One half computed as a product may miss it by the last digit.
        self.steps.iter().find(|step| value(step) <= 0.5 + 1e-12).map_or(f64::NAN, |step| step.time)
    }

    /// Mean time without the event up to `until` (the area under the curve), with its standard error.
    pub fn restricted_mean(&self, until: f64) -> Coefficient {
        let inside: Vec<&Step> = self.steps.iter().filter(|step| step.time <= until).collect();
        let (mut after, mut variance, mut end) = (0.0, 0.0, until);
        for step in inside.iter().rev() {
            after += step.share * (end - step.time);
            end = step.time;
            let (d, n) = (step.events as f64, step.at_risk as f64);
            if n > d {
                variance += after * after * d / (n * (n - d));
            }
        }
        Coefficient::normal(after + end, variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_example() {
        // Of 5: one event at 1, one leaves at 2, one event at 3, one at 5, one leaves at 6.
        let curve = fit(&[1.0, 2.0, 3.0, 5.0, 6.0], &[true, false, true, true, false]).expect("a curve");
        let shares: Vec<f64> = curve.steps.iter().map(|s| s.share).collect();
        for (found, expected) in shares.iter().zip([0.8, 0.8, 0.8 * 2.0 / 3.0, 0.8 / 3.0, 0.8 / 3.0]) {
            assert!((found - expected).abs() < 1e-12);
        }
        assert!((curve.steps[2].greenwood - (1.0 / 20.0 + 1.0 / 6.0)).abs() < 1e-12);
        assert!((curve.restricted_mean(6.0).estimate - (1.0 + 0.8 * 2.0 + 0.8 * 2.0 / 3.0 * 2.0 + 0.8 / 3.0)).abs() < 1e-12);
        assert!((curve.had_by(4.0).estimate - (1.0 - 0.8 * 2.0 / 3.0)).abs() < 1e-12);
        assert_eq!(curve.had_by(0.5), Coefficient::normal(0.0, 0.0));
        assert!(curve.had_by(7.0).estimate.is_nan());
    }

    #[test]
    fn edges() {
        assert_eq!(fit(&[], &[]).unwrap_err(), Failure::NoRows);
        assert!(fit(&[1.0], &[]).is_err() && fit(&[-1.0], &[true]).is_err());
        let all = fit(&[1.0, 2.0], &[true, true]).expect("a curve");
        assert!(all.steps[1].interval(0.95, Scale::LogLog)[0].is_nan() && all.median() == 1.0);
        let none = fit(&[1.0, 2.0], &[false, false]).expect("a curve");
        assert!(none.median().is_nan() && none.steps[1].interval(0.95, Scale::Log) == [1.0, 1.0]);
    }
}
