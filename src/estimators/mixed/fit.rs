//! A fitted model: estimates with standard errors in the units of the data.

use super::freedom::Curvature;
use super::model::Model;
use super::objective::{Objective, Parts, Solved};
use super::search::{at_boundary, search};
use super::{Criterion, Failure};
use crate::estimators::status::Status;
use nalgebra::{DMatrix, DVector};

/// Relative standard deviation of a random effect above which the residual variance counts as zero.
const NO_RESIDUAL: f64 = 1e6;

/// Variances and covariances of the random effects of one part.
#[derive(Clone, Debug)]
pub struct Component {
    /// In the order of the part's columns; squared unit of the outcome over that of the columns.
    pub covariance: DMatrix<f64>,
    /// Whether the first column is an intercept (ones, or an indicator).
    pub intercept: bool,
    /// Groups with any row.
    pub groups: usize,
}

/// A fitted mixed model.
#[derive(Clone, Debug)]
pub struct Fit {
    pub criterion: Criterion,
    pub status: Status,
    /// −2 ln of the (restricted) likelihood, as lme4's `deviance` and `REMLcrit`.
    pub deviance: f64,
    /// Positions of the fixed columns that were used: `beta[i]` belongs to column `kept[i]`.
    pub kept: Vec<usize>,
    /// Positions of columns left out because earlier columns already determine them.
    pub dropped: Vec<usize>,
    pub beta: Vec<f64>,
    pub vcov: DMatrix<f64>,
    /// One per random part.
    pub components: Vec<Component>,
    /// Residual variance.
    pub sigma2: f64,
    /// Relative covariance factors Λ, in the order of the random parts, each lower triangle column by column: a start for
    /// the next fit.
    pub theta: Vec<f64>,
    /// Rows.
    pub n: usize,
    /// Newton steps taken.
    pub steps: usize,
    pub(super) curvature: Curvature,
    /// θ in the basis of the model, and fixed effects in its basis and unit.
    pub(super) basis_theta: Vec<f64>,
    pub(super) gamma: DVector<f64>,
}

impl Fit {
    /// Standard errors of the fixed effects, without allowance for the estimation of the variances.
    pub fn se(&self) -> Vec<f64> {
        self.vcov.diagonal().iter().map(|variance| libm::sqrt(*variance)).collect()
    }

    /// Share of the intercept variance of one random part in the total of all intercept variances and the residual. With
    /// random slopes it is the share where the covariates are 0. NaN for parts without an intercept.
    pub fn icc(&self, part: usize) -> f64 {
        let variance = |component: &Component| if component.intercept { component.covariance[(0, 0)] } else { 0.0 };
        match self.components.get(part) {
            Some(one) if one.intercept => variance(one) / (self.sigma2 + self.components.iter().map(variance).sum::<f64>()),
            _ => f64::NAN,
        }
    }

    /// Rows less fixed effects: degrees of freedom that ignore the random effects.
    pub fn residual_df(&self) -> f64 {
        (self.n - self.kept.len()) as f64
    }
}

impl Model {
    /// Fits by `criterion`, from the `theta` of an earlier fit of the same structure if given.
    ///
    /// # Errors
    /// [`Failure::NoResidual`] and [`Failure::NotConverged`].
    pub fn fit(&self, criterion: Criterion, start: Option<&[f64]>) -> Result<Fit, Failure> {
        let mut objective = Objective::new(&self.statistics, self.entries(), criterion);
        let start = start.filter(|theta| theta.len() == objective.entries().len()).map(|theta| self.in_basis(theta));
        let (theta, steps, converged) = match search(&mut objective, &self.block_of_entry(), start.as_deref()) {
            Some(found) => (found.at, found.steps, found.converged),
            None if self.blocks.is_empty() => (Vec::new(), 0, true),
            None => return Err(Failure::NotConverged { steps: 0 }),
        };
        if theta.iter().any(|value| value.abs() > NO_RESIDUAL) {
            return Err(Failure::NoResidual);
        }
        let solved = objective.solve_at(&theta, true).filter(|_| converged).ok_or(Failure::NotConverged { steps })?;
        Ok(self.describe(&objective, theta, &solved, steps))
    }

