//! Who is allocated to which arm, and who is sampled: arithmetic on luck that was drawn before.

/// Luck of one unit of a study: a client, a therapist or a clinic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lot {
    /// Place in the order of enrolment or of sampling: lowest first.
    pub order: u32,
    /// Uniform in (0, 1): which arm of a trial.
    pub arm: f64,
    /// Uniform in (0, 1): how many clients are sampled.
    pub size: f64,
}

/// The units of one stratum in order of enrolment. Equal order numbers (one pair in four thousand million) go by position.
pub fn enrolled(mut units: Vec<usize>, lots: &[Lot]) -> Vec<usize> {
    units.sort_by_key(|&unit| (lots[unit].order, unit));
    units
}

/// Arms (from 0) of units that are enrolled one after the other. Each draws from an urn that holds the arms in the ratio of the
/// allocation and is filled anew after every `block` units: permuted blocks, the last of which may be incomplete. With `block` 0
/// what is drawn goes back at once: simple randomisation.
pub fn allocate(ratio: &[u32], block: u32, lots: impl Iterator<Item = f64>) -> Vec<usize> {
    let total: u32 = ratio.iter().sum();
    let full: Vec<u32> = ratio.iter().map(|share| share * (block / total.max(1)).max(1)).collect();
    let mut urn = full.clone();
    lots.map(|lot| {
        if block == 0 || urn.iter().all(|&left| left == 0) {
            urn.copy_from_slice(&full);
        }
        let arm = drawn(&urn, lot);
        urn[arm] = urn[arm].saturating_sub(1);
        arm
    })
    .collect()
}

/// The arm that a lot in (0, 1) draws from an urn with at least one ball.
fn drawn(urn: &[u32], lot: f64) -> usize {
    let mut left = lot * f64::from(urn.iter().sum::<u32>());
    let held = urn.iter().position(|&balls| {
        left -= f64::from(balls);
        left < 0.0
    });
    held.unwrap_or(0)
}

/// A whole number from `low` to `high`, all equally likely, from a uniform draw in (0, 1).
pub fn between([low, high]: [u32; 2], uniform: f64) -> usize {
    (low + (uniform * f64::from(high - low + 1)) as u32).min(high) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_lots_draw_from_what_is_left_in_the_block() {
        // Two of each: A B | A B; a lot below the share of A that is left draws A.
        assert_eq!(allocate(&[1, 1], 4, [0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9].into_iter()), [0, 0, 1, 1, 1, 1, 0]);
        assert_eq!(allocate(&[2, 1], 3, [0.7, 0.2, 0.5].into_iter()), [1, 0, 0]);
        assert_eq!(allocate(&[2, 1], 0, [0.66, 0.67, 0.66, 0.1].into_iter()), [0, 1, 0, 0]);
    }

    #[test]
    fn every_block_holds_the_ratio_whatever_the_lots() {
        let lots = (1..=600).map(|i| (f64::from(i) * 0.618_033_988_749).fract());
        for (ratio, block) in [(vec![1, 1], 4), (vec![2, 1], 6), (vec![1, 3, 2], 12)] {
            let arms = allocate(&ratio, block, lots.clone());
            let per_ball = block / ratio.iter().sum::<u32>();
            for block_of in arms.chunks(block as usize).filter(|chunk| chunk.len() == block as usize) {
                for (arm, share) in ratio.iter().enumerate() {
                    assert_eq!(block_of.iter().filter(|&&a| a == arm).count(), (share * per_ball) as usize);
                }
            }
        }
    }

    #[test]
    fn all_orders_of_a_block_are_equally_likely() {
        // Six orders of two and two; a grid of lots visits each in proportion to its chance.
        let steps: u32 = 12;
        let mut counts = std::collections::BTreeMap::<Vec<usize>, u32>::new();
        for code in 0..steps.pow(4) {
            let lots = (0..4).map(|place| (f64::from(code / steps.pow(place) % steps) + 0.5) / f64::from(steps));
            *counts.entry(allocate(&[1, 1], 4, lots)).or_default() += 1;
        }
        assert!(counts.len() == 6 && counts.values().all(|&n| n == steps.pow(4) / 6), "{counts:?}");
    }

    #[test]
    fn numbers_between_two_ends_are_equally_likely() {
        let seen: Vec<usize> = (0..9).map(|i| between([2, 4], (f64::from(i) + 0.5) / 9.0)).collect();
        assert_eq!(seen, [2, 2, 2, 3, 3, 3, 4, 4, 4]);
        assert_eq!((between([5, 5], 0.99), between([1, 8], 1.0 - 1e-10)), (5, 8));
    }
}
