//! Where the results of `estimate` go: a result file, a table of estimates, or nowhere.

use super::args::Estimate;
use super::brought::Source;
use super::is_scenario;
use crate::cli::csv_table;
use crate::cli::failure::Failure;
use crate::cli::source::Loaded;
use crate::cli::source::Source as Where;
use crate::engine::sink::{Batch, Sink};
use crate::output::error::OutputError;
use crate::output::results::Results;
use crate::output::study::StudyFile;
use crate::output::text::TextFile;
use crate::output::writer::Written;
use anyhow::anyhow;

/// Takes the rows of a run.
pub enum Target {
    /// Nothing is kept.
    Nowhere,
    /// Everything.
    Hdf5(Box<StudyFile>),
    /// A row per estimate.
    Csv(TextFile, String),
}

impl Target {
    /// Checks before a long run that the file can be written after it.
    ///
    /// # Errors
    /// An unknown ending, or a file that cannot be written.
    pub fn open(args: &Estimate, source: &Where) -> Result<Self, Failure> {
        let Some(path) = &args.out else {
            return Ok(Self::Nowhere);
        };
        if is_scenario(path, source) {
            return Err(Failure::Input(anyhow!("{} is the scenario itself; choose another name with --out", path.display())));
        }
        let options = args.saving.options();
        match path.extension().unwrap_or_default().to_string_lossy().to_lowercase().as_str() {
            "h5" | "hdf5" => Ok(Self::Hdf5(Box::new(StudyFile::create(path, options)?))),
            "csv" => Ok(Self::Csv(TextFile::create(path, options)?, String::new())),
            _ => Err(Failure::Input(anyhow!("cannot tell what to write to {}; the ending says it: .h5 or .csv", path.display()))),
        }
    }

    /// Keeps what is known before the run: the scenario, and the scripts of the programs.
    ///
    /// # Errors
    /// The file refuses it.
    pub fn begin(&mut self, loaded: &Loaded, programs: &[Source]) -> Result<(), Failure> {
        if let Self::Hdf5(file) = self {
            file.scenario(&loaded.scenario, &loaded.text)?;
            for source in programs {
                for script in source.program.scripts() {
                    // A script that is no text (a program, say) is not kept.
                    if let Ok(text) = std::fs::read_to_string(&script) {
                        file.program(&format!("{}: {}", source.program.name, script.display()), &text)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds the answer and gives the file its name.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self, results: &Results) -> Result<Option<Written>, Failure> {
        Ok(match self {
            Self::Nowhere => None,
            Self::Hdf5(file) => Some(file.finish(results)?),
            Self::Csv(file, text) => Some(Written { bytes: text.len() as u64, path: file.finish(&text)?, tables: Vec::new() }),
        })
    }
}

impl Sink for Target {
    type Error = OutputError;

    fn accept(&mut self, batch: &Batch) -> Result<(), OutputError> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Hdf5(file) => file.accept(batch),
            Self::Csv(_, text) => {
                if text.is_empty() {
                    text.push_str(&csv_table::head(&batch.estimates));
                }
                text.push_str(&csv_table::rows(&batch.estimates));
                Ok(())
            }
        }
    }
}
