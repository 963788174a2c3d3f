//! Section 12 of `docs/model.md`, written again: one clinic after the other, week by week, therapist by therapist.

use super::course::{Course, Outcome, Setting};
use super::people::{Bug, Client, Clinic, Luck, Therapist};
use dyadsim::engine::service::ClinicWeek;
use dyadsim::model::ending::EndReason;
use dyadsim::model::workload::{Assignment, Workload};
use rand_distr::Poisson;
use std::f64::consts::TAU;

/// What open clinics did in one replicate.
pub struct Replicate {
    /// The clients of the sample.
    pub visits: Vec<Visit>,
    /// The weeks of the clinics up to the end of the sample, clinic by clinic.
    pub weeks: Vec<Vec<ClinicWeek>>,
    /// The therapists.
    pub staff: Vec<Served>,
    /// Courses that ended in the weeks looked at.
    pub ended: u64,
    /// Recovered or improved of those.
    pub helped: u64,
}

/// A client of the sample.
#[derive(Clone, Copy)]
pub struct Visit {
    /// Clients are numbered as they are referred.
    pub number: usize,
    /// Week of referral, 0 for the first one looked at.
    pub referred: u32,
    /// Weeks that she waited for a place, or until she gave up.
    pub waited: u32,
    /// Her place among the staff and her course; nothing if she gave up.
    pub treated: Option<(usize, Outcome)>,
}

/// A therapist over the weeks looked at.
#[derive(Clone, Copy, Default)]
pub struct Served {
    /// θ_j.
    pub effectiveness: f64,
    /// Sum of loads.
    pub load: f64,
    /// Sum of burnout at the start of the week.
    pub burnout: f64,
}

/// Somebody on the waiting list.
#[derive(Clone, Copy)]
struct Waiting {
    /// Clients are numbered as they are referred.
    number: usize,
    referred: u32,
    /// The therapist she is to go to, with `Allotted`.
    allotted: usize,
}

/// Somebody in treatment.
struct Treated<'a> {
    course: Course<'a>,
    from_list: Waiting,
    waited: u32,
    last_session: Option<u32>,
}

/// A therapist at work.
struct Practice<'a> {
    therapist: Therapist,
    /// Her clients in the order of the rota: new ones come in at its head, and those she has seen go to its end.
    clients: Vec<Treated<'a>>,
    /// How many clients the clinic had taken on when she last took on one. At the opening it rises from the first
    /// therapist to the last.
    last_taken_on: i64,
    former: u32,
    /// Sum of her former clients' improvements.
    improvement: f64,
    served: Served,
}

/// A clinic at work.
struct Open<'a> {
    setting: &'a Setting<'a>,
    work: &'a Workload,
    clinic: Clinic,
    staff: Vec<Practice<'a>>,
    list: Vec<Waiting>,
    week: u32,
    referred_so_far: usize,
    taken_on_so_far: i64,
    today: ClinicWeek,
    visits: Vec<Visit>,
    ended: u64,
    helped: u64,
}

impl Setting<'_> {
    /// Simulates one replicate of open clinics.
    pub fn open_clinics(&self, luck: &mut Luck) -> Replicate {
        let mut all = Replicate { visits: Vec::new(), weeks: Vec::new(), staff: Vec::new(), ended: 0, helped: 0 };
        for _ in 0..self.world.clinics.count {
            let mut clinic = Open::new(self, luck);
            let weeks = clinic.run(luck);
            let colleagues = all.staff.len();
            all.staff.extend(clinic.staff.iter().map(|practice| practice.served));
            all.visits
                .extend(clinic.visits.iter().map(|visit| Visit { treated: visit.treated.map(|(j, o)| (colleagues + j, o)), ..*visit }));
            all.weeks.push(weeks);
            all.ended += clinic.ended;
            all.helped += clinic.helped;
        }
        all
    }
}

