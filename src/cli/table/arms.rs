//! The headline of few arms: a column each.

use super::design;
use super::numbers::{COUNT, EFFECT, Figures, MOST_DECIMALS, SCORE, Scale, figures, needed, value};
use crate::cli::colour::bold;
use crate::cli::layout::{Grid, Line, WIDTH, cut};
use crate::output::results::{CellResults, Results};
use crate::performance::Measured;

/// A row of the table: label with unit, scale, measure.
type Row = (&'static str, Scale, &'static str);

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

/// A column per arm; with two arms, one for their difference.
pub(super) fn side_by_side(results: &Results, cell: &CellResults, colour: bool) -> String {
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
    out.push_str(&design::side_by_side(results, cell, colour));
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
