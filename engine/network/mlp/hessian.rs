//! The Hessian of the mean loss times a direction, by the R-operator (Pearlmutter, Fast exact multiplication by the
//! Hessian, 1994): the derivative of every line of the gradient along the direction.
//!
//! R z_l = W_l R a_{l-1} + V_l a_{l-1} + v_l, R a_l = s'(z_l) R z_l, R D_L = l''(F) R F / n, and backwards
//! R dW_l = R D_l a_{l-1}^T + D_l R a_{l-1}^T, R D_{l-1} = (V_l^T D_l + W_l^T R D_l) s' + (W_l^T D_l) R s'.
//! No finite difference enters; for ReLU R s' is 0 except at kinks.

use super::{Activation, BLOCK, Block, Mlp, MlpError, MlpObjective, Samples, input};
use crate::linalg::{Matrix, product};
use crate::real::Real;
use crate::training::{Loss, Objective};
use std::sync::Arc;

impl<R: Real> Mlp<R> {
    /// H v at this network: H the Hessian of the mean loss over `samples` in all weights and biases, v a `direction` of
    /// this network's shape. Shaped like the network.
    ///
    /// # Errors
    /// [`MlpError`] if network, direction, samples and loss do not fit together.
    pub fn hessian_times(&self, direction: &Mlp<R>, samples: &Arc<Samples<R>>, loss: Loss) -> Result<Mlp<R>, MlpError> {
        for (at, (own, other)) in self.layers.iter().zip(&direction.layers).enumerate() {
            let shape = |what: &str, got: &[usize], expected: &[usize]| match got == expected {
                true => Ok(()),
                false => {
                    let what = format!("{what}{} of the direction", at + 1);
                    Err(MlpError::Shape { what, got: got.to_vec(), expected: expected.to_vec() })
                }
            };
            shape("w", other.w.shape(), own.w.shape())?;
            let length = |b: &Option<ndarray::Array1<R>>| [b.as_ref().map_or(0, ndarray::Array1::len)];
            shape("b", &length(&other.b), &length(&own.b))?;
        }
        let (got, expected) = (direction.widths(), self.widths());
        if got != expected {
            return Err(MlpError::Shape { what: "the direction".to_owned(), got, expected });
        }
        let objective = MlpObjective::new(self, None, Arc::clone(samples), loss)?;
        let (theta, v) = (objective.pack(self), objective.pack(direction));
        let mut tangent = Tangent::new(objective, theta, v);
        for first in (0..samples.len()).step_by(BLOCK) {
            tangent.add(&Block::Run(first..samples.len().min(first + BLOCK)));
        }
        Ok(tangent.at.unpack(&tangent.product))
    }
}

/// A dense objective at `theta`, with the derivatives along `v` of all that it computes.
struct Tangent<R> {
    at: MlpObjective<R>,
    theta: Vec<R>,
    v: Vec<R>,
    /// H v of the samples seen so far.
    product: Vec<R>,
    /// R a_l; (width, block). Nothing for a_0, which does not move.
    ra: Vec<Vec<R>>,
    /// D_l and D_{l-1}, and their derivatives.
    d: [Vec<R>; 2],
    rd: [Vec<R>; 2],
}

impl<R: Real> Tangent<R> {
    fn new(at: MlpObjective<R>, theta: Vec<R>, v: Vec<R>) -> Tangent<R> {
        let widest = at.d[0].len();
        let zeros = || [vec![R::ZERO; widest], vec![R::ZERO; widest]];
        let ra = at.a.iter().map(|a| vec![R::ZERO; a.len()]).collect();
        Tangent { product: vec![R::ZERO; at.parameters()], ra, d: zeros(), rd: zeros(), at, theta, v }
    }

    /// Adds the part of `block` to the product.
    fn add(&mut self, block: &Block<'_>) {
        self.at.forward(&self.theta, block);
        self.forward(block);
        self.at.residuals(block);
        let (b, layers) = (block.len(), self.at.places.len());
        let outputs = self.at.outputs() * b;
        let share = R::ONE / R::from_f64(self.at.samples.n as f64);
        self.rd[0][..outputs].copy_from_slice(&self.ra[layers][..outputs]);
        curve(self.at.loss, &self.at.a[layers][..outputs], b, &mut self.rd[0][..outputs]);
        for (to, from) in self.d[0][..outputs].iter_mut().zip(&self.at.d[0]) {
            *to = *from * share;
        }
        self.rd[0][..outputs].iter_mut().for_each(|rd| *rd *= share);
        self.backward(block);
    }

