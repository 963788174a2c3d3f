//! Dynamic models of panels by the generalised method of moments: differences (Arellano & Bond 1991, doi:10.2307/2297968)
//! and the system of differences and levels (Arellano & Bover 1995, doi:10.1016/0304-4076(94)01642-D; Blundell & Bond 1998,
//! doi:10.1016/S0304-4076(98)00009-8). Errors allow for any variances; those of the second step are corrected after
//! Windmeijer (2005, doi:10.1016/j.jeconom.2004.02.005).

pub use super::instruments::Use;

use super::Panel;
use super::instruments::{Conditions, Row};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::distributions::chi_square_upper;
use crate::estimators::qr::eigen;
use crate::estimators::status::{Failure, at_least, same_length};
use nalgebra::{Cholesky, DMatrix, DVector};

/// Which equations, instruments and weights.
#[derive(Clone, Debug)]
pub struct Options {
    /// How the outcome (first) and each predictor serve as instruments.
    pub instruments: Vec<Use>,
    /// Levels beside differences.
    pub system: bool,
    /// Weights from the residuals of a first step.
    pub two_steps: bool,
    /// One moment condition per lag instead of one per lag and session (Roodman 2009, doi:10.1111/j.1468-0084.2008.00542.x).
    pub collapse: bool,
}

/// A fitted dynamic model.
#[derive(Clone, Debug)]
pub struct Gmm {
    /// Of the lagged outcome, then of each predictor; robust (one step) or corrected (two steps) errors.
    pub coefficients: Vec<Coefficient>,
    /// Test of the moment conditions that are not needed (Hansen 1982, doi:10.2307/1912775), with weights from the first
    /// step's residuals; NaN if there are more conditions than persons.
    pub overidentification: f64,
    /// Its degrees of freedom.
    pub overidentification_df: f64,
    /// Correlation of differenced errors one session apart, as a standard normal variable: to be expected.
    pub serial_one: f64,
    /// The same two sessions apart: speaks against the model. NaN with too few sessions.
    pub serial_two: f64,
    /// Moment conditions.
    pub conditions: usize,
    /// Persons with at least one equation.
    pub persons: usize,
    /// Equations, levels included.
    pub rows: usize,
}

impl Gmm {
    /// p of the test of moment conditions.
    pub fn overidentification_p(&self) -> f64 {
        chi_square_upper(self.overidentification, self.overidentification_df)
    }
}

/// Fits the dynamic model.
///
/// # Errors
/// Too few sessions, persons or moment conditions; predictors or instruments that are linear combinations of each other.
pub fn fit(panel: &Panel, options: &Options) -> Result<Gmm, Failure> {
    panel.needs_past()?;
    same_length("the list of instruments", options.instruments.len(), panel.coefficients())?;
    let wrong = |using: &Use| matches!(using, Use::Lags { first, .. } if *first == 0);
    if options.instruments.iter().any(wrong) || !matches!(options.instruments[0], Use::Lags { .. }) {
        return Err(Failure::Range { what: "instruments", rule: "earlier values (lag 1 or more), those of the outcome at least" });
    }
    let sums = Sums::new(panel, options);
    at_least("persons with all that the model needs", sums.persons.len(), 2)?;
    at_least("moment conditions", sums.conditions, panel.coefficients())?;
    let first = Step::new(&sums, inverse(&sums.weight)?)?;
    let residuals = sums.residuals(&first.estimates);
    let moments = sums.moments(&residuals);
    let outer = outer(&moments);
    let enough = sums.persons.len() >= sums.conditions;
    let second_weight = if enough { inverse(&outer) } else { Err(Failure::Collinear("moment conditions")) };
    let robust = first.sandwich(&outer);
    if !options.two_steps {
        let stat = second_weight.map_or(f64::NAN, |a| quadratic(&total(&moments), &a));
        return Ok(sums.report(&first, &robust, &residuals, stat));
    }
    at_least("persons for this number of moment conditions (collapse them or limit the lags)", sums.persons.len(), sums.conditions)?;
    let second = Step::new(&sums, second_weight?)?;
    let final_residuals = sums.residuals(&second.estimates);
    let corrected = sums.windmeijer(&second, &residuals, &total(&sums.moments(&final_residuals)), &robust);
    let stat = quadratic(&total(&sums.moments(&final_residuals)), &second.weight);
    Ok(sums.report(&second, &corrected, &final_residuals, stat))
}

