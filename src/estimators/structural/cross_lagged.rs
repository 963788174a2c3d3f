//! Two variables over several waves, each of which may act on the other from one wave to the next.

use super::gaussian::{Information, Maximum, maximise};
use super::paths::{Arrow, Paths, Size};
use super::patterns::{Patterns, WithMeans};
use crate::estimators::coefficient::Coefficient;
use crate::estimators::status::{Failure, Status, at_least};
use nalgebra::DVector;

/// Which model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// Each person has her own level of both variables; effects are those of deviations from it (RI-CLPM: Hamaker, Kuiper and
    /// Grasman 2015, doi:10.1037/a0038889). Waves may be given the same effects, and the same errors.
    RandomIntercepts {
        /// Effects are the same from wave to wave.
        equal_effects: bool,
        /// So are variances and the covariance of errors.
        equal_errors: bool,
    },
    /// The outcome depends on its past, the other variable's past, and a constant of the person that may go with anything; the
    /// other variable may depend on all earlier errors of the outcome (Allison, Williams and Moral-Benito 2017,
    /// doi:10.1177/2378023117710578). Effects are the same from wave to wave.
    DynamicPanel,
}

/// An effect from one wave to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// On y (0) or on x (1).
    pub on: usize,
    /// Of y (0) or of x (1).
    pub of: usize,
    /// At this wave, from 1; none: at all of them.
    pub wave: Option<usize>,
}

/// A fitted model.
#[derive(Clone, Debug)]
pub struct CrossLagged {
    /// Effects in the order of [`Model::effects`].
    pub effects: Vec<Coefficient>,
    /// Variances of persons' levels of y and of x, and their covariance; of the dynamic panel only that of the constant.
    pub levels: Vec<Coefficient>,
    /// −2 ln likelihood.
    pub deviance: f64,
    /// Persons of whom something is known.
    pub persons: usize,
    /// At the boundary when some variance is estimated as 0 or less.
    pub status: Status,
}

/// Builds a model: numbers for parameters as they come.
struct Builder {
    paths: Paths,
    start: Vec<f64>,
    /// Parameters that are variances.
    variances: Vec<usize>,
}

impl Builder {
    fn new(seen: usize, variables: usize) -> Self {
        Self { paths: Paths { variables, seen, parameters: 0, arrows: Vec::new() }, start: Vec::new(), variances: Vec::new() }
    }

    fn number(&mut self, start: f64) -> usize {
        self.start.push(start);
        self.paths.parameters += 1;
        self.paths.parameters - 1
    }

    fn put(&mut self, arrow: Arrow, number: usize) {
        self.paths.arrows.push((arrow, Size::Free(number)));
    }

    fn free(&mut self, arrow: Arrow, start: f64) -> usize {
        let number = self.number(start);
        if let Arrow::Covariance(a, b) = arrow
            && a == b
        {
            self.variances.push(number);
        }
        self.put(arrow, number);
        number
    }

    fn one(&mut self, to: usize, from: usize) {
        self.paths.arrows.push((Arrow::Effect(to, from), Size::One));
    }

    /// Variances and covariance of two variables.
    fn pair(&mut self, [a, b]: [usize; 2], variances: [f64; 2]) -> [usize; 3] {
        let of = |at: usize, start: f64, own: &mut Self| own.free(Arrow::Covariance(at, at), start);
        [of(a, variances[0], self), of(b, variances[1], self), self.free(Arrow::Covariance(a, b), 0.0)]
    }
}

impl Model {
    /// The effects that it estimates, given the number of waves.
    pub fn effects(self, waves: usize) -> Vec<Effect> {
        let all = [(0, 0), (0, 1), (1, 1), (1, 0)];
        match self {
            Self::RandomIntercepts { equal_effects: false, .. } => {
                (2..=waves).flat_map(|wave| all.map(|(on, of)| Effect { on, of, wave: Some(wave) })).collect()
            }
            Self::RandomIntercepts { .. } => all.map(|(on, of)| Effect { on, of, wave: None }).to_vec(),
            Self::DynamicPanel => all[..2].iter().map(|&(on, of)| Effect { on, of, wave: None }).collect(),
        }
    }

    /// Fewest waves at which all parameters are identified.
    pub fn fewest_waves(self) -> usize {
        3
    }
}

