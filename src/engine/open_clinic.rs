//! Open clinics: week by week, clients are referred, wait, are taken on, have their sessions and leave, and what a
//! therapist's week was like touches all her clients. Each arm has its own waiting lists and therapists; clients and
//! their luck are the same in all.

use super::caseload::{Course, Practice, Seats};
use super::referrals::{Referral, Referrals, referred};
use super::replicate::{ArmResult, Cell, CourseResult, Dyad, SessionObserver, Workspace};
use super::service::{ClinicWeek, Service, Wait};
use super::streams::{Entity, Purpose, ReplicateStreams};
use super::summary::class;
use super::vector::{Kernel, at};
use crate::estimators::classes::OutcomeClass;
use crate::model::draws::{SessionLuck, W};
use crate::model::ending::EndReason;
use crate::model::intake::{Start, finish_rates, start, unmet};
use crate::model::math::{normal, uniform};
use crate::model::rules::Rules;
use crate::model::therapist::Therapist;
use crate::model::workload::{Assignment, Workload};
use core::ops::Range;
use std::collections::VecDeque;

/// Runs the clinics of a replicate under all arms of a cell.
pub(super) fn treat(cell: &Cell, streams: ReplicateStreams, work: &mut Workspace, observer: &mut impl SessionObserver) {
    at(work.width, AllWeeks { cell, streams, results: &mut work.arms, observer });
}

/// All weeks of all arms: the hot part.
struct AllWeeks<'a, O> {
    cell: &'a Cell,
    streams: ReplicateStreams,
    results: &'a mut [ArmResult],
    observer: &'a mut O,
}

impl<O: SessionObserver> Kernel for AllWeeks<'_, O> {
    type Out = ();

    #[inline(always)]
    fn run(self) {
        let Self { cell, streams, results, observer } = self;
        let mut referrals = Referrals::default();
        let mut luck = SessionLuck::default();
        let mut arms: Vec<Arm> = (cell.arms.iter().zip(results.iter_mut()).enumerate())
            .filter_map(|(a, (rules, result))| Arm::open(a, rules, rules.world.workload.as_ref()?, streams, result).into())
            .collect();
        let mut week = 0;
        while arms.iter().any(|arm| arm.goes_on(week)) {
            week += 1;
            if referrals.needs(week) {
                let oldest = arms.iter().filter_map(Arm::oldest).min().unwrap_or(usize::MAX);
                referrals.draw(cell, streams, week, oldest);
            }
            for arm in arms.iter_mut().filter(|arm| arm.goes_on(week - 1)) {
                arm.receive(week, &referrals);
                arm.take_on(week, &referrals);
                arm.hold_sessions(cell, week, &mut luck, observer);
                arm.close_week(week);
            }
        }
        arms.into_iter().for_each(Arm::close);
    }
}

/// A client on the waiting list.
#[derive(Clone, Copy)]
struct Waiting {
    /// Her number among all referrals.
    client: usize,
    /// Position among the clients of the sample, if she belongs to it.
    position: Option<usize>,
    /// Week in which she gives up, once she has waited.
    leaves: Option<f64>,
}

/// A waiting list, and the therapists whom its clients can go to.
struct Queue {
    therapists: Range<usize>,
    waiting: VecDeque<Waiting>,
}

/// The clinics of one arm.
struct Arm<'a> {
    index: usize,
    rules: &'a Rules,
    workload: &'a Workload,
    streams: ReplicateStreams,
    result: &'a mut ArmResult,
    practices: Vec<Practice>,
    queues: Vec<Queue>,
    seats: Seats,
    /// Clients referred to each clinic in each week of the horizon.
    referred: Vec<u32>,
    /// Position of the first client of each clinic and week of the sample.
    positions: Vec<usize>,
    /// Clients of the sample who have not ended or been lost yet.
    outstanding: usize,
    /// Clients taken on so far, and clients allotted so far.
    taken_on: u64,
    allotted: Vec<usize>,
    /// Courses that begin this week.
    new: Vec<(Start, Course)>,
    this_week: Vec<ClinicWeek>,
    service: Service,
}

