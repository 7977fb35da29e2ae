//! Largest differencing (Karmarkar and Karp 1982), for subset sums: the error falls like n^(-c ln n), never like 2^-n.
//!
//! A subset S with sum z is a choice of signs with sum_k s_k x_k = 2z - sum_k x_k: the samples in S are those with a plus.
//! Of all sizes, the right side's included, the two largest are put on opposite sides, again and again, which leaves one
//! difference; the signs follow on the way back.

use super::SubsetSumError;
use super::approximation::{Approximation, check};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A size that is left, and the node of the tree of differences that it belongs to.
#[derive(PartialEq)]
struct Size(f64, usize);

impl Eq for Size {}

impl PartialOrd for Size {
    fn partial_cmp(&self, other: &Size) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Size {
    /// Larger sizes first, then earlier nodes.
    fn cmp(&self, other: &Size) -> Ordering {
        self.0.total_cmp(&other.0).then(other.1.cmp(&self.1))
    }
}

/// The subset that largest differencing finds.
///
/// # Errors
/// [`SubsetSumError::NotFinite`], [`SubsetSumError::TooLarge`], [`SubsetSumError::Target`].
pub fn differencing(samples: &[f64], target: f64) -> Result<Approximation, SubsetSumError> {
    check(samples, target)?;
    let n = samples.len();
    // The right side, moved to the left, is number n; its own sign must come out minus.
    let right = 2.0 * target - samples.iter().sum::<f64>();
    let numbers: Vec<f64> = samples.iter().copied().chain([right]).collect();
    let mut left: BinaryHeap<Size> = numbers.iter().enumerate().map(|(node, x)| Size(x.abs(), node)).collect();
    // Node n + 1 + k has the difference of the k-th pair.
    let mut pairs = Vec::with_capacity(n);
    while let (Some(large), Some(small)) = (left.pop(), left.pop()) {
        left.push(Size(large.0 - small.0, n + 1 + pairs.len()));
        pairs.push((large.1, small.1));
        if left.len() == 1 {
            break;
        }
    }
    let mut plus = vec![true; n + 1 + pairs.len()];
    for (k, (large, small)) in pairs.iter().enumerate().rev() {
        plus[*large] = plus[n + 1 + k];
        plus[*small] = !plus[n + 1 + k];
    }
    // From the side of a size to the sign of its number, and all signs turned so that the right side's is minus.
    let sign = |k: usize| plus[k] == (numbers[k] >= 0.0);
    let turned = sign(n);
    Ok(Approximation::of(samples, target, (0..n).map(|k| sign(k) != turned).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::subset_sum::{SampleLaw, SubsetSums};

    #[test]
    fn the_difference_that_is_left_is_twice_the_error() {
        // Sizes 0.8, 0.7, 0.6, 0.5 and |2 z - 2.6| = 0.6: 0.1, then 0.6 and 0.6 give 0, then 0.5 - 0.1, then 0.4 - 0.
        let found = differencing(&[0.8, 0.7, 0.6, 0.5], 1.0).unwrap();
        assert!((found.error - 0.2).abs() < 1e-12, "{found:?}");
        assert_eq!(differencing(&[], 0.5).unwrap().error, 0.5);
        assert_eq!(differencing(&[0.5], 0.5).unwrap().error, 0.0);
        assert_eq!(differencing(&[-0.5], -0.5).unwrap().chosen, [true]);
    }

    #[test]
    fn it_is_between_the_best_subset_and_the_largest_sample() {
        for replica in 0..200 {
            let key = Key::root("differencing").replica(replica);
            let samples = SampleLaw::ALL[replica as usize % 5].draw(1 + replica as usize % 20, &key);
            let target = 0.3 * samples.iter().sum::<f64>();
            let found = differencing(&samples, target).unwrap();
            let best = SubsetSums::new(&samples).unwrap().closest(target).unwrap().error;
            assert!(best <= found.error + 1e-14);
            // The last difference is at most the largest size, and the target lies between the smallest and largest sum.
            let largest = samples
                .iter()
                .chain([&(0.4 * samples.iter().sum::<f64>())])
                .fold(0.0, |most: f64, x| most.max(x.abs()));
            assert!(found.error <= 0.5 * largest + 1e-14);
        }
    }

    #[test]
    fn a_thousand_samples_reach_the_rounding_of_f64() {
        let samples = SampleLaw::Uniform.draw(1000, &Key::root("thousand"));
        assert!(differencing(&samples, 0.3).unwrap().error < 1e-12);
        assert!(matches!(differencing(&samples, f64::NAN), Err(SubsetSumError::Target { .. })));
    }
}
