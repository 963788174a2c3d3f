//! The intervals of all replicates, the most surprising on top: which of them miss the truth, and on which side (Morris, White
//! and Crowther 2019, doi:10.1002/sim.8086).

use super::frame::{Entry, Frame, Room, Scale, Sign, height, hue, key};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet, number, percent};
use super::style::{places, with_tip};
use svg::node::element::Path;

/// The interval of a replicate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How far the estimate is from the truth, in its own standard errors.
    pub z: f64,
    /// What is true in this replicate.
    pub truth: f64,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Zip {
    /// Texts.
    pub about: About,
    /// What is estimated, as a difference from the truth.
    pub x: Scale,
    /// Level of the intervals, such as 0.95.
    pub level: f64,
    /// Intervals of the replicates that have one.
    pub intervals: Vec<Interval>,
}

/// Kinds of intervals with their colours: miss, hold.
const MISS: usize = 1;
const HOLD: usize = 0;

impl Interval {
    fn holds(&self) -> bool {
        self.low <= self.truth && self.truth <= self.high
    }

    fn defined(&self) -> bool {
        [self.low, self.high, self.z, self.truth].iter().all(|x| x.is_finite())
    }
}

impl Zip {
    /// From the least surprising to the most.
    fn sorted(&self) -> Vec<Interval> {
        let mut sorted: Vec<Interval> = self.intervals.iter().copied().filter(Interval::defined).collect();
        sorted.sort_by(|a, b| a.z.abs().total_cmp(&b.z.abs()));
        sorted
    }

    /// Share of intervals that hold the truth.
    pub fn coverage(&self) -> f64 {
        let sorted = self.sorted();
        sorted.iter().filter(|interval| interval.holds()).count() as f64 / sorted.len() as f64
    }
}

impl Figure for Zip {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let sorted = self.sorted();
        let all = sorted.len() as f64;
        let row = |name: &str, of: &dyn Fn(&Interval) -> bool| {
            let n = sorted.iter().filter(|interval| of(interval)).count() as f64;
            vec![name.to_owned(), number(n, 0), percent(n / all, 1)]
        };
        Numbers {
            head: ["Interval", "Replicates", "Share"].map(str::to_owned).to_vec(),
            rows: vec![
                row("holds the truth", &Interval::holds),
                row("lies below the truth", &|interval| interval.high < interval.truth),
                row("lies above the truth", &|interval| interval.low > interval.truth),
            ],
        }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        let sorted = self.sorted();
        let missing = sorted.iter().filter(|interval| !interval.holds()).count();
        let entry = |hue, words: String| Entry { hue, sign: Sign::Line(""), words };
        key(
            &mut sheet,
            &[entry(HOLD, format!("holds the truth: {}", sorted.len() - missing)), entry(MISS, format!("misses it: {missing}"))],
        );
        let y = Scale { percent: true, ..Scale::fixed("Share of replicates, by distance from the truth", 0.0, 1.0) };
        let (top, tall) = (sheet.y + 4.0, height(sheet.width));
        let ends = sorted.iter().flat_map(|interval| [interval.low - interval.truth, interval.high - interval.truth]).chain([0.0]);
        let across = (sheet.width / 90.0).clamp(3.0, 8.0) as usize;
        let room = Room { left: EDGE, right: sheet.width - 2.0 * EDGE, top, bottom: top + tall };
        let frame = Frame::new(self.x.axis(ends, across), y.axis([], 5), room);
        sheet.add(frame.draw(&self.x, &y));
        for (holds, colour) in [(true, HOLD), (false, MISS)] {
            let mut d = String::new();
            for (at, interval) in sorted.iter().enumerate().filter(|(_, interval)| interval.holds() == holds) {
                let height = places(frame.y.place((at as f64 + 0.5) / sorted.len() as f64));
                let end = |x: f64| places(frame.x.place(x - interval.truth));
                d += &format!("M{} {height}H{}", end(interval.low), end(interval.high));
            }
            if !d.is_empty() {
                let words = if holds { "intervals that hold the truth" } else { "intervals that miss the truth" };
                sheet.add(with_tip(words).set("class", hue(colour)).add(Path::new().set("class", "fine soft").set("d", d)));
            }
        }
        sheet.add(frame.level(self.level, &format!("{} of intervals", percent(self.level, 0))));
        sheet.add(frame.upright(0.0, "", 0));
        sheet.y = top + tall;
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_ordered_and_counted() {
        let interval = |estimate: f64, truth: f64| Interval { low: estimate - 2.0, high: estimate + 2.0, z: estimate - truth, truth };
        let figure = Zip {
            about: About::new("z", "T", "S", "D"),
            x: Scale::free("Estimate minus truth"),
            level: 0.95,
            intervals: vec![interval(3.0, 0.0), interval(0.5, 0.0), interval(-1.0, 0.0), interval(f64::NAN, 0.0), interval(7.0, 10.0)],
        };
        assert_eq!(figure.sorted().iter().map(|interval| interval.z.abs()).collect::<Vec<_>>(), [0.5, 1.0, 3.0, 3.0]);
        assert_eq!(figure.coverage(), 0.5);
        assert_eq!(figure.numbers().rows.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), ["2", "1", "1"]);
        let svg = figure.draw(&Look::WIDE);
        assert!(svg.contains("holds the truth: 2") && !svg.contains("NaN"), "{svg}");
        assert!(Zip { intervals: Vec::new(), ..figure }.draw(&Look::NARROW).contains("misses it: 0"));
    }
}
