//! Performance measures by name: what a run can be told to make precise.

use super::Measured;
use super::measures::Performance;

/// A measure of how a method does against a stated truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Mean estimate minus truth.
    Bias,
    /// Standard deviation of the estimates.
    EmpiricalSe,
    /// Mean squared error.
    Mse,
    /// Root mean square of the stated standard errors.
    ModelSe,
    /// Share of intervals that hold the truth.
    Coverage,
    /// Share of p at most .05.
    Rejection,
}

impl Criterion {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Bias, Self::EmpiricalSe, Self::Mse, Self::ModelSe, Self::Coverage, Self::Rejection];

    /// Its name, that of the column in the table of performance.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bias => "bias",
            Self::EmpiricalSe => "empirical_se",
            Self::Mse => "mse",
            Self::ModelSe => "model_se",
            Self::Coverage => "coverage",
            Self::Rejection => "rejection",
        }
    }

    /// The measure of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its value.
    pub fn of(self, found: &Performance) -> Measured {
        match self {
            Self::Bias => found.bias,
            Self::EmpiricalSe => found.empirical_se,
            Self::Mse => found.mse,
            Self::ModelSe => found.model_se,
            Self::Coverage => found.coverage,
            Self::Rejection => found.rejection,
        }
    }

    /// Monte Carlo standard error for the decision to stop after `n` replicates. That of a share counts two cases more of either
    /// kind (Agresti and Coull 1998, doi:10.1080/00031305.1998.10480550): after a few replicates all intervals may hold the truth,
    /// which does not make coverage known without error.
    pub fn error(self, found: &Performance, n: u64) -> f64 {
        let measured = self.of(found);
        match self {
            Self::Coverage | Self::Rejection => {
                let n = n as f64;
                let share = (measured.value * n + 2.0) / (n + 4.0);
                (share * (1.0 - share) / n).sqrt()
            }
            _ => measured.mcse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::measures::{Said, performance};

    #[test]
    fn names_are_found_again() {
        assert!(Criterion::ALL.into_iter().all(|one| Criterion::named(one.name()) == Some(one)) && Criterion::named("power").is_none());
    }

    #[test]
    fn coverage_of_all_intervals_is_not_known_without_error() {
        let said: Vec<Said> =
            (0..20).map(|i| Said { estimate: f64::from(i), se: 9.0, low: -99.0, high: 99.0, p: 0.5, truth: 9.0 }).collect();
        let found = performance(&said);
        assert_eq!(found.coverage.mcse, 0.0);
        // 22 of 24: √(.9167 · .0833 / 20).
        assert!((Criterion::Coverage.error(&found, 20) - 0.0618).abs() < 1e-4);
        assert_eq!(Criterion::Bias.error(&found, 20), found.bias.mcse);
    }
}
