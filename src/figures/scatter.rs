//! Dots with guides: before against after with the lines of Jacobson and Truax (1991, doi:10.1037/0022-006X.59.1.12), and any two
//! quantities with a regression line.

use super::frame::{ABOVE, BELOW, Entry, Frame, Room, Scale, Sign, height, hue, key, outline, spread};
use super::letters::{self, SMALL};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet, number, percent};
use super::style::{line, text, with_tip};
use svg::node::Node;
use svg::node::element::{Group, Path};

/// Dots of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Class {
    /// Name.
    pub name: String,
    /// Colour and shape, from 0.
    pub hue: usize,
    /// Places.
    pub dots: Vec<[f64; 2]>,
    /// How many there are, when only some of them are drawn.
    pub count: Option<f64>,
}

impl Class {
    fn total(&self) -> f64 {
        self.count.unwrap_or(self.dots.len() as f64)
    }
}

/// A line over the dots.
#[derive(Clone, Debug, PartialEq)]
pub enum Guide {
    /// y = intercept + slope · x, broken.
    Slope(f64, f64, String),
    /// The same as a strong line: what was estimated.
    Fit(f64, f64, String),
    /// Upright line.
    Upright(f64, String),
    /// Level line.
    Level(f64, String),
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Scatter {
    /// Texts.
    pub about: About,
    /// Horizontal axis.
    pub x: Scale,
    /// Vertical axis.
    pub y: Scale,
    /// Kinds of dots.
    pub classes: Vec<Class>,
    /// Lines.
    pub guides: Vec<Guide>,
    /// As high as wide, for quantities in one unit.
    pub square: bool,
    /// What is counted, such as "clients": the key and the table give counts.
    pub counted: String,
}

impl Scatter {
    /// Before against after, each client a dot, with the cut-off between the clinical and the general population, the line of no
    /// change, and those of reliable change. All four kinds of outcome are shown as they come, with their counts.
    pub fn jacobson(about: About, (pre, post): (Scale, Scale), classes: Vec<Class>, cut_off: f64, reliable: f64) -> Self {
        Self {
            about,
            x: pre,
            y: post,
            classes,
            guides: vec![
                Guide::Slope(0.0, 1.0, "no change".into()),
                Guide::Slope(-reliable, 1.0, format!("−{}", number(reliable, 1))),
                Guide::Slope(reliable, 1.0, format!("+{}", number(reliable, 1))),
                Guide::Level(cut_off, format!("cut-off {}", number(cut_off, 1))),
            ],
            square: true,
            counted: "clients".into(),
        }
    }

    fn frame(&self, outer: Room) -> Frame {
        let dots = || self.classes.iter().flat_map(|class| &class.dots);
        let levels = self.guides.iter().filter_map(|guide| if let Guide::Level(at, _) = guide { Some(*at) } else { None });
        let across = ((outer.right - outer.left) / 80.0).clamp(3.0, 8.0) as usize;
        Frame::new(self.x.axis(dots().map(|dot| dot[0]), across), self.y.axis(dots().map(|dot| dot[1]).chain(levels), 6), outer)
    }

