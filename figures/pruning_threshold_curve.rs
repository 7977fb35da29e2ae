//! Accuracy and loss against the prune fraction, for networks pruned at random before training.
//!
//! Below a threshold pruning does not hurt, and may help; beyond it the network still reaches zero training loss, by
//! memorizing noise, and its test accuracy is chance (arXiv 2301.00335). Between the two every replica is one or the
//! other, by the fate of its few surviving signal entries: the figure shows replicas, and never a smooth curve through
//! means.
//!
//! The vertical boundaries are derived here and labelled so; the paper states scalings only.

use crate::axis::{Axis, Scale};
use crate::drawing::{Drawing, Ink, Layer, Mark, Panel, Span};
use crate::style::number;
use crate::{Figure, FigureCard, Need, Source, Tables};
use prunelaw_engine::effort::Effort;
use prunelaw_engine::fraction::KeepFraction;
use prunelaw_engine::settings::{Request, Value};
use prunelaw_engine::statistics::mean::Mean;
use prunelaw_engine::table::{Cell, Row, Table};
use prunelaw_theorems::pruned_training::boundaries;

/// The figure.
pub struct PruningThresholdCurve;

static CARD: FigureCard = FigureCard {
    id: "pruning_threshold_curve",
    was: None,
    says: "test accuracy, test loss and train loss against the prune fraction, one point per replica, with the derived \
           boundaries",
    subject: "pruned_training",
    source: "arXiv 2301.00335 (JMLR 26(84), 2025), Theorems 3 and 9, in the setting of its section 2",
};

/// Confidence of the interval of each mean.
const CONFIDENCE: f64 = 0.95;
/// Chance that some class is without a usable neuron, at the signal-loss boundary.
const DELTA: f64 = 0.1;

impl Figure for PruningThresholdCurve {
    fn card(&self) -> &'static FigureCard {
        &CARD
    }

    fn needs(&self, _: Effort) -> Vec<Need> {
        let columns = &["keep", "replica", "outcome", "train_loss", "test_loss", "test_accuracy"];
        vec![Need { id: "pruning_fraction_sweep", settings: Vec::new(), columns }]
    }

    fn draw(&self, tables: &Tables) -> Drawing {
        let Source { table, request } = &tables[0];
        let law = Law::of(request);
        let alpha = || Axis::new("prune fraction α = 1 − p", Scale::Fraction);
        let [mut accuracy, mut loss] = [Vec::new(), Vec::new()];
        for boundary in law.boundaries() {
            let layer = Layer::Vertical { name: boundary.name.to_owned(), derived: true, x: boundary.alpha() };
            accuracy.push(layer.clone());
            loss.push(layer);
        }
        if let Some(classes) = law.classes {
            accuracy.push(Layer::Horizontal { name: "chance".to_owned(), y: 1.0 / classes });
            loss.push(Layer::Horizontal { name: "log K".to_owned(), y: classes.ln() });
        }
        loss.push(Layer::Points { name: "train loss".to_owned(), ink: Ink::Grey, at: marks(table, "train_loss") });
        for (measure, layers) in [("test_accuracy", &mut accuracy), ("test_loss", &mut loss)] {
            layers.extend(replicas(table, measure, law.classes));
            layers.push(Layer::Bars { name: MEAN.to_owned(), ink: Ink::Black, at: means(table, measure) });
        }
        let panels = vec![
            Panel {
                title: "Test accuracy".to_owned(),
                x: alpha(),
                y: Axis::new("fraction correct", Scale::Linear),
                layers: accuracy,
            },
            Panel {
                title: "Test and train loss".to_owned(),
                x: alpha(),
                y: Axis::new("cross-entropy (nats)", Scale::Log),
                layers: loss,
            },
        ];
        Drawing { panels, caption: caption(table, request, &law) }
    }
}

const MEAN: &str = "mean over replicas, 95 % interval";

/// The parameters of the patch law, as far as the request has them.
struct Law {
    classes: Option<f64>,
    patches: Option<Patches>,
}

