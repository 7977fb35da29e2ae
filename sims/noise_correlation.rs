//! How far a network follows the noise of its labels, through cycles of iterative magnitude pruning.
//!
//! y_i = g(x_i) + z_i with x ~ N(0, I_d), a random teacher g and normal noise z. A student is trained, the smallest fifth of its
//! weights is pruned, the rest goes back to its initial values, and so on. Measured along the way:
//! mean((f(x_i) - E f) z_i), with E f over fresh samples: near 0 for a network that knows nothing of the noise, near the
//! variance of z for one that has learned it by heart. A steep network has it for little information, so that it stands beside
//! it over a certified upper bound of the Lipschitz constant.

use crate::{Cost, Job, Rows, Sim, SimCard};
use ndarray::{Array1, Array2, Axis};
use prunelaw_engine::data::{Answers, LabelledData};
use prunelaw_engine::device::Device;
use prunelaw_engine::effort::Effort;
use prunelaw_engine::lipschitz::{Domain as Where, Kinks, Method};
use prunelaw_engine::mask::Mask;
use prunelaw_engine::network::init::InitLaw;
use prunelaw_engine::network::mlp::{Activation, Mlp, MlpObjective, Samples};
use prunelaw_engine::pruning::{Plan, Scope, dense, imp};
use prunelaw_engine::real::Real;
use prunelaw_engine::settings::vocabulary::*;
use prunelaw_engine::settings::{Assignment, Domain, Field, Schema, Settings, SettingsError};
use prunelaw_engine::spectral_norm::spectral_norm_above;
use prunelaw_engine::stop::Stop;
use prunelaw_engine::table::{Column, Row};
use prunelaw_engine::training::noisy::Noisy;
use prunelaw_engine::training::{Loss, Optimizer, Outcome, Recipe, Schedule, Step, train};
use std::sync::Arc;

/// Fraction of the weights left that a round prunes.
const REMOVED: f64 = 0.2;
/// Rows of one training, its first and last step included.
const ROWS: u64 = 21;

/// The sim.
#[derive(Debug)]
pub struct NoiseCorrelation;

static CARD: SimCard = SimCard {
    id: "noise_correlation",
    was: None,
    says: "correlation of the fit with the label noise through magnitude-pruning cycles",
    about: "Students of a random two-hidden-layer ReLU teacher with half their width learn y = g(x) + z by Adam on mini-batches, \
            x and z normal. After every training the smallest fifth of the weights left, over all layers, is pruned and the rest \
            goes back to its initial values. Rows: mean((f(x_i) - E f) z_i) over the training samples along each training, E f \
            over fresh samples, and the same over a certified upper bound of the Lipschitz constant.",
    source: "arXiv 2402.01089, sec. 6 and Figs. 2, 3; batch, rewind point, teacher law and the scale of gradient noise are ours",
    subject: "robustness",
    family: "noise_correlation",
    protocol: 1,
};

static FIELDS: [Field; 12] = [
    SAMPLES.within(Domain::Integer { min: 2, max: 1_000_000 }).integer(1000),
    DIMENSION.integer(50),
    WIDTHS.integers(&[100, 100, 100, 100]),
    Field { help: "fresh samples over which E f is taken", ..TEST_SAMPLES }.integer(10_000),
    Field { symbol: "sigma", help: "standard deviation of the label noise", ..NOISE }.real(1.0),
    RATE.real(0.001).axis(),
    GRADIENT_NOISE.axis(),
    BATCH.integer(50),
    Field { help: "training steps of a round", ..STEPS }.integer(2000),
    ROUNDS.integer(12),
    BIAS.text("true"),
    PRECISION.text("f32"),
];

static SCHEMAS: [Schema; 1] = [Schema { when: "a teacher's labels with noise", fields: &FIELDS, rules: &[] }];

