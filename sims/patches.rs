//! What the sims on the two-patch law share: a cell as a typed record, its draws, and its training.

use prunelaw_engine::data::patches::{Labels, NoiseLaw, PatchLaw, PatchSample, SignalLaw, Signals};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::patch::{Outer, PatchBank, PatchNet, PatchObjective};
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::{Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::training::{Loss, Objective, Observer, Optimizer, Recipe, Schedule, Targets, Trained, train};

use crate::Cost;
use std::fmt::Display;

/// Labels of sweeps are balanced, as in every instantiation of the sheet; the paper draws them uniformly.
pub const LABELS: Labels = Labels::Balanced;

/// Products of the dense f32 kernel that take as long as one normal draw.
const DRAW: f64 = 600.0;

/// One cell of a sweep over patch networks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PatchCell {
    /// K, d, mu, sigma_n and the laws of signals and noise.
    pub law: PatchLaw,
    /// n.
    pub samples: usize,
    /// Fresh samples to test on.
    pub test_samples: usize,
    /// m per class head.
    pub neurons: usize,
    /// q.
    pub power: f64,
    /// Outer weights.
    pub outer: Outer,
    /// sigma_0.
    pub init_scale: f64,
    /// p.
    pub keep: KeepFraction,
    /// Full-batch GD; with the adaptive schedule its rate is that of a curvature of 1.
    pub recipe: Recipe,
    /// Whether the rate adapts to what the mask leaves.
    pub adaptive: bool,
}

impl PatchCell {
    /// Reads the fields of a cell.
    pub fn read(cell: &Settings) -> PatchCell {
        let law = PatchLaw {
            classes: cell.count("classes"),
            dimension: cell.count("dimension"),
            signal: cell.real("signal"),
            noise: cell.real("noise"),
            signal_law: if cell.text("signal_law") == "basis" { SignalLaw::Basis } else { SignalLaw::Rotated },
            noise_law: if cell.text("noise_law") == "full" { NoiseLaw::Full } else { NoiseLaw::Orthogonal },
        };
        let schedule = cell.text("schedule");
        PatchCell {
            law,
            samples: cell.count("samples"),
            test_samples: cell.count("test_samples"),
            neurons: cell.count("neurons"),
            power: cell.real("power"),
            outer: if cell.text("outer") == "ones" { Outer::Ones } else { Outer::Trained },
            init_scale: cell.real("init_scale"),
            keep: KeepFraction::new(cell.real("keep")).expect("the vocabulary keeps keep in [0, 1]"),
            recipe: Recipe {
                optimizer: Optimizer::Gd,
                rate: cell.real("rate"),
                schedule: if schedule == "cosine" { Schedule::Cosine } else { Schedule::Constant },
                steps: cell.count("steps") as u64,
                target_loss: cell.real("target_loss"),
            },
            adaptive: schedule == "adaptive",
        }
    }

    /// What must hold between the fields.
    ///
    /// # Errors
    /// Fewer coordinates than classes: each class has a signal of its own.
    pub fn check(&self) -> Result<(), SettingsError> {
        let PatchLaw { classes, dimension, noise_law, .. } = self.law;
        let least = if noise_law == NoiseLaw::Orthogonal { classes + 1 } else { classes };
        if dimension < least {
            let must = match noise_law {
                NoiseLaw::Full => format!("every one of the {classes} classes has its own signal direction"),
                NoiseLaw::Orthogonal => format!("noise orthogonal to {classes} signals needs one more coordinate"),
            };
            return Err(SettingsError::conflict("dimension", dimension, must, Some(least.to_string())));
        }
        Ok(())
    }

    /// SNR = mu / (sigma_n sqrt(d)), to 12 digits: what a person wrote reads back.
    pub fn snr(&self) -> f64 {
        let PatchLaw { signal, noise, dimension, .. } = self.law;
        prunelaw_engine::settings::read::twelve_digits(signal / (noise * (dimension as f64).sqrt()))
    }

