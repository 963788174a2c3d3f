//! From a file to a scenario that is known to be valid: every arm of every cell as a checked world.

use super::assumed::Assumed;
use super::design::Design;
use super::document::Document;
use super::estimators;
use super::estimators::keys::Estimator;
use super::file::{Output, Rows, ScenarioFile};
use super::names::nearly_shipped;
use super::overrides::{Override, canonical, resolve, where_set};
use super::path::Path;
use super::points::Luck;
use super::problem::{Problem, Problems, Source};
use super::read::read_document;
use super::reader;
use super::sampling::Sampling;
use super::schema::Schema;
use super::suggest::nearest;
use crate::estimators::analysis::Analyses;
use crate::model::measurement::{ALLIANCE, SYMPTOMS};
use crate::model::rules::{Contradiction, World};
use sha2::{Digest, Sha256};

/// Settings of the whole study: an arm or a sweep cannot change them.
const OF_THE_STUDY: [&str; 10] = ["title", "question", "seed", "replicates", "arms", "sweep", "points", "luck", "estimators", "output"];

/// Settings that a sweep may change but an arm cannot.
const OF_THE_CELL: [&str; 9] = ["title", "question", "seed", "replicates", "arms", "sweep", "estimators", "output", "design"];

/// Settings that `--set` cannot change either.
const OF_THE_FILE: [&str; 2] = ["arms", "sweep"];

/// A scenario that passed every check.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// One line that says what is compared.
    pub title: String,
    /// The question, for readers.
    pub question: String,
    /// Master seed.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u64,
    /// Rows to keep.
    pub output: Output,
    /// What the cells are.
    pub sampling: Sampling,
    /// Whose luck they have.
    pub luck: Luck,
    /// Analyses that the study makes of its data.
    pub analyses: Analyses,
    /// The same as they are written.
    pub written: Vec<Estimator>,
    /// Cells of the design, in its order; of a full factorial, the last factor of the sweep varies fastest.
    pub cells: Vec<CellPlan>,
}

/// One combination of the factors of a sweep.
#[derive(Clone, Debug)]
pub struct CellPlan {
    /// Path and value of each factor, as written.
    pub levels: Vec<(String, String)>,
    /// Arms; the first is the comparison arm.
    pub arms: Vec<ArmPlan>,
    /// What a study sees of them.
    pub design: Design,
}

/// One arm of one cell.
#[derive(Clone, Debug)]
pub struct ArmPlan {
    /// Name.
    pub name: String,
    /// Everything that is true in this arm.
    pub world: World,
    /// The arm as a scenario text with all defaults written out. Empty in the cells of a sampled design after the
    /// first: there may be thousands, and they differ in the swept keys only.
    pub text: String,
    /// Numbers of the keys that are the truth of some analysis (see [`Analyses::parameters`]).
    pub parameters: Vec<f64>,
    /// Hash of what in that text says what is simulated: without title, seed, replicates and output.
    substance: [u8; 32],
}

impl ArmPlan {
    fn new(name: String, file: &ScenarioFile, design: &Design, text: String) -> Result<Self, ron::Error> {
        let study = ScenarioFile::default();
        let substance = canonical(&ScenarioFile {
            title: study.title,
            question: study.question,
            seed: study.seed,
            replicates: study.replicates,
            output: study.output,
            design: design.clone(),
            ..file.clone()
        })?;
        Ok(Self { name, world: World::from(file), text, parameters: Vec::new(), substance: Sha256::digest(substance).into() })
    }

    /// Clinics, therapists and clients of one replicate.
    pub fn size(&self) -> [u64; 3] {
        let c = &self.world.clinics;
        let therapists = u64::from(c.count) * u64::from(c.therapists);
        let clients = match &self.world.workload {
            // A mean: how many are referred is a matter of chance.
            Some(workload) => (workload.sample_size() * f64::from(c.count)).round() as u64,
            None => therapists * u64::from(c.clients_per_therapist),
        };
        [u64::from(c.count), therapists, clients]
    }

