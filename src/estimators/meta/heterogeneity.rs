//! Variance of true effects between studies, τ².

use super::weighted::Weighted;
use crate::estimators::status::Failure;

/// How τ² is estimated. Veroniki et al. (2016, doi:10.1002/jrsm.1164) compare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Not at all: one true effect ("fixed" or equal effects).
    FE,
    /// DerSimonian and Laird (1986, doi:10.1016/0197-2456(86)90046-2).
    DL,
    /// Restricted maximum likelihood (Viechtbauer 2005, doi:10.3102/10769986030003261).
    REML,
    /// Maximum likelihood (Hardy & Thompson 1996, doi:10.1002/(SICI)1097-0258(19960330)15:6<619::AID-SIM188>3.0.CO;2-A).
    ML,
    /// Paule and Mandel (1982, doi:10.6028/jres.087.022): Q equals its expectation.
    PM,
    /// Hedges (1983, doi:10.1037/0033-2909.93.2.388), also named after Cochran: unweighted.
    HE,
    /// Sidik and Jonkman (2005, doi:10.1111/j.1467-9876.2005.00489.x): never 0.
    SJ,
    /// Hunter and Schmidt (2004, doi:10.4135/9781412985031).
    HS,
    /// Empirical Bayes (Morris 1983, doi:10.1080/01621459.1983.10477920): the same value by another road (Viechtbauer et
    /// al. 2015, doi:10.1037/met0000011).
    EB,
}

/// Steps after which the search gives up.
const STEPS: usize = 500;

/// Effects, their sampling variances and independent columns of predictors.
pub(super) struct Studies<'a> {
    pub effects: &'a [f64],
    pub variances: &'a [f64],
    pub columns: Vec<&'a [f64]>,
}

