//! Runs scenarios for lessons: within limits, with progress, and so that they can be stopped.

use crate::dataset::column::{ColumnValues, Table};
use crate::engine::plan;
use crate::engine::replicate::Cell;
use crate::engine::run::{Keep, Outcome, Rows, Watch, run};
use crate::engine::sink::{Batch, Sink};
use crate::engine::summary::MEASURE_COUNT;
use crate::scenario::file::ScenarioFile;
use crate::scenario::load::{ArmPlan, Scenario};
use crate::scenario::read::read_document;
use core::convert::Infallible;
use core::sync::atomic::{AtomicU64, Ordering};

/// Most sessions that one picture may need, if every course lasted as long as it may.
pub const MOST_SESSIONS: f64 = 3.0e7;
/// Most rows of sessions or clients that are kept in memory.
const MOST_ROWS: f64 = 1.5e6;
/// Most characters of a scenario.
pub const MOST_TEXT: usize = 48 * 1024;

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// The scenario is wrong, or the request is: what, and what would be right.
    Wrong(String),
    /// Somebody stopped it.
    Stopped,
}

/// Who wants the run: looks on, and may stop it.
pub trait Audience: Sync {
    /// Should it stop?
    fn stop(&self) -> bool;
    /// So much of the work (0 to 1) is done.
    fn progress(&self, share: f64);
}

/// Nobody looks on.
pub struct Alone;

impl Audience for Alone {
    fn stop(&self) -> bool {
        false
    }
    fn progress(&self, _: f64) {}
}

/// Runs scenarios for one picture.
pub struct Bench<'a> {
    audience: &'a dyn Audience,
    /// Sessions held so far.
    sessions: AtomicU64,
    /// Runs that the picture needs, and those that are done.
    parts: AtomicU64,
    done: AtomicU64,
}

/// What a lesson keeps of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept {
    /// Rows of therapists.
    pub therapists: bool,
    /// Rows of clients.
    pub clients: bool,
    /// Rows of sessions.
    pub sessions: bool,
    /// Rows of the first replicate only.
    pub first_only: bool,
}

/// A scenario that was run.
pub struct Ran {
    /// The scenario.
    pub scenario: Scenario,
    /// Its only cell.
    pub cell: Cell,
    /// Totals over its replicates.
    pub outcome: Outcome,
    /// Rows that were kept.
    pub rows: Batch,
    /// Summaries by replicate, and in each by arm.
    pub summaries: Vec<[f64; MEASURE_COUNT]>,
}

struct Keeper<'a> {
    rows: &'a mut Batch,
    summaries: &'a mut Vec<[f64; MEASURE_COUNT]>,
}

impl Sink for Keeper<'_> {
    type Error = Infallible;

    fn accept(&mut self, batch: &Batch) -> Result<(), Infallible> {
        self.rows.therapists.append(&batch.therapists);
        self.rows.clients.append(&batch.clients);
        self.rows.sessions.append(&batch.sessions);
        self.rows.weeks.append(&batch.weeks);
        let columns = batch.replicates.columns();
        let measures = &columns[columns.len() - MEASURE_COUNT..];
        let value = |measure: usize, row: usize| match measures[measure] {
            ColumnValues::F64(values) => values[row],
            _ => f64::NAN,
        };
        self.summaries.extend((0..batch.replicates.len()).map(|row| core::array::from_fn(|measure| value(measure, row))));
        Ok(())
    }
}

/// Tells the audience about replicates.
struct Watching<'a> {
    bench: &'a Bench<'a>,
    units: f64,
    done: AtomicU64,
}

impl Watch for Watching<'_> {
    fn stop(&self) -> bool {
        self.bench.audience.stop()
    }

    fn done(&self, units: u64, sessions: u64) {
        self.bench.sessions.fetch_add(sessions, Ordering::Relaxed);
        let done = self.done.fetch_add(units, Ordering::Relaxed) + units;
        let (parts, before) = (self.bench.parts.load(Ordering::Relaxed), self.bench.done.load(Ordering::Relaxed));
        self.bench.audience.progress((before as f64 + done as f64 / self.units) / parts.max(1) as f64);
    }
}

impl<'a> Bench<'a> {
    /// A bench for somebody.
    pub fn new(audience: &'a dyn Audience) -> Self {
        Self { audience, sessions: AtomicU64::new(0), parts: AtomicU64::new(1), done: AtomicU64::new(0) }
    }

    /// The picture needs so many runs.
    pub fn needs(&self, runs: u64) {
        self.parts.store(runs, Ordering::Relaxed);
    }

