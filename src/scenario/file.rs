//! The file as a person writes it: the world of the base arm, the arms, the sweep, and what to keep.

use super::design::Design;
use super::estimators::keys::Estimator;
use super::pairs::{Pairs, RawText};
use super::points::{Luck, Points};
use crate::model::alliance::Alliance;
use crate::model::client::{Clients, Match};
use crate::model::clinic::Clinics;
use crate::model::couples::Couples;
use crate::model::diagnosis::Diagnosis;
use crate::model::ending::Endings;
use crate::model::feedback::{Feedback, Tracking};
use crate::model::intervention::Intervention;
use crate::model::measurement::{FinalForm, Instrument, Measures};
use crate::model::outcome::Outcomes;
use crate::model::params::params;
use crate::model::rating::Raters;
use crate::model::rules::World;
use crate::model::rupture::Ruptures;
use crate::model::symptoms::{AllianceEffects, Relaxation, Symptoms};
use crate::model::therapist::Therapists;
use crate::model::treatment::{Treatment, TreatmentProfile};
use crate::model::workload::Workload;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

params! {
    /// A scenario file. Every key may be left out and then has its default.
    pub struct ScenarioFile {
        /// One line that says what is compared.
        title: String = String::from("Untitled") => skip;
        /// The question in a sentence or two, for readers of the file and of reports.
        question: String = String::new() => skip;
        /// Seed of all random numbers. The same seed gives the same results, bit for bit.
        seed: u64 = 1 => skip;
        /// Number of replicates: independent repetitions of the whole study.
        replicates: u64 = 200, "replicates", [1, 100000000], "design";
        /// Who there is: clinics, therapists, clients.
        clinics: Clinics = Clinics::default() => dive;
        /// An open clinic: referrals, a waiting list, caseload and burnout. `None`: every therapist has her fixed clients.
        workload: Option<Workload> = None => dive;
        /// How therapists differ.
        therapists: Therapists = Therapists::default() => dive;
        /// How clients differ when they come.
        clients: Clients = Clients::default() => dive;
        /// Couples: two clients of a therapist who come together. `None`: each client comes alone.
        couples: Option<Couples> = None => dive;
        /// Diagnosis groups by name, with their shares; empty for clients of one kind.
        diagnoses: BTreeMap<String, Diagnosis> = BTreeMap::new() => dive;
        /// The fit between client and therapist.
        r#match: Match = Match::default() => dive;
        /// How alliance moves.
        alliance: Alliance = Alliance::default() => dive;
        /// Which parts of alliance have an effect on change.
        alliance_effects: AllianceEffects = AllianceEffects::default() => dive;
        /// The treatment that clients get, by name, and how strong it is.
        treatment: Treatment = Treatment::default() => dive;
        /// Treatments of your own, by name.
        treatments: BTreeMap<String, TreatmentProfile> = BTreeMap::new() => dive;
        /// Rupture and repair.
        rupture: Ruptures = Ruptures::default() => dive;
        /// How symptoms change.
        symptoms: Symptoms = Symptoms::Relaxation(Relaxation::default()) => dive;
        /// When and why courses end.
        endings: Endings = Endings::default() => dive;
        /// What is measured, with which instrument, by whom, how often. "symptoms" and "alliance" are always there.
        measures: Measures = Measures::default() => dive;
        /// Instruments of your own, by name.
        instruments: BTreeMap<String, Instrument> = BTreeMap::new() => dive;
        /// What clients, therapists and observers bring to alliance ratings.
        raters: Raters = Raters::default() => dive;
        /// Who fills in the symptom form after treatment.
        final_form: FinalForm = FinalForm::default() => dive;
        /// Who counts as not on track.
        tracking: Tracking = Tracking::default() => dive;
        /// Feedback to therapists; `None` for usual care.
        feedback: Option<Feedback> = None => dive;
        /// Interventions on the process itself, do(…).
        interventions: Vec<Intervention> = Vec::new() => dive;
        /// Definitions used by summaries.
        outcomes: Outcomes = Outcomes::default() => dive;
        /// The arms to compare. The first one is the comparison arm. Without arms there is one,
        /// called "base".
        arms: Vec<ArmEntry> = Vec::new() => dive;
        /// What a study sees of the arms: everybody in every arm (the truth), a trial, a sample, several studies.
        design: Design = Design::default() => dive;
        /// Keys to vary over lists of values; every combination is a cell of the design. With sampled `points`, a list
        /// of two numbers is a range.
        sweep: Pairs<Vec<RawText>> = Pairs::default() => skip;
        /// Which combinations of the swept values are simulated, and how their effects are measured.
        points: Points = Points::default() => dive;
        /// Whose luck the cells of a sweep have.
        luck: Luck = Luck::Common => skip;
        /// Analyses that the study makes of its data, in every replicate.
        estimators: Vec<Estimator> = Vec::new() => dive;
        /// Which rows go into the result file.
        output: Output = Output::default() => dive;
    }
}

params! {
    /// Which rows go into the result file besides the summaries of every replicate.
    pub struct Output {
        /// A row per therapist.
        therapists: Rows = Rows::Share(0.1) => skip;
        /// A row per client.
        clients: Rows = Rows::Share(0.1) => skip;
        /// A row per session.
        sessions: Rows = Rows::None => skip;
        /// A row per week and clinic, where clinics are open.
        weeks: Rows = Rows::Share(0.1) => skip;
        /// A row per form of the measures beside "symptoms" and "alliance", and per answer to an item.
        assessments: Rows = Rows::Share(0.1) => skip;
        /// A row per term of every analysis (see `estimators`).
        estimates: Rows = Rows::All => skip;
    }
}

/// One arm: a name, and how it differs from the rest of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ArmEntry {
    /// Name of the arm in tables and figures.
    #[garde(length(min = 1))]
    pub name: String,
    /// Keys that are different in this arm: `{ "path.to.key": value }`.
    #[serde(default)]
    #[garde(skip)]
    pub set: Pairs<RawText>,
}

/// Which replicates keep rows of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub enum Rows {
    /// No rows.
    None,
    /// The rows of an evenly spaced share of the replicates, the first one included.
    Share(f64),
    /// The rows of all replicates.
    All,
}

impl From<&ScenarioFile> for World {
    fn from(file: &ScenarioFile) -> Self {
        Self {
            clinics: file.clinics.clone(),
            workload: file.workload.clone(),
            therapists: file.therapists.clone(),
            clients: file.clients.clone(),
            couples: file.couples.clone(),
            diagnoses: file.diagnoses.clone(),
            r#match: file.r#match.clone(),
            alliance: file.alliance.clone(),
            alliance_effects: file.alliance_effects.clone(),
            treatment: file.treatment.clone(),
            treatments: file.treatments.clone(),
            rupture: file.rupture.clone(),
            symptoms: file.symptoms.clone(),
            endings: file.endings.clone(),
            measures: file.measures.clone(),
            instruments: file.instruments.clone(),
            raters: file.raters.clone(),
            final_form: file.final_form.clone(),
            tracking: file.tracking.clone(),
            feedback: file.feedback.clone(),
            interventions: file.interventions.clone(),
            outcomes: file.outcomes.clone(),
        }
    }
}
