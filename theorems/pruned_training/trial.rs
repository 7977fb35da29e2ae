//! What the trials of this subject train: a small masked patch network in f64 on the two-patch law.

use crate::TrialError;
use prunelaw_engine::data::patches::{Labels, NoiseLaw, PatchLaw, PatchSample, SignalLaw};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::patch::{Outer, PatchBank, PatchNet, PatchObjective};
use prunelaw_engine::settings::Settings;
use prunelaw_engine::training::{Loss, Optimizer, Recipe, Schedule, Targets};

/// One replica before training.
pub(super) struct Start {
    pub(super) sample: PatchSample,
    pub(super) mask: Mask,
    /// Initial weights, not masked.
    pub(super) net: PatchNet<f64>,
    pub(super) objective: PatchObjective<f64>,
}

/// Draws data, weights and mask.
pub(super) fn start(settings: &Settings, key: &Key) -> Result<Start, TrialError> {
    let refuse = |error: &dyn std::error::Error| TrialError(error.to_string());
    let classes = settings.count("classes");
    let law = PatchLaw {
        classes,
        dimension: settings.count("dimension"),
        signal: settings.real("signal"),
        noise: settings.real("noise"),
        signal_law: if settings.text("signal_law") == "rotated" { SignalLaw::Rotated } else { SignalLaw::Basis },
        noise_law: NoiseLaw::Full,
    };
    let signals = law.signals(&key.child("signals"));
    let sample = law.sample(&signals, settings.count("samples"), Labels::Balanced, &key.child("data"));
    let shape = (classes, settings.count("neurons"), law.dimension);
    let keep = KeepFraction::new(settings.real("keep")).map_err(|error| refuse(&error))?;
    let mask = Mask::bernoulli(&[shape.0, shape.1, shape.2], keep, &key.child("mask"));
    let (scale, power) = (settings.real("init_scale"), settings.real("power"));
    let net = PatchNet::normal(shape, scale, power, Outer::Ones, &key.child("init"));
    let targets = Targets::classes(&sample.labels, classes).map_err(|error| refuse(&error))?;
    let bank = PatchBank::of_law(&sample);
    let objective = PatchObjective::new(&net, Some(&mask), &bank, targets, Loss::CrossEntropy);
    Ok(Start { objective: objective.map_err(|error| refuse(&error))?, sample, mask, net })
}

/// All steps at a constant rate, full-batch.
pub(super) fn recipe(settings: &Settings, optimizer: Optimizer) -> Recipe {
    Recipe {
        optimizer,
        rate: settings.real("rate"),
        schedule: Schedule::Constant,
        steps: settings.count("steps") as u64,
        target_loss: 0.0,
    }
}
