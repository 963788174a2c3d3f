//! One number of a fit with its uncertainty.

use super::distributions::{t_quantile, t_two_sided};

/// An estimate, its standard error and the degrees of freedom of its t distribution (infinite: normal).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficient {
    /// NaN for a column that was dropped because others determine it.
    pub estimate: f64,
    /// Standard error.
    pub se: f64,
    /// Degrees of freedom; infinity for the normal distribution.
    pub df: f64,
}

impl Coefficient {
    /// A coefficient that cannot be estimated.
    pub const DROPPED: Self = Self { estimate: f64::NAN, se: f64::NAN, df: f64::NAN };

    /// With a normal distribution.
    pub const fn normal(estimate: f64, se: f64) -> Self {
        Self { estimate, se, df: f64::INFINITY }
    }

    /// Estimate in standard errors.
    pub fn statistic(&self) -> f64 {
        self.estimate / self.se
    }

    /// Two-sided p of the hypothesis that the true value is 0.
    pub fn p(&self) -> f64 {
        t_two_sided(self.statistic(), self.df)
    }

    /// Lower and upper end of the confidence interval of this level (0.95, say).
    pub fn interval(&self, level: f64) -> [f64; 2] {
        let reach = self.se * t_quantile(f64::midpoint(1.0, level), self.df);
        [self.estimate - reach, self.estimate + reach]
    }
}
