//! Settings changed by their path: what arms, sweeps and `--set` do.
//!
//! The checked base is written out with every default explicit, the new value's text is put in
//! place of the old one, and the result is read as a scenario again. So an override may hold
//! whatever the file may hold, and nothing else.
use super::describe;
use super::path::{Path, PathError, Step};
use super::problem::{Problem, Problems, Source};
use super::read::{Flaw, Readable, examine, ron_options};
use super::reader;
use super::schema::{Place, Schema, Shape};
use super::suggest::{likeness, one_of, several};
use super::tree::{Node, Span, Trace};
use super::words::{LISTED, example, example_variant};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// A setting and its new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Address of the setting.
    pub path: String,
    /// Its value as written.
    pub value: String,
    /// Where this was written.
    pub origin: Origin,
}

/// Where an override was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file, or the text after `--set`.
    pub source: Arc<Source>,
    /// Where the path stands.
    pub key: Span,
    /// Where the value stands.
    pub value: Span,
}

impl Override {
    /// Reads `KEY=VALUE` as given to `--set`.
    pub fn from_setting(text: &str) -> Result<Self, Problems> {
        let source = Source::new("--set", text);
        let Some(at) = equals_sign(text) else {
            return Err(Problems::new(vec![Problem {
                source,
                path: String::new(),
                span: 0..text.len(),
                what: "there is no = between the setting and its value".into(),
                help: Some("write --set clinics.therapists=20".into()),
                also: None,
            }]));
        };
        let (path, value) = (text[..at].trim().to_owned(), text[at + 1..].to_owned());
        let origin = Origin {
            source,
            key: 0..at,
            value: at + 1..text.len(),
        };
        Ok(Self {
            path,
            value,
            origin,
        })
    }

    fn problem(&self, span: Span, what: String, help: Option<String>) -> Problem {
        let source = Arc::clone(&self.origin.source);
        Problem {
            source,
            path: self.path.clone(),
            span,
            what,
            help,
            also: None,
        }
    }

    /// An error of [`apply`] at the place where the override was written.
    fn failed(&self, error: &OverrideError) -> Problem {
        let span = match error {
            OverrideError::Value { span, .. } => {
                let start = self.origin.value.start;
                start + span.start..start + span.end
            }
            _ => self.origin.key.clone(),
        };
        self.problem(span, error.to_string(), error.help())
    }
}

/// The first `=` outside quotation marks.
fn equals_sign(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == '=' && !quoted).then_some(at)
    })
}

/// Why an override cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// The text before the value is no path.
    #[error("`{path}` is not the name of a setting: {error}")]
    Path {
        /// What was written.
        path: String,
        /// What is wrong with it.
        error: PathError,
    },
    /// The value is not one value.
    #[error("{what}")]
    Value {
        /// Where in the value.
        span: Span,
        /// What is wrong.
        what: String,
        /// What would be right.
        help: Option<String>,
    },
    /// The path leads nowhere.
    #[error("{what}")]
    Nowhere {
        /// What is wrong.
        what: String,
        /// What would be right.
        help: Option<String>,
    },
    /// The base itself cannot be read.
    #[error("the scenario to change cannot be read")]
    Base,
}

impl OverrideError {
    /// What would be right.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Path { .. } => {
                Some("write names with points between them: clinics.therapists".into())
            }
            Self::Value { help, .. } | Self::Nowhere { help, .. } => help.clone(),
            Self::Base => None,
        }
    }
}

/// The scenario written out in full: every default explicit, the same text for the same
/// scenario.
pub fn canonical<T: Serialize>(value: &T) -> Result<String, ron::Error> {
    let layout = ron::ser::PrettyConfig::new()
        .new_line("\n")
        .indentor("    ");
    ron_options().to_string_pretty(value, layout)
}

/// The base with the value at a path replaced. The value is checked to be one value, the path
/// to exist; whether the value fits is seen when the result is read.
pub fn apply<T: JsonSchema>(base: &str, path: &str, value: &str) -> Result<String, OverrideError> {
    splice(&Schema::of::<T>(), base, path, value)
}

fn splice(schema: &Schema, base: &str, path: &str, value: &str) -> Result<String, OverrideError> {
    let steps = parse_path(path)?;
    let inner = one_value(value)?;
    let root = reader::read(base).root.ok_or(OverrideError::Base)?;
    match root.at(&steps) {
        Some(node) if !steps.is_empty() => {
            let Span { start, end } = node.span;
            Ok(format!(
                "{}{}{}",
                &base[..start],
                &value[inner],
                &base[end..]
            ))
        }
        _ => Err(nowhere(schema, &root, &steps)),
    }
}

