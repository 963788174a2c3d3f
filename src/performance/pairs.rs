//! Two methods on the same data sets: paired differences of their performance, with Monte Carlo standard errors that know of the
//! pairing (Morris, White and Crowther 2019, doi:10.1002/sim.8086; White 2010, doi:10.1177/1536867X1001000305).

use super::Measured;
use super::measures::{ALPHA, Said, Spread};

/// One method against another, over the replicates in which both have an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// Such replicates.
    pub n: u64,
    /// Difference of the biases; of the mean estimates, where no truth is given.
    pub bias: Measured,
    /// Gain in precision: 100 [(empirical SE of the reference / own)² − 1], %.
    pub precision: Measured,
    /// Difference of the root mean squared errors.
    pub rmse: Measured,
    /// Difference of the shares of intervals that hold the truth.
    pub coverage: Measured,
    /// Difference of the shares with p ≤ .05.
    pub rejection: Measured,
    /// Correlation of the estimates.
    pub correlation: f64,
}

/// Estimates of the same replicate, the reference first.
type Pair<'a> = [&'a Said; 2];

/// Differences of one method (`own`) from another (`reference`); both lists have the same replicates in the same order. As in
/// [`performance`](super::measures::performance), intervals and squared errors are held against the mean truth.
pub fn paired(reference: &[Said], own: &[Said]) -> Paired {
    let pairs = reference.iter().zip(own).map(|(a, b)| [a, b]);
    let both: Vec<Pair> = pairs.filter(|pair| pair.iter().all(|one| one.estimate.is_finite())).collect();
    let [a, b] = [0, 1].map(|of| Spread::of(both.iter().map(move |pair| pair[of].estimate)));
    let truth = [0, 1].map(|of| Spread::of(both.iter().map(move |pair| pair[of].truth)).mean);
    let products = both.iter().map(|[one, other]| (one.estimate - a.mean) * (other.estimate - b.mean)).sum::<f64>();
    let correlation = products / ((a.n - 1.0) * (a.variance * b.variance).sqrt());
    Paired {
        n: both.len() as u64,
        bias: Spread::of(both.iter().map(|[a, b]| b.estimate - a.estimate - change_of_truth(a, b))).mean(),
        precision: precision(&a, &b, correlation),
        rmse: rmse(&both, truth),
        coverage: difference(&both, |one, of| holds(one, truth[of])),
        rejection: difference(&both, |one, _| one.p.is_finite().then_some(one.p <= ALPHA)),
        correlation,
    }
}

/// Methods that are held against different truths are compared by their errors.
fn change_of_truth(a: &Said, b: &Said) -> f64 {
    let change = b.truth - a.truth;
    if change.is_finite() { change } else { 0.0 }
}

fn holds(one: &Said, truth: f64) -> Option<bool> {
    let known = [one.low, one.high, truth].iter().all(|x| x.is_finite());
    known.then_some(one.low <= truth && truth <= one.high)
}

fn precision(a: &Spread, b: &Spread, correlation: f64) -> Measured {
    let ratio = a.variance / b.variance;
    // Estimates that are the same but for rounding are not more than perfectly correlated.
    let rest = (1.0 - correlation * correlation).max(0.0);
    let found = Measured { value: 100.0 * (ratio - 1.0), mcse: 200.0 * ratio * (rest / (a.n - 1.0)).sqrt() };
    if found.value.is_finite() { found } else { Measured::NONE }
}

/// Difference of √MSE; its error by the delta method, from the replicates' own squared errors.
fn rmse(both: &[Pair], truth: [f64; 2]) -> Measured {
    let square = |pair: &Pair, of: usize| (pair[of].estimate - truth[of]).powi(2);
    let n = both.len() as f64;
    let root = [0, 1].map(|of| (both.iter().map(|pair| square(pair, of)).sum::<f64>() / n).sqrt());
    let part = |pair: &Pair, of: usize| if root[of] > 0.0 { square(pair, of) / (2.0 * root[of]) } else { 0.0 };
    let slopes = Spread::of(both.iter().map(|pair| part(pair, 1) - part(pair, 0)));
    let found = Measured { value: root[1] - root[0], mcse: slopes.mean().mcse };
    if found.value.is_finite() { found } else { Measured::NONE }
}

