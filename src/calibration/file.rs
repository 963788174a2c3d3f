//! What a calibration file says: which keys are free, with which prior, and which targets are fitted.

use super::parameter::{Parameter, Scale};
use crate::scenario::describe::explain;
use crate::scenario::document::Document;
use crate::scenario::file::ScenarioFile;
use crate::scenario::pairs::Pairs;
use crate::scenario::path::Path;
use crate::scenario::problem::{Problem, Problems, Source};
use crate::scenario::read::read_document;
use crate::scenario::tree::{Kind, Node};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A calibration: what is free, and what it is to reach.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Calibration {
    /// Keys that may be changed.
    #[garde(dive, length(min = 1))]
    pub parameters: Vec<Free>,
    /// Ids of the targets of the fit; empty: every target with a number that is well known (confidence T, M_hi or D).
    #[serde(default)]
    pub fit: Vec<String>,
    /// Ids of targets that are left out of the fit and held against it afterwards.
    #[serde(default)]
    pub check: Vec<String>,
    /// How far the model may be off in a target, as a share of its value: one model clinic stands for many populations.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 10.0))]
    pub model_error: f64,
    /// The same for single targets, by id, in their own unit: instead of the share.
    #[serde(default)]
    pub tolerance: Pairs<f64>,
}

/// A key that may be changed: its prior is normal on the scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Free {
    /// Key of a scenario, such as rupture.state_cost.
    #[garde(length(min = 1))]
    pub key: String,
    /// Scale of the prior.
    #[serde(default)]
    pub scale: Scale,
    /// Standard deviation of the prior on the scale.
    #[garde(range(min = 1e-9, max = 1e9))]
    pub sd: f64,
    /// Centre of the prior, as the key is written; without it the present value.
    #[serde(default)]
    pub centre: Option<f64>,
    /// Value from which the search starts; without it the present value.
    #[serde(default)]
    pub start: Option<f64>,
    /// Smallest sensible value; without it 3 SDs below the centre, or the end of the key's range.
    #[serde(default)]
    pub lower: Option<f64>,
    /// Largest sensible value; without it 3 SDs above the centre, or the end of the key's range.
    #[serde(default)]
    pub upper: Option<f64>,
    /// Where the prior comes from.
    #[serde(default)]
    pub why: String,
}

/// Prior SDs to the bounds that are not written.
const REACH: f64 = 3.0;

/// A calibration file with the place of everything in it.
#[derive(Clone, Debug)]
pub struct CalibrationFile {
    /// What it says.
    pub calibration: Calibration,
    document: Document,
}

impl CalibrationFile {
    /// A calibration that no file says.
    pub fn of(calibration: Calibration) -> Self {
        let source = Source::new("the command line", "");
        Self { calibration, document: Document { source, root: Node::scalar(Kind::Fields, 0..0, String::new()) } }
    }

    /// Reads a calibration file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn read(name: &str, text: &str) -> Result<Self, Problems> {
        let (calibration, document) = read_document::<Calibration>(name, text)?;
        let file = Self { calibration, document };
        let twice = file.calibration.parameters.iter().enumerate().filter_map(|(at, free)| {
            let before = file.calibration.parameters[..at].iter().any(|other| other.key == free.key);
            before.then(|| file.problem(at, "key", format!("`{}` is listed twice", free.key), "list every key once".into()))
        });
        Problems::new(twice.collect()).into_result()?;
        Ok(file)
    }

    /// A problem with a key of an entry of `parameters`.
    fn problem(&self, at: usize, key: &str, what: String, help: String) -> Problem {
        let path = Path::default().field("parameters").item(at).field(key);
        self.document.problem(&path, what, Some(help))
    }

    /// A problem with an entry of a list of ids, or with the key of a map.
    pub fn problem_with_id(&self, list: &str, at: usize, what: String, help: Option<String>) -> Problem {
        self.document.problem(&Path::default().field(list).item(at), what, help)
    }

    /// The parameters, given what each key has now.
    ///
    /// # Errors
    /// Keys that do not exist or are no numbers, and priors that are impossible for them.
    pub fn parameters(&self, now: &impl Fn(&str) -> Option<f64>) -> Result<Vec<Parameter>, Problems> {
        let mut problems = Vec::new();
        let one = |(at, free): (usize, &Free)| match free.parameter(now) {
            Ok(parameter) => Some(parameter),
            Err((key, what, help)) => {
                problems.push(self.problem(at, key, what, help));
                None
            }
        };
        let parameters = self.calibration.parameters.iter().enumerate().filter_map(one).collect();
        Problems::new(problems).into_result().map(|()| parameters)
    }
}

