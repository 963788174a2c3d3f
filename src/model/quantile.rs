//! Distributions without a closed quantile function, as tables made once per scenario.
//!
//! Built with the pure-Rust `libm`, so the tables have the same bits on every machine.

const KNOTS: usize = 1025;
const CELLS: usize = 8192;
const Z_MAX: f64 = 6.4;

/// Gamma draws of mean 1 from standard-normal draws, by inversion.
///
/// The cube root of a gamma variable is nearly a straight function of a normal one (Wilson and
/// Hilferty 1931, doi:10.1073/pnas.17.12.684), so straight pieces on that scale are accurate.
#[derive(Clone, Debug, PartialEq)]
pub struct GammaTable {
    roots: Vec<f64>,
}

impl GammaTable {
    /// Table for a shape between .3 and 50.
    pub fn new(shape: f64) -> Self {
        // In y = cube root of x the density is 3 y^(3k−1) e^(−k y³), up to a constant.
        let power = 3.0 * shape - 1.0;
        let top = libm::cbrt(1.0 + (12.0 * libm::sqrt(1.0 / shape)).max(30.0 / shape));
        let step = top / CELLS as f64;
        let mass: Vec<f64> = (0..CELLS)
            .map(|i| {
                let y = (i as f64 + 0.5) * step;
                libm::exp(power * libm::log(y) - shape * (y * y * y - 1.0))
            })
            .collect();
        let total: f64 = mass.iter().sum();
        let below = running(mass.iter().copied(), total);
        let above = running(mass.iter().rev().copied(), total);
        let roots = (0..KNOTS)
            .map(|i| {
                let z = -Z_MAX + 2.0 * Z_MAX * i as f64 / (KNOTS - 1) as f64;
                let tail = 0.5 * libm::erfc(z.abs() / core::f64::consts::SQRT_2);
                if z < 0.0 {
                    if tail < below[0] { step * libm::pow(tail / below[0], 1.0 / (3.0 * shape)) } else { step * position(&below, tail) }
                } else {
                    top - step * position(&above, tail)
                }
            })
            .collect();
        Self { roots }
    }

    /// The gamma draw that belongs to the normal draw `z`.
    #[inline(always)]
    pub fn at(&self, z: f64) -> f64 {
        let at = (z + Z_MAX) * ((KNOTS - 1) as f64 / (2.0 * Z_MAX));
        let y = between(&self.roots, at);
        y * y * y
    }
}

/// Beta draws from uniform draws, by inversion.
#[derive(Clone, Debug, PartialEq)]
pub struct BetaTable {
    quantiles: Vec<f64>,
}

impl BetaTable {
    /// Table for shapes `a` and `b` of at least .2.
    pub fn new(a: f64, b: f64) -> Self {
        // In x = sin² θ the density is sin^(2a−1) cos^(2b−1), up to a constant.
        let step = core::f64::consts::FRAC_PI_2 / CELLS as f64;
        let mass: Vec<f64> = (0..CELLS)
            .map(|i| {
                let theta = (i as f64 + 0.5) * step;
                libm::pow(libm::sin(theta), 2.0 * a - 1.0) * libm::pow(libm::cos(theta), 2.0 * b - 1.0)
            })
            .collect();
        let total: f64 = mass.iter().sum();
        let below = running(mass.iter().copied(), total);
        let quantiles = (0..KNOTS)
            .map(|i| {
                let theta = step * position(&below, i as f64 / (KNOTS - 1) as f64);
                libm::pow(libm::sin(theta), 2.0)
            })
            .collect();
        Self { quantiles }
    }

    /// The beta draw that belongs to the uniform draw `u`.
    pub fn at(&self, u: f64) -> f64 {
        between(&self.quantiles, u * (KNOTS - 1) as f64)
    }
}

/// Running sums as shares of the total.
fn running(mass: impl Iterator<Item = f64>, total: f64) -> Vec<f64> {
    mass.scan(0.0, |sum, m| {
        *sum += m;
        Some(*sum / total)
    })
    .collect()
}

/// Where running shares reach `p`, in cells from the start.
fn position(running: &[f64], p: f64) -> f64 {
    let i = running.partition_point(|&share| share < p);
    if i >= running.len() {
        return running.len() as f64;
    }
    let before = if i == 0 { 0.0 } else { running[i - 1] };
    i as f64 + if running[i] > before { (p - before) / (running[i] - before) } else { 0.0 }
}

/// Straight line between neighbouring knots.
#[inline(always)]
fn between(knots: &[f64], at: f64) -> f64 {
    let i = (at as usize).min(KNOTS - 2);
    let knots = &knots[..KNOTS];
    knots[i] + (at - i as f64) * (knots[i + 1] - knots[i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::math::normal;

    /// Moments over an even grid of draws.
    fn moments(draw: impl Fn(u32) -> f64) -> (f64, f64) {
        let n = 1 << 18;
        let values: Vec<f64> = (0..n).map(|i| draw((i << 14) + (1 << 13))).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        (mean, values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n))
    }

    #[test]
    fn gamma_draws_have_mean_one_and_variance_one_over_shape() {
        for shape in [0.3, 0.5, 1.0, 2.0, 9.0, 50.0] {
            let table = GammaTable::new(shape);
            let (mean, variance) = moments(|bits| table.at(f64::from(normal(bits))));
            assert!((mean - 1.0).abs() < 3e-4, "shape {shape}: mean {mean}");
            assert!((variance * shape - 1.0).abs() < 3e-3, "shape {shape}: variance {variance}");
        }
    }

    #[test]
    fn shape_one_is_the_exponential_distribution() {
        let table = GammaTable::new(1.0);
        for z in [-5.0, -2.0, -0.5, 0.0, 0.7, 2.5, 4.5] {
            let exact = -libm::log(0.5 * libm::erfc(z / core::f64::consts::SQRT_2));
            assert!((table.at(z) / exact - 1.0).abs() < 2e-3, "z {z}: {} {exact}", table.at(z));
        }
    }

    #[test]
    fn beta_two_two_has_mean_a_half_and_variance_a_twentieth() {
        let table = BetaTable::new(2.0, 2.0);
        let (mean, variance) = moments(|bits| table.at(crate::model::math::uniform(bits)));
        assert!((mean - 0.5).abs() < 1e-5 && (variance - 0.05).abs() < 1e-5);
        // Distribution function 3x² − 2x³ at .25 is .15625.
        assert!((table.at(0.15625) - 0.25).abs() < 1e-5);
    }
}