    /// Steps that training is expected to take. Where it stops at a loss this is what setting A needed, within a factor
    /// of about two in the mean: 200, and more where classes lose their usable neurons, of which m p / 2 survive.
    pub fn expected_steps(&self) -> f64 {
        let cap = self.recipe.steps as f64;
        let guess = 200.0 + 1000.0 / (self.neurons as f64 * self.keep.get());
        if self.recipe.target_loss > 0.0 { cap.min(guess) } else { cap }
    }

    /// What one replica is expected to cost that is tested at the end, in operations of the dense f32 kernel.
    pub fn cost(&self, precision: &str) -> Cost {
        self.cost_tested(precision, 1.0, false)
    }

    /// The same with this many `tests` on fresh samples, which if `kept` stay in memory.
    pub fn cost_tested(&self, precision: &str, tests: f64, kept: bool) -> Cost {
        let real = if precision == "f32" { 4.0 } else { 8.0 };
        let dimension = self.law.dimension as f64;
        let weights = (self.law.classes * self.neurons) as f64 * dimension;
        let alive = (weights * self.keep.get()).max(1.0);
        let (patches, fresh) = ((self.samples + self.law.classes) as f64, self.test_samples as f64);
        // A gathered product costs about as much as 2.5 dense ones, and f64 has half the lanes.
        let product = real / 4.0 * if self.keep == KeepFraction::DENSE { 1.0 } else { 2.5 };
        let products = (4.0 * self.expected_steps() * patches + 2.0 * tests * fresh) * alive;
        // Weights, the mask, and the noise of every sample.
        let draws = 2.0 * weights + (patches + fresh) * dimension;
        let stored = patches + if kept { fresh } else { 0.0 };
        Cost {
            flops: product * products + DRAW * draws,
            bytes: (5.0 * real + 8.0) * weights + (2.0 * real + 24.0) * stored * dimension,
        }
    }
}

/// The draws that cells of one replica share; drawn again only where law, shape or replica change.
#[derive(Debug)]
pub struct Draws<R> {
    key: Key,
    law: PatchLaw,
    samples: usize,
    shape: (usize, usize, usize),
    init_scale: f64,
    /// Training data.
    pub sample: PatchSample,
    /// The same as distinct vectors.
    pub bank: PatchBank,
    /// Dense initial network, its power and outer weights those of the cell it was drawn for.
    init: PatchNet<R>,
}

impl<R: Real> Draws<R> {
    /// The draws of `cell` under a replica's key, taken over from `last` as far as they are the same.
    pub fn of(cell: &PatchCell, key: &Key, last: Option<Draws<R>>) -> Draws<R> {
        let shape = (cell.law.classes, cell.neurons, cell.law.dimension);
        let last = last.filter(|last| last.key == *key);
        let same_data = |last: &Draws<R>| last.law == cell.law && last.samples == cell.samples;
        let same_init = |last: &Draws<R>| {
            let like = (last.shape, last.init_scale, last.init.power, last.init.a.is_some());
            like == (shape, cell.init_scale, cell.power, cell.outer == Outer::Trained)
        };
        let (sample, bank, init) = match last {
            None => (None, None, None),
            Some(last) => {
                let (data, init) = (same_data(&last), same_init(&last));
                let Draws { sample, bank, init: network, .. } = last;
                (data.then_some(sample), data.then_some(bank), init.then_some(network))
            }
        };
        let data = key.child("data");
        let sample = sample.unwrap_or_else(|| cell.law.sample(&cell.law.signals(&data), cell.samples, LABELS, &data));
        let bank = bank.unwrap_or_else(|| PatchBank::of_law(&sample));
        let init = init
            .unwrap_or_else(|| PatchNet::normal(shape, cell.init_scale, cell.power, cell.outer, &key.child("init")));
        let (law, samples, init_scale) = (cell.law, cell.samples, cell.init_scale);
        Draws { key: key.clone(), law, samples, shape, init_scale, sample, bank, init }
    }
}

