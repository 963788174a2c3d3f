//! The measures of a study as a table of its result file.

use crate::dataset::built::{Builder, BuiltTable};
use crate::model::measurement::{Measure, construct};
use crate::scenario::load::CellPlan;

/// One row per cell, arm and measure, numbered as in `assessments`.
pub(super) fn measures(cells: &[CellPlan]) -> BuiltTable {
    let mut rows: Vec<([i32; 3], &str, &Measure)> = Vec::new();
    for (c, cell) in (1..).zip(cells) {
        for (a, arm) in (1..).zip(&cell.arms) {
            let numbered = (1..).zip(&arm.world.measures.0);
            rows.extend(numbered.map(|(number, (name, measure))| ([c, a, number], name.as_str(), measure)));
        }
    }
    let number = |part: usize| rows.iter().map(|(numbers, ..)| numbers[part]).collect();
    let text = |of: &dyn Fn(&str, &Measure) -> String| rows.iter().map(|(_, name, measure)| of(name, measure)).collect::<Vec<_>>();
    let when = |measure: &Measure| match measure.at.as_slice() {
        [] => format!("every {}", measure.every),
        at => format!("at {}", at.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    };
    Builder::new("measures")
        .number("cell", "1", "cell of the design", number(0))
        .number("arm", "1", "arm (row of the arms table with the same cell)", number(1))
        .number("measure", "1", "number of the measure within the arm", number(2))
        .category("name", "name of the measure", &text(&|name, _| name.to_owned()))
        .category(
            "of",
            "what is measured",
            &text(&|name, measure| construct(name, measure).map_or_else(String::new, |of| format!("{of:?}"))),
        )
        .category("instrument", "name of the instrument", &text(&|_, measure| measure.instrument.clone()))
        .category("rater", "who fills it in", &text(&|_, measure| format!("{:?}", measure.rater)))
        .category("schedule", "at which sessions", &text(&|_, measure| when(measure)))
        .build()
}
