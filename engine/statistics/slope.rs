//! The exponent of a law: least squares over cells and replicas, with a bootstrap standard error.
//!
//! Cells share their draws, so the points of one replica move together and the textbook standard error of a
//! regression does not apply: whole replicas are resampled, jointly across cells.

use super::student::{critical, upper_tail};
use super::{CannotDecide, Interval, Place, bootstrap, open_unit, usable};
use crate::key::Key;

/// What is regressed on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// y on x.
    Linear,
    /// ln y on ln x: the slope is an exponent.
    LogLog,
}

/// A fitted slope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// Least-squares slope.
    pub slope: f64,
    /// Least-squares intercept, in the fitted scale.
    pub intercept: f64,
    /// Bootstrap standard error of the slope, over replicas.
    pub standard_error: f64,
    /// Replicas R.
    pub replicas: usize,
}

impl Slope {
    /// Fits `y[cell][replica]` on `x[cell]`: every cell has the same replicas in the same order.
    ///
    /// # Errors
    /// `TooFew` below two cells or two replicas; `Unpaired` if cells differ in their replicas or `x` and `y` in their
    /// cells; `NotFinite` for a value that is not finite, or not positive in a log-log fit (index cell * R + replica);
    /// `NoSpread` if all x agree.
    pub fn fit(x: &[f64], y: &[Vec<f64>], scale: Scale, key: &Key) -> Result<Slope, CannotDecide> {
        if x.len() != y.len() {
            return Err(CannotDecide::Unpaired { first: x.len(), second: y.len() });
        }
        let replicas = y.first().map_or(0, Vec::len);
        if let Some(odd) = y.iter().find(|cell| cell.len() != replicas) {
            return Err(CannotDecide::Unpaired { first: replicas, second: odd.len() });
        }
        let scaled = |value: &f64| match scale {
            Scale::Linear => *value,
            Scale::LogLog if *value > 0.0 => value.ln(),
            Scale::LogLog => f64::NAN,
        };
        let x: Vec<f64> = x.iter().map(scaled).collect();
        let y: Vec<f64> = y.iter().flatten().map(scaled).collect();
        usable(&x, 2)?;
        if replicas < 2 {
            return Err(CannotDecide::TooFew { got: replicas, needed: 2 });
        }
        usable(&y, 4)?;
        let middle = x.iter().sum::<f64>() / x.len() as f64;
        let spread: f64 = x.iter().map(|x| (x - middle).powi(2)).sum();
        if spread <= (f64::EPSILON * middle).powi(2) * x.len() as f64 {
            return Err(CannotDecide::NoSpread);
        }
        // Least squares is linear in y: the slope of a set of replicas is the mean of their own slopes.
        let own: Vec<f64> = (0..replicas)
            .map(|r| x.iter().enumerate().map(|(c, x)| (x - middle) / spread * y[c * replicas + r]).sum())
            .collect();
        let slope = own.iter().sum::<f64>() / replicas as f64;
        let standard_error = bootstrap::standard_error(replicas, bootstrap::RESAMPLES, key, |drawn| {
            drawn.iter().map(|&r| own[r]).sum::<f64>() / replicas as f64
        })?;
        let intercept = y.iter().sum::<f64>() / y.len() as f64 - slope * middle;
        Ok(Slope { slope, intercept, standard_error, replicas })
    }

    /// slope +- t(R-1) standard errors.
    ///
    /// # Errors
    /// `OutOfRange` for a confidence outside (0, 1).
    pub fn interval(&self, confidence: f64) -> Result<Interval, CannotDecide> {
        let tail = 0.5 * (1.0 - open_unit("confidence", confidence)?);
        Ok(Interval::around(self.slope, critical(tail, self.replicas as f64 - 1.0) * self.standard_error))
    }

    /// The three-way decision at `level`: whether the interval at confidence 1 - level lies in the band, outside it, or
    /// across an edge. Errs with probability at most `level` either way.
    ///
    /// # Errors
    /// `OutOfRange` for a level outside (0, 1).
    pub fn against(&self, band: Interval, level: f64) -> Result<Place, CannotDecide> {
        Ok(self.interval(1.0 - open_unit("level", level)?)?.against(band))
    }

    /// P-value of "the slope lies in the band": at most a exactly where [`Slope::against`] says outside at level a.
    pub fn p_in_band(&self, band: Interval) -> f64 {
        (2.0 * self.tail(self.slope - band.high).min(self.tail(band.low - self.slope))).min(1.0)
    }

    /// P-value of "the slope lies outside the band": at most a exactly where [`Slope::against`] says inside at level a.
    pub fn p_out_of_band(&self, band: Interval) -> f64 {
        (2.0 * self.tail(self.slope - band.low).max(self.tail(band.high - self.slope))).min(1.0)
    }

    // P(T >= distance / standard error); a distance of 0 says nothing even where the standard error is 0.
    fn tail(&self, distance: f64) -> f64 {
        if distance == 0.0 { 0.5 } else { upper_tail(distance / self.standard_error, self.replicas as f64 - 1.0) }
    }
}
