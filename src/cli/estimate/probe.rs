//! What a program estimates: learnt from its first answers, so that rows of different replicates line up.

use super::brought::{Probe, Source};
use super::program::{Answer, Key};
use crate::cli::failure::Failure;
use crate::cli::terminal::Messages;
use crate::engine::plan;
use crate::engine::run::{Alone, Keep, Rows, run};
use crate::engine::sink::NoRows;
use crate::estimators::analysis::Analysis;
use crate::scenario::load::Scenario;
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Replicates that are tried before a program is said to have no answer.
const PATIENCE: u64 = 3;

/// The one term of a program that has never answered.
const SILENT: &str = "(no answer)";

/// Estimators of a program and their terms, in the order in which they come; no name where the program names none.
pub type Learnt = Vec<(String, Vec<String>)>;

/// Asks every program about the first replicates, until it has answered.
///
/// # Errors
/// None of them has.
pub fn learn(programs: &[Source], scenario: &Scenario, messages: Messages) -> Result<Vec<Learnt>, Failure> {
    let mut found: Vec<Learnt> = vec![Vec::new(); programs.len()];
    let mut troubles: Vec<String> = vec![String::new(); programs.len()];
    for replicate in 0..PATIENCE.min(scenario.replicates) {
        let silent: Vec<usize> = (0..programs.len()).filter(|&at| found[at].is_empty()).collect();
        if silent.is_empty() {
            break;
        }
        for (at, answers) in silent.iter().zip(ask(programs, &silent, scenario, replicate)?) {
            found[*at] = learnt(&answers);
            troubles[*at] = answers.values().find_map(|answer| answer.as_ref().as_ref().err().cloned()).unwrap_or_default();
        }
    }
    let silent: Vec<usize> = (0..programs.len()).filter(|&at| found[at].is_empty()).collect();
    let told: Vec<String> =
        silent.iter().map(|&at| format!("`{}` has no answer: {}", programs[at].program.command, troubles[at])).collect();
    if silent.len() == programs.len() {
        return Err(Failure::Input(anyhow!("{}", told.join("\n       "))));
    }
    told.iter().for_each(|what| messages.say(&format!("Warning: {what}")));
    silent.into_iter().for_each(|at| found[at] = vec![(String::new(), vec![SILENT.to_owned()])]);
    Ok(found)
}

/// What some programs say about one replicate: of all cells and arms.
fn ask(programs: &[Source], which: &[usize], scenario: &Scenario, replicate: u64) -> Result<Vec<BTreeMap<Key, Answer>>, Failure> {
    let mut study = plan::study(scenario).map_err(|what| Failure::Input(anyhow!(what)))?;
    let answers: Vec<Arc<Mutex<BTreeMap<Key, Answer>>>> = which.iter().map(|_| Arc::default()).collect();
    let probe = |(at, answers): (&usize, &Arc<Mutex<_>>)| {
        let source = programs[*at].clone();
        let (given, probe) = (Arc::clone(&source.given), Probe { source, answers: Arc::clone(answers) });
        Analysis {
            name: String::new(),
            level: given.level,
            over_arms: given.over_arms,
            filter: given.filter.clone(),
            missing: None,
            method: Arc::new(probe),
            truths: Vec::new(),
            ranked: None,
        }
    };
    study.analyses.list = which.iter().zip(&answers).map(probe).collect();
    study.rows = Rows::all(Keep::None);
    study.replicates = replicate..replicate + 1;
    let Ok(_) = run(&study, &mut NoRows, &Alone);
    Ok(answers.iter().map(|answers| answers.lock().unwrap_or_else(PoisonError::into_inner).clone()).collect())
}

fn learnt(answers: &BTreeMap<Key, Answer>) -> Learnt {
    let mut found: Learnt = Vec::new();
    for row in answers.values().filter_map(|answer| answer.as_ref().as_ref().ok()).flatten() {
        let at = found.iter().position(|(name, _)| *name == row.estimator).unwrap_or_else(|| {
            found.push((row.estimator.clone(), Vec::new()));
            found.len() - 1
        });
        if !found[at].1.contains(&row.term) {
            found[at].1.push(row.term.clone());
        }
    }
    found
}
