//! The report on the screen: a row per quantity, a sentence per group, the score, and what does not fit.

use crate::cli::colour::bold;
use crate::cli::layout::{Figure, Grid, Line, WIDTH, thousands, wrap};
use crate::cli::table::{Scale, figures};
use crate::evidence::report::{Report, Row, Score};
use crate::evidence::verdict::{Verdict, difference, standard_error};
use crate::evidence::words;
use crate::performance::Measured;

/// Most decimals of a number.
const MOST_DECIMALS: usize = 4;

/// Room for ids, and for names of quantities.
const ID: usize = 13;
const QUANTITY: usize = 29;

/// The report.
pub fn report(report: &Report, colour: bool) -> String {
    let mut out = heading(report, colour);
    let groups = report.groups();
    let heading = |line: &str| if groups.iter().any(|(name, _)| *name == line) { bold(line, colour) } else { line.to_owned() };
    out.push_str(&grid(&groups).render(heading));
    out.push_str(&score(report.score()));
    out.push_str(&misses(report, colour));
    for failed in &report.failed {
        out.push_str(&format!("{}: {} replicates failed and are left out; {}\n", failed.study_file, failed.replicates, failed.reason));
    }
    out.push_str("\nSimulated, not evidence: the program's assumptions, compared with findings.\n");
    out
}

fn heading(report: &Report, colour: bool) -> String {
    let studies: std::collections::BTreeMap<&str, u64> = report.rows.iter().map(|row| (row.study_file.as_str(), row.asked)).collect();
    let total: u64 = studies.values().sum();
    let size = format!(
        "{} quantities from {} studies, {} replicates. ✓ agrees, ✗ misses, – shown only (the published number is too weak to judge by).",
        report.rows.len(),
        studies.len(),
        thousands(total)
    );
    let columns = "Published: ± standard error or [95 % interval], where printed. Simulated: mean over replicates ± Monte Carlo standard \
        error; standard deviation between simulated studies of the published size.";
    let lines: Vec<String> = wrap(&size, WIDTH).into_iter().chain(wrap(columns, WIDTH)).collect();
    format!("{}\n{}\n\n", bold("Published and simulated", colour), lines.join("\n"))
}

/// How numbers of a row are shown.
fn scale(row: &Row) -> Scale {
    match row.unit.as_str() {
        "share" => Scale::Percent,
        unit => Scale::Plain(if words::coarse(unit) { 1 } else { 2 }),
    }
}

/// All groups under one heading, so that their columns stand below each other.
fn grid(groups: &[(&str, Vec<&Row>)]) -> Grid {
    let heads = ["published", "simulated", "SD between studies"];
    let mut grid = Grid { labels: ["", "id", "quantity"].map(Into::into).into(), figures: heads.map(Into::into).into(), lines: Vec::new() };
    for (group, rows) in groups {
        grid.lines.push(Line::Group((*group).into()));
        for row in rows {
            grid.lines.extend(lines(row));
        }
        grid.lines.push(Line::Group(format!("{}\n", sentence(Score::of(rows.iter().copied()), rows))));
    }
    grid
}

/// A row, and below it what its quantity needs more room for.
fn lines(row: &Row) -> Vec<Line> {
    let (mean, spread) = simulated(row);
    let mut figures = vec![published(row), mean, Figure { error: String::new(), ..spread }];
    let (id, quantity) = (wrap(&row.target.id, ID), wrap(&words::quantity(row), QUANTITY));
    let line = |at: usize| {
        let sign = if at == 0 { row.verdict.sign() } else { "" };
        let part = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
        Line::Row(vec![sign.into(), part(&id), part(&quantity)], std::mem::replace(&mut figures, vec![Figure::default(); 3]))
    };
    (0..id.len().max(quantity.len())).map(line).collect()
}

/// Mean and spread.
fn simulated(row: &Row) -> (Figure, Figure) {
    let simulated = row.simulated;
    let one = |m: Measured| figures(&[m], scale(row), MOST_DECIMALS).pop().unwrap_or_default();
    // The error of the spread says how many decimals it deserves; two digits are enough to compare with.
    let spread = Measured { mcse: simulated.spread.value / 10.0, ..simulated.spread };
    (one(simulated.mean), one(spread))
}

/// A published number with its error, as one text: intervals beside it would tear the two apart.
fn published(row: &Row) -> Figure {
    Figure { value: words::published_shown(row), error: String::new() }
}

/// The verdict about a group in a sentence.
fn sentence(score: Score, rows: &[&Row]) -> String {
    let missing: Vec<&str> = rows.iter().filter(|row| row.verdict == Verdict::Misses).map(|row| row.target.id.as_str()).collect();
    let judged = match (score.agree, score.judged) {
        (_, 0) => "Nothing here is judged".into(),
        (1, 1) => "The one quantity that is judged agrees".into(),
        (agree, judged) if agree == judged => format!("All {judged} agree"),
        (0, judged) => format!("None of {judged} agrees"),
        (agree, judged) => format!("{agree} of {judged} agree; not {}", missing.join(", ")),
    };
    let shown = if score.shown > 0 { format!("; {} shown only", score.shown) } else { String::new() };
    wrap(&format!("{judged}{shown}."), WIDTH).join("\n")
}

fn score(score: Score) -> String {
    match score.percent() {
        Some(percent) => {
            format!("Of the quantities that are known best (confidence T), {} of {} agree = {percent:.0} %.\n", score.agree, score.judged)
        }
        None => "No quantity of confidence T was judged.\n".into(),
    }
}

fn misses(report: &Report, colour: bool) -> String {
    let rows: Vec<&Row> = report.misses().collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", bold("What does not fit", colour));
    for row in rows {
        let head = format!("{}: {}; {}", row.target.id, row.target.quantity, distance(row));
        let reason = match row.target.miss.as_str() {
            "" => "No reason is suspected yet.".to_owned(),
            miss => format!("Suspected reason: {miss}"),
        };
        let source = format!("{} ({})", row.study_file, row.target.source);
        for (text, indent) in [(head, "  "), (reason, "      "), (source, "      ")] {
            let lines = wrap(&text, WIDTH - indent.len());
            out.extend(lines.iter().map(|line| format!("{indent}{line}\n")));
        }
    }
    out
}

/// How far apart the two are, in the unit of the quantity and in standard errors.
fn distance(row: &Row) -> String {
    let simulated = row.simulated;
    let mean = simulated_text(row);
    let by = difference(&row.target.published, &simulated) * words::factor(&row.unit);
    let se = standard_error(&row.target.published, &simulated).hypot(simulated.mean.mcse) * words::factor(&row.unit);
    let apart = match (by.is_nan(), se.is_nan()) {
        (true, _) => String::new(),
        (_, true) => format!(", {} apart", shortened(by)),
        _ => format!(", {} apart = {:.1} standard errors", shortened(by), (by / se).abs()),
    };
    let part = match simulated.replicates < row.asked {
        true => format!(" (defined in {} of {} replicates)", simulated.replicates, row.asked),
        false => String::new(),
    };
    format!("published {}, simulated {mean}{apart}{part}", words::published_shown(row))
}

/// The simulated mean with its error, as one text.
fn simulated_text(row: &Row) -> String {
    match simulated(row).0 {
        Figure { value, error } if error.is_empty() => value,
        Figure { value, error } => format!("{value} ± {error}"),
    }
}

/// A difference with two digits that count.
fn shortened(x: f64) -> String {
    let decimals = if x == 0.0 { 0 } else { (1.0 - x.abs().log10().floor()).clamp(0.0, 4.0) as usize };
    format!("{x:+.decimals$}")
}
