//! `prunelaw train`

use super::{CliError, Exit, Global, note, say, stop_on_signals};
use crate::engine::data::npz::{NpzBuilder, NpzError};
use crate::engine::key::Key;
use crate::engine::mask::Mask;
use crate::engine::network::mlp::MlpObjective;
use crate::engine::network::patch::PatchObjective;
use crate::engine::real::Real;
use crate::engine::settings;
use crate::engine::stop::Stop;
use crate::engine::table::{Column, Table};
use crate::engine::training::{self, Evaluation, Objective, Recipe, Step, Trained};
use crate::record::{Reader, Record};
use crate::runner;
use crate::store::replace;
use clap::Args;
use ndarray_npy::WritableElement;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Train one network; data, weights and masks from and to .npz
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Train {
    /// Settings of the network, its data and its training
    #[arg(long, value_name = "F.toml")]
    config: PathBuf,
}

const EXAMPLES: &str = "\
Example:
  prunelaw train --config net.toml --out trained    final.npz, trajectory.csv and summary.json in trained/

net.toml (may be left out: key = \"0\", precision = \"f64\", activation, bias, outer, loss, optimizer, schedule, [mask]):
  [network]
  kind = \"mlp\"                  # or \"patch\": classes, neurons, dimension, power, outer
  widths = [64, 256, 10]        # inputs, hidden neurons, outputs
  activation = \"relu\"           # linear, tanh
  [data]
  source = \"digits\"             # \"idx:DIR\", \"npz:FILE\" (x, y); for patch networks \"patches\" with its law's fields
  [init]
  law = \"he-normal\"             # normal, uniform, signed-constant with scale; or source = \"npz:FILE\" (w1, b1, w2, ...)
  [mask]
  rule = \"random\"               # bernoulli, neurons, magnitude, snip, grasp (temperature), synflow, synflow-l2, phew;
  keep = 0.1                    # scope, and rounds and schedule where weights are scored (`mask --help`); or source = \"npz:FILE\" (mask1, ...)
  [train]
  loss = \"cross-entropy\"        # logistic, squared
  optimizer = \"gd\"              # sgd (batch, momentum, weight_decay), adam (batch)
  rate = 0.1
  steps = 200
  target_loss = 0.01            # optional: stop there";

static TRAJECTORY: [Column; 4] = [
    Column::integer("step", "steps", "updates made so far"),
    Column::real("train_loss", "nats", "mean loss over the step's samples: all of them, or its mini-batch"),
    Column::real("train_accuracy", "fraction", "the step's samples classified correctly; ties share the point"),
    Column::real("rate", "1/step", "learning rate of the update that follows"),
];

impl Train {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, CliError> {
        let record = Record::read(&self.config, global.key.as_deref(), Reader::Train)?;
        if let Some(memory) = runner::memory() {
            record.refuse_what_does_not_fit(memory)?;
        }
        let stop = stop_on_signals()?;
        let work = if record.settings().text("precision") == "f32" {
            prepare::<f32>(&record)
        } else {
            prepare::<f64>(&record)
        };
        let work = work?;
        if global.plan {
            say(&format!("{}; {} steps at most", work.plan, record.settings().count("steps")))?;
            return Ok(Exit::Done);
        }
        // Before the training, so that no work is lost to a folder that is none.
        if let Err(error) = std::fs::create_dir_all(&global.out) {
            let why = if global.out.exists() { "it is no folder".to_owned() } else { error.to_string() };
            return Err(CliError(format!("cannot write to --out {}: {why}", global.out.display())));
        }
        let Some(finished) = (work.go)(&stop)? else {
            note("interrupted; nothing was written, and the same command starts again");
            return Ok(Exit::Interrupted);
        };
        finished.write(&global.out)?;
        if global.json {
            say(&format!("{:#}", finished.summary))?;
        } else {
            say(&finished.line(&global.out))?;
        }
        Ok(Exit::Done)
    }
}

/// A training that only needs to be started.
struct Work {
    /// What it will do.
    plan: String,
    /// Does it; `None` if it was stopped.
    #[allow(clippy::type_complexity)]
    go: Box<dyn FnOnce(&Stop) -> Result<Option<Finished>, NpzError>>,
}

/// What is written.
struct Finished {
    arrays: Vec<u8>,
    trajectory: Table,
    summary: Value,
}

impl Finished {
    fn write(&self, folder: &Path) -> Result<(), CliError> {
        replace(&folder.join("final.npz"), &self.arrays)?;
        replace(&folder.join("trajectory.csv"), self.trajectory.to_csv().as_bytes())?;
        replace(&folder.join("summary.json"), format!("{:#}\n", self.summary).as_bytes())?;
        Ok(())
    }

    fn line(&self, folder: &Path) -> String {
        let shown = |name: &str| self.summary[name].as_f64().map_or("nan".to_owned(), |value| format!("{value:.6}"));
        let test = match self.summary.get("test_loss") {
            Some(_) => format!(", test loss {} accuracy {}", shown("test_loss"), shown("test_accuracy")),
            None => String::new(),
        };
        format!(
            "{} after {} steps: train loss {} accuracy {}{test}; {}",
            self.summary["outcome"].as_str().unwrap_or_default(),
            self.summary["steps"],
            shown("train_loss"),
            shown("train_accuracy"),
            folder.display()
        )
    }
}

/// Reads everything that the record names and checks that it fits together.
fn prepare<R: Real + WritableElement>(record: &Record) -> Result<Work, CliError> {
    match record.settings().text("kind") {
        "mlp" => prepare_mlp::<R>(record),
        _ => prepare_patch::<R>(record),
    }
}

fn prepare_mlp<R: Real + WritableElement>(record: &Record) -> Result<Work, CliError> {
    let (net, loss) = (record.mlp::<R>()?, record.loss());
    let (train, test) = record.samples::<R>()?;
    let masks = record.mlp_masks(&net, Some(&train))?.map(|pruned| pruned.masks);
    let (recipe, order, summary) = (record.recipe(None), record.order(), summary_of(record));
    let objective = |samples: &Arc<_>| {
        MlpObjective::new(&net, masks.as_deref(), Arc::clone(samples), loss).map_err(|error| record.mlp_error(error))
    };
    let mut train = objective(&train)?;
    let test = test.as_ref().map(objective).transpose()?;
    let mut theta = train.pack(&net);
    let weights: usize = net.layers.iter().map(|layer| layer.w.len()).sum();
    let plan = plan("mlp", weights, masks.iter().flatten().map(|m| m.len() - m.kept()).sum(), train.samples());
    let go = move |stop: &Stop| {
        let Some((trained, trajectory)) = fit(&mut train, &mut theta, &recipe, &order, stop) else { return Ok(None) };
        let mut arrays = NpzBuilder::default();
        for (at, layer) in train.unpack(&theta).layers.iter().enumerate() {
            arrays.add(&format!("w{}", at + 1), &layer.w)?;
            if let Some(b) = &layer.b {
                arrays.add(&format!("b{}", at + 1), b)?;
            }
        }
        for (at, mask) in masks.iter().flatten().enumerate() {
            arrays.add(&format!("mask{}", at + 1), &mask.to_array())?;
        }
        let test = test.map(|mut test| test.loss(&theta));
        Ok(Some(Finished { arrays: arrays.finish()?, trajectory, summary: ended(summary, &trained, test) }))
    };
    Ok(Work { plan, go: Box::new(go) })
}

fn prepare_patch<R: Real + WritableElement>(record: &Record) -> Result<Work, CliError> {
    let (net, mask, loss) = (record.patch_net::<R>()?, record.patch_mask()?, record.loss());
    let (train, test) = record.patches::<R>()?;
    let (recipe, order, summary) = (record.recipe(mask.as_ref()), record.order(), summary_of(record));
    let objective = |(bank, targets): (_, _)| {
        PatchObjective::new(&net, mask.as_ref(), &bank, targets, loss).map_err(|error| record.patch_error(error))
    };
    let mut train = objective(train)?;
    let test = test.map(objective).transpose()?;
    let mut theta = train.pack(&net);
    let plan =
        plan("patch", net.w.len(), mask.as_ref().map_or(0, |mask: &Mask| mask.len() - mask.kept()), train.samples());
    let go = move |stop: &Stop| {
        let Some((trained, trajectory)) = fit(&mut train, &mut theta, &recipe, &order, stop) else { return Ok(None) };
        let last = train.unpack(&theta);
        let mut arrays = NpzBuilder::default();
        arrays.add("w", &last.w)?;
        if let Some(a) = &last.a {
            arrays.add("a", a)?;
        }
        if let Some(mask) = &mask {
            arrays.add("mask", &mask.to_array())?;
        }
        let test = test.map(|mut test| test.loss(&theta));
        Ok(Some(Finished { arrays: arrays.finish()?, trajectory, summary: ended(summary, &trained, test) }))
    };
    Ok(Work { plan, go: Box::new(go) })
}

/// Trains and writes down every step.
fn fit<R: Real, O: Objective<R>>(
    objective: &mut O,
    theta: &mut [R],
    recipe: &Recipe,
    order: &Key,
    stop: &Stop,
) -> Option<(Trained, Table)> {
    let mut trajectory = Table::new(&TRAJECTORY);
    let mut see = |step: &Step<'_, R>, _: &O| {
        let Evaluation { loss, accuracy } = step.evaluation;
        trajectory.rows.push(vec![step.index.into(), loss.into(), accuracy.into(), step.rate.into()]);
    };
    let trained = training::train(objective, theta, recipe, order, &mut see, stop)?;
    Some((trained, trajectory))
}

