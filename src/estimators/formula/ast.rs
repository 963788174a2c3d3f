//! What was written, as a tree. Shown as text it has one spelling: this is how terms are named in tables.

use core::fmt;
use core::ops::Range;

/// A part of a formula and its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Ast {
    /// Where it stands.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// A word and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it stands.
    pub span: Range<usize>,
    /// The word.
    pub text: String,
}

/// Which session of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Session of that number.
    Session(u16),
    /// The last form that was handed in.
    Last,
}

/// Signs between two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `:`
    By,
}

/// Kinds of parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number.
    Number(f64),
    /// A column.
    Name(String),
    /// `measure@3`, `measure@last`.
    At(String, When),
    /// `function(arguments | group)`.
    Call {
        /// Its name.
        function: Word,
        /// What stands between commas.
        arguments: Vec<Ast>,
        /// What stands behind the bar.
        group: Option<Word>,
    },
    /// `-x`
    Negative(Box<Ast>),
    /// `x + y` and the like.
    Pair(Box<Ast>, Sign, Box<Ast>),
    /// `(x)`
    Bracket(Box<Ast>),
    /// `x < y`: 1 where it holds, 0 where it does not.
    Compared(Box<Ast>, Compare, Box<Ast>),
    /// `(1 + x | group)`
    Random {
        /// What varies between groups.
        inner: Box<Ast>,
        /// Without correlations: `||`.
        apart: bool,
        /// Groups, the outer one first: `therapist/client`.
        groups: Vec<Word>,
    },
}

/// How a row is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `<`
    Less,
    /// `==`
    Is,
    /// `!=`
    IsNot,
}

/// The right-hand side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Against {
    /// A value.
    Value(Ast),
    /// The name of a group.
    Text(Word),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub left: Ast,
    /// How.
    pub compare: Compare,
    /// With what.
    pub right: Against,
}

/// `response ~ terms`.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// Before the tilde, between commas.
    pub response: Vec<Ast>,
    /// Behind it.
    pub right: Ast,
}

/// A name as it is written: in backquotes when it is more than one word.
fn spelled(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.to_owned() } else { format!("`{name}`") }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Plus => " + ",
            Self::Minus => " - ",
            Self::Times => " * ",
            Self::Over => " / ",
            Self::By => ":",
        })
    }
}

impl fmt::Display for Compare {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::Less => "<",
            Self::Is => "==",
            Self::IsNot => "!=",
        })
    }
}

impl fmt::Display for Ast {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.kind {
            Kind::Number(value) => write!(f, "{value}"),
            Kind::Name(name) => f.write_str(&spelled(name)),
            Kind::At(measure, When::Session(session)) => write!(f, "{}@{session}", spelled(measure)),
            Kind::At(measure, When::Last) => write!(f, "{}@last", spelled(measure)),
            Kind::Call { function, arguments, group } => {
                let inside: Vec<String> = arguments.iter().map(ToString::to_string).collect();
                let group = group.as_ref().map_or_else(String::new, |group| format!(" | {}", group.text));
                write!(f, "{}({}{group})", function.text, inside.join(", "))
            }
            Kind::Negative(of) => write!(f, "-{of}"),
            Kind::Pair(left, sign, right) => write!(f, "{left}{sign}{right}"),
            Kind::Bracket(of) => write!(f, "({of})"),
            Kind::Compared(left, compare, right) => write!(f, "{left} {compare} {right}"),
            Kind::Random { inner, apart, groups } => {
                let groups: Vec<&str> = groups.iter().map(|group| group.text.as_str()).collect();
                write!(f, "({inner} {} {})", if *apart { "||" } else { "|" }, groups.join("/"))
            }
        }
    }
}
