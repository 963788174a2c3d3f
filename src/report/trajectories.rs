//! Chapter 3: symptoms and alliance by session, of all clients and of those who are still there.

use super::parts::{Chapter, NINETY_FIVE, Part, listed};
use super::source::Source;
use crate::figures::frame::Scale;
use crate::figures::lines::{Level, Lines, Panel, Point, Series, Stroke};
use crate::figures::sheet::{About, number};
use crate::performance::Moments;

/// What the sessions of an arm say.
#[derive(Clone, Debug, Default)]
struct Course {
    /// Everybody, with the last score of those who have left.
    everybody: Vec<Moments>,
    /// Those who came to the session.
    there: Vec<Moments>,
    /// Alliance of those who came to the session.
    alliance: Vec<Moments>,
}

/// Sums over the clients of one replicate and arm, by session.
#[derive(Clone, Debug, Default)]
struct Sums {
    /// Clients whose first score is at this session.
    begun: Vec<f64>,
    /// Change of the sum of last scores at each session.
    steps: Vec<f64>,
    there: Vec<[f64; 2]>,
    alliance: Vec<[f64; 2]>,
}

/// A session with fewer than this share of the clients in some arm is not shown.
const SHARE: f64 = 0.03;

/// Charts of symptoms and alliance, where session rows were kept.
pub fn chapter(source: &Source) -> Chapter {
    let (id, title) = ("trajectories", "Symptoms and alliance over treatment");
    if source.sessions.is_empty() {
        let words = "Session rows were not kept in this file. Run again with `--set 'output.sessions=Share(0.1)'` (every tenth \
                     replicate) for the course of symptoms and alliance by session, and for single courses.";
        return Chapter { id, title, parts: vec![Part::Missing(words.into())] };
    }
    let (courses, last) = courses(source);
    let mut parts = vec![Part::chart("trajectories", symptoms(source, &courses, last))];
    if courses.iter().any(|course| course.alliance.iter().any(|moments| moments.n() > 0)) {
        parts.push(Part::chart("alliance", alliance(source, &courses, last)));
    }
    Chapter { id, title, parts }
}

/// Moments over replicates by arm and session, and the last session to show.
fn courses(source: &Source) -> (Vec<Course>, usize) {
    let rows = &source.sessions;
    let column = |name: &str| rows.numbers(name);
    let (replicate, arm, client, session) = (column("replicate"), column("arm"), column("client"), column("session"));
    let (score, rating) = (column("symptom_score"), column("alliance_rating"));
    let longest = session.iter().copied().fold(0.0, f64::max) as usize;
    let arms = source.arms().len();
    let mut courses = vec![
        Course {
            everybody: vec![Moments::default(); longest],
            there: vec![Moments::default(); longest],
            alliance: vec![Moments::default(); longest]
        };
        arms
    ];
    let mut comers = vec![vec![0.0; longest]; arms];
    let mut from = 0;
    while from < rows.len() {
        let same = |row: usize| replicate[row] == replicate[from] && arm[row] == arm[from];
        let to = (from..rows.len()).find(|&row| !same(row)).unwrap_or(rows.len());
        let (a, mut sums) = ((arm[from] as usize).saturating_sub(1).min(arms - 1), Sums::new(longest));
        let mut before = f64::NAN;
        for row in from..to {
            let t = (session[row] as usize).saturating_sub(1);
            let first = row == from || client[row] != client[row - 1];
            if first {
                before = f64::NAN;
            }
            comers[a][t] += 1.0;
            if score[row].is_finite() {
                sums.begun[t] += f64::from(u8::from(before.is_nan()));
                sums.steps[t] += if before.is_nan() { score[row] } else { score[row] - before };
                before = score[row];
                sums.there[t] = [sums.there[t][0] + 1.0, sums.there[t][1] + score[row]];
            }
            if rating[row].is_finite() {
                sums.alliance[t] = [sums.alliance[t][0] + 1.0, sums.alliance[t][1] + rating[row]];
            }
        }
        courses[a].add(&sums);
        from = to;
    }
    let enough = |t: usize| comers.iter().all(|comers| comers[t] >= SHARE * comers[0]);
    let last = (1..longest).find(|&t| !enough(t)).unwrap_or(longest);
    (courses, last)
}

