//! Looks up the names in a formula among what the study has.

pub use super::conditions::Condition;

use super::Flaw;
use super::ast::{Ast, Kind, Sign, When, Word};
use super::expr::{Expr, Operation};
use crate::dataset::catalogue::{self, COLUMNS, Description, Known, Level};
use crate::dataset::frame::{Quantity, Slot, Wanted};
use core::ops::Range;
use std::collections::BTreeMap;

/// Names that a study brings along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Arms, in their order.
    pub arms: Vec<String>,
    /// Diagnosis groups, in the order of their codes.
    pub diagnoses: Vec<String>,
    /// Measures.
    pub measures: Vec<String>,
    /// Number of items of the measures that keep answers to them.
    pub items: BTreeMap<String, usize>,
}

/// A column of groups whose names are known beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Its name.
    pub name: &'static str,
    /// Where it is.
    pub slot: Slot,
    /// Names of the codes 0, 1, …
    pub levels: Vec<String>,
}

/// Functions and what stands in their brackets.
pub const FUNCTIONS: [(&str, &str, &str); 8] = [
    ("z", "z(x)", "standardised over the rows used: minus their mean, over their standard deviation"),
    ("mean", "mean(x | group)", "mean of the rows used in the same group"),
    ("within", "within(x | group)", "deviation from that mean"),
    ("detrended", "detrended(x | client)", "residual of the client's own straight line over sessions"),
    ("lag", "lag(x)", "value at the client's session before; missing when there is none"),
    ("lead", "lead(x)", "value at the client's next session; missing when there is none"),
    ("log", "log(x)", "natural logarithm; missing at 0 and below"),
    ("average", "average(alliance, 3, 9)", "mean of a measure over sessions 3 to 9, or over all: average(alliance)"),
];

/// Looks up names for one analysis.
#[derive(Debug)]
pub struct Lookup<'a> {
    names: &'a Names,
    level: Level,
    wanted: &'a mut Wanted,
    /// What is wrong, in the texts read so far.
    pub flaws: Vec<Flaw>,
    /// Arms were mentioned.
    pub over_arms: bool,
}

impl<'a> Lookup<'a> {
    /// Looks among these names; columns that are used are noted in `wanted`.
    pub fn new(names: &'a Names, level: Level, wanted: &'a mut Wanted) -> Self {
        wanted.session_rows |= level == Level::Sessions;
        Self { names, level, wanted, flaws: Vec::new(), over_arms: false }
    }