fn plan(kind: &str, weights: usize, pruned: usize, samples: usize) -> String {
    format!("train one {kind} network with {} of {weights} weights kept on {samples} samples", weights - pruned)
}

/// What is known of a training before it starts: its key, precision and settings.
fn summary_of(record: &Record) -> Map<String, Value> {
    let mut config = Map::new();
    for (key, value) in record.written() {
        let value = match value {
            settings::Value::Integer(value) => json!(value),
            settings::Value::Real(value) => json!(value),
            settings::Value::Text(value) => value.parse().map_or(json!(value), Value::Bool),
            settings::Value::Integers(values) => json!(values),
        };
        match key.split_once('.') {
            Some((section, key)) => {
                let section = config.entry(section).or_insert_with(|| json!({}));
                section[key] = value;
            }
            None => drop(config.insert(key.to_owned(), value)),
        }
    }
    let mut summary = Map::new();
    summary.insert("key".to_owned(), record.key().into());
    summary.insert("precision".to_owned(), record.settings().text("precision").into());
    summary.insert("config".to_owned(), Value::Object(config));
    summary
}

/// The summary with how it ended; what is not finite is null.
fn ended(mut summary: Map<String, Value>, trained: &Trained, test: Option<Evaluation>) -> Value {
    let mut put = |name: &str, value: Value| drop(summary.insert(name.to_owned(), value));
    put("outcome", trained.outcome.name().into());
    put("steps", trained.steps.into());
    put("train_loss", trained.last.loss.into());
    put("train_accuracy", trained.last.accuracy.into());
    if let Some(test) = test {
        put("test_loss", test.loss.into());
        put("test_accuracy", test.accuracy.into());
    }
    Value::Object(summary)
}
