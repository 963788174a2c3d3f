//! Therapists: correlated standard-normal traits and what follows from them.

use super::development::{Career, CareerLuck, Development};
use super::params::params;

params! {
    /// Correlations between the therapists' traits (standard normal).
    pub struct TraitCorrelations {
        /// Facilitative interpersonal skill with alliance.
        skill_alliance: f64 = 0.6, "correlation", [-1.0, 1.0], "G18 Anderson 2009 gives the sign", weak;
        /// Facilitative interpersonal skill with effectiveness outside the alliance.
        skill_effectiveness: f64 = 0.4, "correlation", [-1.0, 1.0], "G18 Anderson 2009 gives the sign", weak;
        /// Alliance with effectiveness outside the alliance.
        alliance_effectiveness: f64 = 0.5, "correlation", [-1.0, 1.0], "B3, B6 Baldwin, Wampold and Imel 2007", weak;
        /// Skill with retention (positive: skilled therapists lose more clients).
        skill_retention: f64 = 0.0, "correlation", [-1.0, 1.0], "retention is taken as independent of how well clients do", weak;
        /// Alliance with retention.
        alliance_retention: f64 = 0.0, "correlation", [-1.0, 1.0], "as above", weak;
        /// Effectiveness with retention.
        effectiveness_retention: f64 = 0.0, "correlation", [-1.0, 1.0], "as above", weak;
    }
}

params! {
    /// How therapists differ.
    pub struct Therapists {
        /// Correlations between skill, alliance, effectiveness and retention.
        correlations: TraitCorrelations = TraitCorrelations::default() => dive;
        /// How therapists change with time: years, practice, supervision, training.
        development: Development = Development::default() => dive;
        /// Variance between therapists of trait alliance.
        alliance_variance: f64 = 0.05, "SD²", [0.0, 4.0], "D10, D12: 3–10 % of a client's rating lies between therapists";
        /// Points by which a therapist one standard deviation more effective moves the level her
        /// clients are heading for (downwards).
        effectiveness: f64 = 6.2, "points per SD", [0.0, 50.0], "calibrated: G1 Johns 2019, G3 Wampold and Brown 2005, G9: about 5 % of outcome variance";
        /// Standard deviation between therapists of the log-odds that a client drops out.
        dropout_sd: f64 = 0.5, "log-odds", [0.0, 5.0], "F7 Saxon 2017, F9 Xiao 2017, F10 Zimmermann 2017 (.45 to .69)";
        /// Standard deviation between therapists of the log-odds that a course ends as planned or for outside reasons, in
        /// every session: some therapists treat longer than others.
        ending_sd: f64 = 0.4, "log-odds", [0.0, 5.0], "G11 Deisenhofer and others c. 2024: therapists' share of the number of sessions 7.8 to 18.2 %, institutions not taken out", weak;
        /// First shape parameter of the Beta distribution of uptake, the chance that a therapist
        /// acts on feedback.
        uptake_alpha: f64 = 2.0, "1", [0.2, 100.0], "I19 de Jong 2012: works only when used; shape assumed", weak;
        /// Second shape parameter of the Beta distribution of uptake.
        uptake_beta: f64 = 2.0, "1", [0.2, 100.0], "as above", weak;
        /// Mean burnout (0 is none, 1 is severe). Therapists below 0 are set to 0.
        burnout_mean: f64 = 0.0, "1", [0.0, 3.0], "G26, G27; a clinic without burnout by default", weak;
        /// Standard deviation of burnout.
        burnout_sd: f64 = 0.0, "1", [0.0, 3.0], "as above", weak;
        /// Effectiveness lost per unit of burnout, in standard deviations of effectiveness.
        burnout_cost: f64 = 1.5, "SD per unit", [0.0, 5.0], "G26 Delgadillo 2018: 31–39 % of therapist variance where burnout has an SD of .5", weak;
        /// Therapist's part of alliance lost per unit of burnout, in standard deviations between therapists.
        burnout_alliance: f64 = 0.6, "SD per unit", [0.0, 5.0], "as for effectiveness; no figure", weak;
    }
}

/// One therapist, as the engine sees her: when rested, with burnout apart, since burnout can change.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Therapist {
    /// Facilitative interpersonal skill, SD.
    pub skill: f64,
    /// Her part of trait alliance when rested, SD of a client's rating.
    pub alliance: f64,
    /// Effectiveness outside the alliance when rested, SD.
    pub effectiveness: f64,
    /// Shift of the log-odds that a client of hers drops out.
    pub dropout: f64,
    /// Attachment anxiety, SD.
    pub anxiety: f64,
    /// Attachment avoidance, SD.
    pub avoidance: f64,
    /// Chance that she acts on feedback, 0 to 1.
    pub uptake: f64,
    /// Burnout, 0 (none) upwards.
    pub burnout: f64,
    /// Her own intercept and slope under linear growth, standard normal.
    pub growth: [f64; 2],
    /// Practice, supervision and training.
    pub career: Career,
    /// Shift of the log-odds that a course with her ends as planned or for outside reasons.
    pub ending: f64,
}

