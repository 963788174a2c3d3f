//! Where a result file goes: checks before the run, a temporary name, the final name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;

use super::error::{During, OutputError};
use super::spool::Spool;

/// Attempts at finding an unused temporary name.
const ATTEMPTS: u32 = 1000;

/// The final name of a result file.
#[derive(Debug)]
pub(super) struct Target {
    path: PathBuf,
    folder: PathBuf,
    replace: bool,
}

/// A file that is removed when dropped.
#[derive(Debug)]
pub(super) struct Temporary(Option<PathBuf>);

impl Target {
    /// Checks all that can be checked before a long run.
    pub(super) fn check(path: &Path, replace: bool) -> Result<Self, OutputError> {
        let path = path.to_path_buf();
        if path.file_name().is_none() || path.as_os_str().to_string_lossy().ends_with(['/', '\\']) {
            return Err(OutputError::NoFileName { path });
        }
        let folder = folder_of(&path);
        check_folder(&folder)?;
        check_free(&path, replace)?;
        Ok(Self { path, folder, replace })
    }

    /// The final name.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A scratch file in the same folder; its creation shows that the folder is writable.
    pub(super) fn spool(&self) -> Result<Spool, OutputError> {
        self.with_unused_name(Spool::create)
    }

    /// An empty file in the same folder.
    pub(super) fn temporary(&self) -> Result<Temporary, OutputError> {
        self.with_unused_name(|path| {
            OpenOptions::new().write(true).create_new(true).open(path)?;
            Ok(Temporary(Some(path.to_path_buf())))
        })
    }

    fn with_unused_name<T>(&self, create: impl Fn(&Path) -> io::Result<T>) -> Result<T, OutputError> {
        let mut refusal = io::Error::from(ErrorKind::AlreadyExists);
        for attempt in 0..ATTEMPTS {
            match create(&self.temporary_name(attempt)) {
                Ok(created) => return Ok(created),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => refusal = error,
                Err(error) if error.kind() == ErrorKind::StorageFull => {
                    return Err(OutputError::DiskFull { path: self.path.clone() });
                }
                Err(error) => {
                    refusal = error;
                    break;
                }
            }
        }
        Err(OutputError::NotWritable { folder: self.folder.clone(), source: refusal })
    }

    fn temporary_name(&self, attempt: u32) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}-{attempt}.part", process::id()));
        self.folder.join(name)
    }

    /// Gives a finished temporary file the final name, and makes that survive a power cut.
    pub(super) fn publish(&self, temporary: Temporary) -> Result<(), OutputError> {
        let from = temporary.path();
        let written = OpenOptions::new().write(true).open(from).and_then(|file| file.sync_all());
        written.during("write", &self.path)?;
        if self.replace {
            fs::rename(from, &self.path).during("replace", &self.path)?;
        } else if let Err(error) = rename_to_free_name(from, &self.path) {
            return Err(self.not_renamed(temporary, error));
        }
        temporary.forget();
        sync_folder(&self.folder).during("write", &self.folder)
    }

    fn not_renamed(&self, temporary: Temporary, error: io::Error) -> OutputError {
        if error.kind() == ErrorKind::AlreadyExists {
            return OutputError::Appeared { path: self.path.clone(), kept: temporary.forget() };
        }
        OutputError::Io { action: "create".to_owned(), path: self.path.clone(), source: error }
    }
}

impl Temporary {
    /// Present name of the file.
    pub(super) fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }

    /// The file stays.
    fn forget(mut self) -> PathBuf {
        self.0.take().unwrap_or_default()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // The run already ends with an error; a failed clean-up would only hide it.
            let _ = fs::remove_file(path);
        }
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn check_folder(folder: &Path) -> Result<(), OutputError> {
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(OutputError::NotAFolder { path: folder.to_path_buf() }),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Err(missing_folder(folder)),
        Err(source) => Err(OutputError::NotWritable { folder: folder.to_path_buf(), source }),
    }
}

fn missing_folder(folder: &Path) -> OutputError {
    let exists = |ancestor: &&Path| fs::metadata(ancestor).is_ok();
    match folder.ancestors().find(exists) {
        Some(nearest) if !nearest.is_dir() => OutputError::NotAFolder { path: nearest.to_path_buf() },
        nearest => OutputError::FolderMissing { folder: folder.to_path_buf(), nearest: nearest.map_or_else(here, Path::to_path_buf) },
    }
}

/// The current folder, for people.
fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

fn check_free(path: &Path, replace: bool) -> Result<(), OutputError> {
    match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(found) if found.is_file() && replace => Ok(()),
        Ok(found) if found.is_file() => Err(OutputError::AlreadyExists { path: path.to_path_buf() }),
        Ok(_) => Err(OutputError::NotAFile { path: path.to_path_buf() }),
    }
}

/// Renames without ever replacing a file, as far as the file system allows: a second link fails
/// when the name is taken, a plain rename would not.
fn rename_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) if fs::symlink_metadata(to).is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(from, to),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some network and FUSE file systems have no such operation.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
