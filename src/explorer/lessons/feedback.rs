//! Feedback against usual care.

use super::common::*;
use crate::figures::lines::{Level, Lines, Panel, Point, Series, Stroke};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "feedback",
    name: "Progress feedback",
    question: "Does it help when therapists see how their clients are doing?",
    lead: "Two arms: usual care, and therapists who see their clients' scores before each session. A client who has left counts with \
           the score she left with, so that every point of a line is about everybody.",
    scenario: include_str!("feedback.ron"),
    sliders: &[
        Slider::key("feedback.engagement", "Gain in a week after the score was read", (0.0, 4.0, 0.25), Told::Plain),
        Slider::key("feedback.alarm_engagement", "More of it after an alarm", (0.0, 6.0, 0.25), Told::Plain),
        Slider::key("therapists.uptake_alpha", "Therapists' readiness to act on it", (0.5, 12.0, 0.5), Told::With("")),
        Slider::key("feedback.retention", "What reading does to dropping out", (-1.5, 0.5, 0.01), Told::Plain),
        Slider::key("clients.severity_mean", "How ill clients are at first", (60.0, 100.0, 2.0), Told::Plain),
        Slider::key("clinics.clients_per_therapist", "Clients of each of twenty therapists", (2.0, 40.0, 1.0), Told::With("")),
    ],
    guess: Guess::Number {
        ask: "By how many points do clients with feedback end better than clients without?",
        range: (0.0, 15.0, 0.5),
        start: 6.0,
        told: Told::With("points"),
    },
    notes: &[
        note(
            "Try",
            "Take two clients per therapist and draw new random clinics: the order of the lines changes. With forty each it \
                     stays. Then raise the readiness to act.",
        ),
        note("Ask", "Published effects of feedback are small (d about 0.15). Is that little? For whom might it be more?"),
        note(
            "Mind",
            "Why feedback works is not settled. Here it does because therapist and client work harder, dropping out gets \
                     rarer, and ruptures are noticed more often; each has its own key in the scenario.",
        ),
    ],
    scene,
};

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], SESSIONS)?;
    let arms = ran.arms();
    let cap = usize::from(ran.scenario.cells[0].arms[0].world.endings.session_cap);
    let final_of = |arm: usize| Spread::of(ran.clients(arm).map(|row| ran.rows.clients.final_score[row]));
    let (usual, feedback) = (final_of(0), final_of(1));
    let gain = usual.mean - feedback.mean;
    let sentence = format!(
        "{} clients end at {} points in usual care and at {} with feedback: {} points {}.",
        usual.n,
        number(usual.mean, 1),
        number(feedback.mean, 1),
        number(gain.abs(), 1),
        if gain < 0.0 { "worse" } else { "better" }
    );
    let truth = ask.reveal.then(|| individual(&ran));
    let series = (0..2).map(|arm| line(&ran, arm, cap, &arms[arm])).collect();
    let figure = Lines {
        about: About::new("feedback", LESSON.question, &sentence, "Mean score of all clients by session, with the interval of the mean."),
        x: Scale::count("Session", Some([1.0, cap as f64])),
        y: symptoms("Mean symptom score, points"),
        band: "95 % interval".into(),
        levels: vec![Level { at: ran.cell.arms[0].cutoff, name: "clinical cut-off".into() }],
        panels: vec![Panel { heading: String::new(), series }],
    };
    Ok(Scene { figure: Box::new(figure), answer: gain, answer_text: format!("{} points", number(gain, 1)), truth })
}

/// Mean score by session; who has left counts with her final score.
fn line(ran: &Ran, arm: usize, cap: usize, name: &str) -> Series {
    let (sessions, clients) = (&ran.rows.sessions, &ran.rows.clients);
    let mut by: Vec<Vec<f64>> = vec![Vec::new(); cap];
    let last: Vec<f64> = ran.clients(arm).map(|row| clients.final_score[row]).collect();
    for course in ran.courses(arm) {
        let own = last.get(sessions.client[course.rows.start] as usize - 1).copied().unwrap_or(f64::NAN);
        let scores: Vec<f64> = course.rows.map(|row| sessions.symptom_score[row]).collect();
        by.iter_mut().enumerate().for_each(|(t, to)| to.push(scores.get(t).copied().unwrap_or(own)));
    }
    let point = |(t, values): (usize, Vec<f64>)| {
        let spread = Spread::of(values);
        let (low, high) = spread.interval();
        Point { x: t as f64 + 1.0, y: spread.mean, low, high }
    };
    Series {
        name: name.into(),
        hue: arm,
        stroke: if arm == 0 { Stroke::Dashed } else { Stroke::Solid },
        steps: false,
        points: by.into_iter().enumerate().map(point).collect(),
    }
}

/// What feedback did to each client, which no trial can see.
fn individual(ran: &Ran) -> String {
    let totals = &ran.outcome.totals.cells[0][1];
    let effects = Spread::of(ran.clients(1).map(|row| ran.rows.clients.effect[row]));
    let meaningful = ran.scenario.cells[0].arms[1].world.outcomes.meaningful_difference;
    format!(
        "The same clients in both arms: feedback changes their final score by {} points on average, but the effects have an SD of {}. It \
         helps {} of them by {} points or more, and harms {}.",
        signed(effects.mean, 1),
        number(effects.sd, 1),
        percent(totals.mean("helped").value),
        number(meaningful, 0),
        percent(totals.mean("harmed").value),
    )
}
