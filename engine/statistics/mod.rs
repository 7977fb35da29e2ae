//! Statistics: tests, intervals and sequential decisions, each with its error rate.
//!
//! In reading order:
//! * [`binomial`]: the exact test of a rate, and the Clopper-Pearson interval
//! * [`chi_squared`]: the law of a squared length
//! * [`compare`]: paired and Welch t tests, and the exact sign test where the spread is 0
//! * [`mean`]: a mean with its t interval, and quantiles
//! * [`bootstrap`]: the standard error of any statistic, over replicas
//! * [`estimate`]: any number with its standard error, against a band
//! * [`slope`]: an exponent with its standard error, against a band
//! * [`quantile_line`]: the same through quantiles, for heavy tails
//! * [`sequential`]: a rate watched while replicas arrive, with an error rate that holds at every look
//! * [`holm`]: many claims at one level
//! * [`kolmogorov`]: a sample against a law
//! * [`power`]: how many replicas a test needs
//! * [`student`]: tails of Student's t
//!
//! Every function answers only from finite numbers: anything else is [`CannotDecide`], never a p-value. P-values are
//! computed in their own tail, so that 1e-30 means 1e-30.

pub mod binomial;
pub mod bootstrap;
pub mod chi_squared;
pub mod compare;
pub mod estimate;
pub mod holm;
pub mod kolmogorov;
pub mod mean;
pub mod power;
pub mod quantile_line;
pub mod sequential;
pub mod slope;
pub mod student;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CannotDecide {
    /// Fewer values than the statistic needs.
    #[error("{got} values, at least {needed} needed")]
    TooFew {
        /// Values given.
        got: usize,
        /// Values needed.
        needed: usize,
    },
    /// A value is NaN or infinite (or its logarithm is).
    #[error("value {index} is not finite")]
    NotFinite {
        /// Its position, from 0.
        index: usize,
    },
    /// Values that belong together do not come in equal numbers.
    #[error("{first} values against {second}: they do not pair")]
    Unpaired {
        /// Number of the first kind.
        first: usize,
        /// Number of the second kind.
        second: usize,
    },
    /// All values agree where the statistic needs them to differ.
    #[error("the values do not spread")]
    NoSpread,
    /// A parameter is out of its range.
    #[error("{name} is {got}, allowed is {allowed}")]
    OutOfRange {
        /// The parameter.
        name: &'static str,
        /// The value given.
        got: f64,
        /// The range.
        allowed: &'static str,
    },
}

/// The alternative of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// The truth is smaller than the null says.
    Less,
    /// The truth is larger.
    Greater,
    /// Either.
    TwoSided,
}

/// A closed interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Where an interval lies with respect to a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// All of it in the band.
    Inside,
    /// None of it in the band.
    Outside,
    /// Across an edge, or not a number.
    Undecided,
}

impl Interval {
    /// `middle` +- `half_width`.
    pub fn around(middle: f64, half_width: f64) -> Interval {
        Interval { low: middle - half_width, high: middle + half_width }
    }

    /// high - low.
    pub fn width(self) -> f64 {
        self.high - self.low
    }

    /// Whether low <= value <= high.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether it is empty, or an end is not a number.
    pub fn is_void(self) -> bool {
        self.low.is_nan() || self.high.is_nan() || self.high < self.low
    }

    /// Where it lies with respect to a band, edges included in the band. Undecided if either is empty or not a number.
    pub fn against(self, band: Interval) -> Place {
        if self.is_void() || band.is_void() {
            Place::Undecided
        } else if band.low <= self.low && self.high <= band.high {
            Place::Inside
        } else if self.high < band.low || band.high < self.low {
            Place::Outside
        } else {
            Place::Undecided
        }
    }
}

/// The values as they are, if there are enough of them and all are finite.
fn usable(values: &[f64], needed: usize) -> Result<(), CannotDecide> {
    if values.len() < needed {
        return Err(CannotDecide::TooFew { got: values.len(), needed });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(CannotDecide::NotFinite { index }),
        None => Ok(()),
    }
}

/// A probability strictly between 0 and 1, such as a level, a confidence or a power.
fn open_unit(name: &'static str, got: f64) -> Result<f64, CannotDecide> {
    if got > 0.0 && got < 1.0 { Ok(got) } else { Err(CannotDecide::OutOfRange { name, got, allowed: "(0, 1)" }) }
}

/// A rate, 0 and 1 included.
fn closed_unit(name: &'static str, got: f64) -> Result<f64, CannotDecide> {
    if (0.0..=1.0).contains(&got) { Ok(got) } else { Err(CannotDecide::OutOfRange { name, got, allowed: "[0, 1]" }) }
}

/// Whether values spread by more than rounding, given the size of the numbers that they were made of.
///
/// Constant differences of rounded numbers differ by a few units in the last place: a t made of that is noise that looks
/// decisive.
fn spreads(values: &[f64], scale: f64) -> bool {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    high - low > 8.0 * f64::EPSILON * scale
}

/// The edge of a monotone condition between a point that fails it and one that meets it: the last number on the failing
/// side, by bisection down to neighbouring floats.
fn edge(mut fails: f64, mut meets: f64, condition: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = 0.5 * (fails + meets);
        if middle == fails || middle == meets {
            return fails;
        }
        if condition(middle) {
            meets = middle;
        } else {
            fails = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_inside_outside_or_undecided() {
        let band = Interval { low: 1.0, high: 2.0 };
        let place = |low, high| Interval { low, high }.against(band);
        assert_eq!(place(1.0, 2.0), Place::Inside);
        assert_eq!(place(2.1, 3.0), Place::Outside);
        assert_eq!(place(-1.0, 0.9), Place::Outside);
        assert_eq!(place(1.5, 2.5), Place::Undecided);
        assert_eq!(place(0.0, 9.0), Place::Undecided);
        assert_eq!(place(f64::NAN, 1.5), Place::Undecided);
        assert_eq!(place(5.0, 4.0), Place::Undecided);
        assert_eq!(Interval::around(9.0, 1.0).against(Interval { low: 0.0, high: f64::NAN }), Place::Undecided);
        assert_eq!(place(f64::NEG_INFINITY, f64::INFINITY), Place::Undecided);
    }
}
