//! A linear scale: its ends, its ticks, and where a value lies on it.

/// A scale from values to places on the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Values with a tick.
    pub ticks: Vec<f64>,
    /// Decimals of their labels.
    pub decimals: usize,
    /// Shares are shown as percentages.
    pub percent: bool,
    left: f64,
    right: f64,
}

/// Steps between ticks are these, times a power of ten.
const STEPS: [f64; 4] = [1.0, 2.0, 5.0, 10.0];

impl Axis {
    /// A scale over all finite values, with about so many ticks, from `left` to `right` on the picture.
    pub fn over(values: impl IntoIterator<Item = f64>, ticks: usize, (left, right): (f64, f64)) -> Self {
        let finite = values.into_iter().filter(|x| x.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let (low, high) = match (low < high, low.is_finite()) {
            (true, _) => (low, high),
            (false, true) => (low - 1.0, high + 1.0),
            (false, false) => (0.0, 1.0),
        };
        let (step, decimals) = step((high - low) / ticks.max(1) as f64);
        let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
        let ticks: Vec<f64> = (first..=last).map(|i| i as f64 * step).collect();
        Self { low: first as f64 * step, high: last as f64 * step, ticks, decimals, percent: false, left, right }
    }

    /// A scale with these ends, whatever the values: ticks are the round numbers between them.
    pub fn between((low, high): (f64, f64), ticks: usize, (left, right): (f64, f64)) -> Self {
        if low >= high || !(high - low).is_finite() {
            return Self::over([low, high], ticks, (left, right));
        }
        let (step, decimals) = step((high - low) / ticks.max(1) as f64);
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        let ticks = (first..=last).map(|i| i as f64 * step).collect();
        Self { low, high, ticks, decimals, percent: false, left, right }
    }

    /// The same scale from other places on the picture.
    #[must_use]
    pub fn to(mut self, (left, right): (f64, f64)) -> Self {
        (self.left, self.right) = (left, right);
        self
    }

    /// Only ticks at whole numbers, for counts.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.ticks.retain(|tick| (tick - tick.round()).abs() < 1e-9);
        self.decimals = 0;
        self
    }

    /// Whether a value lies on the scale.
    pub fn holds(&self, x: f64) -> bool {
        let slack = 1e-9 * (self.high - self.low);
        x >= self.low - slack && x <= self.high + slack
    }

    /// Where a value lies; values beyond the ends lie at the ends.
    pub fn place(&self, x: f64) -> f64 {
        let share = ((x - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.left + share * (self.right - self.left)
    }

    /// The label of a tick.
    pub fn label(&self, tick: f64) -> String {
        let (tick, decimals) = if self.percent { (100.0 * tick, self.decimals.saturating_sub(2)) } else { (tick, self.decimals) };
        let text = format!("{tick:.decimals$}");
        let text = if text.trim_start_matches('-').chars().all(|c| "0.".contains(c)) { "0".into() } else { text.replace('-', "−") };
        if self.percent { text + " %" } else { text }
    }
}

/// The next round step, and the decimals that its multiples need.
fn step(rough: f64) -> (f64, usize) {
    let magnitude = libm::pow(10.0, libm::log10(rough).floor());
    let factor = STEPS.into_iter().find(|factor| factor * magnitude >= rough * 0.999).unwrap_or(10.0);
    let step = factor * magnitude;
    (step, (-libm::log10(step).floor()).max(0.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let axis = Axis::over([0.137, f64::NAN, 0.302], 5, (100.0, 300.0));
        assert_eq!((axis.low, axis.decimals), (0.1, 2));
        assert!((axis.high - 0.35).abs() < 1e-12);
        assert_eq!(axis.ticks.iter().map(|&tick| axis.label(tick)).collect::<Vec<_>>(), ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"]);
        assert_eq!((axis.place(0.1), axis.place(9.0)), (100.0, 300.0));
        assert!((axis.place(0.225) - 200.0).abs() < 1e-9);
    }

    #[test]
    fn fixed_ends_stay_where_they_are() {
        let axis = Axis::between((1.0, 19.5), 5, (0.0, 185.0));
        assert_eq!((axis.ticks.clone(), axis.place(1.0), axis.place(19.5)), (vec![5.0, 10.0, 15.0], 0.0, 185.0));
        let mut share = Axis::between((0.0, 1.0), 4, (0.0, 1.0));
        share.percent = true;
        assert_eq!(share.ticks.iter().map(|&tick| share.label(tick)).collect::<Vec<_>>(), ["0 %", "50 %", "100 %"]);
        assert_eq!(Axis::between((3.0, 3.0), 4, (0.0, 1.0)).low, 2.0);
        assert!(share.holds(1.0) && !share.holds(1.1) && !share.holds(f64::NAN));
    }

    #[test]
    fn a_scale_without_width_still_has_one() {
        assert_eq!((Axis::over([2.0], 4, (0.0, 1.0)).low, Axis::over([], 4, (0.0, 1.0)).high), (1.0, 1.0));
        let axis = Axis::over([-0.5, 20.0], 5, (0.0, 1.0));
        assert_eq!((axis.label(-5.0), axis.label(0.0)), ("−5".into(), "0".into()));
    }
}
