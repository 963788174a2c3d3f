//! Scenario files: reading, checking, overriding and describing them.
pub mod pairs;
#[cfg(test)]
pub(crate) mod toy;
