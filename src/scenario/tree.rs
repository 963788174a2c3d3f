//! A scenario text as a tree in which every key and every value knows where it stands.
use super::path::{Path, Step};
use std::ops::Range;

/// Where something stands: bytes of the text.
pub type Span = Range<usize>;

/// What a value looks like; what it means is for the typed scenario to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `12`, `-0.5`, `1e-3`, `-inf`.
    Number,
    /// `"text"` or `r"text"`.
    Text,
    /// `'c'`.
    Char,
    /// A bare word: `true`, `None`, `Client`.
    Word,
    /// `(key: value, …)`, perhaps with a name before it; also `()`.
    Fields,
    /// `(value, …)`, perhaps with a name before it.
    Tuple,
    /// `[value, …]`.
    List,
    /// `{key: value, …}`.
    Map,
}

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The word, without quotation marks.
    pub text: String,
    /// Where it stands, with quotation marks if it has any.
    pub span: Span,
    /// Whether it stands in quotation marks.
    pub quoted: bool,
}

/// A value within another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The key before it, in fields and maps.
    pub key: Option<Name>,
    /// The value.
    pub node: Node,
    /// Key, value and the comma after it.
    pub whole: Span,
}

/// A value and all within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it stands, name and brackets included.
    pub span: Span,
    /// Its look.
    pub kind: Kind,
    /// The word before the bracket, as in `Oq(…)`.
    pub name: Option<Name>,
    /// Content of a text or word; empty otherwise.
    pub text: String,
    /// The values within.
    pub children: Vec<Child>,
}

/// How far a path leads into a tree.
#[derive(Debug)]
pub struct Trace<'a> {
    /// The last value reached.
    pub node: &'a Node,
    /// The child that holds it; none at the root.
    pub child: Option<&'a Child>,
    /// How many steps were found.
    pub taken: usize,
}

impl Node {
    /// A value that holds no other.
    pub fn scalar(kind: Kind, span: Span, text: String) -> Self {
        Self { span, kind, name: None, text, children: Vec::new() }
    }

    /// The name before the bracket.
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|name| name.text.as_str())
    }

    /// Whether this is that bare word.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    /// Whether this is `Some(…)`.
    pub fn is_some(&self) -> bool {
        self.name() == Some("Some") && self.wraps_one()
    }

    /// Whether this is a name round a single value, as in `Some(3)` or `Relaxation((…))`.
    fn wraps_one(&self) -> bool {
        self.name.is_some() && self.kind == Kind::Tuple && self.children.len() == 1
    }

    /// The value itself, without any `Some(…)` round it.
    pub fn bare(&self) -> &Self {
        if self.is_some() { self.children[0].node.bare() } else { self }
    }

    /// The child a step leads to, looking through `Some(…)` and the names of variants.
    pub fn child(&self, step: &Step) -> Option<&Child> {
        if self.is_some() {
            return self.children[0].node.child(step);
        }
        let direct = match self.kind {
            Kind::Fields | Kind::Map => self.keyed(step.name()?),
            Kind::List | Kind::Tuple => step.index().and_then(|at| self.children.get(at)),
            _ => None,
        };
        match direct {
            None if self.wraps_one() => self.children[0].node.child(step),
            found => found,
        }
    }

    fn keyed(&self, name: &str) -> Option<&Child> {
        let mut children = self.children.iter();
        children.find(|child| child.key.as_ref().is_some_and(|key| key.text == name))
    }

    /// Follows a path as far as it leads.
    pub fn trace(&self, path: &Path) -> Trace<'_> {
        let mut trace = Trace { node: self, child: None, taken: 0 };
        for step in &path.0 {
            let Some(child) = trace.node.child(step) else {
                break;
            };
            trace = Trace { node: &child.node, child: Some(child), taken: trace.taken + 1 };
        }
        trace
    }

    /// The value at a path.
    pub fn at(&self, path: &Path) -> Option<&Self> {
        let trace = self.trace(path);
        (trace.taken == path.0.len()).then_some(trace.node)
    }

    /// Calls `see` for every value with its path, outermost first.
    pub fn walk<'a>(&'a self, see: &mut dyn FnMut(&Path, &'a Self)) {
        self.walk_from(&Path::default(), see);
    }

    fn walk_from<'a>(&'a self, path: &Path, see: &mut dyn FnMut(&Path, &'a Self)) {
        see(path, self);
        for (at, child) in self.children.iter().enumerate() {
            child.node.walk_from(&self.path_of_child(path, at), see);
        }
    }

    /// The path of a child; a name round a single value adds no step.
    pub fn path_of_child(&self, path: &Path, at: usize) -> Path {
        match (&self.children[at].key, self.kind) {
            (Some(key), Kind::Map) => path.entry(&key.text),
            (Some(key), _) => path.field(&key.text),
            (None, _) if self.wraps_one() => path.clone(),
            (None, _) => path.item(at),
        }
    }

    /// The path of the value that stands at a span.
    pub fn path_of(&self, span: &Span) -> Option<Path> {
        let mut found = None;
        self.walk(&mut |path, node| {
            if node.span == *span && found.is_none() {
                found = Some(path.clone());
            }
        });
        found
    }
}

