//! From rules to results.
pub mod replicate;
pub mod streams;