impl<'a> Arm<'a> {
    fn open(index: usize, rules: &'a Rules, workload: &'a Workload, streams: ReplicateStreams, result: &'a mut ArmResult) -> Self {
        let clinics = result.clinics.len();
        let weeks = workload.warm_up + workload.weeks;
        let referred: Vec<u32> =
            (1..=weeks).flat_map(|week| (0..clinics).map(move |clinic| referred(rules, streams, clinic, week))).collect();
        let mut positions = vec![0; referred.len()];
        let mut sample = 0;
        for clinic in 0..clinics {
            for week in workload.warm_up..weeks {
                let at = week as usize * clinics + clinic;
                positions[at] = sample;
                sample += referred[at] as usize;
            }
        }
        result.dyads.clear();
        result.dyads.resize(sample, Dyad { client: 0, therapist: None });
        result.starts.clear();
        result.starts.resize(sample, Start::default());
        result.courses.clear();
        result.courses.resize(sample, CourseResult::default());
        let per_clinic = rules.world.clinics.therapists as usize;
        let shared = if workload.assignment == Assignment::Allotted { 1 } else { per_clinic };
        let therapists = result.therapists.len();
        Self {
            index,
            rules,
            workload,
            streams,
            practices: result.therapists.iter().map(|therapist| Practice::new(therapist.burnout)).collect(),
            queues: (0..therapists)
                .step_by(shared.max(1))
                .map(|first| Queue { therapists: first..first + shared, waiting: VecDeque::new() })
                .collect(),
            seats: Seats::new(therapists * workload.caseload as usize),
            referred,
            positions,
            outstanding: sample,
            taken_on: 0,
            allotted: vec![0; clinics],
            new: Vec::new(),
            this_week: vec![ClinicWeek::default(); clinics],
            service: Service::new(sample, therapists, workload),
            result,
        }
    }

    fn horizon(&self) -> u32 {
        self.workload.warm_up + self.workload.weeks
    }

    /// After `week`: is there still anything to see?
    fn goes_on(&self, week: u32) -> bool {
        week < self.horizon() || self.outstanding > 0
    }

    fn is_recorded(&self, week: u32) -> bool {
        week > self.workload.warm_up && week <= self.horizon()
    }

    fn clinic_of(&self, therapist: usize) -> usize {
        therapist / self.rules.world.clinics.therapists as usize
    }

    /// Number of the client who has waited longest; later ones only where nobody waits.
    fn oldest(&self) -> Option<usize> {
        self.queues.iter().filter_map(|queue| queue.waiting.front()).map(|client| client.client).min()
    }

    /// New clients join the waiting lists; those whose patience is over leave.
    fn receive(&mut self, week: u32, referrals: &Referrals) {
        let clinics = self.this_week.len();
        for clinic in 0..clinics {
            let at = (week as usize - 1) * clinics + clinic;
            let n = self.referred.get(at).copied().unwrap_or_else(|| referred(self.rules, self.streams, clinic, week));
            let first = self.is_recorded(week).then(|| self.positions[at]);
            self.this_week[clinic].referred = n;
            let number = referrals.first(clinic, week);
            for i in 0..n as usize {
                let position = first.map(|first| first + i);
                if let Some(position) = position {
                    self.result.dyads[position].client = referrals[number + i].client.word();
                    self.service.waits[position].referred = week - self.workload.warm_up;
                }
                let queue = self.queue_of(clinic);
                self.queues[queue].waiting.push_back(Waiting { client: number + i, position, leaves: None });
            }
        }
        self.give_up(week, referrals);
    }

    /// The waiting list that the next client of a clinic joins.
    fn queue_of(&mut self, clinic: usize) -> usize {
        let lists = self.queues.len() / self.this_week.len();
        let turn = self.allotted[clinic] % lists;
        self.allotted[clinic] += 1;
        clinic * lists + turn
    }

