//! Which clients a study sees in which arm of a replicate. The luck of allocation and sampling has purposes of its own, and
//! belongs to clients, therapists and clinics: it is the same in every arm and in every cell of a sweep.

use super::allocation::{Lot, allocate, between, enrolled};
use super::replicate::ArmResult;
use super::streams::{Entity, Purpose, ReplicateStreams};
use crate::model::math::{normal, uniform};
use crate::scenario::design::{Design, Naturalistic, Stratum, Studies, Trial, Unit, range};
use std::collections::BTreeMap;

/// The clients of one arm whom a study sees there, in the order of the arm's clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    clients: Vec<bool>,
    /// Every clinic is a study of its own.
    several: bool,
}

impl Seen {
    fn nobody(arm: &ArmResult) -> Self {
        Self { clients: vec![false; arm.dyads.len()], several: false }
    }

    /// Does the study see this client in this arm?
    pub fn sees(&self, client: usize) -> bool {
        self.clients.get(client).is_some_and(|&seen| seen)
    }

    /// The study that clients of a clinic (from 0) belong to, from 0.
    pub fn study_of(&self, clinic: usize) -> usize {
        if self.several { clinic } else { 0 }
    }

    /// Positions of the clients that are seen.
    pub fn positions(&self) -> impl Iterator<Item = usize> + Clone {
        self.clients.iter().enumerate().filter(|(_, seen)| **seen).map(|(position, _)| position)
    }
}

/// Luck of a clinic as a study of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudyLuck {
    /// Standard normal: how strongly alliance works there.
    pub effect: f64,
    /// Uniform: number of therapists.
    therapists: f64,
    /// Uniform: number of clients per therapist.
    clients: f64,
}

impl StudyLuck {
    /// Luck of a clinic. The order of its draws is frozen.
    pub fn of(streams: ReplicateStreams, clinic: u32) -> Self {
        let [effect, therapists, clients] = streams.bits(Entity::Clinic(clinic), Purpose::Studies);
        Self { effect: f64::from(normal(effect)), therapists: uniform(therapists), clients: uniform(clients) }
    }
}

/// Everybody in every arm.
pub fn everybody(arms: &[ArmResult]) -> Vec<Seen> {
    arms.iter().map(|arm| Seen { clients: vec![true; arm.dyads.len()], several: false }).collect()
}

/// What a study of a design sees of each arm of a replicate.
pub fn see(design: &Design, streams: ReplicateStreams, arms: &[ArmResult]) -> Vec<Seen> {
    match design {
        Design::Counterfactual(_) => everybody(arms),
        Design::Trial(trial) => randomise(trial, Luck { streams }, arms),
        Design::Naturalistic(sample) => arms.iter().map(|arm| sample_routine_care(sample, Luck { streams }, arm)).collect(),
        Design::Studies(studies) => arms.iter().map(|arm| sample_studies(studies, Luck { streams }, arm)).collect(),
    }
}

/// Lots of clients, therapists and clinics.
#[derive(Clone, Copy)]
struct Luck {
    streams: ReplicateStreams,
}

impl Luck {
    /// The lot at an address. The order of its draws is frozen.
    fn lot(self, word: u64) -> Lot {
        let [order, arm, size] = self.streams.bits_at(word, Purpose::Allocation);
        Lot { order, arm: uniform(arm), size: uniform(size) }
    }

    /// Partners stand together in the order.
    fn clients(self, arm: &ArmResult) -> Vec<Lot> {
        let mut lots: Vec<Lot> = arm.dyads.iter().map(|dyad| self.lot(dyad.client)).collect();
        if arm.couples {
            for couple in lots.chunks_exact_mut(2) {
                couple[1].order = couple[0].order;
            }
        }
        lots
    }

    fn therapists(self, arm: &ArmResult) -> Vec<Lot> {
        let per_clinic = (arm.therapists.len() / arm.clinics.len().max(1)).max(1);
        let address = |j: usize| Entity::Therapist((j / per_clinic) as u32, (j % per_clinic) as u32);
        (0..arm.therapists.len()).map(|j| self.lot(address(j).word())).collect()
    }

    fn clinics(self, arm: &ArmResult) -> Vec<Lot> {
        (0..arm.clinics.len()).map(|k| self.lot(Entity::Clinic(k as u32).word())).collect()
    }
}

