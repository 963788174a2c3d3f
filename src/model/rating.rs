//! Who rates alliance, and what each of them sees of it.
//!
//! A rating is made of what is there, of the rater, of the dyad, and of error (Kenny's social relations model, as
//! in Marcus, Kashy and Baldwin 2009, J. Counseling Psychology 56:537). All in SDs of a client-rated session score.

use super::alliance::{Alliance, components};
use super::intake::Start;
use super::measurement::{Construct, Further, Rater, Timing};
use super::params::params;
use super::rules::Rules;

params! {
    /// What raters bring to alliance ratings.
    pub struct Raters {
        /// Standard deviation between clients of leniency: how much better than the alliance they rate it, at every session.
        client_leniency_sd: f64 = 0.0, "SD", [0.0, 5.0], "D12: the split of a client's ratings has no part for it", weak;
        /// Halo: rise of the client's rating per SD (within clients) that symptoms fell in the last week.
        halo: f64 = 0.0, "SD per SD", [-5.0, 5.0], "no figure; 0 means that clients tell alliance from relief", weak;
        /// How much lower clients, therapists and observers rate when they look back before the next session, on the same alliance.
        afterglow: f64 = 0.1, "SD", [-5.0, 5.0], "D16 gives the sign: ratings after the session are higher", weak;
        /// How much of a difference in alliance shows in the therapist's rating.
        therapist_agreement: f64 = 0.4, "SD per SD", [-2.0, 2.0], "D5 Tryon 2007: r .36 with the client's rating";
        /// Mean of therapists' ratings, relative to clients'.
        therapist_bias: f64 = -0.63, "SD", [-10.0, 10.0], "D5 Tryon 2007: clients rate higher by d .63";
        /// Variance between therapists of how well they rate alliance with all their clients.
        therapist_perceiver_variance: f64 = 0.292, "SD²", [0.0, 10.0], "D9 Marcus 2009 (sign); D11: therapist share .3 of their own ratings", weak;
        /// Variance between dyads of what only the therapist sees in this relationship.
        therapist_relationship_variance: f64 = 0.464, "SD²", [0.0, 10.0], "D9 Marcus 2009 (sign): what is left of variance 1", weak;
        /// How much of a difference in alliance shows in the observer's rating.
        observer_agreement: f64 = 0.4, "SD per SD", [-2.0, 2.0], "assumed to agree with clients as therapists do", weak;
        /// Mean of observers' ratings, relative to clients'.
        observer_bias: f64 = 0.0, "SD", [-10.0, 10.0], "no figure", weak;
        /// Variance between dyads of what only observers see in this relationship.
        observer_relationship_variance: f64 = 0.656, "SD²", [0.0, 10.0], "what is left of variance 1", weak;
        /// Reliability of observers' ratings, in place of the instrument's: agreement between two of them.
        observer_reliability: f64 = 0.8, "share", [0.0, 1.0], "typical of trained raters", weak;
    }
}

/// What one person brings to a rating, before error. Standard normal luck, but for leniency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// The client's leniency, SD.
    pub leniency: f64,
    /// Fall of symptoms in the last week, within-client SDs.
    pub relief: f64,
    /// The therapist's perceiver effect, standard normal.
    pub perceiver: f64,
    /// The therapist's relationship effect, standard normal.
    pub relationship: f64,
    /// The observer's relationship effect, standard normal.
    pub observed: f64,
}

impl Raters {
    /// Share of a difference in alliance that shows in a rater's rating.
    pub fn agreement(&self, rater: Rater) -> f64 {
        match rater {
            Rater::Client => 1.0,
            Rater::Therapist => self.therapist_agreement,
            Rater::Observer => self.observer_agreement,
        }
    }

    /// Alliance as a rater sees it, SD, before error.
    pub fn seen(&self, rater: Rater, alliance: f64, view: &View) -> f64 {
        let own = match rater {
            Rater::Client => view.leniency + self.halo * view.relief,
            Rater::Therapist => {
                self.therapist_bias
                    + self.therapist_perceiver_variance.sqrt() * view.perceiver
                    + self.therapist_relationship_variance.sqrt() * view.relationship
            }
            Rater::Observer => self.observer_bias + self.observer_relationship_variance.sqrt() * view.observed,
        };
        self.agreement(rater) * alliance + own
    }

    /// Variance of what a rater sees, apart from error and halo, when alliance varies by `variance`.
    pub fn seen_variance(&self, rater: Rater, variance: f64) -> f64 {
        let own = match rater {
            Rater::Client => self.client_leniency_sd.powi(2),
            Rater::Therapist => self.therapist_perceiver_variance + self.therapist_relationship_variance,
            Rater::Observer => self.observer_relationship_variance,
        };
        self.agreement(rater).powi(2) * variance + own
    }

    /// Does the client's own rating need more than the alliance?
    pub fn client_adds(&self) -> bool {
        self.client_leniency_sd != 0.0 || self.halo != 0.0
    }
}