struct Patches {
    classes: usize,
    neurons: usize,
    dimension: usize,
    samples: usize,
    power: f64,
    snr: f64,
}

struct Boundary {
    name: &'static str,
    formula: &'static str,
    keep: f64,
}

impl Boundary {
    /// On the axis; a boundary at a keep fraction of 1 or more lies beside it.
    fn alpha(&self) -> f64 {
        KeepFraction::new(self.keep).map_or(-1.0, |keep| keep.pruned().get())
    }
}

impl Law {
    fn of(request: &Request) -> Law {
        let one = |name: &str| real(request, name);
        let count = |name: &str| one(name).map(|value| value as usize);
        let patches = || {
            let dimension = one("dimension")?;
            Some(Patches {
                classes: count("classes")?,
                neurons: count("neurons")?,
                dimension: dimension as usize,
                samples: count("samples")?,
                power: one("power")?,
                snr: one("signal")? / (one("noise")? * dimension.sqrt()),
            })
        };
        let digits = word(request, "data").is_some_and(|data| data == "digits");
        Law { classes: one("classes").or(digits.then_some(10.0)), patches: patches() }
    }

    /// From mild to heavy pruning.
    fn boundaries(&self) -> Vec<Boundary> {
        let Some(law) = &self.patches else { return Vec::new() };
        let mut boundaries = vec![
            Boundary {
                name: "signal lost",
                formula: "(2/m) log(K/0.1), where a class has no usable neuron with probability at most 0.1",
                keep: boundaries::signal_loss_keep(law.neurons, law.classes, DELTA),
            },
            Boundary {
                name: "chance floor",
                formula: "1/(K m log d)",
                keep: boundaries::chance_floor_keep(law.neurons, law.classes, law.dimension),
            },
        ];
        // The race of the two growth times is one for q > 2 only.
        if law.power > 2.0 {
            let keep = boundaries::memorization_keep(law.samples, law.snr, law.classes, law.power);
            let memorization =
                Boundary { name: "noise memorized above p", formula: "(n SNR^q / K)^(2/q)", keep };
            boundaries.insert(0, memorization);
        }
        boundaries
    }
}

/// One point per replica; apart those in which some class has lost every usable neuron, where the table says so.
fn replicas(table: &Table, measure: &str, classes: Option<f64>) -> Vec<Layer> {
    let points = |name: &str, ink, table: &Table| Layer::Points { name: name.to_owned(), ink, at: marks(table, measure) };
    let (Some(usable), Some(classes)) = (table.position("usable_classes"), classes) else {
        return vec![points("one replica", Ink::Blue, table)];
    };
    let whole = table.filter(|row| row[usable].number() >= classes);
    let broken = table.filter(|row| row[usable].number() < classes);
    vec![
        points("replica, all classes usable", Ink::Blue, &whole),
        points("replica, a class without usable neuron", Ink::Orange, &broken),
    ]
}

fn marks(table: &Table, measure: &str) -> Vec<Mark> {
    let [replica, y] = ["replica", measure].map(|name| table.index(name));
    let mark = |row: &Row| Mark { replica: row[replica].number() as u64, x: alpha(table, row), y: row[y].number() };
    table.rows.iter().map(mark).collect()
}

/// The mean of each cell with its interval, over the replicas that did not diverge.
fn means(table: &Table, measure: &str) -> Vec<Span> {
    let keep = table.index("keep");
    let cells = table.distinct("keep").into_iter().rev();
    let span = |cell: Cell| {
        let rows = table.filter(|row| row[keep].order(&cell).is_eq());
        let values: Vec<f64> = rows.numbers(measure).into_iter().filter(|value| value.is_finite()).collect();
        let mean = Mean::of(&values).ok()?;
        let interval = mean.interval(CONFIDENCE).ok()?;
        Some(Span { x: alpha(table, rows.rows.first()?), low: interval.low, y: mean.mean, high: interval.high })
    };
    cells.filter_map(span).collect()
}

/// The prune fraction of a row.
fn alpha(table: &Table, row: &Row) -> f64 {
    KeepFraction::new(row[table.index("keep")].number()).map_or(f64::NAN, |keep| keep.pruned().get())
}

