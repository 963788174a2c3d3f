//! Degrees of freedom of fixed effects: Satterthwaite (1946, doi:10.2307/3002019; for mixed models Fai and Cornelius
//! 1996, doi:10.1080/00949659608811740) and Kenward and Roger (1997, doi:10.2307/2533558).

use super::Criterion;
use super::fit::Fit;
use super::jet::pair;
use super::objective::{Objective, Parts, Solved, fixed_block};
use nalgebra::{DMatrix, DVector};

/// Curvatures below this share of the largest carry no information (flat directions, boundary of the parameter space).
const FLAT: f64 = 1e-8;
/// Expected information is inverted in full above this share.
const SINGULAR: f64 = 1e-10;

/// Derivatives at the optimum, in the basis and the unit of the model. D is Σ/σ², s is σ².
#[derive(Clone, Debug)]
pub(super) struct Curvature {
    reml: bool,
    n: f64,
    pub(super) s: f64,
    /// Entries of D, their derivatives by θ.
    pub(super) d: DVector<f64>,
    pub(super) jacobian: DMatrix<f64>,
    /// Second derivatives of the deviance by θ and s.
    hessian: DMatrix<f64>,
    /// A = X'H⁻¹X, its inverse, its derivatives by D.
    inverse: DMatrix<f64>,
    a: DMatrix<f64>,
    first: Vec<DMatrix<f64>>,
    second: Vec<DMatrix<f64>>,
    log_first: Vec<f64>,
    log_second: Vec<f64>,
    /// β from coefficients of the basis.
    back: DMatrix<f64>,
}

/// Kenward and Roger's adjustment.
#[derive(Clone, Debug)]
pub struct KenwardRoger {
    /// Covariance matrix of the fixed effects that allows for the estimation of the variances.
    pub vcov: DMatrix<f64>,
    /// Degrees of freedom of each coefficient.
    pub df: Vec<f64>,
}

impl Curvature {
    pub fn new(objective: &Objective, parts: &Parts, theta: &[f64], solved: &Solved, back: DMatrix<f64>) -> Self {
        let (eliminator, reml) = (&objective.eliminator, objective.criterion == Criterion::Reml);
        let p = solved.gamma.len();
        let s = solved.rss / objective.freedom;
        let covariances = objective.covariances(theta);
        let entries = objective.entries();
        let cell = |i: usize| {
            let (entry, q) = (entries[i], libm::sqrt(covariances[entries[i].level].len() as f64) as usize);
            covariances[entry.level][entry.a * q + entry.b]
        };
        let (first, second) = parts.determinants(reml);
        let (_, inside) = objective.to_theta(theta, &(first + &parts.rss_first / s), &(second + &parts.rss_second / s));
        let jacobian = objective.jacobian(theta);
        let cross = jacobian.tr_mul(&parts.rss_first) / (-s * s);
        let k = entries.len();
        let hessian = DMatrix::from_fn(k + 1, k + 1, |i, j| match (i < k, j < k) {
            (true, true) => inside[(i, j)],
            (true, false) => cross[i],
            (false, true) => cross[j],
            (false, false) => objective.freedom / (s * s),
        });
        Self {
            reml,
            n: eliminator.rows(),
            s,
            d: DVector::from_fn(k, |i, _| cell(i)),
            jacobian,
            hessian,
            inverse: solved.inverse.clone(),
            a: fixed_block(&eliminator.top.value, p),
            first: parts.blocks.clone(),
            second: eliminator.top.second.iter().map(|square| fixed_block(square, p)).collect(),
            log_first: eliminator.log_det.first.clone(),
            log_second: eliminator.log_det.second.clone(),
            back,
        }
    }

    /// Covariance matrix of the estimates of θ and s, from the observed information where it is positive.
    pub(super) fn information_inverse(&self) -> DMatrix<f64> {
        let scale = self.hessian.diagonal().map(|value| if value > 0.0 { 1.0 / libm::sqrt(value) } else { 1.0 });
        let scaled = DMatrix::from_fn(scale.len(), scale.len(), |i, j| self.hessian[(i, j)] * scale[i] * scale[j]);
        let inverse = inverse_of_positive(&scaled, FLAT);
        DMatrix::from_fn(scale.len(), scale.len(), |i, j| 2.0 * inverse[(i, j)] * scale[i] * scale[j])
    }

    fn satterthwaite(&self) -> Vec<f64> {
        let k = self.d.len();
        let covariance = self.information_inverse();
        let leans: Vec<DMatrix<f64>> = self.first.iter().map(|block| &self.inverse * block * &self.inverse).collect();
        let of_coefficient = |j: usize| {
            let l = self.back.row(j).transpose();
            let variance = l.dot(&(&self.inverse * &l));
            let by_d = DVector::from_fn(k, |i, _| -self.s * l.dot(&(&leans[i] * &l)));
            let by_theta = self.jacobian.tr_mul(&by_d);
            let gradient = DVector::from_fn(k + 1, |i, _| if i < k { by_theta[i] } else { variance });
            2.0 * (self.s * variance) * (self.s * variance) / gradient.dot(&(&covariance * &gradient))
        };
        (0..self.back.nrows()).map(of_coefficient).collect()
    }

