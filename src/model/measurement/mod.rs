//! What is measured: with which instrument, of what, rated by whom, when, and which forms are missing.

mod check;
mod further;

pub use super::instrument::{Instrument, Scale, shipped_instruments};
use super::math::{happens, logit};
use super::params::params;
pub use check::contradictions;
pub use further::{Further, Items};
use std::collections::BTreeMap;

params! {
    /// One measure: which instrument, of what, filled in by whom, when.
    pub struct Measure {
        /// Name of an instrument: a shipped one, or one from `instruments`.
        instrument: String = String::from("exact") => skip;
        /// What it measures. The measures "symptoms" and "alliance" say so by their names; all others need it.
        of: Option<Construct> = None => skip;
        /// Who fills it in.
        rater: Rater = Rater::Client => skip;
        /// Measured at session 1 and every so many sessions.
        every: u16 = 1, "sessions", [1, 400], "L8: every session in the United States and Norway, every 12 weeks in the Netherlands";
        /// Sessions at which it is measured, in place of `every`. An empty list leaves it to `every`.
        at: Vec<u16> = Vec::new() => skip;
        /// For alliance: rated after the session, or looking back just before it. Symptoms are always rated before.
        timing: Timing = Timing::PostSession => skip;
        /// Forms that are not handed in.
        missing: Missing = Missing::default() => dive;
        /// Answers to single items as well, whose sum is the score. Not for "symptoms" and "alliance".
        items: bool = false => skip;
    }
}

/// Who fills in a form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Rater {
    /// The client.
    #[default]
    Client,
    /// The therapist. Not for "symptoms" and "alliance".
    Therapist,
    /// Somebody who listens to recordings of sessions. Not for "symptoms" and "alliance".
    Observer,
}

/// What an instrument is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Construct {
    /// Symptom level.
    Symptoms,
    /// Alliance as a whole.
    Alliance,
    /// Bond.
    Bond,
    /// Agreement on tasks.
    Task,
    /// Agreement on goals.
    Goal,
}

/// When alliance is rated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Timing {
    /// Right after the session.
    #[default]
    PostSession,
    /// Just before the session, looking back.
    PreSession,
}

params! {
    /// Which forms are not handed in. With `chance` alone it is a matter of luck (missing completely at random).
    /// The form of session 1 is never missing from the measure "symptoms".
    pub struct Missing {
        /// Chance that a form is missing, for somebody at the reference: the mean severity of clients, or alliance 0.
        chance: f64 = 0.0, "probability", [0.0, 1.0], "L1 Wiebe 2021: 46 % (online) to 84 % (paper) missing; 0 is the ideal study";
        /// Change of its log-odds per SD of the last score that was handed in (missing at random). The SD is that of
        /// clients' severity, or of alliance.
        observed: f64 = 0.0, "log-odds per SD", [-10.0, 10.0], "no figure", weak;
        /// Change of its log-odds per SD of the score that would be missing (missing not at random).
        unobserved: f64 = 0.0, "log-odds per SD", [-10.0, 10.0], "no figure", weak;
    }
}

params! {
    /// Who fills in the form after treatment. Everybody has a `final_score` all the same: this decides `final_observed`.
    pub struct FinalForm {
        /// Chance that a client with a planned ending fills it in.
        planned: f64 = 1.0, "probability", [0.0, 1.0], "L6 Saxon 2017: 61 % of all have a planned ending and both forms; 1 is the ideal study";
        /// Chance that a client with any other ending fills it in.
        unplanned: f64 = 1.0, "probability", [0.0, 1.0], "L6, L7: about nobody in routine care, 76 % of all in a trial; 1 is the ideal study";
        /// Change of the log-odds that it is missing per SD of the last score handed in during treatment (missing at random).
        observed: f64 = 0.0, "log-odds per SD", [-10.0, 10.0], "no figure", weak;
        /// Change of those log-odds per SD of the final score itself (missing not at random).
        unobserved: f64 = 0.0, "log-odds per SD", [-10.0, 10.0], "no figure", weak;
    }
}

/// The measures of a study by name. `symptoms` and `alliance` belong to the process; a file that leaves them out
/// keeps them (OQ-45 and WAI-SR at every session). Others look on.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(from = "BTreeMap<String, Measure>", into = "BTreeMap<String, Measure>")]
pub struct Measures(pub BTreeMap<String, Measure>);

impl Default for Measures {
    fn default() -> Self {
        let measure = |instrument: &str| Measure { instrument: instrument.into(), ..Measure::default() };
        Self(BTreeMap::from([(SYMPTOMS.into(), measure("OQ-45")), (ALLIANCE.into(), measure("WAI-SR"))]))
    }
}

impl From<BTreeMap<String, Measure>> for Measures {
    fn from(written: BTreeMap<String, Measure>) -> Self {
        let mut all = Self::default();
        all.0.extend(written);
        all
    }
}

impl From<Measures> for BTreeMap<String, Measure> {
    fn from(all: Measures) -> Self {
        all.0
    }
}

impl garde::Validate for Measures {
    type Context = ();
    fn validate_into(&self, context: &(), parent: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        for (what, measure) in &self.0 {
            measure.validate_into(context, &mut || parent().join(what.as_str()), report);
        }
    }
}

impl Measures {
    /// Measures that look on, by name.
    pub fn further(&self) -> impl Iterator<Item = (&str, &Measure)> {
        self.0.iter().map(|(name, measure)| (name.as_str(), measure)).filter(|(name, _)| !is_process(name))
    }
}

/// Key of the symptom measure in [`Measures`].
pub const SYMPTOMS: &str = "symptoms";
/// Key of the alliance measure in [`Measures`].
pub const ALLIANCE: &str = "alliance";

