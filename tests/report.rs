//! `dyadsim report` and `dyadsim plot`, as a user runs them.

mod program;

use program::Desk;
use serde_json::Value;
use std::fs;

/// A desk with a result file of the scenario.
fn ran(scenario: &str, changes: &[&str]) -> Desk {
    let desk = Desk::with(&[scenario]);
    let mut args = vec!["run", scenario, "-q", "-o", "study.h5"];
    args.extend(changes.iter().flat_map(|change| ["--set", *change]));
    desk.succeed(&args);
    desk
}

fn figures(desk: &Desk) -> Vec<Value> {
    let list = desk.succeed(&["plot", "study.h5", "--list", "--json"]).stdout;
    serde_json::from_str(&list).expect("a list of figures")
}

fn ids(figures: &[Value]) -> Vec<&str> {
    figures.iter().filter_map(|figure| figure["id"].as_str()).collect()
}

#[test]
fn a_full_file_gives_every_chapter_and_every_figure() {
    let desk = ran("report.ron", &[]);
    let said = desk.succeed(&["report", "study.h5"]).stderr;
    assert!(said.contains("study.html"), "{said}");
    let page = fs::read_to_string(desk.path("study.html")).expect("the page");
    for chapter in
        ["provenance", "headline", "trajectories", "endings", "change", "therapists", "effects", "estimators", "stories", "limits"]
    {
        assert!(page.contains(&format!("<section id=\"chapter-{chapter}\"")), "no chapter {chapter}");
    }
    let figures = figures(&desk);
    let names = ids(&figures);
    for name in [
        "classes",
        "trajectories",
        "alliance",
        "survival",
        "endings",
        "jacobson-1",
        "jacobson-2",
        "alliance-outcome-1",
        "caterpillar-1",
        "ranks-1",
        "effects-2",
        "pairs-2",
        "bias",
        "coverage",
        "stated-errors",
        "storyboard-1",
    ] {
        assert!(names.contains(&name), "no figure {name} in {names:?}");
        assert!(page.contains(&format!("<figure id=\"{name}\"")), "{name} is not on the page");
    }
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    // In the second arm the variance between therapists is estimated as 0.
    assert!(!names.contains(&"ranks-2") && page.contains("which does not mean that they are alike"));
    assert!(page.contains("true therapist effect") && page.contains("hold the true effect"));
    for outside in ["NaN", "href=\"http", " src=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside} is on the page");
    }
    // The same file gives the same page.
    desk.succeed(&["report", "study.h5", "-o", "again.html", "-q"]);
    assert_eq!(fs::read_to_string(desk.path("again.html")).expect("the page"), page);
    desk.fail(&["report", "study.h5"], 74, &["study.html", "--force"]);
}

#[test]
fn a_file_without_rows_says_which_setting_would_keep_them() {
    let none = ["output.clients=None", "output.sessions=None", "output.therapists=None", "output.estimates=None"];
    let desk = ran("report.ron", &none);
    desk.succeed(&["report", "study.h5", "-q"]);
    let page = fs::read_to_string(desk.path("study.html")).expect("the page");
    assert!(page.contains("output.sessions=Share(0.1)") && page.contains("output.clients=Share(0.1)"));
    assert!(page.contains("id=\"chapter-stories\"") && page.contains("id=\"chapter-headline\""));
    let all = ["classes", "trajectories", "alliance", "survival", "endings", "bias", "coverage", "stated-errors"];
    assert_eq!(ids(&figures(&desk)), all);
}

/// What a newer program may have put into a file: a table, a version, a scenario that cannot be read.
#[test]
fn a_file_of_a_newer_program_has_a_report_that_says_what_it_leaves_out() {
    let desk = ran("report.ron", &[]);
    desk.succeed(&["report", "study.h5", "-q"]);
    let page = fs::read_to_string(desk.path("study.html")).expect("the page");
    assert!(!page.contains("which is older") && !page.contains("does not know"), "something is left out of a file of this version");
    let text = |text: &str| text.parse::<hdf5::types::VarLenUnicode>().expect("a text");
    {
        let file = hdf5::File::open_rw(desk.path("study.h5")).expect("the file");
        file.attr("version").and_then(|version| version.write_scalar(&text("99.1.0"))).expect("a version");
        let moods = file.create_group("moods").expect("a group");
        moods
            .new_attr::<hdf5::types::VarLenUnicode>()
            .create("dyadsim_kind")
            .and_then(|kind| kind.write_scalar(&text("table")))
            .expect("its kind");
        let scenario = file.group("scenario").expect("the scenarios");
        let arm = scenario.dataset("arm 1: usual care").expect("the first arm");
        arm.write_scalar(&text("(title: \"x\", clinics: (moods: 3))")).expect("its text");
    }
    desk.succeed(&["report", "study.h5", "-q", "--force"]);
    let page = fs::read_to_string(desk.path("study.html")).expect("the page");
    for part in [
        "Version 99.1.0 of the program wrote this file",
        "which is older",
        "<code>moods</code>",
        "The lines of cut-off and reliable change are missing",
    ] {
        assert!(page.contains(part), "{part} is not on the page");
    }
    assert!(page.contains("<figure id=\"trajectories\"") && page.contains("<figure id=\"jacobson-1\""));
}

