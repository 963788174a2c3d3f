//! One session, for [`W`] clients at a time.
//!
//! Each part of a session is a short loop over the lanes without branches, so that the compiler
//! can turn it into vector instructions. Lanes never touch each other. A lane whose course has
//! ended goes on computing; nobody looks.

// The lanes of several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

use super::alliance::next_state;
use super::draws::{Lanes, SessionLuck, W};
use super::ending::{EndReason, dropout_logit};
use super::intake::Start;
use super::intervention::Intervention;
use super::math::happens;
use super::rules::Rules;
use super::rupture::{intensity, noticed, repaired, strain};
use super::symptoms::Symptoms;

/// Courses of [`W`] clients under one arm. Flags are 0 or 1.
#[derive(Clone, Debug, Default)]
pub struct Courses {
    // What does not change from session to session.
    /// Level the client is heading for, points; moves only when trait alliance is gained.
    pub heading: Lanes,
    /// Improvement rate per week, or change per session (linear growth).
    pub rate: Lanes,
    /// Effect of state alliance on the next change, points per SD.
    pub state_effect: Lanes,
    /// Good-enough level, points.
    pub good_enough: Lanes,
    /// Log mean of rupture intensity, or log-odds of a rupture.
    pub rupture: Lanes,
    /// Shift of the log-odds of noticing.
    pub notice: Lanes,
    /// Log-odds of repair once noticed.
    pub repair: Lanes,
    /// Log-odds of dropout, late session, alliance 0.
    pub dropout: Lanes,
    /// Chance that the therapist acts on feedback.
    pub uptake: Lanes,
    /// Own parts of bond, task and goal, SD (divided by the loading).
    pub own_parts: [Lanes; 3],
    /// Row of the client's intake band in the expected curves.
    pub band: [usize; W],
    /// Lanes whose client has not had a session yet, one bit each.
    fresh: u32,

    // State.
    /// Number of the session in progress.
    pub session: Lanes,
    /// Symptom level, points.
    pub symptoms: Lanes,
    /// Trait alliance, SD.
    pub trait_alliance: Lanes,
    /// State alliance, SD.
    pub state: Lanes,
    /// Growth still to come, as a share.
    pub ungrown: Lanes,
    /// Last unexpected symptom change, within-client SDs.
    pub surprise: Lanes,
    /// Intensity of the open rupture, 0 without one.
    pub open: Lanes,
    /// The open rupture is a withdrawal.
    pub withdrawal: Lanes,

    // What forms and charts show.
    /// Symptom score last observed.
    pub score: Lanes,
    /// Score at session 1.
    pub intake_score: Lanes,
    /// Fall of the score since the measurement before (0 when not measured today).
    pub recent_gain: Lanes,
    /// Alliance rating of this session.
    pub rating: Lanes,
    /// Alliance rating last handed in.
    pub last_rating: Lanes,
    /// Rating at the early session, or the last one before it.
    pub early_rating: Lanes,
    /// Signal today: 0 on track, 1 yellow, 2 red. Kept only for an onlooker.
    pub signal: Lanes,
    /// Red today.
    off_track: Lanes,
    /// Symptoms measured today.
    pub measured: Lanes,
    /// Alliance rating handed in today.
    pub rated: Lanes,
    /// Next session at which symptoms are measured.
    next_score: Lanes,
    /// Next session at which the rating is handed in.
    next_rating: Lanes,
    /// The rating before and the fall to the last one: what an alliance alert reads.
    rating_fall: Lanes,

    // What happened today.
    /// The therapist acted on an alarm.
    pub acted: Lanes,
    /// The therapist read the scores.
    pub read: Lanes,
    /// Strain in the room: new or left over.
    pub strain: Lanes,
    /// Rupture in the room that the client experiences.
    pub ruptured: Lanes,
    /// The therapist noticed it.
    pub noticed: Lanes,
    /// It was repaired.
    pub repaired: Lanes,
    /// State alliance that reaches the week's symptoms.
    felt_state: Lanes,
    /// Ending: 0 goes on, else the code of [`EndReason`] from 1.
    pub end: Lanes,

    // Counts over the course.
    /// Ruptures that opened.
    pub ruptures: Lanes,
    /// Ruptures that were repaired.
    pub repairs: Lanes,
    /// Sessions in which observer, therapist, client would report a rupture.
    pub reports: [Lanes; 3],
    /// Ruptures in the room that the therapist noticed (sessions).
    pub notices: Lanes,
    /// Sessions with a rupture in the room.
    pub ruptured_sessions: Lanes,
    /// First session with a red signal, 0 if never.
    pub first_red: Lanes,
    /// First session with a reliable improvement on the form, 0 if never.
    pub first_improved: Lanes,
}

