//! Which data sets an untrained network fits if it is only pruned, by going through all 2^21 masks.
//!
//! The output is a sum over hidden units, and a unit has 2^5 masks. So the signs at the eight points of all networks with the
//! masks of two units are joined with those of the two others, and kept apart by the number of kept parameters.

use super::PARAMETERS;
use super::data::{DATASETS, LABELLINGS, POINTS, dataset, members, point, subsets};
use super::descent::Kept;
use super::net::{B, C, HIDDEN, Theta, V, fits, masked};

/// Masks of one hidden unit: three inputs, its bias, its output.
const UNIT_MASKS: usize = 32;

/// Outputs of part of a network at the eight points, and how many parameters it keeps.
#[derive(Clone, Copy, PartialEq)]
struct Part {
    at: [f64; 8],
    kept: usize,
}

/// For every number of kept parameters, 0 to 21, how many of the 1792 data sets some mask of that size fits.
pub fn fitted_by_some_mask(theta: &Theta) -> [usize; PARAMETERS + 1] {
    let signs = signs_by_size(theta);
    std::array::from_fn(|kept| fitted(&signs[kept]).iter().filter(|fits| **fits).count())
}

/// How many data sets one mask fits without training, the same for all of them.
pub fn fitted_by_one_mask(theta: &Theta, kept: Kept) -> usize {
    let masked = masked(theta, kept);
    (0..DATASETS).filter(|index| fits(&masked, &dataset(*index))).count()
}

/// The sign patterns of all masks, by size: bit i of the low byte is f > 0 at point i, of the high byte f < 0; each once.
fn signs_by_size(theta: &Theta) -> Vec<Vec<u16>> {
    let units: Vec<Vec<Part>> = (0..HIDDEN).map(|j| unit(theta, j)).collect();
    let (first, second) = (pairs(&units[0], &units[1]), pairs(&units[2], &units[3]));
    let mut seen = vec![vec![false; 1 << 16]; PARAMETERS + 1];
    for (shift, more) in [(0.0, 0), (theta[C], 1)] {
        for a in &first {
            let shifted = a.at.map(|f| f + shift);
            for b in &second {
                let mut word = 0_u16;
                for i in 0..8 {
                    let f = shifted[i] + b.at[i];
                    word |= u16::from(f > 0.0) << i | u16::from(f < 0.0) << (8 + i);
                }
                seen[a.kept + b.kept + more][usize::from(word)] = true;
            }
        }
    }
    let words = |seen: Vec<bool>| (0..=u16::MAX).filter(|word| seen[usize::from(*word)]).collect();
    seen.into_iter().map(words).collect()
}

/// All masks of hidden unit j, those once that keep as many parameters for the same outputs: without its output weight, say,
/// a unit is silent whatever else it keeps.
fn unit(theta: &Theta, j: usize) -> Vec<Part> {
    let of = |mask: usize| {
        let keeps = |bit: usize, value: f64| if mask >> bit & 1 == 1 { value } else { 0.0 };
        let at = |index: usize| {
            let x = point(index);
            let sum: f64 = (0..3).map(|i| keeps(i, theta[3 * j + i]) * x[i]).sum();
            keeps(4, theta[V + j]) * (sum + keeps(3, theta[B + j])).max(0.0)
        };
        Part { at: std::array::from_fn(at), kept: mask.count_ones() as usize }
    };
    let mut parts: Vec<Part> = Vec::with_capacity(UNIT_MASKS);
    for part in (0..UNIT_MASKS).map(of) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

fn pairs(a: &[Part], b: &[Part]) -> Vec<Part> {
    let join = |a: &Part, b: &Part| Part { at: std::array::from_fn(|i| a.at[i] + b.at[i]), kept: a.kept + b.kept };
    a.iter().flat_map(|a| b.iter().map(move |b| join(a, b))).collect()
}

/// Which data sets have their labels among these sign patterns.
fn fitted(signs: &[u16]) -> Vec<bool> {
    let mut fits = vec![false; DATASETS];
    for (subset, bits) in subsets().into_iter().enumerate() {
        let inside = members(bits);
        for word in signs {
            // Both signs are missing where the output is 0.
            if (word | word >> 8) as u8 & bits == bits {
                let labels: usize = (0..POINTS).map(|s| usize::from(word >> inside[s] & 1) << s).sum();
                fits[subset * LABELLINGS + labels] = true;
            }
        }
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enumerated::net::initial;
    use crate::key::Key;

    #[test]
    fn nothing_fits_without_parameters_and_the_whole_network_fits_what_it_says() {
        let theta = initial(&Key::root("tickets"));
        let fitted = fitted_by_some_mask(&theta);
        assert_eq!(fitted[0], 0);
        // One mask says one thing at every subset of points.
        assert_eq!((fitted[PARAMETERS], fitted_by_one_mask(&theta, (1 << PARAMETERS) - 1)), (28, 28));
        assert!(fitted[10] > 28 * 8, "{fitted:?}");
    }

    #[test]
    fn small_masks_agree_with_a_plain_search() {
        let theta = initial(&Key::root("plain"));
        for size in [1, 2, 3] {
            let mut plain = vec![false; DATASETS];
            for mask in (0_u32..1 << PARAMETERS).filter(|mask| mask.count_ones() == size) {
                let masked = masked(&theta, mask);
                // A data set is asked only if the masked network has a sign everywhere.
                (0..DATASETS).step_by(7).for_each(|index| plain[index] |= fits(&masked, &dataset(index)));
            }
            let fast = fitted(&signs_by_size(&theta)[size as usize]);
            assert!((0..DATASETS).step_by(7).all(|index| plain[index] == fast[index]), "{size}");
        }
    }
}
