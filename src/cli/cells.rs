//! Figures of a table: which measure, on which scale, with how many decimals, beside its error.

use super::layout::Figure;
use crate::output::results::ArmResults;
use crate::performance::Measured;

/// How a measure is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// As it is, at least so many decimals.
    Plain(usize),
    /// A share in per cent.
    Percent,
}

/// Where a figure comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Figures {
    /// The mean of an arm.
    Level(&'static str),
    /// The standard deviation over replicates: what one study scatters by.
    Scatter(&'static str),
    /// The paired difference to the comparison arm.
    Difference(&'static str),
    /// An odds ratio.
    Odds(&'static str),
    /// A number needed to treat.
    Needed(&'static str),
}

/// A row of the table: label with unit, scale, measure.
pub(super) type Row = (&'static str, Scale, &'static str);

pub(super) const SCORE: Scale = Scale::Plain(1);
pub(super) const COUNT: Scale = Scale::Plain(1);
pub(super) const EFFECT: Scale = Scale::Plain(2);

/// Most decimals of a table with a column per arm.
pub(super) const MOST_DECIMALS: usize = 4;
/// Most digits of a number with decimals.
const MOST_DIGITS: usize = 6;

/// Is it defined only for an arm that is compared with another?
pub(super) fn is_comparison(figures: Figures) -> bool {
    !matches!(figures, Figures::Level(name) | Figures::Scatter(name) if !crate::engine::totals::COMPARISONS.contains(&name))
}

/// A figure of an arm.
pub(super) fn value(arm: &ArmResults, source: Figures) -> Measured {
    let Some(contrast) = &arm.contrast else {
        return if is_comparison(source) { Measured::NONE } else { level(arm, source) };
    };
    match source {
        Figures::Level(_) | Figures::Scatter(_) => level(arm, source),
        Figures::Difference(name) => contrast.of(name),
        Figures::Odds(name) => contrast.ratio(name).0,
        Figures::Needed(name) => contrast.ratio(name).1,
    }
}

fn level(arm: &ArmResults, source: Figures) -> Measured {
    match source {
        Figures::Level(name) => arm.mean(name),
        Figures::Scatter(name) => arm.scatter(name),
        _ => Measured::NONE,
    }
}

/// Values that stand beside each other, with the same number of decimals: as many as show the first
/// digit of every error.
pub(super) fn figures(values: &[Measured], scale: Scale, most: usize) -> Vec<Figure> {
    let (factor, least) = match scale {
        Scale::Plain(least) => (1.0, least),
        Scale::Percent => (100.0, 1),
    };
    let errors = values.iter().map(|m| m.mcse * factor).filter(|mcse| *mcse > 0.0);
    let decimals = errors.map(|mcse| (-mcse.log10()).ceil().max(0.0) as usize).max().unwrap_or(0);
    let largest = values.iter().map(|m| (m.value * factor).abs()).filter(|x| x.is_finite()).fold(1.0, f64::max);
    let room = MOST_DIGITS.saturating_sub(1 + largest.log10() as usize);
    let decimals = decimals.max(least).min(most).min(room);
    values.iter().map(|m| figure(m.value * factor, m.mcse * factor, decimals)).collect()
}

fn figure(value: f64, mcse: f64, decimals: usize) -> Figure {
    let number = |x: f64| {
        let text = format!("{x:.decimals$}");
        // A difference that rounds to nothing has no sign.
        if text.starts_with('-') && text.chars().all(|c| "-0.".contains(c)) { text[1..].to_owned() } else { text }
    };
    match (value.is_nan(), mcse.is_nan()) {
        (true, _) => Figure { value: "–".into(), error: String::new() },
        (_, true) => Figure { value: number(value), error: String::new() },
        _ => Figure { value: number(value), error: number(mcse) },
    }
}

/// A number needed to treat says nothing when the difference may be none.
pub(super) fn needed(measured: Measured) -> Figure {
    if measured.mcse > measured.value.abs() / 2.0 {
        return Figure { value: "unclear".into(), error: String::new() };
    }
    figure(measured.value, measured.mcse, usize::from(measured.mcse < 0.95))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_largest_need_of_a_row() {
        let m = |value, mcse| Measured { value, mcse };
        let shown = figures(&[m(62.123, 0.043), m(-0.0001, 0.2), Measured::NONE, m(3.0, f64::NAN)], SCORE, 4);
        let texts: Vec<(&str, &str)> = shown.iter().map(|f| (f.value.as_str(), f.error.as_str())).collect();
        assert_eq!(texts, [("62.12", "0.04"), ("0.00", "0.20"), ("–", ""), ("3.00", "")]);
        assert_eq!(figures(&[m(0.5, 0.0)], Scale::Percent, 4)[0], Figure { value: "50.0".into(), error: "0.0".into() });
    }

    #[test]
    fn a_number_needed_that_could_be_anything_is_not_shown() {
        assert_eq!(needed(Measured { value: 300.0, mcse: 200.0 }).value, "unclear");
        assert_eq!(needed(Measured { value: -36.4, mcse: 1.2 }).value, "-36");
        assert_eq!(needed(Measured::NONE).value, "–");
    }
}
