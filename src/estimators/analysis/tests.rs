//! Methods on data of which the truth is known.

use super::panel::{Estimator, Panel};
use super::{Analysis, LatentMeans, Linear, Luck, Mean, Missing, Ranked, Reason, Therapists, Value};
use crate::dataset::catalogue::{Known, Level};
use crate::dataset::frame::{Column, Frame, Quantity, Rows, Slot, Wanted};
use crate::estimators::distributions::{normal_cdf, normal_quantile};
use crate::estimators::formula::expr::Expr;
use crate::estimators::formula::model::Model;
use crate::estimators::formula::names::{Lookup, Names};
use crate::estimators::formula::{expression, formula};
use crate::estimators::panel::nickell_bias;
use crate::estimators::structural::two_level::bias_of_observed_means;
use core::f64::consts::PI;
use std::sync::Arc;

/// A linear congruence.
struct Chance(u64);

impl Luck for Chance {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }
}

impl Chance {
    fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }
}

/// Names that are looked up, and the frame that goes with them.
struct Data {
    wanted: Wanted,
    level: Level,
}

impl Data {
    fn new(level: Level) -> Self {
        Self { wanted: Wanted::default(), level }
    }

    fn look_up<T>(&mut self, of: impl FnOnce(&mut Lookup) -> Option<T>) -> T {
        let names = Names::default();
        let mut lookup = Lookup::new(&names, self.level, &mut self.wanted);
        of(&mut lookup).expect("names that are known")
    }

    fn model(&mut self, text: &str) -> Model {
        self.look_up(|lookup| Model::of(&formula(text).expect("a formula"), lookup))
    }

    fn expr(&mut self, text: &str) -> Expr {
        self.look_up(|lookup| lookup.expr(&expression(text).expect("an expression")))
    }

    fn slot(&mut self, column: Known) -> Slot {
        self.wanted.slot(Quantity::Known(column))
    }

    /// Clients with these columns.
    fn clients(&self, columns: &[(Known, Column)]) -> Frame {
        let of = |quantity: &Quantity| {
            let found = columns.iter().find(|(column, _)| *quantity == Quantity::Known(*column));
            found.map_or(Column::Numbers(Vec::new()), |(_, column)| column.clone())
        };
        let len = columns.iter().map(|(_, column)| length(column)).max().unwrap_or(0);
        let clients = Rows { len, of_arm: core::iter::once(0..len).collect(), columns: self.wanted.clients.iter().map(of).collect() };
        Frame { clients, ..Frame::default() }
    }
}

fn length(column: &Column) -> usize {
    match column {
        Column::Numbers(values) => values.len(),
        Column::Codes(codes) => codes.len(),
    }
}

fn analysis(level: Level, method: impl super::Method + 'static) -> Analysis {
    let name = "test".to_owned();
    Analysis {
        name,
        level,
        over_arms: false,
        filter: Vec::new(),
        missing: None,
        method: Arc::new(method),
        truths: Vec::new(),
        ranked: None,
    }
}

fn apply(of: &Analysis, frame: &Frame, everybody: &Frame, luck: &mut Chance) -> Result<Vec<Value>, Reason> {
    of.apply(frame, everybody, Some(0), luck).map(|fit| fit.values)
}

/// Mean and its Monte Carlo error.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n * (n - 1.0))).sqrt())
}

/// A mean agrees with the truth, and would not with a planted bug.
fn check(what: &str, values: &[f64], truth: f64, bugs: &[f64]) {
    near(what, values, truth, 0.0, bugs);
}

/// The same of an estimator that has a bias in small samples, of `slack` at most.
fn near(what: &str, values: &[f64], truth: f64, slack: f64, bugs: &[f64]) {
    let (mean, error) = mean(values);
    let reach = 4.0 * error + slack;
    assert!((mean - truth).abs() < reach, "{what}: {mean} ± {error}, true {truth}");
    for bug in bugs {
        assert!((mean - bug).abs() > reach, "{what}: {mean} ± {error} would not tell {truth} from {bug}");
    }
}

/// Sessions of persons: y(t) = ρ y(t − 1) + constant + error, from equilibrium.
fn course(data: &Data, luck: &mut Chance, persons: usize, sessions: usize, rho: f64) -> Frame {
    let (mut y, mut t, mut client_of) = (Vec::new(), Vec::new(), Vec::new());
    for person in 0..persons {
        let constant = luck.normal();
        let mut now = constant / (1.0 - rho) + luck.normal() / (1.0 - rho * rho).sqrt();
        for session in 1..=sessions {
            y.push(now);
            t.push(session as f64);
            client_of.push(person as u32);
            now = rho * now + constant + luck.normal();
        }
    }
    let of = |quantity: &Quantity| Column::Numbers(if *quantity == Quantity::Known(Known::Session) { t.clone() } else { y.clone() });
    let len = y.len();
    let columns = data.wanted.sessions.iter().map(of).collect();
    let mut frame = data.clients(&[(Known::Client, Column::Codes((0..persons as u32).collect()))]);
    frame.sessions = Rows { len, of_arm: core::iter::once(0..len).collect(), columns };
    Frame { client_of, ..frame }
}

