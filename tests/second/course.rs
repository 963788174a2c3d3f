//! Sections 3 to 5 of `docs/model.md`, and the forms of the process in section 9, written again: one client's course,
//! session by session.

use super::curves::Curves;
use super::people::{Bug, Client, Clinic, Luck, Therapist, logistic, logit, pathway_sum, treatment_of};
use dyadsim::model::ending::EndReason;
use dyadsim::model::feedback::{Alarm, Feedback};
use dyadsim::model::intervention::Intervention;
use dyadsim::model::measurement::{Instrument, Measure, Missing, shipped_instruments};
use dyadsim::model::rules::World;
use dyadsim::model::rupture::Onset;
use dyadsim::model::symptoms::Symptoms;
use dyadsim::model::treatment::TreatmentProfile;
use rand_distr::Gamma;

/// What is known of one client afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Sessions held.
    pub sessions: u16,
    /// Why the course ended.
    pub reason: EndReason,
    /// Score at session 1.
    pub intake_score: f64,
    /// Score after treatment.
    pub final_score: f64,
    /// Whether the form after treatment was filled in.
    pub final_observed: bool,
    /// Latent symptoms after treatment.
    pub final_symptoms: f64,
    /// Rating at the early session, or the last before it.
    pub early_rating: f64,
    /// Rating at the last session.
    pub last_rating: f64,
    /// Ruptures that opened.
    pub ruptures: u16,
    /// Ruptures repaired.
    pub repairs: u16,
    /// Sessions with a rupture in the room.
    pub ruptured_sessions: u16,
    /// Sessions with a noticed rupture.
    pub noticed_sessions: u16,
    /// Sessions that observer, therapist and client would report.
    pub reports: [u16; 3],
    /// First session not on track, 0 if never.
    pub first_red: u16,
}

/// An instrument with its measure.
struct Form {
    instrument: Instrument,
    every: u16,
    at: Vec<u16>,
    missing: Missing,
    /// Score of a latent 0.
    c: f64,
    /// Score per latent unit.
    s: f64,
}

impl Form {
    fn of(world: &World, what: &str) -> Self {
        let measure = world.measures.0.get(what).cloned().unwrap_or_else(|| usual_measure(what));
        let own = world.instruments.get(&measure.instrument).cloned();
        let instrument = own.unwrap_or_else(|| shipped_instruments()[measure.instrument.as_str()].clone());
        let s = instrument.sd / instrument.latent_sd;
        Self {
            c: instrument.mean - s * instrument.latent_mean,
            s,
            every: measure.every,
            at: measure.at,
            missing: measure.missing,
            instrument,
        }
    }

    /// Fills in the form.
    fn fill_in(&self, latent: f64, bug: Option<Bug>, luck: &mut Luck) -> f64 {
        let i = &self.instrument;
        let mut error = (i.sd * i.sd * (1.0 - i.reliability)).sqrt() * luck.normal();
        if bug == Some(Bug::NoMeasurementError) {
            error = 0.0;
        }
        let mut score = self.c + self.s * latent + error;
        if i.step > 0.0 {
            let half = if bug == Some(Bug::RoundedDown) { 0.0 } else { 0.5 };
            score = (score / i.step + half).floor() * i.step;
        }
        score.clamp(i.lowest, i.highest)
    }

    fn latent(&self, score: f64) -> f64 {
        (score - self.c) / self.s
    }

    fn due(&self, session: u16) -> bool {
        if self.at.is_empty() { (session - 1).is_multiple_of(self.every) } else { self.at.contains(&session) }
    }
}

/// The measure of a study that does not say.
fn usual_measure(what: &str) -> Measure {
    let instrument = if what == "symptoms" { "OQ-45" } else { "WAI-SR" };
    Measure { instrument: instrument.to_string(), every: 1, ..Measure::default() }
}

/// What the feedback system does, whatever its name.
struct FeedbackEffects {
    engagement: f64,
    alarm_engagement: f64,
    retention: f64,
    alarm_notice: f64,
    tools_repair: f64,
    tools_rate: f64,
}

