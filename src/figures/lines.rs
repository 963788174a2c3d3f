//! Lines with bands: trajectories, sweeps, weeks of a clinic, shares still in treatment.

use super::frame::{Entry, Frame, Room, Scale, Sign, height, hue, key, shape, spread, tone};
use super::letters::{self, SIZE};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet};
use super::style::{places, text, with_tip};
use svg::node::Node;
use svg::node::element::{Group, Path};

/// A place on a line, with the ends of its interval (NaN without one).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Across.
    pub x: f64,
    /// Up. Not defined (NaN): the line has a gap.
    pub y: f64,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
}

impl Point {
    /// A place without a band.
    pub fn bare(x: f64, y: f64) -> Self {
        Self { x, y, low: f64::NAN, high: f64::NAN }
    }

    /// A place with a band of so much on either side.
    pub fn within(x: f64, y: f64, reach: f64) -> Self {
        Self { x, y, low: y - reach, high: y + reach }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stroke {
    /// Unbroken.
    #[default]
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
}

impl Stroke {
    fn class(self) -> &'static str {
        match self {
            Self::Solid => "",
            Self::Dashed => "dashed",
            Self::Dotted => "dotted",
        }
    }
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Name, written at its end.
    pub name: String,
    /// Colour and shape, from 0.
    pub hue: usize,
    /// How it is drawn.
    pub stroke: Stroke,
    /// The value stays until the next place and changes there at once.
    pub steps: bool,
    /// Places from the left.
    pub points: Vec<Point>,
}

/// A horizontal guide.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Height.
    pub at: f64,
    /// Name.
    pub name: String,
}

/// One of several pictures that share their axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// Heading; empty when there is only one.
    pub heading: String,
    /// Lines.
    pub series: Vec<Series>,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Texts.
    pub about: About,
    /// Horizontal axis.
    pub x: Scale,
    /// Vertical axis.
    pub y: Scale,
    /// What a band means, for the table: such as "95 % interval".
    pub band: String,
    /// Guides.
    pub levels: Vec<Level>,
    /// Panels; usually one.
    pub panels: Vec<Panel>,
}

/// Lines with more places than this have no marks on them.
const MARKED: usize = 24;
/// A chart this narrow has a key above it instead of names at the ends of lines.
const KEYED: f64 = 480.0;
/// Narrowest panel that stands beside another.
const BESIDE: f64 = 300.0;

impl Lines {
    fn series(&self) -> impl Iterator<Item = &Series> {
        self.panels.iter().flat_map(|panel| &panel.series)
    }

    /// Axes that hold everything, with ticks for a width.
    pub(super) fn frame(&self, outer: Room) -> Frame {
        let points = || self.series().flat_map(|series| &series.points);
        let xs = points().map(|point| point.x);
        let ys = points().flat_map(|point| [point.y, point.low, point.high]).chain(self.levels.iter().map(|level| level.at));
        let across = ((outer.right - outer.left) / 75.0).clamp(3.0, 8.0) as usize;
        Frame::new(self.x.axis(xs, across), self.y.axis(ys, 5), outer)
    }

    fn named_at_ends(&self, width: f64) -> bool {
        let names = letters::widest(self.series().map(|series| &series.name), SIZE);
        self.panels.len() == 1 && width >= KEYED && names <= 0.3 * width && self.series().count() <= 8
    }

    /// Draws the key, if the width needs one, and all panels.
    pub(super) fn panels(&self, sheet: &mut Sheet) -> Option<Frame> {
        let named = self.named_at_ends(sheet.width);
        if !named && self.series().any(|series| !series.name.is_empty()) {
            let mut entries: Vec<Entry> = Vec::new();
            for series in self.series() {
                if !entries.iter().any(|entry| entry.words == series.name) {
                    entries.push(Entry { hue: series.hue, sign: Sign::Line(series.stroke.class()), words: series.name.clone() });
                }
            }
            key(sheet, &entries);
        }
        let columns = self.panels.len().min((sheet.width / BESIDE) as usize).max(1);
        let width = sheet.width / columns as f64;
        let tall = if columns > 1 { height(width * 1.15) } else { height(sheet.width) };
        let mut last = None;
        for row in self.panels.chunks(columns) {
            let headed = row.iter().any(|panel| !panel.heading.is_empty());
            let top = sheet.y + if headed { 20.0 } else { 0.0 };
            for (column, panel) in row.iter().enumerate() {
                let left = EDGE + column as f64 * width;
                let outer = Room { left, right: left + width - 2.0 * EDGE - self.margin(named), top, bottom: top + tall };
                let frame = self.frame(outer);
                if headed {
                    let heading = letters::fitted(&panel.heading, SIZE, width - 20.0);
                    sheet.add(text(&heading, left, top - 4.0, "ink strong"));
                }
                sheet.add(self.panel(panel, &frame, named));
                last = Some(frame);
            }
            sheet.y = top + tall;
        }
        last
    }

