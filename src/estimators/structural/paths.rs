//! Variables, seen or not, that depend on each other by arrows: what they say of the covariances of those that are seen
//! (the reticular action model: McArdle and McDonald 1984, doi:10.1111/j.2044-8317.1984.tb00802.x).

use nalgebra::{DMatrix, DVector};

/// Something of the model that is a parameter or a number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arrow {
    /// Effect of the second variable on the first.
    Effect(usize, usize),
    /// Covariance of what is left of two variables; twice the same: a variance.
    Covariance(usize, usize),
}

/// How large it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Size {
    /// One.
    One,
    /// A parameter, by number.
    Free(usize),
}

/// A model by its arrows.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    /// Number of variables; those that are seen come first.
    pub variables: usize,
    /// How many are seen.
    pub seen: usize,
    /// Number of parameters.
    pub parameters: usize,
    /// Arrows.
    pub arrows: Vec<(Arrow, Size)>,
}

impl Paths {
    /// Covariances of the variables that are seen, and their derivatives by each parameter.
    pub fn covariance(&self, at: &DVector<f64>) -> (DMatrix<f64>, Vec<DMatrix<f64>>) {
        let m = self.variables;
        let (mut rest, mut left) = (DMatrix::identity(m, m), DMatrix::zeros(m, m));
        for (arrow, size) in &self.arrows {
            let value = match size {
                Size::One => 1.0,
                Size::Free(number) => at[*number],
            };
            match *arrow {
                Arrow::Effect(to, from) => rest[(to, from)] -= value,
                Arrow::Covariance(a, b) => {
                    left[(a, b)] = value;
                    left[(b, a)] = value;
                }
            }
        }
        // Nothing acts on itself, round about either: the determinant is 1.
        let total = rest.try_inverse().unwrap_or_else(|| DMatrix::from_element(m, m, f64::NAN));
        let seen = total.rows(0, self.seen).into_owned();
        let with_all = &seen * &left * total.transpose();
        let covariance = with_all.columns(0, self.seen).into_owned();
        let mut by = vec![DMatrix::zeros(self.seen, self.seen); self.parameters];
        for (arrow, size) in &self.arrows {
            let Size::Free(number) = *size else { continue };
            let (one, other, twice) = match *arrow {
                Arrow::Effect(to, from) => (seen.column(to), with_all.column(from), true),
                Arrow::Covariance(a, b) => (seen.column(a), seen.column(b), a != b),
            };
            let product = one * other.transpose();
            by[number] += if twice { &product + product.transpose() } else { product };
        }
        (covariance, by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_covariances() {
        // Two indicators of a factor, one of which acts on the other as well.
        let arrows = vec![
            (Arrow::Effect(0, 2), Size::One),
            (Arrow::Effect(1, 2), Size::Free(0)),
            (Arrow::Effect(1, 0), Size::Free(1)),
            (Arrow::Covariance(2, 2), Size::Free(2)),
            (Arrow::Covariance(0, 0), Size::Free(3)),
            (Arrow::Covariance(1, 1), Size::Free(3)),
            (Arrow::Covariance(0, 1), Size::Free(4)),
        ];
        let model = Paths { variables: 3, seen: 2, parameters: 5, arrows };
        let at = DVector::from_vec(vec![0.8, -0.3, 1.5, 0.7, 0.2]);
        let (covariance, by) = model.covariance(&at);
        // x = f + e; y = .8 f − .3 x + d = .5 f − .3 e + d: variances 2.2, and .375 + .063 + .7 − .12; covariance .75 − .21 + .2.
        let expected = [2.2, 0.74, 0.375 + 0.063 + 0.7 - 0.12];
        for ((a, b), value) in [(0, 0), (0, 1), (1, 1)].into_iter().zip(expected) {
            assert!((covariance[(a, b)] - value).abs() < 1e-12, "{covariance}");
        }
        for (i, by) in by.iter().enumerate() {
            let moved = |step: f64| {
                let mut there = at.clone();
                there[i] += step;
                model.covariance(&there).0
            };
            assert!(((moved(1e-6) - moved(-1e-6)) / 2e-6 - by).amax() < 1e-8, "parameter {i}");
        }
    }
}
