//! Files that a command writes, and what it says beside its result.

use super::terminal::Messages;
use crate::output::writer::WriteOptions;
use clap::Args;

/// Options of commands that write files.
#[derive(Clone, Copy, Debug, Args)]
pub struct Saving {
    /// Replace an existing file.
    #[arg(long)]
    pub force: bool,
    /// No progress and no messages; results and errors stay.
    #[arg(short, long)]
    pub quiet: bool,
}

impl Saving {
    /// Whether files are replaced.
    pub fn options(self) -> WriteOptions {
        WriteOptions { overwrite: self.force }
    }

    /// Messages, unless they are not wanted.
    pub fn messages(self) -> Messages {
        Messages { quiet: self.quiet }
    }
}
