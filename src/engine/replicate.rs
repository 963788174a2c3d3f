//! One replicate of one cell: the same clinics, therapists and clients under every arm.

use super::cohort::{self, Size};
use super::design::StudyLuck;
use super::open_clinic;
use super::service::Service;
use super::streams::{Bookmark, Entity, Purpose, ReplicateStreams};
use super::vector::Width;
use crate::model::clinic::{Clinic, ClinicLuck};
use crate::model::courses::Courses;
use crate::model::draws::Needs;
use crate::model::ending::EndReason;
use crate::model::intake::Start;
use crate::model::rules::Rules;
use crate::model::session::Observed;
use crate::model::therapist::{Therapist, TherapistLuck};
use crate::scenario::design::Design;

/// The arms of one cell of the design, ready to run.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Rules of each arm; the first is the comparison arm.
    pub arms: Vec<Rules>,
    /// What a study sees of them.
    pub design: Design,
    /// A number of its own for a cell that does not share the luck of other cells; 0 for luck in common.
    pub luck: u64,
    /// Numbers of the keys that are the truth of some analysis, by arm.
    pub parameters: Vec<Vec<f64>>,
    /// Size of each arm's study.
    pub(super) sizes: Vec<Size>,
    /// All clients that some arm may have.
    pub(super) size: Size,
    /// In some arm clients come in couples.
    pub(super) couples: bool,
    pub(super) needs: Needs,
}

impl Cell {
    /// A cell from its arms (at least one).
    pub fn new(mut arms: Vec<Rules>) -> Self {
        if let Some((base, others)) = arms.split_first_mut() {
            for other in others {
                other.own_shape = other.gamma != base.gamma;
                if let Some(first) = &mut other.first_step {
                    first.own_shape = other.own_shape;
                }
            }
        }
        let sizes: Vec<Size> = arms.iter().map(Size::of).collect();
        let couples = arms.iter().any(|rules| rules.world.couples.is_some());
        let size = sizes.iter().copied().reduce(Size::union).unwrap_or_default();
        let size = if couples { size.in_couples() } else { size };
        let needs = arms.iter().map(|rules| rules.needs).reduce(Needs::or).unwrap_or_default();
        Self { arms, design: Design::default(), luck: 0, parameters: Vec::new(), sizes, size, couples, needs }
    }

    /// The same cell, seen by a study of that design.
    #[must_use]
    pub fn seen_by(self, design: Design) -> Self {
        Self { design, ..self }
    }

    /// Clients that some arm has, in one replicate; a mean where clients come to an open clinic.
    pub fn clients(&self) -> usize {
        let open = |rules: &Rules| {
            rules.world.workload.as_ref().map(|workload| (workload.sample_size() * f64::from(rules.world.clinics.count)) as usize)
        };
        self.arms.iter().filter_map(open).max().unwrap_or(self.size.total())
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
    /// Symptom score after treatment, filled in or not.
    pub final_score: f64,
    /// Was the form after treatment filled in?
    pub final_observed: bool,
    /// Symptom level after treatment, points (latent).
    pub final_symptoms: f64,
    /// Alliance rating at the early session, or the last before it; NaN when none was handed in.
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
    /// She went from the first service on to the list of the second.
    pub stepped_up: bool,
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
            final_observed: true,
            final_symptoms: f64::NAN,
            early_rating: f64::NAN,
            last_rating: f64::NAN,
            ruptures: 0,
            repairs: 0,
            ruptured_sessions: 0,
            noticed_sessions: 0,
            reports: [0; 3],
            stepped_up: false,
            first_red: 0,
            first_improved: 0,
        }
    }
}

/// A client and who treats her.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dyad {
    /// Address of the client's luck: the same client has the same one in every arm.
    pub client: u64,
    /// Position of the therapist in [`ArmResult::therapists`]; none for a client who gave up waiting.
    pub therapist: Option<usize>,
}

impl Dyad {
    /// The clinic that the client belongs to, treated or not.
    pub fn clinic(&self) -> usize {
        Entity::clinic_of(self.client)
    }
}

