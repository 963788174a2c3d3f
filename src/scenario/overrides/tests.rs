use super::super::read::{read, read_document};
use super::super::toy::{Alarm, Feedback, Intervention, Relaxation, Symptoms, Toy};
use super::super::tree::Kind;
use super::*;
use proptest::prelude::*;

fn base() -> Toy {
    Toy {
        feedback: Some(Feedback::Oq { alarm: Alarm::Rational, support_tools: false }),
        interventions: vec![Intervention { add: 0.5, from: 2 }],
        ..Toy::default()
    }
}

fn set(toy: &Toy, settings: &[&str]) -> Result<Toy, String> {
    let overrides: Vec<Override> = settings.iter().map(|s| Override::from_setting(s).unwrap()).collect();
    let line =
        |m: super::super::problem::Machine| format!("{}:{}:{} | {} | {}", m.file, m.line, m.column, m.message, m.help.unwrap_or_default());
    match resolve(toy, &overrides, &["arms", "sweep"]) {
        Ok((toy, text)) => {
            assert_eq!(text, canonical(&toy).unwrap());
            Ok(toy)
        }
        Err(problems) => Err(problems.machine().into_iter().map(line).collect::<Vec<_>>().join("\n")),
    }
}

#[test]
fn a_path_leads_through_groups_maps_lists_options_and_variants() {
    let toy = set(
        &base(),
        &[
            "clinics.therapists=20",
            "measures.symptoms.every=3",
            "measures[\"symptoms\"].rater = Therapist",
            "interventions[0].add=-1.5",
            "feedback.support_tools=true",
            "symptoms.state_effect=0.25",
            "clinics.limit=7",
        ],
    )
    .unwrap();
    assert_eq!(toy.clinics.therapists, 20);
    assert_eq!(toy.clinics.limit, Some(7));
    assert_eq!(toy.measures.get("symptoms").unwrap().every, 3);
    assert_eq!(toy.interventions[0].add, -1.5);
    assert_eq!(toy.feedback, Some(Feedback::Oq { alarm: Alarm::Rational, support_tools: true }));
    assert!(matches!(toy.symptoms, Symptoms::Relaxation(r) if r.state_effect == 0.25));
}

#[test]
fn a_whole_group_may_be_set_and_then_changed_within() {
    let toy = set(&base(), &["feedback=None", "feedback=Ratings(cutoff: 30)", "feedback.cutoff=31"]);
    assert_eq!(toy.unwrap().feedback, Some(Feedback::Ratings { cutoff: 31 }));
    assert_eq!(set(&base(), &["feedback=None"]).unwrap().feedback, None);
    assert_eq!(set(&base(), &["title=\"a = b\""]).unwrap().title, "a = b");
}

#[test]
fn wrong_overrides_say_where_what_and_what_would_be_right() {
    let none = Toy { feedback: None, symptoms: Symptoms::Still, ..base() };
    for (toy, setting, message) in [
        (
            base(),
            "clinics.count=20, therapists: 5",
            "--set:1:17 | there is more than one value | give one value; a list stands in square brackets, a group in round ones",
        ),
        (base(), "clinics.therapsts=20", "--set:1:1 | there is no setting `clinics.therapsts` | did you mean `clinics.therapists`?"),
        (base(), "therapists=20", "--set:1:1 | there is no setting `therapists` | did you mean `clinics.therapists`?"),
        (
            base(),
            "clinics.therapists=12.5",
            "--set:1:20 | `clinics.therapists` needs a whole number, found 12.5 | from 1 to 500 (therapists)",
        ),
        (base(), "clinics.between=1.5", "--set:1:17 | `clinics.between` must be from 0 to 1 (share), found 1.5 | the default is 0.05"),
        (base(), "clinics.between=0,05", "--set:1:17 | `0,05` has a decimal comma | write 0.05 with a point"),
        (base(), "clinics.therapists=13", "--set:1:20 | `clinics.therapists`: thirteen therapists never fit the rooms | "),
        (
            base(),
            "feedback=Oq(alarm: Empircal)",
            "--set:1:20 | `feedback.alarm` cannot be `Empircal`; it is one of `Empirical` or `Rational` | did you mean `Empirical`?",
        ),
        (
            base(),
            "feedback=Oq(support_tools: true)",
            "--set:1:1 | `feedback` lacks the setting `alarm` | add alarm: Empirical (When the alarm sounds)",
        ),
        (base(), "title=Hello", "--set:1:7 | `title` needs a text in double quotation marks, found `Hello` | write \"Hello\""),
        (
            none.clone(),
            "feedback.support_tools=true",
            "--set:1:1 | `feedback` is None here, so there is no `feedback.support_tools` | set `feedback` as a whole, for example to Oq(alarm: Empirical)",
        ),
        (
            none,
            "symptoms.state_effect=1",
            "--set:1:1 | `symptoms.state_effect` does not exist while `symptoms` is `Still` and belongs to `Relaxation` | set `symptoms` as a whole, for example to Relaxation((state_effect: -0.8))",
        ),
        (base(), "measures.mood.every=1", "--set:1:1 | `measures` has no entry `mood` | its entries are symptoms"),
        (base(), "interventions[3].add=1", "--set:1:1 | `interventions` has no such entry | it has one entry, [0]"),
        (
            base(),
            "arms=[]",
            "--set:1:1 | `arms` belongs to the study as a whole and cannot be changed here | set it once, in the scenario file, outside arms and sweep",
        ),
        (
            base(),
            "clinics..count=1",
            "--set:1:1 | `clinics..count` is not the name of a setting: a name is missing beside a point | write names with points between them: clinics.therapists",
        ),
        (base(), "seed=", "--set:1:6 | the value is missing | write one value after the name"),
        (base(), "seed=1 // why", ""),
    ] {
        let seen = set(&toy, &[setting]).err().unwrap_or_default();
        assert_eq!(seen, message, "{setting}");
    }
    assert!(Override::from_setting("seed").is_err());
}

