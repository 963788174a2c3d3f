//! The answer of a study: every measure of every arm, and every contrast, with its Monte Carlo
//! standard error. It comes from a run or from a file; both give the same numbers.

use super::drivers;
use crate::engine::estimates::{AnalysisTotals, TermTotals};
use crate::engine::run::{Failure, Outcome, Study};
use crate::engine::summary::MEASURES;
use crate::engine::totals::{ArmTotals, OF_A_STUDY, RATIO_MEASURES};
use crate::engine::trajectories::SessionMeans;
use crate::engine::until::Precise;
use crate::performance::Measured;
use crate::performance::measures::{Performance, performance, share};
use crate::performance::pairs::{Paired, paired};
use crate::performance::sensitivity::Statistic;
use crate::scenario::load::{ArmPlan, CellPlan, Scenario};
use crate::scenario::points::Luck;

/// What a study is: all that a heading says.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// One line that says what is compared.
    pub title: String,
    /// The question, for readers.
    pub question: String,
    /// Version of the program that ran the study.
    pub version: String,
    /// Master seed.
    pub seed: u64,
    /// Identifies what was simulated (see [`Scenario::fingerprint`]).
    pub fingerprint: String,
    /// Changes to the scenario file from the command line, `KEY=VALUE`.
    pub settings: Vec<String>,
    /// Names of the arms, the comparison arm first.
    pub arms: Vec<String>,
    /// Keys that the design varies.
    pub factors: Vec<String>,
    /// The design in words, what it cannot tell apart included; nothing for a full factorial with common luck.
    pub points: Vec<String>,
    /// The cells are points between the ends of ranges, as many as an estimate needs, and of no interest one by one.
    pub sampled: bool,
    /// Instrument of symptoms and of alliance in the first arm.
    pub instruments: [String; 2],
    /// Some arm has feedback to therapists.
    pub feedback: bool,
    /// Clinics are open: clients are referred and wait.
    pub open: bool,
    /// What a study sees of the arms, in words; empty when it sees everything.
    pub design: String,
    /// First replicate, from 1.
    pub first: u64,
    /// Replicates asked for.
    pub asked: u64,
    /// Replicates done, failed ones included.
    pub done: u64,
    /// Precision at which the run was to stop: a largest MCSE, in the unit of what it is about.
    pub until_mcse: Option<f64>,
    /// What that is about: `headline` (in score units), or a performance measure.
    pub until_of: String,
    /// The run was stopped before all that was asked for was done.
    pub interrupted: bool,
}

/// Results of one arm of one cell.
#[derive(Clone, Debug)]
pub struct ArmResults {
    /// Name.
    pub name: String,
    /// Clinics, therapists and clients of one replicate.
    pub size: [u64; 3],
    /// Replicates completed.
    pub completed: u64,
    /// Replicates that failed.
    pub failed: u64,
    /// Every measure, in the order of [`MEASURES`].
    pub level: Vec<Measured>,
    /// Every week of open clinics, in the order of [`TIMELINE`](crate::engine::service::TIMELINE); not read back from
    /// a file.
    pub weeks: Vec<Vec<Measured>>,
    /// Courses session by session; nothing where the file has none.
    pub sessions: Vec<SessionMeans>,
    /// Standard deviation over replicates of those in [`OF_A_STUDY`], in the order of [`MEASURES`]; not defined for others.
    pub spread: Vec<Measured>,
    /// Comparison with the first arm; none for the first arm itself.
    pub contrast: Option<Contrast>,
}

/// An arm against the comparison arm: same clients, same luck.
#[derive(Clone, Debug)]
pub struct Contrast {
    /// Paired difference of every measure, in the order of [`MEASURES`].
    pub difference: Vec<Measured>,
    /// Odds ratio for each of [`RATIO_MEASURES`].
    pub odds_ratio: [Measured; 3],
    /// Number needed to treat for each of [`RATIO_MEASURES`] (negative when the arm has fewer).
    pub needed: [Measured; 3],
}