/// Inverse of a symmetric matrix; with directions that carry nothing left out.
fn inverse(matrix: &DMatrix<f64>) -> Result<DMatrix<f64>, Failure> {
    let scale: Vec<f64> = (0..matrix.nrows()).map(|i| matrix[(i, i)].sqrt()).collect();
    if scale.iter().any(|s| s.is_nan() || *s <= 0.0) {
        return Err(Failure::Collinear("instruments"));
    }
    let scaled = DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |a, b| matrix[(a, b)] / (scale[a] * scale[b]));
    let eigen = eigen(scaled).ok_or(Failure::NotFinite("the instruments"))?;
    let least = 1e-12 * eigen.eigenvalues.amax();
    let values = eigen.eigenvalues.map(|value| if value > least { 1.0 / value } else { 0.0 });
    let found = &eigen.eigenvectors * DMatrix::from_diagonal(&values) * eigen.eigenvectors.transpose();
    Ok(DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |a, b| found[(a, b)] / (scale[a] * scale[b])))
}

fn outer(moments: &[DVector<f64>]) -> DMatrix<f64> {
    let n = moments[0].len();
    let mut sum = DMatrix::zeros(n, n);
    moments.iter().for_each(|m| sum.ger(1.0, m, m, 1.0));
    sum
}

fn total(moments: &[DVector<f64>]) -> DVector<f64> {
    moments.iter().fold(DVector::zeros(moments[0].len()), |sum, m| sum + m)
}

fn quadratic(v: &DVector<f64>, a: &DMatrix<f64>) -> f64 {
    v.dot(&(a * v))
}

/// Covariance of two errors, were those of the levels independent with variance 1.
fn covariance(a: &Row, b: &Row) -> f64 {
    let (s, t) = (a.equation.session, b.equation.session);
    let is = |yes: bool| f64::from(u8::from(yes));
    match (a.level, b.level) {
        (false, false) => 2.0 * is(s == t) - is(s.abs_diff(t) == 1),
        (true, true) => is(s == t),
        (false, true) => is(s == t) - is(s == t + 1),
        (true, false) => is(s == t) - is(t == s + 1),
    }
}

/// Sums over persons of products with the instruments.
struct Sums {
    persons: Vec<Vec<Row>>,
    conditions: usize,
    /// Z'X and Z'y.
    zx: DMatrix<f64>,
    zy: DVector<f64>,
    /// Z'HZ of the first step.
    weight: DMatrix<f64>,
}

impl Sums {
    fn new(panel: &Panel, options: &Options) -> Self {
        let mut conditions = Conditions::default();
        let all = (0..panel.values.len())
            .map(|person| panel.rows(person, &options.instruments, options.system, options.collapse, &mut conditions));
        let persons: Vec<Vec<Row>> = all.filter(|rows| !rows.is_empty()).collect();
        let (l, k) = (conditions.count(), panel.coefficients());
        let mut sums = Self { persons, conditions: l, zx: DMatrix::zeros(l, k), zy: DVector::zeros(l), weight: DMatrix::zeros(l, l) };
        for rows in &sums.persons {
            for a in rows {
                for &(i, z) in &a.instruments {
                    sums.zy[i] += z * a.equation.y;
                    a.equation.x.iter().enumerate().for_each(|(c, x)| sums.zx[(i, c)] += z * x);
                }
                for b in rows {
                    let h = covariance(a, b);
                    if h == 0.0 {
                        continue;
                    }
                    for &(i, z) in &a.instruments {
                        b.instruments.iter().for_each(|&(j, other)| sums.weight[(i, j)] += h * z * other);
                    }
                }
            }
        }
        sums
    }

    fn residuals(&self, estimates: &DVector<f64>) -> Vec<Vec<f64>> {
        let of = |row: &Row| row.equation.y - row.equation.x.iter().zip(estimates.iter()).map(|(x, b)| x * b).sum::<f64>();
        self.persons.iter().map(|rows| rows.iter().map(of).collect()).collect()
    }

    /// Z'v of each person.
    fn moments(&self, of_rows: &[Vec<f64>]) -> Vec<DVector<f64>> {
        let of = |(rows, values): (&Vec<Row>, &Vec<f64>)| {
            let mut sum = DVector::zeros(self.conditions);
            for (row, value) in rows.iter().zip(values) {
                row.instruments.iter().for_each(|&(i, z)| sum[i] += z * value);
            }
            sum
        };
        self.persons.iter().zip(of_rows).map(of).collect()
    }

