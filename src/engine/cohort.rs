//! A cohort: every therapist treats a fixed number of clients, and nobody waits. All arms are stepped over
//! one set of draws.

use super::replicate::{ArmResult, Cell, CourseResult, Dyad, SessionObserver, Workspace};
use super::streams::{Bookmark, Entity, LaneStreams, Purpose, ReplicateStreams};
use super::vector::{Kernel, at};
use crate::model::couples::{Couples, start_together};
use crate::model::courses::Courses;
use crate::model::development::start_week;
use crate::model::draws::{IntakeLuck, SessionLuck, W};
use crate::model::ending::EndReason;
use crate::model::intake::{Start, finish_rates, start};
use crate::model::rules::Rules;
use crate::model::session::step;
use crate::model::therapist::Therapist;

/// Size of a study: clinics, therapists per clinic, clients per therapist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Clinics.
    pub clinics: usize,
    /// Therapists per clinic.
    pub therapists: usize,
    /// Clients per therapist.
    pub clients: usize,
}

impl Size {
    pub(super) fn of(rules: &Rules) -> Self {
        let c = &rules.world.clinics;
        Self { clinics: c.count as usize, therapists: c.therapists as usize, clients: c.clients_per_therapist as usize }
    }

    pub(super) fn union(self, other: Self) -> Self {
        Self {
            clinics: self.clinics.max(other.clinics),
            therapists: self.therapists.max(other.therapists),
            clients: self.clients.max(other.clients),
        }
    }

    /// Room for whole couples: an even number of clients.
    pub(super) fn in_couples(self) -> Self {
        Self { clients: self.clients.next_multiple_of(2), ..self }
    }

    /// Clients in all.
    pub fn total(self) -> usize {
        self.clinics * self.therapists * self.clients
    }

    /// Where client `i` of therapist `j` of clinic `k` stands, if the study has that client.
    #[inline(always)]
    fn position(self, [k, j, i]: [usize; 3]) -> Option<usize> {
        (k < self.clinics && j < self.therapists && i < self.clients).then(|| (k * self.therapists + j) * self.clients + i)
    }

    /// All clients, in order.
    #[inline(always)]
    fn everybody(self) -> Everybody {
        Everybody { size: self, next: [0; 3] }
    }

    /// Clinic, therapist within clinic, client within therapist.
    #[inline(always)]
    pub fn address(self, at: usize) -> [usize; 3] {
        let (therapist, client) = (at / self.clients, at % self.clients);
        [therapist / self.therapists, therapist % self.therapists, client]
    }
}

/// Goes through all clients of a study without a division.
struct Everybody {
    size: Size,
    next: [usize; 3],
}

impl Iterator for Everybody {
    type Item = [usize; 3];

    #[inline(always)]
    fn next(&mut self) -> Option<[usize; 3]> {
        let here = self.next;
        let [clinic, therapist, client] = &mut self.next;
        if *clinic >= self.size.clinics || self.size.total() == 0 {
            return None;
        }
        *client += 1;
        if *client == self.size.clients {
            *client = 0;
            *therapist += 1;
        }
        if *therapist == self.size.therapists {
            *therapist = 0;
            *clinic += 1;
        }
        Some(here)
    }
}

/// Treats all clients of a replicate under all arms of a cell.
pub(super) fn treat(cell: &Cell, streams: ReplicateStreams, work: &mut Workspace, observer: &mut impl SessionObserver) {
    for (arm, size) in work.arms.iter_mut().zip(&cell.sizes) {
        arm.service = None;
        arm.dyads.clear();
        arm.dyads.resize(size.total(), Dyad { client: 0, therapist: None });
        arm.starts.clear();
        arm.starts.resize(size.total(), Start::default());
        arm.courses.clear();
        arm.courses.resize(size.total(), CourseResult::default());
    }
    at(work.width, AllCourses { cell, streams, work, observer });
}

/// Everything that happens to clients in one replicate: the hot part.
struct AllCourses<'a, O> {
    cell: &'a Cell,
    streams: ReplicateStreams,
    work: &'a mut Workspace,
    observer: &'a mut O,
}

impl<O: SessionObserver> Kernel for AllCourses<'_, O> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        admit_everybody(self.cell, self.streams, &mut self.work.arms, &mut self.work.sessions);
        hold_sessions(self.cell, self.work, self.observer);
    }
}

