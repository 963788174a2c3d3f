//! Linear mixed models with nested groups, by maximum likelihood (ML) or restricted maximum likelihood (REML).
//!
//! y = Xβ + Σ Z b + ε, with b ~ N(0, Σ) for each group and ε ~ N(0, σ²) (Laird and Ware 1982, doi:10.2307/2529876).
//! The criterion, its parameters and what counts as a boundary fit are lme4's (Bates et al. 2015,
//! doi:10.18637/jss.v067.i01); the way to the optimum is not: see `docs/decisions.md`.

mod basis;
mod clusters;
mod effects;
mod eliminate;
mod failure;
mod fit;
mod freedom;
mod groups;
mod jet;
mod leaf;
mod model;
mod newton;
mod objective;
mod profile;
mod ratio;
mod search;
mod statistics;
mod variances;

pub use super::status::Status;
pub use effects::RandomEffects;
pub use failure::Failure;
pub use fit::{Component, Fit};
pub use freedom::KenwardRoger;
pub use model::Model;
pub use profile::{Deviation, Interval, profile};
pub use ratio::{LikelihoodRatio, likelihood_ratio};
pub use variances::Variances;

/// What is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Restricted maximum likelihood: variance components allow for the fixed effects.
    Reml,
    /// Maximum likelihood.
    Ml,
}

/// Random effects of one grouping: `(1 + x | therapist)` in R's notation.
#[derive(Clone, Debug)]
pub struct RandomPart<'a> {
    /// Group of each row: any codes. Rows in which all columns are zero belong to no group, whatever their code.
    pub groups: &'a [u32],
    /// Columns that the random effects multiply: ones for an intercept, a covariate for its slope, an indicator of
    /// an arm for a partially nested design.
    pub columns: Vec<&'a [f64]>,
    /// Whether the random effects of a group may be correlated: `(1 + x | g)` if so, `(1 + x || g)` if not.
    pub correlated: bool,
}

/// Data and structure of a model.
#[derive(Clone, Copy, Debug)]
pub struct Design<'a> {
    /// Outcome, any unit.
    pub y: &'a [f64],
    /// Columns of the fixed effects, the intercept's ones included.
    pub x: &'a [&'a [f64]],
    /// Random parts, in any order. Groupings must be nested in each other.
    pub random: &'a [RandomPart<'a>],
}

/// Fits in one step: see [`Model`] for random effects, profiles and a second criterion on the same data.
///
/// # Errors
/// [`Failure`] says what is wrong with the design, or that no optimum was found.
pub fn fit(design: &Design, criterion: Criterion) -> Result<Fit, Failure> {
    Model::new(design)?.fit(criterion, None)
}