    /// Windmeijer's correction: the second step's weights are themselves estimated.
    fn windmeijer(&self, second: &Step, first_residuals: &[Vec<f64>], moments: &DVector<f64>, first: &DMatrix<f64>) -> DMatrix<f64> {
        let k = self.zx.ncols();
        let weighted = &second.weight * moments;
        let of_residuals = self.moments(first_residuals);
        let mut moved = DMatrix::zeros(k, k);
        for c in 0..k {
            let column: Vec<Vec<f64>> = self.persons.iter().map(|rows| rows.iter().map(|row| row.equation.x[c]).collect()).collect();
            // Derivative of Σ Z'uu'Z by coefficient c, times the weighted moments.
            let mut change = DVector::zeros(self.conditions);
            for (x, u) in self.moments(&column).iter().zip(&of_residuals) {
                change -= x * u.dot(&weighted) + u * x.dot(&weighted);
            }
            moved.set_column(c, &(-(&second.projection * change)));
        }
        let plain = &second.bread;
        plain + &moved * plain + plain * moved.transpose() + &moved * first * moved.transpose()
    }

    fn report(&self, step: &Step, covariance: &DMatrix<f64>, residuals: &[Vec<f64>], stat: f64) -> Gmm {
        let k = self.zx.ncols();
        Gmm {
            coefficients: (0..k).map(|c| Coefficient::normal(step.estimates[c], covariance[(c, c)].sqrt())).collect(),
            overidentification: stat,
            overidentification_df: (self.conditions - k) as f64,
            serial_one: self.serial(1, step, covariance, residuals),
            serial_two: self.serial(2, step, covariance, residuals),
            conditions: self.conditions,
            persons: self.persons.len(),
            rows: self.persons.iter().map(Vec::len).sum(),
        }
    }

    /// Arellano and Bond's test of differenced residuals `apart` sessions apart.
    fn serial(&self, apart: usize, step: &Step, covariance: &DMatrix<f64>, residuals: &[Vec<f64>]) -> f64 {
        let k = self.zx.ncols();
        let (mut product, mut squares) = (0.0, 0.0);
        let (mut with_x, mut with_z) = (DVector::zeros(k), DVector::zeros(self.conditions));
        for ((rows, u), moment) in self.persons.iter().zip(residuals).zip(self.moments(residuals)) {
            let mut own = 0.0;
            for (row, u_now) in rows.iter().zip(u).filter(|(row, _)| !row.level) {
                let earlier = |other: &Row| !other.level && other.equation.session + apart == row.equation.session;
                let Some(before) = rows.iter().position(earlier) else { continue };
                own += u_now * u[before];
                row.equation.x.iter().enumerate().for_each(|(c, x)| with_x[c] += x * u[before]);
            }
            product += own;
            squares += own * own;
            with_z += moment * own;
        }
        let variance = squares - 2.0 * with_x.dot(&(&step.projection * with_z)) + quadratic(&with_x, covariance);
        if variance > 0.0 { product / variance.sqrt() } else { f64::NAN }
    }
}

/// One step with given weights A: B = (X'Z A Z'X)⁻¹, and B X'Z A, which maps moments on coefficients.
struct Step {
    weight: DMatrix<f64>,
    bread: DMatrix<f64>,
    projection: DMatrix<f64>,
    estimates: DVector<f64>,
}

impl Step {
    fn new(sums: &Sums, weight: DMatrix<f64>) -> Result<Self, Failure> {
        let half = sums.zx.transpose() * &weight;
        let bread = Cholesky::new(&half * &sums.zx).ok_or(Failure::Collinear("predictors, as far as instruments show them,"))?.inverse();
        let projection = &bread * half;
        let estimates = &projection * &sums.zy;
        Ok(Self { weight, bread, projection, estimates })
    }

