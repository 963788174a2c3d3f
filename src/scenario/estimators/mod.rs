//! The key `estimators`: from texts to analyses that can be made, with every mistake at its place.

mod arithmetic;
pub mod keys;
mod methods;
pub mod outside;
mod truths;

use self::keys::Estimator;
use super::check::numeric;
use super::document::Document;
use super::file::ScenarioFile;
use super::load::CellPlan;
use super::path::Path;
use super::problem::Problem;
use super::reader;
use super::suggest::nearest;
use super::tree::{Kind, Node};
use crate::estimators::analysis::{Analyses, Analysis};
use crate::estimators::formula::names::{Lookup, Names};
use crate::estimators::formula::{Flaw, NOTHING, comparisons};
use crate::model::rules::World;
use core::ops::Range;
use methods::Texts;
use truths::{Judge, RANKS};

/// Names that the arms of all cells bring along.
pub fn names<'a>(cells: impl Iterator<Item = &'a CellPlan> + Clone) -> Names {
    let arms = cells.clone().flat_map(|cell| &cell.arms);
    let mut names = names_of(arms.clone().map(|arm| &arm.world));
    for arm in arms {
        if !names.arms.contains(&arm.name) {
            names.arms.push(arm.name.clone());
        }
    }
    names
}

/// Names of measures and diagnosis groups of some worlds.
pub fn names_of<'a>(worlds: impl Iterator<Item = &'a World>) -> Names {
    let mut names = Names::default();
    for world in worlds {
        let measures = world.measures.0.keys().filter(|name| !names.measures.contains(name)).cloned().collect::<Vec<_>>();
        names.measures.extend(measures);
        let with_items = world.measures.further().filter(|(_, measure)| measure.items);
        names.items.extend(with_items.map(|(name, measure)| (name.to_owned(), world.instrument(measure).items as usize)));
        let groups = world.diagnoses.keys().filter(|name| !names.diagnoses.contains(name)).cloned().collect::<Vec<_>>();
        names.diagnoses.extend(groups);
    }
    names
}

/// Names of a file whose arms cannot be read: those of its arms, and what the world outside of them has.
pub fn names_before_arms(file: &ScenarioFile) -> Names {
    Names { arms: file.arms.iter().map(|arm| arm.name.clone()).collect(), ..names_of([&World::from(file)].into_iter()) }
}

/// Keys of the scenario, or arithmetic of these, that are the truth of some term, each once.
pub fn parameters(written: &[Estimator]) -> Vec<String> {
    let mut found = Vec::new();
    parameters_of(written.iter().flat_map(|one| one.truth.values()), &mut found);
    found
}

/// Adds keys of the scenario that are truths to a list, each once.
fn parameters_of<'a>(truths: impl Iterator<Item = &'a keys::Truth>, to: &mut Vec<String>) {
    for truth in truths {
        if let keys::Truth::Parameter(path) = truth
            && !to.contains(path)
        {
            to.push(path.clone());
        }
    }
}

/// Numbers at paths of an arm's text, or arithmetic of these; NaN where there is none.
pub fn numbers_at(arm: &str, paths: &[String]) -> Vec<f64> {
    let tree = reader::read(arm).root;
    let node = |path: &str| tree.as_ref()?.at(&path.parse().ok()?).map(Node::bare);
    let number = |node: &Node| (node.kind == Kind::Number).then(|| numeric(&arm[node.span.clone()])).flatten();
    let of_key = |path: &str| node(path).and_then(number).unwrap_or(f64::NAN);
    let value = |text: &String| arithmetic::read(text).map_or(f64::NAN, |sum| sum.value(&of_key));
    paths.iter().map(value).map(|value| if value.is_finite() { value } else { f64::NAN }).collect()
}

