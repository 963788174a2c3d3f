//! One arm's world, and the constants that the hot loop needs of it.

use super::alliance::Alliance;
use super::burnout::BurnoutRules;
use super::client::{Clients, Match};
use super::clinic::Clinics;
use super::couples::Couples;
use super::diagnosis::{Diagnosis, Groups};
use super::draws::{CLIENT_SLOTS, Needs, SESSION_SLOTS, intake_slot, slot};
use super::ending::Endings;
use super::feedback::{Alarm, ExpectedCurves, Feedback, Tracking};
use super::intervention::Intervention;
use super::math::{exp, logit};
use super::measurement::{
    self, ALLIANCE, FinalForm, Forms, Further, Gaps, Instrument, Measure, Measures, SYMPTOMS, Scale, shipped_instruments,
};
use super::outcome::Outcomes;
use super::quantile::{BetaTable, GammaTable};
use super::rating::Raters;
use super::rupture::{Onset, Ruptures};
use super::symptoms::{AllianceEffects, Symptoms};
use super::therapist::Therapists;
use super::treatment::{Delivered, Treatment, TreatmentProfile};
use super::workload::Workload;
use std::collections::BTreeMap;

/// Everything that is true in one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Clinics and their size.
    pub clinics: Clinics,
    /// An open clinic with referrals and a waiting list; without it, every therapist has her fixed clients.
    pub workload: Option<Workload>,
    /// How therapists differ.
    pub therapists: Therapists,
    /// How clients differ.
    pub clients: Clients,
    /// Clients come in couples; without it, each comes alone.
    pub couples: Option<Couples>,
    /// Diagnosis groups by name; without any, clients are of one kind.
    pub diagnoses: BTreeMap<String, Diagnosis>,
    /// The fit between client and therapist.
    pub r#match: Match,
    /// How alliance moves.
    pub alliance: Alliance,
    /// Which parts of alliance have an effect.
    pub alliance_effects: AllianceEffects,
    /// The treatment.
    pub treatment: Treatment,
    /// Treatments of the scenario's own.
    pub treatments: BTreeMap<String, TreatmentProfile>,
    /// Rupture and repair.
    pub rupture: Ruptures,
    /// How symptoms change.
    pub symptoms: Symptoms,
    /// Endings.
    pub endings: Endings,
    /// What is measured.
    pub measures: Measures,
    /// Instruments of the scenario's own.
    pub instruments: BTreeMap<String, Instrument>,
    /// What raters bring to their ratings.
    pub raters: Raters,
    /// Who fills in the form after treatment.
    pub final_form: FinalForm,
    /// Who counts as not on track.
    pub tracking: Tracking,
    /// Feedback, or usual care.
    pub feedback: Option<Feedback>,
    /// Interventions on the process.
    pub interventions: Vec<Intervention>,
    /// Definitions of outcomes.
    pub outcomes: Outcomes,
}

/// Keys that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Path of the key to point at.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: String,
    /// A name that nothing has, and the names that would be right.
    pub slip: Option<(String, Vec<String>)>,
}