    fn sandwich(&self, outer: &DMatrix<f64>) -> DMatrix<f64> {
        &self.projection * outer * self.projection.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Use = Use::Lags { first: 2, last: usize::MAX };
    /// Planted mistake: the outcome of the session before, which its own error is a part of, as an instrument.
    const TOO_NEAR: Use = Use::Lags { first: 1, last: usize::MAX };

    fn options(system: bool, two_steps: bool) -> Options {
        Options { instruments: vec![ALL], system, two_steps, collapse: true }
    }

    /// Nearly normal numbers: sums of twelve uniform ones, from a linear congruence.
    struct Luck(u64);

    impl Luck {
        fn normal(&mut self) -> f64 {
            let mut sum = -6.0;
            for _ in 0..12 {
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                sum += (self.0 >> 11) as f64 / (1u64 << 53) as f64;
            }
            sum
        }
    }

    /// Stationary outcomes with ρ = .5; some people leave early.
    fn simulated(luck: &mut Luck, people: usize, sessions: usize) -> Panel {
        let (mut person, mut session, mut y) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..people {
            let constant = luck.normal();
            let mut now = 2.0 * constant + luck.normal() / 0.75f64.sqrt();
            for t in 0..if i % 5 == 0 { sessions - 2 } else { sessions } {
                person.push(i);
                session.push(t + 1);
                y.push(now);
                now = constant + 0.5 * now + luck.normal();
            }
        }
        Panel::new(&person, &session, &y, &[[0.0; 0]; 0], 1).expect("a panel")
    }

    #[test]
    fn estimates_and_tests_behave_as_in_theory() {
        // Mean, share of intervals that hold ρ, and mean square of the serial test, over 400 samples of 150 people: within
        // four Monte Carlo errors of ρ (and a bias of 1 / people), .95 and 1.
        let n = 400.0;
        for (system, two_steps) in [(false, false), (false, true), (true, false), (true, true)] {
            let mut luck = Luck(11);
            let (mut sum, mut squares, mut held, mut serial) = (0.0, 0.0, 0.0, 0.0);
            let (mut wrong, mut held_wrongly) = (0.0, 0.0);
            for _ in 0..400 {
                let panel = simulated(&mut luck, 150, 7);
                let found = fit(&panel, &options(system, two_steps)).expect("a fit");
                let bent = Options { instruments: vec![TOO_NEAR], ..options(system, two_steps) };
                let bent = fit(&panel, &bent).expect("a fit").coefficients[0];
                wrong += bent.estimate;
                held_wrongly += f64::from(u8::from(bent.interval(0.95)[0] < 0.5 && 0.5 < bent.interval(0.95)[1]));
                let [low, high] = found.coefficients[0].interval(0.95);
                sum += found.coefficients[0].estimate;
                squares += found.coefficients[0].estimate.powi(2);
                held += f64::from(u8::from(low < 0.5 && 0.5 < high));
                serial += found.serial_two.powi(2);
            }
            let error = (squares / n - (sum / n).powi(2)).sqrt() / n.sqrt();
            let off = |sum: f64| (sum / n - 0.5).abs() > 4.0 * error + 2.0 / 150.0;
            let misses = |held: f64| (held / n - 0.95).abs() > 4.0 * (0.95f64 * 0.05 / n).sqrt();
            assert!(!off(sum) && off(wrong), "means {} and {}", sum / n, wrong / n);
            assert!(!misses(held) && misses(held_wrongly), "coverage {} and {}", held / n, held_wrongly / n);
            assert!((serial / n - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "mean square of the serial test {}", serial / n);
        }
    }

    #[test]
    fn what_cannot_be_fitted_has_a_reason() {
        let mut luck = Luck(5);
        let panel = simulated(&mut luck, 8, 8);
        let each = Options { collapse: false, ..options(false, true) };
        assert!(fit(&panel, &each).unwrap_err().to_string().contains("collapse"));
        assert!(fit(&panel, &Options { two_steps: false, ..each.clone() }).expect("one step").overidentification.is_nan());
        assert!(fit(&panel, &Options { instruments: vec![Use::Itself], ..each.clone() }).is_err());
        assert!(fit(&panel, &Options { instruments: vec![], ..each }).is_err());
        let short = Panel::new(&[1, 1, 2, 2], &[1, 2, 1, 2], &[1.0, 2.0, 3.0, 4.0], &[[0.0; 0]; 0], 1).expect("a panel");
        assert!(fit(&short, &options(false, false)).is_err());
        let flat = Panel::new(&[1, 1, 1, 2, 2, 2], &[1, 2, 3, 1, 2, 3], &[1.0; 6], &[[0.0; 0]; 0], 1).expect("a panel");
        assert!(fit(&flat, &options(false, false)).is_err());
    }
}
