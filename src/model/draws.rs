//! All luck, drawn before anything is decided: which random number is for what.
//!
//! Luck has fixed slots. Every session of a client owns [`SESSION_STRIDE`] consecutive 32-bit
//! draws of that client's session stream, and a slot always serves the same purpose, used or not.
//! So two arms differ only by what they do with the same luck, and a new mechanism takes a free
//! slot without moving any old draw. **Slots are frozen: append, never renumber.**

// The lanes of several arrays move in step: an index says that more plainly than nested zips.
#![allow(clippy::needless_range_loop)]

use super::clinic::ClinicLuck;
use super::development::CareerLuck;
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
pub const SESSION_SLOTS: usize = 18;

/// Slots of a client's intake in use so far.
pub const CLIENT_SLOTS: usize = 23;

/// Slots of a therapist in use so far.
pub const THERAPIST_SLOTS: usize = 15;

/// Slots of a clinic in use so far.
pub const CLINIC_SLOTS: usize = 5;

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
    /// Missing symptom form, uniform.
    pub missing_score: Lanes,
    /// Missing alliance form, uniform.
    pub missing_rating: Lanes,
}

/// Slots of a session, in their frozen order.
pub mod slot {
    /// Shock of state alliance.
    pub const ALLIANCE: usize = 0;
    /// Rupture intensity, or whether there is a rupture.
    pub const RUPTURE: usize = 1;
    /// Withdrawal or confrontation.
    pub const KIND: usize = 2;
    /// Noticed.
    pub const NOTICE: usize = 3;
    /// Repaired.
    pub const REPAIR: usize = 4;
    /// Symptom shock.
    pub const SYMPTOMS: usize = 5;
    /// Life event.
    pub const LIFE_EVENT: usize = 6;
    /// Its size.
    pub const LIFE_EVENT_SIZE: usize = 7;
    /// Error of the alliance rating.
    pub const RATING_ERROR: usize = 8;
    /// Error of the symptom score.
    pub const SCORE_ERROR: usize = 9;
    /// Dropout.
    pub const DROPOUT: usize = 10;
    /// Planned ending.
    pub const PLANNED: usize = 11;
    /// Administrative ending.
    pub const ADMINISTRATIVE: usize = 12;
    /// Noticing without feedback.
    pub const UNAIDED: usize = 13;
    /// Acting on feedback.
    pub const UPTAKE: usize = 14;
    /// Deviation from a straight line.
    pub const RESIDUAL: usize = 15;
    /// Missing symptom form.
    pub const MISSING_SCORE: usize = 16;
    /// Missing alliance form.
    pub const MISSING_RATING: usize = 17;
}

/// Slots of a client's intake, in their frozen order.
pub mod intake_slot {
    /// Intake severity.
    pub const SEVERITY: usize = 0;
    /// Attachment anxiety.
    pub const ANXIETY: usize = 1;
    /// Attachment avoidance.
    pub const AVOIDANCE: usize = 2;
    /// Rest of the client's part of alliance.
    pub const ALLIANCE: usize = 3;
    /// Rest of the match part of alliance.
    pub const MATCH: usize = 4;
    /// Own part of the bond.
    pub const BOND: usize = 5;
    /// Own part of agreement on tasks.
    pub const TASK: usize = 6;
    /// Own part of agreement on goals.
    pub const GOAL: usize = 7;
    /// State alliance before session 1.
    pub const STATE: usize = 8;
    /// Improvement rate, or slope.
    pub const RATE: usize = 9;
    /// Where the client is heading.
    pub const HEADING: usize = 10;
    /// Good-enough level.
    pub const GOOD_ENOUGH: usize = 11;
    /// How strongly state alliance works.
    pub const STATE_EFFECT: usize = 12;
    /// Social support.
    pub const SUPPORT: usize = 13;
    /// Motivation.
    pub const MOTIVATION: usize = 14;
    /// Change before session 1.
    pub const BEFORE: usize = 15;
    /// Error of the score after treatment.
    pub const POST_ERROR: usize = 16;
    /// Deviation from the line after treatment.
    pub const POST_RESIDUAL: usize = 17;
    /// Personality disorder, uniform.
    pub const PERSONALITY: usize = 18;
    /// Shared background, uniform.
    pub const BACKGROUND: usize = 19;
    /// Leniency of the client's alliance ratings.
    pub const LENIENCY: usize = 20;
    /// Diagnosis group, uniform.
    pub const DIAGNOSIS: usize = 21;
    /// Missing form after treatment, uniform.
    pub const FINAL_FORM: usize = 22;

    /// Slots that are uniform; all others are normal.
    pub const UNIFORM: &[usize] = &[PERSONALITY, BACKGROUND, DIAGNOSIS, FINAL_FORM];
}

/// Which slots a set of arms can use at all. What no arm uses is not computed; it still has its place in the
/// stream, so nothing else moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Slots of a session.
    pub session: [bool; SESSION_SLOTS],
    /// The rupture draw as a gamma variable.
    pub graded_rupture: bool,
    /// The rupture draw as a uniform.
    pub plain_rupture: bool,
    /// Slots of a client's intake.
    pub client: [bool; CLIENT_SLOTS],
}

impl Needs {
    /// What two arms need together.
    pub fn or(self, other: Self) -> Self {
        Self {
            session: core::array::from_fn(|slot| self.session[slot] | other.session[slot]),
            graded_rupture: self.graded_rupture | other.graded_rupture,
            plain_rupture: self.plain_rupture | other.plain_rupture,
            client: core::array::from_fn(|slot| self.client[slot] | other.client[slot]),
        }
    }
}

