//! Estimates in order of size with their intervals: what therapists, clinics or studies look like beside each other.

use super::frame::{Entry, Frame, Room, Scale, Sign, height, hue, key, shape};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet};
use super::style::{line, with_tip};
use svg::node::element::Group;

/// One of many that are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Name.
    pub name: String,
    /// Estimate.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// What is true, where that is to be shown (NaN otherwise).
    pub truth: f64,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Caterpillar {
    /// Texts.
    pub about: About,
    /// Who is compared, in order, such as "Therapists, from the lowest estimate to the highest".
    pub order: String,
    /// What is estimated.
    pub y: Scale,
    /// What an interval means.
    pub interval: String,
    /// The value that intervals may miss.
    pub middle: f64,
    /// Words for intervals wholly below the middle, over it, and wholly above it.
    pub words: [String; 3],
    /// What a true value is, for key and table, such as "true effect"; needed where one is shown.
    pub truth: String,
    /// The estimates, in any order.
    pub estimates: Vec<Estimate>,
}

/// Colours and shapes of the three groups: triangle on its tip, disc, triangle.
const GROUPS: [(usize, usize); 3] = [(1, 4), (6, 0), (0, 1)];
/// Colour and shape of the truth: an open circle.
const TRUTH: (usize, usize) = (2, 0);

impl Caterpillar {
    /// On which side of the middle the interval lies: 0 below, 1 over it, 2 above.
    fn side(&self, estimate: &Estimate) -> usize {
        match (estimate.high < self.middle, estimate.low > self.middle) {
            (true, _) => 0,
            (_, true) => 2,
            _ => 1,
        }
    }

    /// How many intervals lie below the middle, over it, and above it.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for estimate in self.sorted() {
            counts[self.side(estimate)] += 1;
        }
        counts
    }

    fn sorted(&self) -> Vec<&Estimate> {
        let mut sorted: Vec<&Estimate> = self.estimates.iter().filter(|estimate| estimate.value.is_finite()).collect();
        sorted.sort_by(|a, b| a.value.total_cmp(&b.value));
        sorted
    }

    fn key(&self, sheet: &mut Sheet) {
        let counts = self.counts();
        let mut entries: Vec<Entry> = (0..3)
            .map(|side| Entry {
                hue: GROUPS[side].0,
                sign: Sign::Mark(GROUPS[side].1),
                words: format!("{}: {}", self.words[side], counts[side]),
            })
            .collect();
        if self.estimates.iter().any(|estimate| estimate.truth.is_finite()) {
            entries.push(Entry { hue: TRUTH.0, sign: Sign::Hollow(TRUTH.1), words: self.truth.clone() });
        }
        key(sheet, &entries);
    }

    fn one(&self, at: usize, estimate: &Estimate, frame: &Frame, size: f64) -> Group {
        let (colour, kind) = GROUPS[self.side(estimate)];
        let figures = |x: f64| self.y.figures(x);
        let mut tip = format!("{}: {} ({} to {})", estimate.name, figures(estimate.value), figures(estimate.low), figures(estimate.high));
        if estimate.truth.is_finite() {
            tip += &format!(", {} {}", self.truth, figures(estimate.truth));
        }
        let (x, y) = frame.at(at as f64 + 1.0, estimate.value);
        let mut out = with_tip(&tip).set("class", hue(colour));
        if estimate.low.is_finite() && estimate.high.is_finite() {
            out = out.add(line((x, frame.y.place(estimate.low)), (x, frame.y.place(estimate.high)), "line"));
        }
        out = out.add(shape(kind, (x, y), size).set("class", "dot"));
        if estimate.truth.is_finite() {
            let mark = shape(TRUTH.1, (x, frame.y.place(estimate.truth)), size).set("class", "hollow");
            out = out.add(Group::new().set("class", hue(TRUTH.0)).add(mark));
        }
        out
    }
}

impl Figure for Caterpillar {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let truths = self.estimates.iter().any(|estimate| estimate.truth.is_finite());
        let mut head = vec!["Name".to_owned(), self.y.name.clone(), format!("{}, from", self.interval), "to".into(), "Verdict".into()];
        if truths {
            head.push(self.truth.clone());
        }
        let row = |estimate: &&Estimate| {
            let mut row = vec![
                estimate.name.clone(),
                self.y.figures(estimate.value),
                self.y.figures(estimate.low),
                self.y.figures(estimate.high),
                self.words[self.side(estimate)].clone(),
            ];
            if truths {
                row.push(self.y.figures(estimate.truth));
            }
            row
        };
        Numbers { head, rows: self.sorted().iter().map(row).collect() }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        self.key(&mut sheet);
        let sorted = self.sorted();
        let ys = sorted.iter().flat_map(|e| [e.value, e.low, e.high, e.truth]).chain([self.middle]);
        let x = Scale::count(&self.order, Some([0.0, sorted.len() as f64 + 1.0]));
        let mut across = x.axis([], 5);
        across.ticks.clear();
        let (top, tall) = (sheet.y + 4.0, height(sheet.width));
        let outer = Room { left: EDGE, right: sheet.width - 2.0 * EDGE, top, bottom: top + tall };
        let frame = Frame::new(across, self.y.axis(ys, 6), outer);
        let size = (0.35 * (frame.room.right - frame.room.left) / (sorted.len() as f64 + 1.0)).clamp(2.0, 5.0);
        sheet.add(frame.draw(&x, &self.y));
        sheet.add(frame.level(self.middle, ""));
        for (at, estimate) in sorted.iter().enumerate() {
            sheet.add(self.one(at, estimate, &frame, size));
        }
        sheet.y = top + tall;
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caterpillar(truth: f64) -> Caterpillar {
        let estimate = |name: &str, value: f64| Estimate { name: name.into(), value, low: value - 2.0, high: value + 2.0, truth };
        Caterpillar {
            about: About::new("c", "T", "S", "D"),
            order: "Therapists".into(),
            y: Scale::free("Points"),
            interval: "95 % interval".into(),
            middle: 0.0,
            words: ["better", "cannot tell", "worse"].map(str::to_owned),
            truth: "true effect".into(),
            estimates: vec![estimate("B", 1.0), estimate("A", -3.0), estimate("C", 5.0), estimate("D", f64::NAN)],
        }
    }

    #[test]
    fn estimates_stand_in_order_and_are_counted_by_side() {
        let figure = caterpillar(f64::NAN);
        assert_eq!(figure.counts(), [1, 1, 1]);
        let names: Vec<String> = figure.numbers().rows.iter().map(|row| format!("{} {}", row[0], row[4])).collect();
        assert_eq!(names, ["A better", "B cannot tell", "C worse"]);
        let svg = figure.draw(&Look::WIDE);
        assert!(svg.contains("better: 1") && svg.contains("A: −3.00 (−5.00 to −1.00)") && !svg.contains("true effect"), "{svg}");
    }

    #[test]
    fn the_truth_is_shown_when_it_is_given() {
        let figure = caterpillar(0.5);
        let svg = figure.draw(&Look::NARROW);
        // One in the key, three in the picture.
        assert_eq!(svg.matches("class=\"hollow\"").count(), 4, "{svg}");
        assert_eq!(figure.numbers().head.last().map(String::as_str), Some("true effect"));
    }
}
