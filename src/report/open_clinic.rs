//! Chapter 3 of open clinics: waiting list, caseload and burnout by week.

use super::parts::{Chapter, NINETY_FIVE, Part, sentence};
use super::source::Source;
use crate::dataset::text::listed;
use crate::figures::frame::Scale;
use crate::figures::lines::{Lines, Panel, Point, Series};
use crate::figures::sheet::{About, number};

/// Weeks as charts: name, column, title.
const CHARTS: [(&str, &str, &str); 4] = [
    ("waiting-list", "waiting", "The waiting list by week"),
    ("in-treatment", "in_treatment", "Clients in treatment by week"),
    ("load", "load", "Load of the therapists by week"),
    ("burnout", "burnout", "Burnout of the therapists by week"),
];

/// Means over clinics and replicates by week.
pub fn chapter(source: &Source) -> Chapter {
    let weeks = &source.timeline;
    // An empty waiting list is an answer; burnout that nobody has is no picture.
    let worth = |column: &str| !weeks.is_empty() && (column != "burnout" || weeks.numbers(column).iter().any(|x| *x > 0.0));
    let parts = CHARTS.iter().filter(|of| worth(of.1)).map(|of| Part::chart(of.0, chart(source, *of))).collect();
    Chapter { id: "weeks", title: "The clinic week by week", parts }
}

fn chart(source: &Source, (name, column, title): (&str, &str, &str)) -> Lines {
    let rows = &source.timeline;
    let (arm, week) = (rows.numbers("arm"), rows.numbers("week"));
    let (mean, mcse) = (rows.numbers(column), rows.numbers(&format!("{column}_mcse")));
    let line = |(a, name): (usize, &String)| Series {
        name: name.clone(),
        hue: a,
        points: (0..rows.len())
            .filter(|&row| arm[row] as usize == a + 1)
            .map(|row| Point::within(week[row], mean[row], NINETY_FIVE * mcse[row]))
            .collect(),
        ..Series::default()
    };
    let series: Vec<Series> = source.arms().iter().enumerate().map(line).collect();
    let last = |series: &Series| series.points.last().map_or(f64::NAN, |point| point.y);
    let told: Vec<String> = series.iter().map(|series| format!("{} in {}", number(last(series), 2), series.name)).collect();
    let meaning = sentence(&rows.meaning(column));
    Lines {
        about: About::new(
            name,
            title,
            &format!("In the last week: {}.{}", listed(&told), source.of_which_cell()),
            &format!("{meaning}, a line for each arm. Weeks up to 0 fill the clinic; the sample begins in week 1."),
        ),
        x: Scale::count("Week of the sample", None),
        y: Scale::free(&meaning),
        band: "95 % of Monte Carlo error".into(),
        levels: Vec::new(),
        panels: vec![Panel { heading: String::new(), series }],
    }
}
