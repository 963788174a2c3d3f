//! Study designs: what a study sees of all that is simulated. Arms are worlds in which the same clients live; a real
//! study sees each client in one of them at most, and often sees only some clients.

use crate::model::params::{choice, params};
use crate::model::rules::{Contradiction, World};

params! {
    /// Everybody is seen in every arm. No study can do that; a simulation can, and it is the truth that studies are after.
    pub struct Counterfactual {
    }
}

/// What is randomised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Unit {
    /// Clients: therapists have clients in several arms (therapists crossed with arms).
    #[default]
    Client,
    /// Therapists with all their clients: a therapist is in one arm (therapists nested in arms).
    Therapist,
    /// Clinics with all their therapists and clients: a cluster-randomised trial.
    Clinic,
}

impl Unit {
    /// The units by their name.
    fn plural(self) -> &'static str {
        match self {
            Self::Client => "clients",
            Self::Therapist => "therapists",
            Self::Clinic => "clinics",
        }
    }

    /// How many there are among so many clinics, therapists per clinic and clients per therapist.
    fn count(self, size: [u32; 3]) -> u64 {
        let nested = match self {
            Self::Client => 3,
            Self::Therapist => 2,
            Self::Clinic => 1,
        };
        size[..nested].iter().map(|&n| u64::from(n)).product()
    }
}

/// What besides the clinic divides clients before they are randomised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Stratum {
    /// Each therapist's clients have blocks of their own.
    Therapist,
    /// Clients with a score of at least `severe_from` at session 1 have blocks of their own.
    Severity,
}

params! {
    /// A randomised trial: each client is seen in one arm.
    pub struct Trial {
        /// What is randomised.
        unit: Unit = Unit::Client => skip;
        /// Allocation ratio, one number per arm in the order of the arms: [1, 1], or [2, 1] for twice as many in the first.
        allocation: Vec<u32> = vec![1, 1] => skip;
        /// Size of the permuted blocks, a multiple of the sum of the allocation ratio; 0 for simple randomisation. Blocks of
        /// clients and of therapists are formed within clinics.
        block: u32 = 4, "units", [0, 10000], "design";
        /// What divides clients further before blocks are formed. Only when clients are randomised.
        strata: Vec<Stratum> = Vec::new() => skip;
        /// Stratum Severity: symptom score at session 1 from which a client counts as severe.
        severe_from: f64 = 78.0, "score", [-10000.0, 10000.0], "design; the mean score at intake";
    }
}

params! {
    /// A naturalistic sample: some clients of each therapist, in each arm the world that it is.
    pub struct Naturalistic {
        /// Clients sampled for a therapist: `[4]` for four of each, `[1, 8]` for an uneven sample in which every number from 1 to
        /// 8 is equally likely for each therapist. A therapist with fewer gives all she has.
        clients_per_therapist: Vec<u32> = vec![1, 8] => skip;
        /// Clients in all: therapists are sampled one after the other, in random order, until there are so many. `None` samples
        /// all therapists.
        clients: Option<u32> = None, "clients", [2, 100000000], "design";
        /// Only clients who came to at least so many sessions are sampled.
        min_sessions: u16 = 3, "sessions", [1, 400], "L5: alliance is usually rated at session 3 or 4; H14: selection of at least 3 sessions";
    }
}

params! {
    /// Several studies for a meta-analysis: every clinic is a study of its own.
    pub struct Studies {
        /// Therapists of a study: `[5]` for five, [3, 10] for a number between these, different from study to study.
        therapists: Vec<u32> = vec![3, 10] => skip;
        /// Clients sampled for each therapist of a study: `[4]`, or `[2, 10]` for a number that differs from study to study.
        clients_per_therapist: Vec<u32> = vec![2, 10] => skip;
        /// Only clients who came to at least so many sessions are sampled.
        min_sessions: u16 = 3, "sessions", [1, 400], "L5: as for Naturalistic";
    }
}

choice! {
    /// What a study sees of the arms.
    pub enum Design {
        /// Everybody in every arm: the truth.
        Counterfactual(Counterfactual),
        /// A randomised trial.
        Trial(Trial),
        /// A sample from routine care.
        Naturalistic(Naturalistic),
        /// Several studies for a meta-analysis.
        Studies(Studies),
    }
}

impl Default for Design {
    fn default() -> Self {
        Self::Counterfactual(Counterfactual {})
    }
}

/// Lowest and highest number of a range written as `[n]` or `[low, high]`.
pub fn range(written: &[u32]) -> Option<[u32; 2]> {
    match *written {
        [n] if n > 0 => Some([n, n]),
        [low, high] if 0 < low && low <= high => Some([low, high]),
        _ => None,
    }
}

/// The highest number of a range.
fn most(written: &[u32]) -> u32 {
    range(written).map_or(0, |[_, high]| high)
}

impl Design {
    /// Does the study see everything?
    pub fn sees_everything(&self) -> bool {
        matches!(self, Self::Counterfactual(_))
    }