impl<'a> Open<'a> {
    fn new(setting: &'a Setting<'a>, luck: &mut Luck) -> Self {
        let work = setting.world.workload.as_ref().expect("open clinics");
        let clinic = Clinic::open(setting.world, luck);
        let staff = (0..setting.world.clinics.therapists)
            .map(|j| {
                let therapist = Therapist::hire(setting.world, setting.bug, luck);
                let served = Served { effectiveness: therapist.effectiveness, ..Served::default() };
                let before = i64::from(j) - 10_000;
                Practice { therapist, clients: Vec::new(), last_taken_on: before, former: 0, improvement: 0.0, served }
            })
            .collect();
        let today = ClinicWeek::default();
        let (list, visits) = (Vec::new(), Vec::new());
        Self { setting, work, clinic, staff, list, week: 0, referred_so_far: 0, taken_on_so_far: 0, today, visits, ended: 0, helped: 0 }
    }

    fn bug(&self, bug: Bug) -> bool {
        self.setting.bug == Some(bug)
    }

    /// All weeks until the last client of the sample has gone; tells of those up to the end of the sample.
    fn run(&mut self, luck: &mut Luck) -> Vec<ClinicWeek> {
        let last = self.work.warm_up + self.work.weeks;
        let mut weeks = Vec::new();
        while self.week < last || !self.bug(Bug::RunOutLeftOut) && self.sample_is_here() {
            self.week += 1;
            self.today = ClinicWeek::default();
            self.refer(luck);
            self.give_up(luck);
            self.take_on(luck);
            self.hold_sessions(luck);
            if self.week <= last {
                weeks.push(self.today);
            }
        }
        self.visits.sort_by_key(|visit| visit.number);
        weeks
    }

    fn looked_at(&self, week: u32) -> bool {
        week > self.work.warm_up && week <= self.work.warm_up + self.work.weeks
    }

    /// Is somebody of the sample waiting or in treatment?
    fn sample_is_here(&self) -> bool {
        self.list.iter().any(|client| self.looked_at(client.referred))
            || self.staff.iter().any(|practice| practice.clients.iter().any(|client| self.looked_at(client.from_list.referred)))
    }

    /// Step 1.
    fn refer(&mut self, luck: &mut Luck) {
        let half_a_year = if self.bug(Bug::SeasonTurned) { 26.0 } else { 0.0 };
        let phase = TAU * (f64::from(self.week) - self.work.season_peak - half_a_year) / 52.0;
        let mean = self.work.referrals * (1.0 + self.work.season * phase.cos());
        let count = if mean > 0.0 { luck.draw(&Poisson::new(mean).unwrap()) as u32 } else { 0 };
        self.today.referred = count;
        for _ in 0..count {
            let mut allotted = self.referred_so_far % self.staff.len();
            if self.bug(Bug::AllottedToTheFree) {
                allotted = (0..self.staff.len()).min_by_key(|&j| self.promised(j)).unwrap();
            }
            self.list.push(Waiting { number: self.referred_so_far, referred: self.week, allotted });
            self.referred_so_far += 1;
        }
    }

    /// Clients of a therapist, treated or waiting for her.
    fn promised(&self, j: usize) -> usize {
        self.staff[j].clients.len() + self.list.iter().filter(|client| client.allotted == j).count()
    }

    /// Step 2: each week of waiting is the last with the same chance.
    fn give_up(&mut self, luck: &mut Luck) {
        let first = if self.bug(Bug::PatienceLonger) { 2 } else { 1 };
        for client in std::mem::take(&mut self.list) {
            let waited = self.week - client.referred;
            if waited >= first && luck.chance(self.work.leave) {
                self.today.lost += 1;
                self.leave(client, waited, None);
            } else {
                self.list.push(client);
            }
        }
    }

    /// A client of the sample leaves, treated or not.
    fn leave(&mut self, client: Waiting, waited: u32, treated: Option<(usize, Outcome)>) {
        if self.looked_at(client.referred) {
            let referred = client.referred - self.work.warm_up - 1;
            self.visits.push(Visit { number: client.number, referred, waited, treated });
        }
    }

