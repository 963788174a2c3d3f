//! Tables of every kind, and what other programs should find in their file.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::Path;

use dyadsim::dataset::column::{ColumnSpec, ColumnValues, Table};
use dyadsim::output::error::OutputError;
use dyadsim::output::writer::{ResultFile, WriteOptions};
use serde_json::{Map, Value, json};

dyadsim::category! {
    /// How a course ended.
    pub enum Ending {
        /// As planned.
        Planned = "planned",
        /// The client stayed away.
        Dropout = "dropped out",
        /// Still in treatment.
        Open = "in treatment",
    }
}

dyadsim::table! {
    /// Every kind of column.
    pub table Visits / Visit named "visits" {
        /// Replicate.
        replicate: i32 = "1", "replicate number";
        /// Session.
        session: i16 = "sessions", "session number within the course";
        /// Score.
        score: f64 = "points", "observed score, 0 to 27";
        /// Change, often not observed.
        change: f64 = "SD", "change since intake (Δ), missing at first sessions";
        /// Flag.
        alarm: bool = "1", "alarm raised at this session";
        /// Category.
        ending: Ending = "1", "how the course ended";
    }
}

dyadsim::table! {
    /// A small table.
    pub table Arms / Arm named "arms" {
        /// Arm.
        arm: i32 = "1", "arm number";
        /// Effect.
        effect: f64 = "points", "effect at the end";
        /// Ending, sharing its categories with the visits.
        ending: Ending = "1", "most frequent ending";
    }
}

dyadsim::table! {
    /// A table without rows.
    pub table Failures / Failure named "failures" {
        /// Replicate.
        replicate: i32 = "1", "replicate number";
        /// Estimate.
        estimate: f64 = "points", "estimate, if any";
        /// Ending.
        ending: Ending = "1", "how the course ended";
    }
}

/// Row `i` of a table whose values repeat only after a long time.
pub fn visit(i: usize) -> Visit {
    let noise = ((i as f64) * 0.618_033_988_749).fract();
    Visit {
        replicate: (i / 100) as i32,
        session: (i % 100) as i16,
        score: 27.0 * noise,
        change: if i.is_multiple_of(10) { f64::NAN } else { noise - 0.5 },
        alarm: noise > 0.9,
        ending: Ending::ALL[i % 3],
    }
}

/// Rows `from..to`.
pub fn visits(from: usize, to: usize) -> Visits {
    let mut table = Visits::default();
    (from..to).for_each(|i| table.push(visit(i)));
    table
}

/// Two arms.
pub fn arms() -> Arms {
    let mut table = Arms::default();
    table.push(Arm { arm: 1, effect: -0.25, ending: Ending::Dropout });
    table.push(Arm { arm: 2, effect: f64::NAN, ending: Ending::Planned });
    table
}

/// A text longer than an attribute could hold.
pub fn long_text() -> String {
    "seed: 2026, // Größe, 𝛼\n".repeat(5000)
}

/// Writes all tables; the visits in batches of `batch` rows.
pub fn write(path: &Path, rows: usize, batch: usize) -> Result<(), OutputError> {
    let mut file = ResultFile::create(path, WriteOptions::default())?;
    file.attribute_text("program", "dyadsim 0.1.0");
    file.attribute_i64("seed", 2026);
    file.attribute_f64("share", 0.1);
    let arms_id = file.table("arms", Arms::SPECS)?;
    let visits_id = file.table("visits", Visits::SPECS)?;
    file.table("failures", Failures::SPECS)?;
    file.text("scenario", "usual care", "(seed: 2026)")?;
    file.text("scenario", "feedback 1/2", &long_text())?;
    file.append(arms_id, &arms())?;
    for from in (0..rows).step_by(batch.max(1)) {
        file.append(visits_id, &visits(from, rows.min(from + batch)))?;
    }
    file.finish().map(drop)
}

/// The contents of tables, as `tests/readers` expect them.
pub fn expected(tables: &[&dyn Table]) -> Value {
    let tables: Map<String, Value> = tables.iter().map(|table| (table.name().to_owned(), expected_table(*table))).collect();
    json!({ "tables": tables })
}

fn expected_table(table: &dyn Table) -> Value {
    let columns: Map<String, Value> =
        table.specs().iter().zip(table.columns()).map(|(spec, values)| (spec.name.to_owned(), expected_column(spec, values))).collect();
    json!({ "rows": table.len(), "columns": columns })
}

fn expected_column(spec: &ColumnSpec, values: ColumnValues<'_>) -> Value {
    let numbers: Vec<f64> = match values {
        ColumnValues::F64(v) => v.to_vec(),
        ColumnValues::I32(v) => v.iter().map(|&x| x.into()).collect(),
        ColumnValues::I16(v) => v.iter().map(|&x| x.into()).collect(),
        ColumnValues::Flag(v) | ColumnValues::Category(v) => v.iter().map(|&x| x.into()).collect(),
    };
    // serde_json writes NaN as null.
    json!({
        "unit": spec.unit,
        "long_name": spec.long_name,
        "labels": spec.labels,
        "first": numbers.iter().take(12).collect::<Vec<_>>(),
        "missing": numbers.iter().filter(|x| x.is_nan()).count(),
        "sum": numbers.iter().filter(|x| !x.is_nan()).sum::<f64>(),
    })
}
