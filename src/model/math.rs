//! Elementary functions of the simulated path: same bits on every machine, no branches.
//!
//! The platform's `exp` and `ln` differ in the last bit between operating systems, and calls into
//! them stop the compiler from working on several clients at once. These are plain additions and
//! multiplications (never fused), so any vector width gives the same result.

/// e^x, relative error below 2e-12, for |x| ≤ 700; larger arguments saturate.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52: adding it rounds to an integer
    const LN2_HI: f64 = 6.931_471_803_691_238e-1;
    const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
    let x = clamp(x, -700.0, 700.0);
    let shifted = x * core::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HI) - n * LN2_LO;
    // Fitted on |r| ≤ ln 2 / 2 to 40-digit values; relative error 1.1e-12, exactly 1 at 0.
    let p = polynomial(
        [
            2.487_617_895_908_551_2e-5,
            1.991_588_187_139_603_6e-4,
            1.388_882_165_071_769e-3,
            8.333_266_071_022_454e-3,
            4.166_666_689_109_17e-2,
            1.666_666_689_118_054_4e-1,
            4.999_999_999_979_777e-1,
            9.999_999_999_797_69e-1,
            1.0,
        ],
        r,
    );
    f64::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// Natural logarithm, error below 1e-11 (absolute or relative, whichever is larger), for positive normal x.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    const LN2: f64 = core::f64::consts::LN_2;
    const EXPONENT_ZERO: f64 = 4_503_599_627_370_496.0; // 2^52: its low bits hold a small integer
    let shifted = x.to_bits().wrapping_sub(SQRT_HALF);
    // Exponent plus 1024 (never negative), turned into a float without an integer conversion.
    let biased = shifted.wrapping_add(1024 << 52) >> 52;
    let e = f64::from_bits(EXPONENT_ZERO.to_bits() | biased) - (EXPONENT_ZERO + 1024.0);
    let m = f64::from_bits((shifted & 0x000F_FFFF_FFFF_FFFF).wrapping_add(SQRT_HALF));
    let s = (m - 1.0) / (m + 1.0);
    let s2 = s * s;
    // (1/s) ln((1 + s)/(1 − s)) in s², fitted on s² ≤ .0295; relative error 4.3e-12.
    let p = polynomial(
        [2.361_650_431_988_722_7e-1, 2.853_504_356_313_236e-1, 4.000_038_479_011_479e-1, 6.666_666_524_691_081e-1, 2.000_000_000_008_364],
        s2,
    );
    e * LN2 + s * p
}

/// Does an event of log-odds `logit` happen, given a uniform draw `u`? Same as `u < logistic(logit)`,
/// without the division.
#[inline(always)]
pub fn happens(u: f64, logit: f64) -> bool {
    u + u * exp(-logit) < 1.0
}

/// 1 / (1 + e^−x).
#[inline(always)]
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// Log-odds of a probability; 0 and 1 become ∓40, which no 32-bit draw can tell from certainty.
pub fn logit(p: f64) -> f64 {
    if p <= 0.0 {
        -40.0
    } else if p >= 1.0 {
        40.0
    } else {
        libm::log(p / (1.0 - p))
    }
}

/// `x` held within `[lo, hi]`; as a select, so that it stays branch-free.
#[inline(always)]
pub fn clamp(x: f64, lo: f64, hi: f64) -> f64 {
    let x = if x < lo { lo } else { x };
    if x > hi { hi } else { x }
}

/// `x` rounded to the nearest integer, halves up, for |x| < 2^51.
#[inline(always)]
pub fn round_half_up(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    // Round to nearest even, then correct ties so that .5 always goes up, as on a score sheet.
    let r = (x + ROUND) - ROUND;
    if x - r >= 0.5 { r + 1.0 } else { r }
}

/// Uniform draw in (0, 1) from 32 random bits: the middle of one of 2^32 equal cells.
#[inline(always)]
pub fn uniform(bits: u32) -> f64 {
    // 2^52 with the bits in its lowest mantissa places, minus 2^52: an exact conversion by addition.
    const BASE: f64 = 4_503_599_627_370_496.0;
    let x = f64::from_bits(BASE.to_bits() | u64::from(bits)) - BASE;
    (x + 0.5) * (1.0 / 4_294_967_296.0)
}

