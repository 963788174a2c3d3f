//! Clinically significant change after Jacobson and Truax (1991, doi:10.1037/0022-006X.59.1.12).

use super::common::*;
use crate::dataset::column::Element;
use crate::estimators::classes::{OutcomeClass, classify};
use crate::figures::scatter::{Class, Scatter};

/// The lesson.
pub const LESSON: Lesson = Lesson {
    id: "recovery",
    name: "Reliable change",
    question: "Has she really recovered?",
    lead: "Jacobson and Truax: a client has recovered when her score crosses the cut-off and changes by more than the form's error. Each \
           dot is a client, before and after.",
    scenario: include_str!("recovery.ron"),
    sliders: &[
        Slider::key("instruments[\"form\"].reliability", "Reliability of the form", (0.5, 0.99, 0.01), Told::With("")),
        Slider::key("instruments[\"form\"].reliable_change", "Change that counts as reliable", (2.0, 40.0, 1.0), Told::With("points")),
        Slider::key("instruments[\"form\"].cutoff", "Clinical cut-off", (45.0, 80.0, 1.0), Told::With("points")),
        Slider::key("clients.severity_mean", "How ill clients are at first", (60.0, 100.0, 2.0), Told::Plain),
        Slider::key("symptoms.rate", "How fast clients improve", (0.0, 0.5, 0.01), Told::Plain),
        Slider::key("clinics.clients_per_therapist", "Clients of each of fifteen therapists", (5.0, 40.0, 5.0), Told::With("")),
    ],
    guess: Guess::Number {
        ask: "Of 100 clients whom the form calls recovered, how many would a form without error call recovered too?",
        range: (0.0, 100.0, 5.0),
        start: 95.0,
        told: Told::With("of 100"),
    },
    notes: &[
        note(
            "Try",
            "Lower the reliability without changing what counts as reliable change: more clients seem to recover, and more \
                     seem to get worse. Then raise the reliable change until it fits the form.",
        ),
        note("Ask", "Two clinics use the same cut-off; one treats clients who are less ill at first. Which has more recovered clients?"),
        note(
            "Mind",
            "The form without error shows the symptom level itself. Endings do not depend on scores in this lesson, so both \
                      forms see the same courses.",
        ),
    ],
    scene,
};

const CLASSES: [(OutcomeClass, &str, usize); 4] = [
    (OutcomeClass::Recovered, "recovered", 0),
    (OutcomeClass::Improved, "improved, not recovered", 2),
    (OutcomeClass::Unchanged, "no reliable change", 6),
    (OutcomeClass::Deteriorated, "reliably worse", 1),
];

/// The same world seen through a form without error.
const EXACT: &str = "measures[\"symptoms\"].instrument=\"exact\"";

fn scene(ask: &Ask, bench: &Bench) -> Result<Scene, Trouble> {
    bench.needs(2);
    let ran = bench.run(&ask.text, &[], CLIENTS)?;
    let exact = bench.run(&ask.text, &[EXACT.into()], CLIENTS)?;
    let (clients, latent) = (&ran.rows.clients, &exact.rows.clients);
    let rows: Vec<usize> = ran.clients(0).collect();
    let (cutoff, reliable) = (ran.cell.arms[0].cutoff, ran.cell.arms[0].reliable_change);
    let called = |row: usize| clients.outcome_class[row];
    let truly = |row: usize| classify(latent.intake_score[row], latent.final_score[row], cutoff, reliable).stored();
    let count = |hit: &dyn Fn(usize) -> bool| rows.iter().filter(|row| hit(**row)).count();
    let recovered = OutcomeClass::Recovered.stored();
    let (said, both) = (count(&|row| called(row) == recovered), count(&|row| called(row) == recovered && truly(row) == recovered));
    let worse = count(&|row| called(row) == OutcomeClass::Deteriorated.stored());
    let sentence = format!("The form calls {said} of {} clients recovered, and {worse} reliably worse.", rows.len());
    let right = 100.0 * both as f64 / said.max(1) as f64;
    let truth = ask.reveal.then(|| {
        let missed = count(&|row| called(row) != recovered && truly(row) == recovered);
        let agree = count(&|row| called(row) == truly(row));
        format!(
            "By their true symptom levels, {both} of these {said} have recovered, and {missed} others have whom the form does not call \
             so. The form puts {} of all clients into the right group.",
            percent(agree as f64 / rows.len() as f64),
        )
    });
    let dots = |class: OutcomeClass| {
        rows.iter()
            .filter(|row| called(**row) == class.stored())
            .map(|&row| [clients.intake_score[row], clients.final_score[row]])
            .collect()
    };
    let mut classes: Vec<Class> =
        CLASSES.iter().map(|&(class, name, hue)| Class { name: name.into(), hue, dots: dots(class), count: None }).collect();
    if ask.reveal {
        let of_called = rows.iter().filter(|row| called(**row) == recovered);
        let dots = of_called.map(|&row| [latent.intake_score[row], latent.final_score[row]]).collect();
        classes.push(Class { name: "true levels of those called recovered".into(), hue: 4, dots, count: None });
    }
    let about = About::new("recovery", LESSON.question, &sentence, "Each dot is a client: score before and after, with cut-off lines.");
    let scales = (Scale::fixed("Score at session 1", 20.0, 140.0), Scale::fixed("Score at the end", 20.0, 140.0));
    Ok(Scene {
        figure: Box::new(Scatter::jacobson(about, scales, classes, cutoff, reliable)),
        answer: right,
        answer_text: format!("{} of 100", number(right, 0)),
        truth,
    })
}
