//! Standardised regression coefficients, of values and of ranks.

use super::{About, Statistic};

/// Standardised regression coefficients with R², of values and of ranks (Iman and Conover 1979, doi:10.1080/00401706.1979.10489820;
/// Saltelli and others 2008, section 1.2.5). `rows` are the cells to use.
pub(super) fn coefficients(cells: &[Vec<f64>], values: &[f64], rows: &[usize]) -> Vec<(About, f64)> {
    let factors = cells.first().map_or(0, Vec::len);
    let columns: Vec<Vec<f64>> = (0..factors).map(|f| rows.iter().map(|&row| cells[row][f]).collect()).collect();
    let result: Vec<f64> = rows.iter().map(|&row| values[row]).collect();
    let plain = standardised(&columns, &result);
    let ranked = standardised(&columns.iter().map(|column| ranks(column)).collect::<Vec<_>>(), &ranks(&result));
    let mut all = Vec::with_capacity(2 * factors + 2);
    for f in 0..factors {
        all.push((About::factor(Statistic::Src, f), plain.0[f]));
        all.push((About::factor(Statistic::Srrc, f), ranked.0[f]));
    }
    all.push((About::all(Statistic::RSquared), plain.1));
    all.push((About::all(Statistic::RankRSquared), ranked.1));
    all
}

/// Coefficients of a regression of standardised values, and R². Not defined (NaN) where a column does not vary or
/// follows from others.
fn standardised(columns: &[Vec<f64>], result: &[f64]) -> (Vec<f64>, f64) {
    let columns: Vec<Vec<f64>> = columns.iter().map(|column| unit(column)).collect();
    let result = unit(result);
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let matrix: Vec<Vec<f64>> = columns.iter().map(|a| columns.iter().map(|b| dot(a, b)).collect()).collect();
    let right: Vec<f64> = columns.iter().map(|column| dot(column, &result)).collect();
    let coefficients = solve(matrix, right.clone()).unwrap_or_else(|| vec![f64::NAN; columns.len()]);
    let explained = dot(&coefficients, &right);
    (coefficients, explained)
}

/// Centred, with length 1.
fn unit(values: &[f64]) -> Vec<f64> {
    let centre = values.iter().sum::<f64>() / values.len() as f64;
    let length = values.iter().map(|value| (value - centre).powi(2)).sum::<f64>().sqrt();
    values.iter().map(|value| (value - centre) / length).collect()
}

/// Smallest pivot of a correlation matrix that is not taken for 0.
const SMALLEST_PIVOT: f64 = 1e-10;

/// Solves a symmetric positive definite system by elimination; nothing if it is singular.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for i in 0..n {
        let pivot = matrix[i][i];
        if pivot.is_nan() || pivot < SMALLEST_PIVOT {
            return None;
        }
        for j in i + 1..n {
            let factor = matrix[j][i] / pivot;
            let (above, below) = matrix.split_at_mut(j);
            below[0][i..].iter_mut().zip(&above[i][i..]).for_each(|(x, y)| *x -= factor * y);
            right[j] -= factor * right[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| matrix[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    Some(right)
}

/// Ranks from 1; equal values share the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let first = order.partition_point(|&i| values[i] < values[equal[0]]);
        let rank = first as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|&i| ranks[i] = rank);
    }
    ranks
}
