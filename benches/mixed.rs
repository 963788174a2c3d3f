//! Speed of mixed models against lme4's `refit`, and of whole replicates: `cargo bench --bench mixed`.
//!
//! Both sides fit the same responses to the same data, in turn, in one process each, on one core; R is started once. What counts
//! is processor time, so that other work on the machine matters little. Our side sets the model up anew for every response;
//! `refit` keeps everything but the response. Needs R with lme4; without it only whole replicates are measured.

use dyadsim::engine::plan;
use dyadsim::engine::run::{Alone, Keep, Rows, run};
use dyadsim::engine::sink::NoRows;
use dyadsim::estimators::mixed::{Criterion, Design, RandomPart, fit};
use dyadsim::performance::measures::performance;
use dyadsim::scenario::load::Scenario;
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;
use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// Processor time of this thread, seconds; where the system does not say, time by the clock.
fn processor_seconds(clock: Instant) -> f64 {
    let of_thread = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = of_thread.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| clock.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// A data set with responses to fit.
struct Data {
    file: PathBuf,
    columns: Vec<(String, Vec<f64>)>,
    responses: Vec<Vec<f64>>,
}

impl Data {
    /// The file's own response, and others with as much noise again as it varies within a fifth.
    fn read(name: &str, responses: usize) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mixed").join(name);
        let text = fs::read_to_string(&file).expect("the data");
        let mut lines = text.lines();
        let heads: Vec<String> = lines.next().expect("a line of names").split(',').map(str::to_owned).collect();
        let rows: Vec<Vec<f64>> = lines.map(|line| line.split(',').map(|cell| cell.parse().expect("a number")).collect()).collect();
        let columns: Vec<(String, Vec<f64>)> =
            heads.into_iter().enumerate().map(|(at, head)| (head, rows.iter().map(|row| row[at]).collect())).collect();
        let mut found = Self { file, columns, responses: Vec::new() };
        let y = found.column("y").to_vec();
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let sd = (y.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / y.len() as f64).sqrt();
        let mut rng = Pcg64::seed_from_u64(7);
        let noisy = |rng: &mut Pcg64| y.iter().map(|y| y + 0.2 * sd * Distribution::<f64>::sample(&StandardNormal, rng)).collect();
        found.responses = (0..responses).map(|_| noisy(&mut rng)).collect();
        found
    }

    fn column(&self, name: &str) -> &[f64] {
        &self.columns.iter().find(|(known, _)| known == name).expect("the column").1
    }

    fn write_responses(&self, to: &Path) {
        let mut text: String = (0..self.responses.len()).map(|k| format!("y{k}")).collect::<Vec<_>>().join(",") + "\n";
        for row in 0..self.responses[0].len() {
            text += &(self.responses.iter().map(|y| y[row].to_string()).collect::<Vec<_>>().join(",") + "\n");
        }
        fs::write(to, text).expect("a writable folder");
    }
}

/// R, waiting.
struct Rival {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Rival {
    fn start(data: &Data, responses: &Path, formula: &str) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/refit.R");
        let has =
            Command::new("Rscript").args(["-e", "quit(status = !requireNamespace('lme4', quietly = TRUE))"]).stderr(Stdio::null()).status();
        if !has.is_ok_and(|status| status.success()) {
            println!("R with lme4 is missing: not compared");
            return None;
        }
        let mut command = Command::new("Rscript");
        command.args([script.as_os_str(), data.file.as_os_str(), responses.as_os_str(), formula.as_ref()]);
        command.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let (to, from) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Self { child, to, from })
    }

    /// Seconds per refit, the same without derivatives at the end, and the fixed effects of the last response.
    fn measure(&mut self) -> Vec<f64> {
        writeln!(self.to, "go").expect("R listens");
        let mut line = String::new();
        self.from.read_line(&mut line).expect("R answers");
        line.split_whitespace().map(|word| word.parse().expect("numbers")).collect()
    }

    fn end(mut self) {
        drop(self.to);
        self.child.wait().expect("R ends");
    }
}

fn codes(of: &[f64]) -> Vec<u32> {
    of.iter().map(|code| *code as u32).collect()
}

