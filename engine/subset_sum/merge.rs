//! Passes over a pair of sorted lists: merging them, finding their closest pair, and the widest gap of both together.
//!
//! The second list is shifted by a number while it is read: sums with a sample are sums without it, shifted. Here are
//! plain code for any machine and the choice between it and vector code (`avx512`), which gives the same numbers.

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::list::{List, Pair};
use crate::kernel::Family;

/// The closest pair of two lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Nearest {
    /// |a - (b + shift)|.
    pub(super) gap: i64,
    /// The number of the first list.
    pub(super) a: i64,
    /// The number of the second list, not shifted.
    pub(super) b: i64,
    /// Whether another pair of values is as close.
    pub(super) tie: bool,
}

impl Nearest {
    /// Farther than any pair.
    pub(super) const NONE: Nearest = Nearest { gap: i64::MAX, a: 0, b: 0, tie: false };

    /// Takes over a pair that is closer, and notes one that is as close.
    pub(super) fn meet(&mut self, gap: i64, a: i64, b: i64) {
        if gap < self.gap {
            *self = Nearest { gap, a, b, tie: false };
        } else if gap == self.gap {
            self.tie |= (a, b) != (self.a, self.b);
        }
    }
}

/// Shortest pair that is cut in two halves, which are read side by side.
#[cfg(target_arch = "x86_64")]
const LONG: usize = 128;

/// Whether vector code reads two pairs side by side: equally long, and no stream of blocks of eight runs dry.
#[cfg(target_arch = "x86_64")]
fn side_by_side(family: Family, pairs: &[Pair<'_>; 2]) -> bool {
    let whole = |pair: &Pair<'_>| pair.a.get().len().is_multiple_of(8) && pair.b.get().len().is_multiple_of(8);
    let long = |pair: &Pair<'_>| pair.len() >= LONG || pair.len() >= 16 && whole(pair);
    family == Family::Avx512 && pairs.iter().all(long) && pairs[0].len() == pairs[1].len()
}

/// Merges a pair into a list. A run that is not its whole list holds the list's numbers between two bounds, the same for
/// both once the second is shifted, and at most one more at either end: what lies around it would be merged later.
pub(super) fn merge(family: Family, pair: Pair<'_>, out: &mut List) {
    let out = out.reset(pair.len());
    #[cfg(target_arch = "x86_64")]
    if family == Family::Avx512 && pair.len() >= LONG {
        // SAFETY: the machine has the instructions, the pair is long, and there is room for it.
        return unsafe { avx512::merge(pair, out) };
    }
    let _ = family;
    plain_merge(pair.a.get(), pair.b.get(), pair.shift, out);
}

/// Merges two lists of all subset sums, each with itself shifted; side by side they take less time than one by one.
pub(super) fn double_two(family: Family, lists: [&List; 2], shifts: [i64; 2], out: &mut [List; 2]) {
    let pair = |k: usize| Pair { a: lists[k].all(), b: lists[k].all(), shift: shifts[k] };
    let pairs = [pair(0), pair(1)];
    #[cfg(target_arch = "x86_64")]
    if side_by_side(family, &pairs) {
        let [first, second] = out;
        let out = [first.reset(pairs[0].len()), second.reset(pairs[1].len())];
        // SAFETY: the machine has the instructions, the pairs are equally long, and there is room for them.
        return unsafe {
            if pairs[0].len() < 2 * LONG { avx512::merge_two(pairs, out) } else { avx512::double_two(pairs, out) }
        };
    }
    for (pair, out) in pairs.into_iter().zip(out) {
        merge(family, pair, out);
    }
}

/// The closest pair of numbers, one of each of two whole lists; lists and shift are even, neither list is empty.
pub(super) fn nearest(family: Family, pair: Pair<'_>) -> Nearest {
    #[cfg(target_arch = "x86_64")]
    if family == Family::Avx512 && pair.len() >= LONG {
        // SAFETY: the machine has the instructions, and the pair is long.
        return unsafe { avx512::nearest(pair) };
    }
    let _ = family;
    plain_nearest(pair.a.get(), pair.b.get(), pair.shift)
}

/// The closer of the closest numbers of two pairs, and which it is: the first if they are equally close.
pub(super) fn nearest_of_two(family: Family, pairs: [Pair<'_>; 2]) -> (usize, Nearest) {
    #[cfg(target_arch = "x86_64")]
    if side_by_side(family, &pairs) {
        // SAFETY: the machine has the instructions, and the pairs are equally long.
        return unsafe { avx512::nearest_of_two(pairs) };
    }
    let [first, second] = pairs.map(|pair| nearest(family, pair));
    if second.gap < first.gap { (1, second) } else { (0, first) }
}

/// The largest difference of neighbours in the merged list; 0 if there are none. Runs as in [`merge`].
pub(super) fn largest_gap(family: Family, pair: Pair<'_>) -> i64 {
    #[cfg(target_arch = "x86_64")]
    if family == Family::Avx512 && pair.len() >= LONG {
        // SAFETY: the machine has the instructions, and the pair is long.
        return unsafe { avx512::largest_gap(pair) };
    }
    let _ = family;
    plain_largest_gap(pair.a.get(), pair.b.get(), pair.shift)
}

/// Merges `a` and `b` + `shift`, both ascending, into `out`, which has as many places as both together.
pub(super) fn plain_merge(a: &[i64], b: &[i64], shift: i64, out: &mut [i64]) {
    assert_eq!(a.len() + b.len(), out.len());
    if a.len() == b.len() {
        merge_equal(a, b, shift, out);
    } else {
        merge_any(a, b, shift, out);
    }
}

/// From both ends at once: two chains of dependent steps run side by side, and neither can leave its list.
fn merge_equal(a: &[i64], b: &[i64], shift: i64, out: &mut [i64]) {
    let n = a.len();
    let (mut i, mut j) = (0, 0);
    // One past the largest that is left.
    let (mut p, mut q) = (n, n);
    for k in 0..n {
        // SAFETY: k steps from the front took i + j = k < n numbers, so i, j < n; from the back likewise p, q > 0.
        unsafe {
            let (x, y) = (*a.get_unchecked(i), *b.get_unchecked(j) + shift);
            let first = x <= y;
            *out.get_unchecked_mut(k) = if first { x } else { y };
            i += usize::from(first);
            j += usize::from(!first);
            let (x, y) = (*a.get_unchecked(p - 1), *b.get_unchecked(q - 1) + shift);
            let first = x > y;
            *out.get_unchecked_mut(2 * n - 1 - k) = if first { x } else { y };
            p -= usize::from(first);
            q -= usize::from(!first);
        }
    }
}

fn merge_any(a: &[i64], b: &[i64], shift: i64, out: &mut [i64]) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j] + shift);
        let first = x <= y;
        out[i + j] = if first { x } else { y };
        i += usize::from(first);
        j += usize::from(!first);
    }
    let rest = &mut out[i + j..];
    if i < a.len() {
        rest.copy_from_slice(&a[i..]);
    } else {
        rest.iter_mut().zip(&b[j..]).for_each(|(to, y)| *to = y + shift);
    }
}

