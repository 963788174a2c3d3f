//! The real program, run in a folder of its own.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder to run the program in.
pub struct Desk(TempDir);

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    /// An empty folder.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder for the test"))
    }

    /// A folder that holds some of `tests/scenarios`.
    pub fn with(names: &[&str]) -> Self {
        let desk = Self::new();
        for name in names {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios").join(name);
            fs::copy(&from, desk.path(name)).expect("a scenario of the tests");
        }
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a writable folder");
    }

    /// Names of the files in it.
    pub fn files(&self) -> Vec<String> {
        let entries = self.0.path().read_dir().expect("the folder");
        let mut names: Vec<String> = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The program with its arguments, not started yet.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dyadsim"));
        command.args(args).current_dir(self.0.path());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().expect("the program starts"))
    }

    /// Runs the program, which must succeed.
    pub fn succeed(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "dyadsim {}\n{}", args.join(" "), ran.stderr);
        ran
    }

    /// Runs the program, which must fail with that code and say all of these.
    pub fn fail(&self, args: &[&str], code: i32, says: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, code, "dyadsim {}\n{}", args.join(" "), ran.stderr);
        for part in says {
            assert!(ran.stderr.contains(part), "dyadsim {}: no {part:?} in\n{}", args.join(" "), ran.stderr);
        }
        assert_eq!(ran.stdout, "", "dyadsim {}", args.join(" "));
        ran
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}