impl FeedbackEffects {
    fn of(world: &World) -> Self {
        let alarm_notice = world.tracking.unaided_rupture_notice;
        match &world.feedback {
            None => Self { engagement: 0.0, alarm_engagement: 0.0, retention: 0.0, alarm_notice, tools_repair: 0.0, tools_rate: 1.0 },
            Some(Feedback::Oq(oq)) => Self {
                engagement: oq.engagement,
                alarm_engagement: oq.alarm_engagement,
                retention: oq.retention,
                alarm_notice: oq.alarm_notice,
                tools_repair: if oq.support_tools { oq.tools_repair } else { 0.0 },
                tools_rate: if oq.support_tools { oq.tools_rate } else { 1.0 },
            },
            Some(Feedback::Pcoms(p)) => Self {
                engagement: p.engagement,
                alarm_engagement: p.alarm_engagement,
                retention: p.retention,
                alarm_notice: p.alarm_notice,
                tools_repair: 0.0,
                tools_rate: 1.0,
            },
        }
    }
}

/// A world with what is looked up in it again and again.
pub struct Setting<'a> {
    /// The world.
    pub world: &'a World,
    curves: Option<&'a Curves>,
    /// A planted mistake.
    pub bug: Option<Bug>,
    symptom_form: Form,
    alliance_form: Form,
    effects: FeedbackEffects,
    treatment: TreatmentProfile,
}

impl<'a> Setting<'a> {
    /// Prepares a world. Without curves nobody is ever red.
    pub fn of(world: &'a World, curves: Option<&'a Curves>, bug: Option<Bug>) -> Self {
        Self {
            world,
            curves,
            bug,
            symptom_form: Form::of(world, "symptoms"),
            alliance_form: Form::of(world, "alliance"),
            effects: FeedbackEffects::of(world),
            treatment: treatment_of(world),
        }
    }

    /// Section 8: recovered or improved, as the symptom form tells.
    pub fn improved(&self, outcome: &Outcome) -> bool {
        outcome.intake_score - outcome.final_score >= self.symptom_form.instrument.reliable_change
    }

    /// Simulates one replicate of the whole study, client by client.
    pub fn replicate(&self, luck: &mut Luck) -> Vec<Outcome> {
        self.everybody(luck, &mut |_, _| ())
    }

    /// The same; `listen` hears the session and the symptom score of every session.
    pub fn everybody(&self, luck: &mut Luck, listen: &mut impl FnMut(u16, f64)) -> Vec<Outcome> {
        let clinics = &self.world.clinics;
        let mut outcomes = Vec::new();
        for _ in 0..clinics.count {
            let clinic = Clinic::open(self.world, luck);
            for _ in 0..clinics.therapists {
                let mut therapist = Therapist::hire(self.world, self.bug, luck);
                if let Some(couples) = &self.world.couples {
                    outcomes.extend(self.couples_of(couples, clinic, therapist, luck, listen));
                    continue;
                }
                for i in 0..clinics.clients_per_therapist {
                    if self.bug == Some(Bug::TherapistEach) {
                        therapist = Therapist::hire(self.world, self.bug, luck);
                    }
                    therapist.career.week = clinics.recruitment_weeks * f64::from(i) / f64::from(clinics.clients_per_therapist);
                    let client = Client::admit(self.world, self.bug, &clinic, &therapist, luck);
                    outcomes.push(Course::begin(self, clinic, therapist, client, luck).run(luck, listen));
                }
            }
        }
        outcomes
    }
}

/// A rupture that is open or in the room.
#[derive(Clone, Copy)]
struct Rupture {
    intensity: f64,
    withdrawal: bool,
}

/// What today's session has come to so far.
#[derive(Clone, Copy, Default)]
struct Today {
    measured: bool,
    red: bool,
    reads: bool,
    acts: bool,
    recent_gain: f64,
    noticed: bool,
    /// State alliance lost to an unrepaired rupture.
    cost: f64,
}

