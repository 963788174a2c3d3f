//! What is true of therapists, which only a simulation knows: how well their clients would do, from what they are.

use super::source::Source;
use crate::estimators::linear;

/// What a therapist is and where she works, as far as it can matter for how well her clients do (latent).
const LATENT: [&str; 12] = [
    "skill",
    "alliance",
    "effectiveness",
    "dropout_logit",
    "ending_logit",
    "uptake",
    "burnout",
    "session_load",
    "growth_intercept",
    "growth_slope",
    "clinic_outcome",
    "clinic_alliance",
];
/// Therapists for each coefficient that are needed for coefficients worth calling the truth.
const PER_COEFFICIENT: usize = 20;

/// True effects of the therapists of one study.
#[derive(Clone, Debug)]
pub struct Truth {
    /// Number of the therapist and her effect: difference of her clients' expected final score from that of the average therapist's,
    /// intake score held constant.
    pub effects: Vec<(u32, f64)>,
    /// Therapists that the coefficients come from.
    pub from: usize,
}

/// What follows for each therapist of the first replicate from all that she is. The coefficients come from all therapists whom
/// the file has of the arm: mean final score of a therapist's clients on her traits and the mean intake score, weighted by
/// clients. None where the file has too few of them, or none of the traits.
pub fn effects(source: &Source, arm: usize) -> Option<Truth> {
    let rows = &source.therapists;
    let column = |name: &str| rows.numbers(name);
    let (arms, clients, post, change) = (column("arm"), column("clients"), column("final_score"), column("change"));
    let mine: Vec<usize> =
        (0..rows.len()).filter(|&row| arms[row] as usize == arm + 1 && post[row].is_finite() && clients[row] > 0.0).collect();
    let weight: Vec<f64> = mine.iter().map(|&row| clients[row].sqrt()).collect();
    let varies =
        |values: &Vec<f64>| mine.iter().all(|&row| values[row].is_finite()) && mine.iter().any(|&row| values[row] != values[mine[0]]);
    let traits: Vec<Vec<f64>> = LATENT.iter().map(|name| column(name)).filter(varies).collect();
    if traits.is_empty() || mine.len() < PER_COEFFICIENT * (traits.len() + 2) {
        return None;
    }
    let weighted = |of: &dyn Fn(usize) -> f64| mine.iter().zip(&weight).map(|(&row, weight)| weight * of(row)).collect::<Vec<f64>>();
    let mut columns = vec![weight.clone(), weighted(&|row| post[row] - change[row])];
    columns.extend(traits.iter().map(|values| weighted(&|row| values[row])));
    let fit = linear::fit(&weighted(&|row| post[row]), &columns).ok()?;
    let slope = |at: usize| fit.coefficients.get(at + 2).map_or(0.0, |one| if one.estimate.is_finite() { one.estimate } else { 0.0 });
    let effect = |row: usize| traits.iter().enumerate().map(|(at, values)| slope(at) * values[row]).sum::<f64>();
    let (replicate, therapist) = (column("replicate"), column("therapist"));
    let first = source.clients.numbers("replicate").first().copied()?;
    let study: Vec<(u32, f64)> =
        mine.iter().filter(|&&row| replicate[row] == first).map(|&row| (therapist[row] as u32, effect(row))).collect();
    let mean = study.iter().map(|(_, effect)| effect).sum::<f64>() / study.len() as f64;
    let effects = study.into_iter().map(|(therapist, effect)| (therapist, effect - mean)).collect();
    Some(Truth { effects, from: mine.len() })
}
