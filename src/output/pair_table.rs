//! Analyses held against each other, as a table of a result file, and back.

use super::error::OutputError;
use super::estimate_tables::{Column, measured};
use super::read::ResultReader;
use super::results::PairResults;
use super::study_tables::{label, pair, real, whole};
use crate::dataset::built::{Builder, BuiltTable};
use crate::performance::Measured;
use crate::performance::pairs::Paired;

/// Name of the table.
const NAME: &str = "estimator_pairs";

/// A column with a Monte Carlo standard error, and what stands in it.
type Difference = (Column, fn(&Paired) -> Measured);

/// All of them.
const DIFFERENCES: [Difference; 5] = [
    (("bias_difference", "see term", "bias minus that of the reference (mean estimate, where no truth is given)"), |one| one.bias),
    (("relative_precision", "%", "gain in precision: 100 [(empirical standard error of the reference / own)² − 1]"), |one| {
        one.precision
    }),
    (("rmse_difference", "see term", "root mean squared error minus that of the reference"), |one| one.rmse),
    (("coverage_difference", "share", "coverage minus that of the reference"), |one| one.coverage),
    (("rejection_difference", "share", "share of p at most .05 minus that of the reference"), |one| one.rejection),
];

/// One row per cell, arm, analysis and term whose estimand an analysis before it has too.
pub fn write(pairs: &[PairResults]) -> BuiltTable {
    let texts = |of: fn(&PairResults) -> &String| pairs.iter().map(|one| of(one).as_str()).collect::<Vec<_>>();
    let table = Builder::new(NAME)
        .number("cell", "1", "cell of the design", pairs.iter().map(|one| one.cell as i32).collect())
        .number(
            "arm",
            "1",
            "arm within the cell; 0: all arms together",
            pairs.iter().map(|one| one.arm.map_or(0, |arm| arm as i32 + 1)).collect(),
        )
        .category("estimator", "name of the analysis", &texts(|one| &one.name))
        .category("term", "its term", &texts(|one| &one.term))
        .category("reference", "the analysis that it is held against: the first that estimates the same", &texts(|one| &one.reference))
        .category("reference_term", "the term of that", &texts(|one| &one.reference_term))
        .number("n", "replicates", "replicates in which both have an estimate", pairs.iter().map(|one| one.found.n as i32).collect());
    let table = DIFFERENCES.iter().fold(table, |table, (column, of)| measured(table, *column, pairs.iter().map(|one| of(&one.found))));
    table
        .real(
            "correlation",
            "1",
            "correlation of the two estimates over replicates",
            pairs.iter().map(|one| one.found.correlation).collect(),
        )
        .build()
}

/// The pairs in a file; none in a file without any.
pub(super) fn read(file: &ResultReader) -> Result<Vec<PairResults>, OutputError> {
    if !file.table_names()?.iter().any(|name| name == NAME) {
        return Ok(Vec::new());
    }
    let table = file.table(NAME)?;
    let count = |name: &str, row: usize| usize::try_from(whole(&table, name, row)).unwrap_or(0);
    let one = |row| {
        let [bias, precision, rmse, coverage, rejection] = DIFFERENCES.map(|((name, ..), _)| pair(&table, name, row));
        PairResults {
            cell: count("cell", row),
            arm: count("arm", row).checked_sub(1),
            term: label(&table, "term", row),
            name: label(&table, "estimator", row),
            reference: label(&table, "reference", row),
            reference_term: label(&table, "reference_term", row),
            found: Paired {
                n: count("n", row) as u64,
                bias,
                precision,
                rmse,
                coverage,
                rejection,
                correlation: real(&table, "correlation", row),
            },
        }
    };
    Ok((0..table.rows()).map(one).collect())
}
