//! What can be written on the command line.

use super::saving::Saving;
use super::source::Source;
use super::until::Precision;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Simulates psychotherapy: therapists, clients and their sessions, under several arms at once.
///
/// Every client lives through every arm with the same luck, so that arms differ by treatment
/// alone. All results are simulated; they show what follows from assumptions and are no evidence.
#[derive(Debug, Parser)]
#[command(name = "dyadsim", version, max_term_width = 100, arg_required_else_help = true, after_help = START)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const START: &str = "\
Examples:
  dyadsim new study.ron             write a scenario to start from
  dyadsim check study.ron           find mistakes, see what would be run
  dyadsim run study.ron             run it: a table here, all results in study.h5
  dyadsim show study.h5             the table again
  dyadsim report study.h5           tables and figures as one page, study.html
  dyadsim explain dropout           what a key of a scenario means
  dyadsim evidence --quick          published findings against simulated ones
  dyadsim explore                   lessons with sliders, in the browser
  dyadsim estimate study.ron --with 'Rscript my.R'    methods of your own, judged beside the built-in ones

Exit codes: 0 done, 1 bad input, 74 a file cannot be read or written, 75 interrupted.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented scenario to start from.
    New(New),
    /// Check a scenario and say what would be run.
    Check(Check),
    /// Run a scenario: the headline as a table, everything in an HDF5 file.
    Run(Run),
    /// Show the headline of a result file.
    Show(Show),
    /// Write a report on a result file: one HTML page with tables and figures.
    Report(Report),
    /// Draw a figure of a result file as SVG, PNG or PDF.
    Plot(Plot),
    /// Explain a key of a scenario: meaning, unit, range, default and source.
    Explain(Explain),
    /// Simulate published studies and compare them with what was found.
    Evidence(super::evidence::args::Evidence),
    /// Find the values of uncertain keys that go with published numbers, or with those of your clinic.
    Calibrate(super::calibrate::args::Calibrate),
    /// Lessons for teaching: a page in the browser with sliders, run by this program.
    Explore(super::explore::args::Explore),
    /// Judge methods of your own (R, Python, any program) on the data sets of a scenario, beside the built-in ones.
    Estimate(super::estimate::args::Estimate),
    /// Judge estimates that were made elsewhere: bias, coverage and the like from a table.
    Assess(super::assess::args::Assess),
    /// Write the plan of a study for preregistration.
    Export(super::export::args::Export),
}

/// Options of `new`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dyadsim new                                print the smallest useful scenario
  dyadsim new study.ron                      write it to study.ron
  dyadsim new study.ron --template feedback  feedback against usual care
  dyadsim new study.ron --template clinic    an open clinic with a waiting list
  dyadsim new all.ron --template full        every key with meaning, range, default and source")]
pub struct New {
    /// Where to write it; without a name it is printed.
    pub file: Option<PathBuf>,
    /// What to start from.
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    pub template: super::templates::Template,
    /// Replace an existing file.
    #[arg(long)]
    pub force: bool,
}

/// Options of `check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dyadsim check study.ron
  dyadsim check study.ron --set clinics.therapists=20 --replicates 1000
  dyadsim check study.ron --json

With --json, a sound scenario gives an object (cells, arms, replicates, clients, sessions, seconds,
bytes), a wrong one a list of problems: {file, line, column, path, message, help}.

Exit codes: 0 sound, 1 something is wrong, 74 the file cannot be read.")]
pub struct Check {
    /// Scenario and changes.
    #[command(flatten)]
    pub source: Source,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}

const JSON: &str = "\
JSON (--json), one object; a value that is not defined is null:
  title, question, version, seed, seed_hex, fingerprint, settings, arms, factors, design,
                points, instruments
  replicates    {first, asked, done, failed}
  interrupted, reached_precision, until_mcse, until_of, file
  measures      [{name, unit, meaning}]
  cells         [{cell, levels: {key: text}, arms: [arm]}]
  arm           {arm, name, clinics, therapists, clients, completed, failed,
                 measures: {name: {value, mcse}}, contrast}
  contrast      null for the first arm, else {against, differences: {name: {value, mcse}},
                 comparisons: {name: {value, mcse}}, odds_ratios: {name: {value, mcse}},
                 numbers_needed_to_treat: {name: {value, mcse}}}
                 what a study reports (observed_…, pooled_…) also has sd and sd_mcse:
                 its standard deviation over replicates, with its error
  estimators    [{cell, name, arm, arm_name, fits, failed, boundary, reasons: [{reason, fits}], terms: [{term,
                 n, estimate, empirical_se, model_se, rejection, truth, bias, relative_bias, mse,
                 model_se_error, coverage, bias_eliminated_coverage}]}]; arm 0 is all arms together
  estimator_pairs  [{cell, arm, arm_name, estimator, term, reference, reference_term, n, bias_difference,
                 relative_precision, rmse_difference, coverage_difference, rejection_difference, correlation}]
  sensitivity   [{result, arm, statistic, factor, with, level, against, value, standard_error,
                 points_se, mcse, unit}]
  failures      [{cell, replicate, reason}]";

