//! Methods of the user's own (`dyadsim estimate`, `dyadsim assess`), and the plan of a study (`dyadsim export`).
#![cfg(feature = "cli")]

mod program;

use program::{Desk, Ran};
use serde_json::Value;
use std::path::PathBuf;

/// Two arms of a small trial, and analyses that a program can make again.
const SCENARIO: &str = r#"(
    title: "Small trial", seed: 9, replicates: 40,
    clinics: (count: 1, therapists: 6, clients_per_therapist: 8),
    arms: [(name: "usual care"), (name: "feedback", set: { "feedback": Oq(support_tools: true) })],
    estimators: [
        (name: "built-in", method: Mean(of: "post"), truth: {"mean": Value(70.0)}),
        (name: "trial", method: Difference(of: "post"), truth: {"difference: feedback": Counterfactual("post")}),
    ],
    output: (therapists: None, clients: None),
)"#;

/// A program without packages: the mean after treatment of each data set. `odd` is Python that may do something else first.
fn mean_of_post(odd: &str) -> String {
    format!(
        r#"
import sys, csv, math, time, os
while head := sys.stdin.readline():
    about = dict(pair.split("=") for pair in head.split()[1:])
    replicate, arm, seed = int(about["replicate"]), int(about["arm"]), int(about["seed"])
    rows = list(csv.DictReader(sys.stdin.readline() for _ in range(int(about["rows"]) + 1)))
    post = [float(row["post"]) for row in rows if row["post"] != "NA"]
    mean = math.fsum(post) / len(post)
    se = math.sqrt(math.fsum((x - mean) ** 2 for x in post) / (len(post) - 1) / len(post))
{odd}
    print("answer", "term,estimate,se,df", f"mean,{{mean!r}},{{se!r}},{{len(post) - 1}}", "end", sep="\n", flush=True)
"#
    )
}

fn desk(odd: &str) -> Desk {
    let desk = Desk::new();
    desk.write("trial.ron", SCENARIO);
    desk.write("own.py", &mean_of_post(odd));
    desk
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{}", ran.stdout))
}

fn estimators(value: &Value) -> &Vec<Value> {
    value["estimators"].as_array().expect("estimators")
}

fn named<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    estimators(value).iter().filter(|one| one["name"] == name).collect()
}

const WITH: [&str; 5] = ["estimate", "trial.ron", "--with", "python3 own.py", "--json"];

#[test]
fn a_program_of_ones_own_is_judged_like_the_same_method_built_in() {
    let desk = desk("");
    let value = json(&desk.succeed(&WITH));
    let (own, built_in) = (named(&value, "own"), named(&value, "built-in"));
    assert!(own.len() == 2 && built_in.len() == 2, "{value}");
    for (own, built_in) in own.iter().zip(built_in) {
        assert_eq!((own["fits"].as_u64(), own["failed"].as_u64()), (Some(40), Some(0)));
        for measure in ["estimate", "truth", "bias", "mse", "empirical_se", "model_se", "coverage", "rejection"] {
            let [a, b] = [own, built_in].map(|one| one["terms"][0][measure]["value"].as_f64().unwrap_or(f64::NAN));
            assert!((a - b).abs() <= 1e-9 * b.abs(), "{measure}: {a} {b}");
        }
    }
    let pairs = value["estimator_pairs"].as_array().unwrap();
    assert!(pairs.len() == 2 && pairs.iter().all(|pair| pair["estimator"] == "own" && pair["reference"] == "built-in"), "{pairs:?}");
    let gain = pairs[0]["relative_precision"]["value"].as_f64().unwrap();
    assert!(gain.abs() < 1e-6 && pairs[0]["n"].as_u64() == Some(40), "{gain}");
}

#[test]
fn results_do_not_depend_on_threads_and_luck_comes_from_the_seed() {
    // The program's own luck, drawn from the seed that it is given.
    let desk = desk("    import random; random.seed(seed); mean += random.gauss(0, 1); time.sleep(random.random() / 100)");
    let run = |threads: &str| desk.succeed(&[&WITH[..], &["--threads", threads, "--replicates", "30"]].concat()).stdout;
    assert_eq!(run("1"), run("3"));
}

