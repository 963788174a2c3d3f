//! From text to tree, by recursive descent. Signs bind as in R: `:` before `*` and `/`, these before `+` and `-`.

use super::ast::{Against, Ast, Compare, Comparison, Formula, Kind, Sign, When, Word};
use super::lex::{Placed, Token, tokens};
use super::{Flaw, NOTHING};

/// Reads an expression such as `mean(z(early) | therapist)`.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn expression(text: &str) -> Result<Ast, Flaw> {
    let mut parser = Parser::new(text, "an expression such as `early` or `z(gain)`")?;
    let found = parser.value()?;
    parser.end().map(|()| found)
}

/// Reads a model formula such as `post ~ pre + arm + (1 | therapist)`.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn formula(text: &str) -> Result<Formula, Flaw> {
    let mut parser = Parser::new(text, "a formula such as `post ~ pre + arm`")?;
    let response = if parser.pair_ahead() { parser.list()? } else { vec![parser.sum()?] };
    if !parser.takes("~") {
        let flaw = Flaw::new(parser.here(), "a formula needs a `~` between what is explained and what explains it");
        return Err(Flaw { help: Some("for example: post ~ pre + early".into()), ..flaw });
    }
    let right = parser.sum()?;
    parser.end().map(|()| Formula { response, right })
}

/// Reads conditions such as `sessions >= 3 and arm == "feedback"`; an empty text has none.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn comparisons(text: &str) -> Result<Vec<Comparison>, Flaw> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut parser = Parser::new(text, "a condition such as `sessions >= 3`")?;
    let mut found = vec![parser.comparison()?];
    while parser.takes_word("and") {
        found.push(parser.comparison()?);
    }
    if let Some((Token::Name(word), span)) = parser.peek()
        && word == "or"
    {
        return Err(Flaw::with_help(span.clone(), "`or` is not possible", "conditions are joined by `and`"));
    }
    parser.end().map(|()| found)
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    end: usize,
}

/// Comparisons by their signs.
const COMPARES: [(&str, Compare); 6] = [
    (">=", Compare::AtLeast),
    ("<=", Compare::AtMost),
    (">", Compare::More),
    ("<", Compare::Less),
    ("==", Compare::Is),
    ("!=", Compare::IsNot),
];

/// Most words and signs of a text, and how deep brackets and minus signs may be nested: what is read by recursion must not
/// exhaust the stack.
const MOST_TOKENS: usize = 2000;
const DEEPEST: usize = 50;

/// Refuses a text that is too long or nested too deeply.
fn within_limits(tokens: &[Placed]) -> Result<(), Flaw> {
    if let Some((_, span)) = tokens.get(MOST_TOKENS) {
        return Err(Flaw::new(span.clone(), format!("a formula may have at most {MOST_TOKENS} words and signs")));
    }
    let (mut open, mut minus) = (0usize, 0);
    for (token, span) in tokens {
        match token {
            Token::Sign("(") => open += 1,
            Token::Sign(")") => open = open.saturating_sub(1),
            _ => {}
        }
        minus = if matches!(token, Token::Sign("-")) { minus + 1 } else { 0 };
        if open.max(minus) > DEEPEST {
            return Err(Flaw::new(span.clone(), format!("this is nested more than {DEEPEST} deep")));
        }
    }
    Ok(())
}

