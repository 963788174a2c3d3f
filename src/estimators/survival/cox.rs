//! Proportional hazards (Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x), ties after Efron (1977,
//! doi:10.1080/01621459.1977.10480613) or Breslow (1974, doi:10.2307/2529620), strata, and errors that allow for clusters
//! (Lin & Wei 1989, doi:10.1080/01621459.1989.10478874).

use super::{by_time, check as check_times};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::groups::Groups;
use crate::estimators::qr::{Qr, check, dot};
use crate::estimators::status::{Failure, at_least, same_length};
use nalgebra::{Cholesky, DMatrix, DVector};

/// Steps after which the search gives up, and those after which coefficients that still grow are looked at.
const STEPS: usize = 50;
const SETTLED: usize = 8;
/// The search ends when no linear predictor moves by more than this.
const STILL: f64 = 1e-10;

/// What to do when several have the event at the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// Close to the exact answer (the default of R).
    #[default]
    Efron,
    /// Simpler, towards 0 when ties are many.
    Breslow,
}

/// Choices beside the data.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Ties.
    pub ties: Ties,
    /// A baseline hazard of its own for each label.
    pub strata: Option<&'a [usize]>,
    /// Errors that allow for dependence within each label.
    pub cluster: Option<&'a [usize]>,
}

/// A fitted proportional hazards model.
#[derive(Clone, Debug)]
pub struct Cox {
    /// Log hazard ratios, one per column; NaN where a column was dropped (a constant one is). Errors are robust if clusters
    /// were given.
    pub coefficients: Vec<Coefficient>,
    /// Errors without clusters.
    pub model_se: Vec<f64>,
    /// Log partial likelihood without predictors.
    pub log_likelihood_null: f64,
    /// Log partial likelihood.
    pub log_likelihood: f64,
    /// Score test of all predictors (chi-square).
    pub score: f64,
    /// Number of events.
    pub events: usize,
}

/// Fits log hazard ratios of the columns (no intercept) from each person's last time and whether it was the event.
///
/// # Errors
/// No rows, missing values, lengths that differ, no events, only constant columns, a predictor that orders the events
/// without error.
pub fn fit<C: AsRef<[f64]>>(times: &[f64], events: &[bool], columns: &[C], options: Options) -> Result<Cox, Failure> {
    check_times(times, events.len())?;
    check(times, columns)?;
    let had = events.iter().filter(|e| **e).count();
    at_least("events", had, 1)?;
    let no_strata = vec![0; times.len()];
    let strata = options.strata.unwrap_or(&no_strata);
    same_length("the strata", strata.len(), times.len())?;
    let qr = Qr::new(&columns.iter().map(|c| centred(c.as_ref())).collect::<Vec<_>>());
    at_least("predictors that vary", qr.rank(), 1)?;
    let data = Data::new(times, events, strata, &qr, options.ties);
    let (null, found, basis) = data.search(events)?;
    let covariance = Cholesky::new(found.information.clone()).ok_or(Failure::Collinear("predictors"))?.inverse();
    let model_se = qr.standard_errors(&covariance);
    let errors = match options.cluster {
        None => model_se.clone(),
        Some(cluster) => {
            same_length("the cluster variable", cluster.len(), times.len())?;
            let groups = Groups::new(cluster);
            at_least("clusters", groups.count(), 2)?;
            qr.standard_errors(&(&covariance * data.meat(&found, events, &groups) * &covariance))
        }
    };
    let estimates = qr.solve(basis.as_slice());
    let coefficients: Vec<Coefficient> = estimates.into_iter().zip(errors).map(|(b, se)| Coefficient::normal(b, se)).collect();
    let score = Cholesky::new(null.information).map_or(f64::NAN, |v| null.score.dot(&v.solve(&null.score)));
    Ok(Cox {
        coefficients: qr.spread(&coefficients, Coefficient::DROPPED),
        model_se: qr.spread(&model_se, f64::NAN),
        log_likelihood_null: null.log_likelihood,
        log_likelihood: found.log_likelihood,
        score,
        events: had,
    })
}

