//! Alliance: what is lasting (trait), what moves from session to session (state), and how both
//! grow. Unit: standard deviations of a client-rated session score in a reference clinic.

use super::math::exp;
use super::params::params;

params! {
    /// How alliance moves from session to session.
    pub struct Alliance {
        /// Variance of the state part in the long run, without ruptures.
        state_variance: f64 = 0.15, "SD²", [0.0, 4.0], "D3, D12: 15 % of one session's rating";
        /// Variance of the state part before session 1.
        initial_state_variance: f64 = 0.15, "SD²", [0.0, 4.0], "settled from the start", weak;
        /// Inertia of the state: its autoregression from one session to the next.
        inertia: f64 = 0.3, "correlation", [-0.99, 0.99], "C11: .2 to .4", weak;
        /// Effect of an unexpected symptom change on the next state alliance, standardised within
        /// clients (better than expected lifts alliance).
        symptom_effect: f64 = 0.06, "SD per SD, within clients", [-1.0, 1.0], "C1 Flückiger 2020 (sign); C2, C4: .03 to .15", weak;
        /// Effect of an unexpected symptom change on trait alliance, per SD of unexpected change.
        /// It makes late ratings correlate more with outcome than early ones.
        trait_drift: f64 = 0.08, "SD per SD", [-1.0, 1.0], "calibrated: A13 Flückiger 2018: r .22 early, .30 late";
        /// Mean growth of alliance over a long course.
        growth: f64 = 1.0, "SD", [-5.0, 5.0], "D17 Stevens 2007: a linear trend in 66 % of courses of 30 sessions; D20: .02 to .04 a session", weak;
        /// Sessions until 63 % of the growth has happened.
        growth_sessions: f64 = 20.0, "sessions", [0.1, 100.0], "as for growth", weak;
        /// Sessions until 63 % of the growth of the bond has happened; task and goal carry the rest.
        bond_sessions: f64 = 1.0, "sessions", [0.1, 100.0], "Luborsky: support (type I) settles early", weak;
        /// Loading of bond, task and goal on alliance; what is left is each component's own.
        loading: f64 = 0.85, "correlation", [0.0, 1.0], "D1, D2: high correlations between subscales", weak;
    }
}

impl Alliance {
    /// Share of growth reached at session `t` (1, 2, …) with time constant `sessions`.
    pub fn grown(t: f64, sessions: f64) -> f64 {
        1.0 - exp(-t / sessions)
    }

    /// Standard deviation of the innovation that keeps the state's long-run variance.
    pub fn innovation_sd(&self) -> f64 {
        (self.state_variance * (1.0 - self.inertia * self.inertia)).sqrt()
    }

    /// Standard deviation of a component's own part, for a trait variance of `trait_variance`: what
    /// the loading leaves, so that a component varies as much as alliance itself.
    pub fn component_sd(&self, trait_variance: f64) -> f64 {
        (trait_variance * (1.0 - self.loading * self.loading)).sqrt()
    }
}

/// Bond, task and goal after session `t`, SD, for what is lasting and what is of the day (`common`, without growth) and
/// the own parts of the three. All load on alliance; the bond grows early, and task and goal carry what is left of
/// `grown`, the growth of alliance, so that the weighted growth of the three is the growth of alliance.
pub fn components(a: &Alliance, bond_weight: f64, t: f64, grown: f64, common: f64, own: [f64; 3]) -> [f64; 3] {
    let bond_grown = a.growth * Alliance::grown(t, a.bond_sessions);
    let work_grown = if bond_weight < 1.0 { (grown - bond_weight * bond_grown) / (1.0 - bond_weight) } else { 0.0 };
    let part = |k: usize, grown: f64| a.loading * common + grown + a.loading * own[k];
    [part(0, bond_grown), part(1, work_grown), part(2, work_grown)]
}

/// State alliance of the next session before any rupture: what is left of the last state, what
/// unexpected symptom change did to it, and chance.
///
/// `surprise` is the last unexpected symptom change in within-client SDs (negative is better);
/// `lift` is the symptom effect times the SD of state alliance.
#[inline(always)]
pub fn next_state(inertia: f64, lift: f64, innovation_sd: f64, state: f64, surprise: f64, shock: f64) -> f64 {
    inertia * state - lift * surprise + innovation_sd * shock
}