    /// Names of the instruments for symptoms and for alliance.
    pub fn instruments(&self) -> [String; 2] {
        [SYMPTOMS, ALLIANCE].map(|what| self.world.measures.0.get(what).map(|measure| measure.instrument.clone()).unwrap_or_default())
    }
}

impl Scenario {
    /// Reads and checks a scenario text. `settings` are `KEY=VALUE` changes from a command line.
    ///
    /// # Errors
    /// All problems at once, each with its place.
    pub fn load(name: &str, text: &str, settings: &[String]) -> Result<Self, Problems> {
        Self::load_assuming(name, text, settings, &Assumed::default())
    }

    /// The same, as if some keys had other values.
    ///
    /// # Errors
    /// As for [`Scenario::load`].
    pub fn load_assuming(name: &str, text: &str, settings: &[String], assumed: &Assumed) -> Result<Self, Problems> {
        let (file, document) = read_document::<ScenarioFile>(name, text).map_err(|found| with_overrides(found, name, text))?;
        let settings = settings.iter().map(|setting| Override::from_setting(setting)).collect::<Result<Vec<_>, _>>()?;
        let (base, _) = resolve(&file, &settings, &OF_THE_FILE)?;
        let mut problems = contradictions(&World::from(&base), &document, None);
        problems.extend(impossible_shares(&base.output, &document));
        Problems::new(where_set(problems, &settings)).into_result()?;
        // What an arm or a sweep says stands there; these two they cannot set.
        let of_study: Vec<Override> = settings
            .into_iter()
            .filter(|setting| ["design", "points", "estimators"].iter().any(|key| setting.path.starts_with(key)))
            .collect();
        let placed = |found: Problems| Problems::new(where_set(found.list().to_vec(), &of_study));
        let sampling = Sampling::of(&base, &document).map_err(placed)?;
        let cells = cells((&base, assumed), &document, &sampling).map_err(placed);
        let names = match &cells {
            Ok(cells) => estimators::names(cells.iter()),
            Err(_) => estimators::names_before_arms(&base),
        };
        let analyses = estimators::analyses(&base.estimators, &names, &document);
        let analyses = analyses.map_err(|found| Problems::new(where_set(found, &of_study)));
        let (cells, analyses) = both(cells, analyses)?;
        Problems::new(where_set(estimators::without_number(&base.estimators, &cells, &document), &of_study)).into_result()?;
        Ok(Self {
            title: base.title,
            question: base.question,
            seed: base.seed,
            replicates: base.replicates,
            output: base.output,
            sampling,
            luck: base.luck,
            analyses,
            written: base.estimators,
            cells,
        })
    }

    /// What a study sees of the arms, in words; empty when it sees everything.
    pub fn design_in_words(&self) -> String {
        let words = |cell: &CellPlan| cell.design.words();
        let first = self.cells.first().map(words).unwrap_or_default();
        if self.cells.iter().all(|cell| words(cell) == first) { first } else { "differs between cells".into() }
    }

    /// Identifies what is simulated: equal fingerprints give equal numbers for equal seeds. The seed,
    /// the number of replicates and what is kept are not part of it.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for arm in self.cells.iter().flat_map(|cell| &cell.arms) {
            hash.update((arm.name.len() as u64).to_le_bytes());
            hash.update(&arm.name);
            hash.update(arm.substance);
        }
        hash.update([u8::from(self.luck == Luck::Own)]);
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The problems of a file that cannot be read, and what is wrong with its arms and its sweep whatever
/// the rest will be.
fn with_overrides(found: Problems, name: &str, text: &str) -> Problems {
    let Some(root) = reader::read(text).root else {
        return found;
    };
    let document = Document { source: Source::new(name, text), root };
    let arms = Path::default().field("arms");
    let count = document.root.at(&arms).map_or(0, |node| node.bare().children.len());
    let sets = (0..count).flat_map(|i| document.overrides(&arms.clone().item(i).field("set")));
    let changes: Vec<Override> = sets.chain(document.levels(&Path::default().field("sweep")).into_iter().flatten()).collect();
    let known =
        |change: &Override| found.list().iter().any(|p| p.span.start < change.origin.value.end && change.origin.key.start < p.span.end);
    let (base, schema) = (ScenarioFile::default(), Schema::of::<ScenarioFile>());
    let written = canonical(&base).ok().and_then(|text| reader::read(&text).root);
    // A key that exists only with another choice than the default's cannot be judged yet.
    let judged = |change: &Override| {
        let path: Path = change.path.parse().unwrap_or_default();
        schema.root().follow(&path).is_empty() || written.as_ref().is_some_and(|root| root.at(&path).is_some())
    };
    let wrong = changes
        .iter()
        .filter(|change| !known(change) && judged(change))
        .filter_map(|change| resolve(&base, std::slice::from_ref(change), &OF_THE_STUDY).err());
    wrong.fold(found.clone(), Problems::and)
}

