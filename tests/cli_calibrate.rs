//! `dyadsim calibrate` as its user meets it.

mod program;

use program::Desk;
use serde_json::Value;

const CLINIC: &str = r#"// Our clinic.
(
    title: "Ours",
    replicates: 12,
    clinics: (count: 1, therapists: 5, clients_per_therapist: 20),
    endings: (administrative: 0.1), // moving away
)
"#;

const MINE: &str = r#"[
    (id: "dropout", published: Value(x: 0.35, se: 0.02), simulated: Measure(name: "dropout")),
    (id: "sessions", published: Range(low: 3.0, high: 6.0), simulated: Measure(name: "sessions")),
    (id: "direction", published: Sign(Negative), simulated: Measure(name: "change")),
]"#;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("clinic.ron", CLINIC);
    desk.write("mine.ron", MINE);
    desk
}

#[test]
fn a_clinic_gets_its_scenario_with_the_best_values_and_its_comments() {
    let desk = desk();
    let ran = desk.run(&[
        "calibrate",
        "clinic.ron",
        "--targets",
        "mine.ron",
        "--free",
        "endings.dropout,administrative",
        "--out",
        "new.ron",
        "--report",
        "report.md",
        "--json",
        "--quiet",
    ]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let found: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let keys: Vec<&str> = found["parameters"].as_array().expect("parameters").iter().filter_map(|p| p["key"].as_str()).collect();
    assert_eq!(keys, ["endings.dropout", "endings.administrative"]);
    assert_eq!(found["targets"].as_array().map(Vec::len), Some(2), "a sign is not fitted");
    assert!(found["chi_square"].as_f64() < found["chi_square_before"].as_f64());
    let dropout = &found["targets"][0];
    assert!((dropout["after"].as_f64().expect("a number") - 0.35).abs() < 0.04, "{dropout}");
    let text = std::fs::read_to_string(desk.path("new.ron")).expect("the new scenario");
    assert!(text.starts_with("// Our clinic.") && text.contains("// moving away") && text.contains("dropout: -"), "{text}");
    assert_eq!(desk.run(&["check", "new.ron"]).code, 0);
    let report = std::fs::read_to_string(desk.path("report.md")).expect("the report");
    assert!(report.contains("| endings.dropout | pinned down |"), "{report}");
    let again = desk.run(&["calibrate", "clinic.ron", "--targets", "mine.ron", "--out", "new.ron"]);
    assert_eq!(again.code, 74, "an existing file is not replaced: {again:?}");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_help() {
    let desk = desk();
    desk.write("keys.ron", r#"(parameters: [(key: "endings.dropout", sd: 0.5)], fit: ["drop-out"])"#);
    desk.write("sign.ron", r#"(parameters: [(key: "endings.dropout", sd: 0.5)], fit: ["direction"])"#);
    desk.write("typo.ron", r#"[(id: "a", published: Value(x: 1), simulated: Measure(name: "dropouts"))]"#);
    for (args, told) in [
        (&["clinic.ron"][..], "--targets"),
        (&["--targets", "mine.ron"], "belong to a scenario"),
        (&["clinic.ron", "--targets", "mine.ron", "--free", "endings.drop"], "no prior is shipped"),
        (&["clinic.ron", "--targets", "mine.ron", "--parameters", "keys.ron"], "did you mean \"dropout\"?"),
        (&["clinic.ron", "--targets", "mine.ron", "--parameters", "sign.ron"], "only its sign is known"),
        (&["clinic.ron", "--targets", "typo.ron"], "typo.ron:1:"),
        (&["clinic.ron", "--targets", "mine.ron", "--free", "feedback.engagement"], "is no number here"),
    ] {
        let ran = desk.run(&[&["calibrate"], args].concat());
        assert!(ran.code == 1 && ran.stderr.contains(told), "{args:?}: {ran:?}");
    }
}
