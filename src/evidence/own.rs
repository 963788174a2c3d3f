//! Numbers of one's own clinic: a target with as little as it takes.

use super::targets::{Confidence, Published, Statistic, Target};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A list of one's own numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
pub struct OwnTargets(#[garde(dive)] pub Vec<OwnTarget>);

/// A number that one's own clinic has, and what it is in the scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct OwnTarget {
    /// Name of the number in tables, each given once.
    #[garde(length(min = 1))]
    pub id: String,
    /// The number.
    pub published: Published,
    /// What it is in the scenario.
    pub simulated: Statistic,
    /// A second statistic, subtracted from the first replicate by replicate.
    #[serde(default)]
    pub minus: Option<Statistic>,
    /// What it is, in a few words.
    #[serde(default)]
    pub quantity: String,
    /// Where it comes from.
    #[serde(default)]
    pub source: String,
}

impl OwnTarget {
    /// As a target of the study of that name.
    pub fn of(self, study: &str) -> Target {
        let quantity = if self.quantity.is_empty() { self.id.clone() } else { self.quantity };
        Target {
            id: self.id,
            group: "My clinic".into(),
            quantity,
            published: self.published,
            study_size: String::new(),
            confidence: Confidence::T,
            source: self.source,
            doi: String::new(),
            study: study.into(),
            simulated: self.simulated,
            minus: self.minus,
            unit: String::new(),
            how: String::new(),
            miss: String::new(),
        }
    }
}