#[inline(always)]
fn normals(bits: &Bits, to: &mut Lanes) {
    // Not `map`: only plain loops are certain to be compiled for the vector width of their caller.
    let mut single = [0.0; W];
    for l in 0..W {
        single[l] = normal(bits[l]);
    }
    for l in 0..W {
        to[l] = f64::from(single[l]);
    }
}

#[inline(always)]
fn uniforms(bits: &Bits, to: &mut Lanes) {
    for l in 0..W {
        to[l] = uniform(bits[l]);
    }
}

impl SessionLuck {
    /// Turns the bits of one session into luck.
    #[inline(always)]
    pub fn draw(&mut self, bits: &[Bits; SESSION_SLOTS], needs: &Needs, gamma: &GammaTable) {
        if needs.graded_rupture {
            normals(&bits[slot::RUPTURE], &mut self.rupture);
            for l in 0..W {
                self.gamma[l] = gamma.at(self.rupture[l]);
            }
        }
        if needs.plain_rupture {
            uniforms(&bits[slot::RUPTURE], &mut self.rupture_uniform);
        }
        let normal_slots: [(usize, &mut Lanes); 6] = [
            (slot::ALLIANCE, &mut self.alliance),
            (slot::SYMPTOMS, &mut self.symptoms),
            (slot::LIFE_EVENT_SIZE, &mut self.life_event_size),
            (slot::RATING_ERROR, &mut self.rating_error),
            (slot::SCORE_ERROR, &mut self.score_error),
            (slot::RESIDUAL, &mut self.residual),
        ];
        for (slot, to) in normal_slots {
            if needs.session[slot] {
                normals(&bits[slot], to);
            }
        }
        let uniform_slots: [(usize, &mut Lanes); 11] = [
            (slot::KIND, &mut self.kind),
            (slot::NOTICE, &mut self.notice),
            (slot::REPAIR, &mut self.repair),
            (slot::LIFE_EVENT, &mut self.life_event),
            (slot::DROPOUT, &mut self.dropout),
            (slot::PLANNED, &mut self.planned),
            (slot::ADMINISTRATIVE, &mut self.administrative),
            (slot::UNAIDED, &mut self.unaided),
            (slot::UPTAKE, &mut self.uptake),
            (slot::MISSING_SCORE, &mut self.missing_score),
            (slot::MISSING_RATING, &mut self.missing_rating),
        ];
        for (slot, to) in uniform_slots {
            if needs.session[slot] {
                uniforms(&bits[slot], to);
            }
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
    /// Diagnosis group, uniform.
    pub diagnosis: f64,
    /// Leniency of alliance ratings.
    pub leniency: f64,
    /// Missing form after treatment, uniform.
    pub final_form: f64,
}

/// Luck of [`W`] clients at intake, slot by slot. Slots that nobody needs stay 0.
#[derive(Clone, Debug, Default)]
pub struct IntakeLuck([Lanes; CLIENT_SLOTS]);

impl IntakeLuck {
    /// Turns the bits of [`W`] clients into luck.
    #[inline(always)]
    pub fn draw(&mut self, bits: &[Bits; CLIENT_SLOTS], needs: &Needs) {
        for slot in 0..CLIENT_SLOTS {
            if !needs.client[slot] {
                continue;
            }
            if intake_slot::UNIFORM.contains(&slot) {
                uniforms(&bits[slot], &mut self.0[slot]);
            } else {
                normals(&bits[slot], &mut self.0[slot]);
            }
        }
    }

    /// Luck of the client in lane `l`. The order of slots is frozen.
    #[inline(always)]
    pub fn of(&self, l: usize) -> ClientLuck {
        use intake_slot::*;
        let v = |slot: usize| self.0[slot][l];
        ClientLuck {
            severity: v(SEVERITY),
            attachment: [v(ANXIETY), v(AVOIDANCE)],
            alliance: v(ALLIANCE),
            match_rest: v(MATCH),
            components: [v(BOND), v(TASK), v(GOAL)],
            state: v(STATE),
            rate: v(RATE),
            heading: v(HEADING),
            good_enough: v(GOOD_ENOUGH),
            state_effect: v(STATE_EFFECT),
            support: v(SUPPORT),
            motivation: v(MOTIVATION),
            before: v(BEFORE),
            post_error: v(POST_ERROR),
            post_residual: v(POST_RESIDUAL),
            personality: v(PERSONALITY),
            background: v(BACKGROUND),
            diagnosis: v(DIAGNOSIS),
            leniency: v(LENIENCY),
            final_form: v(FINAL_FORM),
        }
    }
}

impl TherapistLuck {
    /// Turns the bits of one therapist into luck. The order of slots is frozen.
    pub fn draw(bits: &[u32; THERAPIST_SLOTS]) -> Self {
        Self {
            traits: core::array::from_fn(|i| f64::from(normal(bits[i]))),
            attachment: [f64::from(normal(bits[4])), f64::from(normal(bits[5]))],
            uptake: uniform(bits[6]),
            burnout: f64::from(normal(bits[7])),
            growth: [f64::from(normal(bits[8])), f64::from(normal(bits[9]))],
            career: CareerLuck {
                years: f64::from(normal(bits[10])),
                practises: uniform(bits[11]),
                supervised: uniform(bits[12]),
                attends: uniform(bits[13]),
            },
            ending: f64::from(normal(bits[14])),
        }
    }
}

impl ClinicLuck {
    /// Turns the bits of one clinic into luck. The order of slots is frozen.
    pub fn draw(bits: &[u32; CLINIC_SLOTS]) -> Self {
        let [outcome, alliance, dropout, severity, ending] = bits.map(|bits| f64::from(normal(bits)));
        Self { outcome, alliance, dropout, severity, ending }
    }
}
