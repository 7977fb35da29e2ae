//! The closest subset sum to a target, exactly, by meeting in the middle (Horowitz and Sahni 1974).
//!
//! The sums of the lower half of the samples are sorted, and so are those of the upper half negated; the closest pair of
//! the first list and the second, shifted by the target, is the best subset. With an odd number of samples the last one
//! stands aside and two pairs of lists are compared: cheaper than a list of twice the length. Lists are prepared once and
//! serve any number of targets; memory is used again from one set of samples to the next.

use super::fixed::{Fixed, total};
use super::list::Pair;
use super::merge::{Nearest, nearest, nearest_of_two};
use super::recover::{Half, smallest_mask};
use super::sorted::SortedSums;
use super::{Subset, SubsetSumError};
use crate::kernel::Family;

/// Samples other than 0 that are allowed: two lists of 2^24 sums, 512 MiB with their spares.
pub const MOST: usize = 48;
/// Samples, zeros counted: a mask has 64 bits.
pub const MOST_WITH_ZEROS: usize = 64;
/// Sums and targets stay below 2^59 steps: in half steps they leave room for a sentinel beyond them all.
pub(super) const ROOM: i32 = 59;

/// The prepared sums of a set of samples.
///
/// ```
/// use prunelaw_engine::subset_sum::SubsetSums;
/// let sums = SubsetSums::new(&[0.5, -0.25, 0.75]).unwrap();
/// let best = sums.closest(0.3).unwrap();
/// assert_eq!((best.mask, best.sum), (0b011, 0.25));
/// ```
#[derive(Clone, Debug)]
pub struct SubsetSums {
    family: Family,
    fixed: Fixed,
    /// Positions of the samples that are not 0.
    places: Vec<u8>,
    /// Those samples, in half steps: even numbers.
    numbers: Vec<i64>,
    sums: SortedSums,
}

impl Default for SubsetSums {
    /// The empty sum, for the fastest kernel of this machine.
    fn default() -> SubsetSums {
        let mut sums = SubsetSums {
            family: Family::best(),
            fixed: Fixed::default(),
            places: Vec::new(),
            numbers: Vec::new(),
            sums: SortedSums::default(),
        };
        sums.sums.set(sums.family, &[], &[]);
        sums
    }
}

impl SubsetSums {
    /// Prepares the sums of `samples`: at most [`MOST`] other than 0. No samples at all have the empty sum.
    ///
    /// Samples are rounded to multiples of 2^-57, or of a coarser step where their sizes add up to 4 or more; numbers with
    /// 53 bits after the point are not changed until their sizes add up to 64.
    ///
    /// # Errors
    /// [`SubsetSumError::NotFinite`], [`SubsetSumError::TooMany`], [`SubsetSumError::TooLarge`].
    pub fn new(samples: &[f64]) -> Result<SubsetSums, SubsetSumError> {
        let mut sums = SubsetSums::default();
        sums.prepare(samples)?;
        Ok(sums)
    }

    /// Replaces the samples by others, as [`SubsetSums::new`], in the same memory.
    ///
    /// # Errors
    /// As [`SubsetSums::new`]; then the old samples stay.
    pub fn prepare(&mut self, samples: &[f64]) -> Result<(), SubsetSumError> {
        let fixed = Fixed::with_room(total(samples)?, ROOM)?;
        refuse_too_many("meeting in the middle", samples.iter().filter(|x| **x != 0.0).count())?;
        if samples.len() > MOST_WITH_ZEROS {
            let (method, instead) = ("a mask of 64 bits", "leave out samples that are 0");
            return Err(SubsetSumError::TooMany { method, got: samples.len(), most: MOST_WITH_ZEROS, instead });
        }
        self.fixed = fixed;
        self.places.clear();
        self.numbers.clear();
        for (place, x) in samples.iter().enumerate() {
            let steps = fixed.whole(*x);
            if steps != 0 {
                self.places.push(place as u8);
                self.numbers.push(2 * steps);
            }
        }
        let half = self.numbers.len() / 2;
        self.sums.set(self.family, &self.numbers[..half], &self.numbers[half..2 * half]);
        Ok(())
    }

    /// The same with a kernel family; all give the same subsets.
    pub fn with_kernel(self, family: Family) -> SubsetSums {
        SubsetSums { family: if family.available() { family } else { Family::Portable }, ..self }
    }

    /// The subset whose sum is closest to `target`; of equally close ones that with the smallest mask.
    ///
    /// Exact for the rounded samples: the error is right to [`SubsetSums::resolution`].
    ///
    /// # Errors
    /// [`SubsetSumError::Target`] for a target that is NaN or far beyond the sums.
    pub fn closest(&self, target: f64) -> Result<Subset, SubsetSumError> {
        let shift = 2 * steps_of(self.fixed, target)?;
        let pair = |shift: i64| Pair { a: self.sums.lower().all(), b: self.sums.upper().all(), shift };
        Ok(match self.aside() {
            None => self.subset(shift, &nearest(self.family, pair(shift)), None),
            Some(last) => {
                let (taken, best) = nearest_of_two(self.family, [pair(shift), pair(shift - last)]);
                self.subset(shift, &best, (taken == 1).then_some(last))
            }
        })
    }