/// Results of one cell of the design.
#[derive(Clone, Debug)]
pub struct CellResults {
    /// Value of each factor, as written.
    pub levels: Vec<String>,
    /// Arms, the comparison arm first.
    pub arms: Vec<ArmResults>,
}

/// How a swept key drives one of the headline results: a measure of sensitivity.
#[derive(Clone, Debug, PartialEq)]
pub struct Driver {
    /// Name of the result, one of [`MEASURES`].
    pub result: String,
    /// Arm, from 1: of the first its own mean, of the others the paired difference to the first.
    pub arm: usize,
    /// Measure.
    pub statistic: Statistic,
    /// Key; none where the measure is about all of them.
    pub factor: Option<String>,
    /// The other key of an interaction.
    pub with: Option<String>,
    /// The two values that a main effect compares: this one against that one.
    pub levels: Option<[String; 2]>,
    /// Estimate.
    pub value: f64,
    /// Standard error, points and replicates together.
    pub standard_error: f64,
    /// Standard error from the points of a sampled design.
    pub points_se: f64,
    /// Monte Carlo standard error from the replicates.
    pub mcse: f64,
    /// Unit of the estimate and its errors.
    pub unit: String,
}

/// One term of an analysis over replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct TermResults {
    /// What is estimated.
    pub term: String,
    /// Replicates in which it has an estimate.
    pub n: u64,
    /// Mean estimate.
    pub estimate: Measured,
    /// Standard deviation of the estimates: how far one such study scatters.
    pub empirical_se: Measured,
    /// Root mean square of the standard errors that the method states.
    pub model_se: Measured,
    /// Share of replicates with p ≤ .05.
    pub rejection: Measured,
    /// How it does against the truth, where one is given.
    pub judged: Option<Performance>,
}

/// One analysis in one arm, or over all arms.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalysisResults {
    /// Cell, from 1.
    pub cell: usize,
    /// Name of the analysis.
    pub name: String,
    /// The arm, from 0; none for all arms together.
    pub arm: Option<usize>,
    /// Replicates in which it was made.
    pub fits: u64,
    /// Those without an answer.
    pub failed: u64,
    /// Those at the boundary.
    pub boundary: u64,
    /// Why there was no answer, and how often.
    pub reasons: Vec<(String, u64)>,
    /// Its terms.
    pub terms: Vec<TermResults>,
}

/// One analysis against another that estimates the same, in the same replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct PairResults {
    /// Cell, from 1.
    pub cell: usize,
    /// The arm, from 0; none for all arms together.
    pub arm: Option<usize>,
    /// The analysis that is held against the reference.
    pub name: String,
    /// Its term.
    pub term: String,
    /// The reference: the first analysis that estimates the same.
    pub reference: String,
    /// Its term.
    pub reference_term: String,
    /// Differences.
    pub found: Paired,
}

/// All pairs of a cell: for every estimand the analyses that have it, each against the first of them.
pub fn pairs(cell: usize, all: &[AnalysisTotals]) -> Vec<PairResults> {
    let mut found = Vec::new();
    for (at, own) in all.iter().enumerate() {
        for term in own.terms.iter().filter(|term| term.shared) {
            let before = all[..at].iter().filter(|one| one.arm == own.arm);
            let first =
                before.flat_map(|one| one.terms.iter().map(move |other| (one, other))).find(|(_, other)| other.estimand == term.estimand);
            found.extend(first.map(|(reference, other)| PairResults {
                cell,
                arm: own.arm,
                term: term.term.clone(),
                name: own.name.clone(),
                reference_term: other.term.clone(),
                reference: reference.name.clone(),
                found: paired(&other.said, &term.said),
            }));
        }
    }
    found
}

