//! Agent-based simulation of psychotherapy.
pub mod dataset;
pub mod engine;
pub mod estimators;
pub mod model;
#[cfg(feature = "hdf5")]
pub mod output;
pub mod performance;
pub mod scenario;
