//! The optimizers' arithmetic over lanes.

use super::Task;
use super::lanes::Lanes;
use crate::real::Real;

/// v = momentum v + g + decay w; w -= rate v. Plain gradient descent has no velocity: w -= rate (g + decay w).
pub(crate) struct Descend<'a, R> {
    pub(crate) theta: &'a mut [R],
    pub(crate) grad: &'a [R],
    pub(crate) velocity: Option<(&'a mut [R], R)>,
    pub(crate) decay: R,
    pub(crate) rate: R,
}

impl<R: Real> Task<R> for Descend<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<R>>(self) {
        let (rate, decay) = (V::splat(-self.rate), V::splat(self.decay));
        let blocks = self.theta.chunks_mut(V::COUNT).zip(self.grad.chunks(V::COUNT));
        match self.velocity {
            None if self.decay == R::ZERO => {
                for (w, g) in blocks {
                    rate.fma(V::load_part(g), V::load_part(w)).store_part(w);
                }
            }
            None => {
                for (w, g) in blocks {
                    let now = V::load_part(w);
                    rate.fma(decay.fma(now, V::load_part(g)), now).store_part(w);
                }
            }
            Some((velocity, momentum)) => {
                let momentum = V::splat(momentum);
                for ((w, g), v) in blocks.zip(velocity.chunks_mut(V::COUNT)) {
                    let now = V::load_part(w);
                    let next = momentum.fma(V::load_part(v), decay.fma(now, V::load_part(g)));
                    next.store_part(v);
                    rate.fma(next, now).store_part(w);
                }
            }
        }
    }
}

/// Adam: m and s are running means of g and g^2; w -= rate (m / fix_m) / (sqrt(s / fix_s) + epsilon).
pub(crate) struct Adam<'a, R> {
    pub(crate) theta: &'a mut [R],
    pub(crate) grad: &'a [R],
    pub(crate) mean: &'a mut [R],
    pub(crate) square: &'a mut [R],
    pub(crate) rate: R,
    pub(crate) betas: [R; 2],
    /// 1 - beta^t for both betas.
    pub(crate) fixes: [R; 2],
    pub(crate) epsilon: R,
}

impl<R: Real> Task<R> for Adam<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Lanes<R>>(self) {
        let [beta1, beta2] = self.betas.map(V::splat);
        let [rest1, rest2] = self.betas.map(|beta| V::splat(R::ONE - beta));
        let [fix1, fix2] = self.fixes.map(V::splat);
        let (rate, epsilon) = (V::splat(-self.rate), V::splat(self.epsilon));
        let state = self.mean.chunks_mut(V::COUNT).zip(self.square.chunks_mut(V::COUNT));
        for ((w, g), (m, s)) in self.theta.chunks_mut(V::COUNT).zip(self.grad.chunks(V::COUNT)).zip(state) {
            let gradient = V::load_part(g);
            let mean = beta1.fma(V::load_part(m), rest1.mul(gradient));
            let square = beta2.fma(V::load_part(s), rest2.mul(gradient.mul(gradient)));
            mean.store_part(m);
            square.store_part(s);
            let step = mean.div(fix1).div(square.div(fix2).sqrt().add(epsilon));
            rate.fma(step, V::load_part(w)).store_part(w);
        }
    }
}