/// A course under way.
pub struct Course<'a> {
    setting: &'a Setting<'a>,
    clinic: Clinic,
    /// The therapist as she was when the course began, but with the burnout of today.
    therapist: Therapist,
    client: Client,
    /// Δ of today.
    interval: f64,
    /// What waiting or a split adds to the log-odds of dropout.
    dropout_of_waiting: f64,
    t: u16,
    symptoms: f64,
    /// Symptoms at the session before.
    symptoms_before: f64,
    leniency: f64,
    state: f64,
    surprise: f64,
    heading: f64,
    trait_alliance: f64,
    /// Trait gained in therapy that works like the match part.
    trait_gained: f64,
    open_rupture: Option<Rupture>,
    score: f64,
    band: usize,
    rating: f64,
    /// The last rating handed in, as latent SD.
    last_handed_in: Option<f64>,
    /// How far the rating handed in at the last session had fallen since the one handed in before;
    /// 0 if none was handed in at the last session.
    fall: f64,
    today: Today,
    done: Outcome,
}

impl<'a> Course<'a> {
    /// A course before its first session.
    pub fn begin(setting: &'a Setting<'a>, clinic: Clinic, therapist: Therapist, client: Client, luck: &mut Luck) -> Self {
        Self {
            setting,
            clinic,
            therapist,
            client,
            interval: setting.world.clinics.session_interval,
            dropout_of_waiting: 0.0,
            t: 0,
            symptoms: client.symptoms_at_session_1,
            symptoms_before: client.symptoms_at_session_1,
            leniency: setting.world.raters.client_leniency_sd * luck.normal(),
            state: setting.world.alliance.initial_state_variance.sqrt() * luck.normal(),
            surprise: 0.0,
            heading: client.heading,
            trait_alliance: client.trait_alliance,
            trait_gained: 0.0,
            open_rupture: None,
            score: f64::NAN,
            band: 0,
            rating: f64::NAN,
            last_handed_in: None,
            fall: 0.0,
            today: Today::default(),
            done: Outcome {
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
                first_red: 0,
            },
        }
    }

    /// Sessions until the course ends.
    fn run(mut self, luck: &mut Luck, listen: &mut impl FnMut(u16, f64)) -> Outcome {
        loop {
            if let Some(reason) = self.session(luck, listen) {
                return self.discharge(reason, luck);
            }
        }
    }

    /// One session, and whether the course ends after it.
    pub fn session(&mut self, luck: &mut Luck, listen: &mut impl FnMut(u16, f64)) -> Option<EndReason> {
        self.hold(luck, listen);
        self.ending(luck)
    }

    /// One session and the week after.
    pub fn hold(&mut self, luck: &mut Luck, listen: &mut impl FnMut(u16, f64)) {
        self.t += 1;
        self.today = Today::default();
        self.do_symptoms();
        self.fill_in_symptom_form(luck);
        listen(self.t, self.score);
        self.look_at_chart(luck);
        self.move_state(luck);
        self.confront();
        self.do_alliance();
        if let Some(rupture) = self.strain(luck) {
            self.respond(rupture, luck);
        }
        self.rate(luck);
        self.live_a_week(luck);
    }

    /// Section 14: what a split adds to the log-odds of dropout.
    pub fn be_split(&mut self, log_odds: f64) {
        self.dropout_of_waiting += log_odds;
    }

    /// Was that the last session that there can be?
    pub fn is_over(&self) -> bool {
        self.t >= self.setting.world.endings.session_cap
    }

    /// Section 12: what so many weeks of waiting have done before the first session.
    pub fn wait(&mut self, weeks: f64, luck: &mut Luck) {
        let Some(workload) = &self.setting.world.workload else { return };
        let spread = if self.bug(Bug::WaitingSpreadsLinearly) { weeks } else { weeks.sqrt() };
        let change = workload.waiting_change * weeks + workload.waiting_sd * spread * luck.normal();
        self.symptoms += change;
        self.symptoms_before = self.symptoms;
        if self.bug(Bug::WaitMovesHeading) {
            self.heading += change;
        }
        self.dropout_of_waiting = workload.waiting_dropout * weeks;
    }

    /// Section 12: sessions so many weeks apart from now on.
    pub fn come_every(&mut self, interval: f64) {
        self.interval = interval;
    }

