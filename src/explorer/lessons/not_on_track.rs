//! Feedback and clients who are not on track.

use super::common::*;
use crate::dataset::column::Element;
use crate::estimators::classes::OutcomeClass;
use crate::figures::bars::{Bar, Bars, Kind, Row};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "not-on-track",
    name: "Clients not on track",
    question: "Whom does feedback help?",
    lead: "An alarm goes to the therapist when a client is doing worse than expected. Here are the outcomes of the clients with an \
           alarm in usual care, where nobody saw it, and of the same clients when the therapist did.",
    scenario: include_str!("not_on_track.ron"),
    sliders: &[
        Slider::key("tracking.red_sd", "How far behind before an alarm", (0.5, 2.5, 0.01), Told::With("SD")),
        Slider::key("therapists.uptake_alpha", "Therapists' readiness to act on it", (0.5, 12.0, 0.5), Told::With("")),
        Slider::key("feedback.engagement", "Gain in a week after the score was read", (0.0, 4.0, 0.25), Told::Plain),
        Slider::key("feedback.alarm_engagement", "More of it after an alarm", (0.0, 6.0, 0.25), Told::Plain),
        Slider::key("feedback.tools_rate", "Speed of improvement with support tools", (1.0, 3.0, 0.1), Told::With("times")),
        Slider::key("feedback.tools_repair", "What support tools add to repair", (0.0, 3.0, 0.25), Told::With("")),
    ],
    guess: Guess::Number {
        ask: "Of 100 clients who are not on track, how many fewer get reliably worse when their therapists see the alarm?",
        range: (0.0, 30.0, 1.0),
        start: 15.0,
        told: Told::With("of 100"),
    },
    notes: &[
        note(
            "Try",
            "Let the alarm come early (0.5 SD) and late (2.5 SD): early alarms are many and mean less, late ones are few and \
                     come when courses are nearly over.",
        ),
        note("Ask", "Why do clients with an alarm end worse than others even when nobody makes a mistake?"),
        note(
            "Mind",
            "Clients are chosen by their alarm in usual care, in both bars. A study that compared clients with an alarm in each \
                      arm would compare different people.",
        ),
    ],
    scene,
};

/// Outcomes from the best to the worst, with what they are called.
const CLASSES: [(OutcomeClass, &str, usize); 4] = [
    (OutcomeClass::Recovered, "recovered", 0),
    (OutcomeClass::Improved, "improved", 5),
    (OutcomeClass::Unchanged, "unchanged", 6),
    (OutcomeClass::Deteriorated, "got worse", 1),
];

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], CLIENTS)?;
    let clients = &ran.rows.clients;
    let [usual, feedback] = [ran.clients(0), ran.clients(1)];
    let alarmed: Vec<bool> = usual.clone().map(|row| clients.first_not_on_track[row] > 0).collect();
    let n = alarmed.iter().filter(|&&flag| flag).count();
    if n == 0 {
        return Err(Trouble::Wrong("no client has an alarm: let it come earlier, or take more clients".into()));
    }
    let share = |rows: &core::ops::Range<usize>, class: OutcomeClass, wanted: bool| {
        let those = rows.clone().zip(&alarmed).filter(|(_, flag)| **flag == wanted);
        let all = those.clone().count() as f64;
        those.filter(|(row, _)| clients.outcome_class[*row] == class.stored()).count() as f64 / all
    };
    let worse = [&usual, &feedback].map(|rows| share(rows, OutcomeClass::Deteriorated, true));
    let fewer = 100.0 * (worse[0] - worse[1]);
    let end = |rows: &core::ops::Range<usize>| {
        let those = rows.clone().zip(&alarmed).filter(|(_, flag)| **flag);
        number(Spread::of(those.map(|(row, _)| clients.final_score[row])).mean, 1)
    };
    let sentence = format!(
        "{n} of {} clients were not on track. Of 100 such clients {} get reliably worse in usual care, and {} with feedback; they end at \
         {} points instead of {}.",
        alarmed.len(),
        number(100.0 * worse[0], 0),
        number(100.0 * worse[1], 0),
        end(&feedback),
        end(&usual)
    );
    let truth = ask.reveal.then(|| {
        let mean = |wanted: bool| {
            let effects = feedback.clone().zip(&alarmed).filter(|(_, flag)| **flag == wanted).map(|(row, _)| clients.effect[row]);
            Spread::of(effects).mean
        };
        format!(
            "The same clients in both arms: feedback changes the final score by {} points in those with an alarm, and by {} in all \
             others. {} of clients have an alarm at some time.",
            signed(mean(true), 1),
            signed(mean(false), 1),
            percent(n as f64 / alarmed.len() as f64),
        )
    });
    let arms = ran.arms();
    let row = |rows: &core::ops::Range<usize>, name: &str, wanted: bool| Row {
        name: name.into(),
        bars: CLASSES
            .iter()
            .map(|&(class, name, hue)| Bar { name: name.into(), hue, value: share(rows, class, wanted), low: f64::NAN, high: f64::NAN })
            .collect(),
    };
    let mut rows = vec![row(&usual, &format!("alarm: {}", arms[0]), true), row(&feedback, &format!("alarm: {}", arms[1]), true)];
    if ask.reveal {
        rows.push(row(&usual, &format!("no alarm: {}", arms[0]), false));
        rows.push(row(&feedback, &format!("no alarm: {}", arms[1]), false));
    }
    let figure = Bars {
        about: About::new("not-on-track", LESSON.question, &sentence, "Shares of outcomes of the same clients in both arms."),
        x: Scale::share("Share of clients"),
        interval: String::new(),
        kind: Kind::Joined,
        rows,
        guide: None,
    };
    Ok(Scene { figure: Box::new(figure), answer: fewer, answer_text: format!("{} of 100", number(fewer, 0)), truth })
}
