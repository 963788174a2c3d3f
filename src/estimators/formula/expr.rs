//! Expressions over the columns of a study, worked out for the rows that an analysis uses.

use super::ast::Compare;
use crate::dataset::catalogue::Level;
use crate::dataset::frame::{Frame, Slot};

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Sum.
    Plus,
    /// Difference.
    Minus,
    /// Product.
    Times,
    /// Quotient.
    Over,
}

/// An expression whose names are looked up.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A number.
    Number(f64),
    /// A column of numbers.
    Column(Slot),
    /// 1 in one group, else 0.
    Is(Slot, u32),
    /// The value that the session before (−1) or after (1) has.
    Beside(Box<Expr>, isize),
    /// Two values and what is done with them.
    Pair(Box<Expr>, Operation, Box<Expr>),
    /// 1 where a comparison holds, 0 where it does not; missing where one of the two is.
    Compared(Box<Expr>, Compare, Box<Expr>),
    /// Natural logarithm; missing at 0 and below.
    Log(Box<Expr>),
    /// Minus the mean, over the standard deviation, of the rows used.
    Standard(Box<Expr>),
    /// Mean of the rows used in the same group.
    GroupMean(Box<Expr>, Slot),
    /// Deviation from that mean.
    Within(Box<Expr>, Slot),
    /// Residual of the group's own straight line over another variable, among the rows used.
    Detrended(Box<Expr>, Slot, Box<Expr>),
}

/// Some rows of a level of a frame.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The data.
    pub frame: &'a Frame,
    /// What a row is about.
    pub level: Level,
    /// Which rows.
    pub rows: Vec<usize>,
}

impl View<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// No rows are left.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Values of an expression.
    pub fn numbers(&self, of: &Expr) -> Vec<f64> {
        match of {
            Expr::Number(value) => vec![*value; self.len()],
            Expr::Column(slot) => self.rows.iter().map(|&row| self.frame.number(self.level, *slot, row)).collect(),
            Expr::Is(slot, wanted) => self.raw_codes(*slot).into_iter().map(|code| f64::from(u8::from(code == *wanted))).collect(),
            Expr::Beside(of, by) => self.beside(of, *by),
            Expr::Pair(left, operation, right) => self.both(left, right, |left, right| operation.on(left, right)),
            Expr::Compared(left, compare, right) => self.both(left, right, |left, right| match left.is_nan() || right.is_nan() {
                true => f64::NAN,
                false => f64::from(compare.holds(left, right)),
            }),
            Expr::Log(of) => self.numbers(of).into_iter().map(|x| if x > 0.0 { libm::log(x) } else { f64::NAN }).collect(),
            Expr::Standard(of) => standardised(self.numbers(of)),
            Expr::GroupMean(of, group) => group_means(&self.numbers(of), &self.codes(*group)),
            Expr::Within(of, group) => {
                let values = self.numbers(of);
                let means = group_means(&values, &self.codes(*group));
                values.into_iter().zip(means).map(|(x, mean)| x - mean).collect()
            }
            Expr::Detrended(of, group, over) => detrended(&self.numbers(of), &self.numbers(over), &self.codes(*group)),
        }
    }

    /// Values worked out from those of two expressions.
    fn both(&self, left: &Expr, right: &Expr, of: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        let (mut left, right) = (self.numbers(left), self.numbers(right));
        left.iter_mut().zip(right).for_each(|(left, right)| *left = of(*left, right));
        left
    }

    /// Values of the same expression one session before or after.
    fn beside(&self, of: &Expr, by: isize) -> Vec<f64> {
        let others: Vec<Option<usize>> = self.rows.iter().map(|&row| self.frame.beside(row, by)).collect();
        let there = View { frame: self.frame, level: self.level, rows: others.iter().flatten().copied().collect() };
        let mut values = there.numbers(of).into_iter();
        others.iter().map(|other| other.and_then(|_| values.next()).unwrap_or(f64::NAN)).collect()
    }

    /// Codes of a column of groups.
    pub fn raw_codes(&self, group: Slot) -> Vec<u32> {
        self.rows.iter().map(|&row| self.frame.code(self.level, group, row)).collect()
    }

    /// Codes of a column of groups, counted from 0 without gaps, in the order of the codes.
    pub fn codes(&self, group: Slot) -> Vec<usize> {
        let raw = self.raw_codes(group);
        let mut known = raw.clone();
        known.sort_unstable();
        known.dedup();
        raw.iter().map(|code| known.partition_point(|other| other < code)).collect()
    }

    /// Rows of which a test holds.
    #[must_use]
    pub fn kept(&self, keep: &[bool]) -> Self {
        let rows = self.rows.iter().zip(keep).filter(|(_, keep)| **keep).map(|(row, _)| *row).collect();
        Self { rows, ..*self }
    }

    /// The rows in which everything that some expressions need is there.
    #[must_use]
    pub fn complete<'e>(&self, all: impl IntoIterator<Item = &'e Expr>) -> Self {
        let mut keep = vec![true; self.len()];
        for leaf in all.into_iter().flat_map(Expr::row_wise_parts) {
            keep.iter_mut().zip(self.numbers(leaf)).for_each(|(keep, value)| *keep &= value.is_finite());
        }
        self.kept(&keep)
    }
}

