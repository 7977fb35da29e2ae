//! The steepest secant between drawn points: |f(x) - f(y)| / |x - y|, which no constant can be below. On the sphere the
//! distance is the length of the arc.

use super::Domain;
use super::kinks::Kinks;
use super::rounding::{add, dot, down, gamma, norm, up};
use super::sample::point;
use crate::key::Key;

/// Points drawn; all pairs are looked at.
const POINTS: usize = 128;

/// A number certainly not above the steepest of the secants.
pub(super) fn steepest(kinks: &Kinks, key: &Key) -> f64 {
    let mut rng = key.rng();
    let points: Vec<Vec<f64>> = (0..POINTS).map(|_| point(kinks, &mut rng)).collect();
    let values: Vec<(f64, f64)> = points.iter().map(|x| value(kinks, x)).collect();
    let mut steepest = 0.0f64;
    for (i, x) in points.iter().enumerate() {
        for (y, value) in points[..i].iter().zip(&values) {
            let rise = (values[i].0 - value.0).abs() - values[i].1 - value.1;
            if rise > 0.0 {
                steepest = steepest.max(rise / distance(kinks, x, y));
            }
        }
    }
    down(steepest, 4)
}

/// f(x) but for its constant, and what rounding can have done to it.
fn value(kinks: &Kinks, x: &[f64]) -> (f64, f64) {
    let (mut value, mut sizes, size) = (0.0, 0.0, norm(x));
    for neuron in &kinks.neurons {
        value += neuron.a * (dot(&neuron.w, x) + neuron.b).max(0.0);
        sizes += neuron.a.abs() * (norm(&neuron.w) * size + neuron.b.abs());
    }
    // On the sphere x stands for x / |x|, which is a few roundings away.
    (value, up(sizes * gamma(2 * x.len() + kinks.neurons.len() + 32), 16))
}

/// A number not below the distance.
fn distance(kinks: &Kinks, x: &[f64], y: &[f64]) -> f64 {
    let mut apart = x.to_vec();
    add(&mut apart, -1.0, y);
    let chord = norm(&apart);
    let distance = match kinks.domain {
        Domain::Sphere => 2.0 * (chord / 2.0).min(1.0).asin() + 1e-12,
        _ => chord,
    };
    up(distance, x.len() + 64)
}
