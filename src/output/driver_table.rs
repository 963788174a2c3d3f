//! The sensitivity table of a result file, and back.

use super::read::OwnedTable;
use super::results::Driver;
use super::study_tables::{label, real, whole};
use crate::dataset::built::{Builder, BuiltTable};
use crate::performance::sensitivity::Statistic;

/// Name of the table.
pub(super) const NAME: &str = "sensitivity";

/// Stands where a row is about no other key or value.
const NONE: &str = "none";

/// One row per result, arm, statistic and factor.
pub(super) fn write(drivers: &[Driver], arms: &[String]) -> BuiltTable {
    let texts = |of: &dyn Fn(&Driver) -> Option<String>| -> Vec<String> {
        drivers.iter().map(|driver| of(driver).unwrap_or_else(|| NONE.into())).collect()
    };
    let reals = |of: fn(&Driver) -> f64| drivers.iter().map(of).collect();
    Builder::new(NAME)
        .category("result", "what is driven: a measure of the tables arms and contrasts", &texts(&|d| Some(d.result.clone())))
        .number("arm", "1", "arm; 1: its own mean, others: the paired difference to arm 1", drivers.iter().map(|d| d.arm as i32).collect())
        .category("name", "name of the arm", &texts(&|d| arms.get(d.arm - 1).cloned()))
        .category("statistic", "measure of sensitivity", &texts(&|d| Some(d.statistic.name().into())))
        .category("factor", "swept key that drives; none: all together", &texts(&|d| d.factor.clone()))
        .category("with", "the other key of an interaction", &texts(&|d| d.with.clone()))
        .category("level", "value of the key, of a main effect", &texts(&|d| d.levels.as_ref().map(|[level, _]| level.clone())))
        .category("against", "value that it is compared with", &texts(&|d| d.levels.as_ref().map(|[_, against]| against.clone())))
        .real("value", "see column unit", "value of the statistic", reals(|d| d.value))
        .real("standard_error", "see column unit", "standard error of value, points and replicates together", reals(|d| d.standard_error))
        .real("points_se", "see column unit", "standard error from the points of a sampled design (bootstrap)", reals(|d| d.points_se))
        .real("mcse", "see column unit", "Monte Carlo standard error from the replicates (jackknife)", reals(|d| d.mcse))
        .category("unit", "unit of value and its standard errors", &texts(&|d| Some(d.unit.clone())))
        .build()
}

/// The rows of a file.
pub(super) fn read(table: &OwnedTable) -> Vec<Driver> {
    let text = |name, row| Some(label(table, name, row)).filter(|text| text != NONE);
    let driver = |row| {
        Some(Driver {
            result: label(table, "result", row),
            arm: usize::try_from(whole(table, "arm", row)).ok()?,
            statistic: Statistic::named(&label(table, "statistic", row))?,
            factor: text("factor", row),
            with: text("with", row),
            levels: text("level", row).map(|level| [level, label(table, "against", row)]),
            value: real(table, "value", row),
            standard_error: real(table, "standard_error", row),
            points_se: real(table, "points_se", row),
            mcse: real(table, "mcse", row),
            unit: label(table, "unit", row),
        })
    };
    (0..table.rows()).filter_map(driver).collect()
}
