//! The headline of a study as a table that fits 100 columns.

use super::colour::bold;
use super::layout::{Figure, Grid, Line, WIDTH, cut, length, thousands, wrap};
use super::{drivers, estimates};
use crate::output::results::{ArmResults, CellResults, Results};
use crate::performance::Measured;
use std::path::Path;

/// How a measure is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// As it is, at least so many decimals.
    Plain(usize),
    /// A share in per cent.
    Percent,
}

/// Where a figure comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Figures {
    /// The mean of an arm.
    Level(&'static str),
    /// The standard deviation over replicates: what one study scatters by.
    Scatter(&'static str),
    /// The paired difference to the comparison arm.
    Difference(&'static str),
    /// An odds ratio.
    Odds(&'static str),
    /// A number needed to treat.
    Needed(&'static str),
}

/// A row of the table: label with unit, scale, measure.
pub(super) type Row = (&'static str, Scale, &'static str);

pub(super) const SCORE: Scale = Scale::Plain(1);
pub(super) const COUNT: Scale = Scale::Plain(1);
pub(super) const EFFECT: Scale = Scale::Plain(2);

const OUTCOME: &[Row] = &[
    ("score at session 1", SCORE, "intake_score"),
    ("score after treatment, all clients", SCORE, "final_score"),
    ("change", SCORE, "change"),
    ("improvement in SDs at session 1", EFFECT, "pre_post_d"),
    ("recovered, %", Scale::Percent, "recovered"),
    ("improved, not recovered, %", Scale::Percent, "improved"),
    ("unchanged, %", Scale::Percent, "unchanged"),
    ("deteriorated, %", Scale::Percent, "deteriorated"),
];

const ENDINGS: &[Row] = &[
    ("dropout, %", Scale::Percent, "dropout"),
    ("planned, %", Scale::Percent, "planned"),
    ("outside reasons, %", Scale::Percent, "administrative"),
    ("session cap, %", Scale::Percent, "capped"),
    ("sessions, mean", COUNT, "sessions"),
    ("sessions, median", COUNT, "median_sessions"),
    ("sessions until improved, median", COUNT, "sessions_to_improvement"),
];

const ALLIANCE: &[Row] = &[
    ("r with outcome, early rating", EFFECT, "alliance_r_early"),
    ("the same, given score at session 1", EFFECT, "alliance_r_adjusted"),
    ("r with outcome, last rating", EFFECT, "alliance_r_last"),
    ("stayers minus dropouts, early, d", EFFECT, "alliance_dropout_d"),
];

const THERAPISTS: &[Row] = &[
    ("share of outcome variance (ICC), %", Scale::Percent, "therapist_icc"),
    ("worst minus best quarter, score", SCORE, "therapist_quartiles"),
];

const RUPTURES: &[Row] = &[
    ("ruptures per client", EFFECT, "ruptures"),
    ("sessions with one, observer, %", Scale::Percent, "ruptures_observer"),
    ("sessions with one, therapist, %", Scale::Percent, "ruptures_therapist"),
    ("sessions with one, client, %", Scale::Percent, "ruptures_client"),
    ("noticed by the therapist, %", Scale::Percent, "ruptures_noticed"),
    ("repaired, %", Scale::Percent, "ruptures_repaired"),
    ("r of repair with improvement", EFFECT, "repair_r"),
];

/// Shown when somebody beside the client rates alliance.
const RATERS: &[Row] = &[
    ("therapist: r with outcome, early", EFFECT, "alliance_r_therapist"),
    ("therapist: r with outcome, last", EFFECT, "alliance_r_therapist_last"),
    ("observer: r with outcome, early", EFFECT, "alliance_r_observer"),
    ("observer: r with outcome, last", EFFECT, "alliance_r_observer_last"),
    ("client with therapist, early, r", EFFECT, "raters_r"),
    ("client minus therapist, early, d", EFFECT, "raters_d"),
];

/// Shown when clients come in couples.
const COUPLES: &[Row] = &[("mean early rating, r with outcome", EFFECT, "couple_r"), ("early split, r with outcome", EFFECT, "split_r")];

/// Shown when forms after treatment are missing.
const OBSERVED: &[Row] =
    &[("filled in, %", Scale::Percent, "final_observed"), ("score of those who filled it in", SCORE, "final_score_observed")];

const NOT_ON_TRACK: &[Row] = &[
    ("ever not on track in this arm, %", Scale::Percent, "not_on_track"),
    ("not on track in first arm: final score", SCORE, "not_on_track_final"),
    ("  recovered or improved, %", Scale::Percent, "not_on_track_success"),
    ("  deteriorated, %", Scale::Percent, "not_on_track_deteriorated"),
    ("on track in first arm: final score", SCORE, "on_track_final"),
];

const CLINIC: &[Row] = &[
    ("clients referred, per clinic and week", COUNT, "referrals"),
    ("clients lost from the waiting list, %", Scale::Percent, "lost"),
    ("weeks waited, mean of those taken on", COUNT, "weeks_waited"),
    ("weeks waited, 90th percentile", COUNT, "weeks_waited_p90"),
    ("stepped up to the second service, %", Scale::Percent, "stepped_up"),
    ("weeks waited for the second service, mean", COUNT, "weeks_waited_second"),
    ("clients on the waiting list, per clinic", COUNT, "waiting_list"),
    ("places filled, %", Scale::Percent, "places_filled"),
    ("sessions wanted / sessions possible, %", Scale::Percent, "session_load"),
    ("sessions held, per therapist and week", COUNT, "sessions_per_week"),
    ("burnout of therapists (0 is none)", EFFECT, "burnout"),
    ("courses ended, per therapist and year", COUNT, "throughput"),
    ("recovered or improved, per therapist, year", COUNT, "helped_per_year"),
    ("recovered or improved, % of all referred", Scale::Percent, "success_of_referred"),
];

/// Differences that are listed apart when there is no column for them.
const DIFFERENCES: &[(&str, Scale, Figures)] = &[
    ("score after treatment", SCORE, Figures::Difference("final_score")),
    ("recovered or improved, % points", Scale::Percent, Figures::Difference("success")),
    ("deteriorated, % points", Scale::Percent, Figures::Difference("deteriorated")),
    ("dropout, % points", Scale::Percent, Figures::Difference("dropout")),
    ("sessions", COUNT, Figures::Difference("sessions")),
    ("ruptures repaired, % points", Scale::Percent, Figures::Difference("ruptures_repaired")),
];

const COMPARED: &[(&str, Scale, Figures)] = &[
    ("d in final score (positive: better)", EFFECT, Figures::Level("between_d")),
    ("recovered or improved: odds ratio", EFFECT, Figures::Odds("success")),
    ("recovered or improved: NNT", Scale::Plain(0), Figures::Needed("success")),
    ("deteriorated: odds ratio", EFFECT, Figures::Odds("deteriorated")),
    ("deteriorated: NNT (minus: one averted)", Scale::Plain(0), Figures::Needed("deteriorated")),
    ("dropout: odds ratio", EFFECT, Figures::Odds("dropout")),
    ("dropout: NNT (minus: one averted)", Scale::Plain(0), Figures::Needed("dropout")),
    ("clients helped noticeably, %", Scale::Percent, Figures::Level("helped")),
    ("clients harmed noticeably, %", Scale::Percent, Figures::Level("harmed")),
    ("SD of individual effects, score", SCORE, Figures::Level("effect_sd")),
];

const COMPARED_NOT_ON_TRACK: &[(&str, Scale, Figures)] =
    &[("d, clients not on track in the first arm", EFFECT, Figures::Level("between_d_not_on_track"))];

/// Columns of the layout with one line per cell and arm.
const COMPACT: &[(&str, Scale, Figures)] = &[
    ("score after treatment", SCORE, Figures::Level("final_score")),
    ("paired difference", SCORE, Figures::Difference("final_score")),
    ("recovered or improved, %", Scale::Percent, Figures::Level("success")),
    ("deteriorated, %", Scale::Percent, Figures::Level("deteriorated")),
    ("dropout, %", Scale::Percent, Figures::Level("dropout")),
];

const COMPACT_WAITING: &[(&str, Scale, Figures)] = &[
    ("weeks waited", SCORE, Figures::Level("weeks_waited")),
    ("lost, %", Scale::Percent, Figures::Level("lost")),
    ("places filled, %", Scale::Percent, Figures::Level("places_filled")),
    ("sessions wanted / possible, %", Scale::Percent, Figures::Level("session_load")),
];

const COMPACT_THROUGHPUT: &[(&str, Scale, Figures)] = &[
    ("courses ended", SCORE, Figures::Level("throughput")),
    ("recovered or improved", SCORE, Figures::Level("helped_per_year")),
    ("recovered or improved, % of referred", Scale::Percent, Figures::Level("success_of_referred")),
    ("burnout (0 is none)", EFFECT, Figures::Level("burnout")),
];

const COMPACT_ALLIANCE: &[(&str, Scale, Figures)] = &[
    ("r with outcome, early rating", EFFECT, Figures::Level("alliance_r_early")),
    ("r with outcome, last rating", EFFECT, Figures::Level("alliance_r_last")),
    ("therapist ICC, %", Scale::Percent, Figures::Level("therapist_icc")),
    ("ruptures repaired, %", Scale::Percent, Figures::Level("ruptures_repaired")),
    ("sessions, mean", COUNT, Figures::Level("sessions")),
];

const COMPACT_NOT_ON_TRACK: &[(&str, Scale, Figures)] = &[
    ("not on track, %", Scale::Percent, Figures::Level("not_on_track")),
    ("score after treatment", SCORE, Figures::Level("not_on_track_final")),
    ("d, same clients", EFFECT, Figures::Level("between_d_not_on_track")),
    ("recovered or improved, %", Scale::Percent, Figures::Level("not_on_track_success")),
    ("deteriorated, %", Scale::Percent, Figures::Level("not_on_track_deteriorated")),
];

/// Most arms that get a column each.
const MOST_COLUMNS: usize = 4;
/// Most lines of the compact layout.
const MOST_LINES: usize = 120;
/// Most failures that are listed.
const MOST_FAILURES: usize = 5;

/// The headline table with heading and footing. It depends on the results alone, so that a run and
/// its file show the same.
pub fn headline(results: &Results, file: Option<&Path>, colour: bool) -> String {
    let mut out = heading(results, colour);
    match results.cells.as_slice() {
        [cell] if cell.arms.len() <= MOST_COLUMNS => out.push_str(&arms_side_by_side(results, cell, colour)),
        cells if results.about.sampled => {
            let count = thousands(cells.len() as u64);
            out.push_str(&format!("The {count} cells are in the tables cells, arms and contrasts of the file, and in --json.\n"));
        }
        _ => out.push_str(&line_per_arm(results, colour)),
    }
    out.push_str(&estimates::tables(results, colour));
    out.push_str(&drivers::tables(results, colour));
    out.push_str(&failures(results));
    out.push_str(&footing(file));
    out
}

/// What the study's analyses find, with the heading of the study: for runs whose answer is the analyses.
pub fn estimators(results: &Results, colour: bool) -> String {
    format!("{}\n{}{}", heading(results, colour).trim_end(), estimates::tables(results, colour), failures(results))
}

fn heading(results: &Results, colour: bool) -> String {
    let about = &results.about;
    let mut out = format!("{}\n", bold(&cut(&about.title, WIDTH), colour));
    let question = wrap(&about.question, WIDTH);
    let size = format!("{}; seed {}", size(results), about.seed);
    let design = if about.design.is_empty() { String::new() } else { format!("Design: {}.", about.design) };
    let points = about.points.first().cloned().unwrap_or_default();
    let about = [size, points, design, progress(results)];
    for line in question.into_iter().chain(about.iter().flat_map(|text| wrap(text, WIDTH))) {
        out.push_str(&format!("{line}\n"));
    }
    out.push_str("Means over replicates ± Monte Carlo standard error (MCSE).\n\n");
    out
}

/// Replicates and people in words.
fn size(results: &Results) -> String {
    let about = &results.about;
    let arms = || results.cells.iter().flat_map(|cell| &cell.arms);
    let range = |i: usize| (arms().map(|arm| arm.size[i]).min().unwrap_or(0), arms().map(|arm| arm.size[i]).max().unwrap_or(0));
    let counted = |i: usize, one: &str| match range(i) {
        (1, 1) => format!("1 {one}"),
        (low, high) if low == high => format!("{} {one}s", thousands(low)),
        (low, high) => format!("{} to {} {one}s", thousands(low), thousands(high)),
    };
    let replicates = match (about.first, about.done) {
        (1, 1) => "1 replicate".into(),
        (first, 1) => format!("replicate {first} alone"),
        (_, done) => format!("{} replicates", thousands(done)),
    };
    let cells = if results.cells.len() > 1 { format!(", {} cells", thousands(results.cells.len() as u64)) } else { String::new() };
    let arms = if about.arms.len() > 1 { format!(", {} arms", about.arms.len()) } else { String::new() };
    format!("{replicates} of {} ({}, {}){cells}{arms}", counted(2, "client"), counted(1, "therapist"), counted(0, "clinic"))
}

/// Why there are fewer replicates than asked for, if so.
fn progress(results: &Results) -> String {
    let about = &results.about;
    let (done, asked) = (thousands(about.done), thousands(about.asked));
    let of = if about.until_of.is_empty() { "headline" } else { &about.until_of };
    match about.until_mcse {
        _ if about.interrupted => format!("INTERRUPTED after {done} of {asked} replicates: what is shown is complete as far as it goes."),
        Some(target) if about.reached_precision() => {
            format!("Precise enough after {done} of at most {asked} replicates: {of} MCSE {:.4}, target {target}.", results.precision())
        }
        Some(target) => {
            format!("NOT as precise as asked for: {of} MCSE {:.4} after {done} replicates, target {target}.", results.precision())
        }
        None => String::new(),
    }
}

/// A column per arm; with two arms, one for their difference.
fn arms_side_by_side(results: &Results, cell: &CellResults, colour: bool) -> String {
    let two = cell.arms.len() == 2;
    let mut grid = Grid { labels: vec![String::new()], figures: cell.arms.iter().map(|arm| arm.name.clone()).collect(), lines: Vec::new() };
    if two {
        grid.figures.push("paired difference".into());
    }
    for (name, rows) in groups(results, cell) {
        grid.lines.push(Line::Group(name));
        let shown = |row: &&Row| RATERS.iter().all(|rater| rater.2 != row.2) || cell.arms.iter().any(|arm| !arm.mean(row.2).value.is_nan());
        grid.lines.extend(rows.iter().filter(shown).map(|&(label, scale, measure)| {
            let values: Vec<Measured> = cell.arms.iter().map(|arm| arm.mean(measure)).collect();
            let mut shown = figures(&values, scale, MOST_DECIMALS);
            if two {
                let difference = value(&cell.arms[1], Figures::Difference(measure));
                shown.extend(figures(&[difference], scale, MOST_DECIMALS));
            }
            Line::Row(vec![format!("  {label}")], shown)
        }));
    }
    let mut out = grid.render(|name| bold(name, colour));
    if cell.arms.len() > 1 {
        out.push_str(&compared(results, cell, colour));
    }
    out.push_str(&super::design::side_by_side(results, cell, colour));
    out
}

fn groups(results: &Results, cell: &CellResults) -> Vec<(String, &'static [Row])> {
    let some = |measure: &str, is: fn(f64) -> bool| cell.arms.iter().any(|arm| is(arm.mean(measure).value));
    let [symptoms, alliance] = &results.about.instruments;
    let mut groups = vec![
        (format!("Outcome ({symptoms})"), OUTCOME),
        ("Endings".into(), ENDINGS),
        (format!("Alliance ({alliance}, rated by the client)"), ALLIANCE),
        ("Therapists".into(), THERAPISTS),
        ("Rupture and repair".into(), RUPTURES),
    ];
    if some("final_observed", |share| share < 1.0) {
        groups.insert(1, ("Form after treatment".into(), OBSERVED));
    }
    if RATERS.iter().any(|(_, _, measure)| some(measure, |value| !value.is_nan())) {
        groups.push(("Other raters of alliance".into(), RATERS));
    }
    if some(COUPLES[0].2, |value| !value.is_nan()) {
        groups.push(("Couples".into(), COUPLES));
    }
    if results.about.feedback {
        groups.push(("Not on track (red signal)".into(), NOT_ON_TRACK));
    }
    if results.about.open {
        groups.push(("Clinic (waiting list, caseload)".into(), CLINIC));
    }
    groups
}

/// Every arm against the first.
fn compared(results: &Results, cell: &CellResults, colour: bool) -> String {
    let others = &cell.arms[1..];
    let mut rows: Vec<&(&str, Scale, Figures)> = Vec::new();
    if others.len() > 1 {
        rows.extend(DIFFERENCES);
    }
    rows.extend(COMPARED);
    if results.about.feedback {
        rows.extend(COMPARED_NOT_ON_TRACK);
    }
    let mut grid = Grid { labels: vec![String::new()], figures: others.iter().map(|arm| arm.name.clone()).collect(), lines: Vec::new() };
    grid.lines.push(Line::Group(cut(&format!("Against {}: same clients, same luck", cell.arms[0].name), WIDTH)));
    for &&(label, scale, source) in &rows {
        let values: Vec<Measured> = others.iter().map(|arm| value(arm, source)).collect();
        let figures = if matches!(source, Figures::Needed(_)) {
            values.iter().map(|&m| needed(m)).collect()
        } else {
            figures(&values, scale, MOST_DECIMALS)
        };
        grid.lines.push(Line::Row(vec![format!("  {label}")], figures));
    }
    if others.len() == 1 {
        // The one column needs no heading: the group says what it holds.
        grid.figures = vec![String::new()];
    }
    format!("\n{}", grid.render(|name| bold(name, colour)))
}

/// One line per cell and arm.
fn line_per_arm(results: &Results, colour: bool) -> String {
    let mut out = compact(results, COMPACT, &format!("Outcome ({})", results.about.instruments[0]), colour);
    let seen = super::design::line_per_arm(results, colour);
    if seen.is_empty() {
        let name = format!("Alliance ({}, rated by the client), therapists, sessions", results.about.instruments[1]);
        out.push_str(&format!("\n{}", compact(results, COMPACT_ALLIANCE, &name, colour)));
    }
    if results.about.feedback {
        out.push_str(&format!("\n{}", compact(results, COMPACT_NOT_ON_TRACK, "Clients not on track (red signal)", colour)));
    }
    if results.about.open {
        out.push_str(&format!("\n{}", compact(results, COMPACT_WAITING, "Waiting and load", colour)));
        out.push_str(&format!("\n{}", compact(results, COMPACT_THROUGHPUT, "Throughput, per therapist and year, and burnout", colour)));
    }
    out.push_str(&seen);
    let lines: usize = results.cells.iter().map(|cell| cell.arms.len()).sum();
    if lines > MOST_LINES {
        out.push_str(&format!("… {} more lines: use --json, or the tables arms and contrasts of the file.\n", lines - MOST_LINES));
    }
    let keys: Vec<String> = results
        .about
        .factors
        .iter()
        .zip(short(&results.about.factors))
        .filter(|(path, name)| path != &name)
        .map(|(path, name)| format!("{name} = {path}"))
        .collect();
    let keys = if keys.is_empty() { String::new() } else { format!(" Varied: {}.", keys.join(", ")) };
    let base = results
        .about
        .arms
        .first()
        .filter(|_| results.about.arms.len() > 1)
        .map(|name| format!("Differences are against {name}, same clients, same luck."));
    for line in wrap(&format!("{}{keys}", base.unwrap_or_default()), WIDTH) {
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// A table with a line per cell and arm, with as many decimals as there is room for.
pub(super) fn compact(results: &Results, columns: &[(&str, Scale, Figures)], name: &str, colour: bool) -> String {
    let table = |decimals| compact_with(decimals, results, columns);
    let fits = |text: &String| text.lines().all(|line| length(line) <= WIDTH);
    let text = (1..=MOST_DECIMALS_COMPACT).rev().map(table).find(fits).unwrap_or_else(|| table(0));
    format!("{}\n{text}", bold(name, colour))
}

fn compact_with(decimals: usize, results: &Results, columns: &[(&str, Scale, Figures)]) -> String {
    let one_arm = results.about.arms.len() < 2;
    let columns: Vec<_> = columns.iter().filter(|column| !(one_arm && is_comparison(column.2))).collect();
    let mut labels = short(&results.about.factors);
    if !one_arm {
        labels.push("arm".into());
    }
    let mut grid = Grid { labels, figures: columns.iter().map(|column| column.0.into()).collect(), lines: Vec::new() };
    let lines = || results.cells.iter().flat_map(|cell| cell.arms.iter().enumerate().map(move |(a, arm)| (cell, a, arm))).take(MOST_LINES);
    let shown: Vec<Vec<Figure>> = columns
        .iter()
        .map(|column| figures(&lines().map(|(_, _, arm)| value(arm, column.2)).collect::<Vec<_>>(), column.1, decimals))
        .collect();
    for (row, (cell, a, arm)) in lines().enumerate() {
        let mut names: Vec<String> = cell.levels.iter().map(|level| if a == 0 { level.clone() } else { String::new() }).collect();
        if !one_arm {
            names.push(arm.name.clone());
        }
        grid.lines.push(Line::Row(names, shown.iter().map(|column| column[row].clone()).collect()));
    }
    grid.render(str::to_owned)
}

fn is_comparison(figures: Figures) -> bool {
    !matches!(figures, Figures::Level(name) | Figures::Scatter(name) if !crate::engine::totals::COMPARISONS.contains(&name))
}

/// The last name of each path in words, or the whole path where that is not clear.
fn short(paths: &[String]) -> Vec<String> {
    let last = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
    let clear = |name: &str| paths.iter().filter(|path| last(path) == name).count() == 1;
    paths
        .iter()
        .map(|path| Some(last(path)).filter(|name| clear(name)).map_or_else(|| path.clone(), |name| name.replace('_', " ")))
        .collect()
}

pub(super) fn value(arm: &ArmResults, source: Figures) -> Measured {
    let Some(contrast) = &arm.contrast else {
        return if is_comparison(source) { Measured::NONE } else { level(arm, source) };
    };
    match source {
        Figures::Level(_) | Figures::Scatter(_) => level(arm, source),
        Figures::Difference(name) => contrast.of(name),
        Figures::Odds(name) => contrast.ratio(name).0,
        Figures::Needed(name) => contrast.ratio(name).1,
    }
}

fn level(arm: &ArmResults, source: Figures) -> Measured {
    match source {
        Figures::Level(name) => arm.mean(name),
        Figures::Scatter(name) => arm.scatter(name),
        _ => Measured::NONE,
    }
}

/// Most decimals of a table with a column per arm.
pub(super) const MOST_DECIMALS: usize = 4;
/// Most decimals where there is less room.
const MOST_DECIMALS_COMPACT: usize = 3;
/// Most digits of a number with decimals.
const MOST_DIGITS: usize = 6;

/// Values that stand beside each other, with the same number of decimals: as many as show the first
/// digit of every error.
pub(super) fn figures(values: &[Measured], scale: Scale, most: usize) -> Vec<Figure> {
    let (factor, least) = match scale {
        Scale::Plain(least) => (1.0, least),
        Scale::Percent => (100.0, 1),
    };
    let errors = values.iter().map(|m| m.mcse * factor).filter(|mcse| *mcse > 0.0);
    let decimals = errors.map(|mcse| (-mcse.log10()).ceil().max(0.0) as usize).max().unwrap_or(0);
    let largest = values.iter().map(|m| (m.value * factor).abs()).filter(|x| x.is_finite()).fold(1.0, f64::max);
    let room = MOST_DIGITS.saturating_sub(1 + largest.log10() as usize);
    let decimals = decimals.max(least).min(most).min(room);
    values.iter().map(|m| figure(m.value * factor, m.mcse * factor, decimals)).collect()
}

fn figure(value: f64, mcse: f64, decimals: usize) -> Figure {
    let number = |x: f64| {
        let text = format!("{x:.decimals$}");
        // A difference that rounds to nothing has no sign.
        if text.starts_with('-') && text.chars().all(|c| "-0.".contains(c)) { text[1..].to_owned() } else { text }
    };
    match (value.is_nan(), mcse.is_nan()) {
        (true, _) => Figure { value: "–".into(), error: String::new() },
        (_, true) => Figure { value: number(value), error: String::new() },
        _ => Figure { value: number(value), error: number(mcse) },
    }
}

/// A number needed to treat says nothing when the difference may be none.
fn needed(measured: Measured) -> Figure {
    if measured.mcse > measured.value.abs() / 2.0 {
        return Figure { value: "unclear".into(), error: String::new() };
    }
    figure(measured.value, measured.mcse, usize::from(measured.mcse < 0.95))
}

/// Replicates that failed, and how to look at one.
fn failures(results: &Results) -> String {
    let all = &results.failures;
    let Some(first) = all.first() else {
        return String::new();
    };
    let mut out =
        format!("\n{} of {} replicates failed and are left out:\n", all.len(), thousands(results.about.done * results.cells.len() as u64));
    for failure in all.iter().take(MOST_FAILURES) {
        let cell = if results.cells.len() > 1 { format!("cell {}, ", failure.cell) } else { String::new() };
        out.push_str(&format!("{}\n", cut(&format!("  {cell}replicate {}: {}", failure.replicate, failure.reason), WIDTH)));
    }
    if all.len() > MOST_FAILURES {
        out.push_str(&format!("  … and {} more (table failures of the file)\n", all.len() - MOST_FAILURES));
    }
    out.push_str(&format!("Run one alone: dyadsim run SCENARIO --replicate {}\n", first.replicate));
    out
}

fn footing(file: Option<&Path>) -> String {
    let mut out = String::from("\nSimulated, not evidence: this shows what follows from the scenario's assumptions.\n");
    if let Some(file) = file {
        let name = file.display().to_string();
        out.push_str(&format!("Results: {name}\n"));
        if length(&name) <= 34 {
            out.push_str(&format!("  Python  pd.DataFrame({{k: v[:] for k, v in h5py.File(\"{name}\")[\"arms\"].items()}})\n"));
            out.push_str(&format!("  R       as.data.frame(rhdf5::h5read(\"{name}\", \"arms\"))\n"));
        } else {
            out.push_str("  Python  pd.DataFrame({k: v[:] for k, v in h5py.File(PATH)[\"arms\"].items()})\n");
            out.push_str("  R       as.data.frame(rhdf5::h5read(PATH, \"arms\"))\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::run::Failure;
    use crate::engine::summary::MEASURES;
    use crate::output::results::{About, AnalysisResults, Contrast, TermResults};

    fn about(names: &[&str]) -> About {
        About {
            title: "T".repeat(300),
            question: "why ".repeat(80),
            version: "0".into(),
            seed: u64::MAX,
            fingerprint: "f".into(),
            settings: Vec::new(),
            arms: names.iter().map(ToString::to_string).collect(),
            factors: vec!["clients.severity_mean".into(), "measures[\"symptoms\"].every".into()],
            points: Vec::new(),
            sampled: false,
            instruments: ["OQ-45".into(), "WAI-SR".into()],
            feedback: true,
            open: true,
            design: "trial, clients randomised 1:1 in blocks of 4 within clinics".into(),
            first: 1,
            asked: 1000,
            done: 1000,
            until_mcse: None,
            until_of: String::new(),
            interrupted: false,
        }
    }

    fn analyses(cells: usize, arms: usize) -> Vec<AnalysisResults> {
        let measured = Measured { value: -123.456_78, mcse: 0.000_12 };
        let term = |term: &str| TermResults {
            term: term.into(),
            n: 9,
            estimate: measured,
            empirical_se: measured,
            model_se: measured,
            rejection: measured,
            judged: None,
        };
        let one = |cell, arm| AnalysisResults {
            cell,
            name: "an analysis".into(),
            arm: Some(arm),
            fits: 10,
            failed: 1,
            boundary: 2,
            reasons: vec![("no rows are left to analyse".into(), 1)],
            terms: vec![term("mean(z(early) | therapist) with a name that does not end"), term("r")],
        };
        (1..=cells).flat_map(|cell| (0..arms).map(move |arm| one(cell, arm))).collect()
    }

    fn results(cells: usize, names: &[&str]) -> Results {
        let measured = Measured { value: -123.456_78, mcse: 0.000_12 };
        let contrast = Contrast { difference: vec![measured; MEASURES.len()], odds_ratio: [Measured::NONE; 3], needed: [measured; 3] };
        let arm = |(a, name): (usize, &&str)| ArmResults {
            name: (*name).into(),
            size: [4, 40, 1000],
            completed: 999,
            failed: 1,
            level: vec![measured; MEASURES.len()],
            weeks: Vec::new(),
            sessions: Vec::new(),
            spread: vec![measured; MEASURES.len()],
            contrast: (a > 0).then(|| contrast.clone()),
        };
        let cell = |_| CellResults {
            levels: vec!["70".into(), "a value that is far too long to show".into()],
            arms: names.iter().enumerate().map(arm).collect(),
        };
        Results {
            about: about(names),
            cells: (0..cells).map(cell).collect(),
            analyses: analyses(cells, names.len()),
            pairs: Vec::new(),
            drivers: Vec::new(),
            failures: Vec::new(),
        }
    }

    #[test]
    fn no_table_is_wider_than_a_page() {
        let long = "an arm with a name that goes on and on and on";
        for names in [&[long][..], &["a", long], &["a", long, "c"], &[long, "b", "c", "d"], &["a", "b", "c", "d", long]] {
            for cells in [1, 18, 90] {
                let text = headline(&results(cells, names), Some(Path::new("results.h5")), false);
                assert!(text.lines().all(|line| length(line) <= WIDTH), "{text}");
            }
        }
    }

    #[test]
    fn failed_replicates_are_listed_with_their_address() {
        let mut results = results(2, &["a", "b"]);
        results.failures = (7..17).map(|replicate| Failure { cell: 2, replicate, reason: "scores are not finite".into() }).collect();
        let text = failures(&results);
        for part in ["10 of 2,000 replicates failed", "cell 2, replicate 7: scores are not finite", "and 5 more", "--replicate 7"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn decimals_follow_the_largest_need_of_a_row() {
        let m = |value, mcse| Measured { value, mcse };
        let shown = figures(&[m(62.123, 0.043), m(-0.0001, 0.2), Measured::NONE, m(3.0, f64::NAN)], SCORE, 4);
        let texts: Vec<(&str, &str)> = shown.iter().map(|f| (f.value.as_str(), f.error.as_str())).collect();
        assert_eq!(texts, [("62.12", "0.04"), ("0.00", "0.20"), ("–", ""), ("3.00", "")]);
        assert_eq!(figures(&[m(0.5, 0.0)], Scale::Percent, 4)[0], Figure { value: "50.0".into(), error: "0.0".into() });
    }

    #[test]
    fn a_number_needed_that_could_be_anything_is_not_shown() {
        assert_eq!(needed(Measured { value: 300.0, mcse: 200.0 }).value, "unclear");
        assert_eq!(needed(Measured { value: -36.4, mcse: 1.2 }).value, "-36");
        assert_eq!(needed(Measured::NONE).value, "–");
    }
}
