//! A scenario of the user's own as a lesson: its question, sliders for numbers that it sets, and its arms side by side.

use super::common::*;
use crate::explorer::bench::load;
use crate::explorer::controls::{Control, guess, help, is_whole, told};
use crate::explorer::view::Described;
use crate::explorer::words::decimals;
use crate::figures::lines::{Level, Lines, Panel, Point, Series};
use crate::performance::Measured;
use crate::scenario::describe::{Entry, entries};
use crate::scenario::file::ScenarioFile;
use crate::scenario::path::Path;
use crate::scenario::reader;
use crate::scenario::tree::{Kind, Node};
use crate::scenario::words::first_sentence;
use std::sync::LazyLock;

/// What is the same for every scenario.
pub const LESSON: Lesson = Lesson {
    id: "own",
    name: "Your own scenario",
    question: "Your own scenario",
    lead: "Your scenario's arms, treating the same clients. The lines are mean scores of those who came to each session, over all \
           replicates.",
    scenario: include_str!("own.ron"),
    sliders: &[],
    guess: Guess::Number {
        ask: "How many points apart will the best and the worst arm end? (With one arm: how many points do its clients improve?)",
        range: (0.0, 40.0, 0.5),
        start: 5.0,
        told: Told::With("points"),
    },
    notes: &[note(
        "Mind",
        "Sliders are made for the first six numbers that your file sets outside of its arms, within the limits that \
                           `dyadsim explain` tells. Sweeps are for `dyadsim run`.",
    )],
    scene,
};

/// A session to which fewer than this share of the clients came is not shown.
const SHARE: f64 = 0.03;
/// Most sliders.
const MOST: usize = 6;
/// About so many steps on either side of the value.
const STEPS: f64 = 20.0;

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(entries::<ScenarioFile>);

/// A scenario as a lesson.
///
/// # Errors
/// What is wrong with it.
pub fn describe(text: &str) -> Result<Described, Trouble> {
    let scenario = load(text, &[])?;
    let question = if scenario.question.is_empty() { scenario.title.clone() } else { scenario.question.clone() };
    Ok(Described {
        id: LESSON.id.into(),
        name: LESSON.name.into(),
        question,
        lead: LESSON.lead.into(),
        controls: controls(text),
        guess: guess(&LESSON),
        notes: LESSON.notes.iter().map(|note| [note.about.into(), note.text.into()]).collect(),
        seed: scenario.seed,
        text: text.into(),
    })
}

/// Sliders for the first numbers that a scenario sets.
fn controls(text: &str) -> Vec<Control> {
    let Some(root) = reader::read(text).root else {
        return Vec::new();
    };
    let mut numbers: Vec<(String, f64)> = Vec::new();
    root.walk(&mut |path: &Path, node: &Node| {
        let key = path.to_string();
        let of_study = ["seed", "replicates", "arms", "sweep", "points", "design", "estimators", "output", "tracking.norm"]
            .iter()
            .any(|name| key.starts_with(name));
        if node.kind == Kind::Number
            && !of_study
            && let Ok(value) = text[node.span.clone()].replace('_', "").parse::<f64>()
        {
            numbers.push((key, value));
        }
    });
    numbers.iter().filter_map(|(key, value)| slider(key, *value)).take(MOST).collect()
}

