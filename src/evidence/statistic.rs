//! Where a statistic of a target is found in a study.

use super::targets::{Statistic, Target, TargetLists};
use crate::engine::summary::MEASURES;
use crate::engine::totals::{COMPARISONS, RATIO_MEASURES};
use crate::scenario::load::Scenario;
use crate::scenario::problem::Problem;
use crate::scenario::suggest::{nearest, one_of};

/// How the mean over replicates becomes the quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is the quantity.
    Identity,
    /// Its exponential is: odds ratios, averaged as logarithms.
    Exponential,
    /// Its reciprocal is: numbers needed to treat, from the mean difference.
    Reciprocal,
}

/// What one replicate says about one arm.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// A measure, by its position in [`MEASURES`].
    Measure(usize),
    /// The logarithm of the odds of a measure that is a share.
    LogOdds(usize),
    /// A term of an analysis.
    Estimate {
        /// Name of the analysis.
        name: String,
        /// Position among its terms.
        term: usize,
    },
}

/// A column of one arm of one cell, added or subtracted.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// 1 or −1.
    pub sign: f64,
    /// Cell of the design, from 0.
    pub cell: usize,
    /// Arm, from 0.
    pub arm: usize,
    /// What is taken from it.
    pub column: Column,
}

/// A quantity of a study: a sum of parts, averaged over replicates, and seen through a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Parts, added up within a replicate.
    pub parts: Vec<Part>,
    /// What is done to their mean.
    pub link: Link,
    /// Unit.
    pub unit: String,
}

impl Quantity {
    /// Names of the analyses that it needs.
    pub fn analyses(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| if let Column::Estimate { name, .. } = &part.column { Some(name.as_str()) } else { None })
    }
}

/// The quantity of the target at a position in its study.
///
/// # Errors
/// Names that the study does not have, with their places.
pub fn quantity(file: &TargetLists, at: usize, scenario: &Scenario) -> Result<Quantity, Vec<Problem>> {
    let target = &file.targets[at];
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (key, statistic) in target.statistics() {
        match (Finder { file, at, key, target, scenario }).quantity(statistic) {
            Ok(quantity) => found.push(quantity),
            Err(more) => problems.extend(more),
        }
    }
    if found.len() == 2 && found.iter().any(|quantity| quantity.link != Link::Identity) {
        let what = "odds ratios and numbers needed to treat are not subtracted";
        problems.push(file.problem(at, &["minus"], what, Some("leave `minus` out, or compare another statistic".into())));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut found = found.into_iter();
    let mut first = found.next().ok_or_else(Vec::new)?;
    for minus in found {
        first.parts.extend(minus.parts.into_iter().map(|part| Part { sign: -part.sign, ..part }));
    }
    if !target.unit.is_empty() {
        first.unit.clone_from(&target.unit);
    }
    Ok(first)
}

/// Columns with their signs, what is done to their mean, and the unit.
type Columns = (Vec<(f64, Column)>, Link, String);

/// Looks up the names of one statistic.
struct Finder<'a> {
    file: &'a TargetLists,
    at: usize,
    key: &'static str,
    target: &'a Target,
    scenario: &'a Scenario,
}