/// Is this one of the two measures that belong to the process?
pub fn is_process(name: &str) -> bool {
    name == SYMPTOMS || name == ALLIANCE
}

/// What a measure of this name is of.
pub fn construct(name: &str, measure: &Measure) -> Option<Construct> {
    match name {
        SYMPTOMS => Some(Construct::Symptoms),
        ALLIANCE => Some(Construct::Alliance),
        _ => measure.of,
    }
}

/// At which sessions there is a form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// Sessions from one form to the next, when there is no list.
    pub every: f64,
    /// Yes or no for each session, from 0; empty without a list.
    pub at: Vec<bool>,
}

impl Schedule {
    /// The schedule of a measure.
    pub fn of(measure: &Measure) -> Self {
        let last = measure.at.iter().max().map_or(0, |&last| usize::from(last) + 1);
        let mut at = vec![false; last];
        for &session in &measure.at {
            at[usize::from(session)] = true;
        }
        Self { every: f64::from(measure.every), at }
    }

    /// Is there a form at every session?
    pub fn always(&self) -> bool {
        self.at.is_empty() && self.every == 1.0
    }

    /// Is there a form at session `t` (1, 2, …)?
    pub fn has(&self, t: u16) -> bool {
        if self.at.is_empty() { (t - 1).is_multiple_of(self.every as u16) } else { self.at.get(usize::from(t)).copied().unwrap_or(false) }
    }
}

/// How likely a form is missing, in the unit of the scores it depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// Log-odds at the reference.
    base: f64,
    observed: f64,
    unobserved: f64,
    centre: f64,
    per_sd: f64,
}

impl Gaps {
    /// From `missing`; `reference` is the mean and the SD in the unit of the scores. None when no form is ever missing.
    pub fn of(missing: &Missing, reference: [f64; 2]) -> Option<Self> {
        (missing.chance > 0.0).then(|| Self::with(missing.chance, missing.observed, missing.unobserved, reference))
    }

    fn with(chance: f64, observed: f64, unobserved: f64, [centre, sd]: [f64; 2]) -> Self {
        Self { base: logit(chance), observed, unobserved, centre, per_sd: 1.0 / sd }
    }

    /// Is the form missing, given a uniform draw, the last score handed in (NaN when there is none) and this one?
    #[inline(always)]
    pub fn missing(&self, u: f64, last: f64, this: f64) -> bool {
        let last = if last.is_nan() { 0.0 } else { (last - self.centre) * self.per_sd };
        happens(u, self.base + self.observed * last + self.unobserved * ((this - self.centre) * self.per_sd))
    }
}

impl FinalForm {
    /// How likely the form after treatment is missing: after a planned ending, and after others.
    pub fn gaps(&self, reference: [f64; 2]) -> Option<[Gaps; 2]> {
        let complete = self.planned >= 1.0 && self.unplanned >= 1.0;
        let one = |completion: f64| Gaps::with(1.0 - completion, self.observed, self.unobserved, reference);
        (!complete).then(|| [one(self.planned), one(self.unplanned)])
    }
}

/// When a measure of the process is taken, and when it is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forms {
    /// At which sessions.
    pub schedule: Schedule,
    /// Which are missing; none when all are there.
    pub gaps: Option<Gaps>,
}

impl Forms {
    /// For a measure, with the reference of [`Gaps::of`].
    pub fn of(measure: Option<&Measure>, reference: [f64; 2]) -> Self {
        let Some(measure) = measure else {
            return Self { schedule: Schedule { every: 1.0, at: Vec::new() }, gaps: None };
        };
        Self { schedule: Schedule::of(measure), gaps: Gaps::of(&measure.missing, reference) }
    }

    /// Does everybody fill in a form at every session?
    pub fn complete(&self) -> bool {
        self.schedule.always() && self.gaps.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_names_one_measure_keeps_the_other() {
        let written = BTreeMap::from([("symptoms".to_owned(), Measure { instrument: "exact".into(), ..Measure::default() })]);
        let all = Measures::from(written);
        assert_eq!((all.0["symptoms"].instrument.as_str(), all.0["alliance"].instrument.as_str()), ("exact", "WAI-SR"));
    }

    #[test]
    fn a_list_of_sessions_takes_the_place_of_every() {
        let sessions = |measure: &Measure| (1..12).filter(|&t| Schedule::of(measure).has(t)).collect::<Vec<u16>>();
        assert_eq!(sessions(&Measure { every: 4, ..Measure::default() }), [1, 5, 9]);
        assert_eq!(sessions(&Measure { every: 4, at: vec![10, 3], ..Measure::default() }), [3, 10]);
    }

    #[test]
    fn what_is_missing_depends_on_what_it_should() {
        let gaps = |chance, observed, unobserved| Gaps::of(&Missing { chance, observed, unobserved }, [78.0, 20.0]);
        assert_eq!(gaps(0.0, 3.0, 3.0), None);
        let by_chance = gaps(0.3, 0.0, 0.0).unwrap();
        assert!(by_chance.missing(0.29, f64::NAN, 500.0) && !by_chance.missing(0.31, 500.0, 0.0));
        // One SD worse with log-odds 1 per SD: logistic(logit .3 + 1) = .538.
        let (at_random, not_at_random) = (gaps(0.3, 1.0, 0.0).unwrap(), gaps(0.3, 0.0, 1.0).unwrap());
        for u in [0.53, 0.545] {
            assert_eq!((at_random.missing(u, 98.0, 0.0), not_at_random.missing(u, 0.0, 98.0)), (u < 0.538, u < 0.538));
        }
        assert!(at_random.missing(0.29, f64::NAN, 0.0) && !at_random.missing(0.31, f64::NAN, 200.0));
    }
}