    /// Section 12, step 5: the therapist's burnout is now another one than before.
    pub fn feel_burnout(&mut self, burnout: f64) {
        let (world, bug) = (self.setting.world, self.setting.bug);
        let more_burnout = burnout - self.therapist.burnout;
        let before = self.therapist.alliance_worn_off(world, bug);
        self.therapist.burnout = burnout;
        let worn_off = self.therapist.alliance_worn_off(world, bug) - before;
        self.trait_alliance -= worn_off;
        let effective = self.client.alliance_effect * world.alliance_effects.therapist * pathway_sum(world) * worn_off;
        match &world.symptoms {
            Symptoms::Relaxation(r) => {
                let cost = self.setting.treatment.therapist_share * world.therapists.burnout_cost * more_burnout;
                self.heading += r.heading_alliance * effective + world.therapists.effectiveness * cost;
                if self.bug(Bug::RateFollowsBurnout) {
                    self.client.rate *= (-r.rate_alliance * effective).exp();
                }
            }
            Symptoms::LinearGrowth(g) => self.client.slope += g.trait_effect * effective,
        }
    }

    /// Does a rupture stay open?
    pub fn stays_ruptured(&self) -> bool {
        self.open_rupture.is_some()
    }

    /// Score at session 1 minus the last score of a session.
    pub fn improvement(&self) -> f64 {
        self.done.intake_score - self.score
    }

    fn bug(&self, bug: Bug) -> bool {
        self.setting.bug == Some(bug)
    }

    /// Step 1.
    fn do_symptoms(&mut self) {
        for what in &self.setting.world.interventions {
            if let Intervention::SymptomLevel(level) = what
                && level.at == self.t
            {
                self.symptoms += level.add;
            }
        }
    }

    /// Step 2.
    fn fill_in_symptom_form(&mut self, luck: &mut Luck) {
        if !self.setting.symptom_form.due(self.t) {
            return;
        }
        let score = self.symptom_score(luck);
        let missing = &self.setting.symptom_form.missing;
        let log_odds = self.missing_log_odds(missing.chance, missing.observed, missing.unobserved, score);
        if self.t > 1 && !self.bug(Bug::NothingMissing) && luck.log_odds(log_odds) {
            return;
        }
        self.today.measured = true;
        if self.t == 1 {
            self.done.intake_score = score;
            self.band = self.setting.curves.map_or(0, |curves| curves.band(score));
        } else {
            self.today.recent_gain = (self.score - score) / self.setting.symptom_form.s;
        }
        self.score = score;
    }

    /// Log-odds that a symptom form with this score is missing.
    fn missing_log_odds(&self, chance: f64, observed: f64, unobserved: f64, score: f64) -> f64 {
        let clients = &self.setting.world.clients;
        let z = |score: f64| (self.setting.symptom_form.latent(score) - clients.severity_mean) / clients.severity_sd;
        let last = if self.score.is_nan() { 0.0 } else { z(self.score) };
        let (seen, unseen) = if self.bug(Bug::GapsSwapped) { (unobserved, observed) } else { (observed, unobserved) };
        logit(chance).clamp(-40.0, 40.0) + seen * last + unseen * z(score)
    }

    /// The symptom form, filled in now.
    fn symptom_score(&self, luck: &mut Luck) -> f64 {
        let mut shown = self.symptoms;
        if let Symptoms::LinearGrowth(growth) = &self.setting.world.symptoms {
            shown += growth.residual * luck.normal();
        }
        self.setting.symptom_form.fill_in(shown, self.setting.bug, luck)
    }

    /// Steps 3 and 4.
    fn look_at_chart(&mut self, luck: &mut Luck) {
        if let Some(curves) = self.setting.curves
            && self.today.measured
        {
            let limit =
                if self.bug(Bug::RedAtYellow) { curves.yellow_limit(self.band, self.t) } else { curves.red_limit(self.band, self.t) };
            self.today.red = self.score > limit;
        }
        if self.today.red && self.done.first_red == 0 {
            self.done.first_red = self.t;
        }
        let uses_feedback = self.setting.world.feedback.is_some() && luck.chance(self.therapist.uptake);
        self.today.reads = uses_feedback && self.today.measured;
        let mut uses_alarm = uses_feedback;
        if self.bug(Bug::TwoUptakeDraws) {
            uses_alarm = self.setting.world.feedback.is_some() && luck.chance(self.therapist.uptake);
        }
        let notices_unaided = self.today.red && luck.chance(self.setting.world.tracking.unaided_notice);
        self.today.acts = uses_alarm && self.alarm() || notices_unaided;
    }

