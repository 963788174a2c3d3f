//! Rupture and repair, session by session.

use super::common::*;
use super::story::{Eyes, client_row, ended, ending, ruptured, scales, session_rows, story};
use crate::figures::storyboard::Storyboard;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "ruptures",
    name: "Rupture and repair",
    question: "How much of what goes wrong does a therapist notice?",
    lead: "One client with one therapist, session by session. At first you see what the therapist sees: the scores, the ratings, and \
           the ruptures she noticed.",
    scenario: include_str!("ruptures.ron"),
    sliders: &[
        Slider::look("client", "Client", (1.0, 20.0, 1.0), 3.0, Told::With("of 20")),
        Slider::key("rupture.onset.mean", "How strained sessions are", (0.05, 1.0, 0.01), Told::With("")),
        Slider::key("rupture.notice_withdrawal", "Chance to notice a client who withdraws", (0.0, 1.0, 0.05), Told::Percent),
        Slider::key("rupture.notice_confrontation", "Chance to notice one who confronts", (0.0, 1.0, 0.05), Told::Percent),
        Slider::key("rupture.repair_intercept", "Chance to repair what was noticed", (-3.0, 3.0, 0.2), Told::LogOdds),
        Slider::key("rupture.state_cost", "What a rupture costs the alliance", (0.0, 2.0, 0.1), Told::With("")),
    ],
    guess: Guess::Number {
        ask: "In how many of this client's sessions will there be a rupture, noticed or not?",
        range: (0.0, 16.0, 1.0),
        start: 2.0,
        told: Told::With(""),
    },
    notes: &[
        note(
            "Try",
            "Go through the clients before you reveal the truth and ask where an unseen rupture might be: a rating that falls \
                     by itself is a hint. Then let the therapist notice everything.",
        ),
        note("Ask", "Most ruptures are withdrawal: the client gets quiet, or agrees too readily. What could a therapist watch for?"),
        note(
            "Mind",
            "A rupture counts here from the strain at which a client would report one. What repair brings is weakly known: a \
                      small gain in trust for good is assumed.",
        ),
    ],
    scene,
};

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], SESSIONS)?;
    let client = of(&ask.values, "client") as usize;
    let rows = session_rows(&ran, 0, client);
    let at = client_row(&ran, 0, client);
    let sessions = &ran.rows.sessions;
    let with = |rows: core::ops::Range<usize>| {
        let there = |row: &usize| ruptured(&ran, *row);
        let noticed = rows.clone().filter(there).filter(|&row| sessions.noticed[row] != 0).count();
        let repaired = rows.clone().filter(there).filter(|&row| sessions.repaired[row] != 0).count();
        (rows.filter(there).count(), noticed, repaired)
    };
    let ((all_here, noticed, repaired), (all, seen, mended)) = (with(rows.clone()), with(ran.sessions(0)));
    let sentence = format!(
        "The therapist noticed a rupture in {noticed} of {} {} and saw {repaired} repaired. The client {}. With all twenty clients she \
         noticed {seen} and saw {mended} repaired.",
        rows.len(),
        plural(rows.len(), "session", "sessions"),
        ending(&ran, at)
    );
    let truth = ask.reveal.then(|| {
        format!(
            "There was a rupture in {all_here} {}: {} stayed unseen. Over all twenty clients there was one in {} of sessions; the \
             therapist noticed {} of them, and {} were repaired.",
            plural(all_here, "session", "sessions"),
            all_here - noticed,
            percent(all as f64 / ran.sessions(0).len() as f64),
            percent(seen as f64 / all as f64),
            percent(mended as f64 / all as f64),
        )
    });
    let (eyes, name) = if ask.reveal { (Eyes::All, "what happened") } else { (Eyes::Therapist, "what the therapist sees") };
    let [symptoms, alliance] = scales();
    let figure = Storyboard {
        about: About::new("ruptures", LESSON.question, &sentence, "Symptom score and alliance rating by session, with ruptures marked."),
        symptoms,
        alliance,
        cut_off: Some((ran.cell.arms[0].cutoff, "clinical cut-off".into())),
        sessions: Some(16.0),
        stories: vec![story(&ran, rows, (name, 0), eyes, ended(&ran, at).into())],
    };
    Ok(Scene {
        figure: Box::new(figure),
        answer: all_here as f64,
        answer_text: format!("{all_here} {}", plural(all_here, "session", "sessions")),
        truth,
    })
}
