//! One replicate of one cell: the same clinics, therapists and clients under every arm.

use super::streams::{Bookmark, Entity, LaneStreams, Purpose, ReplicateStreams};
use super::vector::{Kernel, Width, at};
use crate::model::clinic::{Clinic, ClinicLuck};
use crate::model::draws::{IntakeLuck, Needs, SessionLuck, W};
use crate::model::ending::EndReason;
use crate::model::intake::{Start, finish_rates, start};
use crate::model::rules::Rules;
use crate::model::session::{Courses, Observed, step};
use crate::model::therapist::{Therapist, TherapistLuck};

/// Size of a study: clinics, therapists per clinic, clients per therapist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Clinics.
    pub clinics: usize,
    /// Therapists per clinic.
    pub therapists: usize,
    /// Clients per therapist.
    pub clients: usize,
}

impl Size {
    fn of(rules: &Rules) -> Self {
        let c = &rules.world.clinics;
        Self { clinics: c.count as usize, therapists: c.therapists as usize, clients: c.clients_per_therapist as usize }
    }

    fn union(self, other: Self) -> Self {
        Self {
            clinics: self.clinics.max(other.clinics),
            therapists: self.therapists.max(other.therapists),
            clients: self.clients.max(other.clients),
        }
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

/// The arms of one cell of the design, ready to run.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Rules of each arm; the first is the comparison arm.
    pub arms: Vec<Rules>,
    /// A number of its own for a cell that does not share the luck of other cells; 0 for luck in common.
    pub luck: u64,
    size: Size,
    needs: Needs,
}

impl Cell {
    /// A cell from its arms (at least one).
    pub fn new(mut arms: Vec<Rules>) -> Self {
        if let Some((base, others)) = arms.split_first_mut() {
            for other in others {
                other.own_shape = other.gamma != base.gamma;
            }
        }
        let size = arms.iter().map(Size::of).reduce(Size::union).unwrap_or(Size { clinics: 0, therapists: 0, clients: 0 });
        let needs = arms.iter().map(|rules| rules.needs).reduce(Needs::or).unwrap_or_default();
        Self { arms, luck: 0, size, needs }
    }

    /// Clients that some arm has, in one replicate.
    pub fn clients(&self) -> usize {
        self.size.total()
    }
}

/// How one course went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CourseResult {
    /// Sessions held.
    pub sessions: u16,
    /// Why it ended.
    pub reason: EndReason,
    /// Symptom score at session 1.
    pub intake_score: f64,
    /// Symptom score after treatment.
    pub final_score: f64,
    /// Symptom level after treatment, points (latent).
    pub final_symptoms: f64,
    /// Alliance rating at the early session, or the last before it.
    pub early_rating: f64,
    /// Alliance rating at the last session.
    pub last_rating: f64,
    /// Ruptures that opened.
    pub ruptures: u16,
    /// Ruptures repaired.
    pub repairs: u16,
    /// Sessions with a rupture in the room.
    pub ruptured_sessions: u16,
    /// Sessions in which the therapist noticed it.
    pub noticed_sessions: u16,
    /// Sessions in which observer, therapist, client would report a rupture.
    pub reports: [u16; 3],
    /// First session not on track, 0 if never.
    pub first_red: u16,
    /// First session with reliable improvement, 0 if never.
    pub first_improved: u16,
}

impl Default for CourseResult {
    fn default() -> Self {
        Self {
            sessions: 0,
            reason: EndReason::Cap,
            intake_score: f64::NAN,
            final_score: f64::NAN,
            final_symptoms: f64::NAN,
            early_rating: f64::NAN,
            last_rating: f64::NAN,
            ruptures: 0,
            repairs: 0,
            ruptured_sessions: 0,
            noticed_sessions: 0,
            reports: [0; 3],
            first_red: 0,
            first_improved: 0,
        }
    }
}

/// Everything that happened in one arm of one replicate, in client order.
#[derive(Clone, Debug)]
pub struct ArmResult {
    /// Size of this arm's study.
    pub size: Size,
    /// Clinics.
    pub clinics: Vec<Clinic>,
    /// Therapists, clinic by clinic.
    pub therapists: Vec<Therapist>,
    /// How each client started.
    pub starts: Vec<Start>,
    /// How each course went.
    pub courses: Vec<CourseResult>,
}

/// Hears of every session of every course. `ON` false costs nothing.
pub trait SessionObserver: Observed {
    /// Lane `l` of `courses` has just had a session; `client` is its position in the arm's study.
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, courses: &Courses, l: usize);
}

/// Nobody listens.
pub struct Unobserved;

impl Observed for Unobserved {
    const ON: bool = false;
}

impl SessionObserver for Unobserved {
    fn session(&mut self, _: usize, _: usize, _: &Rules, _: &Courses, _: usize) {}
}

/// Memory for one replicate at a time, used again and again.
pub struct Workspace {
    /// Results of the arms.
    pub arms: Vec<ArmResult>,
    courses: Vec<Courses>,
    sessions: Vec<Bookmark>,
    /// Vector width to use; results do not depend on it.
    pub width: Width,
}

impl Default for Workspace {
    fn default() -> Self {
        Self { arms: Vec::new(), courses: Vec::new(), sessions: Vec::new(), width: Width::widest() }
    }
}

