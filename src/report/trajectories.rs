//! Chapter 3: symptoms and alliance by session, of all clients and of those who are still there.

use super::parts::{Chapter, NINETY_FIVE, Part};
use super::source::Source;
use crate::dataset::text::listed;
use crate::engine::trajectories::{MEANS, SessionMeans};
use crate::figures::frame::Scale;
use crate::figures::lines::{Level, Lines, Panel, Point, Series, Stroke};
use crate::figures::sheet::{About, number};

/// A session with fewer than this share of the clients in some arm is not shown.
const SHARE: f64 = 0.03;

/// What is told of a file without courses by session.
pub const NO_COURSES: &str = "This file has no courses by session: it was written by an earlier version of the program. The same \
                              scenario, seed and number of replicates, run again, give them.";

/// Charts of symptoms and alliance.
pub fn chapter(source: &Source) -> Chapter {
    let (id, title) = ("trajectories", "Symptoms and alliance over treatment");
    let arms = source.courses();
    let last = last(&arms);
    if last == 0 {
        return Chapter { id, title, parts: vec![Part::Missing(NO_COURSES.into())] };
    }
    let mut parts = vec![Part::chart("trajectories", symptoms(source, &arms, last))];
    if arms.iter().any(|sessions| sessions.iter().any(|session| value(session, "alliance_rating").is_finite())) {
        parts.push(Part::chart("alliance", alliance(source, &arms, last)));
    }
    Chapter { id, title, parts }
}

/// The last session to show: that enough clients reach in every arm.
fn last(arms: &[&[SessionMeans]]) -> usize {
    let enough = |sessions: &&[SessionMeans]| {
        let first = sessions.first().map_or(0.0, |session| session.at_risk.value);
        sessions.iter().take_while(|session| session.at_risk.value >= SHARE * first).count()
    };
    arms.iter().map(enough).min().unwrap_or(0)
}

/// One of [`MEANS`].
fn value(session: &SessionMeans, name: &str) -> f64 {
    position(name).map_or(f64::NAN, |at| session.means[at].mean.value)
}

fn position(name: &str) -> Option<usize> {
    MEANS.iter().position(|(known, ..)| *known == name)
}

/// A line of one of [`MEANS`], without the sessions at which it is not defined.
fn line(name: String, hue: usize, stroke: Stroke, sessions: &[SessionMeans], of: &str) -> Series {
    let at = position(of).unwrap_or(0);
    let point = |(t, session): (usize, &SessionMeans)| {
        let mean = session.means[at].mean;
        Point::within(t as f64 + 1.0, mean.value, NINETY_FIVE * mean.mcse)
    };
    let points = sessions.iter().enumerate().map(point).filter(|point| point.y.is_finite()).collect();
    Series { name, hue, stroke, steps: false, points }
}

/// For each arm a line of all and one of those who are still there.
fn lines(source: &Source, arms: &[&[SessionMeans]], last: usize, all: &str, there: &str) -> Vec<Series> {
    let both = |(a, (name, sessions)): (usize, (&String, &&[SessionMeans]))| {
        let shown = &sessions[..last];
        [line(name.clone(), a, Stroke::Solid, shown, all), line(format!("{name}, still there"), a, Stroke::Dashed, shown, there)]
    };
    source.arms().iter().zip(arms).enumerate().flat_map(both).collect()
}

/// Ends of an axis that hold all lines with some room.
fn ends(series: &[Series], least: f64) -> Option<[f64; 2]> {
    let values =
        || series.iter().flat_map(|series| &series.points).flat_map(|point| [point.y, point.low, point.high]).filter(|x| x.is_finite());
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let room = (0.08 * (high - low)).max(least);
    (low <= high).then_some([low - room, high + room])
}

/// The last value of a line.
fn end(series: &Series) -> f64 {
    series.points.last().map_or(f64::NAN, |point| point.y)
}

fn symptoms(source: &Source, arms: &[&[SessionMeans]], last: usize) -> Lines {
    let series = lines(source, arms, last, "symptom_score_all", "symptom_score");
    let told: Vec<String> = (source.arms().iter().zip(series.chunks(2)))
        .map(|(name, pair)| format!("{} against {} in {name}", number(end(&pair[1]), 1), number(end(&pair[0]), 1)))
        .collect();
    let sentence = format!(
        "At session {last}, those still in treatment have a mean of {} for all who began: who stays is not a fair sample of who \
         began.{}",
        listed(&told),
        source.of_which_cell()
    );
    let mut y = Scale::free(&source.symptoms());
    y.ends = ends(&series, 0.5);
    Lines {
        about: About::new(
            "trajectories",
            "Symptoms by session",
            &sentence,
            "Mean symptom score by session, over all clients of up to 100 replicates. Unbroken: all who began, those who have left with their \
             last score. Broken: those still in treatment who filled in the form of the session. Bands: 95 % of Monte Carlo error.",
        ),
        x: Scale::count("Session", Some([1.0, last.max(2) as f64])),
        y,
        band: "95 % of Monte Carlo error".into(),
        levels: source
            .form
            .map(|form| Level { at: form.cut_off, name: format!("cut-off {}", number(form.cut_off, 1)) })
            .into_iter()
            .collect(),
        panels: vec![Panel { heading: String::new(), series }],
    }
}

fn alliance(source: &Source, arms: &[&[SessionMeans]], last: usize) -> Lines {
    let series = lines(source, arms, last, "alliance_rating_all", "alliance_rating");
    let told: Vec<String> = (source.arms().iter().zip(series.chunks(2)))
        .map(|(name, pair)| format!("{} against {} in {name}", number(end(&pair[1]), 2), number(end(&pair[0]), 2)))
        .collect();
    let sentence = format!(
        "At session {last}, those still in treatment rate the alliance at {} for all who began, by their last rating.{}",
        listed(&told),
        source.of_which_cell()
    );
    let mut y = Scale::free(&source.alliance());
    y.ends = ends(&series, 0.05);
    Lines {
        about: About::new(
            "alliance",
            "Alliance by session",
            &sentence,
            "Mean alliance rating by session, over all clients of up to 100 replicates. Unbroken: all who began, those who have left with their \
             last rating. Broken: those still in treatment who handed one in. Bands: 95 % of Monte Carlo error.",
        ),
        x: Scale::count("Session", Some([1.0, last.max(2) as f64])),
        y,
        band: "95 % of Monte Carlo error".into(),
        levels: Vec::new(),
        panels: vec![Panel { heading: String::new(), series }],
    }
}
