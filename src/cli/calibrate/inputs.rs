//! What a calibration is given: targets, studies or a scenario, and which keys are free.

use super::args::Calibrate;
use crate::calibration::file::{Calibration, CalibrationFile};
use crate::calibration::fit::{Problem, Search};
use crate::calibration::moment::Moment;
use crate::calibration::shipped;
use crate::calibration::studies::moment;
use crate::cli::evidence::folder;
use crate::cli::failure::Failure;
use crate::cli::source;
use crate::evidence::gallery::{Gallery, Replicates, StudyPlan, Text};
use crate::scenario::describe::explain;
use crate::scenario::file::ScenarioFile;
use crate::scenario::load::Scenario;
use crate::scenario::path::Path as Key;
use crate::scenario::problem::Problems;
use crate::scenario::reader;
use crate::scenario::suggest::nearest;
use anyhow::anyhow;
use std::path::Path;

/// Everything that a calibration needs.
pub struct Inputs {
    /// Studies and targets.
    pub gallery: Gallery,
    /// The studies that have to be simulated.
    pub plans: Vec<StudyPlan>,
    /// Position of each target of the problem in the gallery.
    pub targets: Vec<usize>,
    /// Parameters and targets.
    pub problem: Problem,
    /// The scenario, when one of the user's own is calibrated.
    pub own: Option<Text>,
    /// Changes to it.
    pub settings: Vec<String>,
}

/// Reads everything.
///
/// # Errors
/// Files that cannot be read, and everything that is wrong with them.
pub fn read(args: &Calibrate) -> Result<Inputs, Failure> {
    let own = args.file.as_deref().map(text).transpose()?;
    let gallery = match (&own, &args.targets, &args.gallery) {
        (Some(own), Some(targets), _) => Gallery::of_one(own.clone(), text(targets)?)?,
        (Some(_), None, _) => return Err(Failure::Input(anyhow!("a scenario is calibrated to targets; name their file with --targets"))),
        (None, Some(_), _) => return Err(Failure::Input(anyhow!("--targets belong to a scenario; name its file before it"))),
        (None, None, Some(folder)) => folder::gallery(folder)?,
        (None, None, None) => shipped::gallery()?,
    };
    let file = calibration(args, own.is_some())?;
    let (fit, check) = chosen(&gallery, &file)?;
    let targets: Vec<usize> = fit.iter().chain(&check).copied().collect();
    let replicates = args.replicates.map_or(Replicates::AsWritten, Replicates::Fixed);
    let plans = gallery.plans(&targets, replicates, &args.changes.settings)?;
    let parameters = file.parameters(&|key| present(key, own.is_some().then(|| &plans[0].scenario)))?;
    let moments = moments(&gallery, &plans, &targets, fit.len(), &file.calibration)?;
    let problem = Problem { parameters, moments, search: Search { rounds: usize::from(args.rounds), ..Search::default() } };
    Ok(Inputs { gallery, plans, targets, problem, own, settings: args.changes.settings.clone() })
}

fn text(path: &Path) -> Result<Text, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Text { name, path: path.display().to_string(), text: source::read(path)? })
}

/// The calibration file, or the keys of the command line with the priors of the shipped ones.
fn calibration(args: &Calibrate, own: bool) -> Result<CalibrationFile, Failure> {
    if let Some(path) = &args.parameters {
        return Ok(CalibrationFile::read(&path.display().to_string(), &source::read(path)?)?);
    }
    let shipped = if own { shipped::CLINIC } else { shipped::DEFAULTS };
    if args.free.is_empty() {
        return Ok(CalibrationFile::read(shipped.0, shipped.1)?);
    }
    let known: Vec<_> = [shipped::CLINIC, shipped::DEFAULTS, shipped::EXPLORATORY]
        .into_iter()
        .map(|(name, text)| CalibrationFile::read(name, text))
        .collect::<Result<Vec<_>, Problems>>()?;
    let prior = |key: &String| {
        let all = known.iter().flat_map(|file| &file.calibration.parameters);
        let ends = format!(".{key}");
        let found = all.clone().find(|free| free.key == *key || free.key.ends_with(&ends));
        let sd = "no prior is shipped for it; write its scale and SD in a file and give that with --parameters";
        let near = nearest(key, all.map(|free| free.key.as_str())).map(|near| format!(", or did you mean {near}?")).unwrap_or_default();
        found
            .cloned()
            .map(|free| crate::calibration::file::Free { centre: None, start: None, ..free })
            .ok_or_else(|| anyhow!("--free {key}: {sd}{near}"))
    };
    let parameters = args.free.iter().map(prior).collect::<Result<Vec<_>, _>>().map_err(Failure::Input)?;
    Ok(CalibrationFile::of(Calibration { parameters, ..Calibration::default() }))
}

/// Positions of the targets to fit and to check.
fn chosen(gallery: &Gallery, file: &CalibrationFile) -> Result<(Vec<usize>, Vec<usize>), Failure> {
    let all = gallery.targets();
    let mut problems = Vec::new();
    let mut listed = |list: &str, ids: &[String]| -> Vec<usize> {
        let find = |(at, id): (usize, &String)| {
            let found = all.iter().position(|target| target.id == *id);
            if found.is_none() {
                let near = nearest(id, all.iter().map(|target| target.id.as_str()));
                let help = near.map(|near| format!("did you mean \"{near}\"?"));
                problems.push(file.problem_with_id(list, at, format!("no target is called \"{id}\""), help));
            }
            found
        };
        ids.iter().enumerate().filter_map(find).collect()
    };
    let check = listed("check", &file.calibration.check);
    let mut fit = listed("fit", &file.calibration.fit);
    Problems::new(problems).into_result()?;
    if file.calibration.fit.is_empty() {
        let number = |at: &usize| !matches!(all[*at].published, crate::evidence::targets::Published::Sign(_));
        fit = (0..all.len()).filter(|at| all[*at].confidence.judged() && number(at) && !check.contains(at)).collect();
    }
    fit.retain(|at| !check.contains(at));
    if fit.is_empty() {
        return Err(Failure::Input(anyhow!("there is no target to fit")));
    }
    Ok((fit, check))
}

/// The targets as the search sees them.
fn moments(
    gallery: &Gallery,
    plans: &[StudyPlan],
    targets: &[usize],
    fitted: usize,
    calibration: &Calibration,
) -> Result<Vec<Moment>, Failure> {
    let one = |(place, at): (usize, &usize)| {
        let target = &gallery.targets()[*at];
        let quantity = plans.iter().find_map(|plan| {
            let own = plan.targets.iter().position(|other| other == at)?;
            plan.quantities.get(own)
        });
        let found = quantity.and_then(|quantity| moment(target, quantity.link, calibration, place < fitted));
        found.ok_or_else(|| Failure::Input(anyhow!("target {}: only its sign is known; `dyadsim evidence` looks at signs", target.id)))
    };
    targets.iter().enumerate().map(one).collect()
}

/// The present value of a key: in a scenario, in whichever arm has it, or its default.
fn present(key: &str, scenario: Option<&Scenario>) -> Option<f64> {
    let Some(scenario) = scenario else {
        return explain::<ScenarioFile>(key).ok()?.default?.parse().ok();
    };
    let path: Key = key.parse().ok()?;
    let of = |text: &str| {
        let span = reader::read(text).root?.at(&path)?.span.clone();
        text.get(span)?.parse().ok()
    };
    scenario.cells.first()?.arms.iter().find_map(|arm| of(&arm.text))
}
