//! What cannot be in a design, and what would be right.

use super::MOST_CELLS;
use super::factor::Factor;
use super::sampled::MOST_SOBOL;
use crate::scenario::document::Document;
use crate::scenario::path::Path;
use crate::scenario::points::{FractionPoints, LatinPoints, MorrisPoints, Points};
use crate::scenario::problem::{Problem, Problems};
use crate::scenario::words::counted;

/// All problems of a design.
pub(super) fn check(points: &Points, factors: &[Factor], document: &Document) -> Result<(), Problems> {
    let look = Look { points, factors, document };
    let mut found = look.values();
    if found.is_empty() {
        found = look.scheme();
    }
    found.extend(look.logarithms());
    if found.is_empty() {
        found.extend(look.size());
    }
    Problems::new(found).into_result()
}

/// Number of combinations of all values.
pub(super) fn combinations(factors: &[Factor]) -> usize {
    factors.iter().try_fold(1usize, |n, factor| n.checked_mul(factor.written.len())).unwrap_or(usize::MAX)
}

struct Look<'a> {
    points: &'a Points,
    factors: &'a [Factor],
    document: &'a Document,
}

impl Look<'_> {
    fn at_sweep(&self, what: String, help: &str) -> Problem {
        self.document.problem(&Path::default().field("sweep"), what, Some(help.into()))
    }

    fn at_points(&self, key: &str, what: String, help: String) -> Problem {
        self.document.problem(&Path::default().field("points").field(key), what, Some(help))
    }

    fn at_factor(&self, factor: &Factor, what: String, help: String) -> Problem {
        self.document.problem(&Path::default().field("sweep").entry(factor.path()), what, Some(help))
    }

    /// Lists of values that are too short or make no range.
    fn values(&self) -> Vec<Problem> {
        if self.factors.iter().any(|factor| factor.written.is_empty()) {
            return vec![self.at_sweep("a factor of the sweep has no values".into(), "give it a list of values, such as [10, 20, 40]")];
        }
        let all = matches!(self.points, Points::All(_));
        let wrong = |factor: &Factor| match (&factor.range, factor.written.len()) {
            _ if all => None,
            (_, 1) => Some(self.at_factor(
                factor,
                format!("`{}` has only one value, so it does not vary", factor.path()),
                "give it two values at least, or set it outside the sweep".into(),
            )),
            (Some(range), _) if range.low >= range.high => Some(self.at_factor(
                factor,
                format!("the range of `{}` ends at {} and begins at {}", factor.path(), range.high, range.low),
                "write the smaller number first: two numbers are the ends of a range here".into(),
            )),
            _ => None,
        };
        self.factors.iter().filter_map(wrong).collect()
    }

    /// What the kind of design needs of keys and their number.
    fn scheme(&self) -> Vec<Problem> {
        let k = self.factors.len();
        if k == 0 && !matches!(self.points, Points::All(_)) {
            let help = "add for example sweep: { \"clients.severity_mean\": [70, 90] }".into();
            return vec![self.document.problem(
                &Path::default().field("points"),
                "`points` chooses among the combinations of a sweep, and there is no sweep",
                Some(help),
            )];
        }
        match self.points {
            Points::All(_) => Vec::new(),
            Points::Fraction(group) => self.fraction(group, k),
            Points::LatinHypercube(group) => self.latin(group, k),
            Points::Morris(group) => self.morris(group),
            Points::Sobol(_) if k > MOST_SOBOL => {
                vec![self.at_sweep(
                    format!("the sequence of points has room for {MOST_SOBOL} keys, and {k} are swept"),
                    "screen them with Morris(…) first",
                )]
            }
            Points::Sobol(_) => Vec::new(),
        }
    }

    fn latin(&self, group: &LatinPoints, k: usize) -> Vec<Problem> {
        let unordered = |factor: &&Factor| factor.written.len() > 2 && !factor.numeric();
        let words = self.factors.iter().filter(unordered).map(|factor| {
            let what = format!("`{}` takes more than two values that are no numbers, so a regression cannot order them", factor.path());
            self.at_factor(factor, what, "give two values, or numbers; Sobol(…) and All() take any values".into())
        });
        let few = ((group.cells as usize) < 2 * (k + 1)).then(|| {
            let what = format!("{} cells are too few to tell the effects of {} apart", group.cells, counted(k, "key"));
            self.at_points("cells", what, format!("take at least {}, better {}", 2 * (k + 1), 10 * k))
        });
        words.chain(few).collect()
    }

    fn morris(&self, group: &MorrisPoints) -> Vec<Problem> {
        let words = self.factors.iter().filter(|factor| !factor.numeric()).map(|factor| {
            let what = format!("Morris' screening takes steps, and the values of `{}` are no numbers", factor.path());
            self.at_factor(factor, what, "vary a number; Sobol(…), Fraction(…) and All() take any values".into())
        });
        let odd = (!group.levels.is_multiple_of(2)).then(|| {
            let what = format!("{} levels cannot be halved, so that some would be tried more often than others", group.levels);
            self.at_points("levels", what, format!("take an even number, such as {}", group.levels + 1))
        });
        words.chain(odd).collect()
    }

    fn fraction(&self, group: &FractionPoints, k: usize) -> Vec<Problem> {
        let two = self.factors.iter().filter(|factor| factor.written.len() != 2).map(|factor| {
            let what = format!("a fraction takes two values of each key, and `{}` has {}", factor.path(), factor.written.len());
            self.at_factor(factor, what, "keep the smallest and the largest; LatinHypercube(…) and Sobol(…) take more".into())
        });
        let two: Vec<Problem> = two.collect();
        let runs = u64::from(group.runs);
        let least = (k as u64 + 1).next_power_of_two();
        let all = 1u64.checked_shl(k as u32).unwrap_or(u64::MAX);
        let (what, help) = if !two.is_empty() {
            return two;
        } else if !runs.is_power_of_two() {
            (format!("{runs} runs are no power of two"), format!("take {} or {}", runs.next_power_of_two() / 2, runs.next_power_of_two()))
        } else if runs >= all {
            (
                format!("{} of two values have only {all} combinations", counted(k, "key")),
                "leave `points` out: that simulates them all".into(),
            )
        } else if runs < least {
            (
                format!("{runs} runs are too few for {}: main effects would be aliased with each other", counted(k, "key")),
                format!("take at least {least}"),
            )
        } else {
            return Vec::new();
        };
        vec![self.at_points("runs", what, help)]
    }

    /// Keys of `log` that have no logarithmic scale.
    fn logarithms(&self) -> Vec<Problem> {
        let wrong = |key: &String| match self.factors.iter().find(|factor| factor.path() == key) {
            None => {
                let keys: Vec<&str> = self.factors.iter().map(Factor::path).collect();
                Some((format!("`{key}` is not swept, so it has no scale"), format!("swept are {}", keys.join(", "))))
            }
            Some(factor) => match factor.range {
                None => Some((format!("`{key}` takes the values of a list, so it has no scale"), "give it a range of two numbers".into())),
                Some(range) if range.low <= 0.0 => {
                    Some((format!("the range of `{key}` begins at {}, which has no logarithm", range.low), "begin above 0".into()))
                }
                Some(_) => None,
            },
        };
        self.points.log().iter().filter_map(wrong).map(|(what, help)| self.at_points("log", what, help)).collect()
    }

    /// More cells than anybody can want.
    fn size(&self) -> Option<Problem> {
        let k = self.factors.len();
        let (cells, help) = match self.points {
            Points::All(_) if combinations(self.factors) > MOST_CELLS => {
                let help = "vary fewer keys, or fewer values of each";
                return Some(self.at_sweep(format!("the sweep has more than {MOST_CELLS} combinations"), help));
            }
            Points::All(_) | Points::Fraction(_) | Points::LatinHypercube(_) => return None,
            Points::Morris(group) => (group.trajectories as usize * (k + 1), ("trajectories", "trajectories × (keys + 1)")),
            Points::Sobol(group) => (group.points as usize * (k + 2), ("points", "points × (keys + 2)")),
        };
        let (key, formula) = help;
        let what = format!("the design has {cells} cells ({formula}), and at most {MOST_CELLS} are possible");
        (cells > MOST_CELLS).then(|| self.at_points(key, what, format!("take fewer {key}, or vary fewer keys")))
    }
}
