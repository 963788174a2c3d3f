//! Same scenario, same seed: same file, byte for byte, whatever the number of threads.
#![cfg(feature = "cli")]

mod program;

use program::Desk;
use std::fs;

fn same_with_any_threads(scenario: &str, more: &[&str]) {
    let desk = Desk::with(&[scenario]);
    let mut first: Option<(Vec<u8>, String)> = None;
    for threads in ["1", "2", "8"] {
        let mut args = vec!["run", scenario, "--threads", threads, "-o", "out.h5", "--force"];
        args.extend(more);
        let table = desk.succeed(&args).stdout;
        let bytes = fs::read(desk.path("out.h5")).expect("a result file");
        let (expected, headline) = first.get_or_insert_with(|| (bytes.clone(), table.clone()));
        assert!(*expected == bytes, "{scenario}: {threads} threads give another file");
        assert_eq!(*headline, table);
    }
}

#[test]
fn threads_do_not_change_a_file_with_all_rows() {
    same_with_any_threads("small.ron", &[]);
}

#[test]
fn threads_do_not_change_a_design_with_cells() {
    same_with_any_threads("cells.ron", &["--replicates", "40"]);
}

#[test]
fn threads_do_not_change_what_a_study_sees() {
    same_with_any_threads("designs.ron", &[]);
}

#[test]
fn threads_do_not_change_what_analyses_find() {
    same_with_any_threads("estimators.ron", &["--replicates", "12"]);
    same_with_any_threads("laboratory.ron", &["--replicates", "5"]);
}

#[test]
fn threads_do_not_change_a_sampled_design_and_its_sensitivities() {
    same_with_any_threads("sampled.ron", &[]);
    same_with_any_threads("sampled.ron", &["--set", "points=Sobol(points: 16)", "--set", "luck=Own"]);
}

#[test]
fn threads_do_not_change_where_a_precise_run_stops() {
    same_with_any_threads(
        "small.ron",
        &["--replicates", "5000", "--until-mcse", "0.4", "--set", "output=(clients: Share(0.01), therapists: None)"],
    );
    let mean = "estimators=[(name: \"mean\", method: Mean(of: \"post\"), truth: {\"mean\": Value(60.0)})]";
    let until = ["--replicates", "5000", "--until-mcse", "0.1", "--until-of", "bias", "--set", mean];
    same_with_any_threads("small.ron", &[&until[..], &["--set", "output=(clients: None, therapists: None)"]].concat());
}

#[test]
fn another_seed_gives_another_file() {
    let desk = Desk::with(&["small.ron"]);
    for (seed, name) in [("7", "same.h5"), ("8", "other.h5")] {
        desk.succeed(&["run", "small.ron", "--seed", seed, "-o", name]);
    }
    desk.succeed(&["run", "small.ron"]);
    let [small, other] = ["small.h5", "other.h5"].map(|name| fs::read(desk.path(name)).expect("a result file"));
    assert!(small != other);
}
