//! Effects of several studies taken together: one true effect or many (random effects), with or without moderators.
//!
//! Formulas as in metafor (Viechtbauer 2010, doi:10.18637/jss.v036.i03). Small-sample errors after Knapp & Hartung (2003,
//! doi:10.1002/sim.1482); I² and H² after Higgins & Thompson (2002, doi:10.1002/sim.1186).

mod heterogeneity;
mod weighted;

use super::coefficient::Coefficient;
use super::distributions::{chi_square_quantile, chi_square_upper, f_upper, t_quantile};
use super::qr::{Qr, check, dot};
use super::status::{Failure, Status, at_least, finite, same_length};
pub use heterogeneity::Method;
use heterogeneity::Studies;

/// Fisher's z of a correlation and its sampling variance 1 / (n − 3), which takes clients as independent; NaN with fewer
/// than four clients.
pub fn fisher_z(r: f64, n: usize) -> [f64; 2] {
    if n < 4 || r.is_nan() { [f64::NAN; 2] } else { [libm::atanh(r), 1.0 / (n as f64 - 3.0)] }
}

/// Mean correlation of studies that differ in truth, and how much they differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// Mean, as a correlation.
    pub r: f64,
    /// Standard deviation of the true Fisher's z between studies (τ).
    pub tau: f64,
}

/// Pools `[z, variance]` of studies; those that are not defined are left out. NaN with fewer than two.
pub fn pool(studies: &[[f64; 2]]) -> Pooled {
    let defined: Vec<[f64; 2]> = studies.iter().copied().filter(|[z, v]| z.is_finite() && *v > 0.0).collect();
    if defined.len() < 2 {
        return Pooled { r: f64::NAN, tau: f64::NAN };
    }
    let mean = |extra: f64| {
        let sums = defined.iter().fold([0.0; 2], |[top, w], [z, v]| [top + z / (v + extra), w + 1.0 / (v + extra)]);
        sums[0] / sums[1]
    };
    let fixed = mean(0.0);
    let q: f64 = defined.iter().map(|[z, v]| (z - fixed).powi(2) / v).sum();
    let (w, w2) = defined.iter().fold((0.0, 0.0), |(w, w2), [_, v]| (w + 1.0 / v, w2 + 1.0 / (v * v)));
    let tau2 = ((q - (defined.len() - 1) as f64) / (w - w2 / w)).max(0.0);
    Pooled { r: libm::tanh(mean(tau2)), tau: tau2.sqrt() }
}

/// A meta-analysis or meta-regression.
#[derive(Clone, Debug)]
pub struct Meta {
    /// The mean effect, or the intercept and one coefficient per moderator (NaN where it was dropped).
    pub coefficients: Vec<Coefficient>,
    /// Variance of true effects between studies (beyond the moderators).
    pub tau2: f64,
    /// Its standard error; NaN without random effects.
    pub tau2_se: f64,
    /// Interval of τ² by Q-profile, at 95 %.
    pub tau2_interval: [f64; 2],
    /// Cochran's Q, beyond the moderators.
    pub q: f64,
    /// Its degrees of freedom.
    pub q_df: f64,
    /// Share (0 to 1) of the spread of observed effects that is not sampling error.
    pub i2: f64,
    /// Spread of observed effects over what sampling error alone would give.
    pub h2: f64,
    /// Sampling variance of a typical study: I² = τ² / (τ² + this).
    pub typical_variance: f64,
    /// Boundary when τ² is 0.
    pub status: Status,
    /// Test of all moderators together: F (Knapp and Hartung) or chi-square over its degrees of freedom; NaN without.
    pub moderators: f64,
    /// Its degrees of freedom; the second is infinite for chi-square.
    pub moderators_df: [f64; 2],
}

impl Meta {
    /// p of Cochran's Q: one true effect.
    pub fn q_p(&self) -> f64 {
        chi_square_upper(self.q, self.q_df)
    }

    /// p of all moderators together.
    pub fn moderators_p(&self) -> f64 {
        f_upper(self.moderators, self.moderators_df[0], self.moderators_df[1])
    }

