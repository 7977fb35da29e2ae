//! Claims about exponents: a slope fitted over replicas, against a band around the claimed one.

use crate::{Finding, Level, Verdict};
use prunelaw_engine::statistics::slope::Slope;
use prunelaw_engine::statistics::{CannotDecide, Interval, Place};

/// A slope that is claimed within a band.
#[derive(Clone, Copy, Debug)]
pub struct Exponent {
    /// Name of the version of the statement.
    pub version: &'static str,
    /// Whether it is the version that we stand behind.
    pub ours: bool,
    /// The claimed slope.
    pub expected: f64,
    /// Half-width of the band around it.
    pub band: f64,
}

impl Exponent {
    /// The finding on a fit, one of `slopes` that make the claim's verdict. It belongs to all points together.
    ///
    /// The claim agrees at `level.alpha`, and disagrees at `level.per_point(slopes)`.
    pub fn judge(&self, fit: &Result<Slope, CannotDecide>, level: &Level, slopes: usize) -> Finding {
        let seen = match fit {
            Ok(fit) => format!("slope {:.4} +- {:.4}, claimed {}", fit.slope, fit.standard_error, self.expected),
            Err(error) => error.to_string(),
        };
        let decided = fit.clone().and_then(|fit| self.decide(&fit, level, slopes));
        let (verdict, p_value) = match decided {
            Ok((verdict, p_value)) => (verdict, Some(p_value)),
            Err(error) => (Verdict::Inconclusive { replicas_needed: None, because: error.to_string() }, None),
        };
        Finding {
            version: self.version,
            ours: self.ours,
            point: Vec::new(),
            verdict,
            p_value,
            replicas: fit.as_ref().map_or(0, |fit| fit.replicas as u64),
            failures: None,
            claimed_rate: None,
            seen,
        }
    }

    fn decide(&self, fit: &Slope, level: &Level, slopes: usize) -> Result<(Verdict, f64), CannotDecide> {
        let band = Interval::around(self.expected, self.band);
        let (exponent, expected, std_err) = (fit.slope, self.expected, fit.standard_error);
        Ok(if fit.against(band, level.per_point(slopes))? == Place::Outside {
            (Verdict::ScalingDisagrees { exponent, expected, std_err }, fit.p_in_band(band))
        } else if fit.against(band, level.alpha)? == Place::Inside {
            (Verdict::ScalingAgrees { exponent, expected, std_err }, fit.p_out_of_band(band))
        } else {
            let because = format!("the slope {exponent:.4} +- {std_err:.4} is not clear of the edge of the band");
            (Verdict::Inconclusive { replicas_needed: None, because }, fit.p_in_band(band).min(fit.p_out_of_band(band)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prunelaw_engine::key::Key;
    use prunelaw_engine::statistics::slope::Scale;

    fn verdict(exponent: f64, spread: f64) -> &'static str {
        let at = [0.1_f64, 0.3, 1.0];
        let replica = |x: f64, r: i32| x.powf(exponent + spread * f64::from(r % 5 - 2));
        let values: Vec<Vec<f64>> = at.iter().map(|x| (0..20).map(|r| replica(*x, r)).collect()).collect();
        let fit = Slope::fit(&at, &values, Scale::LogLog, &Key::root("a slope"));
        let claimed = Exponent { version: "as stated", ours: true, expected: 0.5, band: 0.05 };
        claimed.judge(&fit, &Level { alpha: 1e-3 }, 2).verdict.name()
    }

    #[test]
    fn a_slope_is_in_the_band_out_of_it_or_not_clear() {
        assert_eq!(verdict(0.5, 0.01), "scaling_agrees");
        assert_eq!(verdict(1.0, 0.01), "scaling_disagrees");
        assert_eq!(verdict(0.54, 0.05), "inconclusive");
    }

    #[test]
    fn a_slope_that_could_not_be_fitted_decides_nothing() {
        assert_eq!(verdict(f64::NAN, 0.0), "inconclusive");
    }
}
