//! One replicate of one cell: the same clinics, therapists and clients under every arm.

use super::streams::{Entity, LaneStreams, Purpose, ReplicateStreams};
use crate::model::clinic::{Clinic, ClinicLuck};
use crate::model::draws::{ClientLuck, Needs, SessionLuck, W};
use crate::model::ending::EndReason;
use crate::model::intake::{Start, start};
use crate::model::rules::Rules;
use crate::model::session::{Courses, step};
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
        Self { clinics: self.clinics.max(other.clinics), therapists: self.therapists.max(other.therapists), clients: self.clients.max(other.clients) }
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

    /// Clinic, therapist within clinic, client within therapist.
    #[inline(always)]
    pub fn address(self, at: usize) -> [usize; 3] {
        let (therapist, client) = (at / self.clients, at % self.clients);
        [therapist / self.therapists, therapist % self.therapists, client]
    }
}

/// The arms of one cell of the design, ready to run.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Rules of each arm; the first is the comparison arm.
    pub arms: Vec<Rules>,
    size: Size,
    needs: Needs,
}

impl Cell {
    /// A cell from its arms (at least one).
    pub fn new(arms: Vec<Rules>) -> Self {
        let size = arms.iter().map(Size::of).reduce(Size::union).unwrap_or(Size { clinics: 0, therapists: 0, clients: 0 });
        let needs = arms.iter().map(|rules| rules.needs).reduce(Needs::or).unwrap_or_default();
        Self { arms, size, needs }
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
pub trait SessionObserver {
    /// Is anybody listening?
    const ON: bool;
    /// Lane `l` of `courses` has just had a session; `client` is its position in the arm's study.
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, courses: &Courses, l: usize);
}

/// Nobody listens.
pub struct Unobserved;

impl SessionObserver for Unobserved {
    const ON: bool = false;
    fn session(&mut self, _: usize, _: usize, _: &Rules, _: &Courses, _: usize) {}
}

/// Memory for one replicate at a time, used again and again.
#[derive(Default)]
pub struct Workspace {
    /// Results of the arms.
    pub arms: Vec<ArmResult>,
    courses: Vec<Courses>,
}

impl Workspace {
    /// Simulates a replicate of a cell; the results are in `self.arms` until the next call.
    pub fn simulate(&mut self, cell: &Cell, seed: u64, replicate: u64, observer: &mut impl SessionObserver) {
        let streams = ReplicateStreams::new(seed, replicate);
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
        run(cell, streams, self, observer);
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

/// Runs all courses with the widest vectors this machine has. The arithmetic is the same (no fused
/// operations), so the results are too.
fn run<O: SessionObserver>(cell: &Cell, streams: ReplicateStreams, work: &mut Workspace, observer: &mut O) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw")]
        fn wide<O: SessionObserver>(cell: &Cell, streams: ReplicateStreams, work: &mut Workspace, observer: &mut O) {
            all_courses(cell, streams, work, observer);
        }
        #[target_feature(enable = "avx2")]
        fn medium<O: SessionObserver>(cell: &Cell, streams: ReplicateStreams, work: &mut Workspace, observer: &mut O) {
            all_courses(cell, streams, work, observer);
        }
        let wide_enough = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512bw");
        if wide_enough {
            // SAFETY: the processor has the features, as just asked.
            return unsafe { wide(cell, streams, work, observer) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has the feature, as just asked.
            return unsafe { medium(cell, streams, work, observer) };
        }
    }
    all_courses(cell, streams, work, observer);
}

#[inline(always)]
fn all_courses<O: SessionObserver>(cell: &Cell, streams: ReplicateStreams, work: &mut Workspace, observer: &mut O) {
    admit_everybody(cell, streams, &mut work.arms);
    hold_sessions(cell, streams, work, observer);
}

/// Intake of all clients, [`W`] at a time.
#[inline(always)]
fn admit_everybody(cell: &Cell, streams: ReplicateStreams, arms: &mut [ArmResult]) {
    let total = cell.size.total();
    let mut lanes = LaneStreams::default();
    for base in (0..total).step_by(W) {
        let here = W.min(total - base);
        for l in 0..here {
            lanes.open(l, streams, client(cell.size.address(base + l)), Purpose::Intake);
        }
        let luck = ClientLuck::draw(&lanes.take());
        for (arm, rules) in arms.iter_mut().zip(&cell.arms) {
            for (l, luck) in luck.iter().enumerate().take(here) {
                let address = cell.size.address(base + l);
                if let Some(at) = arm.size.position(address) {
                    let therapist = &arm.therapists[address[0] * arm.size.therapists + address[1]];
                    arm.starts[at] = start(rules, &arm.clinics[address[0]], therapist, luck);
                }
            }
        }
    }
}

fn client([k, j, i]: [usize; 3]) -> Entity {
    Entity::Client(k as u32, j as u32, i as u32)
}

/// Nobody sits in this lane (of this arm).
const EMPTY: usize = usize::MAX;

/// Who sits in which lane.
struct Seats {
    /// Position of the client in each lane, for each arm.
    at: Vec<[usize; W]>,
    /// In how many arms the client in a lane is still in treatment.
    treated: [usize; W],
}

impl Seats {
    /// Seats a client in lane `l`: opens the session stream and starts a course in every arm whose
    /// study has that client.
    #[inline(always)]
    fn seat(&mut self, cell: &Cell, next: usize, l: usize, arms: &[ArmResult], courses: &mut [Courses]) {
        let address = cell.size.address(next);
        for (a, arm) in arms.iter().enumerate() {
            if let Some(at) = arm.size.position(address) {
                courses[a].admit(l, &arm.starts[at]);
                self.at[a][l] = at;
                self.treated[l] += 1;
            }
        }
    }

