//! Therapists' caseloads in open clinics, and the lanes in which their clients sit.

use super::cohort::{LaneSet, ended_lanes, lanes_of};
use super::replicate::{Cell, SessionObserver};
use super::streams::{Bookmark, LaneStreams};
use crate::model::courses::Courses;
use crate::model::draws::{SessionLuck, W};
use crate::model::intake::Start;
use crate::model::rules::Rules;
use crate::model::session::step;
use crate::model::workload::{TRACK_RECORD_PRIOR, Workload};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

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
    /// Weeks between sessions that her lane reckons with.
    pub interval: f64,
    /// Where the luck of her sessions begins.
    pub sessions: Bookmark,
    /// Luck of the score after treatment.
    pub post: [f64; 3],
}

/// [`W`] seats that are stepped together.
#[derive(Default)]
pub(super) struct Block {
    pub courses: Courses,
    lanes: LaneStreams,
}

/// Where the clients in treatment sit: seat `s` is lane `s % W` of block `s / W`.
pub(super) struct Seats {
    pub blocks: Vec<Block>,
    /// Seats of each block that are taken.
    taken: Vec<LaneSet>,
    /// Seats of each block whose clients have a session this week.
    pub due: Vec<LaneSet>,
    /// The course in each seat that is taken, or the last one that was.
    pub courses: Vec<Course>,
    free: BinaryHeap<Reverse<usize>>,
}

/// Seats for which memory is set aside at once.
const MOST_SEATS_AT_ONCE: usize = 1 << 14;

impl Seats {
    /// Room for so many clients; it grows when there are more.
    pub fn new(places: usize) -> Self {
        let places = places.min(MOST_SEATS_AT_ONCE);
        let blocks = places.div_ceil(W);
        Self {
            blocks: Vec::with_capacity(blocks),
            taken: Vec::with_capacity(blocks),
            due: Vec::with_capacity(blocks),
            courses: Vec::with_capacity(blocks * W),
            free: BinaryHeap::with_capacity(blocks * W),
        }
    }

    /// One session of the clients of a block who are due; the others stay where they were.
    #[inline(always)]
    pub fn session<O: SessionObserver>(&mut self, block: usize, week: u32, rules: &Rules, cell: &Cell, luck: &mut SessionLuck) {
        let idle = self.taken[block] & !self.due[block];
        let block = &mut self.blocks[block];
        let before = (idle != 0).then(|| (block.courses.clone(), block.lanes.clone()));
        block.courses.week = f64::from(week);
        luck.draw(&block.lanes.session(&cell.needs.session), &cell.needs, &cell.arms[0].gamma);
        step::<O>(rules, luck, &mut block.courses);
        if let Some((courses, lanes)) = before {
            for l in lanes_of(idle) {
                block.courses.restore(&courses, l);
                block.lanes.resume(l, lanes.bookmark(l));
            }
        }
    }

    /// Seats a client; the lowest free seat, so that blocks stay full.
    pub fn admit(&mut self, start: &Start, course: Course) -> usize {
        if self.free.is_empty() {
            let first = self.courses.len();
            self.blocks.push(Block::default());
            self.taken.push(0);
            self.due.push(0);
            self.courses.resize(first + W, course);
            self.free.extend((first..first + W).map(Reverse));
        }
        let seat = self.free.pop().map_or(0, |Reverse(seat)| seat);
        let block = &mut self.blocks[seat / W];
        block.courses.admit(seat % W, start);
        block.lanes.resume(seat % W, course.sessions);
        self.taken[seat / W] |= 1 << (seat % W);
        self.courses[seat] = course;
        seat
    }

    /// A client has a session this week.
    pub fn call(&mut self, seat: usize) {
        self.due[seat / W] |= 1 << (seat % W);
    }

    /// Frees the seat of a client whose course has ended.
    pub fn leave(&mut self, seat: usize) {
        self.taken[seat / W] &= !(1 << (seat % W));
        self.free.push(Reverse(seat));
    }

