//! Rows that a run hands to its sink: one table per kind of thing.

use super::couples::split;
use super::design::Seen;
use super::replicate::{ArmResult, CourseResult, SessionObserver};
use super::summary::{MEASURE_COUNT, MEASURES, Summary, class};
use crate::dataset::column::{ColumnKind, ColumnSpec, ColumnValues, Table};
use crate::estimators::classes::OutcomeClass;
use crate::model::courses::Courses;
use crate::model::ending::EndReason;
use crate::model::feedback::Signal;
use crate::model::rules::Rules;
use crate::model::session::Observed;
use std::sync::LazyLock;

/// Which replicate of which cell a set of rows belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// Cell of the design, from 1.
    pub cell: i32,
    /// Replicate, from 1.
    pub replicate: i32,
}

crate::category! {
    /// Whether a replicate could be completed.
    pub enum Status {
        /// All arms ran to the end.
        Completed = "completed",
        /// Something went wrong; the measures are missing.
        Failed = "failed",
    }
}

crate::category! {
    /// Kind of rupture.
    pub enum RuptureKind {
        /// No rupture in the room.
        None = "none",
        /// The client moves away or gives in.
        Withdrawal = "withdrawal",
        /// The client moves against the therapist or the work.
        Confrontation = "confrontation",
    }
}

/// One row per arm and replicate: its [`Summary`].
#[derive(Clone, Debug, Default)]
pub struct Replicates {
    cell: Vec<i32>,
    replicate: Vec<i32>,
    arm: Vec<i32>,
    status: Vec<i8>,
    measures: Vec<Vec<f64>>,
}

static REPLICATE_SPECS: LazyLock<Vec<ColumnSpec>> = LazyLock::new(|| {
    let id = |name, long_name| ColumnSpec { name, unit: "1", long_name, kind: ColumnKind::I32, labels: &[] };
    let mut specs = vec![
        id("cell", "cell of the design"),
        id("replicate", "replicate"),
        id("arm", "arm (row of the arms table with the same cell)"),
        ColumnSpec {
            name: "status",
            unit: "1",
            long_name: "whether the replicate could be completed",
            kind: ColumnKind::Category,
            labels: &["completed", "failed"],
        },
    ];
    specs.extend_from_slice(MEASURES);
    specs
});

impl Replicates {
    /// Adds the row of one arm (from 1).
    pub fn push(&mut self, at: Address, arm: i32, status: Status, summary: &Summary) {
        self.cell.push(at.cell);
        self.replicate.push(at.replicate);
        self.arm.push(arm);
        self.status.push(crate::dataset::column::Element::stored(status));
        self.measures.resize_with(MEASURE_COUNT, Vec::new);
        for (column, value) in self.measures.iter_mut().zip(summary.values()) {
            column.push(value);
        }
    }

    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.cell.clear();
        self.replicate.clear();
        self.arm.clear();
        self.status.clear();
        self.measures.iter_mut().for_each(Vec::clear);
    }

    /// Column descriptions, in file order.
    pub fn columns_described() -> &'static [ColumnSpec] {
        &REPLICATE_SPECS
    }
}

impl Table for Replicates {
    fn name(&self) -> &'static str {
        "replicates"
    }
    fn specs(&self) -> &'static [ColumnSpec] {
        &REPLICATE_SPECS
    }
    fn columns(&self) -> Vec<ColumnValues<'_>> {
        let mut columns = vec![
            ColumnValues::I32(&self.cell),
            ColumnValues::I32(&self.replicate),
            ColumnValues::I32(&self.arm),
            ColumnValues::Category(&self.status),
        ];
        columns.extend((0..MEASURE_COUNT).map(|m| ColumnValues::F64(self.measures.get(m).map_or(&[], Vec::as_slice))));
        columns
    }
    fn len(&self) -> usize {
        self.cell.len()
    }
}

