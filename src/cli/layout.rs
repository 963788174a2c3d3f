//! Plain text in columns, 100 characters wide at most.

pub use crate::dataset::text::{cut, length, wrap};

/// Widest line.
pub const WIDTH: usize = 100;
/// Blanks between columns.
const GAP: usize = 2;

/// A whole number with commas between thousands.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A duration in words: `0.4 s`, `12 s`, `3 min`, `2.5 h`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 119.5 => format!("{s:.0} s"),
        s if s < 7170.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

/// A size in words: `12 kB`, `3.4 MB`.
pub fn bytes(bytes: f64) -> String {
    match bytes {
        b if b < 999_500.0 => format!("{:.0} kB", (b / 1e3).max(1.0)),
        b if b < 999.5e6 => format!("{:.1} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}

/// A number in a column: what stands before and after its ± sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// Value.
    pub value: String,
    /// Standard error; empty when there is none.
    pub error: String,
}

/// A line of a grid.
#[derive(Clone, Debug)]
pub enum Line {
    /// Heading of the lines below.
    Group(String),
    /// Labels, then figures.
    Row(Vec<String>, Vec<Figure>),
}

/// Labels on the left, figures on the right.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// Headings of the label columns.
    pub labels: Vec<String>,
    /// Headings of the figures.
    pub figures: Vec<String>,
    /// Lines.
    pub lines: Vec<Line>,
}

/// Widths of value and error of a column of figures.
#[derive(Clone, Copy, Default)]
struct Split {
    value: usize,
    error: usize,
}

impl Split {
    fn width(self) -> usize {
        self.value + if self.error > 0 { 3 + self.error } else { 0 }
    }
}

impl Grid {
    /// The grid as text, every line ended. `style` may decorate group headings.
    pub fn render(&self, style: impl Fn(&str) -> String) -> String {
        let splits = self.splits();
        let widths: Vec<usize> = splits.iter().zip(&self.figures).map(|(split, head)| column_width(*split, head)).collect();
        let labels = self.label_widths(WIDTH.saturating_sub(widths.iter().map(|w| w + GAP).sum::<usize>()));
        let mut out = self.head(&labels, &widths);
        for line in &self.lines {
            match line {
                Line::Group(name) => out.push_str(&format!("{}\n", style(name))),
                Line::Row(names, figures) => out.push_str(&row(names, figures, &labels, &widths, &splits)),
            }
        }
        out
    }

    fn rows(&self) -> impl Iterator<Item = (&Vec<String>, &Vec<Figure>)> {
        self.lines.iter().filter_map(|line| match line {
            Line::Row(names, figures) => Some((names, figures)),
            Line::Group(_) => None,
        })
    }

    fn splits(&self) -> Vec<Split> {
        let mut splits = vec![Split::default(); self.figures.len()];
        for (_, figures) in self.rows() {
            for (split, figure) in splits.iter_mut().zip(figures) {
                split.value = split.value.max(length(&figure.value));
                split.error = split.error.max(length(&figure.error));
            }
        }
        splits
    }

    /// Widths of the label columns: what they need, as far as there is room; the widest give way first.
    fn label_widths(&self, room: usize) -> Vec<usize> {
        let longest_word = |head: &String| head.split_whitespace().map(length).max().unwrap_or(0);
        let mut widths: Vec<usize> = self.labels.iter().map(longest_word).collect();
        for (names, _) in self.rows() {
            for (width, name) in widths.iter_mut().zip(names) {
                *width = (*width).max(length(name));
            }
        }
        while widths.iter().map(|w| w + GAP).sum::<usize>() > room + GAP {
            match widths.iter_mut().max() {
                Some(widest) if *widest > 4 => *widest -= 1,
                _ => break,
            }
        }
        widths
    }

    /// The headings, wrapped, the last line of each on the same line.
    fn head(&self, labels: &[usize], widths: &[usize]) -> String {
        let names: Vec<Vec<String>> = self.labels.iter().zip(labels).map(|(head, &w)| wrap(head, w)).collect();
        let figures: Vec<Vec<String>> = self.figures.iter().zip(widths).map(|(head, &w)| wrap(head, w)).collect();
        let height = names.iter().chain(&figures).map(Vec::len).max().unwrap_or(0);
        let at = |lines: &Vec<String>, line: usize| {
            (line + lines.len()).checked_sub(height).and_then(|i| lines.get(i)).cloned().unwrap_or_default()
        };
        let mut out = String::new();
        for line in 0..height {
            let mut text = String::new();
            for (lines, &w) in names.iter().zip(labels) {
                text.push_str(&format!("{:w$}{:GAP$}", at(lines, line), ""));
            }
            for (lines, &w) in figures.iter().zip(widths) {
                text.push_str(&format!("{:>w$}{:GAP$}", at(lines, line), ""));
            }
            out.push_str(&format!("{}\n", text.trim_end()));
        }
        out
    }
}

/// Room for the figures, and for a heading in at most three lines or so.
fn column_width(split: Split, head: &str) -> usize {
    let word = head.split_whitespace().map(length).max().unwrap_or(0).min(14);
    split.width().max(word).max(length(head).div_ceil(3).min(16))
}

fn row(names: &[String], figures: &[Figure], labels: &[usize], widths: &[usize], splits: &[Split]) -> String {
    let mut text = String::new();
    for (name, &w) in names.iter().zip(labels) {
        text.push_str(&format!("{:w$}{:GAP$}", cut(name, w), ""));
    }
    for ((figure, &w), split) in figures.iter().zip(widths).zip(splits) {
        let (v, e) = (split.value, split.error);
        let sign = if figure.error.is_empty() { "   " } else { " ± " };
        let shown = if e == 0 { format!("{:>v$}", figure.value) } else { format!("{:>v$}{sign}{:<e$}", figure.value, figure.error) };
        text.push_str(&format!("{shown:>w$}{:GAP$}", ""));
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_wrapped() {
        assert_eq!((cut("feedback", 8), cut("feedback", 5)), ("feedback".into(), "feed…".into()));
        assert_eq!(wrap("feedback with support tools", 12), ["feedback", "with support", "tools"]);
        assert!(wrap(&"x".repeat(300), 10).iter().all(|line| length(line) <= 10));
    }

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!((thousands(7), thousands(1000), thousands(1_234_567)), ("7".into(), "1,000".into(), "1,234,567".into()));
        assert_eq!(
            (duration(0.42), duration(75.0), duration(600.0), duration(9000.0)),
            ("0.4 s".into(), "75 s".into(), "10 min".into(), "2.5 h".into())
        );
        assert_eq!((bytes(10.0), bytes(3.4e6)), ("1 kB".into(), "3.4 MB".into()));
    }

    #[test]
    fn a_grid_keeps_within_its_width_and_aligns_the_errors() {
        let figure = |value: &str, error: &str| Figure { value: value.into(), error: error.into() };
        let grid = Grid {
            labels: vec!["".into()],
            figures: vec!["usual care".into(), "feedback with a very long name that goes on and on".into()],
            lines: vec![
                Line::Row(vec!["l".repeat(200)], vec![figure("62.10", "0.04"), figure("–", "")]),
                Line::Row(vec!["short".into()], vec![figure("9.1", "0.1"), figure("1", "2")]),
            ],
        };
        let text = grid.render(str::to_owned);
        assert!(text.lines().all(|line| length(line) <= WIDTH), "{text}");
        let signs: Vec<Option<usize>> =
            text.lines().filter(|line| line.contains('±')).map(|line| line.find('±').map(|at| length(&line[..at]))).collect();
        assert_eq!(signs[0], signs[1], "{text}");
    }
}
