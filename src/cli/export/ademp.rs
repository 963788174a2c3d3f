//! The plan of a simulation study after ADEMP-PreReg (Siepe, Bartoš, Morris, Boulesteix, Heck and Pawel 2024,
//! doi:10.1037/met0000695), from a scenario alone.

use crate::cli::layout::thousands;
use crate::cli::source::Loaded;
use crate::dataset::catalogue::Level;
use crate::estimators::analysis::Analysis;
use crate::scenario::changes::{Change, changed};
use crate::scenario::describe::explain;
use crate::scenario::estimators::keys::{Estimator, Truth};
use crate::scenario::file::ScenarioFile;
use crate::scenario::load::{ArmPlan, Scenario};
use std::fmt::Write;
use std::path::Path;

/// What only the authors can say.
const OPEN: &str = "TO FILL IN";

/// The whole document, in Markdown.
pub fn document(loaded: &Loaded, file: &Path) -> String {
    let scenario = &loaded.scenario;
    let parts = [
        general(scenario),
        aims(scenario),
        mechanisms(scenario),
        estimands(scenario),
        methods(scenario),
        measures(scenario.replicates),
        computing(loaded, file),
    ];
    parts.join("\n")
}

/// A Markdown table.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| {
        format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "))
    };
    let mut out = line(&mut heads.iter().map(ToString::to_string)) + &line(&mut heads.iter().map(|_| "---".to_owned()));
    rows.iter().for_each(|row| out.push_str(&line(&mut row.iter().cloned())));
    out
}

fn general(scenario: &Scenario) -> String {
    format!(
        "# {}: plan of a simulation study\n\nAfter the template ADEMP-PreReg (Siepe et al. 2024, doi:10.1037/met0000695).\n\n\
         ## 1. General information\n\n\
         * Authors: {OPEN}\n* Date: {OPEN}\n* State: written before any replicate was run? {OPEN}\n* Earlier versions: {OPEN}\n",
        scenario.title
    )
}

fn aims(scenario: &Scenario) -> String {
    let question = if scenario.question.is_empty() { OPEN } else { &scenario.question };
    format!("## 2. Aims\n\n{question}\n\nHypotheses, if there are any: {OPEN}\n")
}

/// Keys that differ from their defaults, with unit and meaning.
fn keys(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "All keys have their defaults.\n".into();
    }
    let row = |one: &Change| {
        let entry = explain::<ScenarioFile>(&one.path).ok();
        let unit = entry.as_ref().and_then(|entry| entry.unit.clone()).unwrap_or_default();
        let meaning = entry.map(|entry| entry.doc).unwrap_or_default();
        let default = one.default.clone().unwrap_or_else(|| "–".into());
        vec![format!("`{}`", one.path), format!("`{}`", one.value), unit, format!("`{default}`"), meaning.replace('\n', " ")]
    };
    table(&["key", "value", "unit", "default", "meaning"], &changes.iter().map(row).collect::<Vec<_>>())
}

fn size(arm: &ArmPlan) -> String {
    let [clinics, therapists, clients] = arm.size().map(thousands);
    format!("{clients} clients, {therapists} therapists, clinics: {clinics}")
}

fn mechanisms(scenario: &Scenario) -> String {
    let mut out = String::from("## 3. Data-generating mechanism\n\n");
    let version = env!("CARGO_PKG_VERSION");
    out.push_str(&format!(
        "An agent-based model of courses of psychotherapy (dyadsim {version}; its document docs/model.md has every equation). Keys \
         that are not named here have the defaults of that version.\n\n"
    ));
    let Some(cell) = scenario.cells.first() else {
        return out;
    };
    let Some(first) = cell.arms.first() else {
        return out;
    };
    let base = changed(&first.text);
    out.push_str(&format!("### First arm: {}\n\n{} in each replicate.\n\n{}\n", first.name, size(first), keys(&base)));
    for arm in &cell.arms[1..] {
        let own: Vec<Change> = changed(&arm.text).into_iter().filter(|one| !base.contains(one)).collect();
        let back = base.iter().filter(|one| changed(&arm.text).iter().all(|other| other.path != one.path));
        let back: Vec<String> = back.map(|one| format!("`{}` has its default again.", one.path)).collect();
        let text = if own.is_empty() && !back.is_empty() { String::new() } else { keys(&own) };
        out.push_str(&format!("### Arm: {}\n\nAs the first arm, but for:\n\n{text}{}\n\n", arm.name, back.join(" ")));
    }
    if cell.arms.len() > 1 {
        out.push_str("All arms have the same clients and the same luck, so that they differ by what is named here alone.\n\n");
    }
    out.push_str(&factors(scenario));
    let design = scenario.design_in_words();
    let seen = if design.is_empty() { "All clients of all arms." } else { &design };
    out.push_str(&format!("### What a study sees\n\n{seen}\n"));
    out
}

