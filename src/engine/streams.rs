//! Where every random number comes from.
//!
//! A stream has an address: master seed, replicate, entity, purpose. The arm is not part of it, so
//! all arms share their luck; nor is a thread or a shard, so any cutting of the work gives the same
//! numbers. The address is hashed into the full state and increment of a `rand_pcg` generator
//! (PCG XSH-RR 64/32, O'Neill 2014): consecutive seeds or stream numbers would give correlated
//! replicates. This member of the family works in 64-bit arithmetic, which vector units have.

use crate::model::draws::{Bits, SESSION_SLOTS, SESSION_STRIDE, W};
use rand::Rng;
use rand_pcg::Lcg64Xsh32;

/// What a stream is for. Part of the definition of results: append, never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
pub enum Purpose {
    /// Traits of a clinic, a therapist or a client.
    Intake = 0,
    /// The sessions of a client.
    Sessions = 1,
    /// What a client and a therapist are to each other, where clients are assigned on the way.
    Match = 2,
    /// How many clients are referred in a week, and how they wait.
    Waiting = 3,
    /// The wait for the second service of stepped care, and the sessions in it.
    SecondStep = 4,
    /// One form of a measure that looks on.
    Assessments = 5,
    /// What raters bring to their ratings.
    Raters = 6,
    /// Who is allocated to which arm of a trial, and who is sampled.
    Allocation = 7,
    /// What sets one study of several apart.
    Studies = 8,
    /// What analyses of the data draw themselves: imputed values.
    Analyses = 9,
}

/// Who a stream belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A clinic.
    Clinic(u32),
    /// A therapist of a clinic.
    Therapist(u32, u32),
    /// A client of a therapist of a clinic.
    Client(u32, u32, u32),
    /// A client referred to a clinic: clinic, week, number within the week.
    Referral(u32, u32, u32),
    /// A week of a clinic.
    Week(u32, u32),
}

impl Entity {
    /// The clinic in an entity's number.
    pub fn clinic_of(word: u64) -> usize {
        (word >> 40 & 0xF_FFFF) as usize
    }

    /// The entity as one number: its place in the order of entities, and part of the address of its streams.
    #[inline(always)]
    pub fn word(self) -> u64 {
        let pack = |kind: u64, clinic: u32, therapist: u32, client: u32| {
            kind << 60 | u64::from(clinic) << 40 | u64::from(therapist) << 20 | u64::from(client)
        };
        match self {
            Self::Clinic(k) => pack(1, k, 0, 0),
            Self::Therapist(k, j) => pack(2, k, j, 0),
            Self::Client(k, j, i) => pack(3, k, j, i),
            Self::Referral(k, week, i) => pack(4, k, week, i),
            Self::Week(k, week) => pack(5, k, week, 0),
        }
    }
}

/// SplitMix64 finaliser (Steele, Lea and Flood 2014, doi:10.1145/2714064.2660195).
#[inline(always)]
fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// All streams of one replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicateStreams {
    key: u64,
}

impl ReplicateStreams {
    /// The streams of a replicate under a master seed.
    pub fn new(master: u64, replicate: u64) -> Self {
        Self { key: mix(mix(master) ^ mix(replicate.wrapping_add(0x5851_F42D_4C95_7F2D))) }
    }

    /// The streams of a cell with luck of its own, numbered from 1. Number 0 is luck in common: the streams as they are.
    #[must_use]
    pub fn of_cell(self, number: u64) -> Self {
        if number == 0 { self } else { Self { key: mix(self.key ^ mix(number.wrapping_add(0x2545_F491_4F6C_DD1D))) } }
    }

    /// State and stream number of the generator at an address.
    #[inline(always)]
    fn seed(self, entity: u64, purpose: Purpose) -> (u64, u64) {
        let address = mix(self.key ^ mix(entity).wrapping_add(purpose as u64));
        (mix(address ^ 0xD6E8_FEB8_6659_FD93), mix(address ^ 0xA076_1D64_78BD_642F))
    }

    /// The generator at an address.
    pub fn generator(self, entity: Entity, purpose: Purpose) -> Lcg64Xsh32 {
        let (state, stream) = self.seed(entity.word(), purpose);
        Lcg64Xsh32::new(state, stream)
    }

