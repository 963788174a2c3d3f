//! What a report is made from: the answer in a result file, and the rows that it kept.

use super::left_out::left_out;
use crate::engine::trajectories::SessionMeans;
use crate::output::error::OutputError;
use crate::output::layout::Text;
use crate::output::read::{OwnedColumn, OwnedTable, OwnedValues, ResultReader};
use crate::output::results::Results;
use crate::output::study::read_results;
use crate::scenario::load::Scenario;
use std::path::Path;

/// Rows of one table, of the first cell only.
#[derive(Clone, Debug)]
pub struct Rows {
    table: OwnedTable,
    /// Positions of the rows of the first cell.
    kept: Vec<usize>,
}

/// The instruments of an arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Form {
    /// Cut-off between the clinical and the general population, score.
    pub cut_off: f64,
    /// Reliable change, score.
    pub reliable: f64,
    /// High scores are better.
    pub reversed: bool,
}

/// Everything that chapters use.
#[derive(Debug)]
pub struct Source {
    /// The answer.
    pub results: Results,
    /// Name of the file.
    pub name: String,
    /// The scenario as written, and every arm with all keys.
    pub texts: Vec<Text>,
    /// The symptom form, read from the first arm.
    pub form: Option<Form>,
    /// Rows of clients.
    pub clients: Rows,
    /// Rows of sessions.
    pub sessions: Rows,
    /// Rows of therapists.
    pub therapists: Rows,
    /// Weeks of open clinics.
    pub timeline: Rows,
    /// Terms of analyses by replicate.
    pub estimates: Rows,
    /// What of the file is not shown, in sentences.
    pub left_out: Vec<String>,
}

/// Most rows of a table that are read: enough for any picture, and for any machine's memory.
pub const MOST_ROWS: usize = 1_500_000;

/// Tables of which rows are read.
pub const READ: [&str; 5] = ["clients", "sessions", "therapists", "timeline", "estimates"];

const CLIENTS: &[&str] = &[
    "replicate",
    "arm",
    "therapist",
    "client",
    "intake_score",
    "final_score",
    "early_alliance",
    "sessions",
    "end_reason",
    "outcome_class",
    "ruptures",
    "repairs",
    "first_not_on_track",
    "effect",
];
const SESSIONS: &[&str] =
    &["replicate", "arm", "client", "session", "symptom_score", "alliance_rating", "signal", "acted", "rupture", "repaired"];
const ESTIMATES: &[&str] = &["replicate", "estimator", "arm", "term", "estimate", "se", "low", "high"];

impl Source {
    /// Reads a result file.
    ///
    /// # Errors
    /// The file cannot be read, or holds no study.
    pub fn read(path: &Path) -> Result<Self, OutputError> {
        let results = read_results(path)?;
        let file = ResultReader::open(path)?;
        let texts = file.texts("scenario")?;
        let arm = |text: &&Text| text.title.starts_with("arm 1") || text.title.starts_with("cell 1, arm 1");
        let form = texts.iter().find(arm).and_then(|text| form(&text.text));
        Ok(Self {
            left_out: left_out(&file, &results.about, form)?,
            form,
            results,
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            texts,
            clients: Rows::read(&file, "clients", CLIENTS)?,
            sessions: Rows::read(&file, "sessions", SESSIONS)?,
            therapists: Rows::read(&file, "therapists", &[])?,
            timeline: Rows::read(&file, "timeline", &[])?,
            estimates: Rows::read(&file, "estimates", ESTIMATES)?,
        })
    }

    /// Names of the arms, the comparison arm first.
    pub fn arms(&self) -> &[String] {
        &self.results.about.arms
    }

    /// Courses by session of every arm of the first cell.
    pub fn courses(&self) -> Vec<&[SessionMeans]> {
        self.results.cells.first().map_or_else(Vec::new, |cell| cell.arms.iter().map(|arm| arm.sessions.as_slice()).collect())
    }

