//! The same client under both arms.

use super::common::*;
use super::story::{Eyes, client_row, ended, ending, scales, session_rows, story};
use crate::figures::storyboard::Storyboard;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "twin",
    name: "The same client twice",
    question: "What would have happened to the same client with feedback?",
    lead: "One client, one therapist, the same luck in every session, lived through twice: in usual care, and with feedback. Nobody can \
           see this in real life. An alarm means: worse than expected for clients who started like her.",
    scenario: include_str!("twin.ron"),
    sliders: &[
        Slider::look("client", "Client", (1.0, 40.0, 1.0), 24.0, Told::With("of 40")),
        Slider::key("tracking.red_sd", "How far behind before an alarm", (0.5, 2.5, 0.01), Told::With("SD")),
        Slider::key("therapists.uptake_alpha", "Therapists' readiness to act on it", (0.5, 12.0, 0.5), Told::With("")),
        Slider::key("feedback.engagement", "Gain in a week after the score was read", (0.0, 4.0, 0.25), Told::Plain),
        Slider::key("feedback.alarm_engagement", "More of it after an alarm", (0.0, 6.0, 0.25), Told::Plain),
        Slider::key("feedback.alarm_notice", "Chance to notice a rupture after an alarm", (0.0, 1.0, 0.05), Told::Percent),
    ],
    guess: Guess::Choice {
        ask: "With feedback, will this client end …",
        answers: &["better (5 points or more)", "about the same", "worse (5 points or more)"],
    },
    notes: &[
        note(
            "Try",
            "Go through several clients and count who is better off. Find one who ends worse with feedback: why might that \
                     happen? (She may stay longer, or leave at another moment.)",
        ),
        note("Ask", "A trial has either the left or the right picture of each client, never both. What can it still find out?"),
        note(
            "Mind",
            "“The same luck” means the same draws in each session. What therapist and client do may differ from the first alarm on.",
        ),
    ],
    scene,
};

/// How much better or worse.
fn compared(effect: f64) -> String {
    match number(effect.abs(), 1).as_str() {
        "0.0" => ", the same".into(),
        points => format!(", {points} points {}", if effect < 0.0 { "better" } else { "worse" }),
    }
}

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], SESSIONS)?;
    let client = of(&ask.values, "client") as usize;
    let arms = ran.arms();
    let rows = [0, 1].map(|arm| client_row(&ran, arm, client));
    let effect = ran.rows.clients.effect[rows[1]];
    let meaningful = ran.scenario.cells[0].arms[1].world.outcomes.meaningful_difference;
    let answer = if effect <= -meaningful { 0 } else { usize::from(effect >= meaningful) + 1 };
    let finals = rows.map(|row| ran.rows.clients.final_score[row]);
    let sentence = format!(
        "In usual care she {} and is at {} points at the end. With feedback she {} and is at {}{}.",
        ending(&ran, rows[0]),
        number(finals[0], 1),
        ending(&ran, rows[1]),
        number(finals[1], 1),
        compared(effect)
    );
    let truth = ask.reveal.then(|| over_all(&ran, meaningful));
    let [symptoms, alliance] = scales();
    let told = |arm: usize| {
        let rows_of = session_rows(&ran, arm, client);
        story(&ran, rows_of, (&arms[arm], arm), Eyes::All, ended(&ran, rows[arm]).into())
    };
    let figure = Storyboard {
        about: About::new("twin", LESSON.question, &sentence, "The same client under both arms: scores, ratings, ruptures, alarms."),
        symptoms,
        alliance,
        cut_off: Some((ran.cell.arms[0].cutoff, "clinical cut-off".into())),
        sessions: Some(20.0),
        stories: vec![told(0), told(1)],
    };
    let words = ["better", "about the same", "worse"][answer];
    Ok(Scene { figure: Box::new(figure), answer: answer as f64, answer_text: format!("{words} ({} points)", signed(effect, 1)), truth })
}

/// What feedback does to all clients.
fn over_all(ran: &Ran, meaningful: f64) -> String {
    let effects: Vec<f64> = ran.clients(1).map(|row| ran.rows.clients.effect[row]).collect();
    let all = Spread::of(effects.iter().copied());
    let count = |hit: &dyn Fn(f64) -> bool| effects.iter().filter(|effect| hit(**effect)).count();
    format!(
        "Of these {} clients feedback helped {} by {} points or more and harmed {}. The mean effect is {} points: one client says little \
         about it.",
        all.n,
        count(&|x| x <= -meaningful),
        number(meaningful, 0),
        count(&|x| x >= meaningful),
        signed(all.mean, 1),
    )
}
