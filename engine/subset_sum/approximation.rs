//! What the methods return that are fast and not exact: a subset of any number of samples, in plain floating point.

use super::SubsetSumError;
use super::fixed::total;

/// A subset and what it adds up to. Errors below about 1e-15 times the sum of sizes are rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct Approximation {
    /// n: whether each sample is in the subset.
    pub chosen: Vec<bool>,
    /// The sum of those that are, added in order.
    pub sum: f64,
    /// |sum - target|.
    pub error: f64,
}

impl Approximation {
    /// The subset with its sum added up afresh.
    pub(super) fn of(samples: &[f64], target: f64, chosen: Vec<bool>) -> Approximation {
        let sum = samples.iter().zip(&chosen).filter(|(_, chosen)| **chosen).fold(0.0, |sum, (x, _)| sum + x);
        Approximation { chosen, sum, error: (sum - target).abs() }
    }
}

/// Checks what every method needs: finite samples whose sizes can be added up, and a finite target.
pub(super) fn check(samples: &[f64], target: f64) -> Result<(), SubsetSumError> {
    if !(total(samples)? <= 1e300) {
        return Err(SubsetSumError::TooLarge);
    }
    let most = 1e300;
    if target.abs() <= most { Ok(()) } else { Err(SubsetSumError::Target { got: target, most }) }
}
