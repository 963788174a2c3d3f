//! All luck, drawn before anything is decided: which random number is for what.
//!
//! Luck has fixed slots. Every session of a client owns [`SESSION_STRIDE`] consecutive 32-bit
//! draws of that client's session stream, and a slot always serves the same purpose, used or not.
//! So two arms differ only by what they do with the same luck, and a new mechanism takes a free
//! slot without moving any old draw. **Slots are frozen: append, never renumber.**

use super::clinic::ClinicLuck;
use super::math::{normal, uniform};
use super::quantile::GammaTable;
use super::therapist::TherapistLuck;

/// Clients that are stepped together. Results do not depend on it.
pub const W: usize = 16;

/// One number for each of [`W`] clients.
pub type Lanes = [f64; W];

/// Raw random bits for each of [`W`] clients.
pub type Bits = [u32; W];

/// Draws that one session owns in a client's session stream.
pub const SESSION_STRIDE: usize = 32;

/// Slots of a session in use so far; the rest up to [`SESSION_STRIDE`] is reserved.
pub const SESSION_SLOTS: usize = 16;

/// Slots of a client's intake in use so far.
pub const CLIENT_SLOTS: usize = 20;

/// Slots of a therapist in use so far.
pub const THERAPIST_SLOTS: usize = 10;

/// Slots of a clinic in use so far.
pub const CLINIC_SLOTS: usize = 3;

/// Luck of one session for [`W`] clients. Normals are standard, uniforms lie in (0, 1).
#[derive(Clone, Copy, Debug, Default)]
pub struct SessionLuck {
    /// Shock of state alliance, normal.
    pub alliance: Lanes,
    /// Rupture intensity, normal (becomes gamma by inversion).
    pub rupture: Lanes,
    /// Rupture intensity as a gamma draw of mean 1, for the shape that the arms share.
    pub gamma: Lanes,
    /// The same draw as a uniform, for ruptures that happen or not.
    pub rupture_uniform: Lanes,
    /// Withdrawal or confrontation, uniform.
    pub kind: Lanes,
    /// Noticed, uniform.
    pub notice: Lanes,
    /// Repaired, uniform.
    pub repair: Lanes,
    /// Symptom shock, normal.
    pub symptoms: Lanes,
    /// Life event, uniform.
    pub life_event: Lanes,
    /// Size of the life event, normal.
    pub life_event_size: Lanes,
    /// Error of the alliance rating, normal.
    pub rating_error: Lanes,
    /// Error of the symptom score, normal.
    pub score_error: Lanes,
    /// Dropout, uniform.
    pub dropout: Lanes,
    /// Planned ending, uniform.
    pub planned: Lanes,
    /// Administrative ending, uniform.
    pub administrative: Lanes,
    /// Noticing a case that is not on track without feedback, uniform.
    pub unaided: Lanes,
    /// Acting on feedback, uniform.
    pub uptake: Lanes,
    /// Deviation from a straight line of growth, normal.
    pub residual: Lanes,
}

/// Which normals a set of arms can use at all. A slot that no arm uses is not turned into a
/// normal; it still has its place in the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Rupture intensity as a normal.
    pub rupture_normal: bool,
    /// Life events.
    pub life_events: bool,
    /// Residuals of linear growth.
    pub residual: bool,
    /// Symptom shocks (relaxation, or linear growth with drift).
    pub symptom_shock: bool,
    /// Error of symptom scores.
    pub score_error: bool,
    /// Error of alliance ratings.
    pub rating_error: bool,
    /// Slots of a client's intake that matter.
    pub client: [bool; CLIENT_SLOTS],
}

impl Needs {
    /// What two arms need together.
    pub fn or(self, other: Self) -> Self {
        Self {
            rupture_normal: self.rupture_normal | other.rupture_normal,
            life_events: self.life_events | other.life_events,
            residual: self.residual | other.residual,
            symptom_shock: self.symptom_shock | other.symptom_shock,
            score_error: self.score_error | other.score_error,
            rating_error: self.rating_error | other.rating_error,
            client: core::array::from_fn(|slot| self.client[slot] | other.client[slot]),
        }
    }
}

#[inline(always)]
fn normals(bits: &Bits, to: &mut Lanes) {
    for l in 0..W {
        to[l] = normal(bits[l]);
    }
}

#[inline(always)]
fn uniforms(bits: &Bits, to: &mut Lanes) {
    for l in 0..W {
        to[l] = uniform(bits[l]);
    }
}

