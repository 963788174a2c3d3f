//! What can be written on the command line.

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
    Evidence(Evidence),
    /// Find the values of uncertain keys that go with published numbers, or with those of your clinic.
    Calibrate(Calibrate),
    /// Lessons for teaching: a page in the browser with sliders, run by this program.
    Explore(Explore),
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

/// A scenario and changes to it.
#[derive(Debug, Args)]
pub struct Source {
    /// Scenario file.
    pub file: PathBuf,
    /// Change a key of the scenario, for every arm; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// Number of replicates, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub replicates: Option<u64>,
    /// Master seed, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Number of threads; all processors without it. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub threads: Option<u16>,
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
    /// Stop as soon as the headline is this precise: Monte Carlo standard error of the difference
    /// in final score between arms (of the final score itself with one arm), in score units.
    #[arg(long, value_name = "TARGET", allow_negative_numbers = true, value_parser = positive)]
    pub until_mcse: Option<f64>,
    /// What is to be that precise instead: a performance measure (bias, empirical_se, mse, model_se, coverage, rejection) of
    /// all terms that have a truth, or of one: 'coverage: early'.
    #[arg(long, value_name = "MEASURE", requires = "until_mcse", value_parser = super::until::measure)]
    pub until_of: Option<crate::engine::until::Precise>,
    /// Run only this replicate (from 1). It has the same rows as in the whole run; see all of its
    /// sessions with --set output.sessions=All.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "until_mcse")]
    pub replicate: Option<u64>,
    /// Replace an existing result file.
    #[arg(long)]
    pub force: bool,
    /// Write no result file: the table only.
    #[arg(long)]
    pub no_file: bool,
    /// No progress and no messages; results and errors stay.
    #[arg(short, long)]
    pub quiet: bool,
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

/// A number above 0.
///
/// # Errors
/// It is none.
pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x.is_finite() => Ok(x),
        _ => Err("a positive number is needed, such as 0.05".into()),
    }
}

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
    /// Replace an existing file.
    #[arg(long)]
    pub force: bool,
    /// Open the page in the browser.
    #[arg(long)]
    pub open: bool,
    /// No messages; errors stay.
    #[arg(short, long)]
    pub quiet: bool,
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
    /// Replace an existing file.
    #[arg(long)]
    pub force: bool,
    /// No messages; errors stay.
    #[arg(short, long)]
    pub quiet: bool,
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
    /// Change a key in every study; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// Number of threads; all processors without it. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub threads: Option<u16>,
    /// A folder with studies of your own and their targets.ron, instead of those that come with the program.
    #[arg(long, value_name = "FOLDER")]
    pub gallery: Option<PathBuf>,
    /// Write the comparison to a file; its ending says how (.h5, .csv, .json, or .svg for a figure).
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace an existing file.
    #[arg(long)]
    pub force: bool,
    /// No progress and no messages; results and errors stay.
    #[arg(short, long)]
    pub quiet: bool,
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
    /// Change a key before the calibration; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// Number of replicates of every study, instead of its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub replicates: Option<u64>,
    /// Most rounds of the search.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub rounds: u16,
    /// Number of threads; all processors without it. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub threads: Option<u16>,
    /// Write the scenario with the best values; comments stay.
    #[arg(short, long, value_name = "NEW.ron", requires = "file")]
    pub out: Option<PathBuf>,
    /// Write the tables as a Markdown document.
    #[arg(long, value_name = "FILE.md")]
    pub report: Option<PathBuf>,
    /// Replace existing files.
    #[arg(long)]
    pub force: bool,
    /// No progress and no messages; results and errors stay.
    #[arg(short, long)]
    pub quiet: bool,
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
    /// Number of threads; all processors without it. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub threads: Option<u16>,
}