#[test]
fn all_wrong_overrides_are_reported_at_once() {
    let seen = set(&base(), &["clinics.cuont=1", "clinics.between=7", "seed=x"]).unwrap_err();
    assert_eq!(seen.lines().count(), 3, "{seen}");
}

#[test]
fn an_error_in_an_arm_points_into_the_file() {
    let text = "(\n title: \"x\",\n arms: [\n  (name: \"a\", set: {\n   \"feedback\": /* now */ Oq(alarm: Empirical, support_tools: maybe), // as usual\n  }),\n ],\n)";
    let (toy, document) = read_document::<Toy>("study.ron", text).unwrap();
    let problems = resolve(&toy, &document.overrides(&"arms[0].set".parse().unwrap()), &["arms"]).unwrap_err();
    let machine = &problems.machine()[0];
    assert_eq!((machine.file.as_str(), machine.line, machine.path.as_str()), ("study.ron", 5, "feedback.support_tools"));
    assert_eq!(&text[problems.list()[0].span.clone()], "maybe");
}

#[test]
fn the_canonical_text_holds_every_default() {
    let text = canonical(&Toy::default()).unwrap();
    for key in ["seed: 1", "between: 0.05", "limit: None", "state_effect: -0.8", "rater: Client", "sweep: {}"] {
        assert!(text.contains(key), "{key} in {text}");
    }
    assert!(!text.contains('\r'));
}

prop_compose! {
    fn toys()(
        title in ".{1,12}", seed: u64, count in 1_u32..=200, between in 0.0_f64..=1.0,
        noise in prop_oneof![0.0..1e300_f64, 0.0..1e-300_f64, Just(0.1 + 0.2)],
        limit in proptest::option::of(1_u16..=100), key in "[^\"\\\\]{0,6}", alarm: bool,
        loss in (-1e9_f64..1e9, proptest::num::f64::NORMAL), steps in proptest::collection::vec(-10.0_f64..=10.0, 0..4),
        kind in 0..4,
    ) -> Toy {
        let mut toy = base();
        toy.title = title;
        toy.seed = seed;
        toy.clinics.count = count;
        toy.clinics.between = between;
        toy.clinics.limit = limit;
        toy.rupture.loss = loss;
        toy.symptoms = match kind {
            0 => Symptoms::Still,
            1 => Symptoms::Straight { slope: between },
            2 => Symptoms::Factor(between),
            _ => { Symptoms::Relaxation(Relaxation { noise, ..Relaxation::default() }) }
        };
        if key != "symptoms" {
            let copy = toy.measures.0[0].1.clone();
            toy.measures.0.push((key, copy));
        }
        toy.feedback = alarm.then_some(Feedback::Ratings { cutoff: 3 });
        toy.interventions = steps.into_iter().map(|add| Intervention { add, from: 1 }).collect();
        toy
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Writing out and reading back gives the same scenario, to the last bit.
    #[test]
    fn a_scenario_survives_being_written_and_read(toy in toys()) {
        let text = canonical(&toy).unwrap();
        let back = read::<Toy>("canonical", &text).map_err(|p| TestCaseError::fail(format!("{p}\n{text}")))?;
        prop_assert_eq!(back.rupture.loss.1.to_bits(), toy.rupture.loss.1.to_bits());
        prop_assert_eq!(canonical(&back).unwrap(), text);
        prop_assert_eq!(back, toy);
    }

    /// Any legal path, any value: the value stands there afterwards and nothing else moved.
    #[test]
    fn a_splice_changes_one_value_only(toy in toys(), pick: prop::sample::Index, value in prop_oneof![
        Just("3"), Just("-1e-3"), Just("\"a, (b\""), Just("None"), Just("Oq(alarm: X, b: [1, 2])"), Just("{\"k\": (1, 2)}"), Just("[/* , */ 1]"), Just("r#\"raw \"x\"\"#"),
    ]) {
        let text = canonical(&toy).unwrap();
        let root = reader::read(&text).root.unwrap();
        let mut paths = Vec::new();
        root.walk(&mut |path, _| if !path.is_empty() { paths.push(path.clone()) });
        let path = pick.get(&paths);
        let spliced = apply::<Toy>(&text, &path.to_string(), &format!(" {value} // end")).map_err(|e| TestCaseError::fail(format!("{path}: {e}")))?;
        let after = reader::read(&spliced);
        prop_assert!(after.faults.is_empty());
        let root_after = after.root.unwrap();
        let old = root.at(path).unwrap().span.clone();
        let new = old.start..old.start + value.len();
        prop_assert_eq!(&spliced[new.clone()], value);
        prop_assert_eq!(format!("{}{}{}", &spliced[..new.start], &text[old.clone()], &spliced[new.end..]), text.clone());
        let found = root_after.at(path).unwrap();
        prop_assert!(found.span == new, "{path}");
        prop_assert!(found.kind != Kind::Char);
    }

    /// Through types: one number set by its path, all else as it was.
    #[test]
    fn a_number_set_by_path_arrives_exactly(toy in toys(), notice in 0.0_f64..=1.0, count in 1_u32..=200) {
        let settings = [format!("rupture.notice={notice:?}"), format!("clinics.count={count}")];
        let seen = set(&toy, &settings.each_ref().map(String::as_str)).map_err(TestCaseError::fail)?;
        let mut expected = toy;
        expected.rupture.notice = notice;
        expected.clinics.count = count;
        prop_assert_eq!(seen, expected);
    }
}