    /// Two draws that belong to two entities together, such as a client and a therapist: halves of one hash.
    pub fn pair(self, one: Entity, other: Entity, purpose: Purpose) -> [u32; 2] {
        let both = mix(one.word()) ^ mix(other.word() ^ 0x2545_F491_4F6C_DD1D);
        let bits = mix(mix(self.key ^ both.wrapping_add(purpose as u64)) ^ 0xD6E8_FEB8_6659_FD93);
        [(bits >> 32) as u32, bits as u32]
    }

    /// The generator at the address of an entity (its [`Entity::word`]) with two more parts to it. What the parts are is
    /// up to the purpose: two people, or a measure and a session.
    pub fn part(self, entity: u64, purpose: Purpose, of: u64, at: u64) -> Lcg64Xsh32 {
        let address = mix(mix(self.key ^ mix(entity).wrapping_add(purpose as u64)) ^ mix(of).wrapping_add(at));
        Lcg64Xsh32::new(mix(address ^ 0xD6E8_FEB8_6659_FD93), mix(address ^ 0xA076_1D64_78BD_642F))
    }

    /// The first `N` draws at an address.
    pub fn bits<const N: usize>(self, entity: Entity, purpose: Purpose) -> [u32; N] {
        self.bits_at(entity.word(), purpose)
    }

    /// The same for an entity known by its [`Entity::word`].
    pub fn bits_at<const N: usize>(self, entity: u64, purpose: Purpose) -> [u32; N] {
        let (state, stream) = self.seed(entity, purpose);
        let mut generator = Lcg64Xsh32::new(state, stream);
        core::array::from_fn(|_| generator.next_u32())
    }
}

/// Slots of a session that are drawn in every study; later ones only where somebody needs them.
const EARLY_SLOTS: usize = 16;

const MULTIPLIER: u64 = 6_364_136_223_846_793_005;

/// Factors of a jump of `n` draws: state becomes a · state + c · increment.
const fn jump(n: usize) -> (u64, u64) {
    let (mut a, mut c) = (1u64, 0u64);
    let mut k = 0;
    while k < n {
        c = c.wrapping_mul(MULTIPLIER).wrapping_add(1);
        a = a.wrapping_mul(MULTIPLIER);
        k += 1;
    }
    (a, c)
}

/// Where a stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bookmark {
    state: u64,
    increment: u64,
}

/// [`W`] generators side by side: the same numbers as `rand_pcg`'s, stepped together.
#[derive(Clone, Debug)]
pub struct LaneStreams {
    state: [u64; W],
    increment: [u64; W],
}

impl Default for LaneStreams {
    fn default() -> Self {
        Self { state: [0; W], increment: [1; W] }
    }
}

impl LaneStreams {
    /// Opens the streams of [`W`] entities for one purpose, one in each lane.
    #[inline(always)]
    pub fn open(streams: ReplicateStreams, entities: &[Entity; W], purpose: Purpose) -> Self {
        let mut words = [0; W];
        for (word, entity) in words.iter_mut().zip(entities) {
            *word = entity.word();
        }
        let mut lanes = Self::default();
        for (l, &word) in words.iter().enumerate() {
            let (state, stream) = streams.seed(word, purpose);
            let increment = (stream << 1) | 1;
            lanes.increment[l] = increment;
            lanes.state[l] = state.wrapping_add(increment).wrapping_mul(MULTIPLIER).wrapping_add(increment);
        }
        lanes
    }

    /// Where the stream of one entity begins.
    pub fn beginning(streams: ReplicateStreams, entity: Entity, purpose: Purpose) -> Bookmark {
        Self::open(streams, &[entity; W], purpose).bookmark(0)
    }

    /// Where the stream in lane `l` stands.
    #[inline(always)]
    pub fn bookmark(&self, l: usize) -> Bookmark {
        Bookmark { state: self.state[l], increment: self.increment[l] }
    }

    /// Goes on with a stream in lane `l`.
    #[inline(always)]
    pub fn resume(&mut self, l: usize, at: Bookmark) {
        self.state[l] = at.state;
        self.increment[l] = at.increment;
    }

