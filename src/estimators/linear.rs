//! Linear regression by least squares, with the errors of textbooks and those that allow for clusters.
//!
//! Cluster-robust errors: CR0 (Liang & Zeger 1986, doi:10.1093/biomet/73.1.13), CR1, and CR2 with Satterthwaite's degrees of
//! freedom (Bell & McCaffrey 2002, "Bias reduction in standard errors for linear regression with multi-stage samples",
//! Survey Methodology 28, 169–181; Pustejovsky & Tipton 2018, doi:10.1080/07350015.2016.1247004), with independent errors of
//! one variance as the working model.

use super::coefficient::Coefficient;
use super::groups::Groups;
use super::qr::{Qr, check, dot, eigen};
use super::status::{Failure, at_least, same_length};
use nalgebra::DMatrix;

/// Small-sample correction of cluster-robust errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// None: too small with few clusters.
    CR0,
    /// m / (m − 1), with m clusters.
    CR1,
    /// m (n − 1) / ((m − 1)(n − p)), Stata's.
    CR1S,
    /// Exact when errors are independent (Bell and McCaffrey).
    CR2,
    /// Nearly the jackknife: errs on the large side.
    CR3,
}

/// A fitted linear regression.
#[derive(Clone, Debug)]
pub struct Linear {
    /// One per column, in the order given; those of dropped columns are NaN.
    pub coefficients: Vec<Coefficient>,
    /// Standard deviation of the residuals (divisor n − rank).
    pub sigma: f64,
    /// Share of variance explained: about the mean when a constant column is among the predictors, else about 0.
    pub r2: f64,
    /// The same, allowing for the number of predictors.
    pub r2_adjusted: f64,
    /// Rows less coefficients.
    pub df: f64,
    qr: Qr,
    residuals: Vec<f64>,
}

/// Regresses `y` on the columns; an intercept is a column of ones.
///
/// # Errors
/// No rows, missing values, lengths that differ, or no more rows than coefficients.
pub fn fit<C: AsRef<[f64]>>(y: &[f64], columns: &[C]) -> Result<Linear, Failure> {
    check(y, columns)?;
    let qr = Qr::new(columns);
    at_least("rows", y.len(), qr.rank() + 1)?;
    let (parts, residuals) = qr.project(y);
    let df = (y.len() - qr.rank()) as f64;
    let unexplained = dot(&residuals, &residuals);
    let sigma = (unexplained / df).sqrt();
    let estimates = qr.solve(&parts);
    let coefficients: Vec<Coefficient> = qr
        .inverse_rows()
        .iter()
        .zip(estimates)
        .map(|(row, estimate)| Coefficient { estimate, se: sigma * dot(row, row).sqrt(), df })
        .collect();
    let intercept = columns.iter().any(|c| c.as_ref()[0] != 0.0 && c.as_ref().iter().all(|x| *x == c.as_ref()[0]));
    let (mean, lost) = if intercept { (y.iter().sum::<f64>() / y.len() as f64, 1.0) } else { (0.0, 0.0) };
    let total: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    let r2 = 1.0 - unexplained / total;
    let r2_adjusted = 1.0 - (1.0 - r2) * (y.len() as f64 - lost) / df;
    Ok(Linear { coefficients: qr.spread(&coefficients, Coefficient::DROPPED), sigma, r2, r2_adjusted, df, qr, residuals })
}

/// What one cluster contributes, seen in the orthogonal basis.
struct Cluster {
    /// `Q'Q` of its rows.
    leverage: DMatrix<f64>,
    /// The correction as a matrix: `(I − leverage)` to the power −½ (CR2), −1 (CR3) or 0.
    adjust: DMatrix<f64>,
    /// The adjusted sum of `q × residual`.
    score: DMatrix<f64>,
}

impl Linear {
    /// Columns that were dropped because earlier ones determine them.
    pub fn dropped(&self) -> Vec<usize> {
        (0..self.qr.columns).filter(|c| !self.qr.kept.contains(c)).collect()
    }

    /// Observed less predicted, in the order of the rows.
    pub fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    /// The same coefficients with errors that allow for clusters, `cluster` saying to which each row belongs.
    ///
    /// # Errors
    /// Fewer than two clusters, or another number of labels than rows.
    pub fn robust(&self, cluster: &[usize], correction: Correction) -> Result<Vec<Coefficient>, Failure> {
        same_length("the cluster variable", cluster.len(), self.residuals.len())?;
        let groups = Groups::new(cluster);
        at_least("clusters", groups.count(), 2)?;
        let clusters: Vec<Cluster> = groups.rows().iter().map(|rows| self.cluster(rows, correction)).collect();
        let (m, n, p) = (groups.count() as f64, self.residuals.len() as f64, self.qr.rank() as f64);
        let factor = match correction {
            Correction::CR1 => m / (m - 1.0),
            Correction::CR1S => m * (n - 1.0) / ((m - 1.0) * (n - p)),
            Correction::CR0 | Correction::CR2 | Correction::CR3 => 1.0,
        };
        let found: Vec<Coefficient> = self
            .qr
            .inverse_rows()
            .iter()
            .zip(&self.qr.kept)
            .map(|(row, index)| {
                let (variance, df) = variance_and_df(&clusters, &DMatrix::from_column_slice(row.len(), 1, row));
                Coefficient { estimate: self.coefficients[*index].estimate, se: (factor * variance).sqrt(), df }
            })
            .collect();
        Ok(self.qr.spread(&found, Coefficient::DROPPED))
    }

