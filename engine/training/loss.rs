//! The three losses, as means over samples, with their derivatives and the accuracy.
//!
//! Outputs come as K rows of samples, so that samples sit in vector lanes: F_k of sample i stands at
//! `outputs[k * stride + i]`, with `stride = outputs.len() / K >= n`. Residuals l'_{k,i} = d l_i / d F_k, without the
//! 1/n of the mean, are written in the same layout.

use super::Evaluation;
use crate::real::Real;
use ndarray::ArrayView2;

/// What is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// -log softmax(F)_y, for classes.
    CrossEntropy,
    /// log(1 + e^F) - y F, for labels 0/1 and one output.
    Logistic,
    /// Half the sum over outputs of (F_k - t_k)^2; classes become one-hot targets (with one output: the label itself).
    Squared,
}

/// What the outputs should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets<R> {
    outputs: usize,
    goal: Goal<R>,
}

#[derive(Clone, Debug, PartialEq)]
enum Goal<R> {
    // Class of every sample.
    Classes(Vec<u32>),
    // K rows of n.
    Values { rows: Vec<R>, samples: usize },
}

/// Targets that do not fit the outputs or the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// A class beyond the outputs (with one output, classes are 0 and 1).
    #[error("sample {sample} has class {got}, but {outputs} output(s) allow classes below {below}")]
    Class {
        /// Which sample.
        sample: usize,
        /// Its class.
        got: usize,
        /// K.
        outputs: usize,
        /// First class that is not allowed.
        below: usize,
    },
    /// The loss wants classes.
    #[error("the cross-entropy and logistic losses want classes, not real targets")]
    WantsClasses,
    /// The logistic loss has one output.
    #[error("the logistic loss wants one output, got {got}")]
    WantsOneOutput {
        /// K.
        got: usize,
    },
    /// The cross-entropy of one output is always 0.
    #[error("the cross-entropy wants at least two outputs, got {got}")]
    WantsMoreOutputs {
        /// K.
        got: usize,
    },
}

impl<R: Real> Targets<R> {
    /// Classes below K, or 0 and 1 if there is one output.
    ///
    /// # Errors
    /// [`TargetError::Class`] for the first class that is too large.
    pub fn classes(labels: &[usize], outputs: usize) -> Result<Targets<R>, TargetError> {
        let below = outputs.max(2);
        match labels.iter().position(|label| *label >= below) {
            Some(sample) => Err(TargetError::Class { sample, got: labels[sample], outputs, below }),
            None => Ok(Targets { outputs, goal: Goal::Classes(labels.iter().map(|label| *label as u32).collect()) }),
        }
    }

    /// Real targets, one row per sample; (n, K).
    pub fn values(targets: ArrayView2<'_, f64>) -> Targets<R> {
        let (samples, outputs) = targets.dim();
        let rows = targets.t().iter().map(|target| R::from_f64(*target)).collect();
        Targets { outputs, goal: Goal::Values { rows, samples } }
    }

    /// n.
    pub fn samples(&self) -> usize {
        match &self.goal {
            Goal::Classes(labels) => labels.len(),
            Goal::Values { samples, .. } => *samples,
        }
    }

    /// K.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Writes the targets of a mini-batch over `into`, which allocates nothing once it has held as many.
    pub fn select(&self, batch: &[usize], into: &mut Targets<R>) {
        into.outputs = self.outputs;
        match (&self.goal, &mut into.goal) {
            (Goal::Classes(all), Goal::Classes(some)) => {
                some.clear();
                some.extend(batch.iter().map(|i| all[*i]));
            }
            (Goal::Values { rows, samples }, Goal::Values { rows: some, samples: count }) => {
                some.clear();
                for row in rows.chunks_exact((*samples).max(1)) {
                    some.extend(batch.iter().map(|i| row[*i]));
                }
                *count = batch.len();
            }
            (_, other) => *other = self.goal.clone(),
        }
    }
}

