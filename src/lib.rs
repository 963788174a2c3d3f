//! Agent-based simulation of psychotherapy.
pub mod dataset;
pub mod scenario;
