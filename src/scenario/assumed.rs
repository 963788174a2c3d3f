//! A scenario as it would be if some defaults were others: what calibration tries.

use super::file::ScenarioFile;
use super::overrides::{Override, resolve};
use super::path::Path;
use super::problem::Problems;
use super::reader;
use super::tree::Node;

/// Values that keys are to have, and what they yield to.
#[derive(Clone, Debug, Default)]
pub struct Assumed {
    /// Keys and values, as for `--set`.
    changes: Vec<(Path, Override)>,
    /// Values that the file writes stay as they are; otherwise only what an arm or a sweep says does.
    written_stays: bool,
}

impl Assumed {
    /// Other defaults: whatever a file says itself stays.
    ///
    /// # Errors
    /// A key that is no key.
    pub fn defaults(values: &[(String, f64)]) -> Result<Self, Problems> {
        Self::new(values, true)
    }

    /// Other values of the file: only what distinguishes arms or cells stays.
    ///
    /// # Errors
    /// A key that is no key.
    pub fn values(values: &[(String, f64)]) -> Result<Self, Problems> {
        Self::new(values, false)
    }

    fn new(values: &[(String, f64)], written_stays: bool) -> Result<Self, Problems> {
        let change = |(key, value): &(String, f64)| {
            let change = Override::from_setting(&format!("{key}={value:?}"))?;
            Ok((change.path.parse().unwrap_or_default(), change))
        };
        Ok(Self { changes: values.iter().map(change).collect::<Result<_, Problems>>()?, written_stays })
    }

    /// A part of a scenario with these values, where it has the keys and they do not stay. `layers` are what made it: the
    /// changes by sweep and arm, in order, after the file itself with its tree `root`.
    ///
    /// # Errors
    /// Values that the keys cannot have.
    pub(super) fn apply(
        &self,
        made: (ScenarioFile, String),
        root: &Node,
        layers: &[&[Override]],
    ) -> Result<(ScenarioFile, String), Problems> {
        if self.changes.is_empty() {
            return Ok(made);
        }
        let Some(tree) = reader::read(&made.1).root else {
            return Ok(made);
        };
        let applies = |path: &Path| tree.at(path).is_some() && !self.stays(path, root, layers);
        let changes: Vec<Override> = self.changes.iter().filter(|(path, _)| applies(path)).map(|(_, change)| change.clone()).collect();
        if changes.is_empty() { Ok(made) } else { resolve(&made.0, &changes, &[]) }
    }

    /// Whether the last layer that touches a key says it, rather than leaving it to its default.
    fn stays(&self, path: &Path, root: &Node, layers: &[&[Override]]) -> bool {
        for layer in layers.iter().rev().flat_map(|layer| layer.iter().rev()) {
            let Ok(changed) = layer.path.parse::<Path>() else { continue };
            if changed == *path {
                return true;
            }
            if changed.holds(path) {
                let rest = Path(path.0[changed.0.len()..].to_vec());
                return reader::read_value(&layer.value).root.is_some_and(|value| value.at(&rest).is_some());
            }
        }
        self.written_stays && root.at(path).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::load::Scenario;
    use super::*;
    use crate::model::feedback::Feedback;

    const TEXT: &str = r#"(
        clinics: (count: 1, therapists: 2, clients_per_therapist: 3),
        endings: (planned: 0.4),
        arms: [
            (name: "usual"),
            (name: "trained", set: { "rupture.repair_intercept": 1.0 }),
            (name: "feedback", set: { "feedback": Oq(support_tools: true, retention: -0.1) }),
        ],
    )"#;

    fn worlds(assumed: &Assumed) -> Vec<crate::model::rules::World> {
        let scenario = Scenario::load_assuming("t.ron", TEXT, &[], assumed).unwrap_or_else(|found| panic!("{found}"));
        scenario.cells[0].arms.iter().map(|arm| arm.world.clone()).collect()
    }

    fn values() -> Vec<(String, f64)> {
        let of = [
            ("endings.planned", 0.3),
            ("endings.dropout", -4.0),
            ("rupture.repair_intercept", 0.5),
            ("feedback.engagement", 0.7),
            ("feedback.retention", -0.3),
        ];
        of.map(|(key, value)| (key.to_owned(), value)).to_vec()
    }

    fn oq(world: &crate::model::rules::World) -> [f64; 2] {
        match &world.feedback {
            Some(Feedback::Oq(oq)) => [oq.engagement, oq.retention],
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn other_defaults_reach_all_arms_and_yield_to_what_is_written() {
        let worlds = worlds(&Assumed::defaults(&values()).unwrap());
        assert!(worlds.iter().all(|world| world.endings.planned == 0.4 && world.endings.dropout == -4.0));
        assert_eq!(worlds.iter().map(|world| world.rupture.repair_intercept).collect::<Vec<_>>(), [0.5, 1.0, 0.5]);
        assert_eq!(oq(&worlds[2]), [0.7, -0.1]);
        assert!(worlds[0].feedback.is_none());
    }

    #[test]
    fn other_values_yield_only_to_what_distinguishes_arms() {
        let worlds = worlds(&Assumed::values(&values()).unwrap());
        assert!(worlds.iter().all(|world| world.endings.planned == 0.3));
        assert_eq!(worlds[1].rupture.repair_intercept, 1.0);
        assert_eq!(oq(&worlds[2]), [0.7, -0.1]);
    }

    #[test]
    fn values_outside_the_range_of_a_key_are_refused() {
        let assumed = Assumed::values(&[("endings.planned".into(), 1.5)]).unwrap();
        let problems = Scenario::load_assuming("t.ron", TEXT, &[], &assumed).err().map(|found| found.to_string()).unwrap_or_default();
        assert!(problems.contains("endings.planned"), "{problems}");
    }
}
