//! What the analyses of a study give: rows of every replicate, and totals over replicates.

use super::records::Address;
use super::streams::{Entity, Purpose, ReplicateStreams};
use crate::dataset::built::described;
use crate::dataset::column::{ColumnKind, ColumnSpec, ColumnValues, Element, Table};
use crate::dataset::frame::Frame;
use crate::estimators::analysis::{Analyses, Analysis, Fit, Luck, Reason, Truth, Value};
use crate::estimators::status::Status;
use crate::performance::Moments;
use crate::performance::measures::{ALPHA, Said};
use rand::Rng;
use rand_pcg::Lcg64Xsh32;
use std::collections::{BTreeMap, BTreeSet};

crate::category! {
    /// How an analysis went in one replicate.
    pub enum FitStatus {
        /// As it should.
        Converged = "converged",
        /// At the edge of what is possible, a variance of 0 for instance.
        Boundary = "boundary",
        /// No answer.
        Failed = "failed",
    }
}

/// The fits of one replicate: for every analysis one per arm, or one over all arms.
pub type Fits = Vec<Result<Fit, Reason>>;

/// What is true in one replicate, for every fit and its terms, where anything is.
pub type Truths = Vec<Vec<Option<f64>>>;

/// What is true of every term. `everybody` has the data of all clients in all arms, if a truth needs them.
pub fn truths(analyses: &Analyses, everybody: &Frame, parameters: &[Vec<f64>], arms: usize) -> Truths {
    let each = analyses.list.iter().flat_map(|analysis| analysis.arms(arms).into_iter().map(move |arm| (analysis, arm)));
    each.map(|(analysis, arm)| analysis.truths(everybody, arm, parameters)).collect()
}

/// Makes all analyses of one replicate. Each begins the luck that it may need at the same place, so that it does not matter
/// which others there are.
pub fn fits(analyses: &Analyses, frame: &Frame, everybody: &Frame, arms: usize, streams: ReplicateStreams) -> Fits {
    let made = |analysis: &Analysis, arm| analysis.apply(frame, everybody, arm, &mut OfAnalyses::of(streams));
    analyses.list.iter().flat_map(|analysis| analysis.arms(arms).into_iter().map(move |arm| made(analysis, arm))).collect()
}

/// The luck of analyses.
struct OfAnalyses(Lcg64Xsh32);

impl OfAnalyses {
    fn of(streams: ReplicateStreams) -> Self {
        Self(streams.generator(Entity::Clinic(0), Purpose::Analyses))
    }
}

impl Luck for OfAnalyses {
    fn uniform(&mut self) -> f64 {
        let bits = u64::from(self.0.next_u32()) << 21 ^ u64::from(self.0.next_u32()) >> 11;
        (bits as f64 + 0.5) / (1u64 << 53) as f64
    }
}

/// Column descriptions but for the labels of estimators and terms.
const COLUMNS: [(&str, &str, &str, ColumnKind); 12] = [
    ("cell", "1", "cell of the design", ColumnKind::I32),
    ("replicate", "1", "replicate", ColumnKind::I32),
    ("estimator", "1", "name of the analysis", ColumnKind::Category),
    ("arm", "1", "arm (row of the arms table with the same cell); 0: all arms together", ColumnKind::I32),
    ("term", "1", "what is estimated", ColumnKind::Category),
    ("estimate", "see term", "estimate", ColumnKind::F64),
    ("se", "see term", "standard error as the method says it", ColumnKind::F64),
    ("df", "1", "degrees of freedom (inf: normal distribution)", ColumnKind::F64),
    ("low", "see term", "lower end of the 95 % confidence interval", ColumnKind::F64),
    ("high", "see term", "upper end of the 95 % confidence interval", ColumnKind::F64),
    ("p", "1", "two-sided p of the hypothesis that the true value is 0", ColumnKind::F64),
    ("status", "1", "how the fit went", ColumnKind::Category),
];

/// One row per cell, replicate, analysis, arm and term.
#[derive(Clone, Debug, Default)]
pub struct Estimates {
    specs: &'static [ColumnSpec],
    /// Name of each analysis and of its terms as codes.
    codes: Vec<(i8, Vec<i8>)>,
    cell: Vec<i32>,
    replicate: Vec<i32>,
    estimator: Vec<i8>,
    arm: Vec<i32>,
    term: Vec<i8>,
    values: [Vec<f64>; 6],
    status: Vec<i8>,
}

