//! The exponent of a law: least squares over cells and replicas, with a bootstrap standard error.
//!
//! Cells share their draws, so the points of one replica move together and the textbook standard error of a
//! regression does not apply: whole replicas are resampled, jointly across cells.

use super::estimate::Estimate;
use super::{CannotDecide, Interval, Place, bootstrap, spreads, usable};
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
        if replicas < 2 {
            usable(x, 2)?;
            return Err(CannotDecide::TooFew { got: replicas, needed: 2 });
        }
        let line = Line::of(x, scale)?;
        let y: Vec<f64> = y.iter().flatten().map(|y| scale.of(*y)).collect();
        usable(&y, 4)?;
        // Least squares is linear in y: the slope of a set of replicas is the mean of their own slopes.
        let own: Vec<f64> = (0..replicas)
            .map(|r| line.slope(&(0..x.len()).map(|cell| y[cell * replicas + r]).collect::<Vec<_>>()))
            .collect();
        let slope = own.iter().sum::<f64>() / replicas as f64;
        let largest = y.iter().fold(0.0, |most: f64, y| most.max(y.abs())) / line.spread.sqrt();
        let standard_error = if spreads(&own, largest) {
            bootstrap::standard_error(replicas, bootstrap::RESAMPLES, key, |drawn| {
                drawn.iter().map(|&r| own[r]).sum::<f64>() / replicas as f64
            })?
        } else {
            0.0
        };
        let intercept = y.iter().sum::<f64>() / y.len() as f64 - slope * line.middle;
        Ok(Slope { slope, intercept, standard_error, replicas })
    }

    /// Fits on `x` what a statistic of the replicas gives at every x, such as the place where a mean curve passes a level.
    ///
    /// The statistic takes the indices of the replicas, drawn with replacement for the standard error.
    ///
    /// # Errors
    /// As [`Slope::fit`]; `NotFinite` also for a statistic that is not finite on some resample.
    pub fn through(
        x: &[f64],
        replicas: usize,
        scale: Scale,
        key: &Key,
        mut statistic: impl FnMut(&[usize]) -> Vec<f64>,
    ) -> Result<Slope, CannotDecide> {
        let everyone: Vec<usize> = (0..replicas).collect();
        let line = Line::of(x, scale)?;
        let y = line.scaled(&statistic(&everyone))?;
        let fitted = |drawn: &[usize]| line.scaled(&statistic(drawn)).map_or(f64::NAN, |y| line.slope(&y));
        let Estimate { value, standard_error, .. } = Estimate::of(replicas, key, fitted)?;
        let intercept = y.iter().sum::<f64>() / y.len() as f64 - value * line.middle;
        Ok(Slope { slope: value, intercept, standard_error, replicas })
    }

    /// The slope with its standard error, whose tests these are.
    fn estimate(&self) -> Estimate {
        Estimate { value: self.slope, standard_error: self.standard_error, replicas: self.replicas }
    }

    /// As [`Estimate::interval`].
    ///
    /// # Errors
    /// `OutOfRange` for a confidence outside (0, 1).
    pub fn interval(&self, confidence: f64) -> Result<Interval, CannotDecide> {
        self.estimate().interval(confidence)
    }

    /// As [`Estimate::against`].
    ///
    /// # Errors
    /// `OutOfRange` for a level outside (0, 1).
    pub fn against(&self, band: Interval, level: f64) -> Result<Place, CannotDecide> {
        self.estimate().against(band, level)
    }

    /// P-value of "the slope lies in the band", as [`Estimate::p_in_band`].
    pub fn p_in_band(&self, band: Interval) -> f64 {
        self.estimate().p_in_band(band)
    }

    /// P-value of "the slope lies outside the band", as [`Estimate::p_out_of_band`].
    pub fn p_out_of_band(&self, band: Interval) -> f64 {
        self.estimate().p_out_of_band(band)
    }
}

