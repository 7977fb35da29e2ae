//! Claims about laws: independent draws against a distribution function, up to a tolerance.

use crate::point::Point;
use crate::{Finding, Level, Verdict, Witness};
use prunelaw_engine::statistics::kolmogorov;

/// A law that is claimed for a column: its distribution function, up to a largest difference.
#[derive(Clone, Copy, Debug)]
pub struct Law {
    /// Name of the version of the statement.
    pub version: &'static str,
    /// Whether it is the version that we stand behind.
    pub ours: bool,
    /// The column with one draw per replica.
    pub column: &'static str,
    /// The claimed P(draw <= x).
    pub at_most: fn(f64) -> f64,
    /// Laws whose distribution functions differ from the claimed one by at most this count as the claimed one.
    pub tolerance: f64,
}

impl Law {
    /// The finding at one of `points` points, for a number of replicas fixed beforehand; `failed` lists assumptions that
    /// fail there.
    ///
    /// If the true law lies within the tolerance, then Kolmogorov's distance D to the claimed one exceeds that to the true
    /// one by no more than the tolerance; if it lies beyond, then by more. So P(D_n >= |D - tolerance|) bounds the chance
    /// to err on either side.
    pub fn judge(&self, point: &Point<'_>, level: &Level, points: usize, failed: Vec<String>) -> Finding {
        let drawn = point.numbers(self.column);
        let fit = kolmogorov::test(&drawn, self.at_most);
        let count = drawn.len() as u64;
        let (seen, verdict, p_value) = match fit {
            Err(error) => {
                let because = error.to_string();
                (because.clone(), Verdict::Inconclusive { replicas_needed: None, because }, None)
            }
            Ok(fit) => {
                let seen = format!(
                    "Kolmogorov distance {:.4} over {count} draws, tolerance {} (p {:.1e} against the very law)",
                    fit.distance, self.tolerance, fit.p_value
                );
                let (verdict, p_value) = self.decide(fit.distance, count, point, level, points, &seen);
                (seen, verdict, Some(p_value))
            }
        };
        let (verdict, p_value) =
            if failed.is_empty() { (verdict, p_value) } else { (Verdict::OutOfScope { failed }, None) };
        Finding {
            version: self.version,
            ours: self.ours,
            point: point.at(),
            verdict,
            p_value,
            replicas: count,
            failures: None,
            claimed_rate: None,
            seen,
        }
    }

    fn decide(
        &self,
        distance: f64,
        count: u64,
        point: &Point<'_>,
        level: &Level,
        points: usize,
        seen: &str,
    ) -> (Verdict, f64) {
        let slack = self.tolerance - distance;
        let p_value = kolmogorov::p_value(count, slack.abs());
        let margin = slack / self.tolerance;
        if slack > 0.0 && p_value <= level.alpha {
            (Verdict::Holds { margin }, p_value)
        } else if slack < 0.0 && p_value <= level.per_point(points) {
            let witness = Witness { at: point.at(), replica: None, seen: seen.to_owned() };
            (Verdict::Violated { margin, witness }, p_value)
        } else {
            // P(D_n >= d) <= 2 exp(-2 n d^2) (Massart), if the distance stays what was seen.
            let needed = (2.0 / level.per_point(points)).ln() / (2.0 * slack * slack);
            let replicas_needed = needed.is_finite().then_some(needed.ceil() as u64);
            let because = format!("too near to the tolerance: {seen}");
            (Verdict::Inconclusive { replicas_needed, because }, if slack > 0.0 { p_value } else { 1.0 })
        }
    }
}

/// Draws from which on a law at distance `distance` from the claimed one holds at `alpha`, if the seen distance is
/// above the true one by no more than Kolmogorov's median: what a card asks for, with room for twice of it.
pub fn replicas(tolerance: f64, distance: f64, alpha: f64) -> u64 {
    // Median of sqrt(n) D_n: 0.828.
    let needed = ((2.0 / alpha).ln() / 2.0).sqrt() + 2.0 * 0.828;
    (needed / (tolerance - distance)).powi(2).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::point::points;
    use prunelaw_engine::table::{Column, Table};

    /// The verdict on evenly spread draws of [0, 1] to the power given, against the uniform law.
    fn verdict(power: f64, count: usize) -> Verdict {
        let mut table = Table::new(&[Column::integer("replica", "1", ""), Column::real("x", "1", "")]);
        let draw = |r: usize| ((r as f64 + 0.5) / count as f64).powf(power);
        table.rows = (0..count).map(|r| vec![r.into(), draw(r).into()]).collect();
        let law = Law { version: "as stated", ours: true, column: "x", at_most: |x| x, tolerance: 0.05 };
        law.judge(&points(&table)[0], &Level { alpha: 1e-4 }, 3, Vec::new()).verdict
    }

    #[test]
    fn a_law_holds_is_violated_or_needs_more_draws() {
        assert!(matches!(verdict(1.0, 5000), Verdict::Holds { margin } if margin > 0.9));
        // x^(1/2) is at distance 1/4.
        assert!(matches!(verdict(2.0, 1000), Verdict::Violated { margin, .. } if margin < -3.0));
        let Verdict::Inconclusive { replicas_needed, .. } = verdict(1.0, 500) else { panic!() };
        assert!((2000..2500).contains(&replicas_needed.unwrap()), "{replicas_needed:?}");
        assert_eq!(verdict(f64::NAN, 500).name(), "inconclusive");
    }

    #[test]
    fn the_replicas_of_a_card_decide() {
        let enough = replicas(0.05, 0.0, 1e-4);
        assert!(matches!(verdict(1.0, enough as usize), Verdict::Holds { .. }) && enough < 8000, "{enough}");
    }
}
