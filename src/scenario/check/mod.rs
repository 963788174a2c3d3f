//! Compares a tree with the schema and says in plain words what does not fit.

mod advice;
mod choices;
mod groups;

use super::path::Path;
use super::schema::{Place, Schema, Shape};
use super::tree::{Child, Kind, Node, Span, head};
use super::words::{as_written, found, needs, range};

/// Something that does not fit its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The setting it concerns.
    pub path: Path,
    /// Where it stands.
    pub span: Span,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
    /// Whether the value cannot even be read; a number out of range can.
    pub unreadable: bool,
}

/// All that does not fit the schema.
pub fn check(root: &Node, schema: &Schema, text: &str) -> Vec<Finding> {
    let mut checker = Checker { schema, text, findings: Vec::new() };
    let place = schema.root();
    checker.value(&At { path: Path::default(), child: None }, root, &place);
    checker.findings
}

/// The message for a number out of range: what is wrong, and the range.
pub fn out_of_range(path: &Path, written: &str, place: &Place) -> (String, Option<String>) {
    let needs = range(place).unwrap_or_else(|| "within its range".into());
    (format!("`{path}` must be {needs}, found {written}"), default_hint(place))
}

fn default_hint(place: &Place) -> Option<String> {
    let default = place.note("default").filter(|default| !default.is_null())?;
    Some(format!("the default is {}", as_written(place, default)))
}

/// Where the checker stands.
struct At<'a> {
    path: Path,
    child: Option<&'a Child>,
}

struct Checker<'a> {
    schema: &'a Schema,
    text: &'a str,
    findings: Vec<Finding>,
}

/// Longest example in a help line; what is longer is left to `explain`.
const LONGEST_EXAMPLE: usize = 100;

impl Checker<'_> {
    fn find(&mut self, path: &Path, span: Span, what: String, help: Option<String>) {
        self.findings.push(Finding { path: path.clone(), span, what, help, unreadable: true });
    }

    fn value(&mut self, at: &At, node: &Node, place: &Place) {
        if matches!(place.shape(), Shape::Any) {
            return;
        }
        if node.is_some() {
            return self.wrapped(at, node, place);
        }
        if place.optional && (node.is_word("None") || self.like_none(at, node)) {
            return;
        }
        match place.shape() {
            Shape::Group(fields, closed) => self.group(at, node, place, &fields, closed),
            Shape::Choice(variants) => self.choice(at, node, place, &variants),
            Shape::Map(values) => self.map(at, node, place, &values),
            Shape::List(items) => self.list(at, node, place, &items),
            Shape::Tuple(items) => self.tuple(at, node, place, &items),
            Shape::Whole | Shape::Number => self.number(at, node, place),
            Shape::Text if node.kind != Kind::Text => self.misfit(at, node, place),
            Shape::Truth if !node.is_word("true") && !node.is_word("false") => self.misfit(at, node, place),
            Shape::Text => self.length(at, node, place),
            _ => {}
        }
    }

    fn wrapped(&mut self, at: &At, node: &Node, place: &Place) {
        if place.optional {
            return self.value(at, node.bare(), place);
        }
        let inner = &self.text[node.bare().span.clone()];
        let what = format!("{} is never absent, so its value stands without Some(…)", at.path.quoted());
        self.find(&at.path, node.span.clone(), what, Some(format!("write {inner}")));
    }

    /// `null`, `NA` and the like where `None` is meant.
    fn like_none(&mut self, at: &At, node: &Node) -> bool {
        const WORDS: [&str; 6] = ["none", "null", "nil", "na", "nan", "missing"];
        let word = node.text.to_lowercase();
        let alike = matches!(node.kind, Kind::Word | Kind::Text) && WORDS.contains(&word.as_str());
        if alike {
            let what = format!("{} cannot be {}", at.path.quoted(), found(node, self.text));
            self.find(&at.path, node.span.clone(), what, Some("if it is to be absent, write None".into()));
        }
        alike
    }

    /// The value has the wrong look for its place.
    fn misfit(&mut self, at: &At, node: &Node, place: &Place) {
        let what = format!("{} needs {}, found {}", at.path.quoted(), needs(place), found(node, self.text));
        let span = if node.children.is_empty() { node.span.clone() } else { head(None, node, self.text) };
        let help = self.advice(node, place).map(|help| match help.len() {
            0..=LONGEST_EXAMPLE => help,
            _ => format!("`dyadsim explain {}` lists its settings", at.path),
        });
        self.find(&at.path, span, what, help);
    }

    fn number(&mut self, at: &At, node: &Node, place: &Place) {
        let written = &self.text[node.span.clone()];
        let endless = matches!(node.text.as_str(), "inf" | "NaN" | "inff64" | "NaNf64" | "inff32" | "NaNf32");
        if node.kind == Kind::Word && endless {
            return self.not_finite(at, node, place);
        }
        let value = (node.kind == Kind::Number).then(|| numeric(written)).flatten();
        match value {
            Some(value) if !value.is_finite() => self.not_finite(at, node, place),
            Some(_) if fractional(written) && matches!(place.shape(), Shape::Whole) => self.misfit(at, node, place),
            Some(_) if fractional(written) && written.contains('_') => self.misfit(at, node, place),
            Some(value) => self.limits(at, node, place, value),
            None => self.misfit(at, node, place),
        }
    }

    fn not_finite(&mut self, at: &At, node: &Node, place: &Place) {
        let (what, help) = not_finite(&at.path, &self.text[node.span.clone()], place);
        self.find(&at.path, node.span.clone(), what, help);
    }

    fn limits(&mut self, at: &At, node: &Node, place: &Place, value: f64) {
        let (min, max) = place.limits();
        if min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max) {
            return;
        }
        let written = &self.text[node.span.clone()];
        let (what, help) = out_of_range(&at.path, written, place);
        let path = at.path.clone();
        self.findings.push(Finding { path, span: node.span.clone(), what, help, unreadable: false });
    }

    fn length(&mut self, at: &At, node: &Node, place: &Place) {
        if let (Some(1..), true) = (place.lengths().0, node.text.is_empty()) {
            let (what, help) = (format!("{} is empty", at.path.quoted()), Some("write a text between the quotation marks".into()));
            let (path, span) = (at.path.clone(), node.span.clone());
            self.findings.push(Finding { path, span, what, help, unreadable: false });
        }
    }
}

/// The message for a number that is none.
pub fn not_finite(path: &Path, written: &str, place: &Place) -> (String, Option<String>) {
    let what = format!("{} needs a finite number, found {written}", path.quoted());
    (what, range(place))
}

/// The value of a number as written, underscores aside.
pub fn numeric(written: &str) -> Option<f64> {
    let plain = written.replace('_', "");
    let digits = plain.trim_start_matches(['+', '-']);
    match digits.get(..2) {
        Some("0x") => u64::from_str_radix(&digits[2..], 16).ok().map(|n| n as f64),
        Some("0b") => u64::from_str_radix(&digits[2..], 2).ok().map(|n| n as f64),
        Some("0o") => u64::from_str_radix(&digits[2..], 8).ok().map(|n| n as f64),
        _ => plain.parse().ok(),
    }
}

fn fractional(written: &str) -> bool {
    written.contains('.') || (written.contains(['e', 'E']) && !written.contains('x'))
}
