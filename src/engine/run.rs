//! A run: all replicates of all cells, in parallel, with results that do not depend on how.

use super::assess::{Form, LatentLog, assess, assessment_rows};
use super::design::{Seen, everybody, see};
use super::estimates::{EstimateTotals, Estimates, Fits, Truths, fits, truths};
use super::forms::FormLog;
use super::frames::{Left, frame};
use super::groups::Groups;
use super::rated::raters;
use super::records::{Address, SessionLog, Status, client_rows, session_rows, therapist_rows};
use super::replicate::{ArmResult, Cell, Unobserved, Workspace};
use super::reported::report;
use super::sample::sample;
use super::service::{TimelineWeek, timeline, week_rows};
use super::sink::{Batch, Sink};
use super::streams::ReplicateStreams;
use super::studies::study_rows;
use super::summary::{Summary, compare, summarise};
use super::totals::Totals;
use super::trajectories::{ArmCourse, Tracer};
use super::until::Until;
use crate::dataset::frame::{Frame, Place, Wanted};
use crate::dataset::sample::Sample;
use crate::estimators::analysis::Analyses;
use crate::scenario::design::Design;
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
    /// Week rows.
    pub weeks: Keep,
    /// Rows of forms that look on.
    pub assessments: Keep,
    /// Rows of what the analyses give.
    pub estimates: Keep,
}

impl Rows {
    /// Of every kind the same.
    pub const fn all(keep: Keep) -> Self {
        Self { therapists: keep, clients: keep, sessions: keep, weeks: keep, assessments: keep, estimates: keep }
    }
}

/// What to run.
#[derive(Clone, Debug)]
pub struct Study {
    /// Master seed.
    pub seed: u64,
    /// Cells of the design.
    pub cells: Vec<Cell>,
    /// Analyses that the study makes of its data.
    pub analyses: Analyses,
    /// Rows to keep.
    pub rows: Rows,
    /// Replicates to run, from 0: any range gives the rows that the whole run has there.
    pub replicates: Range<u64>,
    /// Stop early once a Monte Carlo standard error is small enough.
    pub until_mcse: Option<Until>,
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
    /// What the study's analyses give over all completed replicates.
    pub estimates: EstimateTotals,
    /// Headline values of the cells by groups of replicates.
    pub groups: Groups,
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
    timelines: Vec<Vec<TimelineWeek>>,
    courses: Vec<ArmCourse>,
    fits: Fits,
    truths: Truths,
    rows: Batch,
    sessions: u64,
    failure: Option<Failure>,
}

/// Cells of a design, from the first, whose courses are kept session by session: beyond that, memory would grow with designs
/// whose cells nobody looks at one by one.
const CELLS_WITH_COURSES: usize = 100;

/// Replicates, from the first, whose courses are followed session by session. That costs a sixth of their time, and the means of
/// so many replicates are as precise as a picture can show. Which ones does not depend on how many are run.
const REPLICATES_WITH_COURSES: u64 = 100;

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
fn run_units<S: Sink>(
    study: &Study,
    sink: &mut S,
    watch: &impl Watch,
    one: &(impl Fn(&mut Workspace, usize, u64) -> Result<Unit, String> + Sync),
) -> Result<Outcome, S::Error> {
    let mut outcome = Outcome {
        totals: Totals::new(study.cells.iter().map(|cell| cell.arms.len())),
        estimates: EstimateTotals::new(&study.analyses, study.cells.iter().map(|cell| cell.arms.len())),
        groups: Groups::new(study.cells.iter().map(|cell| cell.arms.len())),
        failures: Vec::new(),
        replicates: 0,
        sessions: 0,
        interrupted: false,
    };
    let mut batch = Batch { estimates: Estimates::of(&study.analyses), ..Batch::default() };
    let step = replicates_per_batch(study);
    let mut next = study.replicates.start;
    let mut look = FIRST_LOOK;
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
            if study.rows.estimates.keeps(unit.rows_address.replicate as u64 - 1) {
                batch.estimates.push(unit.rows_address, &study.analyses, study.cells[cell].arms.len(), &unit.fits);
            }
            gather(cell, unit, &mut outcome, &mut batch);
        }
        sink.accept(&batch)?;
        if let Some(until) = study.until_mcse.as_ref().filter(|_| outcome.replicates >= look) {
            if until.reached(&outcome.totals, &outcome.estimates) {
                break;
            }
            look = until.next_look(outcome.replicates);
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
            outcome.totals.add(cell, &unit.summaries, &unit.timelines);
            outcome.totals.add_courses(cell, &unit.courses);
            outcome.estimates.add(cell, &unit.fits, &unit.truths);
            let at = unit.rows_address;
            outcome.groups.add(cell, at.replicate as u64 - 1, &unit.summaries);
            for (arm, summary) in unit.summaries.iter().enumerate() {
                batch.replicates.push(at, arm as i32 + 1, Status::Completed, summary);
            }
            batch.therapists.append(&unit.rows.therapists);
            batch.clients.append(&unit.rows.clients);
            batch.sessions.append(&unit.rows.sessions);
            batch.weeks.append(&unit.rows.weeks);
            batch.studies.append(&unit.rows.studies);
            batch.assessments.append(&unit.rows.assessments);
            batch.items.append(&unit.rows.items);
        }
    }
}

