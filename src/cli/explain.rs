//! `dyadsim explain`.

use super::args::Explain;
use super::failure::{End, Failure};
use super::terminal::{answer, answer_json};
use crate::model::instrument::{Shipped, shipped};
use crate::scenario::describe::{Entry, entries, explain};
use crate::scenario::file::ScenarioFile;
use anyhow::anyhow;

/// Explains a key, or lists all keys.
///
/// # Errors
/// There is no such key.
pub fn run(args: &Explain) -> Result<End, Failure> {
    match &args.key {
        Some(key) if instrument(key).is_some() && !args.json => answer(&instrument(key).as_ref().map_or_else(String::new, described))?,
        Some(key) => {
            let entry = explain::<ScenarioFile>(key.trim()).map_err(|near| unknown(key, &near))?;
            if args.json { answer_json(&entry)? } else { answer(&format!("{entry}{}", instruments(&entry.path)))? }
        }
        None => {
            let all = entries::<ScenarioFile>();
            if args.json { answer_json(&all)? } else { answer(&list(&all))? }
        }
    }
    Ok(End::Done)
}

fn unknown(key: &str, near: &[String]) -> Failure {
    Failure::Input(match near {
        [] => anyhow!("no key is called `{key}`; `dyadsim explain` lists all keys"),
        [only] => anyhow!("no key is called `{key}`; did you mean {only}?"),
        several if several.iter().all(|path| path.ends_with(&format!(".{key}"))) => {
            anyhow!("several keys end in `{key}`: {}", several.join(", "))
        }
        several => anyhow!("no key is called `{key}`; the nearest are {}", several.join(", ")),
    })
}

/// A shipped instrument by its name.
fn instrument(name: &str) -> Option<Shipped> {
    shipped().into_iter().find(|one| one.name.eq_ignore_ascii_case(name.trim()))
}

/// The shipped instruments, after the keys that name one.
fn instruments(path: &str) -> String {
    if !["instruments", "measures[…].instrument"].contains(&path) {
        return String::new();
    }
    let line = |one: Shipped| format!("    {:8}  {}\n", one.name, one.title);
    format!("  shipped with the program (`dyadsim explain NAME` tells more):\n{}", shipped().into_iter().map(line).collect::<String>())
}

/// All numbers of a shipped instrument.
fn described(one: &Shipped) -> String {
    let i = &one.instrument;
    let range = |low: f64, high: f64, step: f64| format!("from {low} to {high} in steps of {}", (step * 1000.0).round() / 1000.0);
    let mut lines = vec![format!("{}\n  {}", one.name, one.title)];
    if let Some(of) = one.of {
        let better = if i.reversed || of != crate::model::measurement::Construct::Symptoms { "better" } else { "worse" };
        lines.push(format!("measures: {of:?}; a high score is {better}"));
    }
    if i.items > 0 {
        lines.push(format!("score: {}", range(i.lowest, i.highest, i.step)));
        lines.push(format!("items: {}, answers {}", i.items, range(i.item_lowest, i.item_highest, i.item_step)));
    }
    if i.bond_items > 0 {
        lines.push(format!("subscales: bond {}, task {}, goal {} items", i.bond_items, i.task_items, i.goal_items));
    }
    lines.push(format!("norms: mean {}, SD {}, where the latent value has mean {}, SD {}", i.mean, i.sd, i.latent_mean, i.latent_sd));
    lines.push(format!("reliability: {}", i.reliability));
    if i.reliable_change < 1e8 {
        lines.push(format!("cut-off: {}; reliable change: {:.1}", i.cutoff, i.reliable_change));
    }
    lines.push(format!("source: {}{}", one.source, if one.weak { " (weak evidence)" } else { "" }));
    lines.join("\n  ") + "\n"
}

/// Widest line.
const WIDTH: usize = 100;

/// One line per key: path, and the first sentence of its meaning.
fn list(entries: &[Entry]) -> String {
    let widest = entries.iter().map(|entry| entry.path.chars().count()).max().unwrap_or(0).min(44);
    let line = |entry: &Entry| {
        let meaning = entry.doc.lines().next().unwrap_or_default();
        let room = WIDTH.saturating_sub(widest.max(entry.path.chars().count()) + 2);
        format!("{:widest$}  {}\n", entry.path, super::layout::cut(meaning, room))
    };
    entries.iter().map(line).collect()
}
