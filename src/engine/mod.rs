//! From worlds to results: luck, replicates, summaries, and the order in which everything reaches a sink.
//!
//! [`plan`] turns a scenario into cells of arms, with the expected curves of [`norms`]. [`run`] cuts the work into
//! batches of replicates, and [`replicate`] runs all arms of a cell over the luck that [`streams`] addresses ([`cohort`]), as many
//! clients at a time as [`vector`] registers hold. [`summary`] is what one replicate says, [`totals`] what all of them
//! say; [`assess`] has measures that look on, [`rated`] what they say; [`records`] are the rows, and [`sink`] is where they go.

pub mod assess;
pub mod cohort;
pub mod norms;
pub mod plan;
pub mod rated;
pub mod records;
pub mod replicate;
pub mod run;
pub mod sink;
pub mod streams;
pub mod summary;
pub mod totals;
pub mod vector;
