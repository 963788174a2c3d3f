//! From a file to a scenario that is known to be valid: every arm of every cell as a checked world.

use super::document::Document;
use super::file::{Output, Rows, ScenarioFile};
use super::overrides::{Override, canonical, resolve};
use super::path::Path;
use super::problem::{Problem, Problems, Source};
use super::read::read_document;
use super::reader;
use super::schema::Schema;
use crate::model::measurement::{ALLIANCE, SYMPTOMS};
use crate::model::rules::World;
use sha2::{Digest, Sha256};

/// Settings of the whole study: an arm or a sweep cannot change them.
const OF_THE_STUDY: [&str; 7] = ["title", "question", "seed", "replicates", "arms", "sweep", "output"];

/// Settings that `--set` cannot change either.
const OF_THE_FILE: [&str; 2] = ["arms", "sweep"];

/// Most cells of a design: beyond this a sweep is a slip rather than a plan.
const MOST_CELLS: usize = 100_000;

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
    /// Cells of the design, in file order, the last factor of the sweep varying fastest.
    pub cells: Vec<CellPlan>,
}

/// One combination of the factors of a sweep.
#[derive(Clone, Debug)]
pub struct CellPlan {
    /// Path and value of each factor, as written.
    pub levels: Vec<(String, String)>,
    /// Arms; the first is the comparison arm.
    pub arms: Vec<ArmPlan>,
}

/// One arm of one cell.
#[derive(Clone, Debug)]
pub struct ArmPlan {
    /// Name.
    pub name: String,
    /// Everything that is true in this arm.
    pub world: World,
    /// The arm as a scenario text with all defaults written out.
    pub text: String,
    /// What of that text says what is simulated: without title, seed, replicates and output.
    substance: String,
}

impl ArmPlan {
    fn new(name: String, file: &ScenarioFile, text: String) -> Result<Self, ron::Error> {
        let study = ScenarioFile::default();
        let substance = canonical(&ScenarioFile {
            title: study.title,
            question: study.question,
            seed: study.seed,
            replicates: study.replicates,
            output: study.output,
            ..file.clone()
        })?;
        Ok(Self { name, world: World::from(file), text, substance })
    }

    /// Clinics, therapists and clients of one replicate.
    pub fn size(&self) -> [u64; 3] {
        let c = &self.world.clinics;
        let therapists = u64::from(c.count) * u64::from(c.therapists);
        [u64::from(c.count), therapists, therapists * u64::from(c.clients_per_therapist)]
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
        let (file, document) = read_document::<ScenarioFile>(name, text).map_err(|found| with_overrides(found, name, text))?;
        let settings = settings.iter().map(|setting| Override::from_setting(setting)).collect::<Result<Vec<_>, _>>()?;
        let (base, _) = resolve(&file, &settings, &OF_THE_FILE)?;
        let mut problems = contradictions(&World::from(&base), &document, None);
        problems.extend(impossible_shares(&base.output, &document));
        Problems::new(problems).into_result()?;
        let cells = cells(&base, &document)?;
        Ok(Self { title: base.title, question: base.question, seed: base.seed, replicates: base.replicates, output: base.output, cells })
    }

    /// Identifies what is simulated: equal fingerprints give equal numbers for equal seeds. The seed,
    /// the number of replicates and what is kept are not part of it.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for arm in self.cells.iter().flat_map(|cell| &cell.arms) {
            hash.update((arm.name.len() as u64).to_le_bytes());
            hash.update(&arm.name);
            hash.update((arm.substance.len() as u64).to_le_bytes());
            hash.update(&arm.substance);
        }
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
        ("assessments", output.assessments),
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
    world
        .contradictions()
        .into_iter()
        .map(|found| {
            let own: Path = found.path.parse().unwrap_or_default();
            let headless = ["is ", "starts "].iter().any(|verb| found.what.starts_with(verb));
            let what = if headless { format!("`{}` {}", found.path, found.what) } else { found.what };
            let mut problem = document.problem(arm.unwrap_or(&own), what, Some(found.help));
            problem.path = found.path;
            problem
        })
        .collect()
}

/// All cells: every combination of the levels of the sweep.
fn cells(base: &ScenarioFile, document: &Document) -> Result<Vec<CellPlan>, Problems> {
    let sweep = Path::default().field("sweep");
    let factors = document.levels(&sweep);
    let problem = |what: String, help: &str| Problems::new(vec![document.problem(&sweep, what, Some(help.into()))]);
    if factors.iter().any(Vec::is_empty) {
        return Err(problem("a factor of the sweep has no values".into(), "give it a list of values, such as [10, 20, 40]"));
    }
    let count = factors.iter().try_fold(1usize, |n, factor| n.checked_mul(factor.len())).unwrap_or(usize::MAX);
    if count > MOST_CELLS {
        return Err(problem(format!("the sweep has more than {MOST_CELLS} combinations"), "vary fewer keys, or fewer values of each"));
    }
    (0..count).map(|index| cell(base, document, &factors, index)).collect()
}

/// Cell `index` of the design, the last factor varying fastest.
fn cell(base: &ScenarioFile, document: &Document, factors: &[Vec<Override>], index: usize) -> Result<CellPlan, Problems> {
    let mut rest = index;
    let mut levels: Vec<Override> = Vec::with_capacity(factors.len());
    for factor in factors.iter().rev() {
        levels.push(factor[rest % factor.len()].clone());
        rest /= factor.len();
    }
    levels.reverse();
    let (swept, text) = resolve(&bare(base), &levels, &OF_THE_STUDY)?;
    Problems::new(contradictions(&World::from(&swept), document, Some(&Path::default().field("sweep")))).into_result()?;
    let arms = arms(base, &swept, text, document)?;
    Ok(CellPlan { levels: levels.into_iter().map(|level| (level.path, level.value)).collect(), arms })
}

/// The file without arms and sweep: what an arm is.
fn bare(base: &ScenarioFile) -> ScenarioFile {
    ScenarioFile { arms: Vec::new(), sweep: Default::default(), ..base.clone() }
}

/// The arms of a cell. All their problems are reported together.
fn arms(base: &ScenarioFile, swept: &ScenarioFile, text: String, document: &Document) -> Result<Vec<ArmPlan>, Problems> {
    if base.arms.is_empty() {
        return plan("base", swept, text, document).map(|plan| vec![plan]);
    }
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
        match resolve(swept, &document.overrides(&at.clone().field("set")), &OF_THE_STUDY) {
            Err(more) => problems = problems.and(more),
            Ok((file, text)) => {
                let plan = plan(&entry.name, &file, text, document)?;
                problems = problems.and(Problems::new(contradictions(&plan.world, document, Some(&at.field("set")))));
                plans.push(plan);
            }
        }
    }
    problems.into_result().map(|()| plans)
}

fn plan(name: &str, file: &ScenarioFile, text: String, document: &Document) -> Result<ArmPlan, Problems> {
    ArmPlan::new(name.into(), file, text).map_err(|error| Problems::new(vec![document.problem(&Path::default(), error.to_string(), None)]))
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
