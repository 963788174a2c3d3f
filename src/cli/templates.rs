//! Scenarios to start from.

use crate::scenario::file::ScenarioFile;
use crate::scenario::template::template;

/// What a new scenario starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// One arm and a few keys.
    #[default]
    Minimal,
    /// Feedback to therapists against usual care.
    Feedback,
    /// Every rupture repaired against usual repair.
    Rupture,
    /// A sweep over two keys.
    Sweep,
    /// A randomised trial, beside the truth.
    Trial,
    /// An open clinic with a waiting list.
    Clinic,
    /// Every key with its meaning, range, default and source.
    Full,
}

impl Template {
    /// The text of the scenario.
    ///
    /// # Errors
    /// Never in practice: the default scenario can always be written.
    pub fn text(self) -> Result<String, ron::Error> {
        Ok(match self {
            Self::Minimal => include_str!("templates/minimal.ron").into(),
            Self::Feedback => include_str!("templates/feedback.ron").into(),
            Self::Rupture => include_str!("templates/rupture.ron").into(),
            Self::Sweep => include_str!("templates/sweep.ron").into(),
            Self::Trial => include_str!("templates/trial.ron").into(),
            Self::Clinic => include_str!("templates/clinic.ron").into(),
            Self::Full => template(
                &ScenarioFile::default(),
                "Every key of a scenario with its default. Delete what you do not change: a key that is left out has its default.",
            )?,
        })
    }
}
