//! Courses under way, [`W`] clients side by side: what [`step`](super::session::step) reads and changes.

use super::draws::{Lanes, W};
use super::ending::EndReason;
use super::intake::Start;
use super::rules::Rules;
use super::symptoms::Symptoms;

/// Courses of [`W`] clients under one arm. Flags are 0 or 1.
#[derive(Clone, Debug, Default)]
pub struct Courses {
    // What does not change from session to session.
    /// Level the client is heading for, points; moves only when trait alliance is gained.
    pub heading: Lanes,
    /// Improvement rate per week, or change per session (linear growth).
    pub rate: Lanes,
    /// Effect of state alliance on the next change, points per SD.
    pub state_effect: Lanes,
    /// What alliance does for this client, times usual.
    pub link: Lanes,
    /// Good-enough level as a score of the symptom form (turned: more is worse).
    pub good_enough: Lanes,
    /// Log mean of rupture intensity, or log-odds of a rupture.
    pub rupture: Lanes,
    /// Shift of the log-odds of noticing.
    pub notice: Lanes,
    /// Log-odds of repair once noticed.
    pub repair: Lanes,
    /// Log-odds of dropout, late session, alliance 0.
    pub dropout: Lanes,
    /// Chance of a planned ending once it is good enough.
    pub planned: Lanes,
    /// Chance of an end for outside reasons in each session.
    pub administrative: Lanes,
    /// Chance that the therapist acts on feedback.
    pub uptake: Lanes,
    /// Leniency of the client's alliance ratings, SD.
    pub(super) leniency: Lanes,
    /// Own parts of bond, task and goal, SD (divided by the loading).
    pub own_parts: [Lanes; 3],
    /// Row of the client's intake band in the expected curves.
    pub band: [usize; W],
    /// Lanes whose client has not had a session yet, one bit each.
    pub(super) fresh: u32,

    // When sessions are held, in open clinics only.
    /// Week of the session in progress, counted from the opening of the clinic.
    pub week: f64,
    /// Sessions that the client had in the first service, where care is stepped.
    pub held_before: Lanes,
    /// Weeks until the next session, as the therapist's load has it.
    pub interval: Lanes,
    /// Gain of a session at that interval, times that of one a week.
    pub gain: Lanes,

    // State.
    /// Number of the session in progress.
    pub session: Lanes,
    /// Symptom level, points.
    pub symptoms: Lanes,
    /// Trait alliance, SD.
    pub trait_alliance: Lanes,
    /// State alliance, SD.
    pub state: Lanes,
    /// Growth still to come, as a share.
    pub ungrown: Lanes,
    /// Last unexpected symptom change, within-client SDs.
    pub surprise: Lanes,
    /// Intensity of the open rupture, 0 without one.
    pub open: Lanes,
    /// The open rupture is a withdrawal.
    pub withdrawal: Lanes,

    // What forms and charts show.
    /// What the symptom form of this session is about, points: the level, and under linear growth the deviation from
    /// the line. Kept only for an onlooker.
    pub form_level: Lanes,
    /// Symptom level at this session, points. Kept only for an onlooker.
    pub level: Lanes,
    /// Symptom level at the last session, points. Kept only where relief colours ratings.
    pub(super) last_level: Lanes,
    /// Symptom score last observed. Scores and ratings in here are turned: more is more of what is measured.
    pub score: Lanes,
    /// Score at session 1.
    pub intake_score: Lanes,
    /// Fall of the score since the measurement before (0 when not measured today).
    pub recent_gain: Lanes,
    /// Alliance rating of this session.
    pub rating: Lanes,
    /// Alliance rating last handed in, SD; NaN before the first.
    pub last_rating: Lanes,
    /// Rating at the early session, or the last one before it; NaN when none was handed in.
    pub early_rating: Lanes,
    /// Signal today: 0 on track, 1 yellow, 2 red. Kept only for an onlooker.
    pub signal: Lanes,
    /// Red today.
    pub(super) off_track: Lanes,
    /// Symptoms measured today.
    pub measured: Lanes,
    /// Alliance rating handed in today.
    pub rated: Lanes,
    /// Next session at which symptoms are measured.
    pub(super) next_score: Lanes,
    /// Next session at which the rating is handed in.
    pub(super) next_rating: Lanes,
    /// The rating before and the fall to the last one: what an alliance alert reads.
    pub(super) rating_fall: Lanes,

    // What happened today.
    /// The therapist acted on an alarm.
    pub acted: Lanes,
    /// The therapist read the scores.
    pub read: Lanes,
    /// Strain in the room: new or left over.
    pub strain: Lanes,
    /// Rupture in the room that the client experiences.
    pub ruptured: Lanes,
    /// The therapist noticed it.
    pub noticed: Lanes,
    /// It was repaired.
    pub repaired: Lanes,
    /// State alliance that reaches the week's symptoms.
    pub(super) felt_state: Lanes,
    /// Ending: 0 goes on, else the code of [`EndReason`] from 1.
    pub end: Lanes,

