//! The covering radius for any number of samples, between two rigorous bounds: sums on a grid, one bit for each.
//!
//! Samples are rounded to a grid of step 2^-bits, and the bits of all reachable grid points are shifted and joined, sample
//! by sample (Bellman's dynamic program). A subset's sum differs from its grid point by what rounding took from its
//! samples: at least minus what it added to some, at most what it cut from others. Around the middle of these two bounds
//! every sum lies within half their distance, `slack`, of its grid point, about n/8 steps; so does the covering radius of
//! the true sums of that of the grid points. Whole numbers throughout: the bounds are not themselves rounded, and hold for
//! the samples rounded as in [`CoveringRadius::of`](super::CoveringRadius::of).

use super::SubsetSumError;
use super::covering::{Covering, Ends, ROOM};
use super::fixed::{Fixed, positive, total};

/// Grid points at most: 256 MiB of bits.
const MOST_POINTS: f64 = 2_147_483_648.0;

/// Sums on a grid, in memory that is used again.
///
/// ```
/// use prunelaw_engine::subset_sum::Reach;
/// let samples: Vec<f64> = (1..=60).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 } / i as f64).collect();
/// let covering = Reach::default().of(&samples, 1.0, 20).unwrap();
/// assert!(covering.lower < 1e-5 && covering.upper < 1e-5);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Bit p: whether the grid point p - `zero` is a sum.
    words: Vec<u64>,
    zero: i64,
    /// Steps of [`Fixed`] from one grid point to the next, as a power of two.
    cell: u32,
    /// Twice where the middle of a grid point's sums lies beyond it, in steps.
    shift: i64,
    /// Twice how far a sum can lie from that middle.
    slack: i64,
    half_width: f64,
    fixed: Fixed,
}

impl Reach {
    /// Bounds on the covering radius of [-`half_width`, `half_width`], from a grid of step 2^-`bits` or the finest one with
    /// at most 2^31 points, if that is coarser.
    ///
    /// # Errors
    /// [`SubsetSumError::NotFinite`], [`SubsetSumError::NotPositive`] for the half width, [`SubsetSumError::TooLarge`].
    pub fn of(&mut self, samples: &[f64], half_width: f64, bits: i32) -> Result<Covering, SubsetSumError> {
        let half_width = positive("half_width", half_width)?;
        let size = total(samples)?;
        self.fixed = Fixed::with_room(size + half_width, ROOM)?;
        self.half_width = half_width;
        let fits = (MOST_POINTS / (size + half_width)).log2().floor() as i32;
        // At least a few steps, so that halves of a cell are whole.
        self.cell = self.fixed.bits_above(bits.min(fits)).max(1);
        let numbers: Vec<i64> = samples.iter().map(|x| self.fixed.whole(*x)).collect();
        let half = self.fixed.whole(half_width);
        let ends = Ends::of(&numbers, half);
        self.fill(&numbers, &ends);
        let precision = self.four_times_farthest(2 * ends.from, 2 * ends.to);
        let real = |quarters: i64| self.fixed.real(0.25 * quarters.max(0) as f64);
        let (lower, upper) = (real(precision - 2 * self.slack), real(precision + 2 * self.slack));
        let range_gap = self.fixed.real(ends.range_gap as f64);
        // The empty sum is never farther than the ends of the interval, rounded like all else.
        let most = self.fixed.real(half as f64);
        Ok(Covering {
            lower: lower.max(range_gap),
            upper: upper.max(range_gap).min(most),
            range_gap,
            precision_lower: lower,
            precision_upper: upper.min(most),
        })
    }

    /// Bounds on the error of the best subset for a target in the interval of the last call of [`Reach::of`].
    ///
    /// # Errors
    /// [`SubsetSumError::Target`] for any other target.
    pub fn error(&self, target: f64) -> Result<(f64, f64), SubsetSumError> {
        if self.words.is_empty() || !(target.abs() <= self.half_width) {
            return Err(SubsetSumError::Target { got: target, most: self.half_width });
        }
        let target = 2 * self.fixed.whole(target);
        let farthest = self.four_times_farthest(target, target);
        let real = |quarters: i64| self.fixed.real(0.25 * quarters.max(0) as f64);
        Ok((real(farthest - 2 * self.slack), real(farthest + 2 * self.slack)))
    }