/// Sessions worth of work in a batch. Depends on the study only, so that a run with a precision target stops
/// at the same replicate on any machine.
const BATCH_CLIENTS: usize = 1 << 16;
/// The same when session rows are kept, which take far more memory.
const BATCH_CLIENTS_WITH_ROWS: usize = 1 << 13;

/// Replicates in a batch when a method is slow, so that a run can be stopped soon.
const BATCH_OF_SLOW_FITS: u64 = 16;

fn replicates_per_batch(study: &Study) -> u64 {
    if study.analyses.list.iter().any(|analysis| analysis.method.slow()) {
        return BATCH_OF_SLOW_FITS;
    }
    let looked_on = study.rows.assessments == Keep::All && study.cells.iter().any(|cell| LatentLog::for_cell(cell).is_some());
    let keeps_all = study.rows.sessions == Keep::All || study.rows.clients == Keep::All || looked_on;
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
fn guarded(
    work: &mut Workspace,
    arms: usize,
    cell: usize,
    replicate: u64,
    one: &(impl Fn(&mut Workspace, usize, u64) -> Result<Unit, String> + Sync),
) -> Unit {
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
        timelines: Vec::new(),
        courses: Vec::new(),
        fits: Vec::new(),
        truths: Vec::new(),
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
    let log = rows.sessions.keeps(replicate).then(|| SessionLog::new(rules.arms.len()));
    let logs = (log, (LatentLog::for_cell(rules), FormLog::for_columns(&study.analyses.wanted, rules)));
    let followed = cell < CELLS_WITH_COURSES && replicate < REPLICATES_WITH_COURSES;
    let mut all = (followed.then(|| Tracer::new(rules.arms.len())), logs);
    if all.1.0.is_some() || all.1.1.0.is_some() || all.1.1.1.is_some() {
        work.simulate(rules, study.seed, replicate, &mut all);
    } else if let Some(tracer) = &mut all.0 {
        work.simulate(rules, study.seed, replicate, tracer);
    } else {
        work.simulate(rules, study.seed, replicate, &mut Unobserved);
    }
    let (tracer, logs) = all;
    let at = address(cell, replicate);
    let seen = see(&rules.design, ReplicateStreams::new(study.seed, replicate), &work.arms);
    let held = if rules.design.sees_everything() { Sample::default() } else { sample(&rules.arms, &work.arms, &seen) };
    let mut unit = Unit {
        summaries: Vec::with_capacity(rules.arms.len()),
        timelines: work.arms.iter().map(timeline).collect(),
        courses: Vec::new(),
        fits: Vec::new(),
        truths: Vec::new(),
        rows: Batch::default(),
        rows_address: at,
        sessions: 0,
        failure: None,
    };
    if let Some(tracer) = tracer {
        let arms = rules.arms.iter().zip(&work.arms).enumerate();
        unit.courses = arms.map(|(a, (rules, arm))| tracer.course(a, rules, &arm.courses)).collect();
    }
    let mut forms: Vec<Vec<Form>> = Vec::new();
    for (a, (arm_rules, arm)) in rules.arms.iter().zip(&work.arms).enumerate() {
        let mut summary = summarise(arm_rules, arm);
        if !summary.final_score.is_finite() {
            return Err(format!("scores of arm {} are not finite: some effect grows without bound", a + 1));
        }
        let base = (a > 0).then(|| &work.arms[0]);
        if let Some(base) = base {
            compare(arm_rules, arm, base, &mut summary);
        }
        let early = arm_rules.world.outcomes.early_session;
        report(&rules.design, &held, a, early, &mut summary);
        if matches!(rules.design, Design::Studies(_)) {
            study_rows(at, a, arm, &held, early, &mut unit.rows.studies);
        }
        if let Some(latent) = &logs.1.0 {
            let own = assess(ReplicateStreams::new(study.seed, replicate).of_cell(rules.luck), arm_rules, arm, latent, a);
            raters(arm_rules, arm, &own, &mut summary);
            if rows.assessments.keeps(replicate) {
                assessment_rows(arm_rules, at, a, arm, &own, &mut unit.rows.assessments, &mut unit.rows.items);
            }
            forms.push(own);
        }
        unit.summaries.push(summary);
        unit.sessions += arm.sessions();
        if rows.therapists.keeps(replicate) {
            therapist_rows(arm_rules, at, a, arm, &seen[a], &mut unit.rows.therapists);
        }
        if rows.weeks.keeps(replicate) {
            week_rows(arm_rules, at, a, arm, &mut unit.rows.weeks);
        }
        if rows.clients.keeps(replicate) {
            client_rows(arm_rules, at, a, (arm, &seen[a]), base, &mut unit.rows.clients);
        }
        if let Some(log) = &logs.0 {
            session_rows(log, at, a, (arm, &seen[a]), &mut unit.rows.sessions);
        }
    }
    let luck = ReplicateStreams::new(study.seed, replicate).of_cell(rules.luck);
    (unit.fits, unit.truths) = analyse(study, (at, rules, luck), &work.arms, &seen, logs.1.1.as_ref(), &forms);
    Ok(unit)
}

/// Makes the analyses of the study of one replicate.
fn analyse(
    study: &Study,
    (at, cell, luck): (Address, &Cell, ReplicateStreams),
    arms: &[ArmResult],
    seen: &[Seen],
    log: Option<&FormLog>,
    forms: &[Vec<Form>],
) -> (Fits, Truths) {
    let analyses = &study.analyses;
    if analyses.list.is_empty() {
        return Default::default();
    }
    let left = Left { cell, arms, seen, log, forms, all_forms: false, diagnoses: &analyses.diagnoses };
    let place = Place { cell: at.cell.cast_unsigned(), replicate: at.replicate.cast_unsigned() };
    let data = Frame { place, ..frame(&analyses.wanted, &left) };
    let everybody = if analyses.need_everybody() {
        let seen = everybody(arms);
        let wanted = Wanted { session_rows: false, ..analyses.wanted.clone() };
        frame(&wanted, &Left { seen: &seen, all_forms: true, ..left })
    } else {
        Frame::default()
    };
    let found = fits(analyses, &data, &everybody, arms.len(), luck);
    (found, truths(analyses, &everybody, &cell.parameters, arms.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::column::{ColumnValues, Table};
    use crate::engine::norms;
    use crate::engine::until::Precise;
    use crate::model::rules::World;
    use crate::scenario::file::ScenarioFile;

    /// Keeps everything.
    #[derive(Default)]
    struct Everything {
        batch: Batch,
        finals: Vec<(i32, i32, f64)>,
    }

    impl Sink for Everything {
        type Error = core::convert::Infallible;
        fn accept(&mut self, batch: &Batch) -> Result<(), Self::Error> {
            self.batch.clients.append(&batch.clients);
            self.batch.sessions.append(&batch.sessions);
            self.batch.therapists.append(&batch.therapists);
            let columns = batch.replicates.columns();
            let at = |name: &str| batch.replicates.specs().iter().position(|spec| spec.name == name);
            let (Some(ColumnValues::I32(replicate)), Some(ColumnValues::I32(arm)), Some(ColumnValues::F64(last))) =
                (at("replicate").map(|i| columns[i]), at("arm").map(|i| columns[i]), at("final_score").map(|i| columns[i]))
            else {
                panic!("columns are missing");
            };
            self.finals.extend((0..replicate.len()).map(|i| (replicate[i], arm[i], last[i])));
            Ok(())
        }
    }

    fn study(replicates: Range<u64>, sessions: Keep) -> Study {
        let mut world = World::from(&ScenarioFile::default());
        world.clinics.count = 1;
        world.clinics.therapists = 3;
        world.clinics.clients_per_therapist = 5;
        world.tracking.norm_clients = 400;
        let mut better = world.clone();
        better.rupture.repair_intercept = 1.0;
        let cell = norms::cell(&[world, better]).unwrap_or_else(|found| panic!("{found:?}"));
        Study {
            seed: 3,
            cells: vec![cell],
            analyses: Analyses::default(),
            rows: Rows { therapists: Keep::All, clients: Keep::All, sessions, ..Rows::all(Keep::None) },
            replicates,
            until_mcse: None,
        }
    }

    fn ran(study: &Study) -> (Outcome, Everything) {
        let mut sink = Everything::default();
        let Ok(outcome) = run(study, &mut sink, &Alone);
        (outcome, sink)
    }

    #[test]
    fn any_replicate_alone_gives_the_rows_it_has_in_the_whole_run() {
        let (_, whole) = ran(&study(0..12, Keep::All));
        let (_, alone) = ran(&study(7..8, Keep::All));
        let rows: Vec<usize> = (0..whole.batch.sessions.replicate.len()).filter(|&i| whole.batch.sessions.replicate[i] == 8).collect();
        assert!(!rows.is_empty() && rows.len() == alone.batch.sessions.replicate.len());
        for (a, &b) in rows.iter().enumerate() {
            assert_eq!(alone.batch.sessions.symptoms[a].to_bits(), whole.batch.sessions.symptoms[b].to_bits());
            assert_eq!(alone.batch.sessions.client[a], whole.batch.sessions.client[b]);
        }
        assert_eq!(alone.finals, whole.finals.iter().filter(|row| row.0 == 8).copied().collect::<Vec<_>>());
    }

    #[test]
    fn session_rows_agree_with_client_rows() {
        let (outcome, kept) = ran(&study(0..3, Keep::All));
        let (clients, sessions) = (&kept.batch.clients, &kept.batch.sessions);
        assert_eq!(clients.len(), 3 * 2 * 15);
        assert_eq!(sessions.len() as u64, outcome.sessions);
        let mut row = 0;
        for i in 0..clients.len() {
            for t in 1..=clients.sessions[i] {
                assert_eq!(
                    (sessions.replicate[row], sessions.arm[row], sessions.client[row], sessions.session[row]),
                    (clients.replicate[i], clients.arm[i], clients.client[i], t)
                );
                assert_eq!(sessions.ended[row] == 1, t == clients.sessions[i]);
                row += 1;
            }
            assert_eq!(sessions.symptom_score[row - clients.sessions[i] as usize], clients.intake_score[i]);
            assert_eq!(sessions.symptoms[row - 1], clients.final_symptoms[i]);
        }
    }

    /// The courses by session follow from the rows of sessions and clients, and do not depend on whether rows are kept.
    #[test]
    fn courses_by_session_agree_with_session_rows() {
        let (outcome, kept) = ran(&study(0..3, Keep::All));
        let (plain, _) = ran(&study(0..3, Keep::None));
        let (clients, rows) = (&kept.batch.clients, &kept.batch.sessions);
        for arm in 0..2 {
            let sessions = outcome.totals.cells[0][arm].courses.sessions();
            assert_eq!(sessions.len(), plain.totals.cells[0][arm].courses.sessions().len());
            let mine = |t: usize| (0..rows.len()).filter(move |&i| rows.arm[i] as usize == arm + 1 && rows.session[i] as usize == t);
            let of_arm = || (0..clients.len()).filter(|&i| clients.arm[i] as usize == arm + 1);
            for (t, (session, again)) in (1..).zip(sessions.iter().zip(plain.totals.cells[0][arm].courses.sessions())) {
                let mean = |of: &dyn Fn(usize) -> f64| mine(t).map(of).sum::<f64>() / mine(t).count() as f64;
                let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "arm {arm}, session {t}: {a} {b}");
                close(session.means[0].mean.value, mean(&|i| rows.symptom_score[i]));
                close(session.means[4].mean.value, mean(&|i| rows.symptoms[i]));
                close(session.at_risk.value, mine(t).count() as f64 / 3.0);
                let left = of_arm().filter(|&i| clients.sessions[i] as usize <= t).count() as f64;
                close(session.shares[0].value, 1.0 - left / of_arm().count() as f64);
                close(session.shares[1..].iter().map(|share| share.value).sum(), 1.0 - session.shares[0].value);
                assert_eq!(session.means[5].mean.value.to_bits(), again.means[5].mean.value.to_bits());
                assert_eq!(session.means[6].sd.to_bits(), again.means[6].sd.to_bits());
            }
            let last = sessions.last().unwrap_or_else(|| panic!("no session"));
            let everybody = of_arm().map(|i| clients.final_symptoms[i]).sum::<f64>() / of_arm().count() as f64;
            assert!((last.means[5].mean.value - everybody).abs() < 1e-9 && last.shares[0].value == 0.0);
        }
    }

    #[test]
    fn a_failed_replicate_is_reported_and_spoils_nothing() {
        let study = study(0..10, Keep::None);
        let mut sink = Everything::default();
        let Ok(outcome) = run_units(&study, &mut sink, &Alone, &|work, cell, replicate| {
            assert!(replicate != 4, "planted failure");
            simulate(&study, work, cell, replicate)
        });
        assert_eq!(outcome.failures, [Failure { cell: 1, replicate: 5, reason: "planted failure".into() }]);
        assert_eq!((outcome.replicates, outcome.totals.cells[0][0].level[0].n()), (10, 9));
        let (_, good) = ran(&study);
        for (seen, expected) in sink.finals.iter().zip(&good.finals) {
            if seen.0 == 5 { assert!(seen.2.is_nan()) } else { assert_eq!(seen, expected) }
        }
    }

    #[test]
    fn a_precision_target_stops_the_run_once_it_is_met() {
        let mut study = study(0..5000, Keep::None);
        study.rows = Rows::all(Keep::None);
        study.until_mcse = Some(Until { of: Precise::Headline, mcse: 0.05 });
        let (outcome, _) = ran(&study);
        assert!(outcome.replicates < 5000 && outcome.totals.headline_mcse() <= 0.05, "{}", outcome.replicates);
    }

    #[test]
    fn a_share_of_replicates_is_spread_evenly_and_starts_with_the_first() {
        let kept: Vec<u64> = (0..40).filter(|&r| Keep::Share(0.1).keeps(r)).collect();
        assert_eq!((kept[0], kept.len()), (0, 4));
        assert!((0..9).all(|r| !Keep::None.keeps(r) && Keep::All.keeps(r)));
    }

    #[test]
    fn a_run_that_is_stopped_keeps_what_is_complete() {
        struct AfterOne(core::sync::atomic::AtomicU64);
        impl Watch for AfterOne {
            fn stop(&self) -> bool {
                self.0.load(core::sync::atomic::Ordering::Relaxed) > 0
            }
            fn done(&self, units: u64, _: u64) {
                self.0.fetch_add(units, core::sync::atomic::Ordering::Relaxed);
            }
        }
        let study = study(0..100_000, Keep::None);
        let mut sink = Everything::default();
        let Ok(outcome) = run(&study, &mut sink, &AfterOne(0.into()));
        assert!(outcome.interrupted && outcome.replicates < 100_000);
        assert_eq!(sink.finals.len() as u64, 2 * outcome.replicates);
    }
}
