//! Scenario files: reading, checking, overriding and describing them.
//!
//! A file is read three times over. [`reader`] makes a [`tree`] of it, which knows where
//! everything stands; `ron` turns it into the typed scenario and is the judge of what is
//! valid; and when it refuses, [`check`] compares the tree with the [`schema`] of that type to
//! say in plain words, and all at once, what is wrong ([`problem`]).
pub mod assumed;
pub mod changes;
pub mod check;
pub mod describe;
pub mod design;
pub mod document;
pub mod estimators;
pub mod file;
pub mod load;
mod names;
pub mod overrides;
pub mod pairs;
pub mod path;
pub mod points;
pub mod problem;
pub mod read;
pub mod reader;
pub mod rewrite;
pub mod sampling;
pub mod schema;
pub mod suggest;
pub mod template;
#[cfg(test)]
pub(crate) mod toy;
pub mod tree;
pub mod words;
