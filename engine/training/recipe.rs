//! How a network is trained: optimizer, learning rate and its schedule, step cap and loss target.

/// The update rule; all of them act on kept parameters only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimizer {
    /// Full-batch gradient descent.
    Gd,
    /// Mini-batches; v = momentum v + g + weight_decay w, w -= rate v.
    Sgd {
        /// Samples per step; at least n means all samples in their order.
        batch: usize,
        /// Momentum in [0, 1).
        momentum: f64,
        /// Coefficient of w in the gradient.
        weight_decay: f64,
    },
    /// Adam (beta1 0.9, beta2 0.999, epsilon 1e-8, bias-corrected).
    Adam {
        /// Samples per step; at least n means all samples in their order.
        batch: usize,
    },
}

/// The learning rate over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// `rate` throughout.
    Constant,
    /// rate (1 + cos(pi t / T)) / 2 with T the step cap.
    Cosine,
}

/// A whole recipe. The adaptive schedule of the patch network is a constant rate once its mask is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// The update rule.
    pub optimizer: Optimizer,
    /// The rate at the start.
    pub rate: f64,
    /// The rate over time.
    pub schedule: Schedule,
    /// Cap on the updates.
    pub steps: u64,
    /// Training loss at which training stops; 0 runs all steps.
    pub target_loss: f64,
}

impl Optimizer {
    /// Samples per step; `None` for all of them.
    pub fn batch(self) -> Option<usize> {
        match self {
            Optimizer::Gd => None,
            Optimizer::Sgd { batch, .. } | Optimizer::Adam { batch } => Some(batch),
        }
    }
}

impl Recipe {
    /// The rate of the update after `step` updates.
    pub fn rate_at(&self, step: u64) -> f64 {
        match self.schedule {
            Schedule::Constant => self.rate,
            Schedule::Cosine => {
                let part = step as f64 / self.steps.max(1) as f64;
                self.rate * (1.0 + libm::cos(std::f64::consts::PI * part)) / 2.0
            }
        }
    }
}
