//! Who is still in therapy, and competing ways to end (Kaplan and Meier 1958; Aalen and Johansen 1978).

use super::common::*;
use crate::dataset::column::Element;
use crate::estimators::survival::{competing, kaplan_meier};
use crate::figures::lines::Point;
use crate::figures::survival::{Curve, Survival};
use crate::model::ending::EndReason;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "stay",
    name: "Who is still there",
    question: "How many are still there?",
    lead: "Clients of twenty therapists begin together. A course ends because therapist and client agree that it is enough, because \
           of something outside (a move, a referral), or because the client stops coming. Once it has ended in one way it cannot end in \
           another: the ways compete.",
    scenario: include_str!("stay.ron"),
    sliders: &[
        Slider::look("session", "Look at session", (1.0, 25.0, 1.0), 10.0, Told::With("")),
        Slider::look("feedback", "Therapists see their clients' scores", (0.0, 1.0, 1.0), 0.0, Told::Yes),
        Slider::key("endings.dropout", "Chance to drop out of a session", (-6.0, -1.5, 0.25), Told::LogOdds),
        Slider::key("endings.dropout_alliance", "What a better alliance does to it", (-2.0, 0.5, 0.25), Told::Plain),
        Slider::key("endings.planned", "Chance to end once well enough", (0.0, 0.98, 0.07), Told::Percent),
        Slider::key("endings.administrative", "Chance of an end for outside reasons", (0.0, 0.3, 0.01), Told::Percent),
    ],
    guess: Guess::Number {
        ask: "Of 100 clients who begin, how many are still in therapy after session 10?",
        range: (0.0, 100.0, 5.0),
        start: 60.0,
        told: Told::With("of 100"),
    },
    notes: &[
        note(
            "Try",
            "Set both other chances to 0: dropping out is all that is left, and its line rises, though nobody is more likely to drop \
                     out of a session than before. Then raise the chance to end once well enough and watch the dropouts become fewer: \
                     they have ended before they could drop out.",
        ),
        note(
            "Ask",
            "Clinic A loses 10 % of its clients, clinic B 20 %. What would you have to know before you call A better at keeping them?",
        ),
        note(
            "Mind",
            "Counting other endings as if those clients had only been lost from sight (1 − Kaplan–Meier with censoring) tells what \
                      would happen if no course could end otherwise, and that only if those who end otherwise are like those who stay. \
                      The truth shows how far off that is here.",
        ),
    ],
    scene,
};

/// Endings with their words and colours.
const ENDINGS: [(EndReason, &str, usize); 3] = [
    (EndReason::Planned, "ended as planned", 2),
    (EndReason::Dropout, "dropped out", 1),
    (EndReason::Administrative, "outside reasons", 3),
];

/// A world in which dropping out is the only way to end before the cap.
const NO_OTHER_END: [&str; 2] = ["endings.planned=0.0", "endings.administrative=0.0"];

/// Number of sessions and ending of every client of an arm.
struct Courses {
    sessions: Vec<f64>,
    endings: Vec<usize>,
}

fn courses(ran: &Ran, arm: usize) -> Courses {
    let clients = &ran.rows.clients;
    let ending = |row: usize| ENDINGS.iter().position(|(reason, ..)| reason.stored() == clients.end_reason[row]).map_or(4, |at| at + 1);
    let (sessions, endings) = ran.clients(arm).map(|row| (f64::from(clients.sessions[row]), ending(row))).unzip();
    Courses { sessions, endings }
}

fn failed(failure: &crate::estimators::status::Failure) -> Trouble {
    Trouble::Wrong(failure.to_string())
}

/// Share that ended in a way, from the beginning to the last session.
fn incidence(courses: &Courses, cause: usize, name: &str, hue: usize, cap: f64) -> Result<Curve, Trouble> {
    let found = competing::incidence(&courses.sessions, &courses.endings, cause).map_err(|failure| failed(&failure))?;
    let mut points = vec![Point::bare(0.0, 0.0)];
    points.extend(found.steps.iter().map(|step| Point::bare(step.time, step.share)));
    points.push(Point::bare(cap, points.last().map_or(0.0, |point| point.y)));
    Ok(Curve { name: name.into(), hue, points, at_risk: Vec::new() })
}

