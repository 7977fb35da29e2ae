//! Masks of the weights (k, d) of a hidden layer, half of them kept, with exactly known information about the data.
//!
//! Both are forms of the toys in [`crate::information`] on a real network: there the law alone is needed, here the mask.

use crate::data::random_labels::RandomLabels;
use crate::information::copy_mask::CopyMask;
use crate::information::top_mask;
use crate::key::Key;
use crate::mask::Mask;
use crate::statistics::CannotDecide;
use rand::RngExt;

/// The most labels that a mask copies.
pub const MOST_COPIED: usize = 63;

/// A mask and I(mask; data) in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct Informed {
    /// (k, d).
    pub mask: Mask,
    /// I(mask; data), exactly.
    pub information: f64,
}

/// Keeps one weight of every pair 2j and 2j + 1 (row by row): the second if label j is +1, with its bit flipped at chance
/// `flip`; pairs beyond the labels, or beyond the 63rd, by fair coins. I = r (ln 2 - h(flip)) for r copied labels.
///
/// # Errors
/// `OutOfRange` for a flip outside [0, 1/2], or without labels or pairs.
pub fn copied(labels: &[f64], shape: [usize; 2], flip: f64, key: &Key) -> Result<Informed, CannotDecide> {
    let pairs = shape[0] * shape[1] / 2;
    let copied = labels.len().min(pairs).min(MOST_COPIED);
    let information = CopyMask::new(copied as u32, flip)?.information();
    let mut rng = key.rng();
    let kept: Vec<usize> = (0..pairs)
        .map(|j| {
            let (coin, flipped) = (rng.random::<bool>(), rng.random::<f64>() < flip);
            let second = if j < copied { (labels[j] > 0.0) != flipped } else { coin };
            2 * j + usize::from(second)
        })
        .collect();
    Ok(Informed { mask: Mask::from_indices(&shape, kept), information })
}

/// Keeps for every neuron the d/2 coordinates l with the largest |sum_i y_i x_il|.
///
/// Given the labels these scores are independent and equally distributed over l for normal inputs, so the set is uniform
/// and a function of the data: I = ln C(d, d/2). Ties go to the first coordinate.
pub fn strongest(data: &RandomLabels, neurons: usize) -> Informed {
    let d = data.x.ncols();
    let score = |l: usize| data.x.column(l).iter().zip(&data.y).map(|(x, y)| x * y).sum::<f64>().abs();
    let scores: Vec<f64> = (0..d).map(score).collect();
    let mut order: Vec<usize> = (0..d).collect();
    order.sort_by(|i, j| scores[*j].total_cmp(&scores[*i]).then(i.cmp(j)));
    let kept = &order[..d / 2];
    let mask = Mask::from_fn(&[neurons, d], |at| kept.contains(&(at % d)));
    Informed { mask, information: top_mask::information(d, d / 2) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::LN_2;

    #[test]
    fn half_is_kept_and_what_is_copied_is_known() {
        let data = RandomLabels::draw(12, 10, &Key::root("copied"));
        let key = Key::root("mask");
        let exact = copied(&data.y, [3, 10], 0.0, &key).unwrap();
        assert_eq!((exact.mask.kept(), exact.information), (15, 12.0 * LN_2));
        for (j, y) in data.y.iter().enumerate() {
            assert!(exact.mask.keeps(2 * j + usize::from(*y > 0.0)));
        }
        let blind = |labels: &[f64]| copied(labels, [3, 10], 0.5, &key).unwrap();
        assert!(blind(&data.y).information.abs() < 1e-12 && blind(&data.y).mask.kept() == 15);
        assert!(copied(&data.y, [3, 10], 0.6, &key).is_err());
        // More labels than pairs: as many as there are pairs.
        assert_eq!(copied(&data.y, [1, 10], 0.0, &key).unwrap().information, 5.0 * LN_2);
    }

    #[test]
    fn the_strongest_coordinates_are_a_uniform_set() {
        let mut counts = [0u32; 6];
        for replica in 0..600 {
            let data = RandomLabels::draw(8, 4, &Key::root("strongest").replica(replica));
            let Informed { mask, information } = strongest(&data, 3);
            assert_eq!((mask.kept(), information.exp().round()), (6, 6.0));
            let kept: Vec<usize> = (0..4).filter(|l| mask.keeps(4 + l)).collect();
            let pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
            counts[pairs.iter().position(|pair| kept == pair).unwrap()] += 1;
        }
        // 100 +- 9 each.
        assert!(counts.iter().all(|count| (55..145).contains(count)), "{counts:?}");
    }
}
