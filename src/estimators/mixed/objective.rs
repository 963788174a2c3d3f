//! The profiled deviance and REML criterion as functions of θ, the entries of the relative covariance factor Λ, with
//! exact gradient and Hessian (Bates et al. 2015, equations 33 to 42).

use super::Criterion;
use super::jet::{Eliminator, Entry, Jet, LogDet, pair};
use super::newton::Local;
use super::statistics::Statistics;
use nalgebra::{DMatrix, DVector};

/// A square of cross-products, whole: X'H⁻¹X = `a` with inverse, γ = a⁻¹X'H⁻¹y, residual sum of squares.
pub struct Solved {
    pub inverse: DMatrix<f64>,
    pub gamma: DVector<f64>,
    pub rss: f64,
    pub log_det: f64,
}

/// First derivatives of X'H⁻¹X, its determinant and the residual sum of squares, for the Hessian and for degrees of freedom.
pub struct Objective<'a> {
    pub eliminator: Eliminator<'a>,
    pub criterion: Criterion,
    q: Vec<usize>,
    p: usize,
    /// Rows, less the fixed columns under REML.
    pub freedom: f64,
}

/// The whole symmetric matrix X'…X of an upper triangle that ends with y.
pub fn fixed_block(square: &[f64], p: usize) -> DMatrix<f64> {
    DMatrix::from_fn(p, p, |i, j| square[i.min(j) * (p + 1) + i.max(j)])
}

/// The column X'…y of an upper triangle that ends with y.
pub fn outcome_column(square: &[f64], p: usize) -> DVector<f64> {
    DVector::from_fn(p, |i, _| square[i * (p + 1) + p])
}

/// Solves the normal equations; `None` when they are not positive definite.
pub fn solve(top: &Jet) -> Option<Solved> {
    let p = top.side - 1;
    let yy = top.value[top.side * top.side - 1];
    if p == 0 {
        let (inverse, gamma) = (DMatrix::zeros(0, 0), DVector::zeros(0));
        return (yy > 0.0).then_some(Solved { inverse, gamma, rss: yy, log_det: 0.0 });
    }
    let b = outcome_column(&top.value, p);
    let factor = fixed_block(&top.value, p).cholesky()?;
    let log_det = 2.0 * (0..p).map(|i| libm::log(factor.l_dirty()[(i, i)])).sum::<f64>();
    let gamma = factor.solve(&b);
    let rss = yy - gamma.dot(&b);
    (rss > 0.0 && log_det.is_finite()).then(|| Solved { inverse: factor.inverse(), gamma, rss, log_det })
}

impl<'a> Objective<'a> {
    pub fn new(statistics: &'a Statistics, entries: Vec<Entry>, criterion: Criterion) -> Self {
        let (n, p) = (statistics.n as f64, statistics.p);
        let freedom = if criterion == Criterion::Reml { n - p as f64 } else { n };
        let q = statistics.levels.iter().map(|level| level.q).collect();
        Self { eliminator: Eliminator::new(statistics, entries), criterion, q, p, freedom }
    }

    pub fn entries(&self) -> &[Entry] {
        &self.eliminator.entries
    }

    /// Λ of each level, row by row.
    pub fn factors(&self, theta: &[f64]) -> Vec<Vec<f64>> {
        let mut factors: Vec<Vec<f64>> = self.q.iter().map(|q| vec![0.0; q * q]).collect();
        for (entry, value) in self.entries().iter().zip(theta) {
            factors[entry.level][entry.a * self.q[entry.level] + entry.b] = *value;
        }
        factors
    }

    /// D = ΛΛ' of each level.
    pub fn covariances(&self, theta: &[f64]) -> Vec<Vec<f64>> {
        let square = |(factor, &q): (Vec<f64>, &usize)| {
            let cell = |at: usize| (0..q).map(|k| factor[at / q * q + k] * factor[at % q * q + k]).sum();
            (0..q * q).map(cell).collect()
        };
        self.factors(theta).into_iter().zip(&self.q).map(square).collect()
    }

    /// Runs the elimination at θ and solves for the fixed effects.
    pub fn solve_at(&mut self, theta: &[f64], derivatives: bool) -> Option<Solved> {
        let d = self.covariances(theta);
        if self.eliminator.run(&d, derivatives) { solve(&self.eliminator.top) } else { None }
    }

    /// Criterion without constants; infinite where it cannot be calculated.
    pub fn value(&mut self, theta: &[f64]) -> f64 {
        self.solve_at(theta, false).map_or(f64::INFINITY, |solved| self.criterion_of(&solved))
    }

    fn criterion_of(&self, solved: &Solved) -> f64 {
        let fixed = if self.criterion == Criterion::Reml { solved.log_det } else { 0.0 };
        self.eliminator.log_det.value + fixed + self.freedom * libm::log(solved.rss)
    }

    /// Solution and derivatives by D's entries at θ.
    pub fn with_parts(&mut self, theta: &[f64]) -> Option<(Solved, Parts)> {
        let solved = self.solve_at(theta, true)?;
        let parts = Parts::new(&self.eliminator.top, &self.eliminator.log_det, &solved, self.p);
        Some((solved, parts))
    }

