//! Result files: what goes in comes out, byte for byte the same, or not at all.
#![cfg(feature = "hdf5")]

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use dyadsim::dataset::column::{ColumnValues, Table};
use dyadsim::output::chunk::CHUNK_ROWS;
use dyadsim::output::error::OutputError;
use dyadsim::output::layout::{AttributeValue, PLAIN_ROWS, Text};
use dyadsim::output::read::{OwnedTable, OwnedValues, ResultReader};
use dyadsim::output::writer::{ResultFile, WriteOptions};
use support::{Arms, Failures, Visits, arms, long_text, visits, write};

/// More than three chunks, the last one incomplete.
const MANY: usize = 3 * CHUNK_ROWS + 1234;

fn bits(values: ColumnValues<'_>) -> Vec<u64> {
    match values {
        ColumnValues::F64(v) => v.iter().map(|x| x.to_bits()).collect(),
        ColumnValues::I32(v) => v.iter().map(|&x| i64::from(x) as u64).collect(),
        ColumnValues::I16(v) => v.iter().map(|&x| i64::from(x) as u64).collect(),
        ColumnValues::Flag(v) | ColumnValues::Category(v) => v.iter().map(|&x| i64::from(x) as u64).collect(),
    }
}

/// NaN equals NaN here.
fn assert_same(read: &OwnedTable, written: &dyn Table) {
    assert_eq!(read.name, written.name());
    assert_eq!(read.columns.len(), written.specs().len());
    for ((column, spec), values) in read.columns.iter().zip(written.specs()).zip(written.columns()) {
        assert_eq!(column.name, spec.name);
        assert_eq!(column.unit, spec.unit);
        assert_eq!(column.long_name, spec.long_name);
        assert_eq!(column.labels, spec.labels);
        assert!(bits(column.values.borrow()) == bits(values), "{} differs", spec.name);
    }
}

fn file_names(folder: &Path) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    fs::read_dir(folder).unwrap().map(|entry| name(entry.unwrap())).collect()
}

#[test]
fn all_kinds_of_columns_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let boundaries = [0, 1, PLAIN_ROWS, PLAIN_ROWS + 1, CHUNK_ROWS, CHUNK_ROWS + 1, MANY];
    for rows in boundaries {
        let path = folder.path().join(format!("{rows}.h5"));
        write(&path, rows, 10_000).unwrap();
        let reader = ResultReader::open(&path).unwrap();
        assert_eq!(reader.table_names().unwrap(), ["arms", "visits", "failures"]);
        assert_same(&reader.table("visits").unwrap(), &visits(0, rows));
        assert_same(&reader.table("arms").unwrap(), &arms());
        assert_same(&reader.table("failures").unwrap(), &Failures::default());
        assert_eq!(reader.row_count("visits").unwrap(), rows);
    }
}

#[test]
fn attributes_and_texts_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    write(&path, 10, 10).unwrap();
    let reader = ResultReader::open(&path).unwrap();
    let expected = [
        ("program".to_owned(), AttributeValue::Text("dyadsim 0.1.0".to_owned())),
        ("seed".to_owned(), AttributeValue::I64(2026)),
        ("share".to_owned(), AttributeValue::F64(0.1)),
    ];
    assert_eq!(reader.attributes().unwrap(), expected);
    assert_eq!(reader.attribute_i64("seed").unwrap(), Some(2026));
    assert_eq!(reader.attribute_text("absent").unwrap(), None);
    let texts = [
        Text { title: "usual care".to_owned(), text: "(seed: 2026)".to_owned() },
        Text { title: "feedback 1/2".to_owned(), text: long_text() },
    ];
    assert_eq!(reader.texts("scenario").unwrap(), texts);
    assert_eq!(reader.text_groups().unwrap(), ["scenario"]);
    assert_eq!(reader.texts("absent").unwrap(), []);
}

#[test]
fn some_columns_and_rows_can_be_read_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    write(&path, MANY, MANY).unwrap();
    let reader = ResultReader::open(&path).unwrap();
    let range = CHUNK_ROWS - 5..CHUNK_ROWS + 5;
    let part = reader.rows("visits", &["ending", "session"], range.clone()).unwrap();
    let all = visits(range.start, range.end);
    assert_eq!(part.column("session").unwrap().values, OwnedValues::I16(all.session));
    assert_eq!(part.columns[0].values, OwnedValues::Category(all.ending));
    assert_eq!(reader.rows("visits", &["score"], MANY - 1..usize::MAX).unwrap().rows(), 1);
    assert_eq!(reader.rows("visits", &["score"], MANY + 1..MANY + 2).unwrap().rows(), 0);
}

