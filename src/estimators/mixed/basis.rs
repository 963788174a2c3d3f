//! Orthogonal columns in place of the caller's, so that scales and near collinearity do no harm.

/// Columns left out when what earlier columns leave of them is below this share (the tolerance of R's `qr`).
const COLLINEAR: f64 = 1e-7;

/// Columns with mean square 1 and no correlation (around zero) that span the same space as the kept columns.
pub struct Basis {
    pub columns: Vec<Vec<f64>>,
    /// Positions of the columns that were kept, in order.
    pub kept: Vec<usize>,
    /// Upper triangle R, row by row: kept column j = Σ over i ≤ j of `r[i][j]` × basis column i.
    pub r: Vec<Vec<f64>>,
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    // Four sums at a time: the order is fixed, so the result is too.
    let mut sums = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a4.zip(b4) {
        for k in 0..4 {
            sums[k] += x[k] * y[k];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Takes the basis columns out of `column` (twice, which is enough for full accuracy); the coefficients.
pub fn sweep(columns: &[Vec<f64>], column: &mut [f64]) -> Vec<f64> {
    let n = column.len() as f64;
    let mut coefficients = vec![0.0; columns.len()];
    for _ in 0..2 {
        for (basis, coefficient) in columns.iter().zip(&mut coefficients) {
            let share = dot(basis, column) / n;
            *coefficient += share;
            for (value, b) in column.iter_mut().zip(basis) {
                *value -= share * b;
            }
        }
    }
    coefficients
}

/// Gram and Schmidt's orthogonalisation of `columns` in the order given; what depends on earlier columns is dropped.
pub fn orthogonalise<'a>(columns: impl Iterator<Item = &'a [f64]>) -> Basis {
    let mut basis = Basis { columns: Vec::new(), kept: Vec::new(), r: Vec::new() };
    for (at, original) in columns.enumerate() {
        let largest = original.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let mut column: Vec<f64> = original.iter().map(|value| value / unit).collect();
        let n = column.len() as f64;
        let before = libm::sqrt(dot(&column, &column) / n);
        let coefficients = sweep(&basis.columns, &mut column);
        let size = libm::sqrt(dot(&column, &column) / n);
        if before == 0.0 || size.is_nan() || size <= COLLINEAR * before {
            continue;
        }
        column.iter_mut().for_each(|value| *value /= size);
        for (row, coefficient) in basis.r.iter_mut().zip(coefficients) {
            row.push(coefficient * unit);
        }
        let mut row = vec![0.0; basis.kept.len()];
        row.push(size * unit);
        basis.r.push(row);
        basis.columns.push(column);
        basis.kept.push(at);
    }
    basis
}

impl Basis {
    /// R, square: zeros below the diagonal.
    pub fn triangle(&self) -> nalgebra::DMatrix<f64> {
        let p = self.kept.len();
        nalgebra::DMatrix::from_fn(p, p, |i, j| if j >= i { self.r[i][j] } else { 0.0 })
    }
}
