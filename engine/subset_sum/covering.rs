//! The covering radius of an interval: the largest distance of a number in [-h, h] from its nearest subset sum, exactly.
//!
//! rho <= eps is the event that subset sums reach every target within eps, of which Lueker's theorem and all theorems on
//! strong tickets speak (arXiv 2006.07990, 2204.13929). The sorted list of sums is doubled sample by sample, largest
//! sizes first, and a sum that the samples still to come cannot bring back into the interval is dropped: the last lists
//! hold hardly more than the sums in it. The last doubling only looks for the widest gap and stores nothing.

use super::SubsetSumError;
use super::fixed::{Fixed, positive, total};
use super::list::{List, Pair, Run};
use super::merge::{largest_gap, merge};
use crate::kernel::Family;

/// Samples other than 0 that are allowed: lists of at most 2^25 sums, 384 MiB.
pub const MOST: usize = 26;
/// Sums and the interval stay below 2^58 steps, so that four times as much fits into 63 bits.
pub(super) const ROOM: i32 = 58;

/// How well subset sums cover an interval [-h, h].
///
/// Two things can go wrong, and they are told apart: sums that are all too small to reach the ends of the interval, and
/// gaps between sums. The radius is the larger of the two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Covering {
    /// The covering radius is at least this ...
    pub lower: f64,
    /// ... and at most this; equal where the method is exact.
    pub upper: f64,
    /// Range: how far an end of the interval lies beyond the smallest or largest sum; 0 if both ends are reached.
    pub range_gap: f64,
    /// Precision: the covering radius of the part of the interval between smallest and largest sum, at least ...
    pub precision_lower: f64,
    /// ... and at most.
    pub precision_upper: f64,
}

/// Computes covering radii in memory that is used again.
///
/// ```
/// use prunelaw_engine::subset_sum::CoveringRadius;
/// // The sums are -0.5, 0, 0.25, 0.75: 0.5 is as far from a sum as -0.25.
/// let covering = CoveringRadius::default().of(&[-0.5, 0.75], 0.75).unwrap();
/// assert_eq!((covering.upper, covering.range_gap), (0.25, 0.25));
/// ```
#[derive(Clone, Debug)]
pub struct CoveringRadius {
    family: Family,
    now: List,
    next: List,
    numbers: Vec<i64>,
}

impl Default for CoveringRadius {
    /// For the fastest kernel of this machine.
    fn default() -> CoveringRadius {
        CoveringRadius { family: Family::best(), now: List::of(&[]), next: List::of(&[]), numbers: Vec::new() }
    }
}

impl CoveringRadius {
    /// The covering radius of [-`half_width`, `half_width`] by the subset sums of `samples`, of which at most [`MOST`]
    /// are not 0. The empty sum counts.
    ///
    /// Exact for the samples rounded to multiples of 2^-57, or of a coarser step where their sizes and the half width add
    /// up to 2 or more; numbers with 53 bits after the point are not changed until they add up to 32.
    ///
    /// # Errors
    /// [`SubsetSumError::NotFinite`], [`SubsetSumError::NotPositive`] for the half width, [`SubsetSumError::TooMany`],
    /// [`SubsetSumError::TooLarge`].
    pub fn of(&mut self, samples: &[f64], half_width: f64) -> Result<Covering, SubsetSumError> {
        let half_width = positive("half_width", half_width)?;
        let fixed = Fixed::with_room(total(samples)? + half_width, ROOM)?;
        self.numbers.clear();
        self.numbers.extend(samples.iter().map(|x| fixed.whole(*x)).filter(|x| *x != 0));
        if self.numbers.len() > MOST {
            let (method, got) = ("the exact covering radius", self.numbers.len());
            let instead = "`reach` brackets it for any number";
            return Err(SubsetSumError::TooMany { method, got, most: MOST, instead });
        }
        self.numbers.sort_unstable_by_key(|x| std::cmp::Reverse(x.abs()));
        let ends = Ends::of(&self.numbers, fixed.whole(half_width));
        let precision = fixed.real(0.5 * self.twice_precision(&ends) as f64);
        let range_gap = fixed.real(ends.range_gap as f64);
        let radius = precision.max(range_gap);
        Ok(Covering { lower: radius, upper: radius, range_gap, precision_lower: precision, precision_upper: precision })
    }

