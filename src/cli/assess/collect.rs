//! From rows of a table to totals of every estimator.

use crate::cli::rows::{Column, Row, Rows};
use crate::engine::estimates::{AnalysisTotals, TermTotals, mark_shared};
use crate::estimators::analysis::{Fit, Reason, Value};
use crate::estimators::status::Status;
use std::collections::{BTreeMap, BTreeSet};

/// Totals of the estimators of each cell.
pub type Cells = Vec<(usize, Vec<AnalysisTotals>)>;

/// One estimator in one cell and arm.
#[derive(Default)]
struct Own {
    terms: Vec<String>,
    /// Rows of each replicate.
    replicates: BTreeMap<u64, Vec<Row>>,
}

/// Totals of every cell, and the number of replicates.
///
/// # Errors
/// A table without rows, or one that says something twice.
pub fn collect(table: Rows, truths: &BTreeMap<String, f64>, asked: Option<u64>) -> Result<(Cells, u64), String> {
    let no_arm = !table.has(Column::Arm);
    let mut order: Vec<(u64, u64, String)> = Vec::new();
    let mut all = BTreeMap::<(u64, u64, String), Own>::new();
    let mut seen = BTreeMap::<(u64, u64), BTreeSet<u64>>::new();
    for row in table.rows {
        let [cell, arm, replicate] = row.at;
        let key = (cell.max(1), if no_arm { 0 } else { arm }, row.estimator.clone());
        if !all.contains_key(&key) {
            order.push(key.clone());
        }
        seen.entry((key.0, key.1)).or_default().insert(replicate);
        let own = all.entry(key).or_default();
        if !own.terms.contains(&row.term) {
            own.terms.push(row.term.clone());
        }
        let rows = own.replicates.entry(replicate).or_default();
        if rows.iter().any(|other| other.term == row.term) {
            return Err(format!("replicate {replicate} has the term \"{}\" of \"{}\" twice", row.term, name(&row.estimator)));
        }
        rows.push(row);
    }
    let most = seen.values().map(BTreeSet::len).max().ok_or("the table has no rows")? as u64;
    if let Some(asked) = asked.filter(|asked| *asked < most) {
        return Err(format!("--replicates {asked}: the table has {most} replicates"));
    }
    for term in truths.keys().filter(|term| !term.is_empty()) {
        if !all.values().any(|own| own.terms.contains(term)) {
            let known: BTreeSet<&str> = all.values().flat_map(|own| &own.terms).map(String::as_str).collect();
            return Err(format!("--truth {term}: there is no such term; there are: {}", known.into_iter().collect::<Vec<_>>().join(", ")));
        }
    }
    let mut cells = BTreeMap::<u64, Vec<AnalysisTotals>>::new();
    // All estimators of a cell and an arm have the same replicates: that is what pairs them.
    for key in &order {
        cells.entry(key.0).or_default().push(empty(key, &all[key]));
    }
    for (cell, totals) in &mut cells {
        mark_shared(totals);
        for (key, totals) in order.iter().filter(|key| key.0 == *cell).zip(totals) {
            add(totals, &all[key], &seen[&(key.0, key.1)], truths, asked);
        }
    }
    Ok((cells.into_iter().map(|(cell, totals)| (cell as usize, totals)).collect(), asked.unwrap_or(most)))
}

/// What an estimator without a name is called.
fn name(estimator: &str) -> String {
    if estimator.is_empty() { "estimator".into() } else { estimator.into() }
}

fn empty(key: &(u64, u64, String), own: &Own) -> AnalysisTotals {
    let terms =
        own.terms.iter().map(|term| TermTotals { term: term.clone(), estimand: Some(term.clone()), ..TermTotals::default() }).collect();
    AnalysisTotals { name: name(&key.2), arm: (key.1 as usize).checked_sub(1), terms, ..AnalysisTotals::default() }
}

/// Adds every replicate, in order; those that the table does not have are failures.
fn add(totals: &mut AnalysisTotals, own: &Own, seen: &BTreeSet<u64>, truths: &BTreeMap<String, f64>, asked: Option<u64>) {
    for replicate in seen {
        let rows = own.replicates.get(replicate).map_or(&[][..], Vec::as_slice);
        let row = |term: &String| rows.iter().find(|row| row.term == *term);
        let said = |term: &String| truths.get(term).or_else(|| truths.get("")).copied();
        let written = |term: &String| row(term).map(|row| row.truth).filter(|truth| !truth.is_nan());
        let true_values: Vec<Option<f64>> = own.terms.iter().map(|term| said(term).or_else(|| written(term))).collect();
        let values: Vec<Value> = own.terms.iter().map(|term| row(term).map_or(Value::NONE, |row| row.value)).collect();
        totals.add(&fit(rows, values), &true_values);
    }
    let nowhere = asked.map_or(0, |asked| asked.saturating_sub(seen.len() as u64));
    let truths = vec![None; own.terms.len()];
    (0..nowhere).for_each(|_| totals.add(&Err(Reason("not in the table".into())), &truths));
}

