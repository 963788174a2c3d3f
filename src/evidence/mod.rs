//! Published findings against simulated ones: which studies to simulate, what to compute from them, and whether it agrees.
//!
//! [`targets`] is the list of published quantities as a file has it, [`gallery`] the studies that it needs ([`shipped`] are
//! those that come with the program), [`statistic`] finds each quantity in a study, [`collect`] gathers it replicate by
//! replicate, [`verdict`] says whether it agrees, and [`report`] puts everything together; [`table`], [`figure`] and [`words`]
//! are how it is shown.

pub mod collect;
pub mod courses;
pub mod figure;
pub mod gallery;
pub mod own;
pub mod report;
pub mod shipped;
pub mod statistic;
pub mod table;
pub mod targets;
pub mod verdict;
pub mod words;
