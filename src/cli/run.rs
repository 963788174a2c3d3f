//! `dyadsim run`.

use super::args::Run;
use super::colour::colour_on_stdout;
use super::failure::{End, Failure};
use super::progress::{Counts, Progress, stop_on_ctrl_c};
use super::source::{self, Loaded};
use super::terminal::{Messages, answer, answer_json};
use super::{closing, json, table};
use crate::engine::plan;
use crate::engine::run::{Outcome, Study};
use crate::engine::sink::{Batch, Sink};
use crate::output::error::OutputError;
use crate::output::results::{About, Results};
use crate::output::study::StudyFile;
use anyhow::anyhow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// A file, or nothing.
struct Target(Option<StudyFile>);

impl Sink for Target {
    type Error = OutputError;
    fn accept(&mut self, batch: &Batch) -> Result<(), OutputError> {
        self.0.as_mut().map_or(Ok(()), |file| file.accept(batch))
    }
}

/// Runs a scenario: the headline to standard output, everything else to the result file.
///
/// # Errors
/// Bad input, or a file that cannot be read or written.
pub fn run(args: &Run) -> Result<End, Failure> {
    let messages = args.saving.messages();
    args.source.threads.start()?;
    let loaded = source::load(&args.source)?;
    check_replicate(args, &loaded)?;
    let path = (!args.no_file).then(|| output_path(args));
    let mut target = Target(path.as_deref().map(|path| open(path, args, &loaded)).transpose()?);
    stop_on_ctrl_c(messages).map_err(Failure::Io)?;
    let began = Instant::now();
    let study = study(args, &loaded)?;
    let outcome = simulate(&study, &mut target, messages)?;
    if outcome.replicates == 0 {
        messages.say("Interrupted before any replicate was complete; nothing was written.");
        return Ok(End::Interrupted);
    }
    let about = About::new(&loaded.scenario, &study, &loaded.settings);
    let results = Results::new(&about, &loaded.scenario, &outcome);
    let written = target.0.map(|file| file.finish(&results)).transpose()?;
    messages.say(&closing::closing(&results, &outcome, written.as_ref(), began.elapsed().as_secs_f64()));
    if args.json {
        answer_json(&json::results(&results, path.as_deref()))?;
    } else {
        answer(&table::headline(&results, path.as_deref(), colour_on_stdout()))?;
    }
    Ok(if outcome.interrupted { End::Interrupted } else { End::Done })
}

fn check_replicate(args: &Run, loaded: &Loaded) -> Result<(), Failure> {
    match args.replicate {
        Some(k) if k > loaded.scenario.replicates => Err(Failure::Input(anyhow!(
            "there is no replicate {k}: the scenario has {}; raise that with --replicates",
            loaded.scenario.replicates
        ))),
        _ => Ok(()),
    }
}

/// Where the results go: as asked, or named after the scenario, in the current folder.
fn output_path(args: &Run) -> PathBuf {
    let stem = args.source.file.file_stem().unwrap_or_default().to_string_lossy();
    let part = args.replicate.map_or_else(String::new, |k| format!(".replicate{k}"));
    args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{stem}{part}.h5")))
}

/// Prepares the result file before the long run.
fn open(path: &Path, args: &Run, loaded: &Loaded) -> Result<StudyFile, Failure> {
    let same = |other: &Path| other.canonicalize().ok().is_some_and(|other| path.canonicalize().is_ok_and(|path| path == other));
    if same(&args.source.file) {
        return Err(Failure::Input(anyhow!("{} is the scenario itself; choose another name with -o", path.display())));
    }
    let mut file = StudyFile::create(path, args.saving.options())?;
    file.scenario(&loaded.scenario, &loaded.text)?;
    Ok(file)
}

fn study(args: &Run, loaded: &Loaded) -> Result<Study, Failure> {
    let mut study = plan::study(&loaded.scenario).map_err(|what| Failure::Input(anyhow!(what)))?;
    study.until_mcse = args.precision.wanted(&loaded.scenario)?;
    if let Some(k) = args.replicate {
        study.replicates = k - 1..k;
    }
    Ok(study)
}

fn simulate(study: &Study, target: &mut Target, messages: Messages) -> Result<Outcome, Failure> {
    let counts = Arc::new(Counts::default());
    let replicates = study.replicates.end - study.replicates.start;
    let _progress = Progress::start(&counts, replicates, study.cells.len() as u64, messages);
    Ok(crate::engine::run::run(study, target, &*counts)?)
}