impl Sums {
    fn new(longest: usize) -> Self {
        Self { begun: vec![0.0; longest], steps: vec![0.0; longest], there: vec![[0.0; 2]; longest], alliance: vec![[0.0; 2]; longest] }
    }
}

impl Course {
    fn add(&mut self, sums: &Sums) {
        let (mut clients, mut total) = (0.0, 0.0);
        for t in 0..sums.steps.len() {
            clients += sums.begun[t];
            total += sums.steps[t];
            self.everybody[t].add(total / clients);
            self.there[t].add(sums.there[t][1] / sums.there[t][0]);
            self.alliance[t].add(sums.alliance[t][1] / sums.alliance[t][0]);
        }
    }
}

fn series(name: String, hue: usize, stroke: Stroke, moments: &[Moments]) -> Series {
    let point = |(t, moments): (usize, &Moments)| {
        let mean = moments.measured();
        Point::within(t as f64 + 1.0, mean.value, NINETY_FIVE * mean.mcse)
    };
    Series { name, hue, stroke, steps: false, points: moments.iter().enumerate().map(point).collect() }
}

/// Ends of an axis that hold all lines with some room.
fn ends(series: &[Series]) -> Option<[f64; 2]> {
    let values =
        || series.iter().flat_map(|series| &series.points).flat_map(|point| [point.y, point.low, point.high]).filter(|x| x.is_finite());
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let room = (0.08 * (high - low)).max(0.5);
    (low <= high).then(|| [low - room, high + room])
}

fn symptoms(source: &Source, courses: &[Course], last: usize) -> Lines {
    let mut all = Vec::new();
    for (a, (name, course)) in source.arms().iter().zip(courses).enumerate() {
        all.push(series(name.clone(), a, Stroke::Solid, &course.everybody[..last]));
        all.push(series(format!("{name}, still there"), a, Stroke::Dashed, &course.there[..last]));
    }
    let end = |of: &Vec<Moments>| of[last - 1].measured().value;
    let told: Vec<String> = source
        .arms()
        .iter()
        .zip(courses)
        .map(|(name, course)| format!("{} against {} in {name}", number(end(&course.there), 1), number(end(&course.everybody), 1)))
        .collect();
    let kept = courses.first().and_then(|course| course.everybody.first()).map_or(0, Moments::n);
    let sentence = format!(
        "At session {last}, those still in treatment have a mean of {}: who stays is not a fair sample of who began. \
         {kept} replicates with session rows.{}",
        listed(&told),
        source.of_which_cell()
    );
    let mut y = Scale::free(&source.symptoms());
    y.ends = ends(&all);
    Lines {
        about: About::new(
            "trajectories",
            "Symptoms by session",
            &sentence,
            "Mean symptom score by session. Unbroken: all clients who began, those who have left with their last score. Broken: \
             clients who came to the session.",
        ),
        x: Scale::count("Session", Some([1.0, last.max(2) as f64])),
        y,
        band: "95 % of Monte Carlo error".into(),
        levels: source
            .form
            .map(|form| Level { at: form.cut_off, name: format!("cut-off {}", number(form.cut_off, 1)) })
            .into_iter()
            .collect(),
        panels: vec![Panel { heading: String::new(), series: all }],
    }
}

fn alliance(source: &Source, courses: &[Course], last: usize) -> Lines {
    let line = |(a, (name, course)): (usize, (&String, &Course))| series(name.clone(), a, Stroke::Solid, &course.alliance[..last]);
    let all: Vec<Series> = source.arms().iter().zip(courses).enumerate().map(line).collect();
    let value = |course: &Course, t: usize| number(course.alliance[t].measured().value, 2);
    let told: Vec<String> = source
        .arms()
        .iter()
        .zip(courses)
        .map(|(name, course)| format!("from {} to {} in {name}", value(course, 0), value(course, last - 1)))
        .collect();
    let mut y = Scale::free(&source.alliance());
    y.ends = ends(&all);
    Lines {
        about: About::new(
            "alliance",
            "Alliance by session",
            &format!("Mean rating of the clients who came, session 1 to {last}: {}.{}", listed(&told), source.of_which_cell()),
            "Mean alliance rating by session of the clients who came to it, a line for each arm.",
        ),
        x: Scale::count("Session", Some([1.0, last.max(2) as f64])),
        y,
        band: "95 % of Monte Carlo error".into(),
        levels: Vec::new(),
        panels: vec![Panel { heading: String::new(), series: all }],
    }
}
