//! Words and signs of a formula, each with its place.

use super::Flaw;
use core::ops::Range;

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A number.
    Number(f64),
    /// A name, without the backquotes that it may stand in.
    Name(String),
    /// A text in quotation marks.
    Text(String),
    /// A sign: `+ - * / : | || ( ) , ~ @ >= <= > < == !=`.
    Sign(&'static str),
}

/// A token and its bytes.
pub(super) type Placed = (Token, Range<usize>);

/// Signs, longer ones first.
const SIGNS: [&str; 18] = ["||", ">=", "<=", "==", "!=", "+", "-", "*", "/", ":", "|", "(", ")", ",", "~", "@", ">", "<"];

/// All tokens of a text.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Flaw> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '0'..='9' | '.' => number(rest, at)?,
            '"' | '\'' | '`' => quoted(rest, first, at)?,
            c if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Token::Name(rest[..length].to_owned()), length)
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Token::Sign(sign), sign.len()),
                None => return Err(odd(first, rest, at)),
            },
        };
        found.push((token, at..at + length));
        at += length;
    }
    Ok(found)
}

fn odd(first: char, rest: &str, at: usize) -> Flaw {
    let help = match first {
        '=' => Some("to compare, write == (two equals signs)".to_owned()),
        '&' => Some("write `and`".into()),
        '−' | '–' => Some("write the minus of the keyboard: -".into()),
        '≥' => Some("write >=".into()),
        '≤' => Some("write <=".into()),
        '^' => Some("for a square, write x:x".into()),
        _ => None,
    };
    Flaw { help, ..Flaw::new(at..at + first.len_utf8(), format!("`{}` means nothing here", rest.chars().next().unwrap_or_default())) }
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Flaw> {
    let mut length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let tail = &rest[length..];
    if tail.starts_with(['e', 'E']) {
        let sign = usize::from(tail[1..].starts_with(['+', '-']));
        let digits = tail[1 + sign..].find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len() - 1 - sign);
        length += if digits > 0 { 1 + sign + digits } else { 0 };
    }
    let written = &rest[..length];
    let value = written.parse().map_err(|_| Flaw::new(at..at + length, format!("`{written}` is no number")))?;
    Ok((Token::Number(value), length))
}

fn quoted(rest: &str, mark: char, at: usize) -> Result<(Token, usize), Flaw> {
    let Some(end) = rest[1..].find(mark) else {
        return Err(Flaw::new(at..at + 1, format!("this {mark} is not closed")));
    };
    let inside = rest[1..=end].to_owned();
    Ok((if mark == '`' { Token::Name(inside) } else { Token::Text(inside) }, end + 2))
}
