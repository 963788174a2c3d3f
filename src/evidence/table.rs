//! The report as a table of a result file.

use super::report::{Report, Row};
use super::targets::Published;
use super::verdict::{difference, standard_error};
use crate::dataset::built::{Builder, BuiltTable};

/// Name of the table.
pub const NAME: &str = "evidence";

/// Value, standard error, lower and upper end, as published; not defined where nothing was printed.
pub fn published(published: &Published) -> [f64; 4] {
    let none = f64::NAN;
    match *published {
        Published::Value { x, se } => [x, se.unwrap_or(none), none, none],
        Published::Interval { x, low, high } => [x, none, low, high],
        Published::Range { low, high } => [none, none, low, high],
        Published::Sign(_) => [none; 4],
    }
}

/// Sign that was published: 1 or −1; 0 where more than a sign was.
pub fn sign(published: &Published) -> i32 {
    match published {
        Published::Sign(super::targets::Direction::Positive) => 1,
        Published::Sign(super::targets::Direction::Negative) => -1,
        _ => 0,
    }
}

/// A row per target. Texts longer than a category stand beside it in the file, in the same order.
pub fn table(report: &Report) -> BuiltTable {
    let rows = &report.rows;
    let of = |get: fn(&Row) -> f64| rows.iter().map(get).collect::<Vec<f64>>();
    let texts = |get: fn(&Row) -> &str| rows.iter().map(get).collect::<Vec<&str>>();
    let whole = |get: &dyn Fn(usize, &Row) -> i32| rows.iter().enumerate().map(|(at, row)| get(at, row)).collect::<Vec<i32>>();
    Builder::new(NAME)
        .number(
            "target",
            "1",
            "number of the target: its place in the attributes evidence_ids and evidence_quantities",
            whole(&|at, _| at as i32 + 1),
        )
        .category("group", "heading under which it is shown", &texts(|row| &row.target.group))
        .category("study", "name of the study", &texts(|row| &row.target.study))
        .category("unit", "unit of the numbers of this row", &texts(|row| &row.unit))
        .category("confidence", "how well the published number is known", &texts(|row| row.target.confidence.label()))
        .category("verdict", "whether simulated and published agree", &texts(|row| row.verdict.label()))
        .real("published", "see unit", "published value", of(|row| published(&row.target.published)[0]))
        .real("published_se", "see unit", "its standard error, as printed", of(|row| published(&row.target.published)[1]))
        .real("published_low", "see unit", "lower end of the published interval or range", of(|row| published(&row.target.published)[2]))
        .real("published_high", "see unit", "upper end of it", of(|row| published(&row.target.published)[3]))
        .number(
            "published_sign",
            "1",
            "published sign: 1 or -1; 0 where more than a sign was published",
            whole(&|_, row| sign(&row.target.published)),
        )
        .real("simulated", "see unit", "mean over replicates", of(|row| row.simulated.mean.value))
        .real("simulated_mcse", "see unit", "its Monte Carlo standard error", of(|row| row.simulated.mean.mcse))
        .real(
            "simulated_sd",
            "see unit",
            "standard deviation over replicates: what one study of this size scatters by",
            of(|row| row.simulated.spread.value),
        )
        .real(
            "difference",
            "see unit",
            "simulated minus published; 0 inside a range",
            of(|row| difference(&row.target.published, &row.simulated)),
        )
        .real(
            "standard_error",
            "see unit",
            "standard error of the published value by which it is judged",
            of(|row| standard_error(&row.target.published, &row.simulated)),
        )
        .number("replicates", "1", "replicates in which it was defined", whole(&|_, row| row.simulated.replicates as i32))
        .build()
}
