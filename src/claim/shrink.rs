//! From a violation to a small one: fewer samples, neurons and coordinates, rounder settings, an earlier replica.
//!
//! Every candidate is drawn again. Only sizes of the problem and axes change: with fewer test samples or steps a measure
//! would be another one, and its violation no witness of the same statement.

use super::bound::{Bound, Sides};
use crate::engine::settings::{Domain, Field, Settings, Value};
use crate::engine::stop::Stop;
use crate::runner::Study;
use crate::sims::Sim;
use crate::verify::draw;

/// Settings that are sizes of the problem.
const SIZES: [&str; 7] = ["samples", "dimension", "classes", "neurons", "widths", "n", "subset_size"];
/// Draws at most ...
const MOST_DRAWS: u32 = 60;
/// ... and their cost, over that of the first violation.
const MOST_COST: f64 = 10.0;

/// One replica of one cell that refutes the statement.
#[derive(Clone, Debug)]
pub(super) struct Refuted {
    pub(super) cell: Settings,
    pub(super) replica: u64,
    pub(super) sides: Sides,
}

/// A search from one violation.
pub(super) struct Search<'a> {
    sim: &'static dyn Sim,
    study: &'a Study,
    bound: &'a Bound,
    stop: &'a Stop,
    draws: u32,
    cost: f64,
}

impl<'a> Search<'a> {
    pub(super) fn new(sim: &'static dyn Sim, study: &'a Study, bound: &'a Bound, stop: &'a Stop) -> Search<'a> {
        Search { sim, study, bound, stop, draws: 0, cost: 0.0 }
    }

    /// A violation from which no step leads to a smaller one, or the last before the search ran out.
    pub(super) fn smallest(&mut self, mut best: Refuted) -> Refuted {
        let allowed = MOST_COST * self.sim.cost(&best.cell).flops;
        if best.replica > 0
            && let Some(first) = self.refuted(best.cell.clone(), 0, allowed)
        {
            best = first;
        }
        loop {
            let before = self.draws;
            let mut changed = false;
            for field in self.study.request.schema().fields {
                let candidates = best.cell.get(field.name).map(|value| simpler(field, value)).unwrap_or_default();
                for value in candidates {
                    if let Some(smaller) = self.refuted(best.cell.with(field.name, value), best.replica, allowed) {
                        (best, changed) = (smaller, true);
                        break;
                    }
                }
            }
            if !changed || self.draws == before {
                return best;
            }
        }
    }

    /// Draws one replica of a cell, if there is anything left to spend, and looks for a row that refutes.
    fn refuted(&mut self, cell: Settings, replica: u64, allowed: f64) -> Option<Refuted> {
        if self.sim.check(&cell).is_err() {
            return None;
        }
        let cost = self.sim.cost(&cell).flops;
        if self.draws == MOST_DRAWS || self.cost + cost > allowed || self.stop.requested() {
            return None;
        }
        (self.draws, self.cost) = (self.draws + 1, self.cost + cost);
        let done = draw(self.study, std::slice::from_ref(&cell), replica..replica + 1);
        let sides =
            done.table.rows.iter().map(|row| self.bound.sides(&cell, row)).find(|sides| self.bound.refuted(sides))?;
        Some(Refuted { cell, replica, sides })
    }
}

/// Values to try instead of one, the simplest first.
fn simpler(field: &Field, value: &Value) -> Vec<Value> {
    match (value, field.domain) {
        (Value::Integer(size), Domain::Integer { min, .. }) if SIZES.contains(&field.name) => {
            smaller(*size, min.max(1)).into_iter().map(Value::Integer).collect()
        }
        (Value::Integers(sizes), Domain::Integers { min, .. }) if SIZES.contains(&field.name) => {
            let shrunk =
                |by: usize| sizes.iter().map(|size| smaller(*size, min).get(by).copied().unwrap_or(*size)).collect();
            let lists: Vec<Vec<i64>> = (0..4).map(shrunk).filter(|list| list != sizes).collect();
            lists.into_iter().map(Value::Integers).collect()
        }
        (Value::Real(x), Domain::Real { min, max, open }) if field.axis => {
            let round: f64 = format!("{x:.0e}").parse().unwrap_or(*x);
            let inside = round <= max && (round > min || (!open && round == min));
            if inside && round != *x { vec![Value::Real(round)] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// Smaller sizes: the least, a quarter, a half, three quarters, one less.
fn smaller(size: i64, least: i64) -> Vec<i64> {
    let mut sizes: Vec<i64> =
        [least, size / 4, size / 2, size / 4 * 3, size - 1].into_iter().filter(|x| (least..size).contains(x)).collect();
    sizes.dedup();
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::vocabulary::{KEEP, SAMPLES, STEPS, TEST_SAMPLES, WIDTHS};

    #[test]
    fn sizes_and_axes_get_simpler_and_nothing_else_changes() {
        let integers = |list: &[i64]| list.iter().map(|x| Value::Integer(*x)).collect::<Vec<_>>();
        assert_eq!(simpler(&SAMPLES, &Value::Integer(80)), integers(&[1, 20, 40, 60, 79]));
        assert_eq!(simpler(&SAMPLES, &Value::Integer(2)), integers(&[1]));
        assert_eq!(simpler(&SAMPLES, &Value::Integer(1)), []);
        assert_eq!(simpler(&KEEP.axis(), &Value::Real(0.1342)), [Value::Real(0.1)]);
        assert_eq!(simpler(&KEEP.axis(), &Value::Real(0.1)), []);
        assert_eq!(simpler(&KEEP, &Value::Real(0.1342)), []);
        assert_eq!(simpler(&WIDTHS, &Value::Integers(vec![8, 1]))[0], Value::Integers(vec![1, 1]));
        for field in [STEPS, TEST_SAMPLES] {
            assert_eq!(simpler(&field, &Value::Integer(80)), []);
        }
    }
}
