//! ln |H| and the cross-products W'H⁻¹W (W = [X | y], H = V/σ² = I + Σ Z D Z') with their first and second derivatives
//! with respect to the entries of D, by eliminating random effects level by level, finest level first.
//!
//! One group has Z'Z = `s11` and Z'rest = `s1r`. With M = (I + s11 D)⁻¹ and T = M s1r, its random effects leave
//! rest'rest − s1r' D T and ln |I + s11 D| (Bates et al. 2015, doi:10.18637/jss.v067.i01, sections 3.1 to 3.4, with
//! D = ΛΛ' so that it may be singular). Derivatives follow by the product rule; `docs/decisions.md` says why they are exact.

use super::eliminate::Level;
use super::leaf::Leaf;
use super::statistics::{self, Pool, Statistics};

/// One entry (a, b), a ≥ b, of the covariance matrix D of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub level: usize,
    pub a: usize,
    pub b: usize,
}

/// Place of the pair i ≤ j among the second derivatives.
pub fn pair(i: usize, j: usize) -> usize {
    debug_assert!(i <= j);
    j * (j + 1) / 2 + i
}

/// ln |H| with its derivatives.
#[derive(Clone, Debug, Default)]
pub struct LogDet {
    pub value: f64,
    pub first: Vec<f64>,
    pub second: Vec<f64>,
}

/// A square of cross-products (upper triangle) with its derivatives.
#[derive(Clone, Debug, Default)]
pub struct Jet {
    pub side: usize,
    pub value: Vec<f64>,
    pub first: Vec<Vec<f64>>,
    pub second: Vec<Vec<f64>>,
}

impl Jet {
    pub fn new(side: usize, parameters: usize) -> Self {
        let pairs = parameters * (parameters + 1) / 2;
        Self {
            side,
            value: vec![0.0; side * side],
            first: vec![vec![0.0; side * side]; parameters],
            second: vec![vec![0.0; side * side]; pairs],
        }
    }

    pub fn clear(&mut self) {
        self.value.fill(0.0);
        self.first.iter_mut().chain(&mut self.second).for_each(|square| square.fill(0.0));
    }
}

/// Eliminates random effects again and again, for different D.
pub struct Eliminator<'a> {
    statistics: &'a Statistics,
    /// The finest level, and the others.
    leaf: Option<Leaf>,
    levels: Vec<Level>,
    pub entries: Vec<Entry>,
    /// ln |H|.
    pub log_det: LogDet,
    /// W'H⁻¹W.
    pub top: Jet,
}

impl<'a> Eliminator<'a> {
    /// `entries` are the free entries of D, levels in order.
    pub fn new(statistics: &'a Statistics, entries: Vec<Entry>) -> Self {
        let mut before = 0;
        let (mut leaf, mut levels) = (None, Vec::new());
        for (at, level) in statistics.levels.iter().enumerate() {
            let own: Vec<(usize, usize)> = entries.iter().filter(|entry| entry.level == at).map(|entry| (entry.a, entry.b)).collect();
            let all = before + own.len();
            if at == 0 {
                leaf = Some(Leaf::new(level.q, level.rest, own));
            } else {
                levels.push(Level::new(level.q, level.rest, before, own));
            }
            before = all;
        }
        let all = entries.len();
        let log_det = LogDet { value: 0.0, first: vec![0.0; all], second: vec![0.0; all * (all + 1) / 2] };
        Self { statistics, leaf, levels, entries, log_det, top: Jet::new(statistics.p + 1, all) }
    }

    /// Fills `top` for the covariance matrices `d` (one per level, row by row); with derivatives if asked.
    /// False when some I + s11 D is not positive definite to working precision.
    pub fn run(&mut self, d: &[Vec<f64>], derivatives: bool) -> bool {
        self.start();
        if !self.statistics.pools.is_empty() {
            self.pools(d[0][0], derivatives);
            return self.log_det.value.is_finite();
        }
        let (Some(leaf), Some(finest)) = (&mut self.leaf, self.statistics.levels.first()) else { return true };
        leaf.clear(derivatives);
        let mut fine = true;
        for group in 0..finest.groups() {
            fine &= leaf.group(finest.of_group(group), &d[0], &mut self.log_det);
            if finest.is_last(group) {
                leaf.flush(self.levels.first_mut().map_or(&mut self.top, |next| &mut next.sum));
                let parent = finest.parent[group];
                fine &=
                    climb(&self.statistics.levels[1..], &mut self.levels, parent, &d[1..], derivatives, &mut self.top, &mut self.log_det);
            }
        }
        fine && self.log_det.value.is_finite()
    }

    pub fn rows(&self) -> f64 {
        self.statistics.n as f64
    }

    /// The fixed columns are orthogonal with mean square 1, and uncorrelated with the outcome.
    fn start(&mut self) {
        let (p, n) = (self.statistics.p, self.statistics.n as f64);
        self.top.clear();
        self.log_det.value = 0.0;
        self.log_det.first.fill(0.0);
        self.log_det.second.fill(0.0);
        for column in 0..p {
            self.top.value[column * (p + 1) + column] = n;
        }
        self.top.value[p * (p + 1) + p] = self.statistics.yy;
        for level in &mut self.levels {
            level.sum.clear();
        }
    }

    /// One random column on one level: groups of equal Z'Z at once.
    fn pools(&mut self, d: f64, derivatives: bool) {
        let (top, log_det) = (&mut self.top, &mut self.log_det);
        for Pool { zz, groups, outer } in &self.statistics.pools {
            let shrink = 1.0 / (1.0 + zz * d);
            log_det.value += groups * libm::log1p(zz * d);
            add(&mut top.value, outer, -d * shrink);
            if derivatives {
                log_det.first[0] += groups * zz * shrink;
                log_det.second[0] -= groups * zz * zz * shrink * shrink;
                add(&mut top.first[0], outer, -shrink * shrink);
                add(&mut top.second[0], outer, 2.0 * zz * shrink * shrink * shrink);
            }
        }
    }
}

/// Eliminates group `at` of the first of `levels`, whose subgroups are complete, and all groups that this completes.
fn climb(
    statistics: &[statistics::Level],
    levels: &mut [Level],
    mut at: usize,
    d: &[Vec<f64>],
    derivatives: bool,
    top: &mut Jet,
    log_det: &mut LogDet,
) -> bool {
    let mut fine = true;
    for (level, own) in statistics.iter().enumerate() {
        let (lower, upper) = levels.split_at_mut(level + 1);
        let here = &mut lower[level];
        here.load(own.of_group(at));
        fine &= here.eliminate(&d[level], derivatives, upper.first_mut().map_or(&mut *top, |next| &mut next.sum), log_det);
        here.sum.clear();
        if !own.is_last(at) {
            break;
        }
        at = own.parent[at];
    }
    fine
}

pub fn add(to: &mut [f64], from: &[f64], factor: f64) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}
