//! Gauss–Hermite quadrature for the normal distribution (Golub & Welsch 1969, doi:10.1090/S0025-5718-69-99647-1).

use nalgebra::{DMatrix, SymmetricEigen};

/// Points z and the logarithms of their weights, so that Σ exp(log weight) f(z) ≈ E f(Z) with Z standard normal.
pub(super) fn normal_points(points: usize) -> Vec<(f64, f64)> {
    let mut jacobi = DMatrix::zeros(points, points);
    for k in 1..points {
        jacobi[(k - 1, k)] = (k as f64).sqrt();
        jacobi[(k, k - 1)] = jacobi[(k - 1, k)];
    }
    let eigen = SymmetricEigen::new(jacobi);
    let mut found: Vec<f64> = eigen.eigenvalues.iter().copied().collect();
    found.sort_by(f64::total_cmp);
    // The weight from the orthonormal polynomials, whose digits do not depend on how small it is.
    found.into_iter().map(|z| (z, -libm::log(squares_of_polynomials(z, points)))).collect()
}

/// Sum of squares of the first orthonormal Hermite polynomials at z.
fn squares_of_polynomials(z: f64, points: usize) -> f64 {
    let (mut before, mut now, mut sum) = (0.0, 1.0, 0.0);
    for k in 0..points {
        sum += now * now;
        let next = (z * now - (k as f64).sqrt() * before) / ((k + 1) as f64).sqrt();
        (before, now) = (now, next);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_the_normal_distribution_are_exact() {
        for n in [1, 2, 5, 15, 40] {
            let points = normal_points(n);
            let mut expected = 1.0;
            for power in 0..n {
                let even: f64 = points.iter().map(|(z, w)| w.exp() * z.powi(2 * power as i32)).sum();
                assert!((even / expected - 1.0).abs() < 1e-11, "{n} points, power {}: {even}", 2 * power);
                expected *= (2 * power + 1) as f64;
            }
        }
    }
}
