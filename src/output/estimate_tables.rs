//! What the analyses of a study give over replicates, as tables of a result file, and back.

use super::error::OutputError;
use super::read::{OwnedTable, ResultReader};
use super::results::{AnalysisResults, TermResults};
use super::study_tables::{label, real, whole};
use crate::dataset::built::{Builder, BuiltTable};
use crate::performance::Measured;
use crate::performance::measures::Performance;

/// Name of the table of terms.
const PERFORMANCE: &str = "performance";
/// Name of the table of failed fits.
const FIT_FAILURES: &str = "fit_failures";

/// One row per cell, analysis, arm and term.
pub fn performance(analyses: &[AnalysisResults]) -> BuiltTable {
    let rows: Vec<(&AnalysisResults, &TermResults)> =
        analyses.iter().flat_map(|one| one.terms.iter().map(move |term| (one, term))).collect();
    let number = |of: fn(&AnalysisResults, &TermResults) -> u64| rows.iter().map(|(one, term)| of(one, term) as i32).collect();
    let value = |of: fn(&TermResults) -> Measured| rows.iter().map(|(_, term)| of(term).value).collect();
    let error = |of: fn(&TermResults) -> Measured| rows.iter().map(|(_, term)| of(term).mcse).collect();
    let texts = |of: fn(&AnalysisResults, &TermResults) -> String| rows.iter().map(|(one, term)| of(one, term)).collect::<Vec<_>>();
    let table = Builder::new(PERFORMANCE)
        .number("cell", "1", "cell of the design", number(|one, _| one.cell as u64))
        .category("estimator", "name of the analysis", &texts(|one, _| one.name.clone()))
        .number("arm", "1", "arm within the cell; 0: all arms together", number(|one, _| one.arm.map_or(0, |arm| arm as u64 + 1)))
        .category("term", "what is estimated", &texts(|_, term| term.term.clone()))
        .number("fits", "replicates", "replicates in which the analysis was made", number(|one, _| one.fits))
        .number("failed", "replicates", "of these, without an answer (see fit_failures)", number(|one, _| one.failed))
        .number("boundary", "replicates", "of these, at the boundary, such as a variance of 0", number(|one, _| one.boundary))
        .number("n", "replicates", "replicates in which this term has an estimate", number(|_, term| term.n))
        .real("estimate", "see term", "mean estimate over replicates", value(|term| term.estimate))
        .real("estimate_mcse", "see term", "Monte Carlo standard error of estimate", error(|term| term.estimate))
        .real(
            "empirical_se",
            "see term",
            "standard deviation of the estimates over replicates: how far one such study scatters",
            value(|term| term.empirical_se),
        )
        .real("empirical_se_mcse", "see term", "Monte Carlo standard error of empirical_se", error(|term| term.empirical_se))
        .real("model_se", "see term", "root mean square of the standard errors that the method states", value(|term| term.model_se))
        .real("model_se_mcse", "see term", "Monte Carlo standard error of model_se", error(|term| term.model_se));
    let table = measured(table, ("rejection", "share", "share of replicates with p at most .05"), rows.iter().map(|row| row.1.rejection));
    let judged = JUDGED.iter().fold(table, |table, (column, of)| {
        measured(table, *column, rows.iter().map(|row| row.1.judged.as_ref().map_or(Measured::NONE, of)))
    });
    judged.build()
}

