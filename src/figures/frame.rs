//! Two scales and the room between them: grid, ticks, names of the axes, guides, and the key to what is drawn.

use super::axis::Axis;
use super::letters::{self, LEADING, SIZE, SMALL};
use super::sheet::{EDGE, Sheet, number, percent};
use super::style::{line, places, text};
use svg::node::Node;
use svg::node::element::{Group, Path};

/// What an axis shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scale {
    /// Name with its unit.
    pub name: String,
    /// Ends; from the values without them. Fixed ends keep the picture still while a page changes its numbers.
    pub ends: Option<[f64; 2]>,
    /// Shares, shown as percentages.
    pub percent: bool,
    /// Whole numbers only.
    pub whole: bool,
}

impl Scale {
    /// Ends that follow from the values.
    pub fn free(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Fixed ends.
    pub fn fixed(name: &str, low: f64, high: f64) -> Self {
        Self { name: name.into(), ends: Some([low, high]), ..Self::default() }
    }

    /// Shares from 0 to 100 %.
    pub fn share(name: &str) -> Self {
        Self { name: name.into(), ends: Some([0.0, 1.0]), percent: true, whole: false }
    }

    /// Counts such as sessions.
    pub fn count(name: &str, ends: Option<[f64; 2]>) -> Self {
        Self { name: name.into(), ends, percent: false, whole: true }
    }

    /// The axis over some values, with about so many ticks.
    pub fn axis(&self, values: impl IntoIterator<Item = f64>, ticks: usize) -> Axis {
        let unit = (0.0, 1.0);
        let mut axis = match self.ends {
            Some([low, high]) => Axis::between((low, high), ticks, unit),
            None => Axis::over(values, ticks, unit),
        };
        axis.percent = self.percent;
        if self.whole { axis.whole() } else { axis }
    }

    /// A value in figures, with the decimals that suit a table.
    pub fn figures(&self, x: f64) -> String {
        match (self.percent, self.whole) {
            (true, _) => percent(x, 1),
            _ if x == 0.0 => "0".into(),
            (_, true) if x.fract() == 0.0 => number(x, 0),
            _ => number(x, if x.abs() < 1.0 { 3 } else { 2 }),
        }
    }
}

/// A rectangle on the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Left end.
    pub left: f64,
    /// Right end.
    pub right: f64,
    /// Upper end.
    pub top: f64,
    /// Lower end.
    pub bottom: f64,
}

/// Two axes with their room.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Where values lie.
    pub room: Room,
}

/// Room above values for the name of the vertical axis.
pub const ABOVE: f64 = 28.0;
/// Room below values for ticks and the name of the horizontal axis.
pub const BELOW: f64 = 44.0;

impl Frame {
    /// Axes in a rectangle that has to hold their labels too.
    pub fn new(x: Axis, y: Axis, outer: Room) -> Self {
        let labels = letters::widest(y.ticks.iter().map(|&tick| y.label(tick)), SMALL);
        // The last label of the horizontal axis may reach as far over the end as the sheet's edge allows.
        let last = x.ticks.last().map_or(0.0, |&tick| letters::width(&x.label(tick), SMALL) / 2.0);
        let right = outer.right - (last - 2.0 * EDGE).max(0.0);
        let room = Room { left: outer.left + labels + 10.0, right, top: outer.top + ABOVE, bottom: outer.bottom - BELOW };
        Self { x: x.to((room.left, room.right)), y: y.to((room.bottom, room.top)), room }
    }

