//! Methods that a researcher applies to observed data. None of them can see the model.
pub mod classes;
pub mod correlation;
pub mod distributions;
pub mod levels;
pub mod meta;
pub mod mixed;
pub mod survival;
pub mod therapist_icc;