    /// Is there an alarm on the chart?
    fn alarm(&self) -> bool {
        match &self.setting.world.feedback {
            None => false,
            Some(Feedback::Oq(oq)) => match oq.alarm {
                Alarm::Empirical => self.today.red,
                Alarm::Rational => {
                    let worse = (self.score - self.done.intake_score) / self.setting.symptom_form.s;
                    self.today.measured && worse >= oq.rational_points
                }
            },
            Some(Feedback::Pcoms(p)) => {
                let low = self.last_handed_in.is_some_and(|rating| rating < p.alliance_below);
                let fell = self.fall > p.alliance_fall;
                self.today.red || low || fell
            }
        }
    }

    /// Step 5.
    fn move_state(&mut self, luck: &mut Luck) {
        let alliance = &self.setting.world.alliance;
        let inertia = if self.bug(Bug::Inertia) { alliance.inertia + 0.05 } else { alliance.inertia };
        let effect = if self.bug(Bug::SymptomEffectSign) { -alliance.symptom_effect } else { alliance.symptom_effect };
        let variance = alliance.state_variance;
        self.state =
            inertia * self.state - effect * variance.sqrt() * self.surprise + (variance * (1.0 - inertia * inertia)).sqrt() * luck.normal();
    }

    /// Section 10: a phase of the treatment that costs alliance, and the mastery after it.
    fn confront(&mut self) {
        let p = &self.setting.treatment;
        let first = if self.bug(Bug::CostBeginsLate) { p.cost_from + 1 } else { p.cost_from };
        if self.t >= first && self.t <= p.cost_until {
            self.state -= p.alliance_cost;
        }
        if self.t == p.cost_until + 1 {
            if self.bug(Bug::MasteryFades) {
                self.trait_alliance += p.mastery;
            } else {
                self.gain_trait(p.mastery);
            }
        }
    }

    /// Step 6.
    fn do_alliance(&mut self) {
        for what in &self.setting.world.interventions {
            match what {
                Intervention::AllianceState(state) => {
                    let until = if self.bug(Bug::DoStopsEarly) { state.until - 1 } else { state.until };
                    if self.t >= state.from && self.t <= until {
                        self.state = state.set.unwrap_or(self.state) + state.add;
                    }
                }
                Intervention::AllianceTrait(lasting) if lasting.at == self.t => self.gain_trait(lasting.add),
                _ => {}
            }
        }
    }

    /// Trait alliance gained in therapy.
    fn gain_trait(&mut self, gain: f64) {
        self.trait_alliance += gain;
        if !self.bug(Bug::TraitGainIdle) {
            self.trait_gained += gain;
        }
    }

    /// A_t.
    fn alliance(&self) -> f64 {
        let alliance = &self.setting.world.alliance;
        let t = if self.bug(Bug::GrowthStartsLate) { f64::from(self.t) - 1.0 } else { f64::from(self.t) };
        self.trait_alliance + alliance.growth * (1.0 - (-t / alliance.growth_sessions).exp()) + self.state
    }

