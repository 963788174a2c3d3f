//! How a command can end, and what it then says.

use super::colour::colour_on_stderr;
use crate::output::error::OutputError;
use crate::scenario::problem::Problems;

/// A command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything was done.
    Done,
    /// Something is wrong with the input, and that was the answer.
    Refused,
    /// Stopped by the user; what was complete is kept.
    Interrupted,
}

/// A command that could not be completed.
#[derive(Debug)]
pub enum Failure {
    /// The scenario or a setting is wrong.
    Problems(Problems),
    /// Other bad input.
    Input(anyhow::Error),
    /// A file cannot be read or written.
    Io(anyhow::Error),
}

impl End {
    /// Exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Interrupted => 75,
        }
    }
}

impl Failure {
    /// Exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Problems(_) | Self::Input(_) => 1,
            Self::Io(_) => 74,
        }
    }

    /// The message, with its causes.
    pub fn message(&self) -> String {
        match self {
            Self::Problems(problems) => format!("{}\n\n{}", problems.render(colour_on_stderr()), count(problems.len())),
            Self::Input(error) | Self::Io(error) => format!("error: {error:#}"),
        }
    }
}

fn count(problems: usize) -> String {
    match problems {
        1 => "1 problem; nothing was run".into(),
        n => format!("{n} problems; nothing was run"),
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        if error.is_io() { Self::Io(error.into()) } else { Self::Input(error.into()) }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.into())
    }
}