#[test]
fn crashes_silence_and_garbage_are_rows_with_their_reason() {
    let odd = r#"
    if replicate == 3: raise ValueError("too few clients")
    if replicate == 5: os._exit(7)
    if replicate == 7: time.sleep(60)
    if replicate == 9: print("answer", "term,value", "mean,1", "end", sep="\n", flush=True); continue
    if replicate == 11: print("failed: no optimum", flush=True); continue
    if replicate == 13: print("answer", "term,estimate", "median,1", "end", sep="\n", flush=True); continue
    if replicate == 15: print("answer", "term,estimate,status", f"mean,{mean!r},boundary", "end", sep="\n", flush=True); continue"#;
    let desk = desk(odd);
    let args = [&WITH[..], &["--timeout", "2", "--replicates", "20", "--name", "mine", "--out", "out.csv"]].concat();
    let value = json(&desk.succeed(&args));
    for own in named(&value, "mine") {
        assert_eq!((own["fits"].as_u64(), own["failed"].as_u64(), own["boundary"].as_u64()), (Some(20), Some(6), Some(1)), "{own}");
        let reasons: Vec<&str> = own["reasons"].as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
        for part in
            ["ValueError: too few clients", "exit status: 7", "no answer within 2 s", "no column estimate", "no optimum", "\"median\""]
        {
            assert!(reasons.iter().any(|reason| reason.contains(part)), "{part}: {reasons:?}");
        }
    }
    // Every replicate has its rows, in order, and the same measures come out of them.
    let text = std::fs::read_to_string(desk.path("out.csv")).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains(",mine,")).count(), 2 * 20);
    let again = json(&desk.succeed(&["assess", "out.csv", "--truth", "mean=70", "--json", "--quiet"]));
    for (first, second) in named(&value, "mine").into_iter().zip(named(&again, "mine")) {
        assert_eq!((&first["failed"], &first["boundary"]), (&second["failed"], &second["boundary"]));
        assert_eq!(first["terms"][0]["coverage"], second["terms"][0]["coverage"]);
        let [a, b] = [first, second].map(|one| one["terms"][0]["bias"]["value"].as_f64().unwrap());
        assert!((a - b).abs() < 1e-10, "{a} {b}");
    }
}

#[test]
fn a_program_that_never_answers_is_told_at_once_unless_another_does() {
    let desk = desk("");
    desk.write("broken.py", "raise NameError('psot')");
    desk.fail(&["estimate", "trial.ron", "--with", "python3 broken.py"], 1, &["`python3 broken.py` has no answer", "NameError: psot"]);
    let both = [&WITH[..], &["--with", "python3 broken.py", "--replicates", "4"]].concat();
    let ran = desk.succeed(&both);
    assert!(ran.stderr.contains("Warning: `python3 broken.py` has no answer"), "{}", ran.stderr);
    let value = json(&ran);
    assert!(named(&value, "broken").iter().all(|one| one["failed"].as_u64() == Some(4)) && named(&value, "own").len() == 2);
}