/// Fits a model to persons, each with y at every wave and then x at every wave; NaN is missing. All that is known of a person
/// is used; errors come from the observed information when anything is missing, else from the expected one (as in lavaan).
///
/// # Errors
/// Too few waves or persons, a variable that does not vary or is not known at some wave, no convergence, parameters that are
/// not identified.
pub fn fit(persons: &[Vec<f64>], waves: usize, model: Model) -> Result<CrossLagged, Failure> {
    at_least("waves", waves, model.fewest_waves())?;
    let patterns = Patterns::new(persons);
    let moments: Vec<(f64, f64, f64)> = (0..2 * waves).map(|variable| patterns.moments(variable)).collect();
    at_least("clients", patterns.persons(), 2 * waves + 1)?;
    if moments.iter().any(|(n, _, variance)| *n < 2.0 || variance.is_nan() || *variance <= 0.0) {
        return Err(Failure::Constant("one of the two variables, at some session,"));
    }
    let typical =
        |side: usize| moments[side * waves..(side + 1) * waves].iter().map(|(_, _, variance)| variance).sum::<f64>() / waves as f64;
    let (built, effects, levels) = match model {
        Model::RandomIntercepts { equal_effects, equal_errors } => {
            random_intercepts(waves, [typical(0), typical(1)], equal_effects, equal_errors)
        }
        Model::DynamicPanel => dynamic_panel(waves, [typical(0), typical(1)]),
    };
    // The last wave of x plays no part in the dynamic panel.
    let seen = built.paths.seen;
    let shorter: Vec<Vec<f64>>;
    let patterns = if seen == 2 * waves {
        patterns
    } else {
        shorter = persons.iter().map(|person| person[..seen].to_vec()).collect();
        Patterns::new(&shorter)
    };
    let start = DVector::from_iterator(
        built.start.len() + seen,
        built.start.iter().copied().chain(moments.iter().take(seen).map(|(_, mean, _)| *mean)),
    );
    let information = if patterns.complete() { Information::Expected } else { Information::Observed };
    let found = maximise(&patterns.blocks, &WithMeans { paths: &built.paths, patterns: &patterns }, start, information)?;
    let coefficient = |&number: &usize| Coefficient::normal(found.at[number], found.covariance[(number, number)].sqrt());
    Ok(CrossLagged {
        effects: effects.iter().map(coefficient).collect(),
        levels: levels.iter().map(coefficient).collect(),
        deviance: found.deviance,
        persons: patterns.persons(),
        status: status(&built, &found),
    })
}

fn status(built: &Builder, found: &Maximum) -> Status {
    if built.variances.iter().any(|&number| found.at[number] <= 0.0) { Status::Boundary } else { Status::Converged }
}

/// Seen: y and x at each wave. Not seen: levels of both, deviations at each wave.
fn random_intercepts(waves: usize, typical: [f64; 2], equal_effects: bool, equal_errors: bool) -> (Builder, Vec<usize>, Vec<usize>) {
    let seen = |side: usize, wave: usize| side * waves + wave;
    let level = |side: usize| 2 * waves + side;
    let deviation = |side: usize, wave: usize| 2 * waves + 2 + side * waves + wave;
    let mut built = Builder::new(2 * waves, 4 * waves + 2);
    for side in 0..2 {
        for wave in 0..waves {
            built.one(seen(side, wave), level(side));
            built.one(seen(side, wave), deviation(side, wave));
        }
    }
    let half = typical.map(|variance| 0.5 * variance);
    let levels = built.pair([level(0), level(1)], half.map(|variance| 0.8 * variance));
    built.pair([deviation(0, 0), deviation(1, 0)], half);
    let (mut effects, mut same_effects, mut same_errors) = (Vec::new(), None::<[usize; 4]>, None::<[usize; 3]>);
    for wave in 1..waves {
        let places = [(0, 0), (0, 1), (1, 1), (1, 0)].map(|(on, of)| Arrow::Effect(deviation(on, wave), deviation(of, wave - 1)));
        match same_effects.filter(|_| equal_effects) {
            None => {
                let starts = [0.2, 0.0, 0.2, 0.0];
                let numbers: [usize; 4] = core::array::from_fn(|i| built.free(places[i], starts[i]));
                effects.extend(numbers);
                same_effects = Some(numbers);
            }
            Some(numbers) => places.into_iter().zip(numbers).for_each(|(arrow, number)| built.put(arrow, number)),
        }
        let pair = [deviation(0, wave), deviation(1, wave)];
        match same_errors.filter(|_| equal_errors) {
            None => same_errors = Some(built.pair(pair, half)),
            Some([a, b, both]) => {
                built.put(Arrow::Covariance(pair[0], pair[0]), a);
                built.put(Arrow::Covariance(pair[1], pair[1]), b);
                built.put(Arrow::Covariance(pair[0], pair[1]), both);
            }
        }
    }
    (built, effects, levels.to_vec())
}

/// Seen: y at each wave, x at each but the last. Not seen: the person's constant.
fn dynamic_panel(waves: usize, typical: [f64; 2]) -> (Builder, Vec<usize>, Vec<usize>) {
    let (y, x) = (|wave: usize| wave, |wave: usize| waves + wave);
    let constant = 2 * waves - 1;
    let mut built = Builder::new(2 * waves - 1, 2 * waves);
    let effects = [built.number(0.2), built.number(0.0)];
    for wave in 1..waves {
        built.put(Arrow::Effect(y(wave), y(wave - 1)), effects[0]);
        built.put(Arrow::Effect(y(wave), x(wave - 1)), effects[1]);
        built.one(y(wave), constant);
        built.free(Arrow::Covariance(y(wave), y(wave)), 0.5 * typical[0]);
    }
    let level = built.free(Arrow::Covariance(constant, constant), 0.25 * typical[0]);
    // What is there before: any covariances, with each other and with the constant.
    let before: Vec<usize> = [y(0)].into_iter().chain((0..waves - 1).map(x)).collect();
    for (i, &one) in before.iter().enumerate() {
        built.free(Arrow::Covariance(one, one), if i == 0 { typical[0] } else { typical[1] });
        before[..i].iter().for_each(|&other| {
            built.free(Arrow::Covariance(one, other), 0.0);
        });
        built.free(Arrow::Covariance(one, constant), 0.0);
    }
    // The other variable may answer to earlier errors.
    for wave in 2..waves - 1 {
        for earlier in 1..wave {
            built.free(Arrow::Covariance(x(wave), y(earlier)), 0.0);
        }
    }
    (built, effects.to_vec(), vec![level])
}
