//! Neuron-wise masks: whole neurons are kept or removed.

use super::Mask;
use super::random::smallest;
use crate::fraction::KeepFraction;
use crate::key::Key;

impl Mask {
    /// Keeps exactly round(p M), halves up, of the M neurons of a weight array whose last axis is a neuron's input.
    ///
    /// Shape (K, m, d) has M = K m neurons. The supports of all p are nested.
    pub fn neurons(shape: &[usize], keep: KeepFraction, key: &Key) -> Mask {
        let inputs = shape.last().copied().unwrap_or(1);
        let kept = kept_neurons(shape.iter().take(shape.len().saturating_sub(1)).product(), keep, key);
        Mask::from_fn(shape, |i| kept[i / inputs])
    }

    /// One mask per layer of an MLP with these widths, input and output included: each hidden layer keeps exactly
    /// round(p m), halves up, of its m neurons; a removed neuron loses its incoming and its outgoing weights.
    pub fn hidden_neurons(widths: &[usize], keep: KeepFraction, key: &Key) -> Vec<Mask> {
        let layers = widths.len().saturating_sub(1);
        let kept: Vec<Vec<bool>> = widths
            .iter()
            .enumerate()
            .map(|(at, &width)| match at {
                _ if at == 0 || at == layers => vec![true; width],
                _ => kept_neurons(width, keep, &key.child(&format!("layer {at}"))),
            })
            .collect();
        let layer = |at: usize| {
            let (from, to) = (&kept[at], &kept[at + 1]);
            Mask::from_fn(&[to.len(), from.len()], |i| to[i / from.len()] && from[i % from.len()])
        };
        (0..layers).map(layer).collect()
    }
}

fn kept_neurons(neurons: usize, keep: KeepFraction, key: &Key) -> Vec<bool> {
    let mut kept = vec![false; neurons];
    smallest(neurons, keep.count_of(neurons), key).into_iter().for_each(|neuron| kept[neuron] = true);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(p: f64) -> KeepFraction {
        KeepFraction::new(p).unwrap()
    }

    #[test]
    fn a_neuron_keeps_all_of_its_inputs_or_none() {
        let mask = Mask::neurons(&[4, 5, 7], keep(0.33), &Key::root("rows"));
        let rows: Vec<usize> = (0..20).map(|row| (0..7).filter(|i| mask.keeps(7 * row + i)).count()).collect();
        assert!(rows.iter().all(|&kept| kept == 0 || kept == 7));
        assert_eq!(rows.iter().filter(|&&kept| kept == 7).count(), 7); // 0.33 * 20 = 6.6
    }

    #[test]
    fn a_removed_hidden_neuron_loses_both_sides() {
        let masks = Mask::hidden_neurons(&[6, 8, 10, 3], keep(0.5), &Key::root("sides"));
        let kept: Vec<usize> = masks.iter().map(Mask::kept).collect();
        assert_eq!(kept, [6 * 4, 4 * 5, 5 * 3]);
        for (before, after) in masks.iter().zip(&masks[1..]) {
            let (before, after) = (before.to_array(), after.to_array());
            for neuron in 0..before.shape()[0] {
                let alive = before.index_axis(ndarray::Axis(0), neuron).iter().any(|&kept| kept);
                assert_eq!(after.index_axis(ndarray::Axis(1), neuron).iter().any(|&kept| kept), alive);
            }
        }
    }

    #[test]
    fn supports_nest_in_p() {
        let key = Key::root("nest");
        for (few, more) in [(0.1, 0.4), (0.4, 0.9), (0.9, 1.0)] {
            let (few, more) = (keep(few), keep(more));
            let (a, b) = (Mask::neurons(&[3, 9, 4], few, &key), Mask::neurons(&[3, 9, 4], more, &key));
            assert_eq!(a.intersection(&b).unwrap(), a);
            let widths = [5, 20, 30, 2];
            let pairs =
                Mask::hidden_neurons(&widths, few, &key).into_iter().zip(Mask::hidden_neurons(&widths, more, &key));
            pairs.for_each(|(a, b)| assert_eq!(a.intersection(&b).unwrap(), a));
        }
    }
}