    /// Takes a client whose course in arm `a` has ended out of lane `l`.
    #[inline(always)]
    fn leave(&mut self, a: usize, l: usize) {
        self.at[a][l] = EMPTY;
        self.treated[l] -= 1;
    }
}

/// Holds the sessions of all clients. A lane takes the next client as soon as the course in it has
/// ended in every arm.
#[inline(always)]
fn hold_sessions<O: SessionObserver>(cell: &Cell, streams: ReplicateStreams, work: &mut Workspace, observer: &mut O) {
    let Workspace { arms, courses } = work;
    let mut waiting = 0..cell.size.total();
    let mut seats = Seats { at: vec![[EMPTY; W]; cell.arms.len()], treated: [0; W] };
    let mut lanes = LaneStreams::default();
    let mut luck = SessionLuck::default();
    loop {
        for l in 0..W {
            if seats.treated[l] == 0
                && let Some(next) = waiting.next()
            {
                lanes.open(l, streams, client(cell.size.address(next)), Purpose::Sessions);
                seats.seat(cell, next, l, arms, courses);
            }
        }
        if seats.treated.iter().all(|&arms| arms == 0) && waiting.is_empty() {
            return;
        }
        luck.draw(&lanes.session(), &cell.needs);
        for (a, rules) in cell.arms.iter().enumerate() {
            step(rules, &luck, &mut courses[a]);
            for l in 0..W {
                let at = seats.at[a][l];
                if at == EMPTY {
                    continue;
                }
                if O::ON {
                    observer.session(a, at, rules, &courses[a], l);
                }
                if let Some(reason) = courses[a].ended(l) {
                    arms[a].courses[at] = discharge(rules, &courses[a], l, reason, arms[a].starts[at].post);
                    seats.leave(a, l);
                }
            }
        }
    }
}

/// The record of a course that has just ended.
#[inline(always)]
fn discharge(rules: &Rules, c: &Courses, l: usize, reason: EndReason, post: [f64; 2]) -> CourseResult {
    CourseResult {
        sessions: c.session[l] as u16,
        reason,
        intake_score: c.intake_score[l],
        final_score: c.post_score(rules, l, post),
        final_symptoms: c.symptoms[l],
        early_rating: c.early_rating[l],
        last_rating: c.rating[l],
        ruptures: c.ruptures[l] as u16,
        repairs: c.repairs[l] as u16,
        ruptured_sessions: c.ruptured_sessions[l] as u16,
        noticed_sessions: c.notices[l] as u16,
        reports: c.reports.map(|rater| rater[l] as u16),
        first_red: c.first_red[l] as u16,
        first_improved: c.first_improved[l] as u16,
    }
}
