//! A small scenario with every kind of setting the real one has, for tests only.
use super::pairs::{Pairs, RawText};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A toy study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Toy {
    /// What the study asks.
    #[garde(length(min = 1))]
    pub title: String,
    /// Seed of all chance.
    #[serde(default = "seed")]
    #[garde(skip)]
    pub seed: u64,
    /// The clinics.
    #[serde(default)]
    #[garde(dive)]
    pub clinics: Clinics,
    /// How symptoms move.
    #[serde(default)]
    #[garde(dive)]
    pub symptoms: Symptoms,
    /// Ruptures of the alliance.
    #[serde(default)]
    #[garde(dive)]
    pub rupture: Rupture,
    /// Progress feedback, or None.
    #[serde(default)]
    #[garde(dive)]
    pub feedback: Option<Feedback>,
    /// What is measured.
    #[serde(default = "measures")]
    #[garde(dive)]
    pub measures: Pairs<Measure>,
    /// What is done to whom.
    #[serde(default)]
    #[garde(dive)]
    pub interventions: Vec<Intervention>,
    /// The arms.
    #[serde(default)]
    #[garde(dive)]
    pub arms: Vec<Arm>,
    /// Factors and their levels.
    #[serde(default)]
    #[garde(skip)]
    pub sweep: Pairs<Vec<RawText>>,
}

fn seed() -> u64 {
    1
}

fn measures() -> Pairs<Measure> {
    Pairs(vec![("symptoms".into(), Measure { instrument: "OQ-45".into(), every: 1, rater: Rater::Client })])
}

impl Default for Toy {
    fn default() -> Self {
        Self {
            title: "Default".into(),
            seed: seed(),
            clinics: Clinics::default(),
            symptoms: Symptoms::default(),
            rupture: Rupture::default(),
            feedback: None,
            measures: measures(),
            interventions: Vec::new(),
            arms: Vec::new(),
            sweep: Pairs::default(),
        }
    }
}

/// Where therapy takes place. A clinic holds therapists, a therapist holds clients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Clinics {
    /// Number of clinics.
    #[garde(range(min = 1, max = 200))]
    #[schemars(extend("unit" = "clinics"))]
    pub count: u32,
    /// Therapists in each clinic. More make a therapist effect easier to see.
    #[garde(range(min = 1, max = 500), custom(not_thirteen))]
    #[schemars(extend("unit" = "therapists"))]
    pub therapists: u16,
    /// Share of variance between clinics.
    #[garde(range(min = 0.0, max = 1.0))]
    #[schemars(extend("unit" = "share", "source" = "Firth 2019", "weak" = true))]
    pub between: f64,
    /// Most clients at once, if there is a limit.
    #[garde(range(min = 1, max = 100))]
    #[schemars(extend("unit" = "clients"))]
    pub limit: Option<u16>,
}

fn not_thirteen(n: &u16, _: &()) -> garde::Result {
    if *n == 13 {
        return Err(garde::Error::new("thirteen therapists never fit the rooms"));
    }
    Ok(())
}

impl Default for Clinics {
    fn default() -> Self {
        Self { count: 4, therapists: 10, between: 0.05, limit: None }
    }
}

/// How symptoms move from session to session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) enum Symptoms {
    /// No change at all.
    Still,
    /// They fall by the same amount each session.
    Straight {
        /// Points per session.
        #[garde(range(min = 0.0, max = 20.0))]
        #[schemars(extend("unit" = "points per session"))]
        slope: f64,
    },
    /// They relax towards a level.
    Relaxation(#[garde(dive)] Relaxation),
    /// A plain factor.
    Factor(#[garde(range(min = 0.0, max = 2.0))] f64),
}

impl Default for Symptoms {
    fn default() -> Self {
        Self::Relaxation(Relaxation::default())
    }
}

/// Relaxation towards a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Relaxation {
    /// Effect of the alliance as it stands.
    #[garde(range(min = -5.0, max = 5.0))]
    #[schemars(extend("unit" = "points", "source" = "Flückiger 2020"))]
    pub state_effect: f64,
    /// Noise of one session.
    #[garde(range(min = 0.0))]
    pub noise: f64,
}

impl Default for Relaxation {
    fn default() -> Self {
        Self { state_effect: -0.8, noise: 3.5 }
    }
}

/// Ruptures.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rupture {
    /// Chance that the therapist notices.
    #[garde(range(min = 0.0, max = 1.0))]
    #[schemars(extend("unit" = "probability"))]
    pub notice: f64,
    /// Whether ruptures occur at all.
    #[garde(skip)]
    pub on: bool,
    /// Smallest and largest loss.
    #[garde(skip)]
    pub loss: (f64, f64),
}

/// Feedback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) enum Feedback {
    /// Outcome Questionnaire.
    Oq {
        /// When the alarm sounds.
        #[garde(skip)]
        alarm: Alarm,
        /// Are there support tools?
        #[serde(default)]
        #[garde(skip)]
        support_tools: bool,
    },
    /// Session rating only.
    Ratings {
        /// Below this the therapist hears of it.
        #[garde(range(min = 0, max = 40))]
        cutoff: u8,
    },
}

/// When the alarm sounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Alarm {
    /// By recovery curves.
    Empirical,
    /// By rules of thumb.
    Rational,
}

/// Who rates.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Rater {
    #[default]
    Client,
    Therapist,
}

/// One measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measure {
    /// Its name.
    #[garde(skip)]
    pub instrument: String,
    /// Every so many sessions.
    #[garde(range(min = 1, max = 50))]
    #[schemars(extend("unit" = "sessions"))]
    pub every: u16,
    /// Who fills it in.
    #[serde(default)]
    #[garde(skip)]
    pub rater: Rater,
}

/// One intervention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intervention {
    /// What is added.
    #[garde(range(min = -10.0, max = 10.0))]
    pub add: f64,
    /// From which session.
    #[serde(default)]
    #[garde(skip)]
    pub from: u16,
}

/// One arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arm {
    /// Its name.
    #[garde(length(min = 1))]
    pub name: String,
    /// What differs from the base.
    #[serde(default)]
    #[garde(skip)]
    pub set: Pairs<RawText>,
}
