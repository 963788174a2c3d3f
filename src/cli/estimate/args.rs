//! Options of `estimate`.

use crate::cli::saving::Saving;
use crate::cli::source::Source;
use crate::cli::until::{Precision, positive};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Options of `estimate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{PROTOCOL}"))]
pub struct Estimate {
    /// Scenario and changes.
    #[command(flatten)]
    pub source: Option<Source>,
    /// A program that analyses data sets, with its arguments; may be repeated. It is started without a shell.
    #[arg(long = "with", value_name = "COMMAND", required_unless_present = "example")]
    pub programs: Vec<String>,
    /// What the program is called in tables (one for each --with); without it the name of its script.
    #[arg(long = "name", value_name = "NAME")]
    pub names: Vec<String>,
    /// Columns and expressions that it is given, separated by semicolons: 'post; pre; therapist; average(alliance, 3, 9)'.
    /// Without it all columns but the arm. With the column arm all arms come in one data set, otherwise each by itself.
    #[arg(long, value_name = "COLUMNS")]
    pub columns: Option<String>,
    /// What a row of the data is.
    #[arg(long, value_enum, default_value_t, value_name = "ROW")]
    pub on: On,
    /// Which rows, as in an estimator of a scenario: 'sessions >= 3 and arm == "feedback"'.
    #[arg(long = "where", value_name = "CONDITION")]
    pub filter: Option<String>,
    /// What is true of a term: a number, Parameter("KEY"), Counterfactual("COLUMN") or CounterfactualD("COLUMN"); may be repeated.
    /// Without it a term has the truth that the scenario's own estimators give to a term of that name.
    #[arg(long = "truth", value_name = "TERM=TRUTH")]
    pub truths: Vec<String>,
    /// Longest time for one data set, in seconds; after it the fit has failed and the program is started again.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = positive)]
    pub timeout: f64,
    /// Write all results (.h5), or a row per estimate (.csv).
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// When to stop.
    #[command(flatten)]
    pub precision: Precision,
    /// Print a program to start from, and do nothing else.
    #[arg(long, value_enum, value_name = "NAME", exclusive = true)]
    pub example: Option<Example>,
    /// What happens to files and messages.
    #[command(flatten)]
    pub saving: Saving,
    /// Results as JSON instead of a table (as `run --json`, described in `dyadsim run --help`).
    #[arg(long)]
    pub json: bool,
}

/// What a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum On {
    /// A client.
    #[default]
    Clients,
    /// A session of a client, with her own columns beside it.
    Sessions,
}

/// Programs to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Example {
    /// R: mixed models with lme4.
    Lme4,
    /// R: random-intercept cross-lagged panel model with lavaan.
    Lavaan,
    /// Python: mixed models with statsmodels.
    Statsmodels,
}

/// An analysis in R, and below it what takes data sets and gives answers.
macro_rules! in_r {
    ($analysis:literal) => {
        concat!(include_str!(concat!("../../../scripts/examples/", $analysis)), "\n", include_str!("../../../scripts/examples/serve.R"))
    };
}

impl Example {
    /// Its text.
    pub fn text(self) -> &'static str {
        match self {
            Self::Lme4 => in_r!("lme4.R"),
            Self::Lavaan => in_r!("riclpm_lavaan.R"),
            Self::Statsmodels => include_str!("../../../scripts/examples/statsmodels_mixed.py"),
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  dyadsim estimate --example lme4 > my.R                       a program to start from
  dyadsim estimate study.ron --with 'Rscript my.R'             judged beside the scenario's own estimators
  dyadsim estimate study.ron --with 'Rscript my.R' --with 'python3 my.py' --out judged.h5
  dyadsim estimate study.ron --with 'Rscript my.R' --columns 'post; pre; therapist' --truth 'pre=0.5'
  dyadsim estimate study.ron --with 'Rscript my.R' --columns 'arm; post' --truth 'arm: feedback=Counterfactual(\"post\")'
  dyadsim estimate study.ron --with 'Rscript my.R' --out estimates.csv && dyadsim assess estimates.csv

Exit codes: 0 done, 1 bad input or no program answers at all, 74 a file cannot be read or written, 75 interrupted.
The programs run with your rights, as if you had started them yourself.";

const PROTOCOL: &str = "\
How a program gets data sets (standard input) and answers (standard output), as text:
  data rows=331 cell=1 replicate=7 arm=2 seed=1234567     one line: arm 0 is all arms together
  \"post\",\"pre\",\"therapist\"                                headings, then so many rows of comma-separated values
  61.5,80,12                                              missing values are NA; groups are numbers from 1,
  …                                                       arm and diagnosis are names
It answers with
  answer
  term,estimate,se,df                                     needed: term, estimate. Also understood: estimator, se, df,
  pre,0.52,0.04,301.2                                     low, high, p, status (converged, boundary or failed), reason
  end                                                     and the names that R's broom gives to these columns
or with one line
  failed: REASON
and then reads the next data set, until there are no more. Without low, high or p these are made from se and df. All answers
have the same terms (NA where there is no value). What it prints between answers is not looked at. One process runs on each
processor; set its random numbers from `seed`, and the results do not depend on how many there are.";
