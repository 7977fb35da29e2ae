//! What the trials of this subject draw: samples of a law, and a target.

use crate::TrialError;
use prunelaw_engine::key::Key;
use prunelaw_engine::settings::Settings;
use prunelaw_engine::subset_sum::SampleLaw;
use rand::RngExt;
use std::error::Error;

/// `n` samples of `law`, as the settings say; those of fewer are their beginning.
pub(super) fn samples(settings: &Settings, key: &Key) -> Result<Vec<f64>, TrialError> {
    let word = settings.text("law");
    let law = SampleLaw::named(word).ok_or_else(|| TrialError(format!("no law of samples is called `{word}`")))?;
    Ok(law.draw(settings.count("samples"), &key.child("data")))
}

/// A target, uniform on [-1, 1].
pub(super) fn target(key: &Key) -> f64 {
    key.child("target").rng().random_range(-1.0..=1.0)
}

/// A solver's error as a draw's.
pub(super) fn refuse(error: impl Error) -> TrialError {
    TrialError(error.to_string())
}
