//! Do two simulators agree? Statistics of a sample with standard errors that know that clients come
//! in clinics, and the z value of each difference.
//!
//! Every statistic (mean, SD, correlation) is a smooth function of means, so its error is the sum of
//! its influence function over clients. Clinics (or replicates of open clinics) are independent of
//! each other: the variance of that sum is estimated by the sum of squares of the clinics' sums.

use super::course::Outcome;
use dyadsim::model::ending::EndReason;
use dyadsim::model::rules::World;
use std::fmt;

/// Differences of more than this many standard errors count. The two-sided false alarm rate is
/// 6.8e-6 per comparison: 1 in 50 for all 3,100 comparisons together, whenever seeds or streams
/// change; with the seeds as they are, a test that passes goes on passing.
pub const TOLERANCE: f64 = 4.5;

/// Clients of several replicates of one world.
pub struct Sample {
    /// The clients' outcomes.
    pub outcomes: Vec<Outcome>,
    /// What each client belongs to: units are independent of each other, and clients come unit by unit.
    units: Vec<usize>,
    /// Another client of the same therapist, if there is one.
    same_therapist: Vec<Option<usize>>,
    /// A client of another therapist of the same clinic, where clinics have a fixed size.
    same_clinic: Vec<Option<usize>>,
}

impl Sample {
    /// All clients of a world, in order: clinics, therapists, clients. Clinics are independent.
    pub fn new(world: &World, outcomes: Vec<Outcome>) -> Self {
        let caseload = world.clinics.clients_per_therapist as usize;
        let clinic_size = caseload * world.clinics.therapists as usize;
        let all = 0..outcomes.len();
        let next_client = |at: usize| at / caseload * caseload + (at % caseload + 1) % caseload;
        let next_door = |at: usize| at / clinic_size * clinic_size + (at % clinic_size + caseload) % clinic_size;
        Self {
            units: all.clone().map(|at| at / clinic_size).collect(),
            same_therapist: all.clone().map(|at| Some(next_client(at))).collect(),
            same_clinic: all.map(|at| Some(next_door(at))).collect(),
            outcomes,
        }
    }

    /// The clients of open clinics who were treated, replicate by replicate, with their therapist's number in the replicate.
    /// They share queues and therapists: only replicates are independent.
    pub fn of_replicates(replicates: impl Iterator<Item = Vec<(usize, Outcome)>>) -> Self {
        let mut sample = Self { outcomes: Vec::new(), units: Vec::new(), same_therapist: Vec::new(), same_clinic: Vec::new() };
        for (replicate, mut treated) in replicates.enumerate() {
            treated.sort_by_key(|&(therapist, _)| therapist);
            for clients in treated.chunk_by(|one, other| one.0 == other.0) {
                let (first, n) = (sample.outcomes.len(), clients.len());
                sample.outcomes.extend(clients.iter().map(|(_, outcome)| *outcome));
                sample.units.extend(clients.iter().map(|_| replicate));
                sample.same_therapist.extend((0..n).map(|i| (n > 1).then_some(first + (i + 1) % n)));
                sample.same_clinic.extend(clients.iter().map(|_| None));
            }
        }
        sample
    }
}

/// Something that a client has; NaN if it does not apply to her.
type Value = fn(&Outcome) -> f64;

/// What is estimated.
enum Kind {
    Mean(Value),
    Sd(Value),
    Correlation(Value, Value),
    /// Correlation between clients of the same therapist.
    SameTherapist(Value),
    /// Correlation of the difference from another client of the same therapist, whichever has more, with something of one's own.
    Split(Value, Value),
    /// Correlation between clients of two therapists of the same clinic.
    SameClinic(Value),
}

/// A measure of comparison.
pub struct Measure {
    name: String,
    kind: Kind,
    matters: Matters,
}

/// The smallest error that matters.
#[derive(Clone, Copy)]
enum Matters {
    /// In the measure's own unit.
    Points(f64),
    /// In standard deviations between clients.
    Sds(f64),
}

