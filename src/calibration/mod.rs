//! Calibration: which values of uncertain parameters go with published (or a clinic's own) numbers, and which of them the
//! numbers do not pin down.
//!
//! The method of simulated moments with a prior (McFadden 1989, doi:10.2307/1913621; Hall 2005 for the theory): find the
//! parameters for which Σ [(simulated − published) / SE]² + Σ [(parameter − prior mean) / prior SD]² is smallest. Every
//! evaluation uses the same luck, so that the simulated numbers are smooth functions of the parameters up to rare jumps.
//!
//! 1. [`parameter`]: a parameter, its scale, prior and bounds.
//! 2. [`moment`]: what is compared with what, and how uncertain each is.
//! 3. [`fit`]: the Levenberg–Marquardt search.
//! 4. [`posterior`]: what the targets say about each parameter, and what they do not.
//!
//! None of it knows what a scenario is: the simulation is a [`Simulator`], values in, statistics of replicates out.

pub mod file;
pub mod fit;
pub mod moment;
pub mod parameter;
pub mod posterior;
pub mod report;
pub mod shipped;
pub mod studies;

/// Something that can be simulated for any values of the parameters, always with the same luck.
pub trait Simulator {
    /// Why a simulation broke off.
    type Error;

    /// One list per target, with its statistic in each replicate (NaN: not defined there).
    ///
    /// # Errors
    /// The simulation was stopped, or cannot be done with these values.
    fn statistics(&mut self, values: &[f64]) -> Result<Vec<Vec<f64>>, Self::Error>;
}

#[cfg(test)]
mod tests;