    /// R a_1 to R a_L.
    fn forward(&mut self, block: &Block<'_>) {
        let b = block.len();
        for (at, place) in self.at.places.iter().enumerate() {
            let (neurons, inputs) = (place.neurons, place.inputs);
            let (before, after) = self.ra.split_at_mut(at + 1);
            let out = &mut after[0][..neurons * b];
            out.fill(R::ZERO);
            out.chunks_exact_mut(b).zip(&self.v[place.biases.clone()]).for_each(|(row, bias)| row.fill(*bias));
            let right = input(&self.at.samples, &self.at.a[at], at, block);
            let right = Matrix::strided(right.data, inputs, b, right.stride);
            product(out, Matrix::new(&self.v[place.weights.clone()], neurons, inputs), right, true);
            if at > 0 {
                let w = Matrix::new(&self.theta[place.weights.clone()], neurons, inputs);
                product(out, w, Matrix::new(&before[at][..inputs * b], inputs, b), true);
            }
            if at + 1 < self.at.places.len() {
                self.at.activation.chain(&self.at.a[at + 1][..neurons * b], out);
            }
        }
    }

    /// From D_L and R D_L in the first buffers, the block's part of H v.
    fn backward(&mut self, block: &Block<'_>) {
        let b = block.len();
        let ([d, below], [rd, rbelow]) = (&mut self.d, &mut self.rd);
        for (at, place) in self.at.places.iter().enumerate().rev() {
            let (neurons, inputs) = (place.neurons, place.inputs);
            let [delta, rdelta] = [&d[..neurons * b], &rd[..neurons * b]].map(|d| Matrix::new(d, neurons, b));
            let right = input(&self.at.samples, &self.at.a[at], at, block);
            let right = Matrix::strided(right.data, inputs, b, right.stride);
            let into = &mut self.product[place.weights.clone()];
            product(into, rdelta, right.t(), true);
            for (into, row) in self.product[place.biases.clone()].iter_mut().zip(rd.chunks_exact(b)) {
                *into += row.iter().copied().sum();
            }
            if at == 0 {
                continue;
            }
            let (a, ra) = (&self.at.a[at][..inputs * b], &self.ra[at][..inputs * b]);
            product(&mut self.product[place.weights.clone()], delta, Matrix::new(ra, inputs, b).t(), true);
            let [w, v] = [&self.theta, &self.v].map(|of| Matrix::new(&of[place.weights.clone()], neurons, inputs).t());
            let (below_now, rbelow_now) = (&mut below[..inputs * b], &mut rbelow[..inputs * b]);
            product(below_now, w, delta, false);
            product(rbelow_now, w, rdelta, false);
            product(rbelow_now, v, delta, true);
            self.at.activation.chain(a, rbelow_now);
            bend(self.at.activation, a, ra, below_now, rbelow_now);
            self.at.activation.chain(a, below_now);
            std::mem::swap(d, below);
            std::mem::swap(rd, rbelow);
        }
    }
}

/// Adds d R s' to `rd`, given a = s(z) and R a; `d` is not yet multiplied by s'.
fn bend<R: Real>(activation: Activation, a: &[R], ra: &[R], d: &[R], rd: &mut [R]) {
    // s' = 1 - a^2 for tanh; a constant between kinks for the others.
    if activation == Activation::Tanh {
        let two = R::ONE + R::ONE;
        for (((a, ra), d), rd) in a.iter().zip(ra).zip(d).zip(rd) {
            *rd += -(two * *a * *ra * *d);
        }
    }
}

