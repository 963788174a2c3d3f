//! Golden runs: small studies whose every number is kept in `tests/golden/`. They change only when the
//! simulated numbers change, and then the CHANGELOG says which and why. A column that was added since is not compared.
//!
//! To accept new numbers: `BLESS=1 cargo test --test golden`.

mod common;

use dyadsim::dataset::column::{ColumnValues, Table};
use dyadsim::engine::run::{Alone, Keep, Rows, Study, run};
use dyadsim::engine::sink::{Batch, Sink};
use std::fmt::Write;
use std::path::Path;

/// Writes tables as lines of text, every number exactly.
#[derive(Default)]
struct Text(String);

impl Text {
    fn table(&mut self, table: &dyn Table) {
        let names: Vec<&str> = table.specs().iter().map(|spec| spec.name).collect();
        let _ = writeln!(self.0, "# {}\n{}", table.name(), names.join(","));
        let columns = table.columns();
        for row in 0..table.len() {
            let cells: Vec<String> = columns.iter().map(|column| cell(column, row)).collect();
            let _ = writeln!(self.0, "{}", cells.join(","));
        }
    }
}

fn cell(column: &ColumnValues, row: usize) -> String {
    match column {
        ColumnValues::F64(v) => format!("{:?}", v[row]),
        ColumnValues::I32(v) => v[row].to_string(),
        ColumnValues::I16(v) => v[row].to_string(),
        ColumnValues::Flag(v) | ColumnValues::Category(v) => v[row].to_string(),
    }
}

impl Sink for Text {
    type Error = std::convert::Infallible;
    fn accept(&mut self, batch: &Batch) -> Result<(), Self::Error> {
        self.table(&batch.replicates);
        self.table(&batch.therapists);
        self.table(&batch.clients);
        self.table(&batch.sessions);
        Ok(())
    }
}

fn numbers(scenario: &str) -> String {
    let rows = Rows::all(Keep::All);
    let study =
        Study { seed: 2026, cells: vec![common::cell(scenario)], analyses: Default::default(), rows, replicates: 0..2, until_mcse: None };
    let mut text = Text::default();
    let Ok(_) = run(&study, &mut text, &Alone);
    text.0
}

/// The lines of `seen` with only the columns that `kept` has: a column that was added later moves no number.
fn columns_of(seen: &str, kept: &str) -> String {
    let mut headers = std::collections::HashMap::new();
    let mut lines = kept.lines();
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            headers.insert(line, lines.next().unwrap_or_default());
        }
    }
    let mut wanted: Vec<usize> = Vec::new();
    let mut out = String::new();
    let mut lines = seen.lines();
    while let Some(line) = lines.next() {
        let cells: Vec<&str> = if line.starts_with('#') {
            let _ = writeln!(out, "{line}");
            let now: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
            let then = headers.get(line).copied().unwrap_or_default().split(',');
            wanted = then.filter_map(|name| now.iter().position(|column| *column == name)).collect();
            now
        } else {
            line.split(',').collect()
        };
        let _ = writeln!(out, "{}", wanted.iter().map(|&column| cells[column]).collect::<Vec<_>>().join(","));
    }
    out
}

fn golden(name: &str, scenario: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("csv");
    let seen = numbers(scenario);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &seen).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let seen = columns_of(&seen, &kept);
    let different = seen.lines().zip(kept.lines()).enumerate().find(|(_, (a, b))| a != b);
    if let Some((line, (now, then))) = different {
        panic!("{name}, line {}:\n now {now}\nthen {then}", line + 1);
    }
    assert_eq!(seen.lines().count(), kept.lines().count(), "{name}: other number of lines");
}

#[test]
fn the_default_model_with_feedback() {
    golden(
        "feedback",
        r#"(clinics: (count: 2, therapists: 2, clients_per_therapist: 3), tracking: (norm_clients: 400),
            arms: [(name: "usual care"), (name: "tools", set: { "feedback": Oq(support_tools: true) }), (name: "pcoms", set: { "feedback": Pcoms() })])"#,
    );
}

#[test]
fn linear_growth_with_simple_ruptures_and_interventions() {
    golden(
        "linear_growth",
        r#"(clinics: (count: 1, therapists: 2, clients_per_therapist: 4), tracking: (norm_clients: 400),
            symptoms: LinearGrowth(), rupture: (onset: Logistic()), measures: { "symptoms": (instrument: "OQ-45", every: 2) },
            arms: [(name: "usual care"), (name: "do", set: { "interventions": [AllianceState(add: 1.0, from: 2, until: 3), RepairEveryRupture()] })])"#,
    );
}

#[test]
fn treatments_groups_and_therapists_who_change() {
    golden(
        "groups_and_careers",
        r#"(clinics: (count: 1, therapists: 3, clients_per_therapist: 4, recruitment_weeks: 52.0), tracking: (norm_clients: 400),
            diagnoses: { "depression": (share: 0.5), "personality": (share: 0.3), "own": (share: 0.2, alliance_effect: 0.5, severity: -5.0) },
            therapists: (burnout_mean: 0.3, burnout_sd: 0.3, development: (practice_share: 0.5, training: (share: 0.5, months: 3.0))),
            symptoms: Relaxation(rate_motivation: 0.1, heading_anxiety: 3.0),
            arms: [(name: "exposure", set: { "treatment.kind": "exposure" }), (name: "internet", set: { "treatment.kind": "internet" })])"#,
    );
}