impl AnalysisResults {
    /// What totals over replicates come to, in a cell (from 1).
    pub fn new(cell: usize, totals: &AnalysisTotals) -> Self {
        let term = |term: &TermTotals| TermResults {
            term: term.term.clone(),
            n: term.estimate.n(),
            estimate: term.estimate.measured(),
            empirical_se: term.estimate.spread(),
            model_se: term.variance.measured().root(),
            rejection: share(term.rejected, term.tested),
            judged: term.judged().then(|| performance(&term.said)),
        };
        Self {
            cell,
            name: totals.name.clone(),
            arm: totals.arm,
            fits: totals.fits,
            failed: totals.failed,
            boundary: totals.boundary,
            reasons: totals.reasons.iter().map(|(reason, fits)| (reason.clone(), *fits)).collect(),
            terms: totals.terms.iter().map(term).collect(),
        }
    }
}

/// The answer of a study.
#[derive(Clone, Debug)]
pub struct Results {
    /// What the study is.
    pub about: About,
    /// Cells of the design.
    pub cells: Vec<CellResults>,
    /// What the study's own analyses give, cell by cell.
    pub analyses: Vec<AnalysisResults>,
    /// Analyses that estimate the same, held against each other on the same data.
    pub pairs: Vec<PairResults>,
    /// What drives the headline; none for a design of one cell.
    pub drivers: Vec<Driver>,
    /// Replicates that could not be completed.
    pub failures: Vec<Failure>,
}

impl About {
    /// The heading of a study that has not run yet.
    pub fn new(scenario: &Scenario, study: &Study, settings: &[String]) -> Self {
        let arms = || scenario.cells.iter().flat_map(|cell| &cell.arms);
        let first_cell = scenario.cells.first();
        Self {
            title: scenario.title.clone(),
            question: scenario.question.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            seed: study.seed,
            fingerprint: scenario.fingerprint(),
            settings: settings.to_vec(),
            arms: first_cell.map_or_else(Vec::new, |cell| cell.arms.iter().map(|arm| arm.name.clone()).collect()),
            factors: first_cell.map_or_else(Vec::new, |cell| cell.levels.iter().map(|(path, _)| path.clone()).collect()),
            points: design_words(scenario),
            sampled: scenario.sampling.points.sampled(),
            instruments: arms().next().map(ArmPlan::instruments).unwrap_or_default(),
            feedback: arms().any(|arm| arm.world.feedback.is_some()),
            open: arms().any(|arm| arm.world.workload.is_some()),
            design: scenario.design_in_words(),
            first: study.replicates.start + 1,
            asked: study.replicates.end - study.replicates.start,
            done: 0,
            until_mcse: study.until_mcse.as_ref().map(|until| until.mcse),
            until_of: study.until_mcse.as_ref().map_or_else(String::new, |until| until.of.to_string()),
            interrupted: false,
        }
    }

    /// The heading, once the run is over.
    #[must_use]
    pub fn after(mut self, outcome: &Outcome) -> Self {
        self.done = outcome.replicates;
        self.interrupted = outcome.interrupted;
        self
    }

    /// The run stopped early because it was precise enough.
    pub fn reached_precision(&self) -> bool {
        !self.interrupted && self.done < self.asked
    }
}

impl Results {
    /// The answer of a run.
    pub fn new(about: &About, scenario: &Scenario, outcome: &Outcome) -> Self {
        let cells = scenario.cells.iter().zip(&outcome.totals.cells).enumerate();
        Self {
            about: about.clone().after(outcome),
            cells: cells.map(|(c, (plan, totals))| cell(plan, totals, failed(outcome, c), outcome.replicates)).collect(),
            analyses: (1..)
                .zip(&outcome.estimates.cells)
                .flat_map(|(cell, all)| all.iter().map(move |one| AnalysisResults::new(cell, one)))
                .collect(),
            pairs: (1..).zip(&outcome.estimates.cells).flat_map(|(cell, all)| pairs(cell, all)).collect(),
            drivers: drivers::drivers(scenario, &outcome.groups),
            failures: outcome.failures.clone(),
        }
    }

    /// Largest Monte Carlo standard error of what was to be precise.
    pub fn precision(&self) -> f64 {
        match Precise::read(&self.about.until_of) {
            Some(of @ Precise::Measure(criterion, _)) => {
                let terms = self.analyses.iter().flat_map(|one| &one.terms).filter(|term| of.means(&term.term));
                terms.filter_map(|term| term.judged.as_ref()).map(|judged| criterion.of(judged).mcse).fold(f64::NAN, f64::max)
            }
            _ => self.headline_mcse(),
        }
    }

