//! The threads that simulate, and what happens when one of them breaks.

use anyhow::Context;

/// Names of the threads start like this.
const NAME: &str = "replicates";

/// Starts so many threads (all processors for `None`), in which a failing replicate makes no noise:
/// it is reported with its address when the run is over.
///
/// # Errors
/// The threads cannot be started.
pub fn start(threads: Option<u16>) -> anyhow::Result<()> {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let of_a_replicate = std::thread::current().name().is_some_and(|name| name.starts_with(NAME));
        if !of_a_replicate {
            usual(panic);
        }
    }));
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.map_or(0, usize::from))
        .thread_name(|i| format!("{NAME} {i}"))
        .build_global()
        .context("cannot start the threads; try fewer with --threads")
}
