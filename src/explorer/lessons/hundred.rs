//! The same study one hundred times.

use super::common::*;
use crate::figures::histogram::{Histogram, Kind};
use crate::performance::measures::Said;

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "hundred",
    name: "One hundred studies",
    question: "If you repeated this study, would you find the same?",
    lead: "One hundred trials of the same treatment, with new clients and therapists each time. Each adds one effect size (d) to the \
           picture. Everybody does everything right; only chance is at work.",
    scenario: include_str!("hundred.ron"),
    sliders: &[
        Slider::key("clinics.therapists", "Therapists in each trial", (4.0, 40.0, 2.0), Told::With("")),
        Slider::key("clinics.clients_per_therapist", "Clients of each, in both arms", (4.0, 30.0, 2.0), Told::With("")),
        Slider::key("feedback.engagement", "How much feedback does", (0.0, 5.0, 0.25), Told::Plain),
        Slider::key("clients.severity_sd", "How much clients differ at the start", (5.0, 30.0, 0.5), Told::Plain),
    ],
    guess: Guess::Number {
        ask: "Feedback truly helps a little here. How many of 100 trials with 100 clients each will find a significant difference?",
        range: (0.0, 100.0, 1.0),
        start: 80.0,
        told: Told::With("of 100"),
    },
    notes: &[
        note(
            "Try",
            "Find out how many clients it takes until 80 of 100 trials find it. Then let feedback do nothing (0 points; reading \
                     still keeps some clients in therapy).",
        ),
        note("Ask", "Only significant trials get published. What would a reader of the journals believe about the size of the effect?"),
        note("Mind", "The truth is known because every client of every trial was also simulated in the other arm."),
    ],
    scene,
};

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    let ran = bench.run(&ask.text, &[], TOTALS)?;
    let said = said(&ran, "trial", "d: feedback")?;
    let significant = |one: &&Said| one.low > 0.0 || one.high < 0.0;
    let found: Vec<f64> = said.iter().filter(significant).map(|one| one.estimate).collect();
    let others: Vec<f64> = said.iter().filter(|one| !significant(one)).map(|one| one.estimate).collect();
    let all = Spread::of(said.iter().map(|one| one.estimate));
    let extremes = said.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), one| (low.min(one.estimate), high.max(one.estimate)));
    let sentence = format!(
        "{} of {} trials {} a significant difference. Their effect sizes reach from {} to {}.",
        found.len(),
        said.len(),
        plural(found.len(), "finds", "find"),
        signed(extremes.0, 2),
        signed(extremes.1, 2)
    );
    let truly = Spread::of(said.iter().map(|one| one.truth)).mean;
    let mut guides = vec![(0.0, "no effect".to_owned())];
    if ask.reveal {
        guides.push((truly, format!("truth: {}", signed(truly, 2))));
    }
    let truth = ask.reveal.then(|| {
        let published = Spread::of(found.iter().copied()).mean;
        let wrong = found.iter().filter(|estimate| **estimate < 0.0).count();
        format!(
            "The true effect is d = {}. All trials together find {}, those with a significant result {}{}.",
            signed(truly, 2),
            signed(all.mean, 2),
            signed(published, 2),
            if wrong > 0 { format!(", and {wrong} of them in the wrong direction") } else { String::new() },
        )
    });
    let figure = Histogram {
        about: About::new("hundred", LESSON.question, &sentence, "Effect sizes of one hundred trials."),
        x: Scale::fixed("Effect size d (to the right: feedback is better)", -1.5, 1.5),
        counted: "Trials".into(),
        most: Some(30.0),
        kinds: vec![
            Kind { name: "not significant".into(), hue: 6, values: others },
            Kind { name: "significant".into(), hue: 0, values: found.clone() },
        ],
        guides,
        dots: false,
    };
    Ok(Scene { figure: Box::new(figure), answer: found.len() as f64, answer_text: format!("{} of {}", found.len(), said.len()), truth })
}

/// What an analysis said about a term, replicate by replicate.
pub fn said<'a>(ran: &'a Ran, analysis: &str, term: &str) -> Result<&'a [Said], Trouble> {
    let found = ran.outcome.estimates.find(0, analysis, None, term);
    found
        .map(|totals| totals.said.as_slice())
        .ok_or_else(|| Trouble::Wrong(format!("the scenario has no analysis \"{analysis}\" with a term \"{term}\"")))
}
