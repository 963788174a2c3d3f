//! Therapists over time: practice, supervision, training and feedback that teaches.
//!
//! Effects over time are given as d, standard deviations of final outcome, since studies report them like that.
//! [`Development::heading_per_d`] says how many points of the level clients are heading for that is.

use super::params::params;
use super::therapist::{Therapist, Therapists};

/// Weeks in a year.
const YEAR: f64 = 52.0;

params! {
    /// Training that starts at a date: alliance-focused by default (noticing and repairing ruptures).
    pub struct Training {
        /// Share of therapists who attend (0: there is no training).
        share: f64 = 0.0, "share", [0.0, 1.0], "design";
        /// Week in which it starts, on the calendar of `clinics.recruitment_weeks`.
        week: f64 = 26.0, "week", [0.0, 2600.0], "design";
        /// Months from then until it has its full effect, which grows evenly. It lasts.
        months: f64 = 6.0, "months", [0.0, 240.0], "assumed", weak;
        /// Gain of facilitative interpersonal skill.
        skill: f64 = 0.3, "SD", [-5.0, 5.0], "assumed", weak;
        /// Gain in the log-odds of noticing a rupture.
        notice: f64 = 1.0, "log-odds", [-10.0, 10.0], "assumed", weak;
        /// Gain in the log-odds of repairing a noticed rupture.
        repair: f64 = 0.8, "log-odds", [-10.0, 10.0], "assumed", weak;
        /// Gain of the therapist's part of alliance, SD of a client's rating.
        alliance: f64 = 0.1, "SD", [-5.0, 5.0], "assumed", weak;
        /// Gain of outcome outside rupture and alliance.
        effect: f64 = 0.0, "d", [-2.0, 2.0], "E3 Eubanks 2018: d .22 in all, not significant (r −.09 to .30); what is more than rupture and alliance can give would stand here";
    }
}

params! {
    /// How therapists change with time.
    pub struct Development {
        /// Mean years of practice at the start of the study.
        years_mean: f64 = 10.0, "years", [0.0, 60.0], "typical of services; no figure", weak;
        /// Standard deviation of years of practice; nobody has fewer than 0.
        years_sd: f64 = 7.0, "years", [0.0, 30.0], "as above", weak;
        /// Difference of outcome per year of practice, between therapists.
        experience_effect: f64 = 0.003, "d per year", [-0.5, 0.5], "G28 Walsh 2019: small, in internalizing problems; small enough for G20: experience does not predict effectiveness in large samples", weak;
        /// Change of a therapist's outcome in a year.
        yearly_change: f64 = -0.01, "d per year", [-0.5, 0.5], "G23 Goldberg 2016 (sign), G24 (size)", weak;
        /// Change in a year of the log-odds that a client of hers drops out, in every session.
        dropout_change: f64 = -0.02, "log-odds per year", [-1.0, 1.0], "G23 Goldberg 2016 (sign: fewer clients leave early); size assumed", weak;
        /// Share of therapists who practise deliberately, with their results monitored.
        practice_share: f64 = 0.0, "share", [0.0, 1.0], "design";
        /// What practising adds to the yearly change.
        practice_effect: f64 = 0.04, "d per year", [-0.5, 0.5], "G21 Chow 2015 (sign), G25 Goldberg, Babins-Wagner 2016: .035 instead of a decline", weak;
        /// Share of therapists under supervision.
        supervision_share: f64 = 0.0, "share", [0.0, 1.0], "design";
        /// What supervision adds to the yearly change.
        supervision_effect: f64 = 0.0, "d per year", [-0.5, 0.5], "no figure", weak;
        /// What a year of feedback teaches a therapist who always uses it (times her uptake; only with feedback).
        feedback_learning: f64 = 0.0, "d per year", [-0.5, 0.5], "no figure", weak;
        /// A training that starts at a date.
        training: Training = Training::default() => dive;
        /// Points of the level clients are heading for that make a d of 1 in final outcome: final scores have an SD of
        /// about 20, and routine courses cover two fifths of the distance.
        heading_per_d: f64 = 50.0, "points per d", [0.0, 1000.0], "calibrated to the reference clinic";
        /// The same under linear growth: points per session.
        slope_per_d: f64 = 5.0, "points per session per d", [0.0, 1000.0], "calibrated to the reference clinic";
    }
}

/// How one therapist stands in time. Shares are 0 or 1, but for the typical therapist.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Career {
    /// Years of practice.
    pub years: f64,
    /// Practises deliberately.
    pub practises: f64,
    /// Is supervised.
    pub supervised: f64,
    /// Attends the training.
    pub attends: f64,
    /// What time has brought, d (positive is better outcome).
    pub progress: f64,
    /// Gain of her part of alliance, SD of a client's rating.
    pub alliance: f64,
    /// Gain in the log-odds of noticing a rupture.
    pub notice: f64,
    /// Gain in the log-odds of repairing one.
    pub repair: f64,
    /// Shift of the log-odds that a client drops out.
    pub dropout: f64,
}

/// Luck behind a career.
#[derive(Clone, Copy, Debug, Default)]
pub struct CareerLuck {
    /// Years of practice, standard normal.
    pub years: f64,
    /// Practises deliberately, uniform.
    pub practises: f64,
    /// Is supervised, uniform.
    pub supervised: f64,
    /// Attends the training, uniform.
    pub attends: f64,
}