/// Intake of all clients, [`W`] at a time; leaves a bookmark in each one's session stream.
#[inline(always)]
fn admit_everybody(cell: &Cell, streams: ReplicateStreams, arms: &mut [ArmResult], sessions: &mut Vec<Bookmark>) {
    let mut luck = IntakeLuck::default();
    let mut everybody = cell.size.everybody();
    sessions.clear();
    loop {
        let mut addresses = [[0; 3]; W];
        let here = addresses.iter_mut().zip(&mut everybody).map(|(address, next)| *address = next).count();
        if here == 0 {
            return;
        }
        let mut clients = [Entity::Clinic(0); W];
        for (client_of, &address) in clients.iter_mut().zip(&addresses) {
            *client_of = client(address);
        }
        luck.draw(&LaneStreams::open(streams, &clients, Purpose::Intake).take(&cell.needs.client), &cell.needs);
        let lanes = LaneStreams::open(streams, &clients, Purpose::Sessions);
        sessions.extend((0..here).map(|l| lanes.bookmark(l)));
        for ((arm, rules), &size) in arms.iter_mut().zip(&cell.arms).zip(&cell.sizes) {
            admit_lanes(rules, size, &addresses[..here], &luck, arm);
        }
    }
}

/// Intake of the clients in all lanes into one arm. Rates come last, all together: exponentials are dear.
#[inline(always)]
fn admit_lanes(rules: &Rules, size: Size, addresses: &[[usize; 3]], luck: &IntakeLuck, arm: &mut ArmResult) {
    let mut rates = [0.0; W];
    let mut positions = [None; W];
    for (l, &address) in addresses.iter().enumerate() {
        positions[l] = size.position(address);
        if let Some(at) = positions[l] {
            let therapist = address[0] * size.therapists + address[1];
            arm.dyads[at] = Dyad { client: client(address).word(), therapist: Some(therapist) };
            let (clinic, hired) = (&arm.clinics[address[0]], &arm.therapists[therapist]);
            arm.starts[at] = if rules.develops {
                let (week, then) = on_the_day(rules, size, address[2], hired);
                Start { week, ..start(rules, clinic, &then, &luck.of(l)) }
            } else {
                start(rules, clinic, hired, &luck.of(l))
            };
            rates[l] = arm.starts[at].rate;
        }
    }
    if let Some(couples) = &rules.world.couples {
        admit_couples((rules, couples), size, addresses, luck, (arm, &mut rates));
    }
    finish_rates(rules, &mut rates);
    for (at, rate) in positions.into_iter().zip(rates) {
        if let Some(at) = at {
            arm.starts[at].rate = rate;
        }
    }
}

/// When a therapist's client number `client` starts, and what the therapist is by then.
fn on_the_day(rules: &Rules, size: Size, client: usize, hired: &Therapist) -> (f64, Therapist) {
    let week = start_week(rules.world.clinics.recruitment_weeks, client, size.clients);
    (week, hired.at(&rules.world.therapists, rules.has_feedback, week))
}

/// Intake of clients who come in couples: partners sit in lanes 0 and 1, 2 and 3, … and start together.
#[inline(never)]
fn admit_couples(
    (rules, couples): (&Rules, &Couples),
    size: Size,
    addresses: &[[usize; 3]],
    luck: &IntakeLuck,
    (arm, rates): (&mut ArmResult, &mut [f64; W]),
) {
    for (pair, partners) in addresses.chunks_exact(2).enumerate() {
        let Some(at) = size.position(partners[0]) else {
            continue;
        };
        let [clinic, therapist, client] = partners[0];
        let hired = &arm.therapists[clinic * size.therapists + therapist];
        let (week, then) = if rules.develops { on_the_day(rules, size, client, hired) } else { (0.0, *hired) };
        let own = [luck.of(2 * pair), luck.of(2 * pair + 1)];
        let starts = start_together(rules, couples, &arm.clinics[clinic], &then, [&own[0], &own[1]]);
        for (partner, start) in starts.into_iter().enumerate() {
            rates[2 * pair + partner] = start.rate;
            arm.starts[at + partner] = Start { week, ..start };
        }
    }
}

fn client([k, j, i]: [usize; 3]) -> Entity {
    Entity::Client(k as u32, j as u32, i as u32)
}

/// A set of lanes, one bit each.
pub(super) type LaneSet = u32;

const ALL_LANES: LaneSet = (((1u64) << W) - 1) as LaneSet;

/// The lanes of a set.
#[inline(always)]
pub(super) fn lanes_of(mut set: LaneSet) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        (set != 0).then(|| {
            let l = set.trailing_zeros() as usize;
            set &= set - 1;
            l
        })
    })
}

