//! `dyadsim new`.

use super::args::New;
use super::failure::{End, Failure};
use super::terminal::{Messages, answer};
use anyhow::{Context, anyhow};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Writes a scenario to start from, or prints it.
///
/// # Errors
/// The file exists, or cannot be written.
pub fn run(args: &New) -> Result<End, Failure> {
    let text = args.template.text().map_err(|error| Failure::Input(error.into()))?;
    match &args.file {
        None => answer(&text)?,
        Some(path) => {
            write(path, &text, args.force)?;
            Messages { quiet: false }.say(&format!("Wrote {0}. Next: dyadsim check {0}", path.display()));
        }
    }
    Ok(End::Done)
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(force).create_new(!force);
    match options.open(path).and_then(|mut file| file.write_all(text.as_bytes())) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(Failure::Io(anyhow!("{} already exists; choose another name, or add --force to replace it", path.display())))
        }
        result => result.with_context(|| format!("cannot write {}", path.display())).map_err(Failure::Io),
    }
}