static COLUMNS: [Column; 11] = [
    Column::integer("step", "steps", "updates and rewinds made so far"),
    Column::integer("round", "rounds", "training, counted from 1"),
    Column::integer("round_step", "steps", "updates made in this training"),
    Column::text("outcome", "cap while all is well, diverged once a number is not finite"),
    Column::integer("kept_weights", "weights", "weights not pruned, biases not counted"),
    Column::real("kept", "fraction", "the same over all weights"),
    Column::real("train_loss", "1", "mean squared error on the noisy labels"),
    Column::real("correlation", "1", "mean over the training samples of (f(x_i) - E f) z_i"),
    Column::real("noise_variance", "1", "mean of z_i^2 over the training samples"),
    Column::real("lip_upper", "1", "Lipschitz constant of f over R^d, certified: at most"),
    Column::real("normalised", "1", "correlation / (lip_upper sqrt(noise_variance))"),
];

/// What a replica learns from.
struct Lesson<R> {
    x: Array2<f64>,
    z: Array1<f64>,
    fresh: Array2<f64>,
    samples: Arc<Samples<R>>,
}

impl<R: Real> Lesson<R> {
    fn of(job: &Job) -> Lesson<R> {
        let cell = &job.settings;
        let (n, d) = (cell.count("samples"), cell.count("dimension"));
        let data = job.key.child("data");
        let x = InitLaw::Normal.draw((n, d), 1.0, &data.child("inputs"));
        let z = InitLaw::Normal.draw((n, 1), cell.real("noise"), &data.child("noise"));
        let fresh = InitLaw::Normal.draw((cell.count("test_samples"), d), 1.0, &job.key.child("test"));
        let teacher = Mlp::<f64>::draw(
            &teacher(cell),
            Activation::Relu,
            false,
            InitLaw::HeNormal,
            1.0,
            &job.key.child("teacher"),
        );
        let clean = teacher.outputs(&x).expect("the teacher takes d inputs");
        let y = clean.t().to_owned() + &z;
        let data = LabelledData { x, y: Answers::Values(y) };
        let samples = Samples::new(&data, 1, Loss::Squared).expect("one value per sample");
        Lesson { x: data.x, z: z.index_axis_move(Axis(1), 0), fresh, samples: Arc::new(samples) }
    }

    /// mean((f(x_i) - E f) z_i).
    fn correlation(&self, net: &Mlp<R>) -> f64 {
        let outputs = |x: &Array2<f64>| net.outputs(x).expect("the student takes d inputs").mapv(R::to_f64);
        let mean = outputs(&self.fresh).mean().unwrap_or(f64::NAN);
        let at_data = outputs(&self.x);
        let centred = at_data.row(0).mapv(|f| f - mean);
        centred.dot(&self.z) / self.z.len() as f64
    }
}

/// d, half the student's first width twice, 1.
fn teacher(cell: &Settings) -> [usize; 4] {
    let half = (cell.counts("widths")[0] / 2).max(1);
    [cell.count("dimension"), half, half, 1]
}

/// d, the hidden widths, 1.
fn student(cell: &Settings) -> Vec<usize> {
    [cell.count("dimension")].into_iter().chain(cell.counts("widths")).chain([1]).collect()
}

/// A certified upper bound of the Lipschitz constant over R^d: of two layers the best of three, else the product of norms.
fn lip_upper<R: Real>(net: &Mlp<R>, job: &Job) -> f64 {
    let weights: Vec<Array2<f64>> = net.layers.iter().map(|layer| layer.w.mapv(R::to_f64)).collect();
    if weights.iter().flatten().any(|w| !w.is_finite()) {
        return f64::NAN;
    }
    if let [inner, outer] = weights.as_slice() {
        let bias = net.layers[0].b.as_ref().map(|b| b.mapv(R::to_f64));
        let Ok(kinks) = Kinks::new(inner.view(), bias.as_ref().map(|b| b.view()), outer.row(0), Where::All) else {
            return f64::NAN;
        };
        let end = |method: Method| method.end(&kinks, &job.key.child("ends")).ok().flatten().map(|end| end.value);
        return [Method::Eigenvalue, Method::Balanced, Method::Path]
            .into_iter()
            .filter_map(end)
            .fold(f64::INFINITY, f64::min);
    }
    // Each factor is rounded up; the product of a handful is within a few roundings of it.
    weights.iter().map(spectral_norm_above).product::<f64>() * (1.0 + 8.0 * f64::EPSILON)
}

