//! Courses session by session as a table of a result file, and back.

use super::error::OutputError;
use super::estimate_tables::{Column, measured};
use super::read::{OwnedTable, ResultReader};
use super::results::{CellResults, Results};
use super::study_tables::{Placed, pair, placed, real, whole};
use crate::dataset::built::{Builder, BuiltTable};
use crate::engine::trajectories::{Averaged, MEANS, SHARES, SessionMeans};

/// Name of the table.
pub const NAME: &str = "trajectories";

const AT_RISK: Column = ("at_risk", "clients", "clients of a replicate who had this session, mean over replicates");

/// One row per cell, arm and session.
pub fn write(results: &Results) -> BuiltTable {
    let arms = placed(results);
    let rows: Vec<(&Placed, i32, &SessionMeans)> =
        arms.iter().flat_map(|arm| (1..).zip(&arm.2.sessions).map(move |(session, means)| (arm, session, means))).collect();
    let names: Vec<&str> = rows.iter().map(|(arm, ..)| arm.2.name.as_str()).collect();
    let mut table = Builder::new(NAME)
        .number("cell", "1", "cell of the design", rows.iter().map(|(arm, ..)| arm.0).collect())
        .number("arm", "1", "arm within the cell; 1 is the comparison arm", rows.iter().map(|(arm, ..)| arm.1).collect())
        .category("name", "name of the arm", &names)
        .number("session", "session", "session number", rows.iter().map(|row| row.1).collect());
    table = measured(table, AT_RISK, rows.iter().map(|row| row.2.at_risk));
    for (i, column) in SHARES.into_iter().enumerate() {
        table = measured(table, column, rows.iter().map(|row| row.2.shares[i]));
    }
    for (i, (name, unit, meaning)) in MEANS.into_iter().enumerate() {
        table = measured(table, (name, unit, meaning), rows.iter().map(|row| row.2.means[i].mean));
        let spread = format!("standard deviation between clients of {name}");
        table = table.real(&spread_of(name), unit, &spread, rows.iter().map(|row| row.2.means[i].sd).collect());
    }
    table.build()
}

fn spread_of(name: &str) -> String {
    format!("{name}_sd")
}

/// Puts the courses of a file into its cells; a file of an earlier version has none.
pub fn read(file: &ResultReader, cells: &mut [CellResults]) -> Result<(), OutputError> {
    if !file.table_names()?.iter().any(|name| name == NAME) {
        return Ok(());
    }
    let table = file.table(NAME)?;
    for row in 0..table.rows() {
        let at = |name| (whole(&table, name, row) as usize).wrapping_sub(1);
        if let Some(arm) = cells.get_mut(at("cell")).and_then(|cell| cell.arms.get_mut(at("arm"))) {
            arm.sessions.push(session(&table, row));
        }
    }
    Ok(())
}

fn session(table: &OwnedTable, row: usize) -> SessionMeans {
    let averaged = |name: &str| Averaged { mean: pair(table, name, row), sd: real(table, &spread_of(name), row) };
    SessionMeans {
        means: MEANS.map(|(name, ..)| averaged(name)),
        shares: SHARES.map(|(name, ..)| pair(table, name, row)),
        at_risk: pair(table, AT_RISK.0, row),
    }
}
