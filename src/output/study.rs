//! A run as a result file: rows as they come, the answer at the end.
//!
//! ```text
//! /replicates   a row per replicate, cell and arm
//! /therapists   rows of the replicates that keep them (see `output` in a scenario)
//! /clients
//! /sessions
//! /studies      a row per study of a meta-analysis; empty with other designs
//! /assessments  forms of the measures that look on
//! /items        answers to their items
//! /measures     a row per measure, cell and arm
//! /cells        a row per cell of the design: the values of the swept keys
//! /arms         a row per cell and arm: every measure with its Monte Carlo standard error
//! /contrasts    a row per cell and arm after the first: paired differences and effect sizes
//! /weeks        a row per week, clinic and arm of the replicates that keep them: open clinics
//! /timeline     a row per cell, arm and week: means of open clinics with their errors
//! /trajectories a row per cell, arm and session: means of those still in treatment and of all, endings
//! /diagnoses    a row per cell, arm and diagnosis group: number, name and share (only with groups)
//! /sensitivity  a row per headline result, arm, statistic and swept key: which assumptions drive the answer
//! /estimates    a row per term of every analysis, arm and replicate that keeps them (only with estimators)
//! /performance  a row per cell, analysis, arm and term: mean over replicates, empirical and model standard error
//! /estimator_pairs  a row per cell, arm and term that an analysis before has too: paired differences
//! /fit_failures a row per cell, analysis, arm and reason for which fits had no answer
//! /failures     a row per replicate that could not be completed
//! /scenario     the file as written, and the exact scenario of every arm of every cell
//! ```

use super::course_table;
use super::driver_table;
use super::error::OutputError;
use super::estimate_tables;
use super::layout::AttributeValue;
use super::pair_table;
use super::read::ResultReader;
use super::results::{About, Results};
use super::study_measures::measures;
use super::study_tables::{self, arms, cells, contrasts, diagnoses, failures, timeline};
use super::writer::{ResultFile, TableId, WriteOptions, Written};
use crate::dataset::built::BuiltTable;
use crate::dataset::column::Table;
use crate::engine::assess::{Assessments, ItemAnswers};
use crate::engine::estimates::Estimates;
use crate::engine::records::{Clients, Replicates, Sessions, Therapists};
use crate::engine::service::Weeks;
use crate::engine::sink::{Batch, Sink};
use crate::engine::studies::StudyTable;
use crate::scenario::load::{ArmPlan, Scenario};
use std::path::Path;

/// What stands in every file, so that nobody takes simulated data for observed data.
pub const NOTE: &str = "Simulated data: what follows from the assumptions in /scenario. Not evidence about real treatments.";

/// Tables that a file may have.
pub const TABLES: [&str; 21] = [
    "replicates",
    "therapists",
    "clients",
    "sessions",
    "weeks",
    "studies",
    "assessments",
    "items",
    "measures",
    "cells",
    "arms",
    "contrasts",
    "timeline",
    "trajectories",
    "diagnoses",
    "sensitivity",
    "estimates",
    "performance",
    "estimator_pairs",
    "fit_failures",
    "failures",
];
/// Groups of texts that a file may have.
pub const TEXTS: [&str; 2] = [SCENARIO, PROGRAMS];

/// Group of the scenario texts.
const SCENARIO: &str = "scenario";
/// Group of the programs that analysed the data.
const PROGRAMS: &str = "programs";
/// Title of the text as the user wrote it.
const AS_WRITTEN: &str = "file as written";

/// Takes the rows of a run and puts them, with its results, into one file.
#[derive(Debug)]
pub struct StudyFile {
    file: ResultFile,
    replicates: TableId,
    therapists: TableId,
    clients: TableId,
    sessions: TableId,
    weeks: TableId,
    studies: TableId,
    assessments: TableId,
    items: TableId,
    /// Made when the analyses are known.
    estimates: Option<TableId>,
    measures: BuiltTable,
    /// Weeks before the sample, by cell and arm (0 for a cohort).
    warm_up: Vec<Vec<i32>>,
}