#[test]
fn a_file_keeps_everything_and_show_prints_the_same() {
    let desk = desk("");
    let args =
        ["estimate", "trial.ron", "--with", "python3 own.py", "--columns", "arm; post; z(pre)", "--truth", "mean=70", "--out", "out.h5"];
    let ran = desk.succeed(&args);
    let shown = desk.succeed(&["show", "out.h5"]).stdout;
    // `show` has the arms beside the estimators.
    let estimators = |text: &str| text[text.find("Estimators:").unwrap_or(0)..].lines().take(30).map(String::from).collect::<Vec<_>>();
    assert_eq!(estimators(&ran.stdout)[..20], estimators(&shown)[..20]);
    let file = dyadsim::output::read::ResultReader::open(&desk.path("out.h5")).unwrap();
    // Four terms of built-in analyses per replicate (two means, difference and d), and one of the program over both arms.
    assert_eq!(file.row_count("estimates").unwrap(), 40 * (2 + 2 + 1));
    desk.fail(&args, 74, &["out.h5 already exists"]);
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    let desk = desk("");
    let with = |more: &[&'static str]| [&["estimate", "trial.ron", "--with", "python3 own.py"], more].concat();
    for (args, says) in [
        (with(&["--columns", "psot; alliance"]), &["`psot`", "did you mean `post`?", "--on sessions"][..]),
        (with(&["--where", "sesions > 3"]), &["--where", "did you mean `sessions`?"]),
        (with(&["--truth", "mean"]), &["pre=0.5"]),
        (with(&["--truth", "mean=Value"]), &["Counterfactual"]),
        (with(&["--truth", "median=3"]), &["no program has such a term", "mean"]),
        (with(&["--name", "built-in"]), &["two estimators are called \"built-in\""]),
        (with(&["--name", "a", "--name", "b"]), &["give every program a name"]),
        (with(&["--out", "x.txt"]), &[".h5 or .csv"]),
        (with(&["--until-mcse", "0.1", "--until-of", "bias: median"]), &["terms with a truth are", "mean"]),
        (vec!["estimate", "trial.ron", "--with", "no-such-program x"], &["cannot start `no-such-program`"]),
        (vec!["estimate", "--with", "python3 own.py"], &["<FILE>"]),
    ] {
        desk.fail(&args, 1, says);
    }
    assert_eq!(desk.files(), ["own.py", "trial.ron"]);
}

#[test]
fn a_run_stops_when_a_performance_measure_is_precise() {
    let desk = desk("");
    let args = ["run", "trial.ron", "--replicates", "5000", "--until-mcse", "0.02", "--until-of", "coverage: mean", "--json", "--no-file"];
    let value = json(&desk.succeed(&args));
    let done = value["replicates"]["done"].as_u64().unwrap();
    assert!(value["reached_precision"] == true && (100..2000).contains(&done), "{done}");
    let largest = named(&value, "built-in").iter().map(|one| one["terms"][0]["coverage"]["mcse"].as_f64().unwrap()).fold(0.0, f64::max);
    assert!(largest <= 0.02, "{largest}");
    let text = desk.succeed(&args[..args.len() - 2]).stdout;
    assert!(text.contains("Precise enough after") && text.contains("coverage: mean MCSE"), "{text}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_complete() {
    use std::process::{Command, Stdio};
    let desk = desk("    time.sleep(0.02)");
    let args = ["estimate", "trial.ron", "--with", "python3 own.py", "--replicates", "100000", "--out", "part.csv"];
    let child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(6000));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 75, "{}", ran.stderr);
    assert!(ran.stdout.contains("INTERRUPTED after") && ran.stdout.contains("no fit of"), "{}", ran.stdout);
    assert!(desk.succeed(&["assess", "part.csv"]).stdout.contains("own"));
}

#[test]
fn the_plan_of_a_study_comes_from_its_scenario() {
    let desk = desk("");
    let text = desk.succeed(&["export", "--ademp", "trial.ron", "--replicates", "1900"]).stdout;
    for part in ["Aims", "Data-generating mechanism", "Estimands", "Methods", "Performance measures", "Computing"] {
        assert!(text.lines().any(|line| line.starts_with("## ") && line.contains(part)), "{part}:\n{text}");
    }
    for part in [
        "| `clinics.therapists` | `6` |",
        "| `feedback` | `Oq(alarm: ",
        "48 clients, 6 therapists",
        "| trial | `difference: feedback` | the contrast of `post` between arms",
        "| built-in | `mean` | the number 70 |",
        // √(.95 · .05 / 1900).
        "0.50 percentage points at 95 %",
        "a coverage of 95 % needs 1,900 replicates",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    desk.succeed(&["export", "--ademp", "trial.ron", "--out", "plan.md"]);
    desk.fail(&["export", "--ademp", "trial.ron", "--out", "plan.md"], 74, &["plan.md already exists"]);
    assert!(std::fs::read_to_string(desk.path("plan.md")).unwrap().contains("dyadsim run trial.ron"));
}

fn skipped() -> bool {
    std::env::var_os("DYADSIM_SKIP_READERS").is_some_and(|value| value == "1")
}

/// A program to start from, as a user gets it.
fn example(desk: &Desk, name: &str, file: &str) -> PathBuf {
    desk.write(file, &desk.succeed(&["estimate", "--example", name]).stdout);
    desk.path(file)
}

/// Estimates of two estimators, term by term.
fn agree(value: &Value, [one, other]: [&str; 2], terms: &[(&str, &str)], tolerance: f64) {
    let (one, other) = (named(value, one), named(value, other));
    for (own, theirs) in one[0]["terms"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|a| terms.iter().filter(move |(name, _)| a["term"] == *name).map(move |pair| (a, pair.1)))
    {
        let theirs = other[0]["terms"].as_array().unwrap().iter().find(|b| b["term"] == theirs).unwrap_or_else(|| panic!("{theirs}"));
        for measure in ["estimate", "model_se"] {
            let [a, b] = [own, theirs].map(|term| term[measure]["value"].as_f64());
            if let (Some(a), Some(b)) = (a, b) {
                assert!((a - b).abs() <= tolerance * b.abs(), "{} {measure}: {a} {b}", own["term"]);
            }
        }
    }
}

/// The same models built in.
const MIXED: &str = r#"(
    title: "Contextual analysis", seed: 31, replicates: 4,
    clinics: (count: 2, therapists: 30, clients_per_therapist: 15),
    estimators: [
        (name: "mixed", method: Mixed(formula: "post ~ pre + mean(early | therapist) + within(early | therapist) + (1 | therapist)")),
        (name: "linear", method: Linear(formula: "post ~ pre + mean(early | therapist) + within(early | therapist)")),
    ],
)"#;

