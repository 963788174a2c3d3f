//! Courses by session: means of those still in treatment and of all, how many are left, and how courses end. Sums that are
//! made while sessions are held, so that every run has them and none needs rows of sessions for them.

// Several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

use super::replicate::{CourseResult, SessionObserver};
use crate::model::courses::Courses;
use crate::model::ending::EndReason;
use crate::model::rules::Rules;
use crate::model::session::Observed;
use crate::performance::Measured;
use crate::performance::ratio::Ratios;

/// A column: name, unit, meaning.
pub type Column = (&'static str, &'static str, &'static str);

/// Means by session. Each of those still in treatment is followed by the same of all.
pub const MEANS: [Column; 8] = [
    ("symptom_score", "score", "mean symptom score of those who filled in the form of this session"),
    ("symptom_score_all", "score", "mean symptom score of all who began: the last one of those without a form today or who have left"),
    ("alliance_rating", "score", "mean client's alliance rating of those who handed one in for this session"),
    ("alliance_rating_all", "score", "mean alliance rating of all who have handed one in by now: the last one"),
    ("symptoms", "points", "mean symptom level a week after the session of those who had it (latent)"),
    ("symptoms_all", "points", "mean symptom level of all who began: of those who have left, when they left (latent)"),
    ("alliance", "SD", "mean alliance at the end of the session of those who had it (latent)"),
    ("alliance_all", "SD", "mean alliance of all who began: of those who have left, when they left (latent)"),
];

/// Ways in which a course ends.
const ENDINGS: usize = EndReason::ALL.len();

/// Shares of the clients who began, by session: still there, and ended by now in each way, in the order of [`EndReason`].
pub const SHARES: [Column; 1 + ENDINGS] = [
    ("in_treatment", "share", "clients in treatment after this session, of those who began (Kaplan-Meier: nobody is censored)"),
    ("ended_planned", "share", "clients whose course has ended as planned by now, of those who began"),
    ("ended_administrative", "share", "clients whose course has ended for outside reasons by now, of those who began"),
    ("ended_dropout", "share", "clients who have dropped out by now, of those who began"),
    ("ended_cap", "share", "clients whose course has ended at the session cap by now, of those who began"),
    ("ended_waiting", "share", "clients who had this or fewer sessions and gave up waiting for the second service (stepped care)"),
];

/// Sums that are made in the loop over sessions: number, sum and sum of squares of each kind of value.
const SUMS: usize = 15;

/// What is known of a client after her last session so far: score, rating (NaN before the first), symptoms, alliance.
type Last = [f64; 4];

/// Sums over the sessions of one arm in one replicate.
#[derive(Clone, Debug, Default)]
struct Sums {
    sessions: Vec<[f64; SUMS]>,
    clients: Vec<Last>,
}

/// Listens to all sessions of a replicate.
#[derive(Clone, Debug)]
pub struct Tracer {
    arms: Vec<Sums>,
}

impl Tracer {
    /// For so many arms.
    pub fn new(arms: usize) -> Self {
        Self { arms: vec![Sums::default(); arms] }
    }

    /// What the courses of an arm come to.
    pub fn course(&self, arm: usize, rules: &Rules, courses: &[CourseResult]) -> ArmCourse {
        self.arms[arm].course(rules, courses)
    }
}

impl Observed for Tracer {
    /// It needs nothing that is kept for onlookers only.
    const ON: bool = false;
}

impl SessionObserver for Tracer {
    const HEARS: bool = true;

    #[inline(always)]
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, c: &Courses, l: usize) {
        let Sums { sessions, clients } = &mut self.arms[arm];
        let at = (c.held_before[l] + c.session[l]) as usize - 1;
        if at >= sessions.len() {
            sessions.resize(at + 1, [0.0; SUMS]);
        }
        if client >= clients.len() {
            clients.resize(client + 1, [f64::NAN; 4]);
        }
        let (score, rating, symptoms, alliance) = (c.score[l], c.rating[l], c.symptoms[l], c.alliance(rules, l));
        let (measured, rated) = (c.measured[l], c.rated[l]);
        let last_rating = if rated > 0.5 { rating } else { clients[client][1] };
        let (known, last) = if last_rating.is_nan() { (0.0, 0.0) } else { (1.0, last_rating) };
        let (squared, rating_squared) = (score * score, rating * rating);
        let now = [
            measured,
            measured * score,
            measured * squared,
            score,
            squared,
            rated,
            rated * rating,
            rated * rating_squared,
            known,
            last,
            last * last,
            symptoms,
            symptoms * symptoms,
            alliance,
            alliance * alliance,
        ];
        for (sum, x) in sessions[at].iter_mut().zip(now) {
            *sum += x;
        }
        clients[client] = [score, last_rating, symptoms, alliance];
    }
}

