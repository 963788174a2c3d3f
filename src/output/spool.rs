//! Scratch file for compressed chunks, kept until the sizes of all tables are known.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Where a chunk lies in the spool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    start: u64,
    length: usize,
}

/// A scratch file that disappears with the process.
#[derive(Debug)]
pub(super) struct Spool {
    file: File,
    end: u64,
    /// Name to remove later, where an open file cannot lose its name.
    name: Option<PathBuf>,
}

impl Spool {
    /// Creates the file, which must not exist, and takes its name away.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let name = fs::remove_file(path).is_err().then(|| path.to_path_buf());
        Ok(Self { file, end: 0, name })
    }

    /// Stores a chunk.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<Extent> {
        self.file.write_all(bytes)?;
        let extent = Extent { start: self.end, length: bytes.len() };
        self.end += bytes.len() as u64;
        Ok(extent)
    }

    /// Replaces `bytes` by a stored chunk.
    pub(super) fn read(&mut self, extent: Extent, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.resize(extent.length, 0);
        self.file.seek(SeekFrom::Start(extent.start))?;
        self.file.read_exact(bytes)
    }

    /// Gives the space back to the disk.
    pub(super) fn release(&mut self) -> io::Result<()> {
        self.end = 0;
        self.file.set_len(0)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // Nothing useful is left to do if this fails: the run has its result or its error.
            let _ = fs::remove_file(name);
        }
    }
}