    /// Step 3.
    fn take_on(&mut self, luck: &mut Luck) {
        while let Some((place, j)) = self.next(luck) {
            let client = self.list.remove(place);
            let waited = self.week - client.referred;
            self.taken_on_so_far += 1;
            self.today.started += 1;
            let practice = &mut self.staff[j];
            practice.last_taken_on = self.taken_on_so_far;
            let week = if self.setting.bug == Some(Bug::CalendarOfReferral) { client.referred } else { self.week };
            practice.therapist.career.week = calendar(self.setting, self.work, week);
            let (world, bug) = (self.setting.world, self.setting.bug);
            let person = Client::admit(world, bug, &self.clinic, &practice.therapist, luck);
            let mut course = Course::begin(self.setting, self.clinic, practice.therapist, person, luck);
            course.wait(f64::from(waited), luck);
            let rota_end = practice.clients.len();
            let place = if bug == Some(Bug::NewClientsLast) { rota_end } else { 0 };
            practice.clients.insert(place, Treated { course, from_list: client, waited, last_session: None });
        }
        self.today.waiting = self.list.len() as u32;
    }

    /// The next client to be taken on, by place on the list, and who takes her on.
    fn next(&self, luck: &mut Luck) -> Option<(usize, usize)> {
        let free: Vec<usize> = (0..self.staff.len()).filter(|&j| self.staff[j].clients.len() < self.work.caseload as usize).collect();
        let ready = |client: &Waiting| !self.bug(Bug::TakenOnLate) || client.referred < self.week;
        if self.work.assignment == Assignment::Allotted {
            let place = self.list.iter().position(|client| ready(client) && free.contains(&client.allotted))?;
            return Some((place, self.list[place].allotted));
        }
        if free.is_empty() || !self.list.first().is_some_and(ready) {
            return None;
        }
        let first = self.bug(Bug::TiesToTheFirst) && self.work.assignment != Assignment::NextFree;
        let whom = |of: &[usize]| of.iter().copied().min_by_key(|&j| self.staff[j].last_taken_on).unwrap();
        let longest_ago = |of: &[usize]| if first { of[0] } else { whom(of) };
        let therapist = match self.work.assignment {
            Assignment::NextFree | Assignment::Allotted => longest_ago(&free),
            Assignment::Random if self.bug(Bug::NothingRandom) => longest_ago(&free),
            Assignment::Random => free[(luck.uniform() * free.len() as f64) as usize],
            Assignment::Balanced => {
                let fewest = free.iter().map(|&j| self.staff[j].clients.len()).min().unwrap();
                let idle: Vec<usize> = free.into_iter().filter(|&j| self.staff[j].clients.len() == fewest).collect();
                longest_ago(&idle)
            }
            Assignment::TrackRecord => {
                let best = free.iter().map(|&j| self.record(j)).fold(f64::NEG_INFINITY, f64::max);
                let best: Vec<usize> = free.into_iter().filter(|&j| self.record(j) == best).collect();
                longest_ago(&best)
            }
        };
        Some((0, therapist))
    }

    /// A therapist's record.
    fn record(&self, j: usize) -> f64 {
        let all: u32 = self.staff.iter().map(|practice| practice.former).sum();
        let sum: f64 = self.staff.iter().map(|practice| practice.improvement).sum();
        let mean = if all == 0 { 0.0 } else { sum / f64::from(all) };
        let prior = if self.bug(Bug::RawRecord) { 1e-6 } else { 10.0 };
        (self.staff[j].improvement + prior * mean) / (f64::from(self.staff[j].former) + prior)
    }

    /// Steps 4 to 6.
    fn hold_sessions(&mut self, luck: &mut Luck) {
        let therapists = self.staff.len();
        for j in 0..therapists {
            let load = self.load(j);
            if self.looked_at(self.week) {
                self.staff[j].served.load += load;
                self.staff[j].served.burnout += self.staff[j].therapist.burnout;
            }
            self.today.load += load / therapists as f64;
            let places_filled = self.staff[j].clients.len() as u32;
            let seen = self.rota(j);
            let (sessions, clients) = (seen.len() as f64, self.staff[j].clients.len() as f64);
            let (ended, ruptured) = self.see(j, &seen, load, luck);
            let of = if self.bug(Bug::RupturesByClient) { clients } else { sessions };
            let ruptures = if sessions == 0.0 { 0.0 } else { ruptured / of };
            self.wear_out(j, load, ruptures);
            self.discharge(j, &seen, &ended, luck);
            self.today.places_filled += if self.bug(Bug::PlacesAtTheEnd) { self.staff[j].clients.len() as u32 } else { places_filled };
            self.today.sessions += seen.len() as u32;
            self.today.in_treatment += self.staff[j].clients.len() as u32;
            self.today.burnout += self.staff[j].therapist.burnout / therapists as f64;
        }
    }