/// One session of an arm in one replicate: for each of [`MEANS`] number, sum and sum of squares; and counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Row {
    n: [f64; MEANS.len()],
    sum: [f64; MEANS.len()],
    squares: [f64; MEANS.len()],
    /// Clients who had the session.
    at_risk: f64,
    /// In treatment after it, and ended by then in each way.
    counts: [f64; SHARES.len()],
}

/// The courses of one arm in one replicate, by session.
#[derive(Clone, Debug, Default)]
pub struct ArmCourse {
    began: f64,
    /// Session by session; the last one is the state after the last session of the longest course.
    rows: Vec<Row>,
}

impl Sums {
    fn course(&self, rules: &Rules, courses: &[CourseResult]) -> ArmCourse {
        let longest = self.sessions.len();
        // Those whose last session it was: number by reason, and what is last known of them.
        let mut ended = vec![[0.0; ENDINGS]; longest];
        let mut gone = vec![Gone::default(); longest];
        let mut began = 0.0;
        for (course, last) in courses.iter().zip(&self.clients).filter(|(course, _)| course.sessions > 0) {
            let at = usize::from(course.sessions).min(longest) - 1;
            ended[at][course.reason as usize] += 1.0;
            gone[at].add(last);
            began += 1.0;
        }
        let own = [&rules.symptom_scale, &rules.alliance_scale].map(|scale| scale.own(1.0));
        let (mut left, mut by_reason) = (Gone::default(), [0.0; ENDINGS]);
        let mut rows = Vec::with_capacity(longest + 1);
        for at in 0..=longest {
            let there = self.sessions.get(at).copied().unwrap_or([0.0; SUMS]);
            let at_risk = began - by_reason.iter().sum::<f64>();
            let mut row = row(&there, at_risk, &left, own);
            if let Some(ended) = ended.get(at) {
                by_reason.iter_mut().zip(ended).for_each(|(sum, n)| *sum += n);
                left.join(&gone[at]);
            }
            row.counts[0] = began - by_reason.iter().sum::<f64>();
            row.counts[1..].copy_from_slice(&by_reason);
            rows.push(row);
        }
        ArmCourse { began, rows }
    }
}

/// Clients who have left: number, sum and sum of squares of what is last known of them.
#[derive(Clone, Copy, Debug, Default)]
struct Gone {
    n: [f64; 4],
    sum: [f64; 4],
    squares: [f64; 4],
}

impl Gone {
    fn add(&mut self, last: &Last) {
        for (i, x) in last.iter().enumerate().filter(|(_, x)| !x.is_nan()) {
            self.n[i] += 1.0;
            self.sum[i] += x;
            self.squares[i] += x * x;
        }
    }

    fn join(&mut self, other: &Self) {
        for i in 0..4 {
            self.n[i] += other.n[i];
            self.sum[i] += other.sum[i];
            self.squares[i] += other.squares[i];
        }
    }
}

/// One session: those there, and with those who left before it all. `own` turns scores and ratings into the instruments' own.
fn row(there: &[f64; SUMS], at_risk: f64, left: &Gone, own: [f64; 2]) -> Row {
    let [
        measured,
        score,
        score2,
        last_score,
        last_score2,
        rated,
        rating,
        rating2,
        known,
        last,
        last2,
        symptoms,
        symptoms2,
        alliance,
        alliance2,
    ] = *there;
    let now = [(measured, score, score2), (rated, rating, rating2), (at_risk, symptoms, symptoms2), (at_risk, alliance, alliance2)];
    let so_far = [(at_risk, last_score, last_score2), (known, last, last2), (at_risk, symptoms, symptoms2), (at_risk, alliance, alliance2)];
    let signs = [own[0], own[1], 1.0, 1.0];
    let mut row = Row { at_risk, ..Row::default() };
    for kind in 0..4 {
        let (n, sum, squares) = now[kind];
        (row.n[2 * kind], row.sum[2 * kind], row.squares[2 * kind]) = (n, signs[kind] * sum, squares);
        let (n, sum, squares) = so_far[kind];
        row.n[2 * kind + 1] = n + left.n[kind];
        row.sum[2 * kind + 1] = signs[kind] * (sum + left.sum[kind]);
        row.squares[2 * kind + 1] = squares + left.squares[kind];
    }
    row
}

/// One session over replicates.
#[derive(Clone, Copy, Debug, Default)]
struct SessionTotals {
    means: Ratios<{ MEANS.len() }>,
    squares: [f64; MEANS.len()],
    shares: Ratios<{ SHARES.len() }>,
    at_risk: Ratios<1>,
}

