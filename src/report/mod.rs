//! The report on a result file: chapters of sentences, tables and charts, as one HTML page or chart by chart.
//!
//! [`source`] reads the file, a module per chapter turns it into charts of [`figures`](crate::figures), [`page`] puts them on
//! one page that needs nothing else, and [`picture`] makes files of single charts. Nothing is estimated here that
//! [`estimators`](crate::estimators) could estimate, and nothing is drawn that `figures` could draw.

mod change;
mod drivers;
mod effects;
mod endings;
mod estimators;
mod headline;
mod left_out;
mod limits;
mod open_clinic;
pub mod page;
mod parts;
pub mod picture;
mod provenance;
pub mod source;
mod stories;
mod sweeps;
mod therapists;
mod trajectories;
mod truth;

pub use parts::{Chapter, Chart, Part};
use source::Source;

/// All chapters that the file has data for, in order. Those whose data were not kept say which setting would keep them.
pub fn chapters(source: &Source) -> Vec<Chapter> {
    let chapters = [
        provenance::chapter(source),
        headline::chapter(source),
        trajectories::chapter(source),
        open_clinic::chapter(source),
        endings::chapter(source),
        change::chapter(source),
        therapists::chapter(source),
        effects::chapter(source),
        sweeps::chapter(source),
        drivers::chapter(source),
        estimators::chapter(source),
        stories::chapter(source),
        limits::chapter(source),
    ];
    chapters.into_iter().filter(|chapter| !chapter.parts.is_empty()).collect()
}

/// All charts of all chapters, in order.
pub fn charts(source: &Source) -> Vec<Chart> {
    let parts = chapters(source).into_iter().flat_map(|chapter| chapter.parts);
    parts.filter_map(|part| if let Part::Chart(chart) = part { Some(chart) } else { None }).collect()
}