    fn key(&self, sheet: &mut Sheet) {
        let all: f64 = self.classes.iter().map(Class::total).sum();
        let words = |class: &Class| match self.counted.is_empty() {
            true => class.name.clone(),
            false => format!("{} {} ({})", class.name, number(class.total(), 0), percent(class.total() / all, 0)).trim_start().to_owned(),
        };
        let entries: Vec<Entry> = self
            .classes
            .iter()
            .filter(|class| !class.name.is_empty())
            .map(|class| Entry { hue: class.hue, sign: Sign::Mark(class.hue), words: words(class) })
            .collect();
        key(sheet, &entries);
    }
}

/// The part of y = a + b x within the room, from the left, if there is one.
fn clipped(frame: &Frame, a: f64, b: f64) -> Option<[(f64, f64); 2]> {
    if !(a.is_finite() && b.is_finite()) {
        return None;
    }
    let (x, y) = (&frame.x, &frame.y);
    let mut ends = [x.low, x.high];
    if b.abs() > 1e-12 {
        let mut reach = [(y.low - a) / b, (y.high - a) / b];
        reach.sort_by(f64::total_cmp);
        ends = [ends[0].max(reach[0]), ends[1].min(reach[1])];
    } else if !y.holds(a) {
        return None;
    }
    (ends[0] < ends[1]).then(|| ends.map(|end| (end, a + b * end)))
}

/// Where the names of lines stand that end on the right: beside their ends, without covering each other.
fn heights(guides: &[Guide], frame: &Frame) -> Vec<Option<f64>> {
    let right = |guide: &Guide| match guide {
        Guide::Slope(a, b, _) | Guide::Fit(a, b, _) => clipped(frame, *a, *b).map(|[_, to]| frame.at(to.0, to.1)),
        _ => None,
    };
    let ends: Vec<Option<f64>> =
        guides.iter().map(|guide| right(guide).filter(|to| to.0 > frame.room.right - 1.0).map(|to| to.1 + 4.5)).collect();
    let wanted: Vec<f64> = ends.iter().flatten().copied().collect();
    let mut free = spread(&wanted, 15.0, (frame.room.top, frame.room.bottom)).into_iter();
    ends.into_iter().map(|end| end.and_then(|_| free.next())).collect()
}

fn guide(guide: &Guide, frame: &Frame, row: usize, height: Option<f64>) -> Group {
    match guide {
        Guide::Level(at, name) => frame.level(*at, name),
        Guide::Upright(at, name) => frame.upright(*at, name, row),
        Guide::Slope(a, b, name) | Guide::Fit(a, b, name) => {
            let mut out = with_tip(name);
            let Some([from, to]) = clipped(frame, *a, *b) else {
                return out;
            };
            let (from, to) = (frame.at(from.0, from.1), frame.at(to.0, to.1));
            let fit = matches!(guide, Guide::Fit(..));
            let drawn = line(from, to, if fit { "line" } else { "guide" });
            out.append(Group::new().set("class", if fit { "s1" } else { "" }).add(drawn));
            let class = if fit { "small halo t1" } else { "quiet small halo" };
            // Beyond the end of the line: on the right, or above.
            let (x, y, anchor) = height.map_or((to.0, to.1 - 4.0, " middle"), |height| (to.0 + 6.0, height, ""));
            out.append(text(name, x, y, &format!("{class}{anchor}")));
            out
        }
    }
}

impl Figure for Scatter {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        if self.counted.is_empty() {
            let rows = self.classes.iter().flat_map(|class| {
                class.dots.iter().map(move |dot| vec![class.name.clone(), self.x.figures(dot[0]), self.y.figures(dot[1])])
            });
            return Numbers { head: vec!["Group".into(), self.x.name.clone(), self.y.name.clone()], rows: rows.collect() };
        }
        let all: f64 = self.classes.iter().map(Class::total).sum();
        let mean = |class: &Class, of: usize| class.dots.iter().map(|dot| dot[of]).sum::<f64>() / class.dots.len() as f64;
        let row = |class: &Class| {
            vec![
                class.name.clone(),
                number(class.total(), 0),
                percent(class.total() / all, 1),
                self.x.figures(mean(class, 0)),
                self.y.figures(mean(class, 1)),
            ]
        };
        let head = ["Group", &self.counted, "Share", &format!("Mean: {}", self.x.name), &format!("Mean: {}", self.y.name)];
        Numbers { head: head.map(str::to_owned).to_vec(), rows: self.classes.iter().map(row).collect() }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        self.key(&mut sheet);
        let wide = if self.square { sheet.width.min(560.0) } else { sheet.width };
        let sloped = self.guides.iter().filter_map(|guide| match guide {
            Guide::Slope(_, _, name) | Guide::Fit(_, _, name) => Some(name),
            _ => None,
        });
        let margin = match letters::widest(sloped, SMALL) {
            0.0 => EDGE,
            wide => wide + 8.0,
        };
        // Of the width, about 40 go to the labels of the vertical axis.
        let tall = if self.square { wide - margin - 40.0 + ABOVE + BELOW } else { height(sheet.width) };
        let top = sheet.y + 6.0;
        let frame = self.frame(Room { left: EDGE, right: wide - EDGE - margin, top, bottom: top + tall });
        sheet.add(frame.draw(&self.x, &self.y));
        for class in &self.classes {
            let size = if class.dots.len() > 150 { 3.0 } else { 4.0 };
            let seen = class.dots.iter().filter(|dot| dot.iter().all(|x| x.is_finite()));
            let d: String = seen.map(|dot| outline(class.hue, frame.at(dot[0], dot[1]), size)).collect();
            if !d.is_empty() {
                sheet.add(with_tip(&class.name).set("class", hue(class.hue)).add(Path::new().set("class", "dot many").set("d", d)));
            }
        }
        let uprights = |before: usize| self.guides[..before].iter().filter(|guide| matches!(guide, Guide::Upright(..))).count();
        let heights = heights(&self.guides, &frame);
        for (i, one) in self.guides.iter().enumerate() {
            sheet.add(guide(one, &frame, uprights(i), heights[i]));
        }
        sheet.y = top + tall;
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> Vec<Class> {
        let class = |name: &str, hue, dots: &[[f64; 2]]| Class { name: name.into(), hue, dots: dots.to_vec(), count: None };
        vec![class("recovered", 0, &[[80.0, 50.0], [70.0, 55.0], [75.0, 45.0]]), class("deteriorated", 1, &[[70.0, f64::NAN]])]
    }

