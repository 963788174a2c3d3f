//! Loads scenario files and runs them through the library, as a test does.
#![allow(dead_code, reason = "each test file uses a part")]

use dyadsim::engine::plan;
use dyadsim::engine::run::{Alone, Keep, Outcome, Rows, Study, run};
use dyadsim::engine::sink::NoRows;
use dyadsim::engine::totals::ArmTotals;
use dyadsim::scenario::load::Scenario;
use std::fs;
use std::path::{Path, PathBuf};

/// A path in the repository.
pub fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A scenario file of the repository, with `KEY=VALUE` changes.
pub fn load(path: &str, settings: &[&str]) -> Scenario {
    let text = fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    load_text(path, &text, settings)
}

/// A scenario text, with `KEY=VALUE` changes.
pub fn load_text(name: &str, text: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
    Scenario::load(name, text, &settings).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Runs a scenario; summaries only.
pub fn totals(scenario: &Scenario) -> Outcome {
    let cells = scenario.cells.iter().map(|cell| plan::cell(cell).unwrap_or_else(|found| panic!("{found}")));
    let study = Study {
        seed: scenario.seed,
        cells: cells.collect(),
        analyses: scenario.analyses.clone(),
        rows: Rows::all(Keep::None),
        replicates: 0..scenario.replicates,
        until_mcse: None,
    };
    let outcome = run(&study, &mut NoRows, &Alone).unwrap_or_else(|never| match never {});
    assert_eq!(outcome.failures, [], "replicates failed");
    outcome
}

/// The arms of the first cell of a scenario file, after a run.
pub fn arms(path: &str, settings: &[&str]) -> Vec<ArmTotals> {
    totals(&load(path, settings)).totals.cells.swap_remove(0)
}