impl World {
    /// Keys that are each in range but make no sense together.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let mut found = Vec::new();
        let mut say = |path: &str, what: String, help: &str| {
            found.push(Contradiction { path: path.into(), what, help: help.into(), slip: None });
        };
        if let Err(error) = self.therapists.correlations.factor() {
            say("therapists.correlations", error.to_string(), "bring the correlations closer to 0, or make them agree in sign");
        }
        if self.clients.residual_alliance_sd().is_none() {
            say(
                "clients.alliance_variance",
                format!("is {}, less than attachment alone explains", self.clients.alliance_variance),
                "raise it to at least alliance_anxiety² + alliance_avoidance²",
            );
        }
        if self.r#match.residual_alliance_sd().is_none() {
            say(
                "match.alliance_variance",
                format!("is {}, less than mismatch and background explain", self.r#match.alliance_variance),
                "raise it to at least attachment_mismatch² + shared_background² × share × (1 − share)",
            );
        }
        let interval = self.clinics.session_interval;
        if self.workload.is_some() && (interval < 1.0 || interval.fract() != 0.0) {
            say(
                "clinics.session_interval",
                format!("is {interval}, but an open clinic goes by whole weeks"),
                "use 1, 2, … weeks, or leave out `workload`",
            );
        }
        let tracking = &self.tracking;
        if tracking.yellow_sd > tracking.red_sd {
            say(
                "tracking.yellow_sd",
                format!("is {}, beyond red_sd {}", tracking.yellow_sd, tracking.red_sd),
                "yellow comes before red: make yellow_sd at most red_sd",
            );
        }
        for (i, intervention) in self.interventions.iter().enumerate() {
            if let Intervention::AllianceState(do_state) = intervention
                && do_state.from > do_state.until
            {
                say(
                    &format!("interventions[{i}].from"),
                    format!("starts at session {} and ends at session {}", do_state.from, do_state.until),
                    "make from at most until",
                );
            }
        }
        found.extend(measurement::contradictions(self));
        found.extend(self.treatment_contradictions());
        found.extend(self.group_contradictions());
        found.extend(self.calendar_contradictions());
        found.extend(self.step_contradictions());
        found.extend(self.couple_contradictions());
        found
    }

    /// The world of the first service, where care is stepped: its treatment, and no more sessions than it has.
    fn first_service(&self) -> Option<Self> {
        let step = self.workload.as_ref()?.first_step.as_ref()?;
        let mut first = self.clone();
        first.treatment.kind.clone_from(&step.treatment);
        first.endings.session_cap = step.sessions;
        first.workload.as_mut()?.first_step = None;
        Some(first)
    }

    /// Weeks over which clients come.
    pub fn weeks_of_intake(&self) -> f64 {
        self.workload.as_ref().map_or(self.clinics.recruitment_weeks, |workload| f64::from(workload.weeks))
    }

    /// The instrument of a measure; the latent value itself when there is none of that name.
    pub fn instrument(&self, measure: &Measure) -> Instrument {
        let name = measure.instrument.as_str();
        self.instruments.get(name).or(shipped_instruments().get(name)).cloned().unwrap_or_default()
    }

    fn instrument_for(&self, what: &str) -> Instrument {
        self.measures.0.get(what).map_or_else(Instrument::default, |measure| self.instrument(measure))
    }

    /// The symptom instrument.
    pub fn symptom_instrument(&self) -> Instrument {
        self.instrument_for(SYMPTOMS)
    }

    /// The alliance instrument.
    pub fn alliance_instrument(&self) -> Instrument {
        self.instrument_for(ALLIANCE)
    }

    /// Mean and SD of clients' severity as scores of a symptom form: the reference for missing forms.
    pub fn severity_on(&self, scale: &Scale) -> [f64; 2] {
        let sd = if self.clients.severity_sd > 0.0 { self.clients.severity_sd } else { 1.0 };
        [scale.exact(self.clients.severity_mean), scale.slope * sd]
    }
}

/// What feedback does, whichever system it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FeedbackRules {
    /// Lasting extra improvement when the therapist reads the scores, points.
    pub engagement: f64,
    /// Lasting extra improvement when she acts on an alarm, points.
    pub alarm_engagement: f64,
    /// Improvement rate when she acts on an alarm, times usual.
    pub alarm_rate: f64,
    /// Change of the log-odds of dropout when she reads the scores.
    pub retention: f64,
    /// Chance of noticing a rupture when she acts on an alarm.
    pub notice: f64,
    /// Added log-odds of repair when she acts on an alarm.
    pub repair: f64,
    /// Rational alarm: score worse than at intake; infinite when alarms are empirical.
    pub rational_points: f64,
    /// Rated alliance below this is an alert; −∞ without alliance alerts.
    pub alliance_below: f64,
    /// A fall of rated alliance beyond this is an alert; ∞ without alliance alerts.
    pub alliance_fall: f64,
}

impl FeedbackRules {
    /// Usual care: nothing is shown.
    fn none(tracking: &Tracking) -> Self {
        Self {
            engagement: 0.0,
            alarm_engagement: 0.0,
            alarm_rate: 1.0,
            retention: 0.0,
            notice: tracking.unaided_rupture_notice,
            repair: 0.0,
            rational_points: f64::INFINITY,
            alliance_below: f64::NEG_INFINITY,
            alliance_fall: f64::INFINITY,
        }
    }

