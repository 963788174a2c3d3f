//! From rules to results.
pub mod norms;
pub mod plan;
pub mod records;
pub mod replicate;
pub mod run;
pub mod sink;
pub mod streams;
pub mod summary;
pub mod totals;
pub mod vector;
