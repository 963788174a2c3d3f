//! `dyadsim explain`.

use super::args::Explain;
use super::failure::{End, Failure};
use super::terminal::{answer, answer_json};
use crate::scenario::describe::{Entry, entries, explain};
use crate::scenario::file::ScenarioFile;
use anyhow::anyhow;

/// Explains a key, or lists all keys.
///
/// # Errors
/// There is no such key.
pub fn run(args: &Explain) -> Result<End, Failure> {
    match &args.key {
        Some(key) => {
            let entry = explain::<ScenarioFile>(key.trim()).map_err(|near| unknown(key, &near))?;
            if args.json { answer_json(&entry)? } else { answer(&entry.to_string())? }
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