fn recipe(cell: &Settings) -> Recipe {
    Recipe {
        optimizer: Optimizer::Adam { batch: cell.count("batch") },
        rate: cell.real("rate"),
        schedule: Schedule::Constant,
        steps: cell.count("steps") as u64,
        target_loss: 0.0,
    }
}

/// All trainings of a replica, row after row. `None` if stopped.
fn replica<R: Real>(job: &Job, stop: &Stop) -> Option<Rows> {
    let cell = &job.settings;
    let lesson = Lesson::<R>::of(job);
    let bias = cell.text("bias") == "true";
    let init = Mlp::<R>::draw(&student(cell), Activation::Relu, bias, InitLaw::HeNormal, 1.0, &job.key.child("init"));
    let (mut rows, rounds) = (Rows::new(), cell.count("rounds"));
    let mut training = |round: usize, net: &Mlp<R>, masks: &[Mask]| -> Option<(Mlp<R>, Outcome)> {
        let objective = MlpObjective::new(net, Some(masks), Arc::clone(&lesson.samples), Loss::Squared);
        let objective = objective.expect("masks and samples fit the student");
        let mut theta = objective.pack(net);
        let noise = job.key.child("gradient noise").replica(round as u64);
        let mut objective = Noisy::new(objective, cell.real("gradient_noise"), &noise);
        let order = job.key.child("order").replica(round as u64);
        let steps = cell.count("steps") as u64;
        let mut observer = |step: &Step<'_, R>, objective: &Noisy<MlpObjective<R>>| {
            // A training that diverged shows its last step twice.
            let again = rows.last().is_some_and(|row| row[0] == (before(job, round) + step.index).into());
            if (is_row(step.index, steps) || !step.evaluation.loss.is_finite()) && !again {
                rows.push(row(job, &lesson, masks, round, step.index, &objective.inner.unpack(step.theta)));
            }
        };
        let trained = train(&mut objective, &mut theta, &recipe(cell), &order, &mut observer, stop)?;
        Some((objective.inner.unpack(&theta), trained.outcome))
    };
    let masks = dense(&init);
    let masks = if rounds == 1 {
        masks
    } else {
        let keep = imp::keep_after(REMOVED, rounds as u32 - 1).expect("a fifth is a fraction");
        let plan = Plan::exponential(keep, Scope::Global, rounds - 1);
        let mut diverged = false;
        let pruned = imp::prune(&init, &masks, &plan, |round, net, masks| {
            let (net, outcome) = training(round, net, masks)?;
            diverged = outcome == Outcome::Diverged;
            (!diverged).then_some(net)
        });
        match pruned {
            Ok(masks) => masks,
            // What was measured until then stands, and its last row says why it ends.
            Err(_) if !stop.requested() => return Some(rows),
            Err(_) => return None,
        }
    };
    training(rounds - 1, &init, &masks)?;
    Some(rows)
}

/// Whether a row is taken at this step of a training.
fn is_row(step: u64, steps: u64) -> bool {
    let apart = (steps / (ROWS - 1)).max(1);
    step == steps || (step.is_multiple_of(apart) && step + apart / 2 < steps)
}

/// Updates and rewinds before a training, counted from 0.
fn before(job: &Job, round: usize) -> u64 {
    round as u64 * (job.settings.count("steps") as u64 + 1)
}

