//! Problems with known answers.

use super::Simulator;
use super::fit::{Problem, Search, fit};
use super::moment::Moment;
use super::parameter::{Parameter, Scale, parameter};
use super::posterior::{Posterior, Verdict, posterior};
use nalgebra::{DMatrix, DVector};

/// Anything that can be computed for chosen values.
struct Toy<F>(F);

impl<F: FnMut(&[f64]) -> Vec<Vec<f64>>> Simulator for Toy<F> {
    type Error = ();
    fn statistics(&mut self, values: &[f64]) -> Result<Vec<Vec<f64>>, ()> {
        Ok((self.0)(values))
    }
}

fn target(id: &str, value: f64, standard_error: f64) -> Moment {
    Moment { id: id.into(), value, standard_error: Some(standard_error), tolerance: 0.0, fitted: true }
}

fn linear(key: &str, centre: f64, sd: f64) -> Parameter {
    parameter(key, Scale::Linear, centre, sd, [centre - 20.0, centre + 20.0])
}

const EXACT: Search = Search { step: 0.5, tolerance: 1e-12, rounds: 200 };

fn problem(parameters: Vec<Parameter>, moments: Vec<Moment>) -> Problem {
    Problem { parameters, moments, search: EXACT }
}

fn solved(problem: &Problem, simulator: &mut impl Simulator<Error = ()>) -> (Vec<f64>, Posterior) {
    let fitted = fit(problem, simulator).unwrap();
    assert!(fitted.converged);
    let posterior = posterior(problem, &fitted, simulator).unwrap();
    (problem.written(&fitted.after.working), posterior)
}

/// Two replicates without chance: the mean is exact and its error 0.
fn certain(values: &[f64]) -> Vec<Vec<f64>> {
    values.iter().map(|&x| vec![x, x]).collect()
}

#[test]
fn a_linear_problem_has_the_posterior_of_the_algebra() {
    let a = DMatrix::from_row_slice(3, 2, &[1.0, 0.5, -0.3, 2.0, 0.8, 0.1]);
    let (y, se) = ([2.0, 1.0, -0.5], [0.5, 0.2, 1.0]);
    let (centre, sd) = ([0.5, -0.2], [1.0, 0.7]);
    let moments = (0..3).map(|m| target("y", y[m], se[m])).collect();
    let problem = problem(vec![linear("a", centre[0], sd[0]), linear("b", centre[1], sd[1])], moments);
    let (values, found) = solved(&problem, &mut Toy(|v: &[f64]| certain((&a * DVector::from_row_slice(v)).as_slice())));

    let weights = DMatrix::from_diagonal(&DVector::from_iterator(3, se.iter().map(|s| 1.0 / (s * s))));
    let precision = DMatrix::from_diagonal(&DVector::from_iterator(2, sd.iter().map(|s| 1.0 / (s * s))));
    let covariance = (a.transpose() * &weights * &a + &precision).try_inverse().unwrap();
    let mean = &covariance * (a.transpose() * weights * DVector::from_row_slice(&y) + precision * DVector::from_row_slice(&centre));
    for j in 0..2 {
        assert!((values[j] - mean[j]).abs() < 1e-6, "{values:?} instead of {mean}");
    }
    assert!((&found.covariance - covariance).abs().max() < 1e-9);
    let misses = &a * &mean - DVector::from_row_slice(&y);
    let chi_square: f64 = (0..3).map(|m| (misses[m] / se[m]).powi(2)).sum();
    assert!((found.chi_square - chi_square).abs() < 1e-6);
    assert!(found.chi_square < found.chi_square_before);
}

#[test]
fn of_two_parameters_that_enter_as_one_only_the_combination_is_known() {
    let parameters = vec![linear("a", 1.0, 0.5), linear("b", 2.0, 0.5), linear("c", 0.0, 1.0)];
    let problem = problem(parameters, vec![target("a - 2b", -2.0, 0.01), target("again", -4.0, 0.02)]);
    let (values, found) = solved(&problem, &mut Toy(|v: &[f64]| certain(&[v[0] - 2.0 * v[1], 2.0 * (v[0] - 2.0 * v[1])])));
    assert!((values[0] - 2.0 * values[1] + 2.0).abs() < 0.01, "{values:?}");
    // What is fixed is a − 2b; what is free is c, and a and b along (2, 1).
    assert_eq!(found.ratios.iter().map(|&r| Verdict::of(r)).collect::<Vec<_>>()[2], Verdict::NotPinnedDown);
    assert_eq!(Verdict::of(found.ratios[1]), Verdict::PinnedDown, "b moves the combination twice as fast");
    assert_eq!(Verdict::of(found.ratios[0]), Verdict::Partly);
    let pair = found.pairs(0.9)[0];
    assert_eq!(pair.of, [0, 1]);
    assert!(pair.correlation > 0.99);
    let [free, other] = [&found.directions[0], &found.directions[1]];
    assert!((free.left - 1.0).abs() < 1e-9 && (other.left - 1.0).abs() < 1e-9);
    let fixed = &found.directions[2];
    assert!(fixed.left < 0.02);
    assert!((fixed.weights[0] / fixed.weights[1] + 0.5).abs() < 1e-9 && fixed.weights[2].abs() < 1e-9);
    assert!((found.freedom_used - 1.0).abs() < 1e-3);
}

