//! One point in every cell of an arrangement of hyperplanes in up to four dimensions.
//!
//! Every cell has a facet, and the facets on one hyperplane are the cells of the arrangement that the others cut out on it,
//! one dimension lower. So points of that arrangement, moved off the hyperplane to both sides by half of the distance to
//! the nearest other one, meet every cell; at the bottom are the intervals of a line. Hyperplanes that meet in more
//! than general position, or coincide on another one, need no care: only the points count, not how they were found.

use nalgebra::{SMatrix, SVector};
use std::collections::HashSet;

/// Hyperplanes that are closer than this on another one count as one there.
const CLOSE: f64 = 1e-11;
/// The most hyperplanes: one bit each.
pub(super) const MOST: usize = 128;

/// unit . x + offset = 0.
#[derive(Clone, Copy, Debug)]
struct Flat<const D: usize> {
    unit: SVector<f64, D>,
    offset: f64,
}

/// A point in every cell that meets the ball around the origin, for hyperplanes (unit normal, offset) in 1 to 4 dimensions.
///
/// # Panics
/// For other dimensions, or more than [`MOST`] hyperplanes.
pub(super) fn points(flats: &[(Vec<f64>, f64)], dimension: usize, radius: f64) -> Vec<Vec<f64>> {
    assert!(flats.len() <= MOST, "one bit per hyperplane");
    fn of<const D: usize>(
        flats: &[(Vec<f64>, f64)],
        radius: f64,
        cells: fn(&[Flat<D>], f64) -> Vec<SVector<f64, D>>,
    ) -> Vec<Vec<f64>> {
        let flats: Vec<Flat<D>> = flats
            .iter()
            .map(|(unit, offset)| Flat { unit: SVector::from_column_slice(unit), offset: *offset })
            .filter(|flat| flat.offset.abs() < radius)
            .collect();
        cells(&flats, radius).iter().map(|x| x.as_slice().to_vec()).collect()
    }
    match dimension {
        1 => of::<1>(flats, radius, intervals),
        2 => of::<2>(flats, radius, cells2),
        3 => of::<3>(flats, radius, cells3),
        4 => of::<4>(flats, radius, cells4),
        _ => panic!("cells by their facets are for up to four dimensions"),
    }
}

/// The middles of the intervals between the sorted points of a line.
fn intervals(flats: &[Flat<1>], radius: f64) -> Vec<SVector<f64, 1>> {
    let mut ends: Vec<f64> = flats.iter().map(|flat| -flat.offset * flat.unit.x).collect();
    ends.sort_by(f64::total_cmp);
    let far = if radius.is_finite() { radius } else { 2.0 * ends.iter().fold(1.0, |far: f64, x| far.max(x.abs())) };
    ends.insert(0, -far);
    ends.push(far);
    let apart = |pair: &&[f64]| pair[1] - pair[0] > CLOSE * (1.0 + pair[0].abs().min(pair[1].abs()));
    ends.windows(2).filter(apart).map(|pair| SVector::<f64, 1>::new((pair[0] + pair[1]) / 2.0)).collect()
}

/// An orthonormal basis of what is orthogonal to a unit vector: the other columns of the reflection that takes one
/// coordinate axis to it.
fn complement<const D: usize, const E: usize>(unit: &SVector<f64, D>) -> SMatrix<f64, D, E> {
    let axis = unit.iamax();
    let mut v = *unit;
    v[axis] += v[axis].signum();
    let scale = 2.0 / v.norm_squared();
    SMatrix::from_fn(|row, column| {
        let column = if column < axis { column } else { column + 1 };
        f64::from(u8::from(row == column)) - scale * v[row] * v[column]
    })
}

/// The arrangement that the others cut out on hyperplane `on`, and the map from there: x = foot + basis y.
fn restricted<const D: usize, const E: usize>(
    flats: &[Flat<D>],
    on: usize,
    radius: f64,
) -> (Vec<Flat<E>>, SVector<f64, D>, SMatrix<f64, D, E>, f64) {
    let Flat { unit, offset } = flats[on];
    let (foot, basis) = (unit * -offset, complement::<D, E>(&unit));
    let radius = (radius * radius - offset * offset).max(0.0).sqrt();
    let mut cut: Vec<Flat<E>> = Vec::with_capacity(flats.len());
    for (_, other) in flats.iter().enumerate().filter(|(at, _)| *at != on) {
        let normal = basis.transpose() * other.unit;
        let size = normal.norm();
        let new = Flat { unit: normal / size, offset: (other.unit.dot(&foot) + other.offset) / size };
        let same = |old: &Flat<E>| {
            let sign = old.unit.dot(&new.unit).signum();
            (old.unit * sign - new.unit).norm() < CLOSE
                && (old.offset * sign - new.offset).abs() < CLOSE * (1.0 + new.offset.abs())
        };
        // Parallel to this one, or out of the ball: it cuts nothing here.
        if size > CLOSE && new.offset.abs() < radius && !cut.iter().any(same) {
            cut.push(new);
        }
    }
    (cut, foot, basis, radius)
}

