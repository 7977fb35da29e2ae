//! Which exact method fits a network, and when its answer is certain.
//!
//! Every cell that is found has a point whose sides are beyond the reach of rounding, so the steepest of them is a lower
//! bound whatever happened on the way. It is an upper bound too if no cell is missing: k hyperplanes cut r dimensions
//! into at most sum_(i <= r) C(k, i) cells, 2 sum_(i < r) C(k - 1, i) if all go through the origin, and once so many have
//! been found there are no others. Networks in special position (masked ones, or walls that nearly coincide) have fewer
//! cells: their value stands, but its upper side is not certified.

use super::definite::semidefinite_within;
use super::feasible::Cells;
use super::kinks::{Kinks, Wall};
use super::rounding::{add, dot, gamma, norm};
use super::{Domain, Exact, LipschitzError, arrangement, branch, breakpoints, circle, feasible, patterns, plane};
use crate::key::Key;
use std::collections::HashSet;

/// Walls closer than this count as one.
const CLOSE: f64 = 1e-10;
/// What of a direction counts as new beside others.
const NEW: f64 = 1e-9;
/// The most walls for two inputs, three and four dimensions: below ten seconds each.
const MOST: [usize; 3] = [4096, 96, 40];

/// The exact constant; `key` draws where branch and bound begins.
///
/// # Errors
/// [`LipschitzError::TooLarge`] or [`LipschitzError::NoExact`] say what works instead.
pub(super) fn exact(kinks: &Kinks, key: &Key) -> Result<Exact, LipschitzError> {
    if kinks.domain == Domain::Sphere && kinks.dimension != 2 {
        return Err(LipschitzError::NoExact { dimension: kinks.dimension });
    }
    if kinks.domain == Domain::Sphere {
        return Ok(circle::exact(kinks));
    }
    if kinks.walls.is_empty() {
        let value = norm(&kinks.slope);
        let (low, high) = (kinks.not_above(value), Some(kinks.not_below(value)));
        return Ok(Exact { method: "exact cells", value, low, high });
    }
    if kinks.dimension == 1 {
        return Ok(breakpoints::exact(kinks));
    }
    let k = kinks.walls.len();
    if kinks.dimension == 2 && kinks.homogeneous() {
        return Ok(circle::exact(kinks));
    }
    if kinks.dimension == 2 && k <= MOST[0] {
        return Ok(uncertain_if_merged(kinks, plane::exact));
    }
    let all = every_pattern_has_a_point(kinks);
    if k <= patterns::MOST && all {
        let (value, high) = patterns::steepest(kinks);
        return Ok(Exact { method: "exact patterns", value, low: kinks.not_above(value), high: Some(high) });
    }
    let basis = row_space(kinks);
    if k <= feasible::MOST || (basis.len() <= 4 && k <= MOST[basis.len().max(3) - 2]) {
        return Ok(uncertain_if_merged(kinks, |kinks| cells(kinks, &basis)));
    }
    if k <= branch::MOST {
        let radius = kinks.domain.radius().unwrap_or(f64::INFINITY);
        let cells = Cells::new(&flats(kinks, &basis), basis.len(), radius);
        let found = branch::search(kinks, if all { None } else { Some((&cells, &basis)) }, key);
        if found.finished {
            // That a partial pattern has no point is computed, not proved; but where no pattern at all is steeper, no cell is.
            let most = if all { found.high } else { branch::search(kinks, None, key).high };
            let high = Some(most).filter(|most| all || *most <= found.value * (1.0 + 1e-9));
            return Ok(Exact { method: "exact branch and bound", value: found.value, low: found.low, high });
        }
    }
    Err(LipschitzError::TooLarge { dimension: kinks.dimension, walls: k })
}

/// By a method for walls that are clearly apart.
fn uncertain_if_merged(kinks: &Kinks, exact: impl FnOnce(&Kinks) -> Exact) -> Exact {
    let (merged, some) = kinks.merged_within(CLOSE);
    let found = exact(&merged);
    // Between walls that were made one there may be another cell; and what was found needs a point of the real network.
    if some { Exact { low: 0.0, high: None, ..found } } else { found }
}

