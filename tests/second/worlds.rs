//! Worlds that together switch on every mechanism of the model. Many small clinics, because the
//! clinic is the unit of independence.

use dyadsim::model::clinic::Clinics;
use dyadsim::model::couples::Couples;
use dyadsim::model::development::{Development, Training};
use dyadsim::model::diagnosis::Diagnosis;
use dyadsim::model::feedback::{Alarm, Feedback, Oq, Pcoms, Tracking};
use dyadsim::model::intervention::{
    AllianceState, AllianceTrait, Intervention, NoRuptures, RepairEveryRupture, SymptomLevel, TypicalTherapist,
};
use dyadsim::model::measurement::{FinalForm, Instrument, Measure, Missing};
use dyadsim::model::rules::World;
use dyadsim::model::rupture::{Intensity, Logistic, Onset};
use dyadsim::model::symptoms::{LinearGrowth, Relaxation, Symptoms};
use dyadsim::model::treatment::{Treatment, TreatmentProfile};

/// The world of the defaults, with small clinics.
pub fn default_world() -> World {
    let clinics = Clinics { count: 500, therapists: 2, clients_per_therapist: 5, ..Clinics::default() };
    let tracking = Tracking { norm_clients: 10_000, ..Tracking::default() };
    World {
        clinics,
        workload: None,
        couples: None,
        therapists: Default::default(),
        clients: Default::default(),
        diagnoses: Default::default(),
        r#match: Default::default(),
        alliance: Default::default(),
        alliance_effects: Default::default(),
        treatment: Default::default(),
        treatments: Default::default(),
        rupture: Default::default(),
        symptoms: Symptoms::Relaxation(Relaxation::default()),
        endings: Default::default(),
        measures: Default::default(),
        instruments: Default::default(),
        raters: Default::default(),
        final_form: Default::default(),
        tracking,
        feedback: None,
        interventions: Vec::new(),
        outcomes: Default::default(),
    }
}

fn with(change: impl FnOnce(&mut World)) -> World {
    let mut world = default_world();
    change(&mut world);
    world
}

/// Relaxation of this world, to be changed.
pub fn relaxation(world: &mut World) -> &mut Relaxation {
    match &mut world.symptoms {
        Symptoms::Relaxation(relaxation) => relaxation,
        Symptoms::LinearGrowth(_) => unreachable!("a world of relaxation"),
    }
}

/// Rupture intensity of this world, to be changed.
pub fn intensity(world: &mut World) -> &mut Intensity {
    match &mut world.rupture.onset {
        Onset::Intensity(intensity) => intensity,
        Onset::Logistic(_) => unreachable!("a world of intensities"),
    }
}

/// Nobody leaves before the cap.
fn everybody_stays(world: &mut World, cap: u16) {
    world.endings.dropout = -40.0;
    world.endings.planned = 0.0;
    world.endings.administrative = 0.0;
    world.endings.session_cap = cap;
}

fn measure(world: &mut World, what: &str, instrument: &str, every: u16) {
    let measure = Measure { instrument: instrument.to_string(), every, ..Measure::default() };
    world.measures.0.insert(what.to_string(), measure);
}

/// OQ feedback with support tools whose every effect is strong.
pub fn oq_tools() -> World {
    with(|w| {
        w.tracking.unaided_notice = 0.1;
        w.therapists.uptake_alpha = 3.0;
        w.feedback =
            Some(Feedback::Oq(Oq { support_tools: true, alarm_engagement: 1.5, tools_rate: 1.8, tools_repair: 2.0, ..Oq::default() }));
        intensity(w).mean = 0.4;
    })
}

/// Usual care with curves: unaided notice.
pub fn unaided() -> World {
    with(|w| {
        w.tracking.unaided_notice = 0.6;
        w.tracking.unaided_rupture_notice = 0.7;
        w.tracking.red_sd = 0.5;
        w.tracking.yellow_sd = 0.3;
        w.tracking.intake_bands = 25;
        intensity(w).mean = 0.4;
    })
}

/// Rational alarms, symptoms measured at every other session.
pub fn oq_rational() -> World {
    with(|w| {
        measure(w, "symptoms", "OQ-45", 2);
        w.therapists.uptake_alpha = 6.0;
        w.therapists.uptake_beta = 5.0;
        everybody_stays(w, 10);
        w.feedback = Some(Feedback::Oq(Oq {
            alarm: Alarm::Rational,
            rational_points: 0.0,
            engagement: 6.0,
            alarm_engagement: 6.0,
            ..Oq::default()
        }));
    })
}

