//! Options of `export`.

use crate::cli::source::Source;
use clap::Args;
use std::path::PathBuf;

/// Options of `export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dyadsim export --ademp study.ron                          print it
  dyadsim export --ademp study.ron --out protocol.md
  dyadsim export --ademp study.ron --replicates 1900        with the precision that 1900 replicates give

The document follows ADEMP-PreReg (Siepe et al. 2024, doi:10.1037/met0000695) and comes from the scenario alone, before anything is
run. Places that only you can fill are marked TO FILL IN.

Exit codes: 0 done, 1 bad input, 74 a file cannot be read or written.")]
pub struct Export {
    /// Scenario and changes.
    #[command(flatten)]
    pub source: Source,
    /// A plan of the simulation study for preregistration: aims, data-generating mechanisms, estimands, methods, performance
    /// measures, and the precision that the replicates give.
    #[arg(long, required = true)]
    pub ademp: bool,
    /// Write it to a file.
    #[arg(short, long, value_name = "FILE.md")]
    pub out: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(long)]
    pub force: bool,
}
