//! Which keys of an arm differ from their defaults: what a reader has to know of a scenario.

use super::file::ScenarioFile;
use super::overrides::canonical;
use super::path::Path;
use super::reader;
use super::tree::{Kind, Node};

/// Keys that are no part of what is simulated in an arm.
const OF_THE_STUDY: [&str; 11] =
    ["title", "question", "seed", "replicates", "arms", "design", "sweep", "points", "luck", "estimators", "output"];

/// A key that differs from its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its path.
    pub path: String,
    /// Its value, as a file would have it, on one line.
    pub value: String,
    /// Its default; nothing where the default has no such key.
    pub default: Option<String>,
}

/// Two texts that are compared.
struct Texts<'a> {
    own: &'a str,
    default: &'a str,
}

/// The keys in which an arm (its text, with all keys) differs from the defaults.
pub fn changed(arm: &str) -> Vec<Change> {
    let default = canonical(&ScenarioFile::default()).unwrap_or_default();
    let (Some(own), Some(root)) = (reader::read(arm).root, reader::read(&default).root) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    Texts { own: arm, default: &default }.compare(&own, Some(&root), &Path::default(), &mut found);
    found
}

/// A text on one line, with one blank where there were some, and none inside of brackets.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let opened = ['(', '[', '{'].into_iter().fold(line, |line, open| line.replace(&format!("{open} "), &open.to_string()));
    [')', ']', '}'].into_iter().fold(opened, |line, close| {
        line.replace(&format!(", {close}"), &close.to_string()).replace(&format!(" {close}"), &close.to_string())
    })
}

impl Texts<'_> {
    fn compare(&self, own: &Node, default: Option<&Node>, path: &Path, found: &mut Vec<Change>) {
        let text = one_line(&self.own[own.span.clone()]);
        let known = default.map(|node| one_line(&self.default[node.span.clone()]));
        if known.as_ref() == Some(&text) {
            return;
        }
        let (own, default) = (own.bare(), default.map(Node::bare));
        let alike = default.filter(|default| default.kind == own.kind && default.name() == own.name());
        match alike {
            Some(default) if matches!(own.kind, Kind::Fields | Kind::Map) => {
                for child in &own.children {
                    let Some(key) = &child.key else {
                        continue;
                    };
                    if path.is_empty() && OF_THE_STUDY.contains(&key.text.as_str()) {
                        continue;
                    }
                    let below = if own.kind == Kind::Map { path.entry(&key.text) } else { path.field(&key.text) };
                    let theirs = default.children.iter().find(|other| other.key.as_ref().is_some_and(|other| other.text == key.text));
                    self.compare(&child.node, theirs.map(|other| &other.node), &below, found);
                }
            }
            // A name round a group, such as Relaxation((…)), is no step of the path.
            Some(default) if own.kind == Kind::Tuple && own.children.len() == 1 && default.children.len() == 1 => {
                self.compare(&own.children[0].node, Some(&default.children[0].node), path, found);
            }
            _ => found.push(Change { path: path.to_string(), value: text, default: known }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load::Scenario;

    #[test]
    fn only_what_differs_is_named_with_its_default() {
        let text = "(title: \"T\", replicates: 7, clinics: (therapists: 33), symptoms: Relaxation(rate: 0.25),
            measures: {\"alliance\": (instrument: \"WAI-S\")},
            arms: [(name: \"a\"), (name: \"b\", set: {\"feedback\": Oq(support_tools: true)})])";
        let scenario = Scenario::load("t", text, &[]).unwrap_or_else(|e| panic!("{e}"));
        let changes = |arm: usize| changed(&scenario.cells[0].arms[arm].text);
        let paths: Vec<String> = changes(0).into_iter().map(|one| one.path).collect();
        assert_eq!(paths, ["clinics.therapists", "symptoms.rate", "measures[\"alliance\"].instrument"]);
        assert_eq!((changes(0)[0].value.as_str(), changes(0)[0].default.as_deref()), ("33", Some("10")));
        let feedback = changes(1).into_iter().find(|one| one.path == "feedback").unwrap_or_else(|| panic!("{:?}", changes(1)));
        assert!(feedback.value.starts_with("Oq(alarm: ") && feedback.default.as_deref() == Some("None"), "{feedback:?}");
    }

    #[test]
    fn a_scenario_of_defaults_has_no_changes() {
        let scenario = Scenario::load("t", "(title: \"T\", seed: 5)", &[]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(changed(&scenario.cells[0].arms[0].text), []);
    }
}
