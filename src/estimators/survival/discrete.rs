//! Time to an event in whole sessions, as a regression with a row for each session at risk (Singer & Willett 1993,
//! doi:10.3102/10769986018002155): with the logit link of `logistic`, odds of ending in a session; with the complementary
//! log-log link, the proportional hazards of Prentice & Gloeckler (1978, doi:10.2307/2529588).

use crate::estimators::status::{Failure, same_length};

/// Rows of sessions at risk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionsAtRisk {
    /// Which person each row is of.
    pub person: Vec<usize>,
    /// Session, from 1.
    pub session: Vec<f64>,
    /// 1 in the session of the event, else 0.
    pub ended: Vec<f64>,
}

/// A row for each session up to each person's last one.
///
/// # Errors
/// No rows, lengths that differ, a last session of 0.
pub fn sessions_at_risk(last: &[usize], event: &[bool]) -> Result<SessionsAtRisk, Failure> {
    same_length("the ending", event.len(), last.len())?;
    if last.is_empty() {
        return Err(Failure::NoRows);
    }
    if last.contains(&0) {
        return Err(Failure::Range { what: "the last session", rule: "1 or later" });
    }
    let mut rows = SessionsAtRisk::default();
    for (person, (&last, &event)) in last.iter().zip(event).enumerate() {
        for session in 1..=last {
            rows.person.push(person);
            rows.session.push(session as f64);
            rows.ended.push(f64::from(u8::from(event && session == last)));
        }
    }
    Ok(rows)
}

impl SessionsAtRisk {
    /// A person's value repeated in each of their rows.
    pub fn spread(&self, of_persons: &[f64]) -> Vec<f64> {
        self.person.iter().map(|&person| of_persons[person]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_for_each_session() {
        let rows = sessions_at_risk(&[2, 1], &[true, false]).expect("rows");
        assert_eq!((rows.person.as_slice(), rows.ended.as_slice()), (&[0, 0, 1][..], &[0.0, 1.0, 0.0][..]));
        assert_eq!(rows.spread(&[5.0, 7.0]), [5.0, 5.0, 7.0]);
        assert!(sessions_at_risk(&[0], &[true]).is_err() && sessions_at_risk(&[], &[]).is_err());
    }
}