/// PCOMS at every session.
pub fn pcoms() -> World {
    with(|w| {
        measure(w, "alliance", "SRS", 1);
        w.feedback = Some(Feedback::Pcoms(Pcoms { alarm_engagement: 2.0, ..Pcoms::default() }));
    })
}

/// PCOMS with ratings handed in every 3 sessions and symptoms measured every 2; falls matter most.
pub fn pcoms_rarely() -> World {
    with(|w| {
        measure(w, "alliance", "WAI-S", 3);
        measure(w, "symptoms", "OQ-45", 2);
        everybody_stays(w, 12);
        w.alliance.state_variance = 0.5;
        w.alliance.inertia = 0.9;
        w.tracking.red_sd = 10.0;
        w.feedback = Some(Feedback::Pcoms(Pcoms { alliance_fall: 0.5, alarm_engagement: 3.0, alarm_notice: 0.95, ..Pcoms::default() }));
        intensity(w).mean = 0.4;
        intensity(w).state = 0.0;
    })
}

/// Linear growth, logistic ruptures, no inertia, exact instruments, nobody leaves.
pub fn linear_logistic() -> World {
    with(|w| {
        w.symptoms = Symptoms::LinearGrowth(LinearGrowth {
            therapist_intercept_sd: 6.0,
            therapist_slope_sd: 0.6,
            state_effect: 1.5,
            ..LinearGrowth::default()
        });
        w.rupture.onset = Onset::Logistic(Logistic::default());
        w.rupture.carry_over = 0.0;
        w.rupture.faded_below = 0.0;
        w.rupture.rate_while_open = 0.5;
        w.clinics.session_interval = 2.0;
        w.alliance.inertia = 0.0;
        measure(w, "symptoms", "exact", 1);
        measure(w, "alliance", "exact", 1);
        everybody_stays(w, 10);
    })
}

/// Linear growth with drift and usual endings, OQ feedback, trait raised in session 3.
pub fn linear_drift() -> World {
    with(|w| {
        w.symptoms =
            Symptoms::LinearGrowth(LinearGrowth { drift: 5.0, trait_effect: 0.8, slope_severity: -0.7, ..LinearGrowth::default() });
        w.rupture.onset = Onset::Logistic(Logistic { intercept: -1.0, alliance: -1.2 });
        w.rupture.trait_gain = 0.2;
        w.rupture.rate_while_open = 0.2;
        w.alliance_effects.state_sd = 1.0;
        w.feedback = Some(Feedback::Oq(Oq { support_tools: true, tools_rate: 2.0, ..Oq::default() }));
        w.interventions = vec![Intervention::AllianceTrait(AllianceTrait { add: 0.7, at: 3 })];
    })
}

/// Nothing random but people and state: symptoms follow their equation exactly.
pub fn no_noise() -> World {
    with(|w| {
        let r = relaxation(w);
        r.noise = 0.0;
        r.heading_sd = 0.0;
        r.rate_sd = 0.0;
        w.clients.severity_sd = 0.0;
        w.clients.severity_alliance = -8.0;
        w.clinics.severity_sd = 0.0;
        w.clinics.outcome_sd = 0.0;
        w.therapists.effectiveness = 1.0;
        w.clients.alliance_anxiety = -0.4;
        w.clients.alliance_avoidance = -0.4;
        measure(w, "symptoms", "exact", 1);
        measure(w, "alliance", "exact", 1);
        everybody_stays(w, 8);
    })
}

/// Life events, natural change, a session every two weeks.
pub fn life_events() -> World {
    with(|w| {
        w.clinics.session_interval = 2.0;
        w.clinics.interval_exponent = 0.8;
        let r = relaxation(w);
        r.life_event = 0.15;
        r.life_event_sd = 20.0;
        r.natural_change = -0.7;
        w.alliance.trait_drift = 0.15;
    })
}

/// Both forms every 3 sessions, with expected curves and usual OQ feedback.
pub fn rarely_measured() -> World {
    with(|w| {
        measure(w, "symptoms", "OQ-45", 3);
        measure(w, "alliance", "WAI-S", 3);
        w.therapists.uptake_alpha = 0.6;
        w.therapists.uptake_beta = 0.9;
        w.feedback = Some(Feedback::Oq(Oq { retention: -1.0, ..Oq::default() }));
        w.endings.dropout_gain = -0.6;
        w.outcomes.early_session = 4;
        w.tracking.red_sd = 0.8;
        w.tracking.yellow_sd = 0.4;
    })
}

