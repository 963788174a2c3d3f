//! What a report is put together from.

use crate::figures::sheet::{Figure, Numbers, number};
use crate::performance::Measured;

/// A chart with its name among the charts of a file.
pub struct Chart {
    /// Name, as `plot --figure` takes it.
    pub name: &'static str,
    /// The arm that it shows, from 0; none where it shows all of them or no arm at all.
    pub arm: Option<usize>,
    /// The chart.
    pub figure: Box<dyn Figure>,
}

/// A part of a chapter.
pub enum Part {
    /// A paragraph.
    Words(String),
    /// A table that is always open.
    Table(String, Numbers),
    /// A table that opens on demand.
    More(String, Numbers),
    /// A chart with its sentence, its table and its files.
    Chart(Chart),
    /// A long text that opens on demand.
    Text(String, String),
    /// What the file does not hold, and the setting that would keep it.
    Missing(String),
}

/// A chapter.
pub struct Chapter {
    /// Name within the page.
    pub id: &'static str,
    /// Title.
    pub title: &'static str,
    /// Its parts; a chapter without any is left out.
    pub parts: Vec<Part>,
}

impl Part {
    /// A chart that shows all arms, or none.
    pub fn chart(name: &'static str, figure: impl Figure + 'static) -> Self {
        Self::Chart(Chart { name, arm: None, figure: Box::new(figure) })
    }

    /// A chart of one arm.
    pub fn of_arm(name: &'static str, arm: usize, figure: impl Figure + 'static) -> Self {
        Self::Chart(Chart { name, arm: Some(arm), figure: Box::new(figure) })
    }
}

/// Normal quantile of 95 % intervals.
pub const NINETY_FIVE: f64 = 1.959_963_984_540_054;

/// A value with its Monte Carlo standard error, in figures: as many decimals as the error calls for.
pub fn measured(m: Measured) -> String {
    if !m.value.is_finite() {
        return "–".into();
    }
    let decimals = decimals(m);
    if m.mcse.is_finite() { format!("{} ± {}", number(m.value, decimals), number(m.mcse, decimals)) } else { number(m.value, decimals) }
}

/// Decimals that show two digits of the error, of 1 to 5.
pub fn decimals(m: Measured) -> usize {
    if m.mcse > 0.0 && m.mcse.is_finite() { (1.0 - libm::log10(m.mcse).floor()).clamp(1.0, 5.0) as usize } else { 3 }
}

/// The ends of the 95 % interval of Monte Carlo error.
pub fn ends(m: Measured) -> [f64; 2] {
    [m.value - NINETY_FIVE * m.mcse, m.value + NINETY_FIVE * m.mcse]
}

/// A number of things: "1 session", "2 sessions".
pub fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// The first letter large.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_error() {
        let m = |value, mcse| measured(Measured { value, mcse });
        assert_eq!(
            [m(61.2345, 0.123), m(0.12345, 0.0012), m(-3.0, f64::NAN), m(f64::NAN, 1.0), m(812.4, 25.0)],
            ["61.23 ± 0.12", "0.1235 ± 0.0012", "−3.000", "–", "812.4 ± 25.0",]
        );
        assert_eq!((sentence("mean score"), counted(1, "arm"), counted(0, "arm")), ("Mean score".into(), "1 arm".into(), "0 arms".into()));
    }
}
