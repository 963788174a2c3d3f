//! Survivor bias in the means of those who are still in treatment.

use super::common::*;
use crate::figures::lines::{Level, Lines, Panel, Point, Series, Stroke};

/// Points of difference below which two means count as about the same.
const SAME: f64 = 1.0;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "completers",
    name: "Those who stay",
    question: "How well do clients do who are still in therapy?",
    lead: "The line is the mean score of those who came to each session. Session by session it is about fewer and other people: some \
           have left because they are well, some have dropped out.",
    scenario: include_str!("completers.ron"),
    sliders: &[
        Slider::look("session", "Look at session", (2.0, 20.0, 1.0), 12.0, Told::With("")),
        Slider::key("endings.planned", "Chance to end once well enough", (0.0, 0.99, 0.03), Told::Percent),
        Slider::key("clients.good_enough_mean", "Score that is well enough", (50.0, 90.0, 2.0), Told::With("points")),
        Slider::key("endings.dropout", "Chance to drop out of a session", (-5.0, -1.5, 0.25), Told::LogOdds),
        Slider::key("endings.dropout_gain", "What getting better does to it", (-1.5, 0.5, 0.05), Told::Plain),
        Slider::key("clinics.clients_per_therapist", "Clients of each of twenty therapists", (5.0, 40.0, 5.0), Told::With("")),
    ],
    guess: Guess::Choice {
        ask: "At session 12, those who are still in therapy have a mean score. Compared with the mean that all clients would have had by \
              then, is it …",
        answers: &["better (lower)", "about the same", "worse (higher)"],
    },
    notes: &[
        note(
            "Try",
            "Set the chance to end once well enough to 0 and set what getting better does to dropping out to −1.5: now those who stay look \
                     better than all would.",
        ),
        note("Ask", "A report shows only “completers”. In which direction is it wrong, and can you tell from the report?"),
        note("Mind", "The second line, everybody as if nobody had left, exists only in a simulation."),
    ],
    scene,
};

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], SESSIONS)?;
    let (seen, all) = (ran.scores_by_session(0), ran.scores_by_session(1));
    let session = of(&ask.values, "session") as usize;
    let at = |means: &[Spread]| means.get(session - 1).copied().unwrap_or_default();
    let (stayed, everybody) = (at(&seen), at(&all));
    let started = seen.first().map_or(0, |first| first.n);
    if stayed.n == 0 {
        return Err(Trouble::Wrong(format!("nobody is left at session {session}: look at an earlier one, or let fewer leave")));
    }
    let sentence =
        format!("At session {session}, {} of {started} clients are left. Their mean score is {} points.", stayed.n, number(stayed.mean, 1));
    let difference = stayed.mean - everybody.mean;
    let answer = if difference < -SAME { 0 } else { usize::from(difference > SAME) + 1 };
    let words = ["better", "about the same", "worse"][answer];
    let truth = ask.reveal.then(|| {
        format!(
            "Had all {started} stayed, their mean at session {session} would be {} points: those who are left look {} by {} points.",
            number(everybody.mean, 1),
            if difference < 0.0 { "better" } else { "worse" },
            number(difference.abs(), 1)
        )
    });
    let line = |means: &[Spread], name: &str, hue: usize, stroke: Stroke| {
        let point = |(t, one): (usize, &Spread)| {
            let (low, high) = one.interval();
            Point { x: t as f64 + 1.0, y: one.mean, low, high }
        };
        Series { name: name.into(), hue, stroke, steps: false, points: means.iter().enumerate().map(point).collect() }
    };
    let mut series = vec![line(&seen, "still in therapy", 0, Stroke::Solid)];
    if ask.reveal {
        series.push(line(&all, "all, had they stayed", 1, Stroke::Dashed));
    }
    let figure = Lines {
        about: About::new("completers", LESSON.question, &sentence, "Mean score at each session, with the interval of the mean."),
        x: Scale::count("Session", Some([1.0, 20.0])),
        y: symptoms("Mean symptom score, points"),
        band: "95 % interval".into(),
        levels: vec![Level { at: ran.cell.arms[0].cutoff, name: "clinical cut-off".into() }],
        panels: vec![Panel { heading: String::new(), series }],
    };
    Ok(Scene { figure: Box::new(figure), answer: answer as f64, answer_text: format!("{words} ({} points)", signed(difference, 1)), truth })
}