impl StudyFile {
    /// Prepares the file; refuses before a long run what could not be written after it.
    ///
    /// # Errors
    /// As [`ResultFile::create`].
    pub fn create(path: &Path, options: WriteOptions) -> Result<Self, OutputError> {
        let mut file = ResultFile::create(path, options)?;
        Ok(Self {
            replicates: file.table("replicates", Replicates::columns_described())?,
            therapists: file.table("therapists", Therapists::SPECS)?,
            clients: file.table("clients", Clients::SPECS)?,
            sessions: file.table("sessions", Sessions::SPECS)?,
            weeks: file.table("weeks", Weeks::SPECS)?,
            studies: file.table("studies", StudyTable::SPECS)?,
            assessments: file.table("assessments", Assessments::SPECS)?,
            items: file.table("items", ItemAnswers::SPECS)?,
            estimates: None,
            measures: measures(&[]),
            warm_up: Vec::new(),
            file,
        })
    }

    /// Keeps the scenario: the text as written, and every arm of every cell with all keys (of a sampled design, of the first
    /// cell: the others differ in the keys of the table `cells` only).
    ///
    /// # Errors
    /// As [`ResultFile::text`].
    pub fn scenario(&mut self, scenario: &Scenario, written: &str) -> Result<(), OutputError> {
        self.measures = measures(&scenario.cells);
        let warm_up = |arm: &ArmPlan| arm.world.workload.as_ref().map_or(0, |workload| workload.warm_up as i32);
        self.warm_up = scenario.cells.iter().map(|cell| cell.arms.iter().map(warm_up).collect()).collect();
        self.file.text(SCENARIO, AS_WRITTEN, written)?;
        let estimates = Estimates::of(&scenario.analyses);
        if !estimates.specs().is_empty() {
            self.estimates = Some(self.file.table("estimates", estimates.specs())?);
        }
        if let Some(table) = diagnoses(scenario) {
            let id = self.file.table(table.name(), table.specs())?;
            self.file.append(id, &table)?;
        }
        let several = scenario.cells.len() > 1;
        for (c, cell) in (1..).zip(&scenario.cells) {
            for (a, arm) in (1..).zip(&cell.arms) {
                let place = if several { format!("cell {c}, arm {a}") } else { format!("arm {a}") };
                if !arm.text.is_empty() {
                    self.file.text(SCENARIO, &format!("{place}: {}", arm.name), &arm.text)?;
                }
            }
        }
        Ok(())
    }

    /// Keeps the text of a program that analysed the data.
    ///
    /// # Errors
    /// As [`ResultFile::text`].
    pub fn program(&mut self, title: &str, text: &str) -> Result<(), OutputError> {
        self.file.text(PROGRAMS, title, text)
    }

    /// Adds the answer and gives the file its name.
    ///
    /// # Errors
    /// As [`ResultFile::finish`].
    pub fn finish(mut self, results: &Results) -> Result<Written, OutputError> {
        self.describe(&results.about);
        let sensitivity = driver_table::write(&results.drivers, &results.about.arms);
        let measures = self.measures.clone();
        let courses = course_table::write(results);
        let analyses = if self.estimates.is_some() {
            let tables = [estimate_tables::performance(&results.analyses), estimate_tables::fit_failures(&results.analyses)];
            let pairs = (!results.pairs.is_empty()).then(|| pair_table::write(&results.pairs));
            tables.into_iter().chain(pairs).collect()
        } else {
            Vec::new()
        };
        for table in [
            measures,
            cells(results),
            arms(results),
            contrasts(results),
            timeline(results, &self.warm_up),
            courses,
            sensitivity,
            failures(results),
        ]
        .into_iter()
        .chain(analyses)
        {
            let id = self.file.table(table.name(), table.specs())?;
            self.file.append(id, &table)?;
        }
        self.file.finish()
    }

