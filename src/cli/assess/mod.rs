//! `dyadsim assess`: performance measures of estimates that were made elsewhere.

pub mod args;
mod collect;

use super::colour::colour_on_stdout;
use super::failure::{End, Failure};
use super::rows::{self, Column, Rows};
use super::table::estimates;
use super::terminal::{answer, answer_json};
use super::{csv_table, json};
use crate::dataset::column::Table;
use crate::engine::estimates::AnalysisTotals;
use crate::output::estimate_tables::{fit_failures, performance};
use crate::output::pair_table;
use crate::output::results::{AnalysisResults, PairResults, pairs};
use crate::output::text::TextFile;
use crate::output::writer::{ResultFile, WriteOptions};
use anyhow::{Context, anyhow};
use args::Assess;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a table of estimates comes to.
struct Assessed {
    analyses: Vec<AnalysisResults>,
    pairs: Vec<PairResults>,
    replicates: u64,
    ignored: Vec<String>,
}

/// Reads a table and judges it.
///
/// # Errors
/// Bad input, or a file that cannot be read or written.
pub fn run(args: &Assess) -> Result<End, Failure> {
    let messages = args.saving.messages();
    let truths = truths(&args.truths)?;
    let keep = args.out.as_deref().map(|path| Keep::prepare(path, args.saving.options())).transpose()?;
    let shown = args.file.display();
    let text = std::fs::read(&args.file).with_context(|| format!("cannot read {shown}")).map_err(Failure::Io)?;
    if text.starts_with(b"\x89HDF") {
        return Err(Failure::Input(anyhow!("{shown} is a result file; `dyadsim show {shown}` shows its measures")));
    }
    let table = rows::read(&text, &[Column::Replicate, Column::Estimate]).map_err(|what| Failure::Input(anyhow!("{shown}: {what}")))?;
    let found = assessed(table, &truths, args.replicates).map_err(|what| Failure::Input(anyhow!("{shown}: {what}")))?;
    if !found.ignored.is_empty() {
        messages.say(&format!("Columns that are not used: {}", found.ignored.join(", ")));
    }
    if let Some(path) = keep.map(|keep| keep.write(&found, &args.file)).transpose()? {
        messages.say(&format!("Wrote {}", path.display()));
    }
    if args.json {
        answer_json(&as_json(&found, &args.file))?;
    } else {
        answer(&estimates::of_elsewhere(&found.analyses, &found.pairs, found.replicates, colour_on_stdout()))?;
    }
    Ok(End::Done)
}

/// Truths of terms; the one without a name holds for all others.
fn truths(texts: &[String]) -> Result<BTreeMap<String, f64>, Failure> {
    let mut found = BTreeMap::new();
    for text in texts {
        let (term, number) = text.rsplit_once('=').unwrap_or(("", text));
        let number = number.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let number =
            number.ok_or_else(|| Failure::Input(anyhow!("--truth {text}: a number is needed, or TERM=NUMBER such as 'pre=0.5'")))?;
        found.insert(term.trim().to_owned(), number);
    }
    Ok(found)
}

fn assessed(table: Rows, truths: &BTreeMap<String, f64>, replicates: Option<u64>) -> Result<Assessed, String> {
    let ignored = table.ignored.clone();
    let (cells, replicates) = collect::collect(table, truths, replicates)?;
    let of = |one: fn(usize, &[AnalysisTotals]) -> Vec<AnalysisResults>| cells.iter().flat_map(|(cell, all)| one(*cell, all)).collect();
    Ok(Assessed {
        analyses: of(|cell, all| all.iter().map(|one| AnalysisResults::new(cell, one)).collect()),
        pairs: cells.iter().flat_map(|(cell, all)| pairs(*cell, all)).collect(),
        replicates,
        ignored,
    })
}

fn as_json(found: &Assessed, file: &Path) -> serde_json::Value {
    serde_json::json!({
        "program": "dyadsim",
        "version": env!("CARGO_PKG_VERSION"),
        "file": file.display().to_string(),
        "replicates": found.replicates,
        "ignored_columns": found.ignored,
        "estimators": found.analyses.iter().map(|one| json::analysis(one, &[])).collect::<Vec<_>>(),
        "estimator_pairs": found.pairs.iter().map(|one| json::pair(one, &[])).collect::<Vec<_>>(),
    })
}

/// A file that can be written once the measures are there.
enum Keep {
    Hdf5(Box<ResultFile>),
    Csv(TextFile),
    Json(TextFile),
}

impl Keep {
    fn prepare(path: &Path, options: WriteOptions) -> Result<Self, Failure> {
        match path.extension().unwrap_or_default().to_string_lossy().to_lowercase().as_str() {
            "h5" | "hdf5" => Ok(Self::Hdf5(Box::new(ResultFile::create(path, options)?))),
            "csv" => Ok(Self::Csv(TextFile::create(path, options)?)),
            "json" => Ok(Self::Json(TextFile::create(path, options)?)),
            _ => Err(Failure::Input(anyhow!("cannot tell what to write to {}; the ending says it: .h5, .csv or .json", path.display()))),
        }
    }

    fn write(self, found: &Assessed, of: &Path) -> Result<PathBuf, Failure> {
        let table = performance(&found.analyses);
        Ok(match self {
            Self::Csv(file) => file.finish(&(csv_table::head(&table) + &csv_table::rows(&table)))?,
            Self::Json(file) => {
                let text = serde_json::to_string_pretty(&as_json(found, of)).map_err(|error| Failure::Input(error.into()))?;
                file.finish(&format!("{text}\n"))?
            }
            Self::Hdf5(mut file) => {
                file.attribute_text("program", "dyadsim");
                file.attribute_text("version", env!("CARGO_PKG_VERSION"));
                file.attribute_text("estimates_file", &of.display().to_string());
                file.attribute_i64("replicates_asked", found.replicates.cast_signed());
                for table in [table, fit_failures(&found.analyses), pair_table::write(&found.pairs)] {
                    let id = file.table(table.name(), table.specs())?;
                    file.append(id, &table)?;
                }
                file.finish()?.path
            }
        })
    }
}
