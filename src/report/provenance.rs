//! Chapter 1: where the numbers come from.

use super::parts::{Chapter, Part, counted};
use super::source::Source;
use crate::figures::sheet::Numbers;
use crate::output::study::NOTE;

/// Texts of scenarios that a page takes; further ones stay in the file.
const TEXTS: usize = 13;

/// Seed, version, size, and the exact scenario of every arm.
pub fn chapter(source: &Source) -> Chapter {
    let about = &source.results.about;
    let mut rows: Vec<(&str, String)> = vec![("File", source.name.clone())];
    rows.push(("Program", format!("dyadsim {}", about.version)));
    rows.push(("Seed", about.seed.to_string()));
    let done = if about.interrupted {
        format!("{} of {}; the run was interrupted", about.done, about.asked)
    } else if about.reached_precision() {
        format!("{} of at most {}: precise enough", about.done, about.asked)
    } else {
        about.done.to_string()
    };
    rows.push(("Replicates", if about.first > 1 { format!("{done}, from number {}", about.first) } else { done }));
    if let Some(arm) = source.results.cells.first().and_then(|cell| cell.arms.first()) {
        let [clinics, therapists, clients] = arm.size;
        rows.push((
            "In each replicate",
            [(clinics, "clinic"), (therapists, "therapist"), (clients, "client")].map(|(n, what)| counted(n as usize, what)).join(", "),
        ));
    }
    rows.push(("Arms", about.arms.join("; ")));
    if !about.factors.is_empty() {
        rows.push(("Swept keys", format!("{} ({} cells)", about.factors.join("; "), source.results.cells.len())));
    }
    if !about.points.is_empty() {
        rows.push(("Points", about.points.join(" ")));
    }
    if !about.design.is_empty() {
        rows.push(("What a study sees", about.design.clone()));
    }
    rows.push(("Forms", about.instruments.join(" (symptoms), ") + " (alliance)"));
    if !about.settings.is_empty() {
        rows.push(("Changed on the command line", about.settings.join("; ")));
    }
    rows.push(("Fingerprint", about.fingerprint.clone()));
    let numbers = Numbers {
        head: vec!["What".into(), "Value".into()],
        rows: rows.into_iter().map(|(what, value)| vec![what.to_owned(), value]).collect(),
    };
    let mut parts = vec![Part::Words(NOTE.into())];
    if !source.left_out.is_empty() {
        parts.push(Part::Missing(source.left_out.join(" ")));
    }
    parts.push(Part::Table("How the numbers were made".into(), numbers));
    let texts = source.texts.iter().take(TEXTS);
    parts.extend(texts.map(|text| Part::Text(format!("Scenario: {}", text.title), text.text.clone())));
    if source.texts.len() > TEXTS {
        let more = source.texts.len() - TEXTS;
        parts.push(Part::Words(format!("The result file holds {more} further scenarios, of the other cells.")));
    }
    Chapter { id: "provenance", title: "Where the numbers come from", parts }
}
