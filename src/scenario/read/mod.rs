//! From text to a typed scenario, or to everything that is wrong with it.
//!
//! `ron` judges. When it refuses, the tree is compared with the schema; what is found is
//! blanked in a working copy, which `ron` reads again, so that a later fault is not hidden
//! behind an earlier one. Ranges and fields that contradict each other come last, from `garde`.
mod hunt;
mod rules;

use super::check::Finding;
pub use super::document::Document;
use super::path::{Path, Step};
use super::problem::{Note, Problem, Problems, Source};
use super::reader::{self, Fault};
use super::schema::Schema;
use super::tree::{Child, Kind, Node, Span};
use garde::Validate;
use hunt::Hunt;
use ron::error::SpannedError;
use ron::extensions::Extensions;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::LazyCell;
use std::sync::Arc;

/// A type that can be read from a scenario text.
pub trait Readable: DeserializeOwned + Serialize + Validate<Context = ()> + JsonSchema {}
impl<T: DeserializeOwned + Serialize + Validate<Context = ()> + JsonSchema> Readable for T {}

/// Reads a scenario, or reports everything that is wrong with it.
pub fn read<T: Readable>(name: &str, text: &str) -> Result<T, Problems> {
    read_document(name, text).map(|(scenario, _)| scenario)
}

/// Reads a scenario and keeps the place of everything in it.
pub fn read_document<T: Readable>(name: &str, text: &str) -> Result<(T, Document), Problems> {
    let source = Source::new(name, text);
    match examine::<T>(text) {
        Ok((value, root)) => Ok((value, Document { source, root })),
        Err(flaws) => Err(Problems::new(flaws.into_iter().map(|flaw| flaw.in_text(&source)).collect())),
    }
}

/// A problem before it is known which text it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flaw {
    pub path: Path,
    pub span: Span,
    pub what: String,
    pub help: Option<String>,
    pub also: Option<(Span, String)>,
}

impl Flaw {
    pub(super) fn in_text(self, source: &Arc<Source>) -> Problem {
        Problem {
            source: Arc::clone(source),
            path: self.path.to_string(),
            span: self.span,
            what: self.what,
            help: self.help,
            also: self.also.map(|(span, label)| Note { span, label }),
        }
    }

    fn from_fault(fault: Fault, root: Option<&Node>) -> Self {
        let path = root.and_then(|root| path_around(root, &fault.span)).unwrap_or_default();
        Self { path, span: fault.span, what: fault.what, help: fault.help, also: fault.also }
    }

    fn from_finding(finding: &Finding) -> Self {
        let Finding { path, span, what, help, .. } = finding.clone();
        Self { path, span, what, help, also: None }
    }
}

/// The path of the smallest entry or value a span lies in.
fn path_around(root: &Node, span: &Span) -> Option<Path> {
    let mut best = None;
    root.walk(&mut |path, node| {
        for (at, child) in node.children.iter().enumerate() {
            if child.whole.start <= span.start && span.end <= child.whole.end {
                best = Some(node.path_of_child(path, at));
            }
        }
    });
    best
}

/// Reads a text as `T`, or lists all its flaws.
pub(super) fn examine<T: Readable>(text: &str) -> Result<(T, Node), Vec<Flaw>> {
    let reading = reader::read(text);
    let schema: LazyCell<Schema> = LazyCell::new(Schema::of::<T>);
    let Some(root) = reading.root else {
        return Err(reading.faults.into_iter().map(|fault| Flaw::from_fault(fault, None)).collect());
    };
    let mut hunt = Hunt { text, schema: &schema, root: &root, flaws: Vec::new(), work: reading.mended };
    let slips = !reading.faults.is_empty() || has_quoted_names(&root);
    hunt.flaws.extend(reading.faults.into_iter().map(|fault| Flaw::from_fault(fault, Some(&root))));
    hunt.duplicates();
    hunt.endless();
    let value = match parse::<T>(&hunt.work) {
        Ok(value) if !slips => Some(value),
        _ => hunt.all::<T>(),
    };
    if let Some(value) = &value {
        hunt.rules(value);
    }
    match (value, hunt.flaws) {
        (Some(value), flaws) if flaws.is_empty() => Ok((value, root)),
        (_, flaws) => Err(flaws),
    }
}

/// The options all scenario texts are read and written with.
pub fn ron_options() -> ron::Options {
    ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME)
}

/// An error of `ron` and the path it occurred at.
struct Refusal {
    path: Path,
    error: Box<SpannedError>,
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    let root = |error| Refusal { path: Path::default(), error: Box::new(error) };
    let mut deserializer = ron::Deserializer::from_str_with_options(text, &ron_options()).map_err(root)?;
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = from_serde(error.path());
        Refusal { path, error: Box::new(deserializer.span_error(error.into_inner())) }
    })?;
    let end = deserializer.end();
    end.map_err(|error| root(deserializer.span_error(error)))?;
    Ok(value)
}

fn from_serde(path: &serde_path_to_error::Path) -> Path {
    use serde_path_to_error::Segment;
    let known = path.iter().take_while(|segment| !matches!(segment, Segment::Unknown));
    Path(
        known
            .filter_map(|segment| match segment {
                Segment::Seq { index } => Some(Step::Item(*index)),
                Segment::Map { key } => Some(Step::Field(key.clone())),
                Segment::Enum { .. } | Segment::Unknown => None,
            })
            .collect(),
    )
}

fn has_quoted_names(root: &Node) -> bool {
    let mut found = false;
    root.walk(&mut |_, node| {
        let quoted = |child: &Child| child.key.as_ref().is_some_and(|key| key.quoted);
        found |= node.kind == Kind::Fields && node.children.iter().any(quoted);
    });
    found
}

/// What `ron` says, in a sentence about the setting.
fn said(error: &ron::Error, path: &Path) -> String {
    match error {
        ron::Error::Message(message) => format!("{}: {message}", path.quoted()),
        ron::Error::IntegerOutOfBounds => format!("{} is too large a number", path.quoted()),
        ron::Error::InvalidEscape(_) => {
            format!("{} has a backslash that means nothing", path.quoted())
        }
        ron::Error::InvalidValueForType { expected, found } => {
            format!("{} needs {expected}, found {found}", path.quoted())
        }
        other => format!("{} cannot be read: {}", path.quoted(), other.to_string().to_lowercase()),
    }
}

/// The place of an error of `ron` in bytes.
fn to_bytes(text: &str, error: &SpannedError) -> Span {
    let place = error.span.end;
    let start: usize = text.split_inclusive('\n').take(place.line.saturating_sub(1)).map(str::len).sum();
    let line = text[start..].lines().next().unwrap_or("");
    let column: usize = line.chars().take(place.col.saturating_sub(1)).map(char::len_utf8).sum();
    start + column..start + column
}

#[cfg(test)]
mod tests;