fn parse_path(path: &str) -> Result<Path, OverrideError> {
    path.parse().map_err(|error| OverrideError::Path {
        path: path.to_owned(),
        error,
    })
}

/// Where the one value stands in its text; comments around it stay behind.
fn one_value(text: &str) -> Result<Span, OverrideError> {
    let reading = reader::read_value(text);
    if let Some(fault) = reading.faults.into_iter().next() {
        return Err(OverrideError::Value {
            span: fault.span,
            what: fault.what,
            help: fault.help,
        });
    }
    let missing = || OverrideError::Value {
        span: 0..text.len(),
        what: "the value is missing".into(),
        help: None,
    };
    reading.root.map(|root| root.span).ok_or_else(missing)
}

// ---- paths that lead nowhere ----

fn nowhere(schema: &Schema, root: &Node, path: &Path) -> OverrideError {
    let trace = root.trace(path);
    let legal = !schema.root().follow(path).is_empty();
    let reached = Path(path.0[..trace.taken].to_vec());
    let (what, help) = match path.0.get(trace.taken) {
        Some(step) if legal => not_here(schema, &trace, &reached, step, path),
        _ => (
            format!("there is no setting `{path}`"),
            nearest_paths(schema, root, path),
        ),
    };
    OverrideError::Nowhere { what, help }
}

/// The path is legal, but this scenario has nothing there.
fn not_here(
    schema: &Schema,
    trace: &Trace,
    reached: &Path,
    step: &Step,
    path: &Path,
) -> (String, Option<String>) {
    let node = trace.node.bare();
    let place = schema
        .root()
        .follow(reached)
        .into_iter()
        .next()
        .map(|(_, place)| place);
    let whole = place
        .as_ref()
        .map(|place| whole_example(place, reached, path, schema));
    if node.is_word("None") {
        return (
            format!("`{reached}` is None here, so there is no `{path}`"),
            whole,
        );
    }
    match place.map(|place| place.shape()) {
        Some(Shape::Map(_)) => (
            format!("`{reached}` has no entry `{}`", step.name().unwrap_or("?")),
            entries_of(node),
        ),
        Some(Shape::List(_)) => (
            format!("`{reached}` has no such entry"),
            Some(count_of(node)),
        ),
        _ => {
            let here = node.name().unwrap_or(&node.text);
            let owner = schema
                .root()
                .follow(path)
                .into_iter()
                .find_map(|(variant, _)| variant);
            let owner =
                owner.map_or_else(String::new, |owner| format!(" and belongs to `{owner}`"));
            (
                format!("`{path}` does not exist while `{reached}` is `{here}`{owner}"),
                whole,
            )
        }
    }
}

/// "set `feedback` as a whole, for example to Oq(…)".
fn whole_example(place: &Place, reached: &Path, path: &Path, schema: &Schema) -> String {
    let owner = schema
        .root()
        .follow(path)
        .into_iter()
        .find_map(|(variant, _)| variant);
    let value = match place.shape() {
        Shape::Choice(variants) => {
            let named = variants.iter().find(|variant| Some(variant.name) == owner);
            named
                .or(variants.first())
                .map_or_else(String::new, example_variant)
        }
        _ => example(place),
    };
    format!("set `{reached}` as a whole, for example to {value}")
}

fn entries_of(node: &Node) -> Option<String> {
    let keys: Vec<&str> = node
        .children
        .iter()
        .filter_map(|child| Some(child.key.as_ref()?.text.as_str()))
        .collect();
    match keys.len() {
        0 => Some("it has no entries".into()),
        1..=LISTED => Some(format!("its entries are {}", keys.join(", "))),
        _ => None,
    }
}

fn count_of(node: &Node) -> String {
    match node.children.len() {
        0 => "the list is empty".into(),
        1 => "it has one entry, [0]".into(),
        n => format!("it has {n} entries, [0] to [{}]", n - 1),
    }
}

/// The legal paths most like this one: the same last name first, then near misses.
fn nearest_paths(schema: &Schema, root: &Node, path: &Path) -> Option<String> {
    let mut all = describe::names(schema);
    root.walk(&mut |path, _| all.push(path.to_string()));
    all.sort();
    all.dedup();
    let written = path.to_string();
    let ends: Vec<&str> = all
        .iter()
        .filter(|p| p.ends_with(&format!(".{written}")))
        .map(String::as_str)
        .take(4)
        .collect();
    let near = if ends.is_empty() {
        several(&written, all.iter().map(String::as_str), 3)
    } else {
        ends
    };
    let best = near.first().map_or(0.0, |name| likeness(&written, name));
    let near: Vec<&str> = near
        .into_iter()
        .filter(|name| likeness(&written, name) >= best - 0.1)
        .collect();
    match near.is_empty() {
        true => Some("`dyadsim explain` lists all settings".into()),
        false => Some(format!("did you mean {}?", one_of(&near))),
    }
}

