//! The contract of the command line, on the real program.
#![cfg(feature = "cli")]

mod program;

use dyadsim::output::read::{OwnedValues, ResultReader};
use program::{Desk, Ran};
use serde_json::Value;
use std::fs;

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{}", ran.stdout))
}

#[test]
fn every_command_explains_itself_with_examples() {
    let desk = Desk::new();
    let commands =
        ["new", "check", "run", "show", "report", "plot", "explain", "evidence", "calibrate", "estimate", "assess", "export", "explore"];
    for command in commands {
        for help in ["--help", "-h"] {
            let ran = desk.succeed(&[command, help]);
            assert!(ran.stdout.contains("Examples:") && ran.stdout.contains(&format!("  dyadsim {command}")), "{}", ran.stdout);
        }
    }
    assert!(desk.succeed(&["--help"]).stdout.contains("Exit codes"));
    assert!(desk.succeed(&["run", "--help"]).stdout.contains("numbers_needed_to_treat"));
    desk.succeed(&["--version"]);
}

#[test]
fn a_wrong_command_line_is_bad_input() {
    let desk = Desk::with(&["small.ron"]);
    desk.fail(&["runn", "small.ron"], 1, &["run"]);
    desk.fail(&["run"], 1, &["FILE"]);
    desk.fail(&["run", "small.ron", "--replicates", "0"], 1, &["replicates"]);
    desk.fail(&["run", "small.ron", "--until-mcse", "-1"], 1, &["positive number"]);
    desk.fail(&["run", "small.ron", "--replicate", "10"], 1, &["no replicate 10", "has 9"]);
    desk.fail(&["run", "small.ron", "-o", "a.h5", "--no-file"], 1, &["--no-file"]);
    desk.fail(&[], 1, &["Usage"]);
}

#[test]
fn mistakes_in_a_scenario_are_bad_input_with_place_and_help() {
    let desk = Desk::new();
    let cases: [(&str, &[&str]); 4] = [
        ("(clinics: (therapsts: 3))", &["bad.ron:1:12", "therapists"]),
        ("(clients: (severity_sd: -4))", &["bad.ron:1:25", "severity_sd", "from 0"]),
        ("(endings: (planned: 1.2))", &["bad.ron:1:21", "planned", "from 0 to 1"]),
        ("(arms: [(name: \"a\"), (name: \"b\", set: {\"feedbak\": Oq()})])", &["bad.ron:1:40", "feedback"]),
    ];
    for (text, says) in cases {
        desk.write("bad.ron", text);
        desk.fail(&["run", "bad.ron"], 1, says);
        desk.fail(&["check", "bad.ron"], 1, says);
    }
    assert_eq!(desk.files(), ["bad.ron"]);
}

#[test]
fn a_mistake_in_a_setting_is_shown_as_it_was_typed() {
    let desk = Desk::with(&["small.ron"]);
    desk.fail(&["run", "small.ron", "--set", "clinics.therapsts=20"], 1, &["--set", "therapists"]);
    desk.fail(&["run", "small.ron", "--set", "clinics.therapists"], 1, &["="]);
    desk.fail(&["run", "small.ron", "--set", "clinics.count=20, therapists: 5"], 1, &["--set"]);
    // What contradicts other keys is told where it was set, not in the file that does not have it.
    desk.fail(&["run", "small.ron", "--set", "treatment.kind=\"CBTT\""], 1, &["--> --set:1:1", "CBT"]);
    desk.fail(&["run", "small.ron", "--set", "points=Sobol()"], 1, &["--> --set:1:1", "sweep"]);
}

#[test]
fn a_missing_scenario_brings_the_nearest_names() {
    let desk = Desk::with(&["small.ron", "cells.ron"]);
    desk.fail(&["run", "smal.ron"], 74, &["no file smal.ron", "did you mean small.ron?"]);
    desk.fail(&["check", "zebra.ron"], 74, &["cells.ron, small.ron"]);
    desk.fail(&["check", "nowhere/small.ron"], 74, &["no folder nowhere"]);
    desk.fail(&["check", "."], 74, &["is a folder"]);
}