/// Everything that happened in one arm of one replicate, in client order.
#[derive(Clone, Debug, Default)]
pub struct ArmResult {
    /// Clinics.
    pub clinics: Vec<Clinic>,
    /// Therapists, clinic by clinic, equally many in each.
    pub therapists: Vec<Therapist>,
    /// Who the clients are and who treats them, in rising order of the clients' addresses.
    pub dyads: Vec<Dyad>,
    /// How each client started.
    pub starts: Vec<Start>,
    /// How each course went; no sessions for a client who gave up waiting.
    pub courses: Vec<CourseResult>,
    /// What open clinics did; none for a cohort.
    pub service: Option<Service>,
    /// Clients come in couples: the first and the second, the third and the fourth, …
    pub couples: bool,
}

impl ArmResult {
    /// Clinic of a therapist.
    pub fn clinic_of(&self, therapist: usize) -> usize {
        therapist / (self.therapists.len() / self.clinics.len().max(1)).max(1)
    }

    /// Position of a client's partner, where clients come in couples.
    pub fn partner(&self, client: usize) -> Option<usize> {
        self.couples.then_some(client ^ 1)
    }

    /// Sessions held; in open clinics also those of clients who do not belong to the sample.
    pub fn sessions(&self) -> u64 {
        match &self.service {
            Some(service) => service.sessions,
            None => self.courses.iter().map(|course| u64::from(course.sessions)).sum(),
        }
    }

    /// Positions, in this arm and in another, of the clients whom both have.
    pub fn shared_with<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (usize, usize)> + Clone + 'a {
        let mut at = 0;
        self.dyads.iter().enumerate().filter_map(move |(i, dyad)| {
            at += other.dyads[at..].iter().take_while(|theirs| theirs.client < dyad.client).count();
            other.dyads.get(at).is_some_and(|theirs| theirs.client == dyad.client).then_some((i, at))
        })
    }
}

/// Hears of every session of every course. `HEARS` false costs nothing.
pub trait SessionObserver: Observed {
    /// Is it told about sessions? One that is may do without what [`Observed::ON`] keeps for it.
    const HEARS: bool = <Self as Observed>::ON;

    /// Lane `l` of `courses` has just had a session; `client` is its position in the arm's study.
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, courses: &Courses, l: usize);
}

impl<A: Observed, B: Observed> Observed for (A, B) {
    const ON: bool = A::ON || B::ON;
}

/// Two listen.
impl<A: SessionObserver, B: SessionObserver> SessionObserver for (A, B) {
    const HEARS: bool = A::HEARS || B::HEARS;

    #[inline(always)]
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, courses: &Courses, l: usize) {
        self.0.session(arm, client, rules, courses, l);
        self.1.session(arm, client, rules, courses, l);
    }
}

impl<A: Observed> Observed for Option<A> {
    const ON: bool = A::ON;
}

/// Somebody may listen.
impl<A: SessionObserver> SessionObserver for Option<A> {
    const HEARS: bool = A::HEARS;

    #[inline(always)]
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, courses: &Courses, l: usize) {
        if let Some(listener) = self {
            listener.session(arm, client, rules, courses, l);
        }
    }
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
    pub(super) courses: Vec<Courses>,
    pub(super) sessions: Vec<Bookmark>,
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
        self.arms.resize_with(cell.arms.len(), ArmResult::default);
        for (arm, rules) in self.arms.iter_mut().zip(&cell.arms) {
            staff(arm, rules, streams);
        }
        self.courses.resize_with(cell.arms.len(), Courses::default);
        if cell.arms.iter().all(|rules| rules.is_open) {
            open_clinic::treat(cell, streams, self, observer);
        } else {
            cohort::treat(cell, streams, self, observer);
        }
    }
}

/// Opens the clinics and hires the therapists of an arm.
fn staff(arm: &mut ArmResult, rules: &Rules, streams: ReplicateStreams) {
    let world = &rules.world;
    arm.clinics.clear();
    arm.therapists.clear();
    arm.couples = world.couples.is_some();
    for k in 0..world.clinics.count {
        let luck = ClinicLuck::draw(&streams.bits(Entity::Clinic(k), Purpose::Intake));
        arm.clinics.push(Clinic::open(&world.clinics, luck, StudyLuck::of(streams, k).effect));
        for j in 0..world.clinics.therapists {
            let luck = TherapistLuck::draw(&streams.bits(Entity::Therapist(k, j), Purpose::Intake));
            arm.therapists.push(if rules.typical_therapist {
                Therapist::typical(&world.therapists)
            } else {
                Therapist::train(&world.therapists, &rules.factor, rules.uptake.at(luck.uptake), &luck)
            });
        }
    }
}
