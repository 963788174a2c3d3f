//! From a base and its overrides to a checked scenario.
use super::super::path::{Path, Step};
use super::super::problem::{Problem, Problems, Source};
use super::super::read::{Flaw, Readable, examine};
use super::super::reader;
use super::super::schema::Schema;
use super::super::tree::Span;
use super::{Override, OverrideError, canonical, one_value, parse_path, splice};
use std::cell::LazyCell;
use std::sync::Arc;

/// The base with all overrides applied in order, checked like a file, and its canonical text.
/// Problems are reported where the override was written. `closed` names settings of the top
/// level that overrides may not touch.
pub fn resolve<T: Readable>(base: &T, overrides: &[Override], closed: &[&str]) -> Result<(T, String), Problems> {
    let schema: LazyCell<Schema> = LazyCell::new(Schema::of::<T>);
    let mut text = canonical(base).map_err(|_| unwritable(overrides))?;
    let mut problems = Vec::new();
    let mut applied: Vec<(&Override, Path)> = Vec::new();
    for change in overrides {
        match open_path(change, closed).and_then(|path| Ok((splice(&schema, &text, &change.path, &change.value)?, path))) {
            Ok((next, path)) => {
                text = next;
                applied.push((change, path));
            }
            Err(error) => problems.push(change.failed(&error)),
        }
    }
    match examine::<T>(&text) {
        Ok((value, _)) if problems.is_empty() => {
            let text = canonical(&value).map_err(|_| unwritable(overrides))?;
            Ok((value, text))
        }
        Ok(_) => Err(Problems::new(problems)),
        Err(flaws) => {
            problems.extend(flaws.into_iter().filter_map(|flaw| place_flaw(&text, &applied, flaw)));
            Err(Problems::new(problems))
        }
    }
}

/// The base cannot be written as text: no fault of the user's.
fn unwritable(overrides: &[Override]) -> Problems {
    let what = "the scenario cannot be written out; this is a fault of dyadsim, please report it";
    let source = overrides.first().map_or_else(|| Source::new("scenario", ""), |o| Arc::clone(&o.origin.source));
    let help = None;
    Problems::new(vec![Problem { source, path: String::new(), span: 0..0, what: what.into(), help, also: None }])
}

fn open_path(change: &Override, closed: &[&str]) -> Result<Path, OverrideError> {
    let path = parse_path(&change.path)?;
    match path.0.first().and_then(Step::name) {
        Some(first) if closed.contains(&first) => Err(OverrideError::Nowhere {
            what: format!("`{first}` belongs to the study as a whole and cannot be changed here"),
            help: Some("set it once, in the scenario file, outside arms and sweep".into()),
        }),
        _ => Ok(path),
    }
}

/// Moves a flaw of the merged text to the override that brought it in.
fn place_flaw(text: &str, applied: &[(&Override, Path)], flaw: Flaw) -> Option<Problem> {
    let (change, path) = responsible(applied, &flaw.path)?;
    let root = reader::read(text).root;
    let node = root.as_ref().and_then(|root| root.at(path)).map(|node| node.span.clone());
    let span = match node {
        Some(node) if within(&node, &flaw.span) => inside(change, text, &node, &flaw.span),
        _ if path.holds(&flaw.path) => change.origin.key.clone(),
        _ => change.origin.value.clone(),
    };
    Some(Problem { path: flaw.path.to_string(), ..change.problem(span, flaw.what, flaw.help) })
}

fn within(outer: &Span, inner: &Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The span of a flaw within the value of an override, in the text where that was written.
fn inside(change: &Override, merged: &str, node: &Span, flaw: &Span) -> Span {
    match one_value(&change.value) {
        Ok(own) if change.value[own.clone()] == merged[node.clone()] => {
            let start = change.origin.value.start + own.start + flaw.start - node.start;
            start..start + flaw.len()
        }
        _ => change.origin.value.clone(),
    }
}

/// The override to blame: the last that covers the path, else one within it, else one beside
/// it, else the last.
fn responsible<'a, 'o>(applied: &'a [(&'o Override, Path)], at: &Path) -> Option<&'a (&'o Override, Path)> {
    let last = |fits: &dyn Fn(&Path) -> bool| applied.iter().rev().find(|(_, path)| fits(path));
    last(&|path| path.holds(at))
        .or_else(|| last(&|path| at.holds(path)))
        .or_else(|| last(&|path| path.0.first().map(Step::name) == at.0.first().map(Step::name)))
        .or_else(|| applied.last())
}
