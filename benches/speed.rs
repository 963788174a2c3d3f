//! Speed, as ratios measured in one run on one core: `cargo bench --bench speed`.
//!
//! Rivals take turns (A B A B …), and the median of the pairwise ratios is printed, so that a machine that
//! changes its pace does not change the answer. Criterion's own figures for each part come first.

use criterion::Criterion;
use dyadsim::engine::norms;
use dyadsim::engine::replicate::{Cell, Unobserved, Workspace};
use dyadsim::engine::streams::{Entity, LaneStreams, Purpose, ReplicateStreams};
use dyadsim::engine::trajectories::Tracer;
use dyadsim::engine::vector::{Kernel, Width, at};
use dyadsim::model::draws::{SessionLuck, W};
use dyadsim::model::rules::{Rules, World};
use dyadsim::scenario::load::Scenario;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;
use std::hint::black_box;
use std::time::Instant;

/// The random numbers of so many sessions of the default model, and nothing else.
struct Floor<'a> {
    sessions: usize,
    rules: &'a Rules,
}

impl Kernel for Floor<'_> {
    type Out = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let streams = ReplicateStreams::new(1, 1);
        let clients: [Entity; W] = std::array::from_fn(|l| Entity::Client(0, 0, l as u32));
        let mut lanes = LaneStreams::open(streams, &clients, Purpose::Sessions);
        let mut luck = SessionLuck::default();
        for _ in 0..self.sessions / W {
            luck.draw(&lanes.session(&self.rules.needs.session), &self.rules.needs, &self.rules.gamma);
            black_box(&luck);
        }
        luck.alliance[0]
    }
}

/// The same random numbers from one plain `rand_pcg` generator: five ziggurat normals (one of them behind
/// the gamma draw) and seven uniforms.
fn timed_plain_floor() -> f64 {
    let sessions = 40_000;
    let mut rng = Pcg64::new(1, 2);
    let start = Instant::now();
    for _ in 0..sessions {
        let normals: [f64; 5] = std::array::from_fn(|_| StandardNormal.sample(&mut rng));
        let uniforms: [f64; 7] = std::array::from_fn(|_| rng.random());
        black_box((normals, uniforms));
    }
    start.elapsed().as_nanos() as f64 / f64::from(sessions)
}

const SHORT: u64 = 20;

/// Open clinics of ten therapists; the second one has twice as many clients as sessions to offer.
const OPEN: &str = "(clinics: (count: 1, therapists: 10), workload: (caseload: 20, capacity: 25, referrals: 25.0, weeks: 52, warm_up: 13))";
const OVERLOADED: &str =
    "(clinics: (count: 1, therapists: 10), workload: (caseload: 40, capacity: 20, referrals: 40.0, weeks: 52, warm_up: 13))";
