//! Regular two-level fractional factorials 2^(k−p) (Box and Hunter 1961, doi:10.1080/00401706.1961.10489951).
//!
//! Run r gives every factor a sign, the product of the signs of some basic factors. A set of basic factors
//! is a mask of bits; the mask of a product of factors is the exclusive or of theirs, and effects with the same
//! mask cannot be told apart: they are aliased.

/// Most candidates for a minimum aberration fraction that are all tried.
const MOST_TRIED: u64 = 40_000;

/// A main effect `(a, None)`, or an interaction of two factors `(a, Some(b))`.
pub type Effect = (usize, Option<usize>);

/// A fraction: the mask of every factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// Number of basic factors; there are 2^basic runs.
    pub basic: u32,
    /// Masks, one per factor; the basic factors have one bit each.
    pub masks: Vec<u32>,
    /// Length of the shortest product of factors that is constant over all runs.
    pub resolution: u32,
}

impl Fraction {
    /// The fraction of the highest resolution for `factors` factors in 2^basic runs, and where few enough
    /// candidates exist to try them all, of minimum aberration among those (Fries and Hunter 1980). Beyond 128 runs the
    /// resolution is that of a greedy code, which may lie one below the best known.
    /// Needs `basic < factors < 2^basic`.
    pub fn best(factors: usize, basic: u32) -> Self {
        let generators = factors - basic as usize;
        let candidates: Vec<u32> = (1..1u32 << basic).filter(|mask| mask.count_ones() > 1).collect();
        let chosen = if combinations(candidates.len(), generators) <= MOST_TRIED && generators <= 12 {
            least_aberrant(basic, &candidates, generators)
        } else {
            constructed(basic, generators)
        };
        let masks: Vec<u32> = (0..basic).rev().map(|bit| 1 << bit).chain(chosen).collect();
        let resolution = resolution(&masks);
        Self { basic, masks, resolution }
    }

    /// Value of a factor in a run: 0 for the first of its two values, 1 for the second. Generators have a positive
    /// sign: a factor's sign is the product of the signs of its basic factors.
    pub fn level(&self, run: usize, factor: usize) -> usize {
        let mask = self.masks[factor];
        let lows = mask.count_ones() - (run as u32 & mask).count_ones();
        usize::from(lows.is_multiple_of(2))
    }

    /// Main effects and two-factor interactions that are aliased, each group in the order of the factors.
    pub fn aliases(&self) -> Vec<Vec<Effect>> {
        let n = self.masks.len();
        let mains = (0..n).map(|a| (a, None));
        let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, Some(b))));
        let mut groups: Vec<(u32, Vec<Effect>)> = Vec::new();
        for effect in mains.chain(pairs) {
            let mask = self.masks[effect.0] ^ effect.1.map_or(0, |b| self.masks[b]);
            match groups.iter_mut().find(|(known, _)| *known == mask) {
                Some((_, group)) => group.push(effect),
                None => groups.push((mask, vec![effect])),
            }
        }
        groups.into_iter().map(|(_, group)| group).filter(|group| group.len() > 1).collect()
    }
}

/// Binomial coefficient, or more than anybody asks for.
fn combinations(n: usize, k: usize) -> u64 {
    (0..k).try_fold(1u64, |c, i| Some(c.checked_mul(n.checked_sub(i)? as u64)? / (i as u64 + 1))).unwrap_or(u64::MAX)
}

/// The generators whose defining relation has the fewest words of length 3, then of length 4, and so on.
fn least_aberrant(basic: u32, candidates: &[u32], generators: usize) -> Vec<u32> {
    let mut best: Option<(Vec<u32>, Vec<u32>)> = None;
    let mut pick: Vec<usize> = (0..generators).collect();
    loop {
        let masks: Vec<u32> = pick.iter().map(|&i| candidates[i]).collect();
        let pattern = word_lengths(basic, &masks);
        if best.as_ref().is_none_or(|(known, _)| pattern < *known) {
            best = Some((pattern, masks));
        }
        // The next combination in lexical order.
        let Some(at) = (0..generators).rev().find(|&i| pick[i] + generators < candidates.len() + i) else {
            return best.map(|(_, masks)| masks).unwrap_or_default();
        };
        pick[at] += 1;
        for i in at + 1..generators {
            pick[i] = pick[i - 1] + 1;
        }
    }
}

/// How many words of each length the defining relation has; a word is a product of generators, with the
/// basic factors that make it constant.
fn word_lengths(basic: u32, generators: &[u32]) -> Vec<u32> {
    let mut counts = vec![0; basic as usize + generators.len() + 1];
    let mut mask = 0;
    for step in 1u32..1 << generators.len() {
        // Gray code: one generator comes or goes at a time.
        mask ^= generators[step.trailing_zeros() as usize];
        let code = step ^ (step >> 1);
        counts[(mask.count_ones() + code.count_ones()) as usize] += 1;
    }
    counts
}

/// Generators by a greedy code of the largest distance that has room for them. For odd resolutions these are the
/// columns of a lexicode; an even one comes from the odd one below it by a parity check.
fn constructed(basic: u32, generators: usize) -> Vec<u32> {
    let most = generators + basic as usize;
    let enough = |resolution: u32| {
        let columns = if resolution % 2 == 1 { lexicode(basic, resolution, most) } else { with_parity(basic, resolution, most) };
        let chosen: Vec<u32> = columns.into_iter().filter(|mask| mask.count_ones() > 1).take(generators).collect();
        (chosen.len() == generators).then_some(chosen)
    };
    (3..=basic + 1).rev().find_map(enough).unwrap_or_default()
}

