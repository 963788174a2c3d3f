//! What is done about outcomes that were not handed in.

use super::{Texts, without_groups};
use crate::dataset::catalogue::Level;
use crate::dataset::frame::Slot;
use crate::estimators::analysis::{self, Missing};
use crate::estimators::formula::Flaw;
use crate::estimators::formula::expr::Expr;
use crate::estimators::formula::model::Model;
use crate::scenario::estimators::Key;
use crate::scenario::estimators::keys;

fn key(of: &str) -> Key {
    ["missing", of].map(String::from).to_vec()
}

impl Texts<'_> {
    /// What is done about missing outcomes, where anything is.
    pub fn missing(&mut self, written: &keys::Missing, method: &dyn analysis::Method, level: Level) -> Option<Missing> {
        if level == Level::Sessions {
            let what = "missing values are made for clients, and here a row is a session";
            self.flaws
                .push((vec!["missing".into()], Flaw::with_help(0..0, what, "a mixed model of sessions uses all that were handed in")));
            return None;
        }
        match written {
            keys::Missing::Replaced(own) => {
                let (of, by) = (self.at(&["missing", "of"], &own.of), self.at(&["missing", "by"], &own.by));
                let of = self.column("of", &own.of, &of?, method)?;
                Some(Missing::Replaced { of, by: by? })
            }
            keys::Missing::Weighted(own) => {
                let (of, model) = self.predicted(&own.formula, method)?;
                if method.is_weighted() {
                    return Some(Missing::Weighted { of, model });
                }
                let flaw = Flaw::with_help(0..0, "this method takes no weights", "Linear and Mean do; Imputed(…) works with any method");
                self.flaws.push((vec!["missing".into()], flaw));
                None
            }
            keys::Missing::Imputed(own) => {
                let (of, model) = self.predicted(&own.formula, method)?;
                Some(Missing::Imputed { of, model, count: usize::from(own.count), delta: own.delta })
            }
        }
    }

    /// A variable and its predictors.
    fn predicted(&mut self, formula: &str, method: &dyn analysis::Method) -> Option<(Slot, Model)> {
        let model = self.model_at(&["missing", "formula"], formula, without_groups)?;
        let of = self.column("formula", formula.split('~').next().unwrap_or_default().trim(), &model.response[0], method)?;
        let itself = model.predictors().iter().any(|predictor| predictor.holds(of));
        if itself {
            let flaw = Flaw::with_help(0..formula.len(), "a missing value cannot predict itself", "leave it away on the right");
            self.flaws.push((key("formula"), flaw));
        }
        (!itself).then_some((of, model))
    }

    /// A column of clients that the method uses.
    fn column(&mut self, at: &str, written: &str, of: &Expr, method: &dyn analysis::Method) -> Option<Slot> {
        let flaw = match of {
            Expr::Column(slot) if slot.level == Level::Clients && method.uses().iter().any(|used| used.holds(*slot)) => return Some(*slot),
            Expr::Column(_) => {
                let what = format!("the analysis does not use `{written}`");
                Flaw::with_help(0..written.len(), what, "name the variable that it uses: change and gain are not made from post")
            }
            _ => Flaw::with_help(0..written.len(), "here stands a column, not an expression", "name one such as post, change or gain"),
        };
        self.flaws.push((key(at), flaw));
        None
    }
}
