//! Colour and bold, where a person is looking.

use std::io::{self, IsTerminal};

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
