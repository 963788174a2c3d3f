//! The simulator behind a calibration: the studies that the targets need, as if the parameters had other values.

use super::Simulator;
use super::file::Calibration;
use super::moment::Moment;
use crate::engine::run::Watch;
use crate::evidence::courses::Courses;
use crate::evidence::gallery::{Gallery, StudyPlan};
use crate::evidence::statistic::Link;
use crate::evidence::targets::{Published, Target};
use crate::scenario::assumed::Assumed;
use crate::scenario::load::Scenario;
use crate::scenario::problem::Problems;
use std::collections::HashMap;

/// Why a simulation broke off.
#[derive(Debug)]
pub enum Stopped {
    /// The user stopped it.
    Interrupted,
    /// A study cannot have these values.
    Problems(Problems),
    /// A study contradicts itself.
    Failed(String),
}

/// Whether values are tried as defaults or as what a scenario says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Studies of a gallery: what a study says itself stays.
    Defaults,
    /// A scenario of one's own: only what distinguishes its arms stays.
    Own,
}

/// Studies, the keys that are free, and what was simulated before.
pub struct Studies<'a, W> {
    gallery: &'a Gallery,
    plans: Vec<StudyPlan>,
    /// Position of each target of the calibration in the list of the gallery.
    targets: Vec<usize>,
    keys: Vec<String>,
    settings: Vec<String>,
    role: Role,
    /// What each study gave, by the fingerprint of what was simulated: many parameters do not touch many studies.
    known: HashMap<(usize, String), Vec<Vec<f64>>>,
    watch: &'a W,
}

impl<'a, W: Watch> Studies<'a, W> {
    /// The studies of some targets of a gallery.
    pub fn new(gallery: &'a Gallery, plans: Vec<StudyPlan>, targets: Vec<usize>, watch: &'a W) -> Self {
        Self { gallery, plans, targets, keys: Vec::new(), settings: Vec::new(), role: Role::Defaults, known: HashMap::new(), watch }
    }

    /// Which keys the values belong to, in what role, after which settings.
    #[must_use]
    pub fn vary(mut self, keys: Vec<String>, role: Role, settings: &[String]) -> Self {
        (self.keys, self.role, self.settings) = (keys, role, settings.to_vec());
        self
    }

    /// Courses of treatment at one point, as a measure of the work.
    pub fn work(&self) -> u64 {
        self.plans.iter().map(StudyPlan::work).sum()
    }

    fn study(&mut self, at: usize, assumed: &Assumed) -> Result<Vec<Vec<f64>>, Stopped> {
        let plan = &self.plans[at];
        let Some(text) = self.gallery.study(&plan.name) else {
            return Err(Stopped::Failed(format!("there is no study {}", plan.name)));
        };
        let mut scenario = Scenario::load_assuming(&text.path, &text.text, &self.settings, assumed).map_err(Stopped::Problems)?;
        scenario.replicates = plan.scenario.replicates;
        let key = (at, scenario.fingerprint());
        if let Some(known) = self.known.get(&key) {
            self.watch.done(plan.work(), 0);
            return Ok(known.clone());
        }
        let plan = StudyPlan { scenario, ..plan.clone() };
        let courses = Courses { watch: self.watch, per_unit: plan.courses_per_unit() };
        let result = plan.run(&courses).map_err(Stopped::Failed)?;
        if result.outcome.interrupted {
            return Err(Stopped::Interrupted);
        }
        self.known.insert(key, result.values.clone());
        Ok(result.values)
    }
}

impl<W: Watch> Simulator for Studies<'_, W> {
    type Error = Stopped;

    fn statistics(&mut self, values: &[f64]) -> Result<Vec<Vec<f64>>, Stopped> {
        let values: Vec<(String, f64)> = self.keys.iter().cloned().zip(values.iter().copied()).collect();
        let assumed = match self.role {
            Role::Defaults => Assumed::defaults(&values),
            Role::Own => Assumed::values(&values),
        };
        let assumed = assumed.map_err(Stopped::Problems)?;
        let mut all = vec![Vec::new(); self.targets.len()];
        for at in 0..self.plans.len() {
            let of_study = self.study(at, &assumed)?;
            for (target, values) in self.plans[at].targets.iter().zip(of_study) {
                if let Some(own) = self.targets.iter().position(|other| other == target) {
                    all[own] = values;
                }
            }
        }
        Ok(all)
    }
}

/// Width of a 95 % interval in standard errors.
const INTERVAL: f64 = 2.0 * 1.959_963_984_540_054;

/// A target as the search sees it; `None` where only a sign is known. Ratios are compared as logarithms and numbers needed
/// as differences, since that is how they are averaged; a range counts as a 95 % interval around its middle.
pub fn moment(target: &Target, link: Link, calibration: &Calibration, fitted: bool) -> Option<Moment> {
    let through = |x: f64| match link {
        Link::Identity => x,
        Link::Exponential => libm::log(x),
        Link::Reciprocal => 1.0 / x,
    };
    let slope = |x: f64| match link {
        Link::Identity => 1.0,
        Link::Exponential => 1.0 / x,
        Link::Reciprocal => 1.0 / (x * x),
    };
    let width = |low: f64, high: f64| (through(high) - through(low)).abs() / INTERVAL;
    let (value, standard_error) = match target.published {
        Published::Value { x, se } => (through(x), se.map(|se| se * slope(x))),
        Published::Interval { x, low, high } => (through(x), Some(width(low, high))),
        Published::Range { low, high } => (0.5 * (through(low) + through(high)), Some(width(low, high))),
        Published::Sign(_) => return None,
    };
    let tolerance = calibration.tolerance.get(&target.id).copied().unwrap_or(calibration.model_error * value.abs());
    Some(Moment { id: target.id.clone(), value, standard_error, tolerance, fitted })
}