/// Shares of rows that are no shares.
fn impossible_shares(output: &Output, document: &Document) -> Vec<Problem> {
    let kinds = [
        ("therapists", output.therapists),
        ("clients", output.clients),
        ("sessions", output.sessions),
        ("weeks", output.weeks),
        ("assessments", output.assessments),
        ("estimates", output.estimates),
    ];
    let wrong = kinds.into_iter().filter_map(|(kind, rows)| match rows {
        Rows::Share(share) if !(share > 0.0 && share <= 1.0) => Some((kind, share)),
        _ => None,
    });
    wrong
        .map(|(kind, share)| {
            let at = Path::default().field("output").field(kind);
            document.problem(
                &at,
                format!("{share} is not a share of the replicates"),
                Some("write Share(0.1) for a tenth of them, None or All".into()),
            )
        })
        .collect()
}

/// Contradictions of a world as problems of the file; inside an arm, at the arm.
fn contradictions(world: &World, document: &Document, arm: Option<&Path>) -> Vec<Problem> {
    as_problems(world.contradictions().into_iter().chain(nearly_shipped(world)).collect(), document, arm)
}

/// Contradictions as problems of the file, at their own key or at another place.
fn as_problems(found: Vec<Contradiction>, document: &Document, place: Option<&Path>) -> Vec<Problem> {
    found
        .into_iter()
        .map(|found| {
            let own: Path = found.path.parse().unwrap_or_default();
            let headless = ["is ", "starts "].iter().any(|verb| found.what.starts_with(verb));
            let what = if headless { format!("`{}` {}", found.path, found.what) } else { found.what };
            let meant = found.slip.as_ref().and_then(|(word, names)| nearest(word, names.iter().map(String::as_str)));
            let help = meant.map_or(found.help, |name| format!("did you mean \"{name}\"?"));
            let mut problem = document.problem(place.unwrap_or(&own), what, Some(help));
            problem.path = found.path;
            problem
        })
        .collect()
}

/// All cells of a design.
fn cells((base, assumed): (&ScenarioFile, &Assumed), document: &Document, sampling: &Sampling) -> Result<Vec<CellPlan>, Problems> {
    if sampling.points.sampled() {
        // Wrong ends of ranges are told where they were written, and not by some point between them.
        let ends = sampling.corners().into_iter().filter_map(|corner| resolve(&bare(base), &corner, &OF_THE_STUDY).err());
        ends.reduce(Problems::and).map_or(Ok(()), Err)?;
    }
    (0..sampling.cells.len()).map(|index| cell((base, assumed), document, sampling, index)).collect()
}

