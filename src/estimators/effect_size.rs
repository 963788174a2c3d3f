//! Effect sizes of two groups and the conversions between them that published meta-analyses use. All errors take clients as
//! independent.

use super::coefficient::Coefficient;
use super::distributions::{normal_cdf, normal_quantile};
use super::status::{Failure, at_least, finite};
use core::f64::consts::{PI, SQRT_2};

/// Mean, standard deviation (divisor n − 1) and size of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Size.
    pub n: f64,
}

impl Group {
    /// Summary of values.
    ///
    /// # Errors
    /// Fewer than two values, or missing ones.
    pub fn of(values: &[f64]) -> Result<Self, Failure> {
        at_least("values in a group", values.len(), 2)?;
        finite("a group", values)?;
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
        Ok(Self { mean, sd: (squares / (n - 1.0)).sqrt(), n })
    }
}

/// Difference of two means, raw and in standard deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// First less second mean; t with n₁ + n₂ − 2 degrees of freedom (equal variances).
    pub raw: Coefficient,
    /// Cohen's d (1988): over the pooled standard deviation.
    pub d: Coefficient,
    /// Hedges' g (1981, doi:10.3102/10769986006002107): d without its small-sample bias, by the exact factor.
    pub g: Coefficient,
}

/// Difference of two groups, positive when the first is higher. Errors of d and g: Hedges & Olkin (1985), as in Borenstein
/// et al. (2009, doi:10.1002/9780470743386), chapter 4.
///
/// # Errors
/// No variation in either group.
pub fn difference(first: Group, second: Group) -> Result<Difference, Failure> {
    let (n1, n2, df) = (first.n, second.n, first.n + second.n - 2.0);
    let pooled = (((n1 - 1.0) * first.sd * first.sd + (n2 - 1.0) * second.sd * second.sd) / df).sqrt();
    if pooled.is_nan() || pooled <= 0.0 {
        return Err(Failure::Constant("the outcome within groups"));
    }
    let inverse_sizes = 1.0 / n1 + 1.0 / n2;
    let raw = first.mean - second.mean;
    let d = raw / pooled;
    let se = (inverse_sizes + d * d / (2.0 * (n1 + n2))).sqrt();
    let factor = small_sample_factor(df);
    Ok(Difference {
        raw: Coefficient { estimate: raw, se: pooled * inverse_sizes.sqrt(), df },
        d: Coefficient::normal(d, se),
        g: Coefficient::normal(factor * d, factor * se),
    })
}

/// Hedges' J(df) = Γ(df/2) / (√(df/2) Γ((df − 1)/2)); 1 − 3/(4 df − 1) is its approximation.
pub fn small_sample_factor(df: f64) -> f64 {
    libm::exp(libm::lgamma(0.5 * df) - libm::lgamma(0.5 * (df - 1.0))) / (0.5 * df).sqrt()
}

/// Change of one group in standard deviations of its first measurement, positive when scores fall (Becker 1988,
/// doi:10.1111/j.2044-8317.1988.tb00901.x); `r` is the correlation of first and last.
pub fn standardised_change(first: Group, last: Group, r: f64) -> Coefficient {
    let d = (first.mean - last.mean) / first.sd;
    Coefficient::normal(d, (2.0 * (1.0 - r) / first.n + d * d / (2.0 * first.n)).sqrt())
}

/// People with the event out of all, in two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counts {
    /// With the event, first and second group.
    pub events: [f64; 2],
    /// All, first and second group.
    pub n: [f64; 2],
}

impl Counts {
    fn check(&self) -> Result<(), Failure> {
        if self.n.iter().any(|n| n.is_nan() || *n < 1.0) {
            return Err(Failure::TooFew { what: "people in a group", found: 0, needed: 1 });
        }
        if (0..2).any(|i| self.events[i].is_nan() || self.events[i] < 0.0 || self.events[i] > self.n[i]) {
            return Err(Failure::Range { what: "events", rule: "between 0 and the size of the group" });
        }
        Ok(())
    }

