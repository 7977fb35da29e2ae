//! What the sims on the two-patch law share: a cell as a typed record, its draws, and its training.

use prunelaw_engine::data::patches::{Labels, NoiseLaw, PatchLaw, PatchSample, SignalLaw, Signals};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::patch::{Outer, PatchBank, PatchNet, PatchObjective};
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::{Settings, SettingsError};
use prunelaw_engine::stop::Stop;
use prunelaw_engine::training::{Loss, Observer, Optimizer, Recipe, Schedule, Targets, Trained, train};

use crate::Cost;

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

/// What a mask leaves of the classes' own signals at initialization (sheet 3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnSignal {
    /// Neurons that still see their own class's signal: sum over k of |S_signal^k|.
    pub seen: usize,
    /// Those whose initial correlation with it is positive, so that they can grow: sum over k of N_k.
    pub usable: usize,
    /// Classes with at least one usable neuron.
    pub usable_classes: usize,
}

impl OwnSignal {
    /// Counts over the masked initial network.
    pub fn count<R: Real>(mask: &Mask, init: &PatchNet<R>, signals: &Signals) -> OwnSignal {
        let (classes, neurons, dimension) = init.w.dim();
        let mut count = OwnSignal::default();
        for k in 0..classes {
            let before = count.usable;
            let signal = signals.vector(k);
            let support: Vec<usize> = (0..dimension).filter(|j| signal[*j] != 0.0).collect();
            for r in 0..neurons {
                let start = (k * neurons + r) * dimension;
                let kept = || support.iter().copied().filter(|j| mask.keeps(start + j));
                let correlation: f64 = kept().map(|j| init.w[[k, r, j]].to_f64() * signal[j]).sum();
                count.seen += usize::from(kept().next().is_some());
                count.usable += usize::from(correlation > 0.0);
            }
            count.usable_classes += usize::from(count.usable > before);
        }
        count
    }
}

/// One trained replica of a cell.
#[derive(Debug)]
pub struct PatchRun<R> {
    /// How training ended.
    pub trained: Trained,
    /// Learning rate (of the schedule's start).
    pub rate: f64,
    /// Weights kept.
    pub kept: usize,
    /// What the mask left of the signals.
    pub own: OwnSignal,
    /// Largest |F| on the training data at initialization.
    pub initial_output: f64,
    /// The objective, evaluated at the final weights.
    pub objective: PatchObjective<R>,
    /// The final network.
    pub network: PatchNet<R>,
}

/// Draws the mask and trains one cell. `None` if `stop` was raised.
pub fn train_cell<R: Real>(
    cell: &PatchCell,
    draws: &Draws<R>,
    observer: &mut impl Observer<R, PatchObjective<R>>,
    stop: &Stop,
) -> Option<PatchRun<R>> {
    let (classes, neurons, dimension) = draws.shape;
    let mask = Mask::bernoulli(&[classes, neurons, dimension], cell.keep, &draws.key.child("mask"));
    let rate =
        if cell.adaptive { cell.law.adaptive_rate(cell.recipe.rate, cell.keep, &mask) } else { cell.recipe.rate };
    let targets = Targets::classes(&draws.sample.labels, classes).expect("the law's labels are below K");
    let mut objective = PatchObjective::new(&draws.init, Some(&mask), &draws.bank, targets, Loss::CrossEntropy)
        .expect("data, mask and network of one cell fit");
    let mut theta = objective.pack(&draws.init);
    let initial = objective.unpack(&theta).outputs(&draws.bank).expect("data and network of one cell fit");
    let recipe = Recipe { rate, ..cell.recipe };
    let trained = train(&mut objective, &mut theta, &recipe, &draws.key.child("order"), observer, stop)?;
    Some(PatchRun {
        trained,
        rate,
        kept: mask.kept(),
        own: OwnSignal::count(&mask, &draws.init, &draws.sample.signals),
        initial_output: initial.iter().fold(0.0, |most, f| f.to_f64().abs().max(most)),
        network: objective.unpack(&theta),
        objective,
    })
}

/// Alignment with signals and with training noise, from an evaluated objective whose bank is one of the law.
///
/// (mean over classes of max_r <w_kr, mu_k>, mean over samples of max_r <w_{y_i r}, xi_i>)
pub fn alignments<R: Real>(objective: &PatchObjective<R>, labels: &[usize]) -> (f64, f64) {
    let z = objective.preactivations();
    let (classes, neurons, _) = z.dim();
    let largest = |k: usize, v: usize| (0..neurons).map(|r| z[[k, r, v]].to_f64()).fold(f64::NEG_INFINITY, f64::max);
    let n = labels.len();
    let signal = (0..classes).map(|k| largest(k, n + k)).sum::<f64>() / classes as f64;
    let noise = labels.iter().enumerate().map(|(i, y)| largest(*y, i)).sum::<f64>() / n as f64;
    (signal, noise)
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
        assert_eq!((own.seen, own.usable_classes), (4000, 2));
        // Binomial(4000, 1/2): 5.5 standard deviations, false alarm below 1e-7.
        assert!((own.usable as f64 - 2000.0).abs() < 5.5 * 1000f64.sqrt());
        let none = OwnSignal::count(&Mask::from_indices(&shape, []), &draws.init, &draws.sample.signals);
        assert_eq!(none, OwnSignal::default());
    }

    #[test]
    fn snr_reads_back_as_written() {
        let law = PatchLaw { noise: 1.0 / (0.3 * 20_000f64.sqrt()), dimension: 20_000, ..cell(1.0, 1.0).law };
        assert_eq!(PatchCell { law, ..cell(1.0, 1.0) }.snr(), 0.3);
    }
}
