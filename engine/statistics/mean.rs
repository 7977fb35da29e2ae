//! A mean with its t interval, and quantiles.

use super::student::critical;
use super::{CannotDecide, Interval, closed_unit, open_unit, usable};

/// The mean of independent values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Number of values n.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Sample standard deviation, n - 1 in the denominator.
    pub standard_deviation: f64,
    /// Standard error of the mean.
    pub standard_error: f64,
}

impl Mean {
    /// The mean of two or more values.
    ///
    /// # Errors
    /// `TooFew`, `NotFinite`.
    pub fn of(values: &[f64]) -> Result<Mean, CannotDecide> {
        usable(values, 2)?;
        let n = values.len() as f64;
        let mean = average(values);
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
        if !variance.is_finite() {
            // The squares overflowed.
            return Err(CannotDecide::NotFinite { index: 0 });
        }
        Ok(Mean {
            count: values.len(),
            mean,
            standard_deviation: variance.sqrt(),
            standard_error: (variance / n).sqrt(),
        })
    }

    /// mean +- t(n-1) standard errors; covers the expectation of normal values with probability `confidence`.
    ///
    /// # Errors
    /// `OutOfRange` for a confidence outside (0, 1).
    pub fn interval(&self, confidence: f64) -> Result<Interval, CannotDecide> {
        let tail = 0.5 * (1.0 - open_unit("confidence", confidence)?);
        Ok(Interval::around(self.mean, critical(tail, self.count as f64 - 1.0) * self.standard_error))
    }
}

/// The quantile at `fraction` of the values, linear between order statistics (position (n - 1) * fraction).
///
/// # Errors
/// `TooFew` without values, `NotFinite`, `OutOfRange` for a fraction outside [0, 1].
pub fn quantile(values: &[f64], fraction: f64) -> Result<f64, CannotDecide> {
    usable(values, 1)?;
    closed_unit("fraction", fraction)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = (sorted.len() - 1) as f64 * fraction;
    let below = sorted[position.floor() as usize];
    let above = sorted[position.ceil() as usize];
    Ok(below + position.fract() * (above - below))
}

/// The arithmetic mean; a second pass removes the rounding of the first.
pub(super) fn average(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let first = values.iter().map(|x| x / n).sum::<f64>();
    first + values.iter().map(|x| x - first).sum::<f64>() / n
}
