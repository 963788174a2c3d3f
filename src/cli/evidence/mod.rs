//! `dyadsim evidence`.

pub mod args;
pub mod folder;
mod json;
mod keep;
mod list;
mod table;

use super::colour::colour_on_stdout;
use super::failure::{End, Failure};
use super::layout::{duration, thousands};
use super::progress::{Counts, Progress, stop_on_ctrl_c};
use super::terminal::{Messages, answer, answer_json};
use crate::evidence::courses::Courses;
use crate::evidence::gallery::{Replicates, StudyPlan, StudyResult};
use crate::evidence::report::Report;
use crate::evidence::shipped;
use anyhow::anyhow;
use args::Evidence;
use std::sync::Arc;
use std::time::Instant;

/// Runs the gallery and compares it with what was published; whatever agrees or not, that is an answer.
///
/// # Errors
/// Bad input, or a file that cannot be read or written.
pub fn run(args: &Evidence) -> Result<End, Failure> {
    let messages = args.saving.messages();
    let gallery = match &args.gallery {
        Some(folder) => folder::gallery(folder)?,
        None => shipped::gallery()?,
    };
    let targets = gallery.select(&args.only).map_err(|what| Failure::Input(anyhow!(what)))?;
    if args.list {
        if args.json {
            answer_json(&json::list(&gallery, &targets))?;
        } else {
            answer(&list::list(&gallery, &targets, colour_on_stdout()))?;
        }
        return Ok(End::Done);
    }
    let plans = gallery.plans(&targets, replicates(args), &args.changes.settings)?;
    let keep = args.out.as_deref().map(|path| keep::Keep::prepare(path, args.saving.options())).transpose()?;
    args.threads.start()?;
    stop_on_ctrl_c(messages).map_err(Failure::Io)?;
    let began = Instant::now();
    let results = simulate(&plans, messages)?;
    let interrupted = results.len() < plans.len();
    if interrupted && results.is_empty() {
        messages.say("Interrupted before any study was complete; nothing was written.");
        return Ok(End::Interrupted);
    }
    let report = Report::new(&gallery, plans.iter().zip(results));
    let written = match (keep, interrupted) {
        (Some(keep), false) => Some(keep.write(&report, &gallery)?),
        _ => None,
    };
    let kept = written.map_or_else(String::new, |path| format!("; wrote {}", path.display()));
    let how = if interrupted { "Interrupted: only studies that were complete are shown, and nothing was written. Stopped" } else { "Done" };
    messages.say(&format!("{how} after {}{kept}\n", duration(began.elapsed().as_secs_f64())));
    if args.json {
        answer_json(&json::report(&report))?;
    } else {
        answer(&table::report(&report, colour_on_stdout()))?;
    }
    Ok(if interrupted { End::Interrupted } else { End::Done })
}

fn replicates(args: &Evidence) -> Replicates {
    match (args.replicates, args.quick) {
        (Some(n), _) => Replicates::Fixed(n),
        (None, true) => Replicates::Quick,
        (None, false) => Replicates::AsWritten,
    }
}

/// Results of the studies, in order; fewer than there are studies when somebody stopped the run.
fn simulate(plans: &[StudyPlan], messages: Messages) -> Result<Vec<StudyResult>, Failure> {
    let counts = Arc::new(Counts::default());
    let _progress = Progress::over(&counts, plans.iter().map(StudyPlan::work).sum(), 1, "courses", messages);
    let mut results = Vec::with_capacity(plans.len());
    for (number, plan) in (1..).zip(plans) {
        counts.about(&format!("study {number} of {} ({})", thousands(plans.len() as u64), plan.name));
        let watch = Courses { watch: &*counts, per_unit: plan.courses_per_unit() };
        let result = plan.run(&watch).map_err(|what| Failure::Input(anyhow!("study {}: {what}", plan.name)))?;
        if result.outcome.interrupted {
            break;
        }
        results.push(result);
    }
    Ok(results)
}
