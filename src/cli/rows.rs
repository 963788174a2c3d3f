//! Estimates that were made elsewhere, as a table of text: a row per term, with the columns that our own tables have. Names
//! that R's broom and rsimsum use are understood too.

use crate::estimators::analysis::{CONFIDENCE, Reason, Value};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::status::Status;
use std::fmt::{self, Display};

/// Columns and the names that are understood.
const COLUMNS: [(Column, &[&str]); 14] = [
    (Column::Cell, &["cell"]),
    (Column::Arm, &["arm"]),
    (Column::Replicate, &["replicate", "rep", "repetition", "iteration"]),
    (Column::Estimator, &["estimator", "method", "model"]),
    (Column::Term, &["term", "parameter"]),
    (Column::Estimate, &["estimate", "est", "theta"]),
    (Column::Se, &["se", "std.error", "std_error", "stderr"]),
    (Column::Df, &["df"]),
    (Column::Low, &["low", "conf.low", "conf_low", "lower"]),
    (Column::High, &["high", "conf.high", "conf_high", "upper"]),
    (Column::P, &["p", "p.value", "p_value", "pvalue"]),
    (Column::Truth, &["truth", "true", "true_value"]),
    (Column::Status, &["status"]),
    (Column::Reason, &["reason"]),
];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Cell of the design, from 1.
    Cell,
    /// Arm, from 1; 0 for all together.
    Arm,
    /// Replicate.
    Replicate,
    /// Name of the method.
    Estimator,
    /// What is estimated.
    Term,
    /// Estimate.
    Estimate,
    /// Standard error.
    Se,
    /// Degrees of freedom.
    Df,
    /// Lower end of the interval.
    Low,
    /// Upper end.
    High,
    /// p.
    P,
    /// What is true.
    Truth,
    /// converged, boundary or failed.
    Status,
    /// Why it failed.
    Reason,
}

impl Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = COLUMNS.iter().find(|(column, _)| column == self).map_or(&[][..], |(_, names)| names);
        f.write_str(names.first().unwrap_or(&""))
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Cell, arm and replicate; 0 where there is no such column.
    pub at: [u64; 3],
    /// Name of the method; empty where there is none.
    pub estimator: String,
    /// What is estimated.
    pub term: String,
    /// The numbers.
    pub value: Value,
    /// What is true, if the table says it.
    pub truth: f64,
    /// How it went.
    pub status: Result<Status, Reason>,
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// Columns that are there.
    pub columns: Vec<Column>,
    /// Columns that nobody knows.
    pub ignored: Vec<String>,
    /// Rows.
    pub rows: Vec<Row>,
}

impl Rows {
    /// Is there such a column?
    pub fn has(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }
}

/// Reads a table. Limits and p that have no column are made from the standard error: with the t distribution where there are
/// degrees of freedom, otherwise with the normal one.
///
/// # Errors
/// A column that is needed is missing, or a cell is not what it should be: in words, with the line.
pub fn read(text: &[u8], needed: &[Column]) -> Result<Rows, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let heads = reader.headers().map_err(|error| not_a_table(&error))?.clone();
    let mut places: Vec<(Column, usize)> = Vec::new();
    let mut ignored = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        match known(head) {
            Some(column) if places.iter().any(|(other, _)| *other == column) => return Err(format!("there are two columns {column}")),
            Some(column) => places.push((column, at)),
            None if !head.is_empty() => ignored.push(head.to_owned()),
            None => {}
        }
    }
    if let Some(column) = needed.iter().find(|column| places.iter().all(|(known, _)| known != *column)) {
        let found: Vec<&str> = heads.iter().collect();
        return Err(format!("there is no column {column}; there are: {}", shortened(&found.join(", "))));
    }
    let columns: Vec<Column> = places.iter().map(|(column, _)| *column).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| not_a_table(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(Cells { places: &places, record: &record, line }.row()?);
    }
    Ok(Rows { columns, ignored, rows })
}

fn known(head: &str) -> Option<Column> {
    let head = head.to_lowercase();
    COLUMNS.iter().find(|(_, names)| names.contains(&head.as_str())).map(|(column, _)| *column)
}

fn not_a_table(error: &csv::Error) -> String {
    let line = error.position().map_or_else(String::new, |at| format!(" (line {})", at.line()));
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("a row has {len} cells where the first line has {expected_len}{line}")
        }
        csv::ErrorKind::Utf8 { .. } => format!("it is not UTF-8 text{line}"),
        _ => format!("it is not a table of comma-separated values{line}"),
    }
}

/// A long text, cut.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST { line } else { line.chars().take(MOST).chain("…".chars()).collect() }
}

/// The cells of one row.
struct Cells<'a> {
    places: &'a [(Column, usize)],
    record: &'a csv::StringRecord,
    line: u64,
}

