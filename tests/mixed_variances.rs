//! Standard errors, intervals and tests of variances of mixed models, against the whole covariance matrix and against R.

mod luck;

use dyadsim::estimators::mixed::{Criterion, Design, Fit, Model, RandomPart, Status, likelihood_ratio};
use luck::Luck;
use nalgebra::{DMatrix, DVector};
use std::path::Path;

/// Sessions of clients of therapists.
struct Data {
    y: Vec<f64>,
    one: Vec<f64>,
    time: Vec<f64>,
    client: Vec<u32>,
    therapist: Vec<u32>,
}

fn data(seed: u64) -> Data {
    let mut luck = Luck(seed);
    let mut data = Data { y: vec![], one: vec![], time: vec![], client: vec![], therapist: vec![] };
    for therapist in 0..12 {
        let at_therapist = 0.8 * luck.normal();
        for client in 0..5 {
            let (level, slope) = (luck.normal(), 0.5 * luck.normal());
            for session in 0..3 + (luck.uniform() * 3.0) as usize {
                let time = session as f64 + 0.3 * luck.uniform();
                data.y.push(20.0 + at_therapist + level + (slope - 0.5) * time + 0.7 * luck.normal());
                data.one.push(1.0);
                data.time.push(time);
                data.client.push(therapist * 5 + client);
                data.therapist.push(therapist);
            }
        }
    }
    data
}

/// The covariance matrix of all variances and covariances by the observed information, from the whole covariance matrix V of
/// the rows: −2 ln L has the second derivatives 2 y'P Vi P Vj P y − tr(P Vi P Vj) (REML; for ML with V⁻¹ in the trace).
/// Order: each part's entries (a, b) with a ≥ b by column, then the residual.
fn whole(design: &Design, fit: &Fit) -> DMatrix<f64> {
    let n = design.y.len();
    let mut by: Vec<DMatrix<f64>> = Vec::new();
    let mut v = DMatrix::<f64>::identity(n, n) * fit.sigma2;
    for (part, component) in design.random.iter().zip(&fit.components) {
        let q = part.columns.len();
        for b in 0..q {
            for a in b..q {
                let same = |i: usize, j: usize| f64::from(u8::from(part.groups[i] == part.groups[j]));
                let product = |i: usize, j: usize| part.columns[a][i] * part.columns[b][j] * same(i, j);
                let own = DMatrix::from_fn(n, n, |i, j| if a == b { product(i, j) } else { product(i, j) + product(j, i) });
                v += &own * component.covariance[(a, b)];
                by.push(own);
            }
        }
    }
    by.push(DMatrix::identity(n, n));
    let inverse = v.cholesky().expect("a covariance matrix").inverse();
    let x = DMatrix::from_fn(n, design.x.len(), |row, column| design.x[column][row]);
    let fixed = (x.transpose() * &inverse * &x).cholesky().expect("independent columns").inverse();
    let p = &inverse - &inverse * &x * fixed * x.transpose() * &inverse;
    let y = DVector::from_column_slice(design.y);
    let leaning: Vec<DVector<f64>> = by.iter().map(|own| own * (&p * &y)).collect();
    let kernel = if fit.criterion == Criterion::Reml { &p } else { &inverse };
    let traces: Vec<DMatrix<f64>> = by.iter().map(|own| kernel * own).collect();
    let information = DMatrix::from_fn(by.len(), by.len(), |i, j| {
        let curve = 2.0 * leaning[i].dot(&(&p * &leaning[j])) - traces[i].dot(&traces[j].transpose());
        0.5 * curve
    });
    information.try_inverse().expect("an information matrix")
}

fn relative(value: f64, expected: f64) -> f64 {
    (value - expected).abs() / expected.abs()
}