#[test]
fn a_curved_problem_on_a_logarithmic_and_a_probability_scale_is_solved() {
    let parameters =
        vec![parameter("rate", Scale::Log, 0.1, 5.0, [0.001, 50.0]), parameter("chance", Scale::Logit, 0.5, 5.0, [0.001, 0.999])];
    let moments = vec![target("x", 2.0 * 0.9, 1e-4), target("y", 2.0 * 2.0 + 0.9, 1e-4)];
    let problem = Problem { search: Search { step: 1e-4, ..EXACT }, ..problem(parameters, moments) };
    let (values, _) = solved(&problem, &mut Toy(|v: &[f64]| certain(&[v[0] * v[1], v[0] * v[0] + v[1]])));
    assert!((values[0] - 2.0).abs() < 1e-3 && (values[1] - 0.9).abs() < 1e-3, "{values:?}");
}

#[test]
fn bounds_hold_where_the_target_lies_beyond_them() {
    let problem = problem(vec![parameter("a", Scale::Linear, 1.0, 10.0, [0.0, 3.0])], vec![target("a", 5.0, 0.1)]);
    let fitted = fit(&problem, &mut Toy(certain)).unwrap();
    assert!(problem.parameters[0].at_bound(fitted.after.working[0]), "{:?}", fitted.after.working);
    assert!(fitted.after.working[0] <= 3.0);
}

#[test]
fn noise_is_not_taken_for_information() {
    // The parameter does nothing; luck that is not common makes differences all the same.
    let mut k = 0u32;
    let mut noisy = Toy(|_: &[f64]| {
        k += 1;
        vec![(0..50).map(|r: u32| f64::from((r + 50 * k).wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24)).collect::<Vec<f64>>()]
    });
    let problem = Problem { search: Search::default(), ..problem(vec![linear("a", 0.0, 0.1)], vec![target("x", 0.5, 0.001)]) };
    let fitted = fit(&problem, &mut noisy).unwrap();
    let found = posterior(&problem, &fitted, &mut noisy).unwrap();
    let slope = found.slopes[0][0];
    assert!(slope.value != 0.0 && slope.value.abs() < 4.0 * slope.mcse, "{slope:?}");
    let naive = 1.0 / (1.0 + (slope.value * 0.1 / fitted.scales[0]).powi(2)).sqrt();
    assert!(slope.value.abs() < 2.0 * slope.mcse && naive < 0.99, "the test needs noise that would pass for information: {naive}");
    assert_eq!(Verdict::of(found.ratios[0]), Verdict::NotPinnedDown);
}

#[test]
fn a_target_left_out_moves_nothing_and_is_held_against_all_that_is_open() {
    let left_out = Moment { fitted: false, ..target("b", 3.0, 0.3) };
    let problem = problem(vec![linear("a", 0.0, 1.0), linear("b", 0.0, 0.4)], vec![target("a", 1.0, 0.1), left_out]);
    let (values, found) = solved(&problem, &mut Toy(certain));
    assert!(values[1].abs() < 1e-9, "only its prior says something about b");
    // b is open by its prior SD of 0.4: 3 / √(0.3² + 0.4²).
    assert!((found.reached[1].z + 6.0).abs() < 1e-9, "{:?}", found.reached);
    assert!((found.reached[0].z_before + 10.0).abs() < 1e-9 && found.reached[0].z > -1.0);
}

#[test]
fn a_simulation_that_stops_ends_the_search() {
    struct Stops(u32);
    impl Simulator for Stops {
        type Error = &'static str;
        fn statistics(&mut self, values: &[f64]) -> Result<Vec<Vec<f64>>, &'static str> {
            self.0 -= 1;
            if self.0 == 0 { Err("stopped") } else { Ok(certain(values)) }
        }
    }
    let problem = problem(vec![linear("a", 0.0, 1.0)], vec![target("a", 1.0, 0.1)]);
    for after in 1..4 {
        assert_eq!(fit(&problem, &mut Stops(after)).err(), Some("stopped"), "{after}");
    }
}
