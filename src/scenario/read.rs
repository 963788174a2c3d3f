//! From text to a typed scenario, or to everything that is wrong with it.
//!
//! `ron` judges. When it refuses, the tree is compared with the schema; what is found is
//! blanked in a working copy, which `ron` reads again, so that a later fault is not hidden
//! behind an earlier one. Ranges and fields that contradict each other come last, from `garde`.
use super::check::{self, Finding};
use super::overrides::{Origin, Override};
use super::path::{Path, Step};
use super::problem::{Note, Problem, Problems, Source};
use super::reader::{self, Fault};
use super::schema::{Place, Schema};
use super::tree::{Child, Kind, Node, Span, head};
use super::words::range;
use garde::Validate;
use ron::error::SpannedError;
use ron::extensions::Extensions;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// How often a text is blanked and read again before giving up.
const MOST_ATTEMPTS: usize = 50;

/// A type that can be read from a scenario text.
pub trait Readable: DeserializeOwned + Serialize + Validate<Context = ()> + JsonSchema {}
impl<T: DeserializeOwned + Serialize + Validate<Context = ()> + JsonSchema> Readable for T {}

/// A text that was read, with the place of everything in it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The text and its name.
    pub source: Arc<Source>,
    /// Its tree.
    pub root: Node,
}

impl Document {
    /// A problem with the setting at a path; where it is not written, the group around it.
    pub fn problem(&self, path: &Path, what: impl Into<String>, help: Option<String>) -> Problem {
        Problem {
            source: Arc::clone(&self.source),
            path: path.to_string(),
            span: pointer(&self.root, path, &self.source.text).0,
            what: what.into(),
            help,
            also: None,
        }
    }

    /// The entries of the map at a path as overrides, in the order of the file.
    pub fn overrides(&self, map: &Path) -> Vec<Override> {
        let children = self
            .root
            .at(map)
            .map(|node| node.bare().children.as_slice());
        let children = children.unwrap_or_default().iter();
        children
            .filter_map(|child| self.one_override(child, &child.node))
            .collect()
    }

    /// The factors of a sweep: for each entry of the map at a path, one override per level.
    pub fn levels(&self, map: &Path) -> Vec<Vec<Override>> {
        let children = self
            .root
            .at(map)
            .map(|node| node.bare().children.as_slice());
        let factor = |child: &Child| {
            let levels = child.node.children.iter();
            levels
                .filter_map(|level| self.one_override(child, &level.node))
                .collect()
        };
        children.unwrap_or_default().iter().map(factor).collect()
    }

    fn one_override(&self, child: &Child, value: &Node) -> Option<Override> {
        let key = child.key.as_ref()?;
        Some(Override {
            path: key.text.clone(),
            value: self.source.text[value.span.clone()].to_owned(),
            origin: Origin {
                source: Arc::clone(&self.source),
                key: key.span.clone(),
                value: value.span.clone(),
            },
        })
    }
}

/// Reads a scenario, or reports everything that is wrong with it.
pub fn read<T: Readable>(name: &str, text: &str) -> Result<T, Problems> {
    read_document(name, text).map(|(scenario, _)| scenario)
}

/// Reads a scenario and keeps the place of everything in it.
pub fn read_document<T: Readable>(name: &str, text: &str) -> Result<(T, Document), Problems> {
    let source = Source::new(name, text);
    match examine::<T>(text) {
        Ok((value, root)) => Ok((value, Document { source, root })),
        Err(flaws) => Err(Problems::new(
            flaws
                .into_iter()
                .map(|flaw| flaw.in_text(&source))
                .collect(),
        )),
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
        let path = root
            .and_then(|root| path_around(root, &fault.span))
            .unwrap_or_default();
        Self {
            path,
            span: fault.span,
            what: fault.what,
            help: fault.help,
            also: fault.also,
        }
    }

    fn from_finding(finding: &Finding) -> Self {
        let Finding {
            path,
            span,
            what,
            help,
            ..
        } = finding.clone();
        Self {
            path,
            span,
            what,
            help,
            also: None,
        }
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
    let schema = Schema::of::<T>();
    let Some(root) = reading.root else {
        return Err(reading
            .faults
            .into_iter()
            .map(|fault| Flaw::from_fault(fault, None))
            .collect());
    };
    let mut hunt = Hunt {
        text,
        schema: &schema,
        root: &root,
        flaws: Vec::new(),
        work: reading.mended,
    };
    let slips = !reading.faults.is_empty() || has_quoted_names(&root);
    hunt.flaws.extend(
        reading
            .faults
            .into_iter()
            .map(|fault| Flaw::from_fault(fault, Some(&root))),
    );
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
    let root = |error| Refusal {
        path: Path::default(),
        error: Box::new(error),
    };
    let mut deserializer =
        ron::Deserializer::from_str_with_options(text, &ron_options()).map_err(root)?;
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = from_serde(error.path());
        Refusal {
            path,
            error: Box::new(deserializer.span_error(error.into_inner())),
        }
    })?;
    let end = deserializer.end();
    end.map_err(|error| root(deserializer.span_error(error)))?;
    Ok(value)
}