    /// The design for one arm alone: a trial needs several.
    pub fn of_one_arm(&self) -> Self {
        match self {
            Self::Trial(_) => Self::default(),
            other => other.clone(),
        }
    }

    /// The design in a few words; none when everything is seen.
    pub fn words(&self) -> String {
        match self {
            Self::Counterfactual(_) => String::new(),
            Self::Trial(trial) => trial.words(),
            Self::Naturalistic(sample) => {
                let all = sample.clients.map_or_else(String::new, |n| format!(", {n} clients in all"));
                let each = in_words(&sample.clients_per_therapist);
                format!("naturalistic sample of {each} clients per therapist{all}, with at least {} sessions", sample.min_sessions)
            }
            Self::Studies(studies) => {
                let (therapists, clients) = (in_words(&studies.therapists), in_words(&studies.clients_per_therapist));
                let least = studies.min_sessions;
                format!(
                    "one study per clinic, of {therapists} therapists with {clients} clients each who came to at least {least} sessions"
                )
            }
        }
    }

    /// What makes no sense together with the worlds of the arms (at least one).
    pub fn contradictions(&self, arms: &[&World]) -> Vec<Contradiction> {
        let mut found = Findings(Vec::new());
        match self {
            Self::Counterfactual(_) => {}
            Self::Trial(trial) => trial.contradictions(arms, &mut found),
            Self::Naturalistic(sample) => sample.contradictions(arms, &mut found),
            Self::Studies(studies) => studies.contradictions(arms, &mut found),
        }
        found.0
    }
}

/// A range in words: `4`, or `2 to 10`.
fn in_words(written: &[u32]) -> String {
    match range(written) {
        Some([low, high]) if low < high => format!("{low} to {high}"),
        _ => most(written).to_string(),
    }
}

/// What was found so far.
struct Findings(Vec<Contradiction>);

impl Findings {
    fn say(&mut self, key: &str, what: String, help: String) {
        self.0.push(Contradiction { path: format!("design.{key}"), what, help, slip: None });
    }

    /// A range that is none, or that goes beyond what some arm has.
    fn sample(&mut self, key: &str, written: &[u32], arms: &[&World], (what, size): (&str, fn(&World) -> u32)) {
        let least = arms.iter().map(|world| size(world)).min().unwrap_or(0);
        match range(written) {
            None => {
                let what = format!("is {written:?}, which is neither a number nor a range from low to high");
                self.say(key, what, "write [4] for four, or [2, 8] for two to eight".into());
            }
            Some([_, high]) if high > least => {
                let help = format!("sample at most {least}, or raise {what} to {high}");
                self.say(key, format!("is {written:?}, but only {least} are simulated ({what})"), help);
            }
            Some(_) => {}
        }
    }

    /// More sessions asked for than anybody can have.
    fn sessions(&mut self, least: u16, arms: &[&World]) {
        let cap = arms.iter().map(|world| world.endings.session_cap).min().unwrap_or(0);
        if least > cap {
            let what = format!("is {least}, but courses end after {cap} sessions at the latest (endings.session_cap)");
            self.say("min_sessions", what, format!("make it at most {cap}"));
        }
    }
}

/// Number of therapists of a clinic, and where it comes from.
const THERAPISTS: (&str, fn(&World) -> u32) = ("clinics.therapists", |world| world.clinics.therapists);
/// Number of clients of a therapist, and where it comes from.
const CLIENTS: (&str, fn(&World) -> u32) = ("clinics.clients_per_therapist", |world| {
    // How many clients an open clinic brings a therapist is a matter of chance.
    if world.workload.is_some() { u32::MAX } else { world.clinics.clients_per_therapist }
});

impl Trial {
    fn words(&self) -> String {
        let units = self.unit.plural();
        let ratio: Vec<String> = self.allocation.iter().map(ToString::to_string).collect();
        let within = if self.unit == Unit::Clinic { "" } else { " within clinics" };
        let how = if self.block == 0 { "without blocks".into() } else { format!("in blocks of {}{within}", self.block) };
        let strata: Vec<String> = self.strata.iter().map(|stratum| format!("{stratum:?}").to_lowercase()).collect();
        let strata = if strata.is_empty() { String::new() } else { format!(", stratified by {}", strata.join(" and ")) };
        format!("trial, {units} randomised {} {how}{strata}", ratio.join(":"))
    }

    fn contradictions(&self, arms: &[&World], found: &mut Findings) {
        let n = arms.len();
        if n < 2 {
            found.say(
                "unit",
                "a trial needs at least two arms to randomise to, and there is one".into(),
                "add arms, or leave `design` away".into(),
            );
            return;
        }
        self.ratio(n, found);
        self.units(arms, found);
        self.open_clinics(arms, found);
        self.couples(arms, found);
        if !self.strata.is_empty() && self.unit != Unit::Client {
            let what = format!("is {:?}, but {} are randomised, not clients", self.strata, self.unit.plural());
            found.say("strata", what, "leave strata away, or randomise clients".into());
        } else if !self.strata.is_empty() && self.block == 0 {
            let help = "strata work through blocks: give a block, or leave strata away";
            found.say("strata", format!("is {:?}, but without blocks nothing is balanced within strata", self.strata), help.into());
        }
    }