    /// Name of the symptom form with its unit.
    pub fn symptoms(&self) -> String {
        format!("{}, points", self.results.about.instruments[0])
    }

    /// Name of the alliance form with its unit.
    pub fn alliance(&self) -> String {
        format!("{}, points", self.results.about.instruments[1])
    }

    /// +1 where low scores are better, −1 where high ones are.
    pub fn worse(&self) -> f64 {
        if self.form.is_some_and(|form| form.reversed) { -1.0 } else { 1.0 }
    }

    /// What sets a cell (from 0) of a design apart, such as `clinics.therapists = 10`; None where there is only one.
    pub fn cell(&self, cell: usize) -> Option<String> {
        let levels = &self.results.cells.get(cell).filter(|_| self.results.cells.len() > 1)?.levels;
        let named: Vec<String> = self.results.about.factors.iter().zip(levels).map(|(key, level)| format!("{key} = {level}")).collect();
        Some(named.join(", "))
    }

    /// Words that say which cell rows are from, where there are several.
    pub fn of_which_cell(&self) -> String {
        self.cell(0).map_or_else(String::new, |cell| format!(" First cell of the design only: {cell}."))
    }
}

/// The symptom form of an arm, from its scenario.
fn form(text: &str) -> Option<Form> {
    let scenario = Scenario::load("arm", text, &[]).ok()?;
    let instrument = scenario.cells.first()?.arms.first()?.world.symptom_instrument();
    Some(Form { cut_off: instrument.cutoff, reliable: instrument.reliable_change, reversed: instrument.reversed })
}

impl Rows {
    /// Some columns of a table (all without names); no rows where the file has no such table.
    fn read(file: &ResultReader, name: &str, columns: &[&str]) -> Result<Self, OutputError> {
        if !file.table_names()?.iter().any(|known| known == name) {
            return Ok(Self { table: OwnedTable { name: name.into(), columns: Vec::new() }, kept: Vec::new() });
        }
        let known = file.column_names(name)?;
        let wanted: Vec<&str> = known.iter().map(String::as_str).filter(|name| columns.is_empty() || columns.contains(name)).collect();
        let cell = file.rows(name, &["cell"], 0..MOST_ROWS)?;
        let table = file.rows(name, &wanted, 0..MOST_ROWS)?;
        let kept = match cell.columns.first().map(|column| &column.values) {
            Some(OwnedValues::I32(cells)) => (0..cells.len()).filter(|&row| cells[row] == 1).collect(),
            _ => Vec::new(),
        };
        Ok(Self { table, kept })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// No rows.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// A column as numbers; codes of categories count from 1. All NaN where there is no such column.
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let Some(column) = self.table.column(name) else {
            return vec![f64::NAN; self.len()];
        };
        let pick = |of: &dyn Fn(usize) -> f64| self.kept.iter().map(|&row| of(row)).collect();
        match &column.values {
            OwnedValues::F64(values) => pick(&|row| values[row]),
            OwnedValues::I32(values) => pick(&|row| f64::from(values[row])),
            OwnedValues::I16(values) => pick(&|row| f64::from(values[row])),
            OwnedValues::Flag(values) | OwnedValues::Category(values) => pick(&|row| f64::from(values[row])),
        }
    }

    /// A column of categories as texts.
    pub fn labels(&self, name: &str) -> Vec<&str> {
        let Some(column) = self.table.column(name) else {
            return vec![""; self.len()];
        };
        let label = |code: f64| column.labels.get((code as usize).wrapping_sub(1)).map_or("", String::as_str);
        self.numbers(name).into_iter().map(label).collect()
    }

    /// Meaning of a column, for people.
    pub fn meaning(&self, name: &str) -> String {
        let words = |column: &OwnedColumn| match column.unit.as_str() {
            "1" => column.long_name.clone(),
            unit => format!("{} ({unit})", column.long_name),
        };
        self.table.column(name).map(words).unwrap_or_default()
    }
}
