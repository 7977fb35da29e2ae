//! The update rules, with what they remember between steps.

use super::Optimizer;
use crate::kernel::Family;
use crate::kernel::update::{Adam, Descend};
use crate::real::Real;

const BETAS: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;

/// One optimizer at work on one network.
pub(super) struct Update<R> {
    rule: Optimizer,
    family: Family,
    steps: i32,
    /// Velocity, or Adam's running mean of the gradient.
    first: Vec<R>,
    /// Adam's running mean of its square.
    second: Vec<R>,
}

impl<R: Real> Update<R> {
    pub(super) fn new(rule: Optimizer, parameters: usize) -> Update<R> {
        let (first, second) = match rule {
            Optimizer::Gd | Optimizer::Sgd { momentum: 0.0, .. } => (0, 0),
            Optimizer::Sgd { .. } => (parameters, 0),
            Optimizer::Adam { .. } => (parameters, parameters),
        };
        let zeros = |len| vec![R::ZERO; len];
        Update { rule, family: Family::best(), steps: 0, first: zeros(first), second: zeros(second) }
    }

    pub(super) fn apply(&mut self, theta: &mut [R], grad: &[R], rate: f64) {
        self.steps = self.steps.saturating_add(1);
        let rate = R::from_f64(rate);
        let (momentum, decay) = match self.rule {
            Optimizer::Gd => (0.0, 0.0),
            Optimizer::Sgd { momentum, weight_decay, .. } => (momentum, weight_decay),
            Optimizer::Adam { .. } => {
                let (mean, square) = (&mut self.first[..], &mut self.second[..]);
                let betas = BETAS.map(R::from_f64);
                let fixes = BETAS.map(|beta| R::from_f64(1.0 - libm::pow(beta, f64::from(self.steps))));
                let epsilon = R::from_f64(EPSILON);
                return self.family.run(Adam { theta, grad, mean, square, rate, betas, fixes, epsilon });
            }
        };
        let velocity = (momentum != 0.0).then_some((&mut self.first[..], R::from_f64(momentum)));
        self.family.run(Descend { theta, grad, velocity, decay: R::from_f64(decay), rate });
    }
}
