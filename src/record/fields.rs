//! The keys of a record: where each stands in the file, and the field of the vocabulary that it sets.

use crate::engine::settings::vocabulary::*;
use crate::engine::settings::{Domain, Field, Rule, Schema};

/// The value of a source, law or rule that nobody gave.
pub const UNSET: &str = "none";

/// What a person writes, and the field it sets (or the word that becomes one, such as `prune`).
pub static KEYS: &[(&str, &str)] = &[
    ("precision", "precision"),
    ("key", "key"),
    ("network.kind", "kind"),
    ("network.widths", "widths"),
    ("network.activation", "activation"),
    ("network.bias", "bias"),
    ("network.classes", "classes"),
    ("network.neurons", "neurons"),
    ("network.dimension", "dimension"),
    ("network.power", "power"),
    ("network.outer", "outer"),
    ("data.source", "data"),
    ("data.samples", "samples"),
    ("data.test_samples", "test_samples"),
    ("data.signal", "signal"),
    ("data.noise", "noise"),
    ("data.snr", "snr"),
    ("data.signal_law", "signal_law"),
    ("data.noise_law", "noise_law"),
    ("init.source", "init"),
    ("init.law", "law"),
    ("init.scale", "init_scale"),
    // The vocabulary's own word for it.
    ("init.init_scale", "init_scale"),
    ("mask.source", "mask"),
    ("mask.rule", "rule"),
    ("mask.keep", "keep"),
    ("mask.prune", "prune"),
    ("mask.scope", "scope"),
    ("mask.rounds", "rounds"),
    ("mask.schedule", "mask_schedule"),
    ("mask.temperature", "temperature"),
    ("mask.samples_per_class", "samples_per_class"),
    ("mask.form", "form"),
    ("mask.walk", "walk"),
    ("train.loss", "loss"),
    ("train.optimizer", "optimizer"),
    ("train.batch", "batch"),
    ("train.momentum", "momentum"),
    ("train.weight_decay", "weight_decay"),
    ("train.rate", "rate"),
    ("train.schedule", "schedule"),
    ("train.steps", "steps"),
    ("train.target_loss", "target_loss"),
];

/// Fields without a default, where their schema has them.
pub static REQUIRED: &[&str] = &["widths", "classes", "neurons", "dimension", "power", "data", "rate", "steps"];
/// Those of them that `mask` does without.
pub static ONLY_TRAINED: &[&str] = &["data", "rate", "steps"];
/// Rules that score the weights by data.
pub static WANT_DATA: &[&str] = &["snip", "grasp"];

