//! All quantities of a gallery with their verdicts, by group, and how many agree.

use super::collect::Simulated;
use super::gallery::{Gallery, StudyPlan, StudyResult};
use super::targets::{Confidence, Target};
use super::verdict::{Verdict, verdict};

/// A target and what the simulation says about it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The target.
    pub target: Target,
    /// Unit of all its numbers; empty where it is not known.
    pub unit: String,
    /// The simulated quantity.
    pub simulated: Simulated,
    /// The verdict.
    pub verdict: Verdict,
    /// Replicates asked for.
    pub asked: u64,
    /// Title of the study.
    pub study_title: String,
    /// File of the study.
    pub study_file: String,
}

/// Replicates of a study that could not be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// File of the study.
    pub study_file: String,
    /// How many.
    pub replicates: usize,
    /// What happened in the first of them.
    pub reason: String,
}

/// How many of some quantities agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Quantities that agree.
    pub agree: usize,
    /// Quantities that are judged.
    pub judged: usize,
    /// Quantities that are shown only.
    pub shown: usize,
}

impl Score {
    /// Of some rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut score = Self::default();
        for row in rows {
            match row.verdict {
                Verdict::Agrees => (score.agree, score.judged) = (score.agree + 1, score.judged + 1),
                Verdict::Misses => score.judged += 1,
                Verdict::Shown => score.shown += 1,
            }
        }
        score
    }

    /// Share that agrees, in per cent; none where nothing is judged.
    pub fn percent(self) -> Option<f64> {
        (self.judged > 0).then(|| 100.0 * self.agree as f64 / self.judged as f64)
    }
}

/// The quantities of a gallery, in the order of their list.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Quantities whose study was run.
    pub rows: Vec<Row>,
    /// Studies with replicates that failed.
    pub failed: Vec<Failed>,
}

impl Report {
    /// Puts studies and their results together.
    pub fn new<'a>(gallery: &Gallery, results: impl IntoIterator<Item = (&'a StudyPlan, StudyResult)>) -> Self {
        let mut placed: Vec<(usize, Row)> = Vec::new();
        let mut failed = Vec::new();
        for (plan, result) in results {
            let file = gallery.study(&plan.name).map(|text| text.path.clone()).unwrap_or_default();
            if let Some(first) = result.outcome.failures.first() {
                let reason = format!("replicate {}: {}", first.replicate, first.reason);
                failed.push(Failed { study_file: file.clone(), replicates: result.outcome.failures.len(), reason });
            }
            for ((&at, quantity), simulated) in plan.targets.iter().zip(&plan.quantities).zip(result.simulated) {
                let target = gallery.targets()[at].clone();
                let verdict = verdict(&target.published, target.confidence, &simulated);
                let row = Row {
                    target,
                    unit: quantity.unit.clone(),
                    simulated,
                    verdict,
                    asked: plan.scenario.replicates,
                    study_title: plan.scenario.title.clone(),
                    study_file: file.clone(),
                };
                placed.push((at, row));
            }
        }
        placed.sort_by_key(|(at, _)| *at);
        Self { rows: placed.into_iter().map(|(_, row)| row).collect(), failed }
    }

    /// The rows by group, groups in the order in which they first appear.
    pub fn groups(&self) -> Vec<(&str, Vec<&Row>)> {
        let mut groups: Vec<(&str, Vec<&Row>)> = Vec::new();
        for row in &self.rows {
            match groups.iter_mut().find(|(name, _)| *name == row.target.group) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((&row.target.group, vec![row])),
            }
        }
        groups
    }

    /// Score of the quantities that are known best (confidence T).
    pub fn score(&self) -> Score {
        Score::of(self.rows.iter().filter(|row| row.target.confidence == Confidence::T))
    }

    /// Quantities that are judged and do not agree.
    pub fn misses(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.verdict == Verdict::Misses)
    }
}