    fn describe(&mut self, about: &About) {
        let file = &mut self.file;
        file.attribute_text("note", NOTE);
        file.attribute_text("title", &about.title);
        file.attribute_text("question", &about.question);
        file.attribute_text("program", "dyadsim");
        file.attribute_text("version", &about.version);
        file.attribute_i64("seed", about.seed.cast_signed());
        file.attribute_text("seed_hex", &format!("{:#018x}", about.seed));
        file.attribute_text("fingerprint", &about.fingerprint);
        file.attribute_i64("first_replicate", about.first.cast_signed());
        file.attribute_i64("replicates_asked", about.asked.cast_signed());
        file.attribute_i64("replicates_done", about.done.cast_signed());
        file.attribute_i64("interrupted", about.interrupted.into());
        if let Some(target) = about.until_mcse {
            file.attribute_f64("until_mcse", target);
            file.attribute_text("until_of", &about.until_of);
        }
        file.attribute_i64("feedback", about.feedback.into());
        file.attribute_i64("open_clinics", about.open.into());
        if !about.design.is_empty() {
            file.attribute_text("design", &about.design);
        }
        file.attribute_text("symptoms_instrument", &about.instruments[0]);
        file.attribute_text("alliance_instrument", &about.instruments[1]);
        file.attribute_i64("sampled", about.sampled.into());
        let lists = [("arms", &about.arms), ("factors", &about.factors), ("points", &about.points), ("settings", &about.settings)];
        for (name, texts) in lists {
            if !texts.is_empty() {
                file.attribute_texts(&format!("{name}_list"), texts);
            }
        }
    }
}

impl Sink for StudyFile {
    type Error = OutputError;

    fn accept(&mut self, batch: &Batch) -> Result<(), OutputError> {
        self.file.append(self.replicates, &batch.replicates)?;
        self.file.append(self.therapists, &batch.therapists)?;
        self.file.append(self.clients, &batch.clients)?;
        self.file.append(self.sessions, &batch.sessions)?;
        self.file.append(self.weeks, &batch.weeks)?;
        self.file.append(self.studies, &batch.studies)?;
        self.file.append(self.assessments, &batch.assessments)?;
        self.file.append(self.items, &batch.items)?;
        self.estimates.map_or(Ok(()), |id| self.file.append(id, &batch.estimates))
    }
}

/// The answer that a result file holds.
///
/// # Errors
/// The file cannot be read, or holds no study.
pub fn read_results(path: &Path) -> Result<Results, OutputError> {
    let file = ResultReader::open(path)?;
    let about = read_about(&file)?;
    study_tables::read(&file, about)
}

fn read_about(file: &ResultReader) -> Result<About, OutputError> {
    let text = |name| file.attribute_text(name).map(Option::unwrap_or_default);
    let whole = |name| file.attribute_i64(name).map(Option::unwrap_or_default);
    let count = |name| whole(name).map(|n| n.max(0).cast_unsigned());
    Ok(About {
        title: text("title")?,
        question: text("question")?,
        version: text("version")?,
        seed: whole("seed")?.cast_unsigned(),
        fingerprint: text("fingerprint")?,
        settings: file.attribute_texts("settings_list")?,
        arms: file.attribute_texts("arms_list")?,
        factors: file.attribute_texts("factors_list")?,
        points: file.attribute_texts("points_list")?,
        sampled: whole("sampled")? != 0,
        instruments: [text("symptoms_instrument")?, text("alliance_instrument")?],
        feedback: whole("feedback")? != 0,
        open: whole("open_clinics")? != 0,
        design: text("design")?,
        first: count("first_replicate")?,
        asked: count("replicates_asked")?,
        done: count("replicates_done")?,
        until_of: text("until_of")?,
        until_mcse: match file.attribute("until_mcse")? {
            Some(AttributeValue::F64(target)) => Some(target),
            _ => None,
        },
        interrupted: whole("interrupted")? != 0,
    })
}
