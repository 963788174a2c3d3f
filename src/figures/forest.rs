//! Published numbers with their intervals against simulated ones, a row each; panels share a unit and an axis.

use super::axis::Axis;
use super::style::{line, picture, places, text, with_tip};
use crate::dataset::text::wrap;
use crate::performance::Measured;
use svg::Document;
use svg::node::element::{Circle, Group, Polygon};

/// The picture.
#[derive(Clone, Debug, Default)]
pub struct Forest {
    /// Name of the picture among others on a page: letters, digits, hyphens.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it shows, for those who cannot see it.
    pub description: String,
    /// Panels, from above.
    pub panels: Vec<Panel>,
}

/// Rows with one unit.
#[derive(Clone, Debug, Default)]
pub struct Panel {
    /// Heading.
    pub heading: String,
    /// Unit on the axis.
    pub unit: String,
    /// Value that means "nothing", if there is one: the axis reaches it. Signs are about 0 where there is none.
    pub nothing: Option<f64>,
    /// Rows, from above.
    pub rows: Vec<Row>,
}

/// A quantity.
#[derive(Clone, Debug)]
pub struct Row {
    /// Sign of the verdict.
    pub sign: String,
    /// Name.
    pub id: String,
    /// What it is.
    pub label: String,
    /// As published.
    pub published: Published,
    /// Published, in figures.
    pub published_text: String,
    /// As simulated: mean with its error, and the standard deviation between studies.
    pub simulated: (Measured, f64),
    /// Simulated, in figures.
    pub simulated_text: String,
}

/// What was published.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Published {
    /// A number, and the ends of its interval (NaN without one).
    Number(f64, f64, f64),
    /// Ends without a number.
    Range(f64, f64),
    /// A sign: above (true) or below the line of nothing.
    Sign(bool),
}

const WIDTH: f64 = 960.0;
/// Ends of the axis.
const PLOT: (f64, f64) = (392.0, 740.0);
/// Where names with their labels, and figures start.
const LABELS: f64 = 34.0;
const FIGURES: f64 = 756.0;
/// Characters of a label on a line.
const LABEL: usize = 52;
/// Height of a line of a label.
const LEADING: f64 = 15.0;
/// Height of a row with one line of label below its name.
const ROW: f64 = 40.0;
/// Above the first row of a panel, and below its last one.
const HEAD: f64 = 34.0;
const FOOT: f64 = 40.0;
/// Panels with more rows have the labels of the axis above them too.
const LONG: usize = 8;
/// Above the first panel, and below the last.
const TOP: f64 = 76.0;
const BOTTOM: f64 = 34.0;
/// Standard errors on each side of a 95 % interval.
const NINETY_FIVE: f64 = 1.96;

/// Draws the picture.
pub fn draw(forest: &Forest) -> Document {
    let height = TOP + BOTTOM + forest.panels.iter().map(panel_height).sum::<f64>();
    let mut out = picture(&forest.id, &forest.title, &forest.description, (WIDTH, height));
    out = out.add(text(&forest.title, 16.0, 28.0, "ink heading")).add(legend());
    let mut y = TOP;
    for panel in &forest.panels {
        out = out.add(one_panel(panel, y));
        y += panel_height(panel);
    }
    out
}

fn row_height(row: &Row) -> f64 {
    ROW.max((1 + wrap(&row.label, LABEL).len()) as f64 * LEADING + 8.0)
}

fn panel_height(panel: &Panel) -> f64 {
    HEAD + FOOT + panel.rows.iter().map(row_height).sum::<f64>()
}

/// What the marks are, each beside its word.
fn legend() -> Group {
    let y = 52.0;
    let group =
        published_mark(Group::new(), (17.0, 51.0, 34.0), y - 4.0).add(text("published, with 95 % interval where known", 58.0, y, "ink"));
    let x = 346.0;
    group
        .add(line((x, y - 4.0), (x + 44.0, y - 4.0), "second thin faint"))
        .add(line((x + 14.0, y - 4.0), (x + 30.0, y - 4.0), "second thick"))
        .add(disc(x + 22.0, y - 4.0))
        .add(text("simulated, with 95 % of Monte Carlo error (thick) and of single studies of that size (thin)", x + 52.0, y, "ink"))
}

fn one_panel(panel: &Panel, top: f64) -> Group {
    let axis = Axis::over(panel.rows.iter().flat_map(|row| extent(row, panel.nothing)).chain(panel.nothing), 5, PLOT);
    let nothing = panel.nothing.unwrap_or(0.0);
    let bottom = top + panel_height(panel) - FOOT;
    let mut out = Group::new()
        .add(line((16.0, top), (WIDTH - 16.0, top), "rule"))
        .add(text(&panel.heading, 16.0, top + 20.0, "ink strong"))
        .add(text(&panel.unit, PLOT.1, bottom + 30.0, "quiet small end"));
    for &tick in &axis.ticks {
        let x = axis.place(tick);
        out = out.add(line((x, top + HEAD), (x, bottom), "grid")).add(text(&axis.label(tick), x, bottom + 15.0, "quiet small middle"));
        if panel.rows.len() > LONG {
            out = out.add(text(&axis.label(tick), x, top + HEAD - 6.0, "quiet small middle"));
        }
    }
    if (axis.low..=axis.high).contains(&nothing) {
        let x = axis.place(nothing);
        out = out.add(line((x, top + HEAD), (x, bottom), "zero"));
    }
    let mut y = top + HEAD;
    for row in &panel.rows {
        out = out.add(one_row(row, &axis, nothing, y));
        y += row_height(row);
    }
    out
}

