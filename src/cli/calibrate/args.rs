//! Options of `calibrate`.

use crate::cli::saving::Saving;
use crate::cli::source::Changes;
use crate::cli::threads::Threads;
use clap::Args;
use std::path::PathBuf;

/// Options of `calibrate`.
#[derive(Debug, Args)]
#[command(after_help = CALIBRATE_EXAMPLES)]
pub struct Calibrate {
    /// Scenario of your clinic; without it the defaults of the program are calibrated.
    pub file: Option<PathBuf>,
    /// Numbers that your clinic has (docs/calibration.md says how they are written).
    #[arg(long, value_name = "TARGETS.ron")]
    pub targets: Option<PathBuf>,
    /// Which keys are free, with their priors, and which targets are fitted or left out for a check.
    #[arg(long, value_name = "FILE.ron", conflicts_with = "free")]
    pub parameters: Option<PathBuf>,
    /// Keys that are free, with the priors that come with the program.
    #[arg(long, value_name = "KEY,KEY", value_delimiter = ',')]
    pub free: Vec<String>,
    /// Instead of a scenario: a folder with studies and their targets.
    #[arg(long, value_name = "FOLDER", conflicts_with = "file")]
    pub gallery: Option<PathBuf>,
    /// Changes.
    #[command(flatten)]
    pub changes: Changes,
    /// Number of replicates of every study, instead of its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub replicates: Option<u64>,
    /// Most rounds of the search.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub rounds: u16,
    /// Threads.
    #[command(flatten)]
    pub threads: Threads,
    /// Write the scenario with the best values; comments stay.
    #[arg(short, long, value_name = "NEW.ron", requires = "file")]
    pub out: Option<PathBuf>,
    /// Write the tables as a Markdown document.
    #[arg(long, value_name = "FILE.md")]
    pub report: Option<PathBuf>,
    /// What happens to files and messages.
    #[command(flatten)]
    pub saving: Saving,
    /// The result as JSON instead of tables.
    #[arg(long)]
    pub json: bool,
}

const CALIBRATE_EXAMPLES: &str = "\
Examples:
  dyadsim calibrate clinic.ron --targets mine.ron                       the keys in which clinics differ
  dyadsim calibrate clinic.ron --targets mine.ron --out calibrated.ron
  dyadsim calibrate clinic.ron --targets mine.ron --free endings.dropout,symptoms.rate
  dyadsim calibrate                                                     the defaults of the program
  dyadsim calibrate --report calibration.md

Exit codes: 0 done, 1 bad input, 74 a file cannot be read or written, 75 interrupted.";
