//! `dyadsim export`: a scenario as a document for people.

mod ademp;
pub mod args;

use super::failure::{End, Failure};
use super::source;
use super::terminal::answer;
use crate::output::text::TextFile;
use crate::output::writer::WriteOptions;
use args::Export;

/// Writes the plan of a study.
///
/// # Errors
/// Bad input, or a file that cannot be read or written.
pub fn run(args: &Export) -> Result<End, Failure> {
    let loaded = source::load(&args.source)?;
    let document = ademp::document(&loaded, &args.source.file);
    match &args.out {
        Some(path) => {
            TextFile::create(path, WriteOptions { overwrite: args.force })?.finish(&document)?;
        }
        None => answer(&document)?,
    }
    Ok(End::Done)
}