#[test]
fn the_bytes_depend_on_the_rows_alone() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, threads: usize, batch: usize| {
        let path = folder.path().join(name);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| write(&path, MANY, batch)).unwrap();
        fs::read(path).unwrap()
    };
    let reference = written("one.h5", 1, MANY);
    // Times are stored in whole seconds: with any time in the file, this one would differ.
    std::thread::sleep(Duration::from_millis(1100));
    for (name, threads, batch) in [("two.h5", 2, MANY), ("eight.h5", 8, 7_777), ("small.h5", 2, 100)] {
        assert!(written(name, threads, batch) == reference, "{name} has other bytes");
    }
}

#[test]
fn the_bytes_do_not_depend_on_how_tables_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, turns: usize| {
        let path = folder.path().join(name);
        let mut file = ResultFile::create(&path, WriteOptions::default()).unwrap();
        let first = file.table("visits", Visits::SPECS).unwrap();
        let second = file.table("arms", Arms::SPECS).unwrap();
        let size = 100_000 / turns;
        for turn in 0..turns {
            file.append(first, &visits(turn * size, (turn + 1) * size)).unwrap();
            (0..size).for_each(|_| file.append(second, &arms()).unwrap());
        }
        file.finish().unwrap();
        fs::read(path).unwrap()
    };
    assert!(written("once.h5", 1) == written("often.h5", 50));
}

#[test]
fn joined_parts_are_the_uninterrupted_file() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.h5");
    let mut file = ResultFile::create(&whole, WriteOptions::default()).unwrap();
    let id = file.table("visits", Visits::SPECS).unwrap();
    file.append(id, &visits(0, MANY)).unwrap();
    file.finish().unwrap();

    let joined = folder.path().join("joined.h5");
    let mut file = ResultFile::create(&joined, WriteOptions::default()).unwrap();
    let id = file.table("visits", Visits::SPECS).unwrap();
    for (from, to) in [(0, 70_000), (70_000, 70_001), (70_001, MANY)] {
        let part = folder.path().join("part.h5");
        write(&part, to, to).unwrap();
        let reader = ResultReader::open(&part).unwrap();
        let names = reader.column_names("visits").unwrap();
        file.append(id, &as_visits(&reader.rows("visits", &names, from..to).unwrap())).unwrap();
        drop(reader);
        fs::remove_file(part).unwrap();
    }
    file.finish().unwrap();
    assert!(fs::read(whole).unwrap() == fs::read(joined).unwrap());
}

fn as_visits(table: &OwnedTable) -> Visits {
    let mut visits = Visits::default();
    for column in &table.columns {
        match (column.name.as_str(), column.values.borrow()) {
            ("replicate", ColumnValues::I32(v)) => visits.replicate = v.to_vec(),
            ("session", ColumnValues::I16(v)) => visits.session = v.to_vec(),
            ("score", ColumnValues::F64(v)) => visits.score = v.to_vec(),
            ("change", ColumnValues::F64(v)) => visits.change = v.to_vec(),
            ("alarm", ColumnValues::Flag(v)) => visits.alarm = v.to_vec(),
            ("ending", ColumnValues::Category(v)) => visits.ending = v.to_vec(),
            (name, _) => panic!("unexpected column {name}"),
        }
    }
    visits
}

#[test]
fn small_runs_make_small_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    let mut file = ResultFile::create(&path, WriteOptions::default()).unwrap();
    let id = file.table("arms", Arms::SPECS).unwrap();
    file.append(id, &arms()).unwrap();
    let written = file.finish().unwrap();
    assert_eq!(written.tables, [("arms", 2)]);
    assert_eq!(written.bytes, fs::metadata(path).unwrap().len());
    assert!(written.bytes < 12_000, "{} bytes for two rows", written.bytes);
}

#[test]
fn nothing_has_the_final_name_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    let mut file = ResultFile::create(&path, WriteOptions::default()).unwrap();
    let id = file.table("visits", Visits::SPECS).unwrap();
    file.append(id, &visits(0, MANY)).unwrap();
    assert!(!path.exists());
    file.finish().unwrap();
    assert_eq!(file_names(folder.path()), ["results.h5"]);
}

#[test]
fn an_unfinished_file_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    let mut file = ResultFile::create(&path, WriteOptions::default()).unwrap();
    let id = file.table("visits", Visits::SPECS).unwrap();
    file.append(id, &visits(0, MANY)).unwrap();
    drop(file);
    assert!(file_names(folder.path()).is_empty());
}

#[test]
fn a_failing_finish_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    let mut file = ResultFile::create(&path, WriteOptions::default()).unwrap();
    file.attribute_text("title", "a NUL \0 inside");
    let error = file.finish().unwrap_err();
    assert!(error.to_string().contains("NUL"), "{error}");
    assert!(file_names(folder.path()).is_empty());
}

