//! Files that must be refused, each with its message beside it.

use std::fs;
use std::path::{Path, PathBuf};

/// What is different from what is kept beside the `.ron` files of a folder (of the package), over all of them.
///
/// With BLESS in the environment the messages are written anew.
///
/// # Panics
/// When the folder has fewer files than are expected, or cannot be read.
pub fn differences(folder: &str, at_least: usize, message: impl Fn(&str, &str) -> Option<String>) -> Vec<String> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("the folder of wrong files");
    let paths = entries.map(|entry| entry.expect("a readable entry").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "ron")).collect();
    paths.sort();
    assert!(paths.len() >= at_least, "{} files in {folder}", paths.len());
    paths.iter().filter_map(|path| difference(path, &message)).collect()
}

fn difference(path: &Path, message: &impl Fn(&str, &str) -> Option<String>) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let Some(seen) = message(&name, &fs::read_to_string(path).expect("a readable file")) else {
        return Some(format!("{name} is accepted, but should be refused"));
    };
    let expected = path.with_extension("txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&expected, format!("{seen}\n")).expect("a writable message");
    }
    let kept = fs::read_to_string(&expected).unwrap_or_default().replace("\r\n", "\n");
    (kept.trim_end() != seen.trim_end()).then(|| format!("{name} now says:\n{seen}\nbut should say:\n{kept}"))
}