    /// Log odds of the event, first against second group (Woolf 1955, doi:10.1111/j.1469-1809.1955.tb01348.x); half a
    /// person is added to each cell if one is empty (Haldane 1956, doi:10.1111/j.1469-1809.1956.tb01285.x; Anscombe).
    ///
    /// # Errors
    /// An empty group; nobody or everybody with the event.
    pub fn log_odds_ratio(&self) -> Result<Coefficient, Failure> {
        self.check()?;
        let cells = [self.events[0], self.n[0] - self.events[0], self.events[1], self.n[1] - self.events[1]];
        if cells[0] + cells[2] == 0.0 || cells[1] + cells[3] == 0.0 {
            return Err(Failure::Constant("the event"));
        }
        let extra = if cells.contains(&0.0) { 0.5 } else { 0.0 };
        let [a, b, c, d] = cells.map(|cell| cell + extra);
        Ok(Coefficient::normal(libm::log(a * d / (b * c)), (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt()))
    }

    /// Share with the event in the first less that in the second group.
    ///
    /// # Errors
    /// An empty group.
    pub fn risk_difference(&self) -> Result<Coefficient, Failure> {
        self.check()?;
        let [p1, p2] = self.shares();
        let variance = p1 * (1.0 - p1) / self.n[0] + p2 * (1.0 - p2) / self.n[1];
        Ok(Coefficient::normal(p1 - p2, variance.sqrt()))
    }

    fn shares(&self) -> [f64; 2] {
        [0, 1].map(|i| self.events[i] / self.n[i])
    }

    /// Interval of the risk difference that keeps its level in small samples: Newcombe (1998,
    /// doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I), method 10.
    ///
    /// # Errors
    /// An empty group.
    pub fn risk_difference_interval(&self, level: f64) -> Result<[f64; 2], Failure> {
        self.check()?;
        let [p1, p2] = self.shares();
        let [[l1, u1], [l2, u2]] = [0, 1].map(|i| wilson(self.events[i], self.n[i], level));
        let length = |a: f64, b: f64| (a * a + b * b).sqrt();
        Ok([p1 - p2 - length(p1 - l1, u2 - p2), p1 - p2 + length(u1 - p1, p2 - l2)])
    }

    /// People to treat (first group) for one more event; negative: for one fewer.
    ///
    /// # Errors
    /// An empty group.
    pub fn number_needed(&self, level: f64) -> Result<NumberNeeded, Failure> {
        let difference = self.risk_difference()?.estimate;
        let [low, high] = self.risk_difference_interval(level)?;
        Ok(NumberNeeded { estimate: 1.0 / difference, ends: [1.0 / high, 1.0 / low], through_infinity: low <= 0.0 && high >= 0.0 })
    }
}

/// Number needed to treat, with the ends of its interval: the inverses of those of the risk difference (Altman 1998,
/// doi:10.1136/bmj.317.7168.1309).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberNeeded {
    /// One over the risk difference.
    pub estimate: f64,
    /// Inverse of the upper and of the lower end of the risk difference.
    pub ends: [f64; 2],
    /// The interval holds "no difference": it runs from the first end up to infinity, and from minus infinity to the second.
    pub through_infinity: bool,
}

/// Score interval of a share (Wilson 1927, doi:10.1080/01621459.1927.10502953).
pub fn wilson(events: f64, n: f64, level: f64) -> [f64; 2] {
    let z = normal_quantile(f64::midpoint(1.0, level));
    let (p, z2) = (events / n, z * z);
    let centre = 2.0 * n * p + z2;
    let reach = z * (z2 + 4.0 * n * p * (1.0 - p)).sqrt();
    [(centre - reach) / (2.0 * (n + z2)), (centre + reach) / (2.0 * (n + z2))]
}

/// Number needed to treat from d, when success is doing better than a random client of the other group (Kraemer & Kupfer
/// 2006, doi:10.1016/j.biopsych.2005.09.014).
pub fn number_needed_from_d(d: f64) -> f64 {
    1.0 / (2.0 * superiority(d) - 1.0)
}

/// Number needed to treat from d and the share of successes in the control group (Furukawa & Leucht 2011,
/// doi:10.1371/journal.pone.0019070).
pub fn number_needed_from_d_and_risk(d: f64, control: f64) -> f64 {
    1.0 / (normal_cdf(d + normal_quantile(control)) - control)
}

/// Probability that a random client of the first group does better than one of the second (McGraw & Wong 1992,
/// doi:10.1037/0033-2909.111.2.361).
pub fn superiority(d: f64) -> f64 {
    normal_cdf(d / SQRT_2)
}

/// r from d (Borenstein et al. 2009, doi:10.1002/9780470743386, chapter 7); the group sizes give a = (n₁ + n₂)² / (n₁ n₂),
/// 4 if equal.
pub fn r_from_d(d: Coefficient, n1: f64, n2: f64) -> Coefficient {
    let a = (n1 + n2) * (n1 + n2) / (n1 * n2);
    let root = (d.estimate * d.estimate + a).sqrt();
    Coefficient::normal(d.estimate / root, a * d.se / (root * root * root))
}

/// d from r (Borenstein et al. 2009, chapter 7), as for two groups of equal size.
pub fn d_from_r(r: Coefficient) -> Coefficient {
    let rest = 1.0 - r.estimate * r.estimate;
    Coefficient::normal(2.0 * r.estimate / rest.sqrt(), 2.0 * r.se / (rest * rest.sqrt()))
}

/// d from a log odds ratio, for logistic outcomes cut in two (Hasselblad & Hedges 1995, doi:10.1037/0033-2909.117.1.167;
/// Chinn 2000, doi:10.1002/1097-0258(20001130)19:22<3127::AID-SIM784>3.0.CO;2-M).
pub fn d_from_log_odds_ratio(log_odds: Coefficient) -> Coefficient {
    let scale = 3.0f64.sqrt() / PI;
    Coefficient::normal(scale * log_odds.estimate, scale * log_odds.se)
}

/// Log odds ratio from d, the inverse of [`d_from_log_odds_ratio`].
pub fn log_odds_ratio_from_d(d: Coefficient) -> Coefficient {
    let scale = PI / 3.0f64.sqrt();
    Coefficient::normal(scale * d.estimate, scale * d.se)
}

