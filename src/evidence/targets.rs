//! Published quantities as a file has them (`scenarios/studies/targets.ron`).

use super::own::OwnTargets;
use crate::scenario::document::Document;
use crate::scenario::path::Path;
use crate::scenario::problem::{Note, Problem, Problems};
use crate::scenario::read::read_document;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A list of published quantities.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
pub struct Targets(#[garde(dive)] pub Vec<Target>);

/// A published quantity, and how a simulated study computes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Target {
    /// Name of the quantity in tables, each given once.
    #[garde(length(min = 1))]
    pub id: String,
    /// Heading under which it is shown.
    #[garde(length(min = 1))]
    pub group: String,
    /// What it is, in a few words, with the sign that is positive.
    #[garde(length(min = 1))]
    pub quantity: String,
    /// What was published.
    pub published: Published,
    /// Who was studied, as published.
    #[serde(default)]
    pub study_size: String,
    /// How well the published number is known.
    pub confidence: Confidence,
    /// Authors and year.
    #[garde(length(min = 1))]
    pub source: String,
    /// Digital object identifier of the source.
    #[serde(default)]
    pub doi: String,
    /// Scenario of the study: the name of its file without `.ron`.
    #[garde(length(min = 1))]
    pub study: String,
    /// What is computed from the simulated study.
    pub simulated: Statistic,
    /// A second statistic, subtracted from the first replicate by replicate.
    #[serde(default)]
    pub minus: Option<Statistic>,
    /// Unit; without it, that of the measure.
    #[serde(default)]
    pub unit: String,
    /// How the study computed it, and what was done to the published number.
    #[serde(default)]
    pub how: String,
    /// Suspected reason, shown when it does not agree.
    #[serde(default)]
    pub miss: String,
}

/// What was published about a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Published {
    /// A number, with its standard error if one was printed.
    Value {
        /// The number.
        x: f64,
        /// Its standard error.
        #[serde(default)]
        se: Option<f64>,
    },
    /// A number with its 95 % confidence interval.
    Interval {
        /// The number.
        x: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Two ends without a best number.
    Range {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A direction without a number.
    Sign(Direction),
}

/// Direction of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Direction {
    /// Above zero.
    Positive,
    /// Below zero.
    Negative,
}

crate::category! {
    /// How well a published number is known.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[allow(non_camel_case_types)]
    pub enum Confidence {
        /// Read in the source, or in a text that quotes it.
        T = "T",
        /// From memory, certain.
        M_hi = "M_hi",
        /// From memory, fairly certain.
        M_med = "M_med",
        /// From memory, uncertain.
        M_lo = "M_lo",
        /// From a secondary source only.
        S = "S",
        /// Derived from other numbers.
        D = "D",
    }
}

/// What is computed from a simulated study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Statistic {
    /// A measure of an arm: a column of the tables `replicates` and `arms`.
    Measure {
        /// Name of the measure.
        name: String,
        /// Arm; without it the first.
        #[serde(default)]
        arm: Option<String>,
        /// Cell of the design, from 1; without it the first.
        #[serde(default)]
        cell: Option<u32>,
    },
    /// An arm against the first: a column of the table `contrasts`.
    Contrast {
        /// Name of a measure (its paired difference), of a comparison such as between_d, or a measure with
        /// `_odds_ratio` or `_nnt`.
        name: String,
        /// Arm; without it the second.
        #[serde(default)]
        arm: Option<String>,
        /// Cell of the design, from 1; without it the first.
        #[serde(default)]
        cell: Option<u32>,
    },
    /// A term of an analysis that the scenario names under `estimators`.
    Estimate {
        /// Name of the analysis.
        name: String,
        /// Term of its result.
        term: String,
        /// Arm; without it the first.
        #[serde(default)]
        arm: Option<String>,
        /// Cell of the design, from 1; without it the first.
        #[serde(default)]
        cell: Option<u32>,
    },
}

impl Statistic {
    /// Arm and cell, as written.
    pub fn place(&self) -> (Option<&str>, Option<u32>) {
        match self {
            Self::Measure { arm, cell, .. } | Self::Contrast { arm, cell, .. } | Self::Estimate { arm, cell, .. } => {
                (arm.as_deref(), *cell)
            }
        }
    }
}

impl Confidence {
    /// Whether quantities known so well count as agreeing or missing; the others are only shown.
    pub fn judged(self) -> bool {
        matches!(self, Self::T | Self::M_hi | Self::D)
    }
}

impl Target {
    /// Statistics that it needs, each with the key under which it stands.
    pub fn statistics(&self) -> impl Iterator<Item = (&'static str, &Statistic)> {
        std::iter::once(("simulated", &self.simulated)).chain(self.minus.as_ref().map(|minus| ("minus", minus)))
    }
}

