//! What a researcher would hold: rows and columns, no latent truth.
pub mod built;
pub mod column;
pub mod sample;
pub mod text;