/// Two estimates of one measure.
pub struct Comparison {
    /// Name of the measure.
    pub name: String,
    /// What the engine says.
    pub engine: f64,
    /// What the second simulator says.
    pub second: f64,
    /// Standard error of the difference.
    pub error: f64,
    /// The smallest error that matters.
    pub matters: f64,
}

impl Comparison {
    /// Difference in standard errors.
    pub fn z(&self) -> f64 {
        let difference = self.engine - self.second;
        if self.engine.is_nan() && self.second.is_nan() || difference.abs() < 1e-9 {
            0.0
        } else if difference.is_nan() {
            f64::INFINITY
        } else {
            difference / self.error
        }
    }

    /// Do the two agree?
    pub fn agrees(&self) -> bool {
        self.z().abs() < TOLERANCE
    }

    /// Would an error that matters be found?
    pub fn is_sharp(&self) -> bool {
        self.error.is_nan() || self.error == 0.0 || TOLERANCE * self.error < self.matters
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (name, engine, second, z) = (&self.name, self.engine, self.second, self.z());
        write!(f, "{name:<38} engine {engine:>9.4}  second {second:>9.4}  z {z:>6.2}  (found from {:.4})", TOLERANCE * self.error)
    }
}

/// Compares the estimates of two samples in everything.
pub fn compare(engine: &[Estimate], second: &[Estimate]) -> Vec<Comparison> {
    let pairs = engine.iter().zip(second);
    pairs
        .map(|(engine, second)| Comparison {
            name: second.name.clone(),
            engine: engine.value,
            second: second.value,
            error: engine.error.hypot(second.error),
            matters: second.matters,
        })
        .collect()
}

/// What one sample says of one measure.
pub struct Estimate {
    /// Name of the measure.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// The smallest error that matters.
    pub matters: f64,
}

impl Sample {
    /// Estimates every measure.
    pub fn estimates(&self) -> Vec<Estimate> {
        let estimate = |measure: Measure| {
            let (value, error) = self.estimate(&measure.kind);
            Estimate { name: measure.name, value, error, matters: self.size_that_matters(measure.matters, &measure.kind) }
        };
        measures().into_iter().map(estimate).collect()
    }

    fn size_that_matters(&self, matters: Matters, kind: &Kind) -> f64 {
        match (matters, kind) {
            (Matters::Sds(sds), Kind::Mean(value) | Kind::Sd(value)) => sds * sd(&self.column(*value)).0,
            (Matters::Points(size) | Matters::Sds(size), _) => size,
        }
    }

    /// An estimate and its standard error.
    fn estimate(&self, kind: &Kind) -> (f64, f64) {
        match *kind {
            Kind::Mean(value) => mean(&self.column(value)),
            Kind::Sd(value) => sd(&self.column(value)),
            Kind::Correlation(x, y) => correlation(&self.pairs(x, y, Some)),
            Kind::SameTherapist(value) => correlation(&self.pairs(value, value, |at| self.same_therapist[at])),
            Kind::Split(of, with) => correlation(&self.splits(of, with)),
            Kind::SameClinic(value) => correlation(&self.pairs(value, value, |at| self.same_clinic[at])),
        }
    }

    /// Unit and value of all clients to whom the value applies.
    fn column(&self, value: Value) -> Vec<(usize, f64)> {
        let all = self.outcomes.iter().zip(&self.units).map(|(outcome, &unit)| (unit, value(outcome)));
        all.filter(|(_, x)| !x.is_nan()).collect()
    }

    /// Unit, value of a client, and another value of the client that belongs to her.
    fn pairs(&self, x: Value, y: Value, partner: impl Fn(usize) -> Option<usize>) -> Vec<(usize, f64, f64)> {
        let pair = |at: usize| Some((self.units[at], x(&self.outcomes[at]), y(&self.outcomes[partner(at)?])));
        (0..self.outcomes.len()).filter_map(pair).filter(|(_, x, y)| !x.is_nan() && !y.is_nan()).collect()
    }
}

