//! Branch and bound over the sides of the walls, far beyond what can be enumerated.
//!
//! With the multipliers y of the Shor bound, |B^T x|^2 = sum y - x^T M x for signs x, M = Diag(y) - B B^T = R^T R with a
//! triangular R; so with the first signs fixed the square is at most sum y less the first terms of |R x|^2, whatever the
//! others are: one product per node, as in the decoding of lattices (Agrell et al., IEEE Trans. Inf. Theory 48, 2002).
//! Where cells are asked for, a partial pattern without a point is left as well.

use super::feasible::{Cells, Partial};
use super::kinks::Kinks;
use super::rounding::{add, dot, gamma, norm};
use super::shor::{Dual, certify, multipliers, rows};
use crate::key::Key;

/// The most walls: the depth of the tree.
pub(super) const MOST: usize = 256;
/// Multiplications before the search settles for a bracket: a few seconds.
const WORK: u64 = 3_000_000_000;
/// What may be missing of the best square, relatively: nodes that cannot gain more are left.
const ENOUGH: f64 = 1e-10;

/// What a search found.
pub(super) struct Found {
    /// The largest norm that was reached: of a pattern, or of a cell.
    pub(super) value: f64,
    /// A lower bound for certain: the steepness at a point of a cell, or of a pattern if those were asked for.
    pub(super) low: f64,
    /// No norm is larger, if the partial patterns that were left for want of a point have none.
    pub(super) high: f64,
    /// Whether `value` is the largest.
    pub(super) finished: bool,
}

/// Over all patterns, or those that are `cells` (flats in the coordinates of a basis).
pub(super) fn search(kinks: &Kinks, cells: Option<(&Cells, &[Vec<f64>])>, key: &Key) -> Found {
    // The mean row first, then long jumps first: what is decided early should matter.
    let mut order: Vec<usize> = (0..kinks.walls.len()).collect();
    order.sort_by(|x, y| norm(&kinks.walls[*y].jump).total_cmp(&norm(&kinks.walls[*x].jump)));
    let all = rows(kinks);
    // R is lower triangular in this order if it is the transposed Cholesky factor in the opposite one.
    let reversed: Vec<Vec<f64>> = order.iter().rev().map(|at| at + 1).chain([0]).map(|at| all[at].clone()).collect();
    let Dual { total, missing, factor, .. } = certify(&reversed, multipliers(&reversed, key));
    let n = reversed.len();
    let columns: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).rev().filter(|j| *j >= i).map(|j| factor[j * n + i]).collect()).collect();
    let trace: f64 = columns.iter().map(|column| dot(column, column)).sum();
    let margin = n as f64 * (missing + 4.0 * gamma(4 * n) * trace);
    let mut tree = Tree {
        kinks,
        cells,
        order,
        columns,
        most: total + margin,
        best: 0.0,
        low: 0.0,
        left: 0.0,
        work: 0,
        signs: vec![1.0],
    };
    tree.start(key);
    let first = tree.columns[n - 1][0].powi(2);
    let mut partial = cells.map(|(cells, _)| Partial::all(cells));
    tree.visit(first, &mut partial);
    let finished = tree.left <= tree.best * (1.0 + ENOUGH);
    let high = kinks.not_below(tree.best.max(tree.left).sqrt() * (1.0 + ENOUGH)) + 2.0 * kinks.slack;
    Found { value: tree.best.sqrt(), low: tree.low, high, finished }
}

struct Tree<'a> {
    kinks: &'a Kinks,
    cells: Option<(&'a Cells, &'a [Vec<f64>])>,
    /// The wall of every level.
    order: Vec<usize>,
    /// Row i of R for the variable that is fixed n - 1 - i levels down, its entries in the order of the levels.
    columns: Vec<Vec<f64>>,
    /// sum y, and what rounding can have hidden.
    most: f64,
    /// The largest square.
    best: f64,
    low: f64,
    /// The largest square that a node left for want of time could still reach.
    left: f64,
    work: u64,
    /// Of the levels fixed so far; the mean row has sign 1.
    signs: Vec<f64>,
}

impl Tree<'_> {
    /// A good pattern to begin with, by single flips from many starts. Of cells only those that are met count.
    fn start(&mut self, key: &Key) {
        use rand::RngExt;
        if self.cells.is_some() {
            return;
        }
        let k = self.order.len();
        for replica in 0..32 {
            let mut rng = key.child("start").replica(replica).rng();
            let mut positive: Vec<bool> = (0..k).map(|_| rng.random()).collect();
            let mut gradient = self.kinks.gradient(positive.iter().copied());
            let mut better = true;
            while better {
                better = false;
                for at in 0..k {
                    let jump = &self.kinks.walls[at].jump;
                    let sign = if positive[at] { -1.0 } else { 1.0 };
                    if 2.0 * sign * dot(&gradient, jump) + dot(jump, jump) > 1e-12 * dot(&gradient, &gradient) {
                        positive[at] = !positive[at];
                        add(&mut gradient, sign, jump);
                        better = true;
                    }
                }
            }
            self.reach(&positive);
        }
    }

    fn reach(&mut self, positive: &[bool]) {
        let value = norm(&self.kinks.gradient(positive.iter().copied()));
        self.best = self.best.max(value * value);
        self.low = self.low.max(self.kinks.not_above(value));
    }

    /// Everything below a node whose signs cost so much.
    fn visit(&mut self, cost: f64, partial: &mut Option<Partial>) {
        let level = self.signs.len();
        if level > self.order.len() {
            self.leaf(partial);
            return;
        }
        if self.work > WORK {
            self.left = self.left.max(self.most - cost);
            return;
        }
        self.work += level as u64 + 20;
        let row = &self.columns[self.order.len() - level];
        let (diagonal, before) = (row[level], dot(&row[..level], &self.signs));
        // The cheaper sign first.
        let cheap = if before > 0.0 { -1.0 } else { 1.0 };
        for sign in [cheap, -cheap] {
            let cost = cost + (before + diagonal * sign).powi(2);
            if self.most - cost <= self.best * (1.0 + ENOUGH) {
                continue;
            }
            self.signs.push(sign);
            match (partial.as_mut(), self.cells) {
                (Some(some), Some((cells, basis))) => {
                    let here = some.here();
                    let (there, solved) = some.and(cells, self.order[level - 1], sign > 0.0);
                    self.work += (solved * solved * basis.len()) as u64 * 8;
                    if there {
                        self.visit(cost, partial);
                    }
                    partial.iter_mut().for_each(|some| some.back(here.clone()));
                }
                _ => self.visit(cost, partial),
            }
            self.signs.pop();
        }
    }

    fn leaf(&mut self, partial: &Option<Partial>) {
        match (partial, self.cells) {
            (Some(partial), Some((cells, basis))) => {
                let mut x = vec![0.0; self.kinks.dimension];
                partial.point(cells).iter().zip(basis).for_each(|(y, b)| add(&mut x, *y, b));
                if let Some((value, low)) = self.kinks.steepness(&x) {
                    self.best = self.best.max(value * value);
                    self.low = self.low.max(low);
                }
            }
            _ => {
                let mut positive = vec![false; self.order.len()];
                self.order.iter().zip(&self.signs[1..]).for_each(|(at, sign)| positive[*at] = *sign > 0.0);
                self.reach(&positive);
            }
        }
    }
}