/// Where to point for a value: its key if it has one; a bracket points at its opening.
pub fn head(child: Option<&Child>, node: &Node, text: &str) -> Span {
    if let Some(key) = child.and_then(|child| child.key.as_ref()) {
        return key.span.clone();
    }
    match (&node.name, node.kind) {
        (Some(name), _) => name.span.clone(),
        (None, Kind::Fields | Kind::Tuple | Kind::List | Kind::Map) => node.span.start..(node.span.start + 1).min(text.len()),
        (None, _) => node.span.clone(),
    }
}

/// Where to point for a path: the value itself if it is written, else the key or the opening
/// bracket of the innermost group that is. Also says whether it is written.
pub fn pointer(root: &Node, path: &Path, text: &str) -> (Span, bool) {
    let trace = root.trace(path);
    let written = trace.taken == path.0.len();
    if written && trace.node.children.is_empty() {
        return (trace.node.span.clone(), true);
    }
    (head(trace.child, trace.node, text), written)
}

#[cfg(test)]
mod tests {
    use super::super::reader::read;

    const TEXT: &str = r##"#![enable(implicit_some)]
// a comment
(
    clinics: (count: 4, therapists: 1_000), /* nested /* comment */ */
    measures: {"symptoms": (every: 1e-3)},
    feedback: Some(Oq(alarm: Empirical)),
    symptoms: Relaxation((state_effect: -inf)),
    sweep: {"a.b": [10, 20, 40]}, raw: r#"a "quoted" text"#, c: 'x', r#type: (1, 2),
)"##;

    fn slice(path: &str) -> Option<&'static str> {
        let root = read(TEXT).root?;
        let span = root.at(&path.parse().ok()?)?.span.clone();
        Some(&TEXT[span])
    }

    #[test]
    fn every_value_knows_its_place() {
        for (path, value) in [
            ("clinics.therapists", "1_000"),
            ("measures[\"symptoms\"].every", "1e-3"),
            ("measures.symptoms.every", "1e-3"),
            ("feedback.alarm", "Empirical"),
            ("symptoms.state_effect", "-inf"),
            ("symptoms[0].state_effect", "-inf"),
            ("sweep[\"a.b\"][2]", "40"),
            ("raw", "r#\"a \"quoted\" text\"#"),
            ("c", "'x'"),
            ("type[1]", "2"),
        ] {
            assert_eq!(slice(path), Some(value), "{path}");
        }
        assert_eq!(slice("clinics.nobody"), None);
    }

    #[test]
    fn the_path_of_a_value_is_found_again() {
        let root = read(TEXT).root.unwrap();
        root.walk(&mut |path, node| {
            if !path.is_empty() && node.children.is_empty() {
                assert_eq!(root.at(path).map(|n| &n.span), Some(&node.span), "{path}");
            }
        });
    }

    #[test]
    fn a_child_reaches_to_its_comma() {
        let root = read(TEXT).root.unwrap();
        let trace = root.trace(&"clinics.count".parse().unwrap());
        assert_eq!(&TEXT[trace.child.unwrap().whole.clone()], "count: 4,");
    }
}
