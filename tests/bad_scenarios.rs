//! Every wrong scenario in `tests/bad_scenarios/` gives exactly the message beside it.
//!
//! To add one: put `name.ron` there, run `BLESS=1 cargo test --test bad_scenarios`, and read
//! the `name.txt` that appears: does it say where, what, and what would be right?
use std::fs;
use std::path::{Path, PathBuf};

/// The message for a scenario text; none if nothing is wrong with it.
fn message(name: &str, text: &str) -> Option<String> {
    let loaded = dyadsim::scenario::load::Scenario::load(name, text, &[]);
    loaded.err().map(|problems| problems.to_string())
}

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_scenarios");
    let entries = fs::read_dir(folder).expect("the folder of wrong scenarios");
    let paths = entries.map(|entry| entry.expect("a readable entry").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == "ron")).collect();
    paths.sort();
    paths
}

/// What is wrong with one file, if its message is not the expected one.
fn compare(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let text = fs::read_to_string(path).ok()?;
    let Some(seen) = message(&name, &text) else {
        return Some(format!("{name} is accepted, but should be refused"));
    };
    let expected = path.with_extension("txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&expected, format!("{seen}\n")).expect("a writable message");
    }
    let kept = fs::read_to_string(&expected).unwrap_or_default().replace("\r\n", "\n");
    (kept.trim_end() != seen.trim_end()).then(|| format!("{name} now says:\n{seen}\nbut should say:\n{kept}"))
}

#[test]
fn every_wrong_scenario_gives_its_message() {
    let all = scenarios();
    assert!(!all.is_empty(), "no wrong scenarios found");
    let different: Vec<String> = all.iter().filter_map(|path| compare(path)).collect();
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}
