//! Measures against closed forms, each with a planted mistake that is caught.

use super::regression::coefficients;
use super::*;
use crate::performance::Moments;
use core::f64::consts::PI;
use rand::RngExt;
use rand_pcg::Lcg64Xsh32;

/// Values without luck: what a design says about a function.
fn certain(all: Vec<f64>) -> Replicated {
    Replicated { without: vec![(1, all.clone()); 2], all }
}

fn find(all: &[Sensitivity], statistic: Statistic, factor: usize) -> Sensitivity {
    *all.iter().find(|s| s.about.statistic == statistic && s.about.factor == Some(factor)).unwrap()
}

/// Saltelli's blocks over a scrambled Sobol sequence.
fn blocks(points: u32, factors: usize) -> Vec<Vec<f64>> {
    let draw = |point, dimension| f64::from(sobol_burley::sample(point, dimension as u32, 9));
    let block = |j: u32| {
        let [a, b] = [0, factors].map(|from| (0..factors).map(|i| draw(j, from + i)).collect::<Vec<f64>>());
        let mixed: Vec<Vec<f64>> = (0..factors).map(|i| (0..factors).map(|c| if c == i { b[c] } else { a[c] }).collect()).collect();
        [a, b].into_iter().chain(mixed)
    };
    (0..points).flat_map(block).collect()
}

/// Trajectories on a grid of six levels.
fn walks(count: usize, factors: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut luck = Lcg64Xsh32::new(seed, 3);
    let mut cells = Vec::new();
    for _ in 0..count {
        let mut at: Vec<(u32, bool)> = (0..factors).map(|_| (luck.random_range(0..3), luck.random())).collect();
        let place = |at: &[(u32, bool)]| at.iter().map(|&(low, up)| f64::from(low + if up { 3 } else { 0 }) / 5.0).collect::<Vec<f64>>();
        cells.push(place(&at));
        for f in 0..factors {
            at[f].1 = !at[f].1;
            cells.push(place(&at));
        }
    }
    cells
}

fn ishigami(x: &[f64]) -> f64 {
    let [a, b, c] = [0, 1, 2].map(|i| PI * (2.0 * x[i] - 1.0));
    a.sin() + 7.0 * b.sin().powi(2) + 0.1 * c.powi(4) * a.sin()
}

/// First-order and total indices of the Ishigami function with a = 7, b = 0.1 (Ishigami and Homma 1990).
fn ishigami_truth() -> [(f64, f64); 3] {
    let (v1, v2, v13) = (0.5 * (1.0 + 0.1 * PI.powi(4) / 5.0).powi(2), 49.0 / 8.0, 0.01 * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0));
    let v = v1 + v2 + v13;
    [(v1 / v, (v1 + v13) / v), (v2 / v, v2 / v), (0.0, v13 / v)]
}

#[test]
fn sobol_indices_of_the_ishigami_function() {
    let values: Vec<f64> = blocks(2048, 3).iter().map(|x| ishigami(x)).collect();
    let seen = sensitivities(&Layout::Saltelli(3), &certain(values.clone()));
    for (factor, (first, total)) in ishigami_truth().into_iter().enumerate() {
        for (statistic, truth) in [(Statistic::FirstOrder, first), (Statistic::Total, total)] {
            let s = find(&seen, statistic, factor);
            assert!((s.value - truth).abs() < 4.0 * s.points_se + 1e-6, "{statistic:?} of {factor}: {s:?}, truth {truth}");
            assert!(s.points_se < 0.06 && s.mcse == 0.0, "{s:?}");
        }
    }
    // Planted mistake: the two samples change places, so the estimator compares the wrong columns.
    let mut swapped = values;
    swapped.chunks_mut(5).for_each(|block| block.swap(0, 1));
    let wrong = find(&sensitivities(&Layout::Saltelli(3), &certain(swapped)), Statistic::FirstOrder, 1);
    assert!((wrong.value - ishigami_truth()[1].0).abs() > 4.0 * wrong.points_se, "{wrong:?}");
}

