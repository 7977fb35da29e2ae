//! A target network of L layers as a random network of L + 1 layers that is only pruned (Burkholz, arXiv 2205.02321).
//!
//! Only the first target layer takes a gadget of two layers. Every neuron is built in r copies, each with subset sums of its
//! own; a weight of a later layer is a subset of the r plain weights from the copies of its input neuron. The copies of a
//! neuron differ by their errors, which the next layer passes on: |m_c| e_c for every kept weight m_c.

use super::gadget::{MOST_LIVE, Solver};
use super::layer::{Construction, Pruned, build};
use super::network::prune;
use super::target::Target;
use crate::key::Key;
use crate::mask::Mask;
use crate::network::mlp::{Activation, Layer, Mlp};
use crate::rounding::{norm_above, up};
use crate::stop::Stop;
use ndarray::{Array2, ArrayView1};

/// A ticket of depth L + 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Deeper {
    /// The random network, before pruning.
    pub network: Mlp<f64>,
    /// One mask per layer.
    pub masks: Vec<Mask>,
    /// |target - masked network| is at most this on the unit ball.
    pub upper: f64,
}

impl Deeper {
    /// The network with its pruned weights set to 0.
    pub fn masked(&self) -> Mlp<f64> {
        prune(&self.network, &self.masks)
    }
}

/// Draws the random network from `key` and prunes it to `target`: `how.n` copies of every hidden neuron, and gadgets of half
/// as many again in the first layer, since sums of products have less range than those of plain weights. `None` if stopped.
pub fn construct_deeper(target: &Target, how: &Construction, key: &Key, stop: &Stop) -> Option<Deeper> {
    let copies = |at: usize| if at + 1 < target.depth() { how.n } else { 1 };
    let (w, gadgets) = (&target.layers()[0], Construction { n: (3 * how.n).div_ceil(2), ..*how });
    let (pair, approximation) = build(&repeated(w, copies(0)), true, 1, &gadgets, key, stop)?;
    // Of every copy, and the length of the target's activations.
    let mut errors: Vec<f64> = approximation.error().rows().into_iter().map(norm_of).collect();
    let mut length = target.norms()[0].spectral;
    let mut pruned: Vec<Pruned> = pair.into();
    for (at, w) in target.layers().iter().enumerate().skip(1) {
        let (layer, next) =
            plain(w, [copies(at), how.n], &errors, length, how, &key.child(&format!("w{}", at + 2)), stop)?;
        pruned.push(layer);
        errors = next;
        length = up(length * target.norms()[at].spectral, 1);
    }
    let (layers, masks) = pruned.into_iter().map(|Pruned { w, mask }| (Layer { w, b: None }, mask)).unzip();
    Some(Deeper { network: Mlp { layers, activation: Activation::Relu }, masks, upper: norm_above(&errors) })
}

/// Every row `copies` times.
fn repeated(w: &Array2<f64>, copies: usize) -> Array2<f64> {
    Array2::from_shape_fn((w.nrows() * copies, w.ncols()), |(row, j)| w[[row / copies, j]])
}

fn norm_of(row: ArrayView1<'_, f64>) -> f64 {
    norm_above(&row)
}

/// One later layer: weights from copies to copies, their mask, and the errors of the new copies given those of the old ones.
fn plain(
    w: &Array2<f64>,
    [copies_out, copies_in]: [usize; 2],
    errors: &[f64],
    length: f64,
    how: &Construction,
    key: &Key,
    stop: &Stop,
) -> Option<(Pruned, Vec<f64>)> {
    let (rows, inputs) = (w.nrows() * copies_out, w.ncols() * copies_in);
    let weights = Array2::from_shape_vec((rows, inputs), how.law.draw(rows * inputs, key)).expect("one per entry");
    let (mut kept, mut reached, mut solver) = (Vec::new(), Vec::new(), Solver::default());
    for row in 0..rows {
        let (mut own, mut passed) = (Vec::new(), 0.0);
        for j in 0..w.ncols() {
            if stop.requested() {
                return None;
            }
            let first = j * copies_in;
            let pairs: Vec<(f64, f64)> =
                (0..copies_in.min(MOST_LIVE)).map(|c| (1.0, weights[[row, first + c]])).collect();
            let half = solver.closest(&pairs, w[[row / copies_out, j]]);
            own.push(half.error);
            for c in (0..pairs.len()).filter(|c| half.kept >> c & 1 == 1) {
                kept.push(row * inputs + first + c);
                passed += pairs[c].1.abs() * errors[first + c];
            }
        }
        reached.push(up(norm_above(&own) * length + passed, 3 + 2 * inputs));
    }
    let mask = Mask::from_indices(&[rows, inputs], kept);
    Some((Pruned { w: weights, mask }, reached))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::init::InitLaw;
    use crate::subset_sum::SampleLaw;
    use crate::ticket::Variant;
    use ndarray::Axis;

    #[test]
    fn the_masked_network_is_within_its_bound_and_one_layer_deeper() {
        for widths in [&[4, 3][..], &[4, 3, 2], &[3, 4, 3, 1]] {
            let target = Target::normalised(widths, &Key::root("deeper"));
            let how = Construction { n: 12, variant: Variant::Adaptive, law: SampleLaw::Uniform };
            let deeper = construct_deeper(&target, &how, &Key::root("deeper"), &Stop::new()).unwrap();
            assert_eq!(deeper.network.layers.len(), target.depth() + 1);
            let layers = target.layers().iter().map(|w| Layer { w: w.clone(), b: None }).collect();
            let plain = Mlp { layers, activation: Activation::Relu };
            let mut x = InitLaw::Normal.draw((500, widths[0]), 1.0, &Key::root("points"));
            x.rows_mut().into_iter().for_each(|mut x| x /= x.dot(&x).sqrt());
            let d = deeper.masked().outputs(&x).unwrap() - plain.outputs(&x).unwrap();
            let largest = d.axis_iter(Axis(1)).map(|d| d.dot(&d).sqrt()).fold(0.0, f64::max);
            assert!(largest <= deeper.upper && largest > deeper.upper / 200.0, "{largest} {}", deeper.upper);
        }
    }
}
