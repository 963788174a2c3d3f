//! The report as a file: its ending says which kind.

use crate::cli::csv_table::cell;
use crate::cli::failure::Failure;
use crate::dataset::column::Table;
use crate::evidence::figure::forest;
use crate::evidence::gallery::Gallery;
use crate::evidence::report::Report;
use crate::evidence::table::{NAME, table};
use crate::figures::forest::draw;
use crate::output::study::NOTE;
use crate::output::text::TextFile;
use crate::output::writer::{ResultFile, WriteOptions};
use anyhow::anyhow;
use std::path::{Path, PathBuf};

/// A file that can be written once the report is there.
pub enum Keep {
    /// The table `evidence` in a result file.
    Hdf5(Box<ResultFile>),
    /// The same as comma-separated values, with ids and texts.
    Csv(TextFile),
    /// A forest of published and simulated numbers.
    Svg(TextFile),
    /// What `--json` prints.
    Json(TextFile),
}

impl Keep {
    /// Checks before a long run that the file can be written after it.
    ///
    /// # Errors
    /// An unknown ending, or a file that cannot be written.
    pub fn prepare(path: &Path, options: WriteOptions) -> Result<Self, Failure> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        Ok(match ending.as_str() {
            "h5" | "hdf5" => Self::Hdf5(Box::new(ResultFile::create(path, options)?)),
            "csv" => Self::Csv(TextFile::create(path, options)?),
            "json" => Self::Json(TextFile::create(path, options)?),
            "svg" => Self::Svg(TextFile::create(path, options)?),
            _ => {
                let what = "the ending of a file says what is written: .h5, .csv, .json or .svg";
                return Err(Failure::Input(anyhow!("cannot tell what to write to {}; {what}", path.display())));
            }
        })
    }

    /// Writes the report, and says where.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(self, report: &Report, gallery: &Gallery) -> Result<PathBuf, Failure> {
        Ok(match self {
            Self::Hdf5(file) => hdf5(*file, report, gallery)?,
            Self::Csv(file) => file.finish(&csv(report)?)?,
            Self::Svg(file) => file.finish(&format!("{}\n", draw(&forest(report))))?,
            Self::Json(file) => {
                let text = serde_json::to_string_pretty(&super::json::report(report)).map_err(|error| Failure::Input(error.into()))?;
                file.finish(&format!("{text}\n"))?
            }
        })
    }
}

fn hdf5(mut file: ResultFile, report: &Report, gallery: &Gallery) -> Result<PathBuf, Failure> {
    let texts =
        |get: fn(&crate::evidence::targets::Target) -> &String| report.rows.iter().map(|row| get(&row.target).clone()).collect::<Vec<_>>();
    file.attribute_text("note", NOTE);
    file.attribute_text("program", "dyadsim");
    file.attribute_text("version", env!("CARGO_PKG_VERSION"));
    file.attribute_texts("evidence_ids", &texts(|target| &target.id));
    file.attribute_texts("evidence_quantities", &texts(|target| &target.quantity));
    for list in &gallery.lists {
        file.text("targets", &list.name, &list.text)?;
    }
    let table = table(report);
    let id = file.table(NAME, table.specs())?;
    file.append(id, &table)?;
    Ok(file.finish()?.path)
}

/// The table with a first line of names; what is not defined is empty.
fn csv(report: &Report) -> Result<String, Failure> {
    let failed = |error: csv::Error| Failure::Io(error.into());
    let table = table(report);
    let mut out = csv::Writer::from_writer(Vec::new());
    let names = table.specs().iter().map(|spec| spec.name);
    out.write_record(["id"].into_iter().chain(names.skip(1)).chain(["quantity", "source", "doi", "miss"])).map_err(failed)?;
    for (at, row) in report.rows.iter().enumerate() {
        let values = table.specs().iter().zip(table.columns()).skip(1).map(|(spec, column)| cell(spec, &column, at));
        let target = &row.target;
        let texts = [&target.quantity, &target.source, &target.doi, &target.miss].map(Clone::clone);
        out.write_record([target.id.clone()].into_iter().chain(values).chain(texts)).map_err(failed)?;
    }
    let bytes = out.into_inner().map_err(|error| Failure::Io(anyhow!("{error}")))?;
    String::from_utf8(bytes).map_err(|error| Failure::Io(error.into()))
}
