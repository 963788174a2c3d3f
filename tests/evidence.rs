//! Published findings against simulated ones: the gallery that comes with the program is complete, mistakes in lists of
//! targets are told, and a wrong assumption is noticed.

mod blessed;
mod studies;

use dyadsim::engine::run::Alone;
use dyadsim::evidence::gallery::{Gallery, Replicates, Text};
use dyadsim::evidence::report::Report;
use dyadsim::evidence::shipped;
use dyadsim::evidence::verdict::Verdict;
use dyadsim::scenario::problem::Problems;
use std::fs;
use studies::{at, load_text};

/// All `.ron` files of a folder.
fn files(folder: &str) -> Vec<Text> {
    let entries = fs::read_dir(at(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let names = entries.map(|entry| entry.expect("a readable entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".ron")).collect();
    names.sort();
    let read = |name: &String| Text::new(folder, name, fs::read_to_string(at(folder).join(name)).expect("a text"));
    names.iter().map(read).collect()
}

fn good(gallery: Result<Gallery, Problems>) -> Gallery {
    gallery.unwrap_or_else(|problems| panic!("{problems}"))
}

/// Runs the small gallery of the tests.
fn report(only: &[&str], settings: &[&str], replicates: Replicates) -> Report {
    let gallery = good(Gallery::new("tests/gallery", files("tests/gallery")));
    let only: Vec<String> = only.iter().map(ToString::to_string).collect();
    let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
    let targets = gallery.select(&only).expect("known names");
    let plans = gallery.plans(&targets, replicates, &settings).unwrap_or_else(|problems| panic!("{problems}"));
    let results: Vec<_> = plans.iter().map(|plan| plan.run(&Alone).expect("a sound study")).collect();
    Report::new(&gallery, plans.iter().zip(results))
}

#[test]
fn the_program_holds_the_studies_of_the_folder() {
    assert!(shipped::files() == files(shipped::FOLDER), "build again: a study was added without a target, or removed");
}

#[test]
fn every_shipped_study_loads_and_has_what_its_targets_ask_for() {
    let gallery = good(shipped::gallery());
    let all: Vec<usize> = (0..gallery.targets().len()).collect();
    let plans = gallery.plans(&all, Replicates::AsWritten, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(plans.len() > 60 && plans.len() <= gallery.studies().len(), "{} studies", plans.len());
    // Some studies are there for their question alone, and have no target.
    for text in gallery.studies() {
        let scenario = load_text(&text.path, &text.text, &[]);
        assert!(scenario.title.len() > 3 && scenario.question.ends_with('?'), "{} asks nothing", text.path);
    }
}

/// Rows of a file with a first line of names.
fn rows(path: &str) -> Vec<csv::StringRecord> {
    let text = fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    csv::Reader::from_reader(text.as_bytes()).records().map(|row| row.expect("a row")).collect()
}

/// Whether a target is about a row of the collection: `A13 early` and `A13a` are about `A13`, `A131` is not.
fn about(target: &str, id: &str) -> bool {
    target.strip_prefix(id).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[test]
fn every_well_known_number_is_compared_or_has_a_reason_why_not() {
    let gallery = good(shipped::gallery());
    let excused = rows("scenarios/studies/not_covered.csv");
    let all = rows("tests/data/evidence_ids.csv");
    assert!(all.len() > 190);
    let covered = |id: &str| gallery.targets().iter().any(|target| about(&target.id, id));
    let missing: Vec<&str> = all
        .iter()
        .filter(|row| row[1].starts_with('T') && !covered(&row[0]) && !excused.iter().any(|excuse| excuse[0] == row[0]))
        .map(|row| &row[0])
        .collect();
    assert!(missing.is_empty(), "neither compared nor listed in not_covered.csv: {missing:?}");
    let odd: Vec<&str> =
        excused.iter().filter(|row| row[1].len() < 5 || !all.iter().any(|one| one[0] == row[0])).map(|row| &row[0]).collect();
    assert!(odd.is_empty(), "in not_covered.csv without a reason, or unknown: {odd:?}");
    let unknown: Vec<&str> =
        gallery.targets().iter().map(|target| target.id.as_str()).filter(|target| !all.iter().any(|row| about(target, &row[0]))).collect();
    assert!(unknown.is_empty(), "targets about nothing in the collection: {unknown:?}");
}

#[test]
fn a_wrong_assumption_turns_agreement_into_a_miss() {
    let verdict = |settings: &[&str]| {
        let report = report(&["F1", "I1"], settings, Replicates::AsWritten);
        report.rows.iter().map(|row| row.verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdict(&[]), [Verdict::Agrees, Verdict::Agrees]);
    // Log-odds of dropout half a unit higher; feedback more than twice as strong.
    assert_eq!(verdict(&["endings.dropout=-3.1"]), [Verdict::Misses, Verdict::Agrees]);
    let gallery = good(Gallery::new("tests/gallery", files("tests/gallery")));
    let mut strong = files("tests/gallery");
    for text in &mut strong {
        text.text = text.text.replace("Oq(support_tools: false)", "Oq(support_tools: false, engagement: 2.4)");
    }
    let strong = good(Gallery::new("tests/gallery", strong));
    assert_eq!(gallery.targets(), strong.targets());
    let plans = strong.plans(&strong.select(&["I1".into()]).expect("I1"), Replicates::AsWritten, &[]).expect("sound");
    let results = plans.iter().map(|plan| (plan, plan.run(&Alone).expect("sound"))).collect::<Vec<_>>();
    assert_eq!(Report::new(&strong, results).rows[0].verdict, Verdict::Misses);
}

#[test]
fn what_is_collected_is_what_a_run_reports() {
    let report = report(&[], &[], Replicates::Fixed(40));
    let of = |id: &str| report.rows.iter().find(|row| row.target.id == id).expect("a row").simulated;
    let arms = studies::arms("tests/gallery/dejong_2021.ron", &["replicates=40"]);
    assert_eq!(of("I1").mean, arms[1].mean("between_d"));
    assert_eq!(of("I15").mean, arms[0].mean("not_on_track"));
    // Paired differences, whatever way they are asked for.
    assert_eq!(of("I18").mean, arms[2].contrast("success"));
    let (ratio, odds) = (of("I3").mean, arms[1].shares(&arms[0], "dropout").odds_ratio());
    assert!((ratio.value - odds.value).abs() < 0.01 && (ratio.mcse / odds.mcse - 1.0).abs() < 0.2, "{ratio:?} {odds:?}");
    // An analysis of the data gives what the summary of the same data gives.
    let (by_analysis, by_summary) = (of("X1").mean, arms[0].mean("dropout"));
    assert!((by_analysis.value - by_summary.value).abs() < 1e-12, "{by_analysis:?} {by_summary:?}");
    let pooled = studies::arms("tests/gallery/flueckiger_2018.ron", &["replicates=40"]);
    let (late, early) = (pooled[0].mean("alliance_r_last"), pooled[0].mean("alliance_r_early"));
    let paired = of("A13").mean;
    assert!((paired.value - (late.value - early.value)).abs() < 1e-12);
    assert!(paired.mcse < 0.9 * late.mcse.hypot(early.mcse), "differences are taken within replicates");
}

/// The message for a list of targets, with the studies of the small gallery; none if nothing is wrong.
fn message(name: &str, text: &str) -> Option<String> {
    let mut all = files("tests/gallery");
    all.retain(|file| file.name != "targets.ron");
    all.push(Text { name: "targets.ron".into(), path: name.into(), text: text.into() });
    let planned = Gallery::new("tests/gallery", all).and_then(|gallery| {
        let targets: Vec<usize> = (0..gallery.targets().len()).collect();
        gallery.plans(&targets, Replicates::AsWritten, &[]).map(|_| ())
    });
    planned.err().map(|problems| problems.to_string())
}

/// To add one: put `name.ron` into `tests/bad_targets/`, run `BLESS=1 cargo test --test evidence`, and read `name.txt`.
#[test]
fn every_wrong_list_of_targets_gives_its_message() {
    let different = blessed::differences("tests/bad_targets", 4, message);
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}
