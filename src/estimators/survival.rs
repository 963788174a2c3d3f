//! Kaplan and Meier (1958, doi:10.1080/01621459.1958.10501452) on whole sessions.

/// Median time to an event: the first session at which at most half are still without it; NaN when that
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
    fn censoring_delays_the_median() {
        // Survival: .8 at 1; then of 3 at risk one event at 3 (.533), then of 2 one at 5 (.267).
        let data = [(1, true), (2, false), (3, true), (5, true), (6, false)];
        assert_eq!(median_time(data.into_iter()), 5.0);
        assert_eq!(median_time([(1, true), (2, true), (3, true)].into_iter()), 2.0);
        assert!(median_time([(1, true), (2, false), (3, false)].into_iter()).is_nan());
    }
}
