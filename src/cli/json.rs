//! Results as JSON: names, values and Monte Carlo standard errors for other programs.

use crate::engine::summary::MEASURES;
use crate::engine::totals::{COMPARISONS, OF_A_STUDY, RATIO_MEASURES};
use crate::output::results::{AnalysisResults, ArmResults, CellResults, Contrast, Driver, PairResults, Results, TermResults};
use crate::output::study::NOTE;
use crate::performance::Measured;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The answer of a study; `--help` describes the keys.
pub fn results(results: &Results, file: Option<&Path>) -> Value {
    let about = &results.about;
    json!({
        "program": "dyadsim",
        "note": NOTE,
        "title": about.title,
        "question": about.question,
        "version": about.version,
        "seed": about.seed,
        "seed_hex": format!("{:#018x}", about.seed),
        "fingerprint": about.fingerprint,
        "settings": about.settings,
        "arms": about.arms,
        "factors": about.factors,
        "design": about.design,
        "points": about.points,
        "instruments": { "symptoms": about.instruments[0], "alliance": about.instruments[1] },
        "replicates": { "first": about.first, "asked": about.asked, "done": about.done, "failed": results.failures.len() },
        "interrupted": about.interrupted,
        "reached_precision": about.reached_precision(),
        "until_mcse": about.until_mcse,
        "until_of": about.until_mcse.map(|_| &about.until_of),
        "file": file.map(|file| file.display().to_string()),
        "measures": MEASURES.iter().map(|spec| json!({ "name": spec.name, "unit": spec.unit, "meaning": spec.long_name })).collect::<Vec<_>>(),
        "cells": (1..).zip(&results.cells).map(|(c, one)| cell(c, one, &about.factors)).collect::<Vec<_>>(),
        "estimators": results.analyses.iter().map(|one| analysis(one, &about.arms)).collect::<Vec<_>>(),
        "estimator_pairs": results.pairs.iter().map(|one| pair(one, &about.arms)).collect::<Vec<_>>(),
        "sensitivity": results.drivers.iter().map(driver).collect::<Vec<_>>(),
        "failures": results.failures.iter().map(|f| json!({ "cell": f.cell, "replicate": f.replicate, "reason": f.reason })).collect::<Vec<_>>(),
    })
}

/// Arm 0 is all arms together, without a name.
pub fn analysis(one: &AnalysisResults, arms: &[String]) -> Value {
    json!({
        "cell": one.cell,
        "name": one.name,
        "arm": one.arm.map_or(0, |arm| arm + 1),
        "arm_name": one.arm.and_then(|arm| arms.get(arm)),
        "fits": one.fits,
        "failed": one.failed,
        "boundary": one.boundary,
        "reasons": one.reasons.iter().map(|(reason, fits)| json!({ "reason": reason, "fits": fits })).collect::<Vec<_>>(),
        "terms": one.terms.iter().map(term).collect::<Vec<_>>(),
    })
}

/// An analysis against the first one that estimates the same, replicate by replicate.
pub fn pair(one: &PairResults, arms: &[String]) -> Value {
    json!({
        "cell": one.cell,
        "arm": one.arm.map_or(0, |arm| arm + 1),
        "arm_name": one.arm.and_then(|arm| arms.get(arm)),
        "estimator": one.name,
        "term": one.term,
        "reference": one.reference,
        "reference_term": one.reference_term,
        "n": one.found.n,
        "bias_difference": measured(one.found.bias),
        "relative_precision": measured(one.found.precision),
        "rmse_difference": measured(one.found.rmse),
        "coverage_difference": measured(one.found.coverage),
        "rejection_difference": measured(one.found.rejection),
        "correlation": one.found.correlation,
    })
}

fn term(term: &TermResults) -> Value {
    json!({
        "term": term.term,
        "n": term.n,
        "estimate": measured(term.estimate),
        "empirical_se": measured(term.empirical_se),
        "model_se": measured(term.model_se),
        "rejection": measured(term.rejection),
        "truth": term.judged.map(|judged| measured(judged.truth)),
        "bias": term.judged.map(|judged| measured(judged.bias)),
        "relative_bias": term.judged.map(|judged| measured(judged.relative_bias)),
        "mse": term.judged.map(|judged| measured(judged.mse)),
        "model_se_error": term.judged.map(|judged| measured(judged.model_se_error)),
        "coverage": term.judged.map(|judged| measured(judged.coverage)),
        "bias_eliminated_coverage": term.judged.map(|judged| measured(judged.bias_eliminated_coverage)),
    })
}

fn cell(number: usize, cell: &CellResults, factors: &[String]) -> Value {
    let levels: Map<String, Value> = factors.iter().cloned().zip(cell.levels.iter().map(|level| level.as_str().into())).collect();
    let base = cell.arms.first().map(|arm| arm.name.as_str()).unwrap_or_default();
    json!({
        "cell": number,
        "levels": levels,
        "arms": (1..).zip(&cell.arms).map(|(a, one)| arm(a, one, base)).collect::<Vec<_>>(),
    })
}

fn arm(number: usize, arm: &ArmResults, base: &str) -> Value {
    json!({
        "arm": number,
        "name": arm.name,
        "clinics": arm.size[0],
        "therapists": arm.size[1],
        "clients": arm.size[2],
        "completed": arm.completed,
        "failed": arm.failed,
        "measures": levels(arm, |name| !COMPARISONS.contains(&name)),
        "contrast": arm.contrast.as_ref().map(|pair| contrast(pair, arm, base)),
    })
}

fn contrast(pair: &Contrast, arm: &ArmResults, base: &str) -> Value {
    let ratios = |values: &[Measured]| -> Map<String, Value> {
        RATIO_MEASURES.iter().zip(values).map(|(name, &value)| ((*name).into(), measured(value))).collect()
    };
    json!({
        "against": base,
        "differences": named(&pair.difference, |name| !COMPARISONS.contains(&name)),
        "comparisons": levels(arm, |name| COMPARISONS.contains(&name)),
        "odds_ratios": ratios(&pair.odds_ratio),
        "numbers_needed_to_treat": ratios(&pair.needed),
    })
}

/// Measures of an arm; what a study reports also with its spread over replicates.
fn levels(arm: &ArmResults, wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut all = named(&arm.level, wanted);
    for (name, value) in &mut all {
        if OF_A_STUDY.contains(&name.as_str()) {
            let spread = arm.scatter(name);
            value["sd"] = spread.value.into();
            value["sd_mcse"] = spread.mcse.into();
        }
    }
    all
}

fn driver(driver: &Driver) -> Value {
    json!({
        "result": driver.result,
        "arm": driver.arm,
        "statistic": driver.statistic.name(),
        "factor": driver.factor,
        "with": driver.with,
        "level": driver.levels.as_ref().map(|[level, _]| level),
        "against": driver.levels.as_ref().map(|[_, against]| against),
        "value": driver.value,
        "standard_error": driver.standard_error,
        "points_se": driver.points_se,
        "mcse": driver.mcse,
        "unit": driver.unit,
    })
}

fn named(values: &[Measured], wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let pairs = MEASURES.iter().zip(values).filter(|(spec, _)| wanted(spec.name));
    pairs.map(|(spec, &value)| (spec.name.into(), measured(value))).collect()
}

/// Not defined (NaN) becomes null.
fn measured(measured: Measured) -> Value {
    json!({ "value": measured.value, "mcse": measured.mcse })
}
