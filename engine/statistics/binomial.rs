//! The exact test of a rate from counts, and its interval.
//!
//! Tails by the regularised incomplete beta function: P(X >= k) = I_p(k, n - k + 1) for X ~ Binomial(n, p).
//! The two-sided p-value is twice the smaller tail, so that p <= a exactly where the rate lies outside the
//! Clopper-Pearson interval at confidence 1 - a.

use super::{Alternative, CannotDecide, Interval, closed_unit, edge, open_unit};
use statrs::function::beta::beta_reg;
use statrs::function::factorial::ln_binomial;

/// P(X >= k) for X ~ Binomial(n, p), to 1e-8 relative however small it is (to 1 % near its middle if n reaches 1e6,
/// where nothing is decided). NaN if p is no probability.
pub fn at_least(k: u64, n: u64, p: f64) -> f64 {
    match k {
        _ if !(0.0..=1.0).contains(&p) => f64::NAN,
        0 => 1.0,
        k if k > n => 0.0,
        k => beta_reg(k as f64, (n - k) as f64 + 1.0, p),
    }
}

/// P(X <= k) for X ~ Binomial(n, p), as accurate as [`at_least`].
pub fn at_most(k: u64, n: u64, p: f64) -> f64 {
    match k {
        _ if !(0.0..=1.0).contains(&p) => f64::NAN,
        k if k >= n => 1.0,
        k => beta_reg((n - k) as f64, k as f64 + 1.0, 1.0 - p),
    }
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

/// ln C(n, k): the nats of a uniformly random choice of k among n. Minus infinity if k > n.
pub fn ln_choose(n: u64, k: u64) -> f64 {
    if k > n { f64::NEG_INFINITY } else { ln_binomial(n, k) }
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
/// As [`test()`], and `OutOfRange` for `u` outside [0, 1].
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
/// As [`test()`], and `OutOfRange` for a confidence outside (0, 1).
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> Result<Interval, CannotDecide> {
    check(successes, trials, 0.5)?;
    let tail = 0.5 * (1.0 - open_unit("confidence", confidence)?);
    let seen = successes as f64 / trials as f64;
    Ok(Interval {
        low: if successes == 0 { 0.0 } else { edge(0.0, seen, |rate| at_least(successes, trials, rate) > tail) },
        high: if successes == trials { 1.0 } else { edge(1.0, seen, |rate| at_most(successes, trials, rate) > tail) },
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

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64) {
        assert!((got / expected - 1.0).abs() < 1e-10, "{got:e} against {expected:e}");
    }

    #[test]
    fn tails_keep_their_digits() {
        // mpmath, 40 digits: sums of C(n, j) p^j (1-p)^(n-j)
        close(at_least(3, 20, 0.05), 0.075483673788496343);
        close(at_least(40, 200, 0.02), 9.662865758416206e-28);
        close(at_least(150, 1000, 0.1), 4.4894428594500086e-7);
        close(at_most(60, 1000, 0.1), 4.3788199028627916e-6);
    }

    #[test]
    fn ten_heads_in_ten_are_one_in_1024() {
        let p = |alternative| test(10, 10, 0.5, alternative).unwrap();
        close(p(Alternative::Greater), 1.0 / 1024.0);
        close(p(Alternative::TwoSided), 2.0 / 1024.0);
        close(p(Alternative::Less), 1.0);
    }

    #[test]
    fn probabilities_add_up_to_the_tails() {
        for (n, p) in [(7, 0.3), (40, 0.02), (40, 0.98), (9, 0.0), (9, 1.0)] {
            let mut sum = 0.0;
            for k in 0..=n {
                sum += exactly(k, n, p);
                assert!((sum - at_most(k, n, p)).abs() < 1e-13);
                assert!((at_most(k, n, p) + at_least(k + 1, n, p) - 1.0).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn clopper_pearson_as_tabulated() {
        // scipy: beta.ppf((1-c)/2, k, n-k+1), beta.isf((1-c)/2, k+1, n-k)
        for (k, n, confidence, low, high) in [
            (0, 20, 0.95, 0.0, 0.1684334709830853),
            (3, 20, 0.95, 0.032070937185463715, 0.37892682654531396),
            (50, 1000, 0.999, 0.030238692036749303, 0.07672916233432701),
            (20, 20, 0.99, 0.7672704990109255, 1.0),
        ] {
            let interval = clopper_pearson(k, n, confidence).unwrap();
            assert!((interval.low - low).abs() < 1e-12 && (interval.high - high).abs() < 1e-12);
        }
    }

    #[test]
    fn the_test_rejects_exactly_the_rates_outside_the_interval() {
        for k in 0..=25 {
            let interval = clopper_pearson(k, 25, 0.99).unwrap();
            for i in 1..200 {
                let rate = f64::from(i) / 200.0;
                let p = test(k, 25, rate, Alternative::TwoSided).unwrap();
                assert_eq!(p <= 0.01, !interval.contains(rate));
            }
        }
    }

    #[test]
    fn the_randomised_form_lies_between_neighbouring_exact_ones() {
        let exact = |k| test(k, 30, 0.2, Alternative::Greater).unwrap();
        for k in 0..30 {
            for (u, expected) in [(0.0, exact(k)), (1.0, exact(k + 1))] {
                close(randomised_test(k, 30, 0.2, Alternative::Greater, u).unwrap(), expected);
            }
        }
    }

    #[test]
    fn degenerate_input_decides_nothing() {
        use Alternative::TwoSided;
        assert_eq!(test(0, 0, 0.5, TwoSided), Err(CannotDecide::TooFew { got: 0, needed: 1 }));
        assert!(test(3, 2, 0.5, TwoSided).is_err());
        for rate in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
            assert!(test(1, 2, rate, TwoSided).is_err());
            assert!(clopper_pearson(1, 2, rate).is_err());
            assert!(at_least(1, 2, rate).is_nan() && at_most(1, 2, rate).is_nan());
        }
    }
}