/// Cells of the design.
fn factors(scenario: &Scenario) -> String {
    let words = scenario.sampling.words();
    let paths: Vec<&String> = scenario.cells[0].levels.iter().map(|(path, _)| path).collect();
    if paths.is_empty() {
        return String::new();
    }
    let row = |(at, path): (usize, &&String)| {
        let mut levels: Vec<&str> = Vec::new();
        for cell in &scenario.cells {
            let level = cell.levels[at].1.as_str();
            if !levels.contains(&level) {
                levels.push(level);
            }
        }
        const MOST: usize = 12;
        let more = if levels.len() > MOST { format!(" and {} more", levels.len() - MOST) } else { String::new() };
        vec![format!("`{path}`"), format!("{}{more}", levels.into_iter().take(MOST).collect::<Vec<_>>().join(", "))]
    };
    let rows: Vec<Vec<String>> = paths.iter().enumerate().map(row).collect();
    let how = if words.is_empty() { "Full factorial".to_owned() } else { words.join(". ") };
    format!("### Factors\n\n{how}: {} cells.\n\n{}\n", scenario.cells.len(), table(&["key", "values"], &rows))
}

/// What is true of a term, in words.
fn truth(of: &Truth) -> String {
    match of {
        Truth::Value(value) => format!("the number {value}"),
        Truth::Parameter(path) => format!("the value of the key `{path}` in the arm (in the first arm, for an analysis of all arms)"),
        Truth::Counterfactual(what) => format!(
            "the contrast of `{what}` between arms: its mean over all clients in the arm minus that of the same clients in the first arm, \
             with the same luck and all forms filled in, replicate by replicate"
        ),
        Truth::Means(what) => {
            format!("the order of groups by their means of `{what}` over all clients whom they treat, all forms filled in")
        }
        Truth::CounterfactualD(what) => {
            format!("the contrast of `{what}` between arms, as for all clients with the same luck, over the pooled standard deviation (d)")
        }
    }
}

fn estimands(scenario: &Scenario) -> String {
    let each = scenario.written.iter().zip(&scenario.analyses.list).flat_map(|(written, analysis)| {
        analysis.terms().into_iter().chain(analysis.ranked.as_ref().map(|_| "ranks".to_owned())).filter_map(|term| {
            let known = written.truth.get(&term)?;
            Some(vec![written.name.clone(), format!("`{term}`"), truth(known)])
        })
    });
    let rows: Vec<Vec<String>> = each.collect();
    let text = match rows.len() {
        0 => format!("No term has a stated truth: estimates are described, not judged. {OPEN} if that is not meant.\n"),
        _ => table(&["method", "term", "target: what is true"], &rows),
    };
    format!("## 4. Estimands and other targets\n\n{text}\nTargets of the study as a whole (such as testing a hypothesis): {OPEN}\n")
}

/// One method: what it does, with which settings, and what it gives.
fn method(written: &Estimator, analysis: &Analysis) -> String {
    let rows = if analysis.level == Level::Sessions { "sessions" } else { "clients" };
    let which = if written.r#where.is_empty() { format!("all {rows}") } else { format!("{rows} with `{}`", written.r#where) };
    let arms = if analysis.over_arms { "all arms together" } else { "each arm by itself" };
    let terms: Vec<String> = analysis.terms().iter().map(|term| format!("`{term}`")).collect();
    // A method is plain data, which can always be written.
    let settings = ron::to_string(&written.method).unwrap_or_default();
    let missing = written.missing.as_ref().and_then(|missing| ron::to_string(missing).ok());
    let missing = missing.map_or("complete cases".to_owned(), |missing| format!("missing outcomes by `{missing}`"));
    format!("### {}\n\n* What is done: `{settings}`\n* Rows: {which}, {missing}; {arms}\n* Gives: {}\n", written.name, terms.join(", "))
}

