//! Values that are one word of several, with or without content.
use super::super::schema::{Place, Shape, Variant};
use super::super::suggest::nearest;
use super::super::tree::{Kind, Node, head};
use super::super::words::{example_variant, found, needs};
use super::{At, Checker};

impl Checker<'_> {
    pub(super) fn choice(&mut self, at: &At, node: &Node, place: &Place, variants: &[Variant]) {
        let word = match node.kind {
            Kind::Word => Some(node.text.as_str()),
            Kind::Fields | Kind::Tuple => node.name(),
            _ => None,
        };
        match word.map(|word| (word, variants.iter().find(|variant| variant.name == word))) {
            Some((_, Some(variant))) => self.variant(at, node, variant),
            Some((word, None)) => self.no_variant(at, node, place, word, variants),
            None => self.no_word(at, node, place, variants),
        }
    }

    pub(super) fn no_variant(&mut self, at: &At, node: &Node, place: &Place, word: &str, variants: &[Variant]) {
        let what = format!("{} cannot be `{word}`; it is {}", at.path.quoted(), needs(place));
        let near = nearest(word, variants.iter().map(|variant| variant.name));
        let absent = place.optional.then(|| "or write None".to_owned());
        let help = near.map(|near| format!("did you mean `{near}`?")).or(absent);
        self.find(&at.path, head(None, node, self.text), what, help);
    }

    /// A text, number or nameless bracket where a word of a choice belongs.
    pub(super) fn no_word(&mut self, at: &At, node: &Node, place: &Place, variants: &[Variant]) {
        let what = format!("{} needs {}, found {}", at.path.quoted(), needs(place), found(node, self.text));
        let near = nearest(&node.text, variants.iter().map(|variant| variant.name));
        let named = variants.iter().find(|variant| Some(variant.name) == near);
        let help = match (node.kind, named) {
            (Kind::Text, Some(variant)) => {
                format!("write {} without quotation marks", example_variant(variant))
            }
            (Kind::Fields | Kind::Tuple, _) => match self.by_fields(node, variants) {
                Some(variant) => format!("put the word before the bracket: {}(…)", variant.name),
                None => "put one of these words before the bracket".into(),
            },
            _ => format!("for example {}", variants.first().map_or_else(String::new, example_variant)),
        };
        self.find(&at.path, head(None, node, self.text), what, Some(help));
    }

    /// The variant whose settings these are.
    pub(super) fn by_fields<'v, 'p>(&self, node: &Node, variants: &'v [Variant<'p>]) -> Option<&'v Variant<'p>> {
        let fits = |variant: &&Variant| {
            let fields = variant.content.as_ref().map(Place::fields).unwrap_or_default();
            let known = |key: &str| fields.iter().any(|field| field.name == key);
            !node.children.is_empty() && node.children.iter().all(|c| c.key.as_ref().is_some_and(|key| known(&key.text)))
        };
        variants.iter().find(fits)
    }

    pub(super) fn variant(&mut self, at: &At, node: &Node, variant: &Variant) {
        let Some(content) = &variant.content else {
            if node.kind != Kind::Word {
                let what = format!("`{}` stands alone, without brackets", variant.name);
                self.find(&at.path, node.span.clone(), what, Some(format!("write {}", variant.name)));
            }
            return;
        };
        let single = variant.single_brackets();
        match (content.shape(), node.kind) {
            (_, Kind::Word) => self.without_content(at, node, variant),
            (Shape::Group(fields, closed), Kind::Fields) if single => self.fields(at, node, &fields, closed),
            (Shape::Tuple(items), Kind::Tuple) => self.tuple(at, node, content, &items),
            (Shape::Group(..), Kind::Fields) => {
                let what = format!("the settings of `{}` stand in double round brackets", variant.name);
                let help = format!("write {}((…))", variant.name);
                self.find(&at.path, head(None, node, self.text), what, Some(help));
            }
            (Shape::Group(..), Kind::Tuple) if single && node.children.iter().all(|child| child.node.kind != Kind::Fields) => {
                let what = format!("the settings of `{}` have names", variant.name);
                self.find(&at.path, head(None, node, self.text), what, Some(format!("write {}", example_variant(variant))));
            }
            (Shape::Group(..), Kind::Tuple) if single && node.children.len() == 1 => {
                let what = format!("the settings of `{}` stand in single round brackets", variant.name);
                let help = format!("write {}(…)", variant.name);
                self.find(&at.path, head(None, node, self.text), what, Some(help));
            }
            (_, Kind::Tuple) if node.children.len() == 1 => {
                let here = At { path: at.path.clone(), child: at.child };
                self.value(&here, &node.children[0].node, content);
            }
            _ => {
                let what = format!("`{}` needs {} in its brackets", variant.name, needs(content));
                let help = format!("for example {}", example_variant(variant));
                self.find(&at.path, head(None, node, self.text), what, Some(help));
            }
        }
    }

    pub(super) fn without_content(&mut self, at: &At, node: &Node, variant: &Variant) {
        let what = format!("`{}` needs brackets after its name", variant.name);
        let help = format!("write {}", example_variant(variant));
        self.find(&at.path, node.span.clone(), what, Some(help));
    }
}
