//! Subsets of a given size: the closest sum of exactly k samples, and a good sum of as few samples as possible.
//!
//! Fixed-size subset sum is what sparse tickets need (arXiv 2410.14754, sec. 3). Meeting in the middle again, with the
//! sums of each half sorted by size: a subset of k samples has i in the lower half and k - i in the upper.

use super::closest::{ROOM, finish, refuse_too_many, steps_of};
use super::fixed::{Fixed, positive, total};
use super::list::{List, Pair};
use super::merge::{Nearest, merge, nearest};
use super::recover::{Half, smallest_mask};
use super::{Subset, SubsetSumError};
use crate::kernel::Family;

/// The sums of a set of samples by the size of the subset.
///
/// ```
/// use prunelaw_engine::subset_sum::SizedSums;
/// let sums = SizedSums::new(&[0.5, -0.25, 0.75]).unwrap();
/// assert_eq!(sums.closest_of(1, 0.3).unwrap().mask, 0b001);
/// assert_eq!(sums.fewest(0.3, 0.25).unwrap().map(|best| best.size()), Some(1));
/// ```
#[derive(Clone, Debug)]
pub struct SizedSums {
    family: Family,
    fixed: Fixed,
    samples: usize,
    /// In half steps. Zeros are numbers here too: they fill a subset up.
    numbers: Vec<i64>,
    lower: Vec<List>,
    upper: Vec<List>,
}

impl SizedSums {
    /// Prepares the sums of `samples`, at most 48; rounded as in [`SubsetSums::new`](super::SubsetSums::new).
    ///
    /// # Errors
    /// [`SubsetSumError::NotFinite`], [`SubsetSumError::TooMany`], [`SubsetSumError::TooLarge`].
    pub fn new(samples: &[f64]) -> Result<SizedSums, SubsetSumError> {
        let fixed = Fixed::with_room(total(samples)?, ROOM)?;
        refuse_too_many("a subset of fixed size", samples.len())?;
        let numbers: Vec<i64> = samples.iter().map(|x| 2 * fixed.whole(*x)).collect();
        let (lower, upper) = numbers.split_at(numbers.len() / 2);
        let family = Family::best();
        let (lower, upper) = (by_size(family, lower, 1), by_size(family, upper, -1));
        Ok(SizedSums { family, fixed, samples: samples.len(), numbers, lower, upper })
    }

    /// The subset of exactly `size` samples whose sum is closest to `target`; of equals that with the smallest mask.
    ///
    /// # Errors
    /// [`SubsetSumError::Size`] if there are fewer samples, [`SubsetSumError::Target`].
    pub fn closest_of(&self, size: usize, target: f64) -> Result<Subset, SubsetSumError> {
        if size > self.samples {
            return Err(SubsetSumError::Size { got: size, most: self.samples });
        }
        let shift = 2 * steps_of(self.fixed, target)?;
        Ok(self.subset(size, shift, self.gap(size, shift)))
    }

    /// The subset of fewest samples whose sum is within `eps` of `target`, and of these the closest, then the one with
    /// the smallest mask; `None` if no subset is that close.
    ///
    /// # Errors
    /// [`SubsetSumError::NotPositive`] for `eps`, [`SubsetSumError::Target`].
    pub fn fewest(&self, target: f64, eps: f64) -> Result<Option<Subset>, SubsetSumError> {
        let eps = positive("eps", eps)?;
        let shift = 2 * steps_of(self.fixed, target)?;
        let sizes = (0..=self.samples).map(|size| (size, self.gap(size, shift)));
        let found = sizes.into_iter().find(|(_, gap)| self.fixed.real(0.5 * *gap as f64) <= eps);
        Ok(found.map(|(size, gap)| self.subset(size, shift, gap)))
    }

    /// Among the subsets whose sum is closest to `target`, the one with fewest samples, then with the smallest mask.
    ///
    /// # Errors
    /// [`SubsetSumError::Target`].
    pub fn closest_fewest(&self, target: f64) -> Result<Subset, SubsetSumError> {
        let shift = 2 * steps_of(self.fixed, target)?;
        let gaps = (0..=self.samples).map(|size| (self.gap(size, shift), size));
        let (gap, size) = gaps.min().expect("there is the empty subset");
        Ok(self.subset(size, shift, gap))
    }

    /// How `size` samples are shared between the halves: (lower, upper).
    fn shares(&self, size: usize) -> impl Iterator<Item = (usize, usize)> {
        let (lower, upper) = (self.lower.len() - 1, self.upper.len() - 1);
        (size.saturating_sub(upper)..=size.min(lower)).map(move |i| (i, size - i))
    }

    fn pair(&self, (i, j): (usize, usize), shift: i64) -> Nearest {
        nearest(self.family, Pair { a: self.lower[i].all(), b: self.upper[j].all(), shift })
    }

