//! `--until-mcse` and `--until-of`.

use super::failure::Failure;
use crate::engine::until::{Precise, Until};
use crate::performance::criterion::Criterion;
use crate::scenario::load::Scenario;
use anyhow::anyhow;

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

/// The target of a run, if there is one.
///
/// # Errors
/// No term of the scenario's estimators can have that measure.
pub fn wanted(mcse: Option<f64>, of: Option<&Precise>, scenario: &Scenario) -> Result<Option<Until>, Failure> {
    let Some(mcse) = mcse else {
        return Ok(None);
    };
    let Some(of) = of else {
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
        terms => format!("terms with a truth are: {}", terms.join(", ")),
    };
    Err(Failure::Input(anyhow!("--until-of {of}: {help}")))
}
