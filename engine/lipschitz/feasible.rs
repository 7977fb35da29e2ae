//! One point in every cell of an arrangement of few hyperplanes in any dimension, sign pattern by sign pattern.
//!
//! Hyperplane by hyperplane, the cells so far are cut in two where both sides have a point. The point nearest to the
//! origin with s_j (u_j.x + t_j) >= margin for all j is found by non-negative least squares (Lawson and Hanson, Solving
//! Least Squares Problems, chapter 23: least distance programming), which also says when there is none.

use super::rounding::{add, dot, norm};
use ndarray::{Array1, ArrayView2};

/// The most hyperplanes: 2^14 cells, each a small least squares problem.
pub(super) const MOST: usize = 14;
/// Cells in which no ball of this radius fits, relative to the largest offset, are not found.
const MARGIN: f64 = 1e-7;

/// A point in every cell that meets the ball, for hyperplanes (unit normal, offset).
pub(super) fn points(flats: &[(Vec<f64>, f64)], dimension: usize, radius: f64) -> Vec<Vec<f64>> {
    let cells = Cells::new(flats, dimension, radius);
    let mut found = Vec::new();
    split(&cells, flats.len(), &mut Partial::all(&cells), &mut found);
    found
}

/// An arrangement in units of its largest offset, so that the two parts of a row are alike in size.
pub(super) struct Cells {
    flats: Vec<(Vec<f64>, f64)>,
    dimension: usize,
    unit: f64,
    margin: f64,
    radius: f64,
}

impl Cells {
    pub(super) fn new(flats: &[(Vec<f64>, f64)], dimension: usize, radius: f64) -> Cells {
        let scale = flats.iter().fold(0.0, |most: f64, (_, offset)| most.max(offset.abs()));
        // Cones need no small margin.
        let (unit, margin) = if scale > 0.0 { (scale, MARGIN) } else { (1.0, 0.1f64.min(radius / 100.0)) };
        let flats = flats.iter().map(|(normal, offset)| (normal.clone(), offset / unit)).collect();
        Cells { flats, dimension, unit, margin, radius: radius / unit }
    }
}

/// The sides of some of the hyperplanes, and a point on all of them.
#[derive(Clone)]
pub(super) struct Partial {
    /// (g, h) for g.x >= h.
    rows: Vec<(Vec<f64>, f64)>,
    point: Vec<f64>,
}

impl Partial {
    pub(super) fn all(cells: &Cells) -> Partial {
        Partial { rows: Vec::new(), point: vec![0.0; cells.dimension] }
    }

    /// The point, in the units of the arrangement.
    pub(super) fn point(&self, cells: &Cells) -> Vec<f64> {
        self.point.iter().map(|x| x * cells.unit).collect()
    }

    /// Also on this side of one more hyperplane; whether there is such a point, and how many rows were solved for it.
    /// Undone by [`Partial::back`] in any case.
    pub(super) fn and(&mut self, cells: &Cells, at: usize, positive: bool) -> (bool, usize) {
        let sign = if positive { 1.0 } else { -1.0 };
        let (normal, offset) = &cells.flats[at];
        self.rows.push((normal.iter().map(|u| sign * u).collect(), cells.margin - sign * offset));
        let (row, least) = &self.rows[self.rows.len() - 1];
        if dot(row, &self.point) >= *least {
            return (true, 0);
        }
        let inside = |x: &Vec<f64>| self.rows.iter().all(|(g, h)| dot(g, x) > h - cells.margin / 2.0);
        let found = nearest(&self.rows).filter(|x| norm(x) < cells.radius && inside(x));
        let there = found.is_some();
        found.into_iter().for_each(|x| self.point = x);
        (there, self.rows.len())
    }

    /// Takes the last side back and goes to a point from before.
    pub(super) fn back(&mut self, point: Vec<f64>) {
        self.rows.pop();
        self.point = point;
    }

    /// For [`Partial::back`].
    pub(super) fn here(&self) -> Vec<f64> {
        self.point.clone()
    }
}

fn split(cells: &Cells, count: usize, partial: &mut Partial, found: &mut Vec<Vec<f64>>) {
    let at = partial.rows.len();
    if at == count {
        found.push(partial.point(cells));
        return;
    }
    for positive in [true, false] {
        let here = partial.here();
        if partial.and(cells, at, positive).0 {
            split(cells, count, partial, found);
        }
        partial.back(here);
    }
}

/// The w of least norm with w.z >= 1 for every row z: the half-space through the origin that has all rows on its positive
/// side with the largest margin, if there is one.
///
/// Rows whose margin is below about 10^-7 of their size count as not separable.
pub fn separating(rows: ArrayView2<'_, f64>) -> Option<Array1<f64>> {
    let rows: Vec<(Vec<f64>, f64)> = rows.rows().into_iter().map(|row| (row.to_vec(), 1.0)).collect();
    let inside = |w: &Vec<f64>| rows.iter().all(|(z, _)| dot(z, w) > 0.5);
    nearest(&rows).filter(inside).map(Array1::from)
}

/// The x of least norm with g.x >= h for all rows (g, h), if there is one.
fn nearest(rows: &[(Vec<f64>, f64)]) -> Option<Vec<f64>> {
    let columns: Vec<Vec<f64>> = rows.iter().map(|(g, h)| g.iter().copied().chain([*h]).collect()).collect();
    let length = columns[0].len();
    let mut target = vec![0.0; length];
    target[length - 1] = 1.0;
    let residual = non_negative(&columns, target);
    let last = residual[length - 1];
    // The squared distance of the target from the cone of the columns: 0 says that no x exists.
    (last > 1e-14).then(|| residual[..length - 1].iter().map(|r| -r / last).collect())
}

