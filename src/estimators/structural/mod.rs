//! Models of covariances, by maximum likelihood: within and between persons over sessions, within and between groups.

pub mod cross_lagged;
pub mod gaussian;
mod paths;
mod patterns;
pub mod two_level;