    /// Names of arms, diagnoses and measures.
    pub fn names(&self) -> &'a Names {
        self.names
    }

    /// Notes a flaw.
    pub fn flaw<T>(&mut self, flaw: Flaw) -> Option<T> {
        self.flaws.push(flaw);
        None
    }

    /// The place of a column of the catalogue.
    pub fn column(&mut self, column: Known) -> Slot {
        self.over_arms |= column == Known::Arm;
        self.wanted.slot(Quantity::Known(column))
    }

    /// An expression; none when a name in it is not known.
    pub fn expr(&mut self, ast: &Ast) -> Option<Expr> {
        match &ast.kind {
            Kind::Number(value) => Some(Expr::Number(*value)),
            Kind::Name(name) => self.number(name, &ast.span),
            Kind::At(measure, when) => {
                self.measure(measure, &(ast.span.start..ast.span.start + measure.len()))?;
                let session = match when {
                    When::Session(session) => Some(*session),
                    When::Last => None,
                };
                Some(Expr::Column(self.wanted.slot(Quantity::At { measure: measure.clone(), session })))
            }
            Kind::Call { function, arguments, group } => self.call(ast, function, arguments, group.as_ref()),
            Kind::Negative(of) => Some(Expr::Pair(Box::new(Expr::Number(0.0)), Operation::Minus, Box::new(self.expr(of)?))),
            Kind::Bracket(of) => self.expr(of),
            Kind::Compared(left, compare, right) => {
                let (left, right) = (self.expr(left), self.expr(right));
                Some(Expr::Compared(Box::new(left?), *compare, Box::new(right?)))
            }
            Kind::Pair(left, sign, right) => self.pair(left, *sign, right),
            Kind::Random { .. } => {
                let what = format!("{ast} describes differences between groups, and belongs into the formula of a mixed model");
                self.flaw(Flaw::new(ast.span.clone(), what))
            }
        }
    }

    fn pair(&mut self, left: &Ast, sign: Sign, right: &Ast) -> Option<Expr> {
        let operation = match sign {
            Sign::Plus => Operation::Plus,
            Sign::Minus => Operation::Minus,
            // A product of two columns is what an interaction is.
            Sign::Times | Sign::By => Operation::Times,
            Sign::Over => Operation::Over,
        };
        let (left, right) = (self.expr(left), self.expr(right));
        Some(Expr::Pair(Box::new(left?), operation, Box::new(right?)))
    }

    /// A column of numbers.
    fn number(&mut self, name: &str, span: &Range<usize>) -> Option<Expr> {
        match catalogue::named(name) {
            Some(column) if column.kind == catalogue::Kind::Group => {
                let what = format!("`{name}` is a group, not a number");
                let help = match column.column {
                    Known::Arm | Known::Diagnosis => format!("{name} can stand in `where`, in `by` and as a term of a formula"),
                    _ => format!("groups stand behind a bar: (1 | {name}), mean(early | {name})"),
                };
                self.flaw(Flaw::with_help(span.clone(), what, help))
            }
            Some(column) => self.at_level(name, column.level, Quantity::Known(column.column), span),
            None if self.names.measures.iter().any(|known| known == name) => {
                self.at_level(name, Level::Sessions, Quantity::Score(name.to_owned()), span)
            }
            None => self.unknown(name, span),
        }
    }

    /// A column, if rows of this analysis have it.
    fn at_level(&mut self, name: &str, level: Level, quantity: Quantity, span: &Range<usize>) -> Option<Expr> {
        if level == Level::Sessions && self.level == Level::Clients {
            let what = format!("`{name}` has a value per session, but here a row is a client");
            let help = match self.names.measures.iter().any(|known| known == name) {
                true => format!("write {name}@3, {name}@last or average({name}), or set `on: Sessions`"),
                false => "set `on: Sessions`".to_owned(),
            };
            return self.flaw(Flaw::with_help(span.clone(), what, help));
        }
        Some(Expr::Column(self.wanted.slot(quantity)))
    }

    fn unknown<T>(&mut self, name: &str, span: &Range<usize>) -> Option<T> {
        let known = COLUMNS.iter().map(|column| column.name.to_owned()).chain(self.names.measures.iter().cloned());
        let slip = Some((name.to_owned(), known.collect()));
        let help = Some("`dyadsim explain estimators` lists the columns".to_owned());
        self.flaw(Flaw { slip, help, ..Flaw::new(span.clone(), format!("no column and no measure is called `{name}`")) })
    }

    /// The answers to the items of a measure, of the form of a session or of each client's first one.
    pub fn items(&mut self, name: &str, session: Option<u16>) -> Option<Vec<Expr>> {
        self.measure(name, &(0..name.len()))?;
        let Some(&count) = self.names.items.get(name) else {
            let what = format!("measure \"{name}\" does not keep the answers to its items");
            let help = format!("set items: true for it under `measures`: \"{name}\": (…, items: true)");
            return self.flaw(Flaw::with_help(0..name.len(), what, help));
        };
        let one = |item| Expr::Column(self.wanted.slot(Quantity::Item { measure: name.to_owned(), session, item }));
        Some((0..count).map(one).collect())
    }

    /// The name of a measure.
    pub fn measure(&mut self, name: &str, span: &Range<usize>) -> Option<()> {
        if self.names.measures.iter().any(|known| known == name) {
            return Some(());
        }
        let slip = Some((name.to_owned(), self.names.measures.clone()));
        let help = Some(format!("measures here: {}", self.names.measures.join(", ")));
        self.flaw(Flaw { slip, help, ..Flaw::new(span.clone(), format!("no measure is called `{name}`")) })
    }

    /// A column of groups behind a bar.
    pub fn group(&mut self, word: &Word) -> Option<Slot> {
        if let Some(column) = catalogue::named(&word.text).filter(|column| column.kind == catalogue::Kind::Group) {
            return Some(self.column(column.column));
        }
        let groups: Vec<String> = groups().map(|column| column.name.to_owned()).collect();
        let help = Some(format!("groups are {}", groups.join(", ")));
        self.flaw(Flaw {
            slip: Some((word.text.clone(), groups)),
            help,
            ..Flaw::new(word.span.clone(), format!("no group is called `{}`", word.text))
        })
    }

    /// A group whose names are known: arm or diagnosis.
    pub fn factor(&mut self, name: &str) -> Option<Factor> {
        let (column, levels) = match catalogue::named(name)?.column {
            Known::Arm => (Known::Arm, self.names.arms.clone()),
            Known::Diagnosis => (Known::Diagnosis, self.names.diagnoses.clone()),
            _ => return None,
        };
        Some(Factor { name: column.described().name, slot: self.column(column), levels })
    }

    fn call(&mut self, ast: &Ast, function: &Word, arguments: &[Ast], group: Option<&Word>) -> Option<Expr> {
        let Some((name, usage, _)) = FUNCTIONS.iter().find(|(name, ..)| *name == function.text) else {
            let known: Vec<String> = FUNCTIONS.iter().map(|(name, ..)| (*name).to_owned()).collect();
            let help = Some(format!("functions are {}", known.join(", ")));
            let what = format!("no function is called `{}`", function.text);
            return self.flaw(Flaw { slip: Some((function.text.clone(), known)), help, ..Flaw::new(function.span.clone(), what) });
        };
        if *name == "average" {
            return self.average(ast, arguments, group);
        }
        let grouped = matches!(*name, "mean" | "within" | "detrended");
        let ([of], true) = (arguments, group.is_some() == grouped) else {
            return self.flaw(Flaw::with_help(ast.span.clone(), format!("{name} is not used like this"), format!("write {usage}")));
        };
        let (inner, group) = (self.expr(of), group.and_then(|group| self.group(group)));
        let inner = Box::new(inner?);
        match *name {
            "z" => Some(Expr::Standard(inner)),
            "log" => Some(Expr::Log(inner)),
            "mean" => Some(Expr::GroupMean(inner, group?)),
            "within" => Some(Expr::Within(inner, group?)),
            "lag" => self.beside(of, inner, -1),
            "lead" => self.beside(of, inner, 1),
            _ => self.detrended(ast, inner, group?),
        }
    }

    fn beside(&mut self, of: &Ast, inner: Box<Expr>, by: isize) -> Option<Expr> {
        if self.level == Level::Clients {
            return self.flaw(Flaw::with_help(of.span.clone(), "a client has no session before or after", "set `on: Sessions`"));
        }
        if !inner.is_row_wise() {
            let what = format!("{of} depends on the rows that are used, the session before or after may not be one of them");
            return self.flaw(Flaw::with_help(of.span.clone(), what, "put lag or lead inside: within(lag(alliance) | client)"));
        }
        Some(Expr::Beside(inner, by))
    }

    fn detrended(&mut self, ast: &Ast, inner: Box<Expr>, group: Slot) -> Option<Expr> {
        if self.level == Level::Clients {
            return self.flaw(Flaw::with_help(ast.span.clone(), "here a row is a client, who has no line", "set `on: Sessions`"));
        }
        let session = Box::new(Expr::Column(self.column(Known::Session)));
        Some(Expr::Detrended(inner, group, session))
    }

    fn average(&mut self, ast: &Ast, arguments: &[Ast], group: Option<&Word>) -> Option<Expr> {
        let usage = "write average(alliance), or average(alliance, 3, 9) for sessions 3 to 9";
        let session = |ast: &Ast| match ast.kind {
            Kind::Number(n) if n.fract() == 0.0 && (1.0..=400.0).contains(&n) => Some(n as u16),
            _ => None,
        };
        let range = match arguments {
            [_] => Some((1, u16::MAX)),
            [_, from, to] => session(from).zip(session(to)).filter(|(from, to)| from <= to),
            _ => None,
        };
        let (Some((from, to)), Some(Ast { kind: Kind::Name(measure), span }), None) = (range, arguments.first(), group) else {
            return self.flaw(Flaw::with_help(ast.span.clone(), "average is not used like this", usage));
        };
        self.measure(measure, span)?;
        Some(Expr::Column(self.wanted.slot(Quantity::Average { measure: measure.clone(), from, to })))
    }
}