/// Truths that are no numbers in some arm.
pub fn without_number(written: &[Estimator], cells: &[CellPlan], document: &Document) -> Vec<Problem> {
    let paths = parameters(written);
    let arms = || cells.iter().flat_map(|cell| &cell.arms);
    let odd = |path: &String| {
        let index = paths.iter().position(|known| known == path)?;
        arms().find(|arm| arm.parameters[index].is_nan()).map(|arm| arm.name.clone())
    };
    let mut problems = Vec::new();
    for (i, one) in written.iter().enumerate() {
        for (term, truth) in &one.truth {
            let keys::Truth::Parameter(path) = truth else {
                continue;
            };
            if let Some(arm) = odd(path) {
                let at = Path::default().field("estimators").item(i).field("truth").entry(term);
                let what = format!("`{path}` is not a number in arm \"{arm}\"");
                problems.push(document.problem(&at, what, Some("name keys that hold numbers, or give the truth as Value(…)".into())));
            }
        }
    }
    problems
}

/// The analyses of a scenario, or everything that is wrong with them.
///
/// # Errors
/// All problems, each with its place.
pub fn analyses(written: &[Estimator], names: &Names, document: &Document) -> Result<Analyses, Vec<Problem>> {
    let mut found = Analyses { diagnoses: names.diagnoses.clone(), parameters: parameters(written), ..Analyses::default() };
    let mut problems = Vec::new();
    for (i, one) in written.iter().enumerate() {
        let place = Place { path: Path::default().field("estimators").item(i), document };
        if written[..i].iter().any(|other| other.name == one.name) {
            let what = format!("two estimators are called \"{}\"", one.name);
            problems.push(document.problem(&place.path.clone().field("name"), what, Some("give every estimator its own name".into())));
        }
        match analysis(one, names, &mut found) {
            Ok(analysis) => found.list.push(analysis),
            Err(flaws) => problems.extend(flaws.into_iter().map(|(key, flaw)| place.problem(key, flaw))),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// Where a text stands within an estimator: the keys that lead to it.
type Key = Vec<String>;

/// One analysis, or what is wrong in which of its texts.
fn analysis(written: &Estimator, names: &Names, of: &mut Analyses) -> Result<Analysis, Vec<(Key, Flaw)>> {
    let level = written.method.level(written.on.into());
    let mut texts = Texts { lookup: Lookup::new(names, level, &mut of.wanted), flaws: Vec::new() };
    let filter = texts.read(&["where"], &written.r#where, comparisons);
    let filter: Vec<_> = filter.unwrap_or_default().iter().filter_map(|one| texts.lookup.condition(one)).collect();
    texts.flaws_of(&["where"]);
    let method = texts.method(&written.method);
    let missing =
        written.missing.as_ref().zip(method.as_ref()).and_then(|(missing, method)| texts.missing(missing, method.as_ref(), level));
    let over_arms = texts.lookup.over_arms;
    let mut flaws = texts.flaws;
    let (mut truths, mut ranked) = (Vec::new(), None);
    if let Some(method) = &method {
        let mut judge = Judge { names, terms: method.terms(), over_arms, wanted: &mut of.wanted, parameters: &of.parameters };
        for (term, truth) in &written.truth {
            let mut wrong = |flaw| flaws.push((vec!["truth".into(), term.clone()], flaw));
            if term == RANKS {
                ranked = judge.ranked(truth, method.groups()).map_err(&mut wrong).ok();
            } else {
                truths.extend(judge.truths(term, truth).map_err(&mut wrong).unwrap_or_default());
            }
        }
    }
    if let (Some(_), Some(_)) = (&ranked, &missing) {
        let help = "leave `missing` away, or the truth of \"ranks\"";
        flaws.push((vec!["missing".into()], Flaw::with_help(0..0, "ranks are judged on the data as they are handed in", help)));
    }
    let name = written.name.clone();
    match method {
        Some(method) if flaws.is_empty() => Ok(Analysis { name, level, over_arms, filter, missing, method, truths, ranked }),
        _ => Err(flaws),
    }
}

/// An estimator in the file.
struct Place<'a> {
    path: Path,
    document: &'a Document,
}

impl Place<'_> {
    fn problem(&self, key: Key, flaw: Flaw) -> Problem {
        // A truth is pointed at as a whole.
        let whole = key.first().is_some_and(|key| key == "truth");
        let path = key.iter().fold(self.path.clone(), |path, key| match key.parse() {
            Ok(item) => path.item(item),
            Err(_) if path.0.last().is_some_and(|step| step.name() == Some("truth")) => path.entry(key),
            Err(_) => path.field(key),
        });
        let near = flaw.slip.as_ref().and_then(|(word, known)| nearest(word, known.iter().map(String::as_str)));
        let help = near.map(|near| format!("did you mean `{near}`?")).or(flaw.help);
        let missing = self.document.root.at(&path).is_none() && flaw.span.is_empty() && flaw.what == NOTHING;
        let what = if missing { format!("{} is missing", path.quoted()) } else { flaw.what };
        let mut problem = self.document.problem(&path, what, help);
        if let Some(span) = self.within(&path, &flaw.span).filter(|_| !whole) {
            problem.span = span;
        }
        problem
    }

    /// Bytes of the file for bytes of a text in it.
    fn within(&self, path: &Path, span: &Range<usize>) -> Option<Range<usize>> {
        let node = self.document.root.at(path)?.bare();
        let written = &self.document.source.text[node.span.clone()];
        let start = written.find('"')? + 1;
        let raw = written.starts_with('r');
        let place = |byte: usize| node.span.start + start + if raw { byte } else { escaped(&written[start..], byte) };
        let found = place(span.start)..place(span.end);
        // At the end of a text the closing quotation mark is shown.
        let found = if found.is_empty() { found.start..found.end + 1 } else { found };
        (found.end <= node.span.end).then_some(found)
    }
}

/// Where byte `wanted` of a text stands in how it is written, with backslashes before quotation marks.
fn escaped(written: &str, wanted: usize) -> usize {
    let (mut at, mut read) = (0, 0);
    let mut characters = written.chars();
    while read < wanted {
        let Some(character) = characters.next() else {
            break;
        };
        at += character.len_utf8();
        read += character.len_utf8();
        if character == '\\' {
            at += characters.next().map_or(0, char::len_utf8);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::load::Scenario;
    use super::super::problem::Problems;

    fn load(estimators: &str) -> Result<Scenario, Problems> {
        let text = format!("(arms: [(name: \"usual care\"), (name: \"feedback\")],\nestimators: [{estimators}])");
        Scenario::load("lab.ron", &text, &[])
    }

    /// Line, column and message of every problem.
    fn wrong(estimators: &str) -> Vec<(usize, usize, String)> {
        let problems = load(estimators).map(|_| ()).unwrap_err();
        problems
            .machine()
            .into_iter()
            .map(|one| (one.line, one.column, format!("{} ({})", one.message, one.help.unwrap_or_default())))
            .collect()
    }

    #[test]
    fn analyses_know_whether_arms_are_told_apart() {
        let scenario = load(
            r#"(name: "r", where: "sessions >= 3", method: Correlation(x: "early", y: "gain", by: "therapist")),
               (name: "trial", method: Linear(formula: "post ~ arm + pre", cluster: "therapist")),
               (name: "one arm", where: "arm == \"feedback\"", method: Mean(of: "post")),
               (name: "sessions", on: Sessions, method: Mean(of: "lead(symptoms)"))"#,
        )
        .unwrap_or_else(|e| panic!("{e}"));
        let list = &scenario.analyses.list;
        assert_eq!(list.iter().map(|one| one.over_arms).collect::<Vec<_>>(), [false, true, true, false]);
        assert_eq!(list[1].method.terms(), ["(Intercept)", "arm: feedback", "pre", "R2"]);
        assert_eq!(list[0].method.terms(), ["r", "r between", "r within"]);
        assert!(scenario.analyses.wanted.session_rows);
    }

    #[test]
    fn mistakes_are_told_together_each_at_its_place() {
        let found = wrong(
            r#"
            (name: "a", method: Correlation(x: "erly", y: "gain", given: ["pre", "z(gian)"])),
            (name: "b", where: "arm == \"feedbak\" and sesions > 3", method: Mean(of: "post")),
            (name: "b", method: Linear(formula: "post ~ pre +")),
            (name: "c", method: Difference(of: "post", by: "therapist")),
            (name: "d", method: Mean())"#,
        );
        let told: Vec<(usize, usize, &str)> = found.iter().map(|(line, column, text)| (*line, *column, text.as_str())).collect();
        let expected = [
            (3, 49, "did you mean `early`?"),
            (3, 85, "did you mean `gain`?"),
            (4, 40, "did you mean `feedback`?"),
            (4, 56, "did you mean `sessions`?"),
            (5, 20, "two estimators are called"),
            (5, 62, "is missing here"),
            (6, 61, "0 and 1"),
            (7, 25, "is missing"),
        ];
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for ((line, column, text), (wanted_line, wanted_column, part)) in told.iter().zip(expected) {
            assert!((*line, *column) == (wanted_line, wanted_column) && text.contains(part), "{line}:{column} {text} / {part}");
        }
    }

    #[test]
    fn parameters_are_read_from_every_arm() {
        let text = "(symptoms: LinearGrowth(slope: -1.0), measures: {\"symptoms\": (instrument: \"exact\")},
            arms: [(name: \"usual\"), (name: \"fast\", set: {\"symptoms.slope\": -1.5})],
            estimators: [(name: \"slope\", on: Sessions, method: Mixed(formula: \"symptoms ~ session + (1 | client)\"),
                truth: {\"session\": Parameter(\"KEY\")})])";
        let with = |key: &str| Scenario::load("lab.ron", &text.replace("KEY", key), &[]);
        let scenario = with("symptoms.slope").unwrap_or_else(|e| panic!("{e}"));
        let values: Vec<f64> = scenario.cells[0].arms.iter().map(|arm| arm.parameters[0]).collect();
        assert_eq!(values, [-1.0, -1.5]);
        // Also of keys that are not written, and in arithmetic.
        let scenario = with("-2 * symptoms.slope ^ 2 * alliance_effects.client").unwrap_or_else(|e| panic!("{e}"));
        let values: Vec<f64> = scenario.cells[0].arms.iter().map(|arm| arm.parameters[0]).collect();
        assert_eq!(values, [-2.0, -4.5]);
        for (key, part) in [
            ("symptoms.slope * symptoms.slop_sd", "symptoms.slop_sd"),
            ("symptoms.slope *", "missing at the end"),
            ("symptoms.slope / (symptoms.slope - symptoms.slope)", "is not a number"),
        ] {
            let told = with(key).map(|_| ()).unwrap_err().machine().remove(0);
            assert!(told.message.contains(part) && told.line == 4, "{told:?}");
        }
        let told = with("symptoms").map(|_| ()).unwrap_err().machine().remove(0);
        assert!(told.message.contains("is not a number") && told.line == 4, "{told:?}");
    }

    #[test]
    fn settings_of_the_command_line_reach_estimators() {
        let text = "(estimators: [(name: \"a\", method: Mean(of: \"post\"))])";
        let with = |setting: &str| Scenario::load("lab.ron", text, &[setting.to_owned()]);
        assert!(with("estimators[0].where=\"sessions >= 3\"").is_ok_and(|scenario| scenario.analyses.list[0].filter.len() == 1));
        let problem = with("estimators[0].where=\"sesions >= 3\"").map(|_| ()).unwrap_err().machine().remove(0);
        assert!(problem.file.contains("--set") && problem.message.contains("sesions"), "{problem:?}");
    }
}
