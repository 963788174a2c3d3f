//! Is a variance 0? The likelihood-ratio test. Under that hypothesis the variance lies at the edge of what is possible, and
//! the ratio is a mixture of two chi-squares, half and half (Self and Liang 1987, doi:10.1080/01621459.1987.10478472; with
//! covariances Stram and Lee 1994, doi:10.2307/2533455).

use super::{Criterion, Design, Failure, RandomPart, fit};
use crate::estimators::distributions::chi_square_upper;

/// A smaller ratio is 0 but for rounding.
const NOTHING: f64 = 1e-8;

/// Outcome of the test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikelihoodRatio {
    /// How much the deviance rises without the variance.
    pub ratio: f64,
    /// Parameters that go with it: the variance, and its covariances with others.
    pub parameters: usize,
    /// By the mixture; 1 if the ratio is 0. Too large where other variances are 0 as well, or groups are few.
    pub p: f64,
}

/// Tests whether the variance of a column's random effects is 0. `deviance` is that of the whole model by the same criterion;
/// under REML too the two can be compared, since their fixed effects are the same.
///
/// # Errors
/// Those of the fit without the column, and [`Failure::NoSuchColumn`].
pub fn likelihood_ratio(
    design: &Design,
    criterion: Criterion,
    [part, column]: [usize; 2],
    deviance: f64,
) -> Result<LikelihoodRatio, Failure> {
    let whole = design.random.get(part).filter(|part| column < part.columns.len()).ok_or(Failure::NoSuchColumn { part, column })?;
    let parameters = if whole.correlated { whole.columns.len() } else { 1 };
    let mut random: Vec<RandomPart> = design.random.to_vec();
    random[part].columns.remove(column);
    random.retain(|part| !part.columns.is_empty());
    let without = fit(&Design { random: &random, ..*design }, criterion)?;
    let ratio = (without.deviance - deviance).max(0.0);
    let ratio = if ratio < NOTHING { 0.0 } else { ratio };
    Ok(LikelihoodRatio { ratio, parameters, p: 0.5 * (upper(ratio, parameters - 1) + upper(ratio, parameters)) })
}

/// Chance that a chi-square reaches a value; with 0 degrees of freedom it is always 0.
fn upper(value: f64, df: usize) -> f64 {
    match df {
        _ if value <= 0.0 => 1.0,
        0 => 0.0,
        df => chi_square_upper(value, df as f64),
    }
}