/// Difference of two shares, replicate by replicate, where both are known.
fn difference(both: &[Pair], of: impl Fn(&Said, usize) -> Option<bool>) -> Measured {
    let score = |one: &Said, at: usize| of(one, at).map(|yes| f64::from(u8::from(yes)));
    let known: Vec<f64> = both.iter().filter_map(|[a, b]| Some(score(b, 1)? - score(a, 0)?)).collect();
    if known.is_empty() { Measured::NONE } else { Spread::of(known.iter().copied()).mean() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::measures::performance;
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Lcg64Xsh32;

    /// A number about 0 with standard deviation 1: twelve uniform ones together.
    fn noise(rng: &mut Lcg64Xsh32) -> f64 {
        (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
    }

    /// Two methods in one study: the second has twice the noise of its own, and is too high by a fifth.
    fn study(seed: u64, n: u64) -> (Vec<Said>, Vec<Said>) {
        let mut rng = Lcg64Xsh32::seed_from_u64(seed);
        let said = |estimate: f64, se: f64| Said { estimate, se, low: estimate - 2.0 * se, high: estimate + 2.0 * se, p: 1.0, truth: 0.0 };
        (0..n)
            .map(|_| {
                let [shared, first, second] = core::array::from_fn(|_| noise(&mut rng));
                (said(shared + 0.5 * first, 0.6), said(shared + second + 0.2, 0.8))
            })
            .unzip()
    }

    #[test]
    fn differences_are_those_of_the_methods_themselves() {
        let (a, b) = study(1, 400);
        let (found, one, other) = (paired(&a, &b), performance(&a), performance(&b));
        assert!((found.bias.value - (other.bias.value - one.bias.value)).abs() < 1e-12);
        assert!((found.rmse.value - (other.mse.value.sqrt() - one.mse.value.sqrt())).abs() < 1e-12);
        assert!((found.coverage.value - (other.coverage.value - one.coverage.value)).abs() < 1e-12);
        let gain = 100.0 * ((one.empirical_se.value / other.empirical_se.value).powi(2) - 1.0);
        assert!((found.precision.value - gain).abs() < 1e-9 && gain < 0.0);
    }

    /// Over many studies the stated errors are the real ones, and pairing makes them smaller.
    #[test]
    fn errors_are_how_far_studies_scatter() {
        const STUDIES: u64 = 400;
        let all: Vec<Paired> = (0..STUDIES)
            .map(|seed| {
                let (a, b) = study(seed + 10, 200);
                paired(&a, &b)
            })
            .collect();
        for (name, of) in [
            ("bias", (|p| p.bias) as fn(&Paired) -> Measured),
            ("precision", |p| p.precision),
            ("rmse", |p| p.rmse),
            ("coverage", |p| p.coverage),
        ] {
            let real = Spread::of(all.iter().map(|one| of(one).value)).variance.sqrt();
            let stated = Spread::of(all.iter().map(|one| of(one).mcse)).mean;
            // A standard deviation of so many values has a relative error of 1/√(2 · 399) = 3.5 %; four of them.
            assert!((stated / real - 1.0).abs() < 0.15, "{name}: stated {stated}, real {real}");
        }
        let (a, b) = study(5, 200);
        let unpaired = performance(&a).bias.mcse.hypot(performance(&b).bias.mcse);
        assert!(paired(&a, &b).bias.mcse < 0.8 * unpaired);
    }

    #[test]
    fn replicates_in_which_one_of_them_failed_have_no_part() {
        let (mut a, mut b) = study(2, 50);
        let same = paired(&a[2..], &b[2..]);
        (a[0].estimate, b[1].estimate) = (f64::NAN, f64::NAN);
        assert_eq!(paired(&a, &b), same);
        assert!(paired(&a[..2], &b[..2]).n == 0 && paired(&a[..2], &b[..2]).bias.value.is_nan());
    }

    #[test]
    fn the_same_method_twice_differs_in_nothing() {
        let (a, _) = study(3, 60);
        let found = paired(&a, &a);
        let zero = |of: Measured| assert!(of.value == 0.0 && of.mcse.abs() < 1e-5, "{of:?}");
        [found.bias, found.precision, found.rmse, found.coverage, found.rejection].into_iter().for_each(zero);
    }
}