impl Estimates {
    /// An empty table for some analyses.
    pub fn of(analyses: &Analyses) -> Self {
        if analyses.list.is_empty() {
            return Self::default();
        }
        let names: Vec<String> = analyses.list.iter().map(|analysis| analysis.name.clone()).collect();
        let terms: Vec<Vec<String>> = analyses.list.iter().map(|analysis| analysis.terms()).collect();
        let (name_labels, name_codes) = crate::dataset::built::coded(&names);
        let (term_labels, term_codes) = crate::dataset::built::coded(&terms.concat());
        let mut term_codes = term_codes.into_iter();
        let codes = name_codes.into_iter().zip(&terms).map(|(name, own)| (name, term_codes.by_ref().take(own.len()).collect())).collect();
        let status: Vec<String> = FitStatus::ALL.iter().map(|status| status.label().to_owned()).collect();
        let labels = |name: &str| match name {
            "estimator" => name_labels.clone(),
            "term" => term_labels.clone(),
            "status" => status.clone(),
            _ => Vec::new(),
        };
        let specs = described(COLUMNS.map(|(name, unit, meaning, kind)| (name, unit, meaning, kind, labels(name))).to_vec());
        Self { specs, codes, ..Self::default() }
    }

    /// Adds the fits of one replicate.
    pub fn push(&mut self, at: Address, analyses: &Analyses, arms: usize, fits: &Fits) {
        let places = analyses.list.iter().enumerate().flat_map(|(i, analysis)| analysis.arms(arms).into_iter().map(move |arm| (i, arm)));
        for ((analysis, arm), fit) in places.zip(fits) {
            let (name, terms) = self.codes[analysis].clone();
            let status = status_of(fit).stored();
            for (t, term) in terms.into_iter().enumerate() {
                self.cell.push(at.cell);
                self.replicate.push(at.replicate);
                self.estimator.push(name);
                self.arm.push(arm.map_or(0, |arm| arm as i32 + 1));
                self.term.push(term);
                let value = fit.as_ref().map_or(Value::NONE, |fit| fit.values[t]);
                let numbers = [value.estimate, value.se, value.df, value.low, value.high, value.p];
                self.values.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
                self.status.push(status);
            }
        }
    }

    /// Adds all rows of another table of the same analyses.
    pub fn append(&mut self, other: &Self) {
        self.cell.extend_from_slice(&other.cell);
        self.replicate.extend_from_slice(&other.replicate);
        self.estimator.extend_from_slice(&other.estimator);
        self.arm.extend_from_slice(&other.arm);
        self.term.extend_from_slice(&other.term);
        self.values.iter_mut().zip(&other.values).for_each(|(column, other)| column.extend_from_slice(other));
        self.status.extend_from_slice(&other.status);
    }

    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.cell.clear();
        self.replicate.clear();
        self.estimator.clear();
        self.arm.clear();
        self.term.clear();
        self.values.iter_mut().for_each(Vec::clear);
        self.status.clear();
    }
}

fn status_of(fit: &Result<Fit, Reason>) -> FitStatus {
    match fit {
        Ok(Fit { status: Status::Converged, .. }) => FitStatus::Converged,
        Ok(Fit { status: Status::Boundary, .. }) => FitStatus::Boundary,
        Err(_) => FitStatus::Failed,
    }
}

impl Table for Estimates {
    fn name(&self) -> &'static str {
        "estimates"
    }
    fn specs(&self) -> &'static [ColumnSpec] {
        self.specs
    }
    fn columns(&self) -> Vec<ColumnValues<'_>> {
        if self.specs.is_empty() {
            return Vec::new();
        }
        let mut columns = vec![
            ColumnValues::I32(&self.cell),
            ColumnValues::I32(&self.replicate),
            ColumnValues::Category(&self.estimator),
            ColumnValues::I32(&self.arm),
            ColumnValues::Category(&self.term),
        ];
        columns.extend(self.values.iter().map(|values| ColumnValues::F64(values)));
        columns.push(ColumnValues::Category(&self.status));
        columns
    }
    fn len(&self) -> usize {
        self.cell.len()
    }
}

/// One term of one analysis over replicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TermTotals {
    /// What is estimated.
    pub term: String,
    /// Estimates: their mean is what such studies find on average, their spread how far one study scatters.
    pub estimate: Moments,
    /// Squares of the standard errors that the method states.
    pub variance: Moments,
    /// Replicates in which 0 was tested.
    pub tested: usize,
    /// Replicates in which it was rejected.
    pub rejected: usize,
    /// Every replicate, failed fits included, where a truth is given or another analysis estimates the same.
    pub said: Vec<Said>,
    /// What identifies the estimand: terms of several analyses that have this in common estimate the same.
    pub estimand: Option<String>,
    /// Another analysis of the same arm does.
    pub shared: bool,
}

impl TermTotals {
    fn add(&mut self, value: &Value, truth: Option<f64>) {
        let defined = |x: f64| if x.is_finite() { x } else { f64::NAN };
        self.estimate.add(defined(value.estimate));
        self.variance.add(defined(value.se * value.se));
        self.tested += usize::from(value.p.is_finite());
        self.rejected += usize::from(value.p <= ALPHA);
        if truth.is_some() || self.shared {
            let Value { estimate, se, low, high, p, .. } = *value;
            self.said.push(Said { estimate, se, low, high, p, truth: truth.unwrap_or(f64::NAN) });
        }
    }

