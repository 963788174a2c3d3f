//! Clients at intake: how ill, how attached, how able to ally, where they are heading.

use super::params::params;

params! {
    /// How clients differ when they come.
    pub struct Clients {
        /// Mean intake severity.
        severity_mean: f64 = 78.0, "points", [-1000.0, 1000.0], "H4 Lambert 2004: outpatients 83.1, university counselling 75.2";
        /// Standard deviation of intake severity that has nothing to do with alliance.
        severity_sd: f64 = 18.5, "points", [0.0, 1000.0], "H4 Lambert 2004: 16.7 to 22.2 of all clients, between clinics included (clinics.severity_sd)";
        /// Change of intake severity per unit of trait alliance (therapist, client and match
        /// parts). Without it, adjusting for intake would raise the alliance–outcome correlation.
        severity_alliance: f64 = -3.0, "points per SD", [-100.0, 100.0], "B1, B2 Baldwin 2007: adjustment lowers r from .24 to .21";
        /// Variance of the client's part of trait alliance (capacity for alliance).
        alliance_variance: f64 = 0.40, "SD²", [0.0, 4.0], "D3, D12; the split between client and match is not identified by any study", weak;
        /// Change of the client's part per SD of attachment anxiety.
        alliance_anxiety: f64 = -0.09, "SD per SD", [-2.0, 2.0], "K2 Notsu 2024";
        /// Change of the client's part per SD of attachment avoidance.
        alliance_avoidance: f64 = -0.13, "SD per SD", [-2.0, 2.0], "K2 Notsu 2024";
        /// Share of clients with a personality disorder.
        personality_disorder: f64 = 0.15, "probability", [0.0, 1.0], "no figure; typical of outpatient clinics", weak;
        /// Mean good-enough level: at an observed score of that level, put back in points, a client begins to think of ending.
        good_enough_mean: f64 = 71.0, "points", [-1000.0, 1000.0], "calibrated: H10, L6; H14, H15 Baldwin 2009", weak;
        /// Standard deviation of the good-enough level.
        good_enough_sd: f64 = 12.0, "points", [0.0, 1000.0], "as above", weak;
        /// Change of the good-enough level per point of intake severity: who comes with more distress is content with less.
        good_enough_severity: f64 = 0.3, "points per point", [-2.0, 2.0], "H16: number of sessions with distress at intake r .15 (.08 to .22)", weak;
        /// Standard deviation of a client's unexpected symptom change in a week: the unit of effects that are
        /// standardised within clients.
        within_sd: f64 = 8.0, "points", [0.01, 1000.0], "H25: three-week retest noise of 8 points";
        /// Mean change between the intake call and session 1 (negative is improvement).
        change_before_first_session: f64 = 0.0, "points", [-50.0, 50.0], "no usable figure", weak;
        /// Standard deviation of that change.
        change_before_first_session_sd: f64 = 0.0, "points", [0.0, 50.0], "no usable figure", weak;
    }
}

params! {
    /// The fit between one client and one therapist.
    pub struct Match {
        /// Variance of the match part of trait alliance.
        alliance_variance: f64 = 0.30, "SD²", [0.0, 4.0], "D3, D12; the split between client and match is not identified by any study", weak;
        /// Change of the match part per SD of attachment mismatch.
        attachment_mismatch: f64 = -0.05, "SD per SD", [-2.0, 2.0], "K9 Degnan 2016: some, inconsistent", weak;
        /// Share of dyads with a shared background.
        shared_background_share: f64 = 0.5, "probability", [0.0, 1.0], "design", weak;
        /// Difference of the match part between dyads with and without a shared background.
        shared_background: f64 = 0.1, "SD", [-2.0, 2.0], "K10 Cabral and Smith 2011: perception d .32, outcome d .09", weak;
    }
}

impl Clients {
    /// Standard deviation of the client's part of alliance that attachment does not explain.
    /// Negative variance (attachment explains more than there is) gives `None`.
    pub fn residual_alliance_sd(&self) -> Option<f64> {
        root(self.alliance_variance - self.alliance_anxiety.powi(2) - self.alliance_avoidance.powi(2))
    }
}

impl Match {
    /// Standard deviation of the match part that mismatch and background do not explain.
    pub fn residual_alliance_sd(&self) -> Option<f64> {
        let share = self.shared_background_share;
        root(self.alliance_variance - self.attachment_mismatch.powi(2) - self.shared_background.powi(2) * share * (1.0 - share))
    }
}

fn root(variance: f64) -> Option<f64> {
    (variance >= -1e-12).then(|| variance.max(0.0).sqrt())
}

/// Attachment mismatch of a dyad, standardised to mean 0 and SD 1 over random pairs: the mean
/// absolute distance of anxiety and avoidance. |N(0, 2)| has mean 2/√π and variance 2 − 4/π.
#[inline(always)]
pub fn mismatch(client: [f64; 2], therapist: [f64; 2]) -> f64 {
    const MEAN: f64 = core::f64::consts::FRAC_2_SQRT_PI;
    const SD: f64 = 0.602_810_275_989_087_1;
    let distance = 0.5 * ((client[0] - therapist[0]).abs() + (client[1] - therapist[1]).abs());
    (distance - MEAN) / SD
}