    fn give_up(&mut self, week: u32, referrals: &Referrals) {
        let Self { queues, result, service, outstanding, this_week, rules, workload, .. } = self;
        let per_clinic = queues.len() / this_week.len();
        for (q, queue) in queues.iter_mut().enumerate() {
            let before = queue.waiting.len();
            queue.waiting.retain_mut(|client| {
                let referral = &referrals[client.client];
                if referral.week == week {
                    return true;
                }
                let patience = || f64::from(referral.week) + workload.patience(referral.patience());
                let stays = f64::from(week) < *client.leaves.get_or_insert_with(patience);
                if let Some(position) = client.position.filter(|_| !stays) {
                    result.courses[position] = CourseResult { reason: EndReason::Lost, ..CourseResult::default() };
                    result.starts[position] = unmet(rules, &referral.luck);
                    service.waits[position] = Wait { weeks: week - referral.week, ..service.waits[position] };
                    *outstanding -= 1;
                }
                stays
            });
            let lost = (before - queue.waiting.len()) as u32;
            this_week[q / per_clinic].lost += lost;
        }
    }

    /// Free places are filled from the waiting lists; several intakes are finished together.
    #[inline(always)]
    fn take_on(&mut self, week: u32, referrals: &Referrals) {
        let mut new = core::mem::take(&mut self.new);
        new.clear();
        for q in 0..self.queues.len() {
            while let Some(client) = self.queues[q].waiting.front().copied() {
                let referral = &referrals[client.client];
                let Some(therapist) = self.choose(self.queues[q].therapists.clone(), referral) else {
                    break;
                };
                self.queues[q].waiting.pop_front();
                new.push(self.meet(referral, client.position, therapist, week));
            }
        }
        for batch in new.chunks_mut(W) {
            let mut rates = [0.0; W];
            for (rate, (start, _)) in rates.iter_mut().zip(batch.iter()) {
                *rate = start.rate;
            }
            finish_rates(self.rules, &mut rates);
            for (rate, (start, course)) in rates.into_iter().zip(batch.iter_mut()) {
                start.rate = rate;
                if let Some(position) = course.position {
                    self.result.starts[position] = *start;
                }
                let therapist = course.therapist;
                let seat = self.seats.admit(start, *course);
                self.practices[therapist].clients.push_front(seat);
            }
        }
        self.new = new;
    }

    /// The therapist who takes on the next client, if any of them has a place.
    fn choose(&self, therapists: Range<usize>, client: &Referral) -> Option<usize> {
        let places = self.workload.caseload as usize;
        let free = |j: &usize| self.practices[*j].load() < places;
        let mut candidates = therapists.clone().filter(free);
        match self.workload.assignment {
            Assignment::NextFree | Assignment::Allotted => candidates.min_by_key(|&j| self.practices[j].last_taken),
            Assignment::Balanced => candidates.min_by_key(|&j| (self.practices[j].load(), self.practices[j].last_taken)),
            Assignment::Random => {
                let n = candidates.clone().count();
                candidates.nth((client.assignment() * n as f64) as usize)
            }
            Assignment::TrackRecord => {
                let all = Practice::record_of_all(&self.practices[therapists]);
                candidates.max_by(|&a, &b| {
                    let record = |j: usize| self.practices[j].record(all);
                    record(a).total_cmp(&record(b)).then(self.practices[b].last_taken.cmp(&self.practices[a].last_taken))
                })
            }
        }
    }

    /// A client and a therapist meet for the first time.
    #[inline(always)]
    fn meet(&mut self, referral: &Referral, position: Option<usize>, therapist: usize, week: u32) -> (Start, Course) {
        let clinic = self.clinic_of(therapist);
        let practice = &mut self.practices[therapist];
        self.taken_on += 1;
        practice.last_taken = self.taken_on;
        practice.expected += 1;
        let waited = week - referral.week;
        let somebody = Entity::Therapist(clinic as u32, (therapist - clinic * self.rules.world.clinics.therapists as usize) as u32);
        let [rest, background] = self.streams.pair(referral.client, somebody, Purpose::Match);
        let mut luck = referral.luck;
        (luck.match_rest, luck.background) = (f64::from(normal(rest)), uniform(background));
        let mut today = Therapist { burnout: practice.burnout, ..self.result.therapists[therapist] };
        let study_week = f64::from(week.saturating_sub(self.workload.warm_up + 1));
        if self.rules.develops {
            today = today.at(&self.rules.world.therapists, self.rules.has_feedback, study_week);
        }
        let mut start = Start { week: study_week, ..start(self.rules, &self.result.clinics[clinic], &today, &luck) };
        if waited > 0 {
            start.symptoms += self.workload.change_while_waiting(f64::from(waited), referral.change());
            start.dropout += self.workload.waiting_dropout * f64::from(waited);
        }
        if let Some(position) = position {
            self.result.dyads[position].therapist = Some(therapist);
            self.service.waits[position].weeks = waited;
        }
        self.this_week[clinic].started += 1;
        let course = Course {
            position,
            therapist,
            last_week: i64::from(week) - self.rules.world.clinics.session_interval as i64,
            burnout: practice.burnout,
            interval: 0.0,
            sessions: referral.sessions,
            post: start.post,
        };
        (start, course)
    }

