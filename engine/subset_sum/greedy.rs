//! Greedy flips: from the empty subset, take or leave out the one sample that brings the sum closest, until none helps.
//!
//! The median error falls only like 1/n: what a search without looking ahead is worth (sheet, 7.6).

use super::SubsetSumError;
use super::approximation::{Approximation, check};

/// The subset that greedy flips end in; of equally good flips the first sample's is made.
///
/// # Errors
/// [`SubsetSumError::NotFinite`], [`SubsetSumError::TooLarge`], [`SubsetSumError::Target`].
pub fn greedy(samples: &[f64], target: f64) -> Result<Approximation, SubsetSumError> {
    check(samples, target)?;
    let mut chosen = vec![false; samples.len()];
    let mut missing = target;
    loop {
        let after = |i: usize| if chosen[i] { missing + samples[i] } else { missing - samples[i] };
        let best = (0..samples.len()).min_by(|i, j| after(*i).abs().total_cmp(&after(*j).abs()));
        match best.map(|i| (i, after(i))) {
            // Every flip brings the sum closer, so that the loop ends.
            Some((i, left)) if left.abs() < missing.abs() => {
                chosen[i] = !chosen[i];
                missing = left;
            }
            _ => return Ok(Approximation::of(samples, target, chosen)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::subset_sum::{SampleLaw, SubsetSums};

    #[test]
    fn flips_end_where_no_flip_helps() {
        let found = greedy(&[0.5, 0.3, -0.1], 0.45).unwrap();
        // 0.5 first; then leaving it as it is beats 0.5 - 0.1 by rounding alone.
        assert!(found.chosen[0] && found.error < 0.051);
        assert_eq!(greedy(&[], 0.5).unwrap().error, 0.5);
    }

    #[test]
    fn the_exact_subset_is_never_worse() {
        for replica in 0..100 {
            let samples = SampleLaw::Uniform.draw(16, &Key::root("greedy").replica(replica));
            let target = samples[0] * samples[1];
            let best = SubsetSums::new(&samples).unwrap().closest(target).unwrap();
            assert!(best.error <= greedy(&samples, target).unwrap().error + 1e-15);
        }
    }

    #[test]
    fn bad_numbers_are_named() {
        assert!(matches!(greedy(&[1.0, f64::NAN], 0.0), Err(SubsetSumError::NotFinite { index: 1, .. })));
        assert!(matches!(greedy(&[1.0], f64::INFINITY), Err(SubsetSumError::Target { .. })));
        assert_eq!(greedy(&[f64::MAX, f64::MAX], 0.0), Err(SubsetSumError::TooLarge));
    }
}