const fn choice(name: &'static str, words: &'static [&'static str], help: &'static str) -> Field {
    Field { name, help, ..ACTIVATION.within(Domain::Choice(words)).text(words[0]) }
}

const fn source(name: &'static str, words: &'static [&'static str], prefixes: &'static [&'static str]) -> Field {
    Field { name, help: "where they come from", ..DATA.within(Domain::Source { words, prefixes }).text(UNSET) }
}

const LAWS: &[&str] = &["he-normal", "normal", "uniform", "signed-constant"];
const RULES: &[&str] = &["random", "bernoulli", "neurons"];
/// Of a fully connected network the rules of [`crate::engine::pruning`] as well.
const MLP_MASKS: &[&str] =
    &["random", "bernoulli", "neurons", "magnitude", "snip", "grasp", "synflow", "synflow-l2", "phew"];
/// Those that rank the weights by a score.
const SCORED: &[&str] = &["magnitude", "snip", "grasp", "synflow", "synflow-l2"];

const KIND: Field = choice("kind", &["mlp", "patch"], "fully connected, or K heads of m neurons over two patches");
const INIT: Field = source("init", &[], &["npz:"]);
const LAW: Field = choice("law", LAWS, "law of the initial weights, each with its scale").text(UNSET);
const MASK: Field = source("mask", &[], &["npz:"]);
const RULE: Field = choice("rule", RULES, "which weights are kept").text(UNSET);
const MLP_RULE: Field = choice("rule", MLP_MASKS, "which weights are kept").text(UNSET);
const ROUNDS: Field = Field {
    name: "rounds",
    symbol: "",
    unit: "rounds",
    help: "rounds, with scores taken anew; 0 takes the rule's own: 100 for SynFlow, else 1",
    ..TESTED
};
const MASK_SCHEDULE: Field = choice(
    "mask_schedule",
    &["exponential", "linear"],
    "rounds that keep the same fraction of what is left, or remove the same number",
);
const TEMPERATURE: Field = Field {
    name: "temperature",
    symbol: "T",
    unit: "1",
    help: "what GraSP divides the outputs by",
    ..RATE.real(200.0)
};
const SAMPLES_PER_CLASS: Field = Field {
    name: "samples_per_class",
    symbol: "",
    unit: "samples",
    help: "training samples of each class by whose loss weights are scored; 0 takes all",
    ..TESTED
};
const FORM: Field = choice("form", &["implemented", "saliency", "trace"], "which of the scores that go by the name");
const WALK: Field =
    choice("walk", &["magnitude", "uniform", "inverse", "squared"], "what the steps of a walk are drawn by");
const SCOPE: Field = choice("scope", &["global", "layer"], "count the kept weights over all layers, or in each");
const PLAIN_SCHEDULE: Field = SCHEDULE.within(Domain::Choice(&["constant", "cosine"]));
const RUN_ALL: Field = TARGET_LOSS.real(0.0);
// Outside data may be for a single output.
const HEADS: Field = CLASSES.within(Domain::Integer { min: 1, max: 1_000_000 });
// No test samples unless somebody asks for them.
const TESTED: Field = TEST_SAMPLES.within(Domain::Integer { min: 0, max: 1_000_000_000 }).integer(0);

static MLP_FIELDS: [Field; 28] = [
    PRECISION,
    KIND,
    WIDTHS,
    ACTIVATION,
    BIAS,
    source("data", &["digits"], &["idx:", "npz:"]),
    INIT,
    LAW,
    INIT_SCALE,
    MASK,
    MLP_RULE,
    KEEP,
    SCOPE,
    ROUNDS,
    MASK_SCHEDULE,
    TEMPERATURE,
    SAMPLES_PER_CLASS,
    FORM,
    WALK,
    LOSS,
    OPTIMIZER,
    BATCH,
    MOMENTUM,
    WEIGHT_DECAY,
    RATE,
    PLAIN_SCHEDULE,
    STEPS,
    RUN_ALL,
];

static PATCH_FIELDS: [Field; 29] = [
    PRECISION,
    KIND,
    HEADS,
    NEURONS,
    DIMENSION,
    POWER,
    OUTER,
    source("data", &["patches"], &["npz:"]),
    SAMPLES,
    TESTED,
    SIGNAL,
    NOISE,
    SIGNAL_LAW,
    NOISE_LAW,
    INIT,
    LAW,
    INIT_SCALE,
    MASK,
    RULE,
    KEEP,
    LOSS,
    OPTIMIZER,
    BATCH,
    MOMENTUM,
    WEIGHT_DECAY,
    RATE,
    SCHEDULE,
    STEPS,
    RUN_ALL,
];

const fn only_if(field: &'static str, reads: &'static str, words: &'static [&'static str]) -> Rule {
    Rule { field, reads, words }
}

static MLP_RULES: [Rule; 12] = [
    only_if("init_scale", "law", LAWS),
    only_if("keep", "rule", MLP_MASKS),
    only_if("scope", "rule", &["random", "magnitude", "snip", "grasp", "synflow", "synflow-l2"]),
    only_if("rounds", "rule", SCORED),
    only_if("mask_schedule", "rule", SCORED),
    only_if("temperature", "rule", &["grasp"]),
    only_if("samples_per_class", "rule", WANT_DATA),
    only_if("form", "rule", &["synflow-l2"]),
    only_if("walk", "rule", &["phew"]),
    only_if("batch", "optimizer", &["sgd", "adam"]),
    only_if("momentum", "optimizer", &["sgd"]),
    only_if("weight_decay", "optimizer", &["sgd"]),
];

static PATCH_RULES: [Rule; 11] = [
    only_if("init_scale", "law", LAWS),
    only_if("keep", "rule", RULES),
    only_if("batch", "optimizer", &["sgd", "adam"]),
    only_if("momentum", "optimizer", &["sgd"]),
    only_if("weight_decay", "optimizer", &["sgd"]),
    only_if("samples", "data", &["patches"]),
    only_if("test_samples", "data", &["patches"]),
    only_if("signal", "data", &["patches"]),
    only_if("noise", "data", &["patches"]),
    only_if("signal_law", "data", &["patches"]),
    only_if("noise_law", "data", &["patches"]),
];

/// The fields of a fully connected network, and of a patch network.
pub static FAMILY: [Schema; 2] = [
    Schema { when: "network.kind = \"mlp\"", fields: &MLP_FIELDS, rules: &MLP_RULES },
    Schema { when: "network.kind = \"patch\"", fields: &PATCH_FIELDS, rules: &PATCH_RULES },
];
