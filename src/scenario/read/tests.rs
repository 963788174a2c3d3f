use super::super::toy::Toy;
use super::*;

/// All problems of a toy scenario, each as `line:column path | what | help`.
fn wrong(text: &str) -> Vec<String> {
    let problems = read::<Toy>("toy.ron", text).expect_err("should be refused");
    let line = |m: super::super::problem::Machine| {
        format!(
            "{}:{} {} | {} | {}",
            m.line,
            m.column,
            m.path,
            m.message,
            m.help.unwrap_or_default()
        )
    };
    problems.machine().into_iter().map(line).collect()
}

#[test]
fn show() {
    let path = std::env::var("SHOW");
    for case in CASES {
        println!("--- {case}");
        for line in wrong(case) {
            println!("{line}");
        }
    }
    if path.is_ok() {
        println!("{}", read::<Toy>("toy.ron", CASES[0]).unwrap_err());
    }
}

const CASES: &[&str] = &[
    "(\n title: \"a\",\n clinics: (therapsts: 3, count: 12.5, between: 1.2),\n rupture: (notice: 0,05, on: True),\n feedbak: None,\n)",
    "(titel: \"x\", notice: 3, zebra: 4)",
    "(title: \"x\", clinics: (notice: 3, zebra: 4))",
    "",
    "  // only a comment\n",
    "(title: \"x\", seed: 1, seed: 2, sweep: {\"a\": [1], \"a\": [2]}, measures: {\"s\": (instrument: \"i\", every: 1, every: 2), \"s\": (instrument: \"j\", every: 1)})",
    "(title: \"x\", clinics: (count: 900, limit: 900, therapists: 13))",
    "(title: \"x\", clinics: (count: 900, limit: 900, therapists: 13), seed: \"3\")",
    "(title: \"x\", clinics: (count: -3, limit: Some(4.5), therapists: 70000))",
    "(title: \"x\", rupture: (notice: NaN), symptoms: Straight(slope: inf))",
    "(title: \"x\", rupture: (notice: -inf, loss: (1, 1e999)))",
    "(title: \"x\"\n clinics: (count: 3\n between: 0.1))",
    "(title: \"x\", clinics: (count: 3",
    "(\n  title: \"x\",\n  clinics: (\n    count: 3,\n  rupture: (notice: 0.1),\n)\n",
    "(title: \"x, clinics: (count: 3))",
    "(\n title: \"x,\n clinics: (count: 3),\n measures: {\"a\": (instrument: \"x\", every: 2)},\n)",
    "(title: \"x\", feedback: Oqq(alarm: Empirical))",
    "(title: \"x\", feedback: Oq(alarm: \"Empirical\", support_tools: yes))",
    "(title: \"x\", feedback: Oq(alarm: Empricial, support_tols: true))",
    "(title: \"x\", feedback: Oq)",
    "(title: \"x\", feedback: Oq())",
    "(title: \"x\", feedback: (cutoff: 3))",
    "(title: \"x\", feedback: null)",
    "(title: \"x\", feedback: \"Oq\")",
    "(title: \"x\", clinics: None, rupture: (on: true))",
    "(title: \"x\", symptoms: Relaxation(state_effect: 1.0))",
    "(title: \"x\", symptoms: Relaxation((state_effect: 9.0, noise: -1)))",
    "(title: \"x\", symptoms: Factor(3), interventions: [(add: 99), (ad: 1)])",
    "(title: \"x\", symptoms: Still())",
    "(title = \"x\", clinics: (count = 3))",
    "(\"title\": \"x\", clinics: (\"count\": 3))",
    "(title: 'x y', clinics: {\"count\": 3}, measures: (symptoms: (every: 2)))",
    "(title: “x y”, arms: (name: \"a\"))",
    "(title: \"x\", arms: [name: \"a\"])",
    "(title: \"x\", arms: [(name: \"\"), (set: {})])",
    "title: \"x\", seed: 3",
    "(title: \"x\")) seed: 3",
    "(title: \"x\", clinics: (count: 3], seed: 1)",
    "(title: \"x\", clinics: (between: 50%, count: 1'000, therapists: 1 000), rupture: (notice: 1/3))",
    "(title: \"x\", # remark\n seed: , clinics)",
    "(title: \"x\", seed; 3)",
    "(title: \"x\", seed: 3; clinics: (count: 2))",
    "(title: \"x\", clinics: (count 3))",
    "(title: x, seed: abc, interventions: [(add: \"0,5\"), (add: 0.5x), (add: 1_0.5)])",
    "(title: \"x\", max-sessions: 3, seed: 1,, clinics: (count: 2))",
    "(title: \"x\", clinics: Clinics(count: 2), seed: Some(3))",
    "(title: \"x\", /* never closed )",
    "(title: \"bad \\q escape\", seed: 99999999999999999999999)",
    "(title: \"x\",\u{a0}seed: 1.0)",
    "(title: \"x\", sweep: {clinics.count: [1, 2]})",
    "(title: \"x\", rupture: (loss: [1, 2]), interventions: (add: 3))",
    "(title: \"x\", rupture: (loss: (1, 2, 3)), interventions: 5, measures: [])",
];
