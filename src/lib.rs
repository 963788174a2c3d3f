//! Agent-based simulation of psychotherapy.
pub mod dataset;
pub mod model;
pub mod engine;

pub mod estimators;
pub mod performance;
