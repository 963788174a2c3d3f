//! Tables as comma-separated values. What is not defined is empty.

use crate::dataset::column::{ColumnSpec, ColumnValues, Table};

/// One cell of a column, as text.
pub fn cell(spec: &ColumnSpec, column: &ColumnValues, row: usize) -> String {
    match column {
        ColumnValues::F64(values) if values[row].is_nan() => String::new(),
        ColumnValues::F64(values) => values[row].to_string(),
        ColumnValues::I32(values) => values[row].to_string(),
        ColumnValues::I16(values) => values[row].to_string(),
        ColumnValues::Flag(codes) => codes[row].to_string(),
        ColumnValues::Category(codes) => spec.labels[codes[row] as usize - 1].to_owned(),
    }
}

/// The line of names.
pub fn head(table: &impl Table) -> String {
    line(table.specs().iter().map(|spec| spec.name.to_owned()))
}

/// All rows.
pub fn rows(table: &impl Table) -> String {
    let columns = table.columns();
    (0..table.len()).map(|row| line(table.specs().iter().zip(&columns).map(|(spec, column)| cell(spec, column, row)))).collect()
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted = |cell: String| if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell };
    cells.map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::built::Builder;

    #[test]
    fn missing_numbers_are_empty_and_commas_are_quoted() {
        let table = Builder::new("t").real("x", "1", "x", vec![0.1, f64::NAN]).category("name", "n", &["a, b", "say \"c\""]).build();
        assert_eq!(head(&table) + &rows(&table), "x,name\n0.1,\"a, b\"\n,\"say \"\"c\"\"\"\n");
    }
}
