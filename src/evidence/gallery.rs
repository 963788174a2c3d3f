//! A gallery of studies: their scenarios, what was published about them, and what has to be run.

use super::collect::{Collector, Simulated};
use super::statistic::{Quantity, quantity};
use super::targets::{Target, TargetLists};
use crate::engine::plan;
use crate::engine::run::{Keep, Outcome, Rows, Watch, run};
use crate::scenario::load::Scenario;
use crate::scenario::problem::{Problem, Problems, Source};
use crate::scenario::suggest::nearest;

/// How names of lists of targets start; all other files are studies.
const TARGETS: &str = "targets";

/// A file of a gallery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Name without folder.
    pub name: String,
    /// Name with folder, for messages.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

impl Text {
    /// A file in a folder.
    pub fn new(folder: &str, name: &str, text: String) -> Self {
        Self { name: name.into(), path: format!("{folder}/{name}"), text }
    }

    /// Name of the study: that of the file without its ending.
    pub fn study(&self) -> &str {
        self.name.trim_end_matches(".ron")
    }
}

/// Studies, and the targets that refer to them.
#[derive(Clone, Debug)]
pub struct Gallery {
    file: TargetLists,
    /// The lists of targets as written.
    pub lists: Vec<Text>,
    studies: Vec<Text>,
}

/// How many replicates of each study are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replicates {
    /// As many as its file says.
    AsWritten,
    /// A tenth of that, and no fewer than [`FEWEST`].
    Quick,
    /// So many.
    Fixed(u64),
}

/// Fewest replicates of a quick look: a spread between studies takes some.
pub const FEWEST: u64 = 16;

impl Replicates {
    fn of(self, written: u64) -> u64 {
        match self {
            Self::AsWritten => written,
            Self::Quick => written.div_ceil(10).max(FEWEST).min(written),
            Self::Fixed(n) => n,
        }
    }
}

/// A study that is to be run, and what is wanted from it.
#[derive(Clone, Debug)]
pub struct StudyPlan {
    /// Name.
    pub name: String,
    /// The scenario.
    pub scenario: Scenario,
    /// Position of each target in the list.
    pub targets: Vec<usize>,
    /// What is computed for each of them.
    pub quantities: Vec<Quantity>,
}

/// What came out of a study.
#[derive(Clone, Debug)]
pub struct StudyResult {
    /// A simulated quantity for each of [`StudyPlan::targets`].
    pub simulated: Vec<Simulated>,
    /// The same in each replicate, before the link.
    pub values: Vec<Vec<f64>>,
    /// How the run ended.
    pub outcome: Outcome,
}

impl Gallery {
    /// A gallery from all `.ron` files of a folder: lists of targets (`targets.ron`, or several whose names start like that),
    /// and studies.
    ///
    /// # Errors
    /// Everything that is wrong with the list of targets.
    pub fn new(folder: &str, files: Vec<Text>) -> Result<Self, Problems> {
        let (lists, studies): (Vec<Text>, Vec<Text>) = files.into_iter().partition(|file| file.name.starts_with(TARGETS));
        if lists.is_empty() {
            return Err(Problems::new(vec![no_targets(folder)]));
        }
        let file = TargetLists::read(lists.iter().map(|list| (list.path.as_str(), list.text.as_str())))?;
        let gallery = Self { file, lists, studies };
        Problems::new((0..gallery.targets().len()).filter_map(|at| gallery.unknown_study(at)).collect()).into_result()?;
        Ok(gallery)
    }

    /// One scenario of one's own, and what its clinic counts.
    ///
    /// # Errors
    /// Everything that is wrong with the list of targets.
    pub fn of_one(scenario: Text, targets: Text) -> Result<Self, Problems> {
        let file = TargetLists::own(&targets.path, &targets.text, scenario.study())?;
        Ok(Self { file, lists: vec![targets], studies: vec![scenario] })
    }

    /// The targets, in the order of their file.
    pub fn targets(&self) -> &[Target] {
        &self.file.targets
    }

    /// The files of the studies, by name.
    pub fn studies(&self) -> &[Text] {
        &self.studies
    }

    /// The file of a study.
    pub fn study(&self, name: &str) -> Option<&Text> {
        self.studies.iter().find(|text| text.study() == name)
    }

    fn unknown_study(&self, at: usize) -> Option<Problem> {
        let name = &self.targets()[at].study;
        if self.study(name).is_some() {
            return None;
        }
        let near = nearest(name, self.studies.iter().map(Text::study));
        let help =
            near.map_or_else(|| format!("write it, as {name}.ron beside the list of targets"), |near| format!("did you mean \"{near}\"?"));
        Some(self.file.problem(at, &["study"], format!("there is no study \"{name}\""), Some(help)))
    }