impl Sample {
    /// Unit, difference of a client from the one who belongs to her, and something of her own.
    fn splits(&self, of: Value, with: Value) -> Vec<(usize, f64, f64)> {
        let one = |at: usize| {
            let split = of(&self.outcomes[at]) - of(&self.outcomes[self.same_therapist[at]?]);
            Some((self.units[at], split.abs(), with(&self.outcomes[at])))
        };
        (0..self.outcomes.len()).filter_map(one).filter(|(_, x, y)| !x.is_nan() && !y.is_nan()).collect()
    }
}

fn mean(column: &[(usize, f64)]) -> (f64, f64) {
    let mean = average(column.iter().map(|&(_, x)| x));
    (mean, standard_error(column.iter().map(|&(clinic, x)| (clinic, x - mean))))
}

fn sd(column: &[(usize, f64)]) -> (f64, f64) {
    let mean = average(column.iter().map(|&(_, x)| x));
    let variance = average(column.iter().map(|&(_, x)| (x - mean).powi(2)));
    let sd = variance.sqrt();
    let influence = |x: f64| ((x - mean).powi(2) - variance) / (2.0 * sd);
    (sd, standard_error(column.iter().map(|&(clinic, x)| (clinic, influence(x)))))
}

fn correlation(pairs: &[(usize, f64, f64)]) -> (f64, f64) {
    let mean_x = average(pairs.iter().map(|&(_, x, _)| x));
    let mean_y = average(pairs.iter().map(|&(_, _, y)| y));
    let sd_x = average(pairs.iter().map(|&(_, x, _)| (x - mean_x).powi(2))).sqrt();
    let sd_y = average(pairs.iter().map(|&(_, _, y)| (y - mean_y).powi(2))).sqrt();
    let standard = |x: f64, y: f64| ((x - mean_x) / sd_x, (y - mean_y) / sd_y);
    let product = |x: f64, y: f64| {
        let (zx, zy) = standard(x, y);
        zx * zy
    };
    let r = average(pairs.iter().map(|&(_, x, y)| product(x, y)));
    let influence = |x: f64, y: f64| {
        let (zx, zy) = standard(x, y);
        zx * zy - r * (zx * zx + zy * zy) / 2.0
    };
    (r, standard_error(pairs.iter().map(|&(clinic, x, y)| (clinic, influence(x, y)))))
}