/// One dimension from the one below. Dimensions of types cannot be computed, so each has its function.
macro_rules! cells {
    ($name:ident, $below:ident, $dimension:literal, $less:literal) => {
        fn $name(flats: &[Flat<$dimension>], radius: f64) -> Vec<SVector<f64, $dimension>> {
            if flats.is_empty() {
                return vec![SVector::zeros()];
            }
            let (mut found, mut seen) = (Vec::new(), HashSet::new());
            for (on, wall) in flats.iter().enumerate() {
                let (cut, foot, basis, inside) = restricted::<$dimension, $less>(flats, on, radius);
                for y in $below(&cut, inside) {
                    let x = foot + basis * y;
                    let (mut room, mut sides) = (radius - x.norm(), 0u128);
                    for (at, other) in flats.iter().enumerate().filter(|(at, _)| *at != on) {
                        let z = other.unit.dot(&x) + other.offset;
                        room = room.min(z.abs());
                        sides |= u128::from(z > 0.0) << at;
                    }
                    if room < 1e-13 * (1.0 + x.norm()) {
                        continue;
                    }
                    let step = wall.unit * (room.min(1.0) / 2.0);
                    for (side, x) in [(0, x - step), (1u128 << on, x + step)] {
                        if seen.insert(sides | side) {
                            found.push(x);
                        }
                    }
                }
            }
            found
        }
    };
}
cells!(cells2, intervals, 2, 1);
cells!(cells3, cells2, 3, 2);
cells!(cells4, cells3, 4, 3);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use rand::RngExt;
    use rand_distr::StandardNormal;

    fn flats(count: usize, dimension: usize, biased: bool) -> Vec<(Vec<f64>, f64)> {
        let mut rng = Key::root("arrangement").replica((count * 10 + dimension) as u64).rng();
        let mut draw = move || -> f64 { rng.sample(StandardNormal) };
        let mut flat = || {
            let normal: Vec<f64> = (0..dimension).map(|_| draw()).collect();
            let size = normal.iter().map(|x| x * x).sum::<f64>().sqrt();
            (normal.iter().map(|x| x / size).collect(), if biased { draw() } else { 0.0 })
        };
        (0..count).map(|_| flat()).collect()
    }

    fn choose(n: usize, k: usize) -> usize {
        (0..k).fold(1, |product, i| product * (n - i) / (i + 1))
    }

    #[test]
    fn generic_arrangements_have_as_many_cells_as_the_formula_says() {
        for (k, d) in [(0, 3), (1, 1), (5, 1), (10, 2), (14, 2), (12, 3), (14, 4), (3, 4)] {
            let cells = points(&flats(k, d, true), d, f64::INFINITY).len();
            assert_eq!(cells, (0..=d.min(k)).map(|i| choose(k, i)).sum::<usize>(), "k = {k}, d = {d}");
        }
        for (k, d) in [(5, 2), (9, 3), (8, 4)] {
            let cells = points(&flats(k, d, false), d, f64::INFINITY).len();
            assert_eq!(cells, 2 * (0..d).map(|i| choose(k - 1, i)).sum::<usize>(), "central, k = {k}, d = {d}");
            assert_eq!(points(&flats(k, d, false), d, 0.1).len(), cells, "cones meet every ball");
        }
    }

    #[test]
    fn degenerate_arrangements_are_counted_as_they_are() {
        // The planes x = 0, y = 0, x = 1 and x = y: the last goes through the line of the first two.
        let h = 0.5f64.sqrt();
        let flats = [([1.0, 0.0, 0.0], 0.0), ([0.0, 1.0, 0.0], 0.0), ([1.0, 0.0, 0.0], -1.0), ([h, -h, 0.0], 0.0)];
        let flats: Vec<_> = flats.iter().map(|(unit, offset)| (unit.to_vec(), *offset)).collect();
        assert_eq!(points(&flats, 3, f64::INFINITY).len(), 9);
        // A ball around the origin that does not reach x = 1.
        assert_eq!(points(&flats, 3, 0.9).len(), 6);
    }
}