/// Columns of groups.
fn groups() -> impl Iterator<Item = &'static Description> {
    COLUMNS.iter().filter(|column| column.kind == catalogue::Kind::Group)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::expression;
    use super::*;

    pub(in crate::estimators::formula) fn names() -> Names {
        let texts = |all: &[&str]| all.iter().map(ToString::to_string).collect();
        Names {
            arms: texts(&["usual care", "feedback"]),
            diagnoses: Vec::new(),
            measures: texts(&["alliance", "symptoms", "observer"]),
            ..Names::default()
        }
    }

    fn flaws(text: &str, level: Level) -> Vec<Flaw> {
        let (names, mut wanted) = (names(), Wanted::default());
        let mut lookup = Lookup::new(&names, level, &mut wanted);
        let found = lookup.expr(&expression(text).unwrap());
        assert_eq!(found.is_none(), !lookup.flaws.is_empty(), "{text}");
        lookup.flaws
    }

    #[test]
    fn what_is_known_is_found() {
        for text in ["z(gain) - 2 * early", "mean(early | therapist)", "observer@3", "average(symptoms, 3, 9)", "log(sessions)"] {
            assert_eq!(flaws(text, Level::Clients), [], "{text}");
        }
        for text in ["lead(symptoms)", "within(lag(alliance) | client)", "detrended(observer | client)", "pre + session"] {
            assert_eq!(flaws(text, Level::Sessions), [], "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_told_with_its_place() {
        for (text, at, what) in [
            ("z(gian)", 2..6, "called `gian`"),
            ("early + alliance", 8..16, "value per session"),
            ("mean(early | therapsit)", 13..22, "no group"),
            ("therapist", 0..9, "is a group"),
            ("zz(gain)", 0..2, "no function"),
            ("mean(early)", 0..11, "not used like this"),
            ("z(gain | therapist)", 0..19, "not used like this"),
            ("observr@3", 0..7, "no measure"),
            ("average(gain)", 8..12, "no measure"),
            ("average(alliance, 9, 3)", 0..23, "not used like this"),
            ("lag(early)", 4..9, "no session before"),
            ("(1 | therapist)", 0..15, "mixed model"),
        ] {
            let found = flaws(text, Level::Clients);
            assert!(found.len() == 1 && found[0].span == at && found[0].what.contains(what), "{text}: {found:?}");
        }
        assert_eq!(flaws("gian + erly", Level::Clients).len(), 2);
        assert!(flaws("lag(z(alliance))", Level::Sessions)[0].what.contains("depends on the rows"));
    }
}
