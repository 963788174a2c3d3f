//! Fits of several imputed data sets taken together (Rubin 1987, doi:10.1002/9780470316696).

use super::{Fit, Value};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::status::Status;

/// Share of the variance that missing values count for at least (as in the R package mice: below it degrees of freedom
/// would be meaningless).
const LEAST: f64 = 1e-4;

/// Mean of each term; its variance is the mean variance and that between fits. At the boundary if one of the fits is.
pub(super) fn pool(fits: &[Fit]) -> Fit {
    let terms = fits.first().map_or(0, |fit| fit.values.len());
    let values = (0..terms).map(|term| pooled(&fits.iter().map(|fit| fit.values[term]).collect::<Vec<Value>>())).collect();
    let at_edge = fits.iter().any(|fit| fit.status == Status::Boundary);
    Fit { values, status: if at_edge { Status::Boundary } else { Status::Converged } }
}

fn pooled(values: &[Value]) -> Value {
    let m = values.len() as f64;
    let mean = |of: fn(&Value) -> f64| values.iter().map(of).sum::<f64>() / m;
    let estimate = mean(|value| value.estimate);
    let inside = mean(|value| value.se * value.se);
    if !inside.is_finite() || values.len() < 2 {
        return if values.len() == 1 { values[0] } else { Value::alone(estimate) };
    }
    let between = values.iter().map(|value| (value.estimate - estimate) * (value.estimate - estimate)).sum::<f64>() / (m - 1.0);
    let total = inside + (1.0 + 1.0 / m) * between;
    let df = degrees_of_freedom(m, (1.0 + 1.0 / m) * between / total, mean(|value| value.df));
    Coefficient { estimate, se: total.sqrt(), df }.into()
}

/// Barnard and Rubin (1999, doi:10.1093/biomet/86.4.948): `share` of the variance is between fits, `complete` are the degrees
/// of freedom that complete data would have.
fn degrees_of_freedom(m: f64, share: f64, complete: f64) -> f64 {
    let share = share.max(LEAST);
    let old = (m - 1.0) / (share * share);
    if complete.is_infinite() {
        return old;
    }
    let observed = (complete + 1.0) / (complete + 3.0) * complete * (1.0 - share);
    old * observed / (old + observed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(estimate: f64, se: f64) -> Fit {
        Fit::done(vec![Coefficient { estimate, se, df: 97.0 }.into(), Value::alone(estimate)])
    }

    #[test]
    fn rubins_rules_by_hand() {
        // Estimates 1, 2, 3: mean 2, between 1; variances 1, 4, 4: inside 3; total 3 + 4/3, share (4/3) / (13/3) = 4/13.
        let found = pool(&[fit(1.0, 1.0), fit(2.0, 2.0), fit(3.0, 2.0)]);
        let value = found.values[0];
        assert!((value.estimate - 2.0).abs() < 1e-15 && (value.se - (13.0f64 / 3.0).sqrt()).abs() < 1e-14);
        let (old, observed) = (2.0 * 169.0 / 16.0, 98.0 / 100.0 * 97.0 * 9.0 / 13.0);
        assert!((value.df - old * observed / (old + observed)).abs() < 1e-10, "{}", value.df);
        assert!(found.values[1].estimate == 2.0 && found.values[1].se.is_nan());
        // Complete data of any size: Rubin's own degrees of freedom.
        assert!((degrees_of_freedom(3.0, 4.0 / 13.0, f64::INFINITY) - old).abs() < 1e-12);
    }

    #[test]
    fn fits_that_agree_keep_nearly_all_degrees_of_freedom() {
        let value = pool(&[fit(1.0, 1.0), fit(1.0, 1.0)]).values[0];
        assert!((value.se - 1.0).abs() < 1e-15 && (value.df - 98.0 / 100.0 * 97.0).abs() < 0.02, "{}", value.df);
    }
}