/// Options of `run`.
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES, after_long_help = format!("{RUN_EXAMPLES}\n\n{JSON}"))]
pub struct Run {
    /// Scenario and changes.
    #[command(flatten)]
    pub source: Source,
    /// Result file; without it the name of the scenario with .h5, in the current folder.
    #[arg(short, long, value_name = "OUT.h5", conflicts_with = "no_file")]
    pub output: Option<PathBuf>,
    /// When to stop.
    #[command(flatten)]
    pub precision: Precision,
    /// Run only this replicate (from 1). It has the same rows as in the whole run; see all of its
    /// sessions with --set output.sessions=All.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "until_mcse")]
    pub replicate: Option<u64>,
    /// Write no result file: the table only.
    #[arg(long)]
    pub no_file: bool,
    /// What happens to files and messages.
    #[command(flatten)]
    pub saving: Saving,
    /// Results as JSON instead of a table (described in --help).
    #[arg(long)]
    pub json: bool,
}

const RUN_EXAMPLES: &str = "\
Examples:
  dyadsim run study.ron                                 results in study.h5
  dyadsim run study.ron -o long.h5 --replicates 2000
  dyadsim run study.ron --set clients.severity_mean=90 --no-file
  dyadsim run study.ron --until-mcse 0.05               stop when precise enough
  dyadsim run study.ron --replicate 7 --set output.sessions=All
  dyadsim run clinic.ron --set workload.caseload=30     an open clinic with more places
  dyadsim run study.ron --set 'design=Trial(unit: Therapist)'        what a trial would report
  dyadsim run sweep.ron --set 'points=Morris(trajectories: 5)'       which keys matter
  dyadsim run study.ron --set 'treatment.kind=\"CBT\"'    a shipped treatment
  dyadsim run study.ron --quiet --json | jq '.cells[0].arms[1].contrast.differences.final_score'

Exit codes:
  0   done
  1   something is wrong with the scenario, the settings or the command line
  74  a file cannot be read or written
  75  interrupted (Ctrl-C); complete replicates are in the result file

The table (or JSON) goes to standard output, progress and messages to standard error.
The same scenario and seed give the same table and the same file, byte for byte.";

/// Options of `show`.
#[derive(Debug, Args)]
#[command(
    after_help = "\
Examples:
  dyadsim show study.h5
  dyadsim show study.h5 --json",
    after_long_help = format!("Examples:\n  dyadsim show study.h5\n  dyadsim show study.h5 --json\n\n{JSON}")
)]
pub struct Show {
    /// Result file.
    pub file: PathBuf,
    /// Results as JSON instead of a table (described in --help).
    #[arg(long)]
    pub json: bool,
}

/// Options of `report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dyadsim report study.h5                      write study.html
  dyadsim report study.h5 -o results/study.html --force
  dyadsim report study.h5 --open               write it and open it in the browser
  dyadsim run study.ron --set 'output.sessions=Share(0.1)' && dyadsim report study.h5
                                               with six single courses, session by session

The page needs no network and no other file; it prints on A4. Which chapters it has depends on the
rows that the run kept (`output` in the scenario).

Exit codes: 0 done, 1 no result file, 74 a file cannot be read or written.")]
pub struct Report {
    /// Result file.
    pub file: PathBuf,
    /// Page to write; without it the name of the result file with .html, in the current folder.
    #[arg(short, long, value_name = "OUT.html")]
    pub output: Option<PathBuf>,
    /// Open the page in the browser.
    #[arg(long)]
    pub open: bool,
    /// What happens to files and messages.
    #[command(flatten)]
    pub saving: Saving,
}

/// Options of `plot`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dyadsim plot study.h5 --list                       which figures the file can give
  dyadsim plot study.h5 --figure caterpillar -o fig.pdf
  dyadsim plot study.h5 --figure jacobson --arm feedback -o fig.png
  dyadsim plot study.h5 --figure survival --bare --width 480 -o fig.svg
  dyadsim plot study.h5 --list --json                titles, sentences and tables of all figures

PNG and PDF are drawn with a font that comes with the program and are the same on every machine.

Exit codes: 0 done, 1 no such figure or no result file, 74 a file cannot be read or written.")]
pub struct Plot {
    /// Result file.
    pub file: PathBuf,
    /// Figure to draw; without it the figures are listed.
    #[arg(long, value_name = "NAME")]
    pub figure: Option<String>,
    /// Arm, by name or number from 1, for figures that show one arm; without it the first.
    #[arg(long, value_name = "ARM", requires = "figure")]
    pub arm: Option<String>,
    /// File to write, .svg, .png or .pdf; without it the figure's name with .svg, in the current folder.
    #[arg(short, long, value_name = "FILE", requires = "figure")]
    pub output: Option<PathBuf>,
    /// Width in pixels; letters keep their size.
    #[arg(long, value_name = "N", default_value_t = 720, value_parser = clap::value_parser!(u16).range(320..=1600))]
    pub width: u16,
    /// Without title and sentence above the figure.
    #[arg(long)]
    pub bare: bool,
    /// List the figures that the file can give.
    #[arg(long, conflicts_with = "figure")]
    pub list: bool,
    /// The list as JSON, with the table of every figure.
    #[arg(long, conflicts_with = "figure")]
    pub json: bool,
    /// What happens to files and messages.
    #[command(flatten)]
    pub saving: Saving,
}

/// Options of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dyadsim explain                      all keys, one per line
  dyadsim explain clinics.therapists
  dyadsim explain caseload             the last name is enough where it is clear
  dyadsim explain Sobol                a word that a key may be
  dyadsim explain WAI-SR               a shipped instrument; also treatments (CBT) and groups (anxiety)
  dyadsim explain feedback --json")]
pub struct Explain {
    /// Key, such as clinics.therapists, or the name of something shipped; without it all keys are listed.
    pub key: Option<String>,
    /// Answer as JSON.
    #[arg(long)]
    pub json: bool,
}
