//! Errors of fixed effects that allow for any covariances within clusters, the fitted ones being the working model (Bell and
//! McCaffrey 2002; Pustejovsky and Tipton 2018, doi:10.1080/07350015.2016.1247004), with Satterthwaite's degrees of freedom.

use super::fit::upper_inverse;
use super::{Design, Failure, Fit, basis};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::groups::Groups;
use crate::estimators::linear::Correction;
use nalgebra::{Cholesky, DMatrix, DVector};
use std::collections::BTreeMap;

/// Directions with less than this share of the largest are those that a cluster determines alone: they are left out.
const NOTHING: f64 = 1e-12;

/// Rows of a cluster: predictors in an orthogonal basis, fitted covariances, what the fixed effects leave.
struct Cluster {
    x: DMatrix<f64>,
    v: DMatrix<f64>,
    left: DVector<f64>,
}

impl Fit {
    /// The fixed effects (as `beta`) with errors that allow for clusters; `design` is the one that was fitted.
    ///
    /// # Errors
    /// Another number of labels than rows, fewer than two clusters, a group of a random part in two clusters, a cluster
    /// without which (CR3) a fixed effect cannot be estimated.
    pub fn robust(&self, design: &Design, cluster: &[usize], correction: Correction) -> Result<Vec<Coefficient>, Failure> {
        let (n, p) = (design.y.len(), self.kept.len());
        if cluster.len() != n {
            return Err(Failure::Lengths { what: "the cluster variable".to_owned(), found: cluster.len(), expected: n });
        }
        let groups = Groups::new(cluster);
        if groups.count() < 2 {
            return Err(Failure::OneCluster);
        }
        whole_groups(design, cluster)?;
        let fixed = basis::orthogonalise(self.kept.iter().map(|&column| design.x[column]));
        let clusters: Vec<Cluster> = groups.rows().iter().map(|rows| self.cluster(design, &fixed.columns, rows)).collect();
        let unknown = Failure::NotConverged { steps: self.steps };
        let mut information = DMatrix::zeros(p, p);
        let mut pulls = Vec::with_capacity(clusters.len());
        for one in &clusters {
            let pull = Cholesky::new(one.v.clone()).ok_or(unknown.clone())?.solve(&one.x);
            information += one.x.tr_mul(&pull);
            pulls.push(pull);
        }
        let spread = Cholesky::new(information).ok_or(unknown)?.inverse();
        let weights: Option<Vec<DMatrix<f64>>> =
            clusters.iter().zip(&pulls).map(|(one, pull)| one.adjusted(pull, &spread, correction)).collect();
        let weights = weights.ok_or(Failure::NeededCluster)?;
        let m = clusters.len() as f64;
        let factor = match correction {
            Correction::CR1 => m / (m - 1.0),
            Correction::CR1S => m * (n as f64 - 1.0) / ((m - 1.0) * (n - p) as f64),
            Correction::CR0 | Correction::CR2 | Correction::CR3 => 1.0,
        };
        let back = upper_inverse(&fixed.triangle());
        let of_coefficient = |c: usize| {
            let (variance, df) = variance_and_df(&clusters, &weights, &spread, &(&spread * back.row(c).transpose()));
            Coefficient { estimate: self.beta[c], se: libm::sqrt(factor * variance), df }
        };
        Ok((0..p).map(of_coefficient).collect())
    }

    fn cluster(&self, design: &Design, columns: &[Vec<f64>], rows: &[usize]) -> Cluster {
        let n = rows.len();
        let mut v = DMatrix::identity(n, n) * self.sigma2;
        for (part, component) in design.random.iter().zip(&self.components) {
            let z = DMatrix::from_fn(n, part.columns.len(), |i, column| part.columns[column][rows[i]]);
            let shared = &z * &component.covariance * z.transpose();
            v += DMatrix::from_fn(n, n, |i, j| if part.groups[rows[i]] == part.groups[rows[j]] { shared[(i, j)] } else { 0.0 });
        }
        let predicted = |row: usize| self.kept.iter().zip(&self.beta).map(|(&column, beta)| design.x[column][row] * beta).sum::<f64>();
        Cluster {
            x: DMatrix::from_fn(n, columns.len(), |i, column| columns[column][rows[i]]),
            v,
            left: DVector::from_fn(n, |i, _| design.y[rows[i]] - predicted(rows[i])),
        }
    }
}

/// Groups of random parts lie within clusters.
fn whole_groups(design: &Design, cluster: &[usize]) -> Result<(), Failure> {
    for (at, part) in design.random.iter().enumerate() {
        let mut home = BTreeMap::new();
        for row in (0..cluster.len()).filter(|&row| part.columns.iter().any(|column| column[row] != 0.0)) {
            if *home.entry(part.groups[row]).or_insert(cluster[row]) != cluster[row] {
                return Err(Failure::SplitGroup { part: at });
            }
        }
    }
    Ok(())
}

impl Cluster {
    /// A'V⁻¹X, A being the correction; none where it does not exist.
    fn adjusted(&self, pull: &DMatrix<f64>, spread: &DMatrix<f64>, correction: Correction) -> Option<DMatrix<f64>> {
        let n = self.v.nrows();
        match correction {
            Correction::CR0 | Correction::CR1 | Correction::CR1S => Some(pull.clone()),
            Correction::CR3 => (DMatrix::identity(n, n) - pull * spread * self.x.transpose()).lu().solve(pull),
            Correction::CR2 => {
                let root = Cholesky::new(self.v.clone())?.l().transpose();
                let rest = &root * (&self.v - &self.x * spread * self.x.transpose()) * root.transpose();
                let eigen = (0.5 * (&rest + rest.transpose())).symmetric_eigen();
                let least = NOTHING * eigen.eigenvalues.amax();
                let scale = eigen.eigenvalues.map(|value| if value > least { 1.0 / libm::sqrt(value) } else { 0.0 });
                let half = &eigen.eigenvectors * DMatrix::from_diagonal(&scale) * eigen.eigenvectors.transpose();
                Some(root.tr_mul(&half) * &root * pull)
            }
        }
    }
}

/// Robust variance of one coefficient and Satterthwaite's degrees of freedom, were the fitted covariances true. `row` is the
/// coefficient's row of (X'V⁻¹X)⁻¹.
fn variance_and_df(clusters: &[Cluster], weights: &[DMatrix<f64>], spread: &DMatrix<f64>, row: &DVector<f64>) -> (f64, f64) {
    let p = row.len();
    let (mut variance, mut trace, mut squares) = (0.0, 0.0, 0.0);
    let mut crossed = DMatrix::<f64>::zeros(p, p);
    for (one, weight) in clusters.iter().zip(weights) {
        let u = weight * row;
        let b = one.x.tr_mul(&u);
        variance += u.dot(&one.left).powi(2);
        let (own, shared) = (u.dot(&(&one.v * &u)), b.dot(&(spread * &b)));
        trace += own - shared;
        squares += (own - shared).powi(2) - shared * shared;
        crossed += &b * b.transpose();
    }
    let between = spread * crossed;
    squares += between.dot(&between.transpose());
    (variance, trace * trace / squares)
}
