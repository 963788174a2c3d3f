//! A run: all replicates of all cells, in parallel, with results that do not depend on how.

use super::records::{Address, SessionLog, Status, client_rows, session_rows, therapist_rows};
use super::replicate::{Cell, Unobserved, Workspace};
use super::sink::{Batch, Sink};
use super::summary::{Summary, compare, summarise};
use super::totals::Totals;
use core::ops::Range;

/// Which replicates keep rows of a kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// None.
    None,
    /// An evenly spaced share of the replicates, the first one included.
    Share(f64),
    /// All.
    All,
}

impl Keep {
    /// Does replicate `index` (from 0) keep its rows?
    pub fn keeps(self, index: u64) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Share(share) => libm::ceil((index + 1) as f64 * share) > libm::ceil(index as f64 * share),
        }
    }
}

/// What is kept besides summaries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows {
    /// Therapist rows.
    pub therapists: Keep,
    /// Client rows.
    pub clients: Keep,
    /// Session rows.
    pub sessions: Keep,
}

/// What to run.
#[derive(Clone, Debug)]
pub struct Study {
    /// Master seed.
    pub seed: u64,
    /// Cells of the design.
    pub cells: Vec<Cell>,
    /// Rows to keep.
    pub rows: Rows,
    /// Replicates to run, from 0: any range gives the rows that the whole run has there.
    pub replicates: Range<u64>,
    /// Stop early once the headline's Monte Carlo standard error is at most this.
    pub until_mcse: Option<f64>,
}

/// Looks on while a run goes on.
pub trait Watch: Sync {
    /// Should the run stop after what is under way?
    fn stop(&self) -> bool {
        false
    }
    /// `units` more replicates of a cell are done, with so many sessions held.
    fn done(&self, units: u64, sessions: u64) {
        let _ = (units, sessions);
    }
}

/// Nobody looks.
pub struct Alone;

impl Watch for Alone {}

/// A replicate that could not be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Cell of the design, from 1.
    pub cell: i32,
    /// Replicate, from 1.
    pub replicate: i32,
    /// What happened.
    pub reason: String,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Totals over all completed replicates.
    pub totals: Totals,
    /// Replicates that failed.
    pub failures: Vec<Failure>,
    /// Replicates of the whole design that are in the totals (failed ones included).
    pub replicates: u64,
    /// Sessions held.
    pub sessions: u64,
    /// The run was stopped from outside.
    pub interrupted: bool,
}

/// One replicate of one cell: the unit of work.
struct Unit {
    rows_address: Address,
    summaries: Vec<Summary>,
    rows: Batch,
    sessions: u64,
    failure: Option<Failure>,
}

/// Replicates before the precision is looked at for the first time.
const FIRST_LOOK: u64 = 20;

/// Runs a study. Rows reach the sink in the order replicate, cell, arm, whatever the number of threads.
///
/// # Errors
/// Those of the sink.
pub fn run<S: Sink>(study: &Study, sink: &mut S, watch: &impl Watch) -> Result<Outcome, S::Error> {
    run_units(study, sink, watch, &|work, cell, replicate| simulate(study, work, cell, replicate))
}

/// As [`run`], with the simulation of one replicate given: what a test can make fail.
fn run_units<S: Sink>(study: &Study, sink: &mut S, watch: &impl Watch, one: &(impl Fn(&mut Workspace, usize, u64) -> Result<Unit, String> + Sync)) -> Result<Outcome, S::Error> {
    let mut outcome = Outcome { totals: Totals::new(study.cells.iter().map(|cell| cell.arms.len())), failures: Vec::new(), replicates: 0, sessions: 0, interrupted: false };
    let mut batch = Batch::default();
    let step = replicates_per_batch(study);
    let mut next = study.replicates.start;
    while next < study.replicates.end {
        if watch.stop() {
            outcome.interrupted = true;
            break;
        }
        let these = next..(next + step).min(study.replicates.end);
        next = these.end;
        outcome.replicates += these.end - these.start;
        let units = in_parallel(study.cells.len(), these, &|work, cell, replicate| {
            let unit = guarded(work, study.cells[cell].arms.len(), cell, replicate, one);
            watch.done(1, unit.sessions);
            unit
        });
        batch.clear();
        for (cell, unit) in units {
            gather(cell, unit, &mut outcome, &mut batch);
        }
        sink.accept(&batch)?;
        let precise = study.until_mcse.is_some_and(|target| outcome.replicates >= FIRST_LOOK && outcome.totals.headline_mcse() <= target);
        if precise {
            break;
        }
    }
    Ok(outcome)
}