fn average(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

/// Standard error of a statistic from clinic and influence of each client; clinics are
/// independent of each other, clients come clinic by clinic.
fn standard_error(influences: impl ExactSizeIterator<Item = (usize, f64)>) -> f64 {
    let n = influences.len() as f64;
    let mut squares = 0.0;
    let mut clinic_now = usize::MAX;
    let mut sum = 0.0_f64;
    for (clinic, influence) in influences {
        if clinic != clinic_now {
            squares += sum * sum;
            sum = 0.0;
            clinic_now = clinic;
        }
        sum += influence;
    }
    (squares + sum * sum).sqrt() / n
}

fn share(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

fn ended(o: &Outcome, reason: EndReason) -> f64 {
    share(o.reason == reason)
}

fn was_red(o: &Outcome) -> f64 {
    share(o.first_red > 0)
}

/// The session at which somebody became red, if anybody ever.
fn red_session(o: &Outcome) -> f64 {
    if o.first_red > 0 { f64::from(o.first_red) } else { f64::NAN }
}

/// Change of the score, for those who came to the third session.
fn change_of_stayers(o: &Outcome) -> f64 {
    if o.sessions >= 3 { o.final_score - o.intake_score } else { f64::NAN }
}

fn change(o: &Outcome) -> f64 {
    o.final_score - o.intake_score
}

/// What is compared, with the smallest error that matters.
fn measures() -> Vec<Measure> {
    let sessions: Value = |o| f64::from(o.sessions);
    let intake: Value = |o| o.intake_score;
    let last: Value = |o| o.final_score;
    let latent: Value = |o| o.final_symptoms;
    let early_rating: Value = |o| o.early_rating;
    let last_rating: Value = |o| o.last_rating;
    let ruptures: Value = |o| f64::from(o.ruptures);
    let repairs: Value = |o| f64::from(o.repairs);
    let ruptured: Value = |o| f64::from(o.ruptured_sessions);
    let noticed: Value = |o| f64::from(o.noticed_sessions);
    let observer: Value = |o| f64::from(o.reports[0]);
    let therapist: Value = |o| f64::from(o.reports[1]);
    let client: Value = |o| f64::from(o.reports[2]);
    let planned: Value = |o| ended(o, EndReason::Planned);
    let dropout: Value = |o| ended(o, EndReason::Dropout);

    let mut all = Vec::new();
    let mut add = |name: &str, kind: Kind, matters: Matters| all.push(Measure { name: name.to_string(), kind, matters });
    for (name, value) in [
        ("sessions", sessions),
        ("intake score", intake),
        ("final score", last),
        ("latent final symptoms", latent),
        ("change", change),
        ("early rating", early_rating),
        ("last rating", last_rating),
        ("ruptures", ruptures),
        ("repairs", repairs),
        ("ruptured sessions", ruptured),
        ("noticed sessions", noticed),
        ("reports by observer", observer),
        ("reports by therapist", therapist),
        ("reports by client", client),
    ] {
        add(&format!("mean {name}"), Kind::Mean(value), Matters::Sds(0.03));
        add(&format!("SD {name}"), Kind::Sd(value), Matters::Sds(0.05));
    }
    let filled_in: Value = |o| share(o.final_observed);
    let observed: Value = |o| if o.final_observed { o.final_score } else { f64::NAN };
    add("mean observed final score", Kind::Mean(observed), Matters::Sds(0.03));
    let administrative: Value = |o| ended(o, EndReason::Administrative);
    let cap: Value = |o| ended(o, EndReason::Cap);
    let one: Value = |o| share(o.sessions == 1);
    let two: Value = |o| share(o.sessions == 2);
    let three: Value = |o| share(o.sessions == 3);
    let lost_early: Value = |o| share(o.sessions <= 2 && o.reason == EndReason::Dropout);
    for (name, value) in [
        ("planned", planned),
        ("administrative", administrative),
        ("dropout", dropout),
        ("cap", cap),
        ("with 1 session", one),
        ("with 2 sessions", two),
        ("with 3 sessions", three),
        ("dropout by session 2", lost_early),
        ("ever red", was_red),
        ("with a form after treatment", filled_in),
    ] {
        add(&format!("share {name}"), Kind::Mean(value), Matters::Points(0.015));
    }
    add("mean first red session", Kind::Mean(red_session), Matters::Points(0.3));
    for (name, x, y) in [
        ("early rating, change from session 3", early_rating, change_of_stayers as Value),
        ("early rating, final", early_rating, last),
        ("last rating, final", last_rating, last),
        ("early rating, last rating", early_rating, last_rating),
        ("intake, final", intake, last),
        ("final, latent final", last, latent),
        ("intake, early rating", intake, early_rating),
        ("sessions, final", sessions, last),
        ("ruptures, final", ruptures, last),
        ("ruptures, last rating", ruptures, last_rating),
        ("noticed sessions, last rating", noticed, last_rating),
        ("repairs, noticed sessions", repairs, noticed),
        ("repairs, final", repairs, last),
        ("repairs, last rating", repairs, last_rating),
        ("noticed sessions, final", noticed, last),
        ("dropout, early rating", dropout, early_rating),
        ("dropout, change", dropout, change),
        ("dropout, ruptures", dropout, ruptures),
        ("planned, change", planned, change),
        ("ever red, change", was_red, change),
    ] {
        add(&format!("r {name}"), Kind::Correlation(x, y), Matters::Points(0.04));
    }
    for (name, value) in [
        ("final", last),
        ("intake", intake),
        ("early rating", early_rating),
        ("ruptures", ruptures),
        ("noticed sessions", noticed),
        ("dropout", dropout),
    ] {
        add(&format!("r same therapist, {name}"), Kind::SameTherapist(value), Matters::Points(0.04));
    }
    add("r split of early ratings, final", Kind::Split(early_rating, last), Matters::Points(0.04));
    for (name, value) in [("final", last), ("early rating", early_rating), ("dropout", dropout)] {
        add(&format!("r same clinic, {name}"), Kind::SameClinic(value), Matters::Points(0.04));
    }
    all
}