/// One session as ratings need it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Instant {
    /// Number of the session.
    pub session: u16,
    /// Symptom level at its start, points.
    pub level: f64,
    /// What its symptom form is about, points: the level, and under linear growth the deviation from the line.
    pub form_level: f64,
    /// Trait alliance at its end, SD.
    pub trait_alliance: f64,
    /// State alliance at its end, SD.
    pub state: f64,
    /// Unexpected symptom change in the week after it, within-client SDs.
    pub surprise: f64,
}

/// The relationship at the moment of a rating: what is lasting and of the day, and how many sessions it has grown.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Relationship {
    common: f64,
    sessions: f64,
}

impl Relationship {
    fn after(now: &Instant) -> Self {
        Self { common: now.trait_alliance + now.state, sessions: f64::from(now.session) }
    }

    /// Just before a session: what the week since the last one (none before session 1) has left of it.
    fn before(rules: &Rules, start: &Start, last: Option<&Instant>) -> Self {
        let a = &rules.world.alliance;
        match last {
            None => Self { common: start.trait_alliance + a.inertia * start.state, sessions: 0.0 },
            Some(last) => {
                let lasting = last.trait_alliance - a.trait_drift * last.surprise;
                Self { common: lasting + a.inertia * last.state - rules.lift * last.surprise, sessions: f64::from(last.session) }
            }
        }
    }

    /// Alliance, and bond, task and goal.
    fn parts(&self, rules: &Rules, start: &Start) -> (f64, [f64; 3]) {
        let a = &rules.world.alliance;
        let grown = a.growth * Alliance::grown(self.sessions, a.growth_sessions);
        let parts = components(a, rules.treatment.profile.bond_weight, self.sessions, grown, self.common, start.components);
        (self.common + grown, parts)
    }
}

/// One client at one session, and who looks on.
#[derive(Clone, Copy, Debug)]
pub struct Sitting<'a> {
    /// How her course began.
    pub start: &'a Start,
    /// The session before, if there was one.
    pub last: Option<&'a Instant>,
    /// This session.
    pub now: &'a Instant,
    /// What raters bring to it.
    pub view: View,
}

/// What the rater of a measure sees at a session, before error: the value of what is measured, and of bond, task and
/// goal for forms that keep them apart.
pub fn seen(rules: &Rules, measure: &Further, sitting: &Sitting) -> (f64, [f64; 3]) {
    let Sitting { start, last, now, view } = sitting;
    if measure.of == Construct::Symptoms {
        return (now.form_level, [now.form_level; 3]);
    }
    let raters = &rules.world.raters;
    let (relationship, faded) = match measure.timing {
        Timing::PostSession => (Relationship::after(now), 0.0),
        Timing::PreSession => (Relationship::before(rules, start, *last), raters.afterglow),
    };
    let (alliance, parts) = relationship.parts(rules, start);
    let of = |value: f64| raters.seen(measure.rater, value, view) - faded;
    let value = match measure.of {
        Construct::Bond => parts[0],
        Construct::Task => parts[1],
        Construct::Goal => parts[2],
        Construct::Alliance | Construct::Symptoms => alliance,
    };
    (of(value), parts.map(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the variances of alliance (therapist .05, client and match .70, state .15) and error .10, the defaults give
    /// what studies of therapists' ratings found. docs/decisions.md has the algebra in words.
    #[test]
    fn the_defaults_give_the_published_agreement_and_therapist_share() {
        let (raters, alliance, error) = (Raters::default(), 0.90, 0.10);
        let client = raters.seen_variance(Rater::Client, alliance) + error;
        let therapist = raters.seen_variance(Rater::Therapist, alliance) + error;
        assert!((client - 1.0).abs() < 1e-9 && (therapist - 1.0).abs() < 1e-9, "{client} {therapist}");
        let r = raters.therapist_agreement * alliance / (client * therapist).sqrt();
        let share = (raters.therapist_agreement.powi(2) * 0.05 + raters.therapist_perceiver_variance) / therapist;
        assert!((r - 0.36).abs() < 1e-9 && (share - 0.30).abs() < 1e-9, "r {r}, share {share}");
        let observer = raters.seen_variance(Rater::Observer, alliance) + 1.0 - raters.observer_reliability;
        assert!((observer - 1.0).abs() < 1e-9, "{observer}");
    }

    #[test]
    fn every_rater_adds_what_is_theirs_and_nothing_else() {
        let raters = Raters { halo: 0.5, ..Raters::default() };
        let view = View { leniency: 0.3, relief: 2.0, perceiver: 1.0, relationship: -1.0, observed: 0.5 };
        let seen = |rater| raters.seen(rater, 1.0, &view);
        assert!((seen(Rater::Client) - 2.3).abs() < 1e-12);
        assert!((seen(Rater::Therapist) - (0.4 - 0.63 + 0.292f64.sqrt() - 0.464f64.sqrt())).abs() < 1e-12);
        assert!((seen(Rater::Observer) - (0.4 + 0.5 * 0.656f64.sqrt())).abs() < 1e-12);
    }
}
