//! From text to tree. The reader goes on after a slip where it can guess what was meant, so
//! that one look finds all slips; what is valid in the end is for `ron` to judge.
mod brackets;
mod keys;
mod signs;
mod texts;
mod values;

use super::tree::{Kind, Node, Span};
use signs::{odd_blank, ron_blank};

/// How deep brackets may be nested.
const DEEPEST: usize = 100;

/// A slip in the writing: punctuation, brackets, quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
    /// A second place that belongs to it.
    pub also: Option<(Span, String)>,
}

/// What reading gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The tree, if the text could be read to its end.
    pub root: Option<Node>,
    /// The slips found.
    pub faults: Vec<Fault>,
    /// The text with its slips mended, byte for byte as long as the original.
    pub mended: String,
}

/// Reads a whole scenario file.
pub fn read(text: &str) -> Reading {
    run(text, |reader| reader.file())
}

/// Reads text that must be one single value.
pub fn read_value(text: &str) -> Reading {
    run(text, |reader| reader.single())
}

fn run(text: &str, start: fn(&mut Reader) -> Step<Node>) -> Reading {
    let mut reader = Reader::new(text);
    let root = start(&mut reader).ok();
    reader.blame_long_text();
    Reading { root, faults: reader.faults, mended: reader.mended }
}

/// Reading stops here; the reason is among the faults.
struct Stop;
type Step<T> = Result<T, Stop>;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    faults: Vec<Fault>,
    mended: String,
    /// Brackets that were opened and closed, to guess which one is not where it should be.
    pairs: Vec<Span>,
    /// The first text in quotation marks that runs over several lines.
    long_text: Option<Span>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, faults: Vec::new(), mended: text.to_owned(), pairs: Vec::new(), long_text: None }
    }

    // ---- looking and moving ----

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> Span {
        let start = self.at;
        let rest = self.rest();
        self.at += rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        start..self.at
    }

    // ---- slips ----

    fn fault(&mut self, span: Span, what: impl Into<String>, help: impl Into<String>) {
        let (what, help) = (what.into(), Some(help.into()));
        self.faults.push(Fault { span, what, help, also: None });
    }

    fn stop<T>(&mut self, span: Span, what: impl Into<String>, help: impl Into<String>) -> Step<T> {
        self.fault(span, what, help);
        Err(Stop)
    }

    /// Puts `with` in place of the start of a span and blanks the rest of it, line breaks kept.
    fn mend(&mut self, span: Span, with: &str) {
        let blank = |c: char| {
            if c == '\n' { "\n".into() } else { " ".repeat(c.len_utf8()) }
        };
        let old = &self.mended[span.clone()];
        let Some(tail) = old.get(with.len()..) else {
            return;
        };
        let new: String = with.chars().map(String::from).chain(tail.chars().map(blank)).collect();
        self.mended.replace_range(span, &new);
    }

    /// A text that runs over several lines before the first slip has most likely lost its
    /// closing quotation mark; what follows is then noise.
    fn blame_long_text(&mut self) {
        let Some(long) = self.long_text.clone() else {
            return;
        };
        if !self.faults.iter().any(|fault| fault.span.start >= long.start) {
            return;
        }
        self.faults.retain(|fault| fault.span.start < long.start);
        let line = long.start..long.start + self.text[long.clone()].find('\n').unwrap_or(1);
        self.fault(line, "the closing quotation mark of this text is missing", "a text starts and ends with \" on the same line");
    }

    // ---- blanks and comments ----

    fn blanks(&mut self) -> Step<()> {
        loop {
            let start = self.at;
            match self.peek() {
                Some('/') if self.rest().starts_with("//") => {
                    self.take_while(|c| c != '\n');
                }
                Some('/') if self.rest().starts_with("/*") => self.block_comment()?,
                Some('#') => self.hash_comment(),
                Some('\u{feff}') if start == 0 => {
                    self.at += '\u{feff}'.len_utf8();
                    self.mend(0..self.at, "");
                }
                Some(c) if ron_blank(c) => self.at += c.len_utf8(),
                Some(c) if odd_blank(c) => self.odd_blank(c),
                _ => return Ok(()),
            }
        }
    }

    fn block_comment(&mut self) -> Step<()> {
        let start = self.at;
        let mut open = 0_usize;
        while self.at < self.text.len() {
            if self.rest().starts_with("/*") {
                open += 1;
                self.at += 2;
            } else if self.rest().starts_with("*/") {
                open -= 1;
                self.at += 2;
            } else {
                self.at += self.peek().map_or(1, char::len_utf8);
            }
            if open == 0 {
                return Ok(());
            }
        }
        self.stop(start..start + 2, "this comment is never closed", "close it with */, or start each of its lines with //")
    }

    fn hash_comment(&mut self) {
        let span = self.take_while(|c| c != '\n');
        self.mend(span.clone(), "");
        self.fault(span, "a comment does not start with #", "start it with //");
    }

    fn odd_blank(&mut self, c: char) {
        let span = self.at..self.at + c.len_utf8();
        self.at = span.end;
        self.mend(span.clone(), "");
        let what = format!("an invisible character (U+{:04X}) stands here", u32::from(c));
        self.fault(span, what, "it often comes with text copied from a web page; put an ordinary blank in its place");
    }

    // ---- the whole ----

    fn file(&mut self) -> Step<Node> {
        self.header();
        self.blanks()?;
        if self.rest().is_empty() {
            return self.stop(
                0..0,
                "the file is empty",
                "a scenario stands in round brackets: (title: \"…\", …); `dyadsim new` writes one to start from",
            );
        }
        let root = self.value()?;
        self.blanks()?;
        match self.peek() {
            None => Ok(root),
            Some(':' | '=') => self.stop(
                root.span,
                "the scenario does not start with a round bracket",
                "put ( before the first setting and ) after the last one",
            ),
            Some(_) if matches!(root.kind, Kind::Word | Kind::Number | Kind::Text | Kind::Char) => self.stop(
                root.span,
                "this is not a scenario: it does not start with a round bracket",
                "a scenario stands in round brackets: (title: \"…\", …); `dyadsim new` writes one to start from",
            ),
            Some(_) => self.trailing(&root),
        }
    }

    fn header(&mut self) {
        let start = self.at + self.rest().len() - self.rest().trim_start().len();
        if self.text[start..].starts_with("#!") {
            self.at = start;
            self.take_while(|c| c != ']' && c != '\n');
            self.skip(']');
        }
    }

    fn trailing<T>(&mut self, root: &Node) -> Step<T> {
        let here = self.at..self.at + self.peek().map_or(0, char::len_utf8);
        let end = root.span.end.saturating_sub(1)..root.span.end;
        self.faults.push(Fault {
            span: here,
            what: "there is more text after the end of the scenario".into(),
            help: Some("the round bracket before it closes the scenario; is there one ) too many?".into()),
            also: Some((end, "the scenario ends here".into())),
        });
        Err(Stop)
    }

    fn single(&mut self) -> Step<Node> {
        self.blanks()?;
        if self.rest().is_empty() {
            return self.stop(0..self.text.len(), "the value is missing", "write one value after the name");
        }
        let mut value = self.value()?;
        self.blanks()?;
        if value.kind == Kind::Number && self.decimal_comma(&mut value) {
            self.blanks()?;
        }
        match self.peek() {
            None => Ok(value),
            Some(_) => self.stop(
                self.at..self.text.len(),
                "there is more than one value",
                "give one value; a list stands in square brackets, a group in round ones",
            ),
        }
    }
}
