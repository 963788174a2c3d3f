//! Why a mixed model could not be fitted.

use thiserror::Error;

/// The random part numbers count from 0 in the order of the design.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    #[error("no rows")]
    NoRows,
    #[error("{what} has {found} rows, the outcome {expected}")]
    Lengths { what: String, found: usize, expected: usize },
    #[error("{what} is missing or infinite in row {row}")]
    NotFinite { what: String, row: usize },
    #[error("{n} rows are too few for {p} fixed effects")]
    TooFewRows { n: usize, p: usize },
    #[error("the fixed effects reproduce the outcome exactly: there is no variance to divide")]
    ExactFit,
    #[error("random part {part}: there is only one group, so that no variance between groups can be estimated")]
    OneGroup { part: usize },
    #[error("random part {part}: as many groups as rows, so that its variance cannot be told from the residual")]
    OneRowPerGroup { part: usize },
    #[error("random part {part}: its groups have at least as many random effects as rows")]
    TooManyEffects { part: usize },
    #[error("random part {part}: its columns are zero or collinear")]
    SingularColumns { part: usize },
    #[error("random parts {fine} and {coarse}: the groups cross; only nested groups are supported")]
    Crossed { fine: usize, coarse: usize },
    #[error("random parts {first} and {second} have the same groups and a column in common")]
    Duplicate { first: usize, second: usize },
    #[error("there is no column {column} of random part {part}")]
    NoSuchColumn { part: usize, column: usize },
    #[error("there is only one cluster")]
    OneCluster,
    #[error("random part {part}: a group has rows in two clusters")]
    SplitGroup { part: usize },
    #[error("a fixed effect cannot be estimated without one of the clusters, which this correction needs")]
    NeededCluster,
    #[error("the random effects reproduce the outcome exactly: the residual variance is zero")]
    NoResidual,
    #[error("no optimum found after {steps} steps")]
    NotConverged { steps: usize },
}