fn centred(column: &[f64]) -> Vec<f64> {
    let mean = column.iter().sum::<f64>() / column.len() as f64;
    let found: Vec<f64> = column.iter().map(|x| x - mean).collect();
    let size = column.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    // What rounding leaves of a constant is no variation.
    if found.iter().all(|x| x.abs() <= 1e-13 * size) { vec![0.0; column.len()] } else { found }
}

/// People with the same time in the same stratum.
struct Block {
    rows: Vec<usize>,
    /// Those of them with the event.
    died: Vec<usize>,
}

/// Predictors (in the orthonormal basis, by row) and blocks of each stratum, earliest first.
struct Data<'a> {
    qr: &'a Qr,
    x: Vec<f64>,
    p: usize,
    strata: Vec<Vec<Block>>,
    ties: Ties,
}

/// Sums over the event times of one block: Σ 1/denominator and Σ mean/denominator, for those who stay and for those who die.
struct Increment {
    staying: (f64, DVector<f64>),
    dying: (f64, DVector<f64>),
    mean: DVector<f64>,
}

/// Likelihood and derivatives at one point.
struct At {
    log_likelihood: f64,
    score: DVector<f64>,
    information: DMatrix<f64>,
    risk: Vec<f64>,
    /// Per stratum and block; none where nobody had the event.
    increments: Vec<Vec<Option<Increment>>>,
}

/// Sums over people at risk of risk, risk × x and risk × x x'.
#[derive(Clone)]
struct Sums {
    risk: f64,
    x: DVector<f64>,
    xx: DMatrix<f64>,
}

impl Sums {
    fn zero(p: usize) -> Self {
        Self { risk: 0.0, x: DVector::zeros(p), xx: DMatrix::zeros(p, p) }
    }

    fn add(&mut self, risk: f64, x: &[f64]) {
        self.risk += risk;
        for (a, xa) in x.iter().enumerate() {
            let weighted = risk * xa;
            self.x[a] += weighted;
            for (b, xb) in x[..=a].iter().enumerate() {
                self.xx[(a, b)] += weighted * xb;
            }
        }
    }
}

impl<'a> Data<'a> {
    fn new(times: &[f64], events: &[bool], strata: &[usize], qr: &'a Qr, ties: Ties) -> Self {
        let p = qr.rank();
        let x = (0..times.len()).flat_map(|row| qr.q.iter().map(move |q| q[row])).collect();
        let strata = Groups::new(strata)
            .rows()
            .iter()
            .map(|rows| {
                let own: Vec<f64> = rows.iter().map(|&row| times[row]).collect();
                let blocks = by_time(&own).into_iter().map(|(_, places)| {
                    let rows: Vec<usize> = places.into_iter().map(|place| rows[place]).collect();
                    let died = rows.iter().copied().filter(|&row| events[row]).collect();
                    Block { rows, died }
                });
                blocks.collect()
            })
            .collect();
        Self { qr, x, p, strata, ties }
    }

    fn x(&self, row: usize) -> &[f64] {
        &self.x[row * self.p..(row + 1) * self.p]
    }

