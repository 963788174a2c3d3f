//! The same client twice: one line per client from one condition to the other.

use super::frame::{Entry, Frame, Room, Scale, Sign, height, hue, key, outline};
use super::letters::{self, SIZE};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet, number, percent};
use super::style::{line, places, text, with_tip};
use svg::node::element::{Group, Path};

/// Clients of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kind {
    /// Name, such as "helped".
    pub name: String,
    /// Colour and shape, from 0.
    pub hue: usize,
    /// Values under the first and the second condition.
    pub pairs: Vec<[f64; 2]>,
    /// How many there are, when only some of them are drawn.
    pub count: Option<f64>,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Paired {
    /// Texts.
    pub about: About,
    /// What is measured.
    pub y: Scale,
    /// Names of the two conditions.
    pub conditions: [String; 2],
    /// Kinds of clients; later ones lie on top.
    pub kinds: Vec<Kind>,
}

impl Kind {
    fn total(&self) -> f64 {
        self.count.unwrap_or(self.pairs.len() as f64)
    }

    fn defined(&self) -> impl Iterator<Item = &[f64; 2]> {
        self.pairs.iter().filter(|pair| pair.iter().all(|x| x.is_finite()))
    }

    fn mean(&self, of: usize) -> f64 {
        self.defined().map(|pair| pair[of]).sum::<f64>() / self.defined().count() as f64
    }
}

impl Paired {
    fn kind(&self, kind: &Kind, frame: &Frame, ends: [f64; 2]) -> Group {
        let mut slopes = String::new();
        let mut dots = String::new();
        for pair in kind.defined() {
            let at = [(ends[0], frame.y.place(pair[0])), (ends[1], frame.y.place(pair[1]))];
            slopes += &format!("M{} {}L{} {}", places(at[0].0), places(at[0].1), places(at[1].0), places(at[1].1));
            dots += &at.map(|place| outline(kind.hue, place, 3.0)).concat();
        }
        if slopes.is_empty() {
            return Group::new();
        }
        let class = if kind.pairs.len() > 40 { "fine soft" } else { "fine" };
        with_tip(&kind.name)
            .set("class", hue(kind.hue))
            .add(Path::new().set("class", class).set("d", slopes))
            .add(Path::new().set("class", "dot many").set("d", dots))
    }
}

impl Figure for Paired {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let all: f64 = self.kinds.iter().map(Kind::total).sum();
        let mean = |condition: &str| format!("Mean: {}, {condition}", self.y.name);
        let row = |kind: &Kind| {
            let means = [0, 1].map(|of| self.y.figures(kind.mean(of)));
            [kind.name.clone(), number(kind.total(), 0), percent(kind.total() / all, 1)].into_iter().chain(means).collect()
        };
        Numbers {
            head: vec!["Group".into(), "Clients".into(), "Share".into(), mean(&self.conditions[0]), mean(&self.conditions[1])],
            rows: self.kinds.iter().map(row).collect(),
        }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        let all: f64 = self.kinds.iter().map(Kind::total).sum();
        let words = |kind: &Kind| format!("{} {} ({})", kind.name, number(kind.total(), 0), percent(kind.total() / all, 0));
        let entries: Vec<Entry> =
            self.kinds.iter().map(|kind| Entry { hue: kind.hue, sign: Sign::Mark(kind.hue), words: words(kind) }).collect();
        key(&mut sheet, &entries);
        let wide = sheet.width.min(600.0);
        let (top, tall) = (sheet.y + 4.0, height(sheet.width).max(330.0));
        let values = self.kinds.iter().flat_map(|kind| kind.pairs.iter().flatten().copied());
        let mut across = Scale::fixed("", 0.0, 1.0).axis([], 2);
        across.ticks.clear();
        let frame = Frame::new(across, self.y.axis(values, 6), Room { left: EDGE, right: wide - 2.0 * EDGE, top, bottom: top + tall });
        sheet.add(frame.draw(&Scale::default(), &self.y));
        let ends = [frame.x.place(0.2), frame.x.place(0.8)];
        for (x, name) in ends.into_iter().zip(&self.conditions) {
            sheet.add(line((x, frame.room.top), (x, frame.room.bottom), "rule"));
            let name = letters::fitted(name, SIZE, 0.55 * wide);
            let half = letters::width(&name, SIZE) / 2.0;
            let at = x.max(EDGE + half).min(sheet.width - EDGE - half);
            sheet.add(text(&name, at, frame.room.bottom + 20.0, "ink strong middle"));
        }
        for kind in &self.kinds {
            sheet.add(self.kind(kind, &frame, ends));
        }
        sheet.y = top + tall - 18.0;
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_per_client_and_means_per_group() {
        let kind = |name: &str, hue, pairs: &[[f64; 2]]| Kind { name: name.into(), hue, pairs: pairs.to_vec(), count: None };
        let figure = Paired {
            about: About::new("p", "T", "S", "D"),
            y: Scale::fixed("Score", 0.0, 100.0),
            conditions: ["usual care".into(), "feedback".into()],
            kinds: vec![kind("helped", 0, &[[60.0, 50.0], [70.0, 40.0], [f64::NAN, 3.0]]), kind("harmed", 1, &[])],
        };
        let svg = figure.draw(&Look::NARROW);
        assert!(svg.contains("helped 3 (100 %)") && svg.contains("usual care") && !svg.contains("NaN"), "{svg}");
        let numbers = figure.numbers();
        assert_eq!(numbers.rows[0], ["helped", "3", "100.0 %", "65.00", "45.00"]);
        assert_eq!(numbers.rows[1][3], "–");
    }
}