fn row<R: Real>(job: &Job, lesson: &Lesson<R>, masks: &[Mask], round: usize, step: u64, net: &Mlp<R>) -> Row {
    let kept: usize = masks.iter().map(Mask::kept).sum();
    let all: usize = masks.iter().map(Mask::len).sum();
    let loss = 2.0 * net.evaluate(&lesson.samples, Loss::Squared).expect("the samples fit the student").loss;
    let (correlation, lip_upper) = (lesson.correlation(net), lip_upper(net, job));
    let variance = lesson.z.dot(&lesson.z) / lesson.z.len() as f64;
    let finite = loss.is_finite() && correlation.is_finite();
    vec![
        (before(job, round) + step).into(),
        (round + 1).into(),
        step.into(),
        if finite { Outcome::Cap } else { Outcome::Diverged }.name().into(),
        kept.into(),
        (kept as f64 / all as f64).into(),
        loss.into(),
        correlation.into(),
        variance.into(),
        lip_upper.into(),
        (correlation / (lip_upper * variance.sqrt())).into(),
    ]
}

impl Sim for NoiseCorrelation {
    fn card(&self) -> &'static SimCard {
        &CARD
    }

    fn schemas(&self) -> &'static [Schema] {
        &SCHEMAS
    }

    fn expand(&self, _: &'static Schema, effort: Effort) -> Vec<Assignment> {
        let own = |words: &[(&str, &str)]| words.iter().map(|(key, value)| Assignment::own(key, *value)).collect();
        match effort {
            Effort::Smoke => own(&[
                ("samples", "60"),
                ("dimension", "10"),
                ("widths", "32,32"),
                ("test_samples", "400"),
                ("batch", "20"),
                ("steps", "200"),
                ("rate", "0.003"),
                ("rounds", "3"),
                ("replicas", "3"),
            ]),
            Effort::Normal => own(&[
                ("samples", "300"),
                ("dimension", "20"),
                ("widths", "64,64,64"),
                ("test_samples", "2000"),
                ("steps", "600"),
                ("rounds", "5"),
                ("replicas", "20"),
            ]),
            Effort::Paper => own(&[("replicas", "25")]),
        }
    }

    fn columns(&self, _: &'static Schema) -> &'static [Column] {
        &COLUMNS
    }

    fn check(&self, cell: &Settings) -> Result<(), SettingsError> {
        let widths = student(cell);
        let weights: usize = widths.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let left = |rounds: usize| weights as f64 * (1.0 - REMOVED).powi(rounds as i32 - 1);
        let rounds = cell.count("rounds");
        if left(rounds) >= 1.0 {
            return Ok(());
        }
        let most = (1..rounds).rev().find(|rounds| left(*rounds) >= 1.0);
        let must = format!("after {} prunings none of the {weights} weights is left", rounds - 1);
        Err(SettingsError::conflict("rounds", rounds, must, most.map(|most| most.to_string())))
    }

    fn cost(&self, cell: &Settings) -> Cost {
        let widths = student(cell);
        let weights: f64 = widths.windows(2).map(|pair| pair[0] as f64 * pair[1] as f64).sum();
        let (n, fresh) = (cell.count("samples"), cell.count("test_samples"));
        let batch = cell.count("batch").min(n);
        let rows = ROWS as f64 * (2 * n + fresh) as f64;
        let round = (6.0 * cell.count("steps") as f64 * batch as f64 + 2.0 * rows) * weights;
        let inputs = ((n + fresh) * cell.count("dimension")) as f64;
        let widest = widths.iter().max().copied().unwrap_or(1) as f64;
        Cost {
            flops: round * cell.count("rounds") as f64,
            bytes: 12.0 * inputs + 8.0 * widest * n.max(fresh) as f64 + 64.0 * weights,
        }
    }

    fn run(&self, jobs: &[Job], _: &dyn Device, stop: &Stop) -> Vec<Option<Rows>> {
        let run = |job: &Job| match job.settings.text("precision") {
            "f32" => replica::<f32>(job, stop),
            _ => replica::<f64>(job, stop),
        };
        jobs.iter().map(run).collect()
    }
}

#[cfg(test)]
mod tests;
