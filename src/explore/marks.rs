//! Derived boundaries beside the rows, always labelled as derived.

use crate::engine::settings::{Request, Value};
use crate::theorems::pruned_training::boundaries;
use serde_json::{Value as Json, json};

/// Chance that some class is without a usable neuron, at the signal-loss boundary.
const DELTA: f64 = 0.1;

/// `{axis, at, name, formula, provenance}` for every boundary of the two-patch law that the settings fix.
pub(super) fn of(request: &Request) -> Vec<Json> {
    marks(request).unwrap_or_default()
}

fn marks(request: &Request) -> Option<Vec<Json>> {
    let real = |name: &str| match request.fields().find(|(field, _)| field.name == name)?.1 {
        [Value::Real(value)] => Some(*value),
        [Value::Integer(value)] => Some(*value as f64),
        _ => None,
    };
    let count = |name: &str| real(name).map(|value| value as usize);
    let (classes, neurons, dimension, samples) =
        (count("classes")?, count("neurons")?, count("dimension")?, count("samples")?);
    let mark = |name: &str, formula: &str, keep: f64| json!({ "axis": "keep", "at": keep, "name": name, "formula": formula, "provenance": "derived" });
    let mut marks = vec![
        mark("signal-loss boundary", "(2/m) log(K/0.1)", boundaries::signal_loss_keep(neurons, classes, DELTA)),
        mark("chance floor", "1/(K m log d)", boundaries::chance_floor_keep(neurons, classes, dimension)),
    ];
    if let (Some(signal), Some(noise), Some(power)) = (real("signal"), real("noise"), real("power"))
        // The race of the two growth times is one for q > 2 only.
        && power > 2.0
    {
        let snr = signal / (noise * (dimension as f64).sqrt());
        let keep = boundaries::memorization_keep(samples, snr, classes, power);
        marks.insert(0, mark("memorization boundary", "(n SNR^q / K)^(2/q)", keep));
    }
    Some(marks)
}