    /// Sets the bits of all sums on the grid that may be nearest to a number between the ends.
    fn fill(&mut self, numbers: &[i64], ends: &Ends) {
        let cell = self.cell;
        let (mut cut, mut added) = (0, 0);
        let rounded = numbers.iter().map(|x| {
            let k = (x + (1 << (cell - 1))) >> cell;
            let left = x - (k << cell);
            cut += left.max(0);
            added += (-left).max(0);
            k
        });
        let mut sizes: Vec<i64> = rounded.filter(|k| *k != 0).collect();
        (self.shift, self.slack) = (cut - added, cut + added);
        // With every negative sample taken, each sample moves the sum up: by taking it, or by leaving it out again.
        self.zero = sizes.iter().map(|k| (-k).max(0)).sum();
        sizes.iter_mut().for_each(|k| *k = k.abs());
        sizes.sort_unstable_by_key(|k| std::cmp::Reverse(*k));
        // The empty sum is this near to every number in the interval.
        let near = (ends.to - ends.from) + self.slack;
        let least = self.zero + ((ends.from - near) >> cell) - 2;
        let whole: i64 = sizes.iter().sum();
        let most = whole.min(self.zero + ((ends.to + near) >> cell) + 2);
        self.words.clear();
        self.words.resize(most as usize / 64 + 1, 0);
        self.words[0] = 1;
        let (mut reached, mut rest) = (0, whole);
        for k in sizes {
            rest -= k;
            reached += k;
            // Points below these cannot come back up to the interval; points above are gone for good.
            let (from, to) = ((least - rest).max(0) as usize, reached.min(most) as usize);
            join_shifted(&mut self.words, k as usize, from / 64, to / 64 + 1);
        }
    }

    /// Twice the middle of the sums of grid point p, in steps.
    fn place(&self, p: usize) -> i64 {
        2 * ((p as i64 - self.zero) << self.cell) + self.shift
    }

    /// Four times the largest distance, in steps, of a number between the ends from the nearest grid point, its middle;
    /// ends in half steps.
    fn four_times_farthest(&self, from: i64, to: i64) -> i64 {
        let (mut last, mut farthest) = (None, 0);
        // What lies below `from` is met once, if anything does.
        for (at, word) in self.words.iter().enumerate().skip(self.word_before(from)) {
            let mut left = *word;
            if left == u64::MAX && last.is_some_and(|last| last >= from) && self.place(64 * at + 63) <= to {
                // Neighbours all along: the gap before them, and that between them.
                farthest = farthest.max(self.place(64 * at) - last.unwrap_or(from)).max(2 << self.cell);
                last = Some(self.place(64 * at + 63));
                continue;
            }
            while left != 0 {
                let next = self.place(64 * at + left.trailing_zeros() as usize);
                left &= left - 1;
                if next >= from {
                    let middle = last.map_or(2 * from, |last: i64| (last + next).clamp(2 * from, 2 * to));
                    let before = last.map_or(i64::MAX, |last| middle - 2 * last);
                    farthest = farthest.max(before.min(2 * next - middle));
                }
                if next > to {
                    return farthest;
                }
                last = Some(next);
            }
        }
        farthest.max(last.map_or(0, |last| 2 * (to - last)))
    }

    /// The last word that has a bit at or below this place, in half steps; 0 if none has.
    fn word_before(&self, place: i64) -> usize {
        let point = self.zero + ((place - self.shift).div_euclid(2 << self.cell));
        if point < 0 {
            return 0;
        }
        let at = (point as usize / 64).min(self.words.len() - 1);
        let below = if point as usize / 64 > at { u64::MAX } else { u64::MAX >> (63 - point % 64) };
        if self.words[at] & below != 0 {
            return at;
        }
        self.words[..at].iter().rposition(|word| *word != 0).unwrap_or(0)
    }
}

