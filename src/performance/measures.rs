//! How a method does against a stated truth: bias, precision, coverage, errors of its own standard errors, each with Monte Carlo
//! standard error (Morris, White and Crowther 2019, doi:10.1002/sim.8086).

use super::Measured;

/// What one replicate says about one term. NaN: it has no such number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// Estimate.
    pub estimate: f64,
    /// Standard error as the method states it.
    pub se: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// p of the hypothesis that the true value is 0.
    pub p: f64,
    /// What is true: the same in all replicates where it is a number; what became of this replicate's own clients where it is a
    /// contrast between arms.
    pub truth: f64,
}

/// Performance measures of one term, each with its Monte Carlo standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Performance {
    /// What is true (the mean over replicates of a contrast).
    pub truth: Measured,
    /// Mean estimate minus truth. Against a contrast the difference is taken replicate by replicate.
    pub bias: Measured,
    /// Bias over truth; not defined where the truth may be 0.
    pub relative_bias: Measured,
    /// Standard deviation of the estimates.
    pub empirical_se: Measured,
    /// Mean squared error.
    pub mse: Measured,
    /// Root mean square of the stated standard errors.
    pub model_se: Measured,
    /// How far that is from the empirical one, %.
    pub model_se_error: Measured,
    /// Share of intervals that hold the truth.
    pub coverage: Measured,
    /// Share of intervals that hold the mean estimate: coverage but for bias.
    pub bias_eliminated_coverage: Measured,
    /// Share of replicates with p ≤ .05: power, or type I error where the truth is 0.
    pub rejection: Measured,
}

/// Level of the tests.
pub const ALPHA: f64 = 0.05;

/// A truth closer to 0 than this many standard deviations of one estimate has no relative bias.
const NEAR_ZERO: f64 = 0.01;

/// A share with its binomial standard error.
pub fn share(count: usize, n: usize) -> Measured {
    if n == 0 {
        return Measured::NONE;
    }
    let p = count as f64 / n as f64;
    Measured { value: p, mcse: (p * (1.0 - p) / n as f64).sqrt() }
}

/// Sums of values about their mean.
pub(super) struct Spread {
    pub(super) n: f64,
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl Spread {
    pub(super) fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let n = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / n;
        let variance = values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
        Self { n, mean, variance }
    }

    pub(super) fn mean(&self) -> Measured {
        Measured { value: self.mean, mcse: (self.variance / self.n).sqrt() }
    }
}