fn caption(table: &Table, request: &Request, law: &Law) -> String {
    let mut said = vec![match word(request, "data").filter(|data| data != "patches") {
        Some(data) => format!(
            "Two-layer networks on data \"{data}\", pruned at random before training: test accuracy, test loss and train \
             loss against the prune fraction."
        ),
        None => "Two-layer networks on the two-patch law, pruned at random before training: test accuracy, test loss and \
                 train loss against the prune fraction."
            .to_owned(),
    }];
    let mut parameters: Vec<String> = request
        .fields()
        .filter(|(field, values)| !field.symbol.is_empty() && field.name != "keep" && values.len() == 1)
        .filter_map(|(field, values)| Some(format!("{} = {}", letter(field.symbol), number(numeric(&values[0])?, 4))))
        .collect();
    if let Some(law) = &law.patches {
        parameters.push(format!("SNR = {}", number(law.snr, 3)));
    }
    if !parameters.is_empty() {
        said.push(format!("Parameters: {}.", parameters.join(", ")));
    }
    said.push(format!(
        "{} replicas per prune fraction, key \"{}\"; a replica has the same draws at every prune fraction, its masks are \
         nested, and it is one point, moved sideways so that it can be seen. Ring and bar: mean over replicas with its \
         95 % t interval, for each prune fraction by itself, without a correction for their number; a bar is cut at the \
         frame. Values are those of the last step.",
        request.replicas, request.key
    ));
    for (name, meaning) in [("cap", "ended at the step cap"), ("diverged", "diverged and have no value")] {
        let outcome = table.index("outcome");
        let ended = |cell: &Cell| matches!(cell, Cell::Text(text) if text.starts_with(name));
        let count = table.rows.iter().filter(|row| ended(&row[outcome])).count();
        let cap = match (name, real(request, "steps")) {
            ("cap", Some(steps)) => format!(" of {} steps", number(steps, 6)),
            _ => String::new(),
        };
        said.push(format!("{count} of {} runs {meaning}{cap}.", table.rows.len()));
    }
    if let Some(target) = real(request, "target_loss").filter(|target| *target > 0.0) {
        said.push(format!("All others stopped at a train loss of {}.", number(target, 3)));
    }
    let boundaries = law.boundaries();
    if !boundaries.is_empty() {
        let listed = boundaries.iter().map(|boundary| {
            let beside = if boundary.keep >= 1.0 { ", beside the axis" } else { "" };
            format!("{}: p = {} = {}{beside}", boundary.name, boundary.formula, number(boundary.keep, 3))
        });
        said.push(format!(
            "Dashed: boundaries in the keep fraction p = 1 − α, derived here and not in the paper ({}).",
            listed.collect::<Vec<_>>().join("; ")
        ));
    }
    said.join(" ")
}

/// A field's letter as it is printed: Greek where the vocabulary spells it out.
fn letter(symbol: &str) -> String {
    let (name, index) = symbol.split_once('_').map_or((symbol, None), |(name, index)| (name, Some(index)));
    let name = match name {
        "sigma" => "σ",
        "mu" => "μ",
        "eta" => "η",
        "eps" => "ε",
        "alpha" => "α",
        other => other,
    };
    match index {
        Some("0") => format!("{name}₀"),
        Some("n") => format!("{name}ₙ"),
        Some(index) => format!("{name}_{index}"),
        None => name.to_owned(),
    }
}

/// The one value of a numeric field, if the request has such a field.
fn real(request: &Request, name: &str) -> Option<f64> {
    let (_, values) = request.fields().find(|(field, _)| field.name == name)?;
    numeric(values.first()?)
}

fn numeric(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(value) => Some(*value as f64),
        Value::Real(value) => Some(*value),
        _ => None,
    }
}

/// The word of a field, if the request has such a field.
fn word(request: &Request, name: &str) -> Option<String> {
    match request.fields().find(|(field, _)| field.name == name)?.1.first()? {
        Value::Text(word) => Some(word.clone()),
        _ => None,
    }
}
