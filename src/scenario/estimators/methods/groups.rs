//! Methods for therapists and other groups.

use super::{one_response, random_span};
use crate::estimators::formula::Flaw;
use crate::estimators::formula::ast::Formula;
use crate::estimators::formula::model::{INTERCEPT, Model};
use crate::estimators::formula::names::Lookup;

/// One response, and groups of one kind that differ in their level.
pub(super) fn one_level(model: &Model, tree: &Formula, lookup: &mut Lookup) -> Option<()> {
    one_response(model, tree, lookup)?;
    let (what, span) = match model.random.as_slice() {
        [one] if one.intercept && one.slopes.is_empty() => return Some(()),
        [] => ("here stands no group, in a bracket with a bar", tree.right.span.end..tree.right.span.end),
        _ => ("groups of one kind are compared here, which differ in their level", random_span(&tree.right)),
    };
    lookup.flaw(Flaw::with_help(span, what, "write (1 | therapist)"))
}

/// The same, with a predictor that can be taken apart.
pub(super) fn predicted_on_two_levels(model: &Model, tree: &Formula, lookup: &mut Lookup) -> Option<()> {
    one_level(model, tree, lookup)?;
    if model.columns.iter().any(|column| column.name != INTERCEPT) {
        return Some(());
    }
    let what = "here stands no predictor whose effects within and between groups could be told apart";
    lookup.flaw(Flaw::with_help(tree.right.span.clone(), what, "for example: post ~ early + (1 | therapist)"))
}