/// What an estimator gave in one replicate.
fn fit(rows: &[Row], values: Vec<Value>) -> Result<Fit, Reason> {
    if rows.is_empty() {
        return Err(Reason("not in the table".into()));
    }
    let mut status = Status::Converged;
    for row in rows {
        if row.status.clone()? == Status::Boundary {
            status = Status::Boundary;
        }
    }
    match values.iter().any(|value| value.estimate.is_finite()) {
        true => Ok(Fit { values, status }),
        false => Err(Reason("no estimate".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::rows;
    use crate::output::results::{AnalysisResults, pairs};

    fn collected(text: &str, truths: &[(&str, f64)], asked: Option<u64>) -> Result<(Cells, u64), String> {
        let table = rows::read(text.as_bytes(), &[Column::Replicate, Column::Estimate])?;
        collect(table, &truths.iter().map(|(term, truth)| ((*term).to_owned(), *truth)).collect(), asked)
    }

    /// 500 replicates, three of them failed, against rsimsum (which leaves out the one that has an estimate but no standard error).
    #[test]
    fn measures_agree_with_rsimsum() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        let text = std::fs::read_to_string(folder.join("perf_synthetic.csv")).unwrap();
        let complete: String = text.lines().filter(|line| line.matches("NA").count() != 1).map(|line| format!("{line}\n")).collect();
        let (cells, replicates) = collected(&complete, &[("", 0.5)], Some(500)).unwrap_or_else(|e| panic!("{e}"));
        let found = AnalysisResults::new(1, &cells[0].1[0]);
        assert_eq!((replicates, found.fits, found.failed), (500, 500, 3));
        let judged = found.terms[0].judged.unwrap_or_else(|| panic!("{found:?}"));
        let golden = std::fs::read_to_string(folder.join("perf_synthetic_golden.json")).unwrap();
        let golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
        let golden = &golden["rsimsum_true_0.5"];
        for (name, seen) in [("bias", judged.bias), ("empse", judged.empirical_se), ("cover", judged.coverage), ("power", judged.rejection)]
        {
            for (key, value) in [("est", seen.value), ("mcse", seen.mcse)] {
                let expected = golden[name][key].as_f64().unwrap_or_else(|| panic!("{name}"));
                assert!((value - expected).abs() < 1e-10 * expected.abs(), "{name} {key}: {value} {expected}");
            }
        }
    }

    #[test]
    fn estimators_are_paired_by_replicate_and_what_is_not_there_has_failed() {
        let text = "rep,method,term,est,se,status,truth\n\
            1,a,x,1.0,0.5,,0\n2,a,x,2.0,0.5,boundary,0\n3,a,x,NA,NA,failed: no optimum,0\n\
            3,b,x,5.0,0.5,,0\n2,b,x,2.5,0.5,,0\n1,b,x,1.5,0.5,,0\n4,b,x,9.0,0.5,,0\n";
        let (cells, replicates) = collected(text, &[], None).unwrap_or_else(|e| panic!("{e}"));
        let [a, b] = cells[0].1.as_slice() else { panic!("{cells:?}") };
        assert_eq!((replicates, a.fits, a.failed, a.boundary, b.failed), (4, 4, 2, 1, 0));
        assert_eq!(a.reasons.keys().map(String::as_str).collect::<Vec<_>>(), ["no optimum", "not in the table"]);
        let pairs = pairs(1, &cells[0].1);
        assert!(pairs.len() == 1 && pairs[0].found.n == 2 && pairs[0].found.bias.value == 0.5, "{pairs:?}");
    }

    #[test]
    fn what_is_wrong_with_a_table_is_told() {
        for (text, truths, asked, part) in [
            ("rep,est\n", &[][..], None, "no rows"),
            ("rep,est\n1,2\n1,3\n", &[], None, "twice"),
            ("rep,est\n1,2\n2,3\n", &[], Some(1), "the table has 2 replicates"),
            ("rep,term,est\n1,pre,3\n", &[("psot", 1.0)], None, "there are: pre"),
        ] {
            let told = collected(text, truths, asked).unwrap_err();
            assert!(told.contains(part), "{told} / {part}");
        }
    }
}