/// Burnt-out therapists, clients who are hard to match, correlated retention.
pub fn burnout() -> World {
    with(|w| {
        w.therapists.burnout_mean = 0.6;
        w.therapists.burnout_sd = 0.7;
        w.therapists.correlations.skill_effectiveness = 0.8;
        w.therapists.correlations.skill_retention = -0.2;
        w.therapists.correlations.alliance_retention = -0.4;
        w.therapists.correlations.effectiveness_retention = -0.3;
        w.therapists.dropout_sd = 0.9;
        w.therapists.alliance_variance = 0.3;
        w.clients.personality_disorder = 0.5;
        w.clients.alliance_anxiety = -0.3;
        w.r#match.attachment_mismatch = -0.3;
        w.r#match.shared_background = 0.6;
        w.r#match.shared_background_share = 0.2;
        let i = intensity(w);
        i.personality_disorder = 0.6;
        i.mismatch = 0.3;
        i.burnout = 0.4;
        i.state = -0.2;
        i.shape = 2.5;
        w.rupture.notice_burnout = -1.5;
        w.rupture.notice_skill = 1.5;
        w.rupture.repair_skill = 1.2;
    })
}

/// Services and therapists who treat longer or shorter, a case mix, and state alliance that does more in some.
pub fn services_differ() -> World {
    with(|w| {
        w.clinics.severity_sd = 9.0;
        w.clients.good_enough_severity = 0.6;
        w.clinics.ending_sd = 0.5;
        w.therapists.ending_sd = 0.9;
        w.clients.personality_disorder = 0.5;
        w.alliance_effects.state_personality_disorder = 4.0;
        relaxation(w).state_effect = 0.15;
    })
}

/// do(state alliance) in sessions 2 to 4, do(symptoms) at session 3.
pub fn do_state_and_symptoms() -> World {
    with(|w| {
        everybody_stays(w, 5);
        relaxation(w).state_effect = 0.3;
        w.interventions = vec![
            Intervention::AllianceState(AllianceState { set: Some(-0.5), add: 1.2, from: 2, until: 4 }),
            Intervention::SymptomLevel(SymptomLevel { add: -12.0, at: 3 }),
        ];
        w.alliance.initial_state_variance = 1.0;
        w.outcomes.early_session = 4;
        w.clinics.alliance_variance = 0.1;
    })
}

/// do(trait alliance) at session 2, no ruptures from session 4.
pub fn do_trait_no_ruptures() -> World {
    with(|w| {
        w.interventions =
            vec![Intervention::AllianceTrait(AllianceTrait { add: 1.0, at: 2 }), Intervention::NoRuptures(NoRuptures { from: 4 })];
        w.alliance_effects.r#match = 1.5;
        w.treatment.care = 1.5;
        intensity(w).mean = 0.6;
    })
}

/// Every rupture repaired from session 3 on, with strong corrective experiences; state alliance
/// raised for good.
pub fn do_repair() -> World {
    with(|w| {
        w.interventions = vec![
            Intervention::RepairEveryRupture(RepairEveryRupture { from: 3 }),
            Intervention::AllianceState(AllianceState { add: 0.4, from: 2, ..AllianceState::default() }),
        ];
        w.rupture.trait_gain = 0.15;
        w.rupture.state_gain = 0.4;
        intensity(w).mean = 0.5;
        everybody_stays(w, 10);
    })
}

/// Alliance effects that bend, differ by source and by client; a treatment with other pathways;
/// alliance that grows fast and is rated early at session 1.
pub fn uneven_effects() -> World {
    with(|w| {
        let e = &mut w.alliance_effects;
        e.therapist = 2.0;
        e.client = 0.5;
        e.r#match = 1.3;
        e.clinic = 3.0;
        e.state = 4.0;
        e.quadratic = -0.3;
        e.support = 0.4;
        e.state_sd = 1.5;
        w.clinics.alliance_variance = 0.1;
        w.therapists.alliance_variance = 0.2;
        let t = &mut w.treatment;
        t.care = 1.5;
        t.expectancy = 0.5;
        t.ingredients = 1.2;
        t.competence = 0.8;
        w.alliance.loading = 0.7;
        w.alliance.growth = 1.0;
        w.alliance.growth_sessions = 3.0;
        w.outcomes.early_session = 1;
        let r = relaxation(w);
        r.heading_alliance = 5.0;
        r.rate_alliance = 0.3;
        everybody_stays(w, 10);
    })
}

