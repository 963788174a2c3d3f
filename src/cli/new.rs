//! `dyadsim new`.

use super::args::New;
use super::failure::{End, Failure};
use super::terminal::{Messages, answer};
use crate::scenario::file::ScenarioFile;
use crate::scenario::template::template;
use anyhow::{Context, anyhow};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// What a new scenario starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// One arm and a few keys.
    #[default]
    Minimal,
    /// Feedback to therapists against usual care.
    Feedback,
    /// Every rupture repaired against usual repair.
    Rupture,
    /// A sweep over two keys.
    Sweep,
    /// Every key with its meaning, range, default and source.
    Full,
}

impl Template {
    fn text(self) -> Result<String, Failure> {
        Ok(match self {
            Self::Minimal => include_str!("templates/minimal.ron").into(),
            Self::Feedback => include_str!("templates/feedback.ron").into(),
            Self::Rupture => include_str!("templates/rupture.ron").into(),
            Self::Sweep => include_str!("templates/sweep.ron").into(),
            Self::Full => template(
                &ScenarioFile::default(),
                "Every key of a scenario with its default. Delete what you do not change: a key that is left out has its default.",
            )
            .map_err(|error| Failure::Input(error.into()))?,
        })
    }
}

/// Writes a scenario to start from, or prints it.
///
/// # Errors
/// The file exists, or cannot be written.
pub fn run(args: &New) -> Result<End, Failure> {
    let text = args.template.text()?;
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
