//! An objective whose gradients are disturbed: every coordinate by a normal number of its own, anew at every step.

use super::{Evaluation, Objective};
use crate::key::Key;
use crate::real::Real;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Another objective, with noise of standard deviation `scale` on its gradients; losses stay as they are.
#[derive(Clone, Debug)]
pub struct Noisy<O> {
    /// The objective that is disturbed.
    pub inner: O,
    scale: f64,
    rng: ChaCha8Rng,
}

impl<O> Noisy<O> {
    /// `inner` with noise drawn from `key`. A scale of 0 draws nothing.
    pub fn new(inner: O, scale: f64, key: &Key) -> Noisy<O> {
        Noisy { inner, scale, rng: key.rng() }
    }
}

impl<R: Real, O: Objective<R>> Objective<R> for Noisy<O> {
    fn parameters(&self) -> usize {
        self.inner.parameters()
    }

    fn samples(&self) -> usize {
        self.inner.samples()
    }

    fn gradient(&mut self, theta: &[R], batch: Option<&[usize]>, grad: &mut [R]) -> Evaluation {
        let evaluation = self.inner.gradient(theta, batch, grad);
        if self.scale > 0.0 {
            for g in grad {
                *g = R::from_f64(g.to_f64() + self.scale * self.rng.sample::<f64, _>(StandardNormal));
            }
        }
        evaluation
    }

    fn loss(&mut self, theta: &[R]) -> Evaluation {
        self.inner.loss(theta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Flat;

    impl Objective<f64> for Flat {
        fn parameters(&self) -> usize {
            1000
        }

        fn samples(&self) -> usize {
            1
        }

        fn gradient(&mut self, _: &[f64], _: Option<&[usize]>, grad: &mut [f64]) -> Evaluation {
            grad.fill(3.0);
            Evaluation { loss: 1.0, accuracy: 0.0 }
        }

        fn loss(&mut self, _: &[f64]) -> Evaluation {
            Evaluation { loss: 1.0, accuracy: 0.0 }
        }
    }

    #[test]
    fn the_noise_has_its_scale_is_new_at_every_step_and_comes_from_its_key() {
        let gradients = |scale: f64, key: &str| {
            let mut noisy = Noisy::new(Flat, scale, &Key::root(key));
            [(); 2].map(|()| {
                let mut grad = vec![0.0; 1000];
                noisy.gradient(&[], None, &mut grad);
                grad
            })
        };
        let [first, second] = gradients(0.5, "noisy");
        let spread = (first.iter().map(|g| (g - 3.0).powi(2)).sum::<f64>() / 1000.0).sqrt();
        // Five standard errors of the spread of 1000 numbers.
        assert!((spread - 0.5).abs() < 0.5 * 5.0 / 2000.0_f64.sqrt(), "{spread}");
        assert!(first != second && first == gradients(0.5, "noisy")[0] && first != gradients(0.5, "other")[0]);
        assert_eq!(gradients(0.0, "noisy"), [vec![3.0; 1000], vec![3.0; 1000]]);
    }
}