/// Values that the axis must reach.
fn extent(row: &Row, nothing: Option<f64>) -> Vec<f64> {
    let published = match row.published {
        Published::Number(x, low, high) => vec![x, low, high],
        Published::Range(low, high) => vec![low, high],
        Published::Sign(_) => vec![nothing.unwrap_or(0.0)],
    };
    let (mean, sd) = row.simulated;
    let reach = if sd.is_finite() { NINETY_FIVE * sd } else { 0.0 };
    published.into_iter().chain([mean.value - reach, mean.value + reach]).collect()
}

fn one_row(row: &Row, axis: &Axis, nothing: f64, top: f64) -> Group {
    let middle = top + row_height(row) / 2.0;
    let label = wrap(&row.label, LABEL);
    let first = middle + 4.0 - label.len() as f64 * LEADING / 2.0;
    let tip = format!("{} {}: published {}, simulated {}", row.id, row.label, row.published_text, row.simulated_text);
    let mut out = with_tip(&tip)
        .add(text(&row.sign, 16.0, first, "ink strong"))
        .add(text(&row.id, LABELS, first, "ink strong"))
        .add(text(&format!("◆ {}", row.published_text), FIGURES, middle - 4.0, "ink small"))
        .add(text(&format!("● {}", row.simulated_text), FIGURES, middle + 12.0, "ink small"));
    for (at, words) in (1..).zip(&label) {
        out = out.add(text(words, LABELS, first + f64::from(at) * LEADING, "ink"));
    }
    simulated(published(out, row.published, axis, nothing, middle - 7.0), row.simulated, axis, middle + 8.0)
}

fn published(out: Group, published: Published, axis: &Axis, nothing: f64, y: f64) -> Group {
    match published {
        Published::Number(x, low, high) if low.is_finite() && high.is_finite() => {
            published_mark(out, (axis.place(low), axis.place(high), axis.place(x)), y)
        }
        Published::Number(x, ..) => out.add(diamond(axis.place(x), y)),
        Published::Range(low, high) => {
            let (low, high) = (axis.place(low), axis.place(high));
            let end = |x: f64| line((x, y - 5.0), (x, y + 5.0), "first thin");
            out.add(line((low, y), (high, y), "first thin")).add(end(low)).add(end(high))
        }
        Published::Sign(above) => {
            let (from, to) = (axis.place(nothing), if above { PLOT.1 } else { PLOT.0 });
            let back = if above { -8.0 } else { 8.0 };
            out.add(line((from, y), (to, y), "first thin")).add(line((to + back, y - 4.0), (to, y), "first thin")).add(line(
                (to + back, y + 4.0),
                (to, y),
                "first thin",
            ))
        }
    }
}

/// A diamond with its interval.
fn published_mark(out: Group, (low, high, x): (f64, f64, f64), y: f64) -> Group {
    out.add(line((low, y), (high, y), "first thin")).add(diamond(x, y))
}

fn diamond(x: f64, y: f64) -> Polygon {
    let corner = |dx: f64, dy: f64| format!("{},{}", places(x + dx), places(y + dy));
    let corners = [corner(-5.5, 0.0), corner(0.0, -5.5), corner(5.5, 0.0), corner(0.0, 5.5)];
    Polygon::new().set("class", "first").set("points", corners.join(" "))
}

fn disc(x: f64, y: f64) -> Circle {
    Circle::new().set("class", "second").set("cx", places(x)).set("cy", places(y)).set("r", 4.2)
}

fn simulated(mut out: Group, (mean, sd): (Measured, f64), axis: &Axis, y: f64) -> Group {
    if !mean.value.is_finite() {
        return out;
    }
    for (error, class) in [(sd, "second thin faint"), (mean.mcse, "second thick")] {
        if error.is_finite() {
            let ends = [-1.0, 1.0].map(|side| axis.place(mean.value + side * NINETY_FIVE * error));
            out = out.add(line((ends[0], y), (ends[1], y), class));
        }
    }
    out.add(disc(axis.place(mean.value), y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(published: Published) -> Row {
        Row {
            sign: "✓".into(),
            id: "A<1".into(),
            label: "alliance & outcome, a label that needs more than one line of the picture".into(),
            published,
            published_text: "0.28".into(),
            simulated: (Measured { value: 0.25, mcse: 0.01 }, 0.05),
            simulated_text: "0.25".into(),
        }
    }

    fn svg(rows: Vec<Row>) -> String {
        let panel = Panel { heading: "Group".into(), unit: "r".into(), nothing: Some(0.0), rows };
        draw(&Forest { id: "f".into(), title: "T".into(), description: "D".into(), panels: vec![panel] }).to_string()
    }

    #[test]
    fn a_picture_says_what_it_is_and_escapes_what_it_shows() {
        let text = svg(vec![row(Published::Number(0.28, 0.25, 0.3))]);
        for part in [
            "viewBox=\"0 0 960 ",
            "role=\"img\"",
            "aria-labelledby=\"f-title f-desc\"",
            "<title id=\"f-title\">",
            "Simulated, not evidence",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(text.contains("A&lt;1") && text.contains("alliance &amp; outcome") && !text.contains("NaN"), "{text}");
    }

    #[test]
    fn every_kind_of_published_number_has_its_mark() {
        let counts = |published| {
            let text = svg(vec![row(published)]);
            (text.matches("<polygon").count(), text.matches("class=\"first thin\"").count())
        };
        // The legend has one diamond with its interval.
        assert_eq!(counts(Published::Number(0.28, 0.25, 0.3)), (2, 2));
        assert_eq!(counts(Published::Number(0.28, f64::NAN, f64::NAN)), (2, 1));
        assert_eq!(counts(Published::Range(0.2, 0.3)), (1, 4));
        assert_eq!(counts(Published::Sign(true)), (1, 4));
    }
}