/// A file of an earlier version has no table of courses.
#[test]
fn a_file_without_courses_still_has_a_report() {
    let desk = ran("report.ron", &[]);
    hdf5::File::open_rw(desk.path("study.h5")).and_then(|file| file.unlink("trajectories")).expect("the file");
    desk.succeed(&["report", "study.h5", "-q"]);
    let page = fs::read_to_string(desk.path("study.html")).expect("the page");
    assert!(
        page.contains("no courses by session") && page.contains("<figure id=\"jacobson-1\"") && !page.contains("<figure id=\"survival\"")
    );
}

#[test]
fn sweeps_of_one_two_and_three_keys_have_the_chart_that_suits_them() {
    let kind = |figure: &Value| figure["table"]["head"].as_array().expect("a head").len();
    let sweep = |keys: &str, expected: &[&str]| {
        let desk = Desk::with(&["cells.ron"]);
        let text = fs::read_to_string(desk.path("cells.ron")).expect("a scenario");
        let (before, after) = text.split_once("sweep: {").expect("a sweep");
        let (_, after) = after.split_once("},").expect("its end");
        desk.write("study.ron", &format!("{before}sweep: {{ {keys} }},{after}"));
        desk.succeed(&["run", "study.ron", "-q", "-o", "study.h5"]);
        desk.succeed(&["report", "study.h5", "-q"]);
        let figures = figures(&desk);
        let mine: Vec<&str> = ids(&figures).into_iter().filter(|id| id.starts_with("sweep")).collect();
        assert_eq!(mine, expected);
        kind(figures.iter().find(|figure| figure["id"].as_str() == Some(expected[0])).expect("the first"))
    };
    let (severity, limit) = ("\"clients.severity_mean\": [70, 90]", "\"tracking.red_sd\": [1, 1.3]");
    // A row of the table: line, value, score, from, to.
    assert_eq!(sweep(severity, &["sweep", "sweep-difference", "sweep-dropout"]), 5);
    // Row, column, score.
    let two = [
        "sweep-1",
        "sweep-2",
        "sweep-3",
        "sweep-difference-2",
        "sweep-difference-3",
        "sweep-dropout-1",
        "sweep-dropout-2",
        "sweep-dropout-3",
    ];
    assert_eq!(sweep(&format!("{severity}, {limit}"), &two), 3);
    // Three keys and a line for each of three arms.
    let three = format!("{severity}, {limit}, \"clients.severity_sd\": [10, 14]");
    assert_eq!(sweep(&three, &["sweep", "sweep-difference", "sweep-dropout"]), 6);
}

/// Judged terms of several cells stand beside each other, and the numbers are those of `show`.
#[test]
fn methods_are_judged_in_every_cell_of_a_design() {
    let desk = Desk::with(&["report.ron"]);
    let scenario = fs::read_to_string(desk.path("report.ron")).expect("the scenario");
    let swept = scenario.replace("    estimators: [", "    sweep: { \"clinics.clients_per_therapist\": [6, 12, 24] },\n    estimators: [");
    desk.write("swept.ron", &swept);
    desk.succeed(&["run", "swept.ron", "-q", "-o", "study.h5"]);
    let figures = figures(&desk);
    let bias = figures.iter().find(|figure| figure["id"] == "bias").expect("the figure of bias");
    let rows = bias["table"]["rows"].as_array().expect("rows");
    let of_cell = |level: &str| rows.iter().filter(|row| row[1] == format!("clinics.clients_per_therapist = {level}")).count();
    assert!(of_cell("6") > 0 && of_cell("6") == of_cell("12") && of_cell("12") == of_cell("24"), "{rows:?}");
    let shown: Value = serde_json::from_str(&desk.succeed(&["show", "study.h5", "--json"]).stdout).expect("JSON");
    let judged = shown["estimators"].as_array().expect("estimators").iter().filter(|one| one["cell"] == 3);
    let coverage = judged.flat_map(|one| one["terms"].as_array().expect("terms").clone()).find(|term| term["term"] == "arm: feedback");
    let share = coverage.expect("the term")["coverage"]["value"].as_f64().expect("its coverage");
    let picture = figures.iter().find(|figure| figure["id"] == "coverage").expect("the figure of coverage");
    let row =
        picture["table"]["rows"].as_array().expect("rows").iter().find(|row| {
            row[0].as_str().is_some_and(|name| name.contains("arm: feedback")) && row[1] == "clinics.clients_per_therapist = 24"
        });
    assert_eq!(row.expect("its row")[2], format!("{:.1} %", 100.0 * share));
    desk.succeed(&["report", "study.h5", "-q"]);
    let page = fs::read_to_string(desk.path("study.html")).expect("the page");
    let chapter = page.split("<section id=\"chapter-estimators\"").nth(1).expect("the chapter");
    assert!(chapter.contains("<th scope=\"col\">Cell</th>") || chapter.contains(">Cell<"), "cells have names in the table of all terms");
}

