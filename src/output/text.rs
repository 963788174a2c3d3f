//! Files other than result files (tables as text, pages, pictures) that appear under their name only when they are complete.

use super::error::{During, OutputError};
use super::place::Target;
use super::writer::WriteOptions;
use std::fs;
use std::path::{Path, PathBuf};

/// A file to be written.
#[derive(Debug)]
pub struct TextFile(Target);

impl TextFile {
    /// Checks that a file will be possible to write.
    ///
    /// # Errors
    /// The folder is missing or not writable, or the name is taken and `options` do not allow replacing the file.
    pub fn create(path: &Path, options: WriteOptions) -> Result<Self, OutputError> {
        let target = Target::check(path, options.overwrite)?;
        // Shows that the folder is writable; gone at once.
        target.temporary()?;
        Ok(Self(target))
    }

    /// Writes the text, or the bytes of a picture, under a temporary name and gives it its own.
    ///
    /// # Errors
    /// Disk full, or a refusal of the operating system.
    pub fn finish(self, text: &(impl AsRef<[u8]> + ?Sized)) -> Result<PathBuf, OutputError> {
        let temporary = self.0.temporary()?;
        fs::write(temporary.path(), text).during("write", self.0.path())?;
        self.0.publish(temporary)?;
        Ok(self.0.path().to_path_buf())
    }
}