/// A slider about a value, within the limits of its key.
fn slider(key: &str, value: f64) -> Option<Control> {
    let entry = ENTRIES.iter().find(|entry| entry.path == key)?;
    let whole = is_whole(entry);
    let rough = if value == 0.0 { 1.0 } else { value.abs() } / STEPS;
    let magnitude = libm::pow(10.0, libm::log10(rough).floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * magnitude).find(|step| *step >= rough * 0.999)?;
    let step = if whole { step.max(1.0).round() } else { step };
    let scale = libm::pow(10.0, decimals(step) as f64);
    let within = |x: &f64| entry.min.is_none_or(|min| *x >= min) && entry.max.is_none_or(|max| *x <= max);
    let middle = (value / step).round();
    let mut values: Vec<f64> = (-(STEPS as i32)..=STEPS as i32).map(|i| ((middle + f64::from(i)) * step * scale).round() / scale).collect();
    values.retain(within);
    if !values.iter().any(|x| (x - value).abs() < 1e-9) {
        values.push(value);
        values.sort_by(f64::total_cmp);
    }
    let label = first_sentence(&entry.doc).trim_end_matches('.').to_owned();
    Some(Control {
        key: key.into(),
        label,
        texts: values.iter().map(|&x| told(x, step, entry.unit.as_deref(), Told::Plain)).collect(),
        start: values.iter().position(|x| (x - value).abs() < 1e-9)?,
        values,
        help: help(entry),
        of_scenario: true,
        whole,
    })
}

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], TOTALS)?;
    let arms = ran.arms();
    let totals = &ran.outcome.totals.cells[0];
    let finals: Vec<f64> = totals.iter().map(|arm| arm.mean("final_score").value).collect();
    let change = totals.first().map_or(f64::NAN, |arm| arm.mean("change").value);
    let extremes = finals.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
    let answer = if arms.len() > 1 { extremes.1 - extremes.0 } else { change.abs() };
    let each: Vec<String> = arms.iter().zip(&finals).map(|(name, score)| format!("{name} {}", number(*score, 1))).collect();
    let sentence = format!(
        "Mean score after treatment, in {} {}: {}.",
        ran.outcome.replicates,
        plural(ran.outcome.replicates as usize, "replicate", "replicates"),
        each.join(", ")
    );
    let truth = ask.reveal.then(|| {
        let against: Vec<String> = arms
            .iter()
            .zip(totals)
            .skip(1)
            .map(|(name, arm)| {
                let difference = arm.contrast("final_score");
                format!(
                    "{name}: {} points (Monte Carlo standard error {}), helps {} of clients and harms {}",
                    signed(difference.value, 2),
                    number(difference.mcse, 2),
                    percent(arm.mean("helped").value),
                    percent(arm.mean("harmed").value)
                )
            })
            .collect();
        if against.is_empty() {
            format!("One arm: its clients' scores change by {} points on average.", signed(change, 1))
        } else {
            format!("Against {}, with the same clients: {}.", arms[0], against.join("; "))
        }
    });
    let line = |arm: usize| {
        let sessions = totals[arm].courses.sessions();
        let first = sessions.first().map_or(0.0, |session| session.at_risk.value);
        let enough = sessions.iter().take_while(|session| session.at_risk.value >= SHARE * first);
        let score = enough.map(|session| session.means[0].mean);
        let point = |(t, mean): (usize, Measured)| Point::within(t as f64 + 1.0, mean.value, NINETY_FIVE * mean.mcse);
        let points = score.enumerate().filter(|(_, mean)| mean.value.is_finite()).map(point).collect();
        Series { name: arms[arm].clone(), hue: arm, points, ..Series::default() }
    };
    let figure = Lines {
        about: About::new(
            "own",
            &ran.scenario.title,
            &sentence,
            "Mean scores by session of those who came, arm by arm, with 95 % of Monte Carlo error.",
        ),
        x: Scale::count("Session", None),
        y: Scale::free("Mean symptom score"),
        band: "95 % of Monte Carlo error".into(),
        levels: vec![Level { at: ran.cell.arms[0].symptom_scale.own(ran.cell.arms[0].cutoff), name: "clinical cut-off".into() }],
        panels: vec![Panel { heading: String::new(), series: (0..arms.len()).map(line).collect() }],
    };
    Ok(Scene { figure: Box::new(figure), answer, answer_text: format!("{} points", number(answer, 1)), truth })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_file_become_sliders_within_the_limits_of_their_keys() {
        let text = "(endings: (planned: 0.9), clinics: (therapists: 4), seed: 3, clients: (severity_mean: -3.25))";
        let found = controls(text);
        let keys: Vec<&str> = found.iter().map(|control| control.key.as_str()).collect();
        assert_eq!(keys, ["endings.planned", "clinics.therapists", "clients.severity_mean"]);
        assert!(found[0].values.iter().all(|x| (0.0..=1.0).contains(x)) && found[1].values[0] >= 1.0 && found[1].whole);
        for (control, value) in found.iter().zip([0.9, 4.0, -3.25]) {
            assert_eq!(control.values[control.start], value, "{}", control.key);
        }
    }
}