impl Operation {
    fn on(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Plus => left + right,
            Self::Minus => left - right,
            Self::Times => left * right,
            Self::Over => left / right,
        }
    }
}

impl Compare {
    /// A missing number fulfils no comparison.
    pub(super) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::AtLeast => left >= right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::Less => left < right,
            Self::Is => left == right,
            Self::IsNot => left != right && !left.is_nan() && !right.is_nan(),
        }
    }
}

impl Expr {
    /// Does the value of a row depend on nothing but the data of the same client?
    pub fn is_row_wise(&self) -> bool {
        match self {
            Self::Number(_) | Self::Column(_) | Self::Is(..) => true,
            Self::Beside(of, _) | Self::Log(of) => of.is_row_wise(),
            Self::Pair(left, _, right) | Self::Compared(left, _, right) => left.is_row_wise() && right.is_row_wise(),
            Self::Standard(_) | Self::GroupMean(..) | Self::Within(..) | Self::Detrended(..) => false,
        }
    }

    /// Is this column part of it?
    pub fn holds(&self, slot: Slot) -> bool {
        match self {
            Self::Number(_) | Self::Is(..) => false,
            Self::Column(own) => *own == slot,
            Self::Beside(of, _) | Self::Log(of) | Self::Standard(of) | Self::GroupMean(of, _) | Self::Within(of, _) => of.holds(slot),
            Self::Pair(left, _, right) | Self::Compared(left, _, right) | Self::Detrended(left, _, right) => {
                left.holds(slot) || right.holds(slot)
            }
        }
    }

    /// The largest parts that are worked out row by row.
    fn row_wise_parts(&self) -> Vec<&Self> {
        match self {
            _ if self.is_row_wise() => vec![self],
            Self::Beside(of, _) | Self::Log(of) | Self::Standard(of) | Self::GroupMean(of, _) | Self::Within(of, _) => of.row_wise_parts(),
            Self::Pair(left, _, right) | Self::Compared(left, _, right) | Self::Detrended(left, _, right) => {
                left.row_wise_parts().into_iter().chain(right.row_wise_parts()).collect()
            }
            Self::Number(_) | Self::Column(_) | Self::Is(..) => Vec::new(),
        }
    }
}

/// Standardised with n − 1 in the variance; missing when nothing varies.
fn standardised(values: Vec<f64>) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let sd = if variance > 0.0 { variance.sqrt() } else { f64::NAN };
    values.into_iter().map(|x| (x - mean) / sd).collect()
}

fn group_means(values: &[f64], codes: &[usize]) -> Vec<f64> {
    let mut sums = vec![[0.0; 2]; codes.iter().max().map_or(0, |most| most + 1)];
    for (&code, value) in codes.iter().zip(values) {
        sums[code][0] += value;
        sums[code][1] += 1.0;
    }
    codes.iter().map(|&code| sums[code][0] / sums[code][1]).collect()
}

