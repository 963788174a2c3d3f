//! Which measures stand in the headline, in which order and under which label.

use super::cells::{COUNT, EFFECT, Figures, Row, SCORE, Scale};

pub(super) const OUTCOME: &[Row] = &[
    ("score at session 1", SCORE, "intake_score"),
    ("score after treatment, all clients", SCORE, "final_score"),
    ("change", SCORE, "change"),
    ("improvement in SDs at session 1", EFFECT, "pre_post_d"),
    ("recovered, %", Scale::Percent, "recovered"),
    ("improved, not recovered, %", Scale::Percent, "improved"),
    ("unchanged, %", Scale::Percent, "unchanged"),
    ("deteriorated, %", Scale::Percent, "deteriorated"),
];

pub(super) const ENDINGS: &[Row] = &[
    ("dropout, %", Scale::Percent, "dropout"),
    ("planned, %", Scale::Percent, "planned"),
    ("outside reasons, %", Scale::Percent, "administrative"),
    ("session cap, %", Scale::Percent, "capped"),
    ("sessions, mean", COUNT, "sessions"),
    ("sessions, median", COUNT, "median_sessions"),
    ("sessions until improved, median", COUNT, "sessions_to_improvement"),
];

pub(super) const ALLIANCE: &[Row] = &[
    ("r with outcome, early rating", EFFECT, "alliance_r_early"),
    ("the same, given score at session 1", EFFECT, "alliance_r_adjusted"),
    ("r with outcome, last rating", EFFECT, "alliance_r_last"),
    ("stayers minus dropouts, early, d", EFFECT, "alliance_dropout_d"),
];

pub(super) const THERAPISTS: &[Row] = &[
    ("share of outcome variance (ICC), %", Scale::Percent, "therapist_icc"),
    ("worst minus best quarter, score", SCORE, "therapist_quartiles"),
];

pub(super) const RUPTURES: &[Row] = &[
    ("ruptures per client", EFFECT, "ruptures"),
    ("sessions with one, observer, %", Scale::Percent, "ruptures_observer"),
    ("sessions with one, therapist, %", Scale::Percent, "ruptures_therapist"),
    ("sessions with one, client, %", Scale::Percent, "ruptures_client"),
    ("noticed by the therapist, %", Scale::Percent, "ruptures_noticed"),
    ("repaired, %", Scale::Percent, "ruptures_repaired"),
    ("r of repair with improvement", EFFECT, "repair_r"),
];

/// Shown when somebody beside the client rates alliance.
pub(super) const RATERS: &[Row] = &[
    ("therapist: r with outcome, early", EFFECT, "alliance_r_therapist"),
    ("therapist: r with outcome, last", EFFECT, "alliance_r_therapist_last"),
    ("observer: r with outcome, early", EFFECT, "alliance_r_observer"),
    ("observer: r with outcome, last", EFFECT, "alliance_r_observer_last"),
    ("client with therapist, early, r", EFFECT, "raters_r"),
    ("client minus therapist, early, d", EFFECT, "raters_d"),
];

/// Shown when clients come in couples.
pub(super) const COUPLES: &[Row] =
    &[("mean early rating, r with outcome", EFFECT, "couple_r"), ("early split, r with outcome", EFFECT, "split_r")];

/// Shown when forms after treatment are missing.
pub(super) const OBSERVED: &[Row] =
    &[("filled in, %", Scale::Percent, "final_observed"), ("score of those who filled it in", SCORE, "final_score_observed")];

pub(super) const NOT_ON_TRACK: &[Row] = &[
    ("ever not on track in this arm, %", Scale::Percent, "not_on_track"),
    ("not on track in first arm: final score", SCORE, "not_on_track_final"),
    ("  recovered or improved, %", Scale::Percent, "not_on_track_success"),
    ("  deteriorated, %", Scale::Percent, "not_on_track_deteriorated"),
    ("on track in first arm: final score", SCORE, "on_track_final"),
];

pub(super) const CLINIC: &[Row] = &[
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
pub(super) const DIFFERENCES: &[(&str, Scale, Figures)] = &[
    ("score after treatment", SCORE, Figures::Difference("final_score")),
    ("recovered or improved, % points", Scale::Percent, Figures::Difference("success")),
    ("deteriorated, % points", Scale::Percent, Figures::Difference("deteriorated")),
    ("dropout, % points", Scale::Percent, Figures::Difference("dropout")),
    ("sessions", COUNT, Figures::Difference("sessions")),
    ("ruptures repaired, % points", Scale::Percent, Figures::Difference("ruptures_repaired")),
];

pub(super) const COMPARED: &[(&str, Scale, Figures)] = &[
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

pub(super) const COMPARED_NOT_ON_TRACK: &[(&str, Scale, Figures)] =
    &[("d, clients not on track in the first arm", EFFECT, Figures::Level("between_d_not_on_track"))];

/// Columns of the layout with one line per cell and arm.
pub(super) const COMPACT: &[(&str, Scale, Figures)] = &[
    ("score after treatment", SCORE, Figures::Level("final_score")),
    ("paired difference", SCORE, Figures::Difference("final_score")),
    ("recovered or improved, %", Scale::Percent, Figures::Level("success")),
    ("deteriorated, %", Scale::Percent, Figures::Level("deteriorated")),
    ("dropout, %", Scale::Percent, Figures::Level("dropout")),
];

pub(super) const COMPACT_WAITING: &[(&str, Scale, Figures)] = &[
    ("weeks waited", SCORE, Figures::Level("weeks_waited")),
    ("lost, %", Scale::Percent, Figures::Level("lost")),
    ("places filled, %", Scale::Percent, Figures::Level("places_filled")),
    ("sessions wanted / possible, %", Scale::Percent, Figures::Level("session_load")),
];

pub(super) const COMPACT_THROUGHPUT: &[(&str, Scale, Figures)] = &[
    ("courses ended", SCORE, Figures::Level("throughput")),
    ("recovered or improved", SCORE, Figures::Level("helped_per_year")),
    ("recovered or improved, % of referred", Scale::Percent, Figures::Level("success_of_referred")),
    ("burnout (0 is none)", EFFECT, Figures::Level("burnout")),
];

pub(super) const COMPACT_ALLIANCE: &[(&str, Scale, Figures)] = &[
    ("r with outcome, early rating", EFFECT, Figures::Level("alliance_r_early")),
    ("r with outcome, last rating", EFFECT, Figures::Level("alliance_r_last")),
    ("therapist ICC, %", Scale::Percent, Figures::Level("therapist_icc")),
    ("ruptures repaired, %", Scale::Percent, Figures::Level("ruptures_repaired")),
    ("sessions, mean", COUNT, Figures::Level("sessions")),
];

pub(super) const COMPACT_NOT_ON_TRACK: &[(&str, Scale, Figures)] = &[
    ("not on track, %", Scale::Percent, Figures::Level("not_on_track")),
    ("score after treatment", SCORE, Figures::Level("not_on_track_final")),
    ("d, same clients", EFFECT, Figures::Level("between_d_not_on_track")),
    ("recovered or improved, %", Scale::Percent, Figures::Level("not_on_track_success")),
    ("deteriorated, %", Scale::Percent, Figures::Level("not_on_track_deteriorated")),
];