impl Loss {
    /// The word in settings.
    pub fn name(self) -> &'static str {
        match self {
            Loss::CrossEntropy => "cross-entropy",
            Loss::Logistic => "logistic",
            Loss::Squared => "squared",
        }
    }

    /// Whether this loss can be taken against these targets.
    ///
    /// # Errors
    /// [`TargetError`] says what the loss wants instead.
    pub fn check<R: Real>(self, targets: &Targets<R>) -> Result<(), TargetError> {
        let got = targets.outputs;
        match (self, &targets.goal) {
            (Loss::Squared, _) => Ok(()),
            (_, Goal::Values { .. }) => Err(TargetError::WantsClasses),
            (Loss::Logistic, _) if got != 1 => Err(TargetError::WantsOneOutput { got }),
            (Loss::CrossEntropy, _) if got < 2 => Err(TargetError::WantsMoreOutputs { got }),
            _ => Ok(()),
        }
    }

    /// Mean loss and accuracy, and the residuals d l_i / d F_k in the layout of `outputs`.
    ///
    /// A sample is right if the largest output is that of its class (one output: if it lies on its label's side of 0, or
    /// of 1/2 for the squared loss); a tie among t outputs scores 1/t. Accuracy against one real target is NaN.
    ///
    /// # Panics
    /// If `outputs` is no K rows of at least n, or `residuals` is shorter.
    pub fn evaluate<R: Real>(self, outputs: &[R], targets: &Targets<R>, residuals: &mut [R]) -> Evaluation {
        let (n, k_all) = (targets.samples(), targets.outputs);
        let stride = outputs.len() / k_all;
        assert!(stride >= n && residuals.len() >= outputs.len(), "K rows of at least n samples");
        let (mut loss, mut points) = (0.0, 0.0);
        let mut f = vec![0.0; k_all];
        let mut goal = vec![0.0; k_all];
        for i in 0..n {
            for k in 0..k_all {
                f[k] = outputs[k * stride + i].to_f64();
                goal[k] = match &targets.goal {
                    Goal::Classes(labels) if k_all == 1 => f64::from(labels[i]),
                    Goal::Classes(labels) => f64::from(u8::from(labels[i] as usize == k)),
                    Goal::Values { rows, samples } => rows[k * samples + i].to_f64(),
                };
            }
            let largest = |v: &[f64]| v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let top = largest(&f);
            let mut residual = |k: usize, value: f64| residuals[k * stride + i] = R::from_f64(value);
            match self {
                Loss::CrossEntropy => {
                    let total: f64 = f.iter().map(|x| libm::exp(x - top)).sum();
                    for k in 0..k_all {
                        residual(k, libm::exp(f[k] - top) / total - goal[k]);
                        loss += goal[k] * (libm::log(total) + top - f[k]);
                    }
                }
                Loss::Logistic => {
                    let small = libm::exp(-f[0].abs());
                    loss += f[0].max(0.0) + libm::log1p(small) - goal[0] * f[0];
                    residual(0, if f[0] > 0.0 { 1.0 } else { small } / (1.0 + small) - goal[0]);
                }
                Loss::Squared => {
                    for k in 0..k_all {
                        loss += 0.5 * (f[k] - goal[k]) * (f[k] - goal[k]);
                        residual(k, f[k] - goal[k]);
                    }
                }
            }
            if k_all == 1 {
                let side = f[0] - if self == Loss::Squared { 0.5 } else { 0.0 };
                points += match (&targets.goal, side) {
                    (Goal::Values { .. }, _) => f64::NAN,
                    (_, 0.0) => 0.5,
                    _ => f64::from(u8::from((side > 0.0) == (goal[0] == 1.0))),
                };
            } else {
                let right = largest(&goal);
                let ties = f.iter().filter(|x| **x == top).count();
                if (0..k_all).any(|k| goal[k] == right && f[k] == top) {
                    points += 1.0 / ties as f64;
                }
            }
        }
        Evaluation { loss: loss / n as f64, accuracy: points / n as f64 }
    }
}