    /// Twice the largest distance of a number between `ends.from` and `ends.to` from its nearest sum.
    fn twice_precision(&mut self, ends: &Ends) -> i64 {
        let Some((last, others)) = self.numbers.split_last() else { return 0 };
        self.now.reset(1)[0] = 0;
        // What the numbers after this one can add and take away.
        let (mut up, mut down) = (ends.largest, -ends.smallest);
        for number in others {
            up -= number.max(&0);
            down -= (-number).max(0);
            let (least, most) = (ends.from - up, ends.to + down);
            let without = needed(&self.now, least, most);
            let with = needed(&self.now, least - number, most - number);
            merge(self.family, Pair { a: without, b: with, shift: *number }, &mut self.next);
            std::mem::swap(&mut self.now, &mut self.next);
        }
        twice_farthest(self.family, &self.now, *last, ends)
    }

    /// The same with a kernel family; all give the same radii.
    pub fn with_kernel(self, family: Family) -> CoveringRadius {
        CoveringRadius { family: if family.available() { family } else { Family::Portable }, ..self }
    }
}

/// The interval, and the part of it that lies between the smallest and the largest sum.
pub(super) struct Ends {
    pub(super) smallest: i64,
    pub(super) largest: i64,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) range_gap: i64,
}

impl Ends {
    pub(super) fn of(numbers: &[i64], half_width: i64) -> Ends {
        let smallest: i64 = numbers.iter().map(|x| x.min(&0)).sum();
        let largest: i64 = numbers.iter().map(|x| x.max(&0)).sum();
        let (from, to) = (smallest.max(-half_width), largest.min(half_width));
        Ends { smallest, largest, from, to, range_gap: (half_width - to).max(half_width + from) }
    }
}

/// The numbers of a sorted list from `least` to `most` and one more on either side: no nearest one is lost.
fn needed(list: &List, least: i64, most: i64) -> Run<'_> {
    let numbers = list.get();
    let from = numbers.partition_point(|x| *x < least).saturating_sub(1);
    let to = numbers.len().min(numbers.partition_point(|x| *x <= most) + 1);
    list.run(from, to)
}

