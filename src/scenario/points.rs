//! Which combinations of the swept values are simulated, and with whose luck: the keys.

use crate::model::params::{choice, params};

params! {
    /// Every combination of the values.
    pub struct AllCombinations {}
}

params! {
    /// A part of the combinations of two values each.
    pub struct FractionPoints {
        /// Number of cells, a power of two.
        runs: u32 = 8, "cells", [2, 65536], "design; Box and Hunter 1961";
    }
}

params! {
    /// Points that cover the range of every key evenly.
    pub struct LatinPoints {
        /// Number of cells: the range of every key is cut into so many equal strips, and each is used once.
        cells: u32 = 64, "cells", [4, 100000], "design; McKay 1979";
        /// Swept keys whose range is covered evenly on a logarithmic scale.
        log: Vec<String> = Vec::new() => skip;
        /// Seed of the points. The scenario's own seed does not move them.
        seed: u64 = 1 => skip;
    }
}

params! {
    /// Walks through the ranges that change one key at a time.
    pub struct MorrisPoints {
        /// Number of walks. Each has a cell more than there are keys, and tries every key once.
        trajectories: u32 = 20, "trajectories", [2, 10000], "design; Morris 1991";
        /// Values to which each range is reduced, an even number. A step covers half of them.
        levels: u32 = 6, "levels", [2, 100], "design; Morris 1991";
        /// Swept keys whose range is covered evenly on a logarithmic scale.
        log: Vec<String> = Vec::new() => skip;
        /// Seed of the walks. The scenario's own seed does not move them.
        seed: u64 = 1 => skip;
    }
}

params! {
    /// Two samples of points, and the first with each key in turn taken from the second.
    pub struct SobolPoints {
        /// Points of each sample, best a power of two. The design has points × (keys + 2) cells.
        points: u32 = 256, "points", [8, 65536], "design; Saltelli 2010";
        /// Swept keys whose range is covered evenly on a logarithmic scale.
        log: Vec<String> = Vec::new() => skip;
        /// Seed of the points. The scenario's own seed does not move them.
        seed: u64 = 1 => skip;
    }
}

choice! {
    /// With the sampled designs (Latin hypercube, Morris, Sobol) a list of two numbers is a range.
    pub enum Points {
        /// Every combination of the values: a full factorial design.
        All(AllCombinations),
        /// A regular fraction 2^(k−p) of the combinations of two values each, with the highest resolution that so many cells allow.
        Fraction(FractionPoints),
        /// A Latin hypercube: ranges covered evenly with few cells; gives regression coefficients.
        LatinHypercube(LatinPoints),
        /// Morris' screening by elementary effects: few cells, tells what matters from what does not.
        Morris(MorrisPoints),
        /// Saltelli's scheme: many cells, gives first-order and total Sobol indices.
        Sobol(SobolPoints),
    }
}

impl Default for Points {
    fn default() -> Self {
        Self::All(AllCombinations {})
    }
}

impl Points {
    /// Keys on a logarithmic scale.
    pub fn log(&self) -> &[String] {
        match self {
            Self::All(_) | Self::Fraction(_) => &[],
            Self::LatinHypercube(group) => &group.log,
            Self::Morris(group) => &group.log,
            Self::Sobol(group) => &group.log,
        }
    }

    /// Two numbers are the ends of a range here, and not just two values.
    pub fn sampled(&self) -> bool {
        !matches!(self, Self::All(_) | Self::Fraction(_))
    }
}

/// Arms of one cell share their luck in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub enum Luck {
    /// All cells have the same: the same clients live in every cell, and differences between cells are precise.
    #[default]
    Common,
    /// Every cell has its own: cells are independent samples.
    Own,
}