// ---- from base and overrides to a checked scenario ----

/// The base with all overrides applied in order, checked like a file, and its canonical text.
/// Problems are reported where the override was written. `closed` names settings of the top
/// level that overrides may not touch.
pub fn resolve<T: Readable>(
    base: &T,
    overrides: &[Override],
    closed: &[&str],
) -> Result<(T, String), Problems> {
    let schema = Schema::of::<T>();
    let mut text = canonical(base).map_err(|_| unwritable(overrides))?;
    let mut problems = Vec::new();
    let mut applied: Vec<(&Override, Path)> = Vec::new();
    for change in overrides {
        match open_path(change, closed)
            .and_then(|path| Ok((splice(&schema, &text, &change.path, &change.value)?, path)))
        {
            Ok((next, path)) => {
                text = next;
                applied.push((change, path));
            }
            Err(error) => problems.push(change.failed(&error)),
        }
    }
    match examine::<T>(&text) {
        Ok((value, _)) if problems.is_empty() => {
            let text = canonical(&value).map_err(|_| unwritable(overrides))?;
            Ok((value, text))
        }
        Ok(_) => Err(Problems::new(problems)),
        Err(flaws) => {
            problems.extend(
                flaws
                    .into_iter()
                    .filter_map(|flaw| place_flaw(&text, &applied, flaw)),
            );
            Err(Problems::new(problems))
        }
    }
}

/// The base cannot be written as text: no fault of the user's.
fn unwritable(overrides: &[Override]) -> Problems {
    let what = "the scenario cannot be written out; this is a fault of dyadsim, please report it";
    let source = overrides.first().map_or_else(
        || Source::new("scenario", ""),
        |o| Arc::clone(&o.origin.source),
    );
    let help = None;
    Problems::new(vec![Problem {
        source,
        path: String::new(),
        span: 0..0,
        what: what.into(),
        help,
        also: None,
    }])
}

fn open_path(change: &Override, closed: &[&str]) -> Result<Path, OverrideError> {
    let path = parse_path(&change.path)?;
    match path.0.first().and_then(Step::name) {
        Some(first) if closed.contains(&first) => Err(OverrideError::Nowhere {
            what: format!("`{first}` cannot be changed here"),
            help: Some("change it in the scenario itself".into()),
        }),
        _ => Ok(path),
    }
}

/// Moves a flaw of the merged text to the override that brought it in.
fn place_flaw(text: &str, applied: &[(&Override, Path)], flaw: Flaw) -> Option<Problem> {
    let (change, path) = responsible(applied, &flaw.path)?;
    let root = reader::read(text).root;
    let node = root
        .as_ref()
        .and_then(|root| root.at(path))
        .map(|node| node.span.clone());
    let span = match node {
        Some(node) if within(&node, &flaw.span) => inside(change, text, &node, &flaw.span),
        _ if path.holds(&flaw.path) => change.origin.key.clone(),
        _ => change.origin.value.clone(),
    };
    Some(Problem {
        path: flaw.path.to_string(),
        ..change.problem(span, flaw.what, flaw.help)
    })
}

fn within(outer: &Span, inner: &Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The span of a flaw within the value of an override, in the text where that was written.
fn inside(change: &Override, merged: &str, node: &Span, flaw: &Span) -> Span {
    match one_value(&change.value) {
        Ok(own) if change.value[own.clone()] == merged[node.clone()] => {
            let start = change.origin.value.start + own.start + flaw.start - node.start;
            start..start + flaw.len()
        }
        _ => change.origin.value.clone(),
    }
}

/// The override to blame: the last that covers the path, else one within it, else one beside
/// it, else the last.
fn responsible<'a, 'o>(
    applied: &'a [(&'o Override, Path)],
    at: &Path,
) -> Option<&'a (&'o Override, Path)> {
    let last = |fits: &dyn Fn(&Path) -> bool| applied.iter().rev().find(|(_, path)| fits(path));
    last(&|path| path.holds(at))
        .or_else(|| last(&|path| at.holds(path)))
        .or_else(|| last(&|path| path.0.first().map(Step::name) == at.0.first().map(Step::name)))
        .or_else(|| applied.last())
}

#[cfg(test)]
mod tests;
