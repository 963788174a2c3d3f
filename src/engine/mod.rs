//! From worlds to results: luck, replicates, summaries, and the order in which everything reaches a sink.
//!
//! [`plan`] turns a scenario into cells of arms, with the expected curves of [`norms`]. [`run`] cuts the work into
//! batches of replicates, and [`replicate`] runs all arms of a cell over the luck that [`streams`] addresses ([`cohort`] or open clinics, [`service`]), as many
//! clients at a time as [`vector`] registers hold. [`summary`] is what one replicate says, [`totals`] what all of them
//! say, and [`groups`] what parts of them say; [`trajectories`] has courses session by session; [`assess`] has measures that look on, [`rated`] what they say; [`couples`] is what is said about partners; [`records`] are
//! the rows, and [`sink`] is where they go. A study does not see all of that: [`design`] says whom it sees in which arm,
//! [`sample`] is the data set that it holds, [`reported`] and [`studies`] what it would report. The analyses that a scenario asks
//! for see the columns that `frames` fills, from what `forms` wrote down, and [`estimates`] has what they give.

pub mod allocation;
pub mod assess;
mod caseload;
pub mod cohort;
pub mod couples;
pub mod design;
pub mod estimates;
mod forms;
mod frames;
pub mod groups;
pub mod norms;
mod open_clinic;
pub mod plan;
pub mod rated;
pub mod records;
mod referrals;
pub mod replicate;
pub mod reported;
pub mod run;
pub mod sample;
pub mod service;
pub mod sink;
mod steps;
pub mod streams;
pub mod studies;
pub mod summary;
pub mod totals;
pub mod trajectories;
pub mod until;
pub mod vector;
