//! Claims without chance: a measured number that must not exceed a limit in any replica.

use crate::point::Point;
use crate::{Finding, Verdict, Witness};

/// A statement `column <= limit`.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Name of the version of the statement.
    pub version: &'static str,
    /// Whether it is the version that we stand behind.
    pub ours: bool,
    /// The measured column.
    pub column: &'static str,
    /// What it must not exceed.
    pub limit: f64,
}

impl Limit {
    /// The finding at a point: no replica may exceed the limit; `failed` lists assumptions that fail there.
    ///
    /// The margin is 1 - worst / limit: relative slack, negative for a violation. A limit of 0 has no scale: the margin is 1
    /// for 0 and otherwise minus what was seen.
    pub fn judge(&self, point: &Point<'_>, failed: Vec<String>) -> Finding {
        self.judge_values(point, &point.numbers(self.column), failed)
    }

    /// The same for one number per replica that is made of several columns; `column` is its name in words.
    pub fn judge_values(&self, point: &Point<'_>, seen: &[f64], failed: Vec<String>) -> Finding {
        let worst = (0..seen.len()).max_by(|a, b| seen[*a].total_cmp(&seen[*b])).unwrap_or(0);
        let margin = match self.limit {
            0.0 if seen[worst] == 0.0 => 1.0,
            0.0 => -seen[worst],
            limit => 1.0 - seen[worst] / limit,
        };
        let words = format!("largest {} {:.3e}, limit {:.3e}", self.column, seen[worst], self.limit);
        let verdict = if !failed.is_empty() {
            Verdict::OutOfScope { failed }
        } else if seen.iter().any(|value| !value.is_finite()) {
            Verdict::Inconclusive { replicas_needed: None, because: format!("{} is not finite", self.column) }
        } else if seen[worst] <= self.limit {
            Verdict::Holds { margin }
        } else {
            let witness = Witness { at: point.at(), replica: Some(point.replica(worst)), seen: words.clone() };
            Verdict::Violated { margin, witness }
        };
        Finding {
            version: self.version,
            ours: self.ours,
            point: point.at(),
            verdict,
            p_value: None,
            replicas: seen.len() as u64,
            // A value that compares with nothing is no success.
            failures: Some(seen.iter().filter(|value| !(**value <= self.limit)).count() as u64),
            claimed_rate: None,
            seen: words,
        }
    }

    /// The finding as part of a claim about a scaling: it refutes the claim where the limit is exceeded, and is only
    /// reported where it holds, so that the scaling speaks.
    pub fn beside_a_scaling(&self, point: &Point<'_>) -> Finding {
        self.values_beside_a_scaling(point, &point.numbers(self.column))
    }

    /// The same for numbers that are made of several columns.
    pub fn values_beside_a_scaling(&self, point: &Point<'_>, seen: &[f64]) -> Finding {
        let finding = self.judge_values(point, seen, Vec::new());
        Finding { ours: !matches!(finding.verdict, Verdict::Holds { .. }), ..finding }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::point::points;
    use prunelaw_engine::table::{Column, Table};

    fn verdict(values: &[f64]) -> Finding {
        against(2.0, values)
    }

    fn against(limit: f64, values: &[f64]) -> Finding {
        let mut table = Table::new(&[Column::integer("replica", "1", ""), Column::real("x", "1", "")]);
        table.rows = values.iter().enumerate().map(|(r, x)| vec![r.into(), (*x).into()]).collect();
        Limit { version: "as stated", ours: true, column: "x", limit }.judge(&points(&table)[0], Vec::new())
    }

    #[test]
    fn the_worst_replica_speaks() {
        assert_eq!(verdict(&[0.5, 1.0]).verdict, Verdict::Holds { margin: 0.5 });
        let found = verdict(&[0.5, 3.0, 2.5]);
        let Verdict::Violated { margin, witness } = &found.verdict else { panic!("{found:?}") };
        assert_eq!((*margin, witness.replica, found.failures), (-0.5, Some(1), Some(2)));
    }

    #[test]
    fn where_nothing_is_allowed_nothing_holds() {
        assert_eq!(against(0.0, &[0.0, -0.0]).verdict, Verdict::Holds { margin: 1.0 });
        assert_eq!(against(0.0, &[0.0, 0.25]).verdict.margin(), Some(-0.25));
        assert_eq!(against(0.0, &[0.0, f64::NAN]).verdict.name(), "inconclusive");
    }

    #[test]
    fn what_is_not_finite_never_holds() {
        for bad in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(verdict(&[0.5, bad]).verdict.name(), "inconclusive");
        }
    }
}