fn plain_nearest(a: &[i64], b: &[i64], shift: i64) -> Nearest {
    let mut found = Nearest::NONE;
    let (mut i, mut j) = (0, 0);
    // Every number is seen beside the next larger one of the other list, and one of these pairs is the closest.
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j] + shift);
        let first = x <= y;
        let gap = if first { y - x } else { x - y };
        if gap <= found.gap {
            found.meet(gap, x, b[j]);
        }
        i += usize::from(first);
        j += usize::from(!first);
    }
    found
}

fn plain_largest_gap(a: &[i64], b: &[i64], shift: i64) -> i64 {
    let (mut i, mut j) = (0, 0);
    let mut last = [a.first().copied(), b.first().map(|y| y + shift)].into_iter().flatten().min().unwrap_or(0);
    let mut gap = 0;
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j] + shift);
        let first = x <= y;
        let next = if first { x } else { y };
        gap = gap.max(next - last);
        last = next;
        i += usize::from(first);
        j += usize::from(!first);
    }
    let rest = a[i..].iter().copied().chain(b[j..].iter().map(|y| y + shift));
    for next in rest {
        gap = gap.max(next - last);
        last = next;
    }
    gap
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use rand::RngExt;

    const LENGTHS: [(usize, usize); 16] = [
        (0, 0),
        (0, 3),
        (5, 0),
        (1, 1),
        (8, 8),
        (16, 16),
        (64, 64),
        (65, 63),
        (256, 256),
        (24, 40),
        (8, 24),
        (100, 28),
        (300, 3),
        (2, 200),
        (129, 130),
        (1000, 1024),
    ];

    fn families() -> impl Iterator<Item = Family> {
        Family::ALL.into_iter().filter(|family| family.available())
    }

    fn even(count: usize, below: i64, rng: &mut impl rand::Rng) -> Vec<i64> {
        let mut list: Vec<i64> = (0..count).map(|_| 2 * rng.random_range(-below..below)).collect();
        list.sort_unstable();
        list
    }

    /// Pairs of all lengths, of numbers with many ties or none, whole lists or the middles of longer ones.
    fn pairs(name: &str, mut check: impl FnMut(Pair<'_>, Vec<i64>)) {
        let mut rng = Key::root(name).rng();
        for (a, b) in LENGTHS {
            for below in [3, 1000, 1 << 57] {
                for margin in [0, 5] {
                    let (one, two) = (
                        List::of(&even(a + 2 * margin, below, &mut rng)),
                        List::of(&even(b + 2 * margin, below, &mut rng)),
                    );
                    let shift = 2 * rng.random_range(-below..below);
                    // A middle is what lies between two bounds in both lists, as windows do.
                    let pair = if margin == 0 {
                        Pair { a: one.all(), b: two.all(), shift }
                    } else {
                        let bounds = |list: &List, shift: i64| {
                            let from = list.get().partition_point(|x| x + shift < -below);
                            (from, from.max(list.get().partition_point(|x| x + shift <= below)))
                        };
                        let ((i, p), (j, q)) = (bounds(&one, 0), bounds(&two, shift));
                        Pair { a: one.run(i, p), b: two.run(j, q), shift }
                    };
                    let mut merged: Vec<i64> =
                        pair.a.get().iter().copied().chain(pair.b.get().iter().map(|y| y + shift)).collect();
                    merged.sort_unstable();
                    check(pair, merged);
                }
            }
        }
    }

    #[test]
    fn merging_is_sorting_together_in_every_family() {
        pairs("merge", |pair, expected| {
            for family in families() {
                let mut out = List::of(&[]);
                merge(family, pair, &mut out);
                assert_eq!(out.get(), expected);
            }
        });
    }

    #[test]
    fn doubling_is_merging_with_oneself_in_every_family() {
        let mut rng = Key::root("double").rng();
        for below in [2, 50, 1 << 50] {
            let mut lists = [List::of(&[0]), List::of(&[0])];
            for _ in 0..11 {
                let shifts = [(); 2].map(|_| 2 * rng.random_range(-below..below));
                let expected = [0, 1].map(|k| {
                    let with = lists[k].get().iter().map(|x| x + shifts[k]);
                    let mut all: Vec<i64> = lists[k].get().iter().copied().chain(with).collect();
                    all.sort_unstable();
                    all
                });
                for family in families() {
                    let mut out = [List::of(&[]), List::of(&[])];
                    double_two(family, [&lists[0], &lists[1]], shifts, &mut out);
                    assert_eq!(out.each_ref().map(List::get), expected.each_ref().map(Vec::as_slice));
                }
                lists = expected.map(|all| List::of(&all));
            }
        }
    }

    #[test]
    fn the_closest_pair_is_that_of_all_pairs_in_every_family() {
        pairs("nearest", |pair, _| {
            let (a, b) = (pair.a.get(), pair.b.get());
            // The closest pair is looked for in whole lists.
            if a.is_empty() || b.is_empty() || !pair.a.is_whole() || !pair.b.is_whole() {
                return;
            }
            let all = |shift: i64| {
                let gap = |x: i64, y: i64| (x - (y + shift)).abs();
                let least = a.iter().flat_map(|x| b.iter().map(move |y| gap(*x, *y))).min().unwrap();
                let close = a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y)));
                let mut close: Vec<(i64, i64)> = close.filter(|(x, y)| gap(*x, *y) == least).collect();
                close.sort_unstable();
                close.dedup();
                (least, close)
            };
            let right = |found: Nearest, (least, close): &(i64, Vec<(i64, i64)>)| {
                assert_eq!((found.gap, found.tie), (*least, close.len() > 1));
                assert!(close.contains(&(found.a, found.b)));
            };
            let (one, other) = (all(pair.shift), all(-pair.shift));
            for family in families() {
                right(nearest(family, pair), &one);
                let (which, found) = nearest_of_two(family, [pair, Pair { shift: -pair.shift, ..pair }]);
                assert_eq!(which, usize::from(other.0 < one.0));
                right(found, if which == 0 { &one } else { &other });
            }
        });
    }

    #[test]
    fn the_largest_gap_is_that_of_the_merged_list_in_every_family() {
        pairs("largest gap", |pair, merged| {
            let expected = merged.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
            for family in families() {
                assert_eq!(largest_gap(family, pair), expected);
            }
        });
    }
}