/// By a point in every cell.
fn cells(kinks: &Kinks, basis: &[Vec<f64>]) -> Exact {
    let (k, r) = (kinks.walls.len(), basis.len());
    let flats = flats(kinks, basis);
    let radius = kinks.domain.radius().unwrap_or(f64::INFINITY);
    let points = if r <= 4 && k <= arrangement::MOST {
        arrangement::points(&flats, r, radius)
    } else {
        feasible::points(&flats, r, radius)
    };
    let (mut value, mut low, mut seen) = (0.0f64, 0.0f64, HashSet::new());
    for y in points {
        let mut x = vec![0.0; kinks.dimension];
        y.iter().zip(basis).for_each(|(y, b)| add(&mut x, *y, b));
        if let (Some(sides), Some((steepness, not_above))) = (kinks.sides(&x), kinks.steepness(&x)) {
            seen.insert(sides);
            value = value.max(steepness);
            low = low.max(not_above);
        }
    }
    let live = (0..kinks.dimension).filter(|at| kinks.walls.iter().any(|wall| wall.w[*at] != 0.0)).count();
    let complete = seen.len() == most_cells(k, live, kinks.homogeneous());
    Exact { method: "exact cells", value, low, high: complete.then(|| kinks.not_below(value)) }
}

/// The walls in the coordinates of the basis.
fn flats(kinks: &Kinks, basis: &[Vec<f64>]) -> Vec<(Vec<f64>, f64)> {
    let flat = |wall: &Wall| {
        let unit: Vec<f64> = basis.iter().map(|b| dot(b, &wall.unit)).collect();
        let size = norm(&unit);
        (unit.iter().map(|u| u / size).collect(), wall.offset / size)
    };
    kinks.walls.iter().map(flat).collect()
}

/// The most cells that k hyperplanes can cut r dimensions into.
fn most_cells(k: usize, r: usize, central: bool) -> usize {
    let (k, r, times) = if central { (k - 1, r - 1, 2) } else { (k, r, 1) };
    let choose = |i: usize| (0..i).fold(1usize, |product, j| product.saturating_mul(k - j) / (j + 1));
    (0..=r.min(k)).map(choose).fold(0, usize::saturating_add).saturating_mul(times)
}

/// Whether every set of sides has a point in the domain, for certain.
pub(super) fn every_pattern_has_a_point(kinks: &Kinks) -> bool {
    let everywhere = kinks.domain == Domain::All || (kinks.domain != Domain::Sphere && kinks.homogeneous());
    everywhere && independent(kinks)
}

/// Whether the directions of the walls are linearly independent, for certain.
fn independent(kinks: &Kinks) -> bool {
    let k = kinks.walls.len();
    if k > kinks.dimension {
        return false;
    }
    // Gram matrix of almost unit vectors less a little: definite even after what rounding did to it.
    let rounding = 4.0 * gamma(kinks.dimension + 8) * k as f64;
    let mut gram = vec![0.0; k * k];
    for i in 0..k {
        for j in 0..=i {
            gram[i * k + j] = dot(&kinks.walls[i].unit, &kinks.walls[j].unit);
        }
        gram[i * k + i] -= 1e-10 + 2.0 * rounding;
    }
    semidefinite_within(&gram, k).is_some_and(|missing| missing + rounding < 1e-10)
}

/// An orthonormal basis of what the walls' normals span.
fn row_space(kinks: &Kinks) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for wall in &kinks.walls {
        let mut rest = wall.unit.clone();
        // Twice is enough to be orthogonal to working precision.
        for _ in 0..2 {
            for b in &basis {
                let part = dot(&rest, b);
                add(&mut rest, -part, b);
            }
        }
        let size = norm(&rest);
        if size > NEW {
            basis.push(rest.iter().map(|x| x / size).collect());
        }
        if basis.len() == kinks.dimension {
            break;
        }
    }
    basis
}
