//! What two layers, or the data alone, already demand of a function that fits (arXiv 2009.14444 and derived here).

use super::{Bound, Version};

/// Trivial floor: two points of opposite labels at distance `nearest`, with values at least `gap` apart.
pub fn trivial(gap: f64, nearest: f64) -> f64 {
    gap / nearest
}

/// Path floor of networks without skip connection, derived here: with random signs, w.p. 1 - delta every interpolant has
/// sum_j |a_j| |w_j| >= n / (sqrt(S) (2 + sqrt(2 ln(1/delta)))), S = sum_i |x_i|^2.
///
/// With biases (w, b) stands for w and S + n for S. 2 is the contraction of the absolute value, the root McDiarmid's.
pub fn path(samples: usize, squares: f64, delta: f64) -> Bound {
    let value = samples as f64 / (squares.sqrt() * (2.0 + (2.0 * (1.0 / delta).ln()).sqrt()));
    Bound::at_least(Version::Corrected, value)
}

/// Spectral floor, Thm 5 of 2009.14444: without biases and with positive probability, |a| |W|_op >= sqrt(n / k) for every
/// ReLU interpolant of generic data.
pub fn spectral(samples: usize, neurons: usize) -> Bound {
    Bound::at_least(Version::Printed, (samples as f64 / neurons as f64).sqrt())
}

/// The spectral floor with a probability, derived here: w.p. 1 - delta it is the path floor over sqrt(k).
pub fn spectral_of_path(path: Bound, neurons: usize) -> Bound {
    Bound { value: path.value / (neurons as f64).sqrt(), ..path }
}

/// Projection floor, derived here: f depends on x through k < d directions only, and labels of opposite signs get values at
/// least `gap` apart. So Lip(f) >= gap / sqrt(sum of the k largest eigenvalues of M), M the mean of (x - x')(x - x')^T over
/// opposite-label pairs: any activation, any weights, no skip connection.
///
/// `eigenvalues`: those of M, descending.
pub fn projection(gap: f64, eigenvalues: &[f64], neurons: usize) -> Bound {
    let most: f64 = eigenvalues.iter().take(neurons).sum();
    Bound::at_least(Version::Sharp, gap / most.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_sheet() {
        // n = 200, |x| = 1, delta = 1e-3: 2.47; with both signs at distance 1 the trivial floor is 2.
        assert!((path(200, 200.0, 1e-3).value - 2.47).abs() < 0.005);
        assert_eq!(trivial(2.0, 1.0), 2.0);
        assert_eq!(spectral(200, 50).value, 2.0);
        assert!((spectral_of_path(path(200, 200.0, 1e-3), 100).value - 0.247).abs() < 5e-4);
    }

    #[test]
    fn for_many_samples_the_projection_floor_is_that_of_the_covariance() {
        // M -> 2 I / d, so that k of d eigenvalues sum to 2 k / d.
        let (d, k) = (40, 8);
        let eigenvalues = vec![2.0 / d as f64; d];
        let floor = projection(2.0, &eigenvalues, k).value;
        assert!((floor - (2.0 * d as f64 / k as f64).sqrt()).abs() < 1e-12);
    }
}