impl Cells<'_> {
    fn text(&self, column: Column) -> Option<&str> {
        let (_, at) = self.places.iter().find(|(known, _)| *known == column)?;
        self.record.get(*at)
    }

    fn wrong(&self, column: Column, text: &str, should: &str) -> String {
        format!("line {}: {column} is \"{}\", which is not {should}", self.line, shortened(text))
    }

    /// A number; NaN when it is missing, or there is no such column.
    fn number(&self, column: Column) -> Result<f64, String> {
        let text = self.text(column).unwrap_or_default();
        if ["", "na", "nan", "null", "none", "."].contains(&text.to_lowercase().as_str()) {
            return Ok(f64::NAN);
        }
        text.parse().map_err(|_| self.wrong(column, text, "a number"))
    }

    fn whole(&self, column: Column) -> Result<u64, String> {
        let text = self.text(column).unwrap_or("0");
        let number = text.parse::<f64>().ok().filter(|x| x.fract() == 0.0 && (0.0..1e15).contains(x));
        number.map(|x| x as u64).ok_or_else(|| self.wrong(column, text, "a whole number"))
    }

    fn value(&self) -> Result<Value, String> {
        let [estimate, se, df] = [self.number(Column::Estimate)?, self.number(Column::Se)?, self.number(Column::Df)?];
        let coefficient = Coefficient { estimate, se, df: if df.is_nan() { f64::INFINITY } else { df } };
        let [low, high] = coefficient.interval(CONFIDENCE);
        let or = |column, made: f64| if self.text(column).is_some() { self.number(column) } else { Ok(made) };
        let p = if se > 0.0 { coefficient.p() } else { f64::NAN };
        Ok(Value { estimate, se, df, low: or(Column::Low, low)?, high: or(Column::High, high)?, p: or(Column::P, p)? })
    }

    fn status(&self) -> Result<Result<Status, Reason>, String> {
        let text = self.text(Column::Status).unwrap_or_default();
        let lower = text.to_lowercase();
        Ok(match lower.as_str() {
            "" | "na" | "converged" | "ok" => Ok(Status::Converged),
            "boundary" | "singular" => Ok(Status::Boundary),
            _ if lower.starts_with("failed") => {
                let after = text["failed".len()..].trim_start_matches([':', ' ']);
                let reasons = [after, self.text(Column::Reason).unwrap_or_default()];
                let reason = reasons.into_iter().find(|reason| !reason.is_empty() && *reason != "NA");
                Err(Reason(shortened(reason.unwrap_or("no reason is given"))))
            }
            _ => return Err(self.wrong(Column::Status, text, "converged, boundary or failed")),
        })
    }

    fn row(&self) -> Result<Row, String> {
        let name = |column, missing: &str| self.text(column).filter(|text| !text.is_empty()).unwrap_or(missing).to_owned();
        Ok(Row {
            at: [self.whole(Column::Cell)?, self.whole(Column::Arm)?, self.whole(Column::Replicate)?],
            estimator: name(Column::Estimator, ""),
            term: name(Column::Term, "estimate"),
            value: self.value()?,
            truth: self.number(Column::Truth)?,
            status: self.status()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Rows, String> {
        read(text.as_bytes(), &[Column::Term, Column::Estimate])
    }

    #[test]
    fn a_table_of_broom_is_understood() {
        let found =
            rows("\"term\",\"estimate\",\"std.error\",\"statistic\",\"df\"\n\"early\",0.5,0.25,2,10\n").unwrap_or_else(|e| panic!("{e}"));
        let [row] = found.rows.as_slice() else { panic!("{found:?}") };
        // t(10): p of 2 is .0734, the quantile is 2.228.
        assert!((row.value.p - 0.073_388).abs() < 1e-6 && (row.value.high - (0.5 + 0.25 * 2.228_139)).abs() < 1e-6, "{row:?}");
        assert_eq!((found.ignored.as_slice(), row.status.clone()), (&["statistic".to_owned()][..], Ok(Status::Converged)));
    }

    #[test]
    fn limits_that_are_given_are_used_and_missing_numbers_stay_missing() {
        let found = rows("term,estimate,se,conf.low,conf.high,p.value\na,1,0.1,NA,3,\nb,NaN,,1,2,0.5\n").unwrap_or_else(|e| panic!("{e}"));
        let [a, b] = found.rows.as_slice() else { panic!("{found:?}") };
        assert!(a.value.low.is_nan() && a.value.high == 3.0 && a.value.p.is_nan());
        assert!(b.value.estimate.is_nan() && b.value.se.is_nan() && b.value.p == 0.5);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, part) in [
            ("term,value\na,1\n", "no column estimate; there are: term, value"),
            ("term,estimate\na,1\nb,abc\n", "line 3: estimate is \"abc\", which is not a number"),
            ("term,estimate\na,1,2\n", "a row has 3 cells where the first line has 2 (line 2)"),
            ("term,estimate,est\na,1,2\n", "two columns estimate"),
            ("term,estimate,status\na,1,fine\n", "not converged, boundary or failed"),
            ("", "no column term"),
        ] {
            let told = rows(text).unwrap_err();
            assert!(told.contains(part), "{told} / {part}");
        }
        let failed = rows("term,estimate,status\na,NA,failed: no optimum\nb,NA,failed\n").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(failed.rows[0].status, Err(Reason("no optimum".into())));
        assert_eq!(failed.rows[1].status, Err(Reason("no reason is given".into())));
    }
}
