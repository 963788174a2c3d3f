//! Chapter 8, of designs with many keys: which of them drive the answer.

use super::parts::{Chapter, NINETY_FIVE, Part};
use super::source::Source;
use crate::figures::bars::{Bar, Bars, Kind, Row};
use crate::figures::frame::Scale;
use crate::figures::sheet::{About, Numbers, number};
use crate::output::results::Driver;
use crate::performance::sensitivity::Statistic;

/// What is drawn, the first that a design has.
const DRAWN: [(Statistic, &str); 4] = [
    (Statistic::Total, "Share of the variance in which the key has a part"),
    (Statistic::MuStar, "Mean absolute elementary effect"),
    (Statistic::Srrc, "Standardised regression coefficient of ranks"),
    (Statistic::MainEffect, "Main effect"),
];
/// Most keys in a chart.
const KEYS: usize = 20;

/// Measures of sensitivity of the final score, of the last arm's difference where there are several arms.
pub fn chapter(source: &Source) -> Chapter {
    let drivers = &source.results.drivers;
    let mut parts = Vec::new();
    for (result, title) in [("final_score", "final score"), ("dropout", "dropout")] {
        for arm in 1..=source.arms().len() {
            let mine: Vec<&Driver> = drivers.iter().filter(|driver| driver.result == result && driver.arm == arm).collect();
            if let Some(figure) = chart(source, &mine, title, arm) {
                parts.push(Part::of_arm(if result == "dropout" { "drivers-dropout" } else { "drivers" }, arm - 1, figure));
            }
        }
    }
    if !drivers.is_empty() {
        parts.push(Part::More("All measures of sensitivity".into(), table(source)));
    }
    Chapter { id: "drivers", title: "Which assumptions drive the answer", parts }
}

fn of_what(source: &Source, title: &str, arm: usize) -> String {
    if arm == 1 {
        format!("{title} in {}", source.arms()[0])
    } else {
        format!("difference in {title}, {} minus {}", source.arms()[arm - 1], source.arms()[0])
    }
}

fn chart(source: &Source, drivers: &[&Driver], title: &str, arm: usize) -> Option<Bars> {
    let (statistic, words) =
        DRAWN.into_iter().find(|(statistic, _)| drivers.iter().any(|d| d.statistic == *statistic && d.value.is_finite()))?;
    let mut mine: Vec<&&Driver> = drivers.iter().filter(|driver| driver.statistic == statistic && driver.with.is_none()).collect();
    mine.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    let name = |driver: &Driver| match (&driver.factor, &driver.levels) {
        (Some(factor), Some([level, against])) => format!("{factor}: {level} against {against}"),
        (Some(factor), None) => factor.clone(),
        _ => "all keys".into(),
    };
    let row = |driver: &&&Driver| {
        let reach = NINETY_FIVE * driver.standard_error;
        let bar = Bar { name: String::new(), hue: 0, value: driver.value, low: driver.value - reach, high: driver.value + reach };
        Row { name: name(driver), bars: vec![bar] }
    };
    let what = of_what(source, title, arm);
    let first = mine.first()?;
    let unit = if statistic.has_unit() { format!(", {}", first.unit) } else { String::new() };
    let slug = if title == "dropout" { "drivers-dropout" } else { "drivers" };
    Some(Bars {
        about: About::new(
            &format!("{slug}-{arm}"),
            &format!("What drives the {what}"),
            &format!("{} moves it most: {} (standard error {}).", name(first), number(first.value, 3), number(first.standard_error, 3)),
            &format!("{words} of each swept key on the {what}, the largest on top, with 95 % intervals."),
        ),
        x: Scale::free(&format!("{words}{unit}")),
        interval: "95 % interval".into(),
        kind: Kind::Stems,
        rows: mine.iter().take(KEYS).map(row).collect(),
        guide: None,
    })
}

fn table(source: &Source) -> Numbers {
    let head = ["Result", "Statistic", "Key", "With", "Value", "Standard error", "of it from points", "of it from replicates", "Unit"];
    let row = |driver: &Driver| {
        let levels = driver.levels.as_ref().map_or_else(String::new, |[level, against]| format!(": {level} against {against}"));
        vec![
            of_what(source, &driver.result.replace('_', " "), driver.arm.clamp(1, source.arms().len())),
            driver.statistic.name().replace('_', " "),
            driver.factor.clone().unwrap_or_else(|| "all".into()) + &levels,
            driver.with.clone().unwrap_or_default(),
            number(driver.value, 3),
            number(driver.standard_error, 3),
            number(driver.points_se, 3),
            number(driver.mcse, 3),
            driver.unit.clone(),
        ]
    };
    Numbers { head: head.map(str::to_owned).to_vec(), rows: source.results.drivers.iter().map(row).collect() }
}