impl Workspace {
    /// Simulates a replicate of a cell; the results are in `self.arms` until the next call.
    pub fn simulate(&mut self, cell: &Cell, seed: u64, replicate: u64, observer: &mut impl SessionObserver) {
        let streams = ReplicateStreams::new(seed, replicate).of_cell(cell.luck);
        self.arms.resize_with(cell.arms.len(), || ArmResult {
            size: Size { clinics: 0, therapists: 0, clients: 0 },
            clinics: Vec::new(),
            therapists: Vec::new(),
            starts: Vec::new(),
            courses: Vec::new(),
        });
        for (arm, rules) in self.arms.iter_mut().zip(&cell.arms) {
            staff(arm, rules, streams);
        }
        self.courses.resize_with(cell.arms.len(), Courses::default);
        at(self.width, AllCourses { cell, streams, work: self, observer });
    }
}

/// Opens the clinics and hires the therapists of an arm.
fn staff(arm: &mut ArmResult, rules: &Rules, streams: ReplicateStreams) {
    let world = &rules.world;
    arm.size = Size::of(rules);
    arm.clinics.clear();
    arm.therapists.clear();
    for k in 0..world.clinics.count {
        let luck = ClinicLuck::draw(&streams.bits(Entity::Clinic(k), Purpose::Intake));
        arm.clinics.push(Clinic::open(&world.clinics, luck));
        for j in 0..world.clinics.therapists {
            let luck = TherapistLuck::draw(&streams.bits(Entity::Therapist(k, j), Purpose::Intake));
            arm.therapists.push(if rules.typical_therapist {
                Therapist::typical(&world.therapists)
            } else {
                Therapist::train(&world.therapists, &rules.factor, rules.uptake.at(luck.uptake), &luck)
            });
        }
    }
    arm.starts.clear();
    arm.starts.resize(arm.size.total(), Start::default());
    arm.courses.clear();
    arm.courses.resize(arm.size.total(), CourseResult::default());
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
        for (arm, rules) in arms.iter_mut().zip(&cell.arms) {
            admit_lanes(rules, &addresses[..here], &luck, arm);
        }
    }
}

/// Intake of the clients in all lanes into one arm. Rates come last, all together: exponentials are dear.
#[inline(always)]
fn admit_lanes(rules: &Rules, addresses: &[[usize; 3]], luck: &IntakeLuck, arm: &mut ArmResult) {
    let mut rates = [0.0; W];
    let mut positions = [None; W];
    for (l, &address) in addresses.iter().enumerate() {
        positions[l] = arm.size.position(address);
        if let Some(at) = positions[l] {
            let therapist = &arm.therapists[address[0] * arm.size.therapists + address[1]];
            arm.starts[at] = start(rules, &arm.clinics[address[0]], therapist, &luck.of(l));
            rates[l] = arm.starts[at].rate;
        }
    }
    finish_rates(rules, &mut rates);
    for (at, rate) in positions.into_iter().zip(rates) {
        if let Some(at) = at {
            arm.starts[at].rate = rate;
        }
    }
}

fn client([k, j, i]: [usize; 3]) -> Entity {
    Entity::Client(k as u32, j as u32, i as u32)
}

/// A set of lanes, one bit each.
type LaneSet = u32;

const ALL_LANES: LaneSet = (((1u64) << W) - 1) as LaneSet;

/// The lanes of a set.
#[inline(always)]
fn lanes_of(mut set: LaneSet) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        (set != 0).then(|| {
            let l = set.trailing_zeros() as usize;
            set &= set - 1;
            l
        })
    })
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
    let sizes: Vec<Size> = arms.iter().map(|arm| arm.size).collect();
    let somebodys = |address: [usize; 3]| sizes.iter().any(|size| size.position(address).is_some());
    let mut waiting = cell.size.everybody().zip(sessions.iter()).filter(|(address, _)| somebodys(*address));
    let mut seats = vec![Seats { taken: 0, client: [0; W] }; cell.arms.len()];
    let mut lanes = LaneStreams::default();
    let mut luck = SessionLuck::default();
    let Some(base) = cell.arms.first() else {
        return;
    };
    loop {
        let treated = seats.iter().fold(0, |set, arm| set | arm.taken);
        for (l, (address, bookmark)) in lanes_of(ALL_LANES & !treated).zip(&mut waiting) {
            lanes.resume(l, *bookmark);
            for ((arm, seats), courses) in arms.iter().zip(&mut seats).zip(courses.iter_mut()) {
                if let Some(at) = arm.size.position(address) {
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
            if O::ON {
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
fn ended_lanes(courses: &Courses) -> LaneSet {
    let mut set = 0;
    for l in 0..W {
        set |= LaneSet::from(courses.end[l] > 0.5) << l;
    }
    set
}

/// The record of a course that has just ended.
#[inline(always)]
fn discharge(rules: &Rules, c: &Courses, l: usize, post: [f64; 2]) -> CourseResult {
    CourseResult {
        sessions: c.session[l] as u16,
        reason: c.ended(l).unwrap_or(EndReason::Cap),
        intake_score: c.intake_score[l],
        final_score: c.post_score(rules, l, post),
        final_symptoms: c.symptoms[l],
        early_rating: c.early_rating[l],
        last_rating: c.rating[l],
        ruptures: c.ruptures[l] as u16,
        repairs: c.repairs[l] as u16,
        ruptured_sessions: c.ruptured_sessions[l] as u16,
        noticed_sessions: c.notices[l] as u16,
        reports: [c.reports[0][l] as u16, c.reports[1][l] as u16, c.reports[2][l] as u16],
        first_red: c.first_red[l] as u16,
        first_improved: c.first_improved[l] as u16,
    }
}
