//! What a researcher would hold: rows and columns, no latent truth.
pub mod built;
pub mod catalogue;
pub mod column;
pub mod frame;
pub mod sample;