    /// Criterion with gradient and Hessian in θ.
    pub fn local(&mut self, theta: &[f64]) -> Option<Local> {
        let (solved, parts) = self.with_parts(theta)?;
        let value = self.criterion_of(&solved);
        let reml = self.criterion == Criterion::Reml;
        let (first, second) = parts.profiled(self.freedom, reml, solved.rss);
        let (gradient, hessian) = self.to_theta(theta, &first, &second);
        value.is_finite().then_some(Local { value, gradient, hessian })
    }

    /// Derivatives of D's entries by θ.
    pub fn jacobian(&self, theta: &[f64]) -> DMatrix<f64> {
        let (factors, entries) = (self.factors(theta), self.entries());
        DMatrix::from_fn(entries.len(), entries.len(), |e, t| {
            let (of, by) = (entries[e], entries[t]);
            if of.level != by.level {
                return 0.0;
            }
            let at = |row: usize| factors[by.level][row * self.q[by.level] + by.b];
            let one = if of.a == by.a { at(of.b) } else { 0.0 };
            let other = if of.b == by.a { at(of.a) } else { 0.0 };
            one + other
        })
    }

    /// Gradient and Hessian in θ from those in D's entries.
    pub fn to_theta(&self, theta: &[f64], first: &DVector<f64>, second: &DMatrix<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let jacobian = self.jacobian(theta);
        let gradient = jacobian.tr_mul(first);
        let mut hessian = jacobian.tr_mul(second) * &jacobian;
        let entries = self.entries();
        for (e, entry) in entries.iter().enumerate() {
            // The entry (a, b) of D has second derivative 2 (or 1, off the diagonal) by factors in the same column.
            for (s, one) in entries.iter().enumerate().filter(|(_, one)| one.level == entry.level && one.a == entry.a) {
                let partner = |(_, two): &(usize, &Entry)| two.level == entry.level && two.a == entry.b && two.b == one.b;
                for (t, _) in entries.iter().enumerate().filter(partner) {
                    hessian[(s, t)] += first[e];
                    hessian[(t, s)] += first[e];
                }
            }
        }
        (gradient, hessian)
    }
}

/// Derivatives by D's entries of ln |H|, ln |X'H⁻¹X| and the residual sum of squares.
pub struct Parts {
    log_first: DVector<f64>,
    log_second: DMatrix<f64>,
    fixed_first: DVector<f64>,
    fixed_second: DMatrix<f64>,
    pub rss_first: DVector<f64>,
    pub rss_second: DMatrix<f64>,
    /// First derivatives of X'H⁻¹X.
    pub blocks: Vec<DMatrix<f64>>,
}

impl Parts {
    pub fn new(top: &Jet, log_det: &LogDet, solved: &Solved, p: usize) -> Self {
        let all = top.first.len();
        let blocks: Vec<DMatrix<f64>> = top.first.iter().map(|square| fixed_block(square, p)).collect();
        let products: Vec<DMatrix<f64>> = blocks.iter().map(|block| &solved.inverse * block).collect();
        let of_residual = |square: &[f64]| {
            let (block, column) = (fixed_block(square, p), outcome_column(square, p));
            let lean = &block * &solved.gamma;
            let rss = square[(p + 1) * (p + 1) - 1] - 2.0 * column.dot(&solved.gamma) + lean.dot(&solved.gamma);
            (rss, column - lean)
        };
        let residuals: Vec<(f64, DVector<f64>)> = top.first.iter().map(|square| of_residual(square)).collect();
        let mut fixed_second = DMatrix::zeros(all, all);
        let mut rss_second = DMatrix::zeros(all, all);
        for j in 0..all {
            for i in 0..=j {
                let square = &top.second[pair(i, j)];
                let crossed = (&solved.inverse * &residuals[j].1).dot(&residuals[i].1);
                let fixed = solved.inverse.dot(&fixed_block(square, p)) - products[i].dot(&products[j].transpose());
                (fixed_second[(i, j)], fixed_second[(j, i)]) = (fixed, fixed);
                let rss = of_residual(square).0 - 2.0 * crossed;
                (rss_second[(i, j)], rss_second[(j, i)]) = (rss, rss);
            }
        }
        Self {
            log_first: DVector::from_column_slice(&log_det.first),
            log_second: DMatrix::from_fn(all, all, |i, j| log_det.second[pair(i.min(j), i.max(j))]),
            fixed_first: DVector::from_fn(all, |i, _| products[i].trace()),
            fixed_second,
            rss_first: DVector::from_fn(all, |i, _| residuals[i].0),
            rss_second,
            blocks,
        }
    }

    /// Derivatives of ln |H| (+ ln |X'H⁻¹X| under REML).
    pub fn determinants(&self, reml: bool) -> (DVector<f64>, DMatrix<f64>) {
        if reml {
            (&self.log_first + &self.fixed_first, &self.log_second + &self.fixed_second)
        } else {
            (self.log_first.clone(), self.log_second.clone())
        }
    }

    /// Derivatives of the criterion in which σ² is profiled out.
    fn profiled(&self, freedom: f64, reml: bool, rss: f64) -> (DVector<f64>, DMatrix<f64>) {
        let (first, second) = self.determinants(reml);
        let curve = &self.rss_second / rss - &self.rss_first * self.rss_first.transpose() / (rss * rss);
        (first + &self.rss_first * (freedom / rss), second + curve * freedom)
    }
}
