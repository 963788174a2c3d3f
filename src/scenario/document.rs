//! A scenario text that was read, with the place of everything in it.
use super::overrides::{Origin, Override};
use super::path::Path;
use super::problem::{Problem, Source};
use super::tree::{Child, Node, pointer};
use std::sync::Arc;

/// A text that was read, with the place of everything in it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The text and its name.
    pub source: Arc<Source>,
    /// Its tree.
    pub root: Node,
}

impl Document {
    /// A problem with the setting at a path; where it is not written, the group around it.
    pub fn problem(&self, path: &Path, what: impl Into<String>, help: Option<String>) -> Problem {
        Problem {
            source: Arc::clone(&self.source),
            path: path.to_string(),
            span: pointer(&self.root, path, &self.source.text).0,
            what: what.into(),
            help,
            also: None,
        }
    }

    /// The entries of the map at a path as overrides, in the order of the file.
    pub fn overrides(&self, map: &Path) -> Vec<Override> {
        let children = self.root.at(map).map(|node| node.bare().children.as_slice());
        let children = children.unwrap_or_default().iter();
        children.filter_map(|child| self.one_override(child, &child.node)).collect()
    }

    /// The factors of a sweep: for each entry of the map at a path, one override per level.
    pub fn levels(&self, map: &Path) -> Vec<Vec<Override>> {
        let children = self.root.at(map).map(|node| node.bare().children.as_slice());
        let factor = |child: &Child| {
            let levels = child.node.children.iter();
            levels.filter_map(|level| self.one_override(child, &level.node)).collect()
        };
        children.unwrap_or_default().iter().map(factor).collect()
    }

    fn one_override(&self, child: &Child, value: &Node) -> Option<Override> {
        let key = child.key.as_ref()?;
        Some(Override {
            path: key.text.clone(),
            value: self.source.text[value.span.clone()].to_owned(),
            origin: Origin { source: Arc::clone(&self.source), key: key.span.clone(), value: value.span.clone() },
        })
    }
}
