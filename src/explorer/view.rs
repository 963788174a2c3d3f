//! What the page is told: lessons, and pictures of them.

use super::bench::{Bench, Trouble, load};
use super::controls::{Control, GuessControl, Values, control, guess, told};
use super::lesson::{Ask, Guess, Lesson};
use super::lessons::{LESSONS, own};
use super::request::{Request, position, problems, values};
use super::scene::Scene;
use super::words::count;
use crate::figures::sheet::Look;
use crate::scenario::rewrite::written_into;
use crate::scenario::suggest::nearest;
use serde::Serialize;
use std::sync::LazyLock;

/// A lesson with everything that the page shows of it before a picture.
#[derive(Clone, Debug, Serialize)]
pub struct Described {
    /// Name in links.
    pub id: String,
    /// Name in the list.
    pub name: String,
    /// The question.
    pub question: String,
    /// What is simulated.
    pub lead: String,
    /// Sliders.
    pub controls: Vec<Control>,
    /// What is guessed.
    pub guess: GuessControl,
    /// For teachers: what it is about, and the text.
    pub notes: Vec<[String; 2]>,
    /// Seed of the scenario.
    pub seed: u64,
    /// The scenario.
    pub text: String,
}

/// A picture and what belongs to it.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    /// The picture as SVG, for the page.
    pub picture: String,
    /// The same as a file of its own.
    pub file: String,
    /// What it shows.
    pub sentence: String,
    /// Guess and answer.
    pub verdict: Option<String>,
    /// What is true.
    pub truth: Option<String>,
    /// Headings of the table of its numbers, and rows.
    pub head: Vec<String>,
    /// Rows of that table.
    pub rows: Vec<Vec<String>>,
    /// The scenario, with the sliders' values.
    pub text: String,
    /// How much was simulated.
    pub work: String,
}

static DESCRIBED: LazyLock<Vec<Described>> = LazyLock::new(|| LESSONS.iter().filter_map(|lesson| describe(lesson).ok()).collect());

/// All lessons that come with the program.
pub fn catalogue() -> &'static [Described] {
    &DESCRIBED
}

/// A shipped lesson as the page needs it.
///
/// # Errors
/// What is wrong with its scenario; a test sees that nothing is.
pub fn describe(lesson: &Lesson) -> Result<Described, Trouble> {
    let scenario = load(lesson.scenario, &[])?;
    Ok(Described {
        id: lesson.id.into(),
        name: lesson.name.into(),
        question: lesson.question.into(),
        lead: lesson.lead.into(),
        controls: lesson.sliders.iter().map(|slider| control(slider, lesson.scenario, &scenario)).collect(),
        guess: guess(lesson),
        notes: lesson.notes.iter().map(|note| [note.about.into(), note.text.into()]).collect(),
        seed: scenario.seed,
        text: lesson.scenario.into(),
    })
}

/// A scenario of the user's own as a lesson.
///
/// # Errors
/// What is wrong with it, as the command line would say it.
pub fn describe_own(text: &str) -> Result<Described, Trouble> {
    own::describe(text)
}

/// Makes the picture of a request.
///
/// # Errors
/// What is wrong with it, or that somebody stopped it.
pub fn show(request: &Request, bench: &Bench) -> Result<View, Trouble> {
    let (lesson, described) = find(request)?;
    let found = problems(request, &described.controls);
    if !found.is_empty() {
        return Err(Trouble::Wrong(found.join("\n")));
    }
    if request.guess.is_some_and(|guess| !described.guess.values.iter().any(|&x| (x - guess).abs() < 1e-9)) {
        return Err(Trouble::Wrong("guess: there is no such answer".into()));
    }
    let text = with_values(&described, request)?;
    let ask = Ask { text, values: values(request, &described.controls), reveal: request.reveal };
    let scene = (lesson.scene)(&ask, bench)?;
    let numbers = scene.figure.numbers();
    Ok(View {
        verdict: request.guess.map(|guess| verdict(lesson, &described.guess, guess, &scene)),
        picture: scene.figure.draw(&Look { width: request.width.unwrap_or(Look::WIDE.width), ..Look::WIDE }),
        file: scene.figure.draw(&Look::PAPER),
        sentence: scene.figure.about().sentence.clone(),
        truth: scene.truth,
        head: numbers.head,
        rows: numbers.rows,
        text: ask.text,
        work: format!("{} sessions simulated", count(bench.sessions())),
    })
}

/// The lesson of a request.
fn find(request: &Request) -> Result<(&'static Lesson, Described), Trouble> {
    if request.lesson == own::LESSON.id {
        let text = request.text.as_deref().unwrap_or(own::LESSON.scenario);
        return Ok((&own::LESSON, describe_own(text)?));
    }
    let known = LESSONS.iter().zip(catalogue()).find(|(lesson, _)| lesson.id == request.lesson);
    known.map(|(lesson, described)| (lesson, described.clone())).ok_or_else(|| {
        let meant = nearest(&request.lesson, LESSONS.iter().map(|lesson| lesson.id));
        let help = meant.map_or_else(String::new, |meant| format!("; did you mean \"{meant}\"?"));
        Trouble::Wrong(format!("there is no lesson called \"{}\"{help}", request.lesson))
    })
}

/// The scenario with the values of the sliders that were moved, and the seed.
fn with_values(described: &Described, request: &Request) -> Result<String, Trouble> {
    let moved = described.controls.iter().filter(|control| control.of_scenario);
    let mut changes: Vec<(String, String)> = moved
        .filter_map(|control| {
            let value = *request.values.get(&control.key)?;
            (position(control, value) != Some(control.start)).then(|| (control.key.clone(), control.written(value)))
        })
        .collect();
    if let Some(seed) = request.seed.filter(|&seed| seed != described.seed) {
        changes.push(("seed".into(), seed.to_string()));
    }
    written_into("scenario.ron", &described.text, &changes).map_err(|found| Trouble::Wrong(found.render(false)))
}

/// What was guessed, and what it is.
fn verdict(lesson: &Lesson, control: &GuessControl, guess: f64, scene: &Scene) -> String {
    match lesson.guess {
        Guess::Number { range, told: how, .. } => {
            format!("You said {}. It is {}.", told(guess, range.2, None, how), scene.answer_text)
        }
        Guess::Choice { .. } => {
            let said = control.texts.get(guess as usize).map_or("", String::as_str);
            if guess == scene.answer {
                format!("You said “{said}”, and so it is: {}.", scene.answer_text)
            } else {
                format!("You said “{said}”. It is: {}.", scene.answer_text)
            }
        }
    }
}

/// Value of a slider of a lesson; the slider is there, or 0.
pub fn of(values: &Values, key: &str) -> f64 {
    values.get(key).copied().unwrap_or_default()
}
