//! Normal, t, F and chi-square distributions: probabilities and quantiles for tests and intervals.
//!
//! Chi-square is built on the crate `special` (algorithm AS 239) in its `no_std` form, which takes every logarithm and
//! power from `libm` whatever other crates ask for. `statrs` cannot promise that: without `std` it calculates through
//! `num-traits`, and as soon as any other crate asks for `num-traits/std` (here `ndarray`, below HDF5) its numbers come
//! from the platform.
//!
//! Arguments outside the domain (degrees of freedom not positive, probability outside 0 to 1, NaN) give NaN.

use core::f64::consts::{FRAC_1_SQRT_2, PI};
use special::Gamma as _;

/// Degrees of freedom above which t is taken from the normal distribution with a correction of order 1/df.
const NEARLY_NORMAL: f64 = 1e6;

/// P(Z ≤ x) of the standard normal distribution.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// x with P(Z ≤ x) = p. Relative error below 1e-14 away from 0.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    if p == 0.5 {
        return 0.0;
    }
    // Start: Hastings' approximation (Abramowitz and Stegun 26.2.23, error below 4.5e-4); then Halley's steps.
    let lower = p.min(1.0 - p);
    let t = libm::sqrt(-2.0 * libm::log(lower));
    let start = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    let mut x = -start;
    for _ in 0..3 {
        let step = (normal_cdf(x) - lower) * libm::sqrt(2.0 * PI) * libm::exp(0.5 * x * x);
        x -= step / (1.0 + 0.5 * x * step);
    }
    if p <= 0.5 { x } else { -x }
}

/// P(T ≤ x) of Student's t with `df` degrees of freedom (any positive number; infinite = normal).
pub fn t_cdf(x: f64, df: f64) -> f64 {
    let tail = 0.5 * t_two_sided(x, df);
    if x <= 0.0 { tail } else { 1.0 - tail }
}

/// P(|T| ≥ |x|): the two-sided p value of a t statistic. Accurate in the far tail.
pub fn t_two_sided(x: f64, df: f64) -> f64 {
    if df.is_nan() || df <= 0.0 || x.is_nan() {
        return f64::NAN;
    }
    if x.is_infinite() {
        return 0.0;
    }
    if df > NEARLY_NORMAL {
        return 2.0 * normal_cdf(-normal_equivalent(x.abs(), df));
    }
    incomplete_beta(df / (df + x * x), x * x / (df + x * x), 0.5 * df, 0.5)
}

/// The normal deviate with about the same probability (Abramowitz and Stegun 26.7.8).
fn normal_equivalent(x: f64, df: f64) -> f64 {
    x * (1.0 - 0.25 / df) / libm::sqrt(1.0 + 0.5 * x * x / df)
}

/// x with P(T ≤ x) = p.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if df.is_nan() || df <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.5 {
        return 0.0;
    }
    // P(|T| ≥ x) = 2 × the smaller tail; F with 1 and df degrees of freedom is its square.
    let tail = 2.0 * p.min(1.0 - p);
    let x = if df > NEARLY_NORMAL {
        let z = -normal_quantile(0.5 * tail);
        z + z * (z * z + 1.0) / (4.0 * df)
    } else {
        invert(tail, |x| t_two_sided(x, df))
    };
    if p < 0.5 { -x } else { x }
}

/// P(X ≤ x) of the F distribution with `df1` and `df2` degrees of freedom.
pub fn f_cdf(x: f64, df1: f64, df2: f64) -> f64 {
    1.0 - f_upper(x, df1, df2)
}

/// P(X ≥ x): the p value of an F statistic. Infinite `df2` gives chi-square over its degrees of freedom.
pub fn f_upper(x: f64, df1: f64, df2: f64) -> f64 {
    if df1.is_nan() || df2.is_nan() || df1 <= 0.0 || df2 <= 0.0 || x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    if df2 > NEARLY_NORMAL {
        return chi_square_upper(x * df1, df1);
    }
    let total = df2 + df1 * x;
    incomplete_beta(df2 / total, df1 * x / total, 0.5 * df2, 0.5 * df1)
}

