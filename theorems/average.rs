//! Claims about means: the mean over replicas of a number, such as a paired difference, lies in a band.

use crate::{Finding, Level, Verdict, Witness};
use prunelaw_engine::statistics::compare::{Comparison, Test, paired};
use prunelaw_engine::statistics::power::{POWER, paired_t_replicas};
use prunelaw_engine::statistics::{CannotDecide, Interval};

/// A mean that is claimed to lie in a band, one end of which may be infinite.
#[derive(Clone, Copy, Debug)]
pub struct Average {
    /// Name of the version of the statement.
    pub version: &'static str,
    /// Whether it is the version that we stand behind.
    pub ours: bool,
    /// The band.
    pub band: Interval,
    /// Margins are in units of this, above 0.
    pub scale: f64,
}

impl Average {
    /// The finding at a point from one value per replica; `what` names the value.
    ///
    /// The claim holds here if the mean clears every end of the band at `level.alpha`, by Student's t (the sign test where
    /// the values do not spread); it is violated if the mean lies beyond an end at `level.per_point(points)`.
    pub fn judge(
        &self,
        what: &str,
        at: Vec<(String, String)>,
        values: &[f64],
        level: &Level,
        points: usize,
    ) -> Finding {
        let (verdict, p_value, seen) = match self.ends(values) {
            Ok(ends) => self.decide(what, &at, &ends, level, points),
            Err(error) => {
                (Verdict::Inconclusive { replicas_needed: None, because: error.to_string() }, None, error.to_string())
            }
        };
        Finding {
            version: self.version,
            ours: self.ours,
            point: at,
            verdict,
            p_value,
            replicas: values.len() as u64,
            failures: None,
            claimed_rate: None,
            seen,
        }
    }

    // The values against each finite end of the band.
    fn ends(&self, values: &[f64]) -> Result<Vec<End>, CannotDecide> {
        let end = |end: f64, above: bool| -> Result<End, CannotDecide> {
            let found = paired(values, &vec![end; values.len()])?;
            let (clears, beyond) = if above { (found.greater, found.less) } else { (found.less, found.greater) };
            Ok(End { end, found, sign: if above { 1.0 } else { -1.0 }, clears, beyond })
        };
        let Interval { low, high } = self.band;
        let low = low.is_finite().then(|| end(low, true));
        let high = high.is_finite().then(|| end(high, false));
        low.into_iter().chain(high).collect()
    }

    fn decide(
        &self,
        what: &str,
        at: &[(String, String)],
        ends: &[End],
        level: &Level,
        points: usize,
    ) -> (Verdict, Option<f64>, String) {
        let worst = |p: fn(&End) -> f64| ends.iter().map(p).fold(0.0, f64::max);
        let clears = worst(|end| end.clears);
        let Some(beyond) = ends.iter().min_by(|a, b| a.beyond.total_cmp(&b.beyond)) else {
            let because = "a band without ends claims nothing".to_owned();
            return (Verdict::Inconclusive { replicas_needed: None, because: because.clone() }, None, because);
        };
        let seen = beyond.words(what, self.band);
        let strict = level.per_point(points * ends.len());
        if clears <= level.alpha {
            let margin = ends.iter().map(|end| end.nearest(level.alpha)).fold(f64::INFINITY, f64::min) / self.scale;
            (Verdict::Holds { margin }, Some(clears), seen)
        } else if beyond.beyond <= strict {
            // The farthest that the mean may still reach towards the band.
            let margin = -beyond.farthest(strict) / self.scale;
            let witness = Witness { at: at.to_vec(), replica: None, seen: seen.clone() };
            (Verdict::Violated { margin, witness }, Some((beyond.beyond * ends.len() as f64).min(1.0)), seen)
        } else {
            let effect = |end: &End| paired_t_replicas(end.effect(), level.alpha, POWER).ok();
            let replicas_needed = ends.iter().map(effect).max().flatten();
            let because = format!("not clear of the edge at level {:.1e}: {seen}", level.alpha);
            (Verdict::Inconclusive { replicas_needed, because }, Some(clears), seen)
        }
    }
}

/// The values against one end of the band.
struct End {
    end: f64,
    found: Comparison,
    /// 1 if the band lies above this end, -1 if below.
    sign: f64,
    /// P-value of "the mean is not on the band's side".
    clears: f64,
    /// P-value of "the mean is on the band's side".
    beyond: f64,
}