crate::table! {
    /// One row per therapist, arm and replicate.
    pub table Therapists / TherapistRow named "therapists" {
        /// Cell of the design.
        cell: i32 = "1", "cell of the design";
        /// Replicate.
        replicate: i32 = "1", "replicate";
        /// Arm.
        arm: i32 = "1", "arm (row of the arms table with the same cell)";
        /// Clinic.
        clinic: i32 = "1", "clinic within the replicate";
        /// Therapist.
        therapist: i32 = "1", "therapist within the replicate";
        /// Clients.
        clients: i32 = "clients", "number of clients";
        /// Skill.
        skill: f64 = "SD", "facilitative interpersonal skill (latent)";
        /// Alliance part.
        alliance: f64 = "SD", "therapist's part of trait alliance when rested (latent)";
        /// Effectiveness.
        effectiveness: f64 = "SD", "effectiveness outside the alliance when rested (latent)";
        /// Dropout.
        dropout_logit: f64 = "log-odds", "shift of the log-odds that a client drops out (latent)";
        /// Uptake.
        uptake: f64 = "probability", "chance that the therapist acts on feedback (latent)";
        /// Burnout.
        burnout: f64 = "1", "burnout; its mean over the weeks of the sample in an open clinic (latent)";
        /// Load.
        session_load: f64 = "share", "sessions wanted over sessions possible, mean over weeks (NaN in a cohort)";
        /// Years of practice.
        years: f64 = "years", "years of practice when the study begins";
        /// Endings.
        ending_logit: f64 = "log-odds", "shift of the log-odds that a course ends as planned or for outside reasons (latent)";
        /// Linear growth: level.
        growth_intercept: f64 = "SD", "own part of her clients' first level under linear growth (latent)";
        /// Linear growth: slope.
        growth_slope: f64 = "SD", "own part of her clients' slope under linear growth (latent)";
        /// Clinic: outcome.
        clinic_outcome: f64 = "points", "shift of where clients of her clinic are heading (latent)";
        /// Clinic: alliance.
        clinic_alliance: f64 = "SD", "shift of trait alliance in her clinic (latent)";
        /// Mean final score.
        final_score: f64 = "score", "mean final symptom score of the clients";
        /// Mean change.
        change: f64 = "score", "mean change of the clients' symptom score (negative is improvement, unless high scores are better)";
        /// Dropouts.
        dropout: f64 = "share", "share of clients who dropped out";
        /// Clients seen by the study.
        clients_observed: i32 = "clients", "clients whom the study sees in this arm (see design)";
    }
}

