//! What lessons take from the rows of a run.

use super::bench::Ran;
use core::ops::Range;

/// Rows of one arm (from 1) of the first replicate that has any.
pub fn of_arm(arms: &[i32], arm: i32) -> Range<usize> {
    let start = arms.iter().position(|&a| a == arm).unwrap_or(arms.len());
    let len = arms[start..].iter().take_while(|&&a| a == arm).count();
    start..start + len
}

/// Mean, standard deviation, and number of finite values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation (divisor n − 1).
    pub sd: f64,
    /// Number of values.
    pub n: usize,
}

impl Spread {
    /// Of the finite values.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let finite: Vec<f64> = values.into_iter().filter(|x| x.is_finite()).collect();
        let n = finite.len();
        let mean = finite.iter().sum::<f64>() / n as f64;
        let squares: f64 = finite.iter().map(|x| (x - mean) * (x - mean)).sum();
        Self { mean, sd: if n > 1 { (squares / (n as f64 - 1.0)).sqrt() } else { f64::NAN }, n }
    }

    /// Standard error of the mean.
    pub fn se(&self) -> f64 {
        self.sd / (self.n as f64).sqrt()
    }

    /// Ends of the 95 % interval of the mean (normal); the mean itself where there is no error.
    pub fn interval(&self) -> (f64, f64) {
        let reach = if self.se().is_finite() { NINETY_FIVE * self.se() } else { 0.0 };
        (self.mean - reach, self.mean + reach)
    }
}

/// Standard errors on each side of a 95 % interval.
pub const NINETY_FIVE: f64 = 1.959_963_984_540_054;

/// Sessions of one client in one arm.
pub struct Course {
    /// Rows among the sessions.
    pub rows: Range<usize>,
}

impl Ran {
    /// Names of the arms.
    pub fn arms(&self) -> Vec<String> {
        self.scenario.cells.first().map_or_else(Vec::new, |cell| cell.arms.iter().map(|arm| arm.name.clone()).collect())
    }

    /// Rows of the clients of an arm (from 0).
    pub fn clients(&self, arm: usize) -> Range<usize> {
        of_arm(&self.rows.clients.arm, arm as i32 + 1)
    }

    /// Rows of the sessions of an arm (from 0), first replicate.
    pub fn sessions(&self, arm: usize) -> Range<usize> {
        of_arm(&self.rows.sessions.arm, arm as i32 + 1)
    }

    /// Courses of an arm, client by client.
    pub fn courses(&self, arm: usize) -> Vec<Course> {
        let sessions = self.sessions(arm);
        let clients = &self.rows.sessions.client;
        let mut out: Vec<Course> = Vec::new();
        for row in sessions {
            match out.last_mut() {
                Some(last) if clients[last.rows.start] == clients[row] => last.rows.end = row + 1,
                _ => out.push(Course { rows: row..row + 1 }),
            }
        }
        out
    }

    /// Symptom scores of an arm by session (session 1 first), of those who had it.
    pub fn scores_by_session(&self, arm: usize) -> Vec<Spread> {
        let sessions = &self.rows.sessions;
        let mut by: Vec<Vec<f64>> = Vec::new();
        for row in self.sessions(arm) {
            let at = sessions.session[row] as usize - 1;
            by.resize_with(by.len().max(at + 1), Vec::new);
            by[at].push(sessions.symptom_score[row]);
        }
        by.into_iter().map(Spread::of).collect()
    }
}
