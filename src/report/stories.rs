//! Chapter 10: six single courses, session by session, chosen by a stated rule.

use super::change::of_one_study;
use super::parts::{Chapter, Part, counted};
use super::source::Source;
use crate::figures::frame::Scale;
use crate::figures::sheet::{About, number};
use crate::figures::storyboard::{Beat, Rupture, Story, Storyboard};

/// What is told where no rows of sessions are kept.
const NO_SESSIONS: &str = "Rows of sessions were not kept in this file. Run again with `--set 'output.sessions=Share(0.1)'` (every \
                           tenth replicate, and as much of `output.clients`) to see single courses session by session.";

/// A rule by which a client is chosen: its title, and a score of which the highest wins (NaN: not to be chosen).
type Rule<'a> = (&'static str, Box<dyn Fn(usize) -> f64 + 'a>);

/// Storyboards of six clients in the first and the last arm.
pub fn chapter(source: &Source) -> Chapter {
    let (id, title) = ("stories", "Six single courses");
    if source.sessions.is_empty() || source.clients.is_empty() {
        return Chapter { id, title, parts: vec![Part::Missing(NO_SESSIONS.into())] };
    }
    let mut parts = vec![Part::Words(
        "From the first replicate that was kept, in the first arm: the client with the most ruptures, the one with the most ruptures \
         repaired, the one with the earliest alarm, the dropout with most sessions, and the clients whom the last arm \
         helped and harmed most. Of several with the same number the first is taken; nobody is taken twice."
            .into(),
    )];
    let mut taken = Vec::new();
    for (at, (title, score)) in rules(source).into_iter().enumerate() {
        let client = source.clients.numbers("client");
        let free = of_one_study(source, 0).into_iter().filter(|&row| !taken.contains(&client[row]) && score(row).is_finite());
        let best =
            free.fold(None, |best: Option<usize>, row| if best.is_some_and(|other| score(other) >= score(row)) { best } else { Some(row) });
        if let Some(row) = best {
            taken.push(client[row]);
            parts.push(Part::chart("storyboard", storyboard(source, at, title, client[row])));
        }
    }
    Chapter { id, title, parts }
}

fn rules(source: &Source) -> Vec<Rule<'_>> {
    let column = |name: &str| source.clients.numbers(name);
    let (ruptures, repairs, alarm, sessions) = (column("ruptures"), column("repairs"), column("first_not_on_track"), column("sessions"));
    let reasons = source.clients.labels("end_reason");
    let effect = effects(source);
    let effect_too = effect.clone();
    let worse = source.worse();
    let positive = |x: f64| if x > 0.0 { x } else { f64::NAN };
    vec![
        ("Most ruptures", Box::new(move |row| positive(ruptures[row]))),
        ("Most ruptures repaired", Box::new(move |row| positive(repairs[row]))),
        ("An early alarm", Box::new(move |row| -positive(alarm[row]))),
        ("Dropout after many sessions", Box::new(move |row| if reasons[row] == "dropout" { sessions[row] } else { f64::NAN })),
        ("Helped most by the last arm", Box::new(move |row| positive(-worse * effect[row]))),
        ("Harmed most by the last arm", Box::new(move |row| positive(worse * effect_too[row]))),
    ]
}

/// Effect of the last arm on the client of each row of the first arm in the first replicate; NaN elsewhere.
fn effects(source: &Source) -> Vec<f64> {
    let mut out = vec![f64::NAN; source.clients.len()];
    let last = source.arms().len() - 1;
    if last > 0 {
        let (client, effect) = (source.clients.numbers("client"), source.clients.numbers("effect"));
        let there = of_one_study(source, last);
        for row in of_one_study(source, 0) {
            out[row] = there.iter().find(|&&other| client[other] == client[row]).map_or(f64::NAN, |&other| effect[other]);
        }
    }
    out
}

fn storyboard(source: &Source, at: usize, title: &str, client: f64) -> Storyboard {
    let last = source.arms().len() - 1;
    let arms: Vec<usize> = if last > 0 { vec![0, last] } else { vec![0] };
    let stories: Vec<Story> = arms.into_iter().filter_map(|arm| story(source, arm, client)).collect();
    let told: Vec<String> =
        stories.iter().map(|story| format!("{} in {} ({})", counted(story.beats.len(), "session"), story.name, story.ending)).collect();
    let events = stories.iter().flat_map(|story| &story.beats);
    let ruptures = events.clone().filter(|beat| beat.rupture != Rupture::None).count();
    let alarms = events.filter(|beat| beat.alarm).count();
    let sentence = format!(
        "Client {}: {}. In all, {} with a rupture, {alarms} with an alarm.{}",
        number(client, 0),
        told.join("; "),
        counted(ruptures, "session"),
        source.of_which_cell()
    );
    Storyboard {
        about: About::new(
            &format!("storyboard-{}", at + 1),
            title,
            &sentence,
            "Symptom score (above) and alliance rating (below) of one client by session, a panel for each arm, with ruptures, repairs \
             and alarms where they happened and the ending at an upright line.",
        ),
        symptoms: Scale::free(&source.symptoms()),
        alliance: Scale::free(&source.alliance()),
        cut_off: source.form.map(|form| (form.cut_off, format!("cut-off {}", number(form.cut_off, 1)))),
        sessions: None,
        stories,
    }
}

fn story(source: &Source, arm: usize, client: f64) -> Option<Story> {
    let rows = &source.sessions;
    let column = |name: &str| rows.numbers(name);
    let (replicate, arms, clients) = (column("replicate"), column("arm"), column("client"));
    let (session, symptoms, alliance) = (column("session"), column("symptom_score"), column("alliance_rating"));
    let (acted, repaired) = (column("acted"), column("repaired"));
    let (signal, rupture) = (rows.labels("signal"), rows.labels("rupture"));
    let first = source.clients.numbers("replicate").first().copied();
    let mine = (0..rows.len()).filter(|&row| Some(replicate[row]) == first && arms[row] as usize == arm + 1 && clients[row] == client);
    let beat = |row: usize| Beat {
        session: session[row],
        symptoms: symptoms[row],
        alliance: alliance[row],
        rupture: match (rupture[row] != "none", repaired[row] > 0.5) {
            (false, _) => Rupture::None,
            (true, false) => Rupture::Open,
            (true, true) => Rupture::Repaired,
        },
        alarm: signal[row] == "red",
        acted: acted[row] > 0.5,
    };
    let beats: Vec<Beat> = mine.map(beat).collect();
    let numbers = source.clients.numbers("client");
    let own = of_one_study(source, arm).into_iter().find(|&row| numbers[row] == client)?;
    let ending = match source.clients.labels("end_reason")[own] {
        "cap" => "session cap",
        "administrative" => "outside reasons",
        "planned" => "planned ending",
        other => other,
    };
    (!beats.is_empty()).then(|| Story { name: source.arms()[arm].clone(), hue: arm, beats, ending: ending.into() })
}
