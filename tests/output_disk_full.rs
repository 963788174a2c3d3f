//! When the disk refuses to take more, there is an error, no crash, and nothing left behind.
//!
//! A limit on the size of files stands in for a full disk: it needs no privileges and hits every
//! write of libhdf5, including those while it closes the file.
#![cfg(all(feature = "hdf5", target_os = "linux"))]

mod support;

use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{self, Command};

use support::write;

const PATH: &str = "DYADSIM_TEST_LIMITED_FILE";
const WRITTEN: i32 = 10;
const REFUSED: i32 = 11;

/// Not a test by itself: the other test runs it under a limit.
#[test]
#[ignore = "started by the other test"]
fn limited_process() {
    let Some(path) = env::var_os(PATH) else {
        return;
    };
    match write(Path::new(&path), 70_000, 10_000) {
        Ok(()) => process::exit(WRITTEN),
        Err(error) if error.is_io() => {
            println!("{error}");
            process::exit(REFUSED)
        }
        Err(error) => panic!("{error}"),
    }
}

/// Runs `limited_process` with files of at most `blocks` × 512 bytes.
fn run_limited(path: &Path, blocks: usize) -> i32 {
    let test = env::current_exe().unwrap();
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &limit])
        .arg(test)
        .args(["limited_process", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(PATH, path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    output.status.code().unwrap_or_else(|| panic!("signal {:?}: {said}", output.status.signal()))
}

#[test]
fn a_refused_write_is_an_error_at_every_point_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    write(&path, 70_000, 10_000).unwrap();
    let size = fs::metadata(&path).unwrap().len() as usize;
    fs::remove_file(&path).unwrap();

    let blocks = (size - 1) / 512;
    let early = [0, 1, 2, 4, 8, 20, 100, 250, 300];
    let spread = (1..16).map(|i| blocks * i / 16);
    let end = blocks.saturating_sub(6)..=blocks;
    for limit in early.into_iter().chain(spread).chain(end) {
        assert_eq!(run_limited(&path, limit), REFUSED, "limit of {limit} blocks, need {blocks}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "limit of {limit} blocks");
    }
    assert_eq!(run_limited(&path, blocks + 1), WRITTEN);
    assert!(path.exists());
}
