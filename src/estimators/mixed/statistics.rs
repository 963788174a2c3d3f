//! Sufficient statistics: cross-products by group, all that the likelihood needs of the data (Laird and Ware 1982,
//! doi:10.2307/2529876).

use super::groups::Tree;
use crate::estimators::qr::dot;

/// One grouping: its random columns and their cross-products.
pub struct Level {
    /// Random columns over all parts.
    pub q: usize,
    /// Columns of the rest: random columns of coarser levels, fixed columns, outcome.
    pub rest: usize,
    /// Group at the next level of each group.
    pub parent: Vec<usize>,
    /// Z'[Z | rest] of each group: q × (q + rest), row by row, group after group.
    pub cross: Vec<f64>,
}

impl Level {
    /// Side of the square of cross-products that is left when finer levels are eliminated.
    pub fn side(&self) -> usize {
        self.q + self.rest
    }

    pub fn groups(&self) -> usize {
        self.parent.len()
    }

    /// Whether the next group has another parent.
    pub fn is_last(&self, group: usize) -> bool {
        self.parent.get(group + 1).is_none_or(|&next| next != self.parent[group])
    }

    pub fn of_group(&self, group: usize) -> &[f64] {
        let size = self.q * self.side();
        &self.cross[group * size..(group + 1) * size]
    }
}

/// Groups of a single level with a single random column that have the same Z'Z, together.
pub struct Pool {
    /// Z'Z of each of these groups.
    pub zz: f64,
    pub groups: f64,
    /// Sum over these groups of (Z'rest)(Z'rest)', upper triangle of a square, row by row.
    pub outer: Vec<f64>,
}

pub struct Statistics {
    pub levels: Vec<Level>,
    /// Fixed columns.
    pub p: usize,
    /// Rows.
    pub n: usize,
    /// Σ y² of the outcome after the fixed columns are taken out. Fixed columns have mean square 1 and are orthogonal.
    pub yy: f64,
    /// Filled where a single random column on a single level allows it.
    pub pools: Vec<Pool>,
}

/// One pass over the rows. `z[level]` are the random columns of a level, `x` an orthogonal basis of the fixed columns.
pub fn collect(tree: &Tree, z: &[Vec<&[f64]>], x: &[Vec<f64>], y: &[f64]) -> Statistics {
    let (p, n) = (x.len(), y.len());
    let mut levels = Vec::with_capacity(z.len());
    let mut row_group = tree.row_group.clone();
    for (level, columns) in z.iter().enumerate() {
        let coarser = z[level + 1..].iter().flatten().copied();
        let all: Vec<&[f64]> = columns.iter().copied().chain(coarser).chain(x.iter().map(Vec::as_slice)).chain([y]).collect();
        let (q, side) = (columns.len(), all.len());
        let parent = tree.parent[level].clone();
        let mut cross = vec![0.0; parent.len() * q * side];
        let mut row = vec![0.0; side];
        for (at, &group) in row_group.iter().enumerate() {
            row.iter_mut().zip(&all).for_each(|(value, column)| *value = column[at]);
            for (a, sums) in cross[group * q * side..(group + 1) * q * side].chunks_exact_mut(side).enumerate() {
                let own = row[a];
                sums[a..].iter_mut().zip(&row[a..]).for_each(|(sum, value)| *sum += own * value);
            }
        }
        if level + 1 < z.len() {
            row_group.iter_mut().for_each(|group| *group = parent[*group]);
        }
        levels.push(Level { q, rest: side - q, parent, cross });
    }
    let mut statistics = Statistics { levels, p, n, yy: dot(y, y), pools: Vec::new() };
    if let [level] = statistics.levels.as_slice()
        && level.q == 1
    {
        statistics.pools = pool(level);
    }
    statistics
}

/// Sums of groups with equal Z'Z; with an intercept alone these are groups of the same size.
fn pool(level: &Level) -> Vec<Pool> {
    let mut pools: Vec<Pool> = Vec::new();
    let mut order: Vec<usize> = (0..level.groups()).collect();
    order.sort_by(|&a, &b| level.of_group(a)[0].total_cmp(&level.of_group(b)[0]));
    for group in order {
        let cross = level.of_group(group);
        if pools.last().is_none_or(|last| last.zz != cross[0]) {
            pools.push(Pool { zz: cross[0], groups: 0.0, outer: vec![0.0; level.rest * level.rest] });
        }
        let Some(last) = pools.last_mut() else { continue };
        last.groups += 1.0;
        let rest = &cross[1..];
        for (a, u) in rest.iter().enumerate() {
            for (b, v) in rest.iter().enumerate().skip(a) {
                last.outer[a * level.rest + b] += u * v;
            }
        }
    }
    pools
}
