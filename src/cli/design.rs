//! The part of the headline about what one study would see and report, beside the truth.

use super::colour::bold;
use super::layout::{Grid, Line, WIDTH, cut};
use super::table::{COUNT, EFFECT, Figures, MOST_DECIMALS, SCORE, Scale, compact, figures, value};
use crate::output::results::{ArmResults, CellResults, Results};

/// Label, scale and source of a row or a column.
type Shown = (&'static str, Scale, Figures);

const SIZE: &[Shown] = &[
    ("clients seen", COUNT, Figures::Level("observed_clients")),
    ("therapists seen", COUNT, Figures::Level("observed_therapists")),
    ("clients per therapist", COUNT, Figures::Level("observed_clients_per_therapist")),
    ("score after treatment", SCORE, Figures::Level("observed_final_score")),
    ("  one study: SD", SCORE, Figures::Scatter("observed_final_score")),
    ("therapists' share of variance (ICC), %", Scale::Percent, Figures::Level("observed_icc")),
    ("  one study: SD", Scale::Percent, Figures::Scatter("observed_icc")),
];

const ALLIANCE: &[Shown] = &[
    ("r with outcome, early rating: total", EFFECT, Figures::Level("observed_r")),
    ("  one study: SD", EFFECT, Figures::Scatter("observed_r")),
    ("  between therapists' means", EFFECT, Figures::Level("observed_r_between")),
    ("  one study: SD", EFFECT, Figures::Scatter("observed_r_between")),
    ("  within therapists", EFFECT, Figures::Level("observed_r_within")),
    ("  one study: SD", EFFECT, Figures::Scatter("observed_r_within")),
];

const POOLED: &[Shown] = &[
    ("r, mean over studies", EFFECT, Figures::Level("pooled_r")),
    ("  one meta-analysis: SD", EFFECT, Figures::Scatter("pooled_r")),
    ("SD of true r (z) between studies", EFFECT, Figures::Level("pooled_tau")),
    ("  one meta-analysis: SD", EFFECT, Figures::Scatter("pooled_tau")),
];

const TRIAL: &[Shown] = &[
    ("truth: same clients in both arms, score", SCORE, Figures::Difference("final_score")),
    ("trial: unpaired difference, score", SCORE, Figures::Level("observed_difference")),
    ("  one trial: SD", SCORE, Figures::Scatter("observed_difference")),
    ("truth: d in final score", EFFECT, Figures::Level("between_d")),
    ("trial: d in final score", EFFECT, Figures::Level("observed_d")),
    ("  one trial: SD", EFFECT, Figures::Scatter("observed_d")),
];

const COMPACT_TRIAL: &[Shown] = &[
    ("clients seen", COUNT, Figures::Level("observed_clients")),
    ("true difference", SCORE, Figures::Difference("final_score")),
    ("trial: difference", SCORE, Figures::Level("observed_difference")),
    ("one trial: SD", SCORE, Figures::Scatter("observed_difference")),
];

const COMPACT_SAMPLE: &[Shown] = &[
    ("clients per therapist", COUNT, Figures::Level("observed_clients_per_therapist")),
    ("r total", EFFECT, Figures::Level("observed_r")),
    ("one study: SD", EFFECT, Figures::Scatter("observed_r")),
    ("within therapists", EFFECT, Figures::Level("observed_r_within")),
    ("one study: SD", EFFECT, Figures::Scatter("observed_r_within")),
];

const COMPACT_BETWEEN: &[Shown] = &[
    ("clients", COUNT, Figures::Level("observed_clients")),
    ("therapists", COUNT, Figures::Level("observed_therapists")),
    ("r between therapists", EFFECT, Figures::Level("observed_r_between")),
    ("one study: SD", EFFECT, Figures::Scatter("observed_r_between")),
];

const COMPACT_STUDIES: &[Shown] = &[
    ("clients", COUNT, Figures::Level("observed_clients")),
    ("r, mean over studies", EFFECT, Figures::Level("pooled_r")),
    ("one meta-analysis: SD", EFFECT, Figures::Scatter("pooled_r")),
    ("SD of true r (z)", EFFECT, Figures::Level("pooled_tau")),
];

/// A column per arm, and what a trial makes of the difference.
pub fn side_by_side(results: &Results, cell: &CellResults, colour: bool) -> String {
    if !reported(cell, "observed_clients") {
        return String::new();
    }
    let trial = reported(cell, "observed_difference");
    let mut rows = SIZE.to_vec();
    if !trial {
        rows.extend(ALLIANCE);
    }
    if reported(cell, "pooled_r") {
        rows.extend(POOLED);
    }
    let names = if results.about.arms.len() > 1 { results.about.arms.clone() } else { vec![String::new()] };
    let seen = grid("What one study sees", names, &rows, &cell.arms, colour);
    let others = &cell.arms[1.min(cell.arms.len())..];
    let names = if others.len() > 1 { results.about.arms[1..].to_vec() } else { vec![String::new()] };
    let heading = format!("What one trial says, against {}", cell.arms[0].name);
    let compared = if trial { grid(&heading, names, TRIAL, others, colour) } else { String::new() };
    format!("{seen}{compared}")
}

fn grid(heading: &str, names: Vec<String>, rows: &[Shown], arms: &[ArmResults], colour: bool) -> String {
    let mut grid = Grid { labels: vec![String::new()], figures: names, lines: vec![Line::Group(cut(heading, WIDTH))] };
    grid.lines.extend(rows.iter().map(|&(label, scale, source)| {
        let values: Vec<_> = arms.iter().map(|arm| value(arm, source)).collect();
        Line::Row(vec![format!("  {label}")], figures(&values, scale, MOST_DECIMALS))
    }));
    format!("\n{}", grid.render(|name| bold(name, colour)))
}

/// One line per cell and arm.
pub fn line_per_arm(results: &Results, colour: bool) -> String {
    let any = |name: &str| results.cells.iter().any(|cell| reported(cell, name));
    let sample = |cell: &CellResults| reported(cell, "observed_clients") && !reported(cell, "observed_difference");
    let tables = [
        (any("observed_difference"), COMPACT_TRIAL, "What one trial says (unpaired), beside the truth"),
        (any("pooled_r"), COMPACT_STUDIES, "Early alliance with outcome, studies taken together"),
        (results.cells.iter().any(sample), COMPACT_SAMPLE, "Early alliance with outcome in the sample"),
        (results.cells.iter().any(sample), COMPACT_BETWEEN, "The same between the means of therapists"),
    ];
    let shown = tables.into_iter().filter(|(wanted, ..)| *wanted);
    shown.map(|(_, columns, heading)| format!("\n{}", compact(results, columns, heading, colour))).collect()
}

fn reported(cell: &CellResults, measure: &str) -> bool {
    cell.arms.iter().any(|arm| !arm.mean(measure).value.is_nan())
}
