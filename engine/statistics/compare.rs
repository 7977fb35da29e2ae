//! Is one mean larger than the other? Paired and Welch t tests; the exact sign test where the spread is 0.

use super::mean::{Mean, average};
use super::student::{critical, upper_tail};
use super::{Alternative, CannotDecide, Interval, binomial, open_unit, usable};

/// Which test was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Student's t on the differences.
    PairedT,
    /// Welch's t on two independent samples.
    WelchT,
    /// The exact sign test on the differences, zeros left out.
    Sign,
}

/// The outcome of a comparison, first minus second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Which test.
    pub test: Test,
    /// t, or the number of positive differences in a sign test.
    pub statistic: f64,
    /// Degrees of freedom; in a sign test the number of differences that are not 0.
    pub df: f64,
    /// Mean difference.
    pub difference: f64,
    /// Standard error of the mean difference; 0 in a sign test.
    pub standard_error: f64,
    /// P-value of "the difference is 0" against anything else.
    pub two_sided: f64,
    /// P-value of "the difference is at most 0": small if the first is larger.
    pub greater: f64,
    /// P-value of "the difference is at least 0": small if the first is smaller.
    pub less: f64,
}

impl Comparison {
    /// The confidence interval of the difference. A sign test has none but the point it saw, and that only if its
    /// n agreeing differences suffice, 2^(1-n) <= 1 - confidence; else the whole line.
    ///
    /// # Errors
    /// `OutOfRange` for a confidence outside (0, 1).
    pub fn interval(&self, confidence: f64) -> Result<Interval, CannotDecide> {
        let error = 1.0 - open_unit("confidence", confidence)?;
        Ok(match self.test {
            Test::PairedT | Test::WelchT => {
                Interval::around(self.difference, critical(0.5 * error, self.df) * self.standard_error)
            }
            Test::Sign if self.two_sided <= error => Interval::around(self.difference, 0.0),
            Test::Sign => Interval { low: f64::NEG_INFINITY, high: f64::INFINITY },
        })
    }
}

/// The comparison of an empirical claim whose cells share their draws: paired t, or the sign test if the differences
/// do not spread.
///
/// # Errors
/// `TooFew` below two pairs, `NotFinite`, `Unpaired`.
pub fn paired(first: &[f64], second: &[f64]) -> Result<Comparison, CannotDecide> {
    match paired_t(first, second) {
        Err(CannotDecide::NoSpread) => sign(first, second),
        other => other,
    }
}

/// Student's t on the differences of pairs.
///
/// # Errors
/// `TooFew` below two pairs, `NotFinite`, `Unpaired`, `NoSpread` if all differences agree to rounding.
pub fn paired_t(first: &[f64], second: &[f64]) -> Result<Comparison, CannotDecide> {
    let differences = differences(first, second)?;
    let scale = first.iter().chain(second).fold(0.0, |most: f64, x| most.max(x.abs()));
    if !spreads(&differences, scale) {
        return Err(CannotDecide::NoSpread);
    }
    let mean = Mean::of(&differences)?;
    Ok(t_test(Test::PairedT, mean.mean, mean.standard_error, differences.len() as f64 - 1.0))
}

/// Welch's t on two independent samples, with Satterthwaite's degrees of freedom.
///
/// # Errors
/// `TooFew` below two values in either, `NotFinite` (positions count on through the second sample), `NoSpread` if
/// both samples are constant.
pub fn welch_t(first: &[f64], second: &[f64]) -> Result<Comparison, CannotDecide> {
    let one = Mean::of(first)?;
    let two = Mean::of(second).map_err(|error| match error {
        CannotDecide::NotFinite { index } => CannotDecide::NotFinite { index: first.len() + index },
        other => other,
    })?;
    let spreads = |values: &[f64]| spreads(values, values.iter().fold(0.0, |most: f64, x| most.max(x.abs())));
    if !spreads(first) && !spreads(second) {
        return Err(CannotDecide::NoSpread);
    }
    let (a, b) = (one.standard_error.powi(2), two.standard_error.powi(2));
    let df = (a + b).powi(2) / (a * a / (one.count as f64 - 1.0) + b * b / (two.count as f64 - 1.0));
    Ok(t_test(Test::WelchT, one.mean - two.mean, (a + b).sqrt(), df))
}

/// The exact sign test on the differences of pairs, zeros left out.
///
/// # Errors
/// `TooFew` below two pairs, `NotFinite`, `Unpaired`.
pub fn sign(first: &[f64], second: &[f64]) -> Result<Comparison, CannotDecide> {
    let differences = differences(first, second)?;
    let positive = differences.iter().filter(|&&x| x > 0.0).count() as u64;
    let signed = differences.iter().filter(|&&x| x != 0.0).count() as u64;
    let p = |alternative| if signed == 0 { Ok(1.0) } else { binomial::test(positive, signed, 0.5, alternative) };
    Ok(Comparison {
        test: Test::Sign,
        statistic: positive as f64,
        df: signed as f64,
        difference: average(&differences),
        standard_error: 0.0,
        two_sided: p(Alternative::TwoSided)?,
        greater: p(Alternative::Greater)?,
        less: p(Alternative::Less)?,
    })
}

fn t_test(test: Test, difference: f64, standard_error: f64, df: f64) -> Comparison {
    let t = difference / standard_error;
    Comparison {
        test,
        statistic: t,
        df,
        difference,
        standard_error,
        two_sided: (2.0 * upper_tail(t.abs(), df)).min(1.0),
        greater: upper_tail(t, df),
        less: upper_tail(-t, df),
    }
}

fn differences(first: &[f64], second: &[f64]) -> Result<Vec<f64>, CannotDecide> {
    if first.len() != second.len() {
        return Err(CannotDecide::Unpaired { first: first.len(), second: second.len() });
    }
    usable(first, 2)?;
    usable(second, 2)?;
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    usable(&differences, 2)?;
    Ok(differences)
}

// Constant differences of rounded numbers differ by a few units in the last place: that is no spread, and a t made of
// it would be rounding noise that looks decisive.
fn spreads(values: &[f64], scale: f64) -> bool {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    high - low > 8.0 * f64::EPSILON * scale
}
