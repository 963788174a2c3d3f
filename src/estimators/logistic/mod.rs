//! Regression of a yes-or-no outcome: logit and complementary log-log links.
//!
//! Maximum likelihood by Fisher scoring, which for the logit is Newton's method (McCullagh & Nelder 1989, "Generalized
//! Linear Models", 2nd ed., doi:10.1007/978-1-4899-3242-6). The search runs in an orthogonal basis of the predictors, so
//! that scales and collinearity cost no digits. Perfect separation is proved, not guessed: the last step must be a
//! direction in which every row is predicted better and none worse (Albert & Anderson 1984, doi:10.1093/biomet/71.1.1).

mod climb;
pub mod mixed;
mod quadrature;

use super::coefficient::Coefficient;
use super::qr::{Qr, check, dot};
use super::status::{Failure, at_least};
use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// Steps after which the search gives up.
const STEPS: usize = 50;
/// Steps after which what still grows is looked at for separation.
const SETTLED: usize = 8;
/// The search ends when no linear predictor moves by more than this.
const STILL: f64 = 1e-10;

/// Link between probability and linear predictor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Log odds.
    Logit,
    /// log(−log(1 − p)): proportional hazards in discrete time.
    Cloglog,
}

/// What a row says about its linear predictor.
#[derive(Clone, Copy)]
struct Row {
    log_likelihood: f64,
    /// First derivative.
    score: f64,
    /// Expected information.
    weight: f64,
}

impl Link {
    fn row(self, yes: bool, eta: f64) -> Row {
        match self {
            Self::Logit => {
                let e = libm::exp(-eta.abs());
                let (near, far) = (1.0 / (1.0 + e), e / (1.0 + e));
                let p = if eta >= 0.0 { near } else { far };
                let missed = if yes { if eta >= 0.0 { far } else { near } } else { -p };
                let wrong_way = if yes { (-eta).max(0.0) } else { eta.max(0.0) };
                Row { log_likelihood: -wrong_way - libm::log1p(e), score: missed, weight: near * far }
            }
            Self::Cloglog => {
                let hazard = libm::exp(eta.clamp(-700.0, 500.0));
                let p = -libm::expm1(-hazard);
                let rest = libm::exp(-hazard);
                let log_likelihood = if yes { libm::log(p) } else { -hazard };
                let score = if yes { hazard * rest / p } else { -hazard };
                Row { log_likelihood, score, weight: hazard * (hazard / p) * rest }
            }
        }
    }
}

/// A fitted regression of a yes-or-no outcome.
#[derive(Clone, Debug)]
pub struct Logistic {
    /// One per column (logits, or log hazards with the cloglog link), NaN where a column was dropped.
    pub coefficients: Vec<Coefficient>,
    /// Log likelihood.
    pub log_likelihood: f64,
    /// Linear predictor of every row.
    pub linear_predictor: Vec<f64>,
}

/// Regresses `y` (0 or 1) on the columns; an intercept is a column of ones.
///
/// # Errors
/// No rows, missing values, lengths that differ, an outcome that is not 0 or 1 or does not vary, perfect separation.
pub fn fit<C: AsRef<[f64]>>(y: &[f64], columns: &[C], link: Link) -> Result<Logistic, Failure> {
    let (yes, qr) = prepare(y, columns)?;
    let found = search(&yes, &qr, link)?;
    let errors = qr.standard_errors(&found.information.inverse());
    let coefficients: Vec<Coefficient> =
        qr.solve(found.basis.as_slice()).into_iter().zip(errors).map(|(b, se)| Coefficient::normal(b, se)).collect();
    let coefficients = qr.spread(&coefficients, Coefficient::DROPPED);
    Ok(Logistic { coefficients, log_likelihood: found.log_likelihood, linear_predictor: found.eta })
}

/// Checks the data; the outcome as truth values and the basis of the predictors.
fn prepare<C: AsRef<[f64]>>(y: &[f64], columns: &[C]) -> Result<(Vec<bool>, Qr), Failure> {
    check(y, columns)?;
    if y.iter().any(|y| *y != 0.0 && *y != 1.0) {
        return Err(Failure::Range { what: "the outcome", rule: "0 or 1" });
    }
    let yes: Vec<bool> = y.iter().map(|y| *y == 1.0).collect();
    if yes.iter().all(|y| *y == yes[0]) {
        return Err(Failure::Constant("the outcome"));
    }
    let qr = Qr::new(columns);
    at_least("predictors that vary", qr.rank(), 1)?;
    at_least("rows", y.len(), qr.rank() + 1)?;
    Ok((yes, qr))
}

/// Where the search ended, in the basis.
struct Found {
    basis: DVector<f64>,
    eta: Vec<f64>,
    log_likelihood: f64,
    information: Cholesky<f64, Dyn>,
}

