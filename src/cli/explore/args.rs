//! Options of `explore`.

use crate::cli::threads::Threads;
use clap::Args;
use std::path::PathBuf;

/// Options of `explore`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dyadsim explore                          open the lessons in the browser
  dyadsim explore study.ron                begin with a scenario of your own
  dyadsim explore --no-open --port 8080    only say where it is: http://127.0.0.1:8080/

The page comes from this program and needs no network; only this machine can open it. Its address goes
to standard output. Stop it with Ctrl-C. docs/explorer.md describes the lessons.

Exit codes: 0 stopped, 1 something is wrong with the scenario, 74 the file cannot be read or the port is taken.")]
pub struct Explore {
    /// Scenario to begin with; without it the page begins with the first lesson.
    pub file: Option<PathBuf>,
    /// Port; without it a free one is taken.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
    /// Do not start a browser.
    #[arg(long)]
    pub no_open: bool,
    /// Threads.
    #[command(flatten)]
    pub threads: Threads,
}
