//! Paths that lead nowhere: is the name wrong, or is there nothing in this scenario?
use super::super::describe;
use super::super::path::{Path, Step};
use super::super::schema::{Place, Schema, Shape};
use super::super::suggest::{likeness, one_of, several};
use super::super::tree::{Node, Trace};
use super::super::words::{LISTED, example, example_variant};
use super::OverrideError;

/// Why a path leads nowhere, and where it should lead.
pub(super) fn nowhere(schema: &Schema, root: &Node, path: &Path) -> OverrideError {
    let trace = root.trace(path);
    let legal = !schema.root().follow(path).is_empty();
    let reached = Path(path.0[..trace.taken].to_vec());
    let (what, help) = match path.0.get(trace.taken) {
        Some(step) if legal => not_here(schema, &trace, &reached, step, path),
        _ => (format!("there is no setting `{path}`"), nearest_paths(schema, root, path)),
    };
    OverrideError::Nowhere { what, help }
}

/// The path is legal, but this scenario has nothing there.
fn not_here(schema: &Schema, trace: &Trace, reached: &Path, step: &Step, path: &Path) -> (String, Option<String>) {
    let node = trace.node.bare();
    let place = schema.root().follow(reached).into_iter().next().map(|(_, place)| place);
    let whole = place.as_ref().map(|place| whole_example(place, reached, path, schema));
    if node.is_word("None") {
        return (format!("`{reached}` is None here, so there is no `{path}`"), whole);
    }
    match place.map(|place| place.shape()) {
        Some(Shape::Map(_)) => (format!("`{reached}` has no entry `{}`", step.name().unwrap_or("?")), entries_of(node)),
        Some(Shape::List(_)) => (format!("`{reached}` has no such entry"), Some(count_of(node))),
        _ => {
            let here = node.name().unwrap_or(&node.text);
            let owner = schema.root().follow(path).into_iter().find_map(|(variant, _)| variant);
            let owner = owner.map_or_else(String::new, |owner| format!(" and belongs to `{owner}`"));
            (format!("`{path}` does not exist while `{reached}` is `{here}`{owner}"), whole)
        }
    }
}

/// "set `feedback` as a whole, for example to Oq(…)".
fn whole_example(place: &Place, reached: &Path, path: &Path, schema: &Schema) -> String {
    let owner = schema.root().follow(path).into_iter().find_map(|(variant, _)| variant);
    let value = match place.shape() {
        Shape::Choice(variants) => {
            let named = variants.iter().find(|variant| Some(variant.name) == owner);
            named.or(variants.first()).map_or_else(String::new, example_variant)
        }
        _ => example(place),
    };
    format!("set `{reached}` as a whole, for example to {value}")
}

fn entries_of(node: &Node) -> Option<String> {
    let keys: Vec<&str> = node.children.iter().filter_map(|child| Some(child.key.as_ref()?.text.as_str())).collect();
    match keys.len() {
        0 => Some("it has no entries".into()),
        1..=LISTED => Some(format!("its entries are {}", keys.join(", "))),
        _ => None,
    }
}

fn count_of(node: &Node) -> String {
    match node.children.len() {
        0 => "the list is empty".into(),
        1 => "it has one entry, [0]".into(),
        n => format!("it has {n} entries, [0] to [{}]", n - 1),
    }
}

/// The legal paths most like this one: the same last name first, then near misses.
fn nearest_paths(schema: &Schema, root: &Node, path: &Path) -> Option<String> {
    let mut all = describe::names(schema);
    root.walk(&mut |path, _| all.push(path.to_string()));
    all.sort();
    all.dedup();
    let written = path.to_string();
    let ends: Vec<&str> = all.iter().filter(|p| p.ends_with(&format!(".{written}"))).map(String::as_str).take(4).collect();
    let near = if ends.is_empty() { several(&written, all.iter().map(String::as_str), 3) } else { ends };
    let best = near.first().map_or(0.0, |name| likeness(&written, name));
    let near: Vec<&str> = near.into_iter().filter(|name| likeness(&written, name) >= best - 0.1).collect();
    match near.is_empty() {
        true => Some("`dyadsim explain` lists all settings".into()),
        false => Some(format!("did you mean {}?", one_of(&near))),
    }
}
