//! `dyadsim check`.

use super::args::Check;
use super::failure::{End, Failure};
use super::layout::{WIDTH, bytes, cut, duration, thousands, wrap};
use super::source::{self, Loaded};
use super::terminal::{answer, answer_json};
use crate::dataset::column::{ColumnKind, ColumnSpec};
use crate::engine::plan;
use crate::engine::records::{Clients, Replicates, Sessions, Therapists};
use crate::engine::run::{Alone, Keep, Rows, Study, run as run_study};
use crate::engine::sink::NoRows;
use crate::scenario::load::{ArmPlan, CellPlan};
use crate::scenario::sampling::{Factor as DesignFactor, Sampling};
use anyhow::anyhow;
use serde::Serialize;
use std::time::Instant;

/// What would be run.
#[derive(Debug, Serialize)]
struct Plan {
    title: String,
    fingerprint: String,
    seed: u64,
    replicates: u64,
    cells: usize,
    factors: Vec<Factor>,
    /// The design in words, and what it cannot tell apart.
    points: Vec<String>,
    arms: Vec<String>,
    /// What a study sees of them, in words; empty when it sees everything.
    design: String,
    /// Clients in all arms of all cells of one replicate.
    clients: u64,
    /// Therapists in all arms of all cells of one replicate.
    therapists: u64,
    /// Sessions in the whole run, roughly.
    sessions: f64,
    /// Seconds, roughly.
    seconds: f64,
    /// Threads that estimate is for.
    threads: usize,
    /// Size of the result file, roughly.
    bytes: f64,
}

/// A key that varies.
#[derive(Debug, Serialize)]
struct Factor {
    key: String,
    values: Vec<String>,
    #[serde(skip)]
    words: String,
}

/// Checks a scenario and says what would be run.
///
/// # Errors
/// The file cannot be read, or everything that is wrong with it.
pub fn run(args: &Check) -> Result<End, Failure> {
    args.source.threads.start()?;
    let loaded = match source::load(&args.source) {
        Err(Failure::Problems(problems)) if args.json => {
            answer_json(&problems)?;
            return Ok(End::Refused);
        }
        other => other?,
    };
    let plan = plan(&loaded).map_err(|what| Failure::Input(anyhow!(what)))?;
    if args.json {
        answer_json(&plan)?;
    } else {
        answer(&words(&plan, &args.source.file.display().to_string()))?;
    }
    Ok(End::Done)
}

fn plan(loaded: &Loaded) -> Result<Plan, String> {
    let scenario = &loaded.scenario;
    let sizes = || scenario.cells.iter().flat_map(|cell| &cell.arms).map(ArmPlan::size);
    let (therapists, clients) = (sizes().map(|size| size[1]).sum::<u64>(), sizes().map(|size| size[2]).sum::<u64>());
    let trial = Trial::run(loaded)?;
    let threads = rayon::current_num_threads();
    let units = scenario.replicates as f64 * scenario.cells.len() as f64;
    let sessions = trial.sessions * units;
    Ok(Plan {
        title: scenario.title.clone(),
        fingerprint: scenario.fingerprint(),
        seed: scenario.seed,
        replicates: scenario.replicates,
        cells: scenario.cells.len(),
        factors: factors(&scenario.sampling),
        points: scenario.sampling.words(),
        arms: scenario.cells.first().map_or_else(Vec::new, |cell| cell.arms.iter().map(|arm| arm.name.clone()).collect()),
        design: scenario.design_in_words(),
        clients,
        therapists,
        sessions,
        seconds: (trial.preparation * scenario.cells.len() as f64 + trial.seconds * units) / threads as f64,
        threads,
        bytes: file_size(loaded, [therapists as f64, clients as f64, sessions / scenario.replicates as f64]),
    })
}

fn factors(sampling: &Sampling) -> Vec<Factor> {
    let one = |factor: &DesignFactor| Factor {
        key: factor.path().into(),
        values: factor.values().map(Into::into).collect(),
        words: factor.words(),
    };
    sampling.factors.iter().map(one).collect()
}

/// A few real replicates, to know how long the rest will take. All per cell and replicate.
struct Trial {
    /// Seconds on one thread to prepare a cell.
    preparation: f64,
    /// Seconds on one thread.
    seconds: f64,
    /// Sessions, all arms together.
    sessions: f64,
}

/// Most cells of a trial.
const TRIAL_CELLS: usize = 3;
/// Seconds after which a trial needs no further replicate.
const TRIAL_SECONDS: f64 = 0.3;

impl Trial {
    fn run(loaded: &Loaded) -> Result<Self, String> {
        let all = &loaded.scenario.cells;
        let step = all.len().div_ceil(TRIAL_CELLS).max(1);
        let mut sums = Self { preparation: 0.0, seconds: 0.0, sessions: 0.0 };
        let tried: Vec<&CellPlan> = all.iter().step_by(step).collect();
        for cell in &tried {
            let began = Instant::now();
            let cell = plan::cell(cell)?;
            sums.preparation += began.elapsed().as_secs_f64();
            sums.add(one_by_one(&loaded.scenario, cell));
        }
        let n = tried.len().max(1) as f64;
        Ok(Self { preparation: sums.preparation / n, seconds: sums.seconds / n, sessions: sums.sessions / n })
    }

