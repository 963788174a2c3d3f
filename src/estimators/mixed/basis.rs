//! Orthogonal columns in place of the caller's, so that scales and near collinearity do no harm.

use crate::estimators::qr::{self, Qr};

/// Columns with mean square 1 and no correlation (around zero) that span the same space as the kept columns.
pub struct Basis {
    pub columns: Vec<Vec<f64>>,
    /// Positions of the columns that were kept, in order.
    pub kept: Vec<usize>,
    /// Upper triangle R, column by column: kept column j = Σ over i ≤ j of `r[j][i]` × basis column i.
    r: Vec<Vec<f64>>,
}

/// The basis of `columns` in the order given; what depends on earlier columns is dropped.
pub fn orthogonalise<'a>(columns: impl Iterator<Item = &'a [f64]>) -> Basis {
    let (mut units, mut scaled) = (Vec::new(), Vec::new());
    for column in columns {
        let largest = column.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        let unit = if largest > 0.0 { largest } else { 1.0 };
        scaled.push(column.iter().map(|value| value / unit).collect::<Vec<f64>>());
        units.push(unit);
    }
    let found = Qr::new(&scaled);
    let length = found.q.first().map_or(1.0, |column| libm::sqrt(column.len() as f64));
    let mut columns = found.q;
    columns.iter_mut().flatten().for_each(|value| *value *= length);
    let mut r = found.r;
    for (column, at) in r.iter_mut().zip(&found.kept) {
        column.iter_mut().for_each(|value| *value *= units[*at] / length);
    }
    Basis { columns, kept: found.kept, r }
}

impl Basis {
    /// Takes the basis columns out of `column`; their coefficients.
    pub fn sweep(&self, column: &mut [f64]) -> Vec<f64> {
        let n = column.len() as f64;
        qr::sweep(&self.columns, n, column)
    }

    /// R, square: zeros below the diagonal.
    pub fn triangle(&self) -> nalgebra::DMatrix<f64> {
        let p = self.kept.len();
        nalgebra::DMatrix::from_fn(p, p, |i, j| if j >= i { self.r[j][i] } else { 0.0 })
    }
}
