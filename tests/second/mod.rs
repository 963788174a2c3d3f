//! The second simulator, how its results are compared with the engine's, and the worlds in which.

pub mod compare;
pub mod couples;
pub mod course;
pub mod curves;
pub mod open_clinic;
pub mod open_worlds;
pub mod people;
pub mod services;
pub mod worlds;
