//! The law of a mask over all data sets, given the initial weights: exact, since every data set is there once.

use super::FIRST_LAYER;
use super::descent::Kept;
use crate::information::entropy;
use crate::key::Key;
use rand::RngExt;

/// What the masks of all data sets, under one initialization, tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaskLaw {
    /// H(m | init) = I(m; D | init), in nats: a deterministic rule has no randomness of its own.
    pub information: f64,
    /// Distinct masks.
    pub distinct: usize,
    /// Of the mask with its entries shuffled within each layer: the entropy of the count of the first layer, in nats.
    pub shuffled: f64,
}

impl MaskLaw {
    /// From one mask per data set.
    pub fn of(masks: &[Kept]) -> MaskLaw {
        let counts = entropy::counts(masks);
        MaskLaw {
            information: entropy::of_counts(&counts),
            distinct: counts.len(),
            shuffled: entropy::of_counts(&entropy::counts(&first_layer_counts(masks))),
        }
    }
}

/// How many parameters of the first layer each mask keeps. A shuffle within layers leaves this and the total, no more.
pub fn first_layer_counts(masks: &[Kept]) -> Vec<u32> {
    masks.iter().map(|mask| (mask & ((1 << FIRST_LAYER) - 1)).count_ones()).collect()
}

/// Distinct masks and how often each was seen, for `samples` data sets drawn with replacement: what an experiment without
/// enumeration has.
pub fn sampled(masks: &[Kept], samples: usize, key: &Key) -> Vec<(Kept, u64)> {
    let mut rng = key.rng();
    let mut distinct = masks.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let number: Vec<usize> = masks.iter().map(|mask| distinct.partition_point(|other| other < mask)).collect();
    let mut counts = vec![0; distinct.len()];
    (0..samples).for_each(|_| counts[number[rng.random_range(0..masks.len())]] += 1);
    distinct.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect()
}

/// I(m; D) and I(m; D | init) for a uniform law over initializations, in nats: `masks[init][data]`.
///
/// # Panics
/// If the initializations have not equally many data sets.
pub fn with_and_without_init(masks: &[Vec<Kept>]) -> (f64, f64) {
    let (inits, datasets) = (masks.len() as f64, masks.first().map_or(0, Vec::len));
    assert!(masks.iter().all(|masks| masks.len() == datasets), "one mask per data set");
    let of = |masks: &[Kept]| entropy::of_counts(&entropy::counts(masks));
    let given_init = masks.iter().map(|masks| of(masks)).sum::<f64>() / inits;
    let column = |data: usize| -> Vec<Kept> { masks.iter().map(|masks| masks[data]).collect() };
    let given_data = (0..datasets).map(|data| of(&column(data))).sum::<f64>() / datasets as f64;
    let all: Vec<Kept> = masks.concat();
    ((of(&all) - given_data).max(0.0), given_init)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::information::law::information;
    use ndarray::Array2;

    #[test]
    fn two_masks_of_four_data_sets() {
        let law = MaskLaw::of(&[0b11, 0b11, 1 << 16 | 1, 1 << 16 | 1]);
        assert_eq!((law.distinct, law.information, law.shuffled), (2, 2.0_f64.ln(), 2.0_f64.ln()));
        let moved = MaskLaw::of(&[0b01, 0b10, 0b01, 0b10]);
        assert_eq!((moved.information, moved.shuffled), (2.0_f64.ln(), 0.0));
    }

    #[test]
    fn without_the_init_less_is_known() {
        // Under one init the mask copies a bit of the data, under the other its complement.
        let (without, with) = with_and_without_init(&[vec![1, 2], vec![2, 1]]);
        assert!(without < 1e-15 && (with - 2.0_f64.ln()).abs() < 1e-15);
        // Against the joint law of data and mask.
        let masks = [vec![1, 2, 3, 3], vec![1, 3, 2, 1], vec![2, 2, 3, 1]];
        let joint = Array2::from_shape_fn((4, 4), |(data, mask)| {
            masks.iter().filter(|masks| masks[data] as usize == mask).count() as f64 / 12.0
        });
        assert!((with_and_without_init(&masks).0 - information(joint.view())).abs() < 1e-14);
    }

    #[test]
    fn samples_see_no_mask_that_is_not_there() {
        let masks = [5, 6, 7, 7];
        let seen = sampled(&masks, 10_000, &Key::root("sampled"));
        assert_eq!(seen.iter().map(|(mask, _)| *mask).collect::<Vec<_>>(), [5, 6, 7]);
        assert_eq!(seen.iter().map(|(_, count)| count).sum::<u64>(), 10_000);
        assert!((4_700..5_300).contains(&seen[2].1));
    }
}
