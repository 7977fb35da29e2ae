//! The three losses, as means over samples, with their derivatives and the accuracy.
//!
//! Outputs come as K rows of samples, so that samples sit in vector lanes: F_k of sample i stands at
//! `outputs[k * stride + i]`, with `stride = outputs.len() / K >= n`. Residuals l'_{k,i} = d l_i / d F_k, without the
//! 1/n of the mean, are written in the same layout.

use super::Evaluation;
use crate::data::Answers;
use crate::kernel::exp::exp;
use crate::kernel::lanes::Lanes;
use crate::kernel::{Family, Task};
use crate::real::Real;
use ndarray::{Array2, ArrayView2};

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
    /// Real targets with another number of columns than there are outputs.
    #[error("targets have {got} column(s), the network has {outputs} output(s)")]
    Columns {
        /// Columns found.
        got: usize,
        /// K.
        outputs: usize,
    },
    /// The loss wants classes.
    #[error("the cross-entropy and logistic losses want classes, whole numbers from 0, not real targets")]
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
    /// What `answers` mean to `loss` with K outputs, checked.
    ///
    /// # Errors
    /// [`TargetError`]: the loss wants something else, or classes or columns do not fit the outputs.
    pub fn of(answers: &Answers, outputs: usize, loss: Loss) -> Result<Targets<R>, TargetError> {
        let targets = match answers {
            Answers::Values(_) if loss != Loss::Squared => return Err(TargetError::WantsClasses),
            Answers::Values(values) if values.ncols() != outputs => {
                return Err(TargetError::Columns { got: values.ncols(), outputs });
            }
            Answers::Values(values) => Targets::values(values.view()),
            // Whole numbers that are no classes of a single output are its target values.
            Answers::Classes(y) if loss == Loss::Squared && outputs == 1 && y.iter().any(|&y| y > 1) => {
                Targets::values(Array2::from_shape_fn((y.len(), 1), |(i, _)| y[i] as f64).view())
            }
            Answers::Classes(classes) => Targets::classes(classes, outputs)?,
        };
        loss.check(&targets)?;
        Ok(targets)
    }

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
        let (n, stride) = (targets.samples(), outputs.len() / targets.outputs);
        assert!(stride >= n && residuals.len() >= outputs.len(), "K rows of at least n samples");
        let (loss, points) = match (self, &targets.goal) {
            (Loss::CrossEntropy, Goal::Classes(labels)) => {
                Family::best().run(CrossEntropy { labels, outputs, stride, residuals })
            }
            (Loss::Logistic, Goal::Classes(labels)) => logistic(labels, outputs, residuals),
            (Loss::Squared, goal) => squared(goal, outputs, stride, residuals),
            // Refused by `check`.
            (_, Goal::Values { .. }) => (f64::NAN, f64::NAN),
        };
        Evaluation { loss: loss / n as f64, accuracy: points / n as f64 }
    }
}

// Each loss returns the sums over samples of loss and of points for accuracy, and fills in the residuals.

struct CrossEntropy<'a, R> {
    labels: &'a [u32],
    outputs: &'a [R],
    stride: usize,
    residuals: &'a mut [R],
}

impl<R: Real> Task<R> for CrossEntropy<'_, R> {
    type Output = (f64, f64);

    #[inline(always)]
    fn run<V: Lanes<R>>(self) -> (f64, f64) {
        let CrossEntropy { labels, outputs, stride, residuals } = self;
        let one = V::splat(R::ONE);
        let (mut loss, mut points) = (0.0, 0.0);
        for from in (0..labels.len()).step_by(V::COUNT) {
            // The last block of unpadded rows is shorter than a vector.
            let to = stride.min(from + V::COUNT);
            let mut top = V::load_part(&outputs[from..to]);
            for row in outputs.chunks_exact(stride) {
                top = V::load_part(&row[from..to]).max(top);
            }
            // What is added to the largest output's e^0 = 1; kept apart, since its logarithm may be small.
            let (mut rest, mut ties) = (V::splat(R::ZERO), V::splat(R::ZERO));
            for (row, residual) in outputs.chunks_exact(stride).zip(residuals.chunks_exact_mut(stride)) {
                let f = V::load_part(&row[from..to]);
                let power = exp::<R, V>(f.sub(top));
                rest = rest.add(power.sub(f.if_equal(top, power)));
                ties = ties.add(f.if_equal(top, one));
                power.store_part(&mut residual[from..to]);
            }
            let rest = rest.add(ties.sub(one));
            let share = one.div(rest.add(one));
            for residual in residuals.chunks_exact_mut(stride) {
                let residual = &mut residual[from..to];
                V::load_part(residual).mul(share).store_part(residual);
            }
            let [mut top_of, mut rest_of, mut ties_of, mut share_of] = [[R::ZERO; 16]; 4];
            for (vector, lanes) in
                [(top, &mut top_of), (rest, &mut rest_of), (ties, &mut ties_of), (share, &mut share_of)]
            {
                vector.store_part(&mut lanes[..V::COUNT]);
            }
            for (l, label) in labels[from..labels.len().min(to)].iter().enumerate() {
                let at = *label as usize * stride + from + l;
                let below = top_of[l] - outputs[at];
                loss += (rest_of[l].ln_1p() + below).to_f64();
                // p_y - 1 = -(1 - p_y), the latter without cancellation where y leads.
                residuals[at] = if below == R::ZERO { -(rest_of[l] * share_of[l]) } else { residuals[at] - R::ONE };
                if below == R::ZERO {
                    points += 1.0 / ties_of[l].to_f64();
                }
            }
        }
        (loss, points)
    }
}

