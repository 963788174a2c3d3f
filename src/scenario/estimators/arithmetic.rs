//! Arithmetic of keys, for truths that no key holds by itself: `a ^ 2 / (a ^ 2 + b ^ 2)` with `a` and `b` keys of a scenario.
//! Signs bind as usual: `^`, then the minus before a number, then `*` and `/`, then `+` and `-`.
//!
//! The reader of formulas does not do for this: its names have no points and brackets, and its signs are those of R.

use crate::estimators::formula::{DEEPEST, Flaw, MOST_TOKENS};

/// What was written, as a tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sum {
    /// A number.
    Number(f64),
    /// A key, by its path.
    Key(String),
    /// `-x`
    Negative(Box<Sum>),
    /// Two parts and the sign between them.
    Pair(Box<Sum>, char, Box<Sum>),
}

impl Sum {
    /// All keys in it, in the order in which they are written.
    pub fn keys(&self) -> Vec<&str> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Key(path) => vec![path],
            Self::Negative(of) => of.keys(),
            Self::Pair(left, _, right) => left.keys().into_iter().chain(right.keys()).collect(),
        }
    }

    /// Its value, from those of keys.
    pub fn value(&self, of_key: &dyn Fn(&str) -> f64) -> f64 {
        match self {
            Self::Number(value) => *value,
            Self::Key(path) => of_key(path),
            Self::Negative(of) => -of.value(of_key),
            Self::Pair(left, sign, right) => {
                let (left, right) = (left.value(of_key), right.value(of_key));
                match sign {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    '/' => left / right,
                    _ => libm::pow(left, right),
                }
            }
        }
    }
}

/// Reads a key, or arithmetic of keys.
///
/// # Errors
/// The first thing that is not as it should be.
pub(super) fn read(text: &str) -> Result<Sum, Flaw> {
    let mut reader = Reader { rest: text.trim(), taken: 0, depth: 0 };
    let found = reader.sum()?;
    match reader.rest.chars().next() {
        None => Ok(found),
        Some(')') => Err(wrong("a bracket is closed that was never opened")),
        Some('(') => Err(Flaw::with_help(0..0, "there are no functions here", "a root is written x ^ 0.5")),
        Some(_) => Err(wrong(&format!("`{}` does not belong here; is a sign missing before it?", reader.rest))),
    }
}

fn wrong(what: &str) -> Flaw {
    Flaw::with_help(0..0, what, "write a key such as symptoms.slope, or arithmetic of keys: symptoms.slope_sd ^ 2")
}

