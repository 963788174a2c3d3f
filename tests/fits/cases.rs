//! Data, fixed terms and random parts of every reference.

use super::Case;

const fn case(
    name: &'static str,
    data: &'static str,
    fixed: &'static [&'static str],
    random: &'static [(&'static str, &'static [&'static str])],
) -> Case {
    Case { name, data, fixed, random }
}

const GROWTH: &[&str] = &["1", "time", "tx", "time:tx"];
const THERAPIST: &[(&str, &[&str])] = &[("therapist", &["1"])];
const CLIENT: &[(&str, &[&str])] = &[("client", &["1"])];
const BOTH_SLOPES: &[(&str, &[&str])] = &[("client", &["1", "time"]), ("therapist", &["1", "time"])];

pub const CASES: &[Case] = &[
    case("d01_ml", "d01_2lvl_unbalanced_80x331", &["1", "x", "z"], THERAPIST),
    case("d01_null_reml", "d01_2lvl_unbalanced_80x331", &["1"], THERAPIST),
    case("d01_reml", "d01_2lvl_unbalanced_80x331", &["1", "x", "z"], THERAPIST),
    case("d01_slope_reml", "d01_2lvl_unbalanced_80x331", &["1", "x", "z"], &[("therapist", &["1", "x"])]),
    case("d02_null_reml", "d02_2lvl_balanced_50x20", &["1"], THERAPIST),
    case("d02_reml", "d02_2lvl_balanced_50x20", &["1", "x", "tx"], THERAPIST),
    case("d03_2lvl_reml", "d03_3lvl_50x20x15_slope", GROWTH, &[("client", &["1", "time"])]),
    case("d03_client_slope_reml", "d03_3lvl_50x20x15_slope", GROWTH, &[("client", &["1", "time"]), ("therapist", &["1"])]),
    case("d03_full_reml", "d03_3lvl_50x20x15_slope", GROWTH, &[("client", &["1", "time"]), ("therapist", &["1", "time"])]),
    case("d04_reml", "d04_2lvl_singular_zero_variance", &["1", "x"], THERAPIST),
    case("d06_reml", "d06_2lvl_strongly_unbalanced", &["1", "x", "z"], THERAPIST),
    case("d07_2lvl_reml", "d07_3lvl_dropout_mar", GROWTH, &[("client", &["1", "time"])]),
    case("d07_ri_reml", "d07_3lvl_dropout_mar", GROWTH, &[("client", &["1"]), ("therapist", &["1"])]),
    case("d07_reml", "d07_3lvl_dropout_mar", GROWTH, &[("client", &["1", "time"]), ("therapist", &["1", "time"])]),
    case("d09_baldwin_composite_reml", "d09_baldwin_within_between", &["1", "pre", "alliance"], THERAPIST),
    case("d09_baldwin_contextual_reml", "d09_baldwin_within_between", &["1", "pre", "alliance", "alliance_mean"], THERAPIST),
    case("d09_baldwin_mundlak_reml", "d09_baldwin_within_between", &["1", "pre", "alliance_dev", "alliance_mean"], THERAPIST),
    case(
        "d09_baldwin_within_slope_reml",
        "d09_baldwin_within_between",
        &["1", "pre", "alliance_dev", "alliance_mean"],
        &[("therapist", &["1", "alliance_dev"])],
    ),
    case("d11_reml", "d11_2lvl_slope_boundary_corr", &["1", "x"], &[("therapist", &["1", "x"])]),
    case("d11_uncorr_reml", "d11_2lvl_slope_boundary_corr", &["1", "x"], &[("therapist", &["1"]), ("therapist", &["x"])]),
    case(
        "d17_partially_nested_reml",
        "d17_partially_nested_dropout",
        &["1", "treatment", "time", "treatment:time"],
        &[("client", &["1", "time"]), ("therapist", &["treatment:time"])],
    ),
    // Made by tests/data/mixed/hard.py.
    case("hard_scales", "hard_scales", &["1", "far", "small", "near", "time"], CLIENT),
    case("hard_scales_slope", "hard_scales", &["1", "small", "time"], &[("client", &["1", "small"])]),
    case("hard_years", "hard_scales", &["1", "year"], &[("client", &["1", "year"])]),
    case("hard_single", "hard_single", &["1", "x"], THERAPIST),
    case("hard_single_ml", "hard_single", &["1", "x"], THERAPIST),
    case("hard_few", "hard_few", &["1", "x", "z"], THERAPIST),
    case("hard_dropout", "hard_dropout", GROWTH, BOTH_SLOPES),
    case("hard_dropout_ml", "hard_dropout", GROWTH, BOTH_SLOPES),
    case(
        "hard_dropout_apart",
        "hard_dropout",
        GROWTH,
        &[("client", &["1"]), ("client", &["time"]), ("therapist", &["1"]), ("therapist", &["time"])],
    ),
    case("hard_four", "hard_four", &["1", "x"], &[("client", &["1"]), ("therapist", &["1"]), ("clinic", &["1"])]),
    case("hard_curve", "hard_curve", &["1", "time", "square"], &[("client", &["1", "time", "square"])]),
    case("hard_factor", "hard_factor", &["1", "pre", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10"], THERAPIST),
    case("hard_arm", "hard_arm", GROWTH, &[("client", &["1", "time"]), ("therapist", &["tx", "time:tx"])]),
    case("hard_alike", "hard_alike", &["1", "x"], THERAPIST),
    case("hard_apart", "hard_apart", &["1", "x"], THERAPIST),
    case("hard_offset", "hard_offset", &["1", "x"], THERAPIST),
    case("hard_huge", "hard_huge", &["1", "x"], &[("therapist", &["1", "x"])]),
    case("hard_nothing", "hard_nothing", GROWTH, &[("client", &["1", "time"]), ("therapist", &["1"])]),
    case("hard_perfect", "hard_perfect", &["1", "time"], &[("client", &["1", "time"])]),
];