fn methods(scenario: &Scenario) -> String {
    let each: Vec<String> =
        scenario.written.iter().zip(&scenario.analyses.list).map(|(written, analysis)| method(written, analysis)).collect();
    let own = if each.is_empty() { format!("No method is named under `estimators`. {OPEN}\n") } else { each.join("\n") };
    format!(
        "## 5. Methods\n\n{own}\nMethods of other programs on the same data sets (`dyadsim estimate --with …`): {OPEN}\n\n\
         A method without an answer in a replicate (no convergence, too few rows) is a failure: it is counted, with its reason, and \
         has no part in the other measures; no data set is replaced. Fits at the boundary (such as a variance of 0) stay in, and are \
         counted. Methods are compared on the replicates in which both have an answer.\n"
    )
}

fn measures(replicates: u64) -> String {
    let n = replicates as f64;
    let share = |p: f64| format!("{:.2} percentage points at {:.0} %", 100.0 * (p * (1.0 - p) / n).sqrt(), 100.0 * p);
    let percent = |x: f64| format!("{:.1} %", 100.0 * x);
    let rows: Vec<Vec<String>> = [
        (
            "bias",
            "mean estimate minus truth",
            "√(variance of the estimates / n)",
            format!("{:.3} empirical standard errors", 1.0 / n.sqrt()),
        ),
        (
            "empirical standard error",
            "standard deviation of the estimates",
            "EmpSE / √(2 (n − 1))",
            format!("{} of it", percent(1.0 / (2.0 * (n - 1.0)).sqrt())),
        ),
        (
            "mean squared error",
            "mean of (estimate − truth)²",
            "√(variance of the squared errors / n)",
            format!("{} of it, for unbiased normal estimates", percent((2.0 / n).sqrt())),
        ),
        (
            "model standard error",
            "root mean square of the stated standard errors",
            "√(Var(V̂) / (4 n ModSE²))",
            "depends on how much the stated errors vary".into(),
        ),
        (
            "coverage",
            "share of 95 % intervals that hold the truth; also but for bias",
            "√(C (1 − C) / n)",
            format!("{}; {}", share(0.95), share(0.5)),
        ),
        (
            "rejection",
            "share of p ≤ .05: power, or type I error",
            "√(P (1 − P) / n)",
            format!("{}; {}; {}", share(0.05), share(0.8), share(0.5)),
        ),
        (
            "relative precision",
            "100 [(EmpSE of the reference / EmpSE)² − 1], %",
            "200 (EmpSE ratio)² √((1 − ρ²) / (n − 1))",
            format!("{:.1} points at ρ = .5 and equal precision", 200.0 * (0.75 / (n - 1.0)).sqrt()),
        ),
        ("failures, fits at the boundary", "share of replicates", "√(p (1 − p) / n)", share(0.05)),
    ]
    .map(|(name, what, mcse, here)| vec![name.into(), what.into(), mcse.into(), here])
    .to_vec();
    let mut out = format!(
        "## 6. Performance measures\n\nEvery measure is reported with its Monte Carlo standard error (MCSE; Morris, White and Crowther \
         2019, doi:10.1002/sim.8086), failures and fits at the boundary always. With n = {} replicates:\n\n{}",
        thousands(replicates),
        table(&["measure", "definition", "MCSE", "MCSE with this n"], &rows)
    );
    let needed = |points: f64| thousands((0.95 * 0.05 / (points / 100.0) / (points / 100.0)).ceil() as u64);
    // Writing to a text cannot fail.
    let _ = write!(
        out,
        "\nFor an MCSE of 0.5 percentage points, a coverage of 95 % needs {} replicates; for 1 point {}. Why this n: {OPEN}\n",
        needed(0.5),
        needed(1.0)
    );
    out
}

fn computing(loaded: &Loaded, file: &Path) -> String {
    let scenario = &loaded.scenario;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let settings: String = loaded.settings.iter().map(|setting| format!(" --set '{setting}'")).collect();
    format!(
        "## 7. Computing\n\n\
         * Program: dyadsim {}; seed {}; fingerprint of what is simulated: {}.\n\
         * Command: `dyadsim run {name}{settings}`. The same version, scenario and seed give the same results, bit for bit, on any \
         number of threads.\n\
         * Kept: what every method says in every replicate (table `estimates`, as far as `output.estimates` says), measures with MCSE \
         (`performance`), failures with their reasons (`fit_failures`), the scenario itself.\n\
         * Where code and results will be: {OPEN}\n\n\
         ## Scenario\n\n```ron\n{}\n```\n",
        env!("CARGO_PKG_VERSION"),
        scenario.seed,
        scenario.fingerprint(),
        loaded.text.trim_end()
    )
}
