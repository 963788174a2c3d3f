//! Options of `assess`.

use crate::cli::saving::Saving;
use clap::Args;
use std::path::PathBuf;

/// Options of `assess`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{COLUMNS}"))]
pub struct Assess {
    /// Table of estimates: comma-separated values, a row per replicate, estimator and term.
    pub file: PathBuf,
    /// What is true of a term, a number; may be repeated. A number alone holds for all terms. It goes before the table's column.
    #[arg(long = "truth", value_name = "TERM=NUMBER|NUMBER", allow_hyphen_values = true)]
    pub truths: Vec<String>,
    /// Number of replicates; those of which the table has no row count as failed. Without it, the replicates that are in the table.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub replicates: Option<u64>,
    /// Write the measures: .h5 (all tables), .csv (a row per term), or .json.
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What happens to files and messages.
    #[command(flatten)]
    pub saving: Saving,
    /// The measures as JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  dyadsim assess estimates.csv                                what `dyadsim estimate --out estimates.csv` wrote
  dyadsim assess estimates.csv --truth 0.5                    the same truth for every row
  dyadsim assess estimates.csv --truth pre=0.5 --truth 'arm: feedback=-2'
  dyadsim assess estimates.csv --replicates 1000 --out performance.csv

Exit codes: 0 done, 1 bad input, 74 a file cannot be read or written.";

const COLUMNS: &str = "\
Columns, in any order (other names that are understood in brackets; further columns are ignored):
  replicate  (rep, iteration)         needed: number of the replicate
  estimate   (est)                    needed; NA or empty where there is none
  estimator  (method)                 without it there is one estimator
  term       (parameter)              without it there is one term
  se         (std.error)              standard error as the method states it
  df                                  degrees of freedom; without it the normal distribution holds
  low, high  (conf.low, conf.high)    95 % interval; without these columns made from se and df
  p          (p.value)                without it made from se and df
  truth      (true_value)             what is true in this replicate
  status, reason                      converged, boundary or failed, and why
  cell, arm                           numbers of the cell and the arm (arm 0: all together)
An estimator has failed in a replicate when its status says so, when no term has an estimate, or when it has no row there but
another estimator of the same cell and arm has one.

JSON (--json), one object; a value that is not defined is null:
  file, replicates, ignored_columns
  estimators       as in `dyadsim run --json`: [{cell, name, arm, fits, failed, boundary, reasons, terms: [{term, n, estimate, …}]}]
  estimator_pairs  [{cell, arm, estimator, term, reference, reference_term, n, bias_difference, relative_precision,
                   rmse_difference, coverage_difference, rejection_difference, correlation}]";