impl Finder<'_> {
    /// One problem, with a key of the statistic.
    fn problem(&self, key: &str, what: String, help: Option<String>) -> Vec<Problem> {
        vec![self.file.problem(self.at, &[self.key, key], what, help)]
    }

    fn quantity(&self, statistic: &Statistic) -> Result<Quantity, Vec<Problem>> {
        let (arm, cell) = statistic.place();
        let contrast = matches!(statistic, Statistic::Contrast { .. });
        let cell = self.cell(cell);
        let arm = cell.as_ref().map_or(Ok(0), |&cell| self.arm(cell, arm, contrast));
        let column = match statistic {
            Statistic::Measure { name, .. } => self.measure(name).map(|found| (vec![(1.0, found.0)], Link::Identity, found.1)),
            Statistic::Contrast { name, .. } => self.contrast(name),
            Statistic::Estimate { name, term, arm, .. } => self.estimate(name, term, arm.is_some()),
        };
        let (cell, arm, (columns, link, unit)) = match (cell, arm, column) {
            (Ok(cell), Ok(arm), Ok(column)) => (cell, arm, column),
            (cell, arm, column) => {
                return Err([cell.err(), column.err(), arm.err()].into_iter().flatten().flatten().collect());
            }
        };
        // The second column of a contrast is that of the first arm.
        let part = |(at, (sign, column))| Part { sign, cell, arm: if at == 0 { arm } else { 0 }, column };
        Ok(Quantity { parts: columns.into_iter().enumerate().map(part).collect(), link, unit })
    }

    fn cell(&self, cell: Option<u32>) -> Result<usize, Vec<Problem>> {
        let cells = self.scenario.cells.len();
        match cell {
            None => Ok(0),
            Some(cell) if (1..=cells).contains(&(cell as usize)) => Ok(cell as usize - 1),
            Some(cell) => {
                let what = format!("study \"{}\" has no cell {cell}", self.target.study);
                let help = if cells == 1 { "it has one cell: leave `cell` out".into() } else { format!("its cells are 1 to {cells}") };
                Err(self.problem("cell", what, Some(help)))
            }
        }
    }

    fn arm(&self, cell: usize, arm: Option<&str>, contrast: bool) -> Result<usize, Vec<Problem>> {
        let names: Vec<&str> = self.scenario.cells[cell].arms.iter().map(|arm| arm.name.as_str()).collect();
        let study = &self.target.study;
        match arm {
            None if contrast && names.len() < 2 => {
                let what = format!("study \"{study}\" has one arm: nothing to compare");
                Err(self.problem("name", what, Some("add an arm to the study, or write Measure(…)".into())))
            }
            None => Ok(usize::from(contrast)),
            Some(word) => match names.iter().position(|name| *name == word) {
                None => {
                    Err(self.problem("arm", format!("study \"{study}\" has no arm \"{word}\""), Some(Self::instead(word, "arms", names))))
                }
                Some(0) if contrast => {
                    let what = format!("\"{word}\" is the first arm, to which the others are compared");
                    Err(self.problem("arm", what, Some("write Measure(…), or name another arm".into())))
                }
                Some(at) => Ok(at),
            },
        }
    }

    fn measure(&self, name: &str) -> Result<(Column, String), Vec<Problem>> {
        let unknown = || {
            let near = nearest(name, MEASURES.iter().map(|spec| spec.name));
            let help = near
                .map_or_else(|| "measures are the columns of the table `replicates`".into(), |near| format!("did you mean \"{near}\"?"));
            self.problem("name", format!("there is no measure \"{name}\""), Some(help))
        };
        let at = MEASURES.iter().position(|spec| spec.name == name).ok_or_else(unknown)?;
        Ok((Column::Measure(at), MEASURES[at].unit.to_owned()))
    }

    /// A term of an analysis that the study makes.
    fn estimate(&self, name: &str, term: &str, arm: bool) -> Result<Columns, Vec<Problem>> {
        let list = &self.scenario.analyses.list;
        let study = &self.target.study;
        let Some(analysis) = list.iter().find(|one| one.name == name) else {
            let help = Self::instead(name, "estimators", list.iter().map(|one| one.name.as_str()).collect());
            return Err(self.problem("name", format!("study \"{study}\" has no estimator \"{name}\""), Some(help)));
        };
        let terms = analysis.terms();
        let Some(at) = terms.iter().position(|one| one == term) else {
            let help = Self::instead(term, "terms", terms.iter().map(String::as_str).collect());
            return Err(self.problem("term", format!("estimator \"{name}\" of study \"{study}\" has no term \"{term}\""), Some(help)));
        };
        if analysis.over_arms && arm {
            let what = format!("estimator \"{name}\" is about all arms together");
            return Err(self.problem("arm", what, Some("leave `arm` out".into())));
        }
        let column = Column::Estimate { name: name.into(), term: at };
        Ok((vec![(1.0, column)], Link::Identity, unit_of_term(term).into()))
    }

    /// A name that may have been meant, or those that there are.
    fn instead(word: &str, what: &str, names: Vec<&str>) -> String {
        match nearest(word, names.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if names.is_empty() => format!("it has no {what}"),
            None => format!("its {what} are {}", names.join(", ")),
        }
    }

    /// Columns with their signs, the first of the arm and the second of the comparison arm.
    fn contrast(&self, name: &str) -> Result<Columns, Vec<Problem>> {
        let ratio = |ending: &str| name.strip_suffix(ending);
        if let Some(share) = ratio("_odds_ratio").or_else(|| ratio("_nnt")) {
            let (Column::Measure(at), true) = (self.measure(share)?.0, RATIO_MEASURES.contains(&share)) else {
                let what = format!("there is no odds ratio or number needed of \"{share}\"");
                return Err(self.problem("name", what, Some(format!("there are those of {}", one_of(&RATIO_MEASURES)))));
            };
            return Ok(match ratio("_nnt") {
                Some(_) => (both(Column::Measure(at)), Link::Reciprocal, "clients".into()),
                None => (both(Column::LogOdds(at)), Link::Exponential, "odds ratio".into()),
            });
        }
        let (column, unit) = self.measure(name)?;
        let columns = if COMPARISONS.contains(&name) { vec![(1.0, column)] } else { both(column) };
        Ok((columns, Link::Identity, unit))
    }
}

/// An arm minus the comparison arm.
fn both(column: Column) -> Vec<(f64, Column)> {
    vec![(1.0, column.clone()), (-1.0, column)]
}

/// Unit of a term, where its name says it.
fn unit_of_term(term: &str) -> &'static str {
    let word = term.split([' ', ':']).next().unwrap_or_default();
    match word {
        "r" => "r",
        "d" => "d",
        "icc" | "by" | "R2" | "risk" | "linear" | "v" | "u" => "share",
        "odds" => "odds ratio",
        _ => "",
    }
}
