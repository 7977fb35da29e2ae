//! Lower ends from gradients: at drawn points, and by climbing from cell to cell.
//!
//! One step of the climb draws a line through the present point (on the sphere, a great circle), sorts its crossings with
//! the walls, looks at every cell along it, and goes to the steepest one. Only cells whose point is clear of all walls
//! count, so that the gradient norm there is a lower bound.

use super::Domain;
use super::circle::Circle;
use super::kinks::Kinks;
use super::rounding::{add, dot, norm};
use super::sample::{direction, point};
use crate::key::Key;
use rand::{Rng, RngExt};

/// Points at which the gradient is looked at.
const POINTS: usize = 1000;
/// Where climbs start.
const STARTS: usize = 8;
/// A climb ends after so many lines without a step.
const PATIENCE: usize = 100;
/// Multiplications that all climbs may spend, about a second.
const WORK: usize = 1_000_000_000;

/// The largest gradient norm over drawn points, rounded down.
pub(super) fn sampled(kinks: &Kinks, key: &Key) -> f64 {
    let mut rng = key.rng();
    let at = (0..POINTS).filter_map(|_| kinks.steepness(&point(kinks, &mut rng)));
    at.fold(0.0, |most, (_, low)| most.max(low))
}

/// The largest gradient norm that climbs from several points come to, rounded down.
pub(super) fn climbed(kinks: &Kinks, key: &Key) -> f64 {
    let each = WORK / (5 * (kinks.walls.len() + 1) * kinks.dimension * STARTS);
    let mut best = 0.0f64;
    for start in 0..STARTS {
        let mut rng = key.replica(start as u64).rng();
        best = best.max(climb(kinks, each.clamp(PATIENCE, 2000), &mut rng));
    }
    best
}

fn climb(kinks: &Kinks, lines: usize, rng: &mut impl Rng) -> f64 {
    let mut x = point(kinks, rng);
    let mut best = kinks.steepness(&x).map_or(0.0, |(_, low)| low);
    let mut idle = 0;
    for _ in 0..lines {
        // Every other line is aimed along a wall's normal, which crosses that wall for certain.
        let aim = if rng.random::<bool>() && !kinks.walls.is_empty() {
            kinks.walls[rng.random_range(0..kinks.walls.len())].unit.clone()
        } else {
            direction(kinks.dimension, rng)
        };
        let found = match kinks.domain {
            Domain::Sphere => around(kinks, &x, aim),
            _ => along(kinks, &x, &aim),
        };
        let better = found.and_then(|next| Some((kinks.steepness(&next)?.1, next))).filter(|(low, _)| *low > best);
        match better {
            Some((low, next)) => (best, x, idle) = (low, next, 0),
            None => idle += 1,
        }
        if idle == PATIENCE {
            break;
        }
    }
    best
}

/// The point of the steepest cell along the line, with |aim| = 1.
fn along(kinks: &Kinks, x: &[f64], aim: &[f64]) -> Option<Vec<f64>> {
    let (from, to) = match kinks.domain.radius() {
        Some(radius) => {
            let middle = -dot(x, aim);
            let half = (middle * middle + radius * radius - dot(x, x)).max(0.0).sqrt() * (1.0 - 1e-9);
            (middle - half, middle + half)
        }
        None => (f64::NEG_INFINITY, f64::INFINITY),
    };
    let mut crossings: Vec<(f64, f64, usize)> = Vec::with_capacity(kinks.walls.len());
    let mut gradient = kinks.slope.clone();
    for (at, wall) in kinks.walls.iter().enumerate() {
        let (rate, here) = (dot(&wall.unit, aim), dot(&wall.unit, x) + wall.offset);
        let crossing = -here / rate;
        let crosses = crossing > from && crossing < to;
        if if crosses { rate < 0.0 } else { here > 0.0 } {
            add(&mut gradient, 1.0, &wall.jump);
        }
        if crosses {
            crossings.push((crossing, rate.signum(), at));
        }
    }
    crossings.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (mut value, mut best, mut start) = (-1.0, None, from);
    let ends = crossings.iter().map(|crossing| Some(*crossing)).chain([None]);
    for crossing in ends {
        let end = crossing.map_or(to, |(end, ..)| end);
        let middle = match (start.is_finite(), end.is_finite()) {
            (true, true) => (start + end) / 2.0,
            (true, false) => start + 1.0 + start.abs(),
            (false, true) => end - 1.0 - end.abs(),
            (false, false) => 0.0,
        };
        let square = dot(&gradient, &gradient);
        if end > start && square > value {
            (value, best) = (square, Some(middle));
        }
        if let Some((end, sign, at)) = crossing {
            add(&mut gradient, sign, &kinks.walls[at].jump);
            start = end;
        }
    }
    best.map(|best| x.iter().zip(aim).map(|(x, aim)| x + best * aim).collect())
}

/// The point of the steepest arc of the great circle through x in this direction.
fn around(kinks: &Kinks, x: &[f64], mut aim: Vec<f64>) -> Option<Vec<f64>> {
    let radial = dot(&aim, x);
    add(&mut aim, -radial, x);
    let size = norm(&aim);
    if size < 1e-6 {
        return None;
    }
    let tangent = aim.iter().map(|aim| aim / size).collect();
    Some(Circle::new(x.to_vec(), tangent).steepest(kinks).1)
}
