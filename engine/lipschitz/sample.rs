//! Points of the domain, drawn: where the walls of a network are, as far as that can be known without data.

use super::Domain;
use super::kinks::Kinks;
use super::rounding::norm;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// A standard normal vector.
pub(super) fn normal(dimension: usize, rng: &mut impl Rng) -> Vec<f64> {
    (0..dimension).map(|_| rng.sample(StandardNormal)).collect()
}

/// A standard normal vector divided by its norm.
pub(super) fn direction(dimension: usize, rng: &mut impl Rng) -> Vec<f64> {
    loop {
        let x = normal(dimension, rng);
        let size = norm(&x);
        if size > 0.0 {
            return x.iter().map(|x| x / size).collect();
        }
    }
}

/// A point of the domain: normal with the median distance of the walls as its scale, or uniform in the ball or on the
/// sphere.
pub(super) fn point(kinks: &Kinks, rng: &mut impl Rng) -> Vec<f64> {
    let d = kinks.dimension;
    let scaled = |x: Vec<f64>, by: f64| x.iter().map(|x| x * by).collect();
    match kinks.domain {
        Domain::All => scaled(normal(d, rng), scale(kinks)),
        Domain::Ball(radius) => {
            let from_center: f64 = rng.random::<f64>().powf(1.0 / d as f64);
            scaled(direction(d, rng), radius * from_center * (1.0 - 1e-9))
        }
        Domain::Sphere => direction(d, rng),
    }
}

/// The median distance of the walls from the origin, or 1 if it is 0.
fn scale(kinks: &Kinks) -> f64 {
    let mut distances: Vec<f64> = kinks.walls.iter().map(|wall| wall.offset.abs()).collect();
    distances.sort_by(f64::total_cmp);
    distances.get(distances.len() / 2).copied().filter(|distance| *distance > 0.0).unwrap_or(1.0)
}