impl SessionTotals {
    fn add(&mut self, row: &Row, began: f64) {
        self.means.add(&row.n, &row.sum);
        for (sum, squares) in self.squares.iter_mut().zip(&row.squares) {
            *sum += squares;
        }
        self.shares.add(&[began; SHARES.len()], &row.counts);
        self.at_risk.add(&[1.0], &[row.at_risk]);
    }
}

/// The courses of one arm over replicates, by session.
#[derive(Clone, Debug, Default)]
pub struct CourseTotals {
    replicates: u64,
    sessions: Vec<SessionTotals>,
    /// A session that no course has reached so far: what it would be.
    beyond: SessionTotals,
}

/// A mean over clients with its Monte Carlo standard error, and how much clients differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averaged {
    /// Mean.
    pub mean: Measured,
    /// Standard deviation between clients, those of all replicates together.
    pub sd: f64,
}

/// One session of an arm over all replicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionMeans {
    /// In the order of [`MEANS`].
    pub means: [Averaged; MEANS.len()],
    /// In the order of [`SHARES`].
    pub shares: [Measured; SHARES.len()],
    /// Clients of a replicate who had the session.
    pub at_risk: Measured,
}

impl CourseTotals {
    /// Adds one replicate.
    pub fn add(&mut self, course: &ArmCourse) {
        let Some((end, rows)) = course.rows.split_last() else {
            return;
        };
        self.replicates += 1;
        if self.sessions.len() < rows.len() {
            self.sessions.resize(rows.len(), self.beyond);
        }
        for (at, session) in self.sessions.iter_mut().enumerate() {
            session.add(rows.get(at).unwrap_or(end), course.began);
        }
        self.beyond.add(end, course.began);
    }

    /// Session by session.
    pub fn sessions(&self) -> Vec<SessionMeans> {
        let averaged = |session: &SessionTotals, i: usize| {
            let (mean, n) = (session.means.measured(i, self.replicates), session.means.size(i));
            let within = session.squares[i] - n * mean.value * mean.value;
            Averaged { mean, sd: if n > 1.0 { (within.max(0.0) / (n - 1.0)).sqrt() } else { f64::NAN } }
        };
        let one = |session: &SessionTotals| SessionMeans {
            means: core::array::from_fn(|i| averaged(session, i)),
            shares: core::array::from_fn(|i| session.shares.measured(i, self.replicates)),
            at_risk: session.at_risk.measured(0, self.replicates),
        };
        self.sessions.iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at_risk: f64, score: f64, planned: f64) -> Row {
        let mut row = Row { at_risk, ..Row::default() };
        (row.n[0], row.sum[0], row.squares[0]) = (at_risk, at_risk * score, at_risk * score * score);
        (row.n[1], row.sum[1]) = (2.0, 2.0 * score);
        row.counts = [2.0 - planned, planned, 0.0, 0.0, 0.0, 0.0];
        row
    }

    #[test]
    fn a_replicate_that_ends_early_counts_in_every_later_session() {
        let short = ArmCourse { began: 2.0, rows: vec![row(2.0, 60.0, 2.0), row(0.0, 60.0, 2.0)] };
        let long = ArmCourse { began: 2.0, rows: vec![row(2.0, 80.0, 0.0), row(2.0, 70.0, 1.0), row(1.0, 50.0, 2.0), row(0.0, 50.0, 2.0)] };
        let totals = |order: [&ArmCourse; 2]| {
            let mut totals = CourseTotals::default();
            order.iter().for_each(|course| totals.add(course));
            totals.sessions()
        };
        let seen = totals([&short, &long]);
        // As texts, since what is not defined (NaN) equals nothing.
        assert_eq!(format!("{seen:?}"), format!("{:?}", totals([&long, &short])));
        assert_eq!(seen.len(), 3);
        let values = |of: fn(&SessionMeans) -> f64| seen.iter().map(of).collect::<Vec<_>>();
        // Those who are there: of the long replicate alone from session 2.
        assert_eq!(values(|one| one.means[0].mean.value), [70.0, 70.0, 50.0]);
        assert_eq!(values(|one| one.means[1].mean.value), [70.0, 65.0, 55.0]);
        assert_eq!(values(|one| one.at_risk.value), [2.0, 1.0, 0.5]);
        assert_eq!(values(|one| one.shares[0].value), [0.5, 0.25, 0.0]);
        assert_eq!(values(|one| one.shares[1].value), [0.5, 0.75, 1.0]);
        // Four clients, two at 60 and two at 80: SD √(400 / 3).
        assert!((seen[0].means[0].sd - (400.0f64 / 3.0).sqrt()).abs() < 1e-9);
    }
}
