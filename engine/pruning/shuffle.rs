//! Controls: masks with the same counts, at other places. What a rule knows beyond counts, a shuffle destroys.

use crate::key::Key;
use crate::mask::Mask;
use rand::seq::SliceRandom;

/// Every layer's mask with its entries in a uniformly random order: the counts of the layers stay.
pub fn within_layers(masks: &[Mask], key: &Key) -> Vec<Mask> {
    let layer = |(at, mask): (usize, &Mask)| {
        let mut entries = entries(mask);
        entries.shuffle(&mut key.child(&format!("layer {}", at + 1)).rng());
        Mask::from_fn(mask.shape(), |i| entries[i])
    };
    masks.iter().enumerate().map(layer).collect()
}

/// The entries of all layers together in a uniformly random order: only the total stays.
pub fn over_the_network(masks: &[Mask], key: &Key) -> Vec<Mask> {
    let mut all: Vec<bool> = masks.iter().flat_map(entries).collect();
    all.shuffle(&mut key.rng());
    let mut first = 0;
    let layer = |mask: &Mask| {
        let entries = &all[first..first + mask.len()];
        first += mask.len();
        Mask::from_fn(mask.shape(), |i| entries[i])
    };
    masks.iter().map(layer).collect()
}

/// Every neuron's inputs in a uniformly random order: the fan-in of each neuron stays.
pub fn within_neurons(masks: &[Mask], key: &Key) -> Vec<Mask> {
    let layer = |(at, mask): (usize, &Mask)| {
        let mut entries = entries(mask);
        let mut rng = key.child(&format!("layer {}", at + 1)).rng();
        let inputs = mask.shape().last().copied().unwrap_or(0).max(1);
        entries.chunks_mut(inputs).for_each(|neuron| neuron.shuffle(&mut rng));
        Mask::from_fn(mask.shape(), |i| entries[i])
    };
    masks.iter().enumerate().map(layer).collect()
}

fn entries(mask: &Mask) -> Vec<bool> {
    (0..mask.len()).map(|at| mask.keeps(at)).collect()
}
