//! How values are spread: bars, or a dot for each value where there are few.

use super::frame::{Entry, Frame, Room, Scale, Sign, height, hue, key, shape};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet, number, percent};
use super::style::{places, with_tip};
use svg::node::element::{Group, Rectangle};

/// Values of one kind, stacked on those of the kinds before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kind {
    /// Name; empty when there is only one.
    pub name: String,
    /// Colour and shape, from 0.
    pub hue: usize,
    /// Values.
    pub values: Vec<f64>,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// Texts.
    pub about: About,
    /// What is spread.
    pub x: Scale,
    /// What is counted, such as "Clients".
    pub counted: String,
    /// Highest count on the axis; from the values without it.
    pub most: Option<f64>,
    /// Kinds of values.
    pub kinds: Vec<Kind>,
    /// Upright guides: value and name.
    pub guides: Vec<(f64, String)>,
    /// A dot for each value.
    pub dots: bool,
}

/// Number of bins that a chart has about.
const BINS: f64 = 40.0;

impl Histogram {
    fn values(&self) -> impl Iterator<Item = f64> {
        self.kinds.iter().flat_map(|kind| &kind.values).copied().filter(|x| x.is_finite())
    }

    /// Edges of the bins: round numbers, one of them 0 if it lies inside.
    fn edges(&self) -> Vec<f64> {
        let wide = self.x.axis(self.values().chain(self.guides.iter().map(|guide| guide.0)), 5);
        let fine = Scale { ends: Some([wide.low, wide.high]), whole: false, ..self.x.clone() };
        let ticks = fine.axis([], BINS as usize).ticks;
        let step = ticks.get(1).map_or(1.0, |second| second - ticks[0]);
        let first = (wide.low / step).floor() as i64;
        let last = (wide.high / step).ceil() as i64;
        (first..=last.max(first + 1)).map(|i| i as f64 * step).collect()
    }

    /// Counts by kind and bin. Values beyond the axis are in the bins at its ends.
    fn counts(&self, edges: &[f64]) -> Vec<Vec<usize>> {
        let bins = edges.len() - 1;
        let (low, step) = (edges[0], edges[1] - edges[0]);
        let bin = |x: f64| (((x - low) / step + 1e-9).floor().max(0.0) as usize).min(bins - 1);
        let of = |kind: &Kind| {
            let mut counts = vec![0; bins];
            kind.values.iter().filter(|x| x.is_finite()).for_each(|&x| counts[bin(x)] += 1);
            counts
        };
        self.kinds.iter().map(of).collect()
    }

    fn key(&self, sheet: &mut Sheet) {
        let all = self.values().count().max(1) as f64;
        let words = |kind: &Kind| format!("{} {} ({})", kind.name, kind.values.len(), percent(kind.values.len() as f64 / all, 0));
        let sign = |kind: &Kind| if self.dots { Sign::Mark(kind.hue) } else { Sign::Field };
        let named = self.kinds.iter().filter(|kind| !kind.name.is_empty());
        let entries: Vec<Entry> = named.map(|kind| Entry { hue: kind.hue, sign: sign(kind), words: words(kind) }).collect();
        key(sheet, &entries);
    }

    fn bars(&self, frame: &Frame, edges: &[f64], counts: &[Vec<usize>]) -> Group {
        let mut out = Group::new();
        for bin in 0..edges.len() - 1 {
            let mut below = 0;
            for (kind, counts) in self.kinds.iter().zip(counts) {
                let n = counts[bin];
                if n > 0 {
                    let range = format!("{} to {}", self.x.figures(edges[bin]), self.x.figures(edges[bin + 1]));
                    let tip = with_tip(&format!("{} {range}: {n}", kind.name)).set("class", hue(kind.hue));
                    let (left, right) = (frame.x.place(edges[bin]), frame.x.place(edges[bin + 1]));
                    let (foot, head) = (frame.y.place(below as f64), frame.y.place((below + n) as f64));
                    let bar = Rectangle::new().set("class", "solid").set("x", places(left + 0.5)).set("y", places(head));
                    out = out.add(tip.add(bar.set("width", places((right - left - 1.0).max(0.5))).set("height", places(foot - head))));
                }
                below += n;
            }
        }
        out
    }

