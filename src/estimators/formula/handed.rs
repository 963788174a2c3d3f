//! Data sets as tables of text, for methods that are not part of this program.

use super::expr::{Expr, View};
use crate::dataset::frame::Slot;
use core::fmt::Write;

/// What a column of such a table is filled with.
#[derive(Clone, Debug, PartialEq)]
pub enum Filled {
    /// Values of an expression.
    Numbers(Expr),
    /// Numbers of groups, from 1.
    Groups(Slot),
    /// Names of groups, by code.
    Names(Slot, Vec<String>),
}

/// A column with its heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Handed {
    /// Heading.
    pub name: String,
    /// What it holds.
    pub filled: Filled,
}

/// What stands for a value that is missing: R and Python both read it as such.
pub const MISSING: &str = "NA";

/// One column, worked out for the rows of a view.
enum Values {
    Numbers(Vec<f64>),
    Codes(Vec<u32>),
    Names(Vec<u32>, Vec<String>),
}

/// Rows of a view as comma-separated values, a line of headings first. Numbers are written so that reading them gives the same
/// bits; missing ones are [`MISSING`].
pub fn csv(columns: &[Handed], of: &View) -> String {
    let values: Vec<Values> = columns.iter().map(|column| column.values(of)).collect();
    let heads: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    let mut text = heads.join(",");
    text.push('\n');
    for row in 0..of.len() {
        for (at, column) in values.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            column.write(row, &mut text);
        }
        text.push('\n');
    }
    text
}

impl Handed {
    fn values(&self, of: &View) -> Values {
        match &self.filled {
            Filled::Numbers(expr) => Values::Numbers(of.numbers(expr)),
            Filled::Groups(slot) => Values::Codes(of.raw_codes(*slot)),
            Filled::Names(slot, names) => Values::Names(of.raw_codes(*slot), names.iter().map(|name| quoted(name)).collect()),
        }
    }
}

impl Values {
    fn write(&self, row: usize, text: &mut String) {
        // Writing to a text cannot fail.
        match self {
            Self::Numbers(values) if values[row].is_nan() => text.push_str(MISSING),
            Self::Numbers(values) => {
                let _ = write!(text, "{}", values[row]);
            }
            Self::Codes(codes) => {
                let _ = write!(text, "{}", codes[row] + 1);
            }
            Self::Names(codes, names) => text.push_str(names.get(codes[row] as usize).map_or(MISSING, String::as_str)),
        }
    }
}

/// A text as a cell: on one line, in quotation marks.
fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", line.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::catalogue::Level;
    use crate::dataset::frame::{Column, Frame, Rows};

    #[test]
    fn every_bit_of_a_number_and_every_odd_name_is_kept() {
        let slot = |index| Slot { level: Level::Clients, index };
        let columns = vec![Column::Numbers(vec![0.1 + 0.2, f64::NAN, -1e-300]), Column::Codes(vec![1, 0, 7])];
        let clients = Rows { len: 3, of_arm: core::iter::once(0..3).collect(), columns };
        let frame = Frame { clients, ..Frame::default() };
        let columns = [
            Handed { name: "a\"b".into(), filled: Filled::Numbers(Expr::Column(slot(0))) },
            Handed { name: "group".into(), filled: Filled::Groups(slot(1)) },
            Handed { name: "arm".into(), filled: Filled::Names(slot(1), vec!["usual, care".into(), "two\nlines".into()]) },
        ];
        let text = csv(&columns, &View { frame: &frame, level: Level::Clients, rows: vec![0, 1, 2] });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "\"a\"\"b\",\"group\",\"arm\"");
        assert_eq!(lines[1].split(',').next().and_then(|cell| cell.parse().ok()), Some(0.1 + 0.2));
        assert!(lines[1].ends_with(",2,\"two lines\"") && lines[2] == "NA,1,\"usual, care\"" && lines[3].ends_with(",8,NA"), "{text}");
    }
}
