//! The answer of a study as tables of a result file, and back.

use super::course_table;
use super::driver_table;
use super::error::OutputError;
use super::estimate_tables;
use super::pair_table;
use super::read::{OwnedTable, OwnedValues, ResultReader};
use super::results::{About, ArmResults, CellResults, Contrast, Results};
use crate::dataset::built::{Builder, BuiltTable};
use crate::dataset::column::ColumnSpec;
use crate::engine::run::Failure;
use crate::engine::service::TIMELINE;
use crate::engine::summary::MEASURES;
use crate::engine::totals::{COMPARISONS, OF_A_STUDY, RATIO_MEASURES};
use crate::performance::Measured;
use crate::scenario::describe::explain;
use crate::scenario::file::ScenarioFile;
use crate::scenario::load::Scenario;
use crate::scenario::sampling::number;

/// Measures that one arm alone has.
fn own_measures() -> impl Iterator<Item = (usize, &'static ColumnSpec)> {
    MEASURES.iter().enumerate().filter(|(_, spec)| !COMPARISONS.contains(&spec.name))
}

/// Measures of a comparison.
fn comparisons() -> impl Iterator<Item = (usize, &'static ColumnSpec)> {
    MEASURES.iter().enumerate().filter(|(_, spec)| COMPARISONS.contains(&spec.name))
}

/// A column of values and one of their Monte Carlo standard errors.
fn measured(table: Builder, name: &str, unit: &str, long_name: &str, values: impl Iterator<Item = Measured>) -> Builder {
    let (value, mcse): (Vec<f64>, Vec<f64>) = values.map(|m| (m.value, m.mcse)).unzip();
    table.real(name, unit, long_name, value).real(&error_of(name), unit, &format!("Monte Carlo standard error of {name}"), mcse)
}

fn error_of(name: &str) -> String {
    format!("{name}_mcse")
}

/// The columns of a measure: value and error, and for what a study reports the spread over replicates.
fn level(table: Builder, m: usize, spec: &ColumnSpec, rows: &[Placed]) -> Builder {
    let table = measured(table, spec.name, spec.unit, spec.long_name, rows.iter().map(|(_, _, arm)| arm.level[m]));
    if !OF_A_STUDY.contains(&spec.name) {
        return table;
    }
    let meaning = format!("standard deviation over replicates, what one study scatters by: {}", spec.long_name);
    measured(table, &spread_of(spec.name), spec.unit, &meaning, rows.iter().map(|(_, _, arm)| arm.spread[m]))
}

fn spread_of(name: &str) -> String {
    format!("{name}_sd")
}

/// An arm with its cell and its position, both from 1.
pub(super) type Placed<'a> = (i32, i32, &'a ArmResults);

pub(super) fn placed(results: &Results) -> Vec<Placed<'_>> {
    let cells = (1..).zip(&results.cells);
    cells.flat_map(|(c, cell)| (1..).zip(&cell.arms).map(move |(a, arm)| (c, a, arm))).collect()
}

fn addressed(name: &'static str, rows: &[Placed]) -> Builder {
    let names: Vec<&str> = rows.iter().map(|(_, _, arm)| arm.name.as_str()).collect();
    Builder::new(name)
        .number("cell", "1", "cell of the design", rows.iter().map(|row| row.0).collect())
        .number("arm", "1", "arm within the cell; 1 is the comparison arm", rows.iter().map(|row| row.1).collect())
        .category("name", "name of the arm", &names)
}

/// One row per cell and arm: every measure with its error.
pub(super) fn arms(results: &Results) -> BuiltTable {
    let rows = placed(results);
    let count = |of: fn(&ArmResults) -> u64| rows.iter().map(|(_, _, arm)| of(arm) as i32).collect();
    let table = addressed("arms", &rows)
        .number("clinics", "clinics", "clinics in a replicate", count(|arm| arm.size[0]))
        .number("therapists", "therapists", "therapists in a replicate", count(|arm| arm.size[1]))
        .number("clients", "clients", "clients in a replicate", count(|arm| arm.size[2]))
        .number("completed", "replicates", "replicates completed", count(|arm| arm.completed))
        .number("failed", "replicates", "replicates failed", count(|arm| arm.failed));
    own_measures().fold(table, |table, (m, spec)| level(table, m, spec, &rows)).build()
}

