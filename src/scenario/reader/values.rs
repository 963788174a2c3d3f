//! Numbers and words, and the ways they are miswritten.
use super::super::tree::{Kind, Name, Node, Span};
use super::signs::{number_start, typographic_mark, word_part, word_start};
use super::{DEEPEST, Reader, Step};

impl Reader<'_> {
    pub(super) fn value(&mut self) -> Step<Node> {
        if self.depth > DEEPEST {
            return self.stop(self.at..self.at + 1, "too many brackets within brackets", "no setting lies this deep");
        }
        match self.peek() {
            Some('(') => self.round(None),
            Some('[') => self.square(),
            Some('{') => self.curly(),
            Some('"') => self.text_value(),
            Some('\'') => self.single_quoted(),
            Some('r') if self.raw_hashes().is_some() => self.raw_text(),
            Some(c) if typographic_mark(c) => self.typographic(),
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

    pub(super) fn number(&mut self) -> Step<Node> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        while let Some(c) = self.peek() {
            let sign = matches!(c, '+' | '-');
            let after_e = self.at > start && matches!(bytes[self.at - 1], b'e' | b'E');
            if !(c.is_alphanumeric() || matches!(c, '_' | '.') || (sign && (self.at == start || after_e))) {
                break;
            }
            self.at += c.len_utf8();
        }
        let span = start..self.at;
        self.after_number(&span);
        Ok(Node::scalar(Kind::Number, span, String::new()))
    }

    /// `50%`, `1'000`, `1/3`: ways to write numbers that a scenario does not know.
    pub(super) fn after_number(&mut self, number: &Span) {
        let written = &self.text[number.clone()];
        let digit_next = self.rest().chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        match self.peek() {
            Some('%') => {
                self.at += 1;
                let share = written.parse::<f64>().map_or("0.5".into(), |n| (n / 100.0).to_string());
                self.mend(number.end..self.at, "");
                self.fault(number.start..self.at, "a share is not written with %", format!("write {share}"));
            }
            Some('\'' | '’' | '/') if digit_next => {
                let c = self.peek().unwrap_or('/');
                self.at += c.len_utf8();
                self.take_while(|c| c.is_ascii_digit() || c == '\'');
                let span = number.start..self.at;
                self.mend(number.end..self.at, "");
                let help =
                    if c == '/' { "write the number with a decimal point" } else { "write it without a mark, or with _ as in 1_000" };
                self.fault(span.clone(), format!("`{}` is not a number a scenario knows", &self.text[span]), help);
            }
            Some(' ') if thousands(self.rest()) => {
                self.at += 4;
                let span = number.start..self.at;
                self.mend(number.end..self.at, "");
                let plain = self.text[span.clone()].replace(' ', "");
                self.fault(span, "a number has no blanks in it", format!("write {plain}; between two numbers stands a comma"));
            }
            _ => {}
        }
    }

    /// `0,05`: the reader stands before the comma.
    pub(super) fn decimal_comma(&mut self, number: &mut Node) -> bool {
        let mut next = self.rest().chars();
        let adjoins = number.kind == Kind::Number && self.at == number.span.end;
        if !(adjoins && next.next() == Some(',') && next.next().is_some_and(|c| c.is_ascii_digit())) {
            return false;
        }
        let comma = self.at;
        self.at += 1;
        self.take_while(|c| c.is_alphanumeric());
        number.span.end = self.at;
        let written = &self.text[number.span.clone()];
        let right = written.replace(',', ".");
        let thousands = written.split_once(',').is_some_and(|(whole, rest)| rest.len() == 3 && !matches!(whole, "0" | "-0"));
        let (what, help) = if thousands {
            (format!("`{written}` has a comma in it"), format!("write {}", written.replace(',', "")))
        } else {
            (format!("`{written}` has a decimal comma"), format!("write {right} with a point"))
        };
        self.mend(comma..comma + 1, ".");
        self.fault(number.span.clone(), what, help);
        true
    }

    pub(super) fn word(&mut self) -> Step<Node> {
        let start = self.at;
        let raw = self.rest().starts_with("r#");
        self.at += if raw { 2 } else { 0 };
        let plain = self.take_while(word_part);
        let joined = |c: char| word_part(c) || matches!(c, '-' | '.' | '+');
        let more = self.take_while(joined);
        if !more.is_empty() {
            self.odd_word(start..more.end);
        }
        let name = Name { text: self.text[plain.start..more.end].to_owned(), span: start..self.at, quoted: false };
        let end = self.at;
        self.blanks()?;
        if self.peek() == Some('(') {
            return self.round(Some(name));
        }
        self.at = end;
        Ok(Node::scalar(Kind::Word, name.span, name.text))
    }

    pub(super) fn odd_word(&mut self, span: Span) {
        let written = &self.text[span.clone()];
        let mended: String = written.chars().map(|c| if word_part(c) { c } else { '_' }).collect();
        self.mend(span.clone(), &mended);
        self.fault(span, format!("`{written}` is neither a number nor a single word"), format!("if it is a text, write \"{written}\""));
    }
}

/// A blank and exactly three digits: the rest of a number such as `10 000`.
fn thousands(rest: &str) -> bool {
    let digits = rest[1..].chars().take_while(char::is_ascii_digit).count();
    let next = rest[1..].chars().nth(3);
    digits == 3 && !next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}
