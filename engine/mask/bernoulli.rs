//! Entry-wise Bernoulli masks: every entry is kept with probability p, independently.

use super::Mask;
use crate::fraction::KeepFraction;
use crate::key::Key;
use rand::Rng;

/// 2^32, the number of values of one uniform.
const UNIT: f64 = 4294967296.0;

impl Mask {
    /// Keeps entry i if U_i < p, with U_1, U_2, ... uniform from `key` alone: the supports of all p are nested.
    ///
    /// U_i has 32 bits, so the keep probability is p rounded to a multiple of 2^-32.
    pub fn bernoulli(shape: &[usize], keep: KeepFraction, key: &Key) -> Mask {
        let below = (keep.get() * UNIT).round() as u64;
        let mut rng = key.rng();
        let mut drawn = [0; 4 * 64];
        Mask::from_words(shape, |_| {
            rng.fill_bytes(&mut drawn);
            drawn.chunks_exact(4).enumerate().fold(0, |bits, (i, bytes)| {
                let uniform = u32::from_le_bytes(bytes.try_into().expect("four bytes"));
                bits | u64::from(u64::from(uniform) < below) << i
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(p: f64) -> KeepFraction {
        KeepFraction::new(p).unwrap()
    }

    #[test]
    fn supports_nest_in_p() {
        let key = Key::root("nest");
        let masks: Vec<Mask> =
            [0.0, 0.001, 0.01, 0.3, 0.5, 0.999, 1.0].map(|p| Mask::bernoulli(&[20, 30, 50], keep(p), &key)).to_vec();
        for pair in masks.windows(2) {
            assert_eq!(pair[0].intersection(&pair[1]).unwrap(), pair[0]);
        }
        assert_eq!(masks[0].kept(), 0);
        assert!(masks[6].is_dense());
    }

    #[test]
    fn the_kept_count_is_binomial() {
        // 10^6 entries; a false alarm beyond 5 standard deviations has probability 6e-7 each.
        let entries = 1_000_000;
        for p in [0.001, 0.1, 0.5, 0.9] {
            let kept = Mask::bernoulli(&[entries], keep(p), &Key::root("count")).kept() as f64;
            let (mean, sd) = (entries as f64 * p, (entries as f64 * p * (1.0 - p)).sqrt());
            assert!((kept - mean).abs() < 5.0 * sd, "{kept} kept at p = {p}");
        }
    }

    #[test]
    fn first_draws_are_pinned() {
        let mask = Mask::bernoulli(&[40], keep(0.25), &Key::root("pin").child("mask"));
        assert_eq!(mask.indices().collect::<Vec<_>>(), PINNED);
    }

    const PINNED: [usize; 9] = [6, 9, 13, 14, 16, 21, 22, 24, 27];
}
