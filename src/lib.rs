//! Agent-based simulation of psychotherapy.
pub mod dataset;
#[cfg(feature = "hdf5")]
pub mod output;