/// `tangent` becomes l''(F) `tangent`, sample by sample; both (K, n) at `stride` n. No loss needs the targets for it.
fn curve<R: Real>(loss: Loss, outputs: &[R], stride: usize, tangent: &mut [R]) {
    match loss {
        Loss::Squared => {}
        Loss::Logistic => {
            for (f, t) in outputs.iter().zip(tangent) {
                // s (1 - s) for s = 1 / (1 + e^-f), from the tail that does not cancel.
                let small = (-f.abs()).exp();
                let sum = R::ONE + small;
                *t = *t * small / (sum * sum);
            }
        }
        Loss::CrossEntropy => {
            for i in 0..stride {
                let of = |values: &[R], at: usize| values[at * stride + i];
                let classes = outputs.len() / stride;
                let top = (1..classes).fold(of(outputs, 0), |top, k| top.max(of(outputs, k)));
                let weight = |k: usize| (of(outputs, k) - top).exp();
                let sum: R = (0..classes).map(weight).sum();
                let mean = (0..classes).map(|k| weight(k) * of(tangent, k)).sum::<R>() / sum;
                for k in 0..classes {
                    tangent[k * stride + i] = weight(k) / sum * (of(tangent, k) - mean);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Answers, LabelledData};
    use crate::key::Key;
    use crate::network::init::InitLaw;
    use ndarray::Array2;
    use rand::RngExt;
    use rand_distr::StandardNormal;

    fn samples(n: usize, classes: usize, loss: Loss, key: &Key) -> Arc<Samples<f64>> {
        let mut rng = key.rng();
        let x = Array2::from_shape_simple_fn((n, 5), || rng.sample(StandardNormal));
        let y = Answers::Classes((0..n).map(|_| rng.random_range(0..classes.max(2))).collect());
        Arc::new(Samples::new(&LabelledData { x, y }, classes, loss).unwrap())
    }

    #[test]
    fn the_product_is_the_difference_quotient_of_the_gradient() {
        let key = Key::root("hessian");
        for (loss, k) in [(Loss::CrossEntropy, 3), (Loss::Logistic, 1), (Loss::Squared, 2)] {
            for activation in Activation::ALL {
                for widths in [vec![5, k], vec![5, 7, k], vec![5, 6, 4, 5, k]] {
                    // More than one block of samples.
                    let samples = samples(BLOCK + 5, k, loss, &key.child("data"));
                    let draw = |bias, name: &str| {
                        let mut net =
                            Mlp::<f64>::draw(&widths, activation, bias, InitLaw::HeNormal, 1.0, &key.child(name));
                        for layer in &mut net.layers {
                            let inputs = layer.w.column(0).to_owned();
                            layer.b.iter_mut().for_each(|b| b.assign(&inputs));
                        }
                        net
                    };
                    for bias in [false, true] {
                        let (net, v) = (draw(bias, "net"), draw(bias, "direction"));
                        let exact = net.hessian_times(&v, &samples, loss).unwrap();
                        let mut at = MlpObjective::new(&net, None, Arc::clone(&samples), loss).unwrap();
                        let (theta, v, exact) = (at.pack(&net), at.pack(&v), at.pack(&exact));
                        let h = 1e-6;
                        let mut gradient = |step: f64| {
                            let moved: Vec<f64> = theta.iter().zip(&v).map(|(theta, v)| theta + step * v).collect();
                            let mut grad = vec![0.0; moved.len()];
                            at.gradient(&moved, None, &mut grad);
                            grad
                        };
                        let (up, down) = (gradient(h), gradient(-h));
                        let size = exact.iter().map(|h| h * h).sum::<f64>().sqrt();
                        let quotient = up.iter().zip(&down).map(|(up, down)| (up - down) / (2.0 * h));
                        let error: f64 = quotient.zip(&exact).map(|(q, exact)| (q - exact).powi(2)).sum();
                        assert!(error.sqrt() < 1e-7 * size.max(1.0), "{loss:?} {activation:?} {widths:?}: {error:e}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_product_is_linear_and_the_hessian_symmetric() {
        let key = Key::root("symmetric");
        let samples = samples(20, 3, Loss::CrossEntropy, &key);
        let draw = |name: &str| {
            Mlp::<f64>::draw(&[5, 6, 4, 3], Activation::Relu, false, InitLaw::Normal, 1.0, &key.child(name))
        };
        let (net, u, v) = (draw("net"), draw("u"), draw("v"));
        let dot = |a: &Mlp<f64>, b: &Mlp<f64>| -> f64 {
            a.layers.iter().zip(&b.layers).map(|(a, b)| (&a.w * &b.w).sum()).sum()
        };
        let times = |v: &Mlp<f64>| net.hessian_times(v, &samples, Loss::CrossEntropy).unwrap();
        let (one, other) = (dot(&u, &times(&v)), dot(&v, &times(&u)));
        assert!((one - other).abs() < 1e-12 * one.abs().max(1.0), "{one} {other}");
    }

    #[test]
    fn a_direction_of_another_shape_is_refused() {
        let key = Key::root("shape");
        let samples = samples(4, 3, Loss::Squared, &key);
        let draw = |widths: &[usize]| Mlp::<f64>::draw(widths, Activation::Relu, false, InitLaw::Normal, 1.0, &key);
        let net = draw(&[5, 6, 3]);
        let refused =
            |widths: &[usize]| net.hessian_times(&draw(widths), &samples, Loss::Squared).unwrap_err().to_string();
        assert_eq!(refused(&[5, 7, 3]), "w1 of the direction has shape [7, 5], expected [6, 5]");
        assert_eq!(refused(&[5, 6, 3, 2]), "the direction has shape [5, 6, 3, 2], expected [5, 6, 3]");
    }
}
