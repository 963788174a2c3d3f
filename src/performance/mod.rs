//! What a simulation reports about a quantity: its value and the Monte Carlo standard error; and which assumptions move it.

pub mod criterion;
pub mod measures;
pub mod pairs;
pub mod ratio;
pub mod sensitivity;

/// A long-run quantity estimated from replicates, and how far chance may have moved it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Estimate.
    pub value: f64,
    /// Monte Carlo standard error (NaN with fewer than two replicates).
    pub mcse: f64,
}

impl Measured {
    /// Not defined in any replicate.
    pub const NONE: Self = Self { value: f64::NAN, mcse: f64::NAN };

    /// The square root, with its error by the delta method.
    #[must_use]
    pub fn root(self) -> Self {
        let value = self.value.sqrt();
        Self { value, mcse: self.mcse / (2.0 * value) }
    }

    /// Distance from a stated truth in Monte Carlo standard errors.
    pub fn z(self, truth: f64) -> f64 {
        (self.value - truth) / self.mcse
    }
}

/// Running mean and variance over replicates, in the order in which they are added (Welford 1962,
/// doi:10.1080/00401706.1962.10490022). Values that are not defined (NaN) are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Adds the value of one replicate.
    pub fn add(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        self.n += 1;
        let before = x - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (x - self.mean);
    }

    /// Replicates in which the value was defined.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Variance between replicates (n − 1 in the denominator).
    pub fn variance(&self) -> f64 {
        if self.n > 1 { self.squares / (self.n - 1) as f64 } else { f64::NAN }
    }

    /// Mean with its Monte Carlo standard error, √(variance / n).
    pub fn measured(&self) -> Measured {
        if self.n == 0 {
            return Measured::NONE;
        }
        Measured { value: self.mean, mcse: (self.variance() / self.n as f64).sqrt() }
    }

    /// Standard deviation between replicates with its Monte Carlo standard error, SD / √(2 (n − 1)) (Morris, White and
    /// Crowther 2019, doi:10.1002/sim.8086). Unlike the error of the mean it does not shrink with more replicates: it is
    /// the standard error that one study of this size truly has.
    pub fn spread(&self) -> Measured {
        if self.n < 2 {
            return Measured::NONE;
        }
        let sd = self.variance().sqrt();
        Measured { value: sd, mcse: sd / (2.0 * (self.n - 1) as f64).sqrt() }
    }
}

/// Two shares from the same replicates and their paired difference, for ratios of shares.
#[derive(Clone, Copy, Debug)]
pub struct PairedShares {
    /// Share in the arm.
    pub arm: Moments,
    /// Share in the comparison arm.
    pub base: Moments,
    /// Difference arm − comparison, replicate by replicate.
    pub difference: Moments,
}

impl PairedShares {
    /// Odds ratio of the mean shares; MCSE by the delta method, with the covariance between the
    /// arms that common random numbers bring (from var(a − b) = var a + var b − 2 cov).
    pub fn odds_ratio(&self) -> Measured {
        let (p, q) = (self.arm.measured().value, self.base.measured().value);
        let (wp, wq) = (1.0 / (p * (1.0 - p)), 1.0 / (q * (1.0 - q)));
        let value = p / (1.0 - p) / (q / (1.0 - q));
        let (va, vb) = (self.arm.variance(), self.base.variance());
        let covariance = (va + vb - self.difference.variance()) / 2.0;
        let variance = wp * wp * va + wq * wq * vb - 2.0 * wp * wq * covariance;
        if !value.is_finite() || value == 0.0 {
            return Measured::NONE;
        }
        Measured { value, mcse: value * (variance.max(0.0) / self.arm.n() as f64).sqrt() }
    }

    /// Number needed to treat: 1 / difference of the shares (negative: number needed to harm).
    pub fn number_needed_to_treat(&self) -> Measured {
        let difference = self.difference.measured();
        if difference.value == 0.0 || difference.value.is_nan() {
            return Measured::NONE;
        }
        Measured { value: 1.0 / difference.value, mcse: difference.mcse / (difference.value * difference.value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(xs: &[f64]) -> Moments {
        let mut m = Moments::default();
        xs.iter().for_each(|&x| m.add(x));
        m
    }

    #[test]
    fn mean_and_mcse_of_five_numbers() {
        let m = moments(&[1.0, f64::NAN, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!((m.n(), m.measured().value, m.variance()), (5, 3.0, 2.5));
        assert!((m.measured().mcse - 0.5f64.sqrt()).abs() < 1e-15);
        assert_eq!((m.spread().value, m.spread().mcse), (2.5f64.sqrt(), 2.5f64.sqrt() / 8f64.sqrt()));
    }

    #[test]
    fn odds_ratio_and_its_mcse_by_hand() {
        let (a, b) = ([0.3, 0.5, 0.4], [0.2, 0.2, 0.2]);
        let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        let pair = PairedShares { arm: moments(&a), base: moments(&b), difference: moments(&difference) };
        let or = pair.odds_ratio();
        assert!((or.value - (0.4 / 0.6) / 0.25).abs() < 1e-12);
        // With a constant comparison arm: OR · sd(a) / (p (1 − p) √n).
        assert!((or.mcse - or.value * 0.1 / (0.24 * 3f64.sqrt())).abs() < 1e-9);
        assert!((pair.number_needed_to_treat().value - 5.0).abs() < 1e-12);
    }

    #[test]
    fn identical_arms_have_an_odds_ratio_of_exactly_one_without_error() {
        let a = [0.25, 0.5, 0.375];
        let pair = PairedShares { arm: moments(&a), base: moments(&a), difference: moments(&[0.0; 3]) };
        assert_eq!(pair.odds_ratio(), Measured { value: 1.0, mcse: 0.0 });
    }
}