#[test]
fn an_existing_file_is_replaced_only_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    fs::write(&path, "precious").unwrap();
    let error = ResultFile::create(&path, WriteOptions::default()).unwrap_err();
    assert!(error.to_string().contains("results.h5 already exists"), "{error}");
    assert!(error.to_string().contains("--force"), "{error}");
    assert!(error.is_io());

    let file = ResultFile::create(&path, WriteOptions { overwrite: true }).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    file.finish().unwrap();
    assert_eq!(ResultReader::open(&path).unwrap().table_names().unwrap(), [""; 0]);
}

#[test]
fn a_file_that_appears_during_the_run_is_kept_and_so_are_the_results() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    let mut file = ResultFile::create(&path, WriteOptions::default()).unwrap();
    let id = file.table("arms", Arms::SPECS).unwrap();
    file.append(id, &arms()).unwrap();
    fs::write(&path, "precious").unwrap();
    let error = file.finish().unwrap_err();
    let OutputError::Appeared { kept, .. } = error else { panic!("{error}") };
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_same(&ResultReader::open(&kept).unwrap().table("arms").unwrap(), &arms());
}

#[test]
fn unusable_places_are_refused_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let create = |path: &Path| ResultFile::create(path, WriteOptions { overwrite: true });

    let error = create(&folder.path().join("a/b/results.h5")).unwrap_err();
    let OutputError::FolderMissing { nearest, .. } = &error else { panic!("{error}") };
    assert_eq!(nearest, folder.path());
    assert!(error.to_string().contains("a/b does not exist"), "{error}");

    let file = folder.path().join("notes.txt");
    fs::write(&file, "notes").unwrap();
    for path in [file.join("results.h5"), file.join("deeper/results.h5")] {
        let error = create(&path).unwrap_err();
        assert!(matches!(&error, OutputError::NotAFolder { path } if *path == file), "{error}");
    }

    let error = create(folder.path()).unwrap_err();
    assert!(matches!(error, OutputError::NotAFile { .. }), "{error}");
    let error = create(&folder.path().join("sub/")).unwrap_err();
    assert!(matches!(error, OutputError::NoFileName { .. }), "{error}");
    assert_eq!(file_names(folder.path()), ["notes.txt"]);
}

/// Not even root can create files in /proc.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_without_permission_is_refused_before_the_run() {
    let error = ResultFile::create(Path::new("/proc/results.h5"), WriteOptions::default());
    let error = error.unwrap_err();
    assert!(matches!(error, OutputError::NotWritable { .. }), "{error}");
    assert!(error.is_io());
    assert!(error.to_string().contains("cannot write in folder /proc"), "{error}");
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    let mut file = ResultFile::create(&path, WriteOptions::default()).unwrap();
    let id = file.table("visits", Visits::SPECS).unwrap();
    assert!(file.append(id, &arms()).unwrap_err().to_string().contains("rows of arms"));
    let mut ragged = visits(0, 3);
    ragged.score.pop();
    assert!(file.append(id, &ragged).unwrap_err().to_string().contains("different lengths"));
    for taken in ["visits", "types", "visits_row"] {
        let error = file.table(taken, Arms::SPECS).unwrap_err();
        assert!(matches!(error, OutputError::NameTaken { .. }), "{error}");
        let error = file.text(taken, "title", "text").unwrap_err();
        assert!(matches!(error, OutputError::NameTaken { .. }), "{error}");
    }
}

#[test]
fn unreadable_files_are_named_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    let open = || ResultReader::open(&path).unwrap_err();
    assert!(matches!(open(), OutputError::NotFound { .. }));

    fs::write(&path, "").unwrap();
    assert!(matches!(open(), OutputError::NotHdf5 { .. }), "{}", open());
    fs::write(&path, "replicate,score\n1,2\n".repeat(1000)).unwrap();
    assert!(matches!(open(), OutputError::NotHdf5 { .. }), "{}", open());

    hdf5::File::create(&path).unwrap().close().unwrap();
    assert!(matches!(open(), OutputError::NotOurs { .. }), "{}", open());

    let file = hdf5::File::create(&path).unwrap();
    file.new_attr::<i64>().create("dyadsim_format").unwrap().write_scalar(&99).unwrap();
    file.close().unwrap();
    assert!(open().to_string().contains("format 99"), "{}", open());

    fs::remove_file(&path).unwrap();
    write(&path, 100_000, 100_000).unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(open(), OutputError::Truncated { .. }), "{}", open());
}

#[test]
fn a_wrong_table_or_column_name_is_answered_with_the_right_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.h5");
    write(&path, 10, 10).unwrap();
    let reader = ResultReader::open(&path).unwrap();
    for wrong in ["visit", "scenario", "types"] {
        let error = reader.table(wrong).unwrap_err();
        assert!(error.to_string().contains("arms, visits, failures"), "{error}");
    }
    let error = reader.columns("arms", &["efect"]).unwrap_err();
    assert!(error.to_string().contains("arm, effect, ending"), "{error}");
}
