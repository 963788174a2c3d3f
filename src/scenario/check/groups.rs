//! Groups, lists and maps: what is in them, what is missing, what does not belong.
use super::super::describe;
use super::super::path::Path;
use super::super::schema::{Field, Place};
use super::super::suggest::{nearest, one_of};
use super::super::tree::{Child, Kind, Node, head};
use super::super::words::{LISTED, example, first_sentence, range};
use super::{At, Checker};

impl Checker<'_> {
    pub(super) fn list(&mut self, at: &At, node: &Node, place: &Place, items: &Place) {
        if node.kind != Kind::List {
            return self.misfit(at, node, place);
        }
        for (index, child) in node.children.iter().enumerate() {
            let here = At { path: at.path.item(index), child: None };
            self.value(&here, &child.node, items);
        }
    }

    pub(super) fn tuple(&mut self, at: &At, node: &Node, place: &Place, items: &[Place]) {
        // A fixed number of values may be an array or a list of set length; `ron` tells them apart.
        let looks_right = node.kind == Kind::Tuple || (node.kind == Kind::List && place.note("prefixItems").is_none());
        if !looks_right || node.children.len() != items.len() {
            return self.misfit(at, node, place);
        }
        for (index, (child, item)) in node.children.iter().zip(items).enumerate() {
            let here = At { path: at.path.item(index), child: None };
            self.value(&here, &child.node, item);
        }
    }

    pub(super) fn map(&mut self, at: &At, node: &Node, place: &Place, values: &Place) {
        if node.kind != Kind::Map {
            return self.misfit(at, node, place);
        }
        for child in &node.children {
            let Some(key) = &child.key else { continue };
            let path = at.path.entry(&key.text);
            if !key.quoted {
                let what = format!("the name `{}` needs quotation marks here", key.text);
                self.find(&path, key.span.clone(), what, Some(format!("write \"{}\": …", key.text)));
            }
            self.value(&At { path, child: Some(child) }, &child.node, values);
        }
    }

    pub(super) fn group(&mut self, at: &At, node: &Node, place: &Place, fields: &[Field], closed: bool) {
        if node.kind != Kind::Fields {
            return self.misfit(at, node, place);
        }
        if let Some(name) = &node.name {
            let what = format!("{} is a group of settings and has no name before its bracket", at.path.quoted());
            self.find(&at.path, name.span.clone(), what, Some(format!("delete `{}`", name.text)));
        }
        self.fields(at, node, fields, closed);
    }

    pub(super) fn fields(&mut self, at: &At, node: &Node, fields: &[Field], closed: bool) {
        for child in &node.children {
            let Some(key) = &child.key else { continue };
            let path = at.path.field(&key.text);
            if key.quoted {
                let what = format!("the name `{}` stands in quotation marks", key.text);
                self.find(&path, key.span.clone(), what, Some(format!("write {}: …", key.text)));
            }
            match fields.iter().find(|field| field.name == key.text) {
                Some(field) => {
                    let here = At { path, child: Some(child) };
                    self.value(&here, &child.node, &field.place);
                }
                None if closed => self.unknown(at, &path, child, fields),
                None => {}
            }
        }
        self.missing(at, node, fields);
    }

    pub(super) fn unknown(&mut self, at: &At, path: &Path, child: &Child, fields: &[Field]) {
        let Some(key) = &child.key else { return };
        let what = match at.path.is_empty() {
            true => format!("there is no setting `{}`", key.text),
            false => format!("`{}` has no setting `{}`", at.path, key.text),
        };
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let help = self.unknown_help(&key.text, &names);
        self.find(path, key.span.clone(), what, help);
    }

    /// A near name here, else the same or a near name elsewhere, else what is allowed here.
    pub(super) fn unknown_help(&self, key: &str, here: &[&str]) -> Option<String> {
        if let Some(near) = nearest(key, here.iter().copied()) {
            return Some(format!("did you mean `{near}`?"));
        }
        let all = describe::names(self.schema);
        let last = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
        let exact: Vec<&str> = all.iter().filter(|p| last(p) == key).map(String::as_str).take(4).collect();
        if !exact.is_empty() {
            return Some(format!("did you mean {}?", one_of(&exact)));
        }
        let lasts: Vec<String> = all.iter().map(|path| last(path)).collect();
        if let Some(near) = nearest(key, lasts.iter().map(String::as_str)) {
            let at = lasts.iter().position(|last| last == near)?;
            return Some(format!("did you mean `{}`?", all[at]));
        }
        match here.len() {
            0 => Some("nothing stands within these brackets".into()),
            1..=LISTED => Some(format!("the settings here are {}", here.join(", "))),
            _ => Some("`dyadsim explain` lists all settings".into()),
        }
    }

    pub(super) fn missing(&mut self, at: &At, node: &Node, fields: &[Field]) {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let keys = node.children.iter().filter_map(|child| child.key.as_ref());
        let meant: Vec<&str> = keys.filter_map(|key| meant(&key.text, &names)).collect();
        let absent = |field: &&Field| field.required && !meant.contains(&field.name);
        for field in fields.iter().filter(absent) {
            let what = format!("{} lacks the setting `{}`", at.path.quoted(), field.name);
            let help = format!("add {}: {}{}", field.name, example(&field.place), meaning(&field.place));
            let span = head(at.child, node, self.text);
            self.find(&at.path.field(field.name), span, what, Some(help));
        }
    }
}

/// The name a key stands for: itself, or the one it seems to misspell.
fn meant<'a>(key: &str, names: &[&'a str]) -> Option<&'a str> {
    let exact = names.iter().find(|name| **name == key).copied();
    exact.or_else(|| nearest(key, names.iter().copied()))
}

/// The meaning of a setting, and its range, for the end of a piece of advice.
fn meaning(place: &Place) -> String {
    let doc = place.doc().map(|doc| first_sentence(doc).trim_end_matches('.').to_owned());
    let parts: Vec<String> = doc.into_iter().chain(range(place)).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) }
}
