//! Pair swaps: from random subsets, flip the one or two samples that bring the sum closest, until none do; the best end of
//! several starts.
//!
//! Flipping a sample in and another out is a swap; any two flips at once are allowed.

use super::SubsetSumError;
use super::approximation::{Approximation, check};
use crate::key::Key;
use rand::RngExt;

/// The best of the subsets in which pair swaps from `starts` random ones end; of equals the first.
///
/// # Errors
/// [`SubsetSumError::NotFinite`], [`SubsetSumError::TooLarge`], [`SubsetSumError::Target`], and
/// [`SubsetSumError::NotPositive`] without a start.
pub fn pair_swap(samples: &[f64], target: f64, starts: usize, key: &Key) -> Result<Approximation, SubsetSumError> {
    check(samples, target)?;
    let ends = (0..starts as u64).map(|start| {
        let mut rng = key.replica(start).rng();
        let chosen = samples.iter().map(|_| rng.random()).collect();
        descend(samples, target, chosen)
    });
    let best = ends.min_by(|a, b| a.error.total_cmp(&b.error));
    best.ok_or(SubsetSumError::NotPositive { name: "starts", got: 0.0 })
}

/// Where pair swaps from one subset end.
fn descend(samples: &[f64], target: f64, mut chosen: Vec<bool>) -> Approximation {
    let n = samples.len();
    loop {
        let missing = target - Approximation::of(samples, target, chosen.clone()).sum;
        // What a flip takes from the missing part.
        let flips: Vec<f64> = samples.iter().zip(&chosen).map(|(x, chosen)| if *chosen { -x } else { *x }).collect();
        let mut best = (missing.abs(), n, n);
        for i in 0..n {
            let left = missing - flips[i];
            if left.abs() < best.0 {
                best = (left.abs(), i, i);
            }
            for j in i + 1..n {
                let left = (left - flips[j]).abs();
                if left < best.0 {
                    best = (left, i, j);
                }
            }
        }
        let (_, i, j) = best;
        if i == n {
            return Approximation::of(samples, target, chosen);
        }
        let before = chosen.clone();
        chosen[i] = !chosen[i];
        if j != i {
            chosen[j] = !chosen[j];
        }
        // What rounding alone makes better would go around in circles.
        if Approximation::of(samples, target, chosen.clone()).error >= missing.abs() {
            return Approximation::of(samples, target, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subset_sum::{SampleLaw, SubsetSums, greedy};

    #[test]
    fn no_flip_of_one_or_two_helps_at_the_end() {
        for replica in 0..30 {
            let key = Key::root("pair swap").replica(replica);
            let samples = SampleLaw::Uniform.draw(12, &key);
            let found = pair_swap(&samples, 0.2, 3, &key).unwrap();
            for i in 0..12 {
                for j in i..12 {
                    let mut chosen = found.chosen.clone();
                    chosen[i] = !chosen[i];
                    chosen[j] = if i == j { chosen[j] } else { !chosen[j] };
                    assert!(Approximation::of(&samples, 0.2, chosen).error > found.error - 1e-12);
                }
            }
            assert!(SubsetSums::new(&samples).unwrap().closest(0.2).unwrap().error <= found.error + 1e-15);
        }
    }

    #[test]
    fn more_starts_are_never_worse_and_the_key_decides() {
        let key = Key::root("starts");
        let samples = SampleLaw::Gaussian.draw(30, &key);
        let error = |starts: usize| pair_swap(&samples, 0.1, starts, &key).unwrap().error;
        assert!(error(20) <= error(5) && error(5) <= error(1));
        assert_eq!(pair_swap(&samples, 0.1, 4, &key), pair_swap(&samples, 0.1, 4, &key));
        assert!(error(20) < greedy(&samples, 0.1).unwrap().error);
        assert!(pair_swap(&samples, 0.1, 0, &key).unwrap_err().to_string().contains("starts is 0"));
    }
}
