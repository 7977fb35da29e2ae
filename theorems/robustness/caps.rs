//! The explicit interpolant of width 2n on the unit sphere, from the supplement of arXiv 2607.07778.
//!
//! A cap of width s around every input, phi_i(x) = (relu(x_i.x - (1 - s)) - relu(x_i.x - 1)) / s, and f = sum_i y_i phi_i.
//! Caps are disjoint where sqrt((1 + rho) / 2) <= 1 - s, rho the largest product of two inputs; then f(x_i) = y_i, and the
//! Lipschitz constant on the sphere is sqrt((2 - s) / s), the slope at the rim of a cap.

use super::draw::TwoLayer;
use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate, s};

/// The interpolant, and what it was made of.
pub(super) struct Caps {
    /// 2n neurons.
    pub(super) net: TwoLayer,
    /// s.
    pub(super) width: f64,
    /// rho.
    pub(super) closest: f64,
    /// The least distance between inputs of opposite labels; infinite if there are none.
    pub(super) nearest: f64,
}

/// The Lipschitz constant on the sphere of disjoint caps of this width.
pub(super) fn steepness(width: f64) -> f64 {
    ((2.0 - width) / width).sqrt()
}

impl Caps {
    /// The widest disjoint caps at these inputs (n, d) of norm 1, of width at most `widest`; labels y (n).
    pub(super) fn new(x: &Array2<f64>, y: &Array1<f64>, widest: f64) -> Caps {
        let (closest, opposite) = closest(x, y);
        let width = widest.min(1.0 - ((1.0 + closest) / 2.0).sqrt());
        let n = x.nrows();
        let both = |first: f64, second: f64| Array1::from_shape_fn(2 * n, |j| if j < n { first } else { second });
        let signs = concatenate![Axis(0), *y, *y];
        Caps {
            net: TwoLayer {
                inner: concatenate![Axis(0), *x, *x],
                bias: Some(both(width - 1.0, -1.0)),
                outer: signs * both(1.0 / width, -1.0 / width),
            },
            width,
            closest,
            // |x - x'|^2 = 2 - 2 x.x'
            nearest: (2.0 - 2.0 * opposite).sqrt(),
        }
    }

    /// The largest parameter.
    pub(super) fn largest(&self) -> f64 {
        // Inputs and biases are at most 1.
        1.0 / self.width
    }
}

/// The largest x_i.x_j over all pairs, and over those of opposite labels.
fn closest(x: &Array2<f64>, y: &Array1<f64>) -> (f64, f64) {
    let (mut all, mut opposite) = (-1.0f64, f64::NEG_INFINITY);
    for i in 1..x.nrows() {
        let products: Array1<f64> = x.slice(s![..i, ..]).dot(&x.row(i));
        for (product, label) in products.iter().zip(y) {
            all = all.max(*product);
            if *label != y[i] {
                opposite = opposite.max(*product);
            }
        }
    }
    (all, opposite)
}

/// The point of the sphere at the angle whose cosine is `cosine` from x, towards `direction`.
pub(super) fn towards(x: ArrayView1<'_, f64>, direction: ArrayView1<'_, f64>, cosine: f64) -> Array1<f64> {
    let tangent = &direction - &(&x * x.dot(&direction));
    let size = tangent.dot(&tangent).sqrt();
    &x * cosine + tangent * ((1.0 - cosine * cosine).sqrt() / size)
}

#[cfg(test)]
mod tests {
    use super::super::draw::{InputLaw, signs};
    use super::*;
    use prunelaw_engine::key::Key;

    #[test]
    fn a_quarter_is_the_root_of_seven() {
        assert!((steepness(0.25) - 7f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn caps_interpolate_and_are_as_wide_as_they_may_be() {
        let key = Key::root("caps");
        let (x, y) = (InputLaw::Sphere.draw(30, 20, &key), signs(30, &key.child("labels")));
        let caps = Caps::new(&x, &y, 0.25);
        let products = x.dot(&x.t());
        let largest = products.indexed_iter().filter(|((i, j), _)| i < j).map(|(_, p)| *p).fold(-1.0, f64::max);
        assert!((caps.closest - largest).abs() < 1e-14 && caps.width < 0.25);
        assert!(caps.net.outputs(&x).iter().zip(&y).all(|(f, y)| (f - y).abs() < 1e-12));
        // Midway between the closest two the caps touch.
        let gap = (1.0 - caps.width) - ((1.0 + caps.closest) / 2.0).sqrt();
        assert!(gap.abs() < 1e-12);
    }
}