    /// Largest Monte Carlo standard error of the headline, in score units: of the paired differences in
    /// final score, or of the final score itself where there is one arm.
    pub fn headline_mcse(&self) -> f64 {
        let final_score = crate::engine::totals::measure("final_score");
        let contrasts = |cell: &CellResults| {
            cell.arms.iter().filter_map(|arm| arm.contrast.as_ref()).map(|c| c.difference[final_score].mcse).reduce(f64::max)
        };
        let one = |cell: &CellResults| contrasts(cell).or(cell.arms.first().map(|arm| arm.level[final_score].mcse));
        self.cells.iter().filter_map(one).fold(f64::NAN, f64::max)
    }
}

/// The design in words, with whose luck the cells have.
fn design_words(scenario: &Scenario) -> Vec<String> {
    let own = (scenario.luck == Luck::Own).then(|| "Every cell has luck of its own.".to_owned());
    scenario.sampling.words().into_iter().chain(own).collect()
}

fn failed(outcome: &Outcome, cell: usize) -> u64 {
    outcome.failures.iter().filter(|failure| failure.cell as usize == cell + 1).count() as u64
}

fn cell(plan: &CellPlan, totals: &[ArmTotals], failed: u64, done: u64) -> CellResults {
    let base = totals.first();
    let arm = |(a, (plan, totals)): (usize, (&ArmPlan, &ArmTotals))| ArmResults {
        name: plan.name.clone(),
        size: plan.size(),
        completed: done - failed,
        failed,
        level: totals.level.iter().map(|moments| moments.measured()).collect(),
        weeks: totals.weeks.iter().map(|week| week.iter().map(|moments| moments.measured()).collect()).collect(),
        sessions: totals.courses.sessions(),
        spread: MEASURES
            .iter()
            .zip(&totals.level)
            .map(|(spec, moments)| if OF_A_STUDY.contains(&spec.name) { moments.spread() } else { Measured::NONE })
            .collect(),
        contrast: base.filter(|_| a > 0).map(|base| contrast(totals, base)),
    };
    CellResults {
        levels: plan.levels.iter().map(|(_, value)| value.clone()).collect(),
        arms: plan.arms.iter().zip(totals).enumerate().map(arm).collect(),
    }
}

fn contrast(arm: &ArmTotals, base: &ArmTotals) -> Contrast {
    Contrast {
        difference: arm.difference.iter().map(|moments| moments.measured()).collect(),
        odds_ratio: RATIO_MEASURES.map(|name| arm.shares(base, name).odds_ratio()),
        needed: RATIO_MEASURES.map(|name| arm.shares(base, name).number_needed_to_treat()),
    }
}

impl ArmResults {
    /// A measure by its name, not defined when there is none of that name.
    pub fn mean(&self, name: &str) -> Measured {
        named(&self.level, name)
    }

    /// The standard deviation over replicates of a measure of [`OF_A_STUDY`]: how far one study of this size scatters.
    pub fn scatter(&self, name: &str) -> Measured {
        named(&self.spread, name)
    }
}

impl Contrast {
    /// The paired difference of a measure.
    pub fn of(&self, name: &str) -> Measured {
        named(&self.difference, name)
    }

    /// Odds ratio and number needed to treat of one of [`RATIO_MEASURES`].
    pub fn ratio(&self, name: &str) -> (Measured, Measured) {
        let at = RATIO_MEASURES.iter().position(|known| *known == name);
        at.map_or((Measured::NONE, Measured::NONE), |at| (self.odds_ratio[at], self.needed[at]))
    }
}

fn named(values: &[Measured], name: &str) -> Measured {
    let at = MEASURES.iter().position(|spec| spec.name == name);
    at.and_then(|at| values.get(at)).copied().unwrap_or(Measured::NONE)
}
