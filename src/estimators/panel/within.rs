//! Regressions that take each person's constant out: deviations from the person's mean (fixed effects) and differences
//! between sessions, both biased when the outcome's own past is a predictor ([`super::nickell_bias`]).

use super::{Equation, Panel, columns};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::groups::Groups;
use crate::estimators::linear::{Correction, Linear, fit};
use crate::estimators::status::{Failure, at_least, same_length};

/// Coefficients with two kinds of errors.
#[derive(Clone, Debug)]
pub struct PanelFit {
    /// With errors for independent sessions of equal variance.
    pub coefficients: Vec<Coefficient>,
    /// With errors that allow for any dependence within persons (Arellano 1987, doi:10.1111/j.1468-0084.1987.mp49004006.x):
    /// CR0.
    pub robust: Vec<Coefficient>,
    /// Equations.
    pub rows: usize,
    /// Persons.
    pub persons: usize,
}

/// Regresses deviations of `y` from its mean in each group on those of the columns: what a dummy for each group would give.
///
/// # Errors
/// No rows, missing values, lengths that differ, one group, no more rows than groups and coefficients.
pub fn fixed_effects<C: AsRef<[f64]>>(y: &[f64], x: &[C], group: &[usize]) -> Result<PanelFit, Failure> {
    same_length("the grouping variable", group.len(), y.len())?;
    for x in x {
        same_length("a predictor", x.as_ref().len(), y.len())?;
    }
    let groups = Groups::new(group);
    at_least("groups", groups.count(), 2)?;
    let columns: Vec<Vec<f64>> = x.iter().map(|x| deviations(x.as_ref(), &groups)).collect();
    let found = fit(&deviations(y, &groups), &columns)?;
    let df = found.df - groups.count() as f64;
    if df < 1.0 {
        return Err(Failure::TooFew { what: "rows for this number of groups", found: y.len(), needed: groups.count() + 2 });
    }
    let wider = (found.df / df).sqrt();
    let coefficients = found.coefficients.iter().map(|c| Coefficient { se: c.se * wider, df, ..*c }).collect();
    with_robust(&found, coefficients, group, groups.count())
}

/// The dynamic model by deviations from each person's mean.
///
/// # Errors
/// As for [`fixed_effects`].
pub fn within(panel: &Panel) -> Result<PanelFit, Failure> {
    let (y, x, person) = columns(&panel.equations(Panel::level)?);
    fixed_effects(&y, &x, &person)
}

/// The dynamic model by least squares on differences between sessions.
///
/// # Errors
/// No two sessions in a row, or one person.
pub fn first_differences(panel: &Panel) -> Result<PanelFit, Failure> {
    least_squares(&panel.equations(Panel::difference)?, false)
}

/// The dynamic model as if persons did not differ; the first coefficient is the intercept.
///
/// # Errors
/// No two sessions in a row, or one person.
pub fn pooled(panel: &Panel) -> Result<PanelFit, Failure> {
    least_squares(&panel.equations(Panel::level)?, true)
}

fn least_squares(equations: &[Equation], intercept: bool) -> Result<PanelFit, Failure> {
    let (y, mut x, person) = columns(equations);
    if intercept {
        x.insert(0, vec![1.0; y.len()]);
    }
    let found = fit(&y, &x)?;
    with_robust(&found, found.coefficients.clone(), &person, Groups::new(&person).count())
}

fn with_robust(found: &Linear, coefficients: Vec<Coefficient>, person: &[usize], persons: usize) -> Result<PanelFit, Failure> {
    Ok(PanelFit { coefficients, robust: found.robust(person, Correction::CR0)?, rows: person.len(), persons })
}

fn deviations(values: &[f64], groups: &Groups) -> Vec<f64> {
    let mut found = values.to_vec();
    for rows in groups.rows() {
        let mean = rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64;
        // What rounding leaves of a value that is constant in its group is no variation.
        let size = rows.iter().fold(0.0f64, |most, &row| most.max(values[row].abs()));
        for &row in rows {
            let left = values[row] - mean;
            found[row] = if left.abs() <= 1e-13 * size { 0.0 } else { left };
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_constant_in_a_group_is_dropped() {
        let (y, x) = ([1.0, 2.0, 5.0, 7.0, 4.0, 8.0], [0.0, 1.0, 1.0, 3.0, 0.0, 2.0]);
        let (constant, group) = ([0.1, 0.1, 0.7, 0.7, 0.3, 0.3], [1, 1, 2, 2, 3, 3]);
        let found = fixed_effects(&y, &[x, constant], &group).expect("a fit");
        // Deviations of y ∓.5, ∓1, ∓2 and of x ∓.5, ∓1, ∓1: slope 2 (.25 + 1 + 2) / (2 (.25 + 1 + 1)).
        assert!((found.coefficients[0].estimate - 3.25 / 2.25).abs() < 1e-12);
        assert!(found.coefficients[1].estimate.is_nan());
        assert!((found.coefficients[0].df - 2.0).abs() < 1e-12);
        assert!(fixed_effects(&y, &[x], &[1; 6]).is_err());
        assert!(fixed_effects(&y[..3], &[&x[..3]], &[1, 2, 3]).is_err());
    }
}