    /// One step of every lane.
    #[inline(always)]
    fn step(&mut self) {
        for (state, increment) in self.state.iter_mut().zip(self.increment) {
            *state = state.wrapping_mul(MULTIPLIER).wrapping_add(increment);
        }
    }

    /// What the generators show for a state (XSH-RR).
    #[inline(always)]
    fn output(state: [u64; W]) -> Bits {
        let mut out = [0; W];
        for (out, s) in out.iter_mut().zip(state) {
            let shifted = (((s >> 18) ^ s) >> 27) as u32;
            *out = shifted.rotate_right((s >> 59) as u32);
        }
        out
    }

    /// The next `N` draws of every lane; what is not wanted stays 0.
    #[inline(always)]
    pub fn take<const N: usize>(&mut self, wanted: &[bool; N]) -> [Bits; N] {
        let mut out = [[0; W]; N];
        self.fill(&mut out, wanted);
        out
    }

    #[inline(always)]
    fn fill(&mut self, out: &mut [Bits], wanted: &[bool]) {
        for (bits, wanted) in out.iter_mut().zip(wanted) {
            if *wanted {
                *bits = Self::output(self.state);
            }
            self.step();
        }
    }

    /// The draws of the next session of every lane; afterwards each lane stands at the session after.
    #[inline(always)]
    pub fn session(&mut self, wanted: &[bool; SESSION_SLOTS]) -> [Bits; SESSION_SLOTS] {
        const REST: (u64, u64) = jump(SESSION_STRIDE - SESSION_SLOTS);
        const REST_AND_LATE: (u64, u64) = jump(SESSION_STRIDE - EARLY_SLOTS);
        let mut out = [[0; W]; SESSION_SLOTS];
        let (early, late) = out.split_at_mut(EARLY_SLOTS);
        self.fill(early, &wanted[..EARLY_SLOTS]);
        // Slots of mechanisms that few studies switch on are passed over in one go when nobody needs them.
        let (a, c) = if wanted[EARLY_SLOTS..].contains(&true) {
            self.fill(late, &wanted[EARLY_SLOTS..]);
            REST
        } else {
            REST_AND_LATE
        };
        for (state, increment) in self.state.iter_mut().zip(self.increment) {
            *state = a.wrapping_mul(*state).wrapping_add(c.wrapping_mul(increment));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::math::uniform;
    use std::collections::HashSet;

    fn first(replicate: u64, entity: Entity, purpose: Purpose) -> [u32; 4] {
        ReplicateStreams::new(42, replicate).bits(entity, purpose)
    }

    #[test]
    fn lanes_give_the_numbers_of_rand_pcg_and_skip_to_the_next_session() {
        let streams = ReplicateStreams::new(7, 3);
        let clients: [Entity; W] = core::array::from_fn(|l| Entity::Client(1, 2, l as u32));
        let mut lanes = LaneStreams::open(streams, &clients, Purpose::Sessions);
        let sessions: Vec<_> = (0..5).map(|_| lanes.session(&[true; SESSION_SLOTS])).collect();
        for l in 0..W {
            let mut generator = streams.generator(Entity::Client(1, 2, l as u32), Purpose::Sessions);
            for session in &sessions {
                let expected: [u32; SESSION_STRIDE] = core::array::from_fn(|_| generator.next_u32());
                for (bits, expected) in session.iter().zip(expected) {
                    assert_eq!(bits[l], expected);
                }
            }
        }
    }

    #[test]
    fn no_two_addresses_open_the_same_stream() {
        let mut seen = HashSet::new();
        for replicate in 0..200 {
            for i in 0..300 {
                for purpose in [Purpose::Intake, Purpose::Sessions, Purpose::Allocation, Purpose::Studies] {
                    assert!(seen.insert(first(replicate, Entity::Client(0, i / 20, i % 20), purpose)), "{replicate} {i} {purpose:?}");
                }
            }
            for k in 0..20 {
                assert!(seen.insert(first(replicate, Entity::Clinic(k), Purpose::Intake)));
                assert!(seen.insert(first(replicate, Entity::Therapist(0, k), Purpose::Intake)));
            }
        }
    }

    /// Largest correlation between the draws of neighbours, over gaps and draws, in units of its
    /// standard error.
    fn worst_correlation(draws: &[Vec<f64>]) -> f64 {
        let mut worst: f64 = 0.0;
        for gap in [1, 2, 64] {
            let n = draws.len() - gap;
            for k in 0..draws[0].len() {
                let r = draws.iter().zip(&draws[gap..]).map(|(a, b)| a[k] * b[k]).sum::<f64>() * 12.0 / n as f64;
                worst = worst.max(r.abs() * (n as f64).sqrt());
            }
        }
        worst
    }

    fn centred(bits: [u32; 16]) -> Vec<f64> {
        bits.iter().map(|&b| uniform(b) - 0.5).collect()
    }

    #[test]
    fn neighbouring_replicates_clients_and_seeds_are_uncorrelated() {
        let n = 20_000;
        let client = Entity::Client(0, 0, 0);
        let replicates: Vec<_> = (0..n).map(|r| centred(ReplicateStreams::new(42, r).bits(client, Purpose::Sessions))).collect();
        let clients: Vec<_> =
            (0..n).map(|i| centred(ReplicateStreams::new(42, 0).bits(Entity::Client(0, 0, i as u32), Purpose::Sessions))).collect();
        let seeds: Vec<_> = (0..n).map(|s| centred(ReplicateStreams::new(s, 0).bits(client, Purpose::Sessions))).collect();
        // 48 comparisons each: a false alarm at 4.5 has probability below 4e-4 in all.
        for (what, draws) in [("replicates", replicates), ("clients", clients), ("seeds", seeds)] {
            let worst = worst_correlation(&draws);
            assert!(worst < 4.5, "{what}: {worst}");
        }
        let cells: Vec<_> = (1..=n).map(|c| centred(ReplicateStreams::new(42, 0).of_cell(c).bits(client, Purpose::Sessions))).collect();
        assert!(worst_correlation(&cells) < 4.5, "cells: {}", worst_correlation(&cells));
        // The trap this design avoids: stream numbers in place of a hash.
        let numbered: Vec<_> = (0..n)
            .map(|r| {
                let mut generator = Lcg64Xsh32::new(42, r);
                centred(core::array::from_fn(|_| generator.next_u32()))
            })
            .collect();
        assert!(worst_correlation(&numbered) > 6.0, "the check would not notice correlated streams");
    }

    #[test]
    fn sessions_of_a_client_are_uncorrelated_across_and_within() {
        let mut generator = ReplicateStreams::new(1, 1).generator(Entity::Client(0, 0, 0), Purpose::Sessions);
        let sessions: Vec<Vec<f64>> =
            (0..20_000).map(|_| (0..SESSION_STRIDE).map(|_| uniform(generator.next_u32()) - 0.5).collect()).collect();
        assert!(worst_correlation(&sessions) < 4.7);
        for a in 0..SESSION_SLOTS {
            for b in 0..a {
                let r = sessions.iter().map(|s| s[a] * s[b]).sum::<f64>() * 12.0 / 20_000.0;
                assert!(r.abs() * 20_000f64.sqrt() < 4.5, "slots {a} {b}: {r}");
            }
        }
    }

    #[test]
    fn the_stream_layout_is_frozen() {
        // Changing these numbers changes every published result.
        assert_eq!(first(7, Entity::Client(0, 1, 3), Purpose::Sessions), FROZEN);
    }

    #[test]
    fn a_cell_of_its_own_opens_streams_that_nothing_else_opens() {
        let replicate = |r, cell| ReplicateStreams::new(42, r).of_cell(cell);
        assert_eq!(replicate(3, 0), ReplicateStreams::new(42, 3));
        let all: HashSet<u64> = (0..100).flat_map(|r| (0..100).map(move |cell| replicate(r, cell).key)).collect();
        assert_eq!(all.len(), 100 * 100);
    }

    const FROZEN: [u32; 4] = [1_135_305_670, 3_476_795_702, 3_319_536_977, 4_012_196_799];
}
