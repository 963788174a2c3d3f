//! Burnout: what a burnt-out therapist's clients lose, at intake and when her burnout changes during a course.
//!
//! Everything is linear in burnout, so that a change of burnout can be applied to a course under way. The one
//! exception is the improvement rate of relaxation, an exponential that is fixed at intake.

use super::courses::Courses;
use super::rules::World;
use super::rupture::Onset;
use super::symptoms::Symptoms;
use super::treatment::Delivered;

/// What one unit of a therapist's burnout does to her clients' courses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BurnoutRules {
    /// Trait alliance lost, SD.
    pub trait_alliance: f64,
    /// Effective alliance lost (what reaches outcome through the pathways), SD.
    pub effective_alliance: f64,
    /// Effectiveness outside the alliance lost, SD.
    pub effectiveness: f64,
    /// Relaxation: rise of the level a client is heading for, points, for lost alliance and for lost effectiveness.
    pub heading: [f64; 2],
    /// Linear growth: improvement lost per session, points.
    pub slope: f64,
    /// Shift of the log-odds of noticing a rupture.
    pub notice: f64,
    /// Shift of the log mean of rupture intensity.
    pub rupture: f64,
}

impl BurnoutRules {
    /// The coefficients of a world. Lost alliance works like the therapist's part, without curve and support.
    pub fn of(world: &World, treatment: &Delivered) -> Self {
        let t = &world.therapists;
        let through = treatment.profile.therapist_share;
        let trait_alliance = t.burnout_alliance * t.alliance_variance.sqrt() * through;
        let effective_alliance = trait_alliance * world.alliance_effects.therapist * treatment.effective_alliance(1.0, [0.0; 3]);
        let effectiveness = t.burnout_cost * through;
        let (heading, slope) = match &world.symptoms {
            Symptoms::Relaxation(p) => ([p.heading_alliance * effective_alliance, t.effectiveness * effectiveness], 0.0),
            Symptoms::LinearGrowth(p) => ([0.0; 2], p.trait_effect * effective_alliance),
        };
        Self {
            trait_alliance,
            effective_alliance,
            effectiveness,
            heading,
            slope,
            notice: world.rupture.notice_burnout,
            rupture: match &world.rupture.onset {
                Onset::Intensity(p) => p.burnout,
                Onset::Logistic(_) => 0.0,
            },
        }
    }

    /// The therapist of lane `l` is burnt out by `change` more than before: the course goes on as if it had started
    /// like that, but for its improvement rate under relaxation.
    #[inline(always)]
    pub fn change(&self, c: &mut Courses, l: usize, change: f64) {
        c.trait_alliance[l] -= self.trait_alliance * change;
        let [alliance, effectiveness] = self.heading;
        c.heading[l] += (alliance * c.link[l] + effectiveness) * change;
        c.rate[l] += self.slope * c.link[l] * change;
        c.notice[l] += self.notice * change;
        c.rupture[l] += self.rupture * change;
    }
}
