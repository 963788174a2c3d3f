//! Means over all clients of all replicates, with their Monte Carlo standard errors: ratios of two totals.

// Several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

use super::Measured;

/// Running sums for `N` ratios of totals over replicates: the sum of amounts over the sum of sizes, such as all scores over all
/// forms. Unlike the mean of the replicates' own means it weighs every client alike, and a replicate in which nobody is left
/// does no harm. Replicates are added in order, so sums do not depend on threads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratios<const N: usize> {
    size: [f64; N],
    amount: [f64; N],
    size_squared: [f64; N],
    amount_squared: [f64; N],
    product: [f64; N],
}

impl<const N: usize> Default for Ratios<N> {
    fn default() -> Self {
        Self { size: [0.0; N], amount: [0.0; N], size_squared: [0.0; N], amount_squared: [0.0; N], product: [0.0; N] }
    }
}

impl<const N: usize> Ratios<N> {
    /// Adds the sizes and amounts of one replicate.
    #[inline]
    pub fn add(&mut self, size: &[f64; N], amount: &[f64; N]) {
        for i in 0..N {
            self.size[i] += size[i];
            self.amount[i] += amount[i];
            self.size_squared[i] += size[i] * size[i];
            self.amount_squared[i] += amount[i] * amount[i];
            self.product[i] += size[i] * amount[i];
        }
    }

    /// Total size of one of them.
    pub fn size(&self, i: usize) -> f64 {
        self.size[i]
    }

    /// One of them over so many replicates, with the linearised standard error (Cochran 1977, Sampling Techniques, eq. 6.13):
    /// √(R / (R − 1) · Σ (amount − ratio · size)²) / Σ size. Not defined where there is nothing.
    pub fn measured(&self, i: usize, replicates: u64) -> Measured {
        if self.size[i] <= 0.0 {
            return Measured::NONE;
        }
        let (ratio, r) = (self.amount[i] / self.size[i], replicates as f64);
        let residual = self.amount_squared[i] - ratio * (2.0 * self.product[i] - ratio * self.size_squared[i]);
        // What is left of rounding where all replicates have the same ratio is no error.
        let residual = if residual > 1e-13 * self.amount_squared[i] { residual } else { 0.0 };
        let mcse = if replicates > 1 { (r / (r - 1.0) * residual).sqrt() / self.size[i] } else { f64::NAN };
        Measured { value: ratio, mcse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_equal_sizes_it_is_the_mean_of_means_and_its_error() {
        let means = [4.0, 6.5, 5.0, 7.5];
        let mut ratios = Ratios::<1>::default();
        let mut moments = crate::performance::Moments::default();
        for mean in means {
            ratios.add(&[10.0], &[10.0 * mean]);
            moments.add(mean);
        }
        let (seen, expected) = (ratios.measured(0, 4), moments.measured());
        assert!((seen.value - expected.value).abs() < 1e-12 && (seen.mcse - expected.mcse).abs() < 1e-12, "{seen:?} {expected:?}");
    }

    #[test]
    fn sizes_weigh_and_empty_replicates_do_no_harm() {
        let mut ratios = Ratios::<2>::default();
        for (size, amount) in [(2.0, 10.0), (0.0, 0.0), (6.0, 18.0)] {
            ratios.add(&[size, 0.0], &[amount, 0.0]);
        }
        let seen = ratios.measured(0, 3);
        // Residuals 10 − 2 · 3.5 = 3 and 18 − 6 · 3.5 = −3.
        assert!((seen.value - 3.5).abs() < 1e-12 && (seen.mcse - (1.5f64 * 18.0).sqrt() / 8.0).abs() < 1e-12, "{seen:?}");
        assert!(ratios.measured(1, 3).value.is_nan() && ratios.measured(0, 1).mcse.is_nan());
    }
}