/// Lists of targets that were read, with the place of everything in them.
#[derive(Clone, Debug, Default)]
pub struct TargetLists {
    /// The targets of all lists, in order.
    pub targets: Vec<Target>,
    lists: Vec<Document>,
    /// List and position in it, of every target.
    places: Vec<(usize, usize)>,
}

impl TargetLists {
    /// Reads lists of targets, each a name and a text.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with its place.
    pub fn read<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Problems> {
        let (mut all, mut problems) = (Self::default(), Problems::default());
        for (name, text) in texts {
            match read_document::<Targets>(name, text) {
                Ok((Targets(targets), document)) => {
                    all.places.extend((0..targets.len()).map(|at| (all.lists.len(), at)));
                    all.targets.extend(targets);
                    all.lists.push(document);
                }
                Err(found) => problems = problems.and(found),
            }
        }
        all.checked(problems)
    }

    /// Reads a list of numbers of one's own clinic, all of them about one scenario.
    ///
    /// # Errors
    /// Everything that is wrong with it, with its place.
    pub fn own(name: &str, text: &str, study: &str) -> Result<Self, Problems> {
        let (OwnTargets(targets), document) = read_document::<OwnTargets>(name, text)?;
        let places = (0..targets.len()).map(|at| (0, at)).collect();
        let targets = targets.into_iter().map(|target| target.of(study)).collect();
        Self { targets, lists: vec![document], places }.checked(Problems::default())
    }

    /// The lists, unless there were problems or they have numbers or names that cannot be.
    fn checked(self, problems: Problems) -> Result<Self, Problems> {
        let found = (0..self.targets.len()).flat_map(|at| self.numbers(at).into_iter().chain(self.twice(at))).collect();
        problems.and(Problems::new(found)).into_result()?;
        Ok(self)
    }

    /// A problem with a key of the target at a position.
    pub fn problem(&self, at: usize, keys: &[&str], what: impl Into<String>, help: Option<String>) -> Problem {
        let (list, item) = self.places[at];
        let path = keys.iter().fold(Path::default().item(item), |path, key| path.field(key));
        self.lists[list].problem(&path, what, help)
    }

    /// Published numbers that cannot be.
    fn numbers(&self, at: usize) -> Vec<Problem> {
        let problem = |key, what: String, help: &str| self.problem(at, &["published", key], what, Some(help.into()));
        let mut found = Vec::new();
        match self.targets[at].published {
            Published::Value { se: Some(se), .. } if se <= 0.0 => {
                found.push(problem("se", format!("a standard error of {se} is not possible"), "leave `se` out where none was printed"));
            }
            Published::Interval { low, high, .. } | Published::Range { low, high } if low >= high => {
                found.push(problem("high", format!("the interval ends at {high}, before it starts at {low}"), "write the lower end first"));
            }
            Published::Interval { x, low, high } if !(low..=high).contains(&x) => {
                found.push(problem(
                    "x",
                    format!("{x} lies outside its interval from {low} to {high}"),
                    "write Interval(x: …, low: …, high: …)",
                ));
            }
            _ => {}
        }
        found
    }

    /// An id that was given before.
    fn twice(&self, at: usize) -> Option<Problem> {
        let id = &self.targets[at].id;
        let first = self.targets[..at].iter().position(|target| target.id == *id)?;
        let mut problem =
            self.problem(at, &["id"], format!("two targets are called \"{id}\""), Some("give each its own id, such as B3a".into()));
        let first = self.problem(first, &["id"], "", None);
        if first.source == problem.source {
            problem.also = Some(Note { span: first.span, label: "first given here".into() });
        } else {
            problem.what += &format!("; the first stands in {}", first.source.name);
        }
        Some(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"(id: "A", group: "g", quantity: "q", published: Value(x: 0.2), confidence: T, source: "s", study: "x",
        simulated: Measure(name: "dropout"))"#;

    #[test]
    fn a_list_is_read_and_what_is_left_out_has_its_default() {
        let file = TargetLists::read([("t", format!("[{ONE}]").as_str())]).unwrap_or_else(|found| panic!("{found}"));
        assert_eq!(file.targets[0].published, Published::Value { x: 0.2, se: None });
        assert_eq!(file.targets[0].simulated.place(), (None, None));
        assert!(file.targets[0].confidence.judged() && file.targets[0].minus.is_none());
    }

    #[test]
    fn weak_evidence_is_not_judged() {
        let judged: Vec<&str> = Confidence::ALL.iter().filter(|one| one.judged()).map(|one| one.label()).collect();
        assert_eq!(judged, ["T", "M_hi", "D"]);
    }
}