fn logistic<R: Real>(labels: &[u32], outputs: &[R], residuals: &mut [R]) -> (f64, f64) {
    let (mut loss, mut points) = (0.0, 0.0);
    for ((label, f), residual) in labels.iter().zip(outputs).zip(residuals) {
        // log(1 + e^f) - y f = log(1 + e^-|f|) + max(g, 0), with g = f on the wrong side of the label.
        let wrong = if *label == 1 { -*f } else { *f };
        let small = (-f.abs()).exp();
        let chance = if wrong > R::ZERO { R::ONE } else { small } / (R::ONE + small);
        loss += (small.ln_1p() + R::ZERO.max(wrong)).to_f64();
        *residual = if *label == 1 { -chance } else { chance };
        points += right_side(-wrong.to_f64());
    }
    (loss, points)
}

fn squared<R: Real>(goal: &Goal<R>, outputs: &[R], stride: usize, residuals: &mut [R]) -> (f64, f64) {
    let classes = outputs.len() / stride;
    let (n, one_hot) = match goal {
        Goal::Classes(labels) => (labels.len(), classes > 1),
        Goal::Values { samples, .. } => (*samples, false),
    };
    let target = |k: usize, i: usize| match goal {
        Goal::Classes(labels) if one_hot => R::from_f64(f64::from(u8::from(labels[i] as usize == k))),
        Goal::Classes(labels) => R::from_f64(f64::from(labels[i])),
        Goal::Values { rows, .. } => rows[k * n + i],
    };
    let mut loss = 0.0;
    for k in 0..classes {
        for i in 0..n {
            let miss = outputs[k * stride + i] - target(k, i);
            residuals[k * stride + i] = miss;
            loss += 0.5 * miss.to_f64() * miss.to_f64();
        }
    }
    let points = |i: usize| match goal {
        Goal::Values { .. } if classes == 1 => f64::NAN,
        Goal::Classes(labels) if classes == 1 => {
            let above = outputs[i].to_f64() - 0.5;
            right_side(if labels[i] == 1 { above } else { -above })
        }
        _ => {
            let largest =
                |of: &dyn Fn(usize) -> R| (1..classes).fold(of(0), |most, k| if of(k) > most { of(k) } else { most });
            let f = |k: usize| outputs[k * stride + i];
            let (top, goal_top) = (largest(&f), largest(&|k| target(k, i)));
            let ties = (0..classes).filter(|k| f(*k) == top).count();
            let hit = (0..classes).any(|k| f(k) == top && target(k, i) == goal_top);
            if hit { 1.0 / ties as f64 } else { 0.0 }
        }
    };
    (loss, (0..n).map(points).sum())
}

