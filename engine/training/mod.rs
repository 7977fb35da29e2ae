//! Training: a dumb loop, an objective that knows the network and the data, and observers that measure.
//!
//! * [`train`]: the loop
//! * [`Objective`]: loss and gradient of the masked network on its data
//! * [`Observer`]: sees every step
//! * [`loss`]: the three losses
//! * [`noisy`]: an objective with noise on its gradients
//! * [`recipe`]: optimizer, rate, schedule, step cap and loss target

pub mod loss;
pub mod noisy;
mod optimizer;
pub mod recipe;

pub use loss::{Loss, Targets};
pub use recipe::{Optimizer, Recipe, Schedule};

use crate::key::Key;
use crate::real::Real;
use crate::stop::Stop;
use optimizer::Update;
use rand::seq::SliceRandom;

/// Loss and accuracy of one evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// Mean loss over the samples evaluated, in nats for the logarithmic losses.
    pub loss: f64,
    /// Fraction of the samples classified correctly; ties share the point.
    pub accuracy: f64,
}

/// Loss and gradient of a masked network on its training data, as a function of the kept parameters.
///
/// `theta` holds the trainable parameters only, in an order of the objective's own: a masked weight is not in it, so
/// that no optimizer can revive one, and the cost of a step falls with the keep fraction.
pub trait Objective<R: Real> {
    /// Length of `theta`.
    fn parameters(&self) -> usize;

    /// Training samples, n.
    fn samples(&self) -> usize;

    /// Mean loss and accuracy at `theta` over `batch` (all samples if `None`), and the gradient of that loss in `grad`.
    fn gradient(&mut self, theta: &[R], batch: Option<&[usize]>, grad: &mut [R]) -> Evaluation;

    /// Mean loss and accuracy at `theta` over all samples, without a gradient.
    fn loss(&mut self, theta: &[R]) -> Evaluation;
}

/// One step, as an observer sees it: the state at `theta`, before the update that `grad` will make.
#[derive(Debug)]
pub struct Step<'a, R> {
    /// Updates made so far: 0 at the initial weights.
    pub index: u64,
    /// Learning rate of the update that follows.
    pub rate: f64,
    /// Loss and accuracy over the step's samples.
    pub evaluation: Evaluation,
    /// The kept parameters.
    pub theta: &'a [R],
    /// Gradient over the step's samples.
    pub grad: &'a [R],
}

/// Measures without touching the training. `()` observes nothing.
pub trait Observer<R: Real, O> {
    /// Called at every step before the update, and once at the final weights.
    fn see(&mut self, step: &Step<'_, R>, objective: &O);
}

impl<R: Real, O> Observer<R, O> for () {
    fn see(&mut self, _: &Step<'_, R>, _: &O) {}
}

impl<R: Real, O, F: FnMut(&Step<'_, R>, &O)> Observer<R, O> for F {
    fn see(&mut self, step: &Step<'_, R>, objective: &O) {
        self(step, objective);
    }
}

/// How a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The training loss reached the target.
    Converged,
    /// The step cap came first (or the target is 0, and all steps were run).
    Cap,
    /// Loss or weights stopped being finite.
    Diverged,
}

impl Outcome {
    /// The word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Converged => "converged",
            Outcome::Cap => "cap",
            Outcome::Diverged => "diverged",
        }
    }
}

/// The end of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trained {
    /// How it ended.
    pub outcome: Outcome,
    /// Updates made.
    pub steps: u64,
    /// Loss and accuracy at the final weights over all training samples.
    pub last: Evaluation,
}

/// Trains `theta` in place. `None` if `stop` was raised before the end.
///
/// Step t evaluates at theta_t, shows the observer, and ends with `Converged` if the loss over all samples is at the
/// target, with `Cap` after `recipe.steps` updates, or with `Diverged` at the first loss that is not finite. With
/// mini-batches the loss over all samples is taken after each pass through the data. `order` draws the batches.
pub fn train<R: Real, O: Objective<R>>(
    objective: &mut O,
    theta: &mut [R],
    recipe: &Recipe,
    order: &Key,
    observer: &mut impl Observer<R, O>,
    stop: &Stop,
) -> Option<Trained> {
    let n = objective.samples();
    let batch = recipe.optimizer.batch().filter(|batch| *batch < n);
    let mut grad = vec![R::ZERO; theta.len()];
    let mut update = Update::new(recipe.optimizer, theta.len());
    let mut passes = Passes::new(n, batch.unwrap_or(n), order);
    let mut index = 0;
    let outcome = loop {
        if stop.requested() {
            return None;
        }
        // With mini-batches the step before the cap is followed by the last look below, and not by another batch.
        let capped = index == recipe.steps;
        if capped && batch.is_some() {
            break Outcome::Cap;
        }
        let rate = recipe.rate_at(index);
        let evaluation = objective.gradient(theta, batch.map(|_| passes.next()), &mut grad);
        observer.see(&Step { index, rate, evaluation, theta, grad: &grad }, objective);
        if batch.is_none() {
            let ended = ended(recipe, evaluation.loss).or(capped.then_some(Outcome::Cap));
            if let Some(outcome) = ended {
                return Some(Trained { outcome, steps: index, last: evaluation });
            }
        } else if !evaluation.loss.is_finite() {
            break Outcome::Diverged;
        }
        update.apply(theta, &grad, rate);
        index += 1;
        if batch.is_some()
            && passes.at_end()
            && let Some(outcome) = ended(recipe, objective.loss(theta).loss)
        {
            break outcome;
        }
    };
    let last = objective.gradient(theta, None, &mut grad);
    observer.see(&Step { index, rate: recipe.rate_at(index), evaluation: last, theta, grad: &grad }, objective);
    let outcome = if last.loss.is_finite() { outcome } else { Outcome::Diverged };
    Some(Trained { outcome, steps: index, last })
}

// How the loss over all samples ends the training, if it does.
fn ended(recipe: &Recipe, loss: f64) -> Option<Outcome> {
    if !loss.is_finite() {
        Some(Outcome::Diverged)
    } else if recipe.target_loss > 0.0 && loss <= recipe.target_loss {
        Some(Outcome::Converged)
    } else {
        None
    }
}

// Mini-batches: one shuffle per pass through the data, from the pass's own key.
struct Passes<'a> {
    order: &'a Key,
    batch: usize,
    pass: u64,
    next: usize,
    samples: Vec<usize>,
}

impl<'a> Passes<'a> {
    fn new(n: usize, batch: usize, order: &'a Key) -> Passes<'a> {
        Passes { order, batch: batch.max(1), pass: 0, next: 0, samples: (0..n).collect() }
    }

    fn next(&mut self) -> &[usize] {
        if self.next == 0 {
            // From index order each time, so that a pass depends on its key alone.
            self.samples.iter_mut().enumerate().for_each(|(i, sample)| *sample = i);
            self.samples.shuffle(&mut self.order.replica(self.pass).rng());
            self.pass += 1;
        }
        let batch = self.next..self.samples.len().min(self.next + self.batch);
        self.next = if batch.end == self.samples.len() { 0 } else { batch.end };
        &self.samples[batch]
    }

    fn at_end(&self) -> bool {
        self.next == 0
    }
}

#[cfg(test)]
mod tests;
