//! How a fit went.

/// State of a fit that gave numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The search ended inside the space of parameters.
    Converged,
    /// It ended at its edge, a variance of 0 or a correlation of ±1 for instance (a singular fit): standard errors then say less
    /// than they seem to.
    Boundary,
}

/// Why a method has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    /// Nothing to analyse.
    #[error("no rows are left to analyse")]
    NoRows,
    /// Two inputs that belong together differ in length.
    #[error("{what} has {found} values where {expected} were expected")]
    Length {
        /// The shorter or longer input.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
    },
    /// A value is missing, infinite or too large to be squared and summed.
    #[error("{0} holds a missing value, or one beyond ±1e100")]
    NotFinite(&'static str),
    /// Fewer rows, groups or studies than the method needs.
    #[error("too few {what}: {found}, at least {needed} are needed")]
    TooFew {
        /// What there is too little of, in the plural.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        needed: usize,
    },
    /// Something that has to vary does not.
    #[error("{0} does not vary")]
    Constant(&'static str),
    /// A value outside what the method takes.
    #[error("{what} must be {rule}")]
    Range {
        /// Which value.
        what: &'static str,
        /// What would be right.
        rule: &'static str,
    },
    /// Predictors or groups tell the two outcomes apart without error, so that the best coefficients are infinite.
    #[error("perfect separation: predictors or groups tell the outcomes apart without error, so that coefficients grow without limit")]
    Separation,
    /// The search did not end.
    #[error("no convergence within {0} steps")]
    NoConvergence(usize),
    /// Coefficients that cannot be told apart.
    #[error("{0} are linear combinations of each other")]
    Collinear(&'static str),
}

/// Fails unless `found` is `expected`.
pub(crate) fn same_length(what: &'static str, found: usize, expected: usize) -> Result<(), Failure> {
    if found == expected { Ok(()) } else { Err(Failure::Length { what, found, expected }) }
}

/// Fails if a value is missing, infinite or beyond ±1e100.
pub(crate) fn finite(what: &'static str, values: &[f64]) -> Result<(), Failure> {
    if values.iter().all(|v| v.abs() <= 1e100) { Ok(()) } else { Err(Failure::NotFinite(what)) }
}

/// Fails with fewer than `needed`.
pub(crate) fn at_least(what: &'static str, found: usize, needed: usize) -> Result<(), Failure> {
    if found >= needed { Ok(()) } else { Err(Failure::TooFew { what, found, needed }) }
}
