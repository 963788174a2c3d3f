//! What comes with the program: the calibration of the defaults, and what a clinic may calibrate.

use crate::evidence::gallery::{Gallery, Text};
use crate::scenario::problem::Problems;

/// Where the files stand in the repository.
pub const FOLDER: &str = "scenarios/calibration";

/// The calibration of the defaults: name and text.
pub const DEFAULTS: (&str, &str) =
    ("scenarios/calibration/parameters/defaults.ron", include_str!("../../scenarios/calibration/parameters/defaults.ron"));

/// A wider look, with priors for more keys: name and text.
pub const EXPLORATORY: (&str, &str) =
    ("scenarios/calibration/parameters/exploratory.ron", include_str!("../../scenarios/calibration/parameters/exploratory.ron"));

/// What differs between clinics: name and text.
pub const CLINIC: (&str, &str) =
    ("scenarios/calibration/parameters/clinic.ron", include_str!("../../scenarios/calibration/parameters/clinic.ron"));

macro_rules! files {
    ($($name:literal),+) => { [$(($name, include_str!(concat!("../../scenarios/calibration/", $name)))),+] };
}

/// The reference studies and the targets of the defaults.
///
/// # Errors
/// What is wrong with them; a test makes sure that it is nothing.
pub fn gallery() -> Result<Gallery, Problems> {
    let files = files!["targets.ron", "routine.ron", "trial.ron", "counselling.ron"];
    Gallery::new(FOLDER, files.into_iter().map(|(name, text)| Text::new(FOLDER, name, text.to_owned())).collect())
}
