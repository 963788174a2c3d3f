//! Conditions on rows: numbers compared, and groups by name.

use super::Flaw;
use super::ast::{Against, Ast, Compare, Comparison, Kind};
use super::expr::{Expr, View};
use super::names::{Factor, Lookup};
use crate::dataset::frame::Slot;

/// A condition on rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Two numbers compared; a missing one fulfils no condition.
    Numbers(Expr, Compare, Expr),
    /// The row is in a group (or, with false, in any other).
    Group(Slot, u32, bool),
}

impl Condition {
    /// The rows that fulfil it.
    #[must_use]
    pub fn rows<'a>(&self, of: &View<'a>) -> View<'a> {
        let keep: Vec<bool> = match self {
            Self::Numbers(left, compare, right) => {
                of.numbers(left).into_iter().zip(of.numbers(right)).map(|(left, right)| compare.holds(left, right)).collect()
            }
            Self::Group(slot, wanted, is) => of.raw_codes(*slot).into_iter().map(|code| (code == *wanted) == *is).collect(),
        };
        of.kept(&keep)
    }
}

impl Lookup<'_> {
    /// A condition on rows.
    pub fn condition(&mut self, written: &Comparison) -> Option<Condition> {
        let factor = match &written.left.kind {
            Kind::Name(name) => self.factor(name),
            _ => None,
        };
        match (factor, &written.right) {
            (Some(factor), right) => self.in_group(&factor, written, right),
            (None, Against::Value(right)) => {
                let (left, right) = (self.row_wise(&written.left), self.row_wise(right));
                Some(Condition::Numbers(left?, written.compare, right?))
            }
            (None, Against::Text(word)) => {
                let what = "a number cannot be compared with a text";
                self.flaw(Flaw::with_help(word.span.clone(), what, "texts are for arm and diagnosis: arm == \"feedback\""))
            }
        }
    }

    fn in_group(&mut self, factor: &Factor, written: &Comparison, right: &Against) -> Option<Condition> {
        let is = match written.compare {
            Compare::Is => true,
            Compare::IsNot => false,
            _ => {
                let what = format!("`{}` has names, which are not larger or smaller", factor.name);
                return self.flaw(Flaw::with_help(written.left.span.clone(), what, "compare with == or !="));
            }
        };
        let (name, span) = match right {
            Against::Text(word) => (word.text.clone(), word.span.clone()),
            Against::Value(value) => {
                let help = format!("for example {} == \"{}\"", factor.name, factor.levels.first().map_or("…", String::as_str));
                return self.flaw(Flaw::with_help(value.span.clone(), "here should stand a name in quotation marks", help));
            }
        };
        match factor.levels.iter().position(|level| *level == name) {
            Some(code) => Some(Condition::Group(factor.slot, code as u32, is)),
            None => {
                let what = format!("no {} is called \"{name}\"", factor.name);
                let help = match factor.levels.as_slice() {
                    [] => "the scenario has none".to_owned(),
                    levels => format!("there are {}", levels.join(", ")),
                };
                self.flaw(Flaw { slip: Some((name, factor.levels.clone())), ..Flaw::with_help(span, what, help) })
            }
        }
    }

    /// An expression that must be the same whichever rows are used.
    fn row_wise(&mut self, ast: &Ast) -> Option<Expr> {
        let found = self.expr(ast)?;
        if found.is_row_wise() {
            return Some(found);
        }
        let what = format!("{ast} depends on the rows that are used, and so cannot decide which are");
        self.flaw(Flaw::with_help(ast.span.clone(), what, "use columns, lag, lead, log, average and numbers here"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::comparisons;
    use super::super::names::tests::names;
    use super::*;
    use crate::dataset::catalogue::Level;
    use crate::dataset::frame::Wanted;

    #[test]
    fn conditions_know_arms_by_name() {
        let (names, mut wanted) = (names(), Wanted::default());
        let mut lookup = Lookup::new(&names, Level::Clients, &mut wanted);
        let found: Vec<Option<Condition>> =
            comparisons("arm == 'feedback' and sessions >= 3 and arm == 'feedbak' and arm > 'x' and z(pre) > 1")
                .unwrap()
                .iter()
                .map(|one| lookup.condition(one))
                .collect();
        assert!(matches!(found[0], Some(Condition::Group(_, 1, true))) && found[1].is_some() && lookup.over_arms);
        assert!(found[2..].iter().all(Option::is_none) && lookup.flaws.len() == 3);
        assert_eq!(lookup.flaws[0].slip.as_ref().map(|(word, _)| word.as_str()), Some("feedbak"));
    }
}
