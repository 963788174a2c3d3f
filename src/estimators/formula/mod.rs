//! Formulas as researchers write them: expressions over columns, model formulas in the style of lme4, and conditions on rows.
//!
//! A text is read into a tree ([`ast`]) by a parser that knows the place of everything; names are then looked up among what
//! the study has ([`names`]), which gives expressions that can be worked out row by row ([`expr`]) and models whose columns
//! are known before any data are seen ([`model`]).

pub mod ast;
pub mod conditions;
pub mod expr;
pub mod handed;
mod lex;
pub mod model;
pub mod names;
mod parse;

use core::ops::Range;
pub use parse::{DEEPEST, MOST_TOKENS, comparisons, expression, formula};

/// What is said of an empty text.
pub const NOTHING: &str = "nothing is written here";

/// Something wrong in a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
    /// A word that may be a slip for one of these.
    pub slip: Option<(String, Vec<String>)>,
}

impl Flaw {
    /// A flaw without help.
    pub fn new(span: Range<usize>, what: impl Into<String>) -> Self {
        Self { span, what: what.into(), help: None, slip: None }
    }

    /// A flaw with what would be right.
    pub fn with_help(span: Range<usize>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..Self::new(span, what) }
    }
}
