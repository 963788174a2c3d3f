//! Orthogonal basis of the columns of a design, the numerical ground of all regressions here.
//!
//! Gram and Schmidt's method, done twice for each column, which keeps the basis orthogonal to the last digit (Giraud,
//! Langou, Rozložník & van den Eshof 2005, doi:10.1007/s00211-005-0615-4). Columns that earlier ones determine are dropped
//! by the rule of R's `lm` (LINPACK's `dqrdc2`): a column goes when less than 10⁻⁷ of its length is left.

use super::status::{Failure, finite, same_length};
use nalgebra::{DMatrix, DVector, Dyn, SymmetricEigen};

/// Share of a column's length that has to be left for the column to be kept.
const TOLERANCE: f64 = 1e-7;

/// Sum of products, in four strands so that the processor can overlap them; the order of summing is fixed.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (mut strands, mut rest) = ([0.0; 4], 0.0);
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    for (a, b) in a4.remainder().iter().zip(b4.remainder()) {
        rest += a * b;
    }
    for (a, b) in a4.zip(b4) {
        for i in 0..4 {
            strands[i] += a[i] * b[i];
        }
    }
    (strands[0] + strands[1]) + (strands[2] + strands[3]) + rest
}

/// Takes `factor` times `b` away from `a`.
fn take_away(a: &mut [f64], factor: f64, b: &[f64]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a -= factor * b;
    }
}

/// Takes orthogonal columns of one squared length out of `column` (twice, which is enough for full accuracy); their coefficients.
pub(crate) fn sweep(basis: &[Vec<f64>], square: f64, column: &mut [f64]) -> Vec<f64> {
    let mut parts = vec![0.0; basis.len()];
    for _ in 0..2 {
        for (b, part) in basis.iter().zip(&mut parts) {
            let share = dot(b, column) / square;
            *part += share;
            take_away(column, share, b);
        }
    }
    parts
}

/// `X = Q R` of the columns that are kept.
#[derive(Clone, Debug)]
pub(crate) struct Qr {
    /// Orthonormal columns.
    pub q: Vec<Vec<f64>>,
    /// Upper triangle, column by column: `r[j]` holds rows 0 to j.
    pub r: Vec<Vec<f64>>,
    /// Which columns were kept.
    pub kept: Vec<usize>,
    /// How many columns there were.
    pub columns: usize,
}

impl Qr {
    /// Basis of the columns.
    pub fn new<C: AsRef<[f64]>>(columns: &[C]) -> Self {
        let mut found = Self { q: Vec::new(), r: Vec::new(), kept: Vec::new(), columns: columns.len() };
        for (index, column) in columns.iter().enumerate() {
            let mut left = column.as_ref().to_vec();
            let length = dot(&left, &left).sqrt();
            let mut parts = sweep(&found.q, 1.0, &mut left);
            let remaining = dot(&left, &left).sqrt();
            if remaining > TOLERANCE * length {
                left.iter_mut().for_each(|x| *x /= remaining);
                parts.push(remaining);
                found.q.push(left);
                found.r.push(parts);
                found.kept.push(index);
            }
        }
        found
    }

    /// Number of columns that were kept.
    pub fn rank(&self) -> usize {
        self.q.len()
    }

    /// `Q'y` and the residuals of `y`.
    pub fn project(&self, y: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut left = y.to_vec();
        (sweep(&self.q, 1.0, &mut left), left)
    }

    /// `Q` times a vector: one value per row.
    pub fn times(&self, parts: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; self.q.first().map_or(0, Vec::len)];
        for (q, part) in self.q.iter().zip(parts) {
            take_away(&mut sum, -part, q);
        }
        sum
    }

    /// Standard errors of the coefficients of the columns, from the covariance matrix of those of the basis.
    pub fn standard_errors(&self, covariance: &DMatrix<f64>) -> Vec<f64> {
        let variance = self.inverse_rows().into_iter().map(|row| {
            let row = DVector::from_vec(row);
            row.dot(&(covariance * &row))
        });
        variance.map(f64::sqrt).collect()
    }

    /// Solution `b` of `R b = parts`.
    pub fn solve(&self, parts: &[f64]) -> Vec<f64> {
        let mut b = parts.to_vec();
        for j in (0..self.rank()).rev() {
            b[j] /= self.r[j][j];
            let value = b[j];
            for (b, r) in b[..j].iter_mut().zip(&self.r[j]) {
                *b -= value * r;
            }
        }
        b
    }

    /// Rows of the inverse of `R`: row `c` times `Q'y` is coefficient `c`.
    pub fn inverse_rows(&self) -> Vec<Vec<f64>> {
        let p = self.rank();
        let mut rows = vec![vec![0.0; p]; p];
        for j in 0..p {
            let mut unit = vec![0.0; p];
            unit[j] = 1.0;
            for (row, value) in rows.iter_mut().zip(self.solve(&unit)) {
                row[j] = value;
            }
        }
        rows
    }

    /// One value per column that was given: `of_kept` where it was kept, else `otherwise`.
    pub fn spread<T: Clone>(&self, of_kept: &[T], otherwise: T) -> Vec<T> {
        let mut all = vec![otherwise; self.columns];
        for (index, value) in self.kept.iter().zip(of_kept) {
            all[*index] = value.clone();
        }
        all
    }
}

/// Eigenvalues and eigenvectors of a symmetric matrix; none if it holds what is not a number (on which the search would not
/// end).
pub(crate) fn eigen(matrix: DMatrix<f64>) -> Option<SymmetricEigen<f64, Dyn>> {
    matrix.iter().all(|x| x.is_finite()).then(|| SymmetricEigen::new(matrix))
}

/// Checks an outcome and its predictors: same lengths, nothing missing, at least one row and one column.
pub(crate) fn check<C: AsRef<[f64]>>(y: &[f64], columns: &[C]) -> Result<(), Failure> {
    if y.is_empty() {
        return Err(Failure::NoRows);
    }
    if columns.is_empty() {
        return Err(Failure::TooFew { what: "predictors (the intercept is one)", found: 0, needed: 1 });
    }
    finite("the outcome", y)?;
    for column in columns {
        same_length("a predictor", column.as_ref().len(), y.len())?;
        finite("a predictor", column.as_ref())?;
    }
    Ok(())
}
