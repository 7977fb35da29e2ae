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
    spread(&resampled(replicas, resamples, key, statistic)?, replicas)
}

/// The standard error from the resampled values themselves.
pub(super) fn spread(values: &[f64], replicas: usize) -> Result<f64, CannotDecide> {
    let spread = super::mean::Mean::of(values)?.standard_deviation;
    Ok(spread * (replicas as f64 / (replicas as f64 - 1.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_a_mean_it_is_the_textbook_standard_error() {
        let values: Vec<f64> = (0..30).map(|i| (f64::from(i) * 1.7).sin()).collect();
        let mean = |drawn: &[usize]| drawn.iter().map(|&r| values[r]).sum::<f64>() / 30.0;
        let seen = standard_error(30, 20_000, &Key::root("bootstrap"), mean).unwrap();
        let textbook = crate::statistics::mean::Mean::of(&values).unwrap().standard_error;
        // Its own relative error is 1 / sqrt(2 * 20000) = 0.5 %; five of those.
        assert!((seen / textbook - 1.0).abs() < 0.025);
    }

    #[test]
    fn the_same_key_gives_the_same_bits() {
        let run = |text| resampled(9, 50, &Key::root(text), |drawn| drawn.iter().sum::<usize>() as f64).unwrap();
        assert_eq!(run("a"), run("a"));
        assert_ne!(run("a"), run("b"));
    }

    #[test]
    fn degenerate_input_decides_nothing() {
        let key = Key::root("bootstrap");
        assert_eq!(standard_error(1, 100, &key, |_| 0.0), Err(CannotDecide::TooFew { got: 1, needed: 2 }));
        assert!(standard_error(5, 1, &key, |_| 0.0).is_err());
        assert!(standard_error(5, 100, &key, |drawn| if drawn[0] == 0 { f64::NAN } else { 1.0 }).is_err());
    }
}