    fn margin(&self, named: bool) -> f64 {
        if named { letters::widest(self.series().map(|series| &series.name), SIZE) + 14.0 } else { 6.0 }
    }

    fn panel(&self, panel: &Panel, frame: &Frame, named: bool) -> Group {
        let mut out = frame.draw(&self.x, &self.y);
        let points = panel.series.iter().flat_map(|series| &series.points);
        let marks: Vec<(f64, f64)> = points.map(|point| frame.at(point.x, point.y)).collect();
        for level in &self.levels {
            out.append(frame.level_among(level.at, &level.name, &marks));
        }
        for series in &panel.series {
            out.append(band(series, frame));
        }
        for series in &panel.series {
            out.append(self.one(series, frame));
        }
        if named {
            out.append(names(&panel.series, frame));
        }
        out
    }

    fn one(&self, series: &Series, frame: &Frame) -> Group {
        let mut out = with_tip(&series.name).set("class", hue(series.hue));
        let d: String = runs(&series.points).iter().map(|run| path(run, series.steps, frame)).collect();
        if !d.is_empty() {
            out.append(Path::new().set("class", format!("line {}", series.stroke.class()).trim_end()).set("d", d));
        }
        let defined: Vec<&Point> = series.points.iter().filter(|point| point.y.is_finite()).collect();
        if defined.len() <= MARKED && !series.steps {
            for point in defined {
                let tip =
                    format!("{}: {} {}, {} {}", series.name, self.x.name, self.x.figures(point.x), self.y.name, self.y.figures(point.y));
                let class = if series.stroke == Stroke::Solid { "dot" } else { "hollow" };
                out.append(with_tip(&tip).add(shape(series.hue, frame.at(point.x, point.y), 4.0).set("class", class)));
            }
        }
        out
    }
}

/// Stretches of places that are all defined.
fn runs(points: &[Point]) -> Vec<&[Point]> {
    points.split(|point| !point.y.is_finite() || !point.x.is_finite()).filter(|run| !run.is_empty()).collect()
}

fn path(run: &[Point], steps: bool, frame: &Frame) -> String {
    let mut d = String::new();
    for (i, point) in run.iter().enumerate() {
        let (x, y) = frame.at(point.x, point.y);
        match (i, steps) {
            (0, _) => d.push_str(&format!("M{} {}", places(x), places(y))),
            (_, true) => d.push_str(&format!("H{}V{}", places(x), places(y))),
            _ => d.push_str(&format!("L{} {}", places(x), places(y))),
        }
    }
    d
}

fn band(series: &Series, frame: &Frame) -> Group {
    let mut out = Group::new().set("class", hue(series.hue));
    let banded = |point: &&[Point]| point.iter().all(|p| p.low.is_finite() && p.high.is_finite());
    let with_band: Vec<Point> =
        series.points.iter().map(|p| if p.low.is_finite() && p.high.is_finite() { *p } else { Point { y: f64::NAN, ..*p } }).collect();
    for run in runs(&with_band).into_iter().filter(banded).filter(|run| run.len() > 1) {
        let edge = |of: fn(&Point) -> f64| run.iter().map(|point| (point.x, of(point))).collect::<Vec<_>>();
        let stepped = |edge: Vec<(f64, f64)>| -> Vec<(f64, f64)> {
            if !series.steps {
                return edge;
            }
            let first = edge.first().copied();
            let later = edge.windows(2).flat_map(|pair| [(pair[1].0, pair[0].1), pair[1]]);
            first.into_iter().chain(later).collect()
        };
        let upper = stepped(edge(|p| p.high));
        let lower = stepped(edge(|p| p.low));
        let corners: Vec<String> = upper
            .into_iter()
            .chain(lower.into_iter().rev())
            .map(|(x, y)| {
                let (x, y) = frame.at(x, y);
                format!("{} {}", places(x), places(y))
            })
            .collect();
        out.append(Path::new().set("class", "area").set("d", format!("M{}Z", corners.join("L"))));
    }
    out
}