/// What a mask leaves of the classes' own signals at initialization (sheet 3.2), class by class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSignal {
    /// Neurons that still see their own class's signal: |S_signal^k|.
    pub seen: Vec<usize>,
    /// Those whose initial correlation with it is positive, so that they can grow: N_k.
    pub usable: Vec<usize>,
}

impl OwnSignal {
    /// Counts over the masked initial network.
    pub fn count<R: Real>(mask: &Mask, init: &PatchNet<R>, signals: &Signals) -> OwnSignal {
        let (classes, neurons, dimension) = init.w.dim();
        let mut count = OwnSignal { seen: vec![0; classes], usable: vec![0; classes] };
        for k in 0..classes {
            let signal = signals.vector(k);
            let support: Vec<usize> = (0..dimension).filter(|j| signal[*j] != 0.0).collect();
            for r in 0..neurons {
                let start = (k * neurons + r) * dimension;
                let kept = || support.iter().copied().filter(|j| mask.keeps(start + j));
                let correlation: f64 = kept().map(|j| init.w[[k, r, j]].to_f64() * signal[j]).sum();
                count.seen[k] += usize::from(kept().next().is_some());
                count.usable[k] += usize::from(correlation > 0.0);
            }
        }
        count
    }

    /// Classes with at least one usable neuron.
    pub fn usable_classes(&self) -> usize {
        self.usable.iter().filter(|usable| **usable > 0).count()
    }
}

/// One replica of a cell before training.
#[derive(Debug)]
pub struct Start<R> {
    /// The cell's mask; (K, m, d).
    pub mask: Mask,
    /// Learning rate (of the schedule's start).
    pub rate: f64,
    /// What the mask left of the signals.
    pub own: OwnSignal,
    /// The objective, evaluated at the initial weights.
    pub objective: PatchObjective<R>,
    /// The initial weights that the mask keeps.
    pub theta: Vec<R>,
}

impl<R: Real> Start<R> {
    /// Draws the mask.
    pub fn of(cell: &PatchCell, draws: &Draws<R>) -> Start<R> {
        let (classes, neurons, dimension) = draws.shape;
        let mask = Mask::bernoulli(&[classes, neurons, dimension], cell.keep, &draws.key.child("mask"));
        let rate =
            if cell.adaptive { cell.law.adaptive_rate(cell.recipe.rate, cell.keep, &mask) } else { cell.recipe.rate };
        let mut objective = objective(cell, draws, &mask, &draws.bank, &draws.sample.labels);
        let theta = objective.pack(&draws.init);
        objective.loss(&theta);
        let own = OwnSignal::count(&mask, &draws.init, &draws.sample.signals);
        Start { mask, rate, own, objective, theta }
    }

    /// Trains it. `None` if `stop` was raised.
    pub fn train(
        &mut self,
        cell: &PatchCell,
        draws: &Draws<R>,
        observer: &mut impl Observer<R, PatchObjective<R>>,
        stop: &Stop,
    ) -> Option<Trained> {
        let recipe = Recipe { rate: self.rate, ..cell.recipe };
        train(&mut self.objective, &mut self.theta, &recipe, &draws.key.child("order"), observer, stop)
    }
}

/// The cross-entropy of a cell's masked network on samples of its law.
pub fn objective<R: Real>(
    cell: &PatchCell,
    draws: &Draws<R>,
    mask: &Mask,
    bank: &PatchBank,
    labels: &[usize],
) -> PatchObjective<R> {
    let targets = Targets::classes(labels, cell.law.classes).expect("the law's labels are below K");
    PatchObjective::new(&draws.init, Some(mask), bank, targets, Loss::CrossEntropy)
        .expect("data, mask and network of one cell fit")
}