/// r from t of a regression or comparison (Rosenthal 1994, in Cooper & Hedges, "The Handbook of Research Synthesis").
pub fn r_from_t(t: f64, df: f64) -> f64 {
    t / (t * t + df).sqrt()
}

/// r from a standardised regression coefficient (Peterson & Brown 2005, doi:10.1037/0021-9010.90.1.175): for coefficients
/// within ±.5.
pub fn r_from_beta(beta: f64) -> f64 {
    if beta >= 0.0 { beta + 0.05 } else { beta }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() < within, "{found}, expected {expected}");
    }

    #[test]
    fn the_example_of_borenstein_and_colleagues() {
        // Chapter 4: means 103 and 100, SD 5.5 and 4.5, 50 each: d = .5970, its variance .0418; g = .5924, .0411.
        let group = |mean, sd| Group { mean, sd, n: 50.0 };
        let found = difference(group(103.0, 5.5), group(100.0, 4.5)).expect("a difference");
        close(found.d.estimate, 0.5970, 5e-5);
        close(found.d.se.powi(2), 0.0418, 5e-5);
        close(found.g.estimate, 0.5924, 5e-5);
        close(found.g.se.powi(2), 0.0411, 5e-5);
        close(found.raw.se.powi(2), 1.01, 1e-9);
        // J(98) = Γ(49) / (7 Γ(48.5)), near 1 − 3/391.
        close(small_sample_factor(98.0), 1.0 - 3.0 / 391.0, 1e-5);
        close(small_sample_factor(3.0), 0.5 * PI.sqrt() / 1.5f64.sqrt(), 1e-12);
    }

    #[test]
    fn a_two_by_two_table() {
        let counts = Counts { events: [4.0, 11.0], n: [123.0, 139.0] };
        let odds = counts.log_odds_ratio().expect("odds");
        close(odds.estimate, (4.0f64 * 128.0 / (119.0 * 11.0)).ln(), 1e-12);
        close(odds.se.powi(2), 1.0 / 4.0 + 1.0 / 119.0 + 1.0 / 11.0 + 1.0 / 128.0, 1e-12);
        let empty = Counts { events: [0.0, 3.0], n: [10.0, 10.0] }.log_odds_ratio().expect("odds");
        close(empty.estimate, (0.5f64 * 7.5 / (10.5 * 3.5)).ln(), 1e-12);
        assert!(Counts { events: [0.0, 0.0], n: [10.0, 10.0] }.log_odds_ratio().is_err());
        assert!(Counts { events: [1.0, 0.0], n: [0.0, 10.0] }.risk_difference().is_err());
        assert!(Counts { events: [11.0, 0.0], n: [10.0, 10.0] }.risk_difference().is_err());
    }

    #[test]
    fn newcombes_example() {
        // 56 of 70 against 48 of 80: .2, interval .0524 to .3339.
        let counts = Counts { events: [56.0, 48.0], n: [70.0, 80.0] };
        let [low, high] = counts.risk_difference_interval(0.95).expect("an interval");
        close(low, 0.0524, 5e-5);
        close(high, 0.3339, 5e-5);
        let needed = counts.number_needed(0.95).expect("a number");
        close(needed.estimate, 5.0, 1e-9);
        assert!(!needed.through_infinity && needed.ends[0] < 5.0 && needed.ends[1] > 5.0);
        let nothing = Counts { events: [5.0, 4.0], n: [20.0, 20.0] }.number_needed(0.95).expect("a number");
        assert!(nothing.through_infinity && nothing.ends[0] > 0.0 && nothing.ends[1] < 0.0);
    }

    #[test]
    fn conversions_go_there_and_back() {
        let d = Coefficient::normal(0.5, 0.1);
        let back = d_from_r(r_from_d(d, 60.0, 60.0));
        close(back.estimate, 0.5, 1e-12);
        close(back.se, 0.1, 1e-12);
        let back = d_from_log_odds_ratio(log_odds_ratio_from_d(d));
        close(back.estimate, 0.5, 1e-12);
        // Borenstein et al., chapter 7: log odds ratio .9069, variance .0676 give d .5000, variance .0205.
        let found = d_from_log_odds_ratio(Coefficient::normal(0.9069, 0.0676f64.sqrt()));
        close(found.estimate, 0.5, 5e-5);
        close(found.se.powi(2), 0.0205, 5e-5);
        // Furukawa and Leucht: d = .5 at a control rate of 50 % is NNT 5.2; Kraemer and Kupfer: 3.6.
        close(number_needed_from_d_and_risk(0.5, 0.5), 5.22, 5e-3);
        close(number_needed_from_d(0.5), 3.62, 5e-3);
        close(r_from_t(2.0, 12.0), 0.5, 1e-12);
    }

    #[test]
    fn what_has_no_effect_size_has_a_reason() {
        assert!(Group::of(&[1.0]).is_err() && Group::of(&[1.0, f64::NAN]).is_err());
        let flat = Group::of(&[1.0, 1.0]).expect("a group");
        assert_eq!(difference(flat, flat).unwrap_err(), Failure::Constant("the outcome within groups"));
    }
}