    /// `per_point` is the score per point: 1 on the OQ-45.
    fn of(feedback: &Feedback, tracking: &Tracking, per_point: f64) -> Self {
        match feedback {
            Feedback::Oq(p) => Self {
                engagement: p.engagement,
                alarm_engagement: p.alarm_engagement,
                alarm_rate: if p.support_tools { p.tools_rate } else { 1.0 },
                retention: p.retention,
                notice: p.alarm_notice,
                repair: if p.support_tools { p.tools_repair } else { 0.0 },
                rational_points: if p.alarm == Alarm::Rational { p.rational_points * per_point } else { f64::INFINITY },
                ..Self::none(tracking)
            },
            Feedback::Pcoms(p) => Self {
                engagement: p.engagement,
                alarm_engagement: p.alarm_engagement,
                retention: p.retention,
                notice: p.alarm_notice,
                alliance_below: p.alliance_below,
                alliance_fall: p.alliance_fall,
                ..Self::none(tracking)
            },
        }
    }
}

/// An arm, ready to run: its world and all constants derived from it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The world as the scenario describes it.
    pub world: World,
    /// Factor of the trait correlations.
    pub factor: [[f64; 4]; 4],
    /// Quantiles of uptake.
    pub uptake: BetaTable,
    /// Quantiles of rupture intensity.
    pub gamma: GammaTable,
    /// The shape of rupture intensity differs from the comparison arm's.
    pub own_shape: bool,
    /// Symptom form.
    pub symptom_scale: Scale,
    /// Alliance form.
    pub alliance_scale: Scale,
    /// Reliable change on the symptom form, score.
    pub reliable_change: f64,
    /// Cut-off of the symptom form, turned score (more is worse).
    pub cutoff: f64,
    /// When symptoms are measured, and which forms are missing.
    pub symptom_forms: Forms,
    /// When the alliance rating is handed in.
    pub alliance_forms: Forms,
    /// Which forms after treatment are missing, after planned and after other endings; none when all are there.
    pub final_gaps: Option<[Gaps; 2]>,
    /// SD of the client's alliance that attachment does not explain.
    pub client_rest_sd: f64,
    /// SD of the match part that nothing explains.
    pub match_rest_sd: f64,
    /// SD of the own parts of bond, task, goal, divided by the loading.
    pub component_sd: f64,
    /// 1 / SD of unexpected symptom change within clients, per point.
    pub per_within_sd: f64,
    /// Innovation SD of state alliance.
    pub innovation_sd: f64,
    /// Fall of state alliance per unit of surprise.
    pub lift: f64,
    /// What is left of the growth still to come, from one session to the next.
    pub growth_decay: f64,
    /// Effect of state alliance on the next change, points per SD, for an average client.
    pub state_coefficient: f64,
    /// Effect of trait alliance gained in therapy on the heading, points per SD.
    pub gained_heading: f64,
    /// The treatment as delivered.
    pub treatment: Delivered,
    /// Diagnosis groups.
    pub groups: Groups,
    /// It matters in which week a client starts, since therapists change.
    pub develops: bool,
    /// What burnout does.
    pub burnout: BurnoutRules,
    /// Log-odds of noticing withdrawal, confrontation.
    pub notice_logits: [f64; 2],
    /// Chances of noticing withdrawal, confrontation, for an average therapist.
    pub notice_chances: [f64; 2],
    /// All therapists notice alike.
    pub notice_alike: bool,
    /// Log-odds that an unnoticed rupture heals.
    pub unnoticed_logit: f64,
    /// Thresholds of observer, therapist, client.
    pub thresholds: [f64; 3],
    /// Change of the log mean intensity per SD of state alliance (or of the log-odds of a rupture
    /// per SD of alliance).
    pub intensity_slope: f64,
    /// Log mean intensity of an average dyad.
    pub intensity_log_mean: f64,
    /// Largest possible intensity.
    pub largest_intensity: f64,
    /// Rupture intensity from a latent intensity (or yes and no)?
    pub graded_ruptures: bool,
    /// Is the clinic open, with referrals and a waiting list?
    pub is_open: bool,
    /// Rules of the first service, where care is stepped.
    pub first_step: Option<Box<Rules>>,
    /// Weekly share of the distance per unit of rate, from the session interval.
    pub session_gain: f64,
    /// Feedback effects.
    pub feedback: FeedbackRules,
    /// Is there feedback at all?
    pub has_feedback: bool,
    /// Expected curves; without them nobody is ever off track.
    pub curves: Option<ExpectedCurves>,
    /// Which normals this arm uses.
    pub needs: Needs,
    /// Swap every therapist for the typical one?
    pub typical_therapist: bool,
    /// Do clients add leniency or relief to their alliance ratings?
    pub client_adds: bool,
    /// Measures that look on.
    pub further: Vec<Further>,
    /// Everybody stays: only for the norm sample behind the expected curves.
    pub nobody_drops_out: bool,
}