    /// Positions of the targets that are asked for by id, study or group; all of them where nothing is asked for.
    ///
    /// # Errors
    /// A word that is none of these.
    pub fn select(&self, wanted: &[String]) -> Result<Vec<usize>, String> {
        let names = |target: &Target| [target.id.clone(), target.study.clone(), target.group.clone()];
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        for word in wanted {
            let all: Vec<String> = self.targets().iter().flat_map(names).collect();
            if !all.iter().any(|name| same(name, word)) {
                let near = nearest(word, all.iter().map(String::as_str));
                let help = near.map_or_else(|| "`dyadsim evidence --list` lists them".into(), |near| format!("did you mean \"{near}\"?"));
                return Err(format!("\"{word}\" is no target, study or group; {help}"));
            }
        }
        let asked_for = |target: &Target| wanted.is_empty() || wanted.iter().any(|word| names(target).iter().any(|name| same(name, word)));
        Ok((0..self.targets().len()).filter(|&at| asked_for(&self.targets()[at])).collect())
    }

    /// The studies that some targets need, each once, in the order of the list. `settings` (`KEY=VALUE`) change every study.
    ///
    /// # Errors
    /// Everything that is wrong with the studies, and names in targets that their study does not have.
    pub fn plans(&self, targets: &[usize], replicates: Replicates, settings: &[String]) -> Result<Vec<StudyPlan>, Problems> {
        let mut names: Vec<&str> = Vec::new();
        for &at in targets {
            let name = self.targets()[at].study.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let (mut plans, mut problems) = (Vec::new(), Problems::default());
        for name in names {
            let of_study: Vec<usize> = targets.iter().copied().filter(|&at| self.targets()[at].study == name).collect();
            match self.plan(name, of_study, replicates, settings) {
                Ok(plan) => plans.push(plan),
                Err(found) => problems = problems.and(found),
            }
        }
        problems.into_result().map(|()| plans)
    }

    fn plan(&self, name: &str, targets: Vec<usize>, replicates: Replicates, settings: &[String]) -> Result<StudyPlan, Problems> {
        let Some(text) = self.study(name) else {
            return Err(Problems::default());
        };
        let mut scenario = Scenario::load(&text.path, &text.text, settings)?;
        scenario.replicates = replicates.of(scenario.replicates);
        let (mut quantities, mut problems) = (Vec::new(), Vec::new());
        for &at in &targets {
            match quantity(&self.file, at, &scenario) {
                Ok(quantity) => quantities.push(quantity),
                Err(found) => problems.extend(found),
            }
        }
        Problems::new(problems).into_result()?;
        Ok(StudyPlan { name: name.into(), scenario, targets, quantities })
    }
}

/// A folder without a list of targets.
fn no_targets(folder: &str) -> Problem {
    Problem {
        source: Source::new(&format!("{folder}/{TARGETS}.ron"), ""),
        path: String::new(),
        span: 0..0,
        what: format!("there is no list of targets ({TARGETS}.ron) among the studies"),
        help: Some("docs/evidence.md says what stands in it".into()),
        also: None,
    }
}

impl StudyPlan {
    /// Courses of treatment to simulate, as a measure of the work.
    pub fn work(&self) -> u64 {
        self.scenario.replicates * self.courses()
    }

    /// Courses in a replicate, over all cells and arms; at least one for each.
    fn courses(&self) -> u64 {
        self.scenario.cells.iter().flat_map(|cell| &cell.arms).map(|arm| arm.size()[2].max(1)).sum()
    }

    /// Courses in a unit of work of the engine, on average.
    pub fn courses_per_unit(&self) -> f64 {
        self.courses() as f64 / self.scenario.cells.len().max(1) as f64
    }

    /// Simulates the study, without keeping rows.
    ///
    /// # Errors
    /// What contradicts itself in it; a loaded scenario has no such thing.
    pub fn run(&self, watch: &impl Watch) -> Result<StudyResult, String> {
        let mut study = plan::study(&self.scenario)?;
        study.rows = Rows { estimates: Keep::All, ..Rows::all(Keep::None) };
        study.analyses.list.retain(|one| self.quantities.iter().any(|quantity| quantity.analyses().any(|name| name == one.name)));
        let arms: Vec<usize> = study.cells.iter().map(|cell| cell.arms.len()).collect();
        let mut collector = Collector::new(&self.quantities, &arms, &study.analyses);
        let Ok(outcome) = run(&study, &mut collector, watch);
        Ok(StudyResult { simulated: collector.simulated(), values: collector.into_values(), outcome })
    }
}
