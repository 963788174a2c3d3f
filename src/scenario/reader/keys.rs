//! Names of settings and the colon after them.
use super::super::tree::{Kind, Name};
use super::signs::{word_part, word_start};
use super::{Reader, Step, Stop};

impl Reader<'_> {
    /// Reads a key and its colon; `None` after a key without a value, which is then blanked.
    pub(super) fn key(&mut self, kind: Kind, close: char) -> Step<Option<Name>> {
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

    pub(super) fn map_key(&mut self) -> Step<Name> {
        let node = self.value()?;
        let quoted = node.kind == Kind::Text;
        let text = if node.text.is_empty() && !quoted { self.text[node.span.clone()].to_owned() } else { node.text };
        Ok(Name { text, span: node.span, quoted })
    }

    pub(super) fn field_key(&mut self) -> Step<Name> {
        match self.peek() {
            Some('"') => {
                let node = self.text_value()?;
                let inner = node.span.start + 1..node.span.end - 1;
                if self.text[inner.clone()].chars().all(word_part) {
                    let bare = format!(" {} ", &self.text[inner]);
                    self.mend(node.span.clone(), &bare);
                }
                Ok(Name { text: node.text, span: node.span, quoted: true })
            }
            Some(c) if word_start(c) => Ok(self.plain_key()),
            Some(c) => self.stop(
                self.at..self.at + c.len_utf8(),
                format!("`{c}` cannot stand here"),
                "within round brackets each setting has a name: name: value",
            ),
            None => self.stop(self.at..self.at, "the file ends too early", "close the brackets"),
        }
    }

    pub(super) fn plain_key(&mut self) -> Name {
        let start = self.at;
        self.at += if self.rest().starts_with("r#") { 2 } else { 0 };
        let plain = self.take_while(word_part);
        let more = self.take_while(|c| word_part(c) || c == '-');
        if !more.is_empty() {
            let span = plain.start..more.end;
            let right = self.text[span.clone()].replace('-', "_");
            self.mend(span.clone(), &right);
            self.fault(span, "the name of a setting has no hyphen", format!("write {right}"));
        }
        let text = self.text[plain.start..more.end].replace('-', "_");
        Name { text, span: start..self.at, quoted: false }
    }

    pub(super) fn colon(&mut self, key: &Name) -> Step<()> {
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
                self.stop(key.span.clone(), format!("`{}` has no value", key.text), help)
            }
            _ => self.no_colon(key),
        }
    }

    pub(super) fn wrong_colon(&mut self, start: usize, key: &Name) {
        let span = start..self.at;
        self.mend(span.clone(), ":");
        let what = format!("between name and value stands a colon, not {}", &self.text[span.clone()]);
        self.fault(span, what, format!("write {}: …", key.text));
    }

    pub(super) fn no_colon(&mut self, key: &Name) -> Step<()> {
        let what = format!("a colon is missing after `{}`", key.text);
        self.fault(key.span.clone(), what, format!("write {}: …", key.text));
        if self.at == key.span.end {
            return Err(Stop);
        }
        let gap = key.span.end..key.span.end + self.text[key.span.end..].chars().next().map_or(0, char::len_utf8);
        self.mend(gap, ":");
        Ok(())
    }
}
