//! Other programs read our files: h5py, pandas, xarray, rhdf5 and hdf5r.
//!
//! Needs python3 with h5py, pandas, xarray and h5netcdf, and R with rhdf5, hdf5r and jsonlite.
//! `DYADSIM_SKIP_READERS=1` leaves these tests out; `DYADSIM_PYTHON` names another Python.
#![cfg(feature = "hdf5")]

mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dyadsim::output::chunk::CHUNK_ROWS;
use support::{Failures, arms, expected, visits, write};

fn skipped() -> bool {
    env::var_os("DYADSIM_SKIP_READERS").is_some_and(|value| value == "1")
}

/// A file with `rows` visits and the expected contents beside it.
fn file_and_expected(folder: &Path, rows: usize) -> (PathBuf, PathBuf) {
    let (file, json) = (folder.join("results.h5"), folder.join("expected.json"));
    write(&file, rows, 10_000).unwrap();
    let contents = expected(&[&arms(), &visits(0, rows), &Failures::default()]);
    fs::write(&json, contents.to_string()).unwrap();
    (file, json)
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers").join(name)
}

fn check(program: &str, script_name: &str, install: &str) {
    if skipped() {
        return;
    }
    for rows in [0, 300, 2000, 2 * CHUNK_ROWS + 100] {
        let folder = tempfile::tempdir().unwrap();
        let (file, json) = file_and_expected(folder.path(), rows);
        let output = Command::new(program).arg(script(script_name)).arg(&file).arg(&json).output();
        let output = output.unwrap_or_else(|error| panic!("cannot start {program}: {error}\n{install}, or set DYADSIM_SKIP_READERS=1"));
        assert!(
            output.status.success(),
            "{script_name} failed with {rows} rows:\n{}{}\n\
             If a package is missing: {install}, or set DYADSIM_SKIP_READERS=1",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
    }
}

#[test]
fn python_reads_what_we_wrote() {
    let python = env::var("DYADSIM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    check(&python, "check_python.py", "pip install h5py pandas xarray h5netcdf netCDF4");
}

#[test]
fn r_reads_what_we_wrote() {
    let install = "apt-get install r-bioc-rhdf5 r-cran-hdf5r r-cran-jsonlite";
    check("Rscript", "check_r.R", install);
}