    /// Estimates in the units of the data.
    fn describe(&self, objective: &Objective, theta: Vec<f64>, solved: &Solved, steps: usize) -> Fit {
        let p = self.kept.len();
        let back = upper_inverse(&self.triangle);
        let relative = solved.rss / objective.freedom;
        let sigma2 = relative * self.unit * self.unit;
        let gamma = &solved.gamma;
        let beta = &back * DVector::from_fn(p, |i, _| gamma[i] * self.unit + self.offset[i]);
        let vcov = &back * &solved.inverse * back.transpose() * sigma2;
        let log_r: f64 = (0..p).map(|i| libm::log(self.triangle[(i, i)])).sum();
        let fixed = if objective.criterion == Criterion::Reml { solved.log_det + 2.0 * log_r } else { 0.0 };
        let constant = objective.freedom * (1.0 + libm::log(core::f64::consts::TAU * sigma2));
        let log_det = &objective.eliminator.log_det;
        let parts = Parts::new(&objective.eliminator.top, log_det, solved, p);
        Fit {
            criterion: objective.criterion,
            status: if at_boundary(objective, &theta) { Status::Boundary } else { Status::Converged },
            deviance: log_det.value + fixed + constant,
            kept: self.kept.clone(),
            dropped: self.dropped.clone(),
            beta: beta.as_slice().to_vec(),
            vcov: 0.5 * (&vcov + vcov.transpose()),
            components: self.components(objective, &theta, sigma2),
            sigma2,
            theta: self.of_columns(&theta),
            n: self.statistics.n,
            steps,
            curvature: Curvature::new(objective, &parts, &theta, solved, back),
            basis_theta: theta,
            gamma: gamma.clone(),
        }
    }

    fn components(&self, objective: &Objective, theta: &[f64], sigma2: f64) -> Vec<Component> {
        let d = objective.covariances(theta);
        let mut found: Vec<Component> = Vec::with_capacity(self.columns.len());
        for (part, &(q, intercept)) in self.columns.iter().enumerate() {
            let mut covariance = DMatrix::zeros(q, q);
            let mut groups = 0;
            for block in self.blocks.iter().filter(|block| block.part == part) {
                let side = self.statistics.levels[block.level].q;
                let own = DMatrix::from_fn(block.q, block.q, |i, j| d[block.level][(block.offset + i) * side + block.offset + j]);
                let back = lower_inverse(&block.lower);
                let whole = &back * own * back.transpose() * sigma2;
                covariance.view_mut((block.first, block.first), (block.q, block.q)).copy_from(&whole);
                groups = self.tree.code[block.level].iter().flatten().count();
            }
            found.push(Component { covariance, intercept, groups });
        }
        found
    }

    /// Λ of the caller's columns from that of the basis: Z = (basis of Z) L, so Λ = L⁻¹ (Λ of the basis).
    fn of_columns(&self, theta: &[f64]) -> Vec<f64> {
        let mut of_block = self.spans();
        of_block.sort_by_key(|&(block, _)| (self.blocks[block].part, self.blocks[block].first));
        let turned = |(block, at): (usize, usize)| {
            let block = &self.blocks[block];
            pack(&(lower_inverse(&block.lower) * unpack(&theta[at..], block.q)))
        };
        of_block.into_iter().flat_map(turned).collect()
    }

    /// The inverse of `of_columns`.
    fn in_basis(&self, theta: &[f64]) -> Vec<f64> {
        let mut of_block = self.spans();
        of_block.sort_by_key(|&(block, _)| (self.blocks[block].part, self.blocks[block].first));
        let mut turned = vec![0.0; theta.len()];
        let mut from = 0;
        for (block, at) in of_block {
            let block = &self.blocks[block];
            let packed = pack(&(&block.lower * unpack(&theta[from..], block.q)));
            turned[at..at + packed.len()].copy_from_slice(&packed);
            from += packed.len();
        }
        turned
    }

    /// Each block with the place of its first entry in the basis θ.
    pub(super) fn spans(&self) -> Vec<(usize, usize)> {
        let mut at = 0;
        let mut spans = Vec::with_capacity(self.blocks.len());
        for (index, block) in self.blocks.iter().enumerate() {
            spans.push((index, at));
            at += block.q * (block.q + 1) / 2;
        }
        spans
    }
}

/// A lower triangle from its columns.
fn unpack(theta: &[f64], q: usize) -> DMatrix<f64> {
    let mut values = theta.iter();
    let mut factor = DMatrix::zeros(q, q);
    for column in 0..q {
        for row in column..q {
            factor[(row, column)] = values.next().copied().unwrap_or(0.0);
        }
    }
    factor
}

fn pack(factor: &DMatrix<f64>) -> Vec<f64> {
    let q = factor.nrows();
    (0..q).flat_map(|column| (column..q).map(move |row| factor[(row, column)])).collect()
}

/// Inverse of an upper triangle with a positive diagonal.
pub(super) fn upper_inverse(triangle: &DMatrix<f64>) -> DMatrix<f64> {
    let mut inverse = DMatrix::identity(triangle.nrows(), triangle.nrows());
    triangle.solve_upper_triangular_mut(&mut inverse);
    inverse
}

/// Inverse of a lower triangle with a positive diagonal.
pub(super) fn lower_inverse(triangle: &DMatrix<f64>) -> DMatrix<f64> {
    let mut inverse = DMatrix::identity(triangle.nrows(), triangle.nrows());
    triangle.solve_lower_triangular_mut(&mut inverse);
    inverse
}
