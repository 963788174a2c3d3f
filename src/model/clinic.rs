//! Clinics: where therapists work.

use super::params::params;

params! {
    /// Who there is: how many clinics, therapists and clients, and how clinics differ.
    pub struct Clinics {
        /// Number of clinics in each replicate.
        count: u32 = 4, "clinics", [1, 100000], "design";
        /// Therapists in each clinic.
        therapists: u32 = 10, "therapists per clinic", [1, 1000], "design";
        /// Clients sampled for each therapist. A sampling design, not a workload: it never changes
        /// how busy a therapist is.
        clients_per_therapist: u32 = 25, "clients per therapist", [1, 10000], "design; studies range from 1.5 to 124 (J8)";
        /// Weeks over which a therapist's clients start, evenly and in order (0: all in the first week). It matters
        /// only where therapists change with time.
        recruitment_weeks: f64 = 0.0, "weeks", [0.0, 520.0], "design";
        /// Standard deviation between clinics of where their clients are heading. The default gives
        /// clinics about 1.5 % of the variance of outcome.
        outcome_sd: f64 = 3.6, "points", [0.0, 50.0], "G9 Mahon, Minami and Brown 2023 (1.1 %); G10 Firth 2019 (1.9 %)";
        /// Variance between clinics of trait alliance.
        alliance_variance: f64 = 0.0, "SD²", [0.0, 4.0], "no published figure", weak;
        /// Standard deviation between clinics of the log-odds of dropping out.
        dropout_sd: f64 = 0.3, "log-odds", [0.0, 5.0], "F11 Deisenhofer and others c. 2024 (6.5 % would be .48); F9 and F10 leave less room", weak;
        /// Standard deviation between clinics of their clients' mean intake severity: the case mix of a service.
        severity_sd: f64 = 6.5, "points", [0.0, 100.0], "G10 Firth 2019: clinics' share of outcome 8.2 % before case mix, 1.9 % after";
        /// Standard deviation between clinics of the log-odds that a course ends as planned or for outside reasons, in every
        /// session: some services treat longer than others.
        ending_sd: f64 = 0.25, "log-odds", [0.0, 5.0], "G11 Deisenhofer and others c. 2024: institutions' share of the number of sessions 10.6 %", weak;
        /// Weeks between sessions.
        session_interval: f64 = 1.0, "weeks", [0.1, 26.0], "design; one session slot a week";
        /// How the gain of a session falls with the interval Δ: gain is multiplied by Δ^−exponent.
        interval_exponent: f64 = 0.1, "1", [0.0, 2.0], "J6 Erekson 2022, J7 Tiemens 2019 give the sign only", weak;
        /// Standard deviation between clinics (or studies, see `design`) of how strongly alliance works: a clinic's effect of
        /// alliance is 1 + this × N(0, 1) times the usual one.
        alliance_effect_sd: f64 = 0.0, "times usual", [0.0, 5.0], "A24, A21: no study feature explains the differences between studies; size not known", weak;
    }
}

/// What sets one clinic apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clinic {
    /// Shift of where clients are heading, points (negative is better).
    pub outcome: f64,
    /// Shift of trait alliance, SD.
    pub alliance: f64,
    /// Shift of the log-odds of dropping out.
    pub dropout: f64,
    /// How strongly alliance works here, times usual.
    pub alliance_effect: f64,
    /// Shift of intake severity, points.
    pub severity: f64,
    /// Shift of the log-odds of planned and administrative endings.
    pub ending: f64,
}

/// A clinic like all others.
impl Default for Clinic {
    fn default() -> Self {
        Self { outcome: 0.0, alliance: 0.0, dropout: 0.0, alliance_effect: 1.0, severity: 0.0, ending: 0.0 }
    }
}

/// Luck of one clinic: standard normals.
#[derive(Clone, Copy, Debug)]
pub struct ClinicLuck {
    /// For [`Clinic::outcome`].
    pub outcome: f64,
    /// For [`Clinic::alliance`].
    pub alliance: f64,
    /// For [`Clinic::dropout`].
    pub dropout: f64,
    /// For [`Clinic::severity`].
    pub severity: f64,
    /// For [`Clinic::ending`].
    pub ending: f64,
}

impl Clinic {
    /// A clinic from its luck, and from its luck as a study: a standard normal.
    pub fn open(p: &Clinics, luck: ClinicLuck, study: f64) -> Self {
        Self {
            outcome: p.outcome_sd * luck.outcome,
            alliance: p.alliance_variance.sqrt() * luck.alliance,
            dropout: p.dropout_sd * luck.dropout,
            alliance_effect: 1.0 + p.alliance_effect_sd * study,
            severity: p.severity_sd * luck.severity,
            ending: p.ending_sd * luck.ending,
        }
    }
}
