//! Therapists' caseloads in open clinics, and the lanes in which their clients sit.

use super::cohort::{LaneSet, lanes_of};
use super::replicate::SessionObserver;
use super::streams::{Bookmark, LaneStreams};
use crate::model::courses::Courses;
use crate::model::draws::{Needs, SessionLuck, W};
use crate::model::intake::Start;
use crate::model::quantile::GammaTable;
use crate::model::rules::Rules;
use crate::model::session::step;
use crate::model::workload::{TRACK_RECORD_PRIOR, Workload};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What the clinic knows of a course under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    /// Position of the client in the sample, if she belongs to it.
    pub position: Option<usize>,
    /// Who treats her.
    pub therapist: usize,
    /// Week of her last session.
    pub last_week: i64,
    /// The therapist's burnout that her lane has felt so far.
    pub burnout: f64,
    /// Where the luck of her sessions begins.
    pub sessions: Bookmark,
    /// Luck of the score after treatment.
    pub post: [f64; 2],
}

/// [`W`] seats that are stepped together.
#[derive(Default)]
pub(super) struct Block {
    pub courses: Courses,
    lanes: LaneStreams,
    taken: LaneSet,
    /// Seats whose clients have a session this week.
    pub due: LaneSet,
}

impl Block {
    /// One session of the clients who are due; the others stay where they were.
    #[inline(always)]
    pub fn session<O: SessionObserver>(&mut self, rules: &Rules, needs: &Needs, gamma: &GammaTable, luck: &mut SessionLuck) {
        let idle = self.taken & !self.due;
        if idle == 0 {
            luck.draw(&self.lanes.session(&needs.session), needs, gamma);
            step::<O>(rules, luck, &mut self.courses);
            return;
        }
        let (courses, lanes) = (self.courses.clone(), self.lanes.clone());
        luck.draw(&self.lanes.session(&needs.session), needs, gamma);
        step::<O>(rules, luck, &mut self.courses);
        for l in lanes_of(idle) {
            self.courses.restore(&courses, l);
            self.lanes.resume(l, lanes.bookmark(l));
        }
    }
}

/// Where the clients in treatment sit: seat `s` is lane `s % W` of block `s / W`.
#[derive(Default)]
pub(super) struct Seats {
    pub blocks: Vec<Block>,
    /// The course in each seat that is taken, or the last one that was.
    pub courses: Vec<Course>,
    free: BinaryHeap<Reverse<usize>>,
}

impl Seats {
    /// Seats a client; the lowest free seat, so that blocks stay full.
    pub fn admit(&mut self, start: &Start, course: Course) -> usize {
        if self.free.is_empty() {
            let first = self.courses.len();
            self.blocks.push(Block::default());
            self.courses.resize(first + W, course);
            self.free.extend((first..first + W).map(Reverse));
        }
        let seat = self.free.pop().map_or(0, |Reverse(seat)| seat);
        let block = &mut self.blocks[seat / W];
        block.courses.admit(seat % W, start);
        block.lanes.resume(seat % W, course.sessions);
        block.taken |= 1 << (seat % W);
        self.courses[seat] = course;
        seat
    }

    /// Frees the seat of a client whose course has ended.
    pub fn leave(&mut self, seat: usize) {
        self.blocks[seat / W].taken &= !(1 << (seat % W));
        self.free.push(Reverse(seat));
    }

    pub fn is_taken(&self, seat: usize) -> bool {
        self.blocks[seat / W].taken & 1 << (seat % W) != 0
    }

    /// The seats of a block that had a session this week; none afterwards.
    #[inline(always)]
    pub fn due_in(&mut self, block: usize) -> impl Iterator<Item = usize> + use<> {
        let due = core::mem::take(&mut self.blocks[block].due);
        lanes_of(due).map(move |l| block * W + l)
    }
}

/// A therapist at work.
#[derive(Clone, Debug)]
pub(super) struct Practice {
    /// Seats of her clients; whoever has waited longest for a session comes first.
    pub clients: VecDeque<usize>,
    /// Burnout today.
    pub burnout: f64,
    /// When she last took on a client, in clients taken on by the clinic.
    pub last_taken: u64,
    /// Clients taken on this week who have no seat yet.
    pub expected: usize,
    /// Sessions that her clients want this week.
    pub wanted: f64,
    /// Sessions held this week, and how many of them ended with an open rupture.
    held: u32,
    pub open_ruptures: u32,
    /// Former clients and the sum of their improvement on the symptom form.
    former: f64,
    improvement: f64,
}

impl Practice {
    pub fn new(burnout: f64) -> Self {
        Self {
            clients: VecDeque::new(),
            burnout,
            last_taken: 0,
            expected: 0,
            wanted: 0.0,
            held: 0,
            open_ruptures: 0,
            former: 0.0,
            improvement: 0.0,
        }
    }

    /// Places taken.
    pub fn load(&self) -> usize {
        self.clients.len() + self.expected
    }

    /// Writes down how a course went, by the forms.
    pub fn add_to_record(&mut self, improvement: f64) {
        self.former += 1.0;
        self.improvement += improvement;
    }

    /// Mean improvement of all former clients of some therapists, 0 without any.
    pub fn record_of_all(all: &[Self]) -> f64 {
        let former: f64 = all.iter().map(|practice| practice.former).sum();
        if former > 0.0 { all.iter().map(|practice| practice.improvement).sum::<f64>() / former } else { 0.0 }
    }

    /// Her former clients' mean improvement, drawn towards that of all.
    pub fn record(&self, all: f64) -> f64 {
        (self.improvement + TRACK_RECORD_PRIOR * all) / (self.former + TRACK_RECORD_PRIOR)
    }

    /// Calls in the clients who are due this week, and returns how many. Clients of an overloaded therapist wait
    /// longer between sessions, and feel what the load has done to her.
    pub fn invite(&mut self, rules: &Rules, workload: &Workload, week: u32, seats: &mut Seats) -> usize {
        let interval = rules.world.clinics.session_interval;
        self.wanted = self.clients.len() as f64 / interval;
        let load = self.wanted / f64::from(workload.capacity);
        let (mut between, mut gain) = (interval, rules.session_gain);
        if load > 1.0 {
            between = interval * load;
            gain = libm::pow(between, -rules.world.clinics.interval_exponent);
        }
        let mut held = 0;
        for &seat in self.clients.iter().take(workload.capacity as usize) {
            let (course, block) = (&mut seats.courses[seat], &mut seats.blocks[seat / W]);
            if i64::from(week) < course.last_week + interval as i64 {
                break;
            }
            let l = seat % W;
            course.last_week = i64::from(week);
            block.due |= 1 << l;
            block.courses.week[l] = f64::from(week);
            block.courses.interval[l] = between;
            block.courses.gain[l] = gain;
            if self.burnout != course.burnout {
                rules.burnout.change(&mut block.courses, l, self.burnout - course.burnout);
                course.burnout = self.burnout;
            }
            held += 1;
        }
        self.clients.rotate_left(held);
        self.held = held as u32;
        held
    }

    /// Takes leave of those whose course ended, and counts what the week has cost.
    pub fn close_week(&mut self, workload: &Workload, seats: &Seats) {
        let ruptures = if self.held > 0 { f64::from(self.open_ruptures) / f64::from(self.held) } else { 0.0 };
        self.burnout = workload.burnout_after(self.burnout, self.wanted / f64::from(workload.capacity), ruptures);
        self.clients.retain(|&seat| seats.is_taken(seat));
        self.open_ruptures = 0;
    }
}