    /// Where the true effect of a new study lies (95 %): normal, or t with Knapp and Hartung's degrees of freedom (IntHout
    /// et al. 2016, doi:10.1136/bmjopen-2015-010247). Of the mean effect, hence only without moderators.
    pub fn prediction(&self) -> [f64; 2] {
        let mean = self.coefficients[0];
        let reach = t_quantile(0.975, mean.df) * (mean.se * mean.se + self.tau2).sqrt();
        [mean.estimate - reach, mean.estimate + reach]
    }

    /// I² at another τ², for its interval.
    pub fn i2_at(&self, tau2: f64) -> f64 {
        tau2 / (tau2 + self.typical_variance)
    }
}

/// Pools effects with their sampling variances; an intercept is always there, `moderators` come on top.
///
/// # Errors
/// Missing values, lengths that differ, variances not above 0, no more studies than coefficients.
pub fn fit<C: AsRef<[f64]>>(
    effects: &[f64],
    variances: &[f64],
    moderators: &[C],
    method: Method,
    knapp_hartung: bool,
) -> Result<Meta, Failure> {
    let ones = vec![1.0; effects.len()];
    let columns: Vec<&[f64]> = [ones.as_slice()].into_iter().chain(moderators.iter().map(AsRef::as_ref)).collect();
    check(effects, &columns)?;
    same_length("the sampling variance", variances.len(), effects.len())?;
    finite("the sampling variance", variances)?;
    if variances.iter().any(|v| *v <= 0.0) {
        return Err(Failure::Range { what: "sampling variances", rule: "above 0" });
    }
    let kept = Qr::new(&columns).kept;
    at_least("studies", effects.len(), kept.len() + 1)?;
    let studies = Studies { effects, variances, columns: kept.iter().map(|&c| columns[c]).collect() };
    let (tau2, tau2_se) = studies.tau2(method)?;
    let fitted = studies.at(tau2);
    let df = studies.df();
    let scale = if knapp_hartung { fitted.q() / df } else { 1.0 };
    let error_df = if knapp_hartung { df } else { f64::INFINITY };
    let errors = fitted.qr.inverse_rows().into_iter().map(|row| (scale * dot(&row, &row)).sqrt());
    let found = fitted.estimates.iter().zip(errors).map(|(estimate, se)| Coefficient { estimate: *estimate, se, df: error_df });
    let mut coefficients = vec![Coefficient::DROPPED; columns.len()];
    kept.iter().zip(found).for_each(|(place, coefficient)| coefficients[*place] = coefficient);
    let equal = studies.at(0.0);
    let (q, typical_variance) = (equal.q(), df / equal.trace(&ones));
    let (i2, h2) = match method {
        Method::FE => ((1.0 - df / q).max(0.0), q / df),
        _ => (tau2 / (tau2 + typical_variance), tau2 / typical_variance + 1.0),
    };
    let several = kept.len() as f64 - 1.0;
    Ok(Meta {
        coefficients,
        tau2,
        tau2_se,
        tau2_interval: studies.q_profile([0.975, 0.025].map(|p| chi_square_quantile(p, df))),
        q,
        q_df: df,
        i2,
        h2,
        typical_variance,
        status: if tau2 == 0.0 && method != Method::FE { Status::Boundary } else { Status::Converged },
        moderators: explained(&fitted) / (several * scale),
        moderators_df: [several, error_df],
    })
}

/// Do small studies find more? Egger's regression (Egger et al. 1997, doi:10.1136/bmj.315.7109.629): the slope of effects on
/// their standard errors, studies weighted by precision, with the errors of an ordinary weighted regression and t. NaN where
/// studies are equally precise.
///
/// # Errors
/// Those of [`fit`]; fewer than three studies.
pub fn egger(effects: &[f64], variances: &[f64]) -> Result<Coefficient, Failure> {
    let errors: Vec<f64> = variances.iter().map(|variance| variance.sqrt()).collect();
    at_least("studies", effects.len(), 3)?;
    fit(effects, variances, &[errors], Method::FE, true).map(|found| found.coefficients[1])
}

