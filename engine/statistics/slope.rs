//! The exponent of a law: least squares over cells and replicas, with a bootstrap standard error.
//!
//! Cells share their draws, so the points of one replica move together and the textbook standard error of a
//! regression does not apply: whole replicas are resampled, jointly across cells.

use super::student::{critical, upper_tail};
use super::{CannotDecide, Interval, Place, bootstrap, open_unit, spreads, usable};
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
    /// Bootstrap standard error of the slope, over replicas; 0 if they agree to rounding.
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
        let largest = y.iter().fold(0.0, |most: f64, y| most.max(y.abs())) / spread.sqrt();
        let standard_error = if spreads(&own, largest) {
            bootstrap::standard_error(replicas, bootstrap::RESAMPLES, key, |drawn| {
                drawn.iter().map(|&r| own[r]).sum::<f64>() / replicas as f64
            })?
        } else {
            0.0
        };
        let intercept = y.iter().sum::<f64>() / y.len() as f64 - slope * middle;
        Ok(Slope { slope, intercept, standard_error, replicas })
    }

    /// slope +- t(R-1) standard errors. Replicas that agree to rounding are judged by their number, as in a sign test:
    /// the point if 2^(1-R) <= 1 - confidence, else the whole line.
    ///
    /// # Errors
    /// `OutOfRange` for a confidence outside (0, 1).
    pub fn interval(&self, confidence: f64) -> Result<Interval, CannotDecide> {
        let error = 1.0 - open_unit("confidence", confidence)?;
        if self.standard_error == 0.0 && 2.0 * self.all_agree() > error {
            return Ok(Interval { low: f64::NEG_INFINITY, high: f64::INFINITY });
        }
        Ok(Interval::around(self.slope, critical(0.5 * error, self.replicas as f64 - 1.0) * self.standard_error))
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
    /// 1 for a band that is empty or not a number.
    pub fn p_in_band(&self, band: Interval) -> f64 {
        if band.is_void() {
            return 1.0;
        }
        (2.0 * self.tail(self.slope - band.high).min(self.tail(band.low - self.slope))).min(1.0)
    }

    /// P-value of "the slope lies outside the band": at most a exactly where [`Slope::against`] says inside at level a.
    /// 1 for a band that is empty or not a number.
    pub fn p_out_of_band(&self, band: Interval) -> f64 {
        if band.is_void() {
            return 1.0;
        }
        (2.0 * self.tail(self.slope - band.low).max(self.tail(band.high - self.slope))).min(1.0)
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

    // Replica r has the exact law y = c_r x^{b_r}.
    fn powers(x: &[f64], exponents: &[f64]) -> Vec<Vec<f64>> {
        x.iter().map(|x| exponents.iter().map(|b| (4.0 + b) * x.powf(*b)).collect()).collect()
    }

    #[test]
    fn the_slope_is_the_mean_exponent_and_its_error_the_textbook_one() {
        let x = [1.0, 2.0, 4.0, 16.0];
        let exponents = [-0.9, -1.1, -1.0, -1.2, -0.7, -1.3, -0.8];
        let fit = Slope::fit(&x, &powers(&x, &exponents), Scale::LogLog, &Key::root("slope")).unwrap();
        assert!((fit.slope + 1.0).abs() < 1e-12);
        let textbook = crate::statistics::mean::Mean::of(&exponents).unwrap().standard_error;
        // Five standard deviations of a bootstrap with 2000 resamples.
        assert!((fit.standard_error / textbook - 1.0).abs() < 5.0 / (2.0 * 2000f64).sqrt());
    }

    #[test]
    fn a_line_by_hand() {
        // Means 1, 2, 6 at 0, 1, 2: slope 5/2, intercept 1/2.
        let y = [vec![0.0, 2.0], vec![1.0, 3.0], vec![7.0, 5.0]];
        let fit = Slope::fit(&[0.0, 1.0, 2.0], &y, Scale::Linear, &Key::root("slope")).unwrap();
        assert!((fit.slope - 2.5).abs() < 1e-12 && (fit.intercept - 0.5).abs() < 1e-12);
    }

    #[test]
    fn p_values_and_places_agree() {
        let x = [1.0, 3.0, 9.0];
        let y = powers(&x, &[-0.9, -1.1, -1.0, -1.2, -0.7]);
        let fit = Slope::fit(&x, &y, Scale::LogLog, &Key::root("slope")).unwrap();
        for (low, high) in [
            (-0.5, f64::NAN),
            (f64::NAN, -3.0),
            (-0.5, -0.7),
            (-1.5, -0.5),
            (-1.01, -0.5),
            (-0.7, -0.5),
            (-5.0, -1.4),
            (-0.1, 0.0),
            (-3.0, 3.0),
        ] {
            let band = Interval { low, high };
            for level in [1e-4, 1e-3, 0.01, 0.05, 0.2] {
                let place = fit.against(band, level).unwrap();
                assert_eq!(place == Place::Inside, fit.p_out_of_band(band) <= level);
                assert_eq!(place == Place::Outside, fit.p_in_band(band) <= level);
            }
        }
    }

    #[test]
    fn replicas_that_agree_are_judged_by_their_number() {
        let x = [1.0, 2.0, 3.0];
        let band = Interval { low: -1.1, high: -0.9 };
        let place = |replicas: usize, exponent: f64| {
            let fit =
                Slope::fit(&x, &powers(&x, &vec![exponent; replicas]), Scale::LogLog, &Key::root("slope")).unwrap();
            assert_eq!(fit.standard_error, 0.0);
            assert_eq!(fit.p_out_of_band(band) <= 1e-3, fit.against(band, 1e-3) == Ok(Place::Inside));
            assert_eq!(fit.p_in_band(band) <= 1e-3, fit.against(band, 1e-3) == Ok(Place::Outside));
            fit.against(band, 1e-3).unwrap()
        };
        // 2^-9 > 1e-3 > 2^-10
        assert_eq!((place(10, -1.0), place(11, -1.0)), (Place::Undecided, Place::Inside));
        assert_eq!((place(10, -2.0), place(11, -2.0)), (Place::Undecided, Place::Outside));
    }

    #[test]
    fn degenerate_input_decides_nothing() {
        let key = Key::root("slope");
        let fit = |x: &[f64], y: &[Vec<f64>]| Slope::fit(x, y, Scale::LogLog, &key);
        let y = [vec![1.0, 2.0], vec![3.0, 4.0]];
        assert!(fit(&[1.0, 2.0], &y).is_ok());
        assert_eq!(fit(&[2.0, 2.0], &y), Err(CannotDecide::NoSpread));
        assert_eq!(fit(&[1.0, 2.0], &[vec![1.0], vec![2.0]]), Err(CannotDecide::TooFew { got: 1, needed: 2 }));
        assert_eq!(fit(&[1.0], &y[..1]), Err(CannotDecide::TooFew { got: 1, needed: 2 }));
        assert!(fit(&[], &[]).is_err() && fit(&[1.0, 2.0, 3.0], &y).is_err());
        assert!(fit(&[1.0, 2.0], &[vec![1.0, 2.0], vec![3.0]]).is_err());
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(fit(&[1.0, 2.0], &[vec![1.0, 2.0], vec![3.0, bad]]), Err(CannotDecide::NotFinite { index: 3 }));
            assert!(fit(&[1.0, bad], &y).is_err());
        }
    }
}
