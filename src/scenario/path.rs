//! The address of a setting: `clinics.therapists`, `measures["symptoms"].every`, `arms[1].name`.
use std::fmt;
use std::str::FromStr;

/// Stands for any key or position: `measures[…].every`.
pub const ANY: &str = "…";

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// A named setting of a group, or an entry of a map written with a dot.
    Field(String),
    /// An entry of a map, written `["key"]`.
    Entry(String),
    /// A place in a list, counted from 0, written `[2]`.
    Item(usize),
}

impl Step {
    /// The name of a field or map entry.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Field(name) | Self::Entry(name) => Some(name),
            Self::Item(_) => None,
        }
    }

    /// The position this step may stand for in a list: `[2]`, or `.2`.
    pub fn index(&self) -> Option<usize> {
        match self {
            Self::Item(index) => Some(*index),
            Self::Field(name) => name.parse().ok(),
            Self::Entry(_) => None,
        }
    }
}

/// The address of a setting within a scenario; the empty path is the whole scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Step>);

/// Text that is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing there.
    #[error("the name of the setting is missing")]
    Empty,
    /// Two points in a row, or a point at either end.
    #[error("a name is missing beside a point")]
    EmptyName,
    /// `[` without `]`.
    #[error("a closing `]` is missing")]
    Unclosed,
    /// Something between `]` and the next step.
    #[error("after `]` comes a point and a name, or another `[`")]
    AfterBracket,
}

impl Path {
    /// This path with one more step.
    #[must_use]
    pub fn join(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// This path with a field name added.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        self.join(Step::Field(name.to_owned()))
    }

    /// This path with a map key added.
    #[must_use]
    pub fn entry(&self, key: &str) -> Self {
        self.join(Step::Entry(key.to_owned()))
    }

    /// This path with a list position added.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        self.join(Step::Item(index))
    }

    /// Whether this is the whole scenario.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both lead to the same place, however written (`.x` or `["x"]`).
    pub fn same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.holds(other)
    }

    /// Whether `other` is this place or lies within it.
    pub fn holds(&self, other: &Self) -> bool {
        let pairs = self.0.iter().zip(&other.0);
        self.0.len() <= other.0.len() && pairs.into_iter().all(|(a, b)| a == b || (a.name().is_some() && a.name() == b.name()))
    }

    /// The path in backquotes, or "the scenario" for the empty path.
    pub fn quoted(&self) -> String {
        if self.is_empty() { "the scenario".into() } else { format!("`{self}`") }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if at == 0 => write!(f, "{name}")?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Entry(key) if key == ANY => write!(f, "[{key}]")?,
                Step::Entry(key) => write!(f, "[\"{}\"]", escaped(key))?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(PathError::Empty);
        }
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = match rest.strip_prefix('[') {
                Some(inside) => bracket(inside)?,
                None => dotted(rest, steps.is_empty())?,
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self(steps))
    }
}

/// A map key with a backslash before quotation marks and backslashes.
fn escaped(key: &str) -> String {
    key.replace('\\', r"\\").replace('"', "\\\"")
}

/// Reads up to the closing quotation mark; gives the key and what follows the mark.
fn quoted_key(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((key, &text[at + 1..])),
            '\\' => key.extend(chars.next().map(|(_, c)| c)),
            _ => key.push(c),
        }
    }
    None
}

/// Reads `2]` or `"key"]`.
fn bracket(inside: &str) -> Result<(Step, &str), PathError> {
    let (step, after) = match inside.trim_start().strip_prefix('"') {
        Some(quoted) => {
            let (key, after) = quoted_key(quoted).ok_or(PathError::Unclosed)?;
            let after = after.trim_start().strip_prefix(']');
            (Step::Entry(key), after.ok_or(PathError::Unclosed)?)
        }
        None => {
            let (word, after) = inside.split_once(']').ok_or(PathError::Unclosed)?;
            let word = word.trim();
            let step = word.parse().map_or_else(|_| Step::Entry(word.to_owned()), Step::Item);
            (step, after)
        }
    };
    if after.is_empty() || after.starts_with(['.', '[']) { Ok((step, after)) } else { Err(PathError::AfterBracket) }
}

/// Reads `name`, with the point before it unless it comes first.
fn dotted(rest: &str, first: bool) -> Result<(Step, &str), PathError> {
    let rest = if first { rest } else { rest.strip_prefix('.').unwrap_or(rest) };
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if name.trim().is_empty() || after == "." {
        return Err(PathError::EmptyName);
    }
    Ok((Step::Field(name.trim().to_owned()), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_and_print_alike() {
        for text in [
            "clinics.therapists",
            r#"measures["symptoms"].every"#,
            "arms[1].set[\"feedback\"].support_tools",
            r#"sweep["workload.caseload"][2]"#,
            r#"odd["a \"b\" \\ ü"].x"#,
        ] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_dot_and_a_bracket_lead_to_the_same_place() {
        let dotted: Path = "measures.symptoms.every".parse().unwrap();
        let bracketed: Path = r#"measures["symptoms"].every"#.parse().unwrap();
        assert!(dotted.same(&bracketed));
        assert!("measures".parse::<Path>().unwrap().holds(&dotted));
        assert!(!dotted.holds(&"measures".parse().unwrap()));
    }

    #[test]
    fn broken_paths_say_why() {
        for (text, error) in [
            ("", PathError::Empty),
            ("a..b", PathError::EmptyName),
            ("a.", PathError::EmptyName),
            (".a", PathError::EmptyName),
            ("a[1", PathError::Unclosed),
            ("a[\"b]", PathError::Unclosed),
            ("a[1]b", PathError::AfterBracket),
        ] {
            assert_eq!(text.parse::<Path>(), Err(error), "{text}");
        }
    }
}
