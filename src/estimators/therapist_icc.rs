//! Share of variance between therapists by analysis of variance (Shrout and Fleiss 1979,
//! doi:10.1037/0033-2909.86.2.420; unequal groups after Donner 1986). May be negative: cutting at 0 would bias it upwards.

/// Intraclass correlation of `values` grouped by `group_sizes` (consecutive runs). NaN with fewer than two groups
/// or no variation.
pub fn anova_icc(values: &[f64], group_sizes: impl Iterator<Item = usize> + Clone) -> f64 {
    let n = values.len() as f64;
    let grand = values.iter().sum::<f64>() / n;
    let (mut between, mut within, mut groups, mut size_squares) = (0.0, 0.0, 0.0, 0.0);
    let mut rest = values;
    for size in group_sizes.filter(|&size| size > 0) {
        let (group, others) = rest.split_at(size);
        rest = others;
        let k = size as f64;
        let mean = group.iter().sum::<f64>() / k;
        between += k * (mean - grand).powi(2);
        within += group.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
        groups += 1.0;
        size_squares += k * k;
    }
    if groups < 2.0 || n <= groups {
        return f64::NAN;
    }
    let typical = (n - size_squares / n) / (groups - 1.0);
    let (msb, msw) = (between / (groups - 1.0), within / (n - groups));
    (msb - msw) / (msb + (typical - 1.0) * msw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_example() {
        // Groups (1, 2, 3), (4, 5, 6): MSB = 13.5, MSW = 1, ICC = 12.5 / 15.5.
        let icc = anova_icc(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [3, 3].into_iter());
        assert!((icc - 12.5 / 15.5).abs() < 1e-12);
        assert!(anova_icc(&[1.0, 2.0], [2].into_iter()).is_nan());
    }

    #[test]
    fn unequal_groups_use_the_typical_size() {
        // Sizes 2 and 4: n0 = 6 − 20/6 = 8/3. Means 1.5, 5.5; grand 25/6.
        let values = [1.0, 2.0, 4.0, 5.0, 6.0, 7.0];
        let (msb, msw) = (2.0 * (1.5f64 - 25.0 / 6.0).powi(2) + 4.0 * (5.5f64 - 25.0 / 6.0).powi(2), 5.5 / 4.0);
        let expected = (msb - msw) / (msb + (8.0 / 3.0 - 1.0) * msw);
        assert!((anova_icc(&values, [2, 4].into_iter()) - expected).abs() < 1e-12);
    }
}
