//! A regression within and between groups in which the groups' means are not known but estimated: the multilevel latent
//! covariate model (Lüdtke, Marsh, Robitzsch, Trautwein, Asparouhov and Muthén 2008, doi:10.1037/a0012869).

use super::gaussian::{Block, Change, Implied, Information, Structure, maximise};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::groups::Groups;
use crate::estimators::qr;
use crate::estimators::status::{Failure, Status, at_least, same_length};
use nalgebra::{DMatrix, DVector};
use std::collections::BTreeMap;

/// What is said of a predictor.
#[derive(Clone, Copy, Debug)]
pub struct Predictor {
    /// Effect of a row's deviation from its group.
    pub within: Coefficient,
    /// Effect of the group's true mean.
    pub between: Coefficient,
    /// The second less the first: what the group adds.
    pub contextual: Coefficient,
    /// Variance of groups' means that is true, for groups of the usual (harmonic mean) size.
    pub reliability: f64,
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct TwoLevel {
    /// In the order of the predictors.
    pub predictors: Vec<Predictor>,
    /// Variance of the outcome between groups that is left.
    pub between: Coefficient,
    /// Variance within groups that is left.
    pub within: Coefficient,
    /// At the boundary when a variance is estimated as 0 or less.
    pub status: Status,
}

/// Bias of the effect of groups' observed means as predictor, with groups of one size: (β_w − β_b)(1 − reliability) (Lüdtke
/// and others 2008).
pub fn bias_of_observed_means(within: f64, between: f64, reliability: f64) -> f64 {
    (within - between) * (1.0 - reliability)
}

/// Regresses `y` on the columns within and between groups.
///
/// # Errors
/// Lengths that differ, missing values, too few groups, groups of one row each, predictors that do not vary within or between
/// groups.
pub fn fit<C: AsRef<[f64]>>(y: &[f64], x: &[C], group: &[u32]) -> Result<TwoLevel, Failure> {
    qr::check(y, x)?;
    same_length("the grouping variable", group.len(), y.len())?;
    let variables: Vec<&[f64]> = x.iter().map(AsRef::as_ref).chain([y]).collect();
    let groups = Groups::new(group);
    at_least("groups", groups.count(), variables.len() + 2)?;
    at_least("rows for this number of groups", y.len(), groups.count() + variables.len())?;
    // In units of standard deviations, so that one size of step suits all.
    let units: Vec<[f64; 2]> = variables.iter().map(|values| unit(values)).collect();
    if units.iter().any(|[_, sd]| sd.is_nan() || *sd <= 0.0) {
        return Err(Failure::Constant("the outcome or a predictor"));
    }
    let data = Data::new(&variables, &units, &groups);
    let model = Model { k: x.len(), sizes: data.sizes.clone() };
    let found = maximise(&data.blocks, &model, data.start(&model)?, Information::Observed)?;
    let k = model.k;
    let at = |number: usize| found.at[number];
    let coefficient = |number: usize, unit: f64| Coefficient::normal(at(number) * unit, found.covariance[(number, number)].sqrt() * unit);
    let (within, between) = (Part { first: 0, k }, Part { first: model.of_part(), k });
    let harmonic = groups.count() as f64 / groups.rows().iter().map(|rows| 1.0 / rows.len() as f64).sum::<f64>();
    let predictor = |i: usize| {
        let (w, b, unit) = (within.effect(i), between.effect(i), units[k][1] / units[i][1]);
        let variance = found.covariance[(w, w)] + found.covariance[(b, b)] - 2.0 * found.covariance[(w, b)];
        let true_share = at(between.covariance(i, i)) / (at(between.covariance(i, i)) + at(within.covariance(i, i)) / harmonic);
        let contextual = Coefficient::normal((at(b) - at(w)) * unit, variance.sqrt() * unit);
        Predictor { within: coefficient(w, unit), between: coefficient(b, unit), contextual, reliability: true_share }
    };
    let variances = (0..k).map(|i| between.covariance(i, i)).chain([between.rest(), within.rest()]);
    let status = if variances.into_iter().any(|number| at(number) <= 0.0) { Status::Boundary } else { Status::Converged };
    let square = units[k][1] * units[k][1];
    Ok(TwoLevel {
        predictors: (0..k).map(predictor).collect(),
        between: coefficient(between.rest(), square),
        within: coefficient(within.rest(), square),
        status,
    })
}

fn unit(values: &[f64]) -> [f64; 2] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    [mean, (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n).sqrt()]
}

/// Numbers of the parameters within groups, or between them: covariances of predictors, effects, variance that is left.
#[derive(Clone, Copy)]
struct Part {
    first: usize,
    k: usize,
}

impl Part {
    fn covariance(self, i: usize, j: usize) -> usize {
        let (low, high) = (i.min(j), i.max(j));
        self.first + high * (high + 1) / 2 + low
    }

    fn effect(self, i: usize) -> usize {
        self.first + self.k * (self.k + 1) / 2 + i
    }

    fn rest(self) -> usize {
        self.effect(self.k)
    }