/// Adds a unit to the totals and to the rows of its batch.
fn gather(cell: usize, unit: Unit, outcome: &mut Outcome, batch: &mut Batch) {
    outcome.sessions += unit.sessions;
    match unit.failure {
        Some(failure) => {
            let at = Address { cell: failure.cell, replicate: failure.replicate };
            for arm in 0..unit.summaries.len() {
                batch.replicates.push(at, arm as i32 + 1, Status::Failed, &Summary::NONE);
            }
            outcome.failures.push(failure);
        }
        None => {
            outcome.totals.add(cell, &unit.summaries);
            let at = unit.rows_address;
            for (arm, summary) in unit.summaries.iter().enumerate() {
                batch.replicates.push(at, arm as i32 + 1, Status::Completed, summary);
            }
            batch.therapists.append(&unit.rows.therapists);
            batch.clients.append(&unit.rows.clients);
            batch.sessions.append(&unit.rows.sessions);
        }
    }
}

/// Sessions worth of work in a batch. Depends on the study only, so that a run with a precision target stops
/// at the same replicate on any machine.
const BATCH_CLIENTS: usize = 1 << 16;
/// The same when session rows are kept, which take far more memory.
const BATCH_CLIENTS_WITH_ROWS: usize = 1 << 13;

fn replicates_per_batch(study: &Study) -> u64 {
    let keeps_all = study.rows.sessions == Keep::All || study.rows.clients == Keep::All;
    let budget = if keeps_all { BATCH_CLIENTS_WITH_ROWS } else { BATCH_CLIENTS };
    let courses: usize = study.cells.iter().map(|cell| cell.clients() * cell.arms.len()).sum();
    (budget / courses.max(1)).clamp(4, 1024) as u64
}

/// Runs the units of some replicates, replicate by replicate and cell by cell, and returns them in that order.
fn in_parallel(cells: usize, replicates: Range<u64>, one: &(impl Fn(&mut Workspace, usize, u64) -> Unit + Sync)) -> Vec<(usize, Unit)> {
    let units = (replicates.end - replicates.start) as usize * cells;
    let place = |unit: usize| (unit % cells, replicates.start + (unit / cells) as u64);
    let simulate = |work: &mut Workspace, unit: usize| {
        let (cell, replicate) = place(unit);
        (cell, one(work, cell, replicate))
    };
    #[cfg(feature = "threads")]
    {
        use rayon::iter::{IntoParallelIterator, ParallelIterator};
        (0..units).into_par_iter().map_init(Workspace::default, simulate).collect()
    }
    #[cfg(not(feature = "threads"))]
    {
        let mut work = Workspace::default();
        (0..units).map(|unit| simulate(&mut work, unit)).collect()
    }
}

/// Runs one unit so that nothing that goes wrong in it can spoil the run.
fn guarded(work: &mut Workspace, arms: usize, cell: usize, replicate: u64, one: &(impl Fn(&mut Workspace, usize, u64) -> Result<Unit, String> + Sync)) -> Unit {
    let attempt = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| one(work, cell, replicate)));
    let reason = match attempt {
        Ok(Ok(unit)) => return unit,
        Ok(Err(reason)) => reason,
        Err(panic) => {
            *work = Workspace::default();
            panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_else(|| "the simulation broke off".into())
        }
    };
    let at = address(cell, replicate);
    Unit {
        summaries: vec![Summary::NONE; arms],
        rows: Batch::default(),
        rows_address: at,
        sessions: 0,
        failure: Some(Failure { cell: at.cell, replicate: at.replicate, reason }),
    }
}

fn address(cell: usize, replicate: u64) -> Address {
    Address { cell: cell as i32 + 1, replicate: replicate as i32 + 1 }
}

/// One replicate of one cell: simulate all arms, summarise, compare, keep rows.
fn simulate(study: &Study, work: &mut Workspace, cell: usize, replicate: u64) -> Result<Unit, String> {
    let rules = &study.cells[cell];
    let rows = study.rows;
    let mut log = SessionLog::default();
    if rows.sessions.keeps(replicate) {
        log = SessionLog::new(rules.arms.len());
        work.simulate(rules, study.seed, replicate, &mut log);
    } else {
        work.simulate(rules, study.seed, replicate, &mut Unobserved);
    }
    let at = address(cell, replicate);
    let mut unit = Unit { summaries: Vec::with_capacity(rules.arms.len()), rows: Batch::default(), rows_address: at, sessions: 0, failure: None };
    for (a, (arm_rules, arm)) in rules.arms.iter().zip(&work.arms).enumerate() {
        let mut summary = summarise(arm_rules, arm);
        if !summary.final_score.is_finite() {
            return Err(format!("scores of arm {} are not finite: some effect grows without bound", a + 1));
        }
        let base = (a > 0).then(|| &work.arms[0]);
        if let Some(base) = base {
            compare(arm_rules, arm, base, &mut summary);
        }
        unit.summaries.push(summary);
        unit.sessions += arm.courses.iter().map(|course| u64::from(course.sessions)).sum::<u64>();
        if rows.therapists.keeps(replicate) {
            therapist_rows(at, a, arm, &mut unit.rows.therapists);
        }
        if rows.clients.keeps(replicate) {
            client_rows(arm_rules, at, a, arm, base, &mut unit.rows.clients);
        }
        if rows.sessions.keeps(replicate) {
            session_rows(&log, at, a, arm, &mut unit.rows.sessions);
        }
    }
    Ok(unit)
}
