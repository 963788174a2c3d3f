//! Ranges, and rules over several settings, as `garde` reports them.
use super::super::check;
use super::super::path::{Path, Step};
use super::super::reader;
use super::super::schema::Place;
use super::super::tree::{Node, pointer};
use super::super::words::as_written;
use super::{Hunt, Readable};

impl Hunt<'_> {
    /// Ranges, and rules that compare fields. The latter wait until every value can be read,
    /// or they would speak of defaults nobody wrote.
    pub(super) fn rules<T: Readable>(&mut self, value: &T) {
        let Err(report) = value.validate() else {
            return;
        };
        let known = self.flaws.clone();
        let tree = reader::read(&self.work).root;
        let tree = tree.as_ref().unwrap_or(self.root);
        for (path, error) in report.iter() {
            let path = from_garde(path);
            let (span, written) = pointer(tree, &path, self.text);
            let told = known.iter().any(|flaw| flaw.span.start == span.start || flaw.path.same(&path));
            if told || (!known.is_empty() && !is_range(error.message())) {
                continue;
            }
            let (what, help) = self.broken_rule(tree, &path, error.message(), written);
            self.flaw(self.shown_path(tree, &path), span, what, help);
        }
    }

    /// The path as the file has it: map entries with brackets, list positions of the original.
    pub(super) fn shown_path(&self, tree: &Node, path: &Path) -> Path {
        let trace = tree.trace(path);
        if trace.taken < path.0.len() {
            return path.clone();
        }
        self.root.path_of(&trace.node.span).unwrap_or_else(|| path.clone())
    }

    pub(super) fn broken_rule(&self, tree: &Node, path: &Path, message: &str, written: bool) -> (String, Option<String>) {
        let shown = self.shown_path(tree, path);
        let place = self.schema.root().follow(path).into_iter().next().map(|(_, place)| place);
        match place {
            Some(place) if is_range(message) => {
                let value = tree.at(path).filter(|_| written);
                let value = value.map_or("its default", |node| &self.text[node.bare().span.clone()]);
                rule_text(&shown, message, value, &place)
            }
            place => {
                let default = place.filter(|_| !written).and_then(|place| default(&place));
                let (what, help) = custom_text(&shown, message);
                (what, help.or(default))
            }
        }
    }
}

/// What stands where nothing is written.
fn default(place: &Place) -> Option<String> {
    let default = as_written(place, place.note("default")?);
    Some(format!("it is not written here, so it has its default: {default}"))
}

fn rule_text(path: &Path, message: &str, value: &str, place: &Place) -> (String, Option<String>) {
    if let Some(limit) = message.strip_prefix("length is ") {
        let what = format!("{} has the wrong length: it is {limit}", path.quoted());
        let what = if message == "length is lower than 1" { format!("{} is empty", path.quoted()) } else { what };
        return (what, None);
    }
    check::out_of_range(path, value, place)
}

/// A rule's own words: the first line says what is wrong, the rest what would be right.
fn custom_text(path: &Path, message: &str) -> (String, Option<String>) {
    let (what, help) = match message.split_once('\n') {
        Some((what, help)) => (what, Some(help.to_owned())),
        None => (message, None),
    };
    match path.is_empty() || what.contains(&format!("`{path}`")) {
        true => (what.to_owned(), help),
        false => (format!("`{path}`: {what}"), help),
    }
}

/// Whether a message comes from a rule about a single value.
fn is_range(message: &str) -> bool {
    ["lower than ", "greater than ", "length is "].iter().any(|start| message.starts_with(start))
}

fn from_garde(path: &garde::Path) -> Path {
    use garde::error::Kind as Part;
    let parts = path.__iter().rev();
    Path(
        parts
            .filter_map(|(kind, text)| match kind {
                Part::None => None,
                Part::Key => Some(Step::Field(text.to_string())),
                Part::Index => text.parse().ok().map(Step::Item),
            })
            .collect(),
    )
}