    fn jacobson() -> Scatter {
        let scales = (Scale::fixed("Before", 0.0, 100.0), Scale::fixed("After", 0.0, 100.0));
        Scatter::jacobson(About::new("j", "T", "S", "D"), scales, classes(), 63.0, 14.0)
    }

    #[test]
    fn lines_and_counts_of_jacobson_and_truax_are_there() {
        let svg = jacobson().draw(&Look::WIDE);
        for part in ["cut-off 63.0", "−14.0", "+14.0", "no change", "recovered 3 (75 %)", "deteriorated 1 (25 %)"] {
            assert!(svg.contains(part), "{part} is missing in\n{svg}");
        }
        assert!(!svg.contains("NaN"));
        assert_eq!(jacobson().numbers().rows[0], ["recovered", "3", "75.0 %", "75.00", "50.00"]);
    }

    #[test]
    fn a_line_ends_where_the_room_ends() {
        let frame = jacobson().frame(Room { left: 0.0, right: 400.0, top: 0.0, bottom: 400.0 });
        assert_eq!(clipped(&frame, -14.0, 1.0), Some([(14.0, 0.0), (100.0, 86.0)]));
        assert_eq!(clipped(&frame, 14.0, 1.0), Some([(0.0, 14.0), (86.0, 100.0)]));
        assert_eq!(clipped(&frame, f64::NAN, 1.0), None);
        assert_eq!((clipped(&frame, 200.0, 0.0), clipped(&frame, 300.0, 1.0)), (None, None));
    }

    #[test]
    fn names_of_lines_that_end_together_stand_apart() {
        let guides = vec![Guide::Fit(10.0, 0.5, "between".into()), Guide::Fit(11.0, 0.5, "within".into()), Guide::Level(3.0, "low".into())];
        let frame = jacobson().frame(Room { left: 0.0, right: 400.0, top: 0.0, bottom: 400.0 });
        let [Some(a), Some(b), None] = heights(&guides, &frame)[..] else { panic!("both lines end on the right") };
        assert!((a - b).abs() >= 15.0, "{a} {b}");
    }

    #[test]
    fn a_regression_line_is_strong_and_dots_are_in_the_table() {
        let figure =
            Scatter { guides: vec![Guide::Fit(10.0, 0.5, "slope 0.50".into())], square: false, counted: String::new(), ..jacobson() };
        let svg = figure.draw(&Look::NARROW);
        assert!(svg.contains("class=\"line\"") && svg.contains("slope 0.50"), "{svg}");
        assert_eq!(figure.numbers().rows.len(), 4);
    }
}