/// Weighted sum of squares that the moderators explain: squared parts along the basis beyond the intercept.
fn explained(fitted: &weighted::Weighted) -> f64 {
    let along = fitted.qr.r.iter().zip(&fitted.estimates).enumerate();
    let mut parts = vec![0.0; fitted.estimates.len()];
    for (column, (r, estimate)) in along {
        for (part, r) in parts[..=column].iter_mut().zip(r) {
            *part += r * estimate;
        }
    }
    parts[1..].iter().map(|p| p * p).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worked_example() {
        // z = 0, .5, 1 with variances .1, .1, .1: Q = 5, C = 30 − 10, τ² = 3/20; equal weights give z = .5.
        let found = pool(&[[0.0, 0.1], [0.5, 0.1], [1.0, 0.1], [f64::NAN, f64::NAN]]);
        assert!((found.tau - 0.15f64.sqrt()).abs() < 1e-12 && (found.r - 0.5f64.tanh()).abs() < 1e-12);
        // Unequal weights 10 and 40 and no more spread than chance: the fixed mean (10·0 + 40·.1)/50.
        let alike = pool(&[[0.0, 0.1], [0.1, 0.025]]);
        assert!(alike.tau == 0.0 && (alike.r - 0.08f64.tanh()).abs() < 1e-12);
        assert!(pool(&[[0.3, 0.1]]).r.is_nan());
    }

    #[test]
    fn pooling_is_the_moment_estimator_of_random_effects() {
        let studies = [[0.1, 0.1], [0.5, 0.04], [1.0, 0.2], [0.7, 0.02]];
        let (z, v): (Vec<f64>, Vec<f64>) = studies.iter().map(|[z, v]| (*z, *v)).unzip();
        let (pooled, found) = (pool(&studies), fit::<[f64; 4]>(&z, &v, &[], Method::DL, false).expect("a fit"));
        assert!((pooled.tau - found.tau2.sqrt()).abs() < 1e-12);
        assert!((pooled.r - libm::tanh(found.coefficients[0].estimate)).abs() < 1e-12);
    }

    #[test]
    fn effects_alike_are_at_the_boundary() {
        let (z, v) = ([0.3, 0.31, 0.29, 0.3], [0.1, 0.05, 0.2, 0.1]);
        for method in [Method::DL, Method::REML, Method::ML, Method::PM, Method::HE, Method::HS, Method::EB] {
            let found = fit::<[f64; 4]>(&z, &v, &[], method, false).expect("a fit");
            assert_eq!((found.tau2, found.status), (0.0, Status::Boundary), "{method:?}");
            assert_eq!(found.tau2_interval[0], 0.0);
        }
    }

    #[test]
    fn what_cannot_be_pooled_has_a_reason() {
        let none: [[f64; 2]; 0] = [];
        assert_eq!(fit(&[], &[], &none, Method::REML, true).unwrap_err(), Failure::NoRows);
        assert_eq!(fit(&[0.1], &[0.1], &none, Method::REML, true).unwrap_err().to_string(), "too few studies: 1, at least 2 are needed");
        assert!(fit(&[0.1, 0.2], &[0.1, 0.0], &none, Method::REML, true).is_err());
        assert!(fit(&[0.1, f64::NAN], &[0.1, 0.1], &none, Method::REML, true).is_err());
        assert!(fit(&[0.2, 0.2, 0.2], &[0.1, 0.1, 0.1], &[[0.0; 3]; 0], Method::SJ, false).is_err());
        let constant = fit(&[0.1, 0.4, 0.2], &[0.1, 0.1, 0.1], &[[2.0; 3]], Method::REML, true).expect("a fit");
        assert!(constant.coefficients[1].estimate.is_nan() && constant.coefficients[0].se > 0.0);
    }

    #[test]
    fn too_few_clients_have_no_z() {
        assert!(fisher_z(0.5, 3)[0].is_nan());
        assert_eq!(fisher_z(0.0, 4), [0.0, 1.0]);
    }
}