    // Counts over the course.
    /// Ruptures that opened.
    pub ruptures: Lanes,
    /// Ruptures that were repaired.
    pub repairs: Lanes,
    /// Sessions in which observer, therapist, client would report a rupture.
    pub reports: [Lanes; 3],
    /// Ruptures in the room that the therapist noticed (sessions).
    pub notices: Lanes,
    /// Sessions with a rupture in the room.
    pub ruptured_sessions: Lanes,
    /// First session with a red signal, 0 if never.
    pub first_red: Lanes,
    /// First session with a reliable improvement on the form, 0 if never.
    pub first_improved: Lanes,
}

impl Courses {
    /// Puts a new client into lane `l`.
    #[inline(always)]
    pub fn admit(&mut self, l: usize, start: &Start) {
        self.heading[l] = start.heading;
        self.rate[l] = start.rate;
        self.state_effect[l] = start.state_effect;
        self.link[l] = start.link;
        self.good_enough[l] = start.good_enough;
        self.rupture[l] = start.rupture;
        self.notice[l] = start.notice;
        self.repair[l] = start.repair;
        self.dropout[l] = start.dropout;
        self.planned[l] = start.planned;
        self.administrative[l] = start.administrative;
        self.uptake[l] = start.uptake;
        self.leniency[l] = start.leniency;
        for (part, own) in self.own_parts.iter_mut().zip(start.components) {
            part[l] = own;
        }
        self.band[l] = 0;
        self.fresh |= 1 << l;
        self.session[l] = 0.0;
        self.symptoms[l] = start.symptoms;
        self.trait_alliance[l] = start.trait_alliance;
        self.state[l] = start.state;
        self.ungrown[l] = 1.0;
        self.surprise[l] = 0.0;
        self.open[l] = 0.0;
        self.withdrawal[l] = 0.0;
        self.next_score[l] = 1.0;
        self.next_rating[l] = 1.0;
        self.rating_fall[l] = 0.0;
        self.last_rating[l] = f64::NAN;
        self.early_rating[l] = f64::NAN;
        self.ruptures[l] = 0.0;
        self.repairs[l] = 0.0;
        for rater in &mut self.reports {
            rater[l] = 0.0;
        }
        self.notices[l] = 0.0;
        self.ruptured_sessions[l] = 0.0;
        self.first_red[l] = 0.0;
        self.first_improved[l] = 0.0;
        self.end[l] = 0.0;
    }

    /// Puts lane `l` back to where it stood in `before`: for a client who had no session while others had theirs.
    pub fn restore(&mut self, before: &Self, l: usize) {
        // Every field is named, so that a new one cannot be forgotten.
        macro_rules! back {
            ($($lanes:ident)*; $($groups:ident)*) => {{
                let Self { $($lanes,)* $($groups,)* fresh, week: _ } = self;
                $($lanes[l] = before.$lanes[l];)*
                $(for (lanes, before) in $groups.iter_mut().zip(&before.$groups) {
                    lanes[l] = before[l];
                })*
                *fresh = *fresh & !(1 << l) | before.fresh & (1 << l);
            }};
        }
        back!(heading rate state_effect link good_enough rupture notice repair dropout planned administrative uptake band interval gain held_before leniency session symptoms form_level level last_level
            trait_alliance state ungrown surprise open withdrawal score intake_score recent_gain rating last_rating early_rating
            signal off_track measured rated next_score next_rating rating_fall acted read strain ruptured noticed repaired
            felt_state end ruptures repairs notices ruptured_sessions first_red first_improved; own_parts reports);
    }

    /// Bond, task and goal at the end of the session, SD.
    pub fn components(&self, rules: &Rules, l: usize) -> [f64; 3] {
        let a = &rules.world.alliance;
        let grown = a.growth * (1.0 - self.ungrown[l]);
        let common = self.trait_alliance[l] + self.state[l];
        let own = [self.own_parts[0][l], self.own_parts[1][l], self.own_parts[2][l]];
        super::alliance::components(a, rules.treatment.profile.bond_weight, self.session[l], grown, common, own)
    }

    /// Turned score on the form after treatment.
    #[inline(always)]
    pub fn post_score(&self, rules: &Rules, l: usize, [error, residual, _]: [f64; 3]) -> f64 {
        let spread = match &rules.world.symptoms {
            Symptoms::LinearGrowth(p) => p.residual,
            Symptoms::Relaxation(_) => 0.0,
        };
        rules.symptom_scale.score(self.symptoms[l] + spread * residual, error)
    }

    /// Is the form after treatment filled in, with that turned score on it?
    #[inline(always)]
    pub fn final_observed(&self, rules: &Rules, l: usize, score: f64, [_, _, luck]: [f64; 3]) -> bool {
        let Some([planned, other]) = &rules.final_gaps else {
            return true;
        };
        let gaps = if self.ended(l) == Some(EndReason::Planned) { planned } else { other };
        !gaps.missing(luck, self.score[l], score)
    }

    /// Why the course in lane `l` ended, if it has.
    #[inline(always)]
    pub fn ended(&self, l: usize) -> Option<EndReason> {
        EndReason::ALL.get((self.end[l] as usize).wrapping_sub(1)).copied()
    }

    /// Alliance at the end of the session, SD.
    #[inline(always)]
    pub fn alliance(&self, rules: &Rules, l: usize) -> f64 {
        self.trait_alliance[l] + rules.world.alliance.growth * (1.0 - self.ungrown[l]) + self.state[l]
    }
}
