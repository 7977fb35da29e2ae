//! A whole target network of l layers as a random network of 2l layers that is only pruned (Pensia et al., arXiv 2006.07990,
//! Theorem 1).
//!
//! Every target layer becomes a pair of layers with a block of 2n units per input coordinate. After a ReLU nothing is
//! negative: from the second target layer on, only the positive half of every gadget is needed.

use super::layer::{Approximation, Construction, Pruned, build};
use super::target::Target;
use crate::key::Key;
use crate::mask::Mask;
use crate::network::mlp::{Activation, Layer, Mlp};
use crate::stop::Stop;

/// A strong ticket: a random network, what is kept of it, and how far each target layer is from what it became.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    /// The random network, before pruning; weights are drawn and never changed.
    pub network: Mlp<f64>,
    /// One mask per layer. The masked network is the approximation.
    pub masks: Vec<Mask>,
    /// What each target layer became.
    pub layers: Vec<Approximation>,
}

impl Ticket {
    /// Weights of the random network.
    pub fn candidates(&self) -> usize {
        self.masks.iter().map(Mask::len).sum()
    }

    /// Weights that are kept.
    pub fn kept(&self) -> usize {
        self.masks.iter().map(Mask::kept).sum()
    }

    /// The network with its pruned weights set to 0.
    pub fn masked(&self) -> Mlp<f64> {
        prune(&self.network, &self.masks)
    }
}

/// A network without biases with its pruned weights set to 0.
pub(super) fn prune(network: &Mlp<f64>, masks: &[Mask]) -> Mlp<f64> {
    let layer = |(layer, mask): (&Layer<f64>, &Mask)| {
        let mut w = layer.w.clone();
        w.iter_mut().enumerate().filter(|(at, _)| !mask.keeps(*at)).for_each(|(_, w)| *w = 0.0);
        Layer { w, b: None }
    };
    Mlp { layers: network.layers.iter().zip(masks).map(layer).collect(), activation: network.activation }
}

/// Widths of the random network for a target of these widths: between each two of them stands a hidden layer of 2n units per
/// coordinate.
pub fn widths(target: &[usize], n: usize) -> Vec<usize> {
    let hidden = target.windows(2).flat_map(|pair| [2 * n * pair[0], pair[1]]);
    std::iter::once(target[0]).chain(hidden).collect()
}

/// Draws the random network from `key` and prunes it to `target`. `None` if stopped.
pub fn construct(target: &Target, how: &Construction, key: &Key, stop: &Stop) -> Option<Ticket> {
    let (mut layers, mut masks, mut approximations) = (Vec::new(), Vec::new(), Vec::new());
    for (before, w) in target.layers().iter().enumerate() {
        let (pair, approximation) = build(w, before == 0, 2 * before + 1, how, key, stop)?;
        for Pruned { w, mask } in pair {
            layers.push(Layer { w, b: None });
            masks.push(mask);
        }
        approximations.push(approximation);
    }
    Some(Ticket { network: Mlp { layers, activation: Activation::Relu }, masks, layers: approximations })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::subset_sum::SampleLaw;
    use crate::ticket::Variant;
    use ndarray::Array2;

    pub(in crate::ticket) fn target(widths: &[usize], key: &str) -> Target {
        Target::normalised(widths, &Key::root(key))
    }

    pub(in crate::ticket) fn built(target: &Target, n: usize, variant: Variant, key: &str) -> Ticket {
        let how = Construction { n, variant, law: SampleLaw::Uniform };
        construct(target, &how, &Key::root(key), &Stop::new()).unwrap()
    }

    #[test]
    fn the_masked_network_has_the_weights_that_its_layers_say() {
        let target = target(&[3, 4, 2], "masked");
        for variant in Variant::ALL {
            let ticket = built(&target, 9, variant, "masked");
            assert_eq!(ticket.network.widths(), widths(&[3, 4, 2], 9));
            assert_eq!(ticket.network.widths(), [3, 54, 4, 72, 2]);
            assert_eq!(
                (ticket.candidates(), ticket.kept()),
                (ticket.masks.iter().map(|m| m.len()).sum(), {
                    ticket.masked().layers.iter().flat_map(|layer| layer.w.iter()).filter(|w| **w != 0.0).count()
                })
            );
            // An axis as input shows one column of each first half: through the first pair of layers only.
            let first = Mlp { layers: ticket.masked().layers[..2].to_vec(), activation: Activation::Relu };
            for (half, sign) in ticket.layers[0].halves().zip([1.0, -1.0]) {
                let outputs = first.outputs(&(sign * Array2::eye(3))).unwrap();
                let expected = sign * (&target.layers()[0] + &half.residual);
                assert!((&outputs - &expected).iter().all(|d| d.abs() < 1e-14), "{outputs} {expected}");
            }
            assert!(ticket.layers[1].negative.is_none());
        }
    }

    #[test]
    fn a_wider_network_keeps_the_weights_of_a_narrower_one() {
        let target = target(&[2, 3], "nested");
        let (small, large) = (built(&target, 3, Variant::Strict, "n"), built(&target, 5, Variant::Strict, "n"));
        for j in 0..2 {
            for (unit, wide) in [(0, 0), (2, 2), (3, 5), (5, 7)] {
                let row = |ticket: &Ticket, units: usize, unit: usize| {
                    ticket.network.layers[0].w.row(j * units + unit).to_vec()
                };
                assert_eq!(row(&small, 6, unit), row(&large, 10, wide));
                let column = |ticket: &Ticket, units: usize, unit: usize| {
                    ticket.network.layers[1].w.column(j * units + unit).to_vec()
                };
                assert_eq!(column(&small, 6, unit), column(&large, 10, wide));
            }
        }
    }

    #[test]
    fn only_units_of_the_right_sign_and_the_own_coordinate_are_kept() {
        let target = target(&[3, 2], "signs");
        let ticket = built(&target, 6, Variant::Strict, "signs");
        let (w, mask) = (&ticket.network.layers[0].w, &ticket.masks[0]);
        for at in mask.indices() {
            let (row, column) = (at / 3, at % 3);
            assert_eq!(row / 12, column);
            assert_eq!(w[[row, column]] > 0.0, row % 12 < 6);
        }
    }

    #[test]
    fn a_request_to_stop_is_heard() {
        let stop = Stop::new();
        stop.request();
        let how = Construction { n: 4, variant: Variant::Adaptive, law: SampleLaw::Uniform };
        assert!(construct(&target(&[2, 2], "stop"), &how, &Key::root("stop"), &stop).is_none());
    }
}