impl Studies<'_> {
    /// Regression with weights 1 / (sampling variance + τ²).
    pub fn at(&self, tau2: f64) -> Weighted {
        Weighted::new(self.effects, &self.columns, self.variances.iter().map(|v| 1.0 / (v + tau2)).collect())
    }

    /// Studies.
    pub fn k(&self) -> f64 {
        self.effects.len() as f64
    }

    /// Studies less coefficients.
    pub fn df(&self) -> f64 {
        self.k() - self.columns.len() as f64
    }

    /// Mean sampling variance.
    fn typical(&self) -> f64 {
        self.variances.iter().sum::<f64>() / self.k()
    }

    fn ones(&self) -> Vec<f64> {
        vec![1.0; self.effects.len()]
    }

    /// τ² (not below 0) and its standard error.
    pub fn tau2(&self, method: Method) -> Result<(f64, f64), Failure> {
        match method {
            Method::FE => Ok((0.0, f64::NAN)),
            Method::DL | Method::HS => Ok(self.by_moments_of_q(method)),
            Method::HE => Ok(self.unweighted()),
            Method::SJ => self.sidik_jonkman(),
            Method::ML | Method::REML | Method::PM | Method::EB => self.by_iteration(method),
        }
    }

    fn by_moments_of_q(&self, method: Method) -> (f64, f64) {
        let fit = self.at(0.0);
        let ones = self.ones();
        let (trace, squares) = (fit.trace(&ones), fit.trace_of_two(&ones, &ones));
        let (excess, scale) = match method {
            Method::HS => (fit.q() - self.k(), fit.weights.iter().sum()),
            _ => (fit.q() - self.df(), trace),
        };
        let tau2 = (excess / scale).max(0.0);
        (tau2, (2.0 * self.df() + 4.0 * tau2 * trace + 2.0 * tau2 * tau2 * squares).sqrt() / scale)
    }

    fn unweighted(&self) -> (f64, f64) {
        let fit = Weighted::new(self.effects, &self.columns, self.ones());
        let (trace, squares) = (fit.trace(self.variances), fit.trace_of_two(self.variances, self.variances));
        let tau2 = ((fit.q() - trace) / self.df()).max(0.0);
        (tau2, (2.0 * squares + 4.0 * tau2 * trace + 2.0 * tau2 * tau2 * self.df()).sqrt() / self.df())
    }

    fn sidik_jonkman(&self) -> Result<(f64, f64), Failure> {
        let mean = self.effects.iter().sum::<f64>() / self.k();
        let rough = self.effects.iter().map(|y| (y - mean) * (y - mean)).sum::<f64>() / self.k();
        if rough <= 1e-12 * self.typical() {
            return Err(Failure::Constant("the effect"));
        }
        let (fit, ones, v) = (self.at(rough), self.ones(), self.variances);
        let tau2 = rough * fit.q() / self.df();
        let spread =
            2.0 * fit.trace_of_two(v, v) + 4.0 * tau2 * fit.trace_of_two(v, &ones) + 2.0 * tau2 * tau2 * fit.trace_of_two(&ones, &ones);
        Ok((tau2, rough / self.df() * spread.sqrt()))
    }

    /// One step of Fisher scoring (ML, REML) or of Morris' (PM, EB) from τ², and the standard error there.
    fn step(&self, method: Method, tau2: f64) -> (f64, f64) {
        let fit = self.at(tau2);
        let ones = self.ones();
        let sum: f64 = fit.weights.iter().sum();
        let information = match method {
            Method::ML => fit.weights.iter().map(|w| w * w).sum::<f64>(),
            _ => fit.trace_of_two(&ones, &ones),
        };
        match method {
            Method::ML => ((fit.q_weighted() - sum) / information, (2.0 / information).sqrt()),
            Method::REML => ((fit.q_weighted() - fit.trace(&ones)) / information, (2.0 / information).sqrt()),
            // Newton's step for Q = k − p; Q is convex and falls, so that it never passes the root from below.
            _ => ((fit.q() - self.df()) / fit.q_weighted(), (2.0 / self.df()).sqrt() * self.k() / sum),
        }
    }

    fn by_iteration(&self, method: Method) -> Result<(f64, f64), Failure> {
        let mut tau2 = match method {
            Method::PM | Method::EB => 0.0,
            _ => self.unweighted().0,
        };
        // The slope was upwards at `low` and downwards at `high`: scoring may swing around the peak of a skewed likelihood,
        // and is then replaced by the middle.
        let (mut low, mut high, mut before) = (0.0, f64::INFINITY, f64::INFINITY);
        for _ in 0..STEPS {
            let (step, se) = self.step(method, tau2);
            if step.abs() <= 1e-13 * (tau2 + self.typical()) || (tau2 == 0.0 && step <= 0.0) {
                return Ok((tau2, se));
            }
            if step > 0.0 {
                low = tau2;
            } else {
                high = tau2;
            }
            let scored = (tau2 + step).max(0.0);
            let swings = scored >= high || (scored <= low && low > 0.0) || step.abs() > 0.7 * before;
            let middle = f64::midpoint(low, high);
            let tiny = 1e-14 * self.typical();
            let next = if !swings || high == f64::INFINITY {
                scored
            } else if middle > tiny {
                middle
            } else {
                0.0
            };
            before = step.abs();
            if next == tau2 || (high < f64::INFINITY && high - low <= 1e-15 * high) {
                return Ok((tau2, se));
            }
            tau2 = next;
        }
        Err(Failure::NoConvergence(STEPS))
    }

    /// Interval of τ² by Q-profile (Viechtbauer 2007, doi:10.1002/sim.2514): all τ² at which Q would not be unusual.
    pub fn q_profile(&self, quantiles: [f64; 2]) -> [f64; 2] {
        quantiles.map(|quantile| self.tau2_of_q(quantile))
    }

    /// τ² at which Q has this value; 0 if it is below it already without any τ².
    fn tau2_of_q(&self, wanted: f64) -> f64 {
        let mut tau2 = 0.0;
        for _ in 0..STEPS {
            let fit = self.at(tau2);
            let step = (fit.q() - wanted) / fit.q_weighted();
            if step.is_nan() || step <= 1e-14 * tau2 {
                break;
            }
            tau2 += step;
        }
        tau2
    }
}