/// One row per cell and arm that is compared with the first: paired differences and effect sizes.
pub(super) fn contrasts(results: &Results) -> BuiltTable {
    let rows: Vec<Placed> = placed(results).into_iter().filter(|(_, _, arm)| arm.contrast.is_some()).collect();
    let pairs: Vec<&Contrast> = rows.iter().filter_map(|(_, _, arm)| arm.contrast.as_ref()).collect();
    let mut table = addressed("contrasts", &rows);
    for (m, spec) in comparisons() {
        table = level(table, m, spec, &rows);
    }
    for (r, name) in RATIO_MEASURES.into_iter().enumerate() {
        let meaning = format!("odds ratio of {name} against the comparison arm");
        table = measured(table, &odds_ratio(name), "1", &meaning, pairs.iter().map(|pair| pair.odds_ratio[r]));
        let meaning = format!("clients in this arm per additional case of {name} (negative: per case fewer)");
        table = measured(table, &needed(name), "clients", &meaning, pairs.iter().map(|pair| pair.needed[r]));
    }
    for (m, spec) in own_measures() {
        let meaning = format!("paired difference to the comparison arm: {}", spec.long_name);
        table = measured(table, &difference(spec.name), spec.unit, &meaning, pairs.iter().map(|pair| pair.difference[m]));
    }
    table.build()
}

fn odds_ratio(name: &str) -> String {
    format!("{name}_odds_ratio")
}

fn needed(name: &str) -> String {
    format!("{name}_nnt")
}

fn difference(name: &str) -> String {
    format!("{name}_difference")
}

/// One row per cell: the value of every factor as text, and as a number where all values are numbers.
pub(super) fn cells(results: &Results) -> BuiltTable {
    let count = results.cells.len() as i32;
    let mut table = Builder::new("cells").number("cell", "1", "cell of the design", (1..=count).collect());
    let mut names: Vec<String> = vec!["cell".into()];
    for (f, path) in results.about.factors.iter().enumerate() {
        let levels: Vec<&str> = results.cells.iter().map(|cell| cell.levels[f].as_str()).collect();
        let name = free_name(&mut names, path);
        table = table.category(&name, &format!("{path}, as written"), &levels);
        let unit = explain::<ScenarioFile>(path).ok().and_then(|entry| entry.unit).unwrap_or_else(|| "1".into());
        if let Some(numbers) = levels.iter().map(|level| number(level)).collect::<Option<Vec<f64>>>() {
            let name = free_name(&mut names, &format!("{name}_value"));
            table = table.real(&name, &unit, &format!("{path} as a number"), numbers);
        }
    }
    table.build()
}

