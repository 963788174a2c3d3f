//! `dyadsim estimate`: methods of the user's own on the same data sets as the built-in ones.

pub mod args;
mod brought;
mod keep;
mod probe;
mod program;
mod worker;

use super::colour::colour_on_stdout;
use super::failure::{End, Failure};
use super::progress::{Counts, Progress, stop_on_ctrl_c};
use super::source::{self, Loaded, Source as Where};
use super::terminal::{Messages, answer, answer_json};
use super::{closing, json, table};
use crate::dataset::catalogue::Level;
use crate::engine::plan;
use crate::engine::run::{Keep, Study};
use crate::estimators::analysis::Analysis;
use crate::output::results::{About, Results};
use crate::scenario::estimators::keys::Truth;
use crate::scenario::estimators::outside::{Asked, Given, Text, truths};
use anyhow::anyhow;
use args::{Estimate, On};
use brought::{Brought, Source};
use program::Program;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Runs a scenario with the user's programs beside its own estimators.
///
/// # Errors
/// Bad input, a program that cannot be started or never answers, or a file that cannot be read or written.
pub fn run(args: &Estimate) -> Result<End, Failure> {
    if let Some(example) = args.example {
        answer(example.text())?;
        return Ok(End::Done);
    }
    let messages = args.saving.messages();
    let Some(source) = &args.source else {
        return Err(input("a scenario is needed: dyadsim estimate study.ron --with 'Rscript my.R'"));
    };
    source.threads.start()?;
    let mut loaded = source::load(source)?;
    let said = said_truths(&args.truths)?;
    let given = Arc::new(given(args, &mut loaded)?);
    let mut target = keep::Target::open(args, source)?;
    stop_on_ctrl_c(messages).map_err(Failure::Io)?;
    let programs = start(args, &given, loaded.scenario.seed)?;
    bring(&programs, &mut loaded, &said, messages)?;
    loaded.settings.extend(programs.iter().map(|one| format!("--with {}", one.program.command)));
    target.begin(&loaded, &programs)?;
    let began = Instant::now();
    let study = study(args, &loaded)?;
    let counts = Arc::new(Counts::default());
    let progress = Progress::start(&counts, study.replicates.end, study.cells.len() as u64, messages);
    let outcome = crate::engine::run::run(&study, &mut target, &*counts)?;
    drop(progress);
    if outcome.replicates == 0 {
        messages.say("Interrupted before any replicate was complete; nothing was written.");
        return Ok(End::Interrupted);
    }
    let results = Results::new(&About::new(&loaded.scenario, &study, &loaded.settings), &loaded.scenario, &outcome);
    let written = target.finish(&results)?;
    messages.say(&closing::closing(&results, &outcome, written.as_ref(), began.elapsed().as_secs_f64()));
    if args.json {
        answer_json(&json::results(&results, args.out.as_deref()))?;
    } else {
        answer(&table::estimators(&results, colour_on_stdout()))?;
    }
    Ok(if outcome.interrupted { End::Interrupted } else { End::Done })
}

fn input(what: impl std::fmt::Display) -> Failure {
    Failure::Input(anyhow!("{what}"))
}

/// `TERM=TRUTH` as the scenario's own language would have it.
fn said_truths(texts: &[String]) -> Result<BTreeMap<String, Truth>, Failure> {
    let mut found = BTreeMap::new();
    for text in texts {
        let Some((term, truth)) = text.rsplit_once('=') else {
            return Err(input(format!("--truth {text}: a term and its truth are needed, such as 'pre=0.5'")));
        };
        let (term, truth) = (term.trim(), truth.trim());
        let number = truth.parse().ok().map(Truth::Value);
        let Some(truth) = number.or_else(|| ron::from_str(truth).ok()) else {
            let right = "a number, Parameter(\"KEY\"), Counterfactual(\"COLUMN\") or CounterfactualD(\"COLUMN\")";
            return Err(input(format!("--truth {text}: `{truth}` is not a truth; write {right}")));
        };
        if found.insert(term.to_owned(), truth).is_some() {
            return Err(input(format!("--truth: the term \"{term}\" has two truths")));
        }
    }
    Ok(found)
}