/// What remains of `target` after the best combination of the columns with factors >= 0.
fn non_negative(columns: &[Vec<f64>], target: Vec<f64>) -> Vec<f64> {
    let mut factors = vec![0.0; columns.len()];
    let mut used: Vec<usize> = Vec::new();
    let mut residual = target.clone();
    for _ in 0..10 * columns.len() + 10 {
        let gain = |at: usize| dot(&columns[at], &residual) / norm(&columns[at]);
        let best = (0..columns.len()).filter(|at| !used.contains(at)).max_by(|x, y| gain(*x).total_cmp(&gain(*y)));
        let Some(best) = best.filter(|at| gain(*at) > 1e-13) else { break };
        used.push(best);
        loop {
            let Some(free) = least_squares(columns, &used, &target) else {
                // The column depends on those in use.
                used.retain(|at| *at != best);
                break;
            };
            if free.iter().all(|z| *z > 0.0) {
                used.iter().zip(&free).for_each(|(at, z)| factors[*at] = *z);
                break;
            }
            let step = used.iter().zip(&free).filter(|(_, z)| **z <= 0.0);
            let step = step.map(|(at, z)| factors[*at] / (factors[*at] - z)).fold(1.0, f64::min);
            used.iter().zip(&free).for_each(|(at, z)| factors[*at] += step * (z - factors[*at]));
            // The one that reached 0, however it was rounded, goes with all others at 0.
            let least = used.iter().copied().min_by(|x, y| factors[*x].total_cmp(&factors[*y]));
            used.retain(|at| factors[*at] > 0.0 && Some(*at) != least);
            (0..factors.len()).for_each(|at| factors[at] = if used.contains(&at) { factors[at] } else { 0.0 });
            if used.is_empty() {
                break;
            }
        }
        residual.clone_from(&target);
        used.iter().for_each(|at| add(&mut residual, -factors[*at], &columns[*at]));
    }
    residual
}

/// The factors of the columns in use that leave least of the target; `None` if these columns depend on each other.
fn least_squares(columns: &[Vec<f64>], used: &[usize], target: &[f64]) -> Option<Vec<f64>> {
    let (mut basis, mut upper): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    for at in used {
        let (mut rest, mut row) = (columns[*at].clone(), vec![0.0; basis.len()]);
        // Twice is enough to be orthogonal to working precision.
        for _ in 0..2 {
            for (factor, unit) in row.iter_mut().zip(&basis) {
                let part = dot(&rest, unit);
                *factor += part;
                add(&mut rest, -part, unit);
            }
        }
        let size = norm(&rest);
        if size <= 1e-13 * norm(&columns[*at]) {
            return None;
        }
        rest.iter_mut().for_each(|x| *x /= size);
        row.push(size);
        basis.push(rest);
        upper.push(row);
    }
    let mut factors: Vec<f64> = basis.iter().map(|unit| dot(unit, target)).collect();
    for column in (0..factors.len()).rev() {
        factors[column] /= upper[column][column];
        for row in 0..column {
            factors[row] -= factors[column] * upper[column][row];
        }
    }
    Some(factors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn the_nearest_point_is_found_or_there_is_none() {
        // x >= 1, y >= 2 and x + y >= 4: the foot on the last, (1.5, 2.5), is inside the others and no nearer point is.
        let rows = |third: f64| vec![(vec![1.0, 0.0], 1.0), (vec![0.0, 1.0], 2.0), (vec![1.0, 1.0], third)];
        let x = nearest(&rows(4.0)).unwrap();
        assert!((x[0] - 2.0).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12, "{x:?}");
        let x = nearest(&rows(1.0)).unwrap();
        assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12, "{x:?}");
        assert_eq!(nearest(&[(vec![1.0, 0.0], 1.0), (vec![-1.0, 0.0], 1.0)]), None);
    }

    #[test]
    fn a_half_space_is_found_with_its_margin_or_there_is_none() {
        let found = |rows: &Array2<f64>| separating(rows.view());
        // (0, 2) and (2, 0): w = (1/2, 1/2).
        let w = found(&array![[0.0, 2.0], [2.0, 0.0]]).unwrap();
        assert!((w[0] - 0.5).abs() < 1e-12 && (w[1] - 0.5).abs() < 1e-12, "{w}");
        assert_eq!(found(&array![[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]]), None);
        assert_eq!(found(&array![[1.0], [-1.0]]), None);
    }

    #[test]
    fn cells_are_those_of_the_enumeration_by_facets() {
        let h = 0.5f64.sqrt();
        let flats = [([1.0, 0.0, 0.0], 0.0), ([0.0, 1.0, 0.0], 0.0), ([1.0, 0.0, 0.0], -1.0), ([h, -h, 0.0], 0.0)];
        let flats: Vec<_> = flats.iter().map(|(unit, offset)| (unit.to_vec(), *offset)).collect();
        assert_eq!(points(&flats, 3, f64::INFINITY).len(), 9);
        assert_eq!(points(&flats, 3, 0.9).len(), 6);
        assert_eq!(points(&[], 3, f64::INFINITY), [[0.0; 3]]);
    }
}
