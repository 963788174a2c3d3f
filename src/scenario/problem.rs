//! What is wrong with a scenario, where, and what would be right.
use super::tree::Span;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// A text that was read, and what to call it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// File name, or `--set`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A named text.
    pub fn new(name: &str, text: &str) -> Arc<Self> {
        Arc::new(Self { name: name.to_owned(), text: text.to_owned() })
    }

    /// Line and column of a byte, both counted from 1, columns in characters.
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..floor(&self.text, byte)];
        let line = 1 + before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, 1 + before[start..].trim_start_matches('\u{feff}').chars().count())
    }
}

/// The nearest character boundary at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A second place that belongs to a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub span: Span,
    /// What is there.
    pub label: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The text it was found in.
    pub source: Arc<Source>,
    /// Address of the setting; empty when the text as a whole cannot be read.
    pub path: String,
    /// Where it stands.
    pub span: Span,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
    /// A second place that belongs to it.
    pub also: Option<Note>,
}

/// A problem as a machine reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// File name, or `--set`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Address of the setting.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Problem {
    /// The same as plain data, for `--json`.
    pub fn machine(&self) -> Machine {
        let (line, column) = self.source.position(self.span.start);
        Machine {
            file: self.source.name.clone(),
            line,
            column,
            path: self.path.clone(),
            message: self.what.clone(),
            help: self.help.clone(),
        }
    }

    /// File, line and column, the line itself with a caret, what is wrong, what would be right.
    pub fn render(&self, color: bool) -> String {
        let text = shown(&self.source.text);
        let mut snippet = Snippet::source(text.as_str())
            .path(self.source.name.as_str())
            .annotation(AnnotationKind::Primary.span(within(&text, &self.span)));
        if let Some(note) = &self.also {
            let span = within(&text, &note.span);
            snippet = snippet.annotation(AnnotationKind::Context.span(span).label(note.label.as_str()));
        }
        let mut group = Level::ERROR.primary_title(self.what.as_str()).element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}

/// The text as it is shown: an empty one has a blank to point at.
fn shown(text: &str) -> String {
    if text.is_empty() { " ".to_owned() } else { text.to_owned() }
}

/// The first line of a span, cut to the text; at least one character wide where there is one.
fn within(text: &str, span: &Span) -> Span {
    let start = floor(text, span.start.min(text.len().saturating_sub(1)));
    let end = floor(text, span.end.max(start));
    let line = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let next = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
    start..end.min(line).max(next)
}

/// All that is wrong, in order of position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Sorts the problems by text and position and drops repetitions.
    pub fn new(mut list: Vec<Problem>) -> Self {
        list.sort_by(|a, b| {
            let place = |p: &Problem| (p.span.start, p.span.end);
            a.source.cmp(&b.source).then_with(|| place(a).cmp(&place(b)))
        });
        list.dedup();
        Self { list }
    }

    /// The problems, sorted by position.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// `Ok` if nothing is wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.list.extend(other.list);
        Self::new(self.list)
    }

    /// The problems for people to read.
    pub fn render(&self, color: bool) -> String {
        let each: Vec<String> = self.list.iter().map(|problem| problem.render(color)).collect();
        each.join("\n\n")
    }

    /// The problems for machines to read.
    pub fn machine(&self) -> Vec<Machine> {
        self.list.iter().map(Problem::machine).collect()
    }
}

impl Serialize for Problems {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.machine().serialize(serializer)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str, span: Span) -> Problem {
        Problem {
            source: Source::new("a.ron", text),
            path: "clinics.count".into(),
            span,
            what: "`clinics.count` needs a whole number, found 12.5".into(),
            help: Some("from 1 to 200 (clinics)".into()),
            also: None,
        }
    }

    #[test]
    fn people_see_file_line_column_caret_and_help() {
        let shown = problem("(\n  count: 12.5,\n)", 11..15).render(false);
        let expected = "\
error: `clinics.count` needs a whole number, found 12.5
 --> a.ron:2:10
  |
2 |   count: 12.5,
  |          ^^^^
  |
  = help: from 1 to 200 (clinics)";
        assert_eq!(shown, expected);
    }

    #[test]
    fn colour_only_when_asked() {
        let problem = problem("(count: 12.5)", 8..12);
        assert!(problem.render(true).contains('\u{1b}'));
        assert!(!problem.render(false).contains('\u{1b}'));
    }

    #[test]
    fn machines_get_line_and_column_in_characters() {
        let problem = problem("(ä: 1,\n\té: 12.5)", 13..17);
        let machine = problem.machine();
        assert_eq!((machine.line, machine.column), (2, 5));
        assert!(problem.render(false).contains("a.ron:2:5"), "{}", problem.render(false));
        let json = serde_json::to_value(&machine).unwrap();
        let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["file", "line", "column", "path", "message", "help"]);
    }

    #[test]
    fn odd_spans_do_no_harm() {
        for span in [0..0, 3..99, 99..120, 1..2] {
            assert!(!problem("ä\n", span.clone()).render(false).is_empty());
            assert!(!problem("", span).render(false).is_empty());
        }
    }

    #[test]
    fn problems_come_in_order_of_position() {
        let text = "(count: 12.5)";
        let problems = Problems::new(vec![problem(text, 8..12), problem(text, 1..6)]);
        assert_eq!(problems.list()[0].span, 1..6);
        assert_eq!(problems.machine().len(), 2);
    }
}
