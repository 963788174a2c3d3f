//! Quantities as bars from the left, beside each other or joined to a whole; and as marks on stems for what may go either way.

use super::frame::{Entry, Frame, Room, Scale, Sign, hue, key, shape};
use super::letters::{self, LEADING, SIZE};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet};
use super::style::{line, places, text, with_tip};
use svg::node::element::{Group, Rectangle};

/// One quantity.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// Name; bars of the same name in different rows have the same colour.
    pub name: String,
    /// Colour and shape, from 0.
    pub hue: usize,
    /// Size.
    pub value: f64,
    /// Lower end of its interval (NaN without one).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Bars that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Name.
    pub name: String,
    /// Bars.
    pub bars: Vec<Bar>,
}

/// How quantities are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Bars below each other.
    #[default]
    Apart,
    /// Bars that continue each other.
    Joined,
    /// Marks on stems from 0.
    Stems,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Bars {
    /// Texts.
    pub about: About,
    /// What bars show.
    pub x: Scale,
    /// What an interval means, for the table.
    pub interval: String,
    /// How they are drawn.
    pub kind: Kind,
    /// Rows, from above.
    pub rows: Vec<Row>,
    /// Upright guide: value and name.
    pub guide: Option<(f64, String)>,
}

const THICK: f64 = 20.0;
const BETWEEN: f64 = 12.0;

impl Bars {
    fn names(&self) -> Vec<&Bar> {
        let mut out: Vec<&Bar> = Vec::new();
        for bar in self.rows.iter().flat_map(|row| &row.bars) {
            if !bar.name.is_empty() && !out.iter().any(|known| known.name == bar.name) {
                out.push(bar);
            }
        }
        out
    }

    fn ends(&self) -> Vec<f64> {
        let of_row = |row: &Row| match self.kind {
            Kind::Joined => vec![row.bars.iter().map(|bar| bar.value).filter(|x| x.is_finite()).sum()],
            _ => row.bars.iter().flat_map(|bar| [bar.value, bar.low, bar.high]).collect(),
        };
        self.rows.iter().flat_map(of_row).chain([0.0]).chain(self.guide.as_ref().map(|guide| guide.0)).collect()
    }

    fn thickness(&self, row: &Row) -> f64 {
        if self.kind == Kind::Joined { THICK + 6.0 } else { THICK * row.bars.len().max(1) as f64 }
    }

    fn value(&self, bar: &Bar) -> String {
        match (bar.low.is_finite(), bar.high.is_finite()) {
            (true, true) => format!("{} ({} to {})", self.x.figures(bar.value), self.x.figures(bar.low), self.x.figures(bar.high)),
            _ => self.x.figures(bar.value),
        }
    }

    fn row(&self, row: &Row, frame: &Frame, top: f64) -> Group {
        let mut out = Group::new();
        let (zero, mut from) = (frame.x.place(0.0), 0.0);
        for (i, bar) in row.bars.iter().enumerate().filter(|(_, bar)| bar.value.is_finite()) {
            let name = [row.name.as_str(), bar.name.as_str()].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
            let mut group = with_tip(&format!("{name}: {}", self.value(bar))).set("class", hue(bar.hue));
            let end = frame.x.place(bar.value + from);
            let start = if self.kind == Kind::Joined { frame.x.place(from) } else { zero };
            let joined = self.kind == Kind::Joined;
            let (y, thick) = if joined { (top, THICK + 6.0) } else { (top + i as f64 * THICK + 1.0, THICK - 2.0) };
            let middle = y + thick / 2.0;
            if self.kind == Kind::Stems {
                group = group
                    .add(line((start, middle), (end, middle), "line soft"))
                    .add(shape(bar.hue, (end, middle), 6.0).set("class", "dot"));
            } else {
                let (left, wide) = (start.min(end), (end - start).abs());
                let field = Rectangle::new().set("class", "solid").set("x", places(left)).set("y", places(y));
                group = group.add(field.set("width", places(wide - if joined { 1.0 } else { 0.0 }).max(0.0)).set("height", thick));
            }
            if bar.low.is_finite() && bar.high.is_finite() && !joined {
                group = group.add(interval(frame, bar, middle, self.kind == Kind::Stems));
            }
            from += if joined { bar.value } else { 0.0 };
            out = out.add(group);
        }
        out
    }
}

/// The interval of a bar: brackets on stems, a line with ends in the colour of text on bars.
fn interval(frame: &Frame, bar: &Bar, y: f64, stems: bool) -> Group {
    let (low, high) = (frame.x.place(bar.low), frame.x.place(bar.high));
    let class = if stems { "fine" } else { "whisker" };
    let end = |x: f64| line((x, y - 5.0), (x, y + 5.0), class);
    let out = Group::new().add(end(low)).add(end(high));
    out.add(line((low, y), (high, y), class))
}