#[test]
fn sobol_indices_of_a_linear_function_are_shares_of_squared_slopes() {
    let slopes = [4.0, 2.0, 1.0, 0.0];
    let line = |x: &Vec<f64>| 1e4 + x.iter().zip(slopes).map(|(x, slope)| x * slope).sum::<f64>();
    let values: Vec<f64> = blocks(1024, 4).iter().map(line).collect();
    let seen = sensitivities(&Layout::Saltelli(4), &certain(values));
    for (factor, slope) in slopes.into_iter().enumerate() {
        let truth = slope * slope / 21.0;
        for statistic in [Statistic::FirstOrder, Statistic::Total] {
            let s = find(&seen, statistic, factor);
            assert!((s.value - truth).abs() <= 4.0 * s.points_se, "{statistic:?} of {factor}: {s:?}, truth {truth}");
        }
    }
    assert_eq!(find(&seen, Statistic::Total, 3).value, 0.0);
}

#[test]
fn the_bootstrap_error_is_that_of_independent_points() {
    // Blocks of independent points, many times over: the spread of the index against the mean of its stated errors.
    let (mut spread, mut stated) = (Moments::default(), Moments::default());
    for seed in 0..60 {
        let mut luck = Lcg64Xsh32::new(seed, 17);
        let mut values = Vec::new();
        for _ in 0..128 {
            let [a, b]: [[f64; 3]; 2] = core::array::from_fn(|_| core::array::from_fn(|_| luck.random()));
            values.extend([ishigami(&a), ishigami(&b)]);
            values.extend((0..3).map(|i| ishigami(&core::array::from_fn::<f64, 3, _>(|c| if c == i { b[c] } else { a[c] }))));
        }
        let s = find(&sensitivities(&Layout::Saltelli(3), &certain(values)), Statistic::Total, 0);
        spread.add(s.value);
        stated.add(s.points_se);
    }
    let ratio = stated.measured().value / spread.variance().sqrt();
    // The spread of 60 values has a relative standard error of 1/√118.
    assert!((ratio - 1.0).abs() < 4.0 / 118f64.sqrt(), "{ratio}");
}

#[test]
fn elementary_effects_of_a_linear_function_are_its_slopes() {
    let slopes = [3.0, -2.0, 0.0];
    let cells = walks(12, 3, 1);
    let values: Vec<f64> = cells.iter().map(|x| x.iter().zip(slopes).map(|(x, slope)| x * slope).sum()).collect();
    let seen = sensitivities(&Layout::Trajectories(cells.clone()), &certain(values.clone()));
    for (factor, slope) in slopes.into_iter().enumerate() {
        let [mu, star, sigma] = [Statistic::Mu, Statistic::MuStar, Statistic::Sigma].map(|which| find(&seen, which, factor));
        assert!((mu.value - slope).abs() < 1e-12 && (star.value - slope.abs()).abs() < 1e-12 && sigma.value < 1e-12);
        assert!(mu.points_se < 1e-12 && star.points_se < 1e-12);
    }
    // Planted mistake: trajectories that are cut one cell too late mix steps of different factors.
    let mut late = values;
    late.rotate_left(1);
    let wrong = find(&sensitivities(&Layout::Trajectories(cells), &certain(late)), Statistic::Sigma, 0);
    assert!(wrong.value > 0.5, "{wrong:?}");
}

#[test]
fn elementary_effects_of_a_product_change_sign_where_its_mean_is_zero() {
    // y = (x₁ − ½) x₂: the effect of x₁ is x₂, which is uniform on the grid, mean ½, SD √(7/60) on six levels; the effect of
    // x₂ is x₁ − ½, mean 0, mean absolute value 0.3.
    let cells = walks(4000, 2, 5);
    let values = cells.iter().map(|x| (x[0] - 0.5) * x[1]).collect();
    let seen = sensitivities(&Layout::Trajectories(cells), &certain(values));
    let truths =
        [(Statistic::Mu, 0, 0.5), (Statistic::Sigma, 0, (7.0f64 / 60.0).sqrt()), (Statistic::Mu, 1, 0.0), (Statistic::MuStar, 1, 0.3)];
    for (statistic, factor, truth) in truths {
        let s = find(&seen, statistic, factor);
        assert!((s.value - truth).abs() < 4.0 * s.points_se && s.points_se < 0.02, "{statistic:?} of {factor}: {s:?}, truth {truth}");
    }
    // Planted mistake: μ* in the place of μ would not see that effects cancel.
    assert!(find(&seen, Statistic::MuStar, 1).value > 10.0 * find(&seen, Statistic::Mu, 1).points_se);
}

