//! Comparison of groups by the log-rank test (Mantel 1966, Cancer Chemotherapy Reports 50, 163–170; Peto & Peto 1972,
//! doi:10.2307/2344317).

use super::{by_time, check};
use crate::estimators::distributions::chi_square_upper;
use crate::estimators::groups::Groups;
use crate::estimators::status::{Failure, at_least, same_length};
use nalgebra::{Cholesky, DMatrix, DVector};

/// Outcome of the test, groups in the order of their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    /// Events in each group.
    pub observed: Vec<f64>,
    /// Events to be expected if groups did not differ.
    pub expected: Vec<f64>,
    /// Chi-square.
    pub chi_square: f64,
    /// Groups less one.
    pub df: f64,
    /// p.
    pub p: f64,
}

/// Tests whether groups have the event at the same rate.
///
/// # Errors
/// No rows, lengths that differ, fewer than two groups, no event while two groups are observed.
pub fn test(times: &[f64], events: &[bool], group: &[usize]) -> Result<LogRank, Failure> {
    check(times, events.len())?;
    same_length("the grouping variable", group.len(), times.len())?;
    let groups = Groups::new(group);
    let k = groups.count();
    at_least("groups", k, 2)?;
    let place = groups.of_rows();
    let mut at_risk: Vec<f64> = groups.rows().iter().map(|rows| rows.len() as f64).collect();
    let (mut observed, mut expected) = (vec![0.0; k], vec![0.0; k]);
    let mut variance = DMatrix::zeros(k - 1, k - 1);
    for (_, rows) in by_time(times) {
        let had: Vec<usize> = rows.iter().copied().filter(|&row| events[row]).collect();
        had.iter().for_each(|&row| observed[place[row]] += 1.0);
        let (d, n) = (had.len() as f64, at_risk.iter().sum::<f64>());
        expected.iter_mut().zip(&at_risk).for_each(|(e, r)| *e += d * r / n);
        if n > 1.0 {
            let scale = d * (n - d) / (n - 1.0);
            for a in 0..k - 1 {
                for b in 0..k - 1 {
                    let own = if a == b { 1.0 } else { 0.0 };
                    variance[(a, b)] += scale * at_risk[a] / n * (own - at_risk[b] / n);
                }
            }
        }
        rows.iter().for_each(|&row| at_risk[place[row]] -= 1.0);
    }
    let excess = DVector::from_fn(k - 1, |a, _| observed[a] - expected[a]);
    let chi_square = Cholesky::new(variance).map(|v| excess.dot(&v.solve(&excess))).ok_or(Failure::Constant("the event"))?;
    let df = k as f64 - 1.0;
    Ok(LogRank { observed, expected, chi_square, df, p: chi_square_upper(chi_square, df) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_by_two_by_hand() {
        // At 1: 1 of 2 in group 0 of 4; at 2: 1 of 2 in group 1, of 3. Expected in group 0: .5 + 1/3.
        let found = test(&[1.0, 3.0, 2.0, 3.0], &[true, false, true, false], &[0, 0, 1, 1]).expect("a test");
        assert!((found.expected[0] - (0.5 + 1.0 / 3.0)).abs() < 1e-12);
        assert!((found.chi_square - (1.0f64 / 6.0).powi(2) / (0.25 + 2.0 / 9.0)).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_tested_has_a_reason() {
        assert_eq!(test(&[1.0, 2.0], &[true, true], &[1, 1]).unwrap_err().to_string(), "too few groups: 1, at least 2 are needed");
        assert_eq!(test(&[1.0, 2.0], &[false, false], &[0, 1]).unwrap_err(), Failure::Constant("the event"));
    }
}