/// Performance over replicates. Those without an estimate are left out here, and counted elsewhere.
pub fn performance(all: &[Said]) -> Performance {
    let said: Vec<&Said> = all.iter().filter(|one| one.estimate.is_finite() && one.truth.is_finite()).collect();
    let estimates = Spread::of(said.iter().map(|one| one.estimate));
    let truth = Spread::of(said.iter().map(|one| one.truth));
    let errors = Spread::of(said.iter().map(|one| one.estimate - one.truth));
    let squares = Spread::of(said.iter().map(|one| (one.estimate - truth.mean).powi(2)));
    let n = estimates.n;
    let empirical = estimates.variance.sqrt();
    let empirical_se = Measured { value: empirical, mcse: empirical / (2.0 * (n - 1.0)).sqrt() };
    let bias = errors.mean();
    let relative = truth.mean.abs() > NEAR_ZERO * empirical && truth.mean.abs() > 2.0 * truth.mean().mcse;
    let relative_bias = Measured { value: bias.value / truth.mean, mcse: bias.mcse / truth.mean.abs() };
    let variances = Spread::of(said.iter().map(|one| one.se * one.se).filter(|variance| variance.is_finite()));
    let model = variances.mean.sqrt();
    let model_se = Measured { value: model, mcse: (variances.variance / (4.0 * variances.n * variances.mean)).sqrt() };
    let ratio = model / empirical;
    let of_ratio = variances.variance / (4.0 * variances.n * variances.mean * variances.mean) + 1.0 / (2.0 * (n - 1.0));
    let holds = |truth: f64| {
        let with: Vec<_> = said.iter().filter(|one| one.low.is_finite() && one.high.is_finite()).collect();
        share(with.iter().filter(|one| one.low <= truth && truth <= one.high).count(), with.len())
    };
    let tested: Vec<_> = said.iter().filter(|one| one.p.is_finite()).collect();
    Performance {
        truth: truth.mean(),
        bias,
        relative_bias: if relative { relative_bias } else { Measured::NONE },
        empirical_se,
        mse: squares.mean(),
        model_se,
        model_se_error: Measured { value: 100.0 * (ratio - 1.0), mcse: 100.0 * ratio * of_ratio.sqrt() },
        coverage: holds(truth.mean),
        bias_eliminated_coverage: holds(estimates.mean),
        rejection: share(tested.iter().filter(|one| one.p <= ALPHA).count(), tested.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Normal quantile .975 and the share beyond, as the reference programs use them.
    const Z: f64 = 1.959_963_984_540_054;

    fn said(estimate: f64, se: f64, truth: f64) -> Said {
        // p ≤ .05 just where |z| ≥ 1.96.
        let p = if (estimate / se).abs() >= Z { 0.01 } else { 0.99 };
        Said { estimate, se, low: estimate - Z * se, high: estimate + Z * se, p, truth }
    }

    fn lines(name: &str) -> Vec<Vec<String>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect()
    }

    /// 500 replicates, three of them failed, against rsimsum.
    #[test]
    fn measures_agree_with_rsimsum() {
        // rsimsum leaves out the replicate that has an estimate but no standard error; we would use it for the bias.
        let number = |cell: &String| cell.parse().unwrap_or(f64::NAN);
        let complete = |cells: &&Vec<String>| cells[1] == "NA" || cells[2] != "NA";
        let lines = lines("perf_synthetic.csv");
        let rows: Vec<Said> = lines.iter().filter(complete).map(|cells| said(number(&cells[1]), number(&cells[2]), 0.5)).collect();
        let found = performance(&rows);
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/perf_synthetic_golden.json")).unwrap();
        let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
        let golden = &golden["rsimsum_true_0.5"];
        assert_eq!(rows.iter().filter(|one| one.estimate.is_finite()).count() as u64, golden["nsim"]["est"].as_u64().unwrap());
        for (name, seen) in [
            ("bias", found.bias),
            ("rbias", found.relative_bias),
            ("empse", found.empirical_se),
            ("mse", found.mse),
            ("modelse", found.model_se),
            ("relerror", found.model_se_error),
            ("cover", found.coverage),
            ("becover", found.bias_eliminated_coverage),
            ("power", found.rejection),
        ] {
            let number = |key: &str| golden[name][key].as_f64().unwrap();
            assert!((seen.value - number("est")).abs() < 1e-10 * number("est").abs(), "{name}: {seen:?} {}", number("est"));
            assert!((seen.mcse - number("mcse")).abs() < 1e-10 * number("mcse").abs(), "mcse of {name}: {seen:?} {}", number("mcse"));
        }
    }

    /// The simulation study of the tutorial: 1,600 replicates of a survival trial, truth −.5 (Morris et al. 2019, table 6: bias,
    /// empirical and model standard error, coverage of the exponential, Weibull and Cox models).
    #[test]
    fn the_table_of_morris_white_and_crowther_is_found_again() {
        let rows = lines("morris2019_R_estimates_MIT.csv");
        let of = |gamma: &str, method: &str| {
            let own = rows.iter().filter(|cells| cells[1] == gamma && cells[2].trim_matches('"') == method);
            performance(&own.map(|cells| said(cells[3].parse().unwrap(), cells[4].parse().unwrap(), -0.5)).collect::<Vec<_>>())
        };
        // With a wrong shape (γ = 1.5) the exponential model shrinks the effect; the others do not.
        let (wrong, weibull, cox) = (of("1.5", "Exponential"), of("1.5", "Weibull"), of("1.5", "Cox"));
        assert!(wrong.bias.value > 8.0 * wrong.bias.mcse, "{wrong:?}");
        assert!([weibull, cox].iter().all(|good| good.bias.z(0.0).abs() < 4.0 && good.coverage.z(0.95).abs() < 4.0), "{weibull:?} {cox:?}");
        let right = of("1.0", "Exponential");
        assert!(right.bias.z(0.0).abs() < 4.0 && right.model_se_error.value.abs() < 4.0 * right.model_se_error.mcse, "{right:?}");
        // A planted bias of a tenth is seen.
        assert!((right.bias.value + 0.1).abs() > 4.0 * right.bias.mcse);
    }

    #[test]
    fn against_a_contrast_the_error_is_that_of_the_pairs() {
        let pair = |estimate: f64, truth: f64| Said { truth, ..said(estimate, 1.0, 0.0) };
        let found = performance(&[pair(1.1, 1.0), pair(2.1, 2.0), pair(3.1, 3.0)]);
        assert!((found.bias.value - 0.1).abs() < 1e-12 && found.bias.mcse < 1e-12);
        assert!((found.truth.value - 2.0).abs() < 1e-12 && (found.truth.mcse - (1.0f64 / 3.0).sqrt()).abs() < 1e-12);
        // A truth that may be 0 has no relative bias.
        assert!(performance(&[pair(0.1, 1.0), pair(0.1, -1.0), pair(0.1, 0.1)]).relative_bias.value.is_nan());
    }
}
