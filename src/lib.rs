//! Agent-based simulation of psychotherapy.
#[cfg(feature = "cli")]
pub mod cli;
pub mod dataset;
pub mod engine;
pub mod estimators;
pub mod model;
#[cfg(feature = "hdf5")]
pub mod output;
pub mod performance;
pub mod scenario;