fn panel(data: &mut Data, text: &str, estimator: Estimator) -> Analysis {
    let (client, session) = (data.slot(Known::Client), Expr::Column(data.slot(Known::Session)));
    analysis(Level::Sessions, Panel { model: data.model(text), estimator, robust: true, client, session })
}

#[test]
fn the_within_estimator_has_nickells_bias_and_others_have_none() {
    let mut data = Data::new(Level::Sessions);
    let text = "symptoms ~ lag(symptoms)";
    let within = panel(&mut data, text, Estimator::Within);
    let moments = super::Moments { system: false, two_steps: false, collapse: true, lags: 9, exogenous: Vec::new() };
    let arellano = panel(&mut data, text, Estimator::Moments(moments.clone()));
    let blundell = panel(&mut data, text, Estimator::Moments(super::Moments { system: true, ..moments }));
    assert_eq!(within.terms(), ["lag(symptoms)", "nickell bias"]);
    assert_eq!(arellano.terms(), ["lag(symptoms)", "hansen", "serial 1", "serial 2"]);
    assert_eq!(blundell.terms()[..2], ["(Intercept)", "lag(symptoms)"]);
    let mut luck = Chance(5);
    let mut found = vec![Vec::new(); 4];
    for _ in 0..200 {
        let frame = course(&data, &mut luck, 150, 6, 0.5);
        let fit = |of: &Analysis, luck: &mut Chance| apply(of, &frame, &Frame::default(), luck).expect("a fit");
        let biased = fit(&within, &mut luck);
        found[0].push(biased[0].estimate);
        found[1].push(biased[1].estimate);
        found[2].push(fit(&arellano, &mut luck)[0].estimate);
        found[3].push(fit(&blundell, &mut luck)[1].estimate);
    }
    // Six sessions are five equations.
    let bias = nickell_bias(0.5, 5);
    check("within", &found[0], 0.5 + bias, &[0.5, 0.5 + nickell_bias(0.5, 6), 0.5 + nickell_bias(0.5, 4)]);
    check("its bias", &found[1], bias, &[0.0]);
    // Bias of the method of moments falls with the number of persons, and is below 2 / persons here. Planted: constants that are
    // left in (their variance is 1, that of outcomes 1 / (1 − ρ)² + 1 / (1 − ρ²)), taken out by means, and by differences.
    let left_in = 0.5 + (1.0 / 0.5) / (1.0 / 0.25 + 1.0 / 0.75);
    for (what, values) in [("Arellano and Bond", &found[2]), ("Blundell and Bond", &found[3])] {
        near(what, values, 0.5, 2.0 / 150.0, &[left_in, 0.5 + bias, 0.5 + nickell_bias(0.5, 2)]);
    }
}

#[test]
fn a_model_without_the_past_is_that_of_dummies_for_clients() {
    let mut data = Data::new(Level::Sessions);
    let found = panel(&mut data, "symptoms ~ session", Estimator::Within);
    let differences = panel(&mut data, "symptoms ~ session", Estimator::FirstDifference);
    let frame = course(&data, &mut Chance(9), 30, 4, 0.2);
    let fit = |of: &Analysis| apply(of, &frame, &Frame::default(), &mut Chance(1)).expect("a fit");
    assert_eq!(found.terms(), ["session"]);
    // Sessions 1 to 4 of everybody: slope Σ (t − 2.5) y / (5 persons); differences: (last − first) / 3.
    let Column::Numbers(y) =
        &frame.sessions.columns[data.wanted.sessions.iter().position(|q| *q == Quantity::Known(Known::Symptoms)).unwrap()]
    else {
        panic!("numbers")
    };
    let slope: f64 = y.chunks(4).map(|y| -1.5 * y[0] - 0.5 * y[1] + 0.5 * y[2] + 1.5 * y[3]).sum::<f64>() / (5.0 * 30.0);
    let change: f64 = y.chunks(4).map(|y| (y[3] - y[0]) / 3.0).sum::<f64>() / 30.0;
    assert!((fit(&found)[0].estimate - slope).abs() < 1e-12);
    assert!((fit(&differences)[0].estimate - change).abs() < 1e-12);
}