    /// First and second derivatives of X'V⁻¹X, and second of ln |V|, by the entries of Σ = sD and by s.
    fn by_variances(&self) -> (Vec<DMatrix<f64>>, Vec<DMatrix<f64>>, Vec<f64>) {
        let (k, s) = (self.d.len(), self.s);
        let along = |j: usize| (0..k).fold(DMatrix::zeros(self.a.nrows(), self.a.nrows()), |sum, i| sum + self.second(i, j) * self.d[i]);
        let alongs: Vec<DMatrix<f64>> = (0..k).map(along).collect();
        let slope = (0..k).fold(self.a.clone() * 0.0, |sum, i| sum + &self.first[i] * self.d[i]);
        let curve = (0..k).fold(self.a.clone() * 0.0, |sum, i| sum + &alongs[i] * self.d[i]);
        let mut first: Vec<DMatrix<f64>> = self.first.iter().map(|block| block / (s * s)).collect();
        first.push((&self.a + &slope) / (-s * s));
        let mut second: Vec<DMatrix<f64>> = self.second.iter().map(|block| block / (s * s * s)).collect();
        second.extend((0..k).map(|i| (&self.first[i] * 2.0 + &alongs[i]) / (-s * s * s)));
        second.push((&self.a * 2.0 + slope * 4.0 + curve) / (s * s * s));
        let log_along: Vec<f64> = (0..k).map(|j| (0..k).map(|i| self.log_second[pair(i.min(j), i.max(j))] * self.d[i]).sum()).collect();
        let log_slope: f64 = (0..k).map(|i| self.log_first[i] * self.d[i]).sum();
        let log_curve: f64 = (0..k).map(|i| log_along[i] * self.d[i]).sum();
        let mut log: Vec<f64> = self.log_second.iter().map(|value| value / (s * s)).collect();
        log.extend((0..k).map(|i| -(self.log_first[i] + log_along[i]) / (s * s)));
        log.push((2.0 * log_slope + log_curve - self.n) / (s * s));
        (first, second, log)
    }

    fn second(&self, i: usize, j: usize) -> &DMatrix<f64> {
        &self.second[pair(i.min(j), i.max(j))]
    }

    /// In Kenward and Roger's notation: Φ the covariance matrix of the fixed effects, P and Q derivatives, W the
    /// covariance matrix of the variances from expected information.
    fn kenward_roger(&self) -> KenwardRoger {
        let (first, second, log) = self.by_variances();
        let (all, p) = (first.len(), self.a.nrows());
        let phi = &self.inverse * self.s;
        let leans: Vec<DMatrix<f64>> = first.iter().map(|block| &phi * block).collect();
        let information = DMatrix::from_fn(all, all, |i, j| {
            let at = pair(i.min(j), i.max(j));
            leans[i].dot(&leans[j].transpose()) - phi.dot(&second[at]) - log[at]
        });
        let w = inverse_of_information(&information) * 2.0;
        let mut u = DMatrix::zeros(p, p);
        for i in 0..all {
            for j in 0..all {
                let q = &second[pair(i.min(j), i.max(j))] * 0.5;
                u += (q - &first[i] * &leans[j]) * w[(i, j)];
            }
        }
        let adjusted = &phi + &phi * u * &phi * 2.0;
        let vcov = &self.back * adjusted * self.back.transpose();
        let of_coefficient = |row: usize| {
            let l = self.back.row(row).transpose();
            let weights = &phi * &l;
            let variance = l.dot(&weights);
            let shares = DVector::from_fn(all, |i, _| weights.dot(&(&first[i] * &weights)) / variance);
            2.0 / shares.dot(&(&w * &shares))
        };
        KenwardRoger { vcov: 0.5 * (&vcov + vcov.transpose()), df: (0..p).map(of_coefficient).collect() }
    }
}

/// Moore and Penrose's inverse of a symmetric matrix, from its eigenvalues above `share` of the largest.
fn inverse_of_positive(matrix: &DMatrix<f64>, share: f64) -> DMatrix<f64> {
    let eigen = matrix.clone().symmetric_eigen();
    let least = share * eigen.eigenvalues.amax();
    let inverse = eigen.eigenvalues.map(|value| if value > least { 1.0 / value } else { 0.0 });
    &eigen.eigenvectors * DMatrix::from_diagonal(&inverse) * eigen.eigenvectors.transpose()
}

fn inverse_of_information(information: &DMatrix<f64>) -> DMatrix<f64> {
    let scale = information.diagonal().map(|value| if value > 0.0 { 1.0 / libm::sqrt(value) } else { 1.0 });
    let scaled = DMatrix::from_fn(scale.len(), scale.len(), |i, j| information[(i, j)] * scale[i] * scale[j]);
    let inverse = inverse_of_positive(&scaled, SINGULAR);
    DMatrix::from_fn(scale.len(), scale.len(), |i, j| inverse[(i, j)] * scale[i] * scale[j])
}

impl Fit {
    /// Satterthwaite's degrees of freedom of each coefficient, as lmerTest: by the observed information.
    pub fn satterthwaite(&self) -> Vec<f64> {
        self.curvature.satterthwaite()
    }

    /// Kenward and Roger's covariance matrix and degrees of freedom, as pbkrtest. `None` for fits by ML, for which the
    /// method is not defined.
    pub fn kenward_roger(&self) -> Option<KenwardRoger> {
        self.curvature.reml.then(|| {
            let basis = self.curvature.kenward_roger();
            let unit2 = self.sigma2 / self.curvature.s;
            KenwardRoger { vcov: basis.vcov * unit2, df: basis.df }
        })
    }
}