    fn add(&mut self, (seconds, sessions): (f64, f64)) {
        self.seconds += seconds;
        self.sessions += sessions;
    }
}

/// Seconds and sessions of a replicate of a cell: the mean of the first ones.
fn one_by_one(scenario: &crate::scenario::load::Scenario, cell: crate::engine::replicate::Cell) -> (f64, f64) {
    let rows = Rows::all(Keep::None);
    let analyses = scenario.analyses.clone();
    let mut study = Study { seed: scenario.seed, cells: vec![cell], analyses, rows, replicates: 0..1, until_mcse: None };
    let (mut seconds, mut sessions) = (0.0, 0.0);
    while study.replicates.start < scenario.replicates.min(20) && (study.replicates.start < 1 || seconds < TRIAL_SECONDS) {
        let began = Instant::now();
        let Ok(outcome) = run_study(&study, &mut NoRows, &Alone);
        seconds += began.elapsed().as_secs_f64();
        sessions += outcome.sessions as f64;
        study.replicates = study.replicates.end..study.replicates.end + 1;
    }
    let n = study.replicates.start.max(1) as f64;
    (seconds / n, sessions / n)
}

/// What is left of a column of numbers after compression, roughly.
const COMPRESSED: f64 = 0.75;
/// A file without rows.
const EMPTY_FILE: f64 = 150e3;

/// Bytes of the result file, from the rows of one replicate: therapists, clients, sessions.
fn file_size(loaded: &Loaded, [therapists, clients, sessions]: [f64; 3]) -> f64 {
    let scenario = &loaded.scenario;
    let kept = |keep: Keep| match keep {
        Keep::None => 0.0,
        Keep::Share(share) => (scenario.replicates as f64 * share).ceil(),
        Keep::All => scenario.replicates as f64,
    };
    let rows = Rows::from(&scenario.output);
    let arms: usize = scenario.cells.iter().map(|cell| cell.arms.len()).sum();
    let tables = width(Replicates::columns_described()) * arms as f64 * scenario.replicates as f64
        + width(Therapists::SPECS) * therapists * kept(rows.therapists)
        + width(Clients::SPECS) * clients * kept(rows.clients)
        + width(Sessions::SPECS) * sessions * kept(rows.sessions);
    let texts: usize = scenario.cells.iter().flat_map(|cell| &cell.arms).map(|arm| arm.text.len()).sum();
    EMPTY_FILE + texts as f64 + COMPRESSED * tables
}

/// Bytes of a row. Addresses (cell, replicate, …) compress to nothing.
fn width(specs: &[ColumnSpec]) -> f64 {
    let bytes = |spec: &ColumnSpec| match spec.kind {
        ColumnKind::F64 => 8.0,
        ColumnKind::I16 => 1.0,
        ColumnKind::I32 | ColumnKind::Flag | ColumnKind::Category => 0.3,
    };
    specs.iter().map(bytes).sum()
}

fn words(plan: &Plan, file: &str) -> String {
    let mut out = format!("{file} is sound: {}\n", cut(&plan.title, WIDTH));
    let mut line = |label: &str, text: String| out.push_str(&format!("  {label:<13}{text}\n"));
    line("arms", plan.arms.join(", "));
    for factor in &plan.factors {
        line("varied", cut(&format!("{}: {}", factor.key, factor.words), WIDTH - 15));
    }
    for (i, words) in plan.points.iter().enumerate() {
        for (j, words) in wrap(words, WIDTH - 15).into_iter().enumerate() {
            line(if i + j == 0 { "points" } else { "" }, words);
        }
    }
    for (i, words) in wrap(&plan.design, WIDTH - 15).into_iter().enumerate() {
        line(if i == 0 { "design" } else { "" }, words);
    }
    if plan.cells > 1 {
        line("cells", thousands(plan.cells as u64));
    }
    line("replicates", format!("{}, seed {}", thousands(plan.replicates), plan.seed));
    let every = if plan.cells * plan.arms.len() > 1 { " in all arms and cells together" } else { "" };
    let therapists = if plan.therapists == 1 { "1 therapist".into() } else { format!("{} therapists", thousands(plan.therapists)) };
    line("a replicate", format!("{} clients of {therapists}{every}", thousands(plan.clients)));
    line("sessions", format!("about {}", rough(plan.sessions)));
    line("time", format!("about {} on {} threads", duration(plan.seconds), plan.threads));
    line("result file", format!("about {}", bytes(plan.bytes)));
    out
}

/// A large number with two digits that mean something.
fn rough(n: f64) -> String {
    match n {
        n if n >= 1e9 => format!("{:.1} billion", n / 1e9),
        n if n >= 1e6 => format!("{:.1} million", n / 1e6),
        n => thousands((n / 100.0).round() as u64 * 100),
    }
}
