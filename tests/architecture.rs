//! Imports point one way: the table of modules in docs/architecture.md, as a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules, lowest first, and what each may import. docs/architecture.md and the README show the same table.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("dataset", &[]),
    ("performance", &[]),
    ("estimators", &["dataset", "performance"]),
    ("model", &["dataset"]),
    ("scenario", &["dataset", "estimators", "model"]),
    ("engine", &["dataset", "performance", "estimators", "model", "scenario"]),
    ("figures", &["dataset", "performance"]),
    ("explorer", &["dataset", "performance", "estimators", "model", "scenario", "engine", "figures"]),
    ("evidence", &["dataset", "performance", "estimators", "scenario", "engine", "figures"]),
    ("calibration", &["dataset", "performance", "scenario", "engine", "evidence"]),
    ("output", &["dataset", "performance", "estimators", "model", "scenario", "engine"]),
    ("report", &["dataset", "performance", "estimators", "scenario", "engine", "figures", "output"]),
    (
        "cli",
        &[
            "dataset",
            "performance",
            "estimators",
            "model",
            "scenario",
            "engine",
            "figures",
            "explorer",
            "evidence",
            "calibration",
            "output",
            "report",
        ],
    ),
];

/// Names that may appear only in some modules.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("clap::", &["cli"]),
    ("indicatif::", &["cli"]),
    ("ctrlc::", &["cli"]),
    ("anyhow::", &["cli"]),
    ("axum::", &["cli"]),
    ("tokio::", &["cli"]),
    ("csv::", &["cli"]),
    ("svg::", &["figures"]),
    ("maud::", &["report"]),
    ("resvg::", &["report"]),
    ("svg2pdf::", &["report"]),
    ("dejavu::", &["report"]),
    ("hdf5::", &["output"]),
    ("hdf5_metno_sys::", &["output"]),
    ("libdeflater::", &["output"]),
    // The command line sets the number of threads; it runs nothing in parallel itself.
    ("rayon::", &["engine", "output", "cli"]),
    ("std::fs", &["output", "cli"]),
    ("std::thread", &["output", "cli"]),
    ("std::time", &["output", "cli"]),
    ("std::process", &["output", "cli"]),
    ("std::env", &["output", "cli"]),
    // The luck of a study comes from engine alone; the others draw points of designs and bootstrap samples.
    ("rand_pcg::", &["performance", "scenario", "engine"]),
    ("sobol_burley::", &["scenario"]),
];

/// One source file of a module: its path, and its code without comments and tests.
struct Source {
    path: PathBuf,
    module: String,
    code: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without comment lines and without what follows the first test module.
fn code_of(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    before_tests.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// All files of modules except the root files and files of tests.
fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    files.sort();
    let tests_only = ["tests.rs", "toy.rs"];
    let of_modules = files.into_iter().filter_map(|path| {
        let inside = path.strip_prefix(&folder).ok()?.to_path_buf();
        let module = inside.iter().next()?.to_str()?.trim_end_matches(".rs").to_owned();
        let root_file = module == "lib" || module == "main";
        let test = inside.file_name().and_then(|name| name.to_str()).is_some_and(|name| tests_only.contains(&name));
        let code = code_of(&fs::read_to_string(&path).ok()?);
        (!root_file && !test).then_some(Source { path: inside, module, code })
    });
    of_modules.collect()
}

/// The first name in a text.
fn name_at_start(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Names at the top level of `{a, b::{c, d}}`, given what follows the first bracket.
fn names_in_group(text: &str) -> Vec<&str> {
    let mut names = vec![name_at_start(text.trim_start())];
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name_at_start(text[at + 1..].trim_start())),
            _ => {}
        }
    }
    names
}

/// Modules named after `crate::`, alone or in a group. Macros are exported at the root of the crate and do not
/// count (`crate::table!`); what they expand to does, since they say `$crate::module`.
fn imports(code: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(names_in_group(group)),
            None => {
                let name = name_at_start(rest);
                if !rest[name.len()..].starts_with('!') {
                    found.insert(name);
                }
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn imports_are_found_in_every_form() {
    let code = "use crate::a::B; use crate::{c::{D, E}, f}; crate::table! { x } let y = crate::g::h(); $crate::i::J";
    assert_eq!(imports(code).into_iter().collect::<Vec<_>>(), ["a", "c", "f", "g", "i"]);
}

#[test]
fn the_table_points_downwards_only() {
    for (row, (module, allowed)) in MAY_IMPORT.iter().enumerate() {
        for below in *allowed {
            assert!(MAY_IMPORT[..row].iter().any(|(name, _)| name == below), "{module} may import {below}, which is not below it");
        }
    }
}

#[test]
fn modules_import_what_the_table_allows() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(module, _)| *module == source.module) else {
            wrong.push(format!("module {} has no row in the table", source.module));
            continue;
        };
        let known = |name: &&str| MAY_IMPORT.iter().any(|(module, _)| module == name);
        for import in imports(&source.code).into_iter().filter(known) {
            if import != source.module && !allowed.contains(&import) {
                wrong.push(format!("{} imports {import}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_named_at_the_root_of_the_crate() {
    // Names at the root (`crate::Thing`) would be a way round the table.
    let macros_aside = ["table", "category"];
    let mut wrong = Vec::new();
    for source in sources() {
        for import in imports(&source.code) {
            if !MAY_IMPORT.iter().any(|(module, _)| *module == import) && !macros_aside.contains(&import) {
                wrong.push(format!("{} names crate::{import}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn libraries_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, modules) in ONLY_IN {
            let used = source.code.match_indices(name).any(|(at, _)| {
                let before = source.code[..at].chars().next_back();
                !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            if used && !modules.contains(&source.module.as_str()) {
                wrong.push(format!("{} uses {name}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_documents_show_the_same_table() {
    let text = fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md");
    let mut rows = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let ["", module, _, imports, ""] = cells.as_slice()
            && MAY_IMPORT.iter().any(|(name, _)| format!("`{name}`") == *module)
        {
            let imports: Vec<&str> = imports.split(", ").filter(|name| *name != "–").collect();
            rows.push((
                module.trim_matches('`').to_owned(),
                imports.iter().map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>(),
            ));
        }
    }
    let table: Vec<(String, Vec<String>)> =
        MAY_IMPORT.iter().map(|(module, allowed)| ((*module).to_owned(), allowed.iter().map(ToString::to_string).collect())).collect();
    assert_eq!(rows, table, "docs/architecture.md and the test disagree");
}
