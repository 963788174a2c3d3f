//! Predicted random effects (best linear unbiased predictions, conditional modes) with their conditional covariances.

use super::fit::{Fit, lower_inverse};
use super::model::Model;
use nalgebra::{DMatrix, DVector};

/// Predictions of one random part.
#[derive(Clone, Debug)]
pub struct RandomEffects {
    /// Codes of the groups, ascending.
    pub groups: Vec<u32>,
    /// One row per group, one column per column of the part; unit of the fixed effects.
    pub effects: DMatrix<f64>,
    /// Covariance of the random effects of each group given the data, the fixed effects and the variances (lme4's `condVar`).
    pub covariances: Vec<DMatrix<f64>>,
}

/// What the elimination of one group leaves for the way back: given the effects above, those of the group have mean
/// `weights` × [−above | −γ | 1] and covariance `spread` (relative to σ²).
struct Eliminated {
    spread: DMatrix<f64>,
    weights: DMatrix<f64>,
}

/// Effects of a group and of all groups that contain it, with their joint covariance.
struct Chain {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

impl Model {
    /// Random effects of every part, given a fit of this model.
    pub fn random_effects(&self, fit: &Fit) -> Vec<RandomEffects> {
        let eliminated = self.upwards(fit);
        let chains = self.downwards(fit, &eliminated);
        (0..self.columns.len()).map(|part| self.of_part(part, fit, &chains)).collect()
    }

    /// Eliminates group by group and level by level, finest first.
    fn upwards(&self, fit: &Fit) -> Vec<Vec<Eliminated>> {
        let mut left: Vec<DMatrix<f64>> = Vec::new();
        let mut all = Vec::with_capacity(self.statistics.levels.len());
        for (level, factors) in self.statistics.levels.iter().zip(self.relative_covariances(fit)) {
            let (q, side) = (level.q, level.side());
            let parents = level.parent.iter().max().map_or(0, |last| last + 1);
            let mut above = vec![DMatrix::zeros(level.rest, level.rest); parents];
            let mut here = Vec::with_capacity(level.groups());
            for group in 0..level.groups() {
                let mut sum = left.get(group).cloned().unwrap_or_else(|| DMatrix::zeros(side, side));
                for (at, value) in level.of_group(group).iter().enumerate().filter(|(at, _)| at % side >= at / side) {
                    let (a, b) = (at / side, at % side);
                    sum[(a, b)] += value;
                    sum[(b, a)] = sum[(a, b)];
                }
                let own = sum.view((0, 0), (q, q));
                let cross = sum.view((0, q), (q, level.rest));
                let inner = DMatrix::identity(q, q) + own * &factors;
                let spread = &factors * inner.try_inverse().unwrap_or_else(|| DMatrix::zeros(q, q));
                let weights = &spread * cross;
                above[level.parent[group]] += sum.view((q, q), (level.rest, level.rest)) - cross.transpose() * &weights;
                here.push(Eliminated { spread: 0.5 * (&spread + spread.transpose()), weights });
            }
            all.push(here);
            left = above;
        }
        all
    }

    /// Effects from the coarsest level down.
    fn downwards(&self, fit: &Fit, eliminated: &[Vec<Eliminated>]) -> Vec<Vec<Chain>> {
        let p = fit.gamma.len();
        let mut chains: Vec<Vec<Chain>> = Vec::new();
        for (level, groups) in self.statistics.levels.iter().zip(eliminated).rev() {
            let coarser = chains.last();
            let of_group = |(group, one): (usize, &Eliminated)| {
                let above = coarser.map(|coarser| &coarser[level.parent[group]]);
                let depth = level.rest - p - 1;
                let pull = one.weights.columns(0, depth).into_owned();
                let mut mean = one.weights.column(level.rest - 1) - one.weights.columns(depth, p) * &fit.gamma;
                let mut joint = DMatrix::zeros(level.q + depth, level.q + depth);
                let mut own = one.spread.clone();
                if let Some(above) = above {
                    mean -= &pull * &above.mean;
                    let lean = &pull * &above.covariance;
                    own += &lean * pull.transpose();
                    joint.view_mut((0, level.q), (level.q, depth)).copy_from(&-&lean);
                    joint.view_mut((level.q, 0), (depth, level.q)).copy_from(&-lean.transpose());
                    joint.view_mut((level.q, level.q), (depth, depth)).copy_from(&above.covariance);
                    mean = DVector::from_iterator(level.q + depth, mean.iter().chain(above.mean.iter()).copied());
                }
                joint.view_mut((0, 0), (level.q, level.q)).copy_from(&own);
                Chain { mean, covariance: joint }
            };
            chains.push(groups.iter().enumerate().map(of_group).collect());
        }
        chains.reverse();
        chains
    }

    fn of_part(&self, part: usize, fit: &Fit, chains: &[Vec<Chain>]) -> RandomEffects {
        let blocks: Vec<_> = self.blocks.iter().filter(|block| block.part == part).collect();
        let (q, level, start) = (self.columns[part].0, blocks[0].level, blocks[0].offset);
        let mut back = DMatrix::zeros(q, q);
        for block in &blocks {
            back.view_mut((block.first, block.first), (block.q, block.q)).copy_from(&lower_inverse(&block.lower));
        }
        let mut order: Vec<(u32, usize)> =
            self.tree.code[level].iter().enumerate().filter_map(|(group, code)| code.map(|code| (code, group))).collect();
        order.sort_unstable();
        let mut effects = DMatrix::zeros(order.len(), q);
        let mut covariances = Vec::with_capacity(order.len());
        for (row, &(_, group)) in order.iter().enumerate() {
            let chain = &chains[level][group];
            let mean = &back * chain.mean.rows(start, q) * self.unit;
            effects.set_row(row, &mean.transpose());
            covariances.push(&back * chain.covariance.view((start, start), (q, q)) * back.transpose() * fit.sigma2);
        }
        RandomEffects { groups: order.into_iter().map(|(code, _)| code).collect(), effects, covariances }
    }

    /// D of each level.
    fn relative_covariances(&self, fit: &Fit) -> Vec<DMatrix<f64>> {
        let mut factors: Vec<DMatrix<f64>> = self.statistics.levels.iter().map(|level| DMatrix::zeros(level.q, level.q)).collect();
        for (entry, value) in self.entries().iter().zip(&fit.basis_theta) {
            factors[entry.level][(entry.a, entry.b)] = *value;
        }
        factors.iter().map(|factor| factor * factor.transpose()).collect()
    }
}
