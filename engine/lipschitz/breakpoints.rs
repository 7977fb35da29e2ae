//! The exact constant of one input: the breakpoints -b / w, sorted, and the slope between them.
//!
//! Sorting compares b_i w_j with b_j w_i on the real numbers, so that the order is certain however close they are.

use super::kinks::{Kinks, Wall};
use super::rounding::compare_products;
use super::{Domain, Exact};
use std::cmp::Ordering;

/// The largest |slope| on the line, or on (-R, R).
pub(super) fn exact(kinks: &Kinks) -> Exact {
    let mut certain = true;
    let mut slope = kinks.slope[0];
    let mut points: Vec<&Wall> = Vec::new();
    for wall in &kinks.walls {
        let inside = match kinks.domain {
            Domain::Ball(radius) => compare_products(wall.b.abs(), 1.0, radius, wall.w[0].abs()),
            _ => Some(Ordering::Less),
        };
        certain &= inside.is_some();
        // Far left: the positive side of a wall with w > 0 lies on its right.
        let positive = if inside == Some(Ordering::Less) { wall.w[0] < 0.0 } else { wall.b > 0.0 };
        if positive {
            slope += wall.jump[0];
        }
        if inside == Some(Ordering::Less) {
            points.push(wall);
        }
    }
    points.sort_by(|x, y| {
        left_of(x, y).unwrap_or_else(|| {
            certain = false;
            (-x.offset * x.unit[0]).total_cmp(&(-y.offset * y.unit[0]))
        })
    });
    let mut value = slope.abs();
    for wall in &points {
        slope += wall.jump[0] * wall.w[0].signum();
        value = value.max(slope.abs());
    }
    let high = certain.then(|| kinks.not_below(value));
    Exact { method: "exact breakpoints", value, low: if certain { kinks.not_above(value) } else { 0.0 }, high }
}

/// How -b_x / w_x compares with -b_y / w_y.
fn left_of(x: &Wall, y: &Wall) -> Option<Ordering> {
    let order = compare_products(y.b, x.w[0], x.b, y.w[0])?;
    Some(if (x.w[0] > 0.0) == (y.w[0] > 0.0) { order } else { order.reverse() })
}
