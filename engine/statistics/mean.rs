//! A mean with its t interval, and quantiles.

use super::binomial::at_most;
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

/// The order statistics around the median that cover the median of the law with probability at least `confidence`,
/// whatever the law: each leaves half of the rest of Binomial(n, 1/2) on its side.
///
/// # Errors
/// `TooFew` if even smallest and largest value cover it more rarely; `NotFinite`; `OutOfRange` for a confidence outside
/// (0, 1).
pub fn median_interval(values: &[f64], confidence: f64) -> Result<Interval, CannotDecide> {
    let tail = 0.5 * (1.0 - open_unit("confidence", confidence)?);
    usable(values, 1)?;
    let n = values.len() as u64;
    // 2^-n on either side is what smallest and largest leave out.
    let outside = (0..n).take_while(|k| at_most(*k, n, 0.5) <= tail).count();
    if outside == 0 {
        return Err(CannotDecide::TooFew { got: values.len(), needed: (-tail.log2()).ceil() as usize });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(Interval { low: sorted[outside - 1], high: sorted[sorted.len() - outside] })
}

/// The arithmetic mean; a second pass removes the rounding of the first.
pub(super) fn average(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let first = values.iter().map(|x| x / n).sum::<f64>();
    first + values.iter().map(|x| x - first).sum::<f64>() / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_five() {
        let mean = Mean::of(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!((mean.count, mean.mean), (5, 3.0));
        assert!((mean.standard_deviation.powi(2) - 2.5).abs() < 1e-15);
        assert!((mean.standard_error.powi(2) - 0.5).abs() < 1e-15);
        // t(4) at 0.975 is 2.776445105198 (tables), times sqrt(1/2)
        assert!((mean.interval(0.95).unwrap().high - 4.963243161478).abs() < 1e-9);
    }

    #[test]
    fn a_large_offset_does_not_swamp_the_spread() {
        let mean = Mean::of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]).unwrap();
        assert_eq!((mean.mean, mean.standard_deviation.powi(2).round()), (1e9 + 10.0, 30.0));
    }

    #[test]
    fn quantiles_are_linear_between_order_statistics() {
        let values = [3.0, 1.0, 2.0, 4.0];
        for (fraction, expected) in [(0.0, 1.0), (0.5, 2.5), (0.25, 1.75), (1.0, 4.0)] {
            assert_eq!(quantile(&values, fraction), Ok(expected));
        }
        assert_eq!(quantile(&[7.0], 0.3), Ok(7.0));
    }

    #[test]
    fn the_median_lies_between_order_statistics() {
        let ten: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        // Tables of the sign test: of ten values the second smallest and largest cover the median with 0.9785.
        assert_eq!(median_interval(&ten, 0.95), Ok(Interval { low: 2.0, high: 9.0 }));
        assert_eq!(median_interval(&ten, 0.98), Ok(Interval { low: 1.0, high: 10.0 }));
        // Six values cover it with 1 - 2/64, five with 1 - 2/32.
        assert_eq!(median_interval(&ten[..6], 0.95), Ok(Interval { low: 5.0, high: 10.0 }));
        assert_eq!(median_interval(&ten[..5], 0.95), Err(CannotDecide::TooFew { got: 5, needed: 6 }));
        assert!(median_interval(&[], 0.95).is_err() && median_interval(&ten, 1.0).is_err());
    }

    #[test]
    fn degenerate_input_decides_nothing() {
        assert_eq!(Mean::of(&[]), Err(CannotDecide::TooFew { got: 0, needed: 2 }));
        assert_eq!(Mean::of(&[1.0]), Err(CannotDecide::TooFew { got: 1, needed: 2 }));
        assert_eq!(Mean::of(&[1.0, f64::NAN]), Err(CannotDecide::NotFinite { index: 1 }));
        assert!(Mean::of(&[1e300, -1e300]).is_err());
        assert!(Mean::of(&[1.0, 2.0]).unwrap().interval(1.0).is_err());
        assert!(quantile(&[f64::INFINITY, 1.0], 0.5).is_err() && quantile(&[1.0], f64::NAN).is_err());
    }
}