impl End {
    // The mean's distance into the band: the end of its interval at one-sided `level` on the side of `towards`. A sign test
    // has no interval, and its point speaks.
    fn distance(&self, level: f64, pick: fn(Interval) -> f64) -> f64 {
        let interval = self.found.interval(1.0 - 2.0 * level).ok().filter(|interval| interval.width().is_finite());
        interval.map_or(self.found.difference, pick)
    }

    fn nearest(&self, level: f64) -> f64 {
        self.sign * self.distance(level, if self.sign > 0.0 { |i| i.low } else { |i| i.high })
    }

    fn farthest(&self, level: f64) -> f64 {
        -self.sign * self.distance(level, if self.sign > 0.0 { |i| i.high } else { |i| i.low })
    }

    // Standard deviations between the mean and the end.
    fn effect(&self) -> f64 {
        let deviation = self.found.standard_error * (self.found.df + 1.0).sqrt();
        (self.found.difference / deviation).abs()
    }

    fn words(&self, what: &str, band: Interval) -> String {
        let test = if self.found.test == Test::Sign { "sign test" } else { "t" };
        let (mean, error) = (self.found.difference + self.end, self.found.standard_error);
        let claimed = match (band.low.is_finite(), band.high.is_finite()) {
            (true, true) => format!("in [{:.4}, {:.4}]", band.low, band.high),
            (true, false) => format!("above {:.4}", band.low),
            _ => format!("below {:.4}", band.high),
        };
        format!("mean {what} {mean:.4} +- {error:.4}, claimed {claimed}; {test} {:.2}", self.found.statistic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVEL: Level = Level { alpha: 1e-3 };

    fn judged(low: f64, high: f64, middle: f64, spread: f64) -> Finding {
        let values: Vec<f64> = (0..25).map(|r| middle + spread * f64::from(r % 5 - 2)).collect();
        let average = Average { version: "as stated", ours: true, band: Interval { low, high }, scale: 2.0 };
        average.judge("gain", Vec::new(), &values, &LEVEL, 3)
    }

    #[test]
    fn a_mean_is_in_the_band_beyond_an_end_or_not_clear() {
        let name = |low, high, middle, spread| judged(low, high, middle, spread).verdict.name();
        for (low, high) in [(0.0, f64::INFINITY), (0.0, 4.0)] {
            assert_eq!(name(low, high, 1.0, 0.1), "holds");
            assert_eq!(name(low, high, -1.0, 0.1), "violated");
            assert_eq!(name(low, high, 0.05, 0.1), "inconclusive");
        }
        assert_eq!(name(0.0, 4.0, 5.0, 0.1), "violated");
        assert_eq!(name(f64::NEG_INFINITY, 4.0, 5.0, 0.1), "violated");
        assert_eq!(name(f64::NEG_INFINITY, 4.0, 3.0, 0.1), "holds");
        // Without spread the number of replicas that agree decides.
        assert_eq!(name(0.0, 4.0, 1.0, 0.0), "holds");
        for nothing in [f64::NAN, f64::INFINITY] {
            assert_eq!(name(0.0, 4.0, nothing, 0.1), "inconclusive");
        }
        assert_eq!(name(f64::NEG_INFINITY, f64::INFINITY, 1.0, 0.1), "inconclusive");
    }

    #[test]
    fn margins_are_distances_from_the_nearest_end_and_shrink_with_the_spread() {
        let margin = |middle, spread| judged(0.0, 4.0, middle, spread).verdict.margin().unwrap();
        assert!(margin(1.0, 0.01) > 0.49 && margin(1.0, 0.01) < 0.5 && margin(1.0, 0.1) < margin(1.0, 0.01));
        assert!(margin(3.5, 0.01) < 0.25 && margin(3.5, 0.01) > 0.24);
        assert!(margin(-1.0, 0.01) < -0.49 && margin(-1.0, 0.01) > -0.5 && margin(6.0, 0.01) < -0.99);
    }

    #[test]
    fn an_unclear_mean_says_how_many_replicas_it_needs() {
        let Verdict::Inconclusive { replicas_needed: Some(few), .. } = judged(0.0, 4.0, 0.05, 0.1).verdict else {
            panic!("inconclusive")
        };
        // 0.05 against a standard deviation of 0.144.
        assert!((50..200).contains(&few), "{few}");
    }
}
