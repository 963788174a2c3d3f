//! The lessons, in the order in which they are offered.

mod alliance_levels;
mod blindness;
mod common;
mod completers;
mod feedback;
mod hundred;
mod league;
mod not_on_track;
pub mod own;
mod recovery;
mod regression;
mod ruptures;
mod stay;
mod story;
mod therapists;
mod twin;
mod waiting;

use super::lesson::Lesson;

/// All lessons that come with the program.
pub const LESSONS: &[Lesson] = &[
    therapists::LESSON,
    league::LESSON,
    regression::LESSON,
    stay::LESSON,
    completers::LESSON,
    ruptures::LESSON,
    twin::LESSON,
    feedback::LESSON,
    not_on_track::LESSON,
    recovery::LESSON,
    alliance_levels::LESSON,
    waiting::LESSON,
    hundred::LESSON,
    blindness::LESSON,
];
