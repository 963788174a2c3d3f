//! Memory does not grow with the number of rows. Alone in its process, so that nothing else counts.
#![cfg(all(feature = "hdf5", target_os = "linux"))]

mod support;

use std::fs;

use dyadsim::output::writer::{ResultFile, WriteOptions};
use support::{Visits, visits};

/// Memory of this process in MB.
fn resident() -> f64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0 / 1e6
}

#[test]
fn five_million_rows_need_no_more_memory_than_a_few_chunks() {
    const BATCH: usize = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let mut file = ResultFile::create(&folder.path().join("results.h5"), WriteOptions::default()).unwrap();
    let id = file.table("visits", Visits::SPECS).unwrap();
    let append = |file: &mut ResultFile, batch: usize| {
        file.append(id, &visits(batch * BATCH, (batch + 1) * BATCH)).unwrap();
    };
    (0..10).for_each(|batch| append(&mut file, batch));
    let before = resident();
    (10..250).for_each(|batch| append(&mut file, batch));
    let appended = resident();
    let written = file.finish().unwrap();
    let finished = resident();
    assert_eq!(written.tables, [("visits", 5_000_000)]);
    // The rows themselves are 120 MB.
    assert!(appended - before < 10.0, "grew from {before} to {appended} MB while appending");
    assert!(finished - before < 10.0, "grew from {before} to {finished} MB while finishing");
}