    /// Every therapist sees the clients who are due, those first who have waited longest for a session, as many as she can.
    #[inline(always)]
    fn hold_sessions<O: SessionObserver>(&mut self, cell: &Cell, week: u32, luck: &mut SessionLuck, observer: &mut O) {
        for j in 0..self.practices.len() {
            self.practices[j].expected = 0;
            let held = self.practices[j].invite(self.rules, self.workload, week, &mut self.seats);
            let clinic = self.clinic_of(j);
            self.this_week[clinic].sessions += held as u32;
            self.service.sessions += held as u64;
        }
        for block in 0..self.seats.blocks.len() {
            if self.seats.due[block] != 0 {
                self.seats.session::<O>(block, week, self.rules, cell, luck);
                self.after_session(block, week, observer);
            }
        }
    }

    /// What follows from the sessions of a block: somebody looks, courses end.
    #[inline(always)]
    fn after_session<O: SessionObserver>(&mut self, block: usize, week: u32, observer: &mut O) {
        for seat in self.seats.due_in(block) {
            let course = self.seats.courses[seat];
            let (courses, l) = (&self.seats.blocks[block].courses, seat % W);
            if let (true, Some(position)) = (O::ON, course.position) {
                observer.session(self.index, position, self.rules, courses, l);
            }
            let practice = &mut self.practices[course.therapist];
            practice.open_ruptures += u32::from(courses.open[l] > 0.0);
            if courses.end[l] < 0.5 {
                continue;
            }
            practice.add_to_record(courses.intake_score[l] - courses.score[l]);
            let outcome = super::cohort::discharge(self.rules, courses, l, course.post);
            self.discharge(seat, course, outcome, week);
        }
    }

    fn discharge(&mut self, seat: usize, course: Course, outcome: CourseResult, week: u32) {
        self.seats.leave(seat);
        let clinic = self.clinic_of(course.therapist);
        self.this_week[clinic].ended += 1;
        if self.is_recorded(week) {
            let class = class(self.rules, &outcome);
            self.service.ended += 1;
            self.service.helped += u64::from(matches!(class, OutcomeClass::Recovered | OutcomeClass::Improved));
        }
        if let Some(position) = course.position {
            self.result.courses[position] = outcome;
            self.outstanding -= 1;
        }
    }

    /// Those who ended free their places, the load leaves its mark on the therapists, and the week is written down.
    fn close_week(&mut self, week: u32) {
        let recorded = self.is_recorded(week);
        let per_clinic = self.rules.world.clinics.therapists as usize;
        for (clinic, practices) in self.practices.chunks_mut(per_clinic).enumerate() {
            let now = &mut self.this_week[clinic];
            for (j, practice) in practices.iter_mut().enumerate() {
                now.places_filled += practice.clients.len() as u32;
                now.load += practice.wanted / f64::from(self.workload.capacity) / per_clinic as f64;
                if recorded {
                    self.service.therapist_load[clinic * per_clinic + j] += practice.wanted / f64::from(self.workload.capacity);
                    self.service.therapist_burnout[clinic * per_clinic + j] += practice.burnout;
                }
                practice.close_week(self.workload, &self.seats);
                now.burnout += practice.burnout / per_clinic as f64;
                now.in_treatment += practice.clients.len() as u32;
            }
        }
        let lists = self.queues.len() / self.this_week.len();
        for (q, queue) in self.queues.iter().enumerate() {
            self.this_week[q / lists].waiting += queue.waiting.len() as u32;
        }
        if week <= self.horizon() {
            self.service.weeks.extend_from_slice(&self.this_week);
        }
        self.this_week.fill(ClinicWeek::default());
    }

    fn close(self) {
        self.result.service = Some(self.service);
    }
}