/// A treatment of one's own in which everything differs, and burnt-out therapists.
pub fn own_treatment() -> World {
    with(|w| {
        w.treatment = Treatment { kind: "own".into(), care: 1.2, expectancy: 0.8, ingredients: 1.5, competence: 0.7 };
        let own = TreatmentProfile {
            care_share: 0.2,
            expectancy_share: 0.5,
            care: 1.5,
            expectancy: 1.3,
            ingredients: 0.6,
            effect: 6.0,
            alliance: -0.6,
            therapist_share: 0.4,
            alliance_cost: 0.3,
            cost_from: 2,
            cost_until: 3,
            mastery: 0.8,
            rupture: 0.5,
            dropout: 0.7,
            ..TreatmentProfile::default()
        };
        w.treatments.insert("own".into(), own);
        w.therapists.alliance_variance = 0.4;
        w.therapists.burnout_mean = 0.8;
        w.therapists.burnout_sd = 0.5;
        w.alliance_effects.r#match = 1.6;
        w.alliance_effects.quadratic = 0.2;
    })
}

/// A treatment under linear growth, ruptures that happen or not.
pub fn own_treatment_linear() -> World {
    with(|w| {
        w.treatment.kind = "own".into();
        let own = TreatmentProfile {
            therapist_share: 1.8,
            alliance: 0.5,
            alliance_cost: -0.2,
            cost_from: 1,
            cost_until: 2,
            mastery: -0.5,
            rupture: -0.7,
            dropout: -0.6,
            ..TreatmentProfile::default()
        };
        w.treatments.insert("own".into(), own);
        w.symptoms = Symptoms::LinearGrowth(LinearGrowth { trait_effect: 0.8, therapist_slope_sd: 0.5, ..LinearGrowth::default() });
        w.rupture.onset = Onset::Logistic(Logistic { intercept: -1.0, alliance: -0.5 });
        w.therapists.burnout_mean = 0.5;
    })
}

/// Three diagnosis groups that differ in everything.
pub fn three_groups(w: &mut World) {
    let group = |share, severity, alliance, alliance_effect, rupture, dropout, personality_disorder| Diagnosis {
        share,
        severity: Some(severity),
        alliance: Some(alliance),
        alliance_effect: Some(alliance_effect),
        rupture: Some(rupture),
        dropout: Some(dropout),
        personality_disorder,
    };
    w.diagnoses.insert("one".into(), group(0.5, -8.0, 0.5, 2.5, -0.5, -0.6, None));
    w.diagnoses.insert("another".into(), group(0.2, 15.0, -0.7, -0.5, 0.6, 0.8, Some(0.9)));
    w.diagnoses.insert("third".into(), Diagnosis { share: 0.3, ..Diagnosis::default() });
    w.clients.personality_disorder = 0.4;
    w.clients.severity_alliance = -8.0;
    w.rupture.trait_gain = 0.3;
    w.alliance_effects.state = 3.0;
    w.endings.dropout_motivation = -0.3;
    intensity(w).mean = 0.4;
}

/// Diagnosis groups under relaxation; motivation and attachment act on outcome.
pub fn diagnosis_groups() -> World {
    with(|w| {
        three_groups(w);
        let r = relaxation(w);
        r.heading_alliance = 6.0;
        r.heading_anxiety = 5.0;
        r.heading_avoidance = -4.0;
        r.rate_motivation = 0.6;
        w.interventions = vec![Intervention::AllianceTrait(AllianceTrait { add: 0.8, at: 2 })];
    })
}

/// Diagnosis groups under linear growth.
pub fn diagnosis_groups_linear() -> World {
    with(|w| {
        three_groups(w);
        w.symptoms = Symptoms::LinearGrowth(LinearGrowth {
            trait_effect: 1.2,
            slope_motivation: 0.6,
            slope_anxiety: 0.5,
            slope_avoidance: -0.4,
            ..LinearGrowth::default()
        });
        w.therapists.burnout_mean = 0.5;
        w.therapists.alliance_variance = 0.3;
    })
}

