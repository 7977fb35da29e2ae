//! Two-layer networks with parameters in a box, and the corner of the box where they are most sensitive to them.

use super::bounds::universal::net_radius;
use super::bounds::{Parametrization, Version};
use super::draw::TwoLayer;
use ndarray::{Array1, Array2};
use prunelaw_engine::key::Key;
use rand::RngExt;

/// Pairs of networks per draw.
const PAIRS: u64 = 20;

/// The corner of the box at which J is attained: all weights B, at the input R (1, ..., 1) / sqrt(d), with output 1.
pub(super) struct Corner {
    class: Parametrization,
    largest: f64,
    net: TwoLayer,
    /// (1, d).
    input: Array2<f64>,
}

impl Corner {
    pub(super) fn new(neurons: usize, dimension: usize) -> Corner {
        let root = (dimension as f64).sqrt();
        // k B (B sqrt(d) + B) = 1
        let largest = 1.0 / (neurons as f64 * (root + 1.0)).sqrt();
        let all = Array1::from_elem(neurons, largest);
        Corner {
            class: Parametrization::two_layer(neurons, dimension, largest, 1.0),
            largest,
            net: TwoLayer {
                inner: Array2::from_elem((neurons, dimension), largest),
                bias: Some(all.clone()),
                outer: all,
            },
            input: Array2::from_elem((1, dimension), 1.0 / root),
        }
    }

    /// The network at distance `radius` from the corner against the gradient of its output.
    fn at(&self, radius: f64) -> TwoLayer {
        let (k, d) = self.net.inner.dim();
        let active = self.largest * ((d as f64).sqrt() + 1.0);
        let size = self.class.sensitivity;
        let (outer, inner, bias) = (active / size, self.largest / (size * (d as f64).sqrt()), self.largest / size);
        let less = |by: f64| Array1::from_elem(k, self.largest - radius * by);
        TwoLayer {
            inner: Array2::from_elem((k, d), self.largest - radius * inner),
            bias: Some(less(bias)),
            outer: less(outer),
        }
    }

    /// How far the squared error at label -1 moves over the radius of the net of this version; outputs clipped.
    pub(super) fn moved(&self, version: Version, eps: f64) -> f64 {
        let squared = |net: &TwoLayer| (net.outputs(&self.input)[0].clamp(-1.0, 1.0) + 1.0).powi(2);
        (squared(&self.net) - squared(&self.at(net_radius(version, eps, self.class.sensitivity)))).abs()
    }

    /// The largest |f_w - f_v| / (J |w - v|) and |w - v| / W over random pairs at the input x, and over the corner with its
    /// near neighbour and its opposite.
    pub(super) fn pairs(&self, x: &Array1<f64>, key: &Key) -> (f64, f64) {
        let (k, d) = self.net.inner.dim();
        let mut rng = key.child("pairs").rng();
        let mut draw = || {
            let mut uniform = |count: usize| -> Vec<f64> {
                (0..count).map(|_| rng.random_range(-self.largest..=self.largest)).collect()
            };
            TwoLayer {
                inner: Array2::from_shape_vec((k, d), uniform(k * d)).expect("k d entries"),
                bias: Some(uniform(k).into()),
                outer: uniform(k).into(),
            }
        };
        let at = x.view().insert_axis(ndarray::Axis(0)).to_owned();
        let mut pairs: Vec<(TwoLayer, TwoLayer, &Array2<f64>)> = (0..PAIRS).map(|_| (draw(), draw(), &at)).collect();
        pairs.push((self.net.clone(), self.at(1e-3 * self.class.diameter), &self.input));
        let opposite = TwoLayer {
            inner: -&self.net.inner,
            bias: self.net.bias.as_ref().map(|bias| -bias),
            outer: -&self.net.outer,
        };
        pairs.push((self.net.clone(), opposite, &self.input));
        let mut most = (0.0f64, 0.0f64);
        for (one, other, x) in &pairs {
            let apart = distance(one, other);
            let gap = (one.outputs(x)[0] - other.outputs(x)[0]).abs();
            most = (most.0.max(gap / (self.class.sensitivity * apart)), most.1.max(apart / self.class.diameter));
        }
        most
    }
}

/// The Euclidean distance of two networks' parameters.
fn distance(one: &TwoLayer, other: &TwoLayer) -> f64 {
    let square = |gap: Array1<f64>| gap.dot(&gap);
    let inner: f64 = (&one.inner - &other.inner).iter().map(|gap| gap * gap).sum();
    let bias = one.bias.as_ref().zip(other.bias.as_ref()).map_or(0.0, |(a, b)| square(a - b));
    (inner + bias + square(&one.outer - &other.outer)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corner_attains_the_sensitivity() {
        let corner = Corner::new(4, 4);
        assert!((corner.net.outputs(&corner.input)[0] - 1.0).abs() < 1e-14);
        let radius = 1e-6;
        let near = corner.at(radius);
        assert!((distance(&corner.net, &near) - radius).abs() < 1e-12);
        let slope = (1.0 - near.outputs(&corner.input)[0]) / (corner.class.sensitivity * radius);
        assert!((slope - 1.0).abs() < 1e-5, "{slope}");
    }

    #[test]
    fn the_printed_radius_moves_the_error_too_far_and_the_corrected_one_does_not() {
        let corner = Corner::new(8, 32);
        for eps in [0.05, 0.5, 0.95] {
            assert!(corner.moved(Version::Corrected, eps) <= eps / 2.0);
            assert!(corner.moved(Version::Printed, eps) > eps / 2.0, "{eps}");
        }
    }
}
