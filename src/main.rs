//! The program: reads the command line, does what it asks for, says what went wrong.

use clap::Parser;
use dyadsim::cli::{args::Cli, dispatch};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing can be said when the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(1) } else { ExitCode::SUCCESS };
        }
    };
    match dispatch(&cli) {
        Ok(end) => ExitCode::from(end.code()),
        Err(failure) => {
            eprintln!("{}", failure.message());
            ExitCode::from(failure.code())
        }
    }
}
