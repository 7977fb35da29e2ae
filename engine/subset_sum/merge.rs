//! Passes over a pair of sorted lists: merging them, finding their closest pair, and the widest gap of both together.
//!
//! The second list is shifted by a number while it is read: sums with a sample are sums without it, shifted.

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

/// Merges `a` and `b` + `shift`, both ascending, into `out`, which has as many places as both together.
pub(super) fn merge(a: &[i64], b: &[i64], shift: i64, out: &mut [i64]) {
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

/// The closest pair of `a` and `b` + `shift`, both ascending and not empty.
pub(super) fn nearest(a: &[i64], b: &[i64], shift: i64) -> Nearest {
    let mut found = Nearest { gap: i64::MAX, a: 0, b: 0, tie: false };
    let (mut i, mut j) = (0, 0);
    // Every number is seen beside the next larger one of the other list, and one of these pairs is the closest.
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j] + shift);
        let first = x <= y;
        let gap = if first { y - x } else { x - y };
        if gap <= found.gap {
            let tie = gap == found.gap && (found.tie || (x, b[j]) != (found.a, found.b));
            found = Nearest { gap, a: x, b: b[j], tie };
        }
        i += usize::from(first);
        j += usize::from(!first);
    }
    found
}

/// The largest difference of neighbours in the merged list of `a` and `b` + `shift`, both ascending; 0 if there are none.
pub(super) fn largest_gap(a: &[i64], b: &[i64], shift: i64) -> i64 {
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

    fn sorted(count: usize, below: i64, rng: &mut impl rand::Rng) -> Vec<i64> {
        let mut list: Vec<i64> = (0..count).map(|_| rng.random_range(-below..below)).collect();
        list.sort_unstable();
        list
    }

    #[test]
    fn merging_is_sorting_together() {
        let mut rng = Key::root("merge").rng();
        for (a, b) in [(0, 0), (0, 3), (5, 0), (1, 1), (8, 8), (16, 16), (64, 64), (256, 256), (24, 40), (100, 3)] {
            for below in [3, 1000, 1 << 61] {
                let (a, b) = (sorted(a, below, &mut rng), sorted(b, below, &mut rng));
                let shift = rng.random_range(-below..below);
                let mut expected: Vec<i64> = a.iter().copied().chain(b.iter().map(|y| y + shift)).collect();
                expected.sort_unstable();
                let mut out = vec![0; expected.len()];
                merge(&a, &b, shift, &mut out);
                assert_eq!(out, expected);
            }
        }
    }

    #[test]
    fn the_closest_pair_is_that_of_all_pairs() {
        let mut rng = Key::root("nearest").rng();
        for round in 0..200 {
            let (count, below) = ([1, 2, 8, 16, 24, 64][round % 6], [4, 50, 100_000, 1 << 60][round / 6 % 4]);
            let (mut a, mut b) = (sorted(count, below, &mut rng), sorted(8 * (1 + round % 5), below, &mut rng));
            a.iter_mut().chain(&mut b).for_each(|x| *x *= 2);
            let shift = 2 * rng.random_range(-below..below);
            let gap = |x: i64, y: i64| (x - (y + shift)).abs();
            let least = a.iter().flat_map(|x| b.iter().map(move |y| gap(*x, *y))).min().unwrap();
            let mut pairs: Vec<(i64, i64)> =
                a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y))).filter(|(x, y)| gap(*x, *y) == least).collect();
            pairs.sort_unstable();
            pairs.dedup();
            let found = nearest(&a, &b, shift);
            assert_eq!(found.gap, least);
            assert!(pairs.contains(&(found.a, found.b)));
            assert_eq!(found.tie, pairs.len() > 1, "{pairs:?}");
        }
    }

    #[test]
    fn the_largest_gap_is_that_of_the_merged_list() {
        let mut rng = Key::root("largest gap").rng();
        for (a, b) in [(0, 0), (0, 3), (5, 0), (1, 1), (8, 8), (37, 5), (64, 64), (200, 333)] {
            for below in [3, 1000, 1 << 58] {
                let (a, b) = (sorted(a, below, &mut rng), sorted(b, below, &mut rng));
                let shift = rng.random_range(-below..below);
                let mut merged = vec![0; a.len() + b.len()];
                merge(&a, &b, shift, &mut merged);
                let expected = merged.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
                assert_eq!(largest_gap(&a, &b, shift), expected);
            }
        }
    }
}
