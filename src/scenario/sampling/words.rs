//! A design in words, for people who read a check or a result.

use super::{Effect, Fraction, Sampling};
use crate::scenario::points::Points;
use crate::scenario::words::counted;

impl Sampling {
    /// What the design is, and what it cannot tell apart; nothing for a full factorial, which needs no words.
    pub fn words(&self) -> Vec<String> {
        let keys = counted(self.factors.len(), "key");
        match &self.points {
            Points::All(_) => Vec::new(),
            Points::Fraction(_) => self.fraction.iter().flat_map(|fraction| self.fraction_words(fraction)).collect(),
            Points::LatinHypercube(group) => {
                vec![format!("Latin hypercube of {} over {keys}; points seed {}", counted(group.cells as usize, "cell"), group.seed)]
            }
            Points::Morris(group) => vec![format!(
                "Morris screening of {keys}: {} of {} on {} levels; points seed {}",
                counted(group.trajectories as usize, "trajectory"),
                counted(self.factors.len() + 1, "cell"),
                group.levels,
                group.seed
            )],
            Points::Sobol(group) => vec![format!(
                "Saltelli's scheme for Sobol indices of {keys}: {} and {} of a scrambled Sobol sequence; points seed {}",
                counted(self.cells.len(), "cell"),
                counted(group.points as usize, "point"),
                group.seed
            )],
        }
    }

    fn fraction_words(&self, fraction: &Fraction) -> Vec<String> {
        let (k, b) = (fraction.masks.len(), fraction.basic);
        let effect = |(a, b): &Effect| match b {
            None => self.factors[*a].path().to_owned(),
            Some(b) => format!("{} × {}", self.factors[*a].path(), self.factors[*b].path()),
        };
        let meaning = match fraction.resolution {
            3 => "main effects are aliased with two-factor interactions",
            4 => "main effects are clear of two-factor interactions, which are aliased with each other",
            _ => "main effects and two-factor interactions are all clear of each other",
        };
        let head = format!(
            "Fractional factorial 2^({k}−{}) in {}, resolution {}: {meaning}",
            k as u32 - b,
            counted(1 << b, "run"),
            roman(fraction.resolution)
        );
        let aliases =
            fraction.aliases().into_iter().map(|group| format!("aliased: {}", group.iter().map(effect).collect::<Vec<_>>().join(" = ")));
        std::iter::once(head).chain(aliases).collect()
    }
}

/// A resolution as it is always written.
fn roman(n: u32) -> String {
    let tens = ["", "X", "XX", "XXX"];
    let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    tens.get(n as usize / 10).map_or_else(|| n.to_string(), |ten| format!("{ten}{}", ones[n as usize % 10]))
}
