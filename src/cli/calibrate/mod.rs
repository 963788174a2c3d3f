//! `dyadsim calibrate`.

pub mod args;
mod inputs;
mod sheet;
mod table;

use super::colour::{bold, colour_on_stdout};
use super::failure::{End, Failure};
use super::layout::duration;
use super::progress::{Counts, Progress, stop_on_ctrl_c};
use super::terminal::{Messages, answer, answer_json};
use crate::calibration::fit::fit;
use crate::calibration::posterior::posterior;
use crate::calibration::report::Report;
use crate::calibration::studies::{Role, Stopped, Studies};
use crate::output::text::TextFile;
use crate::scenario::rewrite::rewritten;
use anyhow::anyhow;
use args::Calibrate;
use inputs::Inputs;
use std::sync::Arc;
use std::time::Instant;

/// Calibrates the defaults to a gallery, or a scenario to its owner's numbers.
///
/// # Errors
/// Bad input, or a file that cannot be read or written.
pub fn run(args: &Calibrate) -> Result<End, Failure> {
    let messages = args.saving.messages();
    let inputs = inputs::read(args)?;
    let options = args.saving.options();
    let file = |path: &Option<std::path::PathBuf>| path.as_deref().map(|path| TextFile::create(path, options)).transpose();
    let (scenario, document) = (file(&args.out)?, file(&args.report)?);
    args.threads.start()?;
    stop_on_ctrl_c(messages).map_err(Failure::Io)?;
    let began = Instant::now();
    let report = match calibrate(&inputs, messages) {
        Ok(report) => report,
        Err(Stopped::Interrupted) => {
            messages.say("Interrupted; nothing was written.");
            return Ok(End::Interrupted);
        }
        Err(Stopped::Problems(problems)) => return Err(problems.into()),
        Err(Stopped::Failed(what)) => return Err(Failure::Input(anyhow!(what))),
    };
    let pages = table::Pages::new(&report);
    if let (Some(file), Some(own)) = (scenario, &inputs.own) {
        file.finish(&rewritten(&own.path, &own.text, &report.settings())?)?;
    }
    if let Some(file) = document {
        file.finish(&pages.markdown())?;
    }
    messages.say(&format!("Done in {}, {} points simulated.\n", duration(began.elapsed().as_secs_f64()), report.simulations));
    if args.json {
        answer_json(&report)?;
    } else {
        answer(&format!("{}\n{}", pages.text(|title| bold(title, colour_on_stdout())), settings(&report)))?;
    }
    Ok(End::Done)
}

/// The whole calibration.
fn calibrate(inputs: &Inputs, messages: Messages) -> Result<Report, Stopped> {
    let counts = Arc::new(Counts::default());
    let keys = inputs.problem.parameters.iter().map(|parameter| parameter.key.clone()).collect();
    let role = if inputs.own.is_some() { Role::Own } else { Role::Defaults };
    let studies = Studies::new(&inputs.gallery, inputs.plans.clone(), inputs.targets.clone(), &*counts);
    let mut studies = studies.vary(keys, role, &inputs.settings);
    // The search takes about three rounds, each a point for every parameter, and the posterior two more.
    let points = 5 * inputs.problem.parameters.len() as u64 + 6;
    let _progress = Progress::over(&counts, studies.work() * points, 1, "courses", messages);
    let found = fit(&inputs.problem, &mut studies)?;
    counts.about("what the targets leave open");
    let open = posterior(&inputs.problem, &found, &mut studies)?;
    Ok(Report::new(&inputs.problem, &found, &open))
}

/// The best values as changes to a scenario.
fn settings(report: &Report) -> String {
    let set: String =
        report.settings().iter().map(|(key, value)| format!(" \\\n    --set {}", quoted(&format!("{key}={value:?}")))).collect();
    format!("As changes to a scenario:\n  dyadsim run scenario.ron{set}\n")
}

/// For a shell.
fn quoted(text: &str) -> String {
    if text.contains(['"', '[', ' ']) { format!("'{text}'") } else { text.to_owned() }
}