/// A path as a column name: letters, digits and underscores, and not taken yet.
fn free_name(taken: &mut Vec<String>, path: &str) -> String {
    let plain: String = path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let plain = plain.trim_matches('_').to_owned();
    let numbered = (2..).map(|i| format!("{plain}_{i}"));
    let name = std::iter::once(plain.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default();
    taken.push(name.clone());
    name
}

/// One row per cell, arm and week of open clinics. `warm_up` has the weeks before the sample, by cell and arm.
pub(super) fn timeline(results: &Results, warm_up: &[Vec<i32>]) -> BuiltTable {
    let arms = placed(results);
    let before = |cell: i32, arm: i32| warm_up.get(cell as usize - 1).and_then(|arms| arms.get(arm as usize - 1)).copied().unwrap_or(0);
    let rows = || {
        arms.iter().flat_map(|&(cell, arm, what)| {
            (1 - before(cell, arm)..).zip(&what.weeks).map(move |(week, values)| (cell, arm, week, what, values))
        })
    };
    let names: Vec<&str> = rows().map(|row| row.3.name.as_str()).collect();
    let table = Builder::new("timeline")
        .number("cell", "1", "cell of the design", rows().map(|row| row.0).collect())
        .number("arm", "1", "arm within the cell; 1 is the comparison arm", rows().map(|row| row.1).collect())
        .category("name", "name of the arm", &names)
        .number(
            "week",
            "week",
            "week, from the first week of the sample (0 and below: the clinic fills up)",
            rows().map(|row| row.2).collect(),
        );
    let columns = TIMELINE.iter().enumerate();
    columns.fold(table, |table, (i, (name, unit, meaning))| measured(table, name, unit, meaning, rows().map(|row| row.4[i]))).build()
}

/// One row per cell, arm and diagnosis group; none without groups.
pub(super) fn diagnoses(scenario: &Scenario) -> Option<BuiltTable> {
    let mut rows: Vec<(i32, i32, i32, &str, f64)> = Vec::new();
    for (c, cell) in (1..).zip(&scenario.cells) {
        for (a, arm) in (1..).zip(&cell.arms) {
            let groups = (1..).zip(&arm.world.diagnoses);
            rows.extend(groups.map(|(number, (name, group))| (c, a, number, name.as_str(), group.share)));
        }
    }
    let names: Vec<&str> = rows.iter().map(|row| row.3).collect();
    (!rows.is_empty()).then(|| {
        Builder::new("diagnoses")
            .number("cell", "1", "cell of the design", rows.iter().map(|row| row.0).collect())
            .number("arm", "1", "arm within the cell", rows.iter().map(|row| row.1).collect())
            .number("diagnosis", "1", "number of the group", rows.iter().map(|row| row.2).collect())
            .category("name", "name of the group", &names)
            .real("share", "share", "share of clients in the group", rows.iter().map(|row| row.4).collect())
            .build()
    })
}

/// One row per replicate that could not be completed.
pub(super) fn failures(results: &Results) -> BuiltTable {
    let failures = &results.failures;
    let reasons: Vec<&str> = failures.iter().map(|failure| failure.reason.as_str()).collect();
    Builder::new("failures")
        .number("cell", "1", "cell of the design", failures.iter().map(|failure| failure.cell).collect())
        .number("replicate", "1", "replicate", failures.iter().map(|failure| failure.replicate).collect())
        .category("reason", "why it could not be completed", &reasons)
        .build()
}

/// The answer in a file.
pub(super) fn read(file: &ResultReader, about: About) -> Result<Results, OutputError> {
    let (arms, contrasts) = (file.table("arms")?, file.table("contrasts")?);
    let mut cells = read_cells(&file.table("cells")?, &about);
    let mut pairs = 0;
    for row in 0..arms.rows() {
        let position = whole(&arms, "arm", row) as usize;
        let name = about.arms.get(position.wrapping_sub(1)).cloned().unwrap_or_default();
        let mut arm = read_arm(&arms, row, name);
        if position > 1 {
            arm.contrast = Some(read_contrast(&contrasts, pairs, &mut arm));
            pairs += 1;
        }
        if let Some(cell) = cells.get_mut((whole(&arms, "cell", row) as usize).wrapping_sub(1)) {
            cell.arms.push(arm);
        }
    }
    let known = file.table_names()?.iter().any(|name| name == driver_table::NAME);
    let drivers = if known { driver_table::read(&file.table(driver_table::NAME)?) } else { Vec::new() };
    course_table::read(file, &mut cells)?;
    let analyses = estimate_tables::read(file)?;
    let pairs = pair_table::read(file)?;
    Ok(Results { about, cells, analyses, pairs, drivers, failures: read_failures(&file.table("failures")?) })
}

fn read_cells(table: &OwnedTable, about: &About) -> Vec<CellResults> {
    let mut names = vec!["cell".to_owned()];
    let mut columns: Vec<(String, String)> = Vec::new();
    for path in &about.factors {
        let name = free_name(&mut names, path);
        let mut value = format!("{name}_value");
        if table.column(&value).is_some() {
            value = free_name(&mut names, &value);
        }
        columns.push((name, value));
    }
    let level = |row: usize, (name, value): &(String, String)| match (label(table, name, row), real(table, value, row)) {
        (text, number) if text == "other" && !number.is_nan() => number.to_string(),
        (text, _) => text,
    };
    let cell = |row| CellResults { levels: columns.iter().map(|names| level(row, names)).collect(), arms: Vec::new() };
    (0..table.rows()).map(cell).collect()
}

fn read_arm(table: &OwnedTable, row: usize, name: String) -> ArmResults {
    let count = |name| u64::try_from(whole(table, name, row)).unwrap_or(0);
    let (mut level, mut spread) = (vec![Measured::NONE; MEASURES.len()], vec![Measured::NONE; MEASURES.len()]);
    for (m, spec) in own_measures() {
        level[m] = pair(table, spec.name, row);
        spread[m] = pair(table, &spread_of(spec.name), row);
    }
    ArmResults {
        name,
        size: [count("clinics"), count("therapists"), count("clients")],
        completed: count("completed"),
        failed: count("failed"),
        level,
        weeks: Vec::new(),
        sessions: Vec::new(),
        spread,
        contrast: None,
    }
}

fn read_contrast(table: &OwnedTable, row: usize, arm: &mut ArmResults) -> Contrast {
    let mut differences = vec![Measured::NONE; MEASURES.len()];
    for (m, spec) in own_measures() {
        differences[m] = pair(table, &difference(spec.name), row);
    }
    for (m, spec) in comparisons() {
        arm.level[m] = pair(table, spec.name, row);
        arm.spread[m] = pair(table, &spread_of(spec.name), row);
    }
    Contrast {
        difference: differences,
        odds_ratio: RATIO_MEASURES.map(|name| pair(table, &odds_ratio(name), row)),
        needed: RATIO_MEASURES.map(|name| pair(table, &needed(name), row)),
    }
}

fn read_failures(table: &OwnedTable) -> Vec<Failure> {
    let failure =
        |row| Failure { cell: whole(table, "cell", row), replicate: whole(table, "replicate", row), reason: label(table, "reason", row) };
    (0..table.rows()).map(failure).collect()
}

/// A value and its error; not defined where the file has no such columns.
pub(super) fn pair(table: &OwnedTable, name: &str, row: usize) -> Measured {
    Measured { value: real(table, name, row), mcse: real(table, &error_of(name), row) }
}

pub(super) fn real(table: &OwnedTable, name: &str, row: usize) -> f64 {
    match table.column(name).map(|column| &column.values) {
        Some(OwnedValues::F64(values)) => values.get(row).copied().unwrap_or(f64::NAN),
        _ => f64::NAN,
    }
}

pub(super) fn whole(table: &OwnedTable, name: &str, row: usize) -> i32 {
    match table.column(name).map(|column| &column.values) {
        Some(OwnedValues::I32(values)) => values.get(row).copied().unwrap_or(0),
        _ => 0,
    }
}

pub(super) fn label(table: &OwnedTable, name: &str, row: usize) -> String {
    let column = table.column(name);
    let code = column.and_then(|column| match &column.values {
        OwnedValues::Category(codes) => codes.get(row).copied(),
        _ => None,
    });
    let at = code.and_then(|code| usize::try_from(code).ok()).unwrap_or(0).wrapping_sub(1);
    column.and_then(|column| column.labels.get(at)).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_column_names_of_their_own() {
        let mut taken = vec!["cell".to_owned()];
        assert_eq!(free_name(&mut taken, "clinics.therapists"), "clinics_therapists");
        assert_eq!(free_name(&mut taken, "clinics_therapists"), "clinics_therapists_2");
        assert_eq!(free_name(&mut taken, "measures[\"symptoms\"].every"), "measures__symptoms___every");
        assert_eq!(free_name(&mut taken, "cell"), "cell_2");
    }
}
