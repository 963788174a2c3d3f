//! The report as a forest of published and simulated numbers.

use super::report::{Report, Row};
use super::targets::{Direction, Published};
use super::words::{coarse, factor, mean, published_shown, unit_shown};
use crate::figures::forest::{self, Forest, Panel};
use crate::performance::Measured;

/// Standard errors on each side of a 95 % interval.
const NINETY_FIVE: f64 = 1.96;

/// A panel per group and unit, in the order of the report.
pub fn forest(report: &Report) -> Forest {
    let mut panels: Vec<Panel> = Vec::new();
    for (group, rows) in report.groups() {
        let first = panels.len();
        for row in rows {
            let unit = unit_shown(&row.unit);
            let at = (first..panels.len()).find(|&at| panels[at].unit == unit).unwrap_or_else(|| {
                // Odds ratios of one mean nothing; so do other effects of zero, but not shares and counts.
                let none = if row.unit == "odds ratio" { 1.0 } else { 0.0 };
                let nothing = (!coarse(&row.unit)).then_some(none);
                panels.push(Panel { heading: group.into(), unit: unit.into(), nothing, rows: Vec::new() });
                panels.len() - 1
            });
            panels[at].rows.push(one(row));
        }
    }
    let score = report.score();
    let description = format!(
        "{} quantities in {} panels, each published number above the simulated one. Of those known best, {} of {} agree.",
        report.rows.len(),
        panels.len(),
        score.agree,
        score.judged
    );
    Forest { id: "evidence".into(), title: "Published and simulated".into(), description, panels }
}

fn one(row: &Row) -> forest::Row {
    let by = factor(&row.unit);
    let number = |x: f64, low: f64, high: f64| forest::Published::Number(x * by, low * by, high * by);
    let shown = match row.target.published {
        Published::Value { x, se } => {
            let reach = se.map_or(f64::NAN, |se| NINETY_FIVE * se);
            number(x, x - reach, x + reach)
        }
        Published::Interval { x, low, high } => number(x, low, high),
        Published::Range { low, high } => forest::Published::Range(low * by, high * by),
        Published::Sign(direction) => forest::Published::Sign(direction == Direction::Positive),
    };
    let scaled = |m: Measured| Measured { value: m.value * by, mcse: m.mcse * by };
    forest::Row {
        sign: row.verdict.sign().into(),
        id: row.target.id.clone(),
        label: row.target.quantity.clone(),
        published: shown,
        published_text: published_shown(row),
        simulated: (scaled(row.simulated.mean), row.simulated.spread.value * by),
        simulated_text: mean(row),
    }
}