    /// ℓ.
    fn load(&self, j: usize) -> f64 {
        let interval = if self.bug(Bug::LoadIgnoresInterval) { 1.0 } else { self.setting.world.clinics.session_interval };
        self.staff[j].clients.len() as f64 / (interval * f64::from(self.work.capacity))
    }

    /// Places of the clients who have a session this week.
    fn rota(&self, j: usize) -> Vec<usize> {
        let interval = self.setting.world.clinics.session_interval as u32;
        let clients = &self.staff[j].clients;
        let due = |i: &usize| clients[*i].last_session.is_none_or(|last| self.week - last >= interval);
        let mut due: Vec<usize> = (0..clients.len()).filter(due).collect();
        if !self.bug(Bug::CapacityIgnored) {
            due.truncate(self.work.capacity as usize);
        }
        due
    }

    /// Sessions of these clients: who ends and why, and in how many sessions a rupture stayed open.
    fn see(&mut self, j: usize, seen: &[usize], load: f64, luck: &mut Luck) -> (Vec<Ending>, f64) {
        let interval = self.setting.world.clinics.session_interval;
        let stretch = if self.bug(Bug::StretchIgnored) { 1.0 } else { load.max(1.0) };
        let felt = !self.bug(Bug::BurnoutNotFelt);
        let practice = &mut self.staff[j];
        let mut ended = Vec::new();
        let mut ruptured = 0.0;
        for &i in seen {
            let client = &mut practice.clients[i];
            if felt {
                client.course.feel_burnout(practice.therapist.burnout);
            }
            client.course.come_every(interval * stretch);
            client.last_session = Some(self.week);
            let ending = client.course.session(luck, &mut |_, _| ());
            if client.course.stays_ruptured() {
                ruptured += 1.0;
            }
            if let Some(reason) = ending {
                ended.push((i, reason));
            }
        }
        (ended, ruptured)
    }

    /// Step 5.
    fn wear_out(&mut self, j: usize, load: f64, ruptures: f64) {
        let persistence = if self.bug(Bug::NoRecovery) { 1.0 } else { self.work.burnout_persistence };
        let overload = if self.bug(Bug::EveryLoadWearsOut) { load } else { (load - 1.0).max(0.0) };
        let burnout = &mut self.staff[j].therapist.burnout;
        *burnout = persistence * *burnout + self.work.burnout_overload * overload + self.work.burnout_ruptures * ruptures;
    }

    /// Step 6, and those who were seen and stay go to the end of the rota.
    fn discharge(&mut self, j: usize, seen: &[usize], ended: &[Ending], luck: &mut Luck) {
        let mut back = Vec::new();
        for (i, client) in std::mem::take(&mut self.staff[j].clients).into_iter().enumerate() {
            match ended.iter().find(|(who, _)| *who == i) {
                Some(&(_, reason)) => self.see_off(j, client, reason, luck),
                None if seen.contains(&i) => back.push(client),
                None => self.staff[j].clients.push(client),
            }
        }
        self.staff[j].clients.append(&mut back);
    }

    fn see_off(&mut self, j: usize, client: Treated, reason: EndReason, luck: &mut Luck) {
        self.staff[j].former += 1;
        self.staff[j].improvement += client.course.improvement();
        let outcome = client.course.discharge(reason, luck);
        self.today.ended += 1;
        if self.looked_at(self.week) {
            self.ended += 1;
            self.helped += u64::from(self.setting.improved(&outcome));
        }
        self.leave(client.from_list, client.waited, Some((j, outcome)));
    }
}

/// A client's place in the rota, and why her course ends.
type Ending = (usize, EndReason);

/// Section 11: the week v of the calendar.
fn calendar(setting: &Setting, work: &Workload, week: u32) -> f64 {
    let since_opening = f64::from(week) - 1.0;
    let looked_at_for = since_opening - f64::from(work.warm_up);
    match setting.bug {
        Some(Bug::CalendarFromOpening) => since_opening,
        Some(Bug::CalendarBelowZero) => looked_at_for,
        Some(Bug::CalendarFromOne) => (looked_at_for + 1.0).max(0.0),
        _ => looked_at_for.max(0.0),
    }
}
