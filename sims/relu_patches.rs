//! A ReLU network with one hidden layer on two patches with a signed signal: the network of the paper's own synthetic
//! experiment (arXiv 2301.00335, sec. 5.1), in all the forms that its text allows.
//!
//! x = [y mu e_1, xi], y = +-1, xi ~ N(0, sigma_n^2 I_d), and F(x) = sum_r a_r (s(<w_r, x_1>) + s(<w_r, x_2>)) with
//! shared weights, or sum_r a_r s(<w_r, x>) with one input of all coordinates; s is the ReLU, the loss log(1 + exp(-y
//! F)).

use crate::Cost;
use ndarray::{Array2, Axis, concatenate};
use prunelaw_engine::data::patches::{Labels, NoiseLaw, PatchLaw, SignalLaw};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::patch::{Outer, PatchBank, PatchNet, PatchObjective};
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::Settings;
use prunelaw_engine::stop::Stop;
use prunelaw_engine::training::{Evaluation, Loss, Optimizer, Outcome, Recipe, Schedule, Targets, Trained, train};

/// What becomes of the outer weights a_r.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OuterLayer {
    /// Drawn like the hidden weights, trained, and pruned entry by entry.
    Pruned,
    /// The same, all of them kept.
    Trained,
    /// Half of them fixed to +1, half to -1.
    Signs,
}

/// One cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReluCell {
    pub(crate) law: PatchLaw,
    pub(crate) samples: usize,
    test_samples: usize,
    pub(crate) neurons: usize,
    /// One input of all coordinates in the place of two patches with shared weights.
    joined: bool,
    outer: OuterLayer,
    pub(crate) init_scale: f64,
    pub(crate) keep: KeepFraction,
    /// Of the loss as it is reduced.
    pub(crate) rate: f64,
    /// Whether the loss is summed over samples, not averaged.
    summed: bool,
    pub(crate) steps: usize,
    target_loss: f64,
}

impl ReluCell {
    /// Reads the fields of a cell.
    pub(crate) fn read(cell: &Settings) -> ReluCell {
        let law = PatchLaw {
            classes: 2,
            dimension: cell.count("dimension"),
            signal: cell.real("signal"),
            noise: cell.real("noise"),
            signal_law: SignalLaw::Basis,
            noise_law: NoiseLaw::Full,
        };
        ReluCell {
            law,
            samples: cell.count("samples"),
            test_samples: cell.count("test_samples"),
            neurons: cell.count("neurons"),
            joined: cell.text("input") == "joined",
            outer: match cell.text("outer") {
                "pruned" => OuterLayer::Pruned,
                "trained" => OuterLayer::Trained,
                _ => OuterLayer::Signs,
            },
            init_scale: cell.real("init_scale"),
            keep: KeepFraction::new(cell.real("keep")).expect("the vocabulary keeps keep in [0, 1]"),
            rate: cell.real("rate"),
            summed: cell.text("reduction") == "sum",
            steps: cell.count("steps"),
            target_loss: cell.real("target_loss"),
        }
    }

    /// Full-batch descent on the mean loss, which is the summed one at n times the rate.
    fn recipe(&self) -> Recipe {
        Recipe {
            optimizer: Optimizer::Gd,
            rate: if self.summed { self.rate * self.samples as f64 } else { self.rate },
            schedule: Schedule::Constant,
            steps: self.steps as u64,
            target_loss: self.target_loss,
        }
    }

    /// (heads, neurons per head, coordinates) as a patch network.
    ///
    /// Fixed signs are two heads of ones: the cross-entropy of (F_-, F_+) is the logistic loss of F_+ - F_-. Of the 2d
    /// coordinates of a joined input only d + 1 are ever other than 0; weights on the others do nothing and are left
    /// out.
    fn shape(&self) -> (usize, usize, usize) {
        let heads = if self.outer == OuterLayer::Signs { 2 } else { 1 };
        (heads, self.neurons / heads, self.law.dimension + usize::from(self.joined))
    }

    /// A sample as patches, and its labels: 1 for y = +1, 0 for y = -1.
    fn draw(&self, n: usize, key: &Key) -> (PatchBank, Vec<usize>) {
        let sample = self.law.sample(&self.law.signals(key), n, Labels::Balanced, key);
        let signed = |label: &usize| if *label == 1 { self.law.signal } else { -self.law.signal };
        let bank = if self.joined {
            let signals = Array2::from_shape_fn((n, 1), |(i, _)| signed(&sample.labels[i]));
            let both = concatenate(Axis(1), &[signals.view(), sample.noise.view()]).expect("both have n rows");
            // The other patch is empty.
            PatchBank::new(both, vec![(0, 0.0)], (0..n).map(|i| [i, n]).collect())
        } else {
            let hot = vec![(0, signed(&0)), (0, signed(&1))];
            let pairs = sample.labels.iter().enumerate().map(|(i, label)| [i, n + label]).collect();
            PatchBank::new(sample.noise, hot, pairs)
        };
        (bank, sample.labels)
    }