    /// Sessions held so far.
    pub fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::Relaxed)
    }

    /// Loads a scenario, checks that it is not too much, and runs all replicates of it.
    ///
    /// # Errors
    /// What is wrong with the scenario, or that somebody stopped the run.
    pub fn run(&self, text: &str, settings: &[String], kept: Kept) -> Result<Ran, Trouble> {
        self.run_with(text, settings, kept, None)
    }

    /// The same with only one of the scenario's analyses: where the others are not shown.
    ///
    /// # Errors
    /// As [`Bench::run`].
    pub fn run_with(&self, text: &str, settings: &[String], kept: Kept, only: Option<&str>) -> Result<Ran, Trouble> {
        let scenario = load(text, settings)?;
        affordable(&scenario, kept)?;
        let mut study = plan::study(&scenario).map_err(Trouble::Wrong)?;
        study.analyses.list.retain(|analysis| only.is_none_or(|name| analysis.name == name));
        let share = if kept.first_only { Keep::Share(1.0 / scenario.replicates as f64) } else { Keep::All };
        let keep = |wanted: bool| if wanted { share } else { Keep::None };
        study.rows =
            Rows { therapists: keep(kept.therapists), clients: keep(kept.clients), sessions: keep(kept.sessions), ..Rows::all(Keep::None) };
        let (mut rows, mut summaries) = (Batch::default(), Vec::new());
        let watch = Watching { bench: self, units: scenario.replicates as f64, done: AtomicU64::new(0) };
        let Ok(outcome) = run(&study, &mut Keeper { rows: &mut rows, summaries: &mut summaries }, &watch);
        self.done.fetch_add(1, Ordering::Relaxed);
        if outcome.interrupted || self.audience.stop() {
            return Err(Trouble::Stopped);
        }
        if let Some(failure) = outcome.failures.first() {
            return Err(Trouble::Wrong(format!("replicate {} failed: {}", failure.replicate, failure.reason)));
        }
        let cell = study.cells.into_iter().next().ok_or_else(|| Trouble::Wrong("the scenario has no cell".into()))?;
        Ok(Ran { scenario, cell, outcome, rows, summaries })
    }
}

/// Loads a scenario that the explorer can show.
///
/// # Errors
/// What is wrong with it, as the command line would say it.
pub fn load(text: &str, settings: &[String]) -> Result<Scenario, Trouble> {
    if text.len() > MOST_TEXT {
        return Err(Trouble::Wrong(format!("the scenario has {} characters; the explorer reads up to {MOST_TEXT}", text.len())));
    }
    let wrong = |found: crate::scenario::problem::Problems| Trouble::Wrong(found.render(false));
    let (file, _) = read_document::<ScenarioFile>("scenario.ron", text).map_err(wrong)?;
    if !file.sweep.is_empty() {
        return Err(Trouble::Wrong(
            "`sweep` makes many scenarios of one, and the explorer shows one at a time: leave it out and use the sliders, \
             or run the file with `dyadsim run`"
                .into(),
        ));
    }
    Scenario::load("scenario.ron", text, settings).map_err(wrong)
}

/// Clients of one replicate in all arms; those of an open clinic's first weeks included.
fn clients(arms: &[ArmPlan]) -> f64 {
    let of_arm = |arm: &ArmPlan| match &arm.world.workload {
        Some(workload) => {
            let weeks = f64::from(workload.weeks + workload.warm_up) + f64::from(arm.world.endings.session_cap);
            workload.referrals * weeks * f64::from(arm.world.clinics.count)
        }
        None => arm.size()[2] as f64,
    };
    arms.iter().map(of_arm).sum()
}

/// Refuses what would keep the machine busy for long.
fn affordable(scenario: &Scenario, kept: Kept) -> Result<(), Trouble> {
    let arms = scenario.cells.first().map_or(&[][..], |cell| &cell.arms);
    let cap = arms.iter().map(|arm| f64::from(arm.world.endings.session_cap)).fold(0.0, f64::max);
    let norms = arms.first().map_or(0.0, |arm| f64::from(arm.world.tracking.norm_clients));
    let staff: f64 = arms.iter().map(|arm| arm.size()[1] as f64).sum();
    let sessions = ((clients(arms) + staff) * scenario.replicates as f64 + norms) * cap;
    if sessions > MOST_SESSIONS {
        return Err(Trouble::Wrong(format!(
            "this could need {sessions:.1e} sessions; the explorer simulates up to {MOST_SESSIONS:.0e} at a time. Take fewer \
             clients, arms or replicates, or run the file with `dyadsim run`"
        )));
    }
    let replicates = if kept.first_only { 1.0 } else { scenario.replicates as f64 };
    let rows = clients(arms) * replicates * if kept.sessions { cap } else { 1.0 };
    if (kept.sessions || kept.clients) && rows > MOST_ROWS {
        return Err(Trouble::Wrong(format!(
            "the picture could need {rows:.1e} rows; the explorer keeps up to {MOST_ROWS:.0e}. Take fewer clients or replicates"
        )));
    }
    Ok(())
}
