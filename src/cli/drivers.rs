//! Which assumptions drive the headline: a table per result, and a sentence.

use super::colour::bold;
use super::layout::{Grid, Line, WIDTH, cut, wrap};
use super::table::{SCORE, Scale, figures};
use crate::output::results::{Driver, Results};
use crate::performance::Measured;
use crate::performance::sensitivity::Statistic;

/// Results of which arms are printed; the file has all.
const PRINTED: [(&str, Scale, &str, bool); 2] =
    [("final_score", SCORE, "score after treatment", true), ("dropout", Scale::Percent, "dropout, %", false)];

/// Most decimals of effects, and of shares and coefficients.
const MOST_DECIMALS: usize = 3;
const MOST_DECIMALS_OF_SHARES: usize = 2;

/// Most keys of a table.
const MOST_LINES: usize = 30;

/// An effect of less than this share of the largest is "hardly at all".
const HARDLY: f64 = 0.1;

/// Sensitivity tables of a study; nothing where less than two keys vary.
pub fn tables(results: &Results, colour: bool) -> String {
    let keys: std::collections::BTreeSet<&String> = results.drivers.iter().filter_map(|driver| driver.factor.as_ref()).collect();
    if keys.len() < 2 {
        return String::new();
    }
    let mut out = String::new();
    for (result, scale, words, every_arm) in PRINTED {
        for (a, name) in (1..).zip(&results.about.arms).take(if every_arm { usize::MAX } else { 1 }) {
            let drivers: Vec<&Driver> = results.drivers.iter().filter(|driver| driver.result == result && driver.arm == a).collect();
            let what = match results.about.arms.len() {
                1 => words.to_owned(),
                _ if a == 1 => format!("{words}, {name}"),
                _ => format!("{words}, {name} against {}", results.about.arms[0]),
            };
            out.push_str(&format!("\n{}", one_table(&what, &drivers, scale, colour)));
        }
    }
    for line in wrap(&legend(results), WIDTH) {
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// What the columns mean, and what their errors cover.
fn legend(results: &Results) -> String {
    let has = |statistic| results.drivers.iter().any(|driver| driver.statistic == statistic);
    let meaning = match () {
        () if has(Statistic::MuStar) => {
            "Effects are changes over the whole range of a key; where σ is not small against μ*, the effect bends or depends on other keys."
        }
        () if has(Statistic::Src) => "Coefficients are standard deviations of the result per standard deviation of the key.",
        () if has(Statistic::MainEffect) => "Effects are differences between the means of all cells with one value and with the other.",
        () => "Shares of the variance over the design: alone, and with all interactions that the key has a part in.",
    };
    let errors = match results.about.sampled {
        true => "Standard errors cover the choice of points (bootstrap) and the luck of the replicates (jackknife).",
        false => "Standard errors cover the luck of the replicates (jackknife).",
    };
    format!("{meaning} {errors}")
}

/// A line of a table: what it is about, and the figures of its columns.
struct Row<'a> {
    labels: [String; 2],
    cells: Vec<Option<&'a Driver>>,
}

impl Row<'_> {
    /// How much it matters, with its error: the first column, whatever its sign.
    fn weight(&self) -> Measured {
        self.cells.first().copied().flatten().map_or(Measured::NONE, |d| Measured { value: d.value.abs(), mcse: d.standard_error })
    }
}

/// Columns of a design, the one that says how much a key matters first.
fn columns(drivers: &[&Driver]) -> &'static [(Statistic, &'static str)] {
    let has = |statistic| drivers.iter().any(|driver| driver.statistic == statistic);
    match () {
        () if has(Statistic::MuStar) => {
            &[(Statistic::MuStar, "mean absolute effect μ*"), (Statistic::Mu, "mean effect μ"), (Statistic::Sigma, "SD of effects σ")]
        }
        () if has(Statistic::Src) => &[(Statistic::Srrc, "regression of ranks"), (Statistic::Src, "standardised regression")],
        () if has(Statistic::MainEffect) && has(Statistic::Total) => &[
            (Statistic::Total, "share of variance, total"),
            (Statistic::FirstOrder, "share of variance, alone"),
            (Statistic::MainEffect, "main effect"),
        ],
        () if has(Statistic::MainEffect) => &[(Statistic::MainEffect, "effect")],
        () => &[(Statistic::Total, "share of variance, total"), (Statistic::FirstOrder, "share of variance, alone")],
    }
}