crate::table! {
    /// One row per client, arm and replicate.
    pub table Clients / ClientRow named "clients" {
        /// Cell of the design.
        cell: i32 = "1", "cell of the design";
        /// Replicate.
        replicate: i32 = "1", "replicate";
        /// Arm.
        arm: i32 = "1", "arm (row of the arms table with the same cell)";
        /// Clinic.
        clinic: i32 = "1", "clinic within the replicate";
        /// Therapist.
        therapist: i32 = "1", "therapist within the replicate";
        /// Client.
        client: i32 = "1", "client within the replicate";
        /// Diagnosis.
        diagnosis: i16 = "1", "diagnosis group (row of the diagnoses table with the same cell and arm), 0 without groups";
        /// Week.
        start_week: f64 = "week", "week in which the course started";
        /// Intake score.
        intake_score: f64 = "score", "symptom score at session 1";
        /// Final score.
        final_score: f64 = "score", "symptom score after treatment";
        /// Early rating.
        early_alliance: f64 = "score", "alliance rating at the early session, or the last before it";
        /// Last rating.
        last_alliance: f64 = "score", "alliance rating of the last session";
        /// Sessions.
        sessions: i16 = "sessions", "number of sessions";
        /// End reason.
        end_reason: EndReason = "1", "why the course ended";
        /// Class.
        outcome_class: OutcomeClass = "1", "outcome class (Jacobson and Truax)";
        /// Ruptures.
        ruptures: i16 = "ruptures", "ruptures that opened";
        /// Repairs.
        repairs: i16 = "ruptures", "ruptures repaired";
        /// Client-reported ruptures.
        ruptures_client: i16 = "sessions", "sessions in which the client would report a rupture";
        /// First session not on track.
        first_not_on_track: i16 = "session", "first session with a red signal, 0 if never";
        /// Effect.
        effect: f64 = "score", "final score minus the same client's in the comparison arm (NaN there)";
        /// Trait alliance.
        trait_alliance: f64 = "SD", "trait alliance at intake (latent)";
        /// Client part.
        client_alliance: f64 = "SD", "client's part of trait alliance (latent)";
        /// Match part.
        match_alliance: f64 = "SD", "match part of trait alliance (latent)";
        /// Anxiety.
        anxiety: f64 = "SD", "attachment anxiety (latent)";
        /// Avoidance.
        avoidance: f64 = "SD", "attachment avoidance (latent)";
        /// Personality disorder.
        personality_disorder: bool = "1", "personality disorder";
        /// Heading.
        heading: f64 = "points", "symptom level the client is heading for at intake (latent)";
        /// Rate.
        rate: f64 = "per week", "improvement rate, or change per session under linear growth (latent)";
        /// Final symptoms.
        final_symptoms: f64 = "points", "symptom level after treatment (latent)";
        /// Week of referral.
        week_referred: i32 = "week", "week of referral in an open clinic, from the first week of the sample (0 in a cohort)";
        /// Stepped up.
        stepped_up: bool = "1", "the client went from the first service on to the list of the second (stepped care)";
        /// Weeks waited.
        weeks_waited: i32 = "weeks", "weeks waited until taken on, or until the client gave up";
        /// Seen by the study.
        observed: bool = "1", "the study sees the client in this arm (see design)";
        /// Study.
        study: i32 = "1", "study, where the design is several (else 1)";
        /// Form after treatment.
        final_observed: bool = "1", "the form after treatment was filled in: without it, a study has no final_score";
        /// Split of a couple.
        partner_alliance_split: f64 = "score", "early alliance rating minus her partner's, without its sign (NaN where clients come alone)";
    }
}

crate::table! {
    /// One row per session, arm and replicate.
    pub table Sessions / SessionRow named "sessions" {
        /// Cell of the design.
        cell: i32 = "1", "cell of the design";
        /// Replicate.
        replicate: i32 = "1", "replicate";
        /// Arm.
        arm: i32 = "1", "arm (row of the arms table with the same cell)";
        /// Clinic.
        clinic: i32 = "1", "clinic within the replicate";
        /// Therapist.
        therapist: i32 = "1", "therapist within the replicate";
        /// Client.
        client: i32 = "1", "client within the replicate";
        /// Session.
        session: i16 = "session", "session number";
        /// Week.
        week: f64 = "week", "week of the session: of the client's treatment, or of the sample in an open clinic";
        /// Score.
        symptom_score: f64 = "score", "symptom score at the start of the session (NaN when not measured)";
        /// Rating.
        alliance_rating: f64 = "score", "client's alliance rating at the end of the session (NaN when not handed in)";
        /// Signal.
        signal: Signal = "1", "what the progress chart shows";
        /// Acted.
        acted: bool = "1", "therapist acted on an alarm";
        /// Kind.
        rupture: RuptureKind = "1", "rupture in the room";
        /// Noticed.
        noticed: bool = "1", "therapist noticed the rupture";
        /// Repaired.
        repaired: bool = "1", "rupture was repaired";
        /// Strain.
        strain: f64 = "SD", "rupture intensity in the room (latent)";
        /// Trait.
        trait_alliance: f64 = "SD", "trait alliance after the session (latent)";
        /// State.
        state_alliance: f64 = "SD", "state alliance at the end of the session (latent)";
        /// Bond.
        bond: f64 = "SD", "bond (latent)";
        /// Task.
        task: f64 = "SD", "agreement on tasks (latent)";
        /// Goal.
        goal: f64 = "SD", "agreement on goals (latent)";
        /// Symptoms.
        symptoms: f64 = "points", "symptom level a week after the session (latent)";
        /// Ended.
        ended: bool = "1", "the course ended after this session";
        /// Seen by the study.
        observed: bool = "1", "the study sees the client in this arm (see design)";
    }
}