    /// Place of a value.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.place(x), self.y.place(y))
    }

    /// Grid, ticks and names; those of an empty name are left out.
    pub fn draw(&self, x: &Scale, y: &Scale) -> Group {
        let Room { left, right, top, bottom } = self.room;
        let mut out = Group::new();
        for &tick in &self.y.ticks {
            let at = self.y.place(tick);
            out.append(line((left, at), (right, at), "grid"));
            out.append(text(&self.y.label(tick), left - 8.0, at + 4.5, "quiet small end"));
        }
        let mut free_from = f64::NEG_INFINITY;
        for &tick in &self.x.ticks {
            let (at, label) = (self.x.place(tick), self.x.label(tick));
            out.append(line((at, bottom), (at, bottom + 5.0), "rule"));
            let half = letters::width(&label, SMALL) / 2.0;
            if at - half >= free_from {
                out.append(text(&label, at, bottom + 19.0, "quiet small middle"));
                free_from = at + half + 6.0;
            }
        }
        out.append(line((left, bottom), (right, bottom), "rule"));
        if !y.name.is_empty() {
            let room = right - EDGE;
            let name = letters::fitted(&format!("↑ {}", y.name), SMALL, room.max(80.0));
            let start = (left - 24.0).max(EDGE).min((right - letters::width(&name, SMALL)).max(EDGE));
            out.append(text(&name, start, top - 12.0, "ink small"));
        }
        if !x.name.is_empty() {
            let name = letters::fitted(&format!("{} →", x.name), SMALL, right - EDGE);
            out.append(text(&name, right, bottom + 38.0, "ink small end"));
        }
        out
    }

    /// A named guide across the values at a height. Its name stands above its left end, or below where that leaves the room.
    pub fn level(&self, at: f64, name: &str) -> Group {
        self.level_among(at, name, &[])
    }

    /// The same with its name above or below the end where it covers the fewest of some marks, given as places on the sheet.
    pub fn level_among(&self, at: f64, name: &str, marks: &[(f64, f64)]) -> Group {
        let mut out = Group::new();
        if self.y.holds(at) {
            let y = self.y.place(at);
            out.append(line((self.room.left, y), (self.room.right, y), "guide"));
            let (x, text_at, end) = self.free_end(y, name, marks);
            out.append(text(name, x, text_at, if end { "quiet small halo end" } else { "quiet small halo" }));
        }
        out
    }

    /// Where the name of a guide at a height covers the fewest marks: across, baseline, and whether it ends there.
    fn free_end(&self, y: f64, name: &str, marks: &[(f64, f64)]) -> (f64, f64, bool) {
        let wide = letters::width(name, SMALL);
        let ends = [(self.room.left + 6.0, false), (self.room.right - 6.0, true)];
        let places = ends.into_iter().flat_map(|(x, end)| [(x, y - 5.0, end), (x, y + 15.0, end)]);
        let fits = |place: &(f64, f64, bool)| place.1 - 11.0 >= self.room.top && (place.1 <= self.room.bottom || place.1 < y);
        let covered = |(x, baseline, end): (f64, f64, bool)| {
            let from = if end { x - wide } else { x };
            marks
                .iter()
                .filter(|mark| (from - 7.0..=from + wide + 7.0).contains(&mark.0) && (baseline - 16.0..=baseline + 7.0).contains(&mark.1))
                .count()
        };
        places.filter(fits).min_by_key(|place| covered(*place)).unwrap_or((self.room.left + 6.0, y + 15.0, false))
    }

    /// A named upright guide; its name stands at the top, on the side that has room.
    pub fn upright(&self, at: f64, name: &str, row: usize) -> Group {
        let mut out = Group::new();
        if self.x.holds(at) {
            let x = self.x.place(at);
            out.append(line((x, self.room.top), (x, self.room.bottom), "guide"));
            let fits = x + 6.0 + letters::width(name, SMALL) <= self.room.right;
            let (at, class) = if fits { (x + 6.0, "ink small halo") } else { (x - 6.0, "ink small halo end") };
            out.append(text(name, at, self.room.top + 12.0 + row as f64 * 17.0, class));
        }
        out
    }
}

/// A height that suits a width.
pub fn height(width: f64) -> f64 {
    (0.52 * width).clamp(230.0, 460.0) + ABOVE + BELOW
}

/// Marks that differ in shape: disc, triangle, square, diamond, triangle on its tip, cross, bar.
pub fn shape(kind: usize, (x, y): (f64, f64), r: f64) -> Path {
    Path::new().set("d", outline(kind, (x, y), r))
}

/// The outline of a mark.
pub fn outline(kind: usize, (x, y): (f64, f64), r: f64) -> String {
    let corners = |points: &[(f64, f64)]| {
        let places: Vec<String> = points.iter().map(|(dx, dy)| format!("{} {}", places(x + r * dx), places(y + r * dy))).collect();
        format!("M{}Z", places.join("L"))
    };
    match kind % HUES {
        0 => format!("M{} {}a{r} {r} 0 1 0 {} 0a{r} {r} 0 1 0 -{} 0Z", places(x - r), places(y), 2.0 * r, 2.0 * r),
        1 => corners(&[(0.0, -1.2), (1.15, 0.85), (-1.15, 0.85)]),
        2 => corners(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
        3 => corners(&[(0.0, -1.35), (1.35, 0.0), (0.0, 1.35), (-1.35, 0.0)]),
        4 => corners(&[(0.0, 1.2), (1.15, -0.85), (-1.15, -0.85)]),
        5 => {
            let (a, b) = (0.35, 1.2);
            corners(&[(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a)])
        }
        _ => corners(&[(-1.2, -0.45), (1.2, -0.45), (1.2, 0.45), (-1.2, 0.45)]),
    }
}

/// An entry of a key: what is drawn, and what it means.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Colour, from 0.
    pub hue: usize,
    /// What stands before the words.
    pub sign: Sign,
    /// Words.
    pub words: String,
}

