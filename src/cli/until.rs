//! `--until-mcse` and `--until-of`.

use super::failure::Failure;
use crate::engine::until::{Precise, Until};
use crate::performance::criterion::Criterion;
use crate::scenario::load::Scenario;
use anyhow::anyhow;
use clap::Args;

/// Reads what is to be precise.
///
/// # Errors
/// No performance measure is called so.
pub fn measure(text: &str) -> Result<Precise, String> {
    Precise::read(text).ok_or_else(|| {
        let known = Criterion::ALL.map(Criterion::name).join(", ");
        format!("a measure is needed ({known}), with or without a term: 'coverage: early'")
    })
}

/// The options.
#[derive(Debug, Args)]
pub struct Precision {
    /// Stop as soon as the headline is this precise: Monte Carlo standard error of the difference
    /// in final score between arms (of the final score itself with one arm), in score units.
    #[arg(long, value_name = "TARGET", allow_negative_numbers = true, value_parser = positive)]
    pub until_mcse: Option<f64>,
    /// What is to be that precise instead: a performance measure (bias, empirical_se, mse, model_se, coverage, rejection) of
    /// all terms that have a truth, or of one: 'coverage: early'.
    #[arg(long, value_name = "MEASURE", requires = "until_mcse", value_parser = measure)]
    pub until_of: Option<Precise>,
}

impl Precision {
    /// The target of a run, if there is one.
    ///
    /// # Errors
    /// No term of the scenario's estimators can have that measure.
    pub fn wanted(&self, scenario: &Scenario) -> Result<Option<Until>, Failure> {
        let Some(mcse) = self.until_mcse else {
            return Ok(None);
        };
        let Some(of) = &self.until_of else {
            return Ok(Some(Until { of: Precise::Headline, mcse }));
        };
        let judged: Vec<String> = scenario
            .analyses
            .list
            .iter()
            .flat_map(|one| {
                let terms = one.terms();
                one.truths.iter().filter_map(move |(at, _)| terms.get(*at).cloned())
            })
            .collect();
        if judged.iter().any(|term| of.means(term)) {
            return Ok(Some(Until { of: of.clone(), mcse }));
        }
        let help = match judged.as_slice() {
            [] => "no term of the scenario's estimators has a truth; give one: truth: {\"TERM\": …}".to_owned(),
            terms => {
                let once: std::collections::BTreeSet<&str> = terms.iter().map(String::as_str).collect();
                format!("terms with a truth are: {}", once.into_iter().collect::<Vec<_>>().join(", "))
            }
        };
        Err(Failure::Input(anyhow!("--until-of {of}: {help}")))
    }
}

/// A number above 0.
///
/// # Errors
/// It is none.
pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(x) if x > 0.0 && x.is_finite() => Ok(x),
        _ => Err("a positive number is needed, such as 0.05".into()),
    }
}
