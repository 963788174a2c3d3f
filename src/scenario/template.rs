//! A scenario written out in full with a comment on every setting: what `dyadsim new` gives.
use super::overrides::canonical;
use super::reader;
use super::schema::{Place, Schema, Shape, Variant};
use super::suggest::one_of;
use super::tree::{Child, Kind, Node};
use super::words::{first_sentence, range};
use schemars::JsonSchema;
use serde::Serialize;

/// Widest line of a template.
const WIDTH: usize = 100;

/// The scenario as a commented file, which reads as the same scenario again.
pub fn template<T: Serialize + JsonSchema>(value: &T, title: &str) -> Result<String, ron::Error> {
    let text = canonical(value)?;
    let schema = Schema::of::<T>();
    let mut writer = Writer { text: &text, out: String::new() };
    for line in wrapped(title, WIDTH - 3) {
        writer.out.push_str(&format!("// {line}\n"));
    }
    match reader::read(&text).root {
        Some(root) => writer.value(&root, &schema.root(), 0),
        None => writer.out.push_str(&text),
    }
    writer.out.push('\n');
    Ok(writer.out)
}

struct Writer<'a> {
    text: &'a str,
    out: String,
}

impl Writer<'_> {
    fn slice(&self, node: &Node) -> &str {
        &self.text[node.span.clone()]
    }

    fn value(&mut self, node: &Node, place: &Place, depth: usize) {
        match (node.kind, place.shape()) {
            (Kind::Fields, Shape::Group(..)) => self.bracketed("(", ")", node, place, depth),
            (Kind::Fields | Kind::Tuple, Shape::Choice(variants)) => self.variant(node, &variants, depth),
            (Kind::List, Shape::List(items)) => self.list(node, &items, depth),
            (Kind::Map, Shape::Map(_)) => self.bracketed("{", "}", node, place, depth),
            _ => {
                let written = self.slice(node).to_owned();
                self.out.push_str(&written);
            }
        }
    }

    fn variant(&mut self, node: &Node, variants: &[Variant], depth: usize) {
        let variant = variants.iter().find(|variant| Some(variant.name) == node.name());
        match (variant.and_then(|v| v.content.as_ref()), node.kind) {
            (Some(content), Kind::Fields) => {
                self.out.push_str(node.name().unwrap_or_default());
                self.bracketed("(", ")", node, content, depth);
            }
            (Some(content), Kind::Tuple) if node.children.len() == 1 => {
                self.out.push_str(&format!("{}(", node.name().unwrap_or_default()));
                self.value(&node.children[0].node, content, depth);
                self.out.push(')');
            }
            _ => {
                let written = self.slice(node).to_owned();
                self.out.push_str(&written);
            }
        }
    }

    fn list(&mut self, node: &Node, items: &Place, depth: usize) {
        if node.children.iter().all(|child| child.node.children.is_empty()) {
            let each: Vec<&str> = node.children.iter().map(|child| self.slice(&child.node)).collect();
            let line = format!("[{}]", each.join(", "));
            return self.out.push_str(&line);
        }
        self.out.push_str("[\n");
        for child in &node.children {
            self.indent(depth + 1);
            self.value(&child.node, items, depth + 1);
            self.out.push_str(",\n");
        }
        self.indent(depth);
        self.out.push(']');
    }

    fn bracketed(&mut self, open: &str, close: &str, node: &Node, place: &Place, depth: usize) {
        self.out.push_str(open);
        if !node.children.is_empty() {
            self.out.push('\n');
            for child in &node.children {
                self.entry(child, place, depth + 1);
            }
            self.indent(depth);
        }
        self.out.push_str(close);
    }

    fn entry(&mut self, child: &Child, group: &Place, depth: usize) {
        let Some(key) = &child.key else { return };
        let field = group.fields().into_iter().find(|field| field.name == key.text);
        let place = match (field, group.shape()) {
            (Some(field), _) => field.place,
            (None, Shape::Map(values)) => *values,
            (None, _) => return,
        };
        let in_map = matches!(group.shape(), Shape::Map(_));
        if !in_map {
            self.about(&place, depth);
        }
        let start = self.out.len();
        self.indent(depth);
        self.out.push_str(&format!("{}: ", &self.text[key.span.clone()]));
        self.value(&child.node, &place, depth);
        self.out.push(',');
        self.remark(&place, start, depth, child.node.children.is_empty() && !in_map);
        self.out.push('\n');
    }

    /// What a setting means, above it; of a group in full, else the first sentence.
    fn about(&mut self, place: &Place, depth: usize) {
        let group = matches!(place.shape(), Shape::Group(..) | Shape::Choice(_) | Shape::Map(_) | Shape::List(_));
        if group && depth == 1 && !self.out.ends_with("(\n") {
            self.out.push('\n');
        }
        let docs = place.docs();
        match docs.first() {
            Some(_) if group => docs.iter().for_each(|doc| self.comment(doc, depth)),
            Some(doc) => self.comment(first_sentence(doc), depth),
            None => {}
        }
    }

    fn comment(&mut self, text: &str, depth: usize) {
        for line in wrapped(text, WIDTH - 3 - 4 * depth) {
            self.indent(depth);
            self.out.push_str(&format!("// {line}\n"));
        }
    }

    /// Range, unit and source: after the value if the line is short enough, else above it.
    fn remark(&mut self, place: &Place, start: usize, depth: usize, single: bool) {
        let Some(remark) = remark(place) else { return };
        let length = self.out[start..].chars().count() + remark.chars().count() + 4;
        if single && length <= WIDTH {
            return self.out.push_str(&format!(" // {remark}"));
        }
        let line = self.out.split_off(start);
        self.comment(&remark, depth);
        self.out.push_str(&line);
    }

    fn indent(&mut self, depth: usize) {
        self.out.push_str(&"    ".repeat(depth));
    }
}

fn remark(place: &Place) -> Option<String> {
    let source = place.source().map(|source| match place.weak() {
        true => format!("{source} (weak evidence)"),
        false => source.to_owned(),
    });
    let words = match place.shape() {
        Shape::Choice(variants) => {
            let names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
            Some(one_of(&names).replace('`', ""))
        }
        _ => None,
    };
    let absent = place.optional.then(|| "or None".to_owned());
    let parts: Vec<String> = words.into_iter().chain(range(place)).chain(absent).chain(source).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Text in lines of a width, its own line breaks undone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::super::toy::{Feedback, Intervention, Toy};
    use super::*;

    fn full() -> Toy {
        let mut toy = Toy { feedback: Some(Feedback::Ratings { cutoff: 36 }), ..Toy::default() };
        toy.interventions = vec![Intervention { add: 0.5, from: 3 }];
        toy
    }

    #[test]
    fn a_template_reads_as_the_scenario_it_was_made_from() {
        for toy in [Toy::default(), full()] {
            let text = template(&toy, "A toy to start from").unwrap();
            assert_eq!(read::<Toy>("new.ron", &text).map_err(|p| p.to_string()), Ok(toy), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        }
    }

    #[test]
    fn a_template_tells_meaning_range_unit_and_source() {
        let text = template(&full(), "A toy").unwrap();
        for line in [
            "// A toy\n(",
            "    // The clinics.\n    // Where therapy takes place. A clinic holds",
            "        // Number of clinics.\n        count: 4, // from 1 to 200 (clinics)\n",
            "between: 0.05, // from 0 to 1 (share); Firth 2019 (weak evidence)\n",
            "limit: None, // from 1 to 100 (clients); or None\n",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
