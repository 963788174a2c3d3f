//! The command line: `new`, `check`, `run`, `show`, `report`, `plot`, `explain`, `evidence`, `calibrate`, `estimate`, `assess`,
//! `explore`.
//!
//! Results go to standard output, messages and progress to standard error. Exit codes: 0 done, 1 bad
//! input, 74 a file cannot be read or written, 75 interrupted.

pub mod args;
mod assess;
mod browser;
mod calibrate;
mod check;
mod closing;
mod colour;
mod csv_table;
mod estimate;
mod evidence;
mod explain;
mod explore;
mod export;
pub mod failure;
mod json;
mod layout;
mod new;
mod progress;
mod report;
mod rows;
mod run;
mod saving;
mod shipped;
mod show;
mod source;
mod table;
pub mod templates;
mod terminal;
mod threads;
mod until;

use args::{Cli, Command};
use failure::{End, Failure};

/// Does what a command line asks for.
///
/// # Errors
/// Bad input, or a file that cannot be read or written.
pub fn dispatch(cli: &Cli) -> Result<End, Failure> {
    match &cli.command {
        Command::New(args) => new::run(args),
        Command::Check(args) => check::run(args),
        Command::Run(args) => run::run(args),
        Command::Show(args) => show::run(args),
        Command::Report(args) => report::report(args),
        Command::Plot(args) => report::plot(args),
        Command::Explain(args) => explain::run(args),
        Command::Evidence(args) => evidence::run(args),
        Command::Calibrate(args) => calibrate::run(args),
        Command::Explore(args) => explore::run(args),
        Command::Estimate(args) => estimate::run(args),
        Command::Assess(args) => assess::run(args),
        Command::Export(args) => export::run(args),
    }
}