/// The x of a fit, in its scale.
struct Line {
    x: Vec<f64>,
    middle: f64,
    /// Sum of squares about the middle.
    spread: f64,
    scale: Scale,
}

impl Line {
    fn of(x: &[f64], scale: Scale) -> Result<Line, CannotDecide> {
        let x: Vec<f64> = x.iter().map(|x| scale.of(*x)).collect();
        usable(&x, 2)?;
        let middle = x.iter().sum::<f64>() / x.len() as f64;
        let spread: f64 = x.iter().map(|x| (x - middle).powi(2)).sum();
        if spread <= (f64::EPSILON * middle).powi(2) * x.len() as f64 {
            return Err(CannotDecide::NoSpread);
        }
        Ok(Line { x, middle, spread, scale })
    }

    /// One y per x, in the scale of the fit.
    fn scaled(&self, y: &[f64]) -> Result<Vec<f64>, CannotDecide> {
        if y.len() != self.x.len() {
            return Err(CannotDecide::Unpaired { first: self.x.len(), second: y.len() });
        }
        let y: Vec<f64> = y.iter().map(|y| self.scale.of(*y)).collect();
        usable(&y, 2)?;
        Ok(y)
    }

    fn slope(&self, y: &[f64]) -> f64 {
        self.x.iter().zip(y).map(|(x, y)| (x - self.middle) / self.spread * y).sum()
    }
}

impl Scale {
    fn of(self, value: f64) -> f64 {
        match self {
            Scale::Linear => value,
            Scale::LogLog if value > 0.0 => value.ln(),
            Scale::LogLog => f64::NAN,
        }
    }
}

/// (slope, intercept) of the least-squares line through points, for a drawing; an error has only [`Slope::fit`].
///
/// # Errors
/// `TooFew` below two points, `Unpaired`, `NotFinite`, `NoSpread` if all x agree.
pub fn line(x: &[f64], y: &[f64]) -> Result<(f64, f64), CannotDecide> {
    let line = Line::of(x, Scale::Linear)?;
    let y = line.scaled(y)?;
    let slope = line.slope(&y);
    Ok((slope, y.iter().sum::<f64>() / y.len() as f64 - slope * line.middle))
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
    fn a_slope_through_means_is_the_slope_of_the_replicas() {
        let x = [1.0, 2.0, 4.0, 16.0];
        let y: Vec<Vec<f64>> = powers(&x, &[-0.9, -1.1, -1.0, -1.2]);
        let key = Key::root("slope");
        let ln_means = |drawn: &[usize]| -> Vec<f64> {
            let mean = |cell: &Vec<f64>| drawn.iter().map(|r| cell[*r].ln()).sum::<f64>() / drawn.len() as f64;
            y.iter().map(|cell| mean(cell).exp()).collect()
        };
        let through = Slope::through(&x, 4, Scale::LogLog, &key, ln_means).unwrap();
        let fit = Slope::fit(&x, &y, Scale::LogLog, &key).unwrap();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(through.slope, fit.slope) && close(through.intercept, fit.intercept));
        assert!(close(through.standard_error, fit.standard_error));
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

    #[test]
    fn a_line_goes_through_its_points() {
        let (slope, intercept) = line(&[1.0, 2.0, 4.0], &[5.0, 7.0, 11.0]).unwrap();
        assert!((slope - 2.0).abs() < 1e-12 && (intercept - 3.0).abs() < 1e-12);
        // By hand: the best line through (0, 0), (1, 1), (2, 0) is flat at 1/3.
        let (slope, intercept) = line(&[0.0, 1.0, 2.0], &[0.0, 1.0, 0.0]).unwrap();
        assert!(slope.abs() < 1e-15 && (intercept - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(line(&[1.0, 1.0], &[1.0, 2.0]), Err(CannotDecide::NoSpread));
        assert!(line(&[1.0], &[1.0]).is_err() && line(&[1.0, f64::NAN], &[1.0, 2.0]).is_err());
    }
}
