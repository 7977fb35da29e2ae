//! A statement whose names are resolved, in the rows of a table: who holds by how much, who does not, and what is free.

use super::expression::{Expression, ExpressionError, Relation, Statement};
use super::names::Name;
use crate::engine::settings::{Request, Schema, Settings, plain};
use crate::engine::table::{Column, Row, Table};
use crate::theorems::point::{Point, points};
use crate::theorems::{Finding, Verdict, Witness};

/// A statement over the rows of one experiment.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    relation: Relation,
    left: Side,
    right: Side,
    step: Option<usize>,
}

#[derive(Clone, Debug)]
struct Side {
    expression: Expression,
    names: Vec<Name>,
    /// Whether a measure enters.
    measured: bool,
    /// Whether it is one measured fraction: a number in [0, 1] whatever was measured.
    fraction: bool,
}

/// Both sides in one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sides {
    pub(super) left: f64,
    pub(super) right: f64,
    /// The row's step, in a trajectory.
    step: Option<f64>,
}

impl Sides {
    /// In words.
    pub(super) fn words(&self) -> String {
        let step = self.step.map_or(String::new(), |step| format!(" at step {step}"));
        format!("left {}, right {}{step}", shown(self.left), shown(self.right))
    }

    fn finite(&self) -> bool {
        self.left.is_finite() && self.right.is_finite()
    }
}

/// Six digits.
fn shown(x: f64) -> String {
    if x == 0.0 || !x.is_finite() || (1e-3..1e6).contains(&x.abs()) { format!("{x:.6}") } else { format!("{x:.5e}") }
}

impl Bound {
    /// Finds every name among these columns and settings.
    pub(super) fn new(
        statement: &Statement,
        schema: &'static Schema,
        columns: &[Column],
        cells: &[Settings],
    ) -> Result<Bound, ExpressionError> {
        let side = |expression: &Expression| -> Result<Side, ExpressionError> {
            let found = expression.names().iter().map(|name| Name::find(name, schema, columns));
            let names: Vec<Name> = found.collect::<Result<_, _>>()?;
            for name in &names {
                cells.iter().try_for_each(|cell| name.check(cell))?;
            }
            let unit = match names.as_slice() {
                [Name::Measure(at)] if expression.is_a_name() => columns[*at].unit,
                _ => "",
            };
            let measured = names.iter().any(|name| matches!(name, Name::Measure(_)));
            Ok(Side { expression: expression.clone(), names, measured, fraction: unit == "fraction" })
        };
        let (left, right) = (side(&statement.left)?, side(&statement.right)?);
        if !left.measured && !right.measured {
            let measures: Vec<&str> = Name::measures(columns).collect();
            return Err(ExpressionError(format!(
                "no measure stands on either side, so that nothing which was measured could speak. Measures here: {}",
                measures.join(", ")
            )));
        }
        let step = columns.iter().position(|column| column.name == "step");
        Ok(Bound { relation: statement.relation, left, right, step })
    }

    /// Both sides in a row of a cell.
    pub(super) fn sides(&self, cell: &Settings, row: &Row) -> Sides {
        let value = |side: &Side| {
            let values: Vec<f64> = side.names.iter().map(|name| name.value(cell, row)).collect();
            side.expression.value(&values)
        };
        Sides { left: value(&self.left), right: value(&self.right), step: self.step.map(|at| row[at].number()) }
    }

    /// Whether a row refutes the statement: two finite numbers that are not related so.
    pub(super) fn refuted(&self, sides: &Sides) -> bool {
        sides.finite() && !self.relation.holds(sides.left, sides.right)
    }

    /// The difference of the sides over the larger of their sizes: from 0 for equality to 1, and 2 across 0.
    fn slack(&self, sides: &Sides) -> f64 {
        let (larger, smaller) = self.relation.larger_first(sides.left, sides.right);
        let size = sides.left.abs().max(sides.right.abs());
        if size == 0.0 { 0.0 } else { (larger - smaller) / size }
    }

    /// By which factor the larger side exceeds the smaller one, where both have one sign.
    pub(super) fn factor(&self, sides: &Sides) -> Option<f64> {
        let (larger, smaller) = self.relation.larger_first(sides.left, sides.right);
        let factor = if smaller > 0.0 { larger / smaller } else { smaller / larger };
        (larger * smaller > 0.0).then_some(factor)
    }

