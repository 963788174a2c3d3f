//! The headline of many cells or arms: a line each.

use super::compact::{MOST_LINES, compact, short};
use super::design;
use super::numbers::{COUNT, EFFECT, Figures, SCORE, Scale};
use crate::cli::layout::{WIDTH, wrap};
use crate::output::results::Results;

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

/// One line per cell and arm.
pub(super) fn line_per_arm(results: &Results, colour: bool) -> String {
    let mut out = compact(results, COMPACT, &format!("Outcome ({})", results.about.instruments[0]), colour);
    let seen = design::line_per_arm(results, colour);
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