/// x with P(X ≤ x) = p for the F distribution.
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    if df1.is_nan() || df2.is_nan() || df1 <= 0.0 || df2 <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    invert(1.0 - p, |x| f_upper(x, df1, df2))
}

/// P(X ≤ x) of chi-square with `df` degrees of freedom.
pub fn chi_square_cdf(x: f64, df: f64) -> f64 {
    if df.is_nan() || df <= 0.0 || x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 { 0.0 } else { (0.5 * x).inc_gamma(0.5 * df) }
}

/// P(X ≥ x) of chi-square: the p value of a likelihood ratio test. One degree of freedom is accurate in the far tail.
pub fn chi_square_upper(x: f64, df: f64) -> f64 {
    if df == 1.0 && x > 0.0 {
        return libm::erfc(libm::sqrt(0.5 * x));
    }
    1.0 - chi_square_cdf(x, df)
}

/// x with P(X ≤ x) = p for chi-square.
pub fn chi_square_quantile(p: f64, df: f64) -> f64 {
    if df.is_nan() || df <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    invert(1.0 - p, |x| chi_square_upper(x, df))
}

/// I_x(a, b), the regularised incomplete beta function, with `y` = 1 − x given as well so that neither end loses digits:
/// continued fraction DLMF 8.17.22. `special` sums a series (AS 63) that needs thousands of terms at x near 1, which is
/// where every t test with many degrees of freedom is.
fn incomplete_beta(x: f64, y: f64, a: f64, b: f64) -> f64 {
    if x * (a + b + 2.0) > a + 1.0 {
        return 1.0 - incomplete_beta(y, x, b, a);
    }
    let log = |u: f64, v: f64| if v < 0.5 { libm::log1p(-v) } else { libm::log(u) };
    let scale = libm::exp(a * log(x, y) + b * log(y, x) - ln_beta(a, b)) / a;
    scale / beta_fraction(x, a, b)
}

/// The continued fraction 1 + d1/(1 + d2/(1 + …)) by the modified method of Lentz.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let floor = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut fraction, mut c, mut d) = (1.0, 1.0, 0.0);
    for step in 1..100_000 {
        let m = f64::from(step / 2);
        let k = a + 2.0 * m;
        let term = if step % 2 == 0 { m * (b - m) * x / ((k - 1.0) * k) } else { -(a + m) * (a + b + m) * x / (k * (k + 1.0)) };
        d = 1.0 / floor(1.0 + term * d);
        c = floor(1.0 + term / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

/// ln B(a, b), without the cancellation of ln Γ(a) − ln Γ(a + b) for large arguments (Stirling's series).
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = (a.min(b), a.max(b));
    if large < 20.0 {
        return libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    }
    let stirling = |x: f64| (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * x * x)) / (x * x)) / (x * x)) / x;
    let total = large + small;
    let difference = stirling(large) - stirling(total) + small - (total - 0.5) * libm::log1p(small / large) - small * libm::log(large);
    libm::lgamma(small) + difference
}

