//! A quantity over two factors: fields in five depths of one colour, each with its number.

use super::frame::Scale;
use super::letters::{self, LEADING, SIZE, SMALL};
use super::sheet::{About, EDGE, Figure, Look, Numbers, Sheet};
use super::style::{places, text, with_tip};
use svg::node::element::{Group, Rectangle};

/// The chart.
#[derive(Clone, Debug, Default)]
pub struct Heat {
    /// Texts.
    pub about: About,
    /// What fields show; its ends are those of the colours.
    pub value: Scale,
    /// Names of the factors: of the columns, of the rows.
    pub factors: [String; 2],
    /// Levels of the factor of the columns.
    pub columns: Vec<String>,
    /// Levels of the factor of the rows.
    pub rows: Vec<String>,
    /// Values by row and column (NaN where there is none).
    pub values: Vec<Vec<f64>>,
    /// What is written into the fields; the value without it.
    pub labels: Option<Vec<Vec<String>>>,
}

/// Depths of the colour.
const DEPTHS: usize = 5;

impl Heat {
    fn ends(&self) -> [f64; 2] {
        self.value.ends.unwrap_or_else(|| {
            let defined = self.values.iter().flatten().copied().filter(|x| x.is_finite());
            let (low, high) = defined.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
            [low, high]
        })
    }

    fn depth(&self, x: f64) -> usize {
        let [low, high] = self.ends();
        if low < high { (((x - low) / (high - low)).clamp(0.0, 1.0) * DEPTHS as f64).min(DEPTHS as f64 - 1.0) as usize } else { DEPTHS / 2 }
    }

    fn label(&self, row: usize, column: usize) -> String {
        let own = self.labels.as_ref().and_then(|labels| labels.get(row)?.get(column)).cloned();
        own.unwrap_or_else(|| self.value.figures(self.value(row, column)))
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.values.get(row).and_then(|values| values.get(column)).copied().unwrap_or(f64::NAN)
    }

    fn field(&self, (row, column): (usize, usize), (x, y): (f64, f64), (wide, tall): (f64, f64)) -> Group {
        let (value, label) = (self.value(row, column), self.label(row, column));
        let [across, down] = &self.factors;
        let tip = format!("{across} {}, {down} {}: {label}", self.columns[column], self.rows[row]);
        if !value.is_finite() {
            return with_tip(&tip).add(text("–", x + wide / 2.0, y + tall / 2.0 + 5.0, "quiet middle"));
        }
        let depth = self.depth(value);
        let field = Rectangle::new().set("class", format!("h{depth}")).set("x", places(x)).set("y", places(y));
        let words = letters::fitted(&label, SMALL, wide - 4.0);
        with_tip(&tip).add(field.set("width", places(wide - 2.0)).set("height", places(tall - 2.0))).add(text(
            &words,
            x + wide / 2.0 - 1.0,
            y + tall / 2.0 + 4.0,
            &format!("small middle on{depth}"),
        ))
    }
}

impl Figure for Heat {
    fn about(&self) -> &About {
        &self.about
    }

    fn numbers(&self) -> Numbers {
        let head = vec![self.factors[1].clone(), self.factors[0].clone(), self.value.name.clone()];
        let places = (0..self.rows.len()).flat_map(|row| (0..self.columns.len()).map(move |column| (row, column)));
        let row = |(row, column): (usize, usize)| vec![self.rows[row].clone(), self.columns[column].clone(), self.label(row, column)];
        Numbers { head, rows: places.map(row).collect() }
    }

    fn draw(&self, look: &Look) -> String {
        let mut sheet = Sheet::new(&self.about, look);
        let names = letters::widest(self.rows.iter().chain([&format!("↓ {}", self.factors[1])]), SIZE).min(0.32 * sheet.width);
        let left = EDGE + names + 10.0;
        let wide = ((sheet.width - EDGE - left) / self.columns.len().max(1) as f64).min(140.0);
        let tall = (0.55 * wide).clamp(30.0, 52.0);
        sheet.words(&format!("In each field: {}", self.value.name), SMALL, "ink small");
        sheet.y += LEADING;
        sheet.add(text(&format!("{} →", self.factors[0]), left, sheet.y, "ink small"));
        sheet.y += LEADING;
        for (column, level) in self.columns.iter().enumerate() {
            let words = letters::fitted(level, SMALL, wide - 2.0);
            sheet.add(text(&words, left + (column as f64 + 0.5) * wide, sheet.y, "quiet small middle"));
        }
        sheet.add(text(&letters::fitted(&format!("↓ {}", self.factors[1]), SMALL, left - 8.0), EDGE, sheet.y, "ink small"));
        sheet.y += 6.0;
        for (row, level) in self.rows.iter().enumerate() {
            sheet.add(text(&letters::fitted(level, SIZE, names), left - 8.0, sheet.y + tall / 2.0 + 5.0, "ink end"));
            for column in 0..self.columns.len() {
                sheet.add(self.field((row, column), (left + column as f64 * wide, sheet.y), (wide, tall)));
            }
            sheet.y += tall;
        }
        sheet.y += 6.0;
        sheet.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heat(values: Vec<Vec<f64>>) -> Heat {
        Heat {
            about: About::new("h", "T", "S", "D"),
            value: Scale::free("Final score, points"),
            factors: ["caseload".into(), "dropout".into()],
            columns: vec!["10".into(), "20".into()],
            rows: vec!["−3".into(), "−2".into()],
            values,
            labels: None,
        }
    }

    #[test]
    fn the_lowest_and_the_highest_value_have_the_lightest_and_the_deepest_field() {
        let figure = heat(vec![vec![1.0, 2.0], vec![f64::NAN, 11.0]]);
        assert_eq!([1.0, 2.0, 11.0].map(|x| figure.depth(x)), [0, 0, 4]);
        let svg = figure.draw(&Look::WIDE);
        assert!(svg.contains("class=\"h4\"") && svg.contains("caseload 20, dropout −2: 11.00") && !svg.contains("NaN"), "{svg}");
        assert_eq!(figure.numbers().rows[2], ["−2", "10", "–"]);
    }

    #[test]
    fn equal_values_and_no_values_are_drawn_too() {
        assert!(heat(vec![vec![1.0, 1.0], vec![1.0, 1.0]]).draw(&Look::NARROW).contains("class=\"h2\""));
        assert!(!heat(Vec::new()).draw(&Look::NARROW).contains("class=\"h"));
    }
}
