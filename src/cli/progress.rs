//! What a user sees while a run goes on, and how she stops it.

use super::layout::{duration, thousands};
use super::terminal::Messages;
use crate::engine::run::Watch;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Runs shorter than this show no progress.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often the bar moves.
const BEAT: Duration = Duration::from_millis(150);
/// Longest time between two plain lines.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// The user pressed Ctrl-C, or the system asked the program to end.
static STOP: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C stops the run after the replicates under way; a second one ends the program.
///
/// # Errors
/// The system does not allow it.
pub fn stop_on_ctrl_c(messages: Messages) -> anyhow::Result<()> {
    let handler = move || {
        if STOP.swap(true, Relaxed) {
            std::process::exit(75);
        }
        messages.say("\nStopping after the replicates under way; press Ctrl-C again to end at once.");
    };
    ctrlc::set_handler(handler).context("cannot react to Ctrl-C")
}

/// Counts what is done.
#[derive(Debug, Default)]
pub struct Counts {
    units: AtomicU64,
    sessions: AtomicU64,
    about: Mutex<String>,
}

impl Counts {
    /// Says what is under way, beside the numbers.
    pub fn about(&self, what: &str) {
        what.clone_into(&mut self.about.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Watch for Counts {
    fn stop(&self) -> bool {
        STOP.load(Relaxed)
    }
    fn done(&self, units: u64, sessions: u64) {
        self.units.fetch_add(units, Relaxed);
        self.sessions.fetch_add(sessions, Relaxed);
    }
}

/// Shows progress from a thread of its own until it is dropped.
pub struct Progress {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts to show. `cells` units make a replicate.
    pub fn start(counts: &std::sync::Arc<Counts>, replicates: u64, cells: u64, messages: Messages) -> Self {
        Self::over(counts, replicates, cells, "replicates", messages)
    }

    /// As [`Progress::start`], over something else than replicates: `parts` units make one of it.
    pub fn over(counts: &std::sync::Arc<Counts>, total: u64, parts: u64, what: &'static str, messages: Messages) -> Self {
        if messages.quiet {
            return Self { end: None, thread: None };
        }
        let (end, ended) = channel();
        let view = View { counts: counts.clone(), total, parts: parts.max(1), what, began: Instant::now() };
        let terminal = std::io::stderr().is_terminal();
        let thread = std::thread::spawn(move || if terminal { view.draw_bar(&ended) } else { view.print_lines(&ended, messages) });
        Self { end: Some(end), thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // It only draws; if it broke, the run is none the worse.
            let _ = thread.join();
        }
    }
}

struct View {
    counts: std::sync::Arc<Counts>,
    total: u64,
    parts: u64,
    what: &'static str,
    began: Instant,
}

impl View {
    fn done(&self) -> u64 {
        self.counts.units.load(Relaxed) / self.parts
    }

    /// Sessions per second so far.
    fn speed(&self) -> f64 {
        self.counts.sessions.load(Relaxed) as f64 / self.began.elapsed().as_secs_f64()
    }

    /// Seconds left, if it goes on like this.
    fn left(&self) -> f64 {
        let share = self.counts.units.load(Relaxed) as f64 / (self.total * self.parts) as f64;
        self.began.elapsed().as_secs_f64() * (1.0 - share) / share
    }

    fn message(&self) -> String {
        let left = self.left();
        let left = if left.is_finite() { format!(", {} left", duration(left)) } else { String::new() };
        let about = self.counts.about.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let about = if about.is_empty() { about } else { format!("{about}, ") };
        format!("{about}{:.1} million dyad-sessions/s{left}", self.speed() / 1e6)
    }

    fn draw_bar(&self, ended: &Receiver<()>) {
        if over(ended, PATIENCE) {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(self.total), ProgressDrawTarget::stderr());
        bar.set_style(
            ProgressStyle::with_template(&format!("{{bar:24}} {{pos}}/{{len}} {}, {{msg}}", self.what))
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        loop {
            bar.set_message(self.message());
            bar.set_position(self.done());
            if over(ended, BEAT) {
                return bar.finish_and_clear();
            }
        }
    }

    fn print_lines(&self, ended: &Receiver<()>, messages: Messages) {
        let mut pause = PATIENCE;
        while !over(ended, pause) {
            messages.say(&format!("{} of {} {}, {}", thousands(self.done()), thousands(self.total), self.what, self.message()));
            pause = (pause * 2).min(LONGEST_SILENCE);
        }
    }
}

/// Waits; true when the run is over.
fn over(ended: &Receiver<()>, wait: Duration) -> bool {
    !matches!(ended.recv_timeout(wait), Err(RecvTimeoutError::Timeout))
}
