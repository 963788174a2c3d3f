//! Lessons for teaching: a question, a few sliders, a guess, a picture, and the truth behind it.
//!
//! Everything here is a function of a [`request`]: the lesson's scenario with the sliders' values written into it is loaded
//! and run by the engine ([`mod@bench`]), and the [`lesson`] makes a [`scene`] of the rows: one picture, a sentence, a table,
//! and the truth, which real data never show. [`view`] puts together what the page shows. [`page`] is the page itself; it
//! knows no formula. Nothing here opens a file or a socket: `cli` does.

pub mod bench;
pub mod controls;
pub mod lesson;
pub mod lessons;
pub mod page;
pub mod request;
mod rows;
pub mod scene;
pub mod view;
mod words;
