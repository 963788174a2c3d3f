//! Chapter 4: who is still in treatment, and how courses end.

use super::parts::{Chapter, Part, counted, ends};
use super::source::Source;
use super::trajectories::NO_COURSES;
use crate::dataset::text::listed;
use crate::engine::trajectories::{SHARES, SessionMeans};
use crate::figures::frame::Scale;
use crate::figures::lines::{Lines, Panel, Point, Series};
use crate::figures::sheet::{About, percent};
use crate::figures::survival::{Curve, Survival};
use crate::performance::Measured;

/// Endings with their columns in the file, words and colours.
const ENDINGS: [(&str, &str, usize); 5] = [
    ("ended_planned", "planned ending", 2),
    ("ended_dropout", "dropout", 1),
    ("ended_administrative", "outside reasons", 3),
    ("ended_cap", "session cap", 0),
    ("ended_waiting", "gave up before the second service", 4),
];

/// Share still in treatment with numbers at risk, and shares that ended in each way.
pub fn chapter(source: &Source) -> Chapter {
    let (id, title) = ("endings", "Who stays, and how courses end");
    let arms = source.courses();
    let longest = arms.iter().map(|sessions| sessions.len()).max().unwrap_or(0);
    if longest == 0 {
        return Chapter { id, title, parts: vec![Part::Missing(NO_COURSES.into())] };
    }
    let parts = vec![Part::chart("survival", survival(source, &arms, longest)), Part::chart("endings", endings(source, &arms, longest))];
    Chapter { id, title, parts }
}

/// One of [`SHARES`].
fn share(session: &SessionMeans, name: &str) -> Measured {
    SHARES.iter().position(|(known, ..)| *known == name).map_or(Measured::NONE, |at| session.shares[at])
}

/// A share after each session, from what it is at the beginning.
fn after_each(sessions: &[SessionMeans], name: &str, at_first: f64) -> Vec<Point> {
    let point = |(t, session): (f64, &SessionMeans)| {
        let share = share(session, name);
        let [low, high] = ends(share).map(|end| end.clamp(0.0, 1.0));
        Point { x: t, y: share.value, low, high }
    };
    let first = Point { x: 0.0, y: at_first, low: at_first, high: at_first };
    [first].into_iter().chain((1..).map(f64::from).zip(sessions).map(point)).collect()
}

fn survival(source: &Source, arms: &[&[SessionMeans]], longest: usize) -> Survival {
    let curve = |(a, (name, sessions)): (usize, (&String, &&[SessionMeans]))| Curve {
        name: name.clone(),
        hue: a,
        points: after_each(sessions, "in_treatment", 1.0),
        at_risk: (1..).map(f64::from).zip(sessions.iter().map(|session| session.at_risk.value)).collect(),
    };
    let curves: Vec<Curve> = source.arms().iter().zip(arms).enumerate().map(curve).collect();
    let median = |curve: &Curve| curve.points.iter().find(|point| point.y <= 0.5).map_or(longest, |point| point.x as usize);
    let told: Vec<String> = curves.iter().map(|curve| format!("{} in {}", counted(median(curve), "session"), curve.name)).collect();
    Survival {
        about: About::new(
            "survival",
            "Still in treatment",
            &format!("Half of the clients have ended after {}, for whatever reason.{}", listed(&told), source.of_which_cell()),
            "Share of those who began who are still in treatment after each session (Kaplan-Meier; nobody is censored), a stepped line \
             for each arm with 95 % of Monte Carlo error; below, clients at risk just before a session in one study of this size.",
        ),
        x: Scale::count("Session", Some([0.0, longest as f64])),
        y: Scale::share("Still in treatment"),
        band: "95 % of Monte Carlo error".into(),
        at_risk: "At risk: clients of one study (mean)".into(),
        curves,
    }
}

fn endings(source: &Source, arms: &[&[SessionMeans]], longest: usize) -> Lines {
    let happens = |column: &str| arms.iter().any(|sessions| sessions.last().is_some_and(|last| share(last, column).value > 0.0));
    let panel = |(name, sessions): (&String, &&[SessionMeans])| {
        let series = ENDINGS.into_iter().filter(|(column, ..)| happens(column)).map(|(column, words, hue)| {
            let mut points = after_each(sessions, column, 0.0);
            points.extend(points.last().copied().filter(|last| last.x < longest as f64).map(|last| Point { x: longest as f64, ..last }));
            Series { name: words.into(), hue, steps: true, points, ..Series::default() }
        });
        Panel { heading: name.clone(), series: series.collect() }
    };
    let panels: Vec<Panel> = source.arms().iter().zip(arms).map(panel).collect();
    let dropout = |sessions: &[SessionMeans]| sessions.last().map_or(f64::NAN, |last| share(last, "ended_dropout").value);
    let told: Vec<String> =
        source.arms().iter().zip(arms).map(|(name, sessions)| format!("{} in {name}", percent(dropout(sessions), 1))).collect();
    Lines {
        about: About::new(
            "endings",
            "How courses end",
            &format!("Dropped out in the end: {}.{}", listed(&told), source.of_which_cell()),
            "Share of those who began whose course has ended in each way by a session (cumulative incidence), a panel for each arm, with \
             95 % of Monte Carlo error. Endings compete: a client has one of them only.",
        ),
        x: Scale::count("Session", Some([0.0, longest as f64])),
        y: Scale::share("Ended in this way"),
        band: "95 % of Monte Carlo error".into(),
        levels: Vec::new(),
        panels,
    }
}