fn search(yes: &[bool], qr: &Qr, link: Link) -> Result<Found, Failure> {
    let p = qr.rank();
    let (mut basis, mut eta) = start(yes, qr, link);
    let rows_at = |eta: &[f64]| yes.iter().zip(eta).map(|(y, eta)| link.row(*y, *eta)).collect::<Vec<Row>>();
    let total = |rows: &[Row]| rows.iter().map(|row| row.log_likelihood).sum::<f64>();
    let mut rows = rows_at(&eta);
    let mut moved: Vec<f64> = Vec::new();
    for taken in 0..STEPS {
        if taken >= SETTLED && separates(yes, &moved) {
            break;
        }
        let Some(information) = Cholesky::new(information(&rows, qr)) else { break };
        let score: Vec<f64> = rows.iter().map(|row| row.score).collect();
        let mut step = information.solve(&DVector::from_fn(p, |a, _| dot(&qr.q[a], &score)));
        moved = qr.times(step.as_slice());
        let now = total(&rows);
        let mut tried = stepped(&eta, &moved);
        let mut next = rows_at(&tried);
        for _ in 0..30 {
            if total(&next) >= now - 1e-9 * now.abs() {
                break;
            }
            step *= 0.5;
            moved.iter_mut().for_each(|m| *m *= 0.5);
            tried = stepped(&eta, &moved);
            next = rows_at(&tried);
        }
        basis += step;
        (eta, rows) = (tried, next);
        if moved.iter().all(|m| m.abs() <= STILL) {
            let log_likelihood = total(&rows);
            return Ok(Found { basis, eta, log_likelihood, information });
        }
    }
    Err(if separates(yes, &moved) { Failure::Separation } else { Failure::NoConvergence(STEPS) })
}

/// The first guess of R's `glm`: probabilities halfway between the outcome and one half, projected on the basis.
fn start(yes: &[bool], qr: &Qr, link: Link) -> (DVector<f64>, Vec<f64>) {
    let guess: Vec<f64> = yes
        .iter()
        .map(|y| {
            let p = if *y { 0.75 } else { 0.25 };
            match link {
                Link::Logit => libm::log(p / (1.0 - p)),
                Link::Cloglog => libm::log(-libm::log(1.0 - p)),
            }
        })
        .collect();
    let (parts, _) = qr.project(&guess);
    let eta = qr.times(&parts);
    (DVector::from_vec(parts), eta)
}

/// `Q' W Q`.
fn information(rows: &[Row], qr: &Qr) -> DMatrix<f64> {
    let p = qr.rank();
    let mut found = DMatrix::zeros(p, p);
    for a in 0..p {
        let weighted: Vec<f64> = qr.q[a].iter().zip(rows).map(|(q, row)| q * row.weight).collect();
        for b in a..p {
            found[(a, b)] = dot(&weighted, &qr.q[b]);
            found[(b, a)] = found[(a, b)];
        }
    }
    found
}

fn stepped(eta: &[f64], moved: &[f64]) -> Vec<f64> {
    eta.iter().zip(moved).map(|(eta, m)| eta + m).collect()
}

/// Whether a step predicts every row at least as well, some better, and none worse.
fn separates(yes: &[bool], moved: &[f64]) -> bool {
    let reach = moved.iter().fold(0.0f64, |most, m| most.max(m.abs()));
    let worst = yes.iter().zip(moved).map(|(y, m)| if *y { *m } else { -m }).fold(f64::INFINITY, f64::min);
    reach > 0.1 && worst >= -1e-6 * reach
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 6] = [-3.0, -2.0, -1.0, 1.0, 2.0, 3.0];
    const ONES: [f64; 6] = [1.0; 6];

    #[test]
    fn two_groups_give_the_log_odds() {
        // 1 of 4 against 3 of 5: log odds −log 3 and log 1.5.
        let y = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0];
        let arm = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        let found = fit(&y, &[&[1.0; 9], &arm], Link::Logit).expect("a fit");
        assert!((found.coefficients[0].estimate + 3.0f64.ln()).abs() < 1e-12);
        assert!((found.coefficients[1].estimate - 4.5f64.ln()).abs() < 1e-12);
        let variance = 1.0 + 1.0 / 3.0 + 1.0 / 3.0 + 0.5;
        assert!((found.coefficients[1].se - f64::sqrt(variance)).abs() < 1e-10);
        let hazards = fit(&y, &[&[1.0; 9], &arm], Link::Cloglog).expect("a fit");
        assert!((hazards.coefficients[0].estimate - (-(0.75f64.ln())).ln()).abs() < 1e-9);
    }

    #[test]
    fn separation_is_named() {
        let complete = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
        let quasi = [0.0, 0.0, 1.0, 0.0, 1.0, 1.0];
        let tie = [-2.0, -2.0, 0.0, 0.0, 2.0, 2.0];
        for link in [Link::Logit, Link::Cloglog] {
            assert_eq!(fit(&complete, &[ONES, X], link).unwrap_err(), Failure::Separation, "complete {link:?}");
            assert_eq!(fit(&quasi, &[ONES, tie], link).unwrap_err(), Failure::Separation, "quasi {link:?}");
            assert!(fit(&quasi, &[ONES, X], link).is_ok(), "overlap {link:?}");
        }
    }

    #[test]
    fn what_cannot_be_fitted_has_a_reason() {
        let none: [&[f64]; 1] = [&[]];
        assert_eq!(fit(&[], &none, Link::Logit).unwrap_err(), Failure::NoRows);
        assert_eq!(fit(&[1.0; 6], &[ONES], Link::Logit).unwrap_err(), Failure::Constant("the outcome"));
        assert_eq!(fit(&X, &[ONES], Link::Logit).unwrap_err().to_string(), "the outcome must be 0 or 1");
        let y = [0.0, 1.0, 0.0, 1.0, 1.0, 0.0];
        assert!(fit(&y, &[[0.0; 6]], Link::Logit).is_err());
        let found = fit(&y, &[ONES, [2.0; 6]], Link::Logit).expect("a fit");
        assert!(found.coefficients[0].estimate.abs() < 1e-12 && found.coefficients[1].estimate.is_nan());
    }
}