/// The x ≥ 0 at which the decreasing function `upper` (from 1 at 0 to 0 at infinity) equals `tail`: bracketing by
/// powers of two, then Illinois' false position, to the last digits.
fn invert(tail: f64, upper: impl Fn(f64) -> f64) -> f64 {
    if tail >= 1.0 {
        return 0.0;
    }
    if tail <= 0.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (1.0, 1.0);
    while upper(high) > tail && high < f64::MAX / 4.0 {
        (low, high) = (high, 2.0 * high);
    }
    while upper(low) < tail && low > f64::MIN_POSITIVE {
        (high, low) = (low, 0.5 * low);
    }
    let (mut at_low, mut at_high) = (upper(low) - tail, upper(high) - tail);
    for _ in 0..200 {
        let width = high - low;
        let cut = if at_low > at_high { low + width * at_low / (at_low - at_high) } else { 0.5 * (low + high) };
        let middle = if cut > low && cut < high { cut } else { 0.5 * (low + high) };
        let value = upper(middle) - tail;
        if value == 0.0 || width <= 4.0 * f64::EPSILON * middle {
            return middle;
        }
        if value > 0.0 {
            (low, at_low, at_high) = (middle, value, 0.5 * at_high);
        } else {
            (high, at_high, at_low) = (middle, value, 0.5 * at_low);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(value, expected)` agree to `digits` relative digits; the expected ones are from R 4.2.2.
    fn agree(pairs: &[(f64, f64)], relative: f64) {
        for (row, (value, expected)) in pairs.iter().enumerate() {
            assert!((value / expected - 1.0).abs() < relative, "row {row}: {value:e}, expected {expected:e}");
        }
    }

    #[test]
    fn quantiles_agree_with_r() {
        agree(
            &[
                (t_quantile(0.975, 1.0), 12.706204736174694),
                (t_quantile(0.975, 63.5755334545), 1.997986564374431),
                (t_quantile(0.975, 0.3), 6582.035699400796),
                (t_quantile(0.6, 4.2), 0.26987694425308956),
                (t_quantile(0.975, 1e5), 1.9599877075346088),
                (t_quantile(0.975, 2e6), 1.959965170676374),
                (t_quantile(1e-12, 5.0), -393.95695957760387),
                (normal_quantile(1e-300), -37.0470962993612),
                (normal_quantile(0.025), -1.9599639845400543),
                (normal_quantile(0.7), 0.5244005127080407),
                (normal_quantile(0.999999), 4.753424308817089),
                (f_quantile(0.95, 3.0, 7.7), 4.140556999936404),
                (f_quantile(0.01, 1.0, 100.0), 0.0001578753754394313),
                (f_quantile(0.95, 2.0, 1e9), 2.99573227355399),
                (chi_square_quantile(0.95, 1.0), 3.841458820694124),
                (chi_square_quantile(0.01, 1.0), 0.00015708785790970206),
                (chi_square_quantile(0.5, 79.0), 78.3343427537201),
                (chi_square_quantile(0.025, 3000.0), 2850.084936519793),
            ],
            1e-11,
        );
    }

    #[test]
    fn far_tails_agree_with_r() {
        agree(
            &[
                (t_two_sided(-40.0, 12.5), 1.4291532963716983e-14),
                (f_upper(300.0, 3.0, 40.0), 1.9082655610899704e-27),
                (chi_square_upper(200.0, 1.0), 2.088487583762545e-45),
                (normal_cdf(-10.0), 7.619853024160527e-24),
            ],
            1e-9,
        );
    }

    #[test]
    fn probabilities_and_quantiles_are_inverse() {
        for p in [1e-6, 0.025, 0.3, 0.5, 0.9, 0.999] {
            for df in [0.7, 1.0, 3.5, 40.0, 2_000.0, 5e6] {
                assert!((t_cdf(t_quantile(p, df), df) - p).abs() < 1e-11, "t {p} {df}");
                assert!((chi_square_cdf(chi_square_quantile(p, df.min(5e3)), df.min(5e3)) - p).abs() < 1e-11, "chi-square {p} {df}");
                assert!((f_cdf(f_quantile(p, 2.5, df), 2.5, df) - p).abs() < 1e-11, "F {p} {df}");
            }
            assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-15, "normal {p}");
        }
    }

    #[test]
    fn outside_the_domain_is_not_a_number() {
        for value in
            [t_quantile(0.5, 0.0), t_cdf(1.0, f64::NAN), f_upper(f64::NAN, 1.0, 2.0), chi_square_quantile(1.2, 3.0), normal_quantile(-0.1)]
        {
            assert!(value.is_nan());
        }
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert_eq!(t_quantile(0.0, 3.0), f64::NEG_INFINITY);
        assert_eq!(f_upper(-1.0, 1.0, 2.0), 1.0);
    }
}
