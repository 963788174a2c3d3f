//! Every wrong scenario in `tests/bad_scenarios/` gives exactly the message beside it.
//!
//! To add one: put `name.ron` there, run `BLESS=1 cargo test --test bad_scenarios`, and read
//! the `name.txt` that appears: does it say where, what, and what would be right?
mod blessed;

/// The message for a scenario text; none if nothing is wrong with it.
fn message(name: &str, text: &str) -> Option<String> {
    let loaded = dyadsim::scenario::load::Scenario::load(name, text, &[]);
    loaded.err().map(|problems| problems.to_string())
}

#[test]
fn every_wrong_scenario_gives_its_message() {
    let different = blessed::differences("tests/bad_scenarios", 1, message);
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}