    /// How many subsets have a sum from `least` to `most`, both included and rounded like the samples; subsets that
    /// differ in samples equal to 0 count once.
    ///
    /// # Errors
    /// [`SubsetSumError::Target`] for an end that is NaN or far beyond the sums.
    pub fn count(&self, least: f64, most: f64) -> Result<u64, SubsetSumError> {
        let (least, most) = (2 * steps_of(self.fixed, least)?, 2 * steps_of(self.fixed, most)?);
        // Pairs with a - b < bound: as a grows, so does the first b that is large enough.
        let below = |bound: i64| {
            let (lower, upper) = (self.sums.lower().get(), self.sums.upper().get());
            let mut first = 0;
            let count = |a: &i64| {
                while first < upper.len() && a - upper[first] >= bound {
                    first += 1;
                }
                (upper.len() - first) as u64
            };
            lower.iter().map(count).sum::<u64>()
        };
        let between = |shift: i64| below(most + 2 - shift).saturating_sub(below(least - shift));
        Ok(between(0) + self.aside().map_or(0, between))
    }

    /// A bound on how far rounding moves a sum or an error: half a step per sample and for the target.
    pub fn resolution(&self) -> f64 {
        self.fixed.real(0.5 * (self.numbers.len() + 1) as f64)
    }

    /// The sample that is in neither half.
    fn aside(&self) -> Option<i64> {
        if self.numbers.len() % 2 == 1 { self.numbers.last().copied() } else { None }
    }

    fn subset(&self, shift: i64, nearest: &Nearest, aside: Option<i64>) -> Subset {
        let half = self.numbers.len() / 2;
        let lower = Half { numbers: &self.numbers[..half], sums: self.sums.lower().get(), size: None };
        let upper = Half { numbers: &self.numbers[half..2 * half], sums: self.sums.upper().get(), size: None };
        let mut live = smallest_mask(self.family, lower, upper, shift - aside.unwrap_or(0), nearest);
        if aside.is_some() {
            live |= 1 << (2 * half);
        }
        finish(self.fixed, &self.places, &self.numbers, live, shift)
    }
}

/// Refuses more samples than two halves can hold.
pub(super) fn refuse_too_many(method: &'static str, got: usize) -> Result<(), SubsetSumError> {
    let instead = "`reach` brackets the covering radius for any number, and `differencing` finds good subsets of them";
    if got > MOST { Err(SubsetSumError::TooMany { method, got, most: MOST, instead }) } else { Ok(()) }
}

/// A target in steps.
pub(super) fn steps_of(fixed: Fixed, target: f64) -> Result<i64, SubsetSumError> {
    let most = fixed.most(ROOM);
    if target.abs() < most { Ok(fixed.whole(target)) } else { Err(SubsetSumError::Target { got: target, most }) }
}

