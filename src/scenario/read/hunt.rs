//! The search for everything that is wrong with one text.
use super::super::check;
use super::super::path::Path;
use super::super::reader;
use super::super::schema::Schema;
use super::super::tree::{Child, Kind, Node, Span};
use super::super::words::range;
use super::{Flaw, Readable, Refusal, parse, path_around, said, to_bytes};
use std::cell::LazyCell;

/// How often a text is blanked and read again before giving up.
const MOST_ATTEMPTS: usize = 50;

/// The search for everything that is wrong with one text.
pub(super) struct Hunt<'a> {
    pub(super) text: &'a str,
    pub(super) schema: &'a LazyCell<Schema>,
    pub(super) root: &'a Node,
    pub(super) flaws: Vec<Flaw>,
    /// The text with its slips mended and what was reported blanked; spans stay as they are.
    pub(super) work: String,
}

impl Hunt<'_> {
    pub(super) fn blank(&mut self, span: &Span) {
        let blank = |c: char| {
            if c == '\n' { "\n".into() } else { " ".repeat(c.len_utf8()) }
        };
        let blanks: String = self.work[span.clone()].chars().map(blank).collect();
        self.work.replace_range(span.clone(), &blanks);
    }

    pub(super) fn flaw(&mut self, path: Path, span: Span, what: String, help: Option<String>) {
        self.flaws.push(Flaw { path, span, what, help, also: None });
    }

    /// Names given twice: `ron` would silently take the last.
    pub(super) fn duplicates(&mut self) {
        let mut twice: Vec<(Path, Child, Span)> = Vec::new();
        self.root.walk(&mut |path, node| {
            for (at, child) in node.children.iter().enumerate() {
                let name = |child: &Child| child.key.as_ref().map(|key| key.text.clone());
                let first = node.children[..at].iter().find(|c| c.key.is_some() && name(c) == name(child));
                if let Some(key) = first.and_then(|first| first.key.as_ref()) {
                    twice.push((node.path_of_child(path, at), child.clone(), key.span.clone()));
                }
            }
        });
        for (path, child, first) in twice {
            let Some(key) = &child.key else { continue };
            let what = format!("{} is given twice", path.quoted());
            let help = Some("keep one of the two".to_owned());
            let also = Some((first, "first given here".to_owned()));
            self.flaws.push(Flaw { path, span: key.span.clone(), what, help, also });
            self.blank(&child.whole);
        }
    }

    /// Numbers that are none, or infinite: `ron` and range checks let them pass.
    pub(super) fn endless(&mut self) {
        let mut found: Vec<(Path, Span)> = Vec::new();
        self.root.walk(&mut |path, node| {
            let written = &self.text[node.span.clone()];
            let word = matches!(written, "inf" | "NaN" | "inff32" | "inff64" | "NaNf32" | "NaNf64");
            let number = node.kind == Kind::Number && check::numeric(written).is_some_and(|value| !value.is_finite());
            if number || (node.kind == Kind::Word && word) {
                found.push((path.clone(), node.span.clone()));
            }
        });
        for (path, span) in found {
            let root = self.schema.root();
            let place = root.follow(&path).into_iter().next().map_or(root, |(_, place)| place);
            let (what, help) = check::not_finite(&path, &self.text[span.clone()], &place);
            self.flaw(path, span, what, help);
        }
    }

    /// Everything the schema and then `ron` object to; a value if one can still be read.
    pub(super) fn all<T: Readable>(&mut self) -> Option<T> {
        let findings = check::check(self.root, self.schema, self.text);
        for finding in findings.iter().filter(|finding| !self.is_reported(&finding.span)).collect::<Vec<_>>() {
            self.flaws.push(Flaw::from_finding(finding));
        }
        for finding in findings.iter().filter(|finding| finding.unreadable) {
            self.blank_around(&finding.path);
        }
        self.retry()
    }

    /// Whether something is reported that starts at the same place.
    pub(super) fn is_reported(&self, span: &Span) -> bool {
        self.flaws.iter().any(|flaw| flaw.span.start == span.start)
    }

    /// Blanks the entry at a path of the original text; nothing if it is not written.
    pub(super) fn blank_around(&mut self, path: &Path) -> bool {
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

    pub(super) fn retry<T: Readable>(&mut self) -> Option<T> {
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
    pub(super) fn refused(&mut self, refusal: &Refusal) -> bool {
        let Some(work) = reader::read(&self.work).root else {
            return false;
        };
        let trace = work.trace(&refusal.path);
        let Some(child) = trace.child else {
            self.report_root(refusal);
            return false;
        };
        let path = self.root.path_of(&child.node.span).unwrap_or_else(|| refusal.path.clone());
        if !self.flaws.iter().any(|flaw| path.holds(&flaw.path)) {
            let span = child.node.span.clone();
            self.said(path, span, &refusal.error.code);
        }
        self.blank(&child.whole.clone());
        true
    }

    pub(super) fn report_root(&mut self, refusal: &Refusal) {
        if self.flaws.is_empty() {
            let span = to_bytes(&self.work, &refusal.error);
            let path = path_around(self.root, &span).unwrap_or_default();
            self.said(path, span, &refusal.error.code);
        }
    }

    pub(super) fn said(&mut self, path: Path, span: Span, error: &ron::Error) {
        let place = self.schema.root().follow(&path).into_iter().next();
        let help = match error {
            ron::Error::InvalidEscape(_) => Some("a backslash within a text is written \\\\".to_owned()),
            _ => place.and_then(|(_, place)| range(&place)),
        };
        let what = said(error, &path);
        self.flaw(path, span, what, help);
    }
}