    /// Step 7: the rupture in the room, if there is one.
    fn strain(&mut self, luck: &mut Luck) -> Option<Rupture> {
        let rules = &self.setting.world.rupture;
        let (mut new_strain, thresholds) = self.new_strain(luck);
        if self.no_ruptures_now() {
            new_strain = 0.0;
        }
        if let Some(open) = &mut self.open_rupture
            && !(self.setting.bug == Some(Bug::NoFading))
        {
            open.intensity *= rules.carry_over;
        }
        let still_open = self.open_rupture.filter(|open| open.intensity > 0.0 && open.intensity >= rules.faded_below);
        // What has faded is over: from now on nothing stays open.
        if !self.bug(Bug::FadedStaysOpen) {
            self.open_rupture = still_open;
        }
        let left = still_open.map_or(0.0, |open| open.intensity);
        let strain = new_strain.max(left);
        for (rater, threshold) in thresholds.into_iter().enumerate() {
            let seen = if rater == 0 && self.bug(Bug::ObserverSeesNewStrainOnly) { new_strain } else { strain };
            if seen >= threshold {
                self.done.reports[rater] += 1;
            }
        }
        let client_threshold = thresholds[2];
        if new_strain < client_threshold {
            return still_open;
        }
        let withdrawal = match still_open {
            Some(old) => old.withdrawal,
            None => {
                self.done.ruptures += 1;
                luck.chance(rules.withdrawal_share)
            }
        };
        Some(Rupture { intensity: strain, withdrawal })
    }

    /// Q, and the thresholds of observer, therapist and client.
    fn new_strain(&self, luck: &mut Luck) -> (f64, [f64; 3]) {
        match &self.setting.world.rupture.onset {
            Onset::Intensity(i) => {
                let client = &self.client;
                let insecurity = (client.anxiety + client.avoidance) / 2_f64.sqrt();
                let disorder = if client.personality_disorder { 1.0 } else { 0.0 };
                let log_mean = i.mean.ln()
                    + i.insecurity * insecurity
                    + i.personality_disorder * disorder
                    + i.mismatch * client.mismatch
                    + self.setting.treatment.rupture
                    + client.group.rupture
                    + i.burnout * self.therapist.burnout
                    + i.state * self.state;
                let gamma = luck.draw(&Gamma::new(i.shape, 1.0 / i.shape).unwrap());
                ((log_mean.exp() * gamma).min(i.largest), [i.observer_threshold, i.therapist_threshold, i.client_threshold])
            }
            Onset::Logistic(l) => {
                let happens =
                    luck.log_odds(l.intercept + self.setting.treatment.rupture + self.client.group.rupture + l.alliance * self.alliance());
                (if happens { 1.0 } else { 0.0 }, [0.5; 3])
            }
        }
    }

    fn no_ruptures_now(&self) -> bool {
        let mut interventions = self.setting.world.interventions.iter();
        interventions.any(|what| matches!(what, Intervention::NoRuptures(no) if self.t >= no.from))
    }

    fn every_rupture_repaired_now(&self) -> bool {
        let mut interventions = self.setting.world.interventions.iter();
        interventions.any(|what| matches!(what, Intervention::RepairEveryRupture(every) if self.t >= every.from))
    }

    /// Steps 8 and 9.
    fn respond(&mut self, rupture: Rupture, luck: &mut Luck) {
        let rules = &self.setting.world.rupture;
        self.done.ruptured_sessions += 1;
        self.today.noticed = self.notices(rupture, luck);
        if self.today.noticed {
            self.done.noticed_sessions += 1;
        }
        let cost = rules.state_cost * rupture.intensity;
        if self.repairs(luck) {
            self.done.repairs += 1;
            self.open_rupture = None;
            self.state += rules.state_gain;
            if self.bug(Bug::CostWhenRepaired) {
                self.state -= cost;
            }
            self.gain_trait(rules.trait_gain);
        } else {
            self.open_rupture = Some(rupture);
            self.state -= cost;
            self.today.cost = cost;
        }
    }

    fn notices(&self, rupture: Rupture, luck: &mut Luck) -> bool {
        let rules = &self.setting.world.rupture;
        let training = &self.setting.world.therapists.development.training;
        let trained = self.therapist.career.trained(self.setting.world, self.setting.bug);
        let skill = self.therapist.skill_now(self.setting.world, self.setting.bug);
        let usual = if rupture.withdrawal { rules.notice_withdrawal } else { rules.notice_confrontation };
        let burnout = if self.bug(Bug::BurnoutNoticesAll) { 0.0 } else { self.therapist.burnout };
        let log_odds = logit(usual) + rules.notice_skill * skill + rules.notice_burnout * burnout + training.notice * trained;
        let draw = luck.uniform();
        draw < logistic(log_odds) || self.today.acts && draw < self.setting.effects.alarm_notice
    }

