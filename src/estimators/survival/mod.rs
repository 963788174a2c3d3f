//! Time to an event, with people who leave before it (censored).

pub mod competing;
pub mod cox;
pub mod discrete;
pub mod gray;
pub mod kaplan_meier;
pub mod log_rank;

use super::status::{Failure, finite, same_length};

/// Checks times and their endings: same lengths, nothing missing, none below 0.
fn check(times: &[f64], endings: usize) -> Result<(), Failure> {
    if times.is_empty() {
        return Err(Failure::NoRows);
    }
    same_length("the ending", endings, times.len())?;
    finite("the time", times)?;
    if times.iter().any(|t| *t < 0.0) {
        return Err(Failure::Range { what: "times", rule: "0 or more" });
    }
    Ok(())
}

/// Rows in the order of their times, in blocks of equal times.
fn by_time(times: &[f64]) -> Vec<(f64, Vec<usize>)> {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by(|a, b| times[*a].total_cmp(&times[*b]));
    let mut blocks: Vec<(f64, Vec<usize>)> = Vec::new();
    for row in order {
        match blocks.last_mut() {
            Some((time, rows)) if *time == times[row] => rows.push(row),
            _ => blocks.push((times[row], vec![row])),
        }
    }
    blocks
}

/// Median time to an event on whole sessions (Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452), without sorting:
/// the first session at which at most half are still without it; NaN when that
/// never happens. `times` holds, for each person, the session of the event or of the last observation, and
/// whether it was the event.
pub fn median_time(times: impl Iterator<Item = (u16, bool)>) -> f64 {
    let (mut events, mut leaving): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut at_risk = 0u32;
    for (time, event) in times {
        let t = time as usize;
        if t >= leaving.len() {
            leaving.resize(t + 1, 0);
            events.resize(t + 1, 0);
        }
        leaving[t] += 1;
        events[t] += u32::from(event);
        at_risk += 1;
    }
    let mut without = 1.0;
    for t in 0..leaving.len() {
        if at_risk > 0 {
            without *= 1.0 - f64::from(events[t]) / f64::from(at_risk);
        }
        if without <= 0.5 {
            return t as f64;
        }
        at_risk -= leaving[t];
    }
    f64::NAN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_medians_agree() {
        let data = [(1, true), (2, false), (3, true), (5, true), (6, false)];
        let (times, events): (Vec<f64>, Vec<bool>) = data.iter().map(|(t, e)| (f64::from(*t), *e)).unzip();
        let curve = kaplan_meier::fit(&times, &events).expect("a curve");
        assert_eq!(curve.median(), median_time(data.into_iter()));
    }

    #[test]
    fn censoring_delays_the_median() {
        // Survival: .8 at 1; then of 3 at risk one event at 3 (.533), then of 2 one at 5 (.267).
        let data = [(1, true), (2, false), (3, true), (5, true), (6, false)];
        assert_eq!(median_time(data.into_iter()), 5.0);
        assert_eq!(median_time([(1, true), (2, true), (3, true)].into_iter()), 2.0);
        assert!(median_time([(1, true), (2, false), (3, false)].into_iter()).is_nan());
    }
}
