//! A gallery of one's own: a folder with scenarios and a list of targets.

use crate::cli::failure::Failure;
use crate::evidence::gallery::{Gallery, Text};
use anyhow::Context;
use std::path::Path;

/// Reads all `.ron` files of a folder.
///
/// # Errors
/// The folder or a file cannot be read, or everything that is wrong with the list of targets.
pub fn gallery(folder: &Path) -> Result<Gallery, Failure> {
    let shown = folder.display().to_string();
    let unreadable = |error: std::io::Error| Failure::Io(anyhow::Error::new(error).context(format!("cannot read the folder {shown}")));
    let mut names = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".ron") {
            names.push(name);
        }
    }
    names.sort();
    let read = |name: &String| {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()));
        text.map(|text| Text::new(shown.trim_end_matches('/'), name, text)).map_err(Failure::Io)
    };
    let files = names.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Gallery::new(shown.trim_end_matches('/'), files)?)
}
