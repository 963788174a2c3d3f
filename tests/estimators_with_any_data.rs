//! Whatever the data, a method answers or says why not: no panic, no endless search, no number that is infinite.

use dyadsim::estimators::coefficient::Coefficient;
use dyadsim::estimators::linear::Correction;
use dyadsim::estimators::logistic::{self, Link, mixed};
use dyadsim::estimators::meta::{self, Method};
use dyadsim::estimators::panel::gmm::{self, Use};
use dyadsim::estimators::panel::two_stage::{Instrument, anderson_hsiao};
use dyadsim::estimators::panel::{Panel, within};
use dyadsim::estimators::status::Failure;
use dyadsim::estimators::structural::cross_lagged::{self, Model};
use dyadsim::estimators::structural::two_level;
use dyadsim::estimators::survival::cox::{self, Options};
use dyadsim::estimators::survival::{competing, gray, kaplan_meier, log_rank};
use dyadsim::estimators::{agreement, linear};

/// A linear congruence.
struct Luck(u64);

impl Luck {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// Columns as studies have them at their worst: constant, few values, another scale, copies, outliers, missing ones.
    fn column(&mut self, n: usize) -> Vec<f64> {
        let kind = self.below(9);
        let mut plain = || self.below(1000) as f64 / 500.0 - 1.0;
        let mut column: Vec<f64> = (0..n).map(|_| plain()).collect();
        match kind {
            0 => column.fill(0.3),
            1 => column.iter_mut().for_each(|x| *x = f64::from(u8::from(*x > 0.0))),
            2 => column.iter_mut().for_each(|x| *x += 1e9),
            3 => column.iter_mut().for_each(|x| *x *= 1e-12),
            4 => column.iter_mut().for_each(|x| *x *= 1e60),
            5 => column.iter_mut().take(1).for_each(|x| *x = 1e8),
            6 => column.iter_mut().skip(2).take(1).for_each(|x| *x = f64::NAN),
            _ => {}
        }
        column
    }

    fn labels(&mut self, n: usize) -> Vec<usize> {
        let groups = 1 + self.below(n as u64 + 1);
        (0..n).map(|_| self.below(groups) as usize).collect()
    }

    fn yes_or_no(&mut self, n: usize) -> Vec<f64> {
        let odds = 1 + self.below(6);
        (0..n).map(|_| f64::from(u8::from(self.below(odds) == 0))).collect()
    }
}

/// Estimates are numbers or, where dropped, NaN; errors are not negative.
fn sound(what: &str, coefficients: &[Coefficient]) {
    for c in coefficients {
        assert!(!c.estimate.is_infinite() && (c.se.is_nan() || c.se >= 0.0), "{what}: {c:?}");
    }
}

/// Counts answers and failures, so that a test can tell that it saw both.
#[derive(Default)]
struct Seen {
    answers: usize,
    failures: usize,
}

impl Seen {
    fn add<T>(&mut self, found: Result<T, Failure>) -> Option<T> {
        match found {
            Ok(found) => {
                self.answers += 1;
                Some(found)
            }
            Err(failure) => {
                self.failures += 1;
                assert!(failure.to_string().len() > 8, "{failure:?}");
                None
            }
        }
    }

    fn both(&self, what: &str) {
        assert!(self.answers > 50 && self.failures > 50, "{what}: {} answers, {} failures", self.answers, self.failures);
    }
}

#[test]
fn regressions() {
    let (mut luck, mut lines, mut logits, mut mixtures) = (Luck(1), Seen::default(), Seen::default(), Seen::default());
    for _ in 0..3000 {
        let n = luck.below(25) as usize;
        let x = [vec![1.0; n], luck.column(n), luck.column(n)];
        let (y, yes, group) = (luck.column(n), luck.yes_or_no(n), luck.labels(n));
        if let Some(found) = lines.add(linear::fit(&y, &x)) {
            sound("linear", &found.coefficients);
            for correction in [Correction::CR0, Correction::CR1, Correction::CR1S, Correction::CR2, Correction::CR3] {
                if let Ok(robust) = found.robust(&group, correction) {
                    sound("robust", &robust);
                }
            }
        }
        for link in [Link::Logit, Link::Cloglog] {
            if let Some(found) = logits.add(logistic::fit(&yes, &x, link)) {
                sound("logistic", &found.coefficients);
            }
        }
        let link = if luck.below(2) == 0 { Link::Logit } else { Link::Cloglog };
        if let Some(found) = mixtures.add(mixed::fit(&yes, &x[..2], link, &group, 1 + luck.below(5) as usize)) {
            sound("logistic with groups", &found.coefficients);
            assert!(found.variance >= 0.0 && (0.0..1.0).contains(&found.icc), "{found:?}");
        }
    }
    lines.both("linear");
    logits.both("logistic");
    mixtures.both("logistic with groups");
}

#[test]
fn studies() {
    let (mut luck, mut seen) = (Luck(2), Seen::default());
    let methods = [Method::FE, Method::DL, Method::REML, Method::ML, Method::PM, Method::HE, Method::SJ, Method::HS, Method::EB];
    for _ in 0..3000 {
        let k = luck.below(12) as usize;
        let (effects, moderator) = (luck.column(k), luck.column(k));
        let variances: Vec<f64> = luck.column(k).iter().map(|v| v.abs()).collect();
        for method in methods {
            if let Some(found) = seen.add(meta::fit(&effects, &variances, &[&moderator], method, luck.below(2) == 0)) {
                sound("meta", &found.coefficients);
                assert!(found.tau2 >= 0.0 && found.tau2_interval[0] <= found.tau2_interval[1], "{found:?}");
            }
        }
    }
    seen.both("meta-analysis");
}

