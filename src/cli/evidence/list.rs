//! The targets of a gallery, one per line.

use crate::cli::colour::bold;
use crate::cli::layout::{Grid, Line};
use crate::evidence::gallery::Gallery;

/// Groups, and under each its targets with their studies.
pub fn list(gallery: &Gallery, targets: &[usize], colour: bool) -> String {
    let targets: Vec<_> = targets.iter().map(|&at| &gallery.targets()[at]).collect();
    let mut groups: Vec<&str> = Vec::new();
    for target in &targets {
        if !groups.contains(&target.group.as_str()) {
            groups.push(&target.group);
        }
    }
    let mut grid = Grid { labels: ["id", "study", "", "quantity"].map(Into::into).into(), ..Grid::default() };
    for group in groups {
        grid.lines.push(Line::Group(group.into()));
        for target in targets.iter().filter(|target| target.group == group) {
            let row = [target.id.as_str(), &target.study, target.confidence.label(), &target.quantity];
            grid.lines.push(Line::Row(row.map(Into::into).into(), Vec::new()));
        }
    }
    let studies = targets.iter().map(|target| &target.study).collect::<std::collections::BTreeSet<_>>().len();
    format!("{}\n{} targets, {studies} studies\n", grid.render(|name| bold(name, colour)), targets.len())
}