/// Residuals of each group's own line; of a group in which `over` does not vary, deviations from its mean.
fn detrended(values: &[f64], over: &[f64], codes: &[usize]) -> Vec<f64> {
    let deviations = |of: &[f64]| -> Vec<f64> { of.iter().zip(group_means(of, codes)).map(|(x, mean)| x - mean).collect() };
    let (y, x) = (deviations(values), deviations(over));
    let mut sums = vec![[0.0; 2]; codes.iter().max().map_or(0, |most| most + 1)];
    for ((&code, y), x) in codes.iter().zip(&y).zip(&x) {
        sums[code][0] += x * y;
        sums[code][1] += x * x;
    }
    let slope = |code: usize| if sums[code][1] > 0.0 { sums[code][0] / sums[code][1] } else { 0.0 };
    codes.iter().zip(y.iter().zip(&x)).map(|(&code, (y, x))| y - slope(code) * x).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::frame::{Column, Rows};

    fn slot(level: Level, index: usize) -> Slot {
        Slot { level, index }
    }

    /// Two clients with three and two sessions: a score per session, a number per client.
    fn frame() -> Frame {
        Frame {
            clients: Rows {
                len: 2,
                of_arm: core::iter::once(0..2).collect(),
                columns: vec![Column::Numbers(vec![10.0, f64::NAN]), Column::Codes(vec![8, 3])],
            },
            sessions: Rows {
                len: 5,
                of_arm: core::iter::once(0..5).collect(),
                columns: vec![Column::Numbers(vec![1.0, 2.0, 6.0, 4.0, f64::NAN]), Column::Numbers(vec![1.0, 2.0, 3.0, 1.0, 2.0])],
            },
            client_of: vec![0, 0, 0, 1, 1],
            ..Frame::default()
        }
    }

    fn view(frame: &Frame, rows: impl Iterator<Item = usize>) -> View<'_> {
        View { frame, level: Level::Sessions, rows: rows.collect() }
    }

    fn score() -> Box<Expr> {
        Box::new(Expr::Column(slot(Level::Sessions, 0)))
    }

    #[test]
    fn lag_and_lead_stay_within_the_client_and_know_rows_that_are_not_used() {
        let frame = frame();
        let some = view(&frame, [1, 2, 3].into_iter());
        let bits = |values: Vec<f64>| values.iter().map(|x| if x.is_nan() { -1.0 } else { *x }).collect::<Vec<f64>>();
        assert_eq!(bits(some.numbers(&Expr::Beside(score(), -1))), [1.0, 2.0, -1.0]);
        assert_eq!(bits(some.numbers(&Expr::Beside(score(), 1))), [6.0, -1.0, -1.0]);
    }

    #[test]
    fn means_and_deviations_are_of_the_rows_used() {
        let frame = frame();
        let used = view(&frame, 0..5).complete([&Expr::GroupMean(score(), slot(Level::Clients, 1))]);
        assert_eq!(used.rows, [0, 1, 2, 3]);
        assert_eq!(used.codes(slot(Level::Clients, 1)), [1, 1, 1, 0]);
        assert_eq!(used.numbers(&Expr::GroupMean(score(), slot(Level::Clients, 1))), [3.0, 3.0, 3.0, 4.0]);
        assert_eq!(used.numbers(&Expr::Within(score(), slot(Level::Clients, 1))), [-2.0, -1.0, 3.0, 0.0]);
        // y = 1, 2, 6 over 1, 2, 3 has the slope 2.5.
        let over = Box::new(Expr::Column(slot(Level::Sessions, 1)));
        assert_eq!(used.numbers(&Expr::Detrended(score(), slot(Level::Clients, 1), over)), [0.5, -1.0, 0.5, 0.0]);
        let z = used.kept(&[true, true, false, false]).numbers(&Expr::Standard(score()));
        assert!((z[0] + 0.5f64.sqrt()).abs() < 1e-15 && (z[1] - 0.5f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn comparisons_are_0_and_1_and_missing_where_a_number_is() {
        let frame = frame();
        let below = Expr::Compared(score(), Compare::Less, Box::new(Expr::Number(4.0)));
        let values = view(&frame, 0..5).numbers(&below);
        assert_eq!(values[..4], [1.0, 1.0, 0.0, 0.0]);
        assert!(values[4].is_nan());
        assert_eq!(view(&frame, 0..5).complete([&below]).rows, [0, 1, 2, 3]);
    }

    #[test]
    fn a_row_without_a_value_is_left_out_and_logarithms_of_nothing_are_missing() {
        let frame = frame();
        let of_client = Box::new(Expr::Column(slot(Level::Clients, 0)));
        let sum = Expr::Pair(score(), Operation::Plus, of_client);
        assert_eq!(view(&frame, 0..5).complete([&sum]).rows, [0, 1, 2]);
        let log = Expr::Log(Box::new(Expr::Pair(score(), Operation::Minus, Box::new(Expr::Number(1.0)))));
        assert_eq!(view(&frame, 0..5).complete([&log]).rows, [1, 2, 3]);
    }
}
