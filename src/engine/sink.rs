//! Where rows go. The engine does not know what is behind it: a file, a page, or nothing.

use super::assess::{Assessments, ItemAnswers};
use super::estimates::Estimates;
use super::records::{Clients, Replicates, Sessions, Therapists};
use super::service::Weeks;
use super::studies::StudyTable;

/// Rows of consecutive replicates, in order.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Summaries, one row per arm and replicate.
    pub replicates: Replicates,
    /// Therapist rows of the replicates that keep them.
    pub therapists: Therapists,
    /// Client rows of the replicates that keep them.
    pub clients: Clients,
    /// Session rows of the replicates that keep them.
    pub sessions: Sessions,
    /// Week rows of the replicates that keep them; only open clinics have any.
    pub weeks: Weeks,
    /// Rows of the studies of a meta-analysis, of all replicates.
    pub studies: StudyTable,
    /// Forms that look on, of the replicates that keep them.
    pub assessments: Assessments,
    /// Answers to their items.
    pub items: ItemAnswers,
    /// What the study's analyses give, of the replicates that keep it.
    pub estimates: Estimates,
}

impl Batch {
    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        self.replicates.clear();
        self.therapists.clear();
        self.clients.clear();
        self.sessions.clear();
        self.weeks.clear();
        self.studies.clear();
        self.assessments.clear();
        self.items.clear();
        self.estimates.clear();
    }
}

/// Takes rows as they come, always in the same order.
pub trait Sink {
    /// What can go wrong.
    type Error;
    /// Takes the next rows.
    ///
    /// # Errors
    /// When the rows cannot be kept; the run stops.
    fn accept(&mut self, batch: &Batch) -> Result<(), Self::Error>;
}

/// Keeps no rows: summaries only.
pub struct NoRows;

impl Sink for NoRows {
    type Error = core::convert::Infallible;
    fn accept(&mut self, _: &Batch) -> Result<(), Self::Error> {
        Ok(())
    }
}
