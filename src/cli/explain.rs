//! `dyadsim explain`.

use super::args::Explain;
use super::failure::{End, Failure};
use super::shipped;
use super::terminal::{answer, answer_json};
use crate::dataset::catalogue::{COLUMNS, Level};
use crate::estimators::formula::names::FUNCTIONS;
use crate::scenario::describe::{Entry, entries, explain};
use crate::scenario::file::ScenarioFile;
use anyhow::anyhow;

/// Explains a key, or lists all keys.
///
/// # Errors
/// There is no such key.
pub fn run(args: &Explain) -> Result<End, Failure> {
    match &args.key {
        Some(key) => match (shipped::described(key.trim()), explain::<ScenarioFile>(key.trim())) {
            (Some(text), _) if !args.json => answer(&text)?,
            (_, Ok(entry)) if args.json => answer_json(&entry)?,
            (_, Ok(entry)) => answer(&format!("{entry}{}{}", shipped::listed(&entry.path), columns(&entry.path)))?,
            (_, Err(near)) => match choice(key.trim()) {
                Some(text) if !args.json => answer(&text)?,
                _ => return Err(unknown(key, &near)),
            },
        },
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

/// For the key `estimators`: the columns of a study's data, and the functions of formulas.
fn columns(path: &str) -> String {
    if path != "estimators" {
        return String::new();
    }
    let line = |name: &str, meaning: String| format!("    {name:24}{meaning}\n");
    let of_level = |level: Level| -> String {
        COLUMNS.iter().filter(|one| one.level == level).map(|one| line(one.name, format!("{} ({})", one.meaning, one.unit))).collect()
    };
    let functions: String = FUNCTIONS.iter().map(|(_, usage, meaning)| line(usage, (*meaning).to_owned())).collect();
    let measures = [
        ("NAME@3, NAME@last", "score of a measure at session 3, or on the last form handed in"),
        ("NAME", "score of a measure in a session"),
    ];
    let measures: String = measures.iter().map(|(name, meaning)| line(name, (*meaning).to_owned())).collect();
    format!(
        "  columns with a row per client:\n{}  and with a row per session (on: Sessions) also:\n{}  measures by name:\n{measures}  functions:\n{functions}",
        of_level(Level::Clients),
        of_level(Level::Sessions)
    )
}

/// A word that a key may be, such as `Sobol`: what it means, where it stands and which keys it has.
fn choice(word: &str) -> Option<String> {
    let all = entries::<ScenarioFile>();
    let told = |entry: &Entry| {
        let meaning = &entry.choices.iter().find(|choice| choice.name == word)?.doc;
        let inside = format!("{}.", entry.path);
        let own = all.iter().filter(|key| key.only_in.iter().any(|only| only == word));
        let keys: Vec<&str> = own.filter_map(|key| key.path.strip_prefix(&inside)).collect();
        let keys = if keys.is_empty() { String::new() } else { format!("  settings: {}\n", keys.join(", ")) };
        Some(format!("{word}\n  {meaning}\n  a value of: {}\n{keys}", entry.path))
    };
    let texts: Vec<String> = all.iter().filter_map(told).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
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
