//! f - g of a target and what its ticket computes, layer by layer, without subtracting one large number from another.
//!
//! With a the activations of f and e what g has more, a target layer gives z = W a for f and z + D with D = W e + R (a + e) for
//! g, R the residuals of the layer; past the ReLU the new e is D where both are positive. So differences far below the rounding
//! of the outputs keep their digits.

use super::layer::Approximation;
use super::target::Target;
use ndarray::{Array1, Array2};

/// g - f at a point, with its gradient; workspaces are kept.
#[derive(Debug)]
pub struct Difference<'a> {
    target: &'a Target,
    layers: &'a [Approximation],
    /// Per layer: a and e before it, z and D after it.
    steps: Vec<Step>,
}

#[derive(Debug, Default)]
struct Step {
    a: Array1<f64>,
    e: Array1<f64>,
    z: Array1<f64>,
    d: Array1<f64>,
}

impl<'a> Difference<'a> {
    /// The difference of a target and what its layers became.
    pub fn new(target: &'a Target, layers: &'a [Approximation]) -> Difference<'a> {
        Difference { target, layers, steps: target.layers().iter().map(|_| Step::default()).collect() }
    }

    /// g(x) - f(x).
    pub fn at(&mut self, x: &[f64]) -> &Array1<f64> {
        let mut a = Array1::from(x.to_vec());
        let mut e = Array1::zeros(x.len());
        let last = self.steps.len() - 1;
        for (at, step) in self.steps.iter_mut().enumerate() {
            let w = &self.target.layers()[at];
            let z = w.dot(&a);
            let d = w.dot(&e) + reach(&self.layers[at], &(&a + &e));
            (step.a, step.e, step.z, step.d) = (a, e, z, d);
            (a, e) = Default::default();
            if at < last {
                a = step.z.mapv(relu);
                e = Array1::from_shape_fn(step.z.len(), |r| {
                    let (z, d) = (step.z[r], step.d[r]);
                    if z > 0.0 && z + d > 0.0 { d } else { relu(z + d) - relu(z) }
                });
            }
        }
        &self.steps[last].d
    }

    /// |g(x) - f(x)|, and its gradient into `gradient`.
    pub fn norm(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let d = self.at(x);
        let norm = d.dot(d).sqrt();
        if norm == 0.0 {
            gradient.fill(0.0);
            return norm;
        }
        // Gradients by d and z of the layer at hand, from the last to the first.
        let mut by_d = d / norm;
        let mut by_z = Array1::zeros(by_d.len());
        for at in (0..self.steps.len()).rev() {
            let (w, step) = (&self.target.layers()[at], &self.steps[at]);
            let through = pull(&self.layers[at], &step.a, &step.e, &by_d);
            let by_a: Array1<f64> = w.t().dot(&by_z) + &through;
            if at == 0 {
                gradient.copy_from_slice(by_a.as_slice().expect("one axis"));
                break;
            }
            let by_e: Array1<f64> = w.t().dot(&by_d) + &through;
            let before = &self.steps[at - 1];
            let open = |z: f64| f64::from(u8::from(z > 0.0));
            let at_neuron = |r: usize| (open(before.z[r]), open(before.z[r] + before.d[r]));
            by_z = Array1::from_shape_fn(by_a.len(), |r| {
                let (f, g) = at_neuron(r);
                by_a[r] * f + by_e[r] * (g - f)
            });
            by_d = Array1::from_shape_fn(by_a.len(), |r| by_e[r] * at_neuron(r).1);
        }
        norm
    }
}

fn relu(z: f64) -> f64 {
    z.max(0.0)
}

/// R b: with the residuals of the half line on which each entry of b lies.
fn reach(layer: &Approximation, b: &Array1<f64>) -> Array1<f64> {
    match &layer.negative {
        None => layer.positive.residual.dot(b),
        Some(negative) => layer.positive.residual.dot(&b.mapv(relu)) + negative.residual.dot(&b.mapv(|b| b.min(0.0))),
    }
}

/// R^T y, with the residuals of the half line on which each entry of a + e lies.
fn pull(layer: &Approximation, a: &Array1<f64>, e: &Array1<f64>, y: &Array1<f64>) -> Array1<f64> {
    let along = |r: &Array2<f64>| r.t().dot(y);
    let mut pulled = along(&layer.positive.residual);
    if let Some(negative) = &layer.negative {
        let below = along(&negative.residual);
        for j in (0..pulled.len()).filter(|&j| a[j] + e[j] < 0.0) {
            pulled[j] = below[j];
        }
    }
    pulled
}

#[cfg(test)]
mod tests {
    use super::super::network::tests::{built, target};
    use super::*;
    use crate::key::Key;
    use crate::network::init::InitLaw;
    use crate::network::mlp::{Activation, Layer, Mlp};
    use crate::ticket::Variant;
    use ndarray::Axis;

    fn mlp(target: &Target) -> Mlp<f64> {
        let layers = target.layers().iter().map(|w| Layer { w: w.clone(), b: None }).collect();
        Mlp { layers, activation: Activation::Relu }
    }

    #[test]
    fn it_is_the_masked_network_minus_the_target() {
        for widths in [&[4, 3][..], &[4, 6, 2], &[3, 5, 4, 1]] {
            let target = target(widths, "difference");
            let ticket = built(&target, 7, Variant::Adaptive, "difference");
            let x = InitLaw::Normal.draw((40, widths[0]), 1.0, &Key::root("points"));
            let plain = ticket.masked().outputs(&x).unwrap() - mlp(&target).outputs(&x).unwrap();
            let mut difference = Difference::new(&target, &ticket.layers);
            for (x, expected) in x.axis_iter(Axis(0)).zip(plain.axis_iter(Axis(1))) {
                let found = difference.at(&x.to_vec());
                assert!((found - &expected).iter().all(|d| d.abs() < 1e-12), "{found} {expected}");
            }
        }
    }

    #[test]
    fn its_gradient_is_that_of_finite_differences() {
        for (case, widths) in [&[4, 3][..], &[4, 6, 2], &[3, 5, 4, 1]].into_iter().enumerate() {
            let target = target(widths, "gradient");
            let ticket = built(&target, 6, Variant::Strict, "gradient");
            let mut difference = Difference::new(&target, &ticket.layers);
            let points = InitLaw::Normal.draw((20, widths[0]), 1.0, &Key::root("points").replica(case as u64));
            let mut gradient = vec![0.0; widths[0]];
            for point in points.axis_iter(Axis(0)) {
                let x = point.to_vec();
                difference.norm(&x, &mut gradient);
                for j in 0..x.len() {
                    let step = 1e-6;
                    let mut moved = |by: f64| {
                        let mut x = x.clone();
                        x[j] += by;
                        difference.norm(&x, &mut vec![0.0; widths[0]])
                    };
                    let slope = (moved(step) - moved(-step)) / (2.0 * step);
                    assert!((slope - gradient[j]).abs() < 1e-6, "{slope} {}", gradient[j]);
                }
            }
        }
    }
}
