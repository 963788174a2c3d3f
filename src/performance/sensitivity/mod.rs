//! Which assumptions drive an answer: measures of sensitivity from the values of the cells of a design.
//!
//! Every function takes the value of a result in each cell and says how much each factor moves it. Two things make such a
//! measure uncertain, and each has a standard error of its own. *Points*: other points of a sampled design would have given other values; a
//! bootstrap over the design's independent parts (cells, trajectories, blocks) says how much. *Luck*: other replicates would have given
//! other values in the cells; a jackknife over groups of replicates says how much. Neither covers how far the simulated
//! model is from the world.

mod effects;
mod morris;
mod regression;
mod resample;
mod sobol;

pub use regression::ranks;
pub use resample::Replicated;

/// What a measure says about a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Statistic {
    /// Mean with one value minus mean with the first value, over all cells.
    MainEffect,
    /// Half the difference between the effects of a factor at the second and at the first value of another.
    Interaction,
    /// Share of the variance over the design that a factor brings alone.
    FirstOrder,
    /// Share of the variance over the design that a factor has a part in, alone or with others.
    Total,
    /// Mean elementary effect.
    Mu,
    /// Mean absolute elementary effect.
    MuStar,
    /// Standard deviation of elementary effects: not 0 where a factor acts with others or along a curve.
    Sigma,
    /// Standardised regression coefficient.
    Src,
    /// The same of ranks.
    Srrc,
    /// Share of variance that the regression explains.
    RSquared,
    /// The same of ranks.
    RankRSquared,
}

impl Statistic {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::MainEffect,
        Self::Interaction,
        Self::FirstOrder,
        Self::Total,
        Self::Mu,
        Self::MuStar,
        Self::Sigma,
        Self::Src,
        Self::Srrc,
        Self::RSquared,
        Self::RankRSquared,
    ];

    /// Name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::MainEffect => "main_effect",
            Self::Interaction => "interaction",
            Self::FirstOrder => "first_order",
            Self::Total => "total",
            Self::Mu => "mu",
            Self::MuStar => "mu_star",
            Self::Sigma => "sigma",
            Self::Src => "src",
            Self::Srrc => "srrc",
            Self::RSquared => "r_squared",
            Self::RankRSquared => "rank_r_squared",
        }
    }

    /// The statistic of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|statistic| statistic.name() == name)
    }

    /// In the unit of the result itself, and not a plain number.
    pub fn has_unit(self) -> bool {
        matches!(self, Self::MainEffect | Self::Interaction | Self::Mu | Self::MuStar | Self::Sigma)
    }
}

/// What a measure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The measure.
    pub statistic: Statistic,
    /// Factor, from 0; none where it is about all of them.
    pub factor: Option<usize>,
    /// The other factor of an interaction.
    pub with: Option<usize>,
    /// The value of a main effect that is compared with the first one.
    pub level: Option<usize>,
}

impl About {
    fn factor(statistic: Statistic, factor: usize) -> Self {
        Self { statistic, factor: Some(factor), with: None, level: None }
    }

    fn all(statistic: Statistic) -> Self {
        Self { statistic, factor: None, with: None, level: None }
    }
}

/// One measure with its standard errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sensitivity {
    /// What it is about.
    pub about: About,
    /// Estimate.
    pub value: f64,
    /// Standard error over the points of a sampled design; 0 where all points of the design were simulated.
    pub points_se: f64,
    /// Monte Carlo standard error over replicates (NaN with fewer than two).
    pub mcse: f64,
}

impl Sensitivity {
    /// Both errors together.
    pub fn standard_error(&self) -> f64 {
        self.points_se.hypot(self.mcse)
    }
}

/// How the cells of a design lie to each other: what an analysis has to know.
#[derive(Clone, Debug)]
pub enum Layout {
    /// All combinations of values: which value each factor has in each cell.
    Factorial(Vec<Vec<usize>>),
    /// A fraction of the combinations of two values, and the interactions that are not aliased with an effect of one or two factors.
    Fraction(Vec<Vec<usize>>, Vec<(usize, usize)>),
    /// Cells without a pattern: the number that stands for each factor in each cell.
    Regression(Vec<Vec<f64>>),
    /// Trajectories one after the other: the place of each cell in the unit cube.
    Trajectories(Vec<Vec<f64>>),
    /// Blocks of Saltelli's scheme for so many factors.
    Saltelli(usize),
}

impl Layout {
    /// Cells that belong together: what a bootstrap may draw with replacement. None where all cells belong together.
    fn block(&self) -> Option<usize> {
        match self {
            Self::Factorial(_) | Self::Fraction(..) => None,
            Self::Regression(_) => Some(1),
            Self::Trajectories(cells) => Some(cells.first().map_or(1, |cell| cell.len() + 1)),
            Self::Saltelli(factors) => Some(factors + 2),
        }
    }

    /// All measures of this kind of design, always in the same order. `blocks` are the parts to use (see [`Self::block`]); they may
    /// be repeated.
    fn measures(&self, values: &[f64], blocks: &[usize]) -> Vec<(About, f64)> {
        match self {
            Self::Factorial(levels) => effects::factorial(levels, values),
            Self::Fraction(levels, clear) => effects::fraction(levels, clear, values),
            Self::Regression(cells) => regression::coefficients(cells, values, blocks),
            Self::Trajectories(cells) => morris::screening(cells, values, blocks),
            Self::Saltelli(factors) => sobol::indices(*factors, values, blocks),
        }
    }
}

/// Every measure of a design for one result, with standard errors.
pub fn sensitivities(layout: &Layout, result: &Replicated) -> Vec<Sensitivity> {
    resample::with_errors(layout, result)
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

#[cfg(test)]
mod tests;
