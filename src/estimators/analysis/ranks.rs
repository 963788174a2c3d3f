//! Estimates of groups against what is true of them: ranks, and flags that should not have been raised.

use crate::performance::sensitivity::ranks;

/// What a method says of one group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// Code of the group.
    pub code: u32,
    /// Estimate: its deviation from the average of all groups.
    pub estimate: f64,
    /// Flagged as above (1) or below (−1) average, or not at all (0).
    pub flag: i8,
}

/// Terms of an analysis whose groups are judged.
pub const TERMS: [&str; 4] = ["rank correlation", "false flags", "wrong side", "quarter found"];

/// Number of groups in a quarter.
pub(super) fn quarter(groups: usize) -> usize {
    (groups + 2) / 4
}

/// Values of [`TERMS`], given the groups and what is true of each, in any unit:
///
/// * Spearman's correlation of estimates with the truth;
/// * of the groups that are flagged, the share that does not belong to the outer quarter for which it is flagged;
/// * the share of those that truly lie on the other side of the average;
/// * share of the quarter that is truly highest which is also estimated as highest.
///
/// NaN where there is nothing to judge.
pub(super) fn judge(groups: &[Placed], truth: &[f64]) -> [f64; 4] {
    let known: Vec<(Placed, f64)> = groups.iter().copied().zip(truth.iter().copied()).filter(|(_, truth)| truth.is_finite()).collect();
    let truth: Vec<f64> = known.iter().map(|(_, truth)| *truth).collect();
    let estimates: Vec<f64> = known.iter().map(|(placed, _)| placed.estimate).collect();
    let (n, mean) = (known.len(), truth.iter().sum::<f64>() / known.len() as f64);
    let (of_truth, of_estimates) = (ranks(&truth), ranks(&estimates));
    let quarter = quarter(n);
    // Ranks from 1, the highest last.
    let outer = |rank: f64, side: i8| if side > 0 { rank > (n - quarter) as f64 } else { rank < (quarter + 1) as f64 };
    let flagged: Vec<usize> = (0..n).filter(|&i| known[i].0.flag != 0).collect();
    let share = |count: usize, of: usize| if of == 0 { f64::NAN } else { count as f64 / of as f64 };
    let outside = flagged.iter().filter(|&&i| !outer(of_truth[i], known[i].0.flag)).count();
    let wrong = flagged.iter().filter(|&&i| (truth[i] - mean) * f64::from(known[i].0.flag) < 0.0).count();
    let found = (0..n).filter(|&i| outer(of_truth[i], 1) && outer(of_estimates[i], 1)).count();
    [correlation(&of_truth, &of_estimates), share(outside, flagged.len()), share(wrong, flagged.len()), share(found, quarter)]
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let sum = |x: &[f64], mx: f64, y: &[f64], my: f64| x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>();
    let spread = (sum(a, mean_a, a, mean_a) * sum(b, mean_b, b, mean_b)).sqrt();
    if spread > 0.0 { sum(a, mean_a, b, mean_b) / spread } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_judged_by_hand() {
        let placed = |estimates: [f64; 8], flags: [i8; 8]| {
            (0..8).map(|i| Placed { code: i as u32, estimate: estimates[i], flag: flags[i] }).collect::<Vec<Placed>>()
        };
        let truth = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        // The highest quarter is 7, 8. Flagged high: 8 (rightly) and 5 (not outer, but above the mean of 4.5); flagged low: 6 (wrong side).
        let groups = placed([1.0, 2.0, 3.0, 4.0, 6.5, 0.5, 5.0, 9.0], [0, 0, 0, 0, 1, -1, 0, 1]);
        let [rho, outside, wrong, found] = judge(&groups, &truth);
        // Ranks of estimates 2 3 4 5 7 1 6 8: squared differences 1 1 1 1 4 25 1 0 = 34: 1 − 6·34/504.
        assert!((rho - (1.0 - 204.0 / 504.0)).abs() < 1e-12);
        assert!((outside - 2.0 / 3.0).abs() < 1e-15 && (wrong - 1.0 / 3.0).abs() < 1e-15 && found == 0.5);
        let none = judge(&placed([0.0; 8], [0; 8]), &truth);
        assert!(none[0].is_nan() && none[1].is_nan() && none[2].is_nan());
    }
}