/// Luck of one therapist.
#[derive(Clone, Copy, Debug)]
pub struct TherapistLuck {
    /// Independent standard normals behind skill, alliance, effectiveness, retention.
    pub traits: [f64; 4],
    /// Attachment anxiety and avoidance, standard normal.
    pub attachment: [f64; 2],
    /// Uniform behind uptake.
    pub uptake: f64,
    /// Standard normal behind burnout.
    pub burnout: f64,
    /// Standard normals behind intercept and slope under linear growth.
    pub growth: [f64; 2],
    /// Luck behind practice, supervision and training.
    pub career: CareerLuck,
    /// Standard normal behind how long she treats.
    pub ending: f64,
}

impl TraitCorrelations {
    /// Lower triangle L with L Lᵀ = the correlation matrix of (skill, alliance, effectiveness,
    /// retention). Correlations of ±1 are allowed.
    ///
    /// # Errors
    /// When no four variables can correlate like this (the matrix is not positive semidefinite).
    pub fn factor(&self) -> Result<[[f64; 4]; 4], ImpossibleCorrelations> {
        let r = [
            [1.0, self.skill_alliance, self.skill_effectiveness, self.skill_retention],
            [self.skill_alliance, 1.0, self.alliance_effectiveness, self.alliance_retention],
            [self.skill_effectiveness, self.alliance_effectiveness, 1.0, self.effectiveness_retention],
            [self.skill_retention, self.alliance_retention, self.effectiveness_retention, 1.0],
        ];
        let mut l = [[0.0; 4]; 4];
        for i in 0..4 {
            for j in 0..=i {
                let rest = r[i][j] - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
                l[i][j] = if i == j {
                    if rest < -1e-9 {
                        return Err(ImpossibleCorrelations);
                    }
                    rest.max(0.0).sqrt()
                } else if l[j][j] > 1e-6 {
                    rest / l[j][j]
                } else if rest.abs() < 1e-6 {
                    0.0
                } else {
                    return Err(ImpossibleCorrelations);
                };
            }
        }
        Ok(l)
    }
}

/// The correlations between therapist traits contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no four traits can correlate like this (the matrix is not positive semidefinite)")]
pub struct ImpossibleCorrelations;

impl Therapist {
    /// A therapist from her luck; `factor` as given by [`TraitCorrelations::factor`], `uptake`
    /// already read off its Beta distribution.
    pub fn train(p: &Therapists, factor: &[[f64; 4]; 4], uptake: f64, luck: &TherapistLuck) -> Self {
        let z: [f64; 4] = core::array::from_fn(|i| (0..=i).map(|k| factor[i][k] * luck.traits[k]).sum());
        Self {
            skill: z[0],
            alliance: p.alliance_variance.sqrt() * z[1],
            effectiveness: z[2],
            dropout: p.dropout_sd * z[3],
            anxiety: luck.attachment[0],
            avoidance: luck.attachment[1],
            uptake,
            burnout: (p.burnout_mean + p.burnout_sd * luck.burnout).max(0.0),
            growth: luck.growth,
            career: Career::begin(&p.development, &luck.career),
            ending: p.ending_sd * luck.ending,
        }
    }

    /// The therapist in the middle of every trait: what `do(TypicalTherapist)` puts in her place.
    pub fn typical(p: &Therapists) -> Self {
        Self {
            uptake: p.uptake_alpha / (p.uptake_alpha + p.uptake_beta),
            burnout: p.burnout_mean,
            career: Career::typical(&p.development),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_reproduces_the_correlations() {
        let c = TraitCorrelations::default();
        let l = c.factor().unwrap();
        let r = |i: usize, j: usize| (0..4).map(|k| l[i][k] * l[j][k]).sum::<f64>();
        for (i, j, wanted) in [(0, 1, 0.6), (0, 2, 0.4), (1, 2, 0.5), (0, 3, 0.0), (3, 3, 1.0)] {
            assert!((r(i, j) - wanted).abs() < 1e-12);
        }
    }

    #[test]
    fn perfect_correlation_is_possible_and_contradiction_is_not() {
        let same = TraitCorrelations { skill_alliance: 1.0, skill_effectiveness: 0.0, alliance_effectiveness: 0.0, ..Default::default() };
        assert_eq!(same.factor().unwrap()[1], [1.0, 0.0, 0.0, 0.0]);
        let contradiction =
            TraitCorrelations { skill_alliance: 0.9, skill_effectiveness: 0.9, alliance_effectiveness: -0.9, ..Default::default() };
        assert_eq!(contradiction.factor(), Err(ImpossibleCorrelations));
    }
}
