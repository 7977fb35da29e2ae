//! The linear relaxation: masks between 0 and 1 reach any target in range exactly, and the one fraction is rounded.
//!
//! A vertex of `{m in [0, 1]^n : sum_k m_k x_k = z}` has at most one entry that is neither 0 nor 1. Taking samples of z's
//! sign in order is one; rounding its fraction costs up to half a sample, however many samples there are.

use super::SubsetSumError;
use super::approximation::{Approximation, check};

/// The rounded vertex: samples with the sign of the target in order, until the next one would go too far; that one too if
/// the sum comes closer with it.
///
/// # Errors
/// [`SubsetSumError::NotFinite`], [`SubsetSumError::TooLarge`], [`SubsetSumError::Target`].
pub fn relaxation(samples: &[f64], target: f64) -> Result<Approximation, SubsetSumError> {
    check(samples, target)?;
    let mut chosen = vec![false; samples.len()];
    let mut missing = target;
    for (x, chosen) in samples.iter().zip(&mut chosen).filter(|(x, _)| **x * target > 0.0) {
        *chosen = x.abs() < 2.0 * missing.abs();
        if x.abs() >= missing.abs() {
            break;
        }
        missing -= x;
    }
    Ok(Approximation::of(samples, target, chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_is_rounded() {
        assert_eq!(relaxation(&[0.5, -0.25, 0.5], 0.625).unwrap().chosen, [true, false, false]);
        assert_eq!(relaxation(&[0.5, -0.25, 0.5], 0.875).unwrap().chosen, [true, false, true]);
        assert_eq!(relaxation(&[0.5, -0.25, -0.5], -0.625).unwrap().chosen, [false, true, true]);
        assert_eq!(relaxation(&[0.5, -0.25], 0.0).unwrap().chosen, [false, false]);
        assert_eq!(relaxation(&[0.25], 4.0).unwrap().error, 3.75);
    }
}