    fn cluster(&self, rows: &[usize], correction: Correction) -> Cluster {
        let p = self.qr.rank();
        let over_rows = |value: &dyn Fn(usize) -> f64| rows.iter().map(|&i| value(i)).sum::<f64>();
        let q = &self.qr.q;
        let mut leverage = DMatrix::zeros(p, p);
        for a in 0..p {
            for b in 0..=a {
                leverage[(a, b)] = over_rows(&|i| q[a][i] * q[b][i]);
                leverage[(b, a)] = leverage[(a, b)];
            }
        }
        let power = match correction {
            Correction::CR0 | Correction::CR1 | Correction::CR1S => None,
            Correction::CR2 => Some(true),
            Correction::CR3 => Some(false),
        };
        let adjust = power.map_or_else(|| DMatrix::identity(p, p), |root| inverse_of_rest(&leverage, root));
        let score = &adjust * DMatrix::from_fn(p, 1, |a, _| over_rows(&|i| q[a][i] * self.residuals[i]));
        Cluster { leverage, adjust, score }
    }
}

/// `(I − leverage)` to the power −1, or −½ if `root`; directions that the cluster determines alone are left out, as in
/// Pustejovsky and Tipton.
fn inverse_of_rest(leverage: &DMatrix<f64>, root: bool) -> DMatrix<f64> {
    let eigen = eigen(leverage.clone()).expect("leverages are numbers between 0 and 1");
    let scale = eigen.eigenvalues.map(|s| {
        let left = 1.0 - s;
        if left < 1e-12 {
            0.0
        } else if root {
            1.0 / left.sqrt()
        } else {
            1.0 / left
        }
    });
    &eigen.eigenvectors * DMatrix::from_diagonal(&scale) * eigen.eigenvectors.transpose()
}

/// Robust variance of one coefficient and Satterthwaite's degrees of freedom, given its row of the inverse of `R`.
fn variance_and_df(clusters: &[Cluster], row: &DMatrix<f64>) -> (f64, f64) {
    let p = row.nrows();
    let (mut variance, mut trace, mut squares) = (0.0, 0.0, 0.0);
    let mut crossed = DMatrix::<f64>::zeros(p, p);
    for cluster in clusters {
        variance += row.dot(&cluster.score).powi(2);
        let adjusted = &cluster.adjust * row;
        let b = &cluster.leverage * &adjusted;
        let (own, shared) = (adjusted.dot(&b), b.dot(&b));
        trace += own - shared;
        squares += (own - shared).powi(2) - shared * shared;
        crossed += &b * b.transpose();
    }
    squares += crossed.norm_squared();
    (variance, trace * trace / squares)
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: [f64; 6] = [1.0, 3.0, 2.0, 5.0, 4.0, 7.0];
    const X: [f64; 6] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    const ONES: [f64; 6] = [1.0; 6];

    #[test]
    fn columns_that_others_determine_are_dropped() {
        let twice: Vec<f64> = X.iter().map(|x| 2.0 * x + 3.0).collect();
        let found = fit(&Y, &[&ONES[..], &X, &twice, &[0.0; 6]]).expect("a fit");
        let plain = fit(&Y, &[&ONES[..], &X]).expect("a fit");
        assert_eq!(found.dropped(), [2, 3]);
        assert_eq!(found.coefficients[..2], plain.coefficients[..]);
        assert!(found.coefficients[2].estimate.is_nan());
        // Slope 18/17.5, mean 22/6, unexplained 70/3 − 18²/17.5.
        assert!((plain.coefficients[1].estimate - 18.0 / 17.5).abs() < 1e-14);
        assert!((plain.r2 - 18.0 * 18.0 / 17.5 / (70.0 / 3.0)).abs() < 1e-14);
        let robust = found.robust(&[1, 1, 2, 2, 3, 3], Correction::CR2).expect("errors");
        assert!(robust[1].se > 0.0 && robust[1].df > 0.0 && robust[2].se.is_nan());
    }

    #[test]
    fn what_cannot_be_fitted_has_a_reason() {
        let none: [&[f64]; 1] = [&[]];
        assert_eq!(fit(&[], &none).unwrap_err(), Failure::NoRows);
        assert_eq!(fit(&[1.0, f64::NAN, 2.0], &[[1.0; 3]]).unwrap_err(), Failure::NotFinite("the outcome"));
        assert_eq!(fit(&Y[..2], &[&ONES[..2], &X[..2]]).unwrap_err().to_string(), "too few rows: 2, at least 3 are needed");
        assert_eq!(fit(&Y, &[[1.0; 5]]).unwrap_err().to_string(), "a predictor has 5 values where 6 were expected");
        let found = fit(&Y, &[ONES]).expect("a fit");
        assert_eq!(found.robust(&[4; 6], Correction::CR1).unwrap_err().to_string(), "too few clusters: 1, at least 2 are needed");
    }

    #[test]
    fn a_cluster_that_determines_a_column_does_no_harm() {
        let own = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0];
        let found = fit(&Y, &[&ONES[..], &own]).expect("a fit").robust(&[1, 1, 2, 2, 3, 3], Correction::CR2).expect("errors");
        assert!(found.iter().all(|c| c.se.is_finite()));
    }
}
