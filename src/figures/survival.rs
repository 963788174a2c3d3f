//! Who is still in treatment (Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452), with numbers at risk below.

use super::frame::{Scale, tone};
use super::letters::{self, SMALL};
use super::lines::{Lines, Panel, Point, Series};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet, number};
use super::style::text;

/// The curve of an arm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Name.
    pub name: String,
    /// Colour, from 0.
    pub hue: usize,
    /// Share left after each time, with its interval, from time 0.
    pub points: Vec<Point>,
    /// At risk just before each time, in the order of time; empty for a curve whose numbers at risk are those of another.
    pub at_risk: Vec<(f64, f64)>,
}

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Survival {
    /// Texts.
    pub about: About,
    /// Time.
    pub x: Scale,
    /// Share.
    pub y: Scale,
    /// What a band means.
    pub band: String,
    /// Who is at risk, with the unit: such as "clients in treatment".
    pub at_risk: String,
    /// Curves.
    pub curves: Vec<Curve>,
}

impl Survival {
    fn lines(&self) -> Lines {
        let series = |curve: &Curve| Series {
            name: curve.name.clone(),
            hue: curve.hue,
            steps: true,
            points: curve.points.clone(),
            ..Series::default()
        };
        Lines {
            about: self.about.clone(),
            x: self.x.clone(),
            y: self.y.clone(),
            band: self.band.clone(),
            levels: Vec::new(),
            panels: vec![Panel { heading: String::new(), series: self.curves.iter().map(series).collect() }],
        }
    }
}

impl Curve {
    /// At risk just before a time: those who are there at the next time on record.
    pub fn at_risk_before(&self, time: f64) -> Option<f64> {
        self.at_risk.iter().find(|(at, _)| *at >= time - 1e-9).map(|(_, n)| *n)
    }
}

impl Figure for Survival {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let head = ["Line", &self.x.name, &self.y.name, &format!("{}, from", self.band), "to", &self.at_risk];
        let row = |curve: &Curve, point: &Point| {
            vec![
                curve.name.clone(),
                self.x.figures(point.x),
                self.y.figures(point.y),
                self.y.figures(point.low),
                self.y.figures(point.high),
                curve.at_risk_before(point.x).map_or_else(|| "–".into(), |n| number(n, 0)),
            ]
        };
        Numbers {
            head: head.map(str::to_owned).to_vec(),
            rows: self.curves.iter().flat_map(|curve| curve.points.iter().map(move |point| row(curve, point))).collect(),
        }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        if let Some(frame) = self.lines().panels(&mut sheet) {
            sheet.y += 16.0;
            let named = sheet.width - frame.room.right > 60.0;
            let counted = self.curves.iter().filter(|curve| !curve.at_risk.is_empty());
            let names: Vec<&str> = counted.map(|curve| curve.name.as_str()).collect();
            let heading = if named { self.at_risk.clone() } else { format!("{}: {}", self.at_risk, names.join(", ")) };
            sheet.add(text(&letters::fitted(&heading, SMALL, sheet.width - 2.0 * EDGE), EDGE, sheet.y, "quiet small"));
            let widest = letters::widest(self.curves.iter().flat_map(|c| c.at_risk.iter().map(|(_, n)| number(*n, 0))), SMALL);
            for curve in self.curves.iter().filter(|curve| !curve.at_risk.is_empty()) {
                sheet.y += 17.0;
                let mut free_from = f64::NEG_INFINITY;
                for &tick in &frame.x.ticks {
                    let x = frame.x.place(tick);
                    if let Some(n) = curve.at_risk_before(tick).filter(|_| x - widest / 2.0 >= free_from) {
                        sheet.add(text(&number(n, 0), x, sheet.y, &format!("small middle {}", tone(curve.hue))));
                        free_from = x + widest / 2.0 + 6.0;
                    }
                }
                if named {
                    sheet.add(text(&curve.name, frame.room.right + 8.0 + widest / 2.0, sheet.y, &format!("small {}", tone(curve.hue))));
                }
            }
        }
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survival() -> Survival {
        let curve = Curve {
            name: "feedback".into(),
            hue: 1,
            points: vec![Point::bare(0.0, 1.0), Point::within(1.0, 0.9, 0.05), Point::within(2.0, 0.6, 0.08)],
            at_risk: vec![(1.0, 40.0), (2.0, 36.0)],
        };
        Survival {
            about: About::new("k", "T", "S", "D"),
            x: Scale::count("Session", Some([0.0, 2.0])),
            y: Scale::share("Still in treatment"),
            band: "95 % interval".into(),
            at_risk: "At risk, clients".into(),
            curves: vec![curve],
        }
    }

    #[test]
    fn numbers_at_risk_stand_below_the_curve_and_in_the_table() {
        let figure = survival();
        let svg = figure.draw(&Look::WIDE);
        assert!(svg.contains("At risk, clients") && svg.contains("\n36\n") && svg.matches("\n40\n").count() == 2, "{svg}");
        assert!(svg.contains('H') && !svg.contains("NaN"));
        assert_eq!(figure.numbers().rows[2], ["feedback", "2", "60.0 %", "52.0 %", "68.0 %", "36"]);
    }

    #[test]
    fn without_curves_there_is_an_empty_picture() {
        let figure = Survival { curves: Vec::new(), ..survival() };
        assert!(figure.draw(&Look::NARROW).contains("Simulated") && figure.numbers().rows.is_empty());
    }
}
