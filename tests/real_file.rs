//! The file of a real run: the right rows, and other programs read them.
#![cfg(feature = "cli")]

mod program;

use dyadsim::output::read::{OwnedTable, OwnedValues, ResultReader};
use dyadsim::output::study::TABLES;
use program::Desk;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tables that only some studies have.
const OF_SOME: [&str; 5] = ["diagnoses", "estimates", "performance", "estimator_pairs", "fit_failures"];

fn tables() -> Vec<&'static str> {
    TABLES.into_iter().filter(|name| !OF_SOME.contains(name)).collect()
}

fn file(scenario: &str) -> (Desk, PathBuf) {
    let desk = Desk::with(&[scenario]);
    desk.succeed(&["run", scenario, "--quiet", "-o", "out.h5"]);
    let path = desk.path("out.h5");
    (desk, path)
}

fn open(path: &Path) -> ResultReader {
    ResultReader::open(path).unwrap_or_else(|error| panic!("{error}"))
}

fn table(reader: &ResultReader, name: &str) -> OwnedTable {
    reader.table(name).unwrap_or_else(|error| panic!("{error}"))
}

fn numbers(table: &OwnedTable, column: &str) -> Vec<f64> {
    let column = table.column(column).unwrap_or_else(|| panic!("no column {column} in {}", table.name));
    as_numbers(&column.values)
}

fn as_numbers(values: &OwnedValues) -> Vec<f64> {
    match values {
        OwnedValues::F64(v) => v.clone(),
        OwnedValues::I32(v) => v.iter().map(|&x| x.into()).collect(),
        OwnedValues::I16(v) => v.iter().map(|&x| x.into()).collect(),
        OwnedValues::Flag(v) | OwnedValues::Category(v) => v.iter().map(|&x| x.into()).collect(),
    }
}

#[test]
fn tables_have_the_rows_they_should() {
    let (_desk, path) = file("small.ron");
    let reader = open(&path);
    assert_eq!(reader.table_names().unwrap(), tables());
    let rows = |name| reader.row_count(name).unwrap();
    let (replicates, arms, therapists, clients) = (9, 2, 6, 30);
    assert_eq!(rows("replicates"), replicates * arms);
    assert_eq!(rows("therapists"), replicates * arms * therapists);
    assert_eq!(rows("clients"), replicates * arms * clients);
    assert_eq!((rows("cells"), rows("arms"), rows("contrasts"), rows("sensitivity"), rows("failures")), (1, 2, 1, 0, 0));
    let sessions: f64 = numbers(&table(&reader, "clients"), "sessions").iter().sum();
    assert_eq!(rows("sessions") as f64, sessions);
    // Four measures in each arm; the therapist rates at every other session, and nine items go with each PHQ-9.
    assert_eq!(rows("measures"), arms * 4);
    let assessments = table(&reader, "assessments");
    let (of, scores, session) = (numbers(&assessments, "measure"), numbers(&assessments, "score"), numbers(&assessments, "session"));
    let missing = scores.iter().zip(&of).filter(|(score, of)| score.is_nan() && **of == 4.0).count();
    assert!(missing > 0 && of.iter().zip(&session).all(|(of, t)| *of == 2.0 || *of == 4.0 && t % 2.0 == 1.0));
    assert_eq!(rows("items"), 9 * of.iter().filter(|of| **of == 2.0).count());
}

#[test]
fn cells_shares_and_texts_are_all_there() {
    let (_desk, path) = file("cells.ron");
    let reader = open(&path);
    let rows = |name| reader.row_count(name).unwrap();
    let (replicates, cells, arms) = (14, 6, 3);
    assert_eq!((rows("cells"), rows("arms"), rows("contrasts")), (cells, cells * arms, cells * (arms - 1)));
    assert_eq!(rows("replicates"), replicates * cells * arms);
    assert_eq!(rows("therapists"), 7 * cells * arms * 4);
    assert_eq!(rows("clients"), 3 * cells * arms * 24);
    assert!(rows("sessions") > 0);
    let design = table(&reader, "cells");
    assert_eq!(numbers(&design, "clients_severity_mean_value"), [70.0, 70.0, 80.5, 80.5, 90.0, 90.0]);
    assert_eq!(design.column("tracking_red_sd").unwrap().labels, ["1", "1.28"]);
    assert_eq!(design.column("feedback").unwrap().labels, ["None"]);
    assert!(design.column("feedback_value").is_none());
    assert_eq!(table(&reader, "arms").column("name").unwrap().labels, ["usual care", "feedback", "every rupture repaired"]);
    assert_eq!(reader.attribute_texts("arms_list").unwrap().len(), 3);
    assert_eq!(reader.attribute_text("seed_hex").unwrap().unwrap(), "0xffffffffffffffff");
    assert_eq!(reader.attribute_i64("seed").unwrap(), Some(-1));
    let texts = reader.texts("scenario").unwrap();
    assert_eq!(texts.len(), 1 + cells * arms);
    assert!(texts[0].text.starts_with("// Six cells"));
    assert_eq!(texts[2].title, "cell 1, arm 2: feedback");
    assert!(texts[2].text.contains("Oq("), "{}", texts[2].text);
}

/// The text of an arm, run again as a scenario of its own, gives the clients of that arm.
#[test]
fn the_text_of_an_arm_gives_its_rows_again() {
    let (desk, path) = file("small.ron");
    let reader = open(&path);
    let texts = reader.texts("scenario").unwrap();
    desk.write("usual.ron", &texts[1].text);
    desk.succeed(&["run", "usual.ron", "--quiet"]);
    let (whole, alone) = (table(&reader, "clients"), table(&open(&desk.path("usual.h5")), "clients"));
    let arm = numbers(&whole, "arm");
    let of_first: Vec<f64> = numbers(&whole, "final_score").into_iter().zip(&arm).filter(|(_, arm)| **arm == 1.0).map(|(x, _)| x).collect();
    assert_eq!(of_first, numbers(&alone, "final_score"));
}

