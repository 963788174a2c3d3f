//! Regression to the mean.

use super::common::*;
use crate::figures::scatter::{Class, Guide, Scatter};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "regression",
    name: "Regression to the mean",
    question: "Do the worst cases improve most?",
    lead: "Nobody gets better in this clinic, and nobody gets worse. Scores only go up and down by themselves. We look at the clients \
           with the highest scores at session 1, and at their scores at the end.",
    scenario: include_str!("regression.ron"),
    sliders: &[
        Slider::look("worst", "Share of clients called “worst cases”", (0.05, 0.5, 0.05), 0.25, Told::Percent),
        Slider::key("symptoms.residual", "Ups and downs from week to week", (0.0, 20.0, 1.0), Told::Plain),
        Slider::key("clients.severity_sd", "True differences between clients", (2.0, 30.0, 1.0), Told::Plain),
        Slider::key("symptoms.slope", "True change per session", (-2.0, 0.0, 0.25), Told::With("points")),
        Slider::key("clinics.clients_per_therapist", "Clients of each of ten therapists", (5.0, 60.0, 5.0), Told::With("")),
    ],
    guess: Guess::Number {
        ask: "Nothing is done and nobody changes. By how many points will the worst quarter have “improved” at session 8?",
        range: (0.0, 20.0, 0.5),
        start: 0.0,
        told: Told::With("points"),
    },
    notes: &[
        note(
            "Try",
            "Take away the ups and downs: little of the improvement is left, from the form's own error. Make the “worst \
                     cases” fewer, and they improve more.",
        ),
        note(
            "Ask",
            "A clinic treats only its worst cases and compares them before and after. What would you need to know whether the \
                     treatment did it?",
        ),
        note("Mind", "The best cases “deteriorate” in the same way. Feedback systems that flag high scores meet the same effect."),
    ],
    scene,
};

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], SESSIONS)?;
    let rows = &ran.rows.clients;
    let clients: Vec<usize> = ran.clients(0).collect();
    let mut scores: Vec<f64> = clients.iter().map(|&row| rows.intake_score[row]).collect();
    scores.sort_by(f64::total_cmp);
    let share = of(&ask.values, "worst");
    let wanted = ((share * clients.len() as f64).round() as usize).clamp(1, clients.len());
    let from = scores[clients.len() - wanted];
    let worst: Vec<usize> = clients.iter().copied().filter(|&row| rows.intake_score[row] >= from).collect();
    let mean = |of: &dyn Fn(usize) -> f64| Spread::of(worst.iter().map(|&row| of(row))).mean;
    let (before, after) = (mean(&|row| rows.intake_score[row]), mean(&|row| rows.final_score[row]));
    let gain = before - after;
    let sentence = format!(
        "The {} clients with the highest scores went from {} to {} points: an “improvement” of {} points.",
        worst.len(),
        number(before, 1),
        number(after, 1),
        number(gain, 1)
    );
    let truth = ask.reveal.then(|| true_levels(&ran, &worst, gain));
    let dots = |wanted: bool| {
        let those = clients.iter().filter(|row| (rows.intake_score[**row] >= from) == wanted);
        those.map(|&row| [rows.intake_score[row], rows.final_score[row]]).collect()
    };
    let mut guides = vec![Guide::Slope(0.0, 1.0, "no change".into()), Guide::Upright(from, "worst cases".into())];
    if ask.reveal {
        guides.push(Guide::Level(after, format!("their mean at the end: {}", number(after, 1))));
    }
    let figure = Scatter {
        about: About::new("regression", LESSON.question, &sentence, "Each dot is a client: score at session 1 and score at the end."),
        x: Scale::fixed("Score at session 1", 20.0, 140.0),
        y: Scale::fixed("Score at the end", 20.0, 140.0),
        classes: vec![
            Class { name: "worst cases".into(), hue: 1, dots: dots(true), count: None },
            Class { name: "others".into(), hue: 6, dots: dots(false), count: None },
        ],
        guides,
        square: true,
        counted: "clients".into(),
    };
    Ok(Scene { figure: Box::new(figure), answer: gain, answer_text: format!("{} points", number(gain, 1)), truth })
}

/// What the symptom levels of the worst cases did, which no form shows.
fn true_levels(ran: &Ran, worst: &[usize], gain: f64) -> String {
    let sessions = &ran.rows.sessions;
    let ids: Vec<i32> = worst.iter().map(|&row| ran.rows.clients.client[row]).collect();
    let courses = ran.courses(0);
    let mine = || courses.iter().filter(|course| ids.contains(&sessions.client[course.rows.start]));
    let level = |row: usize| sessions.symptoms[row];
    let first = Spread::of(mine().map(|course| level(course.rows.start))).mean;
    let last = Spread::of(mine().map(|course| level(course.rows.end - 1))).mean;
    format!(
        "Their true symptom levels: {} points at the first session, {} at the last. The true change is {} points; the other {} come \
         from picking people at a moment when their scores happened to be high.",
        number(first, 1),
        number(last, 1),
        signed(last - first, 1),
        number(gain + (last - first), 1),
    )
}