/// What is wrong with an entry: the key, what, and help.
type Wrong = (&'static str, String, String);

impl Free {
    /// The parameter, given what each key has now.
    ///
    /// # Errors
    /// What is wrong with the entry.
    pub fn parameter(&self, now: &impl Fn(&str) -> Option<f64>) -> Result<Parameter, Wrong> {
        let key = self.key.as_str();
        let entry = explain::<ScenarioFile>(key).map_err(|near| {
            let help =
                if near.is_empty() { "`dyadsim explain` lists all keys".into() } else { format!("the nearest are {}", near.join(", ")) };
            ("key", format!("no key is called `{key}`"), help)
        })?;
        // The last name of a key is enough where only one key has it.
        let key = if entry.path.ends_with(&format!(".{key}")) { entry.path.as_str() } else { key };
        let Some(before) = now(key) else {
            let help = "only keys whose value is a number can be calibrated, and only where the scenario has them".into();
            return Err(("key", format!("`{key}` is no number here"), help));
        };
        let centre = self.centre.unwrap_or(before);
        let taken = |name, value: f64| {
            let what = format!("{value} cannot be put on the scale {:?}", self.scale);
            let help = "Log is for positive numbers, Logit for numbers between 0 and 1; Linear takes all".to_owned();
            if self.scale.takes(value) { Ok(value) } else { Err((name, what, help)) }
        };
        taken("scale", before)?;
        let start = taken("start", self.start.unwrap_or(before))?;
        let middle = self.scale.apply(taken("centre", centre)?);
        let far = |sign: f64| self.scale.invert(middle + sign * REACH * self.sd);
        let lower = self.lower.unwrap_or_else(|| far(-1.0).max(entry.min.unwrap_or(f64::NEG_INFINITY)));
        let upper = self.upper.unwrap_or_else(|| far(1.0).min(entry.max.unwrap_or(f64::INFINITY)));
        taken("lower", lower)?;
        taken("upper", upper)?;
        if lower >= upper || !(lower..=upper).contains(&centre) {
            let what = format!("the prior's centre {centre} does not lie between {lower} and {upper}");
            return Err(("centre", what, "write lower < centre < upper".into()));
        }
        let of_key = entry.min.unwrap_or(f64::NEG_INFINITY)..=entry.max.unwrap_or(f64::INFINITY);
        if !of_key.contains(&lower) || !of_key.contains(&upper) {
            let range = entry.range.clone().unwrap_or_default();
            return Err(("key", format!("the bounds {lower} and {upper} leave the range of `{key}`"), format!("it is {range}")));
        }
        Ok(Parameter { key: key.into(), scale: self.scale, before, start, centre, sd: self.sd, lower, upper })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Parameter>, Problems> {
        CalibrationFile::read("c.ron", text)?.parameters(&|key| (key != "title").then_some(0.4))
    }

    #[test]
    fn what_is_left_out_follows_from_the_key_and_the_prior() {
        let all = read(
            r#"(parameters: [(key: "rupture.state_cost", scale: Log, sd: 0.5), (key: "endings.planned", scale: Logit, sd: 9.0, upper: 0.95,
            lower: 0.01), (key: "symptoms.heading", sd: 4.0, centre: 60)])"#,
        )
        .unwrap_or_else(|found| panic!("{found}"));
        assert!((all[0].lower - 0.4 * (-1.5f64).exp()).abs() < 1e-12 && all[0].centre == 0.4);
        assert_eq!((all[1].lower, all[1].upper), (0.01, 0.95));
        assert_eq!((all[2].start, all[2].centre, all[2].lower, all[2].upper), (0.4, 60.0, 48.0, 72.0));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        for (text, told) in [
            (r#"(parameters: [(key: "rupture.state_costs", sd: 1)])"#, "rupture.state_cost"),
            (r#"(parameters: [(key: "title", sd: 1)])"#, "is no number here"),
            (r#"(parameters: [(key: "rupture.state_cost", sd: 0)])"#, "sd"),
            (r#"(parameters: [(key: "rupture.state_cost", sd: 1, scale: Log, centre: -1)])"#, "Log is for positive numbers"),
            (r#"(parameters: [(key: "rupture.state_cost", sd: 1, lower: 2, centre: 1)])"#, "write lower < centre < upper"),
            (r#"(parameters: [(key: "rupture.state_cost", sd: 1, lower: -2, centre: 1)])"#, "leave the range"),
            (r#"(parameters: [(key: "rupture.state_cost", sd: 1), (key: "rupture.state_cost", sd: 1)])"#, "listed twice"),
            (r#"(parameters: [])"#, "parameters"),
        ] {
            let found = read(text).err().map(|found| found.to_string()).unwrap_or_default();
            assert!(found.contains(told) && found.contains("c.ron:1:"), "{text}: {found}");
        }
    }
}