/// A trial: each client is seen in the arm that she, her therapist or her clinic is allocated to.
fn randomise(trial: &Trial, luck: Luck, arms: &[ArmResult]) -> Vec<Seen> {
    let Some(base) = arms.first() else {
        return Vec::new();
    };
    let allocated: Vec<usize> = match trial.unit {
        Unit::Client => by_stratum(trial, &luck.clients(base), |client| stratum(trial, base, client)),
        Unit::Therapist => {
            let arm_of = by_stratum(trial, &luck.therapists(base), |therapist| [base.clinic_of(therapist), 0, 0]);
            base.dyads.iter().map(|dyad| dyad.therapist.map_or(0, |therapist| arm_of[therapist])).collect()
        }
        Unit::Clinic => {
            let arm_of = by_stratum(trial, &luck.clinics(base), |_| [0; 3]);
            base.dyads.iter().map(|dyad| arm_of[dyad.clinic()]).collect()
        }
    };
    let in_arm = |(a, arm): (usize, &ArmResult)| {
        let mut seen = Seen::nobody(arm);
        for (position, in_base) in arm.shared_with(base) {
            seen.clients[position] = allocated[in_base] == a;
        }
        seen
    };
    arms.iter().enumerate().map(in_arm).collect()
}

/// Clinic, therapist and severity that a client is stratified by; what does not count is 0.
fn stratum(trial: &Trial, base: &ArmResult, client: usize) -> [usize; 3] {
    let dyad = base.dyads[client];
    let own_blocks = |of: Stratum| trial.strata.contains(&of);
    [
        dyad.clinic(),
        dyad.therapist.filter(|_| own_blocks(Stratum::Therapist)).unwrap_or(0),
        usize::from(own_blocks(Stratum::Severity) && base.courses[client].intake_score >= trial.severe_from),
    ]
}

/// Arms of all units, allocated stratum by stratum.
fn by_stratum(trial: &Trial, lots: &[Lot], stratum: impl Fn(usize) -> [usize; 3]) -> Vec<usize> {
    let mut strata = BTreeMap::<[usize; 3], Vec<usize>>::new();
    for unit in 0..lots.len() {
        strata.entry(stratum(unit)).or_default().push(unit);
    }
    let mut arms = vec![0; lots.len()];
    for units in strata.into_values() {
        let order = enrolled(units, lots);
        let drawn = allocate(&trial.allocation, trial.block, order.iter().map(|&unit| lots[unit].arm));
        for (unit, arm) in order.into_iter().zip(drawn) {
            arms[unit] = arm;
        }
    }
    arms
}

/// Clients who came often enough, by therapist, in the order in which they are sampled.
fn eligible(arm: &ArmResult, luck: Luck, min_sessions: u16) -> Vec<Vec<usize>> {
    let lots = luck.clients(arm);
    let mut own = vec![Vec::new(); arm.therapists.len()];
    for (client, (dyad, course)) in arm.dyads.iter().zip(&arm.courses).enumerate() {
        if let Some(therapist) = dyad.therapist.filter(|_| course.sessions >= min_sessions) {
            own[therapist].push(client);
        }
    }
    own.into_iter().map(|clients| enrolled(clients, &lots)).collect()
}

/// A sample of routine care: therapists in random order, some clients of each.
fn sample_routine_care(sample: &Naturalistic, luck: Luck, arm: &ArmResult) -> Seen {
    let mut seen = Seen::nobody(arm);
    let lots = luck.therapists(arm);
    let clients = eligible(arm, luck, sample.min_sessions);
    let range = range(&sample.clients_per_therapist).unwrap_or([0, 0]);
    let mut wanted = sample.clients.map_or(usize::MAX, |n| n as usize);
    for therapist in enrolled((0..lots.len()).collect(), &lots) {
        for &client in clients[therapist].iter().take(between(range, lots[therapist].size).min(wanted)) {
            seen.clients[client] = true;
            wanted -= 1;
        }
    }
    seen
}

/// Several studies: each clinic has its own number of therapists and of clients per therapist.
fn sample_studies(studies: &Studies, luck: Luck, arm: &ArmResult) -> Seen {
    let mut seen = Seen { several: true, ..Seen::nobody(arm) };
    let lots = luck.therapists(arm);
    let clients = eligible(arm, luck, studies.min_sessions);
    let [therapists, each] = [&studies.therapists, &studies.clients_per_therapist].map(|written| range(written).unwrap_or([0, 0]));
    for clinic in 0..arm.clinics.len() {
        let own = StudyLuck::of(luck.streams, clinic as u32);
        let staff = (0..lots.len()).filter(|&therapist| arm.clinic_of(therapist) == clinic).collect();
        for therapist in enrolled(staff, &lots).into_iter().take(between(therapists, own.therapists)) {
            for &client in clients[therapist].iter().take(between(each, own.clients)) {
                seen.clients[client] = true;
            }
        }
    }
    seen
}