#[test]
fn an_open_clinic_is_shown_week_by_week() {
    let desk = Desk::new();
    desk.succeed(&["new", "clinic.ron", "--template", "clinic"]);
    desk.succeed(&["run", "clinic.ron", "-q", "--replicates", "4", "--set", "workload.referrals=20", "-o", "calm.h5"]);
    let calm = desk.succeed(&["plot", "calm.h5", "--list"]).stdout;
    assert!(calm.contains("waiting-list") && !calm.contains("burnout"), "nobody is burnt out here:\n{calm}");
    desk.succeed(&["run", "clinic.ron", "-q", "--replicates", "4", "--set", "workload.caseload=60", "-o", "study.h5"]);
    let figures = figures(&desk);
    for id in ["waiting-list", "in-treatment", "load", "burnout"] {
        let figure = figures.iter().find(|figure| figure["id"] == id).unwrap_or_else(|| panic!("no {id}"));
        assert!(figure["table"]["rows"].as_array().is_some_and(|rows| rows.len() > 20), "{figure}");
    }
}

#[test]
fn figures_become_files_of_the_kind_that_their_ending_says() {
    let desk = ran("report.ron", &[]);
    desk.succeed(&["plot", "study.h5", "--figure", "survival", "-o", "s.svg", "-q"]);
    let svg = fs::read_to_string(desk.path("s.svg")).expect("a picture");
    for part in ["<?xml", "xmlns=\"http://www.w3.org/2000/svg\"", "Still in treatment", "Simulated, not evidence", "viewBox", "<style>"] {
        assert!(svg.contains(part), "no {part}");
    }
    assert!(!svg.contains("prefers-color-scheme"), "a paper has no dark mode");
    desk.succeed(&["plot", "study.h5", "--figure", "jacobson", "--arm", "feedback", "-o", "j.png"]);
    assert!(fs::read(desk.path("j.png")).expect("a picture").starts_with(b"\x89PNG"));
    desk.succeed(&["plot", "study.h5", "--figure", "caterpillar", "--arm", "1", "--bare", "--width", "400", "-o", "c.pdf"]);
    assert!(fs::read(desk.path("c.pdf")).expect("a picture").starts_with(b"%PDF-"));
    let said = desk.succeed(&["plot", "study.h5", "--figure", "pairs"]).stderr;
    assert!(said.contains("pairs-2.svg") && desk.files().contains(&"pairs-2.svg".to_owned()), "{said}");
}

#[test]
fn what_cannot_be_drawn_is_refused_with_help() {
    let desk = ran("report.ron", &["output.sessions=None"]);
    let before = desk.files();
    desk.fail(&["plot", "study.h5", "--figure", "caterpilar", "-o", "c.svg"], 1, &["caterpilar", "did you mean caterpillar?", "--list"]);
    desk.fail(&["plot", "study.h5", "--figure", "storyboard", "-o", "c.svg"], 1, &["no figure storyboard", "--list"]);
    desk.fail(
        &["plot", "study.h5", "--figure", "jacobson", "--arm", "control", "-o", "c.svg"],
        1,
        &["no arm control", "1 usual care", "2 feedback"],
    );
    desk.fail(&["plot", "study.h5", "--figure", "effects", "--arm", "1", "-o", "c.svg"], 1, &["no figure effects of the arm usual care"]);
    desk.fail(&["plot", "study.h5", "--figure", "survival", "-o", "c.jpg"], 1, &["c.jpg", ".svg, .png or .pdf"]);
    desk.fail(&["plot", "none.h5", "--list"], 74, &["none.h5"]);
    desk.fail(&["report", "report.ron", "-o", "r.html"], 1, &["report.ron"]);
    assert_eq!(desk.files(), before);
}