/// Is anybody going to look at single sessions? What only an onlooker needs is left out otherwise.
pub trait Observed {
    /// Yes or no.
    const ON: bool;
}

#[inline(always)]
fn flag(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

impl Courses {
    /// Puts a new client into lane `l`.
    #[inline(always)]
    pub fn admit(&mut self, l: usize, start: &Start) {
        self.heading[l] = start.heading;
        self.rate[l] = start.rate;
        self.state_effect[l] = start.state_effect;
        self.good_enough[l] = start.good_enough;
        self.rupture[l] = start.rupture;
        self.notice[l] = start.notice;
        self.repair[l] = start.repair;
        self.dropout[l] = start.dropout;
        self.uptake[l] = start.uptake;
        for (part, own) in self.own_parts.iter_mut().zip(start.components) {
            part[l] = own;
        }
        self.band[l] = 0;
        self.fresh |= 1 << l;
        self.session[l] = 0.0;
        self.symptoms[l] = start.symptoms;
        self.trait_alliance[l] = start.trait_alliance;
        self.state[l] = start.state;
        self.ungrown[l] = 1.0;
        self.surprise[l] = 0.0;
        self.open[l] = 0.0;
        self.withdrawal[l] = 0.0;
        self.next_score[l] = 1.0;
        self.next_rating[l] = 1.0;
        self.rating_fall[l] = 0.0;
        self.ruptures[l] = 0.0;
        self.repairs[l] = 0.0;
        for rater in &mut self.reports {
            rater[l] = 0.0;
        }
        self.notices[l] = 0.0;
        self.ruptured_sessions[l] = 0.0;
        self.first_red[l] = 0.0;
        self.first_improved[l] = 0.0;
        self.end[l] = 0.0;
    }

    /// Bond, task and goal at the end of the session, SD. All load on alliance; the bond grows early,
    /// and task and goal carry what is left of the growth, so that the weighted growth of the three
    /// is the growth of alliance.
    pub fn components(&self, rules: &Rules, l: usize) -> [f64; 3] {
        let a = &rules.world.alliance;
        let bond_weight = rules.world.treatment.bond_weight;
        let all = a.growth * (1.0 - self.ungrown[l]);
        let bond_grown = a.growth * super::alliance::Alliance::grown(self.session[l], a.bond_sessions);
        let work_grown = if bond_weight < 1.0 { (all - bond_weight * bond_grown) / (1.0 - bond_weight) } else { 0.0 };
        let common = a.loading * (self.trait_alliance[l] + self.state[l]);
        let own = |k: usize| a.loading * self.own_parts[k][l];
        [common + bond_grown + own(0), common + work_grown + own(1), common + work_grown + own(2)]
    }

    /// Score on the form after treatment.
    #[inline(always)]
    pub fn post_score(&self, rules: &Rules, l: usize, [error, residual]: [f64; 2]) -> f64 {
        let spread = match &rules.world.symptoms {
            Symptoms::LinearGrowth(p) => p.residual,
            Symptoms::Relaxation(_) => 0.0,
        };
        rules.symptom_scale.score(self.symptoms[l] + spread * residual, error)
    }

    /// Why the course in lane `l` ended, if it has.
    #[inline(always)]
    pub fn ended(&self, l: usize) -> Option<EndReason> {
        EndReason::ALL.get((self.end[l] as usize).wrapping_sub(1)).copied()
    }

    /// Alliance at the end of the session, SD.
    #[inline(always)]
    pub fn alliance(&self, rules: &Rules, l: usize) -> f64 {
        self.trait_alliance[l] + rules.world.alliance.growth * (1.0 - self.ungrown[l]) + self.state[l]
    }
}

/// One session of all lanes: form, chart, alliance, rupture, rating, the week, the ending.
#[inline(always)]
pub fn step<O: Observed>(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    for l in 0..W {
        c.session[l] += 1.0;
        c.ungrown[l] *= rules.growth_decay;
    }
    if !rules.world.interventions.is_empty() {
        intervene_on_symptoms(rules, c);
    }
    measure_symptoms(rules, luck, c);
    read_the_chart::<O>(rules, luck, c);
    move_state(rules, luck, c);
    if !rules.world.interventions.is_empty() {
        intervene_on_alliance(rules, c);
    }
    rupture_and_repair(rules, luck, c);
    rate_alliance(rules, luck, c);
    match &rules.world.symptoms {
        Symptoms::Relaxation(_) => relax(rules, luck, c),
        Symptoms::LinearGrowth(_) => grow(rules, luck, c),
    }
    end(rules, luck, c);
}

#[inline(always)]
fn measure_symptoms(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let residual = match &rules.world.symptoms {
        Symptoms::LinearGrowth(p) => p.residual,
        Symptoms::Relaxation(_) => 0.0,
    };
    if rules.symptoms_every == 1.0 {
        measure_due_symptoms::<true>(rules, residual, luck, c);
    } else {
        measure_due_symptoms::<false>(rules, residual, luck, c);
    }
}

/// Measures the symptoms of everybody who is due; everybody is when `ALWAYS`.
#[inline(always)]
fn measure_due_symptoms<const ALWAYS: bool>(rules: &Rules, residual: f64, luck: &SessionLuck, c: &mut Courses) {
    let scale = &rules.symptom_scale;
    for l in 0..W {
        let first = c.session[l] < 1.5;
        let due = ALWAYS | (c.session[l] >= c.next_score[l]);
        let score = scale.score(c.symptoms[l] + residual * luck.residual[l], luck.score_error[l]);
        c.recent_gain[l] = if due && !first { c.score[l] - score } else { 0.0 };
        c.score[l] = if due { score } else { c.score[l] };
        c.intake_score[l] = if first { score } else { c.intake_score[l] };
        if !ALWAYS {
            c.next_score[l] += if due { rules.symptoms_every } else { 0.0 };
        }
        c.measured[l] = flag(due);
        let improved = due & (c.intake_score[l] - score >= rules.reliable_change);
        c.first_improved[l] = if improved & (c.first_improved[l] < 0.5) { c.session[l] } else { c.first_improved[l] };
    }
}

/// What the progress chart shows today and what the therapist makes of it. Reads only scores.
#[inline(always)]
fn read_the_chart<O: Observed>(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let mut yellow = [f64::INFINITY; W];
    let mut red = [f64::INFINITY; W];
    if let Some(curves) = &rules.curves {
        while c.fresh != 0 {
            let l = c.fresh.trailing_zeros() as usize;
            c.fresh &= c.fresh - 1;
            c.band[l] = curves.row(c.score[l]);
        }
        for l in 0..W {
            let at = c.band[l] + (c.session[l] as usize).min(curves.stride - 1);
            red[l] = curves.red[at];
            if O::ON {
                yellow[l] = curves.yellow[at];
            }
        }
    }
    let unaided_chance = rules.world.tracking.unaided_notice;
    for l in 0..W {
        let off_track = (c.measured[l] > 0.5) & (c.score[l] > red[l]);
        let unaided = off_track & (luck.unaided[l] < unaided_chance);
        c.off_track[l] = flag(off_track);
        c.first_red[l] = if off_track & (c.first_red[l] < 0.5) { c.session[l] } else { c.first_red[l] };
        c.acted[l] = flag(unaided);
        if O::ON {
            let warned = (c.measured[l] > 0.5) & (c.score[l] > yellow[l]);
            c.signal[l] = if off_track { 2.0 } else { flag(warned) };
        }
    }
    if rules.has_feedback {
        read_the_feedback(rules, luck, c);
    }
}

/// With feedback she reads the scores if she is somebody who takes it up today, and acts on alarms and alerts.
#[inline(always)]
fn read_the_feedback(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let f = &rules.feedback;
    for l in 0..W {
        let measured = c.measured[l] > 0.5;
        let worse = measured & (c.score[l] - c.intake_score[l] >= f.rational_points);
        // A rational system shows its own alarm; otherwise red on the chart is the alarm.
        let alarm = if f.rational_points < f64::INFINITY { worse } else { c.off_track[l] > 0.5 };
        let low = (c.session[l] > 1.5) & ((c.last_rating[l] < f.alliance_below) | (c.rating_fall[l] > f.alliance_fall));
        let takes_up = luck.uptake[l] < c.uptake[l];
        let acts = (takes_up & (alarm | low)) | (c.acted[l] > 0.5);
        c.acted[l] = flag(acts);
        c.read[l] = flag(takes_up & measured);
    }
}

#[inline(always)]
fn move_state(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let inertia = rules.world.alliance.inertia;
    for l in 0..W {
        c.state[l] = next_state(inertia, rules.lift, rules.innovation_sd, c.state[l], c.surprise[l], luck.alliance[l]);
    }
}

fn intervene_on_symptoms(rules: &Rules, c: &mut Courses) {
    for intervention in &rules.world.interventions {
        if let Intervention::SymptomLevel(p) = intervention {
            for l in 0..W {
                c.symptoms[l] += if c.session[l] == f64::from(p.at) { p.add } else { 0.0 };
            }
        }
    }
}

fn intervene_on_alliance(rules: &Rules, c: &mut Courses) {
    for intervention in &rules.world.interventions {
        match intervention {
            Intervention::AllianceState(p) => {
                for l in 0..W {
                    if c.session[l] >= f64::from(p.from) && c.session[l] <= f64::from(p.until) {
                        c.state[l] = p.set.unwrap_or(c.state[l]) + p.add;
                    }
                }
            }
            Intervention::AllianceTrait(p) => {
                for l in 0..W {
                    if c.session[l] == f64::from(p.at) {
                        gain_trait(rules, c, l, p.add);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Trait alliance gained in therapy works like the match part.
#[inline(always)]
fn gain_trait(rules: &Rules, c: &mut Courses, l: usize, gain: f64) {
    c.trait_alliance[l] += gain;
    match rules.world.symptoms {
        Symptoms::Relaxation(_) => c.heading[l] -= rules.gained_heading * gain,
        Symptoms::LinearGrowth(_) => c.rate[l] -= rules.gained_heading * gain,
    }
}

#[inline(always)]
fn rupture_and_repair(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let new = new_strain(rules, luck, c);
    open_ruptures(rules, luck, &new, c);
    notice_and_repair(rules, luck, c);
    if !rules.world.interventions.is_empty() {
        repair_by_intervention(rules, c);
    }
    feel_the_consequences(rules, c);
}

/// Strain that this session brings.
#[inline(always)]
fn new_strain(rules: &Rules, luck: &SessionLuck, c: &Courses) -> Lanes {
    let mut new = luck.gamma;
    if rules.graded_ruptures {
        if rules.own_shape {
            new = luck.rupture.map(|z| rules.gamma.at(z));
        }
        for l in 0..W {
            new[l] = intensity(c.rupture[l], rules.intensity_slope, c.state[l], new[l], rules.largest_intensity);
        }
    } else {
        let growth = rules.world.alliance.growth;
        for l in 0..W {
            let alliance = c.trait_alliance[l] + growth * (1.0 - c.ungrown[l]) + c.state[l];
            new[l] = flag(happens(luck.rupture_uniform[l], c.rupture[l] + rules.intensity_slope * alliance));
        }
    }
    for intervention in &rules.world.interventions {
        if let Intervention::NoRuptures(p) = intervention {
            for l in 0..W {
                new[l] = if c.session[l] >= f64::from(p.from) { 0.0 } else { new[l] };
            }
        }
    }
    new
}

/// What is in the room: the new strain or what is left of an old rupture; who would report it.
#[inline(always)]
fn open_ruptures(rules: &Rules, luck: &SessionLuck, new: &Lanes, c: &mut Courses) {
    let p = &rules.world.rupture;
    let [observer, therapist, client] = rules.thresholds;
    for l in 0..W {
        let before = c.open[l];
        let left = p.carry_over * before;
        let still = (before > 0.0) & (left > 0.0) & (left >= p.faded_below);
        let left = if still { left } else { 0.0 };
        let opens = new[l] >= client;
        let first = opens & !still;
        let kind = flag(luck.kind[l] < p.withdrawal_share);
        c.withdrawal[l] = if first { kind } else { c.withdrawal[l] };
        c.strain[l] = strain(new[l], left);
        c.open[l] = if opens { c.strain[l] } else { left };
        c.ruptures[l] += flag(first);
        c.ruptured[l] = flag(opens | still);
        c.reports[0][l] += flag(c.strain[l] >= observer);
        c.reports[1][l] += flag(c.strain[l] >= therapist);
        c.reports[2][l] += flag(c.strain[l] >= client);
    }
}

#[inline(always)]
fn notice_and_repair(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let mut seen = [0.0; W];
    if rules.notice_alike {
        let [withdrawal, confrontation] = rules.notice_chances;
        for l in 0..W {
            seen[l] = flag(luck.notice[l] < if c.withdrawal[l] > 0.5 { withdrawal } else { confrontation });
        }
    } else {
        let [withdrawal, confrontation] = rules.notice_logits;
        for l in 0..W {
            seen[l] = flag(noticed(c.withdrawal[l] > 0.5, withdrawal, confrontation, c.notice[l], luck.notice[l]));
        }
    }
    let f = &rules.feedback;
    for l in 0..W {
        let ruptured = c.ruptured[l] > 0.5;
        let acted = c.acted[l] > 0.5;
        let alerted = acted & (luck.notice[l] < f.notice);
        let notices = ruptured & ((seen[l] > 0.5) | alerted);
        let logit = c.repair[l] + if acted { f.repair } else { 0.0 };
        let heals = repaired(notices, logit, rules.unnoticed_logit, luck.repair[l]);
        c.noticed[l] = flag(notices);
        c.repaired[l] = flag(ruptured & heals);
    }
}

fn repair_by_intervention(rules: &Rules, c: &mut Courses) {
    for intervention in &rules.world.interventions {
        if let Intervention::RepairEveryRupture(p) = intervention {
            for l in 0..W {
                c.repaired[l] = if c.session[l] >= f64::from(p.from) { c.ruptured[l] } else { c.repaired[l] };
            }
        }
    }
}

/// What rupture and repair do to the alliance.
#[inline(always)]
fn feel_the_consequences(rules: &Rules, c: &mut Courses) {
    let p = &rules.world.rupture;
    for l in 0..W {
        let repaired = c.repaired[l];
        let stays = c.ruptured[l] - repaired;
        let cost = p.state_cost * c.open[l] * stays;
        c.state[l] += p.state_gain * repaired - cost;
        c.felt_state[l] = c.state[l] + cost * c.noticed[l] * p.recognition_protects;
        c.trait_alliance[l] += p.trait_gain * repaired;
        c.open[l] *= stays;
        c.repairs[l] += repaired;
        c.notices[l] += c.noticed[l];
        c.ruptured_sessions[l] += c.ruptured[l];
    }
    let gained = rules.gained_heading * p.trait_gain;
    let level = match rules.world.symptoms {
        Symptoms::Relaxation(_) => &mut c.heading,
        Symptoms::LinearGrowth(_) => &mut c.rate,
    };
    for (level, repaired) in level.iter_mut().zip(&c.repaired) {
        *level -= gained * repaired;
    }
}

#[inline(always)]
fn rate_alliance(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let scale = &rules.alliance_scale;
    let growth = rules.world.alliance.growth;
    let early = f64::from(rules.world.outcomes.early_session);
    for l in 0..W {
        let alliance = c.trait_alliance[l] + growth * (1.0 - c.ungrown[l]) + c.state[l];
        c.rating[l] = scale.score(alliance, luck.rating_error[l]);
    }
    for l in 0..W {
        let seen = scale.latent(c.rating[l]);
        let due = c.session[l] >= c.next_rating[l];
        let first = c.session[l] < 1.5;
        c.rating_fall[l] = if due & !first { c.last_rating[l] - seen } else { 0.0 };
        c.last_rating[l] = if due { seen } else { c.last_rating[l] };
        c.early_rating[l] = if due & (c.session[l] <= early) { c.rating[l] } else { c.early_rating[l] };
        c.next_rating[l] += if due { rules.alliance_every } else { 0.0 };
        c.rated[l] = flag(due);
    }
}

/// Improvement rate this week, times usual: an unnoticed open rupture slows.
#[inline(always)]
fn tempo(rules: &Rules, c: &Courses, l: usize) -> f64 {
    let hidden = (c.open[l] > 0.0) & (c.noticed[l] < 0.5);
    if hidden { rules.world.rupture.rate_while_open } else { 1.0 }
}

/// What feedback adds to the week: the tempo of support tools, times usual, and the lasting extra improvement of
/// a week in which progress is followed, points.
#[inline(always)]
fn follow_progress(rules: &Rules, c: &Courses, l: usize) -> (f64, f64) {
    let f = &rules.feedback;
    let tempo = if c.acted[l] > 0.5 { f.alarm_rate } else { 1.0 };
    (tempo, f.engagement * c.read[l] + f.alarm_engagement * c.acted[l])
}

/// The week after the session: towards the heading, plus alliance, chance and life.
#[inline(always)]
fn relax(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let Symptoms::Relaxation(p) = &rules.world.symptoms else {
        return;
    };
    let interval = rules.world.clinics.session_interval;
    let natural = p.natural_change * interval;
    let mut share = [0.0; W];
    let mut unexpected = [0.0; W];
    for l in 0..W {
        share[l] = c.rate[l] * tempo(rules, c, l) * rules.session_gain;
        unexpected[l] = p.noise * luck.symptoms[l] - c.state_effect[l] * c.felt_state[l];
    }
    if p.life_event > 0.0 {
        for l in 0..W {
            let event = luck.life_event[l] < p.life_event * interval;
            unexpected[l] += if event { p.life_event_sd * luck.life_event_size[l] } else { 0.0 };
        }
    }
    let mut extra = [0.0; W];
    if rules.has_feedback {
        for l in 0..W {
            let (tempo, engagement) = follow_progress(rules, c, l);
            share[l] *= tempo;
            extra[l] = engagement;
        }
    }
    for l in 0..W {
        // A week covers at most the whole distance to where the client is heading.
        let covered = if share[l] < 1.0 { share[l] } else { 1.0 };
        c.symptoms[l] += natural - covered * (c.symptoms[l] - c.heading[l]) + unexpected[l] - extra[l];
        c.heading[l] -= extra[l];
    }
    be_surprised(rules, &unexpected, c);
}

/// Unexpected change, in SDs within clients, and what it does to trait alliance.
#[inline(always)]
fn be_surprised(rules: &Rules, unexpected: &Lanes, c: &mut Courses) {
    let drift = rules.world.alliance.trait_drift;
    for l in 0..W {
        c.surprise[l] = unexpected[l] * rules.per_within_sd;
        c.trait_alliance[l] -= drift * c.surprise[l];
    }
}

/// The week after the session on a straight line.
#[inline(always)]
fn grow(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let Symptoms::LinearGrowth(p) = &rules.world.symptoms else {
        return;
    };
    let mut expected = [0.0; W];
    let mut unexpected = [0.0; W];
    for l in 0..W {
        expected[l] = c.rate[l] * tempo(rules, c, l);
        unexpected[l] = p.drift * luck.symptoms[l] - c.state_effect[l] * c.felt_state[l];
    }
    if rules.has_feedback {
        for l in 0..W {
            let (tempo, engagement) = follow_progress(rules, c, l);
            expected[l] = expected[l] * tempo - engagement;
        }
    }
    for l in 0..W {
        c.symptoms[l] += expected[l] + unexpected[l];
    }
    be_surprised(rules, &unexpected, c);
}

/// Does the course end after this session, and why? Dropout comes before a planned ending, that
/// before an administrative one, and the cap comes last.
#[inline(always)]
fn end(rules: &Rules, luck: &SessionLuck, c: &mut Courses) {
    let p = &rules.world.endings;
    let (early, cap) = (f64::from(p.early_sessions), f64::from(p.session_cap));
    let scale = &rules.alliance_scale;
    let mut logits = [0.0; W];
    for l in 0..W {
        logits[l] = dropout_logit(p, c.dropout[l], c.session[l] <= early, scale.latent(c.rating[l]), c.open[l] > 0.0, c.recent_gain[l]);
    }
    if p.dropout_experienced_alliance != 0.0 {
        let (growth, drift) = (rules.world.alliance.growth, rules.world.alliance.trait_drift);
        for l in 0..W {
            // Alliance as it was in the session, before the week changed the trait.
            let experienced = c.trait_alliance[l] + drift * c.surprise[l] + growth * (1.0 - c.ungrown[l]) + c.state[l];
            logits[l] += p.dropout_experienced_alliance * experienced;
        }
    }
    if rules.has_feedback {
        for l in 0..W {
            logits[l] += rules.feedback.retention * c.read[l];
        }
    }
    let may_drop = !rules.nobody_drops_out;
    for l in 0..W {
        let drops = may_drop & happens(luck.dropout[l], logits[l]);
        let planned = (c.score[l] <= c.good_enough[l]) & (luck.planned[l] < p.planned);
        let administrative = luck.administrative[l] < p.administrative;
        let reason = if c.session[l] >= cap { 4.0 } else { 0.0 };
        let reason = if administrative { 2.0 } else { reason };
        let reason = if planned { 1.0 } else { reason };
        c.end[l] = if drops { 3.0 } else { reason };
    }
}
