//! What the laws at initialization look at: signals, a mask and initial weights, without any training.

use crate::TrialError;
use prunelaw_engine::data::patches::{NoiseLaw, PatchLaw, SignalLaw, Signals};
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::key::Key;
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::patch::{Outer, PatchNet};
use prunelaw_engine::settings::Settings;

/// One replica at initialization; signal and noise have strength 1.
pub(super) struct Initial {
    pub(super) law: PatchLaw,
    pub(super) signals: Signals,
    /// (K, m, d).
    pub(super) mask: Mask,
    /// Initial weights, not masked.
    pub(super) net: PatchNet<f64>,
}

/// Draws signals, mask and weights of `classes` heads through the engine.
pub(super) fn initial(settings: &Settings, key: &Key, classes: usize) -> Result<Initial, TrialError> {
    let (neurons, dimension) = (settings.count("neurons"), settings.count("dimension"));
    if dimension < classes {
        return Err(TrialError(format!("{classes} signals do not fit into {dimension} coordinates")));
    }
    let keep = KeepFraction::new(settings.real("keep")).map_err(|error| TrialError(error.to_string()))?;
    let law = PatchLaw {
        classes,
        dimension,
        signal: 1.0,
        noise: 1.0,
        signal_law: if settings.text("signal_law") == "rotated" { SignalLaw::Rotated } else { SignalLaw::Basis },
        noise_law: NoiseLaw::Full,
    };
    let signals = law.signals(&key.child("signals"));
    let mask = Mask::bernoulli(&[classes, neurons, dimension], keep, &key.child("mask"));
    let shape = (classes, neurons, dimension);
    let net = PatchNet::normal(shape, settings.real("init_scale"), 3.0, Outer::Ones, &key.child("init"));
    Ok(Initial { law, signals, mask, net })
}

impl Initial {
    /// <w_kr, mu_k> of the neurons of head k that keep a part of their signal.
    pub(super) fn correlations(&self, k: usize) -> Vec<f64> {
        let (_, neurons, dimension) = self.net.w.dim();
        let signal = self.signals.vector(k);
        let kept = |r: usize, j: usize| self.mask.keeps((k * neurons + r) * dimension + j) && signal[j] != 0.0;
        let of = |r: usize| {
            let mut seen = (0..dimension).filter(|j| kept(r, *j)).peekable();
            seen.peek()?;
            Some(seen.map(|j| self.net.w[[k, r, j]] * signal[j]).sum())
        };
        (0..neurons).filter_map(of).collect()
    }
}