/// Clients of whom those with a high pre are more likely to lack post; post = .5 pre + error, mean 0.
fn gone(data: &Data, luck: &mut Chance, n: usize) -> Frame {
    let (mut pre, mut post, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let before = luck.normal();
        let after = 0.5 * before + luck.normal();
        let there = luck.uniform() < 1.0 / (1.0 + libm::exp(before - 0.5));
        pre.push(before);
        last.push(after + 1.0);
        post.push(if there { after } else { f64::NAN });
    }
    data.clients(&[(Known::Pre, Column::Numbers(pre)), (Known::Post, Column::Numbers(post)), (Known::Last, Column::Numbers(last))])
}

#[test]
fn missing_outcomes_are_made_up_for() {
    let mut data = Data::new(Level::Clients);
    let (of, last, post) = (data.slot(Known::Post), data.expr("last"), data.expr("post"));
    let model = data.model("post ~ pre");
    let handled = |missing: Option<Missing>| Analysis { missing, ..analysis(Level::Clients, Mean { of: post.clone() }) };
    let imputed = |delta: f64| handled(Some(Missing::Imputed { of, model: model.clone(), count: 10, delta }));
    let all = [
        handled(None),
        imputed(0.0),
        imputed(2.0),
        handled(Some(Missing::Weighted { of, model: model.clone() })),
        handled(Some(Missing::Replaced { of, by: last })),
    ];
    let mut luck = Chance(3);
    let (mut found, mut held, mut shares) = (vec![Vec::new(); 5], Vec::new(), Vec::new());
    for trial in 0..300 {
        let frame = gone(&data, &mut luck, 200);
        let values: Vec<Value> =
            all.iter().map(|one| apply(one, &frame, &Frame::default(), &mut Chance(trial)).expect("a fit")[0]).collect();
        found.iter_mut().zip(&values).for_each(|(found, value)| found.push(value.estimate));
        held.push(f64::from(u8::from(values[1].low < 0.0 && values[1].high > 0.0)));
        let Column::Numbers(post) = &frame.clients.columns[of.index] else { panic!("numbers") };
        let share = post.iter().filter(|post| post.is_nan()).count() as f64 / 200.0;
        shares.push(share);
        // What is added to every value that is made moves the mean by as much as there are such values, with the same luck.
        assert!((values[2].estimate - values[1].estimate - 2.0 * share).abs() < 1e-12 && (values[2].se - values[1].se) >= 0.0);
    }
    let (biased, error) = mean(&found[0]);
    assert!(biased < -8.0 * error, "completers must differ: {biased} ± {error}");
    check("imputed", &found[1], 0.0, &[biased]);
    check("weighted", &found[3], 0.0, &[biased]);
    // One unit too much for those who are replaced.
    let replaced: Vec<f64> = found[4].iter().zip(&shares).map(|(mean, share)| mean - share).collect();
    check("replaced", &replaced, 0.0, &[biased]);
    check("coverage", &held, 0.95, &[0.85]);
}

#[test]
fn weights_are_those_of_a_weighted_mean() {
    let mut data = Data::new(Level::Clients);
    let (of, model) = (data.slot(Known::Post), data.model("post ~ 1"));
    let method = Linear { model: model.clone(), cluster: None };
    let weighted = Analysis { missing: Some(Missing::Weighted { of, model }), ..analysis(Level::Clients, method) };
    let frame = data.clients(&[(Known::Post, Column::Numbers(vec![1.0, 3.0, f64::NAN, 8.0, f64::NAN]))]);
    // Everybody is as likely to be there: the mean of 1, 3, 8, with the error of the mean, √(26 / 3²) · √(3 / 2).
    let found = apply(&weighted, &frame, &Frame::default(), &mut Chance(1)).expect("a fit");
    assert!((found[0].estimate - 4.0).abs() < 1e-9 && (found[0].se - (26.0f64 / 9.0 * 1.5).sqrt()).abs() < 1e-9, "{found:?}");
}

/// Groups of equal size whose true means have variance `between`; x = mean + error, y = .2 within + .8 between + error.
fn grouped(data: &Data, luck: &mut Chance, (groups, size): (usize, usize), between: f64) -> (Frame, Vec<f64>) {
    let (mut x, mut y, mut codes, mut truth) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for group in 0..groups {
        let level = between.sqrt() * luck.normal();
        truth.push(level);
        for _ in 0..size {
            let own = luck.normal();
            x.push(level + own);
            y.push(0.2 * own + 0.8 * level + luck.normal());
            codes.push(group as u32);
        }
    }
    let columns = [(Known::Early, Column::Numbers(x)), (Known::Gain, Column::Numbers(y)), (Known::Therapist, Column::Codes(codes))];
    (data.clients(&columns), truth)
}