    /// Likelihood and derivatives for these linear predictors.
    fn at(&self, eta: &[f64]) -> At {
        let highest = eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let risk: Vec<f64> = eta.iter().map(|eta| libm::exp(eta - highest)).collect();
        let (score, information) = (DVector::zeros(self.p), DMatrix::zeros(self.p, self.p));
        let mut at = At { log_likelihood: 0.0, score, information, risk, increments: Vec::new() };
        for blocks in &self.strata {
            let mut sums = Sums::zero(self.p);
            let mut increments: Vec<Option<Increment>> = Vec::with_capacity(blocks.len());
            for block in blocks.iter().rev() {
                block.rows.iter().for_each(|&row| sums.add(at.risk[row], self.x(row)));
                if block.died.is_empty() {
                    increments.push(None);
                    continue;
                }
                let mut dead = Sums::zero(self.p);
                for &row in &block.died {
                    dead.add(at.risk[row], self.x(row));
                    at.log_likelihood += eta[row] - highest;
                    self.x(row).iter().enumerate().for_each(|(a, x)| at.score[a] += x);
                }
                increments.push(Some(self.events(&sums, &dead, block.died.len(), &mut at)));
            }
            increments.reverse();
            at.increments.push(increments);
        }
        at.information.fill_upper_triangle_with_lower_triangle();
        at
    }

    /// The deaths of one block, one after the other as the ties ask.
    fn events(&self, sums: &Sums, dead: &Sums, deaths: usize, at: &mut At) -> Increment {
        let zero = || (0.0, DVector::zeros(self.p));
        let mut found = Increment { staying: zero(), dying: zero(), mean: DVector::zeros(self.p) };
        for k in 0..deaths {
            let gone = if self.ties == Ties::Efron { k as f64 / deaths as f64 } else { 0.0 };
            let denominator = sums.risk - gone * dead.risk;
            let mean = (&sums.x - &dead.x * gone) / denominator;
            at.log_likelihood -= libm::log(denominator);
            at.score -= &mean;
            for a in 0..self.p {
                for b in 0..=a {
                    at.information[(a, b)] += (sums.xx[(a, b)] - gone * dead.xx[(a, b)]) / denominator - mean[a] * mean[b];
                }
            }
            for (target, share) in [(&mut found.staying, 1.0), (&mut found.dying, 1.0 - gone)] {
                target.0 += share / denominator;
                target.1 += &mean * (share / denominator);
            }
            found.mean += mean / deaths as f64;
        }
        found
    }

    /// Newton's method from 0: the state there, at the end, and the coefficients of the basis.
    fn search(&self, events: &[bool]) -> Result<(At, At, DVector<f64>), Failure> {
        let mut eta = vec![0.0; events.len()];
        let null = self.at(&eta);
        let mut now = self.at(&eta);
        let mut basis = DVector::zeros(self.p);
        let mut moved = vec![0.0; events.len()];
        for taken in 0..STEPS {
            if taken >= SETTLED && self.orders(&moved) {
                break;
            }
            let information = match Cholesky::new(now.information.clone()) {
                Some(information) => information,
                None if taken == 0 => return Err(Failure::Collinear("predictors, among those at risk,")),
                None => break,
            };
            let mut step = information.solve(&now.score);
            for _ in 0..30 {
                moved = self.qr.times(step.as_slice());
                let tried: Vec<f64> = eta.iter().zip(&moved).map(|(eta, m)| eta + m).collect();
                let next = self.at(&tried);
                if next.log_likelihood >= now.log_likelihood - 1e-9 * now.log_likelihood.abs() {
                    (eta, now) = (tried, next);
                    break;
                }
                step *= 0.5;
            }
            basis += step;
            if moved.iter().all(|m| m.abs() <= STILL) {
                return Ok((null, now, basis));
            }
        }
        Err(if self.orders(&moved) { Failure::Separation } else { Failure::NoConvergence(STEPS) })
    }

    /// Whether a direction puts everyone with the event above all others still at risk: the likelihood then has no peak.
    fn orders(&self, moved: &[f64]) -> bool {
        let reach = moved.iter().fold(0.0f64, |most, m| most.max(m.abs()));
        let above = self.strata.iter().all(|blocks| {
            let mut highest = f64::NEG_INFINITY;
            blocks.iter().rev().all(|block| {
                highest = block.rows.iter().fold(highest, |most, &row| most.max(moved[row]));
                block.died.iter().all(|&row| moved[row] >= highest - 1e-6 * reach)
            })
        });
        reach > 0.1 && above
    }

