//! The loop and the update rules against twins of a few lines, on a bowl whose gradient is plain.

use super::*;

// Mean over samples i of sum_j c_j (theta_j - x_ij)^2 / 2, with two samples; more parameters than a vector has lanes.
struct Bowl {
    curvature: Vec<f64>,
    samples: [Vec<f64>; 2],
}

const PARAMETERS: usize = 21;

impl Bowl {
    fn new() -> Bowl {
        let row = |shift: f64| (0..PARAMETERS).map(|j| libm::sin(j as f64 + shift)).collect();
        Bowl { curvature: (0..PARAMETERS).map(|j| 0.2 + 0.05 * j as f64).collect(), samples: [row(0.0), row(0.7)] }
    }

    fn slope(&self, theta: &[f64], j: usize) -> f64 {
        self.curvature[j] * (theta[j] - (self.samples[0][j] + self.samples[1][j]) / 2.0)
    }
}

impl Objective<f64> for Bowl {
    fn parameters(&self) -> usize {
        PARAMETERS
    }

    fn samples(&self) -> usize {
        2
    }

    fn gradient(&mut self, theta: &[f64], batch: Option<&[usize]>, grad: &mut [f64]) -> Evaluation {
        assert!(batch.is_none(), "the tests take all samples");
        grad.iter_mut().enumerate().for_each(|(j, g)| *g = self.slope(theta, j));
        self.loss(theta)
    }

    fn loss(&mut self, theta: &[f64]) -> Evaluation {
        let miss =
            |x: &[f64]| (0..PARAMETERS).map(|j| self.curvature[j] * (theta[j] - x[j]).powi(2) / 2.0).sum::<f64>();
        let loss = (miss(&self.samples[0]) + miss(&self.samples[1])) / 2.0;
        Evaluation { loss, accuracy: 0.0 }
    }
}

fn start() -> Vec<f64> {
    (0..PARAMETERS).map(|j| libm::cos(j as f64)).collect()
}

fn recipe(optimizer: Optimizer) -> Recipe {
    Recipe { optimizer, rate: 0.1, schedule: Schedule::Constant, steps: 25, target_loss: 0.0 }
}

fn run(recipe: &Recipe) -> (Vec<f64>, Trained) {
    let mut theta = start();
    let end = train(&mut Bowl::new(), &mut theta, recipe, &Key::root("order"), &mut (), &Stop::new()).unwrap();
    (theta, end)
}

fn assert_close(fast: &[f64], plain: &[f64]) {
    for (fast, plain) in fast.iter().zip(plain) {
        assert!((fast - plain).abs() < 1e-12, "{fast} {plain}");
    }
}

#[test]
fn momentum_with_weight_decay_is_its_formula() {
    for (momentum, decay) in [(0.9, 0.05), (0.9, 0.0), (0.0, 0.05)] {
        let (mut plain, mut velocity) = (start(), vec![0.0; PARAMETERS]);
        for _ in 0..25 {
            let slopes: Vec<f64> = (0..PARAMETERS).map(|j| Bowl::new().slope(&plain, j)).collect();
            for j in 0..PARAMETERS {
                velocity[j] = momentum * velocity[j] + slopes[j] + decay * plain[j];
                plain[j] -= 0.1 * velocity[j];
            }
        }
        let (fast, end) = run(&recipe(Optimizer::Sgd { batch: 2, momentum, weight_decay: decay }));
        assert_close(&fast, &plain);
        assert_eq!((end.outcome, end.steps), (Outcome::Cap, 25));
    }
}

#[test]
fn adam_is_its_formula() {
    let (mut plain, mut mean, mut square) = (start(), vec![0.0; PARAMETERS], vec![0.0; PARAMETERS]);
    for t in 1..=25 {
        let slopes: Vec<f64> = (0..PARAMETERS).map(|j| Bowl::new().slope(&plain, j)).collect();
        for j in 0..PARAMETERS {
            mean[j] = 0.9 * mean[j] + 0.1 * slopes[j];
            square[j] = 0.999 * square[j] + 0.001 * slopes[j] * slopes[j];
            let (m, s) = (mean[j] / (1.0 - 0.9f64.powi(t)), square[j] / (1.0 - 0.999f64.powi(t)));
            plain[j] -= 0.1 * m / (s.sqrt() + 1e-8);
        }
    }
    assert_close(&run(&recipe(Optimizer::Adam { batch: 2 })).0, &plain);
}

#[test]
fn the_cosine_schedule_falls_from_the_rate_to_zero() {
    let cosine = Recipe { schedule: Schedule::Cosine, ..recipe(Optimizer::Gd) };
    let rate = |t: u64| 0.1 * (1.0 + (std::f64::consts::PI * t as f64 / 25.0).cos()) / 2.0;
    let mut plain = start();
    for t in 0..25 {
        let slopes: Vec<f64> = (0..PARAMETERS).map(|j| Bowl::new().slope(&plain, j)).collect();
        plain.iter_mut().zip(slopes).for_each(|(w, slope)| *w -= rate(t) * slope);
    }
    assert_close(&run(&cosine).0, &plain);
    assert_eq!(cosine.rate_at(0), 0.1);
    assert!(cosine.rate_at(25).abs() < 1e-15);
}

#[test]
fn a_raised_stop_ends_the_training_at_the_next_step() {
    let stop = Stop::new();
    let mut seen = Vec::new();
    let mut observer = |step: &Step<'_, f64>, _: &Bowl| {
        seen.push(step.index);
        if step.index == 3 {
            stop.request();
        }
    };
    let (mut bowl, mut theta) = (Bowl::new(), start());
    let end = train(&mut bowl, &mut theta, &recipe(Optimizer::Gd), &Key::root("order"), &mut observer, &stop);
    assert_eq!((end, seen), (None, vec![0, 1, 2, 3]));
}

#[test]
fn a_rate_beyond_two_over_the_curvature_diverges_by_name() {
    let (_, end) = run(&Recipe { rate: 1e9, steps: 1000, ..recipe(Optimizer::Gd) });
    assert_eq!(end.outcome.name(), "diverged");
    assert!(!end.last.loss.is_finite() && end.steps < 1000);
    // A finite run of the same length ends otherwise.
    assert_eq!(run(&Recipe { steps: 1000, ..recipe(Optimizer::Gd) }).1.outcome.name(), "cap");
}