    /// The mask of the hidden weights, and how many weights are kept in all.
    ///
    /// A pruned outer weight is 0 for good and its neuron without effect or gradient, which is what a neuron without
    /// weights is too: its hidden weights are masked instead, and counted where their own mask keeps them.
    fn mask(&self, key: &Key) -> (Mask, usize) {
        let (heads, neurons, dimension) = self.shape();
        let shape = [heads, neurons, dimension];
        let hidden = Mask::bernoulli(&shape, self.keep, &key.child("hidden"));
        let kept = hidden.kept();
        match self.outer {
            OuterLayer::Signs => (hidden, kept),
            OuterLayer::Trained => (hidden, kept + self.neurons),
            OuterLayer::Pruned => {
                let outer = Mask::bernoulli(&[self.neurons], self.keep, &key.child("outer"));
                let both = Mask::from_fn(&shape, |at| hidden.keeps(at) && outer.keeps(at / dimension));
                (both, kept + outer.kept())
            }
        }
    }

    /// What one replica is expected to cost, in operations of the dense f32 kernel.
    pub(crate) fn cost(&self, precision: &str) -> Cost {
        let real = if precision == "f32" { 4.0 } else { 8.0 };
        let (heads, neurons, dimension) = self.shape();
        let weights = (heads * neurons * dimension) as f64;
        let (train, test) = (self.samples as f64 + 2.0, self.test_samples as f64);
        // As for the other patch networks: a gathered product costs about as much as 2.5 dense ones.
        let product = real / 4.0 * if self.keep == KeepFraction::DENSE { 1.0 } else { 2.5 };
        let alive = (weights * self.keep.get()).max(1.0);
        Cost {
            flops: product * (4.0 * self.steps as f64 * train + 2.0 * test) * alive,
            bytes: (5.0 * real + 8.0) * weights + (2.0 * real + 24.0) * (train + test) * dimension as f64,
        }
    }

    /// Draws, trains and tests one replica. `None` if `stop` was raised.
    pub(crate) fn run<R: Real>(&self, key: &Key, stop: &Stop) -> Option<ReluRun> {
        let (outer, loss) = match self.outer {
            OuterLayer::Signs => (Outer::Ones, Loss::CrossEntropy),
            OuterLayer::Pruned | OuterLayer::Trained => (Outer::Trained, Loss::Logistic),
        };
        let shape = self.shape();
        let targets = |labels: &[usize]| Targets::classes(labels, shape.0).expect("labels are 0 and 1");
        let init = PatchNet::<R>::normal(shape, self.init_scale, 1.0, outer, &key.child("init"));
        let (mask, kept) = self.mask(&key.child("mask"));
        let (bank, labels) = self.draw(self.samples, &key.child("data"));
        let mut objective = PatchObjective::new(&init, Some(&mask), &bank, targets(&labels), loss)
            .expect("data, mask and network of one cell fit");
        let mut theta = objective.pack(&init);
        let trained = train(&mut objective, &mut theta, &self.recipe(), &key.child("order"), &mut (), stop)?;
        let test = if trained.outcome == Outcome::Diverged {
            Evaluation { loss: f64::NAN, accuracy: f64::NAN }
        } else {
            let (bank, labels) = self.draw(self.test_samples, &key.child("test"));
            let network = objective.unpack(&theta);
            network.evaluate(&bank, &targets(&labels), loss).expect("data and network of one cell fit")
        };
        Some(ReluRun { trained, test, kept })
    }
}