fn two_level(factors: usize) -> Vec<Vec<usize>> {
    (0..1 << factors).map(|run: usize| (0..factors).map(|f| run >> f & 1).collect()).collect()
}

#[test]
fn factorial_effects_are_those_of_algebra() {
    // y = 1 + 2 a + 3 b + 4 ab with values 0 and 1: mean effect of a is 2 + 4/2, of b 3 + 4/2; interaction 4/2.
    let levels = two_level(3);
    let y = |cell: &Vec<usize>| 1.0 + 2.0 * cell[0] as f64 + 3.0 * cell[1] as f64 + 4.0 * (cell[0] * cell[1]) as f64;
    let values: Vec<f64> = levels.iter().map(y).collect();
    let seen = sensitivities(&Layout::Factorial(levels.clone()), &certain(values.clone()));
    let main: Vec<f64> = (0..3).map(|f| find(&seen, Statistic::MainEffect, f).value).collect();
    assert_eq!(main, [4.0, 5.0, 0.0]);
    let interaction = |a, b| seen.iter().find(|s| s.about.factor == Some(a) && s.about.with == Some(b)).unwrap().value;
    assert_eq!((interaction(0, 1), interaction(0, 2), interaction(1, 2)), (2.0, 0.0, 0.0));
    // Variance of the cells: (4² + 5² + 2²)/4; each effect has its square's part in it.
    let share = |which, f| find(&seen, which, f).value;
    assert!((share(Statistic::FirstOrder, 0) - 16.0 / 45.0).abs() < 1e-12 && (share(Statistic::Total, 0) - 20.0 / 45.0).abs() < 1e-12);
    assert!((share(Statistic::Total, 1) - 29.0 / 45.0).abs() < 1e-12 && share(Statistic::Total, 2).abs() < 1e-12);
    // The half of the runs with abc = +: the same main effects for c = ab as the interaction it is aliased with.
    let half: Vec<Vec<usize>> = levels.into_iter().filter(|cell| cell.iter().sum::<usize>() % 2 == 1).collect();
    let values: Vec<f64> = half.iter().map(y).collect();
    let seen = sensitivities(&Layout::Fraction(half, Vec::new()), &certain(values));
    assert_eq!((0..3).map(|f| find(&seen, Statistic::MainEffect, f).value).collect::<Vec<_>>(), [4.0, 5.0, 2.0]);
}

#[test]
fn main_effects_of_many_values_are_against_the_first() {
    let levels: Vec<Vec<usize>> = (0..6).map(|cell| vec![cell / 3, cell % 3]).collect();
    let values = vec![1.0, 2.0, 4.0, 3.0, 4.0, 6.0];
    let seen = sensitivities(&Layout::Factorial(levels), &certain(values));
    let of = |factor, level| seen.iter().find(|s| s.about.factor == Some(factor) && s.about.level == Some(level)).unwrap().value;
    for (seen, truth) in [(of(0, 1), 2.0), (of(1, 1), 1.0), (of(1, 2), 3.0)] {
        assert!((seen - truth).abs() < 1e-12, "{seen} is not {truth}");
    }
}