/// Therapists who change while clients come, with feedback that teaches.
fn years_pass(w: &mut World) {
    w.clinics.recruitment_weeks = 104.0;
    w.therapists.alliance_variance = 0.2;
    w.therapists.development = Development {
        experience_effect: 0.02,
        years_mean: 4.0,
        yearly_change: -0.3,
        dropout_change: -0.5,
        practice_share: 0.4,
        practice_effect: 0.3,
        supervision_share: 0.7,
        supervision_effect: 0.1,
        feedback_learning: 0.3,
        training: Training { share: 0.6, week: 20.0, months: 18.0, skill: 1.0, alliance: 0.5, effect: 0.3, ..Training::default() },
        ..Development::default()
    };
    w.feedback = Some(Feedback::Oq(Oq::default()));
    intensity(w).mean = 0.4;
}

/// Therapists over time under relaxation.
pub fn over_time() -> World {
    with(years_pass)
}

/// Therapists over time under linear growth, in a treatment in which little of them comes through.
pub fn over_time_linear() -> World {
    with(|w| {
        years_pass(w);
        w.symptoms = Symptoms::LinearGrowth(LinearGrowth { trait_effect: 0.8, ..LinearGrowth::default() });
        w.treatments.insert("own".into(), TreatmentProfile { therapist_share: 0.6, ..TreatmentProfile::default() });
        w.treatment.kind = "own".into();
        w.rupture.notice_skill = 0.0;
        w.rupture.notice_burnout = 0.0;
        everybody_stays(w, 8);
    })
}

/// The typical therapist, where therapists are burnt out and differ a lot.
pub fn typical_therapist() -> World {
    with(|w| {
        w.interventions = vec![Intervention::TypicalTherapist(TypicalTherapist {})];
        w.therapists.burnout_mean = 0.5;
        w.therapists.burnout_sd = 1.0;
        w.therapists.burnout_cost = 3.0;
        w.therapists.uptake_alpha = 1.0;
        w.therapists.uptake_beta = 3.0;
        w.r#match.attachment_mismatch = -0.4;
        w.feedback = Some(Feedback::Oq(Oq { alarm: Alarm::Rational, ..Oq::default() }));
        everybody_stays(w, 8);
    })
}

/// The typical therapist under linear growth.
pub fn typical_therapist_linear() -> World {
    with(|w| {
        w.interventions = vec![Intervention::TypicalTherapist(TypicalTherapist {})];
        w.symptoms =
            Symptoms::LinearGrowth(LinearGrowth { therapist_intercept_sd: 8.0, therapist_slope_sd: 1.0, ..LinearGrowth::default() });
        everybody_stays(w, 6);
    })
}

/// Change before session 1; motivation, alliance and ruptures decide about dropout; own instrument.
pub fn change_before() -> World {
    with(|w| {
        w.clients.change_before_first_session = -6.0;
        w.clients.change_before_first_session_sd = 9.0;
        w.endings.dropout_motivation = -0.5;
        w.endings.dropout_experienced_alliance = -0.5;
        w.endings.dropout_rupture = 1.0;
        w.endings.dropout = -3.0;
        w.endings.early_sessions = 3;
        let core = Instrument {
            mean: 10.0,
            sd: 6.0,
            latent_mean: 60.0,
            latent_sd: 15.0,
            reliability: 0.85,
            lowest: 0.0,
            highest: 30.0,
            step: 2.0,
            ..Instrument::default()
        };
        w.instruments.insert("own".to_string(), core);
        measure(w, "symptoms", "own", 1);
        w.clients.good_enough_mean = 55.0;
        w.clients.good_enough_sd = 7.5;
    })
}

/// Forms get lost for all kinds of reasons; clients are lenient, and rate their relief.
pub fn forms_missing() -> World {
    with(|w| {
        let missing = |chance, observed, unobserved| Missing { chance, observed, unobserved };
        let measures = &mut w.measures.0;
        measures.insert("symptoms".into(), Measure { instrument: "OQ-45".into(), missing: missing(0.4, -0.5, 1.5), ..Measure::default() });
        let at = vec![1, 2, 3, 5, 8];
        measures
            .insert("alliance".into(), Measure { instrument: "WAI-S".into(), at, missing: missing(0.3, 0.8, -0.8), ..Measure::default() });
        w.raters.client_leniency_sd = 0.5;
        w.raters.halo = 0.6;
        w.final_form = FinalForm { planned: 0.9, unplanned: 0.4, observed: 0.5, unobserved: 0.8 };
        w.feedback = Some(Feedback::Pcoms(Pcoms { engagement: 3.0, ..Pcoms::default() }));
        w.endings.dropout_gain = -1.0;
        w.outcomes.early_session = 5;
    })
}

