//! Reliability of a scale from the answers to its items.

use super::coefficient::Coefficient;
use super::distributions::f_quantile;
use super::status::{Failure, at_least, finite, same_length};

/// Internal consistency of a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alpha {
    /// Cronbach's α (1951, doi:10.1007/BF02310555).
    pub alpha: f64,
    /// Standard error after Bonett (2002, doi:10.3102/10769986027004335), on the scale of α.
    pub se: f64,
    /// People.
    pub n: usize,
    /// Items.
    pub items: usize,
}

/// Cronbach's α of items, each given as one answer per person.
///
/// # Errors
/// Fewer than two items or three people, missing answers, a total that does not vary.
pub fn alpha<C: AsRef<[f64]>>(items: &[C]) -> Result<Alpha, Failure> {
    at_least("items", items.len(), 2)?;
    let n = items[0].as_ref().len();
    at_least("people", n, 3)?;
    let mut total = vec![0.0; n];
    let mut of_items = 0.0;
    for item in items {
        same_length("an item", item.as_ref().len(), n)?;
        finite("an item", item.as_ref())?;
        of_items += squares(item.as_ref());
        total.iter_mut().zip(item.as_ref()).for_each(|(total, answer)| *total += answer);
    }
    let of_total = squares(&total);
    if of_total <= 1e-12 * of_items {
        return Err(Failure::Constant("the total of the items"));
    }
    if of_items == 0.0 {
        return Err(Failure::Constant("the answer"));
    }
    let k = items.len() as f64;
    let alpha = k / (k - 1.0) * (1.0 - of_items / of_total);
    let se = (1.0 - alpha) * (2.0 * k / ((k - 1.0) * (n as f64 - 2.0))).sqrt();
    Ok(Alpha { alpha, se, n, items: items.len() })
}

fn squares(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|x| (x - mean) * (x - mean)).sum()
}

impl Alpha {
    /// Exact interval for parallel items (Feldt 1965, doi:10.1007/BF02289499).
    pub fn interval(&self, level: f64) -> [f64; 2] {
        let people = self.n as f64 - 1.0;
        let rest = people * (self.items as f64 - 1.0);
        let upper = f64::midpoint(1.0, level);
        [upper, 1.0 - upper].map(|p| 1.0 - (1.0 - self.alpha) * f_quantile(p, people, rest))
    }

    /// As an estimate with its error (the interval is better taken from Feldt).
    pub fn coefficient(&self) -> Coefficient {
        Coefficient::normal(self.alpha, self.se)
    }
}

/// Reliability of a scale `times` as long (Spearman 1910, doi:10.1111/j.2044-8295.1910.tb00206.x; Brown 1910): from the
/// correlation of two halves with `times` 2, of a mean of k raters from one with `times` k. Its inverse is `times` 1/k.
pub fn spearman_brown(reliability: f64, times: f64) -> f64 {
    times * reliability / (1.0 + (times - 1.0) * reliability)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEMS: [[f64; 6]; 3] = [[1.0, 2.0, 4.0, 3.0, 5.0, 4.0], [2.0, 2.0, 5.0, 2.0, 4.0, 4.0], [1.0, 3.0, 3.0, 3.0, 5.0, 2.0]];

    #[test]
    fn alpha_is_that_of_the_analysis_of_variance() {
        // 1 − MS(rest) / MS(people), two-way (Hoyt 1941).
        let mean = ITEMS.iter().flatten().sum::<f64>() / 18.0;
        let person: Vec<f64> = (0..6).map(|i| ITEMS.iter().map(|item| item[i]).sum::<f64>() / 3.0).collect();
        let item: Vec<f64> = ITEMS.iter().map(|item| item.iter().sum::<f64>() / 6.0).collect();
        let people = person.iter().map(|p| 3.0 * (p - mean).powi(2)).sum::<f64>() / 5.0;
        let rest: f64 =
            (0..6).flat_map(|i| (0..3).map(move |j| (i, j))).map(|(i, j)| (ITEMS[j][i] - person[i] - item[j] + mean).powi(2)).sum();
        let found = alpha(&ITEMS).expect("alpha");
        assert!((found.alpha - (1.0 - rest / 10.0 / people)).abs() < 1e-12);
        // R: qf(.975, 5, 10) = 4.236086, qf(.025, 5, 10) = 0.1510767.
        let [low, high] = found.interval(0.95);
        assert!(((1.0 - low) / (1.0 - found.alpha) - 4.236_085_7).abs() < 1e-6);
        assert!(((1.0 - high) / (1.0 - found.alpha) - 0.151_076_7).abs() < 1e-6);
    }

    #[test]
    fn longer_scales() {
        assert!((spearman_brown(0.5, 2.0) - 2.0 / 3.0).abs() < 1e-12);
        assert!((spearman_brown(spearman_brown(0.3, 7.0), 1.0 / 7.0) - 0.3).abs() < 1e-12);
        // Items of equal variance and correlation r have the α of Spearman and Brown.
        let same = [[1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 4.0, 3.0]];
        assert!((alpha(&same).expect("alpha").alpha - spearman_brown(0.6, 2.0)).abs() < 1e-12);
    }

    #[test]
    fn what_has_no_alpha_has_a_reason() {
        let none: [[f64; 3]; 0] = [];
        assert!(alpha(&none).is_err() && alpha(&[[1.0, 2.0, 3.0]]).is_err());
        assert!(alpha(&[[1.0, 2.0], [2.0, 1.0]]).is_err());
        assert_eq!(alpha(&[[1.0; 4], [2.0; 4]]).unwrap_err().to_string(), "the total of the items does not vary");
        assert!(alpha(&[[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]).is_err());
        assert!(alpha(&[vec![1.0, 2.0, 3.0], vec![1.0, 2.0]]).is_err());
    }
}