#[test]
fn the_jackknife_gives_the_standard_error_of_a_mean() {
    // Two cells, one factor of two values, common luck: the effect of each replicate is known, so is its standard error.
    let replicates: [[f64; 2]; 6] = [[1.0, 3.0], [2.0, 5.0], [0.0, 1.0], [4.0, 4.0], [3.0, 6.0], [2.0, 3.5]];
    let mean_of = |keep: &dyn Fn(usize) -> bool, cell: usize| {
        let kept: Vec<f64> = (0..6).filter(|&r| keep(r)).map(|r| replicates[r][cell]).collect();
        kept.iter().sum::<f64>() / kept.len() as f64
    };
    let both = |keep: &dyn Fn(usize) -> bool| vec![mean_of(keep, 0), mean_of(keep, 1)];
    let result = Replicated { all: both(&|_| true), without: (0..6).map(|g| (1, both(&|r| r != g))).collect() };
    let seen = find(&sensitivities(&Layout::Factorial(vec![vec![0], vec![1]]), &result), Statistic::MainEffect, 0);
    let mut effects = Moments::default();
    replicates.iter().for_each(|r| effects.add(r[1] - r[0]));
    assert!((seen.mcse - effects.measured().mcse).abs() < 1e-12 && seen.points_se == 0.0, "{seen:?}");
    // Planted mistake: cells taken for independent would give a far larger error, since luck is common.
    let mut cells = [Moments::default(); 2];
    replicates.iter().for_each(|r| (0..2).for_each(|c| cells[c].add(r[c])));
    let independent = cells.iter().map(|c| c.measured().mcse.powi(2)).sum::<f64>().sqrt();
    assert!(independent > 1.5 * seen.mcse);
    // Groups of unequal size give nearly the same.
    let unequal = [0..1, 1..2, 2..3, 3..6].map(|g| ((g.end - g.start) as u64, both(&|r| !g.contains(&r)))).to_vec();
    let seen = find(
        &sensitivities(&Layout::Factorial(vec![vec![0], vec![1]]), &Replicated { without: unequal, ..result }),
        Statistic::MainEffect,
        0,
    );
    assert!(seen.mcse > 0.3 * effects.measured().mcse && seen.mcse < 2.0 * effects.measured().mcse, "{seen:?}");
}

#[test]
fn regression_coefficients_of_a_line_are_its_standardised_slopes() {
    let mut luck = Lcg64Xsh32::new(4, 4);
    let cells: Vec<Vec<f64>> = (0..400).map(|_| (0..3).map(|f| luck.random::<f64>() * [1.0, 10.0, 100.0][f]).collect()).collect();
    // Standard deviations are in the ratio 1 : 10 : 100, so effects are in the ratio 6 : 2 : 0.
    let values: Vec<f64> = cells.iter().map(|x| 7.0 + 6.0 * x[0] - 0.2 * x[1]).collect();
    let seen = sensitivities(&Layout::Regression(cells.clone()), &certain(values.clone()));
    let truth = [6.0 / 40f64.sqrt(), -2.0 / 40f64.sqrt(), 0.0];
    for (f, truth) in truth.into_iter().enumerate() {
        let s = find(&seen, Statistic::Src, f);
        // The slopes are exact; standard deviations are those of 400 points.
        assert!((s.value - truth).abs() < 4.0 * s.points_se.max(1e-12), "{s:?}, truth {truth}");
        assert!(f < 2 || s.value.abs() < 1e-12);
    }
    let fit = |which| seen.iter().find(|s| s.about.statistic == which).unwrap().value;
    assert!((fit(Statistic::RSquared) - 1.0).abs() < 1e-12 && fit(Statistic::RankRSquared) > 0.9);
    // A steep curve bends the line but not the order: ranks see it better.
    let steep: Vec<f64> = values.iter().map(|y| (2.0 * y).exp()).collect();
    let seen = coefficients(&cells, &steep, &(0..400).collect::<Vec<_>>());
    let fit = |which| seen.iter().find(|(about, _)| about.statistic == which).unwrap().1;
    assert!(fit(Statistic::RankRSquared) > fit(Statistic::RSquared) + 0.2);
}

#[test]
fn a_result_that_never_varies_has_no_shares() {
    let seen = sensitivities(&Layout::Saltelli(2), &certain(vec![1.0; 32]));
    assert!(seen.iter().all(|s| s.value.is_nan()));
    assert_eq!(Statistic::ALL.map(|s| Statistic::named(s.name())), Statistic::ALL.map(Some));
}
