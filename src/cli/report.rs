//! `dyadsim report` and `dyadsim plot`.

use super::args::{Plot, Report};
use super::browser;
use super::failure::{End, Failure};
use super::terminal::{answer, answer_json};
use crate::figures::sheet::Look;
use crate::output::text::TextFile;
use crate::report::picture::Kind;
use crate::report::source::Source;
use crate::report::{Chart, charts, page::page};
use anyhow::anyhow;
use std::path::{Path, PathBuf};

/// Writes the report on a result file.
///
/// # Errors
/// The file cannot be read, or the page not written.
pub fn report(args: &Report) -> Result<End, Failure> {
    let output =
        args.output.clone().unwrap_or_else(|| args.file.with_extension("html").file_name().map_or_else(PathBuf::new, PathBuf::from));
    let file = TextFile::create(&output, args.saving.options())?;
    let written = file.finish(&page(&Source::read(&args.file)?))?;
    let messages = args.saving.messages();
    if args.open {
        messages.say(&format!("Report: {}", written.display()));
        browser::open(&written, "open the page yourself", messages);
    } else {
        messages.say(&format!("Report: {} (open it in a browser, or use --open)", written.display()));
    }
    Ok(End::Done)
}

/// Draws one figure of a result file, or lists them.
///
/// # Errors
/// The file cannot be read, has no such figure, or the picture cannot be written.
pub fn plot(args: &Plot) -> Result<End, Failure> {
    let source = Source::read(&args.file)?;
    let charts = charts(&source);
    let Some(name) = &args.figure else {
        list(args, &source, &charts)?;
        return Ok(End::Done);
    };
    let chart = find(args, name, &source, &charts)?;
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.svg", chart.figure.about().id)));
    let kind = kind_of(&output)?;
    let file = TextFile::create(&output, args.saving.options())?;
    let look = Look { width: f64::from(args.width), heading: !args.bare, ..Look::PAPER };
    let bytes = kind.render(&chart.figure.draw(&look)).map_err(|error| Failure::Input(anyhow!("cannot draw {name}: {error}")))?;
    let written = file.finish(&bytes)?;
    let about = chart.figure.about();
    args.saving.messages().say(&format!("{}: {}\n{}", about.title, written.display(), about.sentence));
    Ok(End::Done)
}

fn kind_of(output: &Path) -> Result<Kind, Failure> {
    let ending = output.extension().unwrap_or_default().to_string_lossy();
    Kind::of_ending(&ending).ok_or_else(|| {
        let what = "the ending of a file says what is written: .svg, .png or .pdf";
        Failure::Input(anyhow!("cannot tell what to write to {}; {what}", output.display()))
    })
}

/// The arm of `--arm`: its number from 1, or its name.
fn arm(words: &str, source: &Source) -> Result<usize, Failure> {
    let arms = source.arms();
    let by_number = words.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|at| *at < arms.len());
    arms.iter().position(|name| name == words).or(by_number).ok_or_else(|| {
        let known: Vec<String> = arms.iter().enumerate().map(|(at, name)| format!("  {} {name}", at + 1)).collect();
        Failure::Input(anyhow!("there is no arm {words}; the arms are\n{}", known.join("\n")))
    })
}

fn find<'a>(args: &Plot, name: &str, source: &Source, charts: &'a [Chart]) -> Result<&'a Chart, Failure> {
    let wanted = args.arm.as_deref().map(|words| arm(words, source)).transpose()?;
    let known = |chart: &&Chart| chart.figure.about().id == name || chart.name == name;
    let mut mine: Vec<&Chart> = charts.iter().filter(known).collect();
    if mine.is_empty() {
        let nearest =
            charts.iter().map(|chart| chart.name).max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
        let help = nearest
            .filter(|near| strsim::jaro_winkler(near, name) > 0.8)
            .map_or_else(String::new, |near| format!("; did you mean {near}?"));
        let file = args.file.display();
        return Err(Failure::Input(anyhow!("{file} has no figure {name}{help}\n`dyadsim plot {file} --list` shows those that it has")));
    }
    if wanted.is_some() {
        mine.retain(|chart| chart.arm.is_none() || chart.arm == wanted);
    }
    mine.first().copied().ok_or_else(|| {
        let name_of = wanted.and_then(|at| source.arms().get(at)).cloned().unwrap_or_default();
        Failure::Input(anyhow!("there is no figure {name} of the arm {name_of}"))
    })
}

fn list(args: &Plot, source: &Source, charts: &[Chart]) -> Result<(), Failure> {
    if args.json {
        let one = |chart: &Chart| {
            let about = chart.figure.about();
            let arm = chart.arm.and_then(|at| source.arms().get(at));
            serde_json::json!({ "figure": chart.name, "id": about.id, "arm": arm, "title": about.title, "sentence": about.sentence,
                "description": about.description, "table": { "head": chart.figure.numbers().head, "rows": chart.figure.numbers().rows } })
        };
        return answer_json(&charts.iter().map(one).collect::<Vec<_>>());
    }
    let wide = charts.iter().map(|chart| chart.figure.about().id.len()).max().unwrap_or(0);
    let line = |chart: &Chart| format!("{:wide$}  {}\n", chart.figure.about().id, chart.figure.about().title);
    answer(&charts.iter().map(line).collect::<String>())
}