impl Rules {
    /// Works out the constants of a world.
    ///
    /// # Errors
    /// The contradictions of the world, if it has any.
    pub fn of(world: &World, curves: Option<ExpectedCurves>) -> Result<Self, Vec<Contradiction>> {
        let contradictions = world.contradictions();
        let (Ok(factor), Some(client_rest_sd), Some(match_rest_sd), true) = (
            world.therapists.correlations.factor(),
            world.clients.residual_alliance_sd(),
            world.r#match.residual_alliance_sd(),
            contradictions.is_empty(),
        ) else {
            return Err(contradictions);
        };
        let a = &world.alliance;
        let r = &world.rupture;
        let state_sd = a.state_variance.sqrt();
        let trait_variance = world.therapists.alliance_variance + world.clients.alliance_variance + world.r#match.alliance_variance;
        let (shape, thresholds, intensity_slope, intensity_mean, largest_intensity) = match &r.onset {
            Onset::Intensity(i) => (i.shape, [i.observer_threshold, i.therapist_threshold, i.client_threshold], i.state, i.mean, i.largest),
            Onset::Logistic(l) => (1.0, [0.5; 3], l.alliance, 1.0, 1.0),
        };
        let symptom_scale = Scale::of(&world.symptom_instrument());
        let alliance_scale = Scale::of(&world.alliance_instrument());
        let (state_coefficient, gained_heading) = match &world.symptoms {
            Symptoms::Relaxation(p) => {
                (if state_sd > 0.0 { p.state_effect * world.clients.within_sd / state_sd } else { 0.0 }, p.heading_alliance)
            }
            Symptoms::LinearGrowth(p) => (p.state_effect, p.trait_effect),
        };
        let delta = world.clinics.session_interval;
        let treatment = world.delivered();
        Ok(Self {
            factor,
            uptake: BetaTable::new(world.therapists.uptake_alpha, world.therapists.uptake_beta),
            gamma: GammaTable::new(shape),
            own_shape: false,
            symptom_scale,
            alliance_scale,
            reliable_change: world.symptom_instrument().reliable_change,
            cutoff: symptom_scale.own(world.symptom_instrument().cutoff),
            symptom_forms: Forms::of(world.measures.0.get(SYMPTOMS), world.severity_on(&symptom_scale)),
            alliance_forms: Forms::of(world.measures.0.get(ALLIANCE), [0.0, 1.0]),
            final_gaps: world.final_form.gaps(world.severity_on(&symptom_scale)),
            client_rest_sd,
            match_rest_sd,
            component_sd: if a.loading > 0.0 { a.component_sd(trait_variance) / a.loading } else { 0.0 },
            per_within_sd: 1.0 / world.clients.within_sd,
            innovation_sd: a.innovation_sd(),
            lift: a.symptom_effect * state_sd,
            growth_decay: exp(-1.0 / a.growth_sessions),
            state_coefficient: state_coefficient * world.alliance_effects.state,
            gained_heading: gained_heading * world.alliance_effects.r#match * treatment.effective_alliance(1.0, [0.0; 3]),
            burnout: BurnoutRules::of(world, &treatment),
            treatment,
            groups: Groups::of(&world.diagnoses),
            develops: world.therapists.development.matters(world.weeks_of_intake()),
            notice_logits: [logit(r.notice_withdrawal), logit(r.notice_confrontation)],
            notice_chances: [r.notice_withdrawal, r.notice_confrontation],
            notice_alike: r.notice_skill == 0.0 && r.notice_burnout == 0.0 && world.therapists.development.training.share == 0.0,
            unnoticed_logit: logit(r.repair_unnoticed),
            thresholds,
            intensity_slope,
            largest_intensity,
            intensity_log_mean: if intensity_mean > 0.0 { libm::log(intensity_mean) } else { -600.0 },
            graded_ruptures: matches!(r.onset, Onset::Intensity(_)),
            is_open: world.workload.is_some(),
            first_step: world.first_service().map(|first| Self::of(&first, curves.clone())).transpose()?.map(Box::new),
            session_gain: libm::pow(delta, -world.clinics.interval_exponent),
            feedback: world.feedback.as_ref().map_or_else(
                || FeedbackRules::none(&world.tracking),
                |feedback| FeedbackRules::of(feedback, &world.tracking, symptom_scale.slope),
            ),
            has_feedback: world.feedback.is_some(),
            curves,
            needs: Self::needs(world, &symptom_scale, &alliance_scale),
            typical_therapist: world.interventions.iter().any(|i| matches!(i, Intervention::TypicalTherapist(_))),
            client_adds: world.raters.client_adds(),
            further: Further::of(world),
            nobody_drops_out: false,
            world: world.clone(),
        })
    }

