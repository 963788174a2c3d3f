//! Expected curves: what scores of usual-care clients look like who stay, made once per cell.

use super::replicate::{Cell, SessionObserver, Workspace};
use crate::model::courses::Courses;
use crate::model::feedback::ExpectedCurves;
use crate::model::measurement::{Missing, is_process};
use crate::model::rules::{Contradiction, Rules, World};
use crate::model::session::Observed;

/// Seed and replicate of the norm sample: the same for every run, so that alarms do not depend on
/// the seed of a study. No study has this replicate number.
const NORM_SEED: u64 = 0x6E6F_726D;
const NORM_REPLICATE: u64 = u64::MAX;

/// Clients per therapist and therapists per clinic in the norm sample.
const NORM_CASELOAD: u32 = 10;
const NORM_THERAPISTS: u32 = 10;

/// The world of the norm sample: usual care, nothing intervened on, everybody stays.
fn usual_care(world: &World) -> World {
    let mut usual = world.clone();
    usual.feedback = None;
    usual.interventions.clear();
    usual.workload = None;
    usual.clinics.clients_per_therapist = NORM_CASELOAD;
    usual.clinics.therapists = NORM_THERAPISTS;
    usual.clinics.count = world.tracking.norm_clients.div_ceil(NORM_CASELOAD * NORM_THERAPISTS);
    usual.endings.planned = 0.0;
    usual.endings.administrative = 0.0;
    usual.measures.0.retain(|name, _| is_process(name));
    for measure in usual.measures.0.values_mut() {
        measure.every = 1;
        measure.at.clear();
        measure.missing = Missing::default();
    }
    usual
}

struct Scores {
    paths: Vec<Vec<f64>>,
}

impl Observed for Scores {
    const ON: bool = true;
}

impl SessionObserver for Scores {
    fn session(&mut self, _: usize, client: usize, _: &Rules, courses: &Courses, l: usize) {
        self.paths[client].push(courses.score[l]);
    }
}

/// Expected curves of a world.
///
/// # Errors
/// The world's contradictions, if it has any.
pub fn expected_curves(world: &World) -> Result<ExpectedCurves, Vec<Contradiction>> {
    let mut rules = Rules::of(&usual_care(world), None)?;
    rules.nobody_drops_out = true;
    let cell = Cell::new(vec![rules]);
    let mut scores = Scores { paths: vec![Vec::with_capacity(usize::from(world.endings.session_cap)); cell.clients()] };
    Workspace::default().simulate(&cell, NORM_SEED, NORM_REPLICATE, &mut scores);
    Ok(ExpectedCurves::from_paths(&world.tracking, &scores.paths))
}

/// A cell from the worlds of its arms: the comparison arm's world gives the expected curves.
///
/// # Errors
/// For the first arm with contradictions, its index and what they are.
pub fn cell(worlds: &[World]) -> Result<Cell, (usize, Vec<Contradiction>)> {
    let curves = worlds.first().map(expected_curves).transpose().map_err(|found| (0, found))?;
    let rules = worlds.iter().enumerate().map(|(arm, world)| Rules::of(world, curves.clone()).map_err(|found| (arm, found)));
    Ok(Cell::new(rules.collect::<Result<_, _>>()?))
}