/// The means in `arms` are the means over `replicates`; the contrast is the mean paired difference.
#[test]
fn the_answer_follows_from_the_rows() {
    let (_desk, path) = file("small.ron");
    let reader = open(&path);
    let (replicates, arms, contrasts) = (table(&reader, "replicates"), table(&reader, "arms"), table(&reader, "contrasts"));
    let (arm, score) = (numbers(&replicates, "arm"), numbers(&replicates, "final_score"));
    let of = |which: f64| -> Vec<f64> { score.iter().zip(&arm).filter(|(_, arm)| **arm == which).map(|(x, _)| *x).collect() };
    let mean = |xs: &[f64]| xs.iter().sum::<f64>() / xs.len() as f64;
    let mcse = |xs: &[f64]| (xs.iter().map(|x| (x - mean(xs)).powi(2)).sum::<f64>() / (xs.len() * (xs.len() - 1)) as f64).sqrt();
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    let pairs: Vec<f64> = of(2.0).iter().zip(of(1.0)).map(|(a, b)| a - b).collect();
    close(numbers(&arms, "final_score")[1], mean(&of(2.0)));
    close(numbers(&arms, "final_score_mcse")[0], mcse(&of(1.0)));
    close(numbers(&contrasts, "final_score_difference")[0], mean(&pairs));
    close(numbers(&contrasts, "final_score_difference_mcse")[0], mcse(&pairs));
}

/// What the reader scripts should find, as this program's own reader sees the file.
fn expected(path: &Path) -> Value {
    let reader = open(path);
    let tables: Map<String, Value> = tables().into_iter().map(|name| (name.to_owned(), expected_table(&table(&reader, name)))).collect();
    json!({ "tables": tables })
}

fn expected_table(table: &OwnedTable) -> Value {
    let columns: Map<String, Value> = table
        .columns
        .iter()
        .map(|column| {
            let values = as_numbers(&column.values);
            let expected = json!({
                "unit": column.unit,
                "long_name": column.long_name,
                "labels": column.labels,
                "first": values.iter().take(12).collect::<Vec<_>>(),
                "missing": values.iter().filter(|x| x.is_nan()).count(),
                "sum": values.iter().filter(|x| !x.is_nan()).sum::<f64>(),
            });
            (column.name.clone(), expected)
        })
        .collect();
    json!({ "rows": table.rows(), "columns": columns })
}

fn read_with(program: &str, script: &str) {
    if std::env::var_os("DYADSIM_SKIP_READERS").is_some_and(|value| value == "1") {
        return;
    }
    for scenario in ["small.ron", "cells.ron"] {
        let (desk, path) = file(scenario);
        desk.write("expected.json", &expected(&path).to_string());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers").join(script);
        let output = Command::new(program).arg(script).arg(&path).arg(desk.path("expected.json")).output();
        let output = output.unwrap_or_else(|error| panic!("cannot start {program} ({error}); install it, or set DYADSIM_SKIP_READERS=1"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{program} cannot read the file of {scenario}:\n{said}\nDYADSIM_SKIP_READERS=1 leaves this test out"
        );
    }
}

#[test]
fn python_reads_a_real_file() {
    let python = std::env::var("DYADSIM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    read_with(&python, "check_python.py");
}

#[test]
fn r_reads_a_real_file() {
    read_with("Rscript", "check_r.R");
}

/// The summaries of every replicate, worked out again with numpy and pandas from the client rows.
#[test]
fn python_finds_the_same_summaries_in_the_client_rows() {
    if std::env::var_os("DYADSIM_SKIP_READERS").is_some_and(|value| value == "1") {
        return;
    }
    for (scenario, replicates, sessions) in [("scenarios/feedback.ron", "4", "All"), ("tests/scenarios/designs.ron", "8", "None")] {
        summaries_agree(scenario, replicates, sessions);
    }
}

fn summaries_agree(scenario: &str, replicates: &str, sessions: &str) {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join(scenario);
    let desk = Desk::new();
    let scenario = scenario.to_string_lossy();
    let keep = format!("output.sessions={sessions}");
    desk.succeed(&["run", &scenario, "--quiet", "--replicates", replicates, "--set", "output.clients=All", "--set", &keep, "-o", "out.h5"]);
    let python = std::env::var("DYADSIM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/check_summary.py");
    let output = Command::new(&python).arg(script).arg(desk.path("out.h5")).output();
    let output = output.unwrap_or_else(|error| panic!("cannot start {python} ({error}); install it, or set DYADSIM_SKIP_READERS=1"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}

/// The analyses of every replicate, made again with numpy and pandas from the rows of clients, sessions and forms.
#[test]
fn python_finds_the_same_estimates_in_the_rows() {
    if std::env::var_os("DYADSIM_SKIP_READERS").is_some_and(|value| value == "1") {
        return;
    }
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/estimators.ron");
    let desk = Desk::new();
    desk.succeed(&["run", &scenario.to_string_lossy(), "--quiet", "-o", "out.h5"]);
    let thresholds = dyadsim::model::rupture::Intensity::default();
    let thresholds = [thresholds.observer_threshold, thresholds.therapist_threshold, thresholds.client_threshold].map(|t| t.to_string());
    let python = std::env::var("DYADSIM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/check_estimates.py");
    let output = Command::new(&python).arg(script).arg(desk.path("out.h5")).args(thresholds).output();
    let output = output.unwrap_or_else(|error| panic!("cannot start {python} ({error}); install it, or set DYADSIM_SKIP_READERS=1"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}