/// The lanes that may take clients, of those that are free. Partners come together and sit side by side: for couples, an even
/// lane and the one after it, when both are free.
#[inline(always)]
fn seats_for(free: LaneSet, couples: bool) -> LaneSet {
    const EVEN: LaneSet = ALL_LANES / 3;
    let both = free & (free >> 1) & EVEN;
    if couples { both | (both << 1) } else { free }
}

/// Who sits in which lane of one arm.
#[derive(Clone, Copy)]
struct Seats {
    /// Lanes with a client in treatment.
    taken: LaneSet,
    /// Position of the client in each taken lane.
    client: [usize; W],
}

/// Holds the sessions of all clients. A lane takes the next client as soon as the course in it has
/// ended in every arm.
#[inline(always)]
fn hold_sessions<O: SessionObserver>(cell: &Cell, work: &mut Workspace, observer: &mut O) {
    let Workspace { arms, courses, sessions, .. } = work;
    // Where arms differ in size both ways, there are clients that no arm has: nobody waits for them.
    let somebodys = |address: [usize; 3]| cell.sizes.iter().any(|size| size.position(address).is_some());
    // Partners are in the same arms, but for the odd one out among clients who are couples in other arms only.
    let first = |[k, j, i]: [usize; 3]| if cell.couples { [k, j, i & !1] } else { [k, j, i] };
    let mut waiting = cell.size.everybody().zip(sessions.iter()).filter(|(address, _)| somebodys(first(*address)));
    let mut seats = vec![Seats { taken: 0, client: [0; W] }; cell.arms.len()];
    let mut lanes = LaneStreams::default();
    let mut luck = SessionLuck::default();
    let Some(base) = cell.arms.first() else {
        return;
    };
    loop {
        let treated = seats.iter().fold(0, |set, arm| set | arm.taken);
        for (l, (address, bookmark)) in lanes_of(seats_for(ALL_LANES & !treated, cell.couples)).zip(&mut waiting) {
            lanes.resume(l, *bookmark);
            for (((arm, size), seats), courses) in arms.iter().zip(&cell.sizes).zip(&mut seats).zip(courses.iter_mut()) {
                if let Some(at) = size.position(address) {
                    courses.admit(l, &arm.starts[at]);
                    seats.client[l] = at;
                    seats.taken |= 1 << l;
                }
            }
        }
        if seats.iter().all(|arm| arm.taken == 0) {
            return;
        }
        luck.draw(&lanes.session(&cell.needs.session), &cell.needs, &base.gamma);
        for (a, rules) in cell.arms.iter().enumerate() {
            let (courses, seats, arm) = (&mut courses[a], &mut seats[a], &mut arms[a]);
            step::<O>(rules, &luck, courses);
            if O::HEARS {
                for l in lanes_of(seats.taken) {
                    observer.session(a, seats.client[l], rules, courses, l);
                }
            }
            for l in lanes_of(seats.taken & ended_lanes(courses)) {
                let at = seats.client[l];
                arm.courses[at] = discharge(rules, courses, l, arm.starts[at].post);
                seats.taken &= !(1 << l);
            }
        }
    }
}

/// Lanes whose course ended in this session.
#[inline(always)]
pub(super) fn ended_lanes(courses: &Courses) -> LaneSet {
    let mut set = 0;
    for l in 0..W {
        set |= LaneSet::from(courses.end[l] > 0.5) << l;
    }
    set
}

/// The record of a course that has just ended.
#[inline(always)]
pub(super) fn discharge(rules: &Rules, c: &Courses, l: usize, post: [f64; 3]) -> CourseResult {
    let (symptoms, alliance) = (&rules.symptom_scale, &rules.alliance_scale);
    let final_score = c.post_score(rules, l, post);
    CourseResult {
        sessions: c.session[l] as u16,
        reason: c.ended(l).unwrap_or(EndReason::Cap),
        intake_score: symptoms.own(c.intake_score[l]),
        final_score: symptoms.own(final_score),
        final_observed: c.final_observed(rules, l, final_score, post),
        final_symptoms: c.symptoms[l],
        early_rating: alliance.own(c.early_rating[l]),
        last_rating: alliance.own(c.rating[l]),
        ruptures: c.ruptures[l] as u16,
        repairs: c.repairs[l] as u16,
        ruptured_sessions: c.ruptured_sessions[l] as u16,
        noticed_sessions: c.notices[l] as u16,
        reports: [c.reports[0][l] as u16, c.reports[1][l] as u16, c.reports[2][l] as u16],
        stepped_up: c.held_before[l] > 0.0,
        first_red: c.first_red[l] as u16,
        first_improved: c.first_improved[l] as u16,
    }
}