// A point if the number is positive, half a one at 0.
fn right_side(margin: f64) -> f64 {
    if margin == 0.0 { 0.5 } else { f64::from(u8::from(margin > 0.0)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use rand::RngExt;

    fn evaluate<R: Real>(loss: Loss, outputs: &[f64], targets: &Targets<R>) -> (Evaluation, Vec<f64>) {
        let outputs: Vec<R> = outputs.iter().map(|f| R::from_f64(*f)).collect();
        let mut residuals = vec![R::ZERO; outputs.len()];
        let evaluation = loss.evaluate(&outputs, targets, &mut residuals);
        (evaluation, residuals.iter().map(|r| r.to_f64()).collect())
    }

    #[test]
    fn losses_by_hand() {
        // Two outputs, three samples: F = (0, 0), (ln 3, 0), (0, ln 3); classes 0, 0, 0.
        let ln3 = 3f64.ln();
        let targets = Targets::<f64>::classes(&[0, 0, 0], 2).unwrap();
        let outputs = [0.0, ln3, 0.0, 0.0, 0.0, ln3];
        let (seen, residuals) = evaluate(Loss::CrossEntropy, &outputs, &targets);
        assert!((seen.loss - (2f64.ln() + (4.0f64 / 3.0).ln() + 4f64.ln()) / 3.0).abs() < 1e-15);
        assert_eq!(seen.accuracy, (0.5 + 1.0 + 0.0) / 3.0);
        for (got, want) in residuals.iter().zip([-0.5, -0.25, -0.75, 0.5, 0.25, 0.75]) {
            assert!((got - want).abs() < 1e-15);
        }
        let (seen, residuals) = evaluate(Loss::Squared, &outputs, &targets);
        let want = (0.5 + 0.5 * (ln3 - 1.0).powi(2) + 0.5 + 0.5 * ln3 * ln3) / 3.0;
        assert!((seen.loss - want).abs() < 1e-15 && residuals[0] == -1.0 && seen.accuracy == 0.5);
        let one = Targets::<f64>::classes(&[0, 1, 1], 1).unwrap();
        let (seen, residuals) = evaluate(Loss::Logistic, &[0.0, ln3, -ln3], &one);
        assert!((seen.loss - (2f64.ln() + (4.0f64 / 3.0).ln() + 4f64.ln()) / 3.0).abs() < 1e-15);
        assert_eq!(seen.accuracy, 0.5);
        for (got, want) in residuals.iter().zip([0.5, -0.25, -0.75]) {
            assert!((got - want).abs() < 1e-15);
        }
    }

    #[test]
    fn rows_may_be_padded_and_f32_follows_f64() {
        let mut rng = Key::root("loss").rng();
        for n in [1, 7, 16, 37] {
            for (loss, k) in
                [(Loss::CrossEntropy, 2), (Loss::CrossEntropy, 10), (Loss::Logistic, 1), (Loss::Squared, 3)]
            {
                let labels: Vec<usize> = (0..n).map(|_| rng.random_range(0..k.max(2))).collect();
                let f: Vec<f64> = (0..k * n).map(|_| f64::from(rng.random_range(-8.0f32..8.0))).collect();
                let (tight, residuals) = evaluate(loss, &f, &Targets::<f64>::classes(&labels, k).unwrap());
                let mut padded = vec![99.0; k * 48];
                f.chunks(n).zip(padded.chunks_mut(48)).for_each(|(from, to)| to[..n].copy_from_slice(from));
                let (wide, padded) = evaluate(loss, &padded, &Targets::<f64>::classes(&labels, k).unwrap());
                assert_eq!(tight, wide);
                let (single, rough) = evaluate(loss, &f, &Targets::<f32>::classes(&labels, k).unwrap());
                assert!(
                    (single.loss - tight.loss).abs() < 1e-5 * (1.0 + tight.loss) && single.accuracy == tight.accuracy
                );
                for k in 0..k {
                    assert_eq!(residuals[k * n..][..n], padded[k * 48..][..n]);
                    assert!(residuals[k * n..][..n].iter().zip(&rough[k * n..]).all(|(a, b)| (a - b).abs() < 1e-5));
                }
            }
        }
    }

    #[test]
    fn small_losses_keep_their_digits() {
        let targets = Targets::<f32>::classes(&[1], 3).unwrap();
        let (seen, residuals) = evaluate(Loss::CrossEntropy, &[0.0, 30.0, -1.0], &targets);
        let want = ((-30f64).exp() + (-31f64).exp()).ln_1p();
        assert!((seen.loss / want - 1.0).abs() < 1e-6, "{} {want}", seen.loss);
        assert!((residuals[1] / -want - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_finite_shows_in_the_loss() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let targets = Targets::<f32>::classes(&[0, 1], 2).unwrap();
            let all = [[bad, 0.0, 0.0, 1.0], [0.0, 0.0, bad, 1.0]];
            let losses = all.map(|f| evaluate(Loss::CrossEntropy, &f, &targets).0.loss);
            // An output of -infinity is a class of probability 0, and harmless unless it is the right one.
            assert!(!losses[0].is_finite() && (bad == f64::NEG_INFINITY || !losses[1].is_finite()), "{losses:?}");
        }
    }

    #[test]
    fn answers_mean_what_the_loss_makes_of_them() {
        let of = |answers: Answers, outputs, loss| Targets::<f64>::of(&answers, outputs, loss);
        let counts = || Answers::Classes(vec![2, 0, 5]);
        let column = Targets::values(ndarray::array![[2.0], [0.0], [5.0]].view());
        assert_eq!(of(counts(), 1, Loss::Squared), Ok(column));
        assert_eq!(of(counts(), 6, Loss::Squared), Targets::classes(&[2, 0, 5], 6));
        assert!(matches!(of(counts(), 1, Loss::Logistic), Err(TargetError::Class { got: 2, .. })));
        let signs = || Answers::Values(ndarray::array![[-1.0], [1.0]]);
        assert_eq!(of(signs(), 3, Loss::CrossEntropy), Err(TargetError::WantsClasses));
        assert_eq!(of(signs(), 3, Loss::Squared), Err(TargetError::Columns { got: 1, outputs: 3 }));
    }

    #[test]
    fn a_loss_refuses_targets_it_cannot_use() {
        let values = Targets::<f64>::values(Array2::zeros((2, 2)).view());
        let classes = |k| Targets::<f64>::classes(&[0, 1], k).unwrap();
        assert_eq!(Loss::CrossEntropy.check(&values), Err(TargetError::WantsClasses));
        assert_eq!(Loss::Logistic.check(&classes(2)), Err(TargetError::WantsOneOutput { got: 2 }));
        assert_eq!(Loss::CrossEntropy.check(&classes(1)), Err(TargetError::WantsMoreOutputs { got: 1 }));
        assert!(Loss::Squared.check(&values).is_ok() && Loss::Squared.check(&classes(1)).is_ok());
    }
}
