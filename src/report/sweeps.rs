//! Chapter 8: how the answer moves with the swept keys.

use super::parts::{Chapter, NINETY_FIVE, Part, ends, measured};
use super::source::Source;
use crate::figures::bars::{Bar, Bars, Kind, Row};
use crate::figures::frame::Scale;
use crate::figures::heat::Heat;
use crate::figures::lines::{Lines, Panel, Point, Series};
use crate::figures::nested::{Factor, Nested, Steps};
use crate::figures::sheet::{About, number};
use crate::output::results::ArmResults;
use crate::performance::Measured;

/// What is shown over the cells: words, name among the charts, and the number of an arm.
struct Shown {
    name: &'static str,
    title: &'static str,
    unit: String,
    of: fn(&ArmResults) -> Measured,
    /// Arms that have it.
    from: usize,
}

/// Line for one factor, heat map for two, nested loops beyond.
pub fn chapter(source: &Source) -> Chapter {
    let results = &source.results;
    let mut parts = Vec::new();
    if results.cells.len() > 1 && !results.about.sampled {
        let unit = source.symptoms();
        let differs: fn(&ArmResults) -> Measured =
            |arm| arm.contrast.as_ref().map_or(Measured::NONE, |contrast| contrast.of("final_score"));
        let mut all = vec![Shown { name: "sweep", title: "Final score", unit: unit.clone(), of: |arm| arm.mean("final_score"), from: 0 }];
        if results.about.arms.len() > 1 {
            let title = "Difference in final score to the first arm";
            all.push(Shown { name: "sweep-difference", title, unit, of: differs, from: 1 });
        }
        all.push(Shown {
            name: "sweep-dropout",
            title: "Dropout",
            unit: "share of courses".into(),
            of: |arm| arm.mean("dropout"),
            from: 0,
        });
        for shown in &all {
            match results.about.factors.len() {
                1 => parts.push(one(source, shown)),
                2 => {
                    parts.extend((shown.from..results.about.arms.len()).map(|arm| Part::of_arm(shown.name, arm, heat(source, shown, arm))))
                }
                _ => parts.push(Part::chart(shown.name, nested(source, shown))),
            }
        }
    }
    Chapter { id: "sweeps", title: "What the answer depends on", parts }
}

fn value(source: &Source, shown: &Shown, cell: usize, arm: usize) -> Measured {
    source.results.cells[cell].arms.get(arm).map_or(Measured::NONE, shown.of)
}

/// The lowest and the highest value over all cells, of one arm or of all that have it.
fn extremes(source: &Source, shown: &Shown, arm: Option<usize>) -> [Measured; 2] {
    let mine = |at: usize| arm.map_or(at >= shown.from, |arm| arm == at);
    let arms = source.results.cells.iter().flat_map(|cell| cell.arms.iter().enumerate());
    let values: Vec<Measured> = arms.filter(|(at, _)| mine(*at)).map(|(_, own)| (shown.of)(own)).filter(|m| m.value.is_finite()).collect();
    let lowest = values.iter().min_by(|a, b| a.value.total_cmp(&b.value));
    let highest = values.iter().max_by(|a, b| a.value.total_cmp(&b.value));
    [lowest, highest].map(|found| found.copied().unwrap_or(Measured::NONE))
}

/// The range of a quantity over all cells, in words.
fn range(source: &Source, shown: &Shown, arm: Option<usize>) -> String {
    let [lowest, highest] = extremes(source, shown, arm);
    format!(
        "{} goes from {} to {} ({}) over {} cells.",
        shown.title,
        measured(lowest),
        measured(highest),
        shown.unit,
        source.results.cells.len()
    )
}

fn about(source: &Source, shown: &Shown, how: &str, arm: Option<usize>) -> About {
    let id = arm.map_or_else(|| shown.name.to_owned(), |arm| format!("{}-{}", shown.name, arm + 1));
    let of = arm.map_or_else(String::new, |arm| format!(": {}", source.arms()[arm]));
    About::new(&id, &format!("{}{of}", shown.title), &range(source, shown, arm), how)
}

