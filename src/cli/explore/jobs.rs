//! Runs under way: how many at once, who may stop them, how far they are.

use crate::explorer::bench::Audience;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Runs at the same time; others wait.
pub const AT_ONCE: usize = 2;
/// Runs that may wait; more are refused.
pub const WAITING: usize = 6;
/// After that a run is stopped.
pub const LONGEST: Duration = Duration::from_secs(60);
/// Longest name of a tab.
pub const LONGEST_NAME: usize = 64;

/// One run: stopped by a later one of the same tab, by its tab, by the end of the connection, or because it takes too long.
#[derive(Debug)]
pub struct Job {
    stop: AtomicBool,
    progress: AtomicU64,
    until: Instant,
}

impl Job {
    fn new() -> Self {
        Self { stop: AtomicBool::new(false), progress: AtomicU64::new(0), until: Instant::now() + LONGEST }
    }

    /// Stops it as soon as it looks.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// It took too long.
    pub fn late(&self) -> bool {
        Instant::now() > self.until
    }

    /// How much of it is done, 0 to 1.
    pub fn done(&self) -> f64 {
        f64::from_bits(self.progress.load(Ordering::Relaxed))
    }
}

impl Audience for Job {
    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.late()
    }

    fn progress(&self, share: f64) {
        self.progress.store(share.to_bits(), Ordering::Relaxed);
    }
}

/// All runs.
#[derive(Debug)]
pub struct Jobs {
    /// Permits to run.
    pub permits: Arc<Semaphore>,
    /// Permits to be there at all.
    pub places: Arc<Semaphore>,
    by_tab: Mutex<HashMap<String, Arc<Job>>>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)), places: Arc::new(Semaphore::new(AT_ONCE + WAITING)), by_tab: Mutex::default() }
    }
}

impl Jobs {
    /// A run of a tab; the one before it is stopped.
    pub fn begin(&self, tab: &str) -> Arc<Job> {
        let job = Arc::new(Job::new());
        let mut tabs = self.by_tab.lock().unwrap_or_else(PoisonError::into_inner);
        // Only the map holds the runs of tabs that are gone.
        tabs.retain(|_, job| Arc::strong_count(job) > 1);
        if let Some(before) = tabs.insert(tab.to_owned(), Arc::clone(&job)) {
            before.stop();
        }
        job
    }

    /// Stops the run of a tab, if there is one.
    pub fn cancel(&self, tab: &str) {
        if let Some(job) = self.by_tab.lock().unwrap_or_else(PoisonError::into_inner).get(tab) {
            job.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_run_of_a_tab_stops_the_one_before_and_no_other() {
        let jobs = Jobs::default();
        let (first, other) = (jobs.begin("a"), jobs.begin("b"));
        let second = jobs.begin("a");
        assert!(Audience::stop(&*first) && !Audience::stop(&*second) && !Audience::stop(&*other));
        jobs.cancel("b");
        assert!(Audience::stop(&*other) && !Audience::stop(&*second));
    }

    #[test]
    fn tabs_that_are_gone_are_forgotten() {
        let jobs = Jobs::default();
        for i in 0..100 {
            jobs.begin(&i.to_string());
        }
        assert!(jobs.by_tab.lock().unwrap().len() <= 2);
    }
}