/// Which data the programs are given.
fn given(args: &Estimate, loaded: &mut Loaded) -> Result<Given, Failure> {
    let columns = args.columns.iter().flat_map(|text| text.split(';')).map(|text| text.trim().to_owned());
    let asked = Asked {
        level: if args.on == On::Sessions { Level::Sessions } else { Level::Clients },
        r#where: args.filter.clone().unwrap_or_default(),
        columns: columns.filter(|text| !text.is_empty()).collect(),
    };
    asked.look_up(&mut loaded.scenario).map_err(|wrong| {
        let each = wrong.into_iter().map(|(text, what)| match text {
            Text::Where => format!("--where: {what}"),
            Text::Column(column) => format!("--columns, `{column}`: {what}"),
        });
        // "on: Sessions" is how a scenario says it.
        input(each.collect::<Vec<_>>().join("\n       ").replace("set `on: Sessions`", "say --on sessions"))
    })
}

/// Starts the programs.
fn start(args: &Estimate, given: &Arc<Given>, seed: u64) -> Result<Vec<Source>, Failure> {
    if !args.names.is_empty() && args.names.len() != args.programs.len() {
        return Err(input(format!(
            "there are {} --with and {} --name; give every program a name, or none",
            args.programs.len(),
            args.names.len()
        )));
    }
    let timeout = Duration::try_from_secs_f64(args.timeout).map_err(|_| input("--timeout is too long"))?;
    let mut found: Vec<Source> = Vec::new();
    for (at, command) in args.programs.iter().enumerate() {
        let program = Program::start(command, args.names.get(at).map(String::as_str), timeout).map_err(input)?;
        found.push(Source { program: Arc::new(program), given: Arc::clone(given), seed });
    }
    Ok(found)
}

/// Learns what the programs estimate, and puts their estimators beside those of the scenario.
fn bring(programs: &[Source], loaded: &mut Loaded, said: &BTreeMap<String, Truth>, messages: Messages) -> Result<(), Failure> {
    let learnt = probe::learn(programs, &loaded.scenario, messages)?;
    let mut known: Vec<String> = Vec::new();
    for (source, estimators) in programs.iter().zip(learnt) {
        let of = estimators.len();
        for (estimator, terms) in estimators {
            let truths = truths(&mut loaded.scenario, &terms, source.given.over_arms, said)
                .map_err(|(term, what)| input(format!("--truth {term}: {what}")))?;
            let name = if estimator.is_empty() { source.program.name.clone() } else { estimator.clone() };
            if loaded.scenario.analyses.list.iter().any(|one| one.name == name) {
                let help = "name programs with --name, or estimators in the column `estimator` of the answer";
                return Err(input(format!("two estimators are called \"{name}\"; {help}")));
            }
            known.extend(terms.iter().cloned());
            let method = Arc::new(Brought { source: source.clone(), estimator, terms, of });
            loaded.scenario.analyses.list.push(Analysis {
                name,
                level: source.given.level,
                over_arms: source.given.over_arms,
                filter: source.given.filter.clone(),
                missing: None,
                method,
                truths,
                ranked: None,
            });
        }
    }
    match said.keys().find(|term| !known.contains(term)) {
        Some(term) => Err(input(format!("--truth {term}: no program has such a term; there are: {}", known.join(", ")))),
        None => Ok(()),
    }
}

fn study(args: &Estimate, loaded: &Loaded) -> Result<Study, Failure> {
    let mut study = plan::study(&loaded.scenario).map_err(input)?;
    study.rows.estimates = Keep::All;
    study.until_mcse = args.precision.wanted(&loaded.scenario)?;
    Ok(study)
}

/// The scenario file of a command line.
fn is_scenario(path: &std::path::Path, source: &Where) -> bool {
    path.canonicalize().ok().is_some_and(|path| source.file.canonicalize().is_ok_and(|file| file == path))
}
