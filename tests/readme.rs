//! The README's code for Python and R runs on a file that the program wrote.
//!
//! Needs what `tests/output_readers.rs` needs; `DYADSIM_SKIP_READERS=1` leaves these tests out and `DYADSIM_PYTHON`
//! names another Python.
#![cfg(feature = "cli")]

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

fn skipped() -> bool {
    env::var_os("DYADSIM_SKIP_READERS").is_some_and(|value| value == "1")
}

/// Runs a command in a folder and fails with all that it said.
fn run(command: &mut Command, folder: &Path, what: &str) -> String {
    let output = command.current_dir(folder).output().unwrap_or_else(|error| panic!("cannot start {what}: {error}"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what} failed:\n{said}");
    said
}

/// A folder with the `feedback.h5` of the README, from fewer replicates.
fn folder_with_results() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/feedback.ron");
    let mut program = Command::new(env!("CARGO_BIN_EXE_dyadsim"));
    program.args(["run", "--replicates", "20", "--quiet", "-o", "feedback.h5"]).arg(scenario);
    run(&mut program, folder.path(), "dyadsim run");
    folder
}

/// Code blocks of a language in the README.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    let fence = format!("\n```{language}\n");
    readme.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next().map(str::to_owned)).collect()
}

fn every_block_runs(language: &str, program: &str, at_least: usize) {
    if skipped() {
        return;
    }
    let folder = folder_with_results();
    let blocks = blocks(language);
    assert!(blocks.len() >= at_least, "{} blocks of {language}", blocks.len());
    for code in blocks {
        let script = folder.path().join("block");
        fs::write(&script, &code).expect("a script");
        let said = run(Command::new(program).arg(&script), folder.path(), &format!("{program} with\n{code}\n"));
        assert!(!said.trim().is_empty(), "nothing was printed by\n{code}");
        assert!(!said.contains("Error") && !said.contains("Warning"), "{said}");
    }
}

#[test]
fn the_python_in_the_readme_runs() {
    let python = env::var("DYADSIM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    every_block_runs("python", &python, 2);
}

#[test]
fn the_r_in_the_readme_runs() {
    every_block_runs("r", "Rscript", 2);
}
