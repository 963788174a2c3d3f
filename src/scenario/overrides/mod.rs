//! Settings changed by their path: what arms, sweeps and `--set` do.
//!
//! The checked base is written out with every default explicit, the new value's text is put in
//! place of the old one, and the result is read as a scenario again. So an override may hold
//! whatever the file may hold, and nothing else.
mod nowhere;
mod resolve;

use super::path::{Path, PathError};
use super::problem::{Problem, Problems, Source};
use super::read::ron_options;
use super::reader;
use super::schema::Schema;
use super::tree::Span;
use nowhere::nowhere;
pub use resolve::resolve;
use schemars::JsonSchema;
use serde::Serialize;
use std::cell::LazyCell;
use std::sync::Arc;

/// A setting and its new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Address of the setting.
    pub path: String,
    /// Its value as written.
    pub value: String,
    /// Where this was written.
    pub origin: Origin,
}

/// Where an override was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file, or the text after `--set`.
    pub source: Arc<Source>,
    /// Where the path stands.
    pub key: Span,
    /// Where the value stands.
    pub value: Span,
}

impl Override {
    /// Reads `KEY=VALUE` as given to `--set`.
    pub fn from_setting(text: &str) -> Result<Self, Problems> {
        let source = Source::new("--set", text);
        let Some(at) = equals_sign(text) else {
            return Err(Problems::new(vec![Problem {
                source,
                path: String::new(),
                span: 0..text.len(),
                what: "there is no = between the setting and its value".into(),
                help: Some("write --set clinics.therapists=20".into()),
                also: None,
            }]));
        };
        let (path, value) = (text[..at].trim().to_owned(), text[at + 1..].to_owned());
        let origin = Origin { source, key: 0..at, value: at + 1..text.len() };
        Ok(Self { path, value, origin })
    }

    fn problem(&self, span: Span, what: String, help: Option<String>) -> Problem {
        let source = Arc::clone(&self.origin.source);
        Problem { source, path: self.path.clone(), span, what, help, also: None }
    }

    /// An error of [`apply`] at the place where the override was written.
    fn failed(&self, error: &OverrideError) -> Problem {
        let span = match error {
            OverrideError::Value { span, .. } => {
                let start = self.origin.value.start;
                start + span.start..start + span.end
            }
            _ => self.origin.key.clone(),
        };
        self.problem(span, error.to_string(), error.help())
    }
}

/// Problems with what was changed by `--set`, at that change instead of a file that does not have it.
pub fn where_set(problems: Vec<Problem>, settings: &[Override]) -> Vec<Problem> {
    let within = |path: &str, group: &str| path.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let touches = |setting: &&Override, path: &str| within(path, &setting.path) || within(&setting.path, path);
    let moved = |problem: Problem| match settings.iter().rev().find(|setting| touches(setting, &problem.path)) {
        Some(setting) => Problem { source: Arc::clone(&setting.origin.source), span: setting.origin.key.clone(), ..problem },
        None => problem,
    };
    problems.into_iter().map(moved).collect()
}

/// The first `=` outside quotation marks.
fn equals_sign(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == '=' && !quoted).then_some(at)
    })
}

/// Why an override cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// The text before the value is no path.
    #[error("`{path}` is not the name of a setting: {error}")]
    Path {
        /// What was written.
        path: String,
        /// What is wrong with it.
        error: PathError,
    },
    /// The value is not one value.
    #[error("{what}")]
    Value {
        /// Where in the value.
        span: Span,
        /// What is wrong.
        what: String,
        /// What would be right.
        help: Option<String>,
    },
    /// The path leads nowhere.
    #[error("{what}")]
    Nowhere {
        /// What is wrong.
        what: String,
        /// What would be right.
        help: Option<String>,
    },
    /// The base itself cannot be read.
    #[error("the scenario to change cannot be read")]
    Base,
}

impl OverrideError {
    /// What would be right.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Path { .. } => Some("write names with points between them: clinics.therapists".into()),
            Self::Value { help, .. } | Self::Nowhere { help, .. } => help.clone(),
            Self::Base => None,
        }
    }
}

/// The scenario written out in full: every default explicit, the same text for the same
/// scenario.
pub fn canonical<T: Serialize>(value: &T) -> Result<String, ron::Error> {
    let layout = ron::ser::PrettyConfig::new().new_line("\n").indentor("    ");
    ron_options().to_string_pretty(value, layout)
}

/// The base with the value at a path replaced. The value is checked to be one value, the path
/// to exist; whether the value fits is seen when the result is read.
pub fn apply<T: JsonSchema>(base: &str, path: &str, value: &str) -> Result<String, OverrideError> {
    splice(&LazyCell::new(Schema::of::<T>), base, path, value)
}

fn splice(schema: &LazyCell<Schema>, base: &str, path: &str, value: &str) -> Result<String, OverrideError> {
    let steps = parse_path(path)?;
    let inner = one_value(value)?;
    let root = reader::read(base).root.ok_or(OverrideError::Base)?;
    match root.at(&steps) {
        Some(node) if !steps.is_empty() => {
            let Span { start, end } = node.span;
            Ok(format!("{}{}{}", &base[..start], &value[inner], &base[end..]))
        }
        _ => Err(nowhere(schema, &root, &steps)),
    }
}

fn parse_path(path: &str) -> Result<Path, OverrideError> {
    path.parse().map_err(|error| OverrideError::Path { path: path.to_owned(), error })
}

/// Where the one value stands in its text; comments around it stay behind.
fn one_value(text: &str) -> Result<Span, OverrideError> {
    let reading = reader::read_value(text);
    if let Some(fault) = reading.faults.into_iter().next() {
        return Err(OverrideError::Value { span: fault.span, what: fault.what, help: fault.help });
    }
    let missing = || OverrideError::Value { span: 0..text.len(), what: "the value is missing".into(), help: None };
    reading.root.map(|root| root.span).ok_or_else(missing)
}

#[cfg(test)]
mod tests;