/// Our seconds per fit, and the fixed effects of the last response.
fn ours(data: &Data, x: &[&[f64]], random: &[RandomPart], rounds: usize) -> (f64, Vec<f64>) {
    let clock = Instant::now();
    let before = processor_seconds(clock);
    let mut beta = Vec::new();
    for _ in 0..rounds {
        for y in &data.responses {
            beta = black_box(fit(&Design { y, x, random }, Criterion::Reml)).expect("a fit").beta;
        }
    }
    ((processor_seconds(clock) - before) / (rounds * data.responses.len()) as f64, beta)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One model against lme4.
fn compare(name: &str, data: &Data, formula: &str, (x, random): (&[&[f64]], &[RandomPart]), rounds: usize, aim: f64) {
    let responses = std::env::temp_dir().join(format!("dyadsim_bench_{}.csv", std::process::id()));
    data.write_responses(&responses);
    if let Some(mut rival) = Rival::start(data, &responses, formula) {
        let pairs: Vec<(f64, Vec<f64>, Vec<f64>)> = (0..7)
            .map(|_| {
                let (own, beta) = ours(data, x, random, rounds);
                (own, rival.measure(), beta)
            })
            .collect();
        rival.end();
        let (_, theirs, beta) = &pairs[0];
        let far = theirs[2..].iter().zip(beta).map(|(a, b)| (a - b).abs() / b.abs().max(1e-3)).fold(0.0, f64::max);
        assert!(far < 1e-3, "fixed effects differ: {theirs:?} {beta:?}");
        let own = median(pairs.iter().map(|pair| pair.0).collect());
        for (at, how) in ["as it is", "without derivatives at the end"].into_iter().enumerate() {
            let ratio = median(pairs.iter().map(|pair| pair.1[at] / pair.0).collect());
            let rival = median(pairs.iter().map(|pair| pair.1[at]).collect());
            println!("{name:<34} refit {how:<31} {ratio:7.0} ×  (aim {aim}; {:.3} against {:.1} ms)", own * 1e3, rival * 1e3);
        }
    }
    // Only a temporary file is left if this fails.
    let _ = fs::remove_file(&responses);
}

fn two_level() {
    let data = Data::read("d01_2lvl_unbalanced_80x331.csv", 40);
    let groups = codes(data.column("therapist"));
    let ones = vec![1.0; groups.len()];
    let random = [RandomPart { groups: &groups, columns: vec![&ones], correlated: true }];
    let x: [&[f64]; 3] = [&ones, data.column("x"), data.column("z")];
    compare("two levels, random intercept", &data, "y ~ x + z + (1 | therapist)", (&x, &random), 20, 100.0);
}

fn three_level() {
    let data = Data::read("d03_3lvl_50x20x15_slope.csv", 3);
    let clients: Vec<u32> =
        data.column("therapist").iter().zip(data.column("client")).map(|(t, c)| *t as u32 * 10_000 + *c as u32).collect();
    let therapists = codes(data.column("therapist"));
    let ones = vec![1.0; clients.len()];
    let time = data.column("time");
    let both: Vec<f64> = time.iter().zip(data.column("tx")).map(|(time, tx)| time * tx).collect();
    let part = |groups| RandomPart { groups, columns: vec![&ones[..], time], correlated: true };
    let random = [part(&clients[..]), part(&therapists[..])];
    let x: [&[f64]; 4] = [&ones, time, data.column("tx"), &both];
    let formula = "y ~ time * tx + (1 + time | therapist:client) + (1 + time | therapist)";
    compare("three levels, slopes", &data, formula, (&x, &random), 3, 30.0);
}

/// Replicates per second and core: simulated, fitted, judged.
fn whole(name: &str, text: &str, replicates: u64) {
    let scenario = Scenario::load("bench", text, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let mut study = plan::study(&scenario).unwrap_or_else(|what| panic!("{what}"));
    study.rows = Rows::all(Keep::None);
    let mut timed = |from: u64| {
        study.replicates = from..from + replicates;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        pool.install(|| {
            let clock = Instant::now();
            let before = processor_seconds(clock);
            let Ok(outcome) = run(&study, &mut NoRows, &Alone);
            let terms = outcome.estimates.cells.iter().flatten().flat_map(|one| &one.terms).filter(|term| term.judged());
            black_box(terms.map(|term| performance(&term.said)).collect::<Vec<_>>());
            replicates as f64 / (processor_seconds(clock) - before)
        })
    };
    let speeds: Vec<f64> = (0..5).map(|round| timed(round * replicates)).collect();
    println!("{name:<66} {:7.0} replicates/s and core (aim 1000)", median(speeds));
}

const ESTIMATOR: &str = "estimators: [(name: \"mixed\", method: Mixed(formula: \"post ~ pre + early + (1 | therapist)\", df: DF),
    truth: {\"pre\": Value(0.6)})]";

fn main() {
    println!("processor time, median of 7 turns\n");
    two_level();
    three_level();
    println!("\nsimulate, fit by REML and judge: 80 therapists, median of 5 runs\n");
    let sampled = "clinics: (count: 4, therapists: 20, clients_per_therapist: 10),
        design: Naturalistic(clients_per_therapist: [1, 8], clients: 331, min_sessions: 3)";
    let fixed = "clinics: (count: 4, therapists: 20, clients_per_therapist: 4)";
    for df in ["Residual", "Satterthwaite"] {
        let estimator = ESTIMATOR.replace("DF", df);
        whole(&format!("331 clients sampled of 800, {df} df"), &format!("({sampled}, {estimator})"), 400);
        whole(&format!("320 clients, {df} df"), &format!("({fixed}, {estimator})"), 400);
    }
    whole("331 clients sampled of 800, no estimator", &format!("({sampled})"), 400);
    whole("320 clients, no estimator", &format!("({fixed})"), 400);
}