/// State alliance and symptoms drive each other hard.
pub fn coupled() -> World {
    with(|w| {
        w.alliance.state_variance = 0.8;
        w.alliance.initial_state_variance = 0.1;
        w.alliance.symptom_effect = 0.4;
        w.alliance.trait_drift = 0.3;
        w.clients.within_sd = 9.0;
        relaxation(w).state_effect = 0.4;
        measure(w, "alliance", "exact", 1);
        intensity(w).state = -0.2;
        everybody_stays(w, 6);
        w.outcomes.early_session = 5;
    })
}

/// Long and costly ruptures.
pub fn long_ruptures() -> World {
    with(|w| {
        let r = &mut w.rupture;
        r.carry_over = 0.95;
        r.faded_below = 0.3;
        r.state_cost = 1.2;
        r.recognition_protects = 0.5;
        r.rate_while_open = 0.1;
        r.trait_gain = 0.2;
        r.notice_withdrawal = 0.2;
        r.notice_confrontation = 0.95;
        r.withdrawal_share = 0.4;
        relaxation(w).state_effect = 0.4;
        relaxation(w).rate = 0.15;
        w.alliance.inertia = 0.5;
        intensity(w).state = 0.0;
        everybody_stays(w, 12);
    })
}

/// No state alliance but what ruptures do; twice a week; ratings on a coarse lattice.
pub fn no_state_variance() -> World {
    with(|w| {
        w.alliance.state_variance = 0.0;
        w.alliance.initial_state_variance = 0.0;
        w.clinics.session_interval = 0.5;
        w.clinics.interval_exponent = 1.0;
        let r = relaxation(w);
        r.natural_change = -2.0;
        r.life_event = 0.3;
        let coarse = Instrument { mean: 4.0, sd: 0.7, reliability: 0.8, lowest: 1.0, highest: 5.3, step: 0.7, ..Instrument::default() };
        w.instruments.insert("coarse".to_string(), coarse);
        measure(w, "alliance", "coarse", 1);
    })
}

/// Interventions of one kind that meet in the same session.
pub fn meeting_interventions() -> World {
    with(|w| {
        everybody_stays(w, 5);
        w.interventions = vec![
            Intervention::AllianceState(AllianceState { set: None, add: 1.0, from: 2, until: 3 }),
            Intervention::AllianceState(AllianceState { set: Some(0.3), add: 0.5, from: 3, until: 4 }),
            Intervention::AllianceState(AllianceState { set: None, add: 0.7, from: 3, until: 3 }),
            Intervention::SymptomLevel(SymptomLevel { add: -12.0, at: 1 }),
            Intervention::SymptomLevel(SymptomLevel { add: 5.0, at: 1 }),
            Intervention::RepairEveryRupture(RepairEveryRupture { from: 4 }),
            Intervention::RepairEveryRupture(RepairEveryRupture { from: 3 }),
        ];
    })
}

/// Two clients of each therapist, and a split that matters.
fn two_by_two(w: &mut World) {
    w.clinics.clients_per_therapist = 2;
    w.clinics.count = 1200;
    w.clinics.recruitment_weeks = 0.0;
}

/// Couples as they are by default.
pub fn couples() -> World {
    with(|w| {
        two_by_two(w);
        w.couples = Some(Couples::default());
    })
}

/// Couples who are much to each other, in groups, with feedback, over time.
pub fn close_couples() -> World {
    with(|w| {
        two_by_two(w);
        three_groups(w);
        w.feedback = Some(Feedback::Oq(Oq::default()));
        w.clinics.session_interval = 2.0;
        w.endings.planned = 0.8;
        w.couples = Some(Couples {
            alliance_correlation: 0.6,
            severity_correlation: -0.5,
            partner_share: 0.5,
            split_heading: -8.0,
            split_dropout: 0.9,
            usual_split: 0.3,
        });
    })
}

/// Couples on straight lines.
pub fn couples_linear() -> World {
    with(|w| {
        two_by_two(w);
        w.symptoms = Symptoms::LinearGrowth(LinearGrowth { slope: -1.0, slope_sd: 0.8, slope_severity: -0.4, ..LinearGrowth::default() });
        w.couples = Some(Couples { alliance_correlation: -0.4, partner_share: 0.7, split_heading: 0.0, ..Couples::default() });
    })
}