    /// The bound in a row where it says no more of a measured fraction than that it lies in [0, 1]: 1 or more. A bound from below
    /// is one of the complement from above.
    fn free(&self, sides: &Sides) -> Option<f64> {
        let (larger, smaller) = self.relation.larger_first((&self.left, sides.left), (&self.right, sides.right));
        match (larger.0.measured, smaller.0.measured) {
            (true, false) if larger.0.fraction && self.relation.in_order(0.0, smaller.1) => Some(1.0 - smaller.1),
            (false, true) if smaller.0.fraction && self.relation.in_order(larger.1, 1.0) => Some(larger.1),
            _ => None,
        }
    }

    /// One finding per cell of the request.
    pub(super) fn judge(&self, request: &Request, table: &Table) -> Vec<Finding> {
        let points = points(table);
        request.cells().iter().map(|cell| self.at(cell, points.iter().find(|point| is(point, cell)))).collect()
    }

    fn at(&self, cell: &Settings, point: Option<&Point<'_>>) -> Finding {
        let Some(point) = point else {
            let because = "there are no rows".to_owned();
            return finding(axes(cell), Verdict::Inconclusive { replicas_needed: None, because }, 0, 0, String::new());
        };
        let rows: Vec<(u64, Sides)> =
            point.rows.iter().enumerate().map(|(at, row)| (point.replica(at), self.sides(cell, row))).collect();
        let count = |rows: &mut dyn Iterator<Item = u64>| {
            let mut replicas: Vec<u64> = rows.collect();
            replicas.dedup();
            replicas.len() as u64
        };
        let replicas = count(&mut rows.iter().map(|(replica, _)| *replica));
        let failures = count(&mut rows.iter().filter(|(_, sides)| self.refuted(sides)).map(|(replica, _)| *replica));
        let finite = rows.iter().filter(|(_, sides)| sides.finite());
        let tightest = finite.min_by(|a, b| self.slack(&a.1).total_cmp(&self.slack(&b.1)));
        let seen = tightest.map_or(String::new(), |(replica, sides)| format!("{} in replica {replica}", sides.words()));
        let unsound = rows.iter().find(|(_, sides)| !sides.finite());
        let verdict = match (tightest, unsound) {
            (Some((replica, sides)), _) if failures > 0 => {
                let witness = Witness { at: point.at(), replica: Some(*replica), seen: seen.clone() };
                Verdict::Violated { margin: self.slack(sides), witness }
            }
            (_, Some((replica, sides))) => Verdict::Inconclusive {
                replicas_needed: None,
                because: format!("a side is not finite in replica {replica}: {}", sides.words()),
            },
            (Some((_, sides)), None) => match self.free(sides) {
                Some(bound) if rows.iter().all(|(_, sides)| self.free(sides).is_some()) => {
                    Verdict::Vacuous { bound, trivial: 1.0 }
                }
                _ => Verdict::Holds { margin: self.slack(sides) },
            },
            (None, None) => Verdict::Inconclusive { replicas_needed: None, because: "there are no rows".to_owned() },
        };
        finding(point.at(), verdict, replicas, failures, seen)
    }
}

impl Relation {
    /// Whether it holds between two numbers, the one that is claimed to be larger first.
    fn in_order(self, larger: f64, smaller: f64) -> bool {
        match self {
            Relation::AtLeast | Relation::AtMost => larger >= smaller,
            Relation::Above | Relation::Below => larger > smaller,
        }
    }
}

fn finding(point: Vec<(String, String)>, verdict: Verdict, replicas: u64, failures: u64, seen: String) -> Finding {
    Finding {
        version: "as stated",
        ours: true,
        point,
        verdict,
        p_value: None,
        replicas,
        failures: Some(failures),
        claimed_rate: None,
        seen,
    }
}

/// The axes of a cell, as `key=value` words.
pub(super) fn axes(cell: &Settings) -> Vec<(String, String)> {
    cell.iter().filter(|(field, _)| field.axis).map(|(field, value)| (field.name.to_owned(), plain(value))).collect()
}

/// Whether a point is that of a cell.
pub(super) fn is(point: &Point<'_>, cell: &Settings) -> bool {
    point.at() == axes(cell)
}