#[test]
fn errors_of_variances_are_those_of_the_whole_covariance_matrix() {
    let data = data(20_260_101);
    let x: &[&[f64]] = &[&data.one, &data.time];
    let part = |groups, columns| RandomPart { groups, columns, correlated: true };
    let levels = [part(data.client.as_slice(), vec![data.one.as_slice()]), part(&data.therapist, vec![&data.one])];
    let slopes = [part(data.client.as_slice(), vec![data.one.as_slice(), &data.time]), part(&data.therapist, vec![&data.one])];
    for criterion in [Criterion::Reml, Criterion::Ml] {
        for (random, places) in [(&levels, vec![0, 1, 2]), (&slopes, vec![0, 2, 3, 4])] {
            let design = Design { y: &data.y, x, random };
            let model = Model::new(&design).expect("nested groups");
            let fit = model.fit(criterion, None).expect("a fit");
            assert_eq!(fit.status, Status::Converged);
            let (found, expected) = (model.variances(&fit), whole(&design, &fit));
            for (i, &a) in places.iter().enumerate() {
                assert!(
                    relative(found.se(i), expected[(a, a)].sqrt()) < 1e-6,
                    "{criterion:?} {i}: {} {}",
                    found.se(i),
                    expected[(a, a)].sqrt()
                );
                for (j, &b) in places.iter().enumerate() {
                    let scale = (expected[(a, a)] * expected[(b, b)]).sqrt();
                    assert!((found.covariance[(i, j)] - expected[(a, b)]).abs() < 1e-6 * scale, "{criterion:?} {i} {j}");
                }
            }
            // The error of a share, by differences of the share.
            let intercepts = [0, places.len() - 2, places.len() - 1];
            let share = |at: &[f64]| at[1] / at.iter().sum::<f64>();
            let values: Vec<f64> = intercepts.iter().map(|&at| found.estimates[at]).collect();
            let slope = DVector::from_fn(3, |i, _| {
                let moved =
                    |by: f64| share(&values.iter().enumerate().map(|(at, v)| v + if at == i { by } else { 0.0 }).collect::<Vec<_>>());
                (moved(1e-5) - moved(-1e-5)) / 2e-5
            });
            let own = DMatrix::from_fn(3, 3, |i, j| expected[(places[intercepts[i]], places[intercepts[j]])]);
            assert!(relative(fit.icc(1), share(&values)) < 1e-12);
            assert!(relative(found.icc_se(1), slope.dot(&(&own * &slope)).sqrt()) < 1e-6);
        }
    }
}

#[test]
fn the_unit_of_the_outcome_and_of_a_slope_does_not_matter() {
    let data = data(7);
    let far: Vec<f64> = data.time.iter().map(|time| 100.0 * (time + 50.0)).collect();
    let tall: Vec<f64> = data.y.iter().map(|y| 1e-3 * (y + 1e3)).collect();
    let errors = |y: &[f64], time: &[f64]| {
        let parts = [RandomPart { groups: &data.client, columns: vec![&data.one, time], correlated: true }];
        let model = Model::new(&Design { y, x: &[&data.one, time], random: &parts }).expect("a design");
        let fit = model.fit(Criterion::Reml, None).expect("a fit");
        [1, 2].map(|at| model.variances(&fit).se(at))
    };
    let ([slope, residual], [other_slope, other_residual]) = (errors(&data.y, &data.time), errors(&tall, &far));
    assert!(relative(1e6 * 1e4 * other_slope, slope) < 1e-6, "{slope} {other_slope}");
    assert!(relative(1e6 * other_residual, residual) < 1e-6, "{residual} {other_residual}");
}

/// y, x, z and therapist of a data set of 331 clients.
fn clients(name: &str) -> [Vec<f64>; 4] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mixed").join(name);
    let text = std::fs::read_to_string(path).expect("the data set");
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("a heading").split(',').map(|name| name.trim_matches('"')).collect();
    let rows: Vec<Vec<f64>> = lines.map(|line| line.split(',').map(|cell| cell.parse().expect("a number")).collect()).collect();
    ["y", "x", "z", "therapist"].map(|name| {
        let place = head.iter().position(|column| *column == name);
        rows.iter().map(|row| place.map_or(0.0, |place| row[place])).collect()
    })
}