#[test]
fn latent_means_take_back_the_bias_of_observed_ones() {
    let mut data = Data::new(Level::Clients);
    let latent = analysis(Level::Clients, LatentMeans { model: data.model("gain ~ early + (1 | therapist)") });
    let observed = "gain ~ mean(early | therapist) + within(early | therapist)";
    let observed = analysis(Level::Clients, Linear { model: data.model(observed), cluster: None });
    assert_eq!(latent.terms()[..4], ["within early", "between early", "contextual early", "reliability early"]);
    // Variance .25 between, 1 within, groups of 8: reliability .25 / (.25 + 1/8).
    let (reliability, mut luck) = (0.25 / (0.25 + 0.125), Chance(17));
    let mut found = vec![Vec::new(); 4];
    for _ in 0..150 {
        let (frame, _) = grouped(&data, &mut luck, (150, 8), 0.25);
        let of = |one: &Analysis, luck: &mut Chance| apply(one, &frame, &Frame::default(), luck).expect("a fit");
        let (latent, observed) = (of(&latent, &mut luck), of(&observed, &mut luck));
        found[0].push(observed[1].estimate);
        (1..4).for_each(|i| found[i].push(latent[[0, 0, 1, 3][i]].estimate));
    }
    let bias = bias_of_observed_means(0.2, 0.8, reliability);
    assert!((bias + 0.2).abs() < 1e-12);
    check("observed means", &found[0], 0.8 + bias, &[0.8, 0.8 + bias / 2.0]);
    check("within", &found[1], 0.2, &[0.25]);
    // Ratios are biased by a little over one in the number of groups. Planted: half of the correction; groups of seven, the share
    // of variance between (of groups of one), and the reliability of nothing but true values.
    near("latent means", &found[2], 0.8, 1.5 / 150.0, &[0.8 + bias, 0.8 + bias / 2.0]);
    near("reliability", &found[3], reliability, 1.5 / 150.0, &[0.25 / (0.25 + 1.0 / 7.0), 0.2, 1.0]);
}

#[test]
fn ranks_agree_with_the_truth_as_far_as_reliability_allows() {
    let mut data = Data::new(Level::Clients);
    let (of, by) = (data.expr("early"), data.slot(Known::Therapist));
    let ranked = Some(Ranked { of, by });
    let method = Therapists { model: data.model("early ~ 1 + (1 | therapist)") };
    let method = Analysis { ranked, ..analysis(Level::Clients, method) };
    let (groups, size, between) = (40, 10, 0.4);
    let mut luck = Chance(23);
    let mut found = vec![Vec::new(); 4];
    for _ in 0..250 {
        let (frame, truth) = grouped(&data, &mut luck, (groups, size), between);
        let codes = Column::Codes((0..groups as u32).collect());
        let everybody = data.clients(&[(Known::Early, Column::Numbers(truth)), (Known::Therapist, codes)]);
        let values = apply(&method, &frame, &everybody, &mut luck).expect("a fit");
        let value = |term: &str| values[method.terms().iter().position(|known| known == term).expect("a term")].estimate;
        found[0].push(value("rank correlation"));
        found[1].push(value("reliability"));
        found[2].push(value("flagged high") + value("flagged low"));
        found[3].push(value("outside 95 %"));
    }
    // Spearman's correlation of a sample from a normal distribution (Moran 1948).
    let (n, r, reliability) = (groups as f64, (0.4f64 / 0.5).sqrt(), 0.4 / 0.5);
    let spearman = |r: f64| 6.0 / (PI * (n + 1.0)) * (r.asin() + (n - 2.0) * (r / 2.0).asin());
    check("rank correlation", &found[0], spearman(r), &[spearman(0.8), r]);
    // Estimated from 40 groups: biased downwards by a little. Planted: half the clients, one client, its root.
    near("reliability", &found[1], reliability, 0.01, &[0.4 / 0.6, 0.4 / 1.4, r]);
    // |BLUP| > 1.96 √conditional variance: |N(0, rel τ²)| > 1.96 √(τ²(1 − rel)); funnel: |N(0, τ² + σ²/n)| > 1.96 √(σ²/n).
    let beyond = |limit: f64| 2.0 * (1.0 - normal_cdf(limit));
    let (z, z_of_90) = (normal_quantile(0.975), normal_quantile(0.95));
    let (flags, funnel) = (((1.0 - reliability) / reliability).sqrt(), (0.1f64 / 0.5).sqrt());
    // Planted: limits of 90 %; means that are not shrunk held against the interval of shrunken ones, or the other way round; limits
    // that make room for true differences too.
    near("flags", &found[2], beyond(z * flags), 0.01, &[beyond(z_of_90 * flags), beyond(z * funnel), 0.05]);
    near("funnel", &found[3], beyond(z * funnel), 0.01, &[beyond(z_of_90 * funnel), beyond(z * flags), 0.05]);
}