/// Cell `index` of the design.
fn cell((base, assumed): (&ScenarioFile, &Assumed), document: &Document, sampling: &Sampling, index: usize) -> Result<CellPlan, Problems> {
    let levels = sampling.levels(index);
    let (swept, text) = resolve(&bare(base), &levels, &OF_THE_STUDY)?;
    let mut found = contradictions(&World::from(&swept), document, Some(&Path::default().field("sweep")));
    if sampling.points.sampled() {
        let here: Vec<String> = levels.iter().map(|level| format!("{} = {}", level.path, level.value)).collect();
        for problem in &mut found {
            problem.what.push_str(&format!(", in the cell with {}", here.join(", ")));
        }
    }
    Problems::new(found).into_result()?;
    let arms = arms((base, assumed), (&swept, text), &levels, document);
    let worlds = match &arms {
        Ok(arms) => arms.iter().map(|arm| arm.world.clone()).collect(),
        Err(_) => vec![World::from(&swept); base.arms.len().max(1)],
    };
    let clashes = swept.design.contradictions(&worlds.iter().collect::<Vec<_>>());
    let swept_design = levels.iter().any(|level| level.path.starts_with("design"));
    let place = swept_design.then(|| Path::default().field("sweep"));
    let clashes = Problems::new(as_problems(clashes, document, place.as_ref()));
    let mut arms = match arms {
        Ok(arms) => clashes.into_result().map(|()| arms),
        Err(problems) => Err(problems.and(clashes)),
    }?;
    let paths = estimators::parameters(&base.estimators);
    if !paths.is_empty() {
        arms.iter_mut().for_each(|arm| arm.parameters = estimators::numbers_at(&arm.text, &paths));
    }
    if sampling.points.sampled() && index > 0 {
        arms.iter_mut().for_each(|arm| arm.text = String::new());
    }
    let levels = levels.into_iter().map(|level| (level.path, level.value)).collect();
    Ok(CellPlan { levels, arms, design: swept.design })
}

/// Two results, or the problems of both.
fn both<A, B>(a: Result<A, Problems>, b: Result<B, Problems>) -> Result<(A, B), Problems> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(a), Err(b)) => Err(a.and(b)),
        (Err(found), Ok(_)) | (Ok(_), Err(found)) => Err(found),
    }
}

/// The file without arms, sweep and analyses: what an arm is.
fn bare(base: &ScenarioFile) -> ScenarioFile {
    ScenarioFile {
        arms: Vec::new(),
        sweep: Default::default(),
        points: Default::default(),
        luck: Default::default(),
        estimators: Vec::new(),
        ..base.clone()
    }
}

/// The arms of a cell. All their problems are reported together.
fn arms(
    (base, assumed): (&ScenarioFile, &Assumed),
    (swept, text): (&ScenarioFile, String),
    levels: &[Override],
    document: &Document,
) -> Result<Vec<ArmPlan>, Problems> {
    if base.arms.is_empty() {
        let (file, text) = assumed.apply((swept.clone(), text), &document.root, &[levels])?;
        return plan("base", &file, &swept.design, text, document).map(|plan| vec![plan]);
    }
    let one_arm = ScenarioFile { design: swept.design.of_one_arm(), ..swept.clone() };
    let mut plans: Vec<ArmPlan> = Vec::new();
    let mut problems = Problems::new(Vec::new());
    for (i, entry) in base.arms.iter().enumerate() {
        let at = Path::default().field("arms").item(i);
        if plans.iter().any(|other| other.name == entry.name) {
            problems = problems.and(Problems::new(vec![document.problem(
                &at.clone().field("name"),
                format!("two arms are called \"{}\"", entry.name),
                Some("give every arm its own name".into()),
            )]));
        }
        let own = document.overrides(&at.clone().field("set"));
        let made = resolve(&one_arm, &own, &OF_THE_CELL);
        let resolved = made.and_then(|made| assumed.apply(made, &document.root, &[levels, &own]));
        match resolved {
            Err(more) => problems = problems.and(more),
            Ok((file, text)) => {
                let plan = plan(&entry.name, &file, &swept.design, text, document)?;
                problems = problems.and(Problems::new(contradictions(&plan.world, document, Some(&at.field("set")))));
                plans.push(plan);
            }
        }
    }
    problems.and(half_open(&plans, document)).into_result().map(|()| plans)
}

/// Arms of which some are open clinics and others cohorts have no clients in common.
fn half_open(plans: &[ArmPlan], document: &Document) -> Problems {
    let is_open = |plan: &ArmPlan| plan.world.workload.is_some();
    let odd = plans.iter().position(|plan| is_open(plan) != plans.first().is_some_and(is_open));
    let problem = |i: usize| {
        let at = Path::default().field("arms").item(i).field("set");
        let what =
            format!("arm \"{}\" is {}, other arms are not", plans[i].name, if is_open(&plans[i]) { "an open clinic" } else { "a cohort" });
        document.problem(&at, what, Some("set `workload` for all arms, outside of them, and let arms differ in its keys".into()))
    };
    Problems::new(odd.map(problem).into_iter().collect())
}

