//! A scenario file and the changes of the command line to it.

use super::failure::Failure;
use super::threads::Threads;
use crate::scenario::load::Scenario;
use crate::scenario::suggest;
use anyhow::anyhow;
use clap::Args;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A scenario and changes to it.
#[derive(Debug, Args)]
// An `Option<Source>` is there when its file is; clap does not fill the group by itself where options are nested.
#[group(args = ["file"])]
pub struct Source {
    /// Scenario file.
    pub file: PathBuf,
    /// Changes.
    #[command(flatten)]
    pub changes: Changes,
    /// Number of replicates, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub replicates: Option<u64>,
    /// Master seed, instead of the scenario's.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Threads.
    #[command(flatten)]
    pub threads: Threads,
}

/// Changes to scenarios.
#[derive(Debug, Args)]
pub struct Changes {
    /// Change a key, in every arm and every study; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
}

/// A scenario file that was read and checked.
#[derive(Debug)]
pub struct Loaded {
    /// The text as written.
    pub text: String,
    /// Changes to it, `KEY=VALUE`.
    pub settings: Vec<String>,
    /// The scenario.
    pub scenario: Scenario,
}

/// Reads and checks a scenario.
///
/// # Errors
/// The file cannot be read, or everything that is wrong with it.
pub fn load(source: &Source) -> Result<Loaded, Failure> {
    let text = read(&source.file)?;
    let mut settings = source.changes.settings.clone();
    settings.extend(source.replicates.map(|n| format!("replicates={n}")));
    settings.extend(source.seed.map(|seed| format!("seed={seed}")));
    let scenario = Scenario::load(&source.file.display().to_string(), &text, &settings)?;
    Ok(Loaded { text, settings, scenario })
}

/// The text of a scenario file.
pub fn read(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| not_read(path, error))?;
    if bytes.starts_with(b"\x89HDF") {
        return Err(Failure::Input(anyhow!("{} is a result file, not a scenario; `dyadsim show {0}` shows it", path.display())));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        Failure::Input(anyhow!(
            "{} is not a UTF-8 text (line {line}); save it as UTF-8, or check that it is a scenario file",
            path.display()
        ))
    })
}

fn not_read(path: &Path, error: std::io::Error) -> Failure {
    let shown = path.display();
    Failure::Io(match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            anyhow!("there is no file {shown}{}", neighbours(path))
        }
        _ if path.is_dir() => anyhow!("{shown} is a folder, not a scenario file{}", neighbours(&path.join("scenario.ron"))),
        _ => anyhow::Error::new(error).context(format!("cannot read {shown}")),
    })
}

/// Most names that are listed.
const MOST: usize = 5;

/// Names of scenarios in the folder of a path that are like it, or those that are there.
fn neighbours(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = folder.read_dir() else {
        return format!("; there is no folder {} either", folder.display());
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| name.ends_with(".ron")).collect();
    names.sort();
    let wanted = path.file_stem().unwrap_or_default().to_string_lossy();
    let stems = names.iter().map(|name| name.trim_end_matches(".ron"));
    let alike = suggest::several(&wanted, stems, 3);
    let shown =
        |name: &str| folder.join(name).strip_prefix(".").map_or_else(|_| folder.join(name), Path::to_path_buf).display().to_string();
    if !alike.is_empty() {
        let alike: Vec<String> = alike.into_iter().map(|stem| shown(&format!("{stem}.ron"))).collect();
        return format!("; did you mean {}?", alike.join(" or "));
    }
    match names.len() {
        0 => format!("; no scenario (.ron) is in {}; `dyadsim new FILE` writes one", place(folder)),
        n => {
            let list: Vec<String> = names.iter().take(MOST).map(|name| shown(name)).collect();
            let more = if n > MOST { format!(" and {} more", n - MOST) } else { String::new() };
            format!("; scenarios there: {}{more}", list.join(", "))
        }
    }
}

fn place(folder: &Path) -> String {
    if folder == Path::new(".") { "this folder".into() } else { folder.display().to_string() }
}
