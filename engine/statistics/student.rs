//! Tails of Student's t, each computed in its own tail.

use super::edge;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

// Beyond this many degrees of freedom the incomplete beta function loses digits to cancellation.
const MANY: f64 = 1e6;

/// P(T >= t) for T with `df` degrees of freedom, to 1e-8 relative, however small it is.
///
/// NaN if `t` is NaN or `df` is not positive.
pub fn upper_tail(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df > MANY {
        // Abramowitz and Stegun 26.7.8, with an error of order 1 / df^2.
        return Normal::standard().sf(t * (1.0 - 0.25 / df) / (1.0 + 0.5 * t * t / df).sqrt());
    }
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |law| law.sf(t))
}

/// The t with P(T >= t) = `tail`, for a tail in (0, 1/2]; NaN outside. Rounded outward.
///
/// It inverts [`upper_tail`] itself, so that test and interval agree to the last bits.
pub fn critical(tail: f64, df: f64) -> f64 {
    if !(tail > 0.0 && tail <= 0.5 && df > 0.0) {
        return f64::NAN;
    }
    let mut far = 1.0;
    while upper_tail(far, df) > tail {
        far *= 2.0;
    }
    edge(far, 0.0, |t| upper_tail(t, df) > tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_keep_their_digits() {
        // mpmath, 40 digits: I_{df / (df + t^2)}(df / 2, 1 / 2) / 2
        for (t, df, expected) in [
            (0.5, 1.0, 0.35241638234956673),
            (2.0, 19.0, 0.030001018193049183),
            (3.5, 39.0, 0.00059031350016936548),
            (40.0, 19.0, 4.153878599669215e-20),
            (10.0, 199.0, 1.2335936302591454e-19),
            (12.0, 1e6, 1.7858425623825449e-33),
            (3.0, 1e7, 0.0013499013555185806),
            (7.0, 1e9, 1.2798133431740945e-12),
        ] {
            assert!((upper_tail(t, df) / expected - 1.0).abs() < 1e-8, "t {t}, df {df}: {:e}", upper_tail(t, df));
            assert!((upper_tail(-t, df) - (1.0 - expected)).abs() < 1e-8);
        }
    }

    #[test]
    fn critical_values_invert_the_tail() {
        // scipy: t.isf(tail, df)
        for (tail, df, expected) in [
            (0.025, 19.0, 2.09302405440831),
            (5e-4, 39.0, 3.5581200813327327),
            (1e-6, 39.0, 5.577384158087601),
            (1e-10, 4.0, 416.1751403296041),
        ] {
            assert!((critical(tail, df) / expected - 1.0).abs() < 1e-10);
        }
        assert!(critical(0.5, 7.0).abs() < 1e-15);
    }

    #[test]
    fn nonsense_gives_nan() {
        for (t, df) in [(f64::NAN, 3.0), (1.0, 0.0), (1.0, f64::NAN)] {
            assert!(upper_tail(t, df).is_nan());
        }
        assert!(critical(0.0, 3.0).is_nan() && critical(0.7, 3.0).is_nan() && critical(f64::NAN, 3.0).is_nan());
    }
}
