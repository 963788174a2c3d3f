//! Standard output and standard error.

use super::failure::Failure;
use std::io::{self, ErrorKind, Write};

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