fn from_serde(path: &serde_path_to_error::Path) -> Path {
    use serde_path_to_error::Segment;
    let known = path
        .iter()
        .take_while(|segment| !matches!(segment, Segment::Unknown));
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

fn from_garde(path: &garde::Path) -> Path {
    use garde::error::Kind as Part;
    let parts = path.__iter().rev();
    Path(
        parts
            .filter_map(|(kind, text)| match kind {
                Part::None => None,
                Part::Key => Some(Step::Field(text.to_string())),
                Part::Index => text.parse().ok().map(Step::Item),
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

/// Where to point for a path: the value itself if it is written, else the key or the opening
/// bracket of the innermost group that is. Also says whether it is written.
fn pointer(root: &Node, path: &Path, text: &str) -> (Span, bool) {
    let trace = root.trace(path);
    let written = trace.taken == path.0.len();
    if written && trace.node.children.is_empty() {
        return (trace.node.span.clone(), true);
    }
    (head(trace.child, trace.node, text), written)
}

/// The search for everything that is wrong with one text.
struct Hunt<'a> {
    text: &'a str,
    schema: &'a Schema,
    root: &'a Node,
    flaws: Vec<Flaw>,
    /// The text with its slips mended and what was reported blanked; spans stay as they are.
    work: String,
}

impl Hunt<'_> {
    fn blank(&mut self, span: &Span) {
        let blank = |c: char| {
            if c == '\n' {
                "\n".into()
            } else {
                " ".repeat(c.len_utf8())
            }
        };
        let blanks: String = self.work[span.clone()].chars().map(blank).collect();
        self.work.replace_range(span.clone(), &blanks);
    }

    fn flaw(&mut self, path: Path, span: Span, what: String, help: Option<String>) {
        self.flaws.push(Flaw {
            path,
            span,
            what,
            help,
            also: None,
        });
    }

    /// Names given twice: `ron` would silently take the last.
    fn duplicates(&mut self) {
        let mut twice: Vec<(Path, Child, Span)> = Vec::new();
        self.root.walk(&mut |path, node| {
            for (at, child) in node.children.iter().enumerate() {
                let name = |child: &Child| child.key.as_ref().map(|key| key.text.clone());
                let first = node.children[..at]
                    .iter()
                    .find(|c| c.key.is_some() && name(c) == name(child));
                if let Some(key) = first.and_then(|first| first.key.as_ref()) {
                    twice.push((
                        node.path_of_child(path, at),
                        child.clone(),
                        key.span.clone(),
                    ));
                }
            }
        });
        for (path, child, first) in twice {
            let Some(key) = &child.key else { continue };
            let what = format!("{} is given twice", path.quoted());
            let help = Some("keep one of the two".to_owned());
            let also = Some((first, "first given here".to_owned()));
            self.flaws.push(Flaw {
                path,
                span: key.span.clone(),
                what,
                help,
                also,
            });
            self.blank(&child.whole);
        }
    }

    /// Numbers that are none, or infinite: `ron` and range checks let them pass.
    fn endless(&mut self) {
        let mut found: Vec<(Path, Span)> = Vec::new();
        self.root.walk(&mut |path, node| {
            let written = &self.text[node.span.clone()];
            let word = matches!(
                written,
                "inf" | "NaN" | "inff32" | "inff64" | "NaNf32" | "NaNf64"
            );
            let number = node.kind == Kind::Number
                && check::numeric(written).is_some_and(|value| !value.is_finite());
            if number || (node.kind == Kind::Word && word) {
                found.push((path.clone(), node.span.clone()));
            }
        });
        for (path, span) in found {
            let root = self.schema.root();
            let place = root
                .follow(&path)
                .into_iter()
                .next()
                .map_or(root, |(_, place)| place);
            let (what, help) = check::not_finite(&path, &self.text[span.clone()], &place);
            self.flaw(path, span, what, help);
        }
    }

    /// Everything the schema and then `ron` object to; a value if one can still be read.
    fn all<T: Readable>(&mut self) -> Option<T> {
        let findings = check::check(self.root, self.schema, self.text);
        for finding in findings
            .iter()
            .filter(|finding| !self.is_reported(&finding.span))
            .collect::<Vec<_>>()
        {
            self.flaws.push(Flaw::from_finding(finding));
        }
        for finding in findings.iter().filter(|finding| finding.unreadable) {
            self.blank_around(&finding.path);
        }
        self.retry()
    }

    /// Whether something is reported that starts at the same place.
    fn is_reported(&self, span: &Span) -> bool {
        self.flaws.iter().any(|flaw| flaw.span.start == span.start)
    }

    /// Blanks the entry at a path of the original text; nothing if it is not written.
    fn blank_around(&mut self, path: &Path) -> bool {
        let trace = self.root.trace(path);
        let whole = trace.child.map(|child| child.whole.clone());
        match whole {
            Some(whole) if trace.taken == path.0.len() => {
                self.blank(&whole);
                true
            }
            _ => false,
        }
    }

    fn retry<T: Readable>(&mut self) -> Option<T> {
        for _ in 0..MOST_ATTEMPTS {
            match parse::<T>(&self.work) {
                Ok(value) => return Some(value),
                Err(refusal) => {
                    if !self.refused(&refusal) {
                        return None;
                    }
                }
            }
        }
        None
    }

    /// Reports what `ron` refused unless it is known, and blanks it; `false` if nothing is
    /// left to blank.
    fn refused(&mut self, refusal: &Refusal) -> bool {
        let Some(work) = reader::read(&self.work).root else {
            return false;
        };
        let trace = work.trace(&refusal.path);
        let Some(child) = trace.child else {
            self.report_root(refusal);
            return false;
        };
        let path = self
            .root
            .path_of(&child.node.span)
            .unwrap_or_else(|| refusal.path.clone());
        if !self.flaws.iter().any(|flaw| path.holds(&flaw.path)) {
            let span = child.node.span.clone();
            self.said(path, span, &refusal.error.code);
        }
        self.blank(&child.whole.clone());
        true
    }

    fn report_root(&mut self, refusal: &Refusal) {
        if self.flaws.is_empty() {
            let span = to_bytes(&self.work, &refusal.error);
            let path = path_around(self.root, &span).unwrap_or_default();
            self.said(path, span, &refusal.error.code);
        }
    }

    fn said(&mut self, path: Path, span: Span, error: &ron::Error) {
        let place = self.schema.root().follow(&path).into_iter().next();
        let help = match error {
            ron::Error::InvalidEscape(_) => {
                Some("a backslash within a text is written \\\\".to_owned())
            }
            _ => place.and_then(|(_, place)| range(&place)),
        };
        let what = said(error, &path);
        self.flaw(path, span, what, help);
    }

    /// Ranges, and rules that compare fields. The latter wait until every value can be read,
    /// or they would speak of defaults nobody wrote.
    fn rules<T: Readable>(&mut self, value: &T) {
        let Err(report) = value.validate() else {
            return;
        };
        let known = self.flaws.clone();
        let tree = reader::read(&self.work).root;
        let tree = tree.as_ref().unwrap_or(self.root);
        for (path, error) in report.iter() {
            let path = from_garde(path);
            let (span, written) = pointer(tree, &path, self.text);
            let told = known
                .iter()
                .any(|flaw| flaw.span.start == span.start || flaw.path.same(&path));
            if told || (!known.is_empty() && !is_range(error.message())) {
                continue;
            }
            let (what, help) = self.broken_rule(tree, &path, error.message(), written);
            self.flaw(self.shown_path(tree, &path), span, what, help);
        }
    }

    /// The path as the file has it: map entries with brackets, list positions of the original.
    fn shown_path(&self, tree: &Node, path: &Path) -> Path {
        let trace = tree.trace(path);
        if trace.taken < path.0.len() {
            return path.clone();
        }
        self.root
            .path_of(&trace.node.span)
            .unwrap_or_else(|| path.clone())
    }

    fn broken_rule(
        &self,
        tree: &Node,
        path: &Path,
        message: &str,
        written: bool,
    ) -> (String, Option<String>) {
        let shown = self.shown_path(tree, path);
        let place = self
            .schema
            .root()
            .follow(path)
            .into_iter()
            .next()
            .map(|(_, place)| place);
        match place {
            Some(place) if is_range(message) => {
                let value = tree.at(path).filter(|_| written);
                let value =
                    value.map_or("its default", |node| &self.text[node.bare().span.clone()]);
                rule_text(&shown, message, value, &place)
            }
            _ => custom_text(&shown, message),
        }
    }
}

fn rule_text(path: &Path, message: &str, value: &str, place: &Place) -> (String, Option<String>) {
    if let Some(limit) = message.strip_prefix("length is ") {
        let what = format!("{} has the wrong length: it is {limit}", path.quoted());
        let what = if message == "length is lower than 1" {
            format!("{} is empty", path.quoted())
        } else {
            what
        };
        return (what, None);
    }
    check::out_of_range(path, value, place)
}

/// A rule's own words: the first line says what is wrong, the rest what would be right.
fn custom_text(path: &Path, message: &str) -> (String, Option<String>) {
    let (what, help) = match message.split_once('\n') {
        Some((what, help)) => (what, Some(help.to_owned())),
        None => (message, None),
    };
    match path.is_empty() || what.contains(&format!("`{path}`")) {
        true => (what.to_owned(), help),
        false => (format!("`{path}`: {what}"), help),
    }
}

/// Whether a message comes from a rule about a single value.
fn is_range(message: &str) -> bool {
    ["lower than ", "greater than ", "length is "]
        .iter()
        .any(|start| message.starts_with(start))
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
        other => format!(
            "{} cannot be read: {}",
            path.quoted(),
            other.to_string().to_lowercase()
        ),
    }
}

/// The place of an error of `ron` in bytes.
fn to_bytes(text: &str, error: &SpannedError) -> Span {
    let place = error.span.end;
    let start: usize = text
        .split_inclusive('\n')
        .take(place.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = text[start..].lines().next().unwrap_or("");
    let column: usize = line
        .chars()
        .take(place.col.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    start + column..start + column
}

#[cfg(test)]
mod tests;
