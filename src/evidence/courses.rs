//! Progress in courses of treatment: studies differ too much in size to count their replicates.

use crate::engine::run::Watch;

/// Tells somebody about units of work as the courses that they hold.
pub struct Courses<'a, W> {
    /// Who looks on.
    pub watch: &'a W,
    /// Courses in a unit of work.
    pub per_unit: f64,
}

impl<W: Watch> Watch for Courses<'_, W> {
    fn stop(&self) -> bool {
        self.watch.stop()
    }
    fn done(&self, units: u64, sessions: u64) {
        self.watch.done(libm::round(units as f64 * self.per_unit) as u64, sessions);
    }
}
