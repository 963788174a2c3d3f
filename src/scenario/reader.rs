//! From text to tree. The reader goes on after a slip where it can guess what was meant, so
//! that one look finds all slips; what is valid in the end is for `ron` to judge.
use super::tree::{Child, Kind, Name, Node, Span};

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
    Reading {
        root,
        faults: reader.faults,
        mended: reader.mended,
    }
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
        Self {
            text,
            at: 0,
            depth: 0,
            faults: Vec::new(),
            mended: text.to_owned(),
            pairs: Vec::new(),
            long_text: None,
        }
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
        self.faults.push(Fault {
            span,
            what,
            help,
            also: None,
        });
    }

    fn stop<T>(&mut self, span: Span, what: impl Into<String>, help: impl Into<String>) -> Step<T> {
        self.fault(span, what, help);
        Err(Stop)
    }

    /// Puts `with` in place of the start of a span and blanks the rest of it, line breaks kept.
    fn mend(&mut self, span: Span, with: &str) {
        let blank = |c: char| {
            if c == '\n' {
                "\n".into()
            } else {
                " ".repeat(c.len_utf8())
            }
        };
        let old = &self.mended[span.clone()];
        let Some(tail) = old.get(with.len()..) else {
            return;
        };
        let new: String = with
            .chars()
            .map(String::from)
            .chain(tail.chars().map(blank))
            .collect();
        self.mended.replace_range(span, &new);
    }

    /// A text that runs over several lines before the first slip has most likely lost its
    /// closing quotation mark; what follows is then noise.
    fn blame_long_text(&mut self) {
        let Some(long) = self.long_text.clone() else {
            return;
        };
        if !self
            .faults
            .iter()
            .any(|fault| fault.span.start >= long.start)
        {
            return;
        }
        self.faults.retain(|fault| fault.span.start < long.start);
        let line = long.start..long.start + self.text[long.clone()].find('\n').unwrap_or(1);
        self.fault(
            line,
            "the closing quotation mark of this text is missing",
            "a text starts and ends with \" on the same line",
        );
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
        self.stop(
            start..start + 2,
            "this comment is never closed",
            "close it with */, or start each of its lines with //",
        )
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
        let what = format!(
            "an invisible character (U+{:04X}) stands here",
            u32::from(c)
        );
        self.fault(
            span,
            what,
            "it often comes with text copied from a web page; put an ordinary blank in its place",
        );
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
            help: Some(
                "the round bracket before it closes the scenario; is there one ) too many?".into(),
            ),
            also: Some((end, "the scenario ends here".into())),
        });
        Err(Stop)
    }

    fn single(&mut self) -> Step<Node> {
        self.blanks()?;
        if self.rest().is_empty() {
            return self.stop(
                0..self.text.len(),
                "the value is missing",
                "write one value after the name",
            );
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

    // ---- values ----

    fn value(&mut self) -> Step<Node> {
        if self.depth > DEEPEST {
            return self.stop(
                self.at..self.at + 1,
                "too many brackets within brackets",
                "no setting lies this deep",
            );
        }
        match self.peek() {
            Some('(') => self.round(None),
            Some('[') => self.square(),
            Some('{') => self.curly(),
            Some('"') => self.text_value(),
            Some('\'') => self.single_quoted(),
            Some('r') if self.raw_hashes().is_some() => self.raw_text(),
            Some(c) if opening_mark(c) => self.typographic(),
            Some(c) if number_start(c) => self.number(),
            Some(c) if word_start(c) => self.word(),
            Some(c) => self.stop(
                self.at..self.at + c.len_utf8(),
                format!("`{c}` cannot stand here"),
                "a value is a number, a \"text\", true or false, a word such as None, or stands in brackets",
            ),
            None => self.stop(self.at..self.at, "the file ends where a value should stand", "write the value"),
        }
    }

    fn number(&mut self) -> Step<Node> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        while let Some(c) = self.peek() {
            let sign = matches!(c, '+' | '-');
            let after_e = self.at > start && matches!(bytes[self.at - 1], b'e' | b'E');
            if !(c.is_alphanumeric()
                || matches!(c, '_' | '.')
                || (sign && (self.at == start || after_e)))
            {
                break;
            }
            self.at += c.len_utf8();
        }
        let span = start..self.at;
        self.after_number(&span);
        Ok(Node::scalar(Kind::Number, span, String::new()))
    }

    /// `50%`, `1'000`, `1/3`: ways to write numbers that a scenario does not know.
    fn after_number(&mut self, number: &Span) {
        let written = &self.text[number.clone()];
        let digit_next = self
            .rest()
            .chars()
            .nth(1)
            .is_some_and(|c| c.is_ascii_digit());
        match self.peek() {
            Some('%') => {
                self.at += 1;
                let share = written
                    .parse::<f64>()
                    .map_or("0.5".into(), |n| (n / 100.0).to_string());
                self.mend(number.end..self.at, "");
                self.fault(
                    number.start..self.at,
                    "a share is not written with %",
                    format!("write {share}"),
                );
            }
            Some('\'' | '’' | '/') if digit_next => {
                let c = self.peek().unwrap_or('/');
                self.at += c.len_utf8();
                self.take_while(|c| c.is_ascii_digit() || c == '\'');
                let span = number.start..self.at;
                self.mend(number.end..self.at, "");
                let help = if c == '/' {
                    "write the number with a decimal point"
                } else {
                    "write it without a mark, or with _ as in 1_000"
                };
                self.fault(
                    span.clone(),
                    format!("`{}` is not a number a scenario knows", &self.text[span]),
                    help,
                );
            }
            Some(' ') if thousands(self.rest()) => {
                self.at += 4;
                let span = number.start..self.at;
                self.mend(number.end..self.at, "");
                let plain = self.text[span.clone()].replace(' ', "");
                self.fault(
                    span,
                    "a number has no blanks in it",
                    format!("write {plain}; between two numbers stands a comma"),
                );
            }
            _ => {}
        }
    }

    /// `0,05`: the reader stands before the comma.
    fn decimal_comma(&mut self, number: &mut Node) -> bool {
        let mut next = self.rest().chars();
        let adjoins = number.kind == Kind::Number && self.at == number.span.end;
        if !(adjoins && next.next() == Some(',') && next.next().is_some_and(|c| c.is_ascii_digit()))
        {
            return false;
        }
        let comma = self.at;
        self.at += 1;
        self.take_while(|c| c.is_alphanumeric());
        number.span.end = self.at;
        let written = &self.text[number.span.clone()];
        let right = written.replace(',', ".");
        let what = format!("`{written}` has a decimal comma");
        self.mend(comma..comma + 1, ".");
        self.fault(
            number.span.clone(),
            what,
            format!("write {right} with a point"),
        );
        true
    }

    fn word(&mut self) -> Step<Node> {
        let start = self.at;
        let raw = self.rest().starts_with("r#");
        self.at += if raw { 2 } else { 0 };
        let plain = self.take_while(word_part);
        let joined = |c: char| word_part(c) || matches!(c, '-' | '.' | '+');
        let more = self.take_while(joined);
        if !more.is_empty() {
            self.odd_word(start..more.end);
        }
        let name = Name {
            text: self.text[plain.start..more.end].to_owned(),
            span: start..self.at,
            quoted: false,
        };
        let end = self.at;
        self.blanks()?;
        if self.peek() == Some('(') {
            return self.round(Some(name));
        }
        self.at = end;
        Ok(Node::scalar(Kind::Word, name.span, name.text))
    }

    fn odd_word(&mut self, span: Span) {
        let written = &self.text[span.clone()];
        let mended: String = written
            .chars()
            .map(|c| if word_part(c) { c } else { '_' })
            .collect();
        self.mend(span.clone(), &mended);
        self.fault(
            span,
            format!("`{written}` is neither a number nor a single word"),
            format!("if it is a text, write \"{written}\""),
        );
    }

    // ---- texts ----

    fn text_value(&mut self) -> Step<Node> {
        let start = self.at;
        self.at += 1;
        let mut content = String::new();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(self.finished_text(start, content)),
                '\\' => self.escape(&mut content),
                _ => content.push(c),
            }
        }
        self.note_long(start..self.at);
        let line = start
            ..start
                + self.text[start..]
                    .find('\n')
                    .unwrap_or(self.text.len() - start);
        self.stop(
            line,
            "the closing quotation mark of this text is missing",
            "a text starts and ends with \" on the same line",
        )
    }

    fn finished_text(&mut self, start: usize, content: String) -> Node {
        self.note_long(start..self.at);
        Node::scalar(Kind::Text, start..self.at, content)
    }

    fn note_long(&mut self, span: Span) {
        if self.long_text.is_none() && self.text[span.clone()].contains('\n') {
            self.long_text = Some(span);
        }
    }

    fn escape(&mut self, content: &mut String) {
        let Some(c) = self.peek() else { return };
        self.at += c.len_utf8();
        match c {
            'n' => content.push('\n'),
            't' => content.push('\t'),
            'r' => content.push('\r'),
            'u' => {
                let braces = self.take_while(|c| c == '{' || c.is_ascii_hexdigit());
                self.skip('}');
                let digits = self.text[braces].trim_start_matches('{');
                let code = u32::from_str_radix(digits, 16).ok();
                content.extend(code.and_then(char::from_u32));
            }
            other => content.push(other),
        }
    }

    /// How many # stand between the r and the quotation mark of a raw text.
    fn raw_hashes(&self) -> Option<usize> {
        let after = self.rest().strip_prefix('r')?;
        let bare = after.trim_start_matches('#');
        bare.starts_with('"').then_some(after.len() - bare.len())
    }

    fn raw_text(&mut self) -> Step<Node> {
        let start = self.at;
        let hashes = self.raw_hashes().unwrap_or(0);
        let close = format!("\"{}", "#".repeat(hashes));
        let open = start + 2 + hashes;
        let Some(length) = self.text[open..].find(&close) else {
            return self.stop(
                start..open,
                "the end of this raw text is missing",
                format!("it ends with {close}"),
            );
        };
        self.at = open + length + close.len();
        Ok(Node::scalar(
            Kind::Text,
            start..self.at,
            self.text[open..open + length].to_owned(),
        ))
    }

    fn single_quoted(&mut self) -> Step<Node> {
        let start = self.at;
        self.at += 1;
        let inner = self.take_while(|c| c != '\'' && c != '\n');
        let content = &self.text[inner.clone()];
        if !self.skip('\'') {
            return self.stop(
                start..inner.end,
                "the closing quotation mark of this text is missing",
                "a text starts and ends with \"",
            );
        }
        if content.chars().count() == 1 || content.starts_with('\\') {
            return Ok(Node::scalar(Kind::Char, start..self.at, content.to_owned()));
        }
        Ok(self.wrong_marks(start..self.at, content))
    }

    fn typographic(&mut self) -> Step<Node> {
        let start = self.at;
        self.at += self.peek().map_or(0, char::len_utf8);
        let inner = self.take_while(|c| !closing_mark(c) && c != '"' && c != '\n');
        let Some(close) = self.peek().filter(|c| closing_mark(*c) || *c == '"') else {
            return self.stop(
                start..inner.end,
                "the closing quotation mark of this text is missing",
                "a text starts and ends with straight marks: \"",
            );
        };
        self.at += close.len_utf8();
        Ok(self.wrong_marks(start..self.at, &self.text[inner]))
    }

    fn wrong_marks(&mut self, span: Span, content: &str) -> Node {
        let plain: String = content
            .chars()
            .filter(|c| !matches!(c, '"' | '\\'))
            .collect();
        self.mend(span.clone(), &format!("\"{plain}\""));
        self.fault(
            span.clone(),
            "a text stands between straight double quotation marks",
            format!("write \"{content}\""),
        );
        Node::scalar(Kind::Text, span, content.to_owned())
    }

    // ---- brackets ----

    fn round(&mut self, name: Option<Name>) -> Step<Node> {
        let open = self.at;
        self.at += 1;
        self.blanks()?;
        let fields = self.peek() == Some(')') || self.key_ahead();
        let kind = if fields { Kind::Fields } else { Kind::Tuple };
        let children = self.children(open, ')', kind)?;
        let start = name.as_ref().map_or(open, |name| name.span.start);
        Ok(Node {
            span: start..self.at,
            kind,
            name,
            text: String::new(),
            children,
        })
    }

    fn square(&mut self) -> Step<Node> {
        self.unnamed(']', Kind::List)
    }

    fn curly(&mut self) -> Step<Node> {
        self.unnamed('}', Kind::Map)
    }

    fn unnamed(&mut self, close: char, kind: Kind) -> Step<Node> {
        let open = self.at;
        self.at += 1;
        let children = self.children(open, close, kind)?;
        Ok(Node {
            span: open..self.at,
            kind,
            name: None,
            text: String::new(),
            children,
        })
    }

    /// Whether a key comes next: a name and a colon, or a name and a value.
    fn key_ahead(&self) -> bool {
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

    fn children(&mut self, open: usize, close: char, kind: Kind) -> Step<Vec<Child>> {
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
                    self.fault(
                        span,
                        "a comma too many",
                        "put one comma between two settings",
                    );
                }
                Some(_) => self.one_child(kind, close, &mut children)?,
            }
        }
        self.at += 1;
        self.depth -= 1;
        self.pairs.push(open..self.at);
        Ok(children)
    }

    fn one_child(&mut self, kind: Kind, close: char, children: &mut Vec<Child>) -> Step<()> {
        let start = self.at;
        let key = match kind {
            Kind::Fields | Kind::Map => self.key(kind, close)?,
            _ => None,
        };
        if matches!(kind, Kind::Fields | Kind::Map) && key.is_none() {
            return Ok(());
        }
        let mut node = self.value()?;
        let named = key
            .as_ref()
            .is_some_and(|key| key.quoted || kind == Kind::Fields);
        if named {
            self.decimal_comma(&mut node);
        }
        self.separator(&node, kind, close)?;
        children.push(Child {
            key,
            node,
            whole: start..self.at,
        });
        Ok(())
    }

    // ---- keys ----

    /// Reads a key and its colon; `None` after a key without a value, which is then blanked.
    fn key(&mut self, kind: Kind, close: char) -> Step<Option<Name>> {
        let name = match kind {
            Kind::Map => self.map_key()?,
            _ => self.field_key()?,
        };
        self.blanks()?;
        self.colon(&name)?;
        self.blanks()?;
        if self.peek() == Some(',') || self.peek() == Some(close) {
            self.skip(',');
            self.mend(name.span.start..self.at, "");
            self.fault(
                name.span.clone(),
                format!("`{}` has no value", name.text),
                "write its value after the colon, or delete the line to use the default",
            );
            return Ok(None);
        }
        Ok(Some(name))
    }

    fn map_key(&mut self) -> Step<Name> {
        let node = self.value()?;
        let quoted = node.kind == Kind::Text;
        let text = if node.text.is_empty() && !quoted {
            self.text[node.span.clone()].to_owned()
        } else {
            node.text
        };
        Ok(Name {
            text,
            span: node.span,
            quoted,
        })
    }

    fn field_key(&mut self) -> Step<Name> {
        match self.peek() {
            Some('"') => {
                let node = self.text_value()?;
                let inner = node.span.start + 1..node.span.end - 1;
                if self.text[inner.clone()].chars().all(word_part) {
                    let bare = format!(" {} ", &self.text[inner]);
                    self.mend(node.span.clone(), &bare);
                }
                Ok(Name {
                    text: node.text,
                    span: node.span,
                    quoted: true,
                })
            }
            Some(c) if word_start(c) => Ok(self.plain_key()),
            Some(c) => self.stop(
                self.at..self.at + c.len_utf8(),
                format!("`{c}` cannot stand here"),
                "within round brackets each setting has a name: name: value",
            ),
            None => self.stop(
                self.at..self.at,
                "the file ends too early",
                "close the brackets",
            ),
        }
    }

    fn plain_key(&mut self) -> Name {
        let start = self.at;
        self.at += if self.rest().starts_with("r#") { 2 } else { 0 };
        let plain = self.take_while(word_part);
        let more = self.take_while(|c| word_part(c) || c == '-');
        if !more.is_empty() {
            let span = plain.start..more.end;
            let right = self.text[span.clone()].replace('-', "_");
            self.mend(span.clone(), &right);
            self.fault(
                span,
                "the name of a setting has no hyphen",
                format!("write {right}"),
            );
        }
        let text = self.text[plain.start..more.end].replace('-', "_");
        Name {
            text,
            span: start..self.at,
            quoted: false,
        }
    }

    fn colon(&mut self, key: &Name) -> Step<()> {
        let start = self.at;
        match self.peek() {
            Some(':') => {
                self.at += 1;
                if self.skip('=') {
                    self.wrong_colon(start, key);
                }
                Ok(())
            }
            Some('=') => {
                self.take_while(|c| matches!(c, '=' | '>'));
                self.wrong_colon(start, key);
                Ok(())
            }
            Some(',' | ')' | '}' | ']') => {
                let help = format!("write {}: and its value", key.text);
                self.stop(
                    key.span.clone(),
                    format!("`{}` has no value", key.text),
                    help,
                )
            }
            _ => self.no_colon(key),
        }
    }

    fn wrong_colon(&mut self, start: usize, key: &Name) {
        let span = start..self.at;
        self.mend(span.clone(), ":");
        let what = format!(
            "between name and value stands a colon, not {}",
            &self.text[span.clone()]
        );
        self.fault(span, what, format!("write {}: …", key.text));
    }

    fn no_colon(&mut self, key: &Name) -> Step<()> {
        let what = format!("a colon is missing after `{}`", key.text);
        self.fault(key.span.clone(), what, format!("write {}: …", key.text));
        if self.at == key.span.end {
            return Err(Stop);
        }
        let gap = key.span.end
            ..key.span.end
                + self.text[key.span.end..]
                    .chars()
                    .next()
                    .map_or(0, char::len_utf8);
        self.mend(gap, ":");
        Ok(())
    }

    // ---- between values ----

    fn separator(&mut self, before: &Node, kind: Kind, close: char) -> Step<()> {
        let end = self.at;
        self.blanks()?;
        match self.peek() {
            Some(',') => self.at += 1,
            Some(';') => {
                let span = self.at..self.at + 1;
                self.at += 1;
                self.mend(span.clone(), ",");
                self.fault(
                    span,
                    "settings are separated by a comma, not ;",
                    "write , in its place",
                );
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

    fn no_comma(&mut self, before: &Node, end: usize) -> Step<()> {
        let next = self.peek();
        let help = match (before.kind, next) {
            (Kind::Number, Some(c)) if c.is_ascii_digit() => {
                "put a comma between two values; a number is written without blanks: 10000 or 10_000"
            }
            (Kind::Text, Some(_)) if self.at == end => {
                "put a comma after the text; a quotation mark within a text is written \\\""
            }
            _ => "put a comma after this value",
        };
        self.fault(
            end.saturating_sub(1).max(before.span.start)..end,
            "a comma is missing here",
            help,
        );
        let gap = self.text[end..]
            .chars()
            .next()
            .filter(|c| c.is_whitespace());
        match gap {
            Some(c) => {
                self.mend(end..end + c.len_utf8(), ",");
                Ok(())
            }
            None => Err(Stop),
        }
    }

    // ---- brackets that do not match ----

    fn mismatch<T>(&mut self, open: usize, close: char) -> Step<T> {
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

    fn unclosed<T>(&mut self, open: usize, close: char) -> Step<T> {
        let suspect = self.suspect();
        let at = suspect.as_ref().map_or(open, |pair| pair.start);
        let bracket = &self.text[at..=at];
        let what = format!("the bracket `{bracket}` is never closed");
        let also = suspect.map(|pair| {
            (
                pair.end - 1..pair.end,
                "this bracket seems meant for an earlier one".to_owned(),
            )
        });
        let close = if also.is_some() {
            closer(bracket)
        } else {
            close
        };
        let help = Some(format!("put `{close}` after its last setting"));
        self.faults.push(Fault {
            span: at..at + 1,
            what,
            help,
            also,
        });
        Err(Stop)
    }

    /// A pair of brackets whose closing one is indented less than the line of its opening one:
    /// most likely the place where a bracket was forgotten.
    fn suspect(&self) -> Option<Span> {
        let indent = |at: usize| {
            let start = self.text[..at].rfind('\n').map_or(0, |n| n + 1);
            let line = &self.text[start..];
            line.len() - line.trim_start_matches([' ', '\t']).len()
        };
        let alone = |pair: &Span| {
            let start = self.text[..pair.end - 1].rfind('\n').map_or(0, |n| n + 1);
            self.text[start..pair.end - 1].trim().is_empty()
        };
        let mut pairs = self
            .pairs
            .iter()
            .filter(|pair| self.text[(*pair).clone()].contains('\n'));
        pairs
            .find(|pair| alone(pair) && indent(pair.end - 1) < indent(pair.start))
            .cloned()
    }
}

/// A blank and exactly three digits: the rest of a number such as `10 000`.
fn thousands(rest: &str) -> bool {
    let digits = rest[1..].chars().take_while(char::is_ascii_digit).count();
    let next = rest[1..].chars().nth(3);
    digits == 3 && !next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

fn closer(open: &str) -> char {
    match open {
        "(" => ')',
        "[" => ']',
        _ => '}',
    }
}

/// The blanks `ron` knows.
fn ron_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\n'
            | '\r'
            | '\u{b}'
            | '\u{c}'
            | '\u{85}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'
            | '\u{2029}'
    )
}

fn odd_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}'
        )
}

fn number_start(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '-' | '.')
}

fn word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn opening_mark(c: char) -> bool {
    matches!(c, '“' | '„' | '”' | '«' | '»' | '‘' | '’' | '‚')
}

fn closing_mark(c: char) -> bool {
    opening_mark(c)
}
