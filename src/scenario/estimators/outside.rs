//! Analyses that a program of the user's makes: which data it is given, and what its terms are judged against.

use super::keys::Truth as Written;
use super::names;
use super::truths::Judge;
use super::{numbers_at, parameters_of};
use crate::dataset::catalogue::{self, COLUMNS, Kind, Known, Level};
use crate::estimators::analysis::Truth;
use crate::estimators::formula::handed::{Filled, Handed};
use crate::estimators::formula::names::{Condition, Lookup, Names};
use crate::estimators::formula::{Flaw, comparisons, expression};
use crate::scenario::load::Scenario;
use crate::scenario::suggest::nearest;
use std::collections::BTreeMap;

/// Which data a program is to be given, as written by a user.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What a row is.
    pub level: Level,
    /// Which rows, as in the key `where` of an estimator.
    pub r#where: String,
    /// Columns and expressions; none for all columns but the arm.
    pub columns: Vec<String>,
}

/// The same, looked up.
#[derive(Clone, Debug)]
pub struct Given {
    /// What a row is.
    pub level: Level,
    /// All arms in one data set; otherwise one for each arm.
    pub over_arms: bool,
    /// Which rows.
    pub filter: Vec<Condition>,
    /// Columns.
    pub columns: Vec<Handed>,
}

/// Where a mistake stands: in the rows that are asked for, or in a column or expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The condition on rows.
    Where,
    /// This column.
    Column(String),
}

