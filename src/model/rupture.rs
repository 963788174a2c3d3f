//! Rupture and repair: strain in the alliance, whether somebody notices, and what is done.

use super::math::{exp, happens};
use super::params::{choice, params};

params! {
    /// Latent rupture intensity, gamma distributed, with a mean that depends on client, dyad,
    /// therapist and the state of the alliance.
    pub struct Intensity {
        /// Mean intensity for an average client.
        mean: f64 = 0.26, "SD of alliance", [0.0, 10.0], "calibrated to E5–E8", weak;
        /// Shape of the gamma distribution (1 is exponential; larger is less skewed).
        shape: f64 = 1.0, "1", [0.3, 50.0], "assumed", weak;
        /// Rise of the log mean per SD of attachment insecurity (anxiety and avoidance together).
        insecurity: f64 = 0.25, "log per SD", [-3.0, 3.0], "K1 Diener and Monroe 2011, K2; size assumed", weak;
        /// Rise of the log mean for a client with a personality disorder.
        personality_disorder: f64 = 0.4, "log", [-3.0, 3.0], "E8 Muran 2009; size assumed", weak;
        /// Rise of the log mean per SD of attachment mismatch.
        mismatch: f64 = 0.1, "log per SD", [-3.0, 3.0], "K9 Degnan 2016: inconsistent", weak;
        /// Rise of the log mean per unit of the therapist's burnout.
        burnout: f64 = 0.3, "log per unit", [-3.0, 3.0], "assumed", weak;
        /// Change of the log mean per SD of state alliance (a falling alliance strains).
        state: f64 = -0.5, "log per SD", [-3.0, 3.0], "assumed", weak;
        /// Largest possible intensity. Without it a deep rupture could lower the alliance, and so deepen itself,
        /// without end.
        largest: f64 = 3.0, "SD of alliance", [0.0, 100.0], "assumed; beyond all but one in 20,000 draws", weak;
        /// Intensity from which an outside observer sees a rupture.
        observer_threshold: f64 = 0.12, "SD of alliance", [0.0, 100.0], "E6: observers see ruptures in 41–100 % of sessions; set for about 70 %", weak;
        /// Intensity from which the therapist reports one.
        therapist_threshold: f64 = 0.29, "SD of alliance", [0.0, 100.0], "E7, E8: 43–56 % of sessions; set for about 45 %", weak;
        /// Intensity from which the client experiences and reports one; from here it opens a rupture.
        client_threshold: f64 = 0.44, "SD of alliance", [0.0, 100.0], "E5, E8: 19–42 % of sessions; set for about 30 %", weak;
    }
}

params! {
    /// A rupture happens or not, with log-odds that depend on alliance; its intensity is 1.
    pub struct Logistic {
        /// Log-odds at alliance 0.
        intercept: f64 = -1.6, "log-odds", [-40.0, 40.0], "for simple models";
        /// Change of the log-odds per SD of alliance.
        alliance: f64 = -0.7, "log-odds per SD", [-20.0, 20.0], "for simple models";
    }
}

choice! {
    /// What makes a rupture.
    pub enum Onset {
        /// A latent intensity with thresholds for client, therapist and observer.
        Intensity(Intensity),
        /// Yes or no.
        Logistic(Logistic),
    }
}

params! {
    /// Rupture and repair.
    pub struct Ruptures {
        /// What makes a rupture.
        onset: Onset = Onset::Intensity(Intensity::default()) => dive;
        /// Share of ruptures that are withdrawal; the rest is confrontation.
        withdrawal_share: f64 = 0.75, "probability", [0.0, 1.0], "E12: 70–80 % of markers", weak;
        /// Chance that the therapist notices a withdrawal rupture.
        notice_withdrawal: f64 = 0.35, "probability", [0.0, 1.0], "E11, E12; size assumed", weak;
        /// Chance that the therapist notices a confrontation rupture.
        notice_confrontation: f64 = 0.85, "probability", [0.0, 1.0], "E11; size assumed", weak;
        /// Change of the log-odds of noticing per SD of skill.
        notice_skill: f64 = 0.3, "log-odds per SD", [-5.0, 5.0], "assumed", weak;
        /// Change of the log-odds of noticing per unit of burnout.
        notice_burnout: f64 = -0.5, "log-odds per unit", [-5.0, 5.0], "assumed", weak;
        /// Log-odds that a noticed rupture is repaired, for average skill.
        repair_intercept: f64 = 0.2, "log-odds", [-40.0, 40.0], "E14: .4 to .7", weak;
        /// Change of the log-odds of repair per SD of skill.
        repair_skill: f64 = 0.6, "log-odds per SD", [-5.0, 5.0], "E14", weak;
        /// Chance that an unnoticed rupture heals in the session.
        repair_unnoticed: f64 = 0.1, "probability", [0.0, 1.0], "E14", weak;
        /// State alliance lost per session of an open rupture, per unit of its intensity.
        state_cost: f64 = 0.6, "SD per SD", [0.0, 10.0], "D17, D19: V shapes in 20–50 % of cases", weak;
        /// State alliance gained when a rupture is repaired.
        state_gain: f64 = 0.2, "SD", [-5.0, 5.0], "D19 Stiles 2004", weak;
        /// Trait alliance gained by a repair (a corrective experience).
        trait_gain: f64 = 0.12, "SD", [-5.0, 5.0], "E1 Eubanks 2018: repair–outcome r .29 (.10 to .47), of which .10 comes out", weak;
        /// Improvement rate while an unnoticed rupture is open, times usual. A rupture that the
        /// therapist recognises costs nothing.
        rate_while_open: f64 = 0.95, "times usual", [0.0, 2.0], "E13 Chen 2018 (sign)", weak;
        /// Share of the alliance lost in a recognised rupture that does not reach the week's symptoms.
        recognition_protects: f64 = 1.0, "share", [0.0, 1.0], "E13 Chen 2018: recognition abolishes the effect on next symptoms";
        /// Share of the intensity that is left at the next session if nothing is done (0: every
        /// rupture ends with its session).
        carry_over: f64 = 0.8, "share", [0.0, 1.0], "assumed: a rupture decays slowly on its own", weak;
        /// An open rupture is over when its intensity falls below this.
        faded_below: f64 = 0.1, "SD of alliance", [0.0, 10.0], "assumed", weak;
    }
}

/// Latent intensity of a rupture this session. `log_mean` holds the dyad's part; `gamma` is the
/// draw with mean 1, `largest` the bound.
#[inline(always)]
pub fn intensity(log_mean: f64, state_slope: f64, state: f64, gamma: f64, largest: f64) -> f64 {
    let intensity = exp(log_mean + state_slope * state) * gamma;
    if intensity < largest { intensity } else { largest }
}

/// What is in the room: the new strain, or what is left of an old rupture, whichever is larger.
#[inline(always)]
pub fn strain(new: f64, left_over: f64) -> f64 {
    if new > left_over { new } else { left_over }
}

/// Does the therapist notice? Log-odds by kind, shifted by skill, burnout and alerts.
#[inline(always)]
pub fn noticed(withdrawal: bool, logit_withdrawal: f64, logit_confrontation: f64, shift: f64, luck: f64) -> bool {
    let base = if withdrawal { logit_withdrawal } else { logit_confrontation };
    happens(luck, base + shift)
}

/// Is an open rupture repaired in this session?
#[inline(always)]
pub fn repaired(noticed: bool, logit_noticed: f64, logit_unnoticed: f64, luck: f64) -> bool {
    happens(luck, if noticed { logit_noticed } else { logit_unnoticed })
}