/// words |= words << k, for the words from `from` to `to` of the result.
fn join_shifted(words: &mut [u64], k: usize, from: usize, to: usize) {
    let (whole, part) = (k / 64, k % 64);
    let to = to.min(words.len());
    let from = from.max(whole);
    let mut end = to;
    // From the top down, so that what is read has not been written yet.
    while end > from {
        // Blocks that do not reach into what they read.
        let start = from.max(end.saturating_sub(whole.max(1)));
        let start = if whole == 0 { end - 1 } else { start };
        let (below, block) = words.split_at_mut(start);
        let block = &mut block[..end - start];
        if whole == 0 {
            let carried = if part == 0 || start == 0 { 0 } else { below[start - 1] >> (64 - part) };
            block[0] |= block[0] << part | carried;
        } else if part == 0 {
            block.iter_mut().zip(&below[start - whole..]).for_each(|(to, word)| *to |= word);
        } else {
            let source = &below[start - whole..end - whole];
            let before = if start > whole { below[start - whole - 1] } else { 0 };
            block[0] |= source[0] << part | before >> (64 - part);
            for (to, pair) in block[1..].iter_mut().zip(source.windows(2)) {
                *to |= pair[1] << part | pair[0] >> (64 - part);
            }
        }
        end = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use crate::subset_sum::{CoveringRadius, SampleLaw, SubsetSums};
    use rand::RngExt;

    #[test]
    fn the_bounds_hold_the_exact_radius() {
        let (mut exact, mut reach) = (CoveringRadius::default(), Reach::default());
        for replica in 0..100 {
            let key = Key::root("reach").replica(replica);
            let samples = SampleLaw::ALL[replica as usize % 5].draw(replica as usize % 17, &key);
            let h = [0.05, 0.5, 1.0, 3.0][replica as usize / 5 % 4];
            let expected = exact.of(&samples, h).unwrap();
            for bits in [2, 6, 13, 20] {
                let found = reach.of(&samples, h, bits).unwrap();
                let slack = samples.len() as f64 * 0.5f64.powi(bits) / 2.0;
                assert!(found.lower <= expected.upper && expected.upper <= found.upper, "{found:?} {expected:?}");
                assert!(found.precision_lower <= expected.precision_upper);
                assert!(expected.precision_upper <= found.precision_upper);
                assert_eq!(found.range_gap, expected.range_gap);
                assert!(found.upper - found.lower <= slack + 1e-15, "{found:?}");
            }
        }
    }

    #[test]
    fn samples_on_the_grid_are_exact() {
        let (mut exact, mut reach) = (CoveringRadius::default(), Reach::default());
        let mut rng = Key::root("on the grid").rng();
        for n in 0..20 {
            let samples: Vec<f64> = (0..n).map(|_| f64::from(rng.random_range(-4096..=4096)) / 4096.0).collect();
            let (expected, found) = (exact.of(&samples, 1.0).unwrap(), reach.of(&samples, 1.0, 12).unwrap());
            assert_eq!(found, expected);
            for _ in 0..20 {
                let target = f64::from(rng.random_range(-4096..=4096)) / 4096.0;
                let best = SubsetSums::new(&samples).unwrap().closest(target).unwrap();
                assert_eq!(reach.error(target).unwrap(), (best.error, best.error), "{samples:?} {target}");
            }
        }
    }

    #[test]
    fn the_error_at_a_target_lies_between_its_bounds() {
        let mut reach = Reach::default();
        let samples = SampleLaw::Uniform.draw(20, &Key::root("error"));
        let sums = SubsetSums::new(&samples).unwrap();
        reach.of(&samples, 1.0, 16).unwrap();
        for i in -10..=10 {
            let (target, (lower, upper)) = (f64::from(i) / 10.0, reach.error(f64::from(i) / 10.0).unwrap());
            let best = sums.closest(target).unwrap().error;
            assert!(lower <= best && best <= upper);
        }
        assert!(reach.error(1.5).unwrap_err().to_string().contains("between -1 and 1"));
        assert!(Reach::default().error(0.0).is_err());
    }

    #[test]
    fn a_shift_joins_every_bit() {
        let mut rng = Key::root("shift").rng();
        for k in [1, 5, 63, 64, 65, 100, 128, 300, 1000] {
            let bits: Vec<bool> = (0..1024).map(|_| rng.random_bool(0.1)).collect();
            let mut words = vec![0u64; 16];
            (0..1024).filter(|p| bits[*p]).for_each(|p| words[p / 64] |= 1 << (p % 64));
            join_shifted(&mut words, k, 0, 16);
            for p in 0..1024 {
                assert_eq!(words[p / 64] >> (p % 64) & 1 == 1, bits[p] || p >= k && bits[p - k], "{k} {p}");
            }
        }
    }

    #[test]
    fn a_grid_too_fine_for_memory_is_coarsened_and_says_so_by_its_bounds() {
        let covering = Reach::default().of(&[1e9; 30], 1.0, 22).unwrap();
        assert!(covering.lower <= 1.0 && covering.upper == 1.0);
        assert!(Reach::default().of(&[1.0], -1.0, 4).is_err());
        assert!(Reach::default().of(&[f64::NAN], 1.0, 4).is_err());
    }
}