/// One trained replica.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReluRun {
    /// How training ended; the loss is the mean over samples.
    pub(crate) trained: Trained,
    /// On fresh samples; no numbers if training diverged.
    pub(crate) test: Evaluation,
    /// Weights kept, trained outer ones included.
    pub(crate) kept: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::data::{Answers, LabelledData};
    use prunelaw_engine::network::mlp::{Activation, Layer, Mlp, MlpObjective, Samples};
    use std::sync::Arc;

    fn cell(joined: bool, outer: OuterLayer, keep: f64) -> ReluCell {
        let law = PatchLaw {
            classes: 2,
            dimension: 30,
            signal: 1.5,
            noise: 0.4,
            signal_law: SignalLaw::Basis,
            noise_law: NoiseLaw::Full,
        };
        ReluCell {
            law,
            samples: 11,
            test_samples: 40,
            neurons: 12,
            joined,
            outer,
            init_scale: 0.3,
            keep: KeepFraction::new(keep).unwrap(),
            rate: 0.05,
            summed: true,
            steps: 60,
            target_loss: 0.0,
        }
    }

    // The same network as an `Mlp`, whose two layers have masks of their own.
    fn as_mlp(cell: &ReluCell, key: &Key) -> Trained {
        let (_, m, d) = cell.shape();
        let init = PatchNet::<f64>::normal((1, m, d), cell.init_scale, 1.0, Outer::Trained, &key.child("init"));
        let hidden = init.w.into_shape_with_order((m, d)).unwrap();
        let layers = [hidden, init.a.unwrap()].map(|w| Layer { w, b: None });
        let net = Mlp { layers: layers.to_vec(), activation: Activation::Relu };
        let mask = |shape: &[usize], name| Mask::bernoulli(shape, cell.keep, &key.child("mask").child(name));
        let outer = match cell.outer {
            OuterLayer::Pruned => mask(&[1, m], "outer"),
            _ => Mask::ones(&[1, m]),
        };
        let (bank, labels) = cell.draw(cell.samples, &key.child("data"));
        let x = Array2::from_shape_fn((cell.samples, d), |(i, j)| bank.vector(bank.patches(i)[0])[j]);
        let data = LabelledData { x, y: Answers::Classes(labels) };
        let samples = Arc::new(Samples::new(&data, 1, Loss::Logistic).unwrap());
        let masks = [mask(&[m, d], "hidden"), outer];
        let mut objective = MlpObjective::new(&net, Some(&masks), samples, Loss::Logistic).unwrap();
        let mut theta = objective.pack(&net);
        train(&mut objective, &mut theta, &cell.recipe(), &key.child("order"), &mut (), &Stop::new()).unwrap()
    }

    #[test]
    fn a_joined_input_trains_like_a_network_with_two_masked_layers() {
        let key = Key::root("relu patches").replica(0);
        for outer in [OuterLayer::Pruned, OuterLayer::Trained] {
            for keep in [1.0, 0.5, 0.2] {
                let cell = cell(true, outer, keep);
                let (run, twin) = (cell.run::<f64>(&key, &Stop::new()).unwrap(), as_mlp(&cell, &key));
                assert!((run.trained.last.loss - twin.last.loss).abs() < 1e-10, "{outer:?} at {keep}");
                assert!(run.trained.last.loss < 2f64.ln());
            }
        }
    }

    #[test]
    fn signs_are_the_difference_of_two_heads_under_the_logistic_loss() {
        let (cell, key) = (cell(false, OuterLayer::Signs, 0.7), Key::root("signs").replica(0));
        let (bank, labels) = cell.draw(cell.samples, &key.child("data"));
        let mask = cell.mask(&key.child("mask")).0;
        let mut net = PatchNet::<f64>::normal(cell.shape(), cell.init_scale, 1.0, Outer::Ones, &key.child("init"));
        let (_, m, d) = cell.shape();
        net.w.iter_mut().enumerate().filter(|(at, _)| !mask.keeps(*at)).for_each(|(_, w)| *w = 0.0);
        assert_eq!((m, d), (6, 30));
        let relu = |k: usize, x: &ndarray::Array1<f64>| -> f64 {
            (0..m).map(|r| net.w.slice(ndarray::s![k, r, ..]).dot(x).max(0.0)).sum()
        };
        let loss = |i: usize| {
            let patches = bank.patches(i).map(|v| bank.vector(v));
            let f: f64 = patches.iter().map(|x| relu(1, x) - relu(0, x)).sum();
            let y = if labels[i] == 1 { 1.0 } else { -1.0 };
            assert_eq!(patches[1][0], 1.5 * y);
            (1.0 + (-y * f).exp()).ln()
        };
        let mean = (0..cell.samples).map(loss).sum::<f64>() / cell.samples as f64;
        // One update too small to see: the network as it starts.
        let still = ReluCell { rate: f64::MIN_POSITIVE, steps: 1, ..cell };
        let seen = still.run::<f64>(&key, &Stop::new()).unwrap().trained.last.loss;
        assert!((seen - mean).abs() < 1e-12, "{seen} {mean}");
    }

    #[test]
    fn a_summed_loss_is_a_mean_one_at_n_times_the_rate() {
        let key = Key::root("reduction").replica(0);
        let summed = cell(false, OuterLayer::Pruned, 0.5);
        let mean = ReluCell { summed: false, rate: 11.0 * summed.rate, ..summed };
        let loss = |cell: ReluCell| cell.run::<f64>(&key, &Stop::new()).unwrap().trained.last.loss;
        assert!((loss(summed) - loss(mean)).abs() < 1e-12);
    }
}