/// Writes down every session of every course, in the order in which they happen.
#[derive(Clone, Debug, Default)]
pub struct SessionLog {
    /// Per arm: position of the client, and the row without its address.
    arms: Vec<(Vec<u32>, Sessions)>,
}

impl SessionLog {
    /// A log for so many arms.
    pub fn new(arms: usize) -> Self {
        Self { arms: vec![Default::default(); arms] }
    }
}

fn yes(flag: f64) -> bool {
    flag > 0.5
}

/// Week of the session in progress, from 1.
pub(super) fn week_of(rules: &Rules, c: &Courses, l: usize) -> f64 {
    match &rules.world.workload {
        Some(workload) => c.week - f64::from(workload.warm_up),
        None => 1.0 + (c.session[l] - 1.0) * rules.world.clinics.session_interval,
    }
}

impl Observed for SessionLog {
    const ON: bool = true;
}

impl SessionObserver for SessionLog {
    fn session(&mut self, arm: usize, client: usize, rules: &Rules, c: &Courses, l: usize) {
        let signal = Signal::ALL[(c.signal[l] as usize).min(2)];
        let rupture = match (yes(c.ruptured[l]), yes(c.withdrawal[l])) {
            (false, _) => RuptureKind::None,
            (true, true) => RuptureKind::Withdrawal,
            (true, false) => RuptureKind::Confrontation,
        };
        let [bond, task, goal] = c.components(rules, l);
        let (clients, rows) = &mut self.arms[arm];
        clients.push(client as u32);
        rows.push(SessionRow {
            cell: 0,
            replicate: 0,
            arm: 0,
            clinic: 0,
            therapist: 0,
            client: 0,
            session: (c.held_before[l] + c.session[l]) as i16,
            week: week_of(rules, c, l),
            symptom_score: if yes(c.measured[l]) { rules.symptom_scale.own(c.score[l]) } else { f64::NAN },
            alliance_rating: if yes(c.rated[l]) { rules.alliance_scale.own(c.rating[l]) } else { f64::NAN },
            signal,
            acted: yes(c.acted[l]),
            rupture,
            noticed: yes(c.noticed[l]),
            repaired: yes(c.repaired[l]),
            strain: c.strain[l],
            trait_alliance: c.trait_alliance[l],
            state_alliance: c.state[l],
            bond,
            task,
            goal,
            symptoms: c.symptoms[l],
            ended: c.ended(l).is_some(),
            observed: true,
        });
    }
}

/// Session rows of one arm in client order, with their addresses.
pub fn session_rows(log: &SessionLog, at: Address, arm: usize, (result, seen): (&ArmResult, &Seen), to: &mut Sessions) {
    let (clients, rows) = &log.arms[arm];
    let mut order: Vec<usize> = (0..clients.len()).collect();
    order.sort_by_key(|&row| (clients[row], rows.session[row]));
    let start = to.cell.len();
    for &row in &order {
        to.push_from(rows, row);
    }
    for (row, &from) in order.iter().enumerate() {
        let client = clients[from] as usize;
        let Some(therapist) = result.dyads[client].therapist else {
            continue;
        };
        let i = start + row;
        to.cell[i] = at.cell;
        to.replicate[i] = at.replicate;
        to.arm[i] = arm as i32 + 1;
        to.clinic[i] = result.clinic_of(therapist) as i32 + 1;
        to.therapist[i] = therapist as i32 + 1;
        to.client[i] = client as i32 + 1;
        to.observed[i] = seen.sees(client).into();
    }
}