const OPEN_ARMS: &str =
    "(clinics: (count: 1, therapists: 10), workload: (caseload: 20, capacity: 25, referrals: 25.0, weeks: 52, warm_up: 13),
    arms: [(name: \"usual care\"), (name: \"better repair\", set: { \"rupture.repair_intercept\": 0.4 })])";

/// Dyad-sessions of the first arm, and nanoseconds for each.
fn timed(cell: &Cell, work: &mut Workspace) -> f64 {
    let start = Instant::now();
    let mut sessions = 0u64;
    for replicate in 0..SHORT {
        work.simulate(cell, 1, replicate, &mut Unobserved);
        sessions += work.arms[0].sessions();
    }
    start.elapsed().as_nanos() as f64 / sessions as f64
}

/// The same with the courses by session that a run keeps.
fn timed_traced(cell: &Cell, work: &mut Workspace) -> f64 {
    let start = Instant::now();
    let mut sessions = 0u64;
    for replicate in 0..SHORT {
        let mut tracer = Tracer::new(cell.arms.len());
        work.simulate(cell, 1, replicate, &mut tracer);
        for (arm, rules) in cell.arms.iter().enumerate() {
            black_box(tracer.course(arm, rules, &work.arms[arm].courses));
        }
        sessions += work.arms[0].sessions();
    }
    start.elapsed().as_nanos() as f64 / sessions as f64
}

fn timed_floor(rules: &Rules) -> f64 {
    let sessions = 160_000;
    let start = Instant::now();
    black_box(at(Width::widest(), Floor { sessions, rules }));
    start.elapsed().as_nanos() as f64 / sessions as f64
}

/// CL-1 as one would write it by hand: one generator, ziggurat normals, one client after the other, a record
/// for every session.
mod by_hand {
    use super::{Distribution, Pcg64, Rng, RngExt, StandardNormal};

    pub struct Record {
        pub dyad: u32,
        pub session: u8,
        pub rupture: bool,
        pub repaired: bool,
        pub rating: f64,
        pub symptoms: f64,
    }

    fn logistic(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    fn normal(rng: &mut impl Rng) -> f64 {
        StandardNormal.sample(rng)
    }

    pub fn replicate(rng: &mut Pcg64, records: &mut Vec<Record>) -> (f64, u32) {
        records.clear();
        let (mut sum, mut dropouts) = (0.0, 0);
        for therapist in 0..50u32 {
            let m = 0.35 * normal(rng);
            let repair = logistic(0.3 + 0.8 * m);
            for client in 0..20u32 {
                let mu = m + 0.6 * normal(rng);
                let (mut a, mut y) = (mu, 1.5 + 0.7 * normal(rng));
                for session in 0..20u8 {
                    let (z1, z2, z3) = (normal(rng), normal(rng), normal(rng));
                    let (u1, u2, u3): (f64, f64, f64) = (rng.random(), rng.random(), rng.random());
                    a = mu + 0.45 * (a - mu) + 0.5 * z1;
                    let rupture = u1 < logistic(-1.6 - 0.7 * a);
                    let repaired = rupture && u2 < repair;
                    if repaired {
                        a += 0.2;
                    } else if rupture {
                        a -= 0.8;
                    }
                    y += 0.25 * z2 - (0.06 + 0.05 * (a - mu) + 0.04 * mu);
                    records.push(Record { dyad: therapist * 20 + client, session, rupture, repaired, rating: a + 0.5 * z3, symptoms: y });
                    if u3 < logistic(-3.6 - 0.6 * a + if rupture && !repaired { 0.8 } else { 0.0 }) {
                        dropouts += 1;
                        break;
                    }
                }
                sum += y;
            }
        }
        (sum, dropouts)
    }
}

fn timed_by_hand(records: &mut Vec<by_hand::Record>) -> f64 {
    let start = Instant::now();
    let mut sessions = 0;
    for replicate in 0..SHORT {
        let mut rng = Pcg64::new(0xcafe_f00d, u128::from(replicate));
        black_box(by_hand::replicate(&mut rng, records));
        sessions += black_box(&records[..])
            .iter()
            .filter(|r| r.session < 20 || r.rupture || r.repaired || r.dyad > 0 || r.rating > r.symptoms)
            .count();
    }
    start.elapsed().as_nanos() as f64 / sessions as f64
}

/// Median of the ratios of two figures measured in turn.
fn ratio(name: &str, mut a: impl FnMut() -> f64, mut b: impl FnMut() -> f64) -> f64 {
    let mut pairs: Vec<(f64, f64)> = (0..41).map(|_| (a(), b())).collect();
    pairs.sort_by(|x, y| (x.0 / x.1).total_cmp(&(y.0 / y.1)));
    let (a, b) = pairs[pairs.len() / 2];
    let (low, high) = (pairs[4], pairs[36]);
    println!("{name:<60} {:6.3}  (10–90 %: {:.3}–{:.3}; {a:.1} against {b:.1} ns)", a / b, low.0 / low.1, high.0 / high.1);
    a / b
}

fn cell_of(text: &str) -> Cell {
    let scenario = Scenario::load("bench", text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let worlds: Vec<World> = scenario.cells[0].arms.iter().map(|arm| arm.world.clone()).collect();
    norms::cell(&worlds).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn main() {
    let one = cell_of("()");
    let two = cell_of(r#"(arms: [(name: "usual care"), (name: "better repair", set: { "rupture.repair_intercept": 0.4 })])"#);
    let cl1 = cell_of(include_str!("../tests/scenarios/cl1.ron"));
    let rules = &one.arms[0];
    let (mut first, mut second, mut third) = (Workspace::default(), Workspace::default(), Workspace::default());
    let mut records = Vec::new();

    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    criterion
        .bench_function("random numbers of 8,000 default sessions", |b| b.iter(|| at(Width::widest(), Floor { sessions: 8_000, rules })));
    criterion.bench_function("replicate of 1,000 default courses, one arm", |b| b.iter(|| first.simulate(&one, 1, 1, &mut Unobserved)));
    criterion.bench_function("replicate of 1,000 default courses, two arms", |b| b.iter(|| second.simulate(&two, 1, 1, &mut Unobserved)));
    criterion.bench_function("replicate of CL-1 in the engine", |b| b.iter(|| third.simulate(&cl1, 1, 1, &mut Unobserved)));
    criterion.bench_function("replicate of CL-1 by hand", |b| b.iter(|| by_hand::replicate(&mut Pcg64::new(1, 1), &mut records)));
    criterion.final_summary();

    println!("\nratios, median of 41 pairs (nanoseconds per dyad-session of the first arm)");
    ratio("default session / its own random numbers (aim 3.0)", || timed(&one, &mut first), || timed_floor(rules));
    ratio("default session / the same numbers by rand_pcg and ziggurat", || timed(&one, &mut first), timed_plain_floor);
    let both = ratio("two arms / one arm", || timed(&two, &mut second), || timed(&one, &mut first));
    println!("{:<60} {:6.3}", "second arm / first arm (aim .6)", both - 1.0);
    ratio("with courses by session / without", || timed_traced(&one, &mut third), || timed(&one, &mut first));
    ratio("the same, two arms", || timed_traced(&two, &mut third), || timed(&two, &mut second));
    let (open, overloaded, open_arms) = (cell_of(OPEN), cell_of(OVERLOADED), cell_of(OPEN_ARMS));
    ratio("open clinic / cohort (aim 1.5)", || timed(&open, &mut third), || timed(&one, &mut first));
    ratio("open clinic with half of its clients idle / cohort", || timed(&overloaded, &mut third), || timed(&one, &mut first));
    ratio("open clinic, two arms / cohort, two arms (aim 1.5)", || timed(&open_arms, &mut third), || timed(&two, &mut second));
    ratio("CL-1 in the engine / CL-1 by hand (aim 1.0)", || timed(&cl1, &mut third), || timed_by_hand(&mut records));
}
