//! A number estimated from replicas, with its bootstrap standard error, against a band.

use super::student::{critical, upper_tail};
use super::{CannotDecide, Interval, Place, bootstrap, open_unit, spreads};
use crate::key::Key;

/// An estimate over replicas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The statistic on all replicas.
    pub value: f64,
    /// Its bootstrap standard error over replicas; 0 if they agree to rounding.
    pub standard_error: f64,
    /// Replicas R.
    pub replicas: usize,
}

impl Estimate {
    /// A statistic of a set of replicas, given as indices, drawn with replacement for the standard error.
    ///
    /// # Errors
    /// `TooFew` below two replicas; `NotFinite` if the statistic is not finite on all of them or on some resample.
    pub fn of(
        replicas: usize,
        key: &Key,
        mut statistic: impl FnMut(&[usize]) -> f64,
    ) -> Result<Estimate, CannotDecide> {
        let everyone: Vec<usize> = (0..replicas).collect();
        let value = statistic(&everyone);
        if !value.is_finite() {
            return Err(CannotDecide::NotFinite { index: 0 });
        }
        let resampled = bootstrap::resampled(replicas, bootstrap::RESAMPLES, key, statistic)?;
        let largest = resampled.iter().fold(value.abs(), |most, value| most.max(value.abs()));
        let standard_error = if spreads(&resampled, largest) { bootstrap::spread(&resampled, replicas)? } else { 0.0 };
        Ok(Estimate { value, standard_error, replicas })
    }

    /// value +- t(R-1) standard errors. Replicas that agree to rounding are judged by their number, as in a sign test:
    /// the point if 2^(1-R) <= 1 - confidence, else the whole line.
    ///
    /// # Errors
    /// `OutOfRange` for a confidence outside (0, 1).
    pub fn interval(&self, confidence: f64) -> Result<Interval, CannotDecide> {
        let error = 1.0 - open_unit("confidence", confidence)?;
        if self.standard_error == 0.0 && 2.0 * self.all_agree() > error {
            return Ok(Interval { low: f64::NEG_INFINITY, high: f64::INFINITY });
        }
        Ok(Interval::around(self.value, critical(0.5 * error, self.replicas as f64 - 1.0) * self.standard_error))
    }

    /// The three-way decision at `level`: whether the interval at confidence 1 - level lies in the band, outside it, or
    /// across an edge. Errs with probability at most `level` either way.
    ///
    /// # Errors
    /// `OutOfRange` for a level outside (0, 1).
    pub fn against(&self, band: Interval, level: f64) -> Result<Place, CannotDecide> {
        Ok(self.interval(1.0 - open_unit("level", level)?)?.against(band))
    }

    /// P-value of "the number lies in the band": at most a exactly where [`Estimate::against`] says outside at level a.
    /// 1 for a band that is empty or not a number.
    pub fn p_in_band(&self, band: Interval) -> f64 {
        if band.is_void() {
            return 1.0;
        }
        (2.0 * self.tail(self.value - band.high).min(self.tail(band.low - self.value))).min(1.0)
    }

    /// P-value of "the number lies outside the band": at most a exactly where [`Estimate::against`] says inside at level
    /// a. 1 for a band that is empty or not a number.
    pub fn p_out_of_band(&self, band: Interval) -> f64 {
        if band.is_void() {
            return 1.0;
        }
        (2.0 * self.tail(self.value - band.low).max(self.tail(band.high - self.value))).min(1.0)
    }

    // P(T >= distance / standard error).
    fn tail(&self, distance: f64) -> f64 {
        if self.standard_error > 0.0 {
            upper_tail(distance / self.standard_error, self.replicas as f64 - 1.0)
        } else if distance > 0.0 {
            self.all_agree()
        } else {
            1.0
        }
    }

    // 2^-R: the chance that all replicas fall on one given side.
    fn all_agree(&self) -> f64 {
        0.5f64.powi(self.replicas.min(1100) as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn largest_of(values: &[f64]) -> Result<Estimate, CannotDecide> {
        let largest = |drawn: &[usize]| drawn.iter().map(|r| values[*r]).fold(f64::NEG_INFINITY, f64::max);
        Estimate::of(values.len(), &Key::root("estimate"), largest)
    }

    #[test]
    fn a_statistic_that_is_no_mean_has_the_spread_of_its_resamples() {
        // The larger of two replicas is 1 unless both draws are the first: variance 3/16, times R / (R - 1) = 2.
        let estimate = largest_of(&[0.0, 1.0]).unwrap();
        assert_eq!((estimate.value, estimate.replicas), (1.0, 2));
        // Of 2000 resamples, p(1-p) has a standard deviation of 0.005; five of those.
        assert!((estimate.standard_error.powi(2) - 0.375).abs() < 0.05, "{estimate:?}");
    }

    #[test]
    fn replicas_that_agree_have_no_standard_error_and_are_judged_by_their_number() {
        let band = Interval { low: 0.5, high: 1.5 };
        for (replicas, place) in [(10, Place::Undecided), (11, Place::Inside)] {
            let estimate = largest_of(&vec![1.0; replicas]).unwrap();
            assert_eq!((estimate.standard_error, estimate.against(band, 1e-3)), (0.0, Ok(place)));
        }
    }

    #[test]
    fn what_is_not_finite_decides_nothing() {
        assert!(largest_of(&[]).is_err() && largest_of(&[1.0]).is_err() && largest_of(&[1.0, f64::INFINITY]).is_err());
        // Finite on all replicas, but not on a resample without the first one.
        let first = |drawn: &[usize]| if drawn.contains(&0) { 1.0 } else { f64::NAN };
        assert!(matches!(Estimate::of(3, &Key::root("estimate"), first), Err(CannotDecide::NotFinite { .. })));
    }
}