/// A row per key; in a fraction, also a row per interaction that can be told from the others.
fn rows<'a>(drivers: &[&'a Driver], columns: &[(Statistic, &str)]) -> Vec<Row<'a>> {
    let alone = columns.len() == 1;
    let mut keys: Vec<&String> = Vec::new();
    for key in drivers.iter().filter_map(|driver| driver.factor.as_ref()) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let main = |key: &&String| {
        // Of several values of a key, the last against the first.
        let of = |statistic| drivers.iter().rev().find(|d| d.statistic == statistic && d.factor.as_ref() == Some(key)).copied();
        let cells: Vec<Option<&Driver>> = columns.iter().map(|(statistic, _)| of(*statistic)).collect();
        let levels = cells.iter().flatten().find_map(|driver| driver.levels.as_ref());
        Row { labels: [(*key).clone(), levels.map_or_else(String::new, |[level, first]| format!("{level} against {first}"))], cells }
    };
    let interactions = drivers.iter().filter(|driver| alone && driver.statistic == Statistic::Interaction).map(|driver| Row {
        labels: [[driver.factor.clone(), driver.with.clone()].map(Option::unwrap_or_default).join(" × "), "interaction".into()],
        cells: vec![Some(*driver)],
    });
    let mut rows: Vec<Row> = keys.iter().map(main).chain(interactions).collect();
    rows.sort_by(|a, b| b.weight().value.total_cmp(&a.weight().value));
    rows
}

