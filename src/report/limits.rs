//! Chapter 11: what these numbers cannot say.

use super::parts::{Chapter, Part};
use super::source::Source;
use crate::figures::sheet::Numbers;

/// Limits that hold for every run, and what this file leaves out.
pub fn chapter(source: &Source) -> Chapter {
    let mut words = vec![
        "Everything here follows from the assumptions in the scenario. It shows what they imply and is no evidence about real \
         treatments, therapists or clients."
            .to_owned(),
        "Monte Carlo errors say how far a mean over replicates may be off because replicates are finite. They do not cover the \
         assumptions: keys marked as weakly supported in the reference (`dyadsim explain`) may be quite different in your setting."
            .to_owned(),
        "Pictures of single clients, therapists and dyads show one simulated study of the first replicate that was kept. Another \
         replicate looks different; the tables of means say how much."
            .to_owned(),
        "Individual effects, the same client in two arms, exist only in a simulation. No real study can observe them.".to_owned(),
    ];
    if source.results.about.interrupted {
        words.push("The run was interrupted: fewer replicates than planned are behind these numbers.".to_owned());
    }
    let mut parts: Vec<Part> = words.into_iter().map(Part::Words).collect();
    let failures = &source.results.failures;
    if !failures.is_empty() {
        let rows = failures.iter().map(|failure| vec![failure.cell.to_string(), failure.replicate.to_string(), failure.reason.clone()]);
        let head = ["Cell", "Replicate", "Why"].map(str::to_owned).to_vec();
        parts.push(Part::Table("Replicates that could not be completed".into(), Numbers { head, rows: rows.take(50).collect() }));
    }
    Chapter { id: "limits", title: "What these numbers cannot say", parts }
}
