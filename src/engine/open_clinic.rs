//! Open clinics: week by week, clients are referred, wait, are taken on, have their sessions and leave, and what a
//! therapist's week was like touches all her clients. Each arm has its own waiting lists and therapists; clients and
//! their luck are the same in all.

use super::caseload::{Course, Practice};
use super::cohort::lanes_of;
use super::referrals::{Referral, Referrals, referred};
use super::replicate::{ArmResult, Cell, CourseResult, Dyad, SessionObserver, Workspace};
use super::service::{self, ClinicWeek, Wait};
use super::steps::{Before, Queue, Service, Waiting, gave_up, queues, services, together};
use super::streams::{Entity, LaneStreams, Purpose, ReplicateStreams};
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
use rand::Rng;
use std::collections::HashMap;

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

/// The clinics of one arm.
struct Arm<'a> {
    index: usize,
    rules: &'a Rules,
    workload: &'a Workload,
    streams: ReplicateStreams,
    result: &'a mut ArmResult,
    practices: Vec<Practice>,
    /// Services, one after the other; only one where care is not stepped.
    services: Vec<Service<'a>>,
    queues: Vec<Queue>,
    /// Clients in the first service of two, by seat: who they are is needed again.
    cases: HashMap<usize, Box<Before>>,
    /// What clients of the second service have behind them, by seat.
    pasts: HashMap<usize, Box<Before>>,
    /// Clients referred to each clinic in each week of the horizon.
    referred: Vec<u32>,
    /// Position of the first client of each clinic and week of the sample.
    positions: Vec<usize>,
    /// Clients of the sample who have not ended or been lost yet.
    outstanding: usize,
    /// Clients taken on so far.
    taken_on: u64,
    /// Clients given to the waiting lists of each clinic and service so far.
    allotted: Vec<usize>,
    /// Courses that begin this week, and what the clients have behind them.
    new: Vec<(Start, Course, Option<Box<Before>>)>,
    this_week: Vec<ClinicWeek>,
    service: service::Service,
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
        let (staff, therapists) = (rules.world.clinics.therapists as usize, result.therapists.len());
        let services = services(rules, workload);
        Self {
            index,
            rules,
            workload,
            streams,
            practices: result.therapists.iter().map(|therapist| Practice::new(therapist.burnout)).collect(),
            queues: queues(&services, clinics, staff, workload.assignment == Assignment::Allotted),
            allotted: vec![0; clinics * services.len()],
            services,
            cases: HashMap::new(),
            pasts: HashMap::new(),
            referred,
            positions,
            outstanding: sample,
            taken_on: 0,
            new: Vec::new(),
            this_week: vec![ClinicWeek::default(); clinics],
            service: service::Service::new(sample, therapists, workload),
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

    /// The service that a therapist works in.
    fn service_of(&self, therapist: usize) -> usize {
        let local = therapist % self.rules.world.clinics.therapists as usize;
        self.services.iter().position(|service| service.therapists.contains(&local)).unwrap_or(0)
    }

    /// Number of the client who has waited longest for a first session; none where nobody waits.
    fn oldest(&self) -> Option<usize> {
        let first = |queue: &Queue| queue.waiting.front().filter(|client| client.before.is_none()).map(|client| client.client);
        self.queues.iter().filter_map(first).min()
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
                let queue = self.queue_of(clinic, 0);
                self.queues[queue].waiting.push_back(Waiting { client: number + i, position, leaves: None, before: None });
            }
        }
        self.give_up(week, referrals);
    }

    /// The waiting list that the next client of a service joins.
    fn queue_of(&mut self, clinic: usize, service: usize) -> usize {
        let lists = self.queues.iter().filter(|queue| queue.clinic == clinic && queue.service == service).count();
        let first = self.queues.iter().position(|queue| queue.clinic == clinic && queue.service == service).unwrap_or(0);
        let turns = &mut self.allotted[clinic * self.services.len() + service];
        *turns += 1;
        first + (*turns - 1) % lists.max(1)
    }

    /// Clients whose patience is over leave.
    fn give_up(&mut self, week: u32, referrals: &Referrals) {
        let Self { queues, result, service, outstanding, this_week, rules, workload, streams, .. } = self;
        for queue in queues {
            let before = queue.waiting.len();
            queue.waiting.retain_mut(|client| {
                let (referral, since) = match &client.before {
                    Some(past) => (&past.referral, past.since),
                    None => (&referrals[client.client], referrals[client.client].week),
                };
                if since == week {
                    return true;
                }
                let luck = || if client.before.is_some() { second_wait(*streams, referral).0 } else { referral.patience() };
                let patience = || f64::from(since) + workload.patience(luck());
                let stays = f64::from(week) < *client.leaves.get_or_insert_with(patience);
                if let Some(position) = client.position.filter(|_| !stays) {
                    *outstanding -= 1;
                    if let Some(past) = &client.before {
                        result.courses[position] = gave_up(&past.course);
                    } else {
                        result.courses[position] = CourseResult { reason: EndReason::Lost, ..CourseResult::default() };
                        result.starts[position] = unmet(rules, &referral.luck);
                        service.waits[position] = Wait { weeks: week - since, ..service.waits[position] };
                    }
                }
                stays
            });
            this_week[queue.clinic].lost += (before - queue.waiting.len()) as u32;
        }
    }

    /// Free places are filled from the waiting lists; several intakes are finished together.
    #[inline(always)]
    fn take_on(&mut self, week: u32, referrals: &Referrals) {
        let mut new = core::mem::take(&mut self.new);
        new.clear();
        for q in 0..self.queues.len() {
            let (service, therapists) = (self.queues[q].service, self.queues[q].therapists.clone());
            while let Some(client) = self.queues[q].waiting.front() {
                let referral = client.before.as_ref().map_or_else(|| &referrals[client.client], |past| &past.referral);
                let Some(therapist) = self.choose(service, therapists.clone(), referral) else {
                    break;
                };
                if let Some(client) = self.queues[q].waiting.pop_front() {
                    let newcomer = self.meet(client, referrals, (service, therapist), week);
                    new.push(newcomer);
                }
            }
        }
        for batch in new.chunks_mut(W) {
            let mut rates = [0.0; W];
            for (rate, (start, ..)) in rates.iter_mut().zip(batch.iter()) {
                *rate = start.rate;
            }
            finish_rates(self.rules, &mut rates);
            for (rate, (start, course, past)) in rates.into_iter().zip(batch.iter_mut()) {
                start.rate = rate;
                self.seat(start, course, past.take());
            }
        }
        self.new = new;
    }

    /// Finds a seat for a client who has met her therapist.
    fn seat(&mut self, start: &Start, course: &Course, past: Option<Box<Before>>) {
        let therapist = course.therapist;
        let service = self.service_of(therapist);
        let seats = &mut self.services[service].seats;
        let seat = seats.admit(start, *course);
        self.practices[therapist].tell(self.rules, seats, seat);
        self.practices[therapist].clients.insert(0, seat);
        let second = service > 0;
        seats.blocks[seat / W].courses.held_before[seat % W] =
            past.as_ref().filter(|_| second).map_or(0.0, |past| f64::from(past.course.sessions));
        if let Some(position) = course.position.filter(|_| !second) {
            self.result.starts[position] = *start;
        }
        if let Some(past) = past {
            let at = if second { &mut self.pasts } else { &mut self.cases };
            at.insert(seat, past);
        }
    }

    /// The therapist who takes on the next client, if any of them has a place.
    fn choose(&self, service: usize, therapists: Range<usize>, client: &Referral) -> Option<usize> {
        let places = self.services[service].places;
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
                candidates.min_by(|&a, &b| {
                    let record = |j: usize| self.practices[j].record(all);
                    record(b).total_cmp(&record(a)).then(self.practices[a].last_taken.cmp(&self.practices[b].last_taken))
                })
            }
        }
    }

    /// A client and a therapist meet for the first time.
    #[inline(always)]
    fn meet(
        &mut self,
        client: Waiting,
        referrals: &Referrals,
        (service, therapist): (usize, usize),
        week: u32,
    ) -> (Start, Course, Option<Box<Before>>) {
        let Waiting { client, position, before, .. } = client;
        let (referral, since) =
            before.as_ref().map_or_else(|| (&referrals[client], referrals[client].week), |past| (&past.referral, past.since));
        let rules = self.services[service].rules;
        let clinic = self.clinic_of(therapist);
        let practice = &mut self.practices[therapist];
        self.taken_on += 1;
        practice.last_taken = self.taken_on;
        practice.expected += 1;
        let waited = week - since;
        let somebody = Entity::Therapist(clinic as u32, (therapist - clinic * self.rules.world.clinics.therapists as usize) as u32);
        let [rest, background] = self.streams.pair(referral.client, somebody, Purpose::Match);
        let mut luck = referral.luck;
        (luck.match_rest, luck.background) = (f64::from(normal(rest)), uniform(background));
        let mut today = Therapist { burnout: practice.burnout, ..self.result.therapists[therapist] };
        let study_week = f64::from(week.saturating_sub(self.workload.warm_up + 1));
        if self.rules.develops {
            today = today.at(&self.rules.world.therapists, self.rules.has_feedback, study_week);
        }
        let mut start = Start { week: study_week, ..start(rules, &self.result.clinics[clinic], &today, &luck) };
        if let Some(past) = &before {
            start.symptoms = past.course.final_symptoms;
        }
        if waited > 0 {
            let change = if before.is_some() { second_wait(self.streams, referral).1 } else { referral.change() };
            start.symptoms += self.workload.change_while_waiting(f64::from(waited), change);
            start.dropout += self.workload.waiting_dropout * f64::from(waited);
        }
        if let Some(position) = position {
            self.result.dyads[position].therapist = Some(therapist);
            let wait = &mut self.service.waits[position];
            if before.is_some() {
                wait.second = Some(waited);
            } else {
                wait.weeks = waited;
            }
        }
        let now = &mut self.this_week[clinic];
        now.started += u32::from(before.is_none());
        now.restarted += u32::from(before.is_some());
        let course = Course {
            position,
            therapist,
            last_week: i64::from(week) - self.rules.world.clinics.session_interval as i64,
            burnout: practice.burnout,
            interval: 0.0,
            sessions: match &before {
                Some(_) => LaneStreams::beginning(self.streams, referral.client, Purpose::SecondStep),
                None => referral.sessions,
            },
            post: start.post,
        };
        // In the first service of two somebody has to remember who she is.
        let goes_on = self.services.len() > 1 && before.is_none();
        let remembered = goes_on.then(|| Box::new(Before { referral: *referral, course: CourseResult::default(), since: 0 }));
        (start, course, before.or(remembered))
    }

    /// Every therapist sees the clients who are due, those first who have waited longest for a session, as many as she can.
    #[inline(always)]
    fn hold_sessions<O: SessionObserver>(&mut self, cell: &Cell, week: u32, luck: &mut SessionLuck, observer: &mut O) {
        for j in 0..self.practices.len() {
            let service = self.service_of(j);
            let Service { rules, capacity, seats, .. } = &mut self.services[service];
            self.practices[j].expected = 0;
            let held = self.practices[j].invite(rules, *capacity, week, seats);
            let clinic = self.clinic_of(j);
            self.this_week[clinic].sessions += held as u32;
            self.service.sessions += held as u64;
        }
        for service in 0..self.services.len() {
            for block in 0..self.services[service].seats.blocks.len() {
                let Service { rules, seats, .. } = &mut self.services[service];
                if seats.due[block] != 0 {
                    seats.session::<O>(block, week, rules, cell, luck);
                    self.after_session(service, block, week, observer);
                }
            }
        }
    }

    /// What follows from the sessions of a block: somebody looks, courses end.
    #[inline(always)]
    fn after_session<O: SessionObserver>(&mut self, service: usize, block: usize, week: u32, observer: &mut O) {
        let rules = self.services[service].rules;
        let [due, ended] = self.services[service].seats.take_due(block);
        // Where nobody looks on and ruptures wear nobody out, a session that is not the last leaves nothing to do.
        let all = O::HEARS || self.workload.burnout_ruptures > 0.0;
        for l in lanes_of(if all { due } else { ended }) {
            let (seats, seat) = (&self.services[service].seats, block * W + l);
            let course = seats.courses[seat];
            let courses = &seats.blocks[block].courses;
            if let (true, Some(position)) = (O::HEARS, course.position) {
                observer.session(self.index, position, rules, courses, l);
            }
            let practice = &mut self.practices[course.therapist];
            practice.open_ruptures += u32::from(courses.open[l] > 0.0);
            if courses.end[l] < 0.5 {
                continue;
            }
            let last_score = courses.score[l];
            practice.add_to_record(courses.intake_score[l] - last_score);
            let outcome = super::cohort::discharge(rules, courses, l, course.post);
            self.services[service].seats.leave(seat);
            if service + 1 < self.services.len() {
                self.leave_first_service((seat, course), outcome, last_score, week);
            } else {
                let past = self.pasts.remove(&seat);
                let whole = past.map_or(outcome, |past| together(&past.course, &outcome));
                self.discharge(course, whole, week);
            }
        }
    }

    /// The end of a course in the first service of two: another one in the second, or the end.
    fn leave_first_service(&mut self, (seat, course): (usize, Course), outcome: CourseResult, last_score: f64, week: u32) {
        let past = self.cases.remove(&seat);
        let above = last_score > self.rules.steps_up_above();
        match past.filter(|_| outcome.reason == EndReason::Cap && above) {
            Some(past) => {
                let clinic = self.clinic_of(course.therapist);
                self.this_week[clinic].stepped_up += 1;
                let queue = self.queue_of(clinic, 1);
                let before = Some(Box::new(Before { course: outcome, since: week + 1, ..*past }));
                self.queues[queue].waiting.push_back(Waiting { client: 0, position: course.position, leaves: None, before });
            }
            None => self.discharge(course, outcome, week),
        }
    }

    fn discharge(&mut self, course: Course, outcome: CourseResult, week: u32) {
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
        let per_clinic = f64::from(self.rules.world.clinics.therapists);
        for j in 0..self.practices.len() {
            let (clinic, service) = (self.clinic_of(j), &self.services[self.service_of(j)]);
            let (now, practice) = (&mut self.this_week[clinic], &mut self.practices[j]);
            now.places_filled += practice.clients.len() as u32;
            now.load += practice.load_factor / per_clinic;
            if recorded {
                self.service.therapist_load[j] += practice.load_factor;
                self.service.therapist_burnout[j] += practice.burnout;
            }
            practice.close_week(self.workload, &service.seats);
            now.burnout += practice.burnout / per_clinic;
            now.in_treatment += practice.clients.len() as u32;
        }
        for queue in &self.queues {
            self.this_week[queue.clinic].waiting += queue.waiting.len() as u32;
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

/// Luck of the wait for the second service: patience, uniform, and change of symptoms, standard normal.
fn second_wait(streams: ReplicateStreams, client: &Referral) -> (f64, f64) {
    let mut luck = streams.part(client.client.word(), Purpose::SecondStep, 1, 0);
    (uniform(luck.next_u32()), f64::from(normal(luck.next_u32())))
}
