//! Names of one's own that look like shipped ones: a slip there would change the study without a word.

use super::suggest::nearest;
use crate::model::diagnosis::shipped_groups;
use crate::model::rules::{Contradiction, World};

/// Diagnosis groups whose name resembles a shipped one. Nothing sets such a group apart but what is written, so it must say
/// itself what alliance does in it.
pub(super) fn nearly_shipped(world: &World) -> Vec<Contradiction> {
    let shipped: Vec<&str> = shipped_groups().iter().map(|group| group.name).collect();
    let own = world.diagnoses.iter().filter(|(name, group)| group.alliance_effect.is_none() && !shipped.contains(&name.as_str()));
    own.filter_map(|(name, _)| {
        nearest(name, shipped.iter().copied()).map(|meant| Contradiction {
            path: format!("diagnoses[\"{name}\"]"),
            what: format!("no diagnosis group called \"{name}\" comes with the program: only what is written here sets it apart"),
            help: format!("did you mean \"{meant}\"? In a group of your own write `alliance_effect` (1.0: as usual)"),
            slip: None,
        })
    })
    .collect()
}