/// Share still in therapy, with its interval and the numbers at risk.
fn still_there(courses: &Courses, cap: f64) -> Result<Curve, Trouble> {
    let found = kaplan_meier::fit(&courses.sessions, &vec![true; courses.sessions.len()]).map_err(|failure| failed(&failure))?;
    let point = |step: &kaplan_meier::Step| {
        let [low, high] = step.interval(0.95, kaplan_meier::Scale::LogLog);
        Point { x: step.time, y: step.share, low, high }
    };
    let mut points = vec![Point { x: 0.0, y: 1.0, low: 1.0, high: 1.0 }];
    points.extend(found.steps.iter().map(point));
    points.extend(points.last().copied().filter(|last| last.x < cap).map(|last| Point { x: cap, ..last }));
    let at_risk = found.steps.iter().map(|step| (step.time, step.at_risk as f64)).collect();
    Ok(Curve { name: "still in therapy".into(), hue: 0, points, at_risk })
}

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    bench.needs(1 + u64::from(ask.reveal));
    let arm = usize::from(of(&ask.values, "feedback") > 0.5);
    let ran = bench.run(&ask.text, &[], CLIENTS)?;
    let (seen, session) = (courses(&ran, arm), of(&ask.values, "session"));
    let cap = f64::from(ran.scenario.cells[0].arms[arm].world.endings.session_cap);
    let n = seen.sessions.len();
    let there = seen.sessions.iter().filter(|&&sessions| sessions > session).count();
    let by = |cause: usize| (0..n).filter(|&i| seen.endings[i] == cause && seen.sessions[i] <= session).count();
    let sentence = format!(
        "After session {}, {there} of {n} clients are still in therapy. {} have ended as planned, {} have dropped out, {} have left for \
         outside reasons.",
        number(session, 0),
        by(1),
        by(2),
        by(3),
    );
    let mut curves = vec![still_there(&seen, cap)?];
    for (cause, (_, name, hue)) in (1..).zip(ENDINGS) {
        curves.push(incidence(&seen, cause, name, hue, cap)?);
    }
    let mut truth = None;
    if ask.reveal {
        let alone = courses(&bench.run(&ask.text, &NO_OTHER_END.map(str::to_owned), CLIENTS)?, arm);
        truth = Some(hypothetical(&seen, &alone, session)?);
        curves.push(incidence(&alone, 2, "dropped out, no other way", 4, cap)?);
    }
    let figure = Survival {
        about: About::new(
            "stay",
            LESSON.question,
            &sentence,
            "Share of clients still in therapy after each session, and share that has ended in each way by then; below, clients at risk \
             just before a session.",
        ),
        x: Scale::count("Session", Some([0.0, 26.0])),
        y: Scale::share("Share of those who began"),
        band: "95 % interval".into(),
        at_risk: "Clients at risk".into(),
        curves,
    };
    let answer = 100.0 * there as f64 / n.max(1) as f64;
    Ok(Scene {
        figure: Box::new(figure),
        answer,
        answer_text: format!("{} of 100 after session {}", number(answer, 0), number(session, 0)),
        truth,
    })
}

/// What dropping out would be if it were the only way to end: as some analyses work it out, and as it is.
fn hypothetical(seen: &Courses, alone: &Courses, session: f64) -> Result<String, Trouble> {
    let events: Vec<bool> = seen.endings.iter().map(|&ending| ending == 2).collect();
    let censored = kaplan_meier::fit(&seen.sessions, &events).map_err(|failure| failed(&failure))?;
    let share = |courses: &Courses| {
        let dropped = (0..courses.sessions.len()).filter(|&i| courses.endings[i] == 2 && courses.sessions[i] <= session).count();
        dropped as f64 / courses.sessions.len().max(1) as f64
    };
    Ok(format!(
        "By session {}, {} have dropped out. An analysis that treats other endings as lost from sight says {}. Had the same clients not \
         been able to end in any other way, {} would have dropped out.",
        number(session, 0),
        percent(share(seen)),
        percent(censored.had_by(session).estimate),
        percent(share(alone)),
    ))
}
