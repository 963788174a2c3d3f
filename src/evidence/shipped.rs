//! The gallery that comes with the program: everything in `scenarios/studies/`, kept in the program itself.

use super::gallery::{Gallery, Text};
use crate::scenario::problem::Problems;
use include_dir::{Dir, include_dir};

/// The folder. Studies come with targets, so that a list of targets changes with them and the folder is read anew.
static STUDIES: Dir = include_dir!("$CARGO_MANIFEST_DIR/scenarios/studies");

/// Where it stands in the repository.
pub const FOLDER: &str = "scenarios/studies";

/// All files of the folder that end in `.ron`, by name.
pub fn files() -> Vec<Text> {
    let texts = STUDIES.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?;
        name.ends_with(".ron").then_some(())?;
        Some(Text::new(FOLDER, name, file.contents_utf8()?.to_owned()))
    });
    let mut texts: Vec<Text> = texts.collect();
    texts.sort_by(|a, b| a.name.cmp(&b.name));
    texts
}

/// The gallery.
///
/// # Errors
/// What is wrong with its list of targets; a test makes sure that it is nothing.
pub fn gallery() -> Result<Gallery, Problems> {
    Gallery::new(FOLDER, files())
}