    fn repairs(&self, luck: &mut Luck) -> bool {
        let rules = &self.setting.world.rupture;
        if self.every_rupture_repaired_now() {
            return true;
        }
        if !self.today.noticed {
            return luck.chance(rules.repair_unnoticed);
        }
        let training = &self.setting.world.therapists.development.training;
        let trained = self.therapist.career.trained(self.setting.world, self.setting.bug);
        let skill = self.therapist.skill_now(self.setting.world, self.setting.bug);
        let mut log_odds = rules.repair_intercept + rules.repair_skill * skill + training.repair * trained;
        if self.today.acts && !self.bug(Bug::ToolsDoNotRepair) {
            log_odds += self.setting.effects.tools_repair;
        }
        luck.log_odds(log_odds)
    }

    /// F_t.
    fn felt_state(&self) -> f64 {
        let rules = &self.setting.world.rupture;
        if self.today.noticed && !self.bug(Bug::RecognitionIgnored) {
            self.state + rules.recognition_protects * self.today.cost
        } else {
            self.state
        }
    }

    /// Step 10.
    fn rate(&mut self, luck: &mut Luck) {
        let form = &self.setting.alliance_form;
        let relief = (self.symptoms_before - self.symptoms) / self.setting.world.clients.within_sd;
        self.symptoms_before = self.symptoms;
        let halo = if self.bug(Bug::HaloTurned) { -self.setting.world.raters.halo } else { self.setting.world.raters.halo };
        self.rating = form.fill_in(self.alliance() + self.leniency + halo * relief, self.setting.bug, luck);
        let gaps = &form.missing;
        let last = self.last_handed_in.unwrap_or(0.0);
        let log_odds = logit(gaps.chance).clamp(-40.0, 40.0) + gaps.observed * last + gaps.unobserved * form.latent(self.rating);
        if form.due(self.t) && !luck.log_odds(log_odds) {
            if self.t <= self.setting.world.outcomes.early_session {
                self.done.early_rating = self.rating;
            }
            let rating = form.latent(self.rating);
            self.fall = self.last_handed_in.map_or(0.0, |before| before - rating);
            self.last_handed_in = Some(rating);
        } else if !self.bug(Bug::AlertStays) {
            self.fall = 0.0;
        }
    }

    /// Step 11 and section 4.
    fn live_a_week(&mut self, luck: &mut Luck) {
        let tempo = self.tempo();
        let engagement = self.engagement();
        let gained =
            self.setting.world.alliance_effects.r#match * pathway_sum(self.setting.world) * self.trait_gained * self.client.alliance_effect;
        let shock;
        match &self.setting.world.symptoms {
            Symptoms::Relaxation(r) => {
                let interval = self.interval;
                let mut weight = interval.powf(-self.setting.world.clinics.interval_exponent);
                if self.bug(Bug::IntervalIgnored) {
                    weight = 1.0;
                }
                shock = r.noise * luck.normal() - self.client.state_effect * self.felt_state() + self.life_event(luck);
                let distance = self.symptoms - (self.heading - r.heading_alliance * gained);
                self.symptoms += r.natural_change * interval - (self.client.rate * tempo * weight).min(1.0) * distance - engagement + shock;
                if !self.bug(Bug::EngagementFades) {
                    self.heading -= engagement;
                }
            }
            Symptoms::LinearGrowth(g) => {
                shock = g.drift * luck.normal() - self.client.state_effect * self.felt_state();
                self.symptoms += (self.client.slope - g.trait_effect * gained) * tempo - engagement + shock;
            }
        }
        self.surprise = shock / self.setting.world.clients.within_sd;
        let drift = -self.setting.world.alliance.trait_drift * self.surprise;
        self.trait_alliance += drift;
        if self.bug(Bug::DriftWorks) {
            self.trait_gained += drift;
        }
    }

    /// τ.
    fn tempo(&self) -> f64 {
        let mut tempo = 1.0;
        if self.open_rupture.is_some() && !self.today.noticed && !self.bug(Bug::OpenRuptureHarmless) {
            tempo *= self.setting.world.rupture.rate_while_open;
        }
        if self.today.acts {
            tempo *= self.setting.effects.tools_rate;
        }
        tempo
    }