    pub fn is_taken(&self, seat: usize) -> bool {
        self.taken[seat / W] & 1 << (seat % W) != 0
    }

    /// The lanes of a block that had a session this week, and those of them whose course ended in it; none afterwards.
    #[inline(always)]
    pub fn take_due(&mut self, block: usize) -> [LaneSet; 2] {
        let due = core::mem::take(&mut self.due[block]);
        [due, due & ended_lanes(&self.blocks[block].courses)]
    }
}

/// A therapist at work.
#[derive(Clone, Debug)]
pub(super) struct Practice {
    /// Seats of her clients; whoever has waited longest for a session comes first.
    pub clients: Vec<usize>,
    /// Weeks between sessions now, and the gain of a session at that interval.
    pub pace: [f64; 2],
    /// Pace and burnout that all her clients reckon with, if they all do.
    felt: Option<([f64; 2], f64)>,
    /// Burnout today.
    pub burnout: f64,
    /// When she last took on a client, in clients taken on by the clinic.
    pub last_taken: u64,
    /// Clients taken on this week who have no seat yet.
    pub expected: usize,
    /// Sessions that her clients want this week, over those that she can hold.
    pub load_factor: f64,
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
            clients: Vec::new(),
            pace: [0.0; 2],
            felt: None,
            burnout,
            last_taken: 0,
            expected: 0,
            load_factor: 0.0,
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
    pub fn invite(&mut self, rules: &Rules, capacity: u32, week: u32, seats: &mut Seats) -> usize {
        let interval = rules.world.clinics.session_interval;
        let load = self.clients.len() as f64 / (interval * f64::from(capacity));
        self.load_factor = load;
        self.pace = [interval, rules.session_gain];
        if load > 1.0 {
            let between = interval * load;
            self.pace = [between, libm::pow(between, -rules.world.clinics.interval_exponent)];
        }
        // Where sessions are weekly everybody is due, and where nothing has changed nobody needs to be told.
        let held = if interval == 1.0 && load <= 1.0 && self.felt == Some((self.pace, self.burnout)) {
            self.clients.iter().for_each(|&seat| seats.call(seat));
            self.clients.len()
        } else {
            self.invite_one_by_one(rules, capacity, week, seats)
        };
        self.felt = (held == self.clients.len()).then_some((self.pace, self.burnout));
        if held < self.clients.len() {
            self.clients.rotate_left(held);
        }
        self.held = held as u32;
        held
    }

    fn invite_one_by_one(&self, rules: &Rules, capacity: u32, week: u32, seats: &mut Seats) -> usize {
        let interval = rules.world.clinics.session_interval as i64;
        let mut held = 0;
        for &seat in self.clients.iter().take(capacity as usize) {
            if interval > 1 && i64::from(week) < seats.courses[seat].last_week + interval {
                break;
            }
            seats.call(seat);
            seats.courses[seat].last_week = i64::from(week);
            self.tell(rules, seats, seat);
            held += 1;
        }
        held
    }

    /// Lets a client's lane reckon with the therapist's pace and burnout as they are now.
    pub fn tell(&self, rules: &Rules, seats: &mut Seats, seat: usize) {
        let (course, courses, l) = (&mut seats.courses[seat], &mut seats.blocks[seat / W].courses, seat % W);
        if self.pace[0] != course.interval {
            course.interval = self.pace[0];
            (courses.interval[l], courses.gain[l]) = (self.pace[0], self.pace[1]);
        }
        if self.burnout != course.burnout {
            rules.burnout.change(courses, l, self.burnout - course.burnout);
            course.burnout = self.burnout;
        }
    }

    /// Takes leave of those whose course ended, and counts what the week has cost.
    pub fn close_week(&mut self, workload: &Workload, seats: &Seats) {
        let ruptures = if self.held > 0 { f64::from(self.open_ruptures) / f64::from(self.held) } else { 0.0 };
        self.burnout = workload.burnout_after(self.burnout, self.load_factor, ruptures);
        self.clients.retain(|&seat| seats.is_taken(seat));
        self.open_ruptures = 0;
    }
}
