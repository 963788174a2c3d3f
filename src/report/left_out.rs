//! What a report does not show of its file, and why: the file of a newer program, or more rows than a page can take.

use super::source::{Form, MOST_ROWS, READ};
use crate::dataset::column::ColumnSpec;
use crate::dataset::text::listed;
use crate::engine::records::{Clients, Replicates, Sessions};
use crate::output::error::OutputError;
use crate::output::read::ResultReader;
use crate::output::results::About;
use crate::output::study::{TABLES, TEXTS};

/// Sentences about what is left out; nothing for a file that this program wrote.
pub fn left_out(file: &ResultReader, about: &About, form: Option<Form>) -> Result<Vec<String>, OutputError> {
    let mut found = Vec::new();
    let here = env!("CARGO_PKG_VERSION");
    let unknown = |names: Vec<String>, known: &[&str]| names.into_iter().filter(|name| !known.contains(&name.as_str())).collect::<Vec<_>>();
    let groups = [unknown(file.table_names()?, &TABLES), unknown(file.text_groups()?, &TEXTS)].concat();
    if !groups.is_empty() {
        found.push(format!("Not shown, because this version ({here}) does not know them: {}.", listed(&quoted(&groups))));
    }
    let measures: Vec<&str> = Replicates::columns_described().iter().map(|spec| spec.name).collect();
    let measures = unknown(columns(file, "replicates")?, &measures);
    if !measures.is_empty() {
        found.push(format!("Measures that this version does not know and does not show: {}.", listed(&quoted(&measures))));
    }
    for (table, specs) in [("clients", Clients::SPECS), ("sessions", Sessions::SPECS)] {
        for (column, label) in unknown_labels(file, table, specs)? {
            found.push(format!(
                "Rows whose {column} is “{label}” are in the table {table}; this version does not know it and draws them nowhere by that name."
            ));
        }
    }
    if form.is_none() {
        found.push(format!(
            "The lines of cut-off and reliable change are missing from the pictures: version {here} cannot read the scenario of the first \
             arm, which version {} wrote.",
            about.version
        ));
    }
    for table in READ {
        let rows = if file.table_names()?.iter().any(|name| name == table) { file.row_count(table)? } else { 0 };
        if rows > MOST_ROWS {
            found.push(format!("Of the {rows} rows of the table {table} the first {MOST_ROWS} are behind the pictures."));
        }
    }
    if !found.is_empty() && newer(&about.version, here) {
        found.insert(
            0,
            format!("Version {} of the program wrote this file; version {here}, which is older, made this page.", about.version),
        );
    }
    Ok(found)
}

fn quoted(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}

fn columns(file: &ResultReader, table: &str) -> Result<Vec<String>, OutputError> {
    if file.table_names()?.iter().any(|name| name == table) { file.column_names(table) } else { Ok(Vec::new()) }
}

/// Labels of a table's categories that this version does not have, with their columns.
fn unknown_labels(file: &ResultReader, table: &str, specs: &[ColumnSpec]) -> Result<Vec<(String, String)>, OutputError> {
    let there = columns(file, table)?;
    let mut found = Vec::new();
    for spec in specs.iter().filter(|spec| !spec.labels.is_empty() && there.iter().any(|name| name == spec.name)) {
        let rows = file.rows(table, &[spec.name], 0..0)?;
        let labels = rows.columns.into_iter().flat_map(|column| column.labels);
        found.extend(labels.filter(|label| !spec.labels.contains(&label.as_str())).map(|label| (spec.name.to_owned(), label)));
    }
    Ok(found)
}

/// Is one version later than another? Parts that are no numbers count as 0.
fn newer(one: &str, other: &str) -> bool {
    let parts = |text: &str| text.split(['.', '-', '+']).take(3).map(|part| part.parse::<u64>().unwrap_or(0)).collect::<Vec<_>>();
    parts(one) > parts(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        assert!(newer("0.10.0", "0.9.3") && newer("1.0.0", "0.99.99") && !newer("0.2.1", "0.2.1") && !newer("0.2.0-rc.1", "0.2.1"));
    }
}