/// Twice the largest distance of a number in the interval from the nearest of the list's numbers and these plus `shift`, of
/// which 0 is one.
fn twice_farthest(family: Family, list: &List, shift: i64, ends: &Ends) -> i64 {
    let numbers = list.get();
    let inside = |from: i64, to: i64| (numbers.partition_point(|x| *x < from), numbers.partition_point(|x| *x <= to));
    let (a_from, a_to) = inside(ends.from, ends.to);
    let (b_from, b_to) = inside(ends.from - shift, ends.to - shift);
    let both = |a: Option<i64>, b: Option<i64>, pick: fn(i64, i64) -> i64| match (a, b.map(|b| b + shift)) {
        (Some(a), Some(b)) => Some(pick(a, b)),
        (a, b) => a.or(b),
    };
    let (a_in, b_in) = (&numbers[a_from..a_to], &numbers[b_from..b_to]);
    let first = both(a_in.first().copied(), b_in.first().copied(), i64::min).expect("0 is a sum in the interval");
    let last = both(a_in.last().copied(), b_in.last().copied(), i64::max).expect("0 is a sum in the interval");
    let before = both(numbers[..a_from].last().copied(), numbers[..b_from].last().copied(), i64::max);
    let after = both(numbers.get(a_to).copied(), numbers.get(b_to).copied(), i64::min);
    // At an end the farthest number is the end itself, or the middle of the gap across it.
    let left = before.map_or(i64::MAX, |before| first - before).min(2 * (first - ends.from));
    let right = after.map_or(i64::MAX, |after| after - last).min(2 * (ends.to - last));
    let pair = Pair { a: list.run(a_from, a_to), b: list.run(b_from, b_to), shift };
    largest_gap(family, pair).max(left).max(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::subset_sum::SampleLaw;

    /// The twin: all sums in f64, sorted, and the distances at the ends and in the middle of every gap.
    fn by_enumeration(samples: &[f64], h: f64) -> f64 {
        let sum = |mask: u32| (0..samples.len()).filter(|i| mask >> i & 1 == 1).map(|i| samples[i]).sum::<f64>();
        let mut sums: Vec<f64> = (0..1u32 << samples.len()).map(sum).collect();
        sums.sort_by(f64::total_cmp);
        let middles = sums.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).filter(|z| z.abs() <= h);
        let distance = |z: f64| sums.iter().map(|sum| (sum - z).abs()).fold(f64::INFINITY, f64::min);
        middles.chain([-h, h]).map(distance).fold(0.0, f64::max)
    }

    #[test]
    fn the_radius_is_that_of_enumeration() {
        let mut workspace = CoveringRadius::default();
        for replica in 0..120 {
            let key = Key::root("covering").replica(replica);
            let law = SampleLaw::ALL[replica as usize % 5];
            let samples = law.draw(replica as usize % 10, &key);
            for h in [0.1, 0.5, 1.0, 4.0] {
                let covering = workspace.of(&samples, h).unwrap();
                let expected = by_enumeration(&samples, h);
                assert!((covering.upper - expected).abs() < 1e-14, "{samples:?} {h}: {covering:?} {expected}");
                assert_eq!(covering.lower, covering.upper);
                assert_eq!(covering.upper, covering.range_gap.max(covering.precision_upper));
            }
        }
    }

    #[test]
    fn dropped_sums_change_nothing() {
        // An interval that holds all sums drops none of them; the middle of it is covered as if nothing were dropped.
        let mut workspace = CoveringRadius::default();
        for replica in 0..20 {
            let samples = SampleLaw::Uniform.draw(14, &Key::root("dropped").replica(replica));
            let expected = by_enumeration_of_middle(&samples, 0.25);
            assert!((workspace.of(&samples, 0.25).unwrap().upper - expected).abs() < 1e-14);
        }
    }

    /// Sorted sums of 14 samples by doubling, without dropping any.
    fn by_enumeration_of_middle(samples: &[f64], h: f64) -> f64 {
        let mut sums = vec![0.0];
        for x in samples {
            let with: Vec<f64> = sums.iter().map(|sum| sum + x).collect();
            sums.extend(with);
        }
        sums.sort_by(f64::total_cmp);
        let clipped = |pair: &[f64]| {
            let (u, v) = (pair[0], pair[1]);
            let middle = (0.5 * (u + v)).clamp(-h, h);
            if v < -h || u > h { 0.0 } else { (middle - u).abs().min((v - middle).abs()) }
        };
        sums.windows(2).map(clipped).fold(0.0, f64::max)
    }

    #[test]
    fn another_sample_never_widens_a_gap() {
        let mut workspace = CoveringRadius::default();
        let samples = SampleLaw::Gaussian.draw(18, &Key::root("monotone"));
        let radii: Vec<f64> = (0..=18).map(|n| workspace.of(&samples[..n], 1.0).unwrap().upper).collect();
        assert!(radii.windows(2).all(|pair| pair[1] <= pair[0]), "{radii:?}");
        assert_eq!(radii[0], 1.0);
        assert!(radii.iter().enumerate().all(|(n, rho)| *rho >= 0.5f64.powi(n as i32)));
    }

    #[test]
    fn every_kernel_family_finds_the_same_radius() {
        for replica in 0..60 {
            let law = SampleLaw::ALL[replica as usize % 5];
            let samples = law.draw(replica as usize % 21, &Key::root("families").replica(replica));
            let h = [0.3, 1.0, 9.0][replica as usize % 3];
            let found =
                Family::ALL.map(|family| CoveringRadius::default().with_kernel(family).of(&samples, h).unwrap());
            assert_eq!(found, [found[2]; 3]);
        }
    }

    #[test]
    fn range_and_precision_are_told_apart() {
        let mut workspace = CoveringRadius::default();
        let covering = workspace.of(&[0.25, 0.25, 0.25], 1.0).unwrap();
        assert_eq!((covering.upper, covering.range_gap, covering.precision_upper), (1.0, 1.0, 0.125));
        let covering = workspace.of(&[2.0, -2.0], 0.5).unwrap();
        assert_eq!((covering.upper, covering.range_gap, covering.precision_upper), (0.5, 0.0, 0.5));
        let covering = workspace.of(&[], 1.0).unwrap();
        assert_eq!((covering.upper, covering.range_gap, covering.precision_upper), (1.0, 1.0, 0.0));
    }

    #[test]
    fn what_cannot_be_covered_says_why() {
        let mut workspace = CoveringRadius::default();
        let mut said = |samples: &[f64], h: f64| workspace.of(samples, h).unwrap_err().to_string();
        assert_eq!(
            said(&[1.0; 27], 1.0),
            "the exact covering radius takes at most 26 samples, and there are 27: `reach` brackets it for any number"
        );
        assert!(said(&[1.0], 0.0).contains("half_width is 0"));
        assert!(said(&[1.0], f64::NAN).contains("half_width is NaN"));
        assert!(said(&[0.0, f64::NEG_INFINITY], 1.0).contains("sample 1 is -inf"));
    }
}
