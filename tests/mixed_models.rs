//! Mixed models against lme4, lmerTest, pbkrtest and solutions in 40 to 50 digits. `-- --nocapture` prints the table that
//! docs/decisions.md shows.

mod fits;
mod luck;

use dyadsim::estimators::linear::Correction;
use dyadsim::estimators::mixed::{Criterion, Design, Deviation, Failure, Fit, Model, RandomPart, Status, fit, profile};
use fits::{CASES, Loaded, errors, number, over_terms, relative, satterthwaite, truth};
use luck::Luck;
use nalgebra::{DMatrix, DVector};

#[test]
fn fits_agree_with_the_references() {
    println!("| data set | β | SE | variances | criterion | Satterthwaite df | Kenward–Roger df | its SE |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut wrong = Vec::new();
    for case in CASES {
        let loaded = Loaded::new(case);
        let fit = loaded.model().fit(loaded.criterion, None).expect(case.name);
        let found = errors(case, &fit, &loaded.reference);
        let show = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.0e}"));
        println!(
            "| {} | {:.0e} | {:.0e} | {:.0e} | {:.0e} | {} | {} | {} |",
            case.name,
            found.beta,
            found.se,
            found.variances,
            found.criterion,
            show(found.satterthwaite),
            show(found.kenward_roger.map(|(df, _)| df)),
            show(found.kenward_roger.map(|(_, se)| se)),
        );
        let singular = loaded.reference["polished"]["singular"] == true;
        let status = if singular { Status::Boundary } else { Status::Converged };
        let checks = [
            ("β", found.beta, 1e-8),
            ("SE", found.se, 1e-6),
            ("variances", found.variances, 1e-6),
            ("criterion", found.criterion, 1e-10),
            ("Satterthwaite", found.satterthwaite.unwrap_or(0.0), satterthwaite(&loaded.reference).map_or(0.0, |(_, most)| most)),
            ("Kenward–Roger df", found.kenward_roger.map_or(0.0, |pair| pair.0), 1e-5),
            ("Kenward–Roger SE", found.kenward_roger.map_or(0.0, |pair| pair.1), 1e-6),
        ];
        wrong.extend(
            checks.iter().filter(|(_, error, most)| error > most).map(|(what, error, _)| format!("{} {what}: {error:e}", case.name)),
        );
        if fit.status != status {
            wrong.push(format!("{}: {:?}", case.name, fit.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn random_effects_agree_with_lme4() {
    for case in CASES {
        let loaded = Loaded::new(case);
        let model = loaded.model();
        let fit = model.fit(loaded.criterion, None).expect(case.name);
        let effects = model.random_effects(&fit);
        for (part, (name, columns)) in case.random.iter().enumerate() {
            let skip: usize = case.random[..part].iter().filter(|(other, _)| other == name).map(|(_, columns)| columns.len()).sum();
            let (means, covariances) = (&loaded.reference["blup_first5"][*name], &loaded.reference["blup_condvar_first5"][*name]);
            let sd = |column: usize| fit.components[part].covariance[(column, column)].sqrt();
            for group in 0..means.as_array().expect("groups").len() {
                for a in 0..columns.len() {
                    let difference = effects[part].effects[(group, a)] - number(&means[group][skip + a]);
                    assert!(difference.abs() <= 1e-7 * sd(a), "{} {name} {group}: {difference}", case.name);
                    // Of two parts of one grouping the reference has the covariances of the first alone.
                    for b in (0..columns.len()).filter(|_| skip == 0) {
                        let difference = effects[part].covariances[group][(a, b)] - number(&covariances[group][a][b]);
                        assert!(difference.abs() <= 1e-7 * sd(a) * sd(b), "{} {name} {group}: {difference}", case.name);
                    }
                }
            }
        }
    }
}

#[test]
fn cluster_robust_errors_agree_with_clubsandwich() {
    let mut compared = 0;
    for case in CASES {
        let loaded = Loaded::new(case);
        let x: Vec<&[f64]> = loaded.fixed.iter().map(Vec::as_slice).collect();
        let parts = loaded.parts();
        let design = Design { y: &loaded.y, x: &x, random: &parts };
        let therapist: Vec<usize> = loaded.groups.last().expect("groups").iter().map(|&code| code as usize).collect();
        for (name, correction) in [("CR0", Correction::CR0), ("CR1", Correction::CR1), ("CR2", Correction::CR2)] {
            let Some(expected) = loaded.reference.get(format!("clubSandwich_{name}")) else { continue };
            let fit = fit(&design, loaded.criterion).expect(case.name);
            let robust = fit.robust(&design, &therapist, correction).expect(case.name);
            let (se, df): (Vec<f64>, Vec<f64>) = robust.iter().map(|c| (c.se, c.df)).unzip();
            let (of_se, of_df) = (over_terms(case, &se, &expected["se"]), over_terms(case, &df, &expected["df_satt"]));
            assert!(of_se < 1e-6 && of_df < 1e-6, "{} {name}: {of_se:e} {of_df:e}", case.name);
            compared += 1;
        }
    }
    assert_eq!(compared, 45);
}

#[test]
fn cluster_robust_errors_of_a_model_without_random_parts_are_those_of_the_linear_one() {
    let loaded = Loaded::new(CASES.iter().find(|case| case.name == "d01_reml").expect("a case"));
    let x: Vec<&[f64]> = loaded.fixed.iter().map(Vec::as_slice).collect();
    let design = Design { y: &loaded.y, x: &x, random: &[] };
    let therapist: Vec<usize> = loaded.groups[0].iter().map(|&code| code as usize).collect();
    let found = fit(&design, Criterion::Reml).expect("a fit");
    let linear = dyadsim::estimators::linear::fit(&loaded.y, &x).expect("a fit");
    for correction in [Correction::CR0, Correction::CR1S, Correction::CR2, Correction::CR3] {
        let (one, other) = (found.robust(&design, &therapist, correction), linear.robust(&therapist, correction));
        for (one, other) in one.expect("errors").iter().zip(other.expect("errors")) {
            assert!(relative(one.se, other.se) < 1e-10 && relative(one.df, other.df) < 1e-9, "{correction:?} {one:?} {other:?}");
        }
    }
    let parts = loaded.parts();
    let design = Design { random: &parts, ..design };
    let found = fit(&design, Criterion::Reml).expect("a fit");
    let halves: Vec<usize> = (0..therapist.len()).map(|row| row % 2).collect();
    assert_eq!(found.robust(&design, &halves, Correction::CR0).unwrap_err(), Failure::SplitGroup { part: 0 });
    assert_eq!(found.robust(&design, &vec![1; therapist.len()], Correction::CR0).unwrap_err(), Failure::OneCluster);
}

/// Clients in therapists in clinics, slopes at two levels, a second arm without therapists.
struct Nested {
    y: Vec<f64>,
    one: Vec<f64>,
    time: Vec<f64>,
    treated: Vec<f64>,
    client: Vec<u32>,
    therapist: Vec<u32>,
    clinic: Vec<u32>,
}

fn nested(seed: u64) -> Nested {
    let mut luck = Luck(seed);
    let mut data = Nested { y: vec![], one: vec![], time: vec![], treated: vec![], client: vec![], therapist: vec![], clinic: vec![] };
    for clinic in 0..5 {
        let at_clinic = luck.normal();
        for therapist in 0..4 {
            let at_therapist = luck.normal();
            for client in 0..4 {
                let (level, slope) = (luck.normal(), 0.3 * luck.normal());
                for session in 0..2 + (luck.uniform() * 4.0) as usize {
                    let time = session as f64 + 0.3 * luck.uniform();
                    let treated = f64::from(client % 2);
                    data.y.push(20.0 + at_clinic + treated * at_therapist + level + (slope - 0.5) * time + luck.normal());
                    data.one.push(1.0);
                    data.time.push(time);
                    data.treated.push(treated);
                    data.client.push(1000 - (clinic * 16 + therapist * 4 + client));
                    // Untreated clients carry the code of nobody: their column is zero.
                    data.therapist.push(if treated == 1.0 { clinic * 4 + therapist } else { 77 });
                    data.clinic.push(clinic * 3);
                }
            }
        }
    }
    data
}

/// Minus twice the log (restricted) likelihood from the whole covariance matrix of the rows, without any short cut.
fn whole_deviance(y: &[f64], x: &[&[f64]], parts: &[RandomPart], fit: &Fit) -> f64 {
    let n = y.len();
    let mut v = DMatrix::<f64>::identity(n, n) * fit.sigma2;
    for (part, component) in parts.iter().zip(&fit.components) {
        let z = DMatrix::from_fn(n, part.columns.len(), |row, column| part.columns[column][row]);
        let shared = &z * &component.covariance * z.transpose();
        v += DMatrix::from_fn(n, n, |i, j| if part.groups[i] == part.groups[j] { shared[(i, j)] } else { 0.0 });
    }
    let x = DMatrix::from_fn(n, x.len(), |row, column| x[column][row]);
    let y = DVector::from_column_slice(y);
    let factor = v.cholesky().expect("a covariance matrix");
    let information = x.transpose() * factor.solve(&x);
    let fixed = information.clone().cholesky().expect("independent columns");
    let residual = &y - &x * fixed.solve(&(x.transpose() * factor.solve(&y)));
    let log_det = |l: DMatrix<f64>| 2.0 * l.diagonal().iter().map(|value| value.ln()).sum::<f64>();
    let reml = fit.criterion == Criterion::Reml;
    let (freedom, penalty) = if reml { (n - x.ncols(), log_det(fixed.l())) } else { (n, 0.0) };
    log_det(factor.l()) + penalty + residual.dot(&factor.solve(&residual)) + freedom as f64 * std::f64::consts::TAU.ln()
}

#[test]
fn three_levels_and_partial_nesting_agree_with_the_whole_covariance_matrix() {
    let data = nested(20_250_101);
    let x: &[&[f64]] = &[&data.one, &data.time, &data.treated];
    let parts = [
        RandomPart { groups: &data.clinic, columns: vec![&data.one], correlated: true },
        RandomPart { groups: &data.client, columns: vec![&data.one, &data.time], correlated: true },
        RandomPart { groups: &data.therapist, columns: vec![&data.treated], correlated: true },
    ];
    let model = Model::new(&Design { y: &data.y, x, random: &parts }).expect("nested groups");
    for criterion in [Criterion::Reml, Criterion::Ml] {
        let best = model.fit(criterion, None).expect("a fit");
        let whole = whole_deviance(&data.y, x, &parts, &best);
        assert!(relative(best.deviance, whole) < 1e-11, "{} {whole}", best.deviance);
        assert_eq!(best.components.iter().map(|component| component.groups).collect::<Vec<_>>(), [5, 80, 20]);
        // No neighbour is better.
        for part in 0..3 {
            for (a, b) in [(0, 0), (1, 0), (1, 1)].into_iter().filter(|&(a, _)| a < parts[part].columns.len()) {
                for factor in [0.99, 1.01] {
                    let mut other = best.clone();
                    let value = other.components[part].covariance[(a, b)] * factor;
                    (other.components[part].covariance[(a, b)], other.components[part].covariance[(b, a)]) = (value, value);
                    assert!(whole_deviance(&data.y, x, &parts, &other) >= whole - 1e-9, "part {part} {a} {b} {factor}");
                }
            }
        }
        let again = model.fit(criterion, Some(&best.theta)).expect("a fit");
        assert!(relative(again.deviance, best.deviance) < 1e-12 && again.steps <= 2, "{} steps", again.steps);
    }
}

#[test]
fn units_and_order_do_not_matter() {
    let data = nested(7);
    let far: Vec<f64> = data.time.iter().map(|time| 1e5 * (time + 1e3)).collect();
    let tall: Vec<f64> = data.y.iter().map(|y| 1e-6 * (y + 1e5)).collect();
    let order: Vec<usize> = (0..data.y.len()).map(|row| row * 7 % data.y.len()).collect();
    assert_ne!(data.y.len() % 7, 0);
    let turned = |column: &[f64]| order.iter().map(|&row| column[row]).collect::<Vec<f64>>();
    let (one, far, tall) = (turned(&data.one), turned(&far), turned(&tall));
    let client: Vec<u32> = order.iter().map(|&row| data.client[row]).collect();
    let plain_parts = [RandomPart { groups: &data.client, columns: vec![&data.one, &data.time], correlated: true }];
    let other_parts = [RandomPart { groups: &client, columns: vec![&one, &far], correlated: true }];
    let plain = fit(&Design { y: &data.y, x: &[&data.one, &data.time], random: &plain_parts }, Criterion::Reml).expect("a fit");
    let other = fit(&Design { y: &tall, x: &[&one, &far], random: &other_parts }, Criterion::Reml).expect("a fit");
    assert!(relative(other.beta[1] * 1e11, plain.beta[1]) < 1e-8);
    assert!(relative(other.se()[1] * 1e11, plain.se()[1]) < 1e-8);
    assert!(relative(other.sigma2 * 1e12, plain.sigma2) < 1e-8);
    assert!(relative(other.components[0].covariance[(1, 1)] * 1e22, plain.components[0].covariance[(1, 1)]) < 1e-6);
    assert!(relative(other.satterthwaite()[1], plain.satterthwaite()[1]) < 1e-6);
}

#[test]
fn uncorrelated_slopes_in_one_part_or_two_are_the_same() {
    let case = CASES.iter().find(|case| case.name == "d11_uncorr_reml").expect("a case");
    let loaded = Loaded::new(case);
    let two = loaded.model().fit(Criterion::Reml, None).expect("a fit");
    let columns = vec![loaded.random[0][0].as_slice(), loaded.random[1][0].as_slice()];
    let parts = [RandomPart { groups: &loaded.groups[0], columns, correlated: false }];
    let x: Vec<&[f64]> = loaded.fixed.iter().map(Vec::as_slice).collect();
    let one = fit(&Design { y: &loaded.y, x: &x, random: &parts }, Criterion::Reml).expect("a fit");
    assert!(relative(one.deviance, two.deviance) < 1e-13);
    assert!(relative(one.components[0].covariance[(1, 1)], two.components[1].covariance[(0, 0)]) < 1e-9);
    assert_eq!(one.components[0].covariance[(0, 1)], 0.0);
}

#[test]
fn a_column_that_others_determine_is_left_out() {
    let case = CASES.iter().find(|case| case.name == "d01_reml").expect("a case");
    let loaded = Loaded::new(case);
    let sum: Vec<f64> = loaded.fixed[1].iter().map(|x| 3.0 * x - 2.0).collect();
    let x: Vec<&[f64]> = vec![&loaded.fixed[0], &loaded.fixed[1], &sum, &loaded.fixed[2]];
    let whole = loaded.model().fit(Criterion::Reml, None).expect("a fit");
    let found = fit(&Design { y: &loaded.y, x: &x, random: &loaded.parts() }, Criterion::Reml).expect("a fit");
    assert_eq!((found.kept.as_slice(), found.dropped.as_slice()), ([0, 1, 3].as_slice(), [2].as_slice()));
    assert!(relative(found.beta[2], whole.beta[2]) < 1e-12 && relative(found.deviance, whole.deviance) < 1e-12);
    assert!(relative(found.icc(0), number(&truth(&loaded.reference)["icc"])) < 1e-10);
    assert_eq!(found.residual_df(), 328.0);
}

#[test]
fn profile_intervals_agree_with_a_search_by_brute_force() {
    // d01 by REML; limits from the whole covariance matrix and nested one-dimensional searches (scipy).
    let case = CASES.iter().find(|case| case.name == "d01_reml").expect("a case");
    let loaded = Loaded::new(case);
    let x: Vec<&[f64]> = loaded.fixed.iter().map(Vec::as_slice).collect();
    let parts = loaded.parts();
    let design = Design { y: &loaded.y, x: &x, random: &parts };
    let therapist = profile(&design, Criterion::Reml, Deviation::Random { part: 0, column: 0 }, 0.95).expect("an interval");
    assert!(relative(therapist.low, 0.0358992873) < 1e-5 && relative(therapist.high, 0.4363623716) < 1e-6, "{therapist:?}");
    let residual = profile(&design, Criterion::Reml, Deviation::Residual, 0.95).expect("an interval");
    assert!(relative(residual.low, 0.8696645602) < 1e-6 && relative(residual.high, 1.0294196777) < 1e-6, "{residual:?}");
    // A variance of zero: the interval begins there.
    let singular = Loaded::new(CASES.iter().find(|case| case.name == "d04_reml").expect("a case"));
    let x: Vec<&[f64]> = singular.fixed.iter().map(Vec::as_slice).collect();
    let parts = singular.parts();
    let design = Design { y: &singular.y, x: &x, random: &parts };
    let found = profile(&design, Criterion::Reml, Deviation::Random { part: 0, column: 0 }, 0.95).expect("an interval");
    assert!(found.estimate == 0.0 && found.low == 0.0 && found.high > 0.0, "{found:?}");
    let nowhere = profile(&design, Criterion::Reml, Deviation::Random { part: 0, column: 1 }, 0.95);
    assert_eq!(nowhere, Err(Failure::NoSuchColumn { part: 0, column: 1 }));
}

#[test]
fn slope_intervals_do_not_depend_on_the_order_of_columns() {
    let loaded = Loaded::new(CASES.iter().find(|case| case.name == "d11_reml").expect("a case"));
    let x: Vec<&[f64]> = loaded.fixed.iter().map(Vec::as_slice).collect();
    let mut parts = loaded.parts();
    let of = |parts: &[RandomPart], column| {
        let design = Design { y: &loaded.y, x: &x, random: parts };
        profile(&design, Criterion::Reml, Deviation::Random { part: 0, column }, 0.9).expect("an interval")
    };
    let slope = of(&parts, 1);
    parts[0].columns.reverse();
    let same = of(&parts, 0);
    assert!(relative(slope.low, same.low) < 1e-7 && relative(slope.high, same.high) < 1e-7, "{slope:?} {same:?}");
    assert!(slope.low < slope.estimate && slope.estimate < slope.high);
}

/// What is wrong with a design of an intercept and a random intercept.
fn failure(y: &[f64], groups: &[u32]) -> Failure {
    let one = vec![1.0; y.len()];
    let parts = [RandomPart { groups, columns: vec![&one], correlated: true }];
    fit(&Design { y, x: &[&one], random: &parts }, Criterion::Reml).expect_err("a failure")
}

#[test]
fn unusable_data_are_refused_with_a_reason() {
    assert_eq!(failure(&[], &[]), Failure::NoRows);
    assert_eq!(failure(&[1.0], &[0]), Failure::TooFewRows { n: 1, p: 1 });
    assert_eq!(failure(&[1.0, 2.0, 4.0], &[5, 5, 5]), Failure::OneGroup { part: 0 });
    assert_eq!(failure(&[1.0, 2.0, 4.0], &[0, 1, 2]), Failure::OneRowPerGroup { part: 0 });
    assert_eq!(failure(&[3.0, 3.0, 3.0, 3.0], &[0, 0, 1, 1]), Failure::ExactFit);
    assert_eq!(failure(&[1.0, 1.0, 4.0, 4.0], &[0, 0, 1, 1]), Failure::NoResidual);
    assert_eq!(failure(&[1.0, f64::NAN, 4.0], &[0, 0, 1]), Failure::NotFinite { what: "the outcome".to_owned(), row: 1 });
    assert_eq!(failure(&[1.0, 3.0, 4.0], &[0, 0]).to_string(), "the grouping of random part 0 has 2 rows, the outcome 3");
}

#[test]
fn unusable_random_parts_are_refused_with_a_reason() {
    let y = [1.0, 3.0, 2.0, 5.0, 4.0, 4.5, 2.5, 3.5];
    let (one, zero, x) = ([1.0; 8], [0.0; 8], [0.1, 0.4, 0.2, 0.9, 0.3, 0.8, 0.6, 0.5]);
    let (fine, across, halves) = ([0, 0, 1, 1, 2, 2, 3, 3], [0, 1, 0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 1, 1, 1, 1]);
    let wrong = |parts: &[RandomPart]| fit(&Design { y: &y, x: &[&one], random: parts }, Criterion::Ml).expect_err("a failure");
    let part = |groups, columns| RandomPart { groups, columns, correlated: true };
    assert_eq!(wrong(&[part(&fine, vec![&one]), part(&across, vec![&one])]), Failure::Crossed { fine: 0, coarse: 1 });
    assert_eq!(wrong(&[part(&fine, vec![&one, &x])]), Failure::TooManyEffects { part: 0 });
    assert_eq!(wrong(&[part(&halves, vec![&one, &zero])]), Failure::SingularColumns { part: 0 });
    assert_eq!(wrong(&[part(&halves, vec![&x, &x])]), Failure::SingularColumns { part: 0 });
    assert_eq!(wrong(&[part(&halves, vec![&one]), part(&halves, vec![&one])]), Failure::Duplicate { first: 0, second: 1 });
    assert_eq!(wrong(&[part(&halves, vec![])]), Failure::SingularColumns { part: 0 });
    // Without random parts the model is the linear one.
    let linear = fit(&Design { y: &y, x: &[&one, &x], random: &[] }, Criterion::Reml).expect("a fit");
    assert!((linear.satterthwaite()[1] - 6.0).abs() < 1e-9 && (linear.kenward_roger().expect("REML").df[1] - 6.0).abs() < 1e-9);
    // Without fixed effects too.
    let none = fit(&Design { y: &y, x: &[], random: &[part(&halves, vec![&one])] }, Criterion::Reml).expect("a fit");
    assert!(none.beta.is_empty() && none.sigma2 > 0.0);
}
