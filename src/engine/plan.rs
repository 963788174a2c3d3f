//! From a checked scenario to a study that can be run.

use super::norms;
use super::replicate::Cell;
use super::run::{Keep, Rows, Study};
use crate::model::rules::World;
use crate::scenario::file::{Output, Rows as Written};
use crate::scenario::load::{CellPlan, Scenario};
use crate::scenario::points::Luck;

impl From<Written> for Keep {
    fn from(written: Written) -> Self {
        match written {
            Written::None => Self::None,
            Written::Share(share) => Self::Share(share),
            Written::All => Self::All,
        }
    }
}

impl From<&Output> for Rows {
    fn from(output: &Output) -> Self {
        Self {
            therapists: output.therapists.into(),
            clients: output.clients.into(),
            sessions: output.sessions.into(),
            weeks: output.weeks.into(),
            assessments: output.assessments.into(),
            estimates: output.estimates.into(),
        }
    }
}

/// One cell of a design, ready to run.
///
/// # Errors
/// What contradicts itself in it; a loaded scenario has no such cell.
pub fn cell(plan: &CellPlan) -> Result<Cell, String> {
    let worlds: Vec<World> = plan.arms.iter().map(|arm| arm.world.clone()).collect();
    let cell = norms::cell(&worlds).map_err(|(arm, found)| {
        let each: Vec<String> = found.into_iter().map(|one| format!("{} {}", one.path, one.what)).collect();
        format!("arm \"{}\": {}", plan.arms[arm].name, each.join("; "))
    })?;
    let parameters = plan.arms.iter().map(|arm| arm.parameters.clone()).collect();
    Ok(Cell { parameters, ..cell.seen_by(plan.design.clone()) })
}

/// The whole study, all replicates of all cells. Expected curves are made here, cell by cell.
///
/// # Errors
/// As for [`cell`].
pub fn study(scenario: &Scenario) -> Result<Study, String> {
    Ok(Study {
        seed: scenario.seed,
        cells: with_luck(cells(&scenario.cells)?, scenario.luck),
        analyses: scenario.analyses.clone(),
        rows: Rows::from(&scenario.output),
        replicates: 0..scenario.replicates,
        until_mcse: None,
    })
}

/// The cells, each with a number of its own where luck is not common.
fn with_luck(mut cells: Vec<Cell>, luck: Luck) -> Vec<Cell> {
    if luck == Luck::Own {
        (1..).zip(&mut cells).for_each(|(number, cell)| cell.luck = number);
    }
    cells
}

#[cfg(feature = "threads")]
fn cells(plans: &[CellPlan]) -> Result<Vec<Cell>, String> {
    use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
    plans.par_iter().map(cell).collect()
}

#[cfg(not(feature = "threads"))]
fn cells(plans: &[CellPlan]) -> Result<Vec<Cell>, String> {
    plans.iter().map(cell).collect()
}
