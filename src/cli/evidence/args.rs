//! Options of `evidence`.

use crate::cli::saving::Saving;
use crate::cli::source::Changes;
use crate::cli::threads::Threads;
use clap::Args;
use std::path::PathBuf;

/// Options of `evidence`.
#[derive(Debug, Args)]
#[command(after_help = EVIDENCE_EXAMPLES, after_long_help = format!("{EVIDENCE_EXAMPLES}\n\n{EVIDENCE_JSON}"))]
pub struct Evidence {
    /// Only these targets, by id, study or group; several may be given.
    #[arg(long, value_name = "ID|STUDY|GROUP", num_args = 1..)]
    pub only: Vec<String>,
    /// List the targets and run nothing.
    #[arg(long)]
    pub list: bool,
    /// A tenth of the replicates, for a quick look.
    #[arg(long, conflicts_with = "replicates")]
    pub quick: bool,
    /// Number of replicates of every study, instead of its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub replicates: Option<u64>,
    /// Changes.
    #[command(flatten)]
    pub changes: Changes,
    /// Threads.
    #[command(flatten)]
    pub threads: Threads,
    /// A folder with studies of your own and their targets.ron, instead of those that come with the program.
    #[arg(long, value_name = "FOLDER")]
    pub gallery: Option<PathBuf>,
    /// Write the comparison to a file; its ending says how (.h5, .csv, .json, or .svg for a figure).
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What happens to files and messages.
    #[command(flatten)]
    pub saving: Saving,
    /// The comparison as JSON instead of a table (described in --help).
    #[arg(long)]
    pub json: bool,
}

const EVIDENCE_EXAMPLES: &str = "\
Examples:
  dyadsim evidence --list                   what is compared, and with which study
  dyadsim evidence --quick                  all of it, with a tenth of the replicates
  dyadsim evidence --only F1 Feedback       some of it, by id, study or group
  dyadsim evidence --out evidence.svg       a figure; .csv, .json or .h5 for the numbers
  dyadsim evidence --only Dropout --set endings.dropout=-3    after a change of the assumptions
  dyadsim evidence --gallery my_studies     studies of your own (docs/evidence.md says how)

Exit codes: 0 done, whatever agrees or not; 1 bad input, 74 a file cannot be read or written, 75 interrupted.";

const EVIDENCE_JSON: &str = "\
JSON (--json), one object; a value that is not defined is null:
  version
  score    {agree, judged, shown, percent} of quantities of confidence T
  groups   [{group, score, targets: [target]}]
  target   {id, quantity, unit, published: {value, se, low, high, sign}, simulated, shown, verdict,
            confidence, source, doi, study_size, study, study_file, how, miss}
  simulated  {value, mcse, sd, sd_mcse, difference, standard_error, replicates, replicates_asked}
  shown    {quantity, published, simulated}: the same as texts
  failures [{study, replicates, reason}]
  with --list: {targets: [{id, group, quantity, published, confidence, source, doi, study}]}";
