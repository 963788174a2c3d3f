//! Pearson correlations, simple and with one variable held constant.

/// Sums for the correlations between up to three variables.
#[derive(Clone, Copy, Debug, Default)]
pub struct Products {
    n: f64,
    mean: [f64; 3],
    squares: [[f64; 3]; 3],
}

impl Products {
    /// Adds one person's three values (running means, so that large offsets do no harm).
    pub fn add(&mut self, x: [f64; 3]) {
        self.n += 1.0;
        let before: [f64; 3] = core::array::from_fn(|i| x[i] - self.mean[i]);
        self.mean = core::array::from_fn(|i| self.mean[i] + before[i] / self.n);
        for (row, before) in self.squares.iter_mut().zip(before) {
            for (square, (x, mean)) in row.iter_mut().zip(x.iter().zip(self.mean)) {
                *square += before * (x - mean);
            }
        }
    }

    /// Correlation of variables `i` and `j`; NaN when one of them does not vary.
    pub fn r(&self, i: usize, j: usize) -> f64 {
        let product = (self.squares[i][i] * self.squares[j][j]).sqrt();
        if self.n < 3.0 || product <= 0.0 { f64::NAN } else { self.squares[i][j] / product }
    }

    /// Correlation of `i` and `j` with `k` held constant.
    pub fn partial(&self, i: usize, j: usize, k: usize) -> f64 {
        let (ij, ik, jk) = (self.r(i, j), self.r(i, k), self.r(j, k));
        if self.n < 4.0 {
            return f64::NAN;
        }
        (ij - ik * jk) / ((1.0 - ik * ik) * (1.0 - jk * jk)).sqrt()
    }

    /// Slope of `i` on `j`.
    pub fn slope(&self, i: usize, j: usize) -> f64 {
        self.squares[i][j] / self.squares[j][j]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_and_partial_correlation_of_a_worked_example() {
        let mut p = Products::default();
        let (x, y, z) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 1.0, 4.0, 3.0, 7.0, 5.0], [1.0, 3.0, 2.0, 5.0, 4.0, 6.0]);
        for i in 0..6 {
            p.add([x[i], y[i], z[i]]);
        }
        let direct = (p.r(0, 1) - p.r(0, 2) * p.r(1, 2)) / ((1.0 - p.r(0, 2).powi(2)) * (1.0 - p.r(1, 2).powi(2))).sqrt();
        assert!((p.partial(0, 1, 2) - direct).abs() < 1e-12);
        let my = 22.0 / 6.0;
        let sxy: f64 = (0..6).map(|i| (x[i] - 3.5) * (y[i] - my)).sum();
        let syy: f64 = y.iter().map(|y| (y - my).powi(2)).sum();
        assert!((p.r(0, 1) - sxy / (17.5 * syy).sqrt()).abs() < 1e-12);
        assert!((p.slope(1, 0) - sxy / 17.5).abs() < 1e-12);
    }

    #[test]
    fn no_variation_means_no_correlation() {
        let mut p = Products::default();
        for i in 0..5 {
            p.add([f64::from(i), 1.0, 0.0]);
        }
        assert!(p.r(0, 1).is_nan());
    }
}