/// What stands before the words of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A mark of a shape.
    Mark(usize),
    /// A mark, empty inside.
    Hollow(usize),
    /// A line of a class.
    Line(&'static str),
    /// A filled field.
    Field,
}

/// Writes a key above a chart, as many entries on a line as have room.
pub fn key(sheet: &mut Sheet, entries: &[Entry]) {
    let mut x = EDGE;
    let mut first = true;
    for entry in entries {
        let words = letters::fitted(&entry.words, SIZE, sheet.width - 40.0);
        let needs = 30.0 + letters::width(&words, SIZE);
        if first || x + needs > sheet.width {
            x = EDGE;
            sheet.y += LEADING + 2.0;
            first = false;
        }
        let y = sheet.y - 8.0;
        let mut group = Group::new().set("class", hue(entry.hue));
        match entry.sign {
            Sign::Mark(kind) => group.append(shape(kind, (x + 11.0, y), 5.0).set("class", "dot")),
            Sign::Hollow(kind) => group.append(shape(kind, (x + 11.0, y), 5.0).set("class", "hollow")),
            Sign::Line(class) => group.append(line((x, y), (x + 22.0, y), &format!("line {class}"))),
            Sign::Field => group.append(shape(2, (x + 11.0, y), 7.0).set("class", "solid")),
        }
        group.append(text(&words, x + 28.0, sheet.y - 3.0, "ink"));
        sheet.add(group);
        x += needs + 16.0;
    }
    if !first {
        sheet.y += 6.0;
    }
}

/// Number of colours.
pub const HUES: usize = 7;

/// Class of a colour.
pub fn hue(number: usize) -> String {
    format!("s{}", number % HUES)
}

/// Class of a text in the tone of a colour.
pub fn tone(number: usize) -> String {
    format!("t{}", number % HUES)
}

/// Moves heights apart until each has so much room, in the order of their size, within the ends.
pub fn spread(wanted: &[f64], gap: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut out = wanted.to_vec();
    let mut least = top;
    for &i in &order {
        out[i] = out[i].max(least);
        least = out[i] + gap;
    }
    let mut most = bottom;
    for &i in order.iter().rev() {
        out[i] = out[i].min(most);
        most = out[i] - gap;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_move_apart_and_stay_inside() {
        assert_eq!(spread(&[50.0, 52.0, 10.0], 16.0, (0.0, 60.0)), [44.0, 60.0, 10.0]);
        assert_eq!(spread(&[], 16.0, (0.0, 60.0)), [0.0; 0]);
    }

    #[test]
    fn values_are_written_as_their_scale_says() {
        assert_eq!(Scale::share("s").figures(0.1234), "12.3 %");
        assert_eq!((Scale::count("n", None).figures(3.0), Scale::free("x").figures(-2.345)), ("3".into(), "−2.35".into()));
        assert_eq!(Scale::free("x").figures(f64::NAN), "–");
    }

    #[test]
    fn a_guide_beyond_the_axis_is_not_drawn() {
        let scale = Scale::fixed("x", 0.0, 10.0);
        let room = Room { left: 0.0, right: 300.0, top: 0.0, bottom: 200.0 };
        let frame = Frame::new(scale.axis([], 5), scale.axis([], 5), room);
        // Marks above the left end: the name goes below it.
        let (x, y) = (frame.room.left + 20.0, frame.y.place(5.0));
        assert_eq!(frame.free_end(y, "half", &[]), (frame.room.left + 6.0, y - 5.0, false));
        assert_eq!(frame.free_end(y, "half", &[(x, y - 9.0)]), (frame.room.left + 6.0, y + 15.0, false));
        assert!(frame.free_end(y, "half", &[(x, y - 9.0), (x, y + 9.0)]).2);
        assert!(frame.level(5.0, "half").to_string().contains("half") && !frame.level(11.0, "eleven").to_string().contains("eleven"));
    }
}