#[test]
fn other_files_are_told_from_scenarios() {
    let desk = Desk::with(&["one_arm.ron"]);
    desk.succeed(&["run", "one_arm.ron"]);
    desk.fail(&["run", "one_arm.h5"], 1, &["result file", "dyadsim show one_arm.h5"]);
    desk.fail(&["show", "one_arm.ron"], 1, &["not an HDF5 file"]);
    desk.fail(&["show", "none.h5"], 74, &["no file none.h5"]);
    fs::write(desk.path("latin.ron"), b"(\n title: \"\xe4\")").unwrap();
    desk.fail(&["check", "latin.ron"], 1, &["UTF-8", "line 2"]);
    desk.fail(&["run", "one_arm.ron", "-o", "one_arm.ron", "--force"], 1, &["scenario itself"]);
}

#[test]
fn an_existing_output_is_refused_before_the_run() {
    let desk = Desk::with(&["small.ron"]);
    desk.write("small.h5", "precious");
    // A run of this length would take hours: the refusal comes first.
    desk.fail(&["run", "small.ron", "--replicates", "50000000"], 74, &["small.h5 already exists", "--force", "-o"]);
    assert_eq!(fs::read_to_string(desk.path("small.h5")).unwrap(), "precious");
    desk.succeed(&["run", "small.ron", "--force"]);
    desk.succeed(&["show", "small.h5"]);
    assert_eq!(desk.files(), ["small.h5", "small.ron"]);
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_the_run() {
    let desk = Desk::with(&["small.ron"]);
    let long = "50000000";
    desk.fail(&["run", "small.ron", "--replicates", long, "-o", "missing/out.h5"], 74, &["missing does not exist"]);
    desk.fail(&["run", "small.ron", "--replicates", long, "-o", "small.ron/out.h5"], 74, &["small.ron is not a folder"]);
    if cfg!(target_os = "linux") {
        desk.fail(&["run", "small.ron", "--replicates", long, "-o", "/proc/out.h5"], 74, &["cannot write in folder /proc"]);
    }
    assert_eq!(desk.files(), ["small.ron"]);
}

#[test]
fn run_and_show_print_the_same_table() {
    for scenario in ["small.ron", "cells.ron", "one_arm.ron", "designs.ron", "sampled.ron"] {
        let desk = Desk::with(&[scenario]);
        let run = desk.succeed(&["run", scenario, "-o", "out.h5"]);
        let show = desk.succeed(&["show", "out.h5"]);
        assert_eq!(run.stdout, show.stdout);
        assert_eq!(show.stderr, "");
        assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{}", run.stdout);
        assert!(run.stdout.contains("Simulated, not evidence"), "{}", run.stdout);
        let run = desk.succeed(&["run", scenario, "-o", "out.h5", "--force", "--json"]);
        assert_eq!(run.stdout, desk.succeed(&["show", "out.h5", "--json"]).stdout);
    }
}

#[test]
fn the_table_of_two_arms_has_all_groups() {
    let desk = Desk::with(&["small.ron"]);
    let table = desk.succeed(&["run", "small.ron", "--no-file"]).stdout;
    for part in [
        "paired",
        "Outcome (OQ-45)",
        "Endings",
        "Alliance (WAI-SR",
        "Therapists",
        "Rupture and repair",
        "Not on track",
        "odds ratio",
        "NNT",
        "helped",
        "±",
    ] {
        assert!(table.contains(part), "no {part} in\n{table}");
    }
    assert_eq!(desk.files(), ["small.ron"]);
    assert!(!table.contains('\x1b'), "colours in a pipe");
}

#[test]
fn json_of_a_run_is_complete() {
    let desk = Desk::with(&["cells.ron"]);
    let value = json(&desk.succeed(&["run", "cells.ron", "--json", "--quiet"]));
    assert_eq!((value["seed_hex"].as_str(), value["replicates"]["done"].as_u64()), (Some("0xffffffffffffffff"), Some(14)));
    assert_eq!(value["cells"].as_array().map(Vec::len), Some(6));
    let cell = &value["cells"][2];
    assert_eq!((cell["levels"]["clients.severity_mean"].as_str(), cell["levels"]["feedback"].as_str()), (Some("80.5"), Some("None")));
    let arm = &cell["arms"][1];
    assert_eq!((arm["name"].as_str(), arm["clients"].as_u64()), (Some("feedback"), Some(24)));
    assert!(arm["measures"]["final_score"]["mcse"].as_f64().unwrap() > 0.0);
    assert!(arm["contrast"]["differences"]["final_score"]["value"].as_f64().unwrap() < 0.0);
    assert!(arm["contrast"]["odds_ratios"]["success"]["mcse"].is_number());
    assert!(cell["arms"][0]["contrast"].is_null());
    assert!(arm["measures"]["helped"].is_null() && arm["contrast"]["comparisons"]["helped"]["value"].is_number());
    assert!(value["measures"].as_array().unwrap().iter().all(|m| m["unit"].is_string() && m["meaning"].is_string()));
}

#[test]
fn main_effects_of_a_full_factorial_are_differences_between_means_of_its_cells() {
    let desk = Desk::with(&["cells.ron"]);
    let value = json(&desk.succeed(&["run", "cells.ron", "--json", "--quiet", "--no-file"]));
    let finals: Vec<f64> = value["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell["arms"][0]["measures"]["final_score"]["value"].as_f64().unwrap())
        .collect();
    let row = |key: &str, level: &str| {
        let rows = value["sensitivity"].as_array().unwrap().iter();
        let mut found =
            rows.filter(|row| row["result"] == "final_score" && row["arm"] == 1 && row["factor"] == key && row["level"] == level);
        found.next().unwrap_or_else(|| panic!("no row for {key} {level}")).clone()
    };
    // The second of two keys varies faster: cells 5 and 6 have the third value of the first key.
    let truth = (finals[4] + finals[5] - finals[0] - finals[1]) / 2.0;
    let seen = row("clients.severity_mean", "90");
    assert!((seen["value"].as_f64().unwrap() - truth).abs() < 1e-9 && seen["against"] == "70", "{seen} {truth}");
    assert!(seen["mcse"].as_f64().unwrap() > 0.0 && seen["points_se"] == 0.0 && seen["unit"] == "score", "{seen}");
    let seen = row("tracking.red_sd", "1.28");
    let truth = (finals[1] + finals[3] + finals[5] - finals[0] - finals[2] - finals[4]) / 3.0;
    assert!((seen["value"].as_f64().unwrap() - truth).abs() < 1e-9, "{seen} {truth}");
}

#[test]
fn a_sampled_design_shows_what_drives_the_answer_and_not_every_cell() {
    let desk = Desk::with(&["sampled.ron"]);
    let text = desk.succeed(&["run", "sampled.ron", "-o", "out.h5"]).stdout;
    for part in [
        "Morris screening of 3 keys: 8 trajectories of 4 cells",
        "The 32 cells are in the tables",
        "What drives: score after treatment, usual care",
        "What drives: score after treatment, feedback against usual care",
        "clients.severity_mean matters most",
        "hardly matter",
        "jackknife",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    assert!(text.lines().count() < 45, "{text}");
    let file = ResultReader::open(&desk.path("out.h5")).unwrap();
    // Two results, two arms, three keys, three statistics.
    assert_eq!(file.row_count("sensitivity").unwrap(), 2 * 2 * 3 * 3);
    assert_eq!(file.row_count("cells").unwrap(), 32);
    assert_eq!(file.texts("scenario").unwrap().len(), 3);
    let check = desk.succeed(&["check", "sampled.ron"]).stdout;
    for part in ["2 to 6, whole numbers", "0.5 to 2.0, logarithmic", "Morris screening of 3 keys", "cells        32"] {
        assert!(check.contains(part), "no {part} in\n{check}");
    }
}

#[test]
fn quiet_silences_messages_and_leaves_results() {
    let desk = Desk::with(&["small.ron"]);
    let ran = desk.succeed(&["run", "small.ron", "--quiet"]);
    assert_eq!(ran.stderr, "");
    assert!(ran.stdout.contains("Outcome"));
    let ran = desk.succeed(&["run", "small.ron", "-o", "b.h5"]);
    assert!(ran.stderr.contains("wrote b.h5"), "{}", ran.stderr);
    desk.fail(&["run", "none.ron", "--quiet"], 74, &["no file none.ron"]);
}

/// Rows of a table in one replicate, column by column. NaN has the same text everywhere.
fn rows_of(file: &ResultReader, table: &str, replicate: i32) -> Vec<String> {
    let table = file.table(table).unwrap();
    let OwnedValues::I32(replicates) = &table.column("replicate").unwrap().values else { panic!("replicate is no I32") };
    let wanted: Vec<usize> = (0..replicates.len()).filter(|&i| replicates[i] == replicate).collect();
    assert!(!wanted.is_empty());
    let pick = |values: &OwnedValues| match values {
        OwnedValues::F64(v) => format!("{:?}", wanted.iter().map(|&i| v[i]).collect::<Vec<_>>()),
        OwnedValues::I32(v) => format!("{:?}", wanted.iter().map(|&i| v[i]).collect::<Vec<_>>()),
        OwnedValues::I16(v) => format!("{:?}", wanted.iter().map(|&i| v[i]).collect::<Vec<_>>()),
        OwnedValues::Flag(v) | OwnedValues::Category(v) => {
            format!("{:?}", wanted.iter().map(|&i| v[i]).collect::<Vec<_>>())
        }
    };
    table.columns.iter().map(|column| format!("{}: {}", column.name, pick(&column.values))).collect()
}

#[test]
fn one_replicate_alone_has_the_rows_of_the_whole_run() {
    let desk = Desk::with(&["small.ron"]);
    desk.succeed(&["run", "small.ron"]);
    desk.succeed(&["run", "small.ron", "--replicate", "7"]);
    let open = |name| ResultReader::open(&desk.path(name)).unwrap();
    let (whole, alone) = (open("small.h5"), open("small.replicate7.h5"));
    for table in ["replicates", "therapists", "clients", "sessions"] {
        assert_eq!(rows_of(&whole, table, 7), rows_of(&alone, table, 7), "{table}");
    }
    assert_eq!(alone.row_count("replicates").unwrap(), 2);
    assert!(desk.succeed(&["show", "small.replicate7.h5"]).stdout.contains("replicate 7 alone"));
}

#[test]
fn a_run_that_is_precise_enough_stops_and_says_so() {
    let desk = Desk::with(&["small.ron"]);
    let args = ["run", "small.ron", "--replicates", "100000", "--until-mcse", "0.3", "--set", "output.sessions=None", "--force"];
    let ran = desk.succeed(&args);
    assert!(ran.stdout.contains("Precise enough after") && ran.stdout.contains("of at most 100,000 replicates"), "{}", ran.stdout);
    let value = json(&desk.succeed(&[&args[..], &["--json"]].concat()));
    assert_eq!(value["reached_precision"].as_bool(), Some(true));
    assert!(value["cells"][0]["arms"][1]["contrast"]["differences"]["final_score"]["mcse"].as_f64().unwrap() <= 0.3);
    let ran = desk.succeed(&["run", "small.ron", "--until-mcse", "0.0001", "--no-file"]);
    assert!(ran.stdout.contains("NOT as precise as asked for"), "{}", ran.stdout);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_complete() {
    use std::process::{Command, Stdio};
    let desk = Desk::with(&["one_arm.ron"]);
    let args = ["run", "one_arm.ron", "--replicates", "50000000", "--set", "output=(therapists: None, clients: Share(0.001))"];
    let child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(3500));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 75, "{}", ran.stderr);
    assert!(ran.stderr.contains("Stopping after") && ran.stderr.contains("replicates are complete"), "{}", ran.stderr);
    assert!(ran.stderr.contains("dyad-sessions/s"), "no progress lines in\n{}", ran.stderr);
    assert!(ran.stdout.contains("INTERRUPTED after"), "{}", ran.stdout);
    assert_eq!(desk.files(), ["one_arm.h5", "one_arm.ron"]);
    assert_eq!(desk.succeed(&["show", "one_arm.h5"]).stdout, ran.stdout);
    let value = json(&desk.succeed(&["show", "one_arm.h5", "--json"]));
    assert_eq!(value["interrupted"].as_bool(), Some(true));
    let file = ResultReader::open(&desk.path("one_arm.h5")).unwrap();
    assert_eq!(file.row_count("replicates").unwrap() as u64, value["replicates"]["done"].as_u64().unwrap());
}

#[test]
fn check_says_what_would_be_run_and_writes_nothing() {
    let desk = Desk::with(&["cells.ron"]);
    let text = desk.succeed(&["check", "cells.ron"]).stdout;
    for part in [
        "is sound",
        "usual care, feedback, every rupture repaired",
        "clients.severity_mean: 70, 80.5, 90",
        "432 clients",
        "sessions",
        "time",
        "result file",
    ] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    let plan = json(&desk.succeed(&["check", "cells.ron", "--json", "--replicates", "1000"]));
    assert_eq!((plan["cells"].as_u64(), plan["replicates"].as_u64(), plan["clients"].as_u64()), (Some(6), Some(1000), Some(432)));
    assert!(plan["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(desk.files(), ["cells.ron"]);
}

#[test]
fn check_lists_all_problems_for_machines() {
    let desk = Desk::new();
    desk.write("bad.ron", "(\n  clinics: (therapsts: 3),\n  clients: (severity_sd: -4),\n)");
    let ran = desk.run(&["check", "bad.ron", "--json"]);
    assert_eq!(ran.code, 1);
    let problems = json(&ran);
    let list = problems.as_array().unwrap();
    assert_eq!((list.len(), list[0]["line"].as_u64(), list[1]["path"].as_str()), (2, Some(2), Some("clients.severity_sd")));
    assert!(list.iter().all(|p| p["message"].is_string() && p["column"].is_number() && p["file"] == "bad.ron"));
}

#[test]
fn explain_knows_keys_and_near_misses() {
    let desk = Desk::new();
    let text = desk.succeed(&["explain", "clinics.therapists"]).stdout;
    assert!(text.contains("default: 10") && text.contains("from 1 to 1000"), "{text}");
    assert_eq!(json(&desk.succeed(&["explain", "clients.severity_sd", "--json"]))["unit"].as_str(), Some("points"));
    desk.fail(&["explain", "clinics.therapsts"], 1, &["clinics.therapists"]);
    desk.fail(&["explain", "zebra"], 1, &["lists all keys"]);
    // What is shipped, by name in whatever letters; words of a choice; a key of several words of a choice.
    for (name, part) in [
        ("cbt", "strengths of care"),
        ("anxiety", "severity: -3 points"),
        ("WAI-SR", "reliability: 0.9"),
        ("Morris", "settings: log, seed, trajectories"),
        ("points.log", "only with: `LatinHypercube`, `Morris` or `Sobol`"),
    ] {
        let text = desk.succeed(&["explain", name]).stdout;
        assert!(text.contains(part), "{text}");
    }
    let all = desk.succeed(&["explain"]).stdout;
    assert!(all.contains("feedback.support_tools") && all.lines().count() > 100);
    assert!(all.lines().all(|line| line.chars().count() <= 100), "{all}");
    assert!(json(&desk.succeed(&["explain", "--json"])).as_array().unwrap().len() > 100);
}

#[test]
fn every_template_is_a_sound_scenario() {
    let desk = Desk::new();
    for template in ["minimal", "feedback", "rupture", "sweep", "trial", "clinic", "full"] {
        let name = format!("{template}.ron");
        desk.succeed(&["new", &name, "--template", template]);
        assert_eq!(desk.succeed(&["new", "--template", template]).stdout, fs::read_to_string(desk.path(&name)).unwrap());
        desk.succeed(&["run", &name, "--no-file", "--quiet", "--replicates", "2"]);
        desk.fail(&["new", &name], 74, &["already exists", "--force"]);
        desk.succeed(&["new", &name, "--force"]);
    }
}
