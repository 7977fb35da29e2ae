//! Claims about a lower bound on a Lipschitz constant: refuted below it, and vacuous where the data alone say as much.

use crate::point::Point;
use crate::{Finding, Verdict, Witness};

/// A bound in a column, against the columns `lipschitz` and `trivial` of the same row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Floor {
    /// Name of the version of the statement.
    pub(super) version: &'static str,
    /// Whether it is the version that we stand behind.
    pub(super) ours: bool,
    /// The column with the bound.
    pub(super) column: &'static str,
    /// The samples that this version asks for; with fewer it says nothing.
    pub(super) samples: f64,
}

impl Floor {
    /// The finding at a point, of the replica whose constant is nearest to its bound.
    pub(super) fn judge(&self, point: &Point<'_>) -> Finding {
        let (bounds, constants) = (point.numbers(self.column), point.numbers("lipschitz"));
        let free = point.numbers("trivial");
        let slack = |at: &usize| constants[*at] / bounds[*at];
        let worst = (0..bounds.len()).min_by(|a, b| slack(a).total_cmp(&slack(b))).unwrap_or(0);
        let (bound, constant, trivial) = (bounds[worst], constants[worst], free[worst]);
        let asks = if self.samples > 0.0 { format!("; asks for n >= {:.0}", self.samples) } else { String::new() };
        let seen = format!("constant {constant:.3}, bound {bound:.3e}, trivial {trivial:.3}{asks}");
        let verdict = if point.number("samples") < self.samples {
            Verdict::OutOfScope { failed: vec!["enough samples".to_owned()] }
        } else if !bounds.iter().chain(&constants).chain(&free).all(|value| value.is_finite()) {
            Verdict::Inconclusive { replicas_needed: None, because: format!("not finite: {seen}") }
        } else if constant < bound {
            let witness = Witness { at: point.at(), replica: Some(point.replica(worst)), seen: seen.clone() };
            Verdict::Violated { margin: constant / bound - 1.0, witness }
        } else if bound <= trivial {
            Verdict::Vacuous { bound, trivial }
        } else {
            Verdict::Holds { margin: 1.0 - bound / constant }
        };
        Finding {
            version: self.version,
            ours: self.ours,
            point: point.at(),
            verdict,
            p_value: None,
            replicas: bounds.len() as u64,
            failures: None,
            claimed_rate: None,
            seen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::point::points;
    use prunelaw_engine::table::{Column, Table};

    fn verdict(lipschitz: f64, trivial: f64, bound: f64) -> &'static str {
        let real = |name| Column::real(name, "1", "");
        let columns = [Column::integer("samples", "1", ""), Column::integer("replica", "1", "")];
        let mut table = Table::new(&[&columns[..], &[real("lipschitz"), real("trivial"), real("bound")]].concat());
        table.rows.push(vec![20usize.into(), 0usize.into(), lipschitz.into(), trivial.into(), bound.into()]);
        let floor = |samples| Floor { version: "as stated", ours: true, column: "bound", samples };
        assert_eq!(floor(21.0).judge(&points(&table)[0]).verdict.name(), "out_of_scope");
        floor(20.0).judge(&points(&table)[0]).verdict.name()
    }

    #[test]
    fn a_floor_is_refuted_below_it_and_vacuous_where_the_data_say_as_much() {
        assert_eq!(verdict(3.0, 1.0, 2.0), "holds");
        assert_eq!(verdict(3.0, 2.0, 1.0), "vacuous");
        assert_eq!(verdict(3.0, 2.0, 4.0), "violated");
        assert_eq!(verdict(3.0, f64::INFINITY, 4.0), "inconclusive");
        assert_eq!(verdict(f64::NAN, 1.0, 2.0), "inconclusive");
    }
}