    /// A truth is given.
    pub fn judged(&self) -> bool {
        self.said.iter().any(|one| one.truth.is_finite())
    }
}

/// One analysis in one arm, or over all arms, over replicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnalysisTotals {
    /// Its name.
    pub name: String,
    /// The arm, from 0; none for all arms together.
    pub arm: Option<usize>,
    /// Fits, failed ones included.
    pub fits: u64,
    /// Fits at the boundary.
    pub boundary: u64,
    /// Fits without an answer.
    pub failed: u64,
    /// Why they have none, and how often.
    pub reasons: BTreeMap<String, u64>,
    /// Its terms.
    pub terms: Vec<TermTotals>,
}

impl AnalysisTotals {
    /// Adds what one replicate gave; a truth for each term, where there is one.
    pub fn add(&mut self, fit: &Result<Fit, Reason>, truths: &[Option<f64>]) {
        self.fits += 1;
        match fit {
            Ok(fit) => {
                self.boundary += u64::from(fit.status == Status::Boundary);
                for (term, (value, truth)) in self.terms.iter_mut().zip(fit.values.iter().zip(truths)) {
                    term.add(value, *truth);
                }
            }
            Err(reason) => {
                self.failed += 1;
                *self.reasons.entry(reason.0.clone()).or_default() += 1;
                self.terms.iter_mut().zip(truths).for_each(|(term, truth)| term.add(&Value::NONE, *truth));
            }
        }
    }
}

/// Marks the terms that have their estimand in common with a term of another analysis of the same arm.
pub fn mark_shared(all: &mut [AnalysisTotals]) {
    let mut analyses = BTreeMap::<(Option<usize>, String), BTreeSet<usize>>::new();
    for (at, one) in all.iter().enumerate() {
        for estimand in one.terms.iter().filter_map(|term| term.estimand.clone()) {
            analyses.entry((one.arm, estimand)).or_default().insert(at);
        }
    }
    for one in all {
        let arm = one.arm;
        let several = |estimand: &String| analyses.get(&(arm, estimand.clone())).is_some_and(|known| known.len() > 1);
        one.terms.iter_mut().for_each(|term| term.shared = term.estimand.as_ref().is_some_and(several));
    }
}

/// Empty totals of an analysis: for each arm, or for all together.
fn empty(analysis: &Analysis, arms: usize) -> Vec<AnalysisTotals> {
    let term = |(at, term): (usize, String)| {
        let estimand = analysis.truths.iter().find(|(of, _)| *of == at).map(|(_, truth)| estimand(&term, truth));
        TermTotals { term, estimand, ..TermTotals::default() }
    };
    let terms: Vec<TermTotals> = analysis.terms().into_iter().enumerate().map(term).collect();
    let totals = AnalysisTotals { name: analysis.name.clone(), terms, ..AnalysisTotals::default() };
    analysis.arms(arms).into_iter().map(|arm| AnalysisTotals { arm, ..totals.clone() }).collect()
}

/// Methods that are held against the same contrast or parameter estimate the same, however they call it; two equal numbers may
/// be the truth of different things, so that there the name of the term counts too.
fn estimand(term: &str, truth: &Truth) -> String {
    match truth {
        Truth::Value(value) => format!("{term} = {value}"),
        Truth::Parameter(_) | Truth::Contrast { .. } => format!("{truth:?}"),
    }
}

/// All analyses of all cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EstimateTotals {
    /// In each cell: analysis by analysis, arm by arm.
    pub cells: Vec<Vec<AnalysisTotals>>,
}

impl EstimateTotals {
    /// Empty totals for cells with so many arms.
    pub fn new(analyses: &Analyses, arms: impl Iterator<Item = usize>) -> Self {
        let one = |arms: usize| {
            let mut all: Vec<AnalysisTotals> = analyses.list.iter().flat_map(|analysis| empty(analysis, arms)).collect();
            mark_shared(&mut all);
            all
        };
        Self { cells: arms.map(one).collect() }
    }

    /// Adds the fits of one replicate of a cell.
    pub fn add(&mut self, cell: usize, fits: &Fits, truths: &Truths) {
        for (totals, (fit, truths)) in self.cells[cell].iter_mut().zip(fits.iter().zip(truths)) {
            totals.add(fit, truths);
        }
    }

    /// A term of an analysis in a cell (from 0), in an arm (from 0) or over all arms (none).
    pub fn find(&self, cell: usize, name: &str, arm: Option<usize>, term: &str) -> Option<&TermTotals> {
        let analysis = self.cells.get(cell)?.iter().find(|one| one.name == name && one.arm == arm)?;
        analysis.terms.iter().find(|one| one.term == term)
    }
}