    fn stacks(&self, frame: &Frame, edges: &[f64], counts: &[Vec<usize>]) -> Group {
        let mut out = Group::new();
        let unit = (frame.y.place(0.0) - frame.y.place(1.0)).min(frame.x.place(edges[1]) - frame.x.place(edges[0]));
        let size = (0.42 * unit).clamp(1.0, 7.0);
        for bin in 0..edges.len() - 1 {
            let x = (frame.x.place(edges[bin]) + frame.x.place(edges[bin + 1])) / 2.0;
            let mut below = 0;
            for (kind, counts) in self.kinds.iter().zip(counts) {
                let mut group = Group::new().set("class", hue(kind.hue));
                for at in below..below + counts[bin] {
                    group = group.add(shape(kind.hue, (x, frame.y.place(at as f64 + 0.5)), size).set("class", "dot"));
                }
                out = out.add(group);
                below += counts[bin];
            }
        }
        out
    }
}

impl Figure for Histogram {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let edges = self.edges();
        let counts = self.counts(&edges);
        let several = self.kinds.len() > 1;
        let mut head = vec![format!("{}, from", self.x.name), "to below".into()];
        head.extend(self.kinds.iter().map(|kind| if several { format!("{}, {}", self.counted, kind.name) } else { self.counted.clone() }));
        let row = |bin: usize| {
            let own = counts.iter().map(|counts| number(counts[bin] as f64, 0));
            [self.x.figures(edges[bin]), self.x.figures(edges[bin + 1])].into_iter().chain(own).collect()
        };
        let filled = (0..edges.len() - 1).filter(|&bin| counts.iter().any(|counts| counts[bin] > 0));
        Numbers { head, rows: filled.map(row).collect() }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        self.key(&mut sheet);
        let edges = self.edges();
        let counts = self.counts(&edges);
        let highest = (0..edges.len() - 1).map(|bin| counts.iter().map(|counts| counts[bin]).sum::<usize>()).max().unwrap_or(0);
        let y = Scale::count(
            &self.counted,
            Some([0.0, self.most.unwrap_or((highest as f64 * (1.08 + 0.08 * self.guides.len() as f64)).ceil()).max(1.0)]),
        );
        let across = (sheet.width / 80.0).clamp(3.0, 8.0) as usize;
        let x = Scale { ends: Some([edges[0], edges[edges.len() - 1]]), ..self.x.clone() };
        let (top, tall) = (sheet.y + 4.0, height(sheet.width));
        let outer = Room { left: EDGE, right: sheet.width - 4.0 * EDGE, top, bottom: top + tall };
        let frame = Frame::new(x.axis([], across), y.axis([], 5), outer);
        sheet.add(frame.draw(&x, &y));
        sheet.add(if self.dots { self.stacks(&frame, &edges, &counts) } else { self.bars(&frame, &edges, &counts) });
        for (row, (at, name)) in self.guides.iter().enumerate() {
            sheet.add(frame.upright(*at, name, row));
        }
        sheet.y = top + tall;
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: Vec<f64>) -> Histogram {
        Histogram {
            about: About::new("h", "T", "S", "D"),
            x: Scale::fixed("Effect, points", -30.0, 30.0),
            counted: "Clients".into(),
            kinds: vec![Kind { values, ..Kind::default() }],
            guides: vec![(0.0, "no effect".into())],
            ..Histogram::default()
        }
    }

    #[test]
    fn bins_are_round_and_every_value_is_in_one() {
        let figure = histogram(vec![-40.0, -1.0, 0.0, 0.5, 30.0, f64::NAN]);
        let edges = figure.edges();
        assert!(edges.contains(&0.0) && (edges[1] - edges[0] - 2.0).abs() < 1e-9, "{edges:?}");
        assert_eq!(figure.counts(&edges)[0].iter().sum::<usize>(), 5);
        let numbers = figure.numbers();
        assert_eq!(numbers.head, ["Effect, points, from", "to below", "Clients"]);
        assert!(numbers.rows.contains(&["0", "2.00", "2"].map(str::to_owned).to_vec()), "{:?}", numbers.rows);
    }

    #[test]
    fn bars_or_dots_as_many_as_there_are_values() {
        let mut figure = histogram(vec![1.0, 1.0, 5.0]);
        assert_eq!(figure.draw(&Look::WIDE).matches("class=\"solid\"").count(), 2);
        figure.dots = true;
        assert_eq!(figure.draw(&Look::NARROW).matches("class=\"dot\"").count(), 3);
    }

    #[test]
    fn no_values_no_bars() {
        for values in [Vec::new(), vec![f64::NAN]] {
            let mut figure = histogram(values);
            figure.x = Scale::free("x");
            let svg = figure.draw(&Look::WIDE);
            assert!(!svg.contains("NaN") && !svg.contains("class=\"solid\"") && figure.numbers().rows.is_empty(), "{svg}");
        }
    }
}
