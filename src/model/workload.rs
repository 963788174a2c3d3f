//! Workload: clients come to a clinic, wait, and are taken on when a therapist has a place. What load does to
//! intervals between sessions and to therapists. Time is counted in weeks.

use super::params::params;

/// Who takes on the client at the head of the waiting list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Assignment {
    /// The therapist with a free place who took on a client longest ago.
    #[default]
    NextFree,
    /// The therapist with the most free places.
    Balanced,
    /// The therapist with a free place whose former clients improved most on the symptom form (means of few
    /// clients are drawn towards the clinic's mean).
    TrackRecord,
    /// Any therapist with a free place, with equal chance.
    Random,
    /// Therapists take turns on referral, free or not, and each has her own waiting list, as in a trial that
    /// allots clients to therapists beforehand.
    Allotted,
}

params! {
    /// An open clinic: clients are referred week by week, wait until a therapist has a place, and free it again
    /// when their course ends. `clinics.clients_per_therapist` plays no part in it.
    pub struct Workload {
        /// Places of each therapist: clients she has in treatment at most.
        caseload: u32 = 20, "clients per therapist", [1, 1000], "J1: 20–35 in full-time practice", weak;
        /// Sessions that each therapist can hold in a week. With more clients than that, each of them comes less often.
        capacity: u32 = 25, "sessions per therapist and week", [1, 200], "J1: 20–35 in full-time practice", weak;
        /// Mean number of clients referred to each clinic in a week.
        referrals: f64 = 25.0, "clients per clinic and week", [0.0, 10000.0], "design";
        /// Seasonal swing of referrals, as a share of their mean.
        season: f64 = 0.0, "share", [0.0, 1.0], "design";
        /// Week of the year in which most clients are referred.
        season_peak: f64 = 4.0, "week", [0.0, 52.0], "design";
        /// Weeks that are looked at: the clients referred in them are the sample.
        weeks: u32 = 104, "weeks", [1, 5200], "design";
        /// Weeks before that, in which the clinic fills up. It opens empty.
        warm_up: u32 = 52, "weeks", [0, 5200], "design";
        /// Stepped care: a first, shorter service. `None`: one service.
        first_step: Option<FirstStep> = None => dive;
        /// Who takes on the client at the head of the waiting list.
        assignment: Assignment = Assignment::NextFree => skip;
        /// Chance in each week of waiting that a client gives up.
        leave: f64 = 0.02, "probability per week", [0.0, 1.0], "no usable figure", weak;
        /// Mean change of symptoms in a week of waiting (negative is improvement).
        waiting_change: f64 = 0.0, "points per week", [-50.0, 50.0], "no usable figure", weak;
        /// Standard deviation of the change of symptoms over one week of waiting; it grows with the square root of the weeks.
        waiting_sd: f64 = 0.0, "points", [0.0, 100.0], "no usable figure", weak;
        /// Change of the log-odds of dropping out per week that a client has waited.
        waiting_dropout: f64 = 0.0, "log-odds per week", [-5.0, 5.0], "no usable figure", weak;
        /// Share of burnout that is left after a week of rest.
        burnout_persistence: f64 = 0.9, "share per week", [0.0, 1.0], "assumed: half is gone after 6.6 weeks", weak;
        /// Burnout added in a week per unit of load above capacity.
        burnout_overload: f64 = 0.1, "per unit of overload", [0.0, 10.0], "J2 Kim 2018 (sign); size assumed", weak;
        /// Burnout added in a week when every session has an open rupture at its end.
        burnout_ruptures: f64 = 0.0, "per share of sessions", [0.0, 10.0], "no figure", weak;
    }
}

params! {
    /// Stepped care: a first, shorter service before the usual one. Clients who are still above the cut-off when its
    /// sessions are used up go on to the waiting list of the second service, with another therapist.
    pub struct FirstStep {
        /// Therapists of each clinic who work in the first service; the others work in the second.
        therapists: u32 = 2, "therapists per clinic", [1, 1000], "design";
        /// Places of each of them.
        caseload: u32 = 40, "clients per therapist", [1, 1000], "design";
        /// Sessions that each of them can hold in a week.
        capacity: u32 = 40, "sessions per therapist and week", [1, 1000], "design; contacts are short";
        /// Sessions of the first service, at most.
        sessions: u16 = 6, "sessions", [1, 400], "design";
        /// Treatment of the first service: one from `treatments`, or a shipped one.
        treatment: String = String::from("internet") => skip;
        /// Score above which a client goes on to the second service; `None` for the cut-off of the symptom form. On a form
        /// on which high scores are good, below which.
        step_up: Option<f64> = None, "score", [-1e9, 1e9], "design";
    }
}

/// Clients beyond whom a therapist's own track record outweighs the clinic's mean.
pub const TRACK_RECORD_PRIOR: f64 = 10.0;

/// Weeks in a year, for rates and seasons.
pub const YEAR: f64 = 52.0;

impl Workload {
    /// Mean number of referrals in a week (from 1).
    pub fn referred_in(&self, week: u32) -> f64 {
        if self.season == 0.0 {
            return self.referrals;
        }
        let phase = core::f64::consts::TAU * (f64::from(week) - self.season_peak) / YEAR;
        self.referrals * (1.0 + self.season * libm::cos(phase))
    }