fn one_table(what: &str, drivers: &[&Driver], scale: Scale, colour: bool) -> String {
    let columns = columns(drivers);
    let rows = rows(drivers, columns);
    let with_levels = rows.iter().any(|row| !row.labels[1].is_empty());
    let labels = |labels: &[String; 2]| if with_levels { labels.to_vec() } else { vec![labels[0].clone()] };
    let mut grid = Grid {
        labels: labels(&["key".into(), "values".into()]),
        figures: columns.iter().map(|(_, head)| (*head).into()).collect(),
        lines: Vec::new(),
    };
    let shown: Vec<Vec<_>> = (0..columns.len())
        .map(|c| {
            let (scale, most) = if columns[c].0.has_unit() { (scale, MOST_DECIMALS) } else { (Scale::Plain(2), MOST_DECIMALS_OF_SHARES) };
            let values =
                rows.iter().map(|row| row.cells[c].map_or(Measured::NONE, |d| Measured { value: d.value, mcse: d.standard_error }));
            figures(&values.collect::<Vec<_>>(), scale, most)
        })
        .collect();
    for (r, row) in rows.iter().enumerate().take(MOST_LINES) {
        grid.lines.push(Line::Row(labels(&row.labels), shown.iter().map(|column| column[r].clone()).collect()));
    }
    let mut out = format!("{}\n{}", bold(&cut(&format!("What drives: {what}"), WIDTH), colour), grid.render(str::to_owned));
    if rows.len() > MOST_LINES {
        out.push_str(&format!("… {} more: table sensitivity of the file, or --json.\n", rows.len() - MOST_LINES));
    }
    for line in wrap(&format!("{} {}", sentence(&rows, columns[0].0), fit(drivers)), WIDTH) {
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// Which key matters most and which hardly at all, as far as the errors allow to say so.
fn sentence(rows: &[Row], statistic: Statistic) -> String {
    if rows.iter().all(|row| row.weight().mcse.is_nan()) && rows.iter().any(|row| row.weight().value > 0.0) {
        return "One replicate has no Monte Carlo standard error to judge by.".into();
    }
    let Some(top) = rows.first().map(Row::weight).filter(|top| top.value > 2.0 * top.mcse && top.value > 0.0) else {
        return "Nothing varied moves it beyond its error.".into();
    };
    let name = |row: &Row| row.labels[0].clone();
    let level = |row: &&Row| top.value - row.weight().value <= 2.0 * row.weight().mcse.hypot(top.mcse);
    let first: Vec<String> = rows.iter().take_while(level).map(name).collect();
    // Shares of variance are squares of effects.
    let share = if matches!(statistic, Statistic::Total) { HARDLY * HARDLY } else { HARDLY };
    let small = |row: &&Row| row.weight().value + 2.0 * row.weight().mcse < share * top.value;
    let last: Vec<String> = rows.iter().filter(small).map(name).collect();
    let most = match first.as_slice() {
        [one] => format!("{one} matters most"),
        _ => format!("{} matter most, and their errors overlap", listed(&first)),
    };
    let least = match last.len() {
        0 => "; none can be called unimportant.".into(),
        1 => format!("; {} hardly matters.", last[0]),
        _ => format!("; {} hardly matter.", listed(&last)),
    };
    format!("{most}{least}")
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// What a regression leaves unexplained.
fn fit(drivers: &[&Driver]) -> String {
    let of = |statistic| drivers.iter().find(|driver| driver.statistic == statistic);
    match (of(Statistic::RSquared), of(Statistic::RankRSquared)) {
        (Some(plain), Some(rank)) => {
            let errors = [plain, rank].map(|d| format!("{:.2} ± {:.2}", d.value, d.standard_error));
            format!("R² {}, of ranks {}: the rest is curvature, interaction and luck.", errors[0], errors[1])
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn driver(key: &str, statistic: Statistic, value: f64, error: f64) -> Driver {
        Driver {
            result: "final_score".into(),
            arm: 1,
            statistic,
            factor: Some(key.into()),
            with: None,
            levels: None,
            value,
            standard_error: error,
            points_se: error,
            mcse: 0.0,
            unit: "points".into(),
        }
    }

    fn said(weights: &[(&str, f64, f64)]) -> String {
        let all: Vec<Driver> = weights.iter().map(|&(key, value, error)| driver(key, Statistic::MuStar, value, error)).collect();
        let all: Vec<&Driver> = all.iter().collect();
        sentence(&rows(&all, columns(&all)), Statistic::MuStar)
    }

    #[test]
    fn the_sentence_says_no_more_than_the_errors_allow() {
        assert_eq!(said(&[("a", 0.1, 0.1), ("b", 5.0, 0.1), ("c", 0.05, 0.01)]), "b matters most; a and c hardly matter.");
        assert_eq!(said(&[("a", 0.1, 0.4), ("b", 5.0, 0.1)]), "b matters most; none can be called unimportant.");
        assert_eq!(
            said(&[("a", 4.8, 0.1), ("b", 5.0, 0.1)]),
            "b and a matter most, and their errors overlap; none can be called unimportant."
        );
        assert_eq!(said(&[("a", 0.1, 0.2), ("b", 0.2, 0.2)]), "Nothing varied moves it beyond its error.");
        assert_eq!(said(&[("a", 1.0, f64::NAN), ("b", 5.0, f64::NAN)]), "One replicate has no Monte Carlo standard error to judge by.");
        assert_eq!(said(&[("a", 0.0, 0.0), ("b", 0.0, 0.0)]), "Nothing varied moves it beyond its error.");
    }

    #[test]
    fn tables_fit_the_page_and_put_the_largest_first() {
        let long = "clients.a_key_with_a_name_that_goes_on_and_on_and_on_and_on_and_on";
        let mut all = vec![driver("b", Statistic::MuStar, 1.0, 0.1), driver(long, Statistic::MuStar, 123.456, 0.001)];
        all.extend([driver("b", Statistic::Mu, -1.0, 0.1), driver("b", Statistic::Sigma, 0.3, 0.1)]);
        let text = one_table("score", &all.iter().collect::<Vec<_>>(), SCORE, false);
        assert!(text.lines().all(|line| super::super::layout::length(line) <= WIDTH), "{text}");
        assert!(text.find("clients.a_key") < text.find("\nb "), "{text}");
    }
}
