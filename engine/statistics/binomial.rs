//! The exact test of a rate from counts, and its interval.
//!
//! Tails by the regularised incomplete beta function: P(X >= k) = I_p(k, n - k + 1) for X ~ Binomial(n, p).
//! The two-sided p-value is twice the smaller tail, so that p <= a exactly where the rate lies outside the
//! Clopper-Pearson interval at confidence 1 - a.

use super::{Alternative, CannotDecide, Interval, closed_unit, open_unit};
use statrs::function::beta::{beta_reg, inv_beta_reg};
use statrs::function::factorial::ln_binomial;

/// P(X >= k) for X ~ Binomial(n, p).
pub fn at_least(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        k if k > n => 0.0,
        k => beta_reg(k as f64, (n - k) as f64 + 1.0, p),
    }
}

/// P(X <= k) for X ~ Binomial(n, p), computed in the lower tail.
pub fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta_reg((n - k) as f64, k as f64 + 1.0, 1.0 - p) }
}

/// P(X = k) for X ~ Binomial(n, p).
pub fn exactly(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    // 0 ln 0 = 0
    let term = |count: u64, ln: f64| if count == 0 { 0.0 } else { count as f64 * ln };
    (ln_binomial(n, k) + term(k, p.ln()) + term(n - k, (-p).ln_1p())).exp()
}

/// P-value of `successes` in `trials` under "the rate is `rate`" (or at most / at least it, for one-sided
/// alternatives): P(p <= a) <= a at every a.
///
/// # Errors
/// `OutOfRange` for a rate outside [0, 1] or more successes than trials; `TooFew` without trials.
pub fn test(successes: u64, trials: u64, rate: f64, alternative: Alternative) -> Result<f64, CannotDecide> {
    check(successes, trials, rate)?;
    let less = at_most(successes, trials, rate);
    let greater = at_least(successes, trials, rate);
    Ok(sided(less, greater, alternative))
}

/// The randomised form: with `u` uniform on [0, 1), exactly uniform under the null. For calibration; not for verdicts.
///
/// # Errors
/// As [`test`], and `OutOfRange` for `u` outside [0, 1].
pub fn randomised_test(
    successes: u64,
    trials: u64,
    rate: f64,
    alternative: Alternative,
    u: f64,
) -> Result<f64, CannotDecide> {
    check(successes, trials, rate)?;
    closed_unit("u", u)?;
    let here = exactly(successes, trials, rate);
    let less = successes.checked_sub(1).map_or(0.0, |below| at_most(below, trials, rate)) + u * here;
    let greater = at_least(successes + 1, trials, rate) + (1.0 - u) * here;
    Ok(sided(less, greater, alternative))
}

/// The Clopper-Pearson interval of the rate: covers it with probability at least `confidence`.
///
/// # Errors
/// As [`test`], and `OutOfRange` for a confidence outside (0, 1).
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> Result<Interval, CannotDecide> {
    check(successes, trials, 0.5)?;
    let tail = 0.5 * (1.0 - open_unit("confidence", confidence)?);
    let (k, misses) = (successes as f64, (trials - successes) as f64);
    // The upper end mirrors the lower end of the misses, so that both are computed where the law is small.
    Ok(Interval {
        low: if successes == 0 { 0.0 } else { inv_beta_reg(k, misses + 1.0, tail) },
        high: if successes == trials { 1.0 } else { 1.0 - inv_beta_reg(misses, k + 1.0, tail) },
    })
}

fn check(successes: u64, trials: u64, rate: f64) -> Result<(), CannotDecide> {
    closed_unit("rate", rate)?;
    if trials == 0 {
        return Err(CannotDecide::TooFew { got: 0, needed: 1 });
    }
    if successes > trials {
        return Err(CannotDecide::OutOfRange {
            name: "successes",
            got: successes as f64,
            allowed: "at most the number of trials",
        });
    }
    Ok(())
}

fn sided(less: f64, greater: f64, alternative: Alternative) -> f64 {
    match alternative {
        Alternative::Less => less.min(1.0),
        Alternative::Greater => greater.min(1.0),
        Alternative::TwoSided => (2.0 * less.min(greater)).min(1.0),
    }
}
