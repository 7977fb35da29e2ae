//! The exact constant of two inputs: the arrangement of k lines, walked line by line in O(k^2 log k).
//!
//! Every cell has an edge, and every edge lies on a line between two neighbouring crossings; so it is enough to sort the
//! crossings on each line and to look at both sides of every interval. Where the crossings are apart by more than rounding
//! can move them, no cell was missed and none was made up.

use super::Exact;
use super::kinks::{Kinks, Wall};
use super::rounding::{add, compare_products, dot, norm};
use nalgebra::Vector2;
use std::cmp::Ordering;

/// Crossings closer than this, relative to their sizes, count as one, and the result is then not certified.
const CLOSE: f64 = 1e-12;
/// 16 roundings: what a coordinate computed here is off by, relative to the sizes that it is made of, is below this.
const ROUNDED: f64 = 8.0 * f64::EPSILON;

/// Another line as seen from the line that is walked.
struct Crossing {
    at: f64,
    error: f64,
    /// Whether walking on enters the other line's positive side.
    enters: bool,
    wall: usize,
}

/// The largest gradient in the plane, or in the ball, where there is a wall.
pub(super) fn exact(kinks: &Kinks) -> Exact {
    debug_assert!(!kinks.walls.is_empty(), "without a wall there is nothing to walk along");
    let mut clear = true;
    let (mut value, mut best) = (0.0, vec![0.0, 0.0]);
    for (line, wall) in kinks.walls.iter().enumerate() {
        let half = kinks.domain.radius().map_or(f64::INFINITY, |radius| {
            let left = radius * radius - wall.offset * wall.offset;
            // Beyond, the half length of the chord loses digits.
            clear &= left > 1e-3 * radius * radius;
            left.max(0.0).sqrt()
        });
        let (mut gradient, crossings, certain) = along(kinks, line, half);
        clear &= certain;
        let mut from: Option<&Crossing> = None;
        let mut see = |gradient: &[f64], from: Option<&Crossing>, to: Option<&Crossing>| {
            let (start, end) = (from.map_or(-half, |from| from.at), to.map_or(half, |to| to.at));
            let error = from.map_or(0.0, |from| from.error) + to.map_or(0.0, |to| to.error);
            let nearer = start.abs().min(end.abs());
            let apart = end - start > if nearer.is_finite() { error.max(CLOSE * (1.0 + nearer)) } else { 0.0 };
            clear &= apart;
            if !apart {
                return;
            }
            for side in [-1.0, 1.0] {
                let mut here = gradient.to_vec();
                if side > 0.0 {
                    add(&mut here, 1.0, &wall.jump);
                }
                let size = norm(&here);
                if size > value {
                    (value, best) = (size, beside(kinks, line, middle(start, end), side));
                }
            }
        };
        for crossing in &crossings {
            see(&gradient, from, Some(crossing));
            add(&mut gradient, if crossing.enters { 1.0 } else { -1.0 }, &kinks.walls[crossing.wall].jump);
            from = Some(crossing);
        }
        see(&gradient, from, None);
    }
    let low = kinks.steepness(&best).map_or(0.0, |(_, low)| low);
    Exact { method: "exact lines", value, low, high: clear.then(|| kinks.not_below(value)) }
}

/// What lies on this line: the gradient at its start on its negative side, the crossings in order, and whether all of this
/// is certain.
fn along(kinks: &Kinks, line: usize, half: f64) -> (Vec<f64>, Vec<Crossing>, bool) {
    let (wall, mut certain) = (&kinks.walls[line], true);
    let unit = vector(&wall.unit);
    let direction = Vector2::new(-unit.y, unit.x);
    let mut gradient = kinks.slope.clone();
    let mut crossings = Vec::with_capacity(kinks.walls.len());
    for (at, other) in kinks.walls.iter().enumerate().filter(|(at, _)| *at != line) {
        let normal = vector(&other.unit);
        let (across, start) = (normal.dot(&direction), other.offset - wall.offset * normal.dot(&unit));
        let sizes = wall.offset.abs() + other.offset.abs();
        let place = -start / across;
        let error = ROUNDED * (sizes + place.abs()) / across.abs();
        let crosses = !parallel(wall, other) && across != 0.0 && place.abs() < half;
        certain &= if parallel(wall, other) {
            start.abs() > ROUNDED * sizes
        } else {
            let ends = half.is_infinite() || (place.abs() - half).abs() > error + CLOSE * half;
            across.abs() > 1e3 * ROUNDED && ends
        };
        let positive = if crosses { across < 0.0 } else { start > 0.0 };
        if positive {
            add(&mut gradient, 1.0, &other.jump);
        }
        if crosses {
            crossings.push(Crossing { at: place, error, enters: across > 0.0, wall: at });
        }
    }
    crossings.sort_by(|x, y| x.at.total_cmp(&y.at));
    (gradient, crossings, certain)
}

/// Whether the lines are parallel, decided on the real numbers.
fn parallel(x: &Wall, y: &Wall) -> bool {
    compare_products(x.w[0], y.w[1], x.w[1], y.w[0]) == Some(Ordering::Equal)
}

fn vector(x: &[f64]) -> Vector2<f64> {
    Vector2::new(x[0], x[1])
}

/// A point inside of the interval.
fn middle(start: f64, end: f64) -> f64 {
    match (start.is_finite(), end.is_finite()) {
        (true, true) => (start + end) / 2.0,
        (true, false) => start + 1.0 + start.abs(),
        (false, true) => end - 1.0 - end.abs(),
        (false, false) => 0.0,
    }
}

/// A point on one side of the line, beside its point `along`, nearer to it than to any other line.
fn beside(kinks: &Kinks, line: usize, along: f64, side: f64) -> Vec<f64> {
    let wall = &kinks.walls[line];
    let unit = vector(&wall.unit);
    let on = Vector2::new(-unit.y, unit.x) * along - unit * wall.offset;
    let others = kinks.walls.iter().enumerate().filter(|(at, _)| *at != line);
    let room = others.map(|(_, other)| (dot(&other.unit, on.as_slice()) + other.offset).abs());
    let room = room.fold(kinks.domain.radius().map_or(1.0, |radius| radius - on.norm()), f64::min);
    (on + unit * (side * room / 2.0)).as_slice().to_vec()
}
