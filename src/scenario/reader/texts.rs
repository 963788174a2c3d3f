//! Texts in quotation marks, right ones and wrong ones.
use super::super::tree::{Kind, Node, Span};
use super::signs::typographic_mark;
use super::{Reader, Step};

impl Reader<'_> {
    pub(super) fn text_value(&mut self) -> Step<Node> {
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
        let line = start..start + self.text[start..].find('\n').unwrap_or(self.text.len() - start);
        self.stop(line, "the closing quotation mark of this text is missing", "a text starts and ends with \" on the same line")
    }

    pub(super) fn finished_text(&mut self, start: usize, content: String) -> Node {
        self.note_long(start..self.at);
        Node::scalar(Kind::Text, start..self.at, content)
    }

    pub(super) fn note_long(&mut self, span: Span) {
        if self.long_text.is_none() && self.text[span.clone()].contains('\n') {
            self.long_text = Some(span);
        }
    }

    pub(super) fn escape(&mut self, content: &mut String) {
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
    pub(super) fn raw_hashes(&self) -> Option<usize> {
        let after = self.rest().strip_prefix('r')?;
        let bare = after.trim_start_matches('#');
        bare.starts_with('"').then_some(after.len() - bare.len())
    }

    pub(super) fn raw_text(&mut self) -> Step<Node> {
        let start = self.at;
        let hashes = self.raw_hashes().unwrap_or(0);
        let close = format!("\"{}", "#".repeat(hashes));
        let open = start + 2 + hashes;
        let Some(length) = self.text[open..].find(&close) else {
            return self.stop(start..open, "the end of this raw text is missing", format!("it ends with {close}"));
        };
        self.at = open + length + close.len();
        Ok(Node::scalar(Kind::Text, start..self.at, self.text[open..open + length].to_owned()))
    }

    pub(super) fn single_quoted(&mut self) -> Step<Node> {
        let start = self.at;
        self.at += 1;
        let inner = self.take_while(|c| c != '\'' && c != '\n');
        let content = &self.text[inner.clone()];
        if !self.skip('\'') {
            return self.stop(start..inner.end, "the closing quotation mark of this text is missing", "a text starts and ends with \"");
        }
        if content.chars().count() == 1 || content.starts_with('\\') {
            return Ok(Node::scalar(Kind::Char, start..self.at, content.to_owned()));
        }
        Ok(self.wrong_marks(start..self.at, content))
    }

    pub(super) fn typographic(&mut self) -> Step<Node> {
        let start = self.at;
        self.at += self.peek().map_or(0, char::len_utf8);
        let inner = self.take_while(|c| !typographic_mark(c) && c != '"' && c != '\n');
        let Some(close) = self.peek().filter(|c| typographic_mark(*c) || *c == '"') else {
            return self.stop(
                start..inner.end,
                "the closing quotation mark of this text is missing",
                "a text starts and ends with straight marks: \"",
            );
        };
        self.at += close.len_utf8();
        Ok(self.wrong_marks(start..self.at, &self.text[inner]))
    }

    pub(super) fn wrong_marks(&mut self, span: Span, content: &str) -> Node {
        let plain: String = content.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
        self.mend(span.clone(), &format!("\"{plain}\""));
        self.fault(span.clone(), "a text stands between straight double quotation marks", format!("write \"{content}\""));
        Node::scalar(Kind::Text, span, content.to_owned())
    }
}