/// Masks of which any `resolution − 1` are independent, each the smallest that is possible; at most so many.
fn lexicode(basic: u32, resolution: u32, most: usize) -> Vec<u32> {
    // Sums of up to `resolution − 2` masks, with the smallest number of masks that gives each.
    let mut fewest = vec![u32::MAX; 1 << basic];
    fewest[0] = 0;
    let mut columns = Vec::new();
    for mask in 1..1u32 << basic {
        if fewest[mask as usize] <= resolution - 2 {
            continue;
        }
        columns.push(mask);
        if columns.len() == most {
            break;
        }
        let before = fewest.clone();
        for (sum, &n) in before.iter().enumerate().filter(|(_, n)| **n < resolution - 2) {
            let with = &mut fewest[sum ^ mask as usize];
            *with = (*with).min(n + 1);
        }
    }
    columns
}

fn with_parity(basic: u32, resolution: u32, most: usize) -> Vec<u32> {
    let even = |mask: u32| mask.count_ones().is_multiple_of(2);
    lexicode(basic - 1, resolution - 1, most).into_iter().map(|mask| mask | u32::from(even(mask)) << (basic - 1)).collect()
}

/// Length of the shortest product of factors that is constant: the smallest number of masks whose sum is 0.
fn resolution(masks: &[u32]) -> u32 {
    let runs = masks.iter().fold(0, |all, mask| all | mask) as usize + 1;
    // Smallest number of factors with each product, the factors taken one after the other.
    let mut fewest = vec![u32::MAX; runs];
    let mut shortest = u32::MAX;
    for &mask in masks {
        let here = fewest.clone();
        for (product, &n) in here.iter().enumerate().filter(|(_, n)| **n < u32::MAX) {
            let with = &mut fewest[product ^ mask as usize];
            *with = (*with).min(n + 1);
            if product == mask as usize {
                shortest = shortest.min(n + 1);
            }
        }
        fewest[mask as usize] = 1;
    }
    shortest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every product of factors over all runs, by plain multiplication of signs: the shortest that is constant.
    fn shortest_constant(fraction: &Fraction) -> u32 {
        let factors = fraction.masks.len();
        let sign = |run, factor| fraction.level(run, factor) as i32 * 2 - 1;
        let constant = |word: u32| {
            let product = |run| (0..factors).filter(|f| word >> f & 1 == 1).map(|f| sign(run, f)).product::<i32>();
            (1..1 << fraction.basic).all(|run| product(run) == product(0))
        };
        (1u32..1 << factors).filter(|&word| constant(word)).map(u32::count_ones).min().unwrap_or(u32::MAX)
    }

    #[test]
    fn fractions_have_the_resolution_of_the_published_tables() {
        // Box, Hunter and Hunter (2005), table 6.22; Montgomery (2012), table 8.14.
        for (runs, factors, resolution) in [
            (4, 3, 3),
            (8, 4, 4),
            (8, 5, 3),
            (8, 7, 3),
            (16, 5, 5),
            (16, 6, 4),
            (16, 8, 4),
            (16, 9, 3),
            (16, 15, 3),
            (32, 6, 6),
            (32, 7, 4),
            (32, 11, 4),
            (64, 7, 7),
            (64, 8, 5),
            (64, 9, 4),
            (128, 8, 8),
            (128, 9, 6),
            (128, 10, 5),
            (128, 11, 5),
        ] {
            let fraction = Fraction::best(factors, u32::ilog2(runs));
            assert_eq!(fraction.resolution, resolution, "{factors} factors in {runs} runs");
            assert_eq!(shortest_constant(&fraction), resolution, "{factors} factors in {runs} runs, by algebra");
        }
    }

    #[test]
    fn large_fractions_come_from_the_construction_and_keep_their_promise() {
        // Known bounds on linear codes: 16 factors in 32 runs have IV, 17 in 256 have V, 31 in 32 have III.
        for (runs, factors, expected) in
            [(32, 16, 4), (256, 17, 5), (32, 31, 3), (32, 17, 3), (128, 12, 4), (128, 64, 4), (128, 65, 3), (1024, 300, 4)]
        {
            let fraction = Fraction::best(factors, u32::ilog2(runs));
            assert_eq!(fraction.resolution, expected, "{factors} factors in {runs} runs");
        }
        assert_eq!(shortest_constant(&Fraction::best(16, 5)), 4);
        assert!(Fraction::best(40, 16).resolution >= 5, "the largest design there is");
    }

    #[test]
    fn a_poor_generator_would_be_noticed() {
        // D = AB in place of D = ABC: a main effect aliased with an interaction.
        let poor = Fraction { basic: 3, masks: vec![4, 2, 1, 6], resolution: 4 };
        assert_eq!((shortest_constant(&poor), resolution(&poor.masks)), (3, 3));
    }

    #[test]
    fn every_pair_of_factors_is_balanced() {
        let fraction = Fraction::best(7, 3);
        for (a, b) in (0..7).flat_map(|a| (0..a).map(move |b| (a, b))) {
            let both = (0..8).filter(|&run| fraction.level(run, a) == 1 && fraction.level(run, b) == 1).count();
            assert_eq!(both, 2, "{a} {b}");
        }
    }

    #[test]
    fn aliases_are_those_of_the_half_fraction_of_four_factors() {
        // 2^(4−1) with D = ABC: AB = CD, AC = BD, AD = BC.
        let pairs = |a, b, c, d| vec![(a, Some(b)), (c, Some(d))];
        assert_eq!(Fraction::best(4, 3).aliases(), [pairs(0, 1, 2, 3), pairs(0, 2, 1, 3), pairs(0, 3, 1, 2)]);
        assert!(Fraction::best(5, 4).aliases().is_empty());
    }
}
