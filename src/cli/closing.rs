//! What is said at the end of a run, besides its results.

use super::layout::{bytes, duration};
use crate::engine::run::Outcome;
use crate::output::results::Results;
use crate::output::writer::Written;

/// How it ended, how fast it was, what was written.
pub fn closing(results: &Results, outcome: &Outcome, written: Option<&Written>, seconds: f64) -> String {
    let about = &results.about;
    let how =
        if about.interrupted { format!("Interrupted: {} of {} replicates are complete", about.done, about.asked) } else { "Done".into() };
    let speed = outcome.sessions as f64 / seconds / 1e6;
    let kept = written.map_or_else(String::new, |file| format!("; wrote {} ({})", file.path.display(), bytes(file.bytes as f64)));
    format!("{how} in {}, {speed:.1} million dyad-sessions per second{kept}\n", duration(seconds))
}