    /// The smallest error of a subset of this size, in half steps.
    fn gap(&self, size: usize, shift: i64) -> i64 {
        self.shares(size).map(|share| self.pair(share, shift).gap).min().expect("some share is possible")
    }

    /// The smallest mask of this size with this error.
    fn subset(&self, size: usize, shift: i64, gap: i64) -> Subset {
        let (low, high) = self.numbers.split_at(self.samples / 2);
        let masks = self.shares(size).filter_map(|(i, j)| {
            let found = self.pair((i, j), shift);
            let lower = Half { numbers: low, sums: self.lower[i].get(), size: Some(i as u32) };
            let upper = Half { numbers: high, sums: self.upper[j].get(), size: Some(j as u32) };
            (found.gap == gap).then(|| smallest_mask(self.family, lower, upper, shift, &found))
        });
        let mask = masks.min().expect("a share has this error");
        let places: Vec<u8> = (0..self.samples as u8).collect();
        finish(self.fixed, &places, &self.numbers, mask, shift)
    }
}

/// Sorted sums of `sign` times the numbers, by the size of the subset.
fn by_size(family: Family, numbers: &[i64], sign: i64) -> Vec<List> {
    let mut sums = vec![List::of(&[0])];
    for number in numbers {
        sums.push(List::of(&[]));
        for size in (1..sums.len()).rev() {
            let mut both = List::of(&[]);
            merge(family, Pair { a: sums[size].all(), b: sums[size - 1].all(), shift: sign * number }, &mut both);
            sums[size] = both;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::subset_sum::SubsetSums;
    use rand::RngExt;

    fn number(bits: i32, rng: &mut impl rand::Rng) -> f64 {
        let scale = 2f64.powi(bits);
        ((rng.random::<f64>() * 2.0 - 1.0) * scale).round() / scale
    }

    /// The twin: every mask with its size and error, in units of 2^-50.
    fn all(samples: &[f64], target: f64) -> Vec<(usize, i128, u64)> {
        let whole = |x: f64| (x * 2f64.powi(50)) as i128;
        let sum =
            |mask: u64| (0..samples.len()).filter(|i| mask >> i & 1 == 1).map(|i| whole(samples[i])).sum::<i128>();
        (0..1u64 << samples.len()).map(|m| (m.count_ones() as usize, (sum(m) - whole(target)).abs(), m)).collect()
    }

    #[test]
    fn sizes_and_masks_are_those_of_enumeration() {
        let mut rng = Key::root("sized").rng();
        for round in 0..200 {
            let bits = [1, 3, 8, 50][round % 4];
            let samples: Vec<f64> = (0..round % 12).map(|_| number(bits, &mut rng)).collect();
            let target = number(if round % 3 == 0 { 50 } else { bits }, &mut rng);
            let sums = SizedSums::new(&samples).unwrap();
            let all = all(&samples, target);
            for size in 0..=samples.len() {
                let of_size = all.iter().filter(|(k, ..)| *k == size);
                let mask = of_size.min_by_key(|(_, error, mask)| (*error, *mask)).unwrap().2;
                assert_eq!(sums.closest_of(size, target).unwrap().mask, mask, "{samples:?} {target} {size}");
            }
            for eps in [0.001, 0.03, 0.4] {
                let within = all.iter().filter(|(_, error, _)| *error as f64 / 2f64.powi(50) <= eps);
                let mask = within.min_by_key(|(k, error, mask)| (*k, *error, *mask)).map(|found| found.2);
                assert_eq!(sums.fewest(target, eps).unwrap().map(|found| found.mask), mask);
            }
            let closest = all.iter().min_by_key(|(k, error, mask)| (*error, *k, *mask)).unwrap().2;
            let found = sums.closest_fewest(target).unwrap();
            assert_eq!(found.mask, closest);
            assert_eq!(found.error, SubsetSums::new(&samples).unwrap().closest(target).unwrap().error);
        }
    }

    #[test]
    fn what_cannot_be_asked_says_why() {
        assert!(SizedSums::new(&[1.0; 49]).unwrap_err().to_string().contains("at most 48 samples, and there are 49"));
        let sums = SizedSums::new(&[0.5, 0.25]).unwrap();
        let said = sums.closest_of(3, 0.1).unwrap_err().to_string();
        assert_eq!(said, "a subset of 3 samples was asked for, and there are 2");
        for eps in [0.0, -1.0, f64::NAN] {
            assert!(sums.fewest(0.1, eps).unwrap_err().to_string().contains("allowed are finite numbers above 0"));
        }
        assert!(matches!(sums.fewest(f64::NAN, 0.1), Err(SubsetSumError::Target { .. })));
    }
}