    /// Sum over clusters of the outer product of their score residuals.
    fn meat(&self, at: &At, events: &[bool], clusters: &Groups) -> DMatrix<f64> {
        let mut residuals = vec![DVector::zeros(self.p); events.len()];
        for (blocks, increments) in self.strata.iter().zip(&at.increments) {
            let (mut rate, mut means) = (0.0, DVector::<f64>::zeros(self.p));
            for (block, increment) in blocks.iter().zip(increments) {
                let before = (rate, means.clone());
                if let Some(increment) = increment {
                    rate += increment.staying.0;
                    means += &increment.staying.1;
                }
                for &row in &block.rows {
                    let x = DVector::from_column_slice(self.x(row));
                    residuals[row] = match increment {
                        Some(own) if events[row] => {
                            let (rate, means) = (before.0 + own.dying.0, &before.1 + &own.dying.1);
                            &x - &own.mean - (x * rate - means) * at.risk[row]
                        }
                        _ => (&means - x * rate) * at.risk[row],
                    };
                }
            }
        }
        let mut meat = DMatrix::zeros(self.p, self.p);
        for rows in clusters.rows() {
            let sum = rows.iter().fold(DVector::zeros(self.p), |sum, &row| sum + &residuals[row]);
            meat += &sum * sum.transpose();
        }
        meat
    }
}

impl Cox {
    /// Likelihood ratio test of all predictors (chi-square).
    pub fn likelihood_ratio(&self) -> f64 {
        2.0 * (self.log_likelihood - self.log_likelihood_null)
    }

    /// Relative hazards of people with these predictors, against all of them 0.
    pub fn hazard_ratio(&self, x: &[f64]) -> f64 {
        let estimates: Vec<f64> = self.coefficients.iter().map(|c| if c.estimate.is_nan() { 0.0 } else { c.estimate }).collect();
        libm::exp(dot(&estimates, x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_by_hand() {
        // Deaths in the order 1, 0, 1, 0 of x: likelihood r/(2r + 2) · 1/(r + 2) · r/(r + 1) · 1; its log's slope is 0 where
        // 2 = r (2/(2r + 2) + 1/(r + 2) + 1/(r + 1)), at r = √(…) found by bisection below.
        let x = [1.0, 0.0, 1.0, 0.0];
        let found = fit(&[1.0, 2.0, 3.0, 4.0], &[true; 4], &[x], Options::default()).expect("a fit");
        let slope = |r: f64| 2.0 - r * (2.0 / (2.0 * r + 2.0) + 1.0 / (r + 2.0) + 1.0 / (r + 1.0));
        let (mut low, mut high) = (0.01, 100.0);
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if slope(middle) > 0.0 { low = middle } else { high = middle }
        }
        assert!((found.coefficients[0].estimate - low.ln()).abs() < 1e-10, "{found:?} {}", low.ln());
        assert!((found.hazard_ratio(&[1.0]) - low).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_fitted_has_a_reason() {
        let (times, x) = ([1.0, 2.0, 3.0, 4.0], [[4.0, 3.0, 2.0, 1.0]]);
        assert_eq!(fit(&times, &[true; 4], &x, Options::default()).unwrap_err(), Failure::Separation);
        assert_eq!(fit(&times, &[false; 4], &x, Options::default()).unwrap_err().to_string(), "too few events: 0, at least 1 are needed");
        assert!(fit(&times, &[true; 4], &[[0.1; 4]], Options::default()).unwrap_err().to_string().contains("predictors that vary"));
        assert!(fit(&times, &[true; 3], &x, Options::default()).is_err());
        let one = Options { cluster: Some(&[7; 4]), ..Options::default() };
        assert!(fit(&times, &[true; 4], &[[1.0, 0.0, 1.0, 0.0]], one).unwrap_err().to_string().contains("clusters"));
    }
}
