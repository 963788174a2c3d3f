//! What a lesson shows: a picture, what it says in a sentence, and the truth.

use crate::figures::sheet::Figure;

/// What a lesson shows.
pub struct Scene {
    /// The picture, with its sentence and its table.
    pub figure: Box<dyn Figure>,
    /// What the guess was about: the number that is right, or the position of the right answer.
    pub answer: f64,
    /// The right answer in words, as it goes on after "It is".
    pub answer_text: String,
    /// What is true, when it was asked for.
    pub truth: Option<String>,
}
