use super::super::toy::Toy;
use super::*;

/// All problems of a toy scenario, each as `line:column path | what | help`.
fn wrong(text: &str) -> Vec<String> {
    let problems = read::<Toy>("toy.ron", text).expect_err("should be refused");
    let line =
        |m: super::super::problem::Machine| format!("{}:{} {} | {} | {}", m.line, m.column, m.path, m.message, m.help.unwrap_or_default());
    problems.machine().into_iter().map(line).collect()
}

/// Every message, as read by eye and then kept. `BLESS=1` writes the file anew.
#[test]
fn every_mistake_gets_its_message() {
    let mut seen = String::new();
    for case in CASES {
        seen += &format!("=== {case}\n");
        for line in wrong(case) {
            seen += &format!("{}\n", line.trim_end());
        }
    }
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scenario/read/messages.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&kept, &seen).unwrap();
    }
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(&seen), lines(&std::fs::read_to_string(&kept).unwrap()));
    for (new, old) in seen.lines().zip(std::fs::read_to_string(&kept).unwrap().lines()) {
        assert_eq!(new, old);
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
    "(title: \"x\", symptoms: 3, clinics: (3, 4), arms: [(name: \"a\"] )",
    "(title: \"x\", rupture: (loss: (1,2)), clinics: (limit: 3,5), title2: 1)",
    "(title: \"x\", clinics: (between: 0.5e), title: \"y\")",
    "(title: \"x\", rupture: (loss: [1, 2]), interventions: (add: 3))",
    "(title: \"x\", rupture: (loss: (1, 2, 3)), interventions: 5, measures: [])",
];

#[test]
fn what_is_right_is_read() {
    for text in [
        "(title: \"x\")",
        "\u{feff}(title: \"x\")",
        "#![enable(implicit_some)]\n(title: \"x\",\n\tclinics: (limit: 3))\r\n",
        "(title: \"x\", clinics: (limit: Some(3)), rupture: (loss: (1,2)),)",
        "(title: \"line\n two\", measures: {}, arms: [(name: \"a\", set: {\"clinics.count\": /* c */ 3})])",
    ] {
        assert_eq!(read::<Toy>("toy.ron", text).map(|_| ()), Ok(()), "{text}");
    }
}

#[test]
fn a_setting_not_written_is_pointed_at_in_its_group() {
    let (_, document) = read_document::<Toy>("toy.ron", "(title: \"x\",\n clinics: (count: 3))").unwrap();
    let place = |path: &str| {
        let machine = document.problem(&path.parse().unwrap(), "wrong", None).machine();
        (machine.line, machine.column)
    };
    assert_eq!(place("clinics.count"), (2, 19));
    assert_eq!(place("clinics.between"), (2, 2));
    assert_eq!(place("rupture.notice"), (1, 1));
}

#[test]
fn arms_and_levels_come_with_their_places() {
    let text = "(title: \"x\", arms: [(name: \"a\", set: {\"clinics.count\": 3, \"feedback\": None})],\n sweep: {\"seed\": [1, 2]})";
    let (toy, document) = read_document::<Toy>("toy.ron", text).unwrap();
    let set = document.overrides(&"arms[0].set".parse().unwrap());
    let pairs: Vec<_> = set.iter().map(|o| (o.path.as_str(), o.value.as_str())).collect();
    assert_eq!(pairs, [("clinics.count", "3"), ("feedback", "None")]);
    assert_eq!(&text[set[1].origin.value.clone()], "None");
    let levels = document.levels(&"sweep".parse().unwrap());
    assert_eq!((levels.len(), levels[0].len()), (1, 2));
    assert_eq!(levels[0][1].value, "2");
    assert_eq!(toy.arms[0].set.get("clinics.count").unwrap().0, "3");
    assert!(document.overrides(&"nothing".parse().unwrap()).is_empty());
}

#[test]
fn files_from_windows_and_with_tabs_are_shown_in_place() {
    let text = "\u{feff}(\r\n\ttitle: \"x\",\r\n\tclinics: (cuont: 3),\r\n)\r\n";
    let problems = read::<Toy>("toy.ron", text).unwrap_err();
    let shown = problems.to_string();
    assert!(shown.contains("toy.ron:3:12"), "{shown}");
    assert!(shown.contains("^^^^^"), "{shown}");
    assert_eq!(problems.machine()[0].column, 12);
}

#[test]
fn positions_in_a_list_are_those_of_the_file() {
    let text = "(title: \"x\", interventions: [(ad: 1), (add: 99), (add: \"z\"), (add: -99)])";
    let paths: Vec<String> = wrong(text).iter().map(|l| l.split(' ').nth(1).unwrap().to_owned()).collect();
    assert_eq!(paths, ["interventions[0].ad", "interventions[1].add", "interventions[2].add", "interventions[3].add"]);
}

