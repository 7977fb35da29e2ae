//! Sorted angles: the cells along a great circle, and the exact constant of two inputs on the unit circle or without biases.
//!
//! On x = p cos + q sin the wall w.x + b = 0 is crossed where |(w.p, w.q)| cos(angle - its own angle) = -b. On the sphere the
//! steepness is that of the tangential gradient, |g - (g.x) x|: largest on an arc where g.x = 0, or else at one of its ends.
//! Without biases the arcs are the cells of the plane, and every ball and all of the plane see the same gradients.

use super::kinks::Kinks;
use super::rounding::{add, dot, norm};
use super::{Domain, Exact};
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// Angles closer than this are not told apart, and the result is then not certified. An angle is off by about 1e-15.
const CLOSE: f64 = 1e-13;

/// An orthonormal pair, which spans a great circle.
pub(super) struct Circle {
    p: Vec<f64>,
    q: Vec<f64>,
}

impl Circle {
    pub(super) fn new(p: Vec<f64>, q: Vec<f64>) -> Circle {
        Circle { p, q }
    }

    fn point(&self, angle: f64) -> Vec<f64> {
        self.p.iter().zip(&self.q).map(|(p, q)| angle.cos() * p + angle.sin() * q).collect()
    }

    /// Shows every arc (its gradient, from, to), and says whether all angles were clearly apart.
    fn arcs(&self, kinks: &Kinks, mut see: impl FnMut(&[f64], f64, f64)) -> bool {
        let mut events: Vec<(f64, usize)> = Vec::new();
        let mut clear = true;
        for (at, wall) in kinks.walls.iter().enumerate() {
            let (x, y) = (dot(&wall.unit, &self.p), dot(&wall.unit, &self.q));
            let (size, middle) = (x.hypot(y), y.atan2(x));
            // Where a wall nearly touches the circle its two angles lose digits.
            clear &= (wall.offset.abs() - size).abs() > 1e-4 * size;
            if wall.offset.abs() < size {
                let half = (-wall.offset / size).acos();
                events.push(((middle - half).rem_euclid(TAU), at));
                events.push(((middle + half).rem_euclid(TAU), at));
            }
        }
        events.sort_by(|x, y| x.0.total_cmp(&y.0));
        let last = events.last().map_or(-TAU, |event| event.0 - TAU);
        let start = self.point((last + events.first().map_or(0.0, |event| event.0)) / 2.0);
        let mut positive: Vec<bool> =
            kinks.walls.iter().map(|wall| dot(&wall.unit, &start) + wall.offset > 0.0).collect();
        let mut gradient = kinks.gradient(positive.iter().copied());
        if events.is_empty() {
            see(&gradient, 0.0, TAU);
        }
        let mut from = last;
        for (angle, at) in events {
            clear &= angle - from > CLOSE;
            if angle - from > CLOSE {
                see(&gradient, from, angle);
            }
            positive[at] = !positive[at];
            add(&mut gradient, if positive[at] { 1.0 } else { -1.0 }, &kinks.walls[at].jump);
            from = angle;
        }
        clear
    }

    /// The largest tangential gradient along the circle, a point where it is nearly reached, and whether all was clear.
    pub(super) fn steepest(&self, kinks: &Kinks) -> (f64, Vec<f64>, bool) {
        let (mut value, mut best) = (-1.0, 0.0);
        let clear = self.arcs(kinks, |gradient, from, to| {
            let (along, across) = (dot(gradient, &self.p), dot(gradient, &self.q));
            let (square, size, angle) = (dot(gradient, gradient), along.hypot(across), across.atan2(along));
            let steepness = |at: f64| (square - (size * (at - angle).cos()).powi(2)).max(0.0).sqrt();
            // The first angle from `from` on at which the gradient has no radial part.
            let crest = from + (angle + FRAC_PI_2 - from).rem_euclid(PI);
            let at = [crest, from, to][if crest < to { 0 } else { 1 + usize::from(steepness(to) > steepness(from)) }];
            if steepness(at) > value {
                let inside = (to - from) * 1e-9;
                (value, best) = (steepness(at), at.clamp(from + inside, to - inside));
            }
        });
        (value.max(0.0), self.point(best), clear)
    }
}

/// The exact constant of two inputs: of the tangential gradient if the domain is the circle, else of a network without
/// biases.
pub(super) fn exact(kinks: &Kinks) -> Exact {
    let circle = Circle::new(vec![1.0, 0.0], vec![0.0, 1.0]);
    let (value, best, clear, error) = if kinks.domain == Domain::Sphere {
        let (value, best, clear) = circle.steepest(kinks);
        // What an angle that is off does to the steepness at the end of an arc.
        let sizes = norm(&kinks.slope) + kinks.walls.iter().map(|wall| norm(&wall.jump)).sum::<f64>();
        (value, best, clear, CLOSE * sizes)
    } else {
        let (mut value, mut best) = (-1.0, 0.0);
        let clear = circle.arcs(kinks, |gradient, from, to| {
            if norm(gradient) > value {
                (value, best) = (norm(gradient), (from + to) / 2.0);
            }
        });
        let inside = kinks.domain.radius().map_or(1.0, |radius| radius / 2.0);
        let best = circle.point(best).iter().map(|x| x * inside).collect();
        (value.max(0.0), best, clear, 0.0)
    };
    let low = kinks.steepness(&best).map_or(0.0, |(_, low)| low);
    Exact { method: "exact angles", value, low, high: clear.then(|| kinks.not_below(value + error)) }
}
