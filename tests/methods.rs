//! Debates about methods (`scenarios/methods/`): every scenario loads and gives an answer in each analysis, and the table of
//! docs/methods.md has all of them. That the numbers are right is checked by `scripts/methods_table.py`.

mod studies;

use std::collections::BTreeSet;
use std::fs;
use studies::{at, load, totals};

fn debates() -> BTreeSet<String> {
    let entries = fs::read_dir(at("scenarios/methods")).expect("the folder of debates");
    let names = entries.map(|entry| entry.expect("a readable entry").file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.strip_suffix(".ron").map(String::from)).collect()
}

#[test]
fn every_debate_gives_an_answer() {
    let names = debates();
    assert!(names.len() >= 14, "{names:?}");
    for name in names {
        let scenario = load(&format!("scenarios/methods/{name}.ron"), &["replicates=4"]);
        assert!(scenario.title.len() > 3 && scenario.question.ends_with('?'), "{name} has no title or asks nothing");
        let cells = totals(&scenario).estimates.cells;
        assert!(cells.iter().all(|found| !found.is_empty()), "{name} has no estimators");
        for one in cells.into_iter().flatten() {
            assert_eq!((one.fits, one.failed), (4, 0), "{name}: {}: {:?}", one.name, one.reasons);
        }
    }
}

#[test]
fn the_page_and_its_script_know_every_debate() {
    let page = fs::read_to_string(at("docs/methods.md")).expect("docs/methods.md");
    let linked: BTreeSet<String> = page
        .split("](../scenarios/methods/")
        .skip(1)
        .filter_map(|rest| rest.split(".ron)").next())
        .map(String::from)
        .filter(|name| !name.contains('\n'))
        .collect();
    assert_eq!(linked, debates(), "the table of docs/methods.md; scripts/methods_table.py writes it");
    let rows = fs::read_to_string(at("scripts/methods_rows.py")).expect("the rows of the table");
    let without: Vec<String> = debates().into_iter().filter(|name| !rows.contains(&format!("\ndef {name}()"))).collect();
    assert_eq!(without, Vec::<String>::new(), "debates without a row in scripts/methods_rows.py");
}
