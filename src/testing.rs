//! For library users: check a bound of your own, and test it on random networks.
//!
//! * [`check_claim`]: the verdict on a claim, with the guards and levels of `prunelaw verify`, in memory
//! * [`keys`], [`keep_fractions`], [`patch_laws`], [`masks`], [`patch_nets`], [`mlps`]: strategies for proptest, which
//!   shrink to few classes, neurons, coordinates and samples
//! * [`cases`]: all of it together: a network with its mask and data
//!
//! `examples/own_bound` is a whole crate that does both.

use crate::engine::data::patches::{Labels, NoiseLaw, PatchLaw, PatchSample, SignalLaw};
use crate::engine::effort::Effort;
use crate::engine::fraction::KeepFraction;
use crate::engine::key::Key;
use crate::engine::mask::Mask;
use crate::engine::network::init::InitLaw;
use crate::engine::network::mlp::{Activation, Mlp};
use crate::engine::network::patch::{Outer, PatchNet};
use crate::theorems::Claim;
use crate::verify::{self, Ask, InMemory, Report, VerifyError};
use proptest::prelude::*;
use std::ops::RangeInclusive;

/// The verdict on one claim, drawn in memory with key 0: nothing is read or written.
///
/// `alpha` bounds the chance of a false `violated`, and likewise of a false `holds`, if chance enters at all.
///
/// # Errors
/// [`VerifyError`]: a level outside (0, 1), or settings that the claim's own schema refuses.
pub fn check_claim(claim: &dyn Claim, effort: Effort, alpha: f64) -> Result<Report, VerifyError> {
    let ask = Ask { effort, alpha, key: "0".to_owned(), sabotage: false };
    let mut reports = verify::run(&[claim], &ask, &InMemory)?;
    Ok(reports.remove(0))
}

/// Keys.
pub fn keys() -> impl Strategy<Value = Key> {
    any::<u32>().prop_map(|root| Key::root(&root.to_string()))
}

/// Keep fractions from 0 to 1, both included; shrinks to 0.
pub fn keep_fractions() -> impl Strategy<Value = KeepFraction> {
    let percent = prop_oneof![Just(0_u32), Just(10_000), 0..=10_000_u32];
    percent.prop_map(|p| KeepFraction::new(f64::from(p) / 1e4).expect("in [0, 1]"))
}

/// Masks of one shape: Bernoulli with any keep fraction, the empty and the full one included.
pub fn masks(shape: Vec<usize>) -> impl Strategy<Value = Mask> {
    (keep_fractions(), keys()).prop_map(move |(keep, key)| Mask::bernoulli(&shape, keep, &key))
}

/// Two-patch laws with 2 to 4 classes and at most `dimension` coordinates; shrinks to strong signals on a basis.
pub fn patch_laws(dimension: usize) -> impl Strategy<Value = PatchLaw> {
    let sizes = (2..=4_usize.min(dimension.max(2))).prop_flat_map(move |k| (Just(k), k..=dimension.max(k)));
    let strengths = (0.1..3.0_f64, 0.0..2.0_f64);
    let signal = prop_oneof![Just(SignalLaw::Basis), Just(SignalLaw::Rotated)];
    let noise = prop_oneof![Just(NoiseLaw::Full), Just(NoiseLaw::Orthogonal)];
    (sizes, strengths, signal, noise).prop_map(|((classes, dimension), (signal, noise), signal_law, noise_law)| {
        PatchLaw { classes, dimension, signal, noise, signal_law, noise_law }
    })
}

/// Patch networks of K heads of 1 to `neurons` neurons in d dimensions, q from 1 to 4, normal weights of any scale.
pub fn patch_nets(classes: usize, neurons: usize, dimension: usize) -> impl Strategy<Value = PatchNet<f64>> {
    let power = prop_oneof![Just(1.0), Just(2.0), Just(3.0), 1.0..4.0_f64];
    let outer = prop_oneof![Just(Outer::Ones), Just(Outer::Trained)];
    (1..=neurons.max(1), 0.01..2.0_f64, power, outer, keys()).prop_map(move |(neurons, scale, power, outer, key)| {
        PatchNet::normal((classes, neurons, dimension), scale, power, outer, &key)
    })
}

/// MLPs with a number of layers from `layers`, 1 to `width` units each, any activation, with and without bias.
pub fn mlps(layers: RangeInclusive<usize>, width: usize) -> impl Strategy<Value = Mlp<f64>> {
    let first = (*layers.start()).max(1);
    let widths = proptest::collection::vec(1..=width.max(1), first + 1..=(*layers.end()).max(first) + 1);
    let activation = prop_oneof![Just(Activation::Relu), Just(Activation::Linear), Just(Activation::Tanh)];
    (widths, activation, any::<bool>(), keys())
        .prop_map(|(widths, activation, bias, key)| Mlp::draw(&widths, activation, bias, InitLaw::HeNormal, 1.0, &key))
}

/// A masked patch network with the data that its law drew.
#[derive(Clone, Debug)]
pub struct Case {
    /// The law of the data.
    pub law: PatchLaw,
    /// Samples of it.
    pub sample: PatchSample,
    /// The network, not masked.
    pub net: PatchNet<f64>,
    /// Its mask, (K, m, d).
    pub mask: Mask,
}

/// Masked patch networks with data that fit: at most `neurons` per head, `dimension` coordinates, `samples` samples.
pub fn cases(neurons: usize, dimension: usize, samples: usize) -> impl Strategy<Value = Case> {
    let net = move |law: PatchLaw| (patch_nets(law.classes, neurons, law.dimension), Just(law));
    let drawn = (patch_laws(dimension).prop_flat_map(net), 1..=samples.max(1), keep_fractions(), keys());
    drawn.prop_map(|((net, law), samples, keep, key)| {
        let sample = law.sample(&law.signals(&key.child("signals")), samples, Labels::Balanced, &key.child("data"));
        let (classes, neurons, dimension) = net.w.dim();
        let mask = Mask::bernoulli(&[classes, neurons, dimension], keep, &key.child("mask"));
        Case { law, sample, net, mask }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    #[test]
    fn a_case_shrinks_to_the_smallest_sizes() {
        let mut tree = cases(5, 12, 7).new_tree(&mut TestRunner::deterministic()).unwrap();
        while tree.simplify() {}
        let Case { law, sample, net, mask } = tree.current();
        assert_eq!((law.classes, law.dimension, sample.len(), net.w.dim()), (2, 2, 1, (2, 1, 2)));
        assert_eq!((mask.shape(), mask.kept()), (&[2, 1, 2][..], 0));
    }

    proptest! {
        #[test]
        fn the_parts_of_a_case_fit(case in cases(4, 9, 5)) {
            let (classes, neurons, dimension) = case.net.w.dim();
            prop_assert_eq!(case.mask.shape(), &[classes, neurons, dimension][..]);
            prop_assert_eq!(case.sample.noise.ncols(), dimension);
            prop_assert!(case.sample.labels.iter().all(|label| *label < classes));
        }

        #[test]
        fn mlps_have_the_layers_asked_for(net in mlps(2..=3, 6)) {
            prop_assert!((3..=4).contains(&net.widths().len()));
        }
    }
}