#[test]
fn ranges_are_reported_even_if_something_needed_is_missing() {
    let seen = wrong("(clinics: (count: 900))");
    assert_eq!(seen.len(), 2, "{seen:?}");
}

/// Types that check themselves, and rules over several fields.
mod own_rules {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Clone, Copy, Serialize, Deserialize, JsonSchema)]
    #[serde(try_from = "f64", into = "f64")]
    struct Odd(f64);

    impl TryFrom<f64> for Odd {
        type Error = String;
        fn try_from(value: f64) -> Result<Self, String> {
            if value % 2.0 == 1.0 { Ok(Self(value)) } else { Err(format!("{value} is not odd")) }
        }
    }

    impl From<Odd> for f64 {
        fn from(odd: Odd) -> Self {
            odd.0
        }
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
    #[serde(deny_unknown_fields)]
    #[garde(custom(in_order))]
    struct Plan {
        #[garde(skip)]
        first: Odd,
        #[garde(skip)]
        last: Odd,
        #[garde(custom(later(&self.first)))]
        #[serde(default = "three")]
        middle: f64,
        #[garde(skip)]
        #[serde(default)]
        note: Option<String>,
        #[garde(skip)]
        #[serde(default)]
        parts: [f64; 2],
    }

    fn three() -> f64 {
        3.0
    }

    fn in_order(plan: &Plan, _: &()) -> garde::Result {
        if plan.first.0 < plan.last.0 {
            return Ok(());
        }
        Err(garde::Error::new("`first` does not come before `last`\nmake `last` larger"))
    }

    fn later(first: &Odd) -> impl FnOnce(&f64, &()) -> garde::Result {
        let first = first.0;
        move |middle, _| match *middle > first {
            true => Ok(()),
            false => Err(garde::Error::new(format!("must lie after `first` ({first})"))),
        }
    }

    fn seen(text: &str) -> Vec<String> {
        let problems = read::<Plan>("plan.ron", text).unwrap_err();
        let line =
            |m: super::super::super::problem::Machine| format!("{}:{} | {} | {}", m.column, m.path, m.message, m.help.unwrap_or_default());
        problems.machine().into_iter().map(line).collect()
    }

    #[test]
    fn a_type_that_refuses_a_value_is_quoted_and_all_are_found() {
        let lines = seen("(first: 2, last: 4, middle: \"x\")");
        assert_eq!(
            lines,
            [
                "9:first | `first`: 2 is not odd | ",
                "18:last | `last`: 4 is not odd | ",
                "29:middle | `middle` needs a number, found the text \"x\" | ",
            ]
        );
    }

    #[test]
    fn arrays_stand_in_round_brackets() {
        let lines = seen("(first: 1, last: 3, parts: (1, 2), note: 3)");
        assert_eq!(lines.len(), 1, "{lines:?}");
        let lines = seen("(first: 1, last: 3, parts: [1, 2])");
        assert_eq!(lines.len(), 1, "{lines:?}");
        let lines = seen("(first: 1, last: 3, parts: (1, 2, 3))");
        assert!(lines[0].contains("needs 2 values in round brackets, found 3"), "{lines:?}");
    }

    #[test]
    fn rules_over_several_fields_speak_in_their_own_words() {
        let lines = seen("(first: 5, last: 3)");
        assert_eq!(
            lines,
            [
                "1: | `first` does not come before `last` | make `last` larger",
                "1:middle | `middle`: must lie after `first` (5) | it is not written here, so it has its default: 3.0",
            ]
        );
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is typed, the reader and all messages survive it, and mending keeps length.
        #[test]
        fn no_text_breaks_the_reader(text in "[(){}\\[\\],:;=\"'/*#a-eé“ \n0-9._%-]{0,60}") {
            let reading = reader::read(&text);
            prop_assert_eq!(reading.mended.len(), text.len());
            prop_assert!(reading.root.is_some() || !reading.faults.is_empty());
            let problems = read::<Toy>("any.ron", &text).expect_err("no such scenario");
            prop_assert!(!problems.is_empty());
            prop_assert!(!problems.to_string().is_empty());
        }

        /// A scenario with one part torn out or doubled never breaks the messages either.
        #[test]
        fn no_torn_scenario_breaks_the_reader(from in 0_usize..300, len in 0_usize..40, twice: bool) {
            let text = CASES[0].replace("12.5", "12").replace("0,05", "0.05");
            let cut = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let (from, to) = (cut(from), cut(from + len));
            let part = &text[from..to];
            let torn = format!("{}{}{}", &text[..from], if twice { part.repeat(2) } else { String::new() }, &text[to..]);
            if let Err(problems) = read::<Toy>("torn.ron", &torn) {
                prop_assert!(!problems.to_string().is_empty());
            }
        }
    }
}