/// Ratio and p, without therapists, and without their differences in x (which end at a correlation of −1).
const LEVEL: [f64; 2] = [4.015_747_74, 0.022_538_62];
const SLOPE: [f64; 2] = [0.678_790_40, 0.561_102_24];

#[test]
fn r_finds_the_same_errors_and_ratios() {
    let [y, x, z, therapist] = clients("d01_2lvl_unbalanced_80x331.csv");
    let (one, groups): (Vec<f64>, Vec<u32>) = therapist.iter().map(|code| (1.0, *code as u32)).unzip();
    let fixed: &[&[f64]] = &[&one, &x, &z];
    let levels = [RandomPart { groups: &groups, columns: vec![&one], correlated: true }];
    let design = Design { y: &y, x: fixed, random: &levels };
    let model = Model::new(&design).expect("a design");
    // numDeriv::hessian of −2 ln L as a function of both variances, in R; nlme's `apVar` has the first three digits.
    for (criterion, expected) in
        [(Criterion::Reml, [0.046_137_79, 0.076_680_43, 0.046_341_30]), (Criterion::Ml, [0.043_832_26, 0.076_339_10, 0.044_816_75])]
    {
        let fit = model.fit(criterion, None).expect("a fit");
        let found = model.variances(&fit);
        let found = [found.se(0), found.se(1), found.icc_se(0)];
        assert!(found.iter().zip(&expected).all(|(found, expected)| relative(*found, *expected) < 1e-5), "{found:?} {expected:?}");
    }
    // Twice the difference of lme4's and lm's REML log likelihoods.
    let fit = model.fit(Criterion::Reml, None).expect("a fit");
    let level = likelihood_ratio(&design, Criterion::Reml, [0, 0], fit.deviance).expect("a test");
    assert!(relative(level.ratio, LEVEL[0]) < 1e-5 && relative(level.p, LEVEL[1]) < 1e-5 && level.parameters == 1, "{level:?}");
    let both = [RandomPart { groups: &groups, columns: vec![&one, &x], correlated: true }];
    let design = Design { y: &y, x: fixed, random: &both };
    let fit = Model::new(&design).expect("a design").fit(Criterion::Reml, None).expect("a fit");
    let slope = likelihood_ratio(&design, Criterion::Reml, [0, 1], fit.deviance).expect("a test");
    assert!(relative(slope.ratio, SLOPE[0]) < 1e-4 && relative(slope.p, SLOPE[1]) < 1e-4 && slope.parameters == 2, "{slope:?}");
    assert!(likelihood_ratio(&design, Criterion::Reml, [0, 2], fit.deviance).is_err());
}

#[test]
fn a_variance_at_zero_has_no_error_and_others_keep_theirs() {
    let [y, x, _, therapist] = clients("d04_2lvl_singular_zero_variance.csv");
    let (one, groups): (Vec<f64>, Vec<u32>) = therapist.iter().map(|code| (1.0, *code as u32)).unzip();
    let parts = [RandomPart { groups: &groups, columns: vec![&one], correlated: true }];
    let design = Design { y: &y, x: &[&one, &x], random: &parts };
    let model = Model::new(&design).expect("a design");
    let fit = model.fit(Criterion::Reml, None).expect("a fit");
    let found = model.variances(&fit);
    assert!(fit.status == Status::Boundary && found.estimates[0] == 0.0);
    assert!(found.se(0).is_nan() && found.icc_se(0).is_nan());
    // Without therapists it is the residual variance of a regression: σ² √(2 / (n − p)).
    assert!(relative(found.se(1), fit.sigma2 * (2.0 / (y.len() as f64 - 2.0)).sqrt()) < 1e-9);
    let test = likelihood_ratio(&design, Criterion::Reml, [0, 0], fit.deviance).expect("a test");
    assert_eq!((test.ratio, test.p), (0.0, 1.0));
}
