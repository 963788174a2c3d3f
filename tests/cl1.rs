//! CL-1, a reduced model that several programs have simulated: the engine, set to CL-1 by a scenario
//! file, against published figures and against a plain loop written from the description alone.

mod studies;

use dyadsim::performance::{Measured, Moments};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;
use studies::arms;

const SCENARIO: &str = "tests/scenarios/cl1.ron";

/// Figures on which other programs agree: mean final symptoms, share of dropouts, correlation between
/// the rating of session 3 and final symptoms.
const PUBLISHED: [(&str, f64); 3] = [("mean final symptoms", 0.6215), ("dropout", 0.507), ("r of rating 3 with final symptoms", -0.2955)];

/// Furthest that chance moves one of a handful of figures (7 in a million each).
const FAR: f64 = 4.5;

/// The three figures from the engine. Its correlation counts better outcome as positive.
fn engine(settings: &[&str]) -> [Measured; 3] {
    let arm = &arms(SCENARIO, settings)[0];
    let r = arm.mean("alliance_r_early");
    [arm.mean("final_score"), arm.mean("dropout"), Measured { value: -r.value, ..r }]
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// One course of CL-1: final symptoms, whether it ended by dropout, and the rating of session 3.
fn course(random: &mut impl Rng, therapist: f64) -> (f64, bool, Option<f64>) {
    fn normal(random: &mut impl Rng) -> f64 {
        StandardNormal.sample(random)
    }
    let level = therapist + 0.6 * normal(random);
    let mut symptoms = 1.5 + 0.7 * normal(random);
    let mut state = 0.0;
    let mut third = None;
    for session in 1..=20 {
        state = 0.45 * state + 0.5 * normal(random);
        let rupture = random.random_bool(logistic(-1.6 - 0.7 * (level + state)));
        let repaired = rupture && random.random_bool(logistic(0.3 + 0.8 * therapist));
        state += match (rupture, repaired) {
            (false, _) => 0.0,
            (true, false) => -0.8,
            (true, true) => 0.2,
        };
        symptoms += 0.25 * normal(random) - (0.06 + 0.05 * state + 0.04 * level);
        if session == 3 {
            third = Some(level + state + 0.5 * normal(random));
        }
        let open = if rupture && !repaired { 0.8 } else { 0.0 };
        if random.random_bool(logistic(-3.6 - 0.6 * (level + state) + open)) {
            return (symptoms, true, third);
        }
    }
    (symptoms, false, third)
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mx, my) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|&(x, y)| of(x - mx, y - my)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// The three figures from the plain loop.
fn plain_loop(replicates: u64) -> [Measured; 3] {
    let mut random = Pcg64::new(0x0123_4567_89ab_cdef, 0xfeed);
    let mut figures = [Moments::default(); 3];
    for _ in 0..replicates {
        let (mut sum, mut dropouts, mut pairs) = (0.0, 0.0, Vec::new());
        for _ in 0..50 {
            let z: f64 = StandardNormal.sample(&mut random);
            for _ in 0..20 {
                let (symptoms, dropout, third) = course(&mut random, 0.35 * z);
                sum += symptoms;
                dropouts += f64::from(u8::from(dropout));
                pairs.extend(third.map(|rating| (rating, symptoms)));
            }
        }
        for (figure, value) in figures.iter_mut().zip([sum / 1000.0, dropouts / 1000.0, correlation(&pairs)]) {
            figure.add(value);
        }
    }
    figures.map(|figure| figure.measured())
}

/// Distance of two independent results in standard errors.
fn apart(a: Measured, b: Measured) -> f64 {
    (a.value - b.value).abs() / a.mcse.hypot(b.mcse)
}

#[test]
fn the_engine_gives_the_published_figures() {
    for (seen, (what, published)) in engine(&[]).into_iter().zip(PUBLISHED) {
        println!("{what}: {:.5} (MCSE {:.5}), published {published}, z {:.2}", seen.value, seen.mcse, seen.z(published));
        assert!(FAR * seen.mcse < 0.007, "{what}: too few replicates to notice an error, MCSE {}", seen.mcse);
        // The published figures are rounded.
        assert!((seen.value - published).abs() < FAR * seen.mcse + 0.0005, "{what}: {seen:?}, published {published}");
    }
}

#[test]
fn the_engine_and_a_plain_loop_agree() {
    for ((seen, plain), (what, published)) in engine(&["seed=2"]).into_iter().zip(plain_loop(400)).zip(PUBLISHED) {
        println!("{what}: engine {:.5} ({:.5}), loop {:.5} ({:.5})", seen.value, seen.mcse, plain.value, plain.mcse);
        assert!(apart(seen, plain) < FAR, "{what}: engine {seen:?}, loop {plain:?}");
        assert!((plain.value - published).abs() < FAR * plain.mcse + 0.0005, "{what}: the loop itself gives {plain:?}");
    }
}

#[test]
fn a_slightly_wrong_model_would_be_noticed() {
    let few = "replicates=600";
    for (wrong, replicates) in [
        ("rupture.state_cost=0.6", few),
        ("endings.dropout_rupture=0.5", few),
        ("symptoms.trait_effect=0.05", few),
        ("endings.session_cap=19", few),
        ("outcomes.early_session=2", "replicates=4000"),
    ] {
        let furthest = engine(&[wrong, replicates])
            .into_iter()
            .zip(PUBLISHED)
            .map(|(seen, (_, published))| seen.z(published).abs())
            .fold(0.0, f64::max);
        assert!(furthest > FAR, "{wrong} went unnoticed: z {furthest:.1}");
    }
}
