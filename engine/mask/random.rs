//! Exact-count random masks: a uniformly random set of exactly round(p N) entries is kept.

use super::Mask;
use crate::fraction::KeepFraction;
use crate::key::Key;
use rand::Rng;

impl Mask {
    /// Keeps exactly round(p N), halves up, of the N entries: those with the smallest uniforms from `key`.
    ///
    /// Of equal uniforms the lower index stays. The supports of all p are nested.
    pub fn random(shape: &[usize], keep: KeepFraction, key: &Key) -> Mask {
        Mask::random_global(&[shape], keep, key).remove(0)
    }

    /// Keeps exactly round(p N), halves up, of the N entries of all layers together; one mask per shape.
    pub fn random_global(shapes: &[&[usize]], keep: KeepFraction, key: &Key) -> Vec<Mask> {
        let total: usize = shapes.iter().map(|shape| shape.iter().product::<usize>()).sum();
        let chosen = smallest(total, keep.count_of(total), key);
        let mut first = 0;
        let layers = shapes.iter().map(|shape| {
            let layer = first..first + shape.iter().product::<usize>();
            first = layer.end;
            Mask::from_indices(shape, chosen.iter().filter(|i| layer.contains(i)).map(|i| i - layer.start))
        });
        layers.collect()
    }
}

/// The indices of the `count` smallest of `total` uniforms drawn from `key`, in no order.
pub(super) fn smallest(total: usize, count: usize, key: &Key) -> Vec<usize> {
    let mut rng = key.rng();
    let mut drawn: Vec<(u64, usize)> = (0..total).map(|i| (rng.next_u64(), i)).collect();
    if count < total {
        drawn.select_nth_unstable(count);
    }
    drawn[..count].iter().map(|&(_, i)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(p: f64) -> KeepFraction {
        KeepFraction::new(p).unwrap()
    }

    #[test]
    fn exactly_the_rounded_count_is_kept() {
        let key = Key::root("exact");
        for (p, kept) in [(0.0, 0), (0.1, 2), (0.5, 8), (0.7, 11), (1.0, 15)] {
            // 0.1 * 15 = 1.5 and 0.5 * 15 = 7.5 round up, 0.7 * 15 = 10.5 as well.
            assert_eq!(Mask::random(&[3, 5], keep(p), &key).kept(), kept, "p = {p}");
        }
    }

    #[test]
    fn the_global_count_is_taken_over_all_layers() {
        let shapes: [&[usize]; 3] = [&[20, 30], &[20, 20], &[3, 20]];
        let masks = Mask::random_global(&shapes, keep(0.123), &Key::root("global"));
        assert_eq!(masks.iter().map(Mask::kept).sum::<usize>(), 130); // 0.123 * 1060 = 130.38
        for (mask, shape) in masks.iter().zip(shapes) {
            assert_eq!(mask.shape(), shape);
        }
    }

    #[test]
    fn supports_nest_in_p() {
        let key = Key::root("nest");
        let masks = [0.001, 0.2, 0.21, 0.8, 1.0].map(|p| Mask::random(&[40, 25], keep(p), &key));
        for pair in masks.windows(2) {
            assert_eq!(pair[0].intersection(&pair[1]).unwrap(), pair[0]);
        }
    }

    #[test]
    fn every_entry_is_kept_equally_often() {
        // 4000 masks keep 3 of 10: each entry's count has mean 1200 and sd sqrt(4000 * .3 * .7) = 29. Beyond 5 sd for
        // one of ten entries: probability below 6e-6.
        let mut counts = [0.0; 10];
        for replica in 0..4000 {
            let mask = Mask::random(&[10], keep(0.3), &Key::root("uniform").replica(replica));
            mask.indices().for_each(|i| counts[i] += 1.0);
        }
        assert!(counts.iter().all(|count: &f64| (count - 1200.0).abs() < 145.0), "{counts:?}");
    }
}
