//! `dyadsim show`.

use super::args::Show;
use super::colour::colour_on_stdout;
use super::failure::{End, Failure};
use super::terminal::{answer, answer_json};
use super::{json, table};
use crate::output::study::read_results;

/// Shows the headline of a result file.
///
/// # Errors
/// The file cannot be read, or is no result file.
pub fn run(args: &Show) -> Result<End, Failure> {
    let results = read_results(&args.file)?;
    if args.json {
        answer_json(&json::results(&results, Some(&args.file)))?;
    } else {
        answer(&table::headline(&results, Some(&args.file), colour_on_stdout()))?;
    }
    Ok(End::Done)
}