/// The subset of a mask over the samples that are not 0; numbers and `shift` in half steps.
pub(super) fn finish(fixed: Fixed, places: &[u8], numbers: &[i64], live: u64, shift: i64) -> Subset {
    let (mut mask, mut sum, mut left) = (0, 0, live);
    while left != 0 {
        let at = left.trailing_zeros() as usize;
        mask |= 1 << places[at];
        sum += numbers[at];
        left &= left - 1;
    }
    Subset { mask, sum: fixed.real(0.5 * sum as f64), error: fixed.real(0.5 * (sum - shift).abs() as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use rand::RngExt;

    /// The twin: all subsets in the order of their masks, in whole steps of 2^-50.
    fn by_enumeration(samples: &[f64], target: f64) -> Subset {
        let whole = |x: f64| (x * 2f64.powi(50)) as i128;
        assert!(samples.iter().chain([&target]).all(|x| whole(*x) as f64 == x * 2f64.powi(50)));
        let sum =
            |mask: u64| (0..samples.len()).filter(|i| mask >> i & 1 == 1).map(|i| whole(samples[i])).sum::<i128>();
        let mask = (0..1u64 << samples.len()).min_by_key(|mask| ((sum(*mask) - whole(target)).abs(), *mask)).unwrap();
        let real = |steps: i128| steps as f64 / 2f64.powi(50);
        Subset { mask, sum: real(sum(mask)), error: real((sum(mask) - whole(target)).abs()) }
    }

    /// A number with `bits` bits after the point: few bits make many ties.
    fn number(bits: i32, rng: &mut impl rand::Rng) -> f64 {
        let scale = 2f64.powi(bits);
        ((rng.random::<f64>() * 2.0 - 1.0) * scale).round() / scale
    }

    #[test]
    fn the_closest_subset_is_that_of_enumeration() {
        let mut rng = Key::root("closest").rng();
        let mut sums = SubsetSums::default();
        for round in 0..300 {
            let bits = [1, 3, 6, 12, 50][round % 5];
            let samples: Vec<f64> = (0..round % 14).map(|_| number(bits, &mut rng)).collect();
            sums.prepare(&samples).unwrap();
            for target in [number(50, &mut rng), number(bits, &mut rng), 0.0, 3.0, -3.5] {
                assert_eq!(sums.closest(target).unwrap(), by_enumeration(&samples, target), "{samples:?} {target}");
            }
        }
    }

    #[test]
    fn of_equal_errors_the_smallest_mask_wins() {
        // 0.5 is hit by samples 0 and 1, and by 2 alone; 0.375 lies between 0.25 and 0.5.
        let sums = SubsetSums::new(&[0.25, 0.25, 0.5, 0.0]).unwrap();
        assert_eq!(sums.closest(0.5).unwrap().mask, 0b011);
        assert_eq!(sums.closest(0.375).unwrap(), Subset { mask: 0b001, sum: 0.25, error: 0.125 });
        assert_eq!(sums.closest(-1.0).unwrap(), Subset { mask: 0, sum: 0.0, error: 1.0 });
    }

    #[test]
    fn many_equal_samples_are_no_trouble() {
        let sums = SubsetSums::new(&[0.5; 40]).unwrap();
        assert_eq!(sums.closest(3.0).unwrap(), Subset { mask: 0b11_1111, sum: 3.0, error: 0.0 });
        let mut strict = vec![0.0; 64];
        (0..30).for_each(|i| strict[2 * i] = 1.0 / (i + 1) as f64);
        let sums = SubsetSums::new(&strict).unwrap();
        assert_eq!(sums.closest(0.5).unwrap().mask, 1 << 2);
    }

    #[test]
    fn every_kernel_family_finds_the_same_subset() {
        let mut rng = Key::root("families").rng();
        for n in 0..26 {
            let bits = [2, 4, 9, 53][n % 4];
            let samples: Vec<f64> = (0..n).map(|_| number(bits, &mut rng)).collect();
            for _ in 0..5 {
                let target = number(bits + 1, &mut rng);
                let found = Family::ALL.map(|family| {
                    let mut sums = SubsetSums::default().with_kernel(family);
                    sums.prepare(&samples).unwrap();
                    sums.closest(target).unwrap()
                });
                assert_eq!(found, [found[2]; 3], "{samples:?} {target}");
            }
        }
    }

    #[test]
    fn thirty_samples_reach_two_to_the_minus_thirty() {
        let mut rng = Key::root("thirty").rng();
        let samples: Vec<f64> = (0..30).map(|_| number(53, &mut rng)).collect();
        let sums = SubsetSums::new(&samples).unwrap();
        let best = sums.closest(0.123).unwrap();
        let sum: f64 = (0..30).filter(|i| best.contains(*i)).map(|i| samples[i]).sum();
        assert!((sum - best.sum).abs() < 1e-14 && ((best.sum - 0.123).abs() - best.error).abs() < 1e-15);
        assert!(best.error < 1e-7 && best.error > 0.0);
    }

    #[test]
    fn sums_in_an_interval_are_counted() {
        let mut rng = Key::root("count").rng();
        for round in 0..100 {
            let bits = [2, 5, 50][round % 3];
            let samples: Vec<f64> = (0..round % 12).map(|_| number(bits, &mut rng)).filter(|x| *x != 0.0).collect();
            let sums = SubsetSums::new(&samples).unwrap();
            let (least, most) = (number(bits, &mut rng) - 1.0, number(bits, &mut rng));
            let sum = |mask: u32| (0..samples.len()).filter(|i| mask >> i & 1 == 1).map(|i| samples[i]).sum::<f64>();
            let expected = (0..1u32 << samples.len()).filter(|m| (least..=most).contains(&sum(*m))).count();
            assert_eq!(sums.count(least, most).unwrap(), expected as u64);
        }
    }

    #[test]
    fn what_cannot_be_solved_says_why() {
        let said = |samples: &[f64]| SubsetSums::new(samples).unwrap_err().to_string();
        assert!(said(&[1.0; 49]).contains("at most 48 samples, and there are 49: `reach`"));
        assert!(said(&[0.0; 65]).contains("leave out samples that are 0"));
        assert_eq!(said(&[1.0, f64::NAN]), "sample 1 is NaN: samples are finite numbers");
        assert!(said(&[f64::INFINITY]).contains("sample 0 is inf"));
        assert!(said(&[1e300, 1e300]).contains("divide samples and targets"));
        let sums = SubsetSums::new(&[0.5; 4]).unwrap();
        for target in [f64::NAN, f64::INFINITY, 8.0, -1e9] {
            let said = sums.closest(target).unwrap_err().to_string();
            assert!(said.contains("between -4 and 4"), "{said}");
        }
        assert_eq!(SubsetSums::default().closest(0.25).unwrap(), Subset { mask: 0, sum: 0.0, error: 0.25 });
    }

    #[test]
    fn refused_samples_leave_the_old_ones() {
        let mut sums = SubsetSums::new(&[0.5]).unwrap();
        assert!(sums.prepare(&[f64::NAN]).is_err());
        assert_eq!(sums.closest(0.6).unwrap().mask, 1);
    }
}