    /// g_t.
    fn engagement(&self) -> f64 {
        let mut engagement = 0.0;
        if self.today.reads {
            engagement += self.setting.effects.engagement;
        }
        if self.today.acts {
            engagement += self.setting.effects.alarm_engagement;
        }
        engagement
    }

    fn life_event(&self, luck: &mut Luck) -> f64 {
        let Symptoms::Relaxation(r) = &self.setting.world.symptoms else {
            return 0.0;
        };
        if luck.chance(r.life_event * self.interval) { r.life_event_sd * luck.normal() } else { 0.0 }
    }

    /// Step 12 and section 5.
    fn ending(&self, luck: &mut Luck) -> Option<EndReason> {
        let endings = &self.setting.world.endings;
        let [planned, administrative] = [endings.planned, endings.administrative].map(|chance| self.chance_to_end(chance));
        if self.bug(Bug::PlannedBeforeDropout) && self.good_enough() && luck.chance(planned) {
            Some(EndReason::Planned)
        } else if luck.log_odds(self.dropout_log_odds()) {
            Some(EndReason::Dropout)
        } else if self.good_enough() && luck.chance(planned) {
            Some(EndReason::Planned)
        } else if luck.chance(administrative) {
            Some(EndReason::Administrative)
        } else if self.t >= endings.session_cap {
            Some(EndReason::Cap)
        } else {
            None
        }
    }

    /// A chance of ending with this therapist in this clinic.
    pub fn chance_to_end(&self, chance: f64) -> f64 {
        self.therapist.ends(&self.clinic, self.setting.bug, chance)
    }

    /// Is her last observed score good enough for her?
    pub fn good_enough(&self) -> bool {
        let level = if self.bug(Bug::GoodEnoughOnLatent) { self.symptoms } else { self.setting.symptom_form.latent(self.score) };
        level <= self.client.good_enough
    }

    /// Log-odds of dropping out now.
    pub fn dropout_log_odds(&self) -> f64 {
        let endings = &self.setting.world.endings;
        let early_sessions = if self.bug(Bug::EarlyDropoutOffByOne) { endings.early_sessions - 1 } else { endings.early_sessions };
        let mut log_odds = self.dropout_of_waiting + endings.dropout + self.therapist.dropout_shift + self.clinic.dropout_shift;
        log_odds += endings.dropout_motivation * self.client.motivation + self.setting.treatment.dropout + self.client.group.dropout;
        log_odds += self.therapist.career.keeps_clients(self.setting.world, self.setting.bug);
        if self.t <= early_sessions {
            log_odds += endings.dropout_early;
        }
        log_odds += endings.dropout_alliance * self.setting.alliance_form.latent(self.rating);
        log_odds += endings.dropout_experienced_alliance * self.alliance_at_rating();
        if self.open_rupture.is_some() {
            log_odds += endings.dropout_rupture;
        }
        let unit = if self.bug(Bug::GainPerPoint) { 1.0 } else { 5.0 };
        log_odds += endings.dropout_gain * self.today.recent_gain / unit;
        if self.today.reads {
            log_odds += self.setting.effects.retention;
        }
        log_odds
    }

    /// A_t as it was when it was rated, before this week's drift.
    fn alliance_at_rating(&self) -> f64 {
        self.alliance() + self.setting.world.alliance.trait_drift * self.surprise
    }

    /// The form after treatment.
    pub fn discharge(mut self, reason: EndReason, luck: &mut Luck) -> Outcome {
        self.done.reason = reason;
        self.done.sessions = self.t;
        self.done.final_score = self.symptom_score(luck);
        let form = &self.setting.world.final_form;
        let completion = if reason == EndReason::Planned { form.planned } else { form.unplanned };
        let log_odds = self.missing_log_odds(1.0 - completion, form.observed, form.unobserved, self.done.final_score);
        self.done.final_observed = !luck.log_odds(log_odds);
        self.done.final_symptoms = self.symptoms;
        self.done.last_rating = self.rating;
        self.done
    }
}
