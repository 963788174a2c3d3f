//! What several lessons need.

pub use crate::explorer::bench::{Bench, Kept, Ran, Trouble};
pub use crate::explorer::lesson::{Ask, Guess, Lesson, Note, Slider, Told};
pub use crate::explorer::rows::{NINETY_FIVE, Spread};
pub use crate::explorer::scene::Scene;
pub use crate::explorer::view::of;
pub use crate::explorer::words::{number, percent, plural, signed};
pub use crate::figures::frame::Scale;
pub use crate::figures::sheet::About;

use crate::estimators::linear;

/// Rows of clients.
pub const CLIENTS: Kept = Kept { therapists: false, clients: true, sessions: false, first_only: true };
/// Rows of clients and sessions.
pub const SESSIONS: Kept = Kept { therapists: false, clients: true, sessions: true, first_only: true };
/// No rows: totals only.
pub const TOTALS: Kept = Kept { therapists: false, clients: false, sessions: false, first_only: false };

/// Symptom axis of most pictures: the same ends whatever the sliders say, so that the picture moves and not its axis.
pub fn symptoms(name: &str) -> Scale {
    Scale::fixed(name, 40.0, 100.0)
}

/// A note for teachers.
pub const fn note(about: &'static str, text: &'static str) -> Note {
    Note { about, text }
}

/// What each client of the first arm gained beyond what clients with her score at session 1 gained on average, points.
///
/// # Errors
/// There are too few clients.
pub fn gains(ran: &Ran) -> Result<Vec<f64>, Trouble> {
    let clients = ran.clients(0);
    let (pre, post) = (&ran.rows.clients.intake_score[clients.clone()], &ran.rows.clients.final_score[clients.clone()]);
    let ones = vec![1.0; clients.len()];
    let fit = linear::fit(post, &[ones.as_slice(), pre]).map_err(|failure| Trouble::Wrong(failure.to_string()))?;
    Ok(fit.residuals().iter().map(|residual| -residual).collect())
}

/// Values of the first arm's clients by therapist.
pub fn by_therapist(ran: &Ran, values: &[f64]) -> Vec<Vec<f64>> {
    let therapists = &ran.rows.clients.therapist[ran.clients(0)];
    let mut own = vec![Vec::new(); therapists.iter().max().map_or(0, |&last| last as usize)];
    for (&therapist, &value) in therapists.iter().zip(values) {
        own[therapist as usize - 1].push(value);
    }
    own
}

/// Means by group.
pub fn means(groups: &[Vec<f64>]) -> Vec<f64> {
    groups.iter().map(|own| Spread::of(own.iter().copied()).mean).collect()
}

/// Ranks of values, the highest first, from 1.
pub fn ranks(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let mut ranks = vec![0; values.len()];
    for (rank, at) in (1..).zip(order) {
        ranks[at] = rank;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_begin_with_the_highest() {
        assert_eq!(ranks(&[0.5, 2.0, 1.0]), [3, 1, 2]);
        assert_eq!(means(&[vec![1.0, 3.0], vec![5.0]]), [2.0, 5.0]);
    }
}