#[test]
fn times_to_events() {
    let (mut luck, mut seen, mut models) = (Luck(3), Seen::default(), Seen::default());
    for _ in 0..3000 {
        let n = luck.below(20) as usize;
        let times: Vec<f64> = (0..n).map(|_| luck.below(8) as f64 - if luck.below(200) == 0 { 9.0 } else { 0.0 }).collect();
        let (causes, group, x) = (luck.labels(n), luck.labels(n), [luck.column(n), luck.column(n)]);
        let events: Vec<bool> = causes.iter().map(|c| *c > 0).collect();
        if let Some(curve) = seen.add(kaplan_meier::fit(&times, &events)) {
            assert!(curve.steps.iter().all(|s| (0.0..=1.0).contains(&s.share)));
            sound("share", &[curve.had_by(3.0), curve.restricted_mean(5.0)]);
        }
        seen.add(log_rank::test(&times, &events, &group));
        seen.add(gray::test(&times, &causes, &group, 1));
        if let Some(found) = seen.add(competing::incidence(&times, &causes, 1)) {
            assert!(found.steps.iter().all(|s| (0.0..=1.0 + 1e-12).contains(&s.share)));
        }
        for options in [Options::default(), Options { strata: Some(&group), cluster: Some(&group), ..Options::default() }] {
            if let Some(found) = models.add(cox::fit(&times, &events, &x, options)) {
                sound("Cox", &found.coefficients);
            }
        }
    }
    seen.both("curves and tests");
    models.both("Cox");
}

#[test]
fn models_of_covariances() {
    let (mut luck, mut waves, mut levels) = (Luck(5), Seen::default(), Seen::default());
    for _ in 0..400 {
        let (n, t) = (luck.below(40) as usize, 2 + luck.below(3) as usize);
        let columns: Vec<Vec<f64>> = (0..2 * t).map(|_| luck.column(n)).collect();
        let persons: Vec<Vec<f64>> = (0..n).map(|i| columns.iter().map(|column| column[i]).collect()).collect();
        let model = match luck.below(3) {
            0 => Model::DynamicPanel,
            kind => Model::RandomIntercepts { equal_effects: kind == 1, equal_errors: luck.below(2) == 0 },
        };
        if let Some(found) = waves.add(cross_lagged::fit(&persons, t, model)) {
            sound("waves", &found.effects);
            assert_eq!(found.effects.len(), model.effects(t).len());
        }
        let (y, x, group) = (luck.column(n), [luck.column(n)], luck.labels(n));
        let group: Vec<u32> = group.iter().map(|group| *group as u32 / 3).collect();
        if let Some(found) = levels.add(two_level::fit(&y, &x, &group)) {
            found.predictors.iter().for_each(|one| sound("levels", &[one.within, one.between, one.contextual]));
        }
    }
    assert!(waves.answers > 10 && waves.failures > 50, "waves: {} answers, {} failures", waves.answers, waves.failures);
    assert!(levels.answers > 10 && levels.failures > 50, "levels: {} answers, {} failures", levels.answers, levels.failures);
}

#[test]
fn panels_and_scales() {
    let (mut luck, mut seen, mut scales) = (Luck(4), Seen::default(), Seen::default());
    for _ in 0..1500 {
        let n = luck.below(60) as usize;
        let width = 1 + luck.below(7) as usize;
        let person: Vec<usize> = (0..n).map(|i| i / width).collect();
        let session: Vec<usize> = (0..n).map(|i| i % width + 1).collect();
        let (y, x) = (luck.column(n), luck.column(n));
        if let Some(panel) = seen.add(Panel::new(&person, &session, &y, &[x], luck.below(2) as usize)) {
            for found in [within::within(&panel), within::first_differences(&panel), within::pooled(&panel)] {
                seen.add(found).iter().for_each(|found| sound("panel", &found.coefficients));
            }
            for instrument in [Instrument::Level, Instrument::Difference] {
                seen.add(anderson_hsiao(&panel, instrument)).iter().for_each(|found| sound("instrument", &found.coefficients));
            }
            let bits = luck.below(8);
            let last = 2 + luck.below(4) as usize;
            let instruments = vec![Use::Lags { first: 2, last }, if bits == 0 { Use::Itself } else { Use::Lags { first: 1, last } }];
            let options = gmm::Options { instruments, system: bits & 1 == 1, two_steps: bits & 2 == 2, collapse: bits & 4 == 4 };
            seen.add(gmm::fit(&panel, &options)).iter().for_each(|found| sound("moments", &found.coefficients));
        }
        let m = luck.below(6) as usize;
        let items: Vec<Vec<f64>> = (0..luck.below(4)).map(|_| luck.column(m)).collect();
        if let Some(found) = scales.add(agreement::alpha(&items)) {
            assert!(found.alpha <= 1.0, "{found:?}");
        }
    }
    seen.both("panels");
    scales.both("alpha");
}
