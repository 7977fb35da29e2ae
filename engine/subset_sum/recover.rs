//! From a sum back to the subset: lists of sums carry no masks, so the mask is searched again, smallest first.

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::merge::Nearest;
use crate::kernel::Family;

/// Samples in the inner loop of [`first_mask`]: 32 sums that are compared at once.
const INNER: usize = 5;

/// One half of the samples.
#[derive(Clone, Copy)]
pub(super) struct Half<'a> {
    /// Its numbers.
    pub(super) numbers: &'a [i64],
    /// The sums of its subsets that were searched (of the upper half: negated), ascending.
    pub(super) sums: &'a [i64],
    /// How many numbers those subsets have, if they are of one size.
    pub(super) size: Option<u32>,
}

/// The smallest mask over the lower and then the upper half whose sum is as close as the closest pair.
pub(super) fn smallest_mask(family: Family, lower: Half<'_>, upper: Half<'_>, shift: i64, nearest: &Nearest) -> u64 {
    let (high, sums) = if nearest.tie {
        let fits = |a: i64| lower.sums.binary_search(&a).is_ok();
        let partners = |b: i64| [b + shift - nearest.gap, b + shift + nearest.gap];
        let mut negated: Vec<i64> =
            upper.sums.iter().filter(|b| partners(**b).into_iter().any(fits)).map(|b| -b).collect();
        negated.reverse();
        negated.dedup();
        let (high, sum) = first_mask(upper, |sum| negated.binary_search(&sum).is_ok());
        let [below, above] = partners(-sum);
        (high, [if fits(below) { below } else { above }, if fits(above) { above } else { below }])
    } else {
        (first_mask_of(family, upper, [-nearest.b; 2]), [nearest.a; 2])
    };
    first_mask_of(family, lower, sums) | high << lower.numbers.len()
}

/// The smallest mask of a subset with one of two sums; there is one.
fn first_mask_of(family: Family, half: Half<'_>, sums: [i64; 2]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if family == Family::Avx512 {
        // SAFETY: the machine has the instructions.
        return unsafe { avx512::first_mask_of(half, sums) };
    }
    let _ = family;
    first_mask(half, |sum| sum == sums[0] || sum == sums[1]).0
}

/// The smallest mask, with its sum, of a subset whose sum is wanted; there is one.
#[inline(always)]
pub(super) fn first_mask(half: Half<'_>, wanted: impl Fn(i64) -> bool) -> (u64, i64) {
    let inner = half.numbers.len().min(INNER);
    let mut table = [0; 1 << INNER];
    for (k, number) in half.numbers[..inner].iter().enumerate() {
        for at in 0..1 << k {
            table[at | 1 << k] = table[at] + number;
        }
    }
    let outer = &half.numbers[inner..];
    let mut base = 0;
    for high in 0..1u64 << outer.len() {
        if table[..1 << inner].iter().fold(false, |any, sum| any | wanted(base + sum)) {
            for (low, sum) in table[..1 << inner].iter().enumerate() {
                let mask = low as u64 | high << inner;
                if wanted(base + sum) && half.size.is_none_or(|size| size == mask.count_ones()) {
                    return (mask, base + sum);
                }
            }
        }
        // Counting up turns a run of ones into zeros and the zero above it into a one.
        let run = high.trailing_ones() as usize;
        base += outer.get(run).copied().unwrap_or(0) - outer[..run].iter().sum::<i64>();
    }
    unreachable!("the sum is one of the half's")
}
