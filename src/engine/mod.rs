//! From rules to results.
pub mod norms;
pub mod replicate;
pub mod streams;
pub mod summary;
