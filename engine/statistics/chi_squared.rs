//! The chi-squared law: the squared length of a standard Gaussian vector.

use statrs::function::gamma::gamma_lr;

/// P(chi^2 <= x) with `freedom` degrees of freedom, which need not be whole; with none chi^2 is 0. NaN for bad input.
pub fn at_most(x: f64, freedom: f64) -> f64 {
    match (x, freedom) {
        _ if x.is_nan() || !(freedom >= 0.0) || freedom.is_infinite() => f64::NAN,
        _ if x < 0.0 => 0.0,
        (_, 0.0) | (f64::INFINITY, _) => 1.0,
        (0.0, _) => 0.0,
        _ => gamma_lr(0.5 * freedom, 0.5 * x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_degrees_of_freedom_are_exponential() {
        for x in [0.1_f64, 1.0, 7.5] {
            assert!((at_most(x, 2.0) - (1.0 - (-0.5 * x).exp())).abs() < 1e-12);
        }
    }

    #[test]
    fn two_more_degrees_of_freedom_take_off_a_density() {
        // P_{k+2}(x) = P_k(x) - (x/2)^{k/2} e^{-x/2} / Gamma(k/2 + 1), here k = 4.
        let x = 3.0_f64;
        let term = (0.5 * x).powi(2) * (-0.5 * x).exp() / 2.0;
        assert!((at_most(x, 6.0) - (at_most(x, 4.0) - term)).abs() < 1e-12);
    }

    #[test]
    fn edges_and_bad_input() {
        assert_eq!([at_most(-1.0, 3.0), at_most(0.0, 3.0), at_most(f64::INFINITY, 3.0)], [0.0, 0.0, 1.0]);
        assert_eq!([at_most(0.0, 0.0), at_most(2.0, 0.0)], [1.0, 1.0]);
        assert!(at_most(f64::NAN, 1.0).is_nan() && at_most(1.0, -1.0).is_nan() && at_most(1.0, f64::NAN).is_nan());
    }
}