/// Standard normal draw from 32 random bits, by inversion; |z| ≤ 6.33, relative error below 2e-6.
///
/// As in Giles (2011, doi:10.1016/B978-0-12-385963-1.00010-1): a polynomial in
/// w = −ln(4 q (1 − q)) with q the smaller tail; coefficients fitted here to 40-digit values. Single precision
/// carries more digits than the approximation needs and handles twice as many clients at a time. The smaller
/// tail comes from the bits themselves, so small probabilities keep their full precision, and the bits u and !u give ∓z
/// exactly.
#[inline(always)]
pub fn normal(bits: u32) -> f32 {
    let lower = (bits as i32) >= 0;
    let folded = if lower { bits } else { !bits } as i32;
    let q = (folded as f32 + 0.5) * (1.0 / 4_294_967_296.0);
    let x = ((i32::MAX - folded) as f32 + 0.5) * (1.0 / 2_147_483_648.0);
    let w = -ln_single(4.0 * q * (1.0 - q));
    let g = if w < 6.0 { normal_centre(w - 3.0) } else { normal_tail(w.sqrt() - 3.599_744_9) };
    let z = g * x;
    if lower { -z } else { z }
}

/// Natural logarithm in single precision, for positive normal x.
#[inline(always)]
fn ln_single(x: f32) -> f32 {
    const SQRT_HALF: i32 = 0x3F35_04F3;
    let shifted = (x.to_bits() as i32).wrapping_sub(SQRT_HALF);
    let exponent = (shifted >> 23) as f32;
    let m = f32::from_bits(((shifted & 0x007F_FFFF) + SQRT_HALF) as u32);
    let s = (m - 1.0) / (m + 1.0);
    exponent * core::f32::consts::LN_2 + s * polynomial([0.412_950_42, 0.666_522_6, 2.000_000_2], s * s)
}

#[inline(always)]
fn polynomial<T: Copy + core::ops::Add<Output = T> + core::ops::Mul<Output = T>, const N: usize>(coefficients: [T; N], x: T) -> T {
    let mut p = coefficients[0];
    let mut k = 1;
    while k < N {
        p = p * x + coefficients[k];
        k += 1;
    }
    p
}

#[inline(always)]
fn normal_centre(v: f32) -> f32 {
    polynomial(
        [
            -7.751_286e-9,
            -5.884_826_4e-9,
            6.343_786e-7,
            -2.670_691e-6,
            -1.797_444_8e-5,
            2.764_702e-4,
            -1.182_551_5e-3,
            -8.115_623e-3,
            3.417_17e-1,
            2.296_035_2,
        ],
        v,
    )
}

#[inline(always)]
fn normal_tail(s: f32) -> f32 {
    polynomial([-2.453_990_6e-4, 6.175_001e-4, -6.591_992e-4, 9.986_347e-4, -2.383_774e-3, 3.882_190_7e-3, 1.425_477_6, 4.859_231], s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_ln_match_the_reference_library() {
        for i in -7000..=7000 {
            let x = f64::from(i) / 10.0 + 0.0137;
            let x = x.clamp(-699.0, 699.0);
            let reference = libm::exp(x);
            assert!((exp(x) / reference - 1.0).abs() < 2e-12, "exp({x})");
        }
        for i in 1..200_000 {
            let x = f64::from(i) * 1.37e-3;
            assert!((ln(x) - libm::log(x)).abs() < 1e-11 * (1.0 + libm::log(x).abs()), "ln({x})");
        }
        assert!((ln(f64::powi(0.5, 32)) - libm::log(f64::powi(0.5, 32))).abs() < 1e-11);
    }

    #[test]
    fn normal_inverts_the_normal_distribution_into_both_tails() {
        let mut bits = 0u32;
        loop {
            let z = f64::from(normal(bits));
            let lower = 0.5 * libm::erfc(-z / core::f64::consts::SQRT_2);
            let (p, wanted) =
                if z < 0.0 { (lower, uniform(bits)) } else { (0.5 * libm::erfc(z / core::f64::consts::SQRT_2), 1.0 - uniform(bits)) };
            // d ln p / dz is about −z in the tail.
            assert!((p / wanted - 1.0).abs() < 4e-6 * (1.0 + z * z), "bits {bits}: z {z} {p} {wanted}");
            match bits.checked_add(65_521) {
                Some(next) => bits = next,
                None => break,
            }
        }
        assert_eq!(normal(0), -normal(u32::MAX));
        assert!(normal(0) < -6.3);
    }

    #[test]
    fn rounding_puts_halves_up() {
        for (x, r) in [(0.5, 1.0), (1.5, 2.0), (2.5, 3.0), (-0.5, 0.0), (62.499, 62.0), (62.5, 63.0)] {
            assert_eq!(round_half_up(x), r, "{x}");
        }
    }

    #[test]
    fn an_event_happens_with_its_logistic_probability() {
        for logit in [-4.0, -0.3, 0.0, 2.0] {
            let p = logistic(logit);
            assert!(happens(p - 1e-9, logit) && !happens(p + 1e-9, logit));
        }
        assert!(happens(uniform(u32::MAX), super::logit(1.0)));
        assert!(!happens(uniform(0), super::logit(0.0)));
    }
}
