//! The threads that simulate, and what happens when one of them breaks.

use super::failure::Failure;
use anyhow::Context;
use clap::Args;

/// Names of the threads start like this.
const NAME: &str = "replicates";

/// The option for threads.
#[derive(Clone, Copy, Debug, Args)]
pub struct Threads {
    /// Number of threads; all processors without it. Results do not depend on it.
    #[arg(long = "threads", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub count: Option<u16>,
}

impl Threads {
    /// Starts them, in which a failing replicate makes no noise:
    /// it is reported with its address when the run is over.
    ///
    /// # Errors
    /// The threads cannot be started.
    pub fn start(self) -> Result<(), Failure> {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let of_a_replicate = std::thread::current().name().is_some_and(|name| name.starts_with(NAME));
            if !of_a_replicate {
                usual(panic);
            }
        }));
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.count.map_or(0, usize::from))
            .thread_name(|i| format!("{NAME} {i}"))
            .build_global()
            .context("cannot start the threads; try fewer with --threads")
            .map_err(Failure::Input)
    }
}
