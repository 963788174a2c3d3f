//! What estimates are judged against.

use super::arithmetic;
use super::keys::Truth as Written;
use crate::dataset::catalogue::Level;
use crate::dataset::frame::{Slot, Wanted};
use crate::estimators::analysis::{Ranked, Truth};
use crate::estimators::formula::expr::Expr;
use crate::estimators::formula::names::{Lookup, Names};
use crate::estimators::formula::{Flaw, expression};
use crate::scenario::describe::explain;
use crate::scenario::file::ScenarioFile;

/// Name under which groups are judged by their order.
pub(super) const RANKS: &str = "ranks";

/// Finds out what is true of the terms of one analysis.
pub(super) struct Judge<'a> {
    /// Names of the study.
    pub names: &'a Names,
    /// Terms of the analysis.
    pub terms: Vec<String>,
    /// It is made over all arms.
    pub over_arms: bool,
    /// Columns that truths need.
    pub wanted: &'a mut Wanted,
    /// Keys of the scenario that are truths.
    pub parameters: &'a [String],
}

impl Judge<'_> {
    /// The truths of a term: of a contrast one for each arm in which the analysis is made.
    pub fn truths(&mut self, term: &str, written: &Written) -> Result<Vec<(usize, Truth)>, Flaw> {
        let Some(at) = self.terms.iter().position(|known| known == term) else {
            let what = format!("this analysis has no term \"{term}\"");
            let slip = Some((term.to_owned(), self.terms.clone()));
            return Err(Flaw { slip, ..Flaw::with_help(0..0, what, format!("its terms are: {}", self.terms.join(", "))) });
        };
        match written {
            Written::Value(value) if value.is_finite() => Ok(vec![(at, Truth::Value(*value))]),
            Written::Value(_) => Err(Flaw::new(0..0, "a truth must be a finite number")),
            Written::Parameter(path) => self.parameter(at, path),
            Written::Counterfactual(of) => self.contrast(at, term, of, false),
            Written::CounterfactualD(of) => self.contrast(at, term, of, true),
            Written::Means(_) => Err(Flaw::with_help(0..0, "Means(…) is what groups are ranked by", "write \"ranks\": Means(\"gain\")")),
        }
    }

    /// What is true of the order of groups.
    pub fn ranked(&mut self, written: &Written, groups: Option<Slot>) -> Result<Ranked, Flaw> {
        let Some(by) = groups else {
            return Err(Flaw::with_help(0..0, "this analysis ranks nobody", "ranks are judged of Therapists(…)"));
        };
        match written {
            Written::Means(of) => self.of_clients(of).map(|of| Ranked { of, by }),
            _ => Err(Flaw::with_help(0..0, "ranks are judged by the means of groups", "write \"ranks\": Means(\"gain\")")),
        }
    }

    /// An expression about clients: whatever a row of the analysis is, people are what an arm does something to.
    fn of_clients(&mut self, of: &str) -> Result<Expr, Flaw> {
        let ast = expression(of).map_err(|flaw| Flaw { span: 0..0, ..flaw })?;
        let mut lookup = Lookup::new(self.names, Level::Clients, self.wanted);
        lookup.expr(&ast).ok_or_else(|| {
            let first = lookup.flaws.into_iter().next();
            first.map_or_else(|| Flaw::new(0..0, "not an expression"), |flaw| Flaw { span: 0..0, ..flaw })
        })
    }

    fn parameter(&mut self, at: usize, path: &str) -> Result<Vec<(usize, Truth)>, Flaw> {
        for path in arithmetic::read(path)?.keys() {
            known(path)?;
        }
        let index = self.parameters.iter().position(|known| known == path);
        Ok(index.map(|index| (at, Truth::Parameter(index))).into_iter().collect())
    }

    fn contrast(&mut self, at: usize, term: &str, of: &str, standardised: bool) -> Result<Vec<(usize, Truth)>, Flaw> {
        let expr = self.of_clients(of)?;
        let arms = &self.names.arms;
        let named: Vec<usize> = (1..arms.len()).filter(|&arm| term.split(':').any(|part| part.trim() == arms[arm])).collect();
        let compared = match (named.as_slice(), arms.len(), self.over_arms) {
            (&[arm], ..) => vec![arm],
            (_, 2, _) => vec![1],
            (_, count, false) if count > 1 => (1..count).collect(),
            _ => {
                let what = format!("it is not clear which arm \"{term}\" compares with the first one");
                return Err(Flaw::with_help(
                    0..0,
                    what,
                    "a counterfactual is the truth of terms that name an arm, such as \"arm: feedback\"",
                ));
            }
        };
        Ok(compared.into_iter().map(|arm| (at, Truth::Contrast { of: expr.clone(), arm, standardised })).collect())
    }
}

/// Is there such a key?
fn known(path: &str) -> Result<(), Flaw> {
    let Err(near) = explain::<ScenarioFile>(path) else {
        return Ok(());
    };
    let help = if near.is_empty() { "`dyadsim explain` lists all keys".into() } else { format!("did you mean {}?", near.join(" or ")) };
    Err(Flaw::with_help(0..0, format!("no key is called `{path}`"), help))
}
