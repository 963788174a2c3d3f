//! Methods that a researcher applies to observed data. None of them can see the model.
pub mod agreement;
pub mod classes;
pub mod coefficient;
pub mod correlation;
pub mod distributions;
pub mod effect_size;
pub(crate) mod groups;
pub mod levels;
pub mod linear;
pub mod logistic;
pub mod meta;
pub mod mixed;
pub mod panel;
pub(crate) mod qr;
pub mod status;
pub mod survival;
pub mod therapist_icc;