fn share(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

impl Career {
    /// A therapist's career when the study begins.
    pub fn begin(p: &Development, luck: &CareerLuck) -> Self {
        let years = (p.years_mean + p.years_sd * luck.years).max(0.0);
        Self {
            years,
            practises: share(luck.practises < p.practice_share),
            supervised: share(luck.supervised < p.supervision_share),
            attends: share(luck.attends < p.training.share),
            progress: p.experience_effect * (years - p.years_mean),
            ..Self::default()
        }
    }

    /// The career in the middle of all.
    pub fn typical(p: &Development) -> Self {
        Self {
            years: p.years_mean,
            practises: p.practice_share,
            supervised: p.supervision_share,
            attends: p.training.share,
            ..Self::default()
        }
    }
}

impl Training {
    /// Share of the effect that is there in a week.
    fn reached(&self, week: f64) -> f64 {
        let since = week - self.week;
        let weeks = self.months * YEAR / 12.0;
        if since < 0.0 {
            0.0
        } else if since < weeks {
            since / weeks
        } else {
            1.0
        }
    }
}

impl Development {
    /// Is the therapist of week 0 another than the one who was hired?
    fn begins_at_once(&self) -> bool {
        self.training.share > 0.0 && self.training.reached(0.0) > 0.0
    }

    /// Does it matter when a client starts, if clients start over so many weeks?
    pub fn matters(&self, recruitment_weeks: f64) -> bool {
        recruitment_weeks > 0.0 || self.begins_at_once()
    }
}

impl Therapist {
    /// The therapist, as hired, as she is `week` weeks after the study began; `feedback` says whether she gets any.
    pub fn at(&self, p: &Therapists, feedback: bool, week: f64) -> Self {
        let d = &p.development;
        let years = week / YEAR;
        let trained = self.career.attends * d.training.reached(week);
        let learns = if feedback { d.feedback_learning * self.uptake } else { 0.0 };
        let yearly = d.yearly_change + d.practice_effect * self.career.practises + d.supervision_effect * self.career.supervised + learns;
        let career = Career {
            years: self.career.years + years,
            progress: self.career.progress + yearly * years + d.training.effect * trained,
            alliance: self.career.alliance + d.training.alliance * trained,
            notice: self.career.notice + d.training.notice * trained,
            repair: self.career.repair + d.training.repair * trained,
            dropout: self.career.dropout + d.dropout_change * years,
            ..self.career
        };
        Self { skill: self.skill + d.training.skill * trained, career, ..*self }
    }
}

/// Week in which client `i` of a therapist's `n` clients starts, if they start evenly over so many weeks.
#[inline(always)]
pub fn start_week(recruitment_weeks: f64, i: usize, n: usize) -> f64 {
    recruitment_weeks * i as f64 / n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hired(practises: f64, attends: f64) -> Therapist {
        let career = Career { years: 4.0, practises, supervised: 1.0, attends, progress: 0.1, ..Career::default() };
        Therapist { skill: 0.5, alliance: -0.2, uptake: 0.25, career, ..Therapist::default() }
    }

    fn world() -> Therapists {
        let training = Training { share: 0.5, effect: 0.2, ..Training::default() };
        let development = Development { supervision_effect: 0.02, feedback_learning: 0.08, training, ..Development::default() };
        Therapists { development, ..Therapists::default() }
    }

    #[test]
    fn a_year_changes_a_therapist_by_the_sum_of_its_influences() {
        let mut p = world();
        let after = |practises, feedback| hired(practises, 0.0).at(&world(), feedback, 52.0).career.progress - 0.1;
        assert!((after(0.0, false) - (-0.01 + 0.02)).abs() < 1e-12);
        assert!((after(1.0, false) - (-0.01 + 0.02 + 0.04)).abs() < 1e-12);
        assert!((after(1.0, true) - (-0.01 + 0.02 + 0.04 + 0.08 * 0.25)).abs() < 1e-12);
        assert_eq!(hired(0.0, 0.0).at(&p, false, 52.0).career.years, 5.0);
        p.development.dropout_change = -0.3;
        assert!((hired(0.0, 0.0).at(&p, false, 26.0).career.dropout + 0.15).abs() < 1e-12);
    }

    #[test]
    fn training_grows_from_its_week_on_and_lasts_and_only_for_those_who_attend() {
        let p = world();
        for (week, reached) in [(0.0, 0.0), (25.9, 0.0), (39.0, 0.5), (52.0, 1.0), (500.0, 1.0)] {
            let (there, not) = (hired(0.0, 1.0).at(&p, false, week), hired(0.0, 0.0).at(&p, false, week));
            assert!((there.skill - not.skill - 0.3 * reached).abs() < 1e-12, "week {week}");
            assert!((there.career.alliance - 0.1 * reached).abs() < 1e-12, "week {week}");
            assert!((there.career.notice - 1.0 * reached).abs() < 1e-12 && (there.career.repair - 0.8 * reached).abs() < 1e-12);
            assert!((there.career.progress - not.career.progress - 0.2 * reached).abs() < 1e-12, "week {week}");
            assert_eq!((not.skill, not.career.notice), (0.5, 0.0));
        }
    }

    #[test]
    fn the_first_week_changes_nobody_unless_training_works_at_once() {
        let mut p = world();
        assert_eq!(hired(1.0, 1.0).at(&p, true, 0.0), hired(1.0, 1.0));
        assert!(!p.development.matters(0.0) && p.development.matters(10.0));
        p.development.training = Training { week: 0.0, months: 0.0, ..p.development.training };
        assert_ne!(hired(1.0, 1.0).at(&p, true, 0.0), hired(1.0, 1.0));
        assert!(p.development.matters(0.0));
    }

    #[test]
    fn clients_start_evenly_and_in_order() {
        assert_eq!([0, 1, 2, 3].map(|i| start_week(52.0, i, 4)), [0.0, 13.0, 26.0, 39.0]);
    }
}
