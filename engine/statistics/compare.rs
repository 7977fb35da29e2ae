//! Is one mean larger than the other? Paired and Welch t tests; the exact sign test where the spread is 0.
//!
//! A t test keeps its level exactly for normal differences only. Symmetric ones do little harm. Skewed ones do on the side
//! away from their tail: if one difference in ten lies far below the others, the one-sided test at 0.001 of 40 pairs says
//! "greater" in 0.0146 of the cases in which the mean difference is 0 (the statistical suite holds that number). The
//! sign test is about the median, not the mean.

use super::mean::{Mean, average};
use super::student::{critical, upper_tail};
use super::{Alternative, CannotDecide, Interval, binomial, open_unit, spreads, usable};

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
    t_test(Test::PairedT, mean.mean, mean.standard_error, differences.len() as f64 - 1.0)
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
    t_test(Test::WelchT, one.mean - two.mean, (a + b).sqrt(), df)
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

fn t_test(test: Test, difference: f64, standard_error: f64, df: f64) -> Result<Comparison, CannotDecide> {
    let t = difference / standard_error;
    // The squares underflowed: there is a spread, but not one that can be measured.
    if !(t.is_finite() && df.is_finite()) {
        return Err(CannotDecide::NoSpread);
    }
    Ok(Comparison {
        test,
        statistic: t,
        df,
        difference,
        standard_error,
        two_sided: (2.0 * upper_tail(t.abs(), df)).min(1.0),
        greater: upper_tail(t, df),
        less: upper_tail(-t, df),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    const PRUNED: [f64; 6] = [0.81, 0.93, 0.77, 0.95, 0.88, 0.90];
    const DENSE: [f64; 6] = [0.78, 0.90, 0.78, 0.90, 0.80, 0.85];

    fn close(got: f64, expected: f64) {
        assert!((got / expected - 1.0).abs() < 1e-9, "{got:e} against {expected:e}");
    }

    #[test]
    fn paired_t_as_scipy() {
        // scipy: ttest_rel(PRUNED, DENSE)
        let seen = paired(&PRUNED, &DENSE).unwrap();
        assert_eq!((seen.test, seen.df), (Test::PairedT, 5.0));
        close(seen.statistic, 3.135715828107969);
        close(seen.two_sided, 0.02579060921305094);
        close(seen.greater, 0.01289530460652547);
        close(seen.less, 1.0 - 0.01289530460652547);
        let interval = seen.interval(0.95).unwrap();
        close(interval.low, 0.006908620199963952);
        close(interval.high, 0.06975804646670271);
    }

    #[test]
    fn welch_as_scipy() {
        // scipy: ttest_ind(first, second, equal_var=False)
        let first = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1];
        let second = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1];
        let seen = welch_t(&first, &second).unwrap();
        close(seen.statistic, -1.9130456278923704);
        close(seen.df, 9.904641618580687);
        close(seen.two_sided, 0.08505939001981501);
        let interval = seen.interval(0.95).unwrap();
        close(interval.low, -5.866871253260657);
        close(interval.high, 0.4502045865939923);
    }

    #[test]
    fn swapping_the_samples_swaps_the_sides() {
        let (one, two) = (paired(&PRUNED, &DENSE).unwrap(), paired(&DENSE, &PRUNED).unwrap());
        assert_eq!((one.greater, one.less, one.two_sided), (two.less, two.greater, two.two_sided));
    }

    #[test]
    fn a_constant_difference_is_judged_by_its_sign_alone() {
        // 20 pairs, all 0.45 apart but for rounding: 2^-20 one-sided
        let first: Vec<f64> = (0..20).map(|i| 0.505 + 0.001 * f64::from(i) + 0.45).collect();
        let second: Vec<f64> = (0..20).map(|i| 0.505 + 0.001 * f64::from(i)).collect();
        assert_eq!(paired_t(&first, &second), Err(CannotDecide::NoSpread));
        let seen = paired(&first, &second).unwrap();
        assert_eq!((seen.test, seen.statistic, seen.df), (Test::Sign, 20.0, 20.0));
        close(seen.greater, 0.5f64.powi(20));
        assert!(seen.interval(0.999).unwrap().contains(seen.difference));
        // Two pairs say nothing however well they agree.
        let few = paired(&first[..2], &second[..2]).unwrap();
        close(few.greater, 0.25);
        close(few.two_sided, 0.5);
        assert_eq!(few.interval(0.95).unwrap().width(), f64::INFINITY);
    }

    #[test]
    fn no_difference_anywhere_gives_p_one() {
        let seen = paired(&PRUNED, &PRUNED).unwrap();
        assert_eq!((seen.two_sided, seen.greater, seen.less), (1.0, 1.0, 1.0));
    }

    #[test]
    fn degenerate_input_decides_nothing() {
        assert_eq!(paired(&[1.0], &[2.0]), Err(CannotDecide::TooFew { got: 1, needed: 2 }));
        assert_eq!(paired(&[1.0, 2.0], &[2.0]), Err(CannotDecide::Unpaired { first: 2, second: 1 }));
        assert_eq!(welch_t(&[1.0, 1.0], &[2.0, 2.0]), Err(CannotDecide::NoSpread));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for at in 0..6 {
                let mut values = PRUNED;
                values[at] = bad;
                assert_eq!(paired(&values, &DENSE), Err(CannotDecide::NotFinite { index: at }));
                assert_eq!(paired(&DENSE, &values), Err(CannotDecide::NotFinite { index: at }));
                assert_eq!(welch_t(&DENSE, &values), Err(CannotDecide::NotFinite { index: 6 + at }));
                assert!(sign(&values, &DENSE).is_err());
            }
        }
        // Squares underflow to 0.
        assert_eq!(paired_t(&[1e-200, 3e-200], &[0.0, 0.0]), Err(CannotDecide::NoSpread));
        assert_eq!(welch_t(&[1e-200, 3e-200], &[0.0, 1e-200]), Err(CannotDecide::NoSpread));
        // The difference overflows although both are finite.
        assert!(paired(&[1e308, 1.0], &[-1e308, 2.0]).is_err());
    }
}