impl Figure for Bars {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let named = !self.names().is_empty();
        let banded = self.rows.iter().flat_map(|row| &row.bars).any(|bar| bar.low.is_finite());
        let mut head = vec!["Row".to_owned()];
        if named {
            head.push("Bar".into());
        }
        head.push(self.x.name.clone());
        if banded {
            head.extend([format!("{}, from", self.interval), "to".into()]);
        }
        let mut rows = Vec::new();
        for row in &self.rows {
            for bar in &row.bars {
                let mut cells = vec![row.name.clone()];
                if named {
                    cells.push(bar.name.clone());
                }
                cells.push(self.x.figures(bar.value));
                if banded {
                    cells.extend([self.x.figures(bar.low), self.x.figures(bar.high)]);
                }
                rows.push(cells);
            }
        }
        Numbers { head, rows }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        let sign = |bar: &Bar| if self.kind == Kind::Stems { Sign::Mark(bar.hue) } else { Sign::Field };
        let entries: Vec<Entry> = self.names().iter().map(|bar| Entry { hue: bar.hue, sign: sign(bar), words: bar.name.clone() }).collect();
        key(&mut sheet, &entries);
        // Names stand left of the bars where there is room, else above them.
        let names = letters::widest(self.rows.iter().map(|row| &row.name), SIZE).min(0.4 * sheet.width);
        let beside = sheet.width >= 480.0;
        let left = EDGE + if beside { names + 6.0 } else { 0.0 };
        let above = if beside { 0.0 } else { LEADING };
        let room: f64 = self.rows.iter().map(|row| self.thickness(row) + BETWEEN + above).sum();
        let top = sheet.y - 12.0;
        let bottom = top + super::frame::ABOVE + room + super::frame::BELOW;
        let across = ((sheet.width - left) / 90.0).clamp(3.0, 8.0) as usize;
        let mut none = Scale::fixed("", 0.0, 1.0).axis([], 2);
        none.ticks.clear();
        let frame = Frame::new(self.x.axis(self.ends(), across), none, Room { left, right: sheet.width - 6.0 * EDGE, top, bottom });
        for &tick in &frame.x.ticks {
            let x = frame.x.place(tick);
            sheet.add(line((x, frame.room.top), (x, frame.room.bottom), if tick == 0.0 { "zero" } else { "grid" }));
        }
        sheet.add(frame.draw(&self.x, &Scale::default()));
        let mut y = frame.room.top + BETWEEN / 2.0;
        for row in &self.rows {
            let (at, height) = (if beside { EDGE } else { frame.room.left }, self.thickness(row));
            let name = letters::fitted(&row.name, SIZE, if beside { names + 2.0 } else { sheet.width - at });
            sheet.add(text(&name, at, if beside { y + height / 2.0 + 5.0 } else { y + 14.0 }, "ink"));
            y += above;
            sheet.add(self.row(row, &frame, y));
            y += height + BETWEEN;
        }
        if let Some((at, name)) = &self.guide {
            sheet.add(frame.upright(*at, name, 0));
        }
        sheet.y = bottom;
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(kind: Kind) -> Bars {
        let bar = |name: &str, hue, value: f64| Bar { name: name.into(), hue, value, low: value - 0.1, high: value + 0.1 };
        let row = |name: &str, values: [f64; 2]| Row { name: name.into(), bars: vec![bar("a", 0, values[0]), bar("b", 1, values[1])] };
        Bars {
            about: About::new("b", "T", "S", "D"),
            x: Scale::share("Share of clients"),
            interval: "95 % interval".into(),
            kind,
            rows: vec![row("usual care", [0.25, 0.75]), row("feedback", [0.5, f64::NAN])],
            guide: None,
        }
    }

    #[test]
    fn joined_bars_fill_the_room_from_end_to_end() {
        let figure = bars(Kind::Joined);
        let svg = figure.draw(&Look::WIDE);
        // Three bars and two fields of the key; the bar that is not defined is not there.
        assert_eq!(svg.matches("class=\"solid\"").count(), 5, "{svg}");
        assert!(!svg.contains("NaN") && svg.contains("usual care, b: 75.0 %"), "{svg}");
        assert_eq!(figure.numbers().rows[1], ["usual care", "b", "75.0 %", "65.0 %", "85.0 %"]);
    }

    #[test]
    fn stems_have_marks_and_brackets() {
        let svg = bars(Kind::Stems).draw(&Look::NARROW);
        // Three marks and two in the key, a stem each, and three lines of a bracket each.
        let count = |what: &str| svg.matches(what).count();
        assert_eq!((count("class=\"dot\""), count("class=\"line soft\""), count("class=\"fine\"")), (5, 3, 9), "{svg}");
    }

    #[test]
    fn without_rows_there_is_an_axis_and_the_mark() {
        let figure = Bars { rows: Vec::new(), ..bars(Kind::Apart) };
        assert!(figure.draw(&Look::WIDE).contains("Simulated") && figure.numbers().rows.is_empty());
    }
}
