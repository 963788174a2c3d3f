//! Chapter 4: who is still in treatment, and how courses end.

use super::parts::{Chapter, Part, listed};
use super::source::Source;
use crate::estimators::survival::{competing, kaplan_meier};
use crate::figures::frame::Scale;
use crate::figures::lines::{Lines, Panel, Point, Series};
use crate::figures::sheet::{About, number, percent};
use crate::figures::survival::{Curve, Survival};

/// What is told where no rows of clients are kept.
const NO_CLIENTS: &str = "Rows of clients were not kept in this file. Run again with `--set 'output.clients=Share(0.1)'` (every \
                          tenth replicate) for this chapter, and for change client by client, therapists compared, and the same \
                          client in two arms.";

/// Endings of the courses of an arm.
struct Courses {
    sessions: Vec<f64>,
    /// Position of the ending among [`ENDINGS`], from 1.
    endings: Vec<usize>,
}

/// Endings with their labels in the file, words and colours.
const ENDINGS: [(&str, &str, usize); 4] =
    [("planned", "planned ending", 2), ("dropout", "dropout", 1), ("administrative", "outside reasons", 3), ("cap", "session cap", 0)];

/// Share still in treatment with numbers at risk, and shares that ended in each way.
pub fn chapter(source: &Source) -> Chapter {
    let (id, title) = ("endings", "Who stays, and how courses end");
    if source.clients.is_empty() {
        return Chapter { id, title, parts: vec![Part::Missing(NO_CLIENTS.into())] };
    }
    let arms: Vec<Courses> = (0..source.arms().len()).map(|arm| courses(source, arm)).collect();
    let longest = arms.iter().flat_map(|arm| &arm.sessions).copied().fold(1.0, f64::max);
    let parts = vec![Part::chart("survival", survival(source, &arms, longest)), Part::chart("endings", endings(source, &arms, longest))];
    Chapter { id, title, parts }
}

fn courses(source: &Source, arm: usize) -> Courses {
    let rows = &source.clients;
    let (arms, sessions, reasons) = (rows.numbers("arm"), rows.numbers("sessions"), rows.labels("end_reason"));
    let mine = (0..rows.len()).filter(|&row| arms[row] as usize == arm + 1 && sessions[row] >= 1.0);
    let ending = |reason: &str| ENDINGS.iter().position(|(label, ..)| *label == reason).map_or(0, |at| at + 1);
    let (sessions, endings) = mine.map(|row| (sessions[row], ending(reasons[row]))).unzip();
    Courses { sessions, endings }
}

fn survival(source: &Source, arms: &[Courses], longest: f64) -> Survival {
    let mut curves = Vec::new();
    let mut told = Vec::new();
    for (a, (name, courses)) in source.arms().iter().zip(arms).enumerate() {
        let all = vec![true; courses.sessions.len()];
        let Ok(curve) = kaplan_meier::fit(&courses.sessions, &all) else {
            continue;
        };
        let point = |step: &kaplan_meier::Step| {
            let [low, high] = step.interval(0.95, kaplan_meier::Scale::LogLog);
            Point { x: step.time, y: step.share, low, high }
        };
        told.push(format!("{} sessions in {name}", number(curve.median(), 0)));
        curves.push(Curve {
            name: name.clone(),
            hue: a,
            points: [Point { x: 0.0, y: 1.0, low: 1.0, high: 1.0 }].into_iter().chain(curve.steps.iter().map(point)).collect(),
            at_risk: curve.steps.iter().map(|step| (step.time, step.at_risk as f64)).collect(),
        });
    }
    Survival {
        about: About::new(
            "survival",
            "Still in treatment",
            &format!("Half of the clients have ended after {}, for whatever reason.{}", listed(&told), source.of_which_cell()),
            "Share of clients still in treatment after each session (Kaplan-Meier), a stepped line for each arm with its 95 % interval; \
             below, clients at risk just before a session.",
        ),
        x: Scale::count("Session", Some([0.0, longest])),
        y: Scale::share("Still in treatment"),
        band: "95 % interval".into(),
        at_risk: "At risk, clients of the kept replicates".into(),
        curves,
    }
}

fn endings(source: &Source, arms: &[Courses], longest: f64) -> Lines {
    let panel = |(name, courses): (&String, &Courses)| {
        let series = (1..).zip(ENDINGS).filter(|(cause, _)| courses.endings.contains(cause)).filter_map(|(cause, (_, words, hue))| {
            let incidence = competing::incidence(&courses.sessions, &courses.endings, cause).ok()?;
            let mut points = vec![Point::bare(0.0, 0.0)];
            points.extend(incidence.steps.iter().map(|step| Point::bare(step.time, step.share)));
            let end = points.last().map_or(0.0, |point| point.y);
            points.push(Point::bare(longest, end));
            Some(Series { name: words.into(), hue, steps: true, points, ..Series::default() })
        });
        Panel { heading: name.clone(), series: series.collect() }
    };
    let panels: Vec<Panel> = source.arms().iter().zip(arms).map(panel).collect();
    let dropout = |panel: &Panel| {
        let found = panel.series.iter().find(|series| series.name == "dropout");
        found.and_then(|series| series.points.last()).map_or(0.0, |point| point.y)
    };
    let told: Vec<String> = panels.iter().map(|panel| format!("{} in {}", percent(dropout(panel), 1), panel.heading)).collect();
    Lines {
        about: About::new(
            "endings",
            "How courses end",
            &format!("Dropped out in the end: {}.{}", listed(&told), source.of_which_cell()),
            "Share of clients whose course has ended in each way by a session (Aalen-Johansen), a panel for each arm. Endings compete: \
             a client has one of them only.",
        ),
        x: Scale::count("Session", Some([0.0, longest])),
        y: Scale::share("Ended in this way"),
        band: String::new(),
        levels: Vec::new(),
        panels,
    }
}