    /// Score, turned, above which a client goes on from the first service to the second.
    pub fn steps_up_above(&self) -> f64 {
        let step = self.world.workload.as_ref().and_then(|workload| workload.first_step.as_ref());
        step.and_then(|step| step.step_up).map_or(self.cutoff, |score| self.symptom_scale.own(score))
    }

    /// Intake slots that matter. Attachment is always
    /// kept, since it is reported.
    fn client_needs(world: &World, symptoms: &Scale) -> [bool; CLIENT_SLOTS] {
        let effects = &world.alliance_effects;
        let relaxes = matches!(world.symptoms, Symptoms::Relaxation(_));
        let component = world.alliance.loading < 1.0;
        let mut needs = [true; CLIENT_SLOTS];
        needs[intake_slot::ALLIANCE] = world.clients.alliance_variance > 0.0;
        needs[intake_slot::MATCH] = world.r#match.alliance_variance > 0.0;
        needs[intake_slot::BOND..=intake_slot::GOAL].fill(component);
        needs[intake_slot::STATE] = world.alliance.initial_state_variance > 0.0;
        needs[intake_slot::HEADING] = relaxes;
        needs[intake_slot::STATE_EFFECT] = effects.state_sd > 0.0;
        needs[intake_slot::SUPPORT] = effects.support != 0.0;
        needs[intake_slot::MOTIVATION] = world.endings.dropout_motivation != 0.0 || world.symptoms.need_motivation();
        needs[intake_slot::BEFORE] = world.clients.change_before_first_session_sd > 0.0;
        needs[intake_slot::POST_ERROR] = symptoms.error_sd > 0.0;
        needs[intake_slot::POST_RESIDUAL] = !relaxes;
        needs[intake_slot::LENIENCY] = world.raters.client_leniency_sd > 0.0;
        needs[intake_slot::DIAGNOSIS] = !world.diagnoses.is_empty();
        needs[intake_slot::FINAL_FORM] = world.final_form.gaps([0.0, 1.0]).is_some();
        needs
    }

    fn needs(world: &World, symptoms: &Scale, alliance: &Scale) -> Needs {
        let graded = matches!(world.rupture.onset, Onset::Intensity(_));
        let (shock, life_events, residual) = match &world.symptoms {
            Symptoms::Relaxation(p) => (p.noise > 0.0, p.life_event > 0.0, false),
            Symptoms::LinearGrowth(p) => (p.drift > 0.0, false, p.residual > 0.0),
        };
        let mut session = [true; SESSION_SLOTS];
        session[slot::ALLIANCE] = world.alliance.innovation_sd() > 0.0;
        session[slot::SYMPTOMS] = shock;
        session[slot::LIFE_EVENT] = life_events;
        session[slot::LIFE_EVENT_SIZE] = life_events;
        session[slot::RATING_ERROR] = alliance.error_sd > 0.0;
        session[slot::SCORE_ERROR] = symptoms.error_sd > 0.0;
        session[slot::PLANNED] = world.endings.planned > 0.0;
        session[slot::ADMINISTRATIVE] = world.endings.administrative > 0.0;
        session[slot::UNAIDED] = world.tracking.unaided_notice > 0.0;
        session[slot::UPTAKE] = world.feedback.is_some();
        session[slot::RESIDUAL] = residual;
        let missing = |what: &str| world.measures.0.get(what).is_some_and(|measure| measure.missing.chance > 0.0);
        session[slot::MISSING_SCORE] = missing(SYMPTOMS);
        session[slot::MISSING_RATING] = missing(ALLIANCE);
        Needs { session, graded_rupture: graded, plain_rupture: !graded, client: Self::client_needs(world, symptoms) }
    }
}
