//! What methods report when the truth is known: an analysis that does not see therapists.

use super::common::*;
use super::hundred::said;
use crate::figures::caterpillar::{Caterpillar, Estimate};
use crate::performance::measures::Said;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "blindness",
    name: "Blind methods",
    question: "Can you trust the p value?",
    lead: "One hundred trials of a training for therapists that does nothing at all. Each mark is what one trial finds, with its 95 % \
           interval. The analysis takes all clients as independent, though clients of one therapist resemble each other.",
    scenario: include_str!("blindness.ron"),
    sliders: &[
        Slider::look("therapists in the model", "Analysis knows about therapists", (0.0, 1.0, 1.0), 0.0, Told::Yes),
        Slider::key("therapists.effectiveness", "How much therapists differ", (0.0, 16.0, 0.5), Told::Plain),
        Slider::key("clinics.therapists", "Therapists in each trial", (4.0, 40.0, 2.0), Told::With("")),
        Slider::key("clinics.clients_per_therapist", "Clients per therapist", (2.0, 60.0, 2.0), Told::With("")),
    ],
    guess: Guess::Number {
        ask: "The training does nothing. In how many of 100 trials will this analysis call it significant (p < .05)?",
        range: (0.0, 100.0, 1.0),
        start: 5.0,
        told: Told::With("of 100"),
    },
    notes: &[
        note(
            "Try",
            "More clients per therapist, which sounds like a better study, makes it worse. More therapists do not help either. \
                     Then let the analysis know about therapists.",
        ),
        note("Ask", "How would you notice in a published paper that the analysis was blind to therapists?"),
        note("Mind", "Five of one hundred would be right. With 100 trials the count itself varies by about 2 around 5."),
    ],
    scene,
};

const ANALYSES: [&str; 2] = ["clients alone", "clients of therapists"];
const TERM: &str = "arm: trained";

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let which = usize::from(of(&ask.values, "therapists in the model") > 0.5);
    let ran = bench.run_with(&ask.text, &[], TOTALS, (!ask.reveal).then_some(ANALYSES[which]))?;
    let all = said(&ran, ANALYSES[which], TERM)?;
    let misses = |all: &[Said]| all.iter().filter(|one| one.low > 0.0 || one.high < 0.0).count();
    let (missed, n) = (misses(all), all.len());
    let sentence = format!(
        "{missed} of {n} trials {} the training significant. It does nothing, so about {} should.",
        plural(missed, "calls", "call"),
        number(0.05 * n as f64, 0)
    );
    let truth = if ask.reveal {
        let other = said(&ran, ANALYSES[1 - which], TERM)?;
        let spread = Spread::of(all.iter().map(|one| one.estimate)).sd;
        let stated = Spread::of(all.iter().map(|one| one.se)).mean;
        Some(format!(
            "The estimates really scatter by {} points from trial to trial; this analysis says {} on average. The analysis that {} \
             about therapists calls {} of the same {n} trials significant.",
            number(spread, 1),
            number(stated, 1),
            if which == 0 { "knows" } else { "does not know" },
            misses(other),
        ))
    } else {
        None
    };
    let estimate = |(at, one): (usize, &Said)| Estimate {
        name: format!("Trial {}", at + 1),
        value: one.estimate,
        low: one.low,
        high: one.high,
        truth: f64::NAN,
    };
    let figure = Caterpillar {
        about: About::new("blindness", LESSON.question, &sentence, "Estimates of one hundred trials with their intervals; the truth is 0."),
        order: "Trials, lowest estimate first".into(),
        y: Scale::fixed("Effect of the training, points", -20.0, 20.0),
        interval: "95 % interval".into(),
        middle: 0.0,
        words: ["“it helps”", "no difference", "“it harms”"].map(str::to_owned),
        truth: String::new(),
        estimates: all.iter().enumerate().map(estimate).collect(),
    };
    Ok(Scene { figure: Box::new(figure), answer: missed as f64, answer_text: format!("{missed} of {n}"), truth })
}