    fn ratio(&self, arms: usize, found: &mut Findings) {
        let even = vec![1; arms];
        let written = &self.allocation;
        if written.len() != arms {
            let count = if written.len() == 1 { "1 number".into() } else { format!("{} numbers", written.len()) };
            found.say(
                "allocation",
                format!("is {written:?}, {count} for {arms} arms"),
                format!("write one number per arm, such as {even:?}"),
            );
        } else if written.iter().any(|&share| !(1..=1000).contains(&share)) {
            let help = format!("write whole numbers from 1 to 1000, such as {even:?}");
            found.say("allocation", format!("is {written:?}, and an arm without a share is not in the trial"), help);
        } else {
            let sum: u32 = written.iter().sum();
            if !self.block.is_multiple_of(sum) {
                let next = self.block.div_ceil(sum) * sum;
                let what = format!("is {}, which cannot be divided {}", self.block, ratio_in_words(written));
                found.say("block", what, format!("make it a multiple of {sum}, such as {next}, or 0 for simple randomisation"));
            }
        }
    }

    /// Partners cannot come together and be in two arms.
    fn couples(&self, arms: &[&World], found: &mut Findings) {
        if self.unit == Unit::Client && arms.iter().any(|world| world.couples.is_some()) {
            let what = "is Client, but with `couples` partners come together and cannot be in different arms".into();
            found.say("unit", what, "randomise therapists or clinics".into());
        }
    }

    /// In an open clinic a client's therapist may be another one in every arm.
    fn open_clinics(&self, arms: &[&World], found: &mut Findings) {
        let by_therapist = self.unit == Unit::Therapist || self.strata.contains(&Stratum::Therapist);
        if by_therapist && arms.iter().any(|world| world.workload.is_some()) {
            let key = if self.unit == Unit::Therapist { "unit" } else { "strata" };
            let what = "goes by therapist, but in an open clinic a client may have another therapist in every arm".into();
            found.say(key, what, "randomise clients or clinics, or leave `workload` away".into());
        }
    }

    fn units(&self, arms: &[&World], found: &mut Findings) {
        let size = |world: &World| [world.clinics.count, world.clinics.therapists, world.clinics.clients_per_therapist];
        let first = size(arms[0]);
        if let Some(other) = arms.iter().map(|world| size(world)).find(|other| *other != first) {
            let what =
                format!("arms of a trial differ in clinics, therapists per clinic or clients per therapist: {first:?} and {other:?}");
            found.say("unit", what, "give all arms the same clinics: the trial decides who is in which arm".into());
        }
        let (units, name) = (self.unit.count(first), self.unit.plural());
        if units < arms.len() as u64 {
            let what = format!("is {:?}, but there are fewer {name} ({units}) than arms ({})", self.unit, arms.len());
            found.say("unit", what, "simulate more of them under `clinics`, or randomise smaller units".into());
        }
    }
}

fn ratio_in_words(allocation: &[u32]) -> String {
    let parts: Vec<String> = allocation.iter().map(ToString::to_string).collect();
    parts.join(" : ")
}

impl Naturalistic {
    fn contradictions(&self, arms: &[&World], found: &mut Findings) {
        found.sample("clients_per_therapist", &self.clients_per_therapist, arms, CLIENTS);
        found.sessions(self.min_sessions, arms);
        let therapists = arms.iter().map(|world| u64::from(world.clinics.count) * u64::from(world.clinics.therapists)).min();
        let (Some(clients), Some([low, high]), Some(therapists)) = (self.clients, range(&self.clients_per_therapist), therapists) else {
            return;
        };
        let each = u64::from(low) + u64::from(high);
        let expected = therapists * each / 2;
        if u64::from(clients) > expected {
            let numbers = in_words(&self.clients_per_therapist);
            let what = format!("is {clients}, but {therapists} therapists with {numbers} clients each give only about {expected}");
            let enough = (2 * u64::from(clients)).div_ceil(each);
            found.say("clients", what, format!("ask for at most {expected}, or simulate at least {enough} therapists in all"));
        }
    }
}

impl Studies {
    fn contradictions(&self, arms: &[&World], found: &mut Findings) {
        found.sample("therapists", &self.therapists, arms, THERAPISTS);
        found.sample("clients_per_therapist", &self.clients_per_therapist, arms, CLIENTS);
        found.sessions(self.min_sessions, arms);
        if let Some(count) = arms.iter().map(|world| world.clinics.count).min().filter(|&count| count < 2) {
            let what = format!("every clinic is a study, and there is only {count}");
            found.say("therapists", what, "set clinics.count to the number of studies".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_one_number_or_two_in_order() {
        assert_eq!((range(&[4]), range(&[2, 8]), range(&[3, 3])), (Some([4, 4]), Some([2, 8]), Some([3, 3])));
        for bad in [&[][..], &[0], &[8, 2], &[0, 2], &[1, 2, 3]] {
            assert_eq!(range(bad), None, "{bad:?}");
        }
    }
}