/// The mean of values that are there.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The largest value; NaN if one is.
pub fn largest(values: &[f64]) -> f64 {
    let larger = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) };
    values.iter().copied().fold(f64::NEG_INFINITY, larger)
}

/// The smallest softmax probability that a training sample's own class has, from an evaluated objective: min_i logit_y.
pub fn least_logit<R: Real>(objective: &PatchObjective<R>, labels: &[usize]) -> f64 {
    let residuals = objective.residuals();
    let logit = |(i, y): (usize, &usize)| 1.0 + residuals[[*y, i]].to_f64();
    labels.iter().enumerate().map(logit).fold(f64::INFINITY, f64::min)
}

/// Values in class order, separated by spaces: a cell of a table for a quantity that every class has.
pub fn by_class<T: Display>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(noise: f64, keep: f64) -> PatchCell {
        let law = PatchLaw {
            classes: 2,
            dimension: 30,
            signal: 1.0,
            noise,
            signal_law: SignalLaw::Basis,
            noise_law: NoiseLaw::Full,
        };
        let recipe =
            Recipe { optimizer: Optimizer::Gd, rate: 0.1, schedule: Schedule::Constant, steps: 5, target_loss: 0.0 };
        let (outer, keep) = (Outer::Ones, KeepFraction::new(keep).unwrap());
        PatchCell {
            law,
            samples: 6,
            test_samples: 10,
            neurons: 4,
            power: 3.0,
            outer,
            init_scale: 0.1,
            keep,
            recipe,
            adaptive: true,
        }
    }

    #[test]
    fn draws_taken_over_are_the_draws_themselves() {
        let key = Key::root("draws").replica(0);
        let first = Draws::<f64>::of(&cell(0.5, 1.0), &key, None);
        for next in [cell(0.5, 0.2), cell(0.7, 1.0), PatchCell { init_scale: 0.3, ..cell(0.5, 1.0) }] {
            let taken = Draws::of(&next, &key, Some(Draws::of(&cell(0.5, 1.0), &key, None)));
            let fresh = Draws::<f64>::of(&next, &key, None);
            assert_eq!((&taken.sample, &taken.bank, &taken.init), (&fresh.sample, &fresh.bank, &fresh.init));
        }
        let other = Draws::of(&cell(0.5, 1.0), &Key::root("draws").replica(1), Some(first));
        assert_ne!(other.sample, Draws::<f64>::of(&cell(0.5, 1.0), &key, None).sample);
    }

    #[test]
    fn a_dense_mask_sees_every_signal_and_half_of_them_are_usable() {
        let (cell, key) = (PatchCell { neurons: 2000, ..cell(0.5, 1.0) }, Key::root("own").replica(0));
        let draws = Draws::<f64>::of(&cell, &key, None);
        let shape = [2, 2000, 30];
        let own = OwnSignal::count(&Mask::ones(&shape), &draws.init, &draws.sample.signals);
        assert_eq!((own.seen.clone(), own.usable_classes()), (vec![2000, 2000], 2));
        // Binomial(2000, 1/2) twice: 5.6 standard deviations, false alarm below 1e-7.
        assert!(own.usable.iter().all(|usable| (*usable as f64 - 1000.0).abs() < 5.6 * 500f64.sqrt()));
        let none = OwnSignal::count(&Mask::from_indices(&shape, []), &draws.init, &draws.sample.signals);
        assert_eq!((none.seen.clone(), none.usable.clone(), none.usable_classes()), (vec![0, 0], vec![0, 0], 0));
    }

    #[test]
    fn snr_reads_back_as_written() {
        let law = PatchLaw { noise: 1.0 / (0.3 * 20_000f64.sqrt()), dimension: 20_000, ..cell(1.0, 1.0).law };
        assert_eq!(PatchCell { law, ..cell(1.0, 1.0) }.snr(), 0.3);
    }
}
