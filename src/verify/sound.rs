//! No verdict is `holds` by default: the rows behind it must all be there, and all be finite.
//!
//! This is done here, once, and not in every judge, so that no claim can forget it and no option can silence it.

use super::Part;
use crate::engine::table::{Cell, Column, Table};
use crate::theorems::point::{Point, points};
use crate::theorems::{Finding, Verdict};

/// The findings, with everything that rests on all rows taken back if a row that counts is unsound.
///
/// Rows of points that are out of scope do not count: the claim says nothing there.
pub(super) fn hold_back(mut findings: Vec<Finding>, parts: &[Part]) -> Vec<Finding> {
    let counts = |at: &[(String, String)]| {
        let mut here = findings.iter().filter(|finding| finding.ours && finding.point == at).peekable();
        // A point without a finding of its own, such as the dense network that others are compared with, counts.
        here.peek().is_none() || here.any(|finding| !matches!(finding.verdict, Verdict::OutOfScope { .. }))
    };
    let Some(because) = parts.iter().find_map(|part| fault(part, &counts)) else { return findings };
    for finding in &mut findings {
        if rests_on_all_rows(&finding.verdict) {
            finding.verdict = Verdict::Inconclusive { replicas_needed: None, because: because.clone() };
        }
    }
    findings
}

/// Whether every row speaks in a verdict. A violation that one replica shows stands whatever became of the others; one
/// of a whole cell counts rows, and a draw that failed must not count as an event.
fn rests_on_all_rows(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Violated { witness, .. } => witness.replica.is_none(),
        Verdict::OutOfScope { .. } | Verdict::Inconclusive { .. } => false,
        Verdict::Holds { .. } | Verdict::Vacuous { .. } => true,
        Verdict::ScalingAgrees { .. } | Verdict::ScalingDisagrees { .. } => true,
    }
}

/// What is wrong with the rows of an evidence, if anything is.
fn fault(part: &Part, counts: &dyn Fn(&[(String, String)]) -> bool) -> Option<String> {
    let (table, asked) = (&part.table, part.study.request.replicas);
    let cells = part.study.request.cells().len();
    let there = points(table);
    if there.len() != cells {
        return Some(format!("{} of {cells} points have rows", there.len()));
    }
    there.iter().filter(|point| counts(&point.at())).find_map(|point| point_fault(point, table, asked))
}

fn point_fault(point: &Point<'_>, table: &Table, asked: u64) -> Option<String> {
    let at = super::report::words(&point.at());
    let mut replicas: Vec<u64> = (0..point.rows.len()).map(|row| point.replica(row)).collect();
    replicas.dedup();
    if !replicas.iter().copied().eq(0..asked) {
        return Some(format!("{} of {asked} replicas are there at {at}", replicas.len()));
    }
    let measures = table.position("replica").map_or(0, |at| at + 1);
    for (index, row) in point.rows.iter().enumerate() {
        let replica = point.replica(index);
        let infinite = |(cell, _): &(&Cell, &Column)| matches!(cell, Cell::Real(value) if !value.is_finite());
        if row[measures..].iter().all(failed) {
            return Some(format!("replica {replica} could not be drawn at {at}"));
        }
        if let Some((_, column)) = row.iter().zip(&table.columns).find(infinite) {
            return Some(format!("`{}` is not finite in replica {replica} at {at}", column.name));
        }
    }
    None
}

/// What the runner writes into every cell of a draw that could not be made.
fn failed(cell: &Cell) -> bool {
    match cell {
        Cell::Real(value) => value.is_nan(),
        Cell::Integer(value) => *value == -1,
        Cell::Text(word) => word == "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theorems::Witness;

    #[test]
    fn a_violation_that_one_replica_shows_stands_and_one_of_a_whole_cell_does_not() {
        let violated = |replica| Verdict::Violated {
            margin: -1.0,
            witness: Witness { at: Vec::new(), replica, seen: String::new() },
        };
        assert!(!rests_on_all_rows(&violated(Some(3))));
        assert!(rests_on_all_rows(&violated(None)));
        assert!(rests_on_all_rows(&Verdict::Holds { margin: 0.5 }));
    }
}