/// Names at the ends of lines, moved apart where they meet.
fn names(series: &[Series], frame: &Frame) -> Group {
    let ends: Vec<(&Series, f64)> = series
        .iter()
        .filter_map(|series| {
            let last = series.points.iter().rev().find(|point| point.y.is_finite())?;
            Some((series, frame.y.place(last.y)))
        })
        .collect();
    let wanted: Vec<f64> = ends.iter().map(|end| end.1).collect();
    let mut out = Group::new();
    for ((series, _), y) in ends.iter().zip(spread(&wanted, 17.0, (frame.room.top + 4.0, frame.room.bottom))) {
        out.append(text(&series.name, frame.room.right + 8.0, y + 4.5, &tone(series.hue)));
    }
    out
}

impl Figure for Lines {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let panels = self.panels.len() > 1;
        let lines = self.series().count() > 1;
        let banded = self.series().flat_map(|series| &series.points).any(|point| point.low.is_finite());
        let mut head = Vec::new();
        if panels {
            head.push("Panel".into());
        }
        if lines {
            head.push("Line".into());
        }
        head.extend([self.x.name.clone(), self.y.name.clone()]);
        if banded {
            head.extend([format!("{}, from", self.band), "to".into()]);
        }
        let mut rows = Vec::new();
        for panel in &self.panels {
            for series in &panel.series {
                for point in series.points.iter().filter(|point| point.y.is_finite()) {
                    let mut row = Vec::new();
                    if panels {
                        row.push(panel.heading.clone());
                    }
                    if lines {
                        row.push(series.name.clone());
                    }
                    row.extend([self.x.figures(point.x), self.y.figures(point.y)]);
                    if banded {
                        row.extend([self.y.figures(point.low), self.y.figures(point.high)]);
                    }
                    rows.push(row);
                }
            }
        }
        Numbers { head, rows }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        self.panels(&mut sheet);
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(points: Vec<Point>) -> Lines {
        let series = Series { name: "usual <care>".into(), points, ..Series::default() };
        Lines {
            about: About::new("l", "Title", "Sentence", "Description"),
            x: Scale::count("Session", Some([1.0, 5.0])),
            y: Scale::fixed("Score", 0.0, 100.0),
            band: "95 % interval".into(),
            levels: vec![Level { at: 63.0, name: "cut-off 63".into() }],
            panels: vec![Panel { heading: String::new(), series: vec![series] }],
        }
    }

    #[test]
    fn a_gap_breaks_the_line_and_is_left_out_of_the_table() {
        let points = vec![
            Point::within(1.0, 80.0, 2.0),
            Point::within(2.0, 70.0, 2.0),
            Point::bare(3.0, f64::NAN),
            Point::within(4.0, 60.0, 2.0),
            Point::within(5.0, 55.0, 2.0),
        ];
        let figure = lines(points);
        let svg = figure.draw(&Look::PAPER);
        assert_eq!((svg.matches("class=\"area\"").count(), svg.contains("NaN")), (2, false), "{svg}");
        assert!(svg.contains("usual &lt;care&gt;") && svg.contains("cut-off 63") && svg.contains("↑ Score"), "{svg}");
        let numbers = figure.numbers();
        assert_eq!(numbers.head, ["Session", "Score", "95 % interval, from", "to"]);
        assert_eq!(numbers.rows.len(), 4);
        assert_eq!(numbers.rows[0], ["1", "80.00", "78.00", "82.00"]);
    }

    #[test]
    fn a_place_on_the_picture_is_that_of_its_value() {
        let figure = lines(vec![Point::bare(1.0, 0.0), Point::bare(5.0, 100.0)]);
        let frame = figure.frame(Room { left: 0.0, right: 500.0, top: 0.0, bottom: 300.0 });
        assert_eq!(frame.at(1.0, 0.0), (frame.room.left, frame.room.bottom));
        assert_eq!(frame.at(5.0, 100.0), (frame.room.right, frame.room.top));
        let (x, y) = frame.at(5.0, 100.0);
        assert!(path(&figure.panels[0].series[0].points, false, &frame).ends_with(&format!("L{} {}", places(x), places(y))));
    }

    #[test]
    fn nothing_to_show_is_still_a_picture() {
        for figure in [lines(Vec::new()), Lines { panels: Vec::new(), ..lines(Vec::new()) }] {
            let svg = figure.draw(&Look::NARROW);
            assert!(svg.contains("Simulated, not evidence") && !svg.contains("NaN"), "{svg}");
            assert!(figure.numbers().rows.is_empty());
        }
    }

    #[test]
    fn names_stand_at_the_ends_where_there_is_room_and_above_where_there_is_none() {
        let figure = lines(vec![Point::bare(1.0, 10.0), Point::bare(5.0, 20.0)]);
        assert!(figure.named_at_ends(720.0) && !figure.named_at_ends(340.0));
        assert!(figure.draw(&Look::NARROW).contains("class=\"line\""));
    }
}