/// Client rows of one arm, and what a study sees of it.
pub fn client_rows(
    rules: &Rules,
    at: Address,
    arm: usize,
    (result, seen): (&ArmResult, &Seen),
    base: Option<&ArmResult>,
    to: &mut Clients,
) {
    let mut effects = vec![f64::NAN; result.courses.len()];
    if let Some(base) = base {
        for (i, b) in result.shared_with(base) {
            effects[i] = result.courses[i].final_score - base.courses[b].final_score;
        }
    }
    for (i, (course, start)) in result.courses.iter().zip(&result.starts).enumerate() {
        let therapist = result.dyads[i].therapist;
        let wait = result.service.as_ref().map(|service| service.waits[i]);
        to.push(ClientRow {
            cell: at.cell,
            replicate: at.replicate,
            arm: arm as i32 + 1,
            clinic: therapist.map_or(0, |therapist| result.clinic_of(therapist) as i32 + 1),
            therapist: therapist.map_or(0, |therapist| therapist as i32 + 1),
            client: i as i32 + 1,
            diagnosis: start.diagnosis as i16,
            start_week: start.week,
            intake_score: course.intake_score,
            final_score: course.final_score,
            early_alliance: course.early_rating,
            last_alliance: course.last_rating,
            sessions: course.sessions as i16,
            end_reason: course.reason,
            outcome_class: class(rules, course),
            ruptures: course.ruptures as i16,
            repairs: course.repairs as i16,
            ruptures_client: course.reports[2] as i16,
            first_not_on_track: course.first_red as i16,
            effect: effects[i],
            trait_alliance: start.trait_alliance,
            client_alliance: start.client_alliance,
            match_alliance: start.match_alliance,
            anxiety: start.anxiety,
            avoidance: start.avoidance,
            personality_disorder: start.personality_disorder,
            heading: start.heading,
            rate: start.rate,
            final_symptoms: course.final_symptoms,
            week_referred: wait.map_or(0, |wait| wait.referred as i32),
            stepped_up: course.stepped_up,
            weeks_waited: wait.map_or(0, |wait| wait.weeks as i32),
            observed: seen.sees(i),
            study: therapist.map_or(1, |therapist| seen.study_of(result.clinic_of(therapist)) as i32 + 1),
            final_observed: course.final_observed,
            partner_alliance_split: split(result, i),
        });
    }
}

/// Therapist rows of one arm.
pub fn therapist_rows(rules: &Rules, at: Address, arm: usize, result: &ArmResult, seen: &Seen, to: &mut Therapists) {
    let mut own = vec![Vec::new(); result.therapists.len()];
    let mut observed = vec![0; result.therapists.len()];
    for (client, (dyad, course)) in result.dyads.iter().zip(&result.courses).enumerate() {
        if let Some(therapist) = dyad.therapist {
            own[therapist].push(course);
            observed[therapist] += i32::from(seen.sees(client));
        }
    }
    for (j, (therapist, courses)) in result.therapists.iter().zip(&own).enumerate() {
        let n = courses.len();
        let (burnout, session_load) = match (&result.service, &rules.world.workload) {
            (Some(service), Some(workload)) => {
                let weeks = f64::from(workload.weeks);
                (service.therapist_burnout[j] / weeks, service.therapist_load[j] / weeks)
            }
            _ => (therapist.burnout, f64::NAN),
        };
        let mean = |of: &dyn Fn(&CourseResult) -> f64| courses.iter().map(|course| of(course)).sum::<f64>() / n as f64;
        to.push(TherapistRow {
            cell: at.cell,
            replicate: at.replicate,
            arm: arm as i32 + 1,
            clinic: result.clinic_of(j) as i32 + 1,
            therapist: j as i32 + 1,
            clients: n as i32,
            skill: therapist.skill,
            alliance: therapist.alliance,
            effectiveness: therapist.effectiveness,
            dropout_logit: therapist.dropout,
            uptake: therapist.uptake,
            burnout,
            session_load,
            years: therapist.career.years,
            ending_logit: therapist.ending,
            growth_intercept: therapist.growth[0],
            growth_slope: therapist.growth[1],
            clinic_outcome: result.clinics[result.clinic_of(j)].outcome,
            clinic_alliance: result.clinics[result.clinic_of(j)].alliance,
            final_score: mean(&|c| c.final_score),
            change: mean(&|c| c.final_score - c.intake_score),
            dropout: mean(&|c| f64::from(u8::from(c.reason == EndReason::Dropout))),
            clients_observed: observed[j],
        });
    }
}
