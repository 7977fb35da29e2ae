//! Claims about rates: events counted over replicas, against a claimed rate, with a sequential test.

use crate::point::Point;
use crate::{Finding, Level, Verdict, Witness};
use prunelaw_engine::statistics::Place;
use prunelaw_engine::statistics::power::{POWER, sequential_replicas};
use prunelaw_engine::statistics::sequential::{RateLaw, Tally, Watch};

/// An event whose rate is claimed.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// Name of the version of the statement.
    pub version: &'static str,
    /// The claimed rate.
    pub law: RateLaw,
}

impl Event {
    /// The finding at a point from one outcome per replica, in replica order (true: the event, or failure, occurred).
    ///
    /// The claim holds here at `level.alpha`, and is violated at `level.per_point(points)`; the first prefix that permits
    /// either decides, and later replicas are not counted. The margin is that of the rate seen.
    pub fn judge(&self, point: &Point<'_>, outcomes: &[bool], level: &Level, points: usize) -> Finding {
        let claimed = match self.law {
            RateLaw::AtMost(rate) | RateLaw::Within { rate, .. } => rate,
        };
        let finding = |verdict, p_value, replicas, failures, seen| Finding {
            version: self.version,
            ours: true,
            point: point.at(),
            verdict,
            p_value,
            replicas,
            failures: Some(failures),
            claimed_rate: Some(claimed),
            seen,
        };
        let (strict, loose) = (level.per_point(points), level.alpha);
        let (mut refutes, mut supports) = match (Watch::new(self.law, strict), Watch::new(self.law, loose)) {
            (Ok(refutes), Ok(supports)) => (refutes, supports),
            (Err(error), _) | (_, Err(error)) => {
                let verdict = Verdict::Inconclusive { replicas_needed: None, because: error.to_string() };
                return finding(verdict, None, 0, 0, String::new());
            }
        };
        let mut place = Place::Undecided;
        for &outcome in outcomes {
            let (refuted, supported) = (refutes.push(outcome), supports.push(outcome));
            if refuted && refutes.decision().place == Place::Outside {
                place = Place::Outside;
                break;
            }
            if supported && supports.decision().place == Place::Inside {
                place = Place::Inside;
                break;
            }
        }
        let seen_by = match place {
            Place::Inside => supports.decision(),
            Place::Outside | Place::Undecided => refutes.decision(),
        };
        let (tally, interval) = (seen_by.tally, seen_by.interval);
        let seen = format!(
            "{} of {} ({:.4}), interval [{:.4}, {:.4}], claimed {claimed:.4}",
            tally.ones,
            tally.outcomes,
            tally.ones as f64 / tally.outcomes.max(1) as f64,
            interval.low,
            interval.high
        );
        let (verdict, p_value) = match place {
            Place::Inside => (Verdict::Holds { margin: self.margin(tally).max(0.0) }, seen_by.p_false),
            Place::Outside => {
                let witness = Witness { at: point.at(), replica: None, seen: seen.clone() };
                (Verdict::Violated { margin: self.margin(tally), witness }, seen_by.p_true)
            }
            Place::Undecided => {
                // If the rate is what was seen: at the level of the side on which that lies.
                let band = self.law.band();
                let rate = tally.estimate();
                let level = if (band.low..=band.high).contains(&rate) { loose } else { strict };
                let replicas_needed = sequential_replicas(self.law, rate, level, POWER).ok().flatten();
                let because = format!("the interval reaches across the edge of the claim: {seen}");
                (Verdict::Inconclusive { replicas_needed, because }, seen_by.p_false)
            }
        };
        finding(verdict, Some(p_value), tally.outcomes, tally.ones, seen)
    }

    /// 1 - |seen - claimed| / tolerance, or 1 - seen / claimed for an upper bound: 0 is the edge of what is claimed.
    fn margin(&self, tally: Tally) -> f64 {
        let seen = tally.ones as f64 / tally.outcomes.max(1) as f64;
        match self.law {
            RateLaw::AtMost(rate) => 1.0 - seen / rate,
            RateLaw::Within { rate, tolerance } => 1.0 - (seen - rate).abs() / tolerance,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::point::points;
    use prunelaw_engine::table::{Column, Table};

    fn judged(outcomes: &[bool], rate: f64, tolerance: f64) -> Finding {
        let mut table = Table::new(&[Column::integer("replica", "1", "")]);
        table.rows = (0..outcomes.len()).map(|r| vec![r.into()]).collect();
        let event = Event { version: "as stated", law: RateLaw::Within { rate, tolerance } };
        event.judge(&points(&table)[0], outcomes, &Level { alpha: 1e-3 }, 2)
    }

    fn every(period: usize, count: usize) -> Vec<bool> {
        (0..count).map(|i| i % period == 0).collect()
    }

    #[test]
    fn a_rate_inside_holds_and_one_outside_is_violated_with_a_margin_of_that_sign() {
        let inside = judged(&every(10, 20_000), 0.1, 0.03);
        assert!(matches!(inside.verdict, Verdict::Holds { margin } if margin >= 0.0), "{inside:?}");
        let outside = judged(&every(2, 20_000), 0.1, 0.03);
        assert!(matches!(&outside.verdict, Verdict::Violated { margin, .. } if *margin < 0.0), "{outside:?}");
        assert!(outside.replicas < 200 && inside.replicas < 20_000);
    }

    #[test]
    fn what_is_undecided_says_how_far_it_is_from_holding_and_counts_replicas_from_what_was_seen() {
        let needed = |period| {
            let found = judged(&every(period, 30), 0.1, 0.03);
            // Neither side is near its level.
            assert!(found.p_value.unwrap() > 1e-3, "{found:?}");
            let Verdict::Inconclusive { replicas_needed, .. } = found.verdict else { panic!("{found:?}") };
            replicas_needed.unwrap()
        };
        // One in four is far from the band [0.07, 0.13], one in ten within it.
        assert!(needed(4) < 300 && needed(10) > 1000, "{} {}", needed(4), needed(10));
    }

    #[test]
    fn replicas_after_the_decision_change_nothing() {
        let long = judged(&every(10, 20_000), 0.1, 0.03);
        let cut = judged(&every(10, long.replicas as usize), 0.1, 0.03);
        assert_eq!(long, cut);
        let short = judged(&every(10, long.replicas as usize - 1), 0.1, 0.03);
        assert_eq!(short.verdict.name(), "inconclusive");
    }
}