fn one(source: &Source, shown: &Shown) -> Part {
    let results = &source.results;
    let factor = &results.about.factors[0];
    let numbers: Option<Vec<f64>> = results.cells.iter().map(|cell| cell.levels[0].replace('_', "").parse().ok()).collect();
    let arms = shown.from..results.about.arms.len();
    let Some(numbers) = numbers else {
        let bar = |cell: usize, arm: usize| {
            let m = value(source, shown, cell, arm);
            let [low, high] = ends(m);
            Bar { name: source.arms()[arm].clone(), hue: arm, value: m.value, low, high }
        };
        let row = |(cell, own): (usize, &crate::output::results::CellResults)| Row {
            name: own.levels[0].clone(),
            bars: arms.clone().map(|arm| bar(cell, arm)).collect(),
        };
        return Part::chart(
            shown.name,
            Bars {
                about: about(
                    source,
                    shown,
                    &format!("A mark for each value of {factor} and each arm, with 95 % of Monte Carlo error."),
                    None,
                ),
                x: Scale::free(&format!("{}, {}", shown.title, shown.unit)),
                interval: "95 % of Monte Carlo error".into(),
                kind: Kind::Stems,
                rows: results.cells.iter().enumerate().map(row).collect(),
                guide: None,
            },
        );
    };
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
    let line = |arm: usize| {
        let point = |&cell: &usize| {
            let m = value(source, shown, cell, arm);
            Point::within(numbers[cell], m.value, NINETY_FIVE * m.mcse)
        };
        Series { name: source.arms()[arm].clone(), hue: arm, points: order.iter().map(point).collect(), ..Series::default() }
    };
    Part::chart(
        shown.name,
        Lines {
            about: about(source, shown, &format!("A line for each arm over the values of {factor}, with 95 % of Monte Carlo error."), None),
            x: Scale::free(factor),
            y: Scale::free(&format!("{}, {}", shown.title, shown.unit)),
            band: "95 % of Monte Carlo error".into(),
            levels: Vec::new(),
            panels: vec![Panel { heading: String::new(), series: arms.map(line).collect() }],
        },
    )
}

/// Levels of a factor in the order of the cells.
fn levels(source: &Source, factor: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for cell in &source.results.cells {
        if !out.contains(&cell.levels[factor]) {
            out.push(cell.levels[factor].clone());
        }
    }
    out
}

fn heat(source: &Source, shown: &Shown, arm: usize) -> Heat {
    let (rows, columns) = (levels(source, 0), levels(source, 1));
    let find = |row: &String, column: &String| {
        let cell = source.results.cells.iter().position(|cell| cell.levels[0] == *row && cell.levels[1] == *column);
        cell.map_or(Measured::NONE, |cell| value(source, shown, cell, arm))
    };
    let grid: Vec<Vec<Measured>> = rows.iter().map(|row| columns.iter().map(|column| find(row, column)).collect()).collect();
    let keys = &source.results.about.factors;
    // The same colours for the same numbers in all arms.
    let [lowest, highest] = extremes(source, shown, None);
    let name = format!("{} ± Monte Carlo standard error, {}", shown.title, shown.unit);
    Heat {
        about: about(source, shown, "A field for each pair of values, the deeper the higher, with its number.", Some(arm)),
        value: Scale { ends: Some([lowest.value, highest.value]), ..Scale::free(&name) },
        factors: [keys[1].clone(), keys[0].clone()],
        values: grid.iter().map(|row| row.iter().map(|m| m.value).collect()).collect(),
        labels: Some(grid.iter().map(|row| row.iter().map(|m| measured(*m)).collect()).collect()),
        columns,
        rows,
    }
}

fn nested(source: &Source, shown: &Shown) -> Nested {
    let factors: Vec<Factor> = source
        .results
        .about
        .factors
        .iter()
        .enumerate()
        .map(|(at, name)| Factor { name: name.clone(), levels: levels(source, at) })
        .collect();
    let combinations: usize = factors.iter().map(|factor| factor.levels.len()).product();
    let place = |cell: &crate::output::results::CellResults| {
        factors
            .iter()
            .zip(&cell.levels)
            .fold(0, |at, (factor, level)| at * factor.levels.len() + factor.levels.iter().position(|known| known == level).unwrap_or(0))
    };
    let steps = |arm: usize| {
        let mut values = vec![f64::NAN; combinations];
        for (cell, own) in source.results.cells.iter().enumerate() {
            values[place(own)] = value(source, shown, cell, arm).value;
        }
        Steps { name: source.arms()[arm].clone(), hue: arm, values }
    };
    let mut about = about(source, shown, "A stepped line for each arm over all combinations; below, the value of each key.", None);
    let error = source.results.cells.iter().flat_map(|cell| &cell.arms).map(|arm| (shown.of)(arm).mcse).fold(f64::NAN, f64::max);
    about.sentence += &format!(" The largest Monte Carlo standard error is {}.", number(error, 2));
    Nested {
        about,
        y: Scale::free(&format!("{}, {}", shown.title, shown.unit)),
        lines: (shown.from..source.arms().len()).map(steps).collect(),
        factors,
    }
}