/// Name, unit and meaning of a column.
pub(super) type Column = (&'static str, &'static str, &'static str);

/// A performance measure.
type Measure = fn(&Performance) -> Measured;

/// What is said about a term whose truth is given.
const JUDGED: [(Column, Measure); 7] = [
    (("truth", "see term", "what is true (NaN: no truth is given)"), |one| one.truth),
    (("bias", "see term", "mean estimate minus truth; against a contrast replicate by replicate"), |one| one.bias),
    (("relative_bias", "share", "bias over truth; not defined where the truth may be 0"), |one| one.relative_bias),
    (("mse", "see term, squared", "mean squared error"), |one| one.mse),
    (("model_se_error", "%", "how far the stated standard error is from the empirical one"), |one| one.model_se_error),
    (("coverage", "share", "share of 95 % intervals that hold the truth"), |one| one.coverage),
    (("bias_eliminated_coverage", "share", "share of 95 % intervals that hold the mean estimate"), |one| one.bias_eliminated_coverage),
];

/// A column and its Monte Carlo standard error.
pub(super) fn measured(table: Builder, (name, unit, meaning): Column, values: impl Iterator<Item = Measured>) -> Builder {
    let (value, mcse): (Vec<f64>, Vec<f64>) = values.map(|one| (one.value, one.mcse)).unzip();
    table.real(name, unit, meaning, value).real(&format!("{name}_mcse"), unit, &format!("Monte Carlo standard error of {name}"), mcse)
}

/// One row per cell, analysis, arm and reason for which fits had no answer.
pub fn fit_failures(analyses: &[AnalysisResults]) -> BuiltTable {
    let rows: Vec<(&AnalysisResults, &(String, u64))> =
        analyses.iter().flat_map(|one| one.reasons.iter().map(move |reason| (one, reason))).collect();
    let names: Vec<&str> = rows.iter().map(|(one, _)| one.name.as_str()).collect();
    let reasons: Vec<&str> = rows.iter().map(|(_, (reason, _))| reason.as_str()).collect();
    Builder::new(FIT_FAILURES)
        .number("cell", "1", "cell of the design", rows.iter().map(|(one, _)| one.cell as i32).collect())
        .category("estimator", "name of the analysis", &names)
        .number(
            "arm",
            "1",
            "arm within the cell; 0: all arms together",
            rows.iter().map(|(one, _)| one.arm.map_or(0, |arm| arm as i32 + 1)).collect(),
        )
        .category("reason", "why the fit had no answer", &reasons)
        .number("fits", "replicates", "replicates in which this was so", rows.iter().map(|(_, (_, fits))| *fits as i32).collect())
        .build()
}

/// The analyses in a file; none in a file without any.
pub(super) fn read(file: &ResultReader) -> Result<Vec<AnalysisResults>, OutputError> {
    if !file.table_names()?.iter().any(|name| name == PERFORMANCE) {
        return Ok(Vec::new());
    }
    let (table, failures) = (file.table(PERFORMANCE)?, file.table(FIT_FAILURES)?);
    let mut found: Vec<AnalysisResults> = Vec::new();
    for row in 0..table.rows() {
        let one = address(&table, row);
        if found.last().is_none_or(|last| (last.cell, &last.name, last.arm) != (one.cell, &one.name, one.arm)) {
            found.push(one);
        }
        if let Some(last) = found.last_mut() {
            last.terms.push(term(&table, row));
        }
    }
    for row in 0..failures.rows() {
        let of = address(&failures, row);
        if let Some(one) = found.iter_mut().find(|one| (one.cell, &one.name, one.arm) == (of.cell, &of.name, of.arm)) {
            one.reasons.push((label(&failures, "reason", row), of.fits));
        }
    }
    Ok(found)
}

fn count(table: &OwnedTable, name: &str, row: usize) -> u64 {
    u64::try_from(whole(table, name, row)).unwrap_or(0)
}

fn address(table: &OwnedTable, row: usize) -> AnalysisResults {
    AnalysisResults {
        cell: count(table, "cell", row) as usize,
        name: label(table, "estimator", row),
        arm: (count(table, "arm", row) as usize).checked_sub(1),
        fits: count(table, "fits", row),
        failed: count(table, "failed", row),
        boundary: count(table, "boundary", row),
        reasons: Vec::new(),
        terms: Vec::new(),
    }
}

fn term(table: &OwnedTable, row: usize) -> TermResults {
    let pair = |name: &str| Measured { value: real(table, name, row), mcse: real(table, &format!("{name}_mcse"), row) };
    let judged = Performance {
        truth: pair("truth"),
        bias: pair("bias"),
        relative_bias: pair("relative_bias"),
        empirical_se: pair("empirical_se"),
        mse: pair("mse"),
        model_se: pair("model_se"),
        model_se_error: pair("model_se_error"),
        coverage: pair("coverage"),
        bias_eliminated_coverage: pair("bias_eliminated_coverage"),
        rejection: pair("rejection"),
    };
    TermResults {
        term: label(table, "term", row),
        n: count(table, "n", row),
        estimate: pair("estimate"),
        empirical_se: pair("empirical_se"),
        model_se: pair("model_se"),
        rejection: pair("rejection"),
        judged: (!judged.truth.value.is_nan()).then_some(judged),
    }
}