impl Parser {
    fn new(text: &str, wanted: &str) -> Result<Self, Flaw> {
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Err(Flaw::with_help(0..text.len(), NOTHING, format!("write {wanted}")));
        }
        within_limits(&tokens)?;
        Ok(Self { tokens, at: 0, end: text.len() })
    }

    fn peek(&self) -> Option<&Placed> {
        self.tokens.get(self.at)
    }

    /// The bytes of the next token, or the end of the text.
    fn here(&self) -> core::ops::Range<usize> {
        self.peek().map_or(self.end..self.end, |(_, span)| span.clone())
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Some((Token::Sign(found), _)) if *found == sign)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some((Token::Name(word), _)) if word == wanted);
        self.at += usize::from(found);
        found
    }

    fn needs(&mut self, sign: &str, whose: &str) -> Result<(), Flaw> {
        if self.takes(sign) { Ok(()) } else { Err(Flaw::new(self.here(), format!("`{sign}` is missing {whose}"))) }
    }

    fn end(&self) -> Result<(), Flaw> {
        match self.peek() {
            None => Ok(()),
            Some((Token::Sign("~"), span)) => Err(Flaw::new(span.clone(), "there can be one `~`, in a formula")),
            Some((Token::Sign(")"), span)) => Err(Flaw::new(span.clone(), "this bracket closes nothing")),
            Some((_, span)) => Err(Flaw::with_help(span.clone(), "this does not belong here", "is a sign missing before it?")),
        }
    }

    /// A bracket with a comma in it at the start: the time and the event of a survival formula.
    fn pair_ahead(&self) -> bool {
        let mut depth = 0;
        for (token, _) in &self.tokens {
            match token {
                Token::Sign("(") => depth += 1,
                Token::Sign(")") => depth -= 1,
                Token::Sign(",") if depth == 1 => return true,
                _ => {}
            }
            if depth == 0 {
                return false;
            }
        }
        false
    }

    fn list(&mut self) -> Result<Vec<Ast>, Flaw> {
        self.needs("(", "here")?;
        let mut found = vec![self.sum()?];
        while self.takes(",") {
            found.push(self.sum()?);
        }
        self.needs(")", "at the end of the list").map(|()| found)
    }

    fn compare(&mut self) -> Option<Compare> {
        COMPARES.iter().find(|(sign, _)| self.takes(sign)).map(|(_, compare)| *compare)
    }

    /// A sum, or two and a comparison.
    fn value(&mut self) -> Result<Ast, Flaw> {
        let left = self.sum()?;
        let Some(compare) = self.compare() else {
            return Ok(left);
        };
        let right = self.sum()?;
        let span = left.span.start..right.span.end;
        Ok(Ast { span, kind: Kind::Compared(Box::new(left), compare, Box::new(right)) })
    }

    fn comparison(&mut self) -> Result<Comparison, Flaw> {
        let left = self.sum()?;
        let Some(compare) = self.compare() else {
            let what = "here should stand one of >=, <=, >, <, == and !=";
            return Err(Flaw::with_help(self.here(), what, "for example: sessions >= 3"));
        };
        if let Some((Token::Text(text), span)) = self.peek().cloned() {
            self.at += 1;
            return Ok(Comparison { left, compare, right: Against::Text(Word { span, text }) });
        }
        Ok(Comparison { left, compare, right: Against::Value(self.sum()?) })
    }

    fn pairs(&mut self, signs: &[(&str, Sign)], next: fn(&mut Self) -> Result<Ast, Flaw>) -> Result<Ast, Flaw> {
        let mut left = next(self)?;
        while let Some((_, sign)) = signs.iter().find(|(sign, _)| self.takes(sign)) {
            let right = next(self)?;
            let span = left.span.start..right.span.end;
            left = Ast { span, kind: Kind::Pair(Box::new(left), *sign, Box::new(right)) };
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Ast, Flaw> {
        self.pairs(&[("+", Sign::Plus), ("-", Sign::Minus)], Self::product)
    }

    fn product(&mut self) -> Result<Ast, Flaw> {
        self.pairs(&[("*", Sign::Times), ("/", Sign::Over)], Self::interaction)
    }

    fn interaction(&mut self) -> Result<Ast, Flaw> {
        self.pairs(&[(":", Sign::By)], Self::unary)
    }

    fn unary(&mut self) -> Result<Ast, Flaw> {
        let start = self.here().start;
        if self.takes("-") {
            let of = self.unary()?;
            return Ok(Ast { span: start..of.span.end, kind: Kind::Negative(Box::new(of)) });
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Ast, Flaw> {
        let here = self.here();
        match self.peek().cloned() {
            Some((Token::Number(value), span)) => {
                self.at += 1;
                Ok(Ast { span, kind: Kind::Number(value) })
            }
            Some((Token::Name(name), span)) => {
                self.at += 1;
                self.named(Word { span, text: name })
            }
            Some((Token::Sign("("), span)) => {
                self.at += 1;
                self.bracket(span.start)
            }
            Some((Token::Text(text), span)) => {
                let help = format!("names stand without quotation marks: {text}");
                Err(Flaw::with_help(span, "a text does not belong here", help))
            }
            _ => Err(Flaw::new(here, "a column, a number or a function is missing here")),
        }
    }

    fn named(&mut self, word: Word) -> Result<Ast, Flaw> {
        if self.takes("@") {
            return self.when(word);
        }
        if !self.takes("(") {
            return Ok(Ast { span: word.span, kind: Kind::Name(word.text) });
        }
        let mut arguments = Vec::new();
        if !self.is(")") {
            arguments.push(self.value()?);
            while self.takes(",") {
                arguments.push(self.value()?);
            }
        }
        let group = if self.takes("|") { Some(self.word("the name of a group, such as therapist")?) } else { None };
        let end = self.here().end;
        self.needs(")", &format!("at the end of {}(…)", word.text))?;
        Ok(Ast { span: word.span.start..end, kind: Kind::Call { function: word, arguments, group } })
    }

    fn when(&mut self, measure: Word) -> Result<Ast, Flaw> {
        let (start, here) = (measure.span.start, self.here());
        let when = match self.peek() {
            Some((Token::Number(n), _)) if n.fract() == 0.0 && (1.0..=400.0).contains(n) => When::Session(*n as u16),
            Some((Token::Name(word), _)) if word == "last" => When::Last,
            _ => return Err(Flaw::with_help(here, "behind @ stands a session", "write alliance@3, or alliance@last")),
        };
        self.at += 1;
        Ok(Ast { span: start..here.end, kind: Kind::At(measure.text, when) })
    }

    fn word(&mut self, wanted: &str) -> Result<Word, Flaw> {
        match self.peek().cloned() {
            Some((Token::Name(text), span)) => {
                self.at += 1;
                Ok(Word { span, text })
            }
            _ => Err(Flaw::new(self.here(), format!("here should stand {wanted}"))),
        }
    }

    fn bracket(&mut self, start: usize) -> Result<Ast, Flaw> {
        let inner = Box::new(self.value()?);
        let apart = self.takes("||");
        let random = apart || self.takes("|");
        let mut groups = Vec::new();
        if random {
            groups.push(self.word("the name of a group, such as therapist")?);
            while self.takes("/") {
                groups.push(self.word("the name of a group within the one before")?);
            }
        }
        let end = self.here().end;
        self.needs(")", "at the end of this bracket")?;
        let kind = if random { Kind::Random { inner, apart, groups } } else { Kind::Bracket(inner) };
        Ok(Ast { span: start..end, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_exhaust_the_stack_is_refused() {
        for (text, what) in [
            (format!("post ~ {}1{}", "(".repeat(60), ")".repeat(60)), "nested more than 50 deep"),
            (format!("post ~ {}1", "-".repeat(60)), "nested more than 50 deep"),
            (format!("post ~ {}1{}", "(".repeat(20_000), ")".repeat(20_000)), "at most 2000 words and signs"),
            (format!("post ~ 1{}", " + 1".repeat(20_000)), "at most 2000 words and signs"),
        ] {
            assert!(formula(&text).is_err_and(|flaw| flaw.what.contains(what)), "{what}");
        }
        assert!(formula(&format!("post ~ {}1{}", "(".repeat(40), ")".repeat(40))).is_ok());
    }

    #[test]
    fn a_formula_has_one_spelling() {
        for (written, spelled) in [
            ("mean( z(early)|therapist )", "mean(z(early) | therapist)"),
            ("alliance @ 3 - alliance@last", "alliance@3 - alliance@last"),
            ("`rated by therapist`@3", "`rated by therapist`@3"),
            ("2*x+ y:z", "2 * x + y:z"),
            ("( 1+x||therapist ) + (1|therapist / client)", "(1 + x || therapist) + (1 | therapist/client)"),
            ("average(alliance, 3,9)", "average(alliance, 3, 9)"),
            ("z( post<63 ) + (pre >=80)", "z(post < 63) + (pre >= 80)"),
            ("pre-post>14", "pre - post > 14"),
        ] {
            assert_eq!(expression(written).unwrap().to_string(), spelled);
        }
        let cox = formula("(sessions, dropout) ~ early").unwrap();
        assert_eq!((cox.response.len(), cox.right.to_string()), (2, "early".to_owned()));
        assert_eq!(formula("(post - pre) ~ early").unwrap().response.len(), 1);
        assert_eq!(formula("(post < 63) ~ early").unwrap().response[0].to_string(), "(post < 63)");
    }

    #[test]
    fn signs_bind_as_in_r() {
        let Kind::Pair(_, Sign::Plus, right) = expression("a + b * c:d").unwrap().kind else { panic!("a sum") };
        let Kind::Pair(_, Sign::Times, right) = right.kind else { panic!("a product") };
        assert!(matches!(right.kind, Kind::Pair(_, Sign::By, _)));
    }

    #[test]
    fn faults_are_found_where_they_stand() {
        for (text, at, what) in [
            ("", 0..0, "nothing is written"),
            ("pre +", 5..5, "is missing here"),
            ("z(pre", 5..5, "`)` is missing"),
            ("pre early", 4..9, "does not belong"),
            ("pre)", 3..4, "closes nothing"),
            ("alliance@soon", 9..13, "behind @"),
            ("mean(pre | 3)", 11..12, "name of a group"),
            ("pre & post", 4..5, "means nothing"),
            ("\"pre\"", 0..5, "a text"),
        ] {
            let flaw = expression(text).unwrap_err();
            assert!(flaw.span == at && flaw.what.contains(what), "{text}: {flaw:?}");
        }
        assert_eq!(formula("post + pre").unwrap_err().span, 10..10);
        assert_eq!(comparisons("sessions = 3").unwrap_err().help.unwrap(), "to compare, write == (two equals signs)");
        assert!(comparisons("pre > 1 or post > 2").unwrap_err().what.contains("`or`"));
    }

    #[test]
    fn conditions_are_joined_by_and() {
        let found = comparisons("sessions >= 3 and arm == \"feedback\" and pre - post > 0.5").unwrap();
        assert_eq!(found.iter().map(|one| one.compare).collect::<Vec<_>>(), [Compare::AtLeast, Compare::Is, Compare::More]);
        assert!(matches!(&found[1].right, Against::Text(word) if word.text == "feedback" && word.span == (25..35)));
        assert_eq!(comparisons("  ").unwrap(), []);
    }
}
