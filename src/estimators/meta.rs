//! Correlations of several studies taken together (DerSimonian and Laird 1986, doi:10.1016/0197-2456(86)90046-2, on Fisher's z).

/// Fisher's z of a correlation and its sampling variance 1 / (n − 3), which takes clients as independent; NaN with fewer than
/// four clients.
pub fn fisher_z(r: f64, n: usize) -> [f64; 2] {
    if n < 4 || r.is_nan() { [f64::NAN; 2] } else { [libm::atanh(r), 1.0 / (n as f64 - 3.0)] }
}

/// Mean correlation of studies that differ in truth, and how much they differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// Mean, as a correlation.
    pub r: f64,
    /// Standard deviation of the true Fisher's z between studies (τ).
    pub tau: f64,
}

/// Pools `[z, variance]` of studies; those that are not defined are left out. NaN with fewer than two.
pub fn pool(studies: &[[f64; 2]]) -> Pooled {
    let defined: Vec<[f64; 2]> = studies.iter().copied().filter(|[z, v]| z.is_finite() && *v > 0.0).collect();
    if defined.len() < 2 {
        return Pooled { r: f64::NAN, tau: f64::NAN };
    }
    let mean = |extra: f64| {
        let sums = defined.iter().fold([0.0; 2], |[top, w], [z, v]| [top + z / (v + extra), w + 1.0 / (v + extra)]);
        sums[0] / sums[1]
    };
    let fixed = mean(0.0);
    let q: f64 = defined.iter().map(|[z, v]| (z - fixed).powi(2) / v).sum();
    let (w, w2) = defined.iter().fold((0.0, 0.0), |(w, w2), [_, v]| (w + 1.0 / v, w2 + 1.0 / (v * v)));
    let tau2 = ((q - (defined.len() - 1) as f64) / (w - w2 / w)).max(0.0);
    Pooled { r: libm::tanh(mean(tau2)), tau: tau2.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_example() {
        // z = 0, .5, 1 with variances .1, .1, .1: Q = 5, C = 30 − 10, τ² = 3/20; equal weights give z = .5.
        let found = pool(&[[0.0, 0.1], [0.5, 0.1], [1.0, 0.1], [f64::NAN, f64::NAN]]);
        assert!((found.tau - 0.15f64.sqrt()).abs() < 1e-12 && (found.r - 0.5f64.tanh()).abs() < 1e-12);
        // Unequal weights 10 and 40 and no more spread than chance: the fixed mean (10·0 + 40·.1)/50.
        let alike = pool(&[[0.0, 0.1], [0.1, 0.025]]);
        assert!(alike.tau == 0.0 && (alike.r - 0.08f64.tanh()).abs() < 1e-12);
        assert!(pool(&[[0.3, 0.1]]).r.is_nan());
    }

    #[test]
    fn too_few_clients_have_no_z() {
        assert!(fisher_z(0.5, 3)[0].is_nan());
        assert_eq!(fisher_z(0.0, 4), [0.0, 1.0]);
    }
}
