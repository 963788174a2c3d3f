//! A quantity over all combinations of three factors or more: steps in the order of the combinations, with the levels of the
//! factors as steps below (Rücker and Schwarzer 2014, doi:10.1186/1471-2288-14-129).

use super::frame::{Entry, Frame, Room, Scale, Sign, height, hue, key};
use super::letters::{self, SMALL};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet, number};
use super::style::{line, places, text, with_tip};
use svg::node::element::{Group, Path};

/// A factor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Factor {
    /// Name.
    pub name: String,
    /// Levels in their order.
    pub levels: Vec<String>,
}

/// A line of steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    /// Name.
    pub name: String,
    /// Colour, from 0.
    pub hue: usize,
    /// A value per combination, the last factor changing fastest.
    pub values: Vec<f64>,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Nested {
    /// Texts.
    pub about: About,
    /// What lines show.
    pub y: Scale,
    /// Factors, the slowest first.
    pub factors: Vec<Factor>,
    /// Lines.
    pub lines: Vec<Steps>,
}

const STRIP: f64 = 40.0;

impl Nested {
    /// Number of combinations.
    fn combinations(&self) -> usize {
        self.factors.iter().map(|factor| factor.levels.len()).product()
    }

    /// Level of a factor in a combination.
    fn level(&self, factor: usize, combination: usize) -> usize {
        let faster: usize = self.factors[factor + 1..].iter().map(|factor| factor.levels.len()).product();
        combination / faster.max(1) % self.factors[factor].levels.len().max(1)
    }

    fn steps(values: impl Iterator<Item = Option<f64>>, place: impl Fn(usize) -> f64) -> String {
        let mut d = String::new();
        let mut drawing = false;
        for (at, y) in values.enumerate() {
            match y {
                Some(y) if drawing => d += &format!("V{}H{}", places(y), places(place(at + 1))),
                Some(y) => d += &format!("M{} {}H{}", places(place(at)), places(y), places(place(at + 1))),
                None => {}
            }
            drawing = y.is_some();
        }
        d
    }

    fn strip(&self, factor: usize, frame: &Frame, top: f64) -> Group {
        let Factor { name, levels } = &self.factors[factor];
        let words = format!("{name}: {}", levels.join(", "));
        let fitted = letters::fitted(&words, SMALL, frame.room.right - frame.room.left);
        let most = levels.len().saturating_sub(1).max(1) as f64;
        let y = |combination: usize| top + STRIP - 5.0 - 14.0 * self.level(factor, combination) as f64 / most;
        let d = Self::steps((0..self.combinations()).map(|at| Some(y(at))), |at| frame.x.place(at as f64));
        with_tip(&words)
            .set("class", "s6")
            .add(text(&fitted, frame.room.left, top + 13.0, "ink small"))
            .add(Path::new().set("class", "fine").set("d", d))
            .add(line((frame.room.left, top + STRIP), (frame.room.right, top + STRIP), "grid"))
    }
}

impl Figure for Nested {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let head = self.factors.iter().map(|factor| factor.name.clone());
        let lines = self.lines.iter().map(|line| format!("{}, {}", self.y.name, line.name));
        let row = |at: usize| {
            let levels = (0..self.factors.len()).map(move |factor| self.factors[factor].levels[self.level(factor, at)].clone());
            let values = self.lines.iter().map(move |line| self.y.figures(line.values.get(at).copied().unwrap_or(f64::NAN)));
            levels.chain(values).collect()
        };
        Numbers { head: head.chain(lines).collect(), rows: (0..self.combinations()).map(row).collect() }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        let entries: Vec<Entry> =
            self.lines.iter().map(|line| Entry { hue: line.hue, sign: Sign::Line(""), words: line.name.clone() }).collect();
        key(&mut sheet, &entries);
        let (top, tall) = (sheet.y, height(sheet.width));
        let n = self.combinations().max(1) as f64;
        let x = Scale::count(&format!("{} combinations", number(n, 0)), Some([0.0, n]));
        let mut across = x.axis([], 4);
        across.ticks.clear();
        let values = self.lines.iter().flat_map(|line| line.values.iter().copied());
        let frame =
            Frame::new(across, self.y.axis(values, 5), Room { left: EDGE, right: sheet.width - 2.0 * EDGE, top, bottom: top + tall });
        sheet.add(frame.draw(&x, &self.y));
        for line in &self.lines {
            let places = line.values.iter().map(|&value| value.is_finite().then(|| frame.y.place(value)));
            let d = Self::steps(places, |at| frame.x.place(at as f64));
            if !d.is_empty() {
                sheet.add(with_tip(&line.name).set("class", hue(line.hue)).add(Path::new().set("class", "line").set("d", d)));
            }
        }
        sheet.y = top + tall;
        for factor in 0..self.factors.len() {
            sheet.add(self.strip(factor, &frame, sheet.y));
            sheet.y += STRIP;
        }
        sheet.y += 4.0;
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_run_with_the_last_factor_fastest() {
        let factor = |name: &str, levels: &[&str]| Factor { name: name.into(), levels: levels.iter().map(|l| (*l).to_owned()).collect() };
        let mut figure = Nested {
            about: About::new("n", "T", "S", "D"),
            y: Scale::free("Score"),
            factors: vec![factor("a", &["1", "2"]), factor("b", &["x", "y"]), factor("c", &["p", "q", "r"])],
            lines: vec![Steps { name: "usual care".into(), hue: 0, values: (0..12).map(f64::from).collect() }],
        };
        let rows = figure.numbers().rows;
        assert_eq!((rows.len(), rows[0].join(" "), rows[7].join(" ")), (12, "1 x p 0".into(), "2 x q 7.00".into()));
        assert!(figure.draw(&Look::WIDE).contains("c: p, q, r"));
        figure.lines[0].values[3] = f64::NAN;
        let svg = figure.draw(&Look::NARROW);
        assert!(!svg.contains("NaN") && svg.contains('V'), "{svg}");
    }

    #[test]
    fn a_gap_begins_a_new_stretch() {
        let d = Nested::steps([Some(1.0), None, Some(2.0), Some(3.0)].into_iter(), |at| at as f64);
        assert_eq!(d, "M0 1H1M2 2H3V3H4");
    }
}
