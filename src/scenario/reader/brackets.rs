//! What stands in brackets, what separates it, and brackets that do not match.
use super::super::tree::{Child, Kind, Name, Node, Span};
use super::signs::{number_start, word_part, word_start};
use super::{Fault, Reader, Step, Stop};

impl Reader<'_> {
    pub(super) fn round(&mut self, name: Option<Name>) -> Step<Node> {
        let open = self.at;
        self.at += 1;
        self.blanks()?;
        let fields = self.peek() == Some(')') || self.key_ahead();
        let kind = if fields { Kind::Fields } else { Kind::Tuple };
        let children = self.children(open, ')', kind)?;
        let start = name.as_ref().map_or(open, |name| name.span.start);
        Ok(Node { span: start..self.at, kind, name, text: String::new(), children })
    }

    pub(super) fn square(&mut self) -> Step<Node> {
        self.unnamed(']', Kind::List)
    }

    pub(super) fn curly(&mut self) -> Step<Node> {
        self.unnamed('}', Kind::Map)
    }

    pub(super) fn unnamed(&mut self, close: char, kind: Kind) -> Step<Node> {
        let open = self.at;
        self.at += 1;
        let children = self.children(open, close, kind)?;
        Ok(Node { span: open..self.at, kind, name: None, text: String::new(), children })
    }

    /// Whether a key comes next: a name and a colon, or a name and a value.
    pub(super) fn key_ahead(&self) -> bool {
        let rest = self.rest();
        let after = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map(|end| &quoted[end + 1..]),
            None if rest.starts_with(|c: char| word_start(c)) => {
                let rest = rest.strip_prefix("r#").unwrap_or(rest);
                Some(rest.trim_start_matches(|c: char| word_part(c) || c == '-'))
            }
            None => None,
        };
        let value = |c: char| number_start(c) || word_start(c) || matches!(c, '"' | '[' | '{');
        after.is_some_and(|after| {
            let next = after.trim_start();
            let apart = next.len() < after.len();
            next.starts_with([':', '=']) || (apart && next.starts_with(value))
        })
    }

    pub(super) fn children(&mut self, open: usize, close: char, kind: Kind) -> Step<Vec<Child>> {
        self.depth += 1;
        let mut children: Vec<Child> = Vec::new();
        loop {
            self.blanks()?;
            match self.peek() {
                Some(c) if c == close => break,
                Some(')' | ']' | '}') => return self.mismatch(open, close),
                None => return self.unclosed(open, close),
                Some(',') => {
                    let span = self.at..self.at + 1;
                    self.at += 1;
                    self.mend(span.clone(), "");
                    self.fault(span, "a comma too many", "put one comma between two settings");
                }
                Some(_) => self.one_child(kind, close, &mut children)?,
            }
        }
        self.at += 1;
        self.depth -= 1;
        self.pairs.push(open..self.at);
        Ok(children)
    }

    pub(super) fn one_child(&mut self, kind: Kind, close: char, children: &mut Vec<Child>) -> Step<()> {
        let start = self.at;
        let key = match kind {
            Kind::Fields | Kind::Map => self.key(kind, close)?,
            _ => None,
        };
        if matches!(kind, Kind::Fields | Kind::Map) && key.is_none() {
            return Ok(());
        }
        let mut node = self.value()?;
        let named = key.as_ref().is_some_and(|key| key.quoted || kind == Kind::Fields);
        if named {
            self.decimal_comma(&mut node);
        }
        self.separator(&node, kind, close)?;
        children.push(Child { key, node, whole: start..self.at });
        Ok(())
    }

    pub(super) fn separator(&mut self, before: &Node, kind: Kind, close: char) -> Step<()> {
        let end = self.at;
        self.blanks()?;
        match self.peek() {
            Some(',') => self.at += 1,
            Some(';') => {
                let span = self.at..self.at + 1;
                self.at += 1;
                self.mend(span.clone(), ",");
                self.fault(span, "settings are separated by a comma, not ;", "write , in its place");
            }
            Some(c) if c == close => self.at = end,
            Some(')' | ']' | '}') | None => {}
            Some(':' | '=') if matches!(kind, Kind::List | Kind::Tuple) => {
                return self.stop(
                    before.span.clone(),
                    "a named setting cannot stand here by itself",
                    "put round brackets round the settings that belong together: [(name: …, …), (…)]",
                );
            }
            Some(_) => return self.no_comma(before, end),
        }
        Ok(())
    }

    pub(super) fn no_comma(&mut self, before: &Node, end: usize) -> Step<()> {
        let next = self.peek();
        let help = match (before.kind, next) {
            (Kind::Number, Some(c)) if c.is_ascii_digit() => {
                "put a comma between two values; a number is written without blanks: 10000 or 10_000"
            }
            (Kind::Text, Some(_)) if self.at == end => "put a comma after the text; a quotation mark within a text is written \\\"",
            _ => "put a comma after this value",
        };
        self.fault(end.saturating_sub(1).max(before.span.start)..end, "a comma is missing here", help);
        let gap = self.text[end..].chars().next().filter(|c| c.is_whitespace());
        match gap {
            Some(c) => {
                self.mend(end..end + c.len_utf8(), ",");
                Ok(())
            }
            None => Err(Stop),
        }
    }

    pub(super) fn mismatch<T>(&mut self, open: usize, close: char) -> Step<T> {
        let found = self.peek().unwrap_or(close);
        let opened = &self.text[open..=open];
        self.faults.push(Fault {
            span: self.at..self.at + 1,
            what: format!("`{opened}` cannot be closed by `{found}`"),
            help: Some(format!("put `{close}` before it, or delete one of the two")),
            also: Some((open..open + 1, "opened here".into())),
        });
        Err(Stop)
    }

    pub(super) fn unclosed<T>(&mut self, open: usize, close: char) -> Step<T> {
        let suspect = self.suspect();
        let at = suspect.as_ref().map_or(open, |pair| pair.start);
        let bracket = &self.text[at..=at];
        let what = format!("the bracket `{bracket}` is never closed");
        let also = suspect.map(|pair| (pair.end - 1..pair.end, "this bracket seems meant for an earlier one".to_owned()));
        let close = if also.is_some() { closer(bracket) } else { close };
        let help = Some(format!("put `{close}` after its last setting"));
        self.faults.push(Fault { span: at..at + 1, what, help, also });
        Err(Stop)
    }

    /// A pair of brackets whose closing one is indented less than the line of its opening one:
    /// most likely the place where a bracket was forgotten.
    pub(super) fn suspect(&self) -> Option<Span> {
        let indent = |at: usize| {
            let start = self.text[..at].rfind('\n').map_or(0, |n| n + 1);
            let line = &self.text[start..];
            line.len() - line.trim_start_matches([' ', '\t']).len()
        };
        let alone = |pair: &Span| {
            let start = self.text[..pair.end - 1].rfind('\n').map_or(0, |n| n + 1);
            self.text[start..pair.end - 1].trim().is_empty()
        };
        let mut pairs = self.pairs.iter().filter(|pair| self.text[(*pair).clone()].contains('\n'));
        pairs.find(|pair| alone(pair) && indent(pair.end - 1) < indent(pair.start)).cloned()
    }
}

fn closer(open: &str) -> char {
    match open {
        "(" => ')',
        "[" => ']',
        _ => '}',
    }
}