const TERMS: [(&str, &str); 6] = [
    ("(Intercept)", "(Intercept)"),
    ("pre", "pre"),
    ("early_mean", "mean(early | therapist)"),
    ("early_within", "within(early | therapist)"),
    ("var therapist", "var therapist"),
    ("var residual", "var residual"),
];

#[test]
fn the_example_for_lme4_agrees_with_the_built_in_models() {
    if skipped() {
        return;
    }
    let desk = Desk::new();
    desk.write("study.ron", MIXED);
    let command = format!("Rscript '{}'", example(&desk, "lme4", "my.R").display());
    let value = json(&desk.succeed(&["estimate", "study.ron", "--with", &command, "--columns", "post; pre; early; therapist", "--json"]));
    agree(&value, ["lmer", "mixed"], &TERMS, 1e-5);
    agree(&value, ["lm", "linear"], &TERMS[..4], 1e-9);
}

#[test]
fn the_example_for_statsmodels_agrees_with_the_built_in_models() {
    if skipped() {
        return;
    }
    let desk = Desk::new();
    desk.write("study.ron", MIXED);
    let python = std::env::var("DYADSIM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let command = format!("'{python}' '{}'", example(&desk, "statsmodels", "my.py").display());
    let value = json(&desk.succeed(&["estimate", "study.ron", "--with", &command, "--columns", "post; pre; early; therapist", "--json"]));
    // Its standard errors come from a Hessian that also counts the variances as estimated.
    agree(&value, ["mixedlm", "mixed"], &TERMS[..4], 1e-2);
    agree(&value, ["mixedlm", "mixed"], &TERMS[4..], 1e-5);
    agree(&value, ["ols", "linear"], &TERMS[..4], 1e-9);
}

#[test]
fn the_example_for_lavaan_finds_effects_over_time() {
    if skipped() {
        return;
    }
    let desk = Desk::new();
    let scenario = "(title: \"Panel\", seed: 4, replicates: 2, clinics: (count: 3, therapists: 20, clients_per_therapist: 10))";
    desk.write("study.ron", scenario);
    let command = format!("Rscript '{}'", example(&desk, "lavaan", "my.R").display());
    let args = ["estimate", "study.ron", "--with", &command, "--on", "sessions", "--where", "session <= 5", "--json", "--name", "RI-CLPM"];
    let value = json(&desk.succeed(&[&args[..], &["--columns", "client; session; alliance; symptoms"]].concat()));
    let found = named(&value, "RI-CLPM")[0];
    assert_eq!((found["failed"].as_u64(), found["terms"].as_array().map(Vec::len)), (Some(0), Some(4)), "{found}");
    let stability = found["terms"].as_array().unwrap().iter().find(|term| term["term"] == "symptoms on symptoms").unwrap();
    // Symptoms go on from session to session.
    let (estimate, se) = (stability["estimate"]["value"].as_f64().unwrap(), stability["model_se"]["value"].as_f64().unwrap());
    assert!(estimate > 0.2 && se < 0.3, "{estimate} {se}");
}