impl Asked {
    /// Looks up names; columns that are needed are added to those that the scenario wants.
    ///
    /// # Errors
    /// Everything that is wrong, each with its text and what would be right.
    pub fn look_up(&self, scenario: &mut Scenario) -> Result<Given, Vec<(Text, String)>> {
        let names = names(scenario.cells.iter());
        let mut lookup = Lookup::new(&names, self.level, &mut scenario.analyses.wanted);
        let mut wrong = Vec::new();
        let read = comparisons(&self.r#where).map_err(|flaw| wrong.push((Text::Where, told(&flaw))));
        let filter = read.unwrap_or_default().iter().filter_map(|one| lookup.condition(one)).collect();
        wrong.extend(lookup.flaws.drain(..).map(|flaw| (Text::Where, told(&flaw))));
        let mut columns = Vec::new();
        for text in self.texts(&names) {
            let found = column(&text, &mut lookup, &names);
            if let Ok(filled) = &found {
                columns.extend(filled.clone().map(|filled| Handed { name: text.clone(), filled }));
            }
            let flaws = lookup.flaws.drain(..).chain(found.err());
            wrong.extend(flaws.map(|flaw| (Text::Column(text.clone()), told(&flaw))));
        }
        let over_arms = lookup.over_arms;
        if wrong.is_empty() { Ok(Given { level: self.level, over_arms, filter, columns }) } else { Err(wrong) }
    }

    /// The columns that are asked for, or all: those of clients, and with sessions also theirs.
    fn texts(&self, names: &Names) -> Vec<String> {
        if !self.columns.is_empty() {
            return self.columns.clone();
        }
        let known = COLUMNS.iter().filter(|column| column.column != Known::Arm && column.column != Known::Severity);
        let known: Vec<String> = known
            .filter(|column| column.level == Level::Clients || self.level == Level::Sessions)
            .map(|column| column.name.into())
            .collect();
        let further = names.measures.iter().filter(|name| self.level == Level::Sessions && catalogue::named(name).is_none());
        known.iter().cloned().chain(further.cloned()).collect()
    }
}

/// A column of groups, or an expression; none when a name in it was not found (the lookup has noted it).
fn column(text: &str, lookup: &mut Lookup, names: &Names) -> Result<Option<Filled>, Flaw> {
    let group = catalogue::named(text).filter(|known| known.kind == Kind::Group);
    if let Some(known) = group {
        let slot = lookup.column(known.column);
        return Ok(Some(match known.column {
            Known::Arm => Filled::Names(slot, names.arms.clone()),
            Known::Diagnosis => Filled::Names(slot, names.diagnoses.clone()),
            _ => Filled::Groups(slot),
        }));
    }
    Ok(lookup.expr(&expression(text)?).map(Filled::Numbers))
}

/// What is wrong, and what would be right.
fn told(flaw: &Flaw) -> String {
    let near = flaw.slip.as_ref().and_then(|(word, known)| nearest(word, known.iter().map(String::as_str)));
    let help = near.map(|near| format!("did you mean `{near}`?")).or(flaw.help.clone());
    help.map_or_else(|| flaw.what.clone(), |help| format!("{}; {help}", flaw.what))
}

/// What is true of terms: as it is said for them, otherwise what the scenario says of terms with the same name, where all of its
/// estimators agree.
///
/// # Errors
/// The term that is meant, and what is wrong with its truth.
pub fn truths(
    scenario: &mut Scenario,
    terms: &[String],
    over_arms: bool,
    said: &BTreeMap<String, Written>,
) -> Result<Vec<(usize, Truth)>, (String, String)> {
    learn_parameters(scenario, said);
    let names = names(scenario.cells.iter());
    let shared = shared(scenario, terms, said);
    let analyses = &mut scenario.analyses;
    let parameters = analyses.parameters.clone();
    let mut judge = Judge { names: &names, terms: terms.to_vec(), over_arms, wanted: &mut analyses.wanted, parameters: &parameters };
    let mut found = Vec::new();
    for (term, written) in said.iter().filter(|(term, _)| terms.contains(term)) {
        found.extend(judge.truths(term, written).map_err(|flaw| (term.clone(), told(&flaw)))?);
    }
    found.extend(shared);
    match without_number(scenario, &found) {
        Some(path) => Err((path.clone(), format!("`{path}` is not a number in every arm; name a key that holds one"))),
        None => Ok(found),
    }
}

/// Adds the keys that are truths to those that the arms know.
fn learn_parameters(scenario: &mut Scenario, said: &BTreeMap<String, Written>) {
    let before = scenario.analyses.parameters.len();
    parameters_of(said.values(), &mut scenario.analyses.parameters);
    let new = scenario.analyses.parameters[before..].to_vec();
    for arm in scenario.cells.iter_mut().flat_map(|cell| &mut cell.arms) {
        let numbers = numbers_at(&arm.text, &new);
        arm.parameters.extend(numbers);
    }
}

/// Truths that the scenario's own estimators have for terms of these names.
fn shared(scenario: &Scenario, terms: &[String], said: &BTreeMap<String, Written>) -> Vec<(usize, Truth)> {
    let mut found = Vec::new();
    for (at, term) in terms.iter().enumerate().filter(|(_, term)| !said.contains_key(*term)) {
        let of = scenario.analyses.list.iter().map(|analysis| {
            let own = analysis.terms();
            analysis.truths.iter().filter(|(index, _)| own.get(*index) == Some(term)).map(|(_, truth)| truth).collect::<Vec<_>>()
        });
        let mut known: Vec<Vec<&Truth>> = of.filter(|truths| !truths.is_empty()).collect();
        known.dedup();
        if let [truths] = known.as_slice() {
            found.extend(truths.iter().map(|truth| (at, (*truth).clone())));
        }
    }
    found
}

/// A key among truths that is no number in some arm.
fn without_number<'a>(scenario: &'a Scenario, truths: &[(usize, Truth)]) -> Option<&'a String> {
    let mut arms = scenario.cells.iter().flat_map(|cell| &cell.arms);
    let used: Vec<usize> = truths.iter().filter_map(|(_, truth)| if let Truth::Parameter(at) = truth { Some(*at) } else { None }).collect();
    let odd = arms.find_map(|arm| used.iter().find(|&&at| arm.parameters.get(at).is_none_or(|value| value.is_nan())))?;
    scenario.analyses.parameters.get(*odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario() -> Scenario {
        let text = "(arms: [(name: \"usual care\"), (name: \"feedback\")],
            estimators: [
                (name: \"a\", method: Linear(formula: \"post ~ pre + arm\"), truth: {\"pre\": Value(0.5), \"arm: feedback\": Counterfactual(\"post\")}),
                (name: \"b\", method: Linear(formula: \"post ~ pre\"), truth: {\"pre\": Value(0.5)})])";
        Scenario::load("lab.ron", text, &[]).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn all_columns_leave_the_arms_apart_and_naming_them_brings_them_together() {
        let mut scenario = scenario();
        let all = Asked::default().look_up(&mut scenario).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert!(!all.over_arms && all.columns.len() > 30 && all.columns.iter().all(|column| column.name != "arm"));
        let asked = Asked { columns: vec!["arm".into(), "z(post)".into()], r#where: "sessions >= 3".into(), ..Asked::default() };
        let given = asked.look_up(&mut scenario).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert!(given.over_arms && given.filter.len() == 1);
        assert!(matches!(&given.columns[0].filled, Filled::Names(_, names) if names.len() == 2));
    }

    #[test]
    fn all_mistakes_are_told_with_what_would_be_right() {
        let asked =
            Asked { columns: vec!["psot".into(), "alliance".into(), "pre +".into()], r#where: "sesions > 3".into(), ..Asked::default() };
        let wrong = asked.look_up(&mut scenario()).unwrap_err();
        let told = |at: usize, part: &str| assert!(wrong[at].1.contains(part), "{wrong:?}");
        assert_eq!((wrong.len(), &wrong[0].0, &wrong[1].0), (4, &Text::Where, &Text::Column("psot".into())));
        told(0, "did you mean `sessions`?");
        told(1, "did you mean `post`?");
        told(2, "alliance@3");
    }

    #[test]
    fn terms_with_the_same_name_have_the_same_truth_unless_another_is_said() {
        let mut scenario = scenario();
        let terms = ["(Intercept)", "pre", "arm: feedback"].map(String::from);
        let none = BTreeMap::new();
        let found = truths(&mut scenario, &terms, true, &none).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert_eq!(found[0], (1, Truth::Value(0.5)));
        assert!(matches!(found[1], (2, Truth::Contrast { arm: 1, .. })) && found.len() == 2);
        let said = BTreeMap::from([("pre".to_owned(), Written::Parameter("outcomes.early_session".into()))]);
        let found = truths(&mut scenario, &terms, true, &said).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        assert_eq!(found[0], (1, Truth::Parameter(0)));
        assert!(scenario.cells[0].arms.iter().all(|arm| arm.parameters[0] >= 1.0));
        let said = BTreeMap::from([("pre".to_owned(), Written::Parameter("symptoms".into()))]);
        assert!(truths(&mut scenario, &terms, true, &said).is_err());
    }
}