    /// Mean number of clients of one clinic in the sample.
    pub fn sample_size(&self) -> f64 {
        (self.warm_up + 1..=self.warm_up + self.weeks).map(|week| self.referred_in(week)).sum()
    }

    /// Weeks for which a client is ready to wait, from a uniform draw: geometric. A client who has waited so many
    /// weeks leaves.
    pub fn patience(&self, luck: f64) -> f64 {
        if self.leave <= 0.0 {
            f64::INFINITY
        } else if self.leave >= 1.0 {
            1.0
        } else {
            libm::ceil(libm::log(luck) / libm::log1p(-self.leave)).max(1.0)
        }
    }

    /// Change of symptoms over some weeks of waiting, points; `luck` is standard normal.
    pub fn change_while_waiting(&self, weeks: f64, luck: f64) -> f64 {
        self.waiting_change * weeks + self.waiting_sd * weeks.sqrt() * luck
    }

    /// Burnout a week later. `load` is sessions wanted over sessions possible, `ruptures` the share of this week's
    /// sessions that ended with an open rupture.
    pub fn burnout_after(&self, burnout: f64, load: f64, ruptures: f64) -> f64 {
        self.burnout_persistence * burnout + self.burnout_overload * (load - 1.0).max(0.0) + self.burnout_ruptures * ruptures
    }
}

/// Poisson count at a quantile, by inversion: larger means give at least as many events at the same luck, so that
/// arms with different rates share the clients they have in common. `luck` lies in (0, 1).
pub fn poisson(mean: f64, luck: f64) -> u32 {
    let furthest = mean + 12.0 * mean.sqrt() + 40.0;
    let (mut count, mut log_chance) = (0u32, -mean);
    let mut chance = libm::exp(log_chance);
    let mut below = chance;
    while below < luck && f64::from(count) < furthest {
        count += 1;
        let next = f64::from(count);
        if mean < MEAN_WITHOUT_LOGARITHMS {
            chance *= mean / next;
        } else {
            log_chance += libm::log(mean / next);
            chance = libm::exp(log_chance);
        }
        below += chance;
    }
    count
}

/// Means up to which e^−mean is a proper number, so that chances can be multiplied up from it.
const MEAN_WITHOUT_LOGARITHMS: f64 = 600.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_counts_have_the_right_chances_and_rise_with_the_mean() {
        // P(N = 0) = .1353, P(N ≤ 2) = .6767, P(N ≤ 5) = .9834 for mean 2.
        assert_eq!([0.135, 0.136, 0.676, 0.677, 0.983, 0.984].map(|u| poisson(2.0, u)), [0, 1, 2, 3, 5, 6]);
        for i in 1..400 {
            let u = f64::from(i) / 400.0;
            let counts = [0.0, 0.3, 2.0, 2.1, 30.0, 300.0, 2000.0].map(|mean| poisson(mean, u));
            assert!(counts.windows(2).all(|pair| pair[0] <= pair[1]) && counts[0] == 0, "{u}: {counts:?}");
        }
        // Mean and variance of 300 over 4,000 quantiles: errors of the grid stay below .1 %.
        let counts: Vec<f64> = (0..4000).map(|i| f64::from(poisson(300.0, (f64::from(i) + 0.5) / 4000.0))).collect();
        let mean = counts.iter().sum::<f64>() / 4000.0;
        let variance = counts.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / 4000.0;
        assert!((mean - 300.0).abs() < 0.3 && (variance - 300.0).abs() < 3.0, "{mean} {variance}");
    }

    #[test]
    fn patience_is_geometric() {
        let p = Workload { leave: 0.25, ..Workload::default() };
        // P(more than w weeks) = .75^w: U just below .75^w still leaves after w + 1 weeks.
        assert_eq!([0.99, 0.76, 0.74, 0.57, 0.56].map(|u| p.patience(u)), [1.0, 1.0, 2.0, 2.0, 3.0]);
        assert_eq!(Workload { leave: 0.0, ..p }.patience(0.5), f64::INFINITY);
    }

    #[test]
    fn burnout_settles_at_the_overload_and_recovers() {
        let p = Workload::default();
        let overworked = (0..200).fold(0.0, |b, _| p.burnout_after(b, 2.0, 0.0));
        assert!((overworked - 1.0).abs() < 1e-8, "{overworked}");
        let rested = (0..200).fold(overworked, |b, _| p.burnout_after(b, 0.8, 0.0));
        assert!(rested < 1e-8);
        // Half of it is gone after log(.5)/log(.9) = 6.6 weeks.
        assert!((0..7).fold(1.0, |b, _| p.burnout_after(b, 1.0, 0.0)) < 0.5);
    }

    #[test]
    fn referrals_swing_with_the_season() {
        let p = Workload { referrals: 10.0, season: 0.5, season_peak: 4.0, ..Workload::default() };
        assert!((p.referred_in(4) - 15.0).abs() < 1e-9 && (p.referred_in(30) - 5.0).abs() < 1e-9);
        let year: f64 = (1..=52).map(|week| p.referred_in(week)).sum();
        assert!((year - 520.0).abs() < 1e-9);
    }
}