impl SessionLuck {
    /// Turns the bits of one session into luck. The order of slots is frozen.
    #[inline(always)]
    pub fn draw(&mut self, bits: &[Bits; SESSION_SLOTS], needs: &Needs, gamma: &GammaTable) {
        normals(&bits[0], &mut self.alliance);
        if needs.rupture_normal {
            normals(&bits[1], &mut self.rupture);
            for l in 0..W {
                self.gamma[l] = gamma.at(self.rupture[l]);
            }
        } else {
            uniforms(&bits[1], &mut self.rupture_uniform);
        }
        uniforms(&bits[2], &mut self.kind);
        uniforms(&bits[3], &mut self.notice);
        uniforms(&bits[4], &mut self.repair);
        if needs.symptom_shock {
            normals(&bits[5], &mut self.symptoms);
        }
        if needs.life_events {
            uniforms(&bits[6], &mut self.life_event);
            normals(&bits[7], &mut self.life_event_size);
        }
        if needs.rating_error {
            normals(&bits[8], &mut self.rating_error);
        }
        if needs.score_error {
            normals(&bits[9], &mut self.score_error);
        }
        uniforms(&bits[10], &mut self.dropout);
        uniforms(&bits[11], &mut self.planned);
        uniforms(&bits[12], &mut self.administrative);
        uniforms(&bits[13], &mut self.unaided);
        uniforms(&bits[14], &mut self.uptake);
        if needs.residual {
            normals(&bits[15], &mut self.residual);
        }
    }
}

/// Luck of one client at intake. Normals are standard, uniforms lie in (0, 1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClientLuck {
    /// Intake severity.
    pub severity: f64,
    /// Attachment anxiety and avoidance, SD.
    pub attachment: [f64; 2],
    /// Rest of the client's part of alliance.
    pub alliance: f64,
    /// Rest of the match part of alliance.
    pub match_rest: f64,
    /// Own parts of bond, task, goal.
    pub components: [f64; 3],
    /// State alliance before session 1.
    pub state: f64,
    /// Improvement rate, or slope under linear growth.
    pub rate: f64,
    /// Where the client is heading.
    pub heading: f64,
    /// Good-enough level.
    pub good_enough: f64,
    /// How strongly state alliance works for this client.
    pub state_effect: f64,
    /// Social support, SD.
    pub support: f64,
    /// Motivation, SD.
    pub motivation: f64,
    /// Change before session 1.
    pub before: f64,
    /// Error of the score after treatment.
    pub post_error: f64,
    /// Deviation from the line after treatment (linear growth).
    pub post_residual: f64,
    /// Personality disorder, uniform.
    pub personality: f64,
    /// Shared background, uniform.
    pub background: f64,
}

impl ClientLuck {
    /// Turns the bits of [`W`] clients into luck. The order of slots is frozen.
    #[inline(always)]
    pub fn draw(bits: &[Bits; CLIENT_SLOTS], needs: &Needs) -> [Self; W] {
        let mut values = [[0.0; W]; CLIENT_SLOTS];
        for slot in 0..18 {
            if needs.client[slot] {
                normals(&bits[slot], &mut values[slot]);
            }
        }
        for slot in 18..CLIENT_SLOTS {
            uniforms(&bits[slot], &mut values[slot]);
        }
        let mut luck = [Self::default(); W];
        for (l, one) in luck.iter_mut().enumerate() {
            let v = |slot: usize| values[slot][l];
            *one = Self {
                severity: v(0),
                attachment: [v(1), v(2)],
                alliance: v(3),
                match_rest: v(4),
                components: [v(5), v(6), v(7)],
                state: v(8),
                rate: v(9),
                heading: v(10),
                good_enough: v(11),
                state_effect: v(12),
                support: v(13),
                motivation: v(14),
                before: v(15),
                post_error: v(16),
                post_residual: v(17),
                personality: v(18),
                background: v(19),
            };
        }
        luck
    }
}

impl TherapistLuck {
    /// Turns the bits of one therapist into luck. The order of slots is frozen.
    pub fn draw(bits: &[u32; THERAPIST_SLOTS]) -> Self {
        Self {
            traits: core::array::from_fn(|i| normal(bits[i])),
            attachment: [normal(bits[4]), normal(bits[5])],
            uptake: uniform(bits[6]),
            burnout: normal(bits[7]),
            growth: [normal(bits[8]), normal(bits[9])],
        }
    }
}

impl ClinicLuck {
    /// Turns the bits of one clinic into luck. The order of slots is frozen.
    pub fn draw(bits: &[u32; CLINIC_SLOTS]) -> Self {
        Self { outcome: normal(bits[0]), alliance: normal(bits[1]), dropout: normal(bits[2]) }
    }
}
