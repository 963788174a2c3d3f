//! What can go wrong with result files: where, what, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Failure while writing or reading a result file. Messages leave their source out: print the
/// chain.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The path does not end in a file name.
    #[error("{path} does not name a file; choose a name with -o, for example results.h5")]
    NoFileName {
        /// Path as given.
        path: PathBuf,
    },
    /// The folder of the result file does not exist.
    #[error(
        "folder {folder} does not exist (the nearest existing one is {nearest}); \
         create it or choose another with -o"
    )]
    FolderMissing {
        /// Folder that was asked for.
        folder: PathBuf,
        /// Deepest ancestor that exists.
        nearest: PathBuf,
    },
    /// Something on the way to the result file is a file.
    #[error("{path} is not a folder, so nothing can be written into it; choose another with -o")]
    NotAFolder {
        /// The file that stands where a folder should be.
        path: PathBuf,
    },
    /// The folder exists, but no file can be created in it.
    #[error("cannot write in folder {folder}; choose another with -o or change its permissions")]
    NotWritable {
        /// The folder.
        folder: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// There already is a file of that name.
    #[error("{path} already exists; choose another name with -o, or add --force to replace it")]
    AlreadyExists {
        /// Path of the existing file.
        path: PathBuf,
    },
    /// The name belongs to a folder or a device, which is never replaced.
    #[error("{path} is not an ordinary file and will not be replaced; choose another name with -o")]
    NotAFile {
        /// Path of the folder or device.
        path: PathBuf,
    },
    /// A file of that name appeared during the run.
    #[error(
        "{path} was created by someone else during the run and was left alone; \
         the results of this run are complete in {kept}: rename that file"
    )]
    Appeared {
        /// Intended name.
        path: PathBuf,
        /// Where the results are.
        kept: PathBuf,
    },
    /// No space left.
    #[error(
        "the disk is full: cannot write {path}; \
         free some space (up to twice the size of the result file) and run again"
    )]
    DiskFull {
        /// File being written.
        path: PathBuf,
    },
    /// Another refusal of the operating system.
    #[error("cannot {action} {path}")]
    Io {
        /// What was being done.
        action: String,
        /// With which file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A refusal of the HDF5 library.
    #[error("cannot {action} in {path}: {reason}")]
    Hdf5 {
        /// What was being done.
        action: String,
        /// In which file.
        path: PathBuf,
        /// The library's words.
        reason: String,
    },
    /// Two tables or texts of the same name, or a name that the layout uses itself.
    #[error("the name {name} is already taken in the result file")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// Rows that do not have the columns announced for their table.
    #[error("the rows of table {table} do not fit its description: {problem}")]
    WrongRows {
        /// Name of the table that was announced.
        table: String,
        /// What differs.
        problem: String,
    },
    /// There is no file to read.
    #[error("there is no file {path}")]
    NotFound {
        /// Path as given.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not an HDF5 file, so it cannot be a result file of dyadsim")]
    NotHdf5 {
        /// Path of the file.
        path: PathBuf,
    },
    /// An HDF5 file from elsewhere.
    #[error("{path} is an HDF5 file, but not a result file of dyadsim (no attribute dyadsim_format)")]
    NotOurs {
        /// Path of the file.
        path: PathBuf,
    },
    /// A result file from the future.
    #[error(
        "{path} has result format {found}, this program reads up to {known}; \
         use the version of dyadsim that wrote it, or a newer one"
    )]
    NewerFormat {
        /// Path of the file.
        path: PathBuf,
        /// Its format version.
        found: i64,
        /// Newest version this program knows.
        known: i64,
    },
    /// The end of the file is missing.
    #[error("{path} is cut short (an interrupted copy or download?); copy it again or rerun")]
    Truncated {
        /// Path of the file.
        path: PathBuf,
    },
    /// No such table.
    #[error("{path} has no table {table}; it has {known}")]
    NoTable {
        /// Path of the file.
        path: PathBuf,
        /// Name asked for.
        table: String,
        /// Names of the tables in the file.
        known: String,
    },
    /// No such column.
    #[error("table {table} of {path} has no column {column}; it has {known}")]
    NoColumn {
        /// Path of the file.
        path: PathBuf,
        /// Table.
        table: String,
        /// Name asked for.
        column: String,
        /// Names of the columns in the table.
        known: String,
    },
    /// A column stored in a way that no version of this program writes.
    #[error("column {column} of table {table} in {path} is stored in an unknown way")]
    UnknownStorage {
        /// Path of the file.
        path: PathBuf,
        /// Table.
        table: String,
        /// Column.
        column: String,
    },
}

impl OutputError {
    /// True for failures of disks, folders and names (exit code 74), false for wrong content.
    pub fn is_io(&self) -> bool {
        match self {
            Self::NoFileName { .. }
            | Self::FolderMissing { .. }
            | Self::NotAFolder { .. }
            | Self::NotWritable { .. }
            | Self::AlreadyExists { .. }
            | Self::NotAFile { .. }
            | Self::Appeared { .. }
            | Self::DiskFull { .. }
            | Self::Io { .. }
            | Self::Hdf5 { .. }
            | Self::NotFound { .. }
            | Self::Truncated { .. } => true,
            Self::NameTaken { .. }
            | Self::WrongRows { .. }
            | Self::NotHdf5 { .. }
            | Self::NotOurs { .. }
            | Self::NewerFormat { .. }
            | Self::NoTable { .. }
            | Self::NoColumn { .. }
            | Self::UnknownStorage { .. } => false,
        }
    }
}

/// Says what was being done, and with which file, when something failed.
pub(super) trait During<T> {
    /// `action` completes the sentence "cannot …".
    fn during(self, action: &str, path: &Path) -> Result<T, OutputError>;
}

impl<T> During<T> for io::Result<T> {
    fn during(self, action: &str, path: &Path) -> Result<T, OutputError> {
        self.map_err(|source| from_io(action, path, source))
    }
}

impl<T> During<T> for hdf5::Result<T> {
    fn during(self, action: &str, path: &Path) -> Result<T, OutputError> {
        self.map_err(|error| from_hdf5(action, path, &error))
    }
}

fn from_io(action: &str, path: &Path, source: io::Error) -> OutputError {
    let path = path.to_path_buf();
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OutputError::DiskFull { path },
        _ => OutputError::Io { action: action.to_owned(), path, source },
    }
}

/// An operating system error deep inside the library's stack becomes an [`OutputError::Io`].
fn from_hdf5(action: &str, path: &Path, error: &hdf5::Error) -> OutputError {
    let stack = error.stack();
    let frames = stack.iter().flat_map(|stack| stack.iter());
    match frames.map(|frame| frame.desc()).find_map(errno) {
        Some(code) => from_io(action, path, io::Error::from_raw_os_error(code)),
        None => OutputError::Hdf5 { action: action.to_owned(), path: path.to_path_buf(), reason: error.to_string() },
    }
}

/// The number after `errno = ` in one of libhdf5's messages.
fn errno(message: &str) -> Option<i32> {
    let (_, rest) = message.split_once("errno = ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().filter(|&code| code != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_operating_system_error_in_a_library_message() {
        let message = "file write failed: time = Sat, filename = 'x', file descriptor = 3, \
                       errno = 28, error message = 'No space left on device', buf = 0x1";
        assert_eq!(errno(message), Some(28));
        assert_eq!(errno("unable to write raw data"), None);
    }

    #[test]
    fn a_full_disk_is_named_as_such() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error = from_io("write", Path::new("results.h5"), full);
        assert!(matches!(error, OutputError::DiskFull { .. }) && error.is_io(), "{error}");
    }
}