    /// Covariances of predictors and outcome, and their derivatives.
    fn covariances(self, at: &DVector<f64>) -> (DMatrix<f64>, Vec<DMatrix<f64>>) {
        let k = self.k;
        let phi = DMatrix::from_fn(k, k, |i, j| at[self.covariance(i, j)]);
        // Predictors and the outcome as functions of the predictors.
        let load = DMatrix::from_fn(k + 1, k, |i, j| if i == k { at[self.effect(j)] } else { f64::from(u8::from(i == j)) });
        let mut whole = &load * &phi * load.transpose();
        whole[(k, k)] += at[self.rest()];
        let mut by = Vec::new();
        for i in 0..k {
            for j in 0..=i {
                let both = load.column(i) * load.column(j).transpose();
                by.push(if i == j { both } else { &both + both.transpose() });
            }
        }
        for i in 0..k {
            let mut moved = DMatrix::zeros(k + 1, k + 1);
            moved.set_row(k, &(phi.row(i) * load.transpose()));
            by.push(&moved + moved.transpose());
        }
        let mut rest = DMatrix::zeros(k + 1, k + 1);
        rest[(k, k)] = 1.0;
        by.push(rest);
        (whole, by)
    }
}

/// Within groups, then the groups of each size.
struct Model {
    k: usize,
    sizes: Vec<f64>,
}

impl Model {
    fn of_part(&self) -> usize {
        self.k * (self.k + 1) / 2 + self.k + 1
    }
}

impl Structure for Model {
    fn implied(&self, at: &DVector<f64>) -> Vec<Implied> {
        let (half, p) = (self.of_part(), self.k + 1);
        let (within, by_within) = Part { first: 0, k: self.k }.covariances(at);
        let (between, by_between) = Part { first: half, k: self.k }.covariances(at);
        let means = at.rows(2 * half, p);
        // Rows within groups say nothing of means; means of groups of size n are taken √n times.
        let of = |n: f64| {
            let root = n.sqrt();
            let unit = |v: usize| DVector::from_fn(p, |i, _| if i == v { root } else { 0.0 });
            let changes =
                by_within.iter().map(|by| Change::Covariance(by.clone())).chain(by_between.iter().map(|by| Change::Covariance(by * n)));
            let by = changes.chain((0..p).map(|v| Change::Mean(unit(v)))).collect();
            Implied { mean: means * root, covariance: &within + &between * n, by }
        };
        [0.0].iter().chain(&self.sizes).map(|n| of(*n)).collect()
    }
}

struct Data {
    sizes: Vec<f64>,
    blocks: Vec<Block>,
}

impl Data {
    fn new(variables: &[&[f64]], units: &[[f64; 2]], groups: &Groups) -> Self {
        let p = variables.len();
        let row = |row: usize| DVector::from_fn(p, |v, _| (variables[v][row] - units[v][0]) / units[v][1]);
        let mut scatter = DMatrix::zeros(p, p);
        let mut by_size: BTreeMap<usize, Vec<DVector<f64>>> = BTreeMap::new();
        for rows in groups.rows() {
            let n = rows.len() as f64;
            let mean = rows.iter().fold(DVector::zeros(p), |sum, &at| sum + row(at)) / n;
            for &at in rows {
                let off = row(at) - &mean;
                scatter.ger(1.0, &off, &off, 1.0);
            }
            by_size.entry(rows.len()).or_default().push(mean * n.sqrt());
        }
        let inside = (variables[0].len() - groups.count()) as f64;
        let mut blocks = vec![Block { n: inside, mean: DVector::zeros(p), scatter: scatter / inside }];
        for means in by_size.values() {
            let n = means.len() as f64;
            let mean = means.iter().fold(DVector::zeros(p), |sum, one| sum + one) / n;
            let mut scatter = DMatrix::zeros(p, p);
            for one in means {
                let off = one - &mean;
                scatter.ger(1.0 / n, &off, &off, 1.0);
            }
            blocks.push(Block { n, mean, scatter });
        }
        Self { sizes: by_size.keys().map(|size| *size as f64).collect(), blocks }
    }

    /// Moments within groups; between groups a share of them.
    fn start(&self, model: &Model) -> Result<DVector<f64>, Failure> {
        let (k, half) = (model.k, model.of_part());
        let inside = &self.blocks[0].scatter;
        let phi = inside.view((0, 0), (k, k)).into_owned();
        let effects = phi
            .clone()
            .cholesky()
            .ok_or(Failure::Collinear("predictors, within groups,"))?
            .solve(&DVector::from_fn(k, |i, _| inside[(i, k)]));
        let rest = (inside[(k, k)] - effects.dot(&DVector::from_fn(k, |i, _| inside[(i, k)]))).max(1e-6);
        let mut at = DVector::zeros(2 * half + k + 1);
        for (first, share) in [(0, 1.0), (half, 0.15)] {
            let part = Part { first, k };
            for i in 0..k {
                for j in 0..=i {
                    at[part.covariance(i, j)] = share * phi[(i, j)];
                }
                at[part.effect(i)] = effects[i];
            }
            at[part.rest()] = share * rest;
        }
        Ok(at)
    }
}