struct Reader<'a> {
    rest: &'a str,
    /// Words and signs so far.
    taken: usize,
    /// Brackets, minus signs and powers that are open.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        self.taken += 1;
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest.trim_start();
        taken
    }

    /// The next sign, if it is one of these.
    fn sign(&mut self, signs: &str) -> Option<char> {
        let sign = self.rest.chars().next().filter(|next| signs.contains(*next))?;
        self.take(1);
        Some(sign)
    }

    fn pairs(&mut self, signs: &str, next: fn(&mut Self) -> Result<Sum, Flaw>) -> Result<Sum, Flaw> {
        let mut left = next(self)?;
        while let Some(sign) = self.sign(signs) {
            left = Sum::Pair(Box::new(left), sign, Box::new(next(self)?));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Sum, Flaw> {
        self.pairs("+-", Self::product)
    }

    fn product(&mut self) -> Result<Sum, Flaw> {
        self.pairs("*/", Self::signed)
    }

    /// All recursion goes through here, and a tree is no deeper than it has words: neither must exhaust the stack.
    fn signed(&mut self) -> Result<Sum, Flaw> {
        if self.depth > DEEPEST {
            return Err(wrong(&format!("this is nested more than {DEEPEST} deep")));
        }
        if self.taken > MOST_TOKENS {
            return Err(wrong(&format!("arithmetic may have at most {MOST_TOKENS} words and signs")));
        }
        self.depth += 1;
        let found = self.power();
        self.depth -= 1;
        found
    }

    fn power(&mut self) -> Result<Sum, Flaw> {
        if self.sign("-").is_some() {
            return Ok(Sum::Negative(Box::new(self.signed()?)));
        }
        let base = self.primary()?;
        if self.sign("^").is_some() { Ok(Sum::Pair(Box::new(base), '^', Box::new(self.signed()?))) } else { Ok(base) }
    }

    fn primary(&mut self) -> Result<Sum, Flaw> {
        match self.rest.chars().next() {
            None => Err(wrong("a key or a number is missing at the end")),
            Some('(') => {
                self.take(1);
                let inside = self.sum()?;
                self.sign(")").map(|_| inside).ok_or_else(|| wrong("a closing bracket is missing"))
            }
            Some(first) if first.is_ascii_digit() || first == '.' => {
                let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(self.rest.len());
                let end = if self.rest[..end].ends_with(['e', 'E']) && self.rest[end..].starts_with(['-', '+']) {
                    let digits = self.rest[end + 1..].find(|c: char| !c.is_ascii_digit());
                    digits.map_or(self.rest.len(), |digits| end + 1 + digits)
                } else {
                    end
                };
                let written = self.take(end);
                written.parse().map(Sum::Number).map_err(|_| wrong(&format!("`{written}` is no number")))
            }
            Some(first) if first.is_alphabetic() || first == '_' => {
                let end = key_end(self.rest).ok_or_else(|| wrong("a closing `]` is missing"))?;
                Ok(Sum::Key(self.take(end).to_owned()))
            }
            Some(first) => Err(wrong(&format!("`{first}` means nothing here"))),
        }
    }
}

/// Where the path at the start of a text ends: names, points, and whatever stands between `[` and `]`.
fn key_end(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        match next {
            '[' => at += text[at..].find(']')? + 1,
            c if c.is_alphanumeric() || c == '_' || c == '.' => at += c.len_utf8(),
            _ => break,
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        let of_key = |path: &str| if path == "a.b" { 3.0 } else { 4.0 };
        read(text).unwrap_or_else(|flaw| panic!("{text}: {flaw:?}")).value(&of_key)
    }

    #[test]
    fn signs_bind_as_usual() {
        for (text, expected) in [
            ("a.b", 3.0),
            (" 2 + a.b * x ", 14.0),
            ("(2 + a.b) * x", 20.0),
            ("-a.b ^ 2", -9.0),
            ("2 ^ -1", 0.5),
            ("a.b-1", 2.0),
            ("8 / x / 2", 1.0),
            ("1 - 2 - 3", -4.0),
            ("2 ^ 3 ^ 2", 512.0),
            ("1e-1 * 2.5e2 + .5", 25.5),
            ("x ^ 0.5", 2.0),
            ("a.b ^ 2 / (a.b ^ 2 + x ^ 2)", 0.36),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn keys_keep_their_brackets() {
        let found = read("treatments[\"one's own - or not\"].therapist_share * x_1 + sweep[0]").expect("arithmetic");
        assert_eq!(found.keys(), ["treatments[\"one's own - or not\"].therapist_share", "x_1", "sweep[0]"]);
    }

    #[test]
    fn what_could_exhaust_the_stack_is_refused() {
        let many = 20_000;
        for (text, what) in [
            (format!("{}1{}", "(".repeat(many), ")".repeat(many)), "nested more than 50 deep"),
            (format!("{}1", "-".repeat(many)), "nested more than 50 deep"),
            (format!("1{}", " ^ 1".repeat(many)), "nested more than 50 deep"),
            (format!("1{}", " + 1".repeat(many)), "at most 2000 words and signs"),
            (format!("1{}", " * a.b".repeat(many)), "at most 2000 words and signs"),
        ] {
            assert!(read(&text).is_err_and(|flaw| flaw.what.contains(what)), "{what}");
        }
        assert_eq!(value(&format!("{}1{}", "(".repeat(40), ")".repeat(40))), 1.0);
    }

    #[test]
    fn what_is_no_arithmetic_has_a_reason() {
        for (text, part) in [
            ("", "missing at the end"),
            ("a.b +", "missing at the end"),
            ("(a.b", "closing bracket"),
            ("a.b)", "never opened"),
            ("sqrt(a.b)", "no functions"),
            ("a.b c.d", "`c.d` does not belong"),
            ("3x", "no number"),
            ("a.b % 2", "does not belong"),
            ("* 2", "means nothing"),
            ("a[\"b", "closing `]`"),
        ] {
            let flaw = read(text).expect_err(text);
            assert!(flaw.what.contains(part), "{text}: {}", flaw.what);
        }
    }
}
