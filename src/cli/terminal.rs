//! Standard output and standard error.

use super::failure::Failure;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Colours are wanted on standard error: it is a terminal and nobody said no.
pub fn colour_on_stderr() -> bool {
    colour(io::stderr().is_terminal())
}

/// Colours are wanted on standard output.
pub fn colour_on_stdout() -> bool {
    colour(io::stdout().is_terminal())
}

/// See <https://no-color.org>.
fn colour(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Bold text where colours are wanted.
pub fn bold(text: &str, colour: bool) -> String {
    if colour { format!("\x1b[1m{text}\x1b[0m") } else { text.into() }
}

/// Writes a result to standard output. A reader that has gone away (`| head`) is no failure.
///
/// # Errors
/// Standard output cannot be written.
pub fn answer(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::Io(anyhow::Error::new(error).context("cannot write to standard output"))),
        Ok(()) => Ok(()),
    }
}

/// Writes JSON to standard output.
///
/// # Errors
/// As [`answer`].
pub fn answer_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Input(error.into()))?;
    answer(&format!("{text}\n"))
}

/// Messages for the user on standard error, unless they are not wanted.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    /// Say nothing.
    pub quiet: bool,
}

impl Messages {
    /// Says something.
    pub fn say(self, text: &str) {
        if !self.quiet {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}
