//! Differences between sessions with the earlier outcome as instrument (Anderson & Hsiao 1981,
//! doi:10.1080/01621459.1981.10477691; 1982, doi:10.1016/0304-4076(82)90095-1).

use super::within::PanelFit;
use super::{Equation, Panel, columns};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::groups::Groups;
use crate::estimators::qr::dot;
use crate::estimators::status::{Failure, at_least};
use nalgebra::{DMatrix, DVector};

/// What stands for the difference y(t − 1) − y(t − 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instrument {
    /// y(t − 2): the more precise one (Arellano 1989, doi:10.1016/0165-1765(89)90025-6).
    Level,
    /// y(t − 2) − y(t − 3).
    Difference,
}

/// The dynamic model by two-stage least squares; predictors are their own instruments.
///
/// # Errors
/// Too few sessions in a row, one person, an instrument without relation to what it stands for.
pub fn anderson_hsiao(panel: &Panel, instrument: Instrument) -> Result<PanelFit, Failure> {
    panel.needs_past()?;
    let value = |e: &Equation| {
        let y = |back: usize| panel.value(e.person, 0, e.session.checked_sub(back));
        match instrument {
            Instrument::Level => y(2),
            Instrument::Difference => y(2) - y(3),
        }
    };
    let equations = panel.equations(|panel, person, session| panel.difference(person, session).filter(|e| value(e).is_finite()))?;
    let (y, x, person) = columns(&equations);
    let mut z = x.clone();
    z[0] = equations.iter().map(value).collect();
    let k = x.len();
    let crossed = DMatrix::from_fn(k, k, |a, b| dot(&z[a], &x[b]));
    let outcome = DVector::from_fn(k, |a, _| dot(&z[a], &y));
    let inverse = crossed.try_inverse().ok_or(Failure::Collinear("instruments"))?;
    let estimates = &inverse * outcome;
    let residuals: Vec<f64> = (0..y.len()).map(|i| y[i] - (0..k).map(|c| estimates[c] * x[c][i]).sum::<f64>()).collect();
    let groups = Groups::new(&person);
    at_least("persons", groups.count(), 2)?;
    let df = (y.len() - k) as f64;
    let plain = DMatrix::from_fn(k, k, |a, b| dot(&z[a], &z[b])) * (dot(&residuals, &residuals) / df);
    let mut clustered = DMatrix::zeros(k, k);
    for rows in groups.rows() {
        let score = DVector::from_fn(k, |c, _| rows.iter().map(|&row| z[c][row] * residuals[row]).sum::<f64>());
        clustered += &score * score.transpose();
    }
    let with = |meat: DMatrix<f64>, df: f64| -> Vec<Coefficient> {
        let covariance = &inverse * meat * inverse.transpose();
        (0..k).map(|c| Coefficient { estimate: estimates[c], se: covariance[(c, c)].sqrt(), df }).collect()
    };
    Ok(PanelFit { coefficients: with(plain, df), robust: with(clustered, f64::INFINITY), rows: y.len(), persons: groups.count() })
}