fn plan(name: &str, file: &ScenarioFile, design: &Design, text: String, document: &Document) -> Result<ArmPlan, Problems> {
    ArmPlan::new(name.into(), file, design, text)
        .map_err(|error| Problems::new(vec![document.problem(&Path::default(), error.to_string(), None)]))
}

/// The default scenario as a text, all keys written out.
///
/// # Errors
/// Never in practice: the default can always be written.
pub fn default_text() -> Result<String, ron::Error> {
    canonical(&ScenarioFile::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &str = r#"(
        title: "Test",
        replicates: 3,
        clinics: (count: 1, therapists: 2, clients_per_therapist: 3),
        arms: [
            (name: "usual care"),
            (name: "feedback", set: { "feedback": Oq(support_tools: true), "therapists.uptake_alpha": 3.0 }),
        ],
        sweep: { "clients.severity_mean": [70, 90.0], "clinics.therapists": [2, 4, 6] },
    )"#;

    #[test]
    fn arms_and_sweeps_make_a_design_with_the_last_factor_fastest() {
        let scenario = Scenario::load("three.ron", THREE, &[]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((scenario.cells.len(), scenario.replicates), (6, 3));
        let last = &scenario.cells[5];
        assert_eq!(
            last.levels,
            [("clients.severity_mean".to_owned(), "90.0".to_owned()), ("clinics.therapists".to_owned(), "6".to_owned())]
        );
        let (usual, feedback) = (&last.arms[0].world, &last.arms[1].world);
        assert_eq!((usual.clinics.therapists, feedback.clinics.therapists, usual.clients.severity_mean), (6, 6, 90.0));
        assert!(usual.feedback.is_none() && feedback.feedback.is_some());
        assert_eq!((usual.therapists.uptake_alpha, feedback.therapists.uptake_alpha), (2.0, 3.0));
        assert_eq!(scenario.cells[1].arms[0].world.clients.severity_mean, 70.0);
    }

    #[test]
    fn the_text_of_an_arm_gives_the_same_world_again() {
        let scenario = Scenario::load("three.ron", THREE, &[]).unwrap_or_else(|e| panic!("{e}"));
        for arm in scenario.cells.iter().flat_map(|cell| &cell.arms) {
            let again = Scenario::load("arm.ron", &arm.text, &[]).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(again.cells[0].arms[0].world, arm.world);
        }
    }

    #[test]
    fn settings_from_the_command_line_change_every_arm() {
        let scenario =
            Scenario::load("three.ron", THREE, &["clients.severity_sd=10".into(), "seed=9".into()]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(scenario.seed, 9);
        assert!(scenario.cells.iter().flat_map(|c| &c.arms).all(|arm| arm.world.clients.severity_sd == 10.0));
        assert!(Scenario::load("three.ron", THREE, &["arms=[]".into()]).is_err());
    }

    #[test]
    fn the_fingerprint_knows_what_is_simulated_and_nothing_else() {
        let print = |settings: &[&str]| {
            let settings: Vec<String> = settings.iter().map(ToString::to_string).collect();
            Scenario::load("three.ron", THREE, &settings).unwrap_or_else(|e| panic!("{e}")).fingerprint()
        };
        assert_ne!(print(&[]), print(&["alliance.inertia=0.31"]));
        assert_eq!(print(&[]), print(&["seed=7", "replicates=9", "output.sessions=All"]));
        assert_eq!(print(&[]).len(), 32);
    }

    #[test]
    fn the_default_scenario_round_trips() {
        let text = default_text().unwrap();
        let scenario = Scenario::load("default.ron", &text, &[]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(scenario.cells[0].arms[0].world, World::from(&ScenarioFile::default()));
    }
}
