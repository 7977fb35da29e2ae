//! The bootstrap over replicas: the standard error of any statistic of a set of replicas.
//!
//! Cells share their draws, so a replica is resampled as a whole, with its values in every cell.

use super::CannotDecide;
use crate::key::Key;
use rand::RngExt;

/// Resamples that give the standard error to 1.6 % (1 / sqrt(2 B)).
pub const RESAMPLES: usize = 2000;

/// The statistic on `resamples` sets of `replicas` indices drawn with replacement. Deterministic in the key.
///
/// # Errors
/// `TooFew` below two replicas or resamples; `NotFinite` if the statistic is not a number on some resample.
pub fn resampled(
    replicas: usize,
    resamples: usize,
    key: &Key,
    mut statistic: impl FnMut(&[usize]) -> f64,
) -> Result<Vec<f64>, CannotDecide> {
    for got in [replicas, resamples] {
        if got < 2 {
            return Err(CannotDecide::TooFew { got, needed: 2 });
        }
    }
    let mut rng = key.rng();
    let mut drawn = vec![0; replicas];
    (0..resamples)
        .map(|index| {
            drawn.fill_with(|| rng.random_range(0..replicas));
            let value = statistic(&drawn);
            if value.is_finite() { Ok(value) } else { Err(CannotDecide::NotFinite { index }) }
        })
        .collect()
}

/// The bootstrap standard error of a statistic of the replicas, times sqrt(R / (R - 1)): the plain bootstrap takes the
/// replicas for the population and is short by that factor, exactly so for a mean.
///
/// # Errors
/// As [`resampled`].
pub fn standard_error(
    replicas: usize,
    resamples: usize,
    key: &Key,
    statistic: impl FnMut(&[usize]) -> f64,
) -> Result<f64, CannotDecide> {
    let values = resampled(replicas, resamples, key, statistic)?;
    let spread = super::mean::Mean::of(&values)?.standard_deviation;
    Ok(spread * (replicas as f64 / (replicas as f64 - 1.0)).sqrt())
}
